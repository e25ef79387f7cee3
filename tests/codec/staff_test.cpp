// Lists of people as CSV, and the roster as an iCalendar.
#include <doctest/doctest.h>

#include "src/codec/calendar.h"
#include "src/codec/people_csv.h"
#include "src/codec/staff_decoder.h"

using namespace noroshi;
using namespace noroshi::codec;

namespace {

std::vector<std::string> mistakes_of(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto& mistake : decode_people_csv(text).mistakes) {
    CHECK_FALSE(mistake.message.ja.empty());
    CHECK_FALSE(mistake.message.en.empty());
    lines.push_back(mistake.pointer + " " + mistake.code);
  }
  return lines;
}
using Lines = std::vector<std::string>;

core::Staff staff_of_one(const std::string& name) {
  core::Staff staff;
  staff.organization = "mhlw";
  const core::PersonId person{*core::parse_uuid("0198f3a0-bd00-7000-8000-000000000101")};
  staff.people.push_back({{person, "mhlw", name, core::Employment::seconded, {"forensics", "ログ解析"}, true}, {}, 1});
  staff.appointments.push_back({{core::AppointmentId{}, person, core::Post::csirt_head, core::Ground::expertise, "",
                                 *parse_rfc3339("2018-08-01T09:00:00+09:00"), {}},
                                {}});
  staff.trainings.push_back({core::TrainingId{}, person, core::TrainingKind::csirt, "研修, 前期",
                             *parse_rfc3339("2018-06-01T00:00:00+09:00"), *parse_rfc3339("2019-06-01T00:00:00+09:00")});
  staff.shifts.push_back({{core::ShiftId{*core::parse_uuid("0198f3a0-bd00-7000-8000-000000000102")}, person,
                           core::Post::csirt_head, *parse_rfc3339("2018-08-01T09:00:00+09:00"),
                           *parse_rfc3339("2018-08-01T17:00:00+09:00"), false},
                          {}});
  return staff;
}

}  // namespace

TEST_CASE("every mistake of a list is named by its line and column") {
  CHECK(mistakes_of("") == Lines{"/1 required"});
  CHECK(mistakes_of("name\n") == Lines{"/1/employment required"});
  CHECK(mistakes_of("name,employment,king,name\n甲,employee,x,y\n") ==
        Lines{"/1 unknown_member", "/1/name duplicate"});
  CHECK(mistakes_of("name,employment,cleared,from,training_course\n"
                    ",employee,,,\n"
                    "乙,king,maybe,2018-13-01,演習\n"
                    "丙,employee\n"
                    "丁,employee,true,,\n") ==
        Lines{"/2/name value", "/3/employment value", "/3/cleared value", "/3/from value", "/3/training_kind required",
              "/4 columns"});
  CHECK(mistakes_of("name,employment,post,ground,until\n甲,employee,csirt_member,,\n乙,employee,,office,\n") ==
        Lines{"/2/ground required", "/3/post required"});
  CHECK(mistakes_of("name,employment,training_kind\n甲,employee,csirt\n") ==
        Lines{"/2/training_completed required", "/2/training_valid_until required", "/2/training_course value"});
  CHECK(decode_people_csv("\xEF\xBB\xBF" "name,employment,skills\r\n甲,employee,a;b;a\r\n").lines.at(0).skills == Lines{"a", "b"});
}

TEST_CASE("what is exported reads back as it is, names that a spreadsheet would calculate too") {
  const auto now = *parse_rfc3339("2018-08-02T00:00:00+09:00");
  for (const char* name : {"厚生労働 花子", "=SUM(A1)", "'引用", "甲 \"乙\", 丙", "-"}) {
    CAPTURE(name);
    const auto staff = staff_of_one(name);
    const auto text = encode_people_csv(staff, now);
    CHECK(text.find("\n=") == std::string::npos);
    CHECK(text.find("\"=") == std::string::npos);
    const auto list = decode_people_csv(text);
    CHECK(list.mistakes.empty());
    REQUIRE(list.lines.size() == 1);
    const auto& line = list.lines.front();
    CHECK(line.name == name);
    CHECK(line.skills == staff.people.front().person.skills);
    CHECK(line.cleared);
    REQUIRE(line.post);
    CHECK(line.post->post == core::Post::csirt_head);
    CHECK(line.post->from == staff.appointments.front().value.from);
    REQUIRE(line.training);
    CHECK(line.training->course == "研修, 前期");
  }
}

TEST_CASE("the calendar is of RFC 5545: UTC, escaped, folded at 75 octets without cutting a letter") {
  const auto now = *parse_rfc3339("2018-08-01T08:00:00+09:00");
  auto staff = staff_of_one("当直; 一郎, \\ " + std::string(60, 'x') + "厚生労働省情報セキュリティ");
  const auto text = encode_calendar(staff, now, now, Language::ja);
  CHECK(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:"));
  CHECK(text.ends_with("END:VCALENDAR\r\n"));
  CHECK(text.find("DTSTAMP:20180731T230000Z\r\n") != std::string::npos);
  CHECK(text.find("DTSTART:20180801T000000Z\r\nDTEND:20180801T080000Z\r\n") != std::string::npos);
  CHECK(text.find("UID:0198f3a0-bd00-7000-8000-000000000102@noroshi\r\n") != std::string::npos);
  std::string unfolded;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find("\r\n", begin);
    REQUIRE(end != std::string::npos);
    CHECK(end - begin <= 75);
    const auto line = text.substr(begin, end - begin);
    CHECK((static_cast<unsigned char>(line[0] == ' ' ? line[1] : line[0]) & 0xC0) != 0x80);
    unfolded += line.starts_with(' ') ? line.substr(1) : "\n" + line;
    begin = end + 2;
  }
  CHECK(unfolded.find("当直\\; 一郎\\, \\\\ xxx") != std::string::npos);
  CHECK(unfolded.find("厚生労働省情報セキュリティ\n") != std::string::npos);
  // A turn that was cancelled is shown as such; one that ended before is left out.
  staff.shifts.front().ended_at = now;
  CHECK(encode_calendar(staff, now, now, Language::en).find("STATUS:CANCELLED") != std::string::npos);
  CHECK(encode_calendar(staff, now + std::chrono::hours(48), now, Language::en).find("VEVENT") == std::string::npos);
}

TEST_CASE("bodies of the calls: every mistake at once, unknown members refused") {
  const auto mistakes = [](const auto& decoded) {
    Lines lines;
    if (!decoded)
      for (const auto& error : decoded.error()) lines.push_back(error.pointer + " " + error.code);
    return lines;
  };
  CHECK(mistakes(decode_person("{}")) == Lines{"/name required", "/employment required"});
  CHECK(mistakes(decode_person(R"({"name":"甲","employment":"king","skills":["a",1],"id":"x"})")) ==
        Lines{"/employment value", "/skills/1 type", "/id unknown_member"});
  CHECK(decode_person(R"({"name":"甲","employment":"employee","skills":["a","a"]})")->skills == Lines{"a"});
  CHECK(decode_person_change("{}").has_value());
  CHECK(mistakes(decode_person_change(R"({"name":null})")) == Lines{"/name required"});
  CHECK(mistakes(decode_departure("{}")) == Lines{"/reason required"});
  CHECK(mistakes(decode_delegation(R"({"to_person":"x","post":"ciso","powers":["rule"]})")) ==
        Lines{"/to_person value", "/powers/0 value", "/until required"});
  CHECK(mistakes(decode_shift(R"({"post":"ciso"})")) == Lines{"/person required", "/from required", "/until required"});
  CHECK(mistakes(decode_training("{}")) ==
        Lines{"/kind required", "/course required", "/completed_at required", "/valid_until required"});
  CHECK(decode_appointment(R"({"post":"ciso","ground":"office"})").has_value());
}
