#include "src/codec/handling_commands.h"

#include "src/codec/decoding.h"
#include "src/codec/report_members.h"
#include "src/codec/strict_json.h"

namespace noroshi::codec {
namespace {

std::string string_or_empty(std::optional<std::string_view> text) {
  return std::string(text.value_or(""));
}

constexpr std::string_view step_kinds =
    "ciso_told, situation, record, rules_followed, cause_reported, measures_ordered, lessons_shared, "
    "procedure_followed, information_shared";
constexpr TextRule id_text{.longest = 36};

void read_person(ObjectReader& in, std::optional<core::PersonId>& person) {
  const auto text = in.text("person", id_text);
  if (!text || text->empty()) return;
  if (const auto id = core::parse_uuid(*text))
    person = core::PersonId{*id};
  else
    in.mistakes().add(in.at("person").pointer(), "value",
                      {"GET /people の id（UUID）ではありません。", "This is no id (UUID) of GET /people."});
}

}  // namespace

Decoded<core::TakeHandlingStep> decode_handling_step(std::string_view body) {
  return decode<core::TakeHandlingStep>(body, [](ObjectReader& in, core::TakeHandlingStep& command) {
    const auto kind = in.word("kind", core::parse_handling_step_kind, step_kinds, Need::required);
    if (kind) command.kind = *kind;
    command.text = string_or_empty(in.text("text", required_text, Need::required));
    read_person(in, command.person);
  });
}

Decoded<core::GiveInstruction> decode_instruction(std::string_view body) {
  return decode<core::GiveInstruction>(body, [](ObjectReader& in, core::GiveInstruction& command) {
    const auto kind = in.word("kind", core::parse_instruction_kind, "emergency_measures, recovery, handling", Need::required);
    if (kind) command.kind = *kind;
    const auto force =
        in.word("force", core::parse_instruction_force, "instruction, recommendation, advice", Need::required);
    if (force) command.force = *force;
    command.addressee = string_or_empty(in.text("addressee", one_line_name, Need::required));
    command.text = string_or_empty(in.text("text", required_text, Need::required));
    command.answer_by = in.time("answer_by");
  });
}

Decoded<core::AnswerInstruction> decode_instruction_answer(std::string_view body) {
  return decode<core::AnswerInstruction>(body, [](ObjectReader& in, core::AnswerInstruction& command) {
    command.carried_out = in.boolean("carried_out", Need::required).value_or(false);
    command.text = string_or_empty(in.text("text", required_text, Need::required));
  });
}

Decoded<core::LinkPlatform> decode_platform(std::string_view body) {
  return decode<core::LinkPlatform>(body, [](ObjectReader& in, core::LinkPlatform& command) {
    command.platform = string_or_empty(in.text("platform", one_line_name, Need::required));
    command.operator_organization = string_or_empty(in.slug("operator_organization", Need::required));
  });
}

}  // namespace noroshi::codec
