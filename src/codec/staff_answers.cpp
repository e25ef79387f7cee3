// Answers to commands on the staff of a body: the thing that the decision made or changed, as GET shows it; to a list of people, how
// many were registered, appointed and trained.
#include "src/codec/encoding.h"
#include "src/codec/response_answers.h"
#include "src/codec/staff_views.h"

namespace noroshi::codec {
namespace {

template <class What>
std::size_t count_of(const core::StaffDecision& decision) {
  std::size_t count = 0;
  for (const auto& event : decision.events) count += std::holds_alternative<What>(event.what);
  return count;
}

struct AnswerTo {
  const core::StaffDecision& decision;
  const core::Event& event;
  Timestamp now;

  std::string person(core::PersonId id) const {
    return encode_person(decision.after, *decision.after.find(id), {}, now);
  }
  template <class Write>
  static std::string written(Write write) {
    std::string text;
    JsonWriter out(text);
    write(out);
    return text;
  }
  MakersById maker(const core::Uuid& id) const { return {{id, {event.actor.name, event.at}}}; }

  std::string appointment(core::AppointmentId id, const MakersById& makers) const {
    return written([&](JsonWriter& out) { write_appointment(out, *decision.after.find(id), makers, now); });
  }
  std::string delegation(core::DelegationId id, const MakersById& makers) const {
    return written([&](JsonWriter& out) { write_delegation(out, decision.after, *decision.after.find(id), makers, now); });
  }
  std::string shift(core::ShiftId id) const {
    return written([&](JsonWriter& out) { write_shift(out, decision.after, *decision.after.find(id)); });
  }

  std::string operator()(const core::PersonRegistered& what) const { return person(what.person.id); }
  std::string operator()(const core::PersonChanged& what) const { return person(what.person.id); }
  std::string operator()(const core::PersonLeft& what) const { return person(what.person); }
  std::string operator()(const core::AppointmentMade& what) const {
    return appointment(what.appointment.id, maker(what.appointment.id.value));
  }
  std::string operator()(const core::AppointmentEnded& what) const { return appointment(what.appointment, {}); }
  std::string operator()(const core::DelegationMade& what) const {
    return delegation(what.delegation.id, maker(what.delegation.id.value));
  }
  std::string operator()(const core::DelegationEnded& what) const { return delegation(what.delegation, {}); }
  std::string operator()(const core::TrainingRecorded& what) const {
    return written([&](JsonWriter& out) { write_training(out, what.training, maker(what.training.id.value), now); });
  }
  std::string operator()(const core::ShiftSet& what) const { return shift(what.shift.id); }
  std::string operator()(const core::ShiftCancelled& what) const { return shift(what.shift); }
  template <class Other>
  std::string operator()(const Other&) const {
    return "{}";
  }
};

}  // namespace

std::string answer_staff(const core::StaffDecision& decision, const AnswerContext& context) {
  if (decision.events.empty()) return "{}";
  // Whoever leaves ends his posts first; what is left of an appointment ends after it.
  const auto& last = decision.events.back();
  const auto& told = std::holds_alternative<core::PersonLeft>(last.what) ? last : decision.events.front();
  return std::visit(AnswerTo{decision, told, context.now}, told.what);
}

std::string answer_import(const core::StaffDecision& decision, bool stored) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().member("stored", stored).member("people", count_of<core::PersonRegistered>(decision));
  out.member("appointments", count_of<core::AppointmentMade>(decision));
  out.member("trainings", count_of<core::TrainingRecorded>(decision)).end_object();
  return text;
}

}  // namespace noroshi::codec
