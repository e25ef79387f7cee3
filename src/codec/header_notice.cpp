#include "src/codec/header_notice.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "src/codec/json_pointer.h"
#include "src/codec/strict_json.h"

namespace noroshi::codec {
namespace {

// Handling (取扱制限) and the consent are of the label, not of what it labels.
constexpr std::array<std::string_view, 14> header = {
    "assessment",  "classification", "consent_to_share", "contact",   "cyberattack", "exercise", "handling",
    "large_scale", "organization",   "police",           "reference", "stage",       "times",    "title"};

}  // namespace

std::vector<core::FieldError> beyond_header(std::string_view document) {
  JsonDocument json;
  if (!json.parse(document) || !json.root().is_object()) std::abort();
  std::vector<core::FieldError> errors;
  for (const auto& member : json.root().get_object()) {
    const std::string_view name = member.key();
    if (member.value().is_null() || std::find(header.begin(), header.end(), name) != header.end()) continue;
    std::string pointer;
    append_pointer_token(pointer, name);
    errors.push_back({std::move(pointer),
                      "annex_header_only",
                      {"機密性3の報告には入れられません。別紙で送ってください（前の版の内容は null で消せます）。",
                       "A report of confidentiality 3 does not hold this. Send it by an annex (null clears what an "
                       "earlier version said)."}});
  }
  return errors;
}

std::optional<core::Refusal> refuse_beyond_header(const core::Report& report) {
  if (report.confidentiality != 3) return std::nullopt;
  auto errors = beyond_header(report.document);
  if (errors.empty()) return std::nullopt;
  return core::Refusal{core::RefusalCode::annex_header_only,
                       {"機密性3情報です。報告には、その存在、時刻、評価、格付及び連絡先だけを入れ、内容は別紙（noroshi"
                        " annex ask）で送るか、課室情報セキュリティ責任者が"
                        "指定した方法で手渡してください（統一基準 3.1.1(4)(d)、(6)）。",
                        "This is information of confidentiality 3. The report names that it exists, its times, "
                        "assessment, label and contact, and nothing "
                        "of it. Send the content by an annex (noroshi annex ask), or hand it over by the way that your "
                        "section officer designated "
                        "(standard 3.1.1(4)(d), (6))."},
                       std::move(errors)};
}

}  // namespace noroshi::codec
