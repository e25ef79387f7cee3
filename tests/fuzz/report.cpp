// A report: a report comes of it or reasons, what was read is written so that it is read again as the same, and a later
// version laid over one in force is one too.
#include "src/codec/explain.h"
#include "src/codec/header_notice.h"
#include "src/codec/report_decoder.h"
#include "src/codec/strict_json.h"
#include "tests/fuzz/fuzz.h"

namespace noroshi::fuzz {
namespace {

void check(const std::vector<core::FieldError>& errors) {
  HOLDS(!errors.empty() && errors.size() <= 201);
  for (const auto& error : errors) HOLDS(!error.code.empty() && !error.message.ja.empty() && !error.message.en.empty());
  codec::JsonDocument document;
  HOLDS(document.parse(codec::encode_errors(errors, codec::Language::ja)).has_value());
}

constexpr std::string_view in_force =
    R"({"reference":"A-1","stage":"first","title":"題","times":{"recognized":{"value":"2026-01-05T09:00:00+09:00"}},)"
    R"("assessment":"possible","cyberattack":"unknown","systems":[],"summary":"概要"})";

}  // namespace

void target(std::string_view input) {
  const auto submission = codec::decode_submission(input);
  if (!submission) return check(submission.error());
  if (submission->complete) {
    const auto again = codec::decode_submission(submission->report.document);
    HOLDS(again.has_value());
    HOLDS(again->report == submission->report);
    codec::beyond_header(submission->report.document);
  }
  const auto report = codec::complete_report(*submission, in_force);
  if (!report) return check(report.error());
  HOLDS(codec::decode_submission(report->document).has_value());
  codec::JsonDocument changes;
  HOLDS(changes.parse(report->changes).has_value());
}

}  // namespace noroshi::fuzz
