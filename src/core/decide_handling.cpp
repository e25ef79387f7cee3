#include "src/core/decide_handling.h"

#include "src/core/duties.h"

namespace noroshi::core {

Outcome decide_handling(const Law&, const Incident&, const ResponseContext&, const TakeHandlingStep&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}
Outcome decide_handling(const Law&, const Incident&, const ResponseContext&, const GiveInstruction&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}
Outcome decide_handling(const Law&, const Incident&, const ResponseContext&, const AnswerInstruction&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}
Outcome decide_handling(const Law&, const Incident&, const ResponseContext&, const LinkPlatform&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}

}  // namespace noroshi::core
