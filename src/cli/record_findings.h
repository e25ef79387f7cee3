// What a check of the record found, in words for a person and in JSON for a program.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "src/cli/output.h"
#include "src/record/finding.h"
#include "src/store/refold.h"

namespace noroshi::cli {

// Where a finding is, and how bad: of the record itself or of a table beside it.
struct ShownFinding {
  std::string code;
  record::FindingWeight weight = record::FindingWeight::altered;
  std::optional<std::uint64_t> sequence, last;
  std::string place;     // within the event, or table and key
  std::string event;     // id
  std::string type;      // of the event
  std::string incident;  // number
  Text text;             // one sentence
};

ShownFinding shown(const record::Finding& finding);
ShownFinding shown(const store::TableFinding& finding);

// Collects; keeps the first of each code in each table, up to a bound, and counts all.
class Findings {
 public:
  void add(ShownFinding finding);
  const std::vector<ShownFinding>& kept() const { return kept_; }
  std::uint64_t altered() const { return altered_; }
  std::uint64_t left_out() const { return left_out_; }

 private:
  std::vector<ShownFinding> kept_;
  std::uint64_t altered_ = 0, left_out_ = 0;
};

// A line each: altered ones first.
std::string render(const Findings& findings, Language language);
// [{"code","weight",…}]
std::string json_of(const Findings& findings, Language language);

}  // namespace noroshi::cli
