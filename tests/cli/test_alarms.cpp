#include <doctest/doctest.h>

#include <boost/json/parse.hpp>

#include <sstream>
#include <vector>

#include "src/cli/alarms.h"
#include "src/cli/table.h"

using namespace noroshi::cli;

namespace {

std::vector<std::string> rows_of(const char* alarms, Language language) {
  std::vector<std::string> rows;
  std::istringstream stream(render_alarms(boost::json::parse(alarms).as_array(), language));
  for (std::string line; std::getline(stream, line);) rows.push_back(line);
  return rows;
}

std::size_t column(const std::string& line, std::string_view cell) {
  REQUIRE(line.find(cell) != std::string::npos);
  return display_width(line.substr(0, line.find(cell)));
}

bool has(const std::string& line, std::string_view text) {
  return line.find(text) != std::string::npos;
}

constexpr const char* night = R"json([
  {"id":"1","code":"duty_overdue","obligation_id":"o1","incident_id":"i","number":"JPS-2020-1","exercise":false,
   "organization":"jps","role":"csirt_head","level":1,"raised_at":"2020-05-11T09:00:00+09:00",
   "due_at":"2020-05-08T12:00:00+09:00","message":"…","holder":"jps","clause":"2.2.4(2)(g)","sentence":2},
  {"id":"2","code":"relay_silent","obligation_id":"o2","incident_id":"i","number":"JPS-2020-1","exercise":false,
   "organization":"nisc","role":"center_liaison","level":3,"raised_at":"2020-05-11T02:00:00Z",
   "due_at":"2020-05-11T10:30:00+09:00","message":"…","holder":"mhlw","clause":"2.2.4(2)(g)","sentence":3},
  {"id":"3","code":"acknowledgement_overdue","obligation_id":"o2","incident_id":"j","number":"MHLW-2020-2","exercise":true,
   "organization":"mhlw","role":"csirt_member","level":2,"raised_at":"2020-05-11T11:00:00+09:00",
   "due_at":"2020-05-11T10:59:58+09:00","message":"…","holder":"mhlw","clause":"2.2.4(2)(h)"}])json";

}  // namespace

TEST_CASE("the newest alarm stands first, of two at one moment the one of the higher level") {
  const auto rows = rows_of(night, Language::en);
  REQUIRE(rows.size() == 5);
  CHECK(rows[2].front() == '3');
  CHECK(rows[3].front() == '2');
  CHECK(rows[4].front() == '1');
}

TEST_CASE("an alarm tells when, how late it was then, which sentence, who is late and who was alarmed") {
  const auto rows = rows_of(night, Language::en);
  for (const char* cell : {"1  ", "2020-05-11 09:00", "overdue", "2d 21h", "2.2.4(2)(g) 2", "jps",
                           "jps csirt_head", "JPS-2020-1"})
    CHECK_MESSAGE(has(rows[4], cell), cell);
  for (const char* cell : {"2020-05-11 11:00", "relay silent", "30m", "mhlw", "nisc center_liaison"})
    CHECK_MESSAGE(has(rows[2], cell), cell);
  CHECK(has(rows[3], "2s"));
  CHECK(has(rows[3], "MHLW-2020-2 EXERCISE"));
}

TEST_CASE("in Japanese bodies have their names and the columns stay straight") {
  const auto rows = rows_of(night, Language::ja);
  REQUIRE(rows.size() == 5);
  CHECK(has(rows[4], "2日21時間"));
  CHECK(has(rows[2], "中継なし"));
  CHECK(has(rows[3], "MHLW-2020-2 訓練"));
  CHECK(column(rows[0], "義務を負う機関") == column(rows[4], "日本年金機構 (jps)"));
  CHECK(column(rows[0], "義務を負う機関") == column(rows[2], "厚生労働省 (mhlw)"));
  CHECK(column(rows[0], "呼び出し先") == column(rows[4], "日本年金機構 (jps) CSIRT責任者"));
  CHECK(column(rows[0], "呼び出し先") ==
        column(rows[2], "内閣サイバーセキュリティセンター (nisc) センター連絡担当"));
  CHECK(column(rows[0], "インシデント") == column(rows[2], "JPS-2020-1"));
}

TEST_CASE("an alarm of routing, an older daemon's and one with nothing in it are rows too") {
  const auto rows = rows_of(R"json([
    {"code":"no_police_known","incident_id":"0190163d","organization":"jps","role":null,"level":0,
     "raised_at":"2020-05-11T09:00:00+09:00","due_at":null,"obligation_id":null},
    {"level":"high","raised_at":7,"due_at":"soon"}, 42, {"raised_at":"2020-05-11T09:00:00+09:00","due_at":"2020-05-12T09:00:00+09:00"}])json",
                            Language::en);
  REQUIRE(rows.size() == 6);
  CHECK(has(rows[2], "no_police_known"));
  CHECK(has(rows[2], "jps"));
  CHECK(has(rows[2], "0190163d"));
  CHECK_FALSE(has(rows[3], "1d"));  // before the time there is no lateness
}

TEST_CASE("that there are no alarms is said") {
  CHECK(render_alarms({}, Language::ja) == "警報はありません。\n");
  CHECK(render_alarms({}, Language::en) == "No alarms.\n");
}
