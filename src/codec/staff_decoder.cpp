#include "src/codec/staff_decoder.h"

#include <algorithm>

#include "src/codec/report_members.h"
#include "src/codec/strict_json.h"

namespace noroshi::codec {
namespace {

constexpr std::string_view employments = "employee, seconded, dispatched, trainee";
constexpr std::string_view posts =
    "ciso, deputy_ciso, csirt_head, csirt_coordinator, external_contact, csirt_member, information_security_officer, "
    "section_officer, system_security_officer, exception_officer, cymat_member";
constexpr std::string_view grounds = "expertise, aptitude, office";
constexpr std::string_view training_kinds = "csirt, cymat";
constexpr TextRule skill{.longest = 100, .not_blank = true};
constexpr std::size_t most_skills = 50;

template <class Command, class Read>
Decoded<Command> decode(std::string_view body, Read read) {
  JsonDocument document;
  if (const auto parsed = document.parse(body.empty() ? "{}" : body); !parsed)
    return tl::unexpected(std::vector<core::FieldError>{to_field_error(parsed.error())});
  Command command{};
  Mistakes mistakes;
  std::string normalised;
  JsonWriter out(normalised);
  const Place place;
  ObjectReader::read_object(document.root(), place, mistakes, out, [&](ObjectReader& in) { read(in, command); });
  if (!mistakes.empty()) return tl::unexpected(mistakes.take());
  return command;
}

std::string string_or_empty(std::optional<std::string_view> text) { return std::string(text.value_or("")); }

std::optional<std::vector<std::string>> read_skills(ObjectReader& in) {
  std::vector<std::string> list;
  const bool there = in.array("skills", most_skills, [&](const boost::json::value& element, const Place& place) {
    const auto* text = element.if_string();
    if (!text) return in.mistakes().add_type(place, "文字列", "a string");
    if (const auto faults = check_text(*text, skill)) in.mistakes().add_text_faults(place, faults, skill);
    if (std::find(list.begin(), list.end(), *text) == list.end()) list.emplace_back(*text);
  });
  return there ? std::optional(std::move(list)) : std::nullopt;
}

std::optional<core::PersonId> parse_person(std::string_view text) {
  const auto id = core::parse_uuid(text);
  return id ? std::optional(core::PersonId{*id}) : std::nullopt;
}
core::PersonId read_person(ObjectReader& in, std::string_view name) {
  return in.word(name, parse_person, "a person's id (GET /people)", Need::required).value_or(core::PersonId{});
}
core::Post read_post(ObjectReader& in) {
  return in.word("post", core::parse_post, posts, Need::required).value_or(core::Post::ciso);
}
template <class Command>
Decoded<Command> decode_reason(std::string_view body) {
  return decode<Command>(body, [](ObjectReader& in, Command& command) {
    command.reason = string_or_empty(in.text("reason", required_text, Need::required));
  });
}

}  // namespace

Decoded<core::RegisterPerson> decode_person(std::string_view body) {
  return decode<core::RegisterPerson>(body, [](ObjectReader& in, core::RegisterPerson& command) {
    command.name = string_or_empty(in.text("name", one_line_name, Need::required));
    command.employment =
        in.word("employment", core::parse_employment, employments, Need::required).value_or(core::Employment::employee);
    command.skills = read_skills(in).value_or(std::vector<std::string>());
    command.cleared = in.boolean("cleared").value_or(false);
  });
}

Decoded<core::ChangePerson> decode_person_change(std::string_view body) {
  return decode<core::ChangePerson>(body, [](ObjectReader& in, core::ChangePerson& command) {
    if (const auto name = in.text("name", one_line_name, Need::not_null)) command.name = std::string(*name);
    command.employment = in.word("employment", core::parse_employment, employments, Need::not_null);
    command.skills = read_skills(in);
    command.cleared = in.boolean("cleared", Need::not_null);
  });
}

Decoded<core::RemovePerson> decode_departure(std::string_view body) { return decode_reason<core::RemovePerson>(body); }
Decoded<core::EndAppointment> decode_appointment_end(std::string_view body) {
  return decode_reason<core::EndAppointment>(body);
}
Decoded<core::EndDelegation> decode_delegation_end(std::string_view body) {
  return decode_reason<core::EndDelegation>(body);
}
Decoded<core::CancelShift> decode_cancellation(std::string_view body) { return decode_reason<core::CancelShift>(body); }

Decoded<core::Appoint> decode_appointment(std::string_view body) {
  return decode<core::Appoint>(body, [](ObjectReader& in, core::Appoint& command) {
    command.post = read_post(in);
    command.ground = in.word("ground", core::parse_ground, grounds, Need::required).value_or(core::Ground::office);
    command.reason = string_or_empty(in.text("reason", short_text));
    command.from = in.time("from");
    command.until = in.time("until");
  });
}

Decoded<core::Delegate> decode_delegation(std::string_view body) {
  return decode<core::Delegate>(body, [](ObjectReader& in, core::Delegate& command) {
    command.to_person = read_person(in, "to_person");
    command.post = read_post(in);
    const bool there = in.array("powers", 4, [&](const boost::json::value& element, const Place& place) {
      const auto* text = element.if_string();
      const auto power = text ? core::parse_power(*text) : std::nullopt;
      if (!power) {
        in.mistakes().add(place.pointer(), "value",
                          {"次のいずれかにしてください: be_told, approve, decide, appoint",
                           "Give one of: be_told, approve, decide, appoint"});
      } else if (std::find(command.powers.begin(), command.powers.end(), *power) == command.powers.end()) {
        command.powers.push_back(*power);
      }
    });
    if (!there) in.mistakes().add_required(in.at("powers"));
    command.reason = string_or_empty(in.text("reason", short_text));
    command.from = in.time("from");
    command.until = in.time("until", Need::required).value_or(Timestamp{});
  });
}

Decoded<core::RecordTraining> decode_training(std::string_view body) {
  return decode<core::RecordTraining>(body, [](ObjectReader& in, core::RecordTraining& command) {
    command.kind =
        in.word("kind", core::parse_training_kind, training_kinds, Need::required).value_or(core::TrainingKind::csirt);
    command.course = string_or_empty(in.text("course", one_line_title, Need::required));
    command.completed_at = in.time("completed_at", Need::required).value_or(Timestamp{});
    command.valid_until = in.time("valid_until", Need::required).value_or(Timestamp{});
  });
}

Decoded<core::SetShift> decode_shift(std::string_view body) {
  return decode<core::SetShift>(body, [](ObjectReader& in, core::SetShift& command) {
    command.person = read_person(in, "person");
    command.post = read_post(in);
    command.from = in.time("from", Need::required).value_or(Timestamp{});
    command.until = in.time("until", Need::required).value_or(Timestamp{});
    command.overrides = in.boolean("overrides").value_or(false);
  });
}

}  // namespace noroshi::codec
