#include "src/codec/staff_views.h"

#include <algorithm>

#include "src/codec/encoding.h"

namespace noroshi::codec {
namespace {

void write_maker(JsonWriter& out, const MakersById& makers, const core::Uuid& id) {
  const auto found = makers.find(id);
  if (found == makers.end()) return;
  write_text_or_null(out, "made_by", found->second.name);
  write_time(out, "made_at", found->second.at);
}

void write_person(JsonWriter& out, const core::KnownPerson& known) {
  const auto& person = known.person;
  out.member("id", to_string(person.id)).member("organization", person.organization).member("name", person.name);
  out.member("employment", core::to_string(person.employment)).name("skills").begin_array();
  for (const auto& skill : person.skills) out.value(skill);
  out.end_array().member("cleared", person.cleared);
  write_time(out, "left_at", known.left_at);
  out.member("revision", known.revision);
}

std::string name_of(const core::Staff& staff, core::PersonId person) {
  const auto* known = staff.find(person);
  return known ? known->person.name : std::string();
}

template <class Value>
bool in_force(const core::Ending<Value>& entry, const std::optional<Timestamp>& until, Timestamp now) {
  return entry.value.from <= now && (!until || *until > now) && (!entry.ended_at || *entry.ended_at > now);
}

}  // namespace

void write_appointment(JsonWriter& out, const core::Ending<core::Appointment>& entry, const MakersById& makers,
                       Timestamp now) {
  const auto& held = entry.value;
  out.begin_object().member("id", to_string(held.id)).member("person", to_string(held.person));
  out.member("post", core::to_string(held.post)).member("ground", core::to_string(held.ground));
  out.member("reason", held.reason);
  write_time(out, "from", held.from);
  write_time(out, "until", held.until);
  write_time(out, "ended_at", entry.ended_at);
  out.member("in_force", in_force(entry, held.until, now));
  write_maker(out, makers, held.id.value);
  out.end_object();
}

void write_delegation(JsonWriter& out, const core::Staff& staff, const core::Ending<core::Delegation>& entry,
                      const MakersById& makers, Timestamp now) {
  const auto& made = entry.value;
  out.begin_object().member("id", to_string(made.id)).member("from_person", to_string(made.from_person));
  out.member("from_name", name_of(staff, made.from_person)).member("to_person", to_string(made.to_person));
  out.member("to_name", name_of(staff, made.to_person)).member("post", core::to_string(made.post));
  out.name("powers").begin_array();
  for (const auto power : made.powers) out.value(core::to_string(power));
  out.end_array().member("reason", made.reason);
  write_time(out, "from", made.from);
  write_time(out, "until", made.until);
  write_time(out, "ended_at", entry.ended_at);
  out.member("in_force", in_force(entry, std::optional(made.until), now));
  write_maker(out, makers, made.id.value);
  out.end_object();
}

void write_training(JsonWriter& out, const core::Training& training, const MakersById& makers, Timestamp now) {
  out.begin_object().member("id", to_string(training.id)).member("person", to_string(training.person));
  out.member("kind", core::to_string(training.kind)).member("course", training.course);
  write_time(out, "completed_at", training.completed_at);
  write_time(out, "valid_until", training.valid_until);
  out.member("valid", training.completed_at <= now && training.valid_until > now);
  write_maker(out, makers, training.id.value);
  out.end_object();
}

void write_shift(JsonWriter& out, const core::Staff& staff, const core::Ending<core::Shift>& entry) {
  const auto& shift = entry.value;
  out.begin_object().member("id", to_string(shift.id)).member("person", to_string(shift.person));
  out.member("name", name_of(staff, shift.person)).member("post", core::to_string(shift.post));
  write_time(out, "from", shift.from);
  write_time(out, "until", shift.until);
  out.member("overrides", shift.overrides);
  write_time(out, "cancelled_at", entry.ended_at);
  out.end_object();
}

std::string encode_person(const core::Staff& staff, const core::KnownPerson& known, const MakersById& makers,
                          Timestamp now) {
  const auto id = known.person.id;
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  write_person(out, known);
  out.name("posts").begin_array();
  for (const auto& entry : staff.appointments)
    if (entry.value.person == id) write_appointment(out, entry, makers, now);
  out.end_array().name("delegations").begin_array();
  for (const auto& entry : staff.delegations)
    if (entry.value.from_person == id || entry.value.to_person == id) write_delegation(out, staff, entry, makers, now);
  out.end_array().name("trainings").begin_array();
  for (const auto& training : staff.trainings)
    if (training.person == id) write_training(out, training, makers, now);
  out.end_array().end_object();
  return text;
}

std::string encode_people(const core::Staff& staff, const std::vector<const core::KnownPerson*>& people,
                          const std::optional<std::string>& next, Timestamp now) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().name("items").begin_array();
  for (const auto* known : people) {
    out.begin_object();
    write_person(out, *known);
    out.name("posts").begin_array();
    for (const auto post : staff.posts_of(known->person.id, now)) out.value(core::to_string(post));
    out.end_array().end_object();
  }
  out.end_array();
  write_optional(out, "next", next);
  out.end_object();
  return text;
}

std::string encode_roster(const core::Staff& staff, std::optional<core::Post> post, Timestamp at) {
  constexpr std::size_t most_next = 20;
  std::vector<core::Post> posts;
  for (const auto& entry : staff.shifts)
    if ((!post || *post == entry.value.post) &&
        std::find(posts.begin(), posts.end(), entry.value.post) == posts.end())
      posts.push_back(entry.value.post);
  std::vector<core::Shift> on_duty, next;
  for (const auto one : posts) {
    for (auto& shift : staff.on_duty(one, at)) on_duty.push_back(std::move(shift));
    for (auto& shift : staff.next_on_duty(one, at, most_next)) next.push_back(std::move(shift));
  }
  std::stable_sort(next.begin(), next.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
  std::optional<Timestamp> hand_over;
  for (const auto& shift : on_duty)
    if (!hand_over || shift.until < *hand_over) hand_over = shift.until;
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  write_time(out, "at", at);
  out.name("post");
  post ? out.value(core::to_string(*post)) : out.null();
  out.name("on_duty").begin_array();
  for (const auto& shift : on_duty) write_shift(out, staff, {shift, {}});
  out.end_array().name("next").begin_array();
  for (const auto& shift : next) write_shift(out, staff, {shift, {}});
  out.end_array();
  write_time(out, "hand_over_at", hand_over);
  out.end_object();
  return text;
}

void encode(JsonWriter& out, const ApprovalView& view, const AnswerContext&) {
  out.begin_object().member("kind", view.kind).member("id", view.id);
  write_text_or_null(out, "incident_id", view.incident_id);
  write_text_or_null(out, "number", view.number);
  out.member("exercise", view.exercise);
  write_text_or_null(out, "obligation_id", view.obligation_id);
  out.member("reason", view.reason);
  write_text_or_null(out, "asked_by", view.asked_by);
  write_time(out, "asked_at", view.asked_at);
  out.member("role", view.role).member("by_oneself", view.by_oneself).member("may_decide", view.may_decide);
  out.member("path", view.path).end_object();
}

}  // namespace noroshi::codec
