#include <doctest/doctest.h>

#include <boost/json/parse.hpp>

#include "routing/time.h"
#include "src/cli/chronology.h"
#include "src/cli/output.h"
#include "src/cli/receipt.h"
#include "src/cli/story_player.h"
#include "tests/cli/temporary_folder.h"

using namespace noroshi;
using namespace noroshi::cli;

TEST_CASE("times are shown in Japanese time to the minute") {
  CHECK(shown_time("2018-08-01T00:00:00Z") == "2018-08-01 09:00");
  CHECK(shown_time("2018-08-01T09:00:30.5+09:00") == "2018-08-01 09:00");
  CHECK(shown_time("") == "-");
  CHECK(shown_time("not a time") == "not a time");
}

TEST_CASE("times of the record are shown with their zone, whatever the machine's own") {
  CHECK(shown_second(*parse_rfc3339("2018-08-01T01:20:30Z")) == "2018-08-01 10:20:30+09:00");
  CHECK(shown_second(*parse_rfc3339("2018-08-01T10:20:30.25+09:00")) == "2018-08-01 10:20:30+09:00");
}

TEST_CASE("one thing is counted as one") {
  CHECK(counted(0, "event") == "0 events");
  CHECK(counted(1, "event") == "1 event");
  CHECK(counted(2, "receipt") == "2 receipts");
}

TEST_CASE("an entry of the chronology names the incident where it is told, and duties without stray blanks") {
  core::Event event;
  event.at = *parse_rfc3339("2018-08-01T10:20:30+09:00");
  event.what = core::ObligationWaived{};
  Chronology chronology(Language::ja);
  const auto entry = chronology.entry(event, 12, "JPS-2018-1");
  CHECK(entry.starts_with("2018-08-01 10:20:30+09:00  #12  JPS-2018-1  noroshid（自動）\n"));
  CHECK(entry.find("）を免除。") != std::string::npos);
  CHECK(chronology.entry(event, std::nullopt).starts_with("2018-08-01 10:20:30+09:00  #-  noroshid"));
}

TEST_CASE("durations are shown by their two largest units") {
  CHECK(shown_duration(0, Language::ja) == "0秒");
  CHECK(shown_duration(59, Language::ja) == "59秒");
  CHECK(shown_duration(3600, Language::ja) == "1時間");
  CHECK(shown_duration(2 * 86400 + 3 * 3600 + 120, Language::ja) == "2日3時間");
  CHECK(shown_duration(2 * 86400 + 120, Language::ja) == "2日");
  CHECK(shown_duration(90 * 60, Language::en) == "1h 30m");
}

TEST_CASE("a body is named in Japanese with its slug; one the registry does not know by its slug alone") {
  CHECK(shown_organization("mhlw", Language::ja) == "厚生労働省 (mhlw)");
  CHECK(shown_organization("mhlw", Language::en) == "mhlw");
  CHECK(shown_organization("nobody", Language::ja) == "nobody");
}

TEST_CASE("late duties stand first and are marked") {
  const auto obligations = boost::json::parse(R"json([
    {"id":"1","clause":"2.2.4(2)(g)","sentence":2,"holder":"jps","recipient":"mhlw","state":"fulfilled",
     "due_at":"2020-05-08T13:00:00+09:00","late_by":"P2DT21H","overdue":false},
    {"id":"2","clause":"2.2.4(2)(h)","holder":"jps","recipient":"police-tokyo","state":"open",
     "due_at":"2020-05-09T12:00:00+09:00","late_by":null,"overdue":false},
    {"id":"3","clause":"2.2.4(2)(g)","sentence":3,"holder":"mhlw","recipient":"nisc","state":"open",
     "due_at":"2020-05-11T10:30:00+09:00","late_by":"PT26H","overdue":true}])json");
  const auto table = render_obligations(obligations.as_array(), Language::ja);
  const auto place = [&table](const char* text) { return table.find(text); };
  CHECK(place("2.2.4(2)(g) 3") < place("2.2.4(2)(g) 2"));
  CHECK(place("2.2.4(2)(g) 2") < place("2.2.4(2)(h)"));
  CHECK(table.find("期限超過 2日21時間") != std::string::npos);
  CHECK(table.find("期限超過 1日2時間") != std::string::npos);
}

TEST_CASE("a receipt names the incident, the time and the hash, and says when it is a repeat") {
  const auto answer = boost::json::parse(R"json({"report":{"id":"r","incident_id":"i","version":1},
    "incident":{"id":"i","number":"JPS-2020-1","state":"assessed"},"obligations":[],"alarms":[{"code":"no_police_known"}],
    "receipt":{"received_at":"2020-05-11T01:00:00Z","sha256":"abc","event_id":"e"}})json");
  const auto fresh = render_receipt(answer, false, Language::ja);
  CHECK(fresh.find("受け付けました") == 0);
  CHECK(fresh.find("JPS-2020-1") != std::string::npos);
  CHECK(fresh.find("2020-05-11 10:00") != std::string::npos);
  CHECK(fresh.find("no_police_known") != std::string::npos);
  CHECK(render_receipt(answer, true, Language::ja).find("既に受け付けられています") != std::string::npos);
}

TEST_CASE("a receipt says whether it is signed and by which key, and is found again for its incident") {
  const std::string with_signature = R"json({"report":{"version":2},"incident":{"id":"i"},"obligations":[],"alarms":[],
    "receipt":{"sha256":"abc","key":"0123456789abcdef","signature":"c2lnbmVk"}})json";
  CHECK(render_receipt(boost::json::parse(with_signature), false, Language::ja).find("署名付き（鍵 0123456789abcdef）") !=
        std::string::npos);
  CHECK(render_receipt(boost::json::parse(R"({"receipt":{"key":"0123456789abcdef"}})"), false, Language::en).find("not signed") !=
        std::string::npos);

  const noroshi::test::TemporaryFolder folder;
  CHECK(render_kept_receipts(folder.path() / "nowhere", "i", Language::en).empty());
  folder.write("accepted/00000001.receipt.json", R"({"incident":{"id":"another"}})");
  folder.write("accepted/00000002.receipt.json", "no JSON");
  folder.write("accepted/00000003.receipt.json", with_signature);
  folder.write("accepted/00000003.report", with_signature);
  const auto kept = render_kept_receipts(folder.path(), "i", Language::en);
  CHECK(kept == "version 2: signed (key 0123456789abcdef) " + (folder.path() / "accepted/00000003.receipt.json").string() + "\n");
}

TEST_CASE("a status becomes the exit code that a script can act on") {
  CHECK(exit_code_of(401) == exit_refused);
  CHECK(exit_code_of(403) == exit_refused);
  CHECK(exit_code_of(404) == exit_failed);
  CHECK(exit_code_of(422) == exit_usage);
  CHECK(exit_code_of(409) == exit_usage);
  CHECK(exit_code_of(429) == exit_unavailable);
  CHECK(exit_code_of(503) == exit_unavailable);
}

TEST_CASE("a duty of a demonstration is told with its lateness") {
  const auto late =
      boost::json::parse(R"json({"clause":"2.2.4(2)(g)","sentence":3,"holder":"mhlw","recipient":"nisc",
    "state":"fulfilled","due_at":"2020-05-11T10:30:00+09:00","late_by":"P18D"})json");
  CHECK(shown_duty(late, Language::ja) ==
        "厚生労働省 (mhlw) → 内閣サイバーセキュリティセンター (nisc)  2.2.4(2)(g) 第3文  履行済 【期限超過 "
        "18日】");
  CHECK(crosses_border(late));
  CHECK_FALSE(
      crosses_border(boost::json::parse(R"json({"holder":"jps","recipient":"jps","self":false})json")));
  CHECK(crosses_border(boost::json::parse(R"json({"holder":"nisc","recipient":"nisc","self":true})json")));
}
