#include "src/store/known.h"

namespace noroshi::store {

core::ResponseContext load_response_context(Transaction&, std::span<const std::string> bodies) {
  core::ResponseContext context;
  for (const auto& body : bodies) context.staffs[body].organization = body;
  return context;
}

}  // namespace noroshi::store
