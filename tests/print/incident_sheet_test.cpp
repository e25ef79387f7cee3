#include "src/codec/incident_sheet.h"

#include <algorithm>

#include <doctest/doctest.h>

namespace {

using namespace noroshi;
using codec::Language;

std::string text_beside(const std::vector<codec::SheetLine>& lines, std::string_view label) {
  const auto line = std::find_if(lines.begin(), lines.end(), [&](const auto& each) { return each.label == label; });
  return line == lines.end() ? std::string("(no such line)") : line->text;
}

TEST_CASE("times on paper: Japan's, with the era") {
  struct Case {
    const char* at;
    const char* ja;
    const char* en;
  };
  const Case cases[] = {
      {"2018-08-01T09:00:00+09:00", "2018年8月1日（平成30年） 9:00", "2018-08-01 09:00 (JST)"},
      {"2019-04-30T23:59:59+09:00", "2019年4月30日（平成31年） 23:59", "2019-04-30 23:59 (JST)"},
      {"2019-05-01T00:00:00+09:00", "2019年5月1日（令和元年） 0:00", "2019-05-01 00:00 (JST)"},
      {"2026-01-05T15:30:00Z", "2026年1月6日（令和8年） 0:30", "2026-01-06 00:30 (JST)"},
      {"1989-01-07T12:00:00+09:00", "1989年1月7日 12:00", "1989-01-07 12:00 (JST)"},
      {"1989-01-08T00:00:00+09:00", "1989年1月8日（平成元年） 0:00", "1989-01-08 00:00 (JST)"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.at);
    CHECK(codec::paper_time(*parse_rfc3339(each.at), Language::ja) == each.ja);
    CHECK(codec::paper_time(*parse_rfc3339(each.at), Language::en) == each.en);
  }
}

TEST_CASE("a report as lines: what is there, in words, in the order of a form") {
  const std::string document =
      R"({"reference":"k-1","stage":"first","title":"標的型メール","times":{"recognized":{"value":"2018-08-01T09:00:00+09:00"},)"
      R"("occurred":{"value":"2018-07-30T00:00:00+09:00","precision":"day"}},"assessment":"incident","cyberattack":"possible",)"
      R"("large_scale":[{"criterion":"property","harm":"feared","certainty":"may_be"}],"systems":[{"name":"基幹系","contractor":"委託先",)"
      R"("shared_platform":true}],"impact":{"confidentiality":"unknown","persons_affected":{"min":10,"max":200}},)"
      R"("actions":{"evidence_kept":true},"notices_made":[{"to":"個人情報保護委員会","means":"電話"}],"consent_to_share":false})";
  const auto lines = codec::report_lines(document, Language::ja);
  CHECK(lines.front().label == "整理番号");
  CHECK(text_beside(lines, "報告の段階") == "第一報");
  CHECK(text_beside(lines, "発生") == "2018年7月30日（平成30年） 0:00（日まで）");
  CHECK(text_beside(lines, "サイバー攻撃") == "おそれあり");
  CHECK(text_beside(lines, "大規模の該当") == "財産　被害のおそれ　可能性");
  CHECK(text_beside(lines, "情報システム") == "基幹系 / 委託先（基盤となる情報システム）");
  CHECK(text_beside(lines, "機密性への影響") == "不明");
  CHECK(text_beside(lines, "本人の数") == "10–200");
  CHECK(text_beside(lines, "証拠保全") == "あり");
  CHECK(text_beside(lines, "連絡済みの先") == "個人情報保護委員会 / 電話");
  CHECK(text_beside(lines, "情報共有への同意") == "なし");
  CHECK(text_beside(lines, "概要") == "(no such line)");
  CHECK(text_beside(codec::report_lines(document, Language::en), "Cyberattack") == "possible");
}

TEST_CASE("what a body is not shown is said, and no mark turns a line around") {
  const auto lines = codec::report_lines(
      R"({"title":"a\u202eb\u2066c","view":{"of":"police","left_out":["impact"],"withheld":[{"members":["systems"],"by":"jps",)"
      R"("until":"2026-11-30T00:00:00+09:00"}]}})",
      Language::ja);
  CHECK(text_beside(lines, "件名") == "a\xef\xbf\xbd" "b\xef\xbf\xbd" "c");
  CHECK(text_beside(lines, "示されない項目") == "impact");
  CHECK(text_beside(lines, "留保中の項目") == "systems (jps, 2026年11月30日（令和8年） 0:00)");
}

}  // namespace
