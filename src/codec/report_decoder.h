// Reports (第一報, 続報, 最終報, 訂正) from JSON: design of the members in schemas/api/report.schema.json.
//
// Every mistake is listed with its pointer; see field_reader.h for the codes. Errors of the JSON itself are a
// list of one (is_malformed in strict_json.h). Pure; any number of threads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "src/core/refusal.h"
#include "src/core/report.h"

namespace noroshi::codec {

// What arrived, checked member by member.
struct Submission {
  // `first`: the whole report, `document` included, `changes` "[]". Otherwise only organization, reference
  // and stage are set; complete_report() gives the rest.
  core::Report report;
  bool complete = false;             // stage is first
  std::vector<std::string> members;  // names present at the top level, in the order of the schema
  std::string patch;                 // the submitted object, to lay over the document in force
};

tl::expected<Submission, std::vector<core::FieldError>> decode_submission(std::string_view body);

// Lays a followup, final or correction over the document in force (RFC 7396 JSON Merge Patch: an absent
// member keeps its value, null clears it, an array is replaced), checks the whole as for a first report and
// gives the report now in force with its document and changes. For a complete submission it gives that
// report, with changes against the document. `document_in_force` is a `Report::document`; anything else
// aborts.
tl::expected<core::Report, std::vector<core::FieldError>> complete_report(const Submission& submission,
                                                                          std::string_view document_in_force);

}  // namespace noroshi::codec
