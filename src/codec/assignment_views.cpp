#include "src/codec/assignment_views.h"

#include "src/codec/encoding.h"
#include "src/core/decide_assignment.h"

namespace noroshi::codec {

void encode(JsonWriter& out, const AssignmentView& view, const AnswerContext& context) {
  const auto& assignment = view.assignment;
  out.begin_object();
  out.member("id", to_string(assignment.id)).member("incident_id", view.incident_id);
  out.member("organization", assignment.organization).member("person", to_string(assignment.person));
  out.member("name", assignment.name).member("function", core::to_string(assignment.function));
  out.member("state", core::to_string(assignment.state)).member("trained", assignment.trained);
  out.name("warning");
  assignment.trained ? out.null() : out.value(in(core::untrained_warning(assignment.name), context.language));
  out.name("replaces");
  assignment.replaces ? out.value(to_string(*assignment.replaces)) : out.null();
  write_text_or_null(out, "note", assignment.note);
  write_time(out, "proposed_at", assignment.proposed_at);
  write_time(out, "accepted_at", assignment.accepted_at);
  write_time(out, "activated_at", assignment.activated_at);
  write_time(out, "ended_at", assignment.ended_at);
  write_time(out, "duty_until", assignment.duty_until);
  out.member("off_duty", assignment.function == core::Function::head &&
                             assignment.state == core::AssignmentState::active && assignment.duty_until &&
                             *assignment.duty_until <= context.now);
  out.end_object();
}

void encode(JsonWriter& out, const core::Candidate& view, const AnswerContext& context) {
  out.begin_object();
  out.member("person", to_string(view.person)).member("name", view.name);
  out.member("on_duty", view.on_duty).member("trained", view.trained).member("cleared", view.cleared);
  out.member("active", view.active);
  out.name("matching_skills").begin_array();
  for (const auto& skill : view.matching_skills) out.value(skill);
  out.end_array();
  write_reasons(out, "because", view.because, context.language);
  out.end_object();
}

}  // namespace noroshi::codec
