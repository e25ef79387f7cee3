#include "src/codec/report_decoder.h"

#include <cstdlib>

#include "src/codec/merge_patch.h"
#include "src/codec/report_members.h"
#include "src/codec/strict_json.h"

namespace noroshi::codec {
namespace {

namespace json = boost::json;
using Errors = std::vector<core::FieldError>;

const Place root_place;

bool is_first(const json::value& root) {
  const auto* object = root.if_object();
  const auto* stage = object ? object->if_contains("stage") : nullptr;
  const auto* text = stage ? stage->if_string() : nullptr;
  return text && std::string_view(*text) == to_string(core::Stage::first);
}

// Documents and patches were checked before they were stored: one that does not parse is a broken invariant.
void parse_stored(JsonDocument& document, std::string_view text) {
  if (!document.parse(text) || !document.root().is_object()) std::abort();
}

// Only what names the report; the rest of a patch means nothing before it is laid over.
core::Report identity_of(core::Report read) {
  core::Report identity;
  identity.organization = std::move(read.organization);
  identity.reference = std::move(read.reference);
  identity.stage = read.stage;
  return identity;
}

}  // namespace

tl::expected<Submission, Errors> decode_submission(std::string_view body) {
  JsonDocument document;
  if (const auto parsed = document.parse(body); !parsed)
    return tl::unexpected(Errors{to_field_error(parsed.error())});

  Submission submission;
  submission.complete = is_first(document.root());
  core::Report report;
  Mistakes mistakes;
  std::string normalised;
  JsonWriter out(normalised);
  const auto& demands = submission.complete ? whole_report : report_patch;
  ObjectReader::read_object(document.root(), root_place, mistakes, out, [&](ObjectReader& in) {
    read_report(in, demands, report);
    submission.members = in.present();
  });
  if (!mistakes.empty()) return tl::unexpected(mistakes.take());

  submission.patch = body;
  if (submission.complete) {
    submission.report = std::move(report);
    submission.report.document = std::move(normalised);
    submission.report.changes = "[]";
  } else {
    submission.report = identity_of(std::move(report));
  }
  return submission;
}

tl::expected<core::Report, Errors> complete_report(const Submission& submission,
                                                   std::string_view document_in_force) {
  JsonDocument before, patch;
  parse_stored(before, document_in_force);
  parse_stored(patch, submission.patch);
  json::value merged = submission.complete ? json::value(json::object()) : json::value(before.root());
  apply_merge_patch(merged, patch.root());

  core::Report report;
  Mistakes mistakes;
  JsonWriter out(report.document);
  ObjectReader::read_object(merged, root_place, mistakes, out,
                            [&](ObjectReader& in) { read_report(in, whole_report, report); });
  if (!mistakes.empty()) return tl::unexpected(mistakes.take());

  JsonDocument after;
  parse_stored(after, report.document);
  report.changes = differences(before.root().get_object(), after.root().get_object());
  return report;
}

}  // namespace noroshi::codec
