// In the place of what build.mjs writes, where the daemon is built without screens.
#include "src/web/web_files.h"

namespace noroshi::web {

std::span<const WebFile> embedded_web() { return {}; }

}  // namespace noroshi::web
