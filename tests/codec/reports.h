// Reports to start from.
#pragma once

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "src/codec/merge_patch.h"
#include "src/core/refusal.h"

namespace noroshi::codec::test {

// The members a first report must have, and no other.
inline constexpr std::string_view smallest_report =
    R"({"reference":"R-1","stage":"first","title":"不審な通信","times":{"recognized":{"value":"2018-08-01T09:00:00+09:00"}},"assessment":"incident"})";

// Every member there is, each in normal form and in its place.
inline constexpr std::string_view largest_report =
    R"({"reference":"R-1","stage":"first","title":"不審な通信","summary":"一行目\n二行目",)"
    R"("times":{"occurred":{"value":"2018-07-30T00:00:00+09:00","precision":"day"},)"
    R"("detected":{"value":"2018-08-01T08:30:00+09:00","precision":"minute"},)"
    R"("recognized":{"value":"2018-08-01T09:00:00+09:00","precision":"minute"},)"
    R"("assessed":{"value":"2018-08-01T09:30:00+09:00","precision":"about"}},)"
    R"("assessment":"incident","assessment_reason":"通信先が既知の攻撃基盤","cyberattack":"possible","cyberattack_reason":"調査中",)"
    R"("large_scale":[{"criterion":"property","harm":"feared","certainty":"may_be"}],)"
    R"("category":"malicious-code/infected-system",)"
    R"("systems":[{"name":"業務システム","shared_platform":true,"contractor":"委託先","product":"製品 1.0"}],)"
    R"("impact":{"confidentiality":"possible","integrity":"no","availability":"unknown","persons_affected":{"min":10,"max":100},"services":["窓口"]},)"
    R"("classification":{"confidentiality":2,"integrity":1,"availability":2,"own_label":"部内限り"},)"
    R"("handling":["複製禁止"],)"
    R"("actions":{"isolated_at":"2018-08-01T09:10:00+09:00","stopped_at":"2018-08-01T09:20:00+09:00","contained_at":"2018-08-01T10:00:00+09:00","recovered_at":"2018-08-02T10:00:00+09:00","evidence_kept":true,"outside_experts":false,"note":"保全済み"},)"
    R"("notices_made":[{"to":"警視庁","at":"2018-08-01T11:00:00+09:00","reference":"123","means":"電話"}],)"
    R"("police":"police-tokyo","consent_to_share":true,"exercise":true,"contact":{"role":"CSIRT 責任者","means":"内線 1234"},"organization":"jps"})";

// A report with RFC 7396 changes.
inline std::string with(std::string_view report, std::string_view changes) {
  auto value = boost::json::parse(report);
  apply_merge_patch(value, boost::json::parse(changes));
  return boost::json::serialize(value);
}

// "/pointer code" of each mistake, sorted.
inline std::vector<std::string> mistakes(const std::vector<core::FieldError>& errors) {
  std::vector<std::string> all;
  for (const auto& error : errors) all.push_back(error.pointer + " " + error.code);
  std::sort(all.begin(), all.end());
  return all;
}

template <class Expected>
std::vector<std::string> mistakes_of(const Expected& result) {
  return result ? std::vector<std::string>{} : mistakes(result.error());
}

inline std::string repeated(std::size_t times, std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace noroshi::codec::test
