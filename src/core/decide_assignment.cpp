#include "src/core/decide_assignment.h"

#include "src/core/duties.h"

namespace noroshi::core {

Outcome decide_assignment(const Law&, const Incident&, const ResponseContext&, const ProposeAssignment&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}
Outcome decide_assignment(const Law&, const Incident&, const ResponseContext&, const AnswerAssignment&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}
Outcome decide_assignment(const Law&, const Incident&, const ResponseContext&, const ActivateAssignment&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}
Outcome decide_assignment(const Law&, const Incident&, const ResponseContext&, const ReleaseAssignment&, Moment) {
  return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
}

std::vector<Candidate> candidates_for(const Incident&, const Staff&, const std::map<PersonId, int>&, Function,
                                      const std::vector<std::string>&, Timestamp) {
  return {};
}

}  // namespace noroshi::core
