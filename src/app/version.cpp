#include "src/app/version.h"

namespace noroshi::app {

std::string_view version() {
  return NOROSHI_VERSION;
}

std::string_view build_type() {
  return NOROSHI_BUILD_TYPE;
}

}  // namespace noroshi::app
