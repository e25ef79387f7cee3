#include "src/codec/response_answers.h"

#include <algorithm>

#include "src/codec/assignment_views.h"
#include "src/codec/cymat.h"
#include "src/codec/encoding.h"
#include "src/codec/handling_views.h"

namespace noroshi::codec {
namespace {

// The assignment that an event speaks of, if any.
struct AssignmentOf {
  using Result = std::optional<core::AssignmentId>;
  Result operator()(const core::AssignmentProposed& what) const { return what.assignment.id; }
  Result operator()(const core::AssignmentAccepted& what) const { return what.assignment; }
  Result operator()(const core::AssignmentDeclined& what) const { return what.assignment; }
  Result operator()(const core::AssignmentActivated& what) const { return what.assignment; }
  Result operator()(const core::AssignmentHandedOver& what) const { return what.assignment; }
  Result operator()(const core::AssignmentReleased& what) const { return what.assignment; }
  template <class Other>
  Result operator()(const Other&) const {
    return std::nullopt;
  }
};

std::vector<core::AssignmentId> assignments_of(const core::Decision& decision) {
  std::vector<core::AssignmentId> touched;
  for (const auto& event : decision.events)
    if (const auto id = std::visit(AssignmentOf{}, event.what);
        id && std::find(touched.begin(), touched.end(), *id) == touched.end())
      touched.push_back(*id);
  return touched;
}

// {"incident","assignment","others","warnings"}: what the command was about, and who else changed with it.
std::string answer_assignment(const core::Decision& decision, const std::vector<core::AssignmentId>& touched,
                              const AnswerContext& context) {
  std::string text;
  JsonWriter out(text);
  const auto write = [&](core::AssignmentId id) {
    encode(out, AssignmentView{to_string(decision.after.id), *decision.after.find(id)}, context);
  };
  out.begin_object();
  out.name("incident").begin_object();
  out.member("id", to_string(decision.after.id)).member("number", decision.after.number);
  out.member("state", core::to_string(decision.after.state)).end_object();
  out.name("assignment");
  write(touched.front());
  out.name("others").begin_array();
  for (auto id = touched.begin() + 1; id != touched.end(); ++id) write(*id);
  out.end_array();
  const auto& assignment = *decision.after.find(touched.front());
  out.name("warnings").begin_array();
  if (!assignment.trained) out.value(in(core::untrained_warning(assignment.name), context.language));
  out.end_array();
  out.end_object();
  return text;
}

}  // namespace

std::string answer_response(const core::Decision& decision, const AnswerContext& context) {
  if (const auto touched = assignments_of(decision); !touched.empty()) return answer_assignment(decision, touched, context);
  if (auto of_cymat = answer_cymat(decision)) return std::move(*of_cymat);
  return answer_handling(decision, context).value_or("{}");
}

}  // namespace noroshi::codec
