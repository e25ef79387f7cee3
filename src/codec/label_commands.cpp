#include "src/codec/label_commands.h"

#include "src/codec/decoding.h"
#include "src/codec/report_members.h"
#include "src/codec/strict_json.h"
#include "src/core/label_words.h"

namespace noroshi::codec {
namespace {

constexpr TextRule optional_label{.longest = core::longest_own_label};
constexpr TextRule required_label{.longest = core::longest_own_label, .not_blank = true};

core::Grades read_grades(ObjectReader& in) {
  core::Grades grades;
  grades.confidentiality = static_cast<int>(in.integer("confidentiality", 1, 3, Need::required).value_or(0));
  grades.integrity = static_cast<int>(in.integer("integrity", 1, 2).value_or(0));
  grades.availability = static_cast<int>(in.integer("availability", 1, 2).value_or(0));
  return grades;
}

std::string read_reason(ObjectReader& in) { return std::string(in.text("reason", required_text, Need::required).value_or("")); }

}  // namespace

Decoded<core::SetLabelMapping> decode_label_mapping(std::string_view body) {
  return decode<core::SetLabelMapping>(body, [](ObjectReader& in, core::SetLabelMapping& command) {
    command.own_label = std::string(in.text("own_label", required_label, Need::required).value_or(""));
    command.grades = read_grades(in);
  });
}

Decoded<core::WithdrawLabelMapping> decode_label_mapping_withdrawal(std::string_view body) {
  return decode<core::WithdrawLabelMapping>(
      body, [](ObjectReader& in, core::WithdrawLabelMapping& command) { command.reason = read_reason(in); });
}

Decoded<core::AskLabelChange> decode_label_change(std::string_view body) {
  return decode<core::AskLabelChange>(body, [](ObjectReader& in, core::AskLabelChange& command) {
    command.own_label = std::string(in.text("own_label", optional_label).value_or(""));
    command.grades = read_grades(in);
    command.reason = read_reason(in);
  });
}

Decoded<core::DecideLabelChange> decode_label_change_decision(std::string_view body) {
  auto written = decode_four_eyes(body);
  if (!written) return tl::unexpected(std::move(written.error()));
  core::DecideLabelChange command;
  command.granted = written->approved;
  command.reason = std::move(written->reason);
  return command;
}

}  // namespace noroshi::codec
