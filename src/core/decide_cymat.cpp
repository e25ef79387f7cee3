#include "src/core/decide_cymat.h"

#include "src/core/duties.h"

namespace noroshi::core {

Outcome decide_cymat(const Law&, const Incident&, const ResponseContext&, const RequestCymat&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}
Outcome decide_cymat(const Law&, const Incident&, const ResponseContext&, const ForwardCymat&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}
Outcome decide_cymat(const Law&, const Incident&, const ResponseContext&, const ReceiveCymat&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}
Outcome decide_cymat(const Law&, const Incident&, const ResponseContext&, const RuleCymat&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}
Outcome decide_cymat(const Law&, const Incident&, const ResponseContext&, const ProposeCymatMember&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}
Outcome decide_cymat(const Law&, const Incident&, const ResponseContext&, const AnswerCymatMember&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}
Outcome decide_cymat(const Law&, const Incident&, const ResponseContext&, const WithdrawCymatMember&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}
Outcome decide_cymat(const Law&, const Incident&, const ResponseContext&, const FormCymat&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}
Outcome decide_cymat(const Law&, const Incident&, const ResponseContext&, const DispatchCymat&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}
Outcome decide_cymat(const Law&, const Incident&, const ResponseContext&, const LogCymat&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}
Outcome decide_cymat(const Law&, const Incident&, const ResponseContext&, const EndCymat&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}
Outcome decide_cymat(const Law&, const Incident&, const ResponseContext&, const ReportCymat&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}

}  // namespace noroshi::core
