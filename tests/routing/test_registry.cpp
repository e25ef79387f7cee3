#include <doctest/doctest.h>

#include "tests/routing/law.h"

using namespace noroshi;
using namespace noroshi::routing;
using test::registry;

namespace {

JapaneseDay day(std::string_view text) {
  return parse_day(text).value();
}

// A registry that is right; each test below breaks it in one place.
constexpr std::string_view bodies =
    "ministry,省,Ministry,national_agency,,,東京都,police-tokyo,,,,fushocho,,,M,high,\n"
    "office,府,Office,national_agency,,,東京都,police-tokyo,2020-01-01,,,fushocho,,,M,high,\n"
    "corp,法人,\"Corp, "
    "Inc.\",independent_administrative_agency,ministry;office,,東京都,police-tokyo,,,,x,,,M,high,\n"
    "police-tokyo,警視庁,MPD,police,,,東京都,police-tokyo,,,,x,,,M,high,\n";
constexpr std::string_view scopes =
    "corp,ministry,main,全業務,大臣,yes,yes,,,high\n"
    "corp,office,co,一部,大臣,no,yes,2020-01-01,,high\n";

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  const auto at = result.find(from);
  REQUIRE(at != std::string::npos);
  return result.replace(at, from.size(), to);
}

std::string refusal(std::string_view organization_rows, std::string_view supervision_rows) {
  const auto read = Registry::parse(std::string(test::organizations_header).append(organization_rows),
                                    std::string(test::supervision_header).append(supervision_rows));
  REQUIRE_FALSE(read);
  return test::listing(read.error());
}

std::string refused_bodies(std::string_view from, std::string_view to) {
  return refusal(replaced(bodies, from, to), scopes);
}
std::string refused_scopes(std::string_view from, std::string_view to) {
  return refusal(bodies, replaced(scopes, from, to));
}

}  // namespace

TEST_CASE("the registry of the repository is read whole") {
  CHECK(registry().organizations().size() == 195);
  std::size_t on_2018_07_25 = 0;
  for (const auto& body : registry().organizations())
    on_2018_07_25 += body.is_corporation() && body.period.contains(day("2018-07-25"));
  CHECK(on_2018_07_25 == 87 + 9);

  const auto* jps = registry().find("jps");
  REQUIRE(jps);
  CHECK(jps->kind == OrganizationKind::designated_corporation);
  CHECK(jps->listed_in_schedule == true);
  CHECK(registry().find("kkr")->listed_in_schedule == false);
  CHECK_FALSE(registry().find("naj")->listed_in_schedule);
  CHECK(registry().find("mlit")->name_en == "Ministry of Land, Infrastructure, Transport and Tourism");
  CHECK(registry().find("npa")->is(OrganizationKind::police));
  CHECK_FALSE(registry().find("nobody"));
}

TEST_CASE(
    "every corporation has one main supervisor, listed first, on every day of every year of the editions") {
  for (const auto& body : registry().organizations()) {
    if (!body.is_corporation()) continue;
    CAPTURE(body.slug);
    for (auto at = day("2016-08-31"); at < day("2027-01-01"); at += std::chrono::days{1}) {
      if (!body.period.contains(at)) continue;
      const auto supervisions = registry().supervisions(body.slug, at);
      REQUIRE_FALSE(supervisions.empty());
      REQUIRE(supervisions.front()->role == SupervisionRole::main);
      for (std::size_t i = 1; i < supervisions.size(); ++i) {
        REQUIRE(supervisions[i - 1]->role <= supervisions[i]->role);
        REQUIRE(supervisions[i]->role != SupervisionRole::main);
      }
    }
  }
}

TEST_CASE("supervision counts while both the row and the agency are in force") {
  CHECK(registry().supervises("digital", "ipa", day("2021-09-01")));
  CHECK_FALSE(registry().supervises("digital", "ipa", day("2021-08-31")));
  CHECK(registry().supervises("mhlw", "jwa", day("2024-03-31")));
  CHECK_FALSE(registry().supervises("mhlw", "jwa", day("2024-04-01")));
  CHECK(registry().supervisions("mof", day("2018-08-01")).empty());
  CHECK(registry().supervisions("nobody", day("2018-08-01")).empty());
}

TEST_CASE("the centre is NISC until 2025-06-30 and NCO since") {
  CHECK(registry().in_force(OrganizationKind::center, day("2025-06-30"))->slug == "nisc");
  CHECK(registry().in_force(OrganizationKind::center, day("2025-07-01"))->slug == "nco");
  CHECK_FALSE(registry().in_force(OrganizationKind::center, day("2015-01-08")));
}

TEST_CASE("a body stands for itself while it exists, then its successor, and nobody before it was founded") {
  CHECK(registry().standing_for("nisc", day("2025-06-30"))->slug == "nisc");
  CHECK(registry().standing_for("nisc", day("2025-07-01"))->slug == "nco");
  CHECK_FALSE(registry().standing_for("nco", day("2025-06-30")));
  CHECK_FALSE(registry().standing_for("nisc", day("2015-01-08")));
  CHECK_FALSE(registry().standing_for("ncgm", day("2025-04-01")));
  CHECK_FALSE(registry().standing_for("nobody", day("2018-08-01")));
}

TEST_CASE("a right registry is read: quoted commas, empty last fields, CRLF") {
  const auto read = test::registry_of(bodies, scopes);
  CHECK(read.find("corp")->name_en == "Corp, Inc.");
  CHECK(read.supervisions("corp", day("2019-12-31")).size() == 1);
  CHECK(read.supervisions("corp", day("2020-01-01")).size() == 2);
  std::string crlf;
  for (const char c : bodies) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  CHECK(test::registry_of(crlf, scopes).organizations().size() == 4);
}

TEST_CASE("slugs that nobody has are refused with their place") {
  CHECK(refused_bodies("police-tokyo,,,,fushocho", "police-edo,,,,fushocho") ==
        "organizations.csv:2:43: unknown police 'police-edo'\n");
  CHECK(refused_bodies("police-tokyo,,,,fushocho", "office,,,,fushocho") ==
        "organizations.csv:2:43: 'office' is not a police\n");
  CHECK(refused_bodies("fushocho,,,M", "fushocho,nobody,,M").find("unknown parent 'nobody'") !=
        std::string::npos);
  CHECK(refused_bodies("2020-01-01,,,fushocho,,,M", "2020-01-01,2020-12-31,,fushocho,,nobody,M")
            .find("unknown successor 'nobody'") != std::string::npos);
  CHECK(refused_bodies("ministry;office", "ministry;nobody").find("unknown supervising agency 'nobody'") !=
        std::string::npos);
  CHECK(refused_scopes("corp,office", "nobody,office")
            .find("supervision_scopes.csv:3:1: unknown organization 'nobody'") != std::string::npos);
  CHECK(refused_scopes("corp,office", "corp,nobody")
            .find("supervision_scopes.csv:3:6: unknown agency 'nobody'") != std::string::npos);
}

TEST_CASE("who may supervise whom") {
  CHECK(refused_scopes("corp,office", "ministry,office").find("'ministry' is not a corporation") !=
        std::string::npos);
  CHECK(refused_scopes("corp,office", "corp,police-tokyo").find("'police-tokyo' is not a national agency") !=
        std::string::npos);
  CHECK(refused_bodies("national_agency,,,東京都,police-tokyo,,,",
                       "national_agency,office,,東京都,police-tokyo,,,")
            .find("supervising is for corporations only") != std::string::npos);
}

TEST_CASE("the column supervising must say what the scopes say") {
  CHECK(refused_bodies("ministry;office", "").find("'corp' has no supervising agency") != std::string::npos);
  CHECK(refused_bodies("ministry;office", "office;ministry") ==
        "organizations.csv:4:56: the first supervising agency, 'office', is not main in "
        "supervision_scopes.csv\n");
  CHECK(refused_bodies("ministry;office", "ministry;ministry").find("names 'ministry' twice") !=
        std::string::npos);
  CHECK(refusal(bodies, replaced(scopes, "corp,office,co,一部,大臣,no,yes,2020-01-01,,high\n", "")) ==
        "organizations.csv:4:56: supervising agency 'office' has no row in supervision_scopes.csv\n");
}

TEST_CASE("a day without a main supervisor is refused") {
  CHECK(refused_scopes("yes,yes,,,high", "yes,yes,2018-01-01,,high") ==
        "organizations.csv:4:1: 'corp' has no main supervisor from the beginning to 2017-12-31\n");
  CHECK(refused_scopes("yes,yes,,,high", "yes,yes,,2030-12-31,high") ==
        "organizations.csv:4:1: 'corp' has no main supervisor from 2031-01-01 to now on\n");
  CHECK(refused_scopes("corp,office,co,一部,大臣,no,yes,2020-01-01,,high",
                       "corp,office,main,全業務,大臣,no,yes,2020-01-03,,high\n")
            .find("blank") != std::string::npos);
  CHECK(refusal(bodies,
                "corp,ministry,main,全業務,大臣,yes,yes,,2020-01-01,high\n"
                "corp,office,main,全業務,大臣,yes,yes,2020-01-04,,high\n") ==
        "organizations.csv:4:1: 'corp' has no main supervisor from 2020-01-02 to 2020-01-03\n");
}

TEST_CASE("a main supervisor that does not exist yet leaves a gap too") {
  CHECK(refusal(bodies,
                "corp,ministry,main,全業務,大臣,yes,yes,,2019-12-30,high\n"
                "corp,office,main,全業務,大臣,yes,yes,2019-12-31,,high\n") ==
        "organizations.csv:4:1: 'corp' has no main supervisor from 2019-12-31\n");
}

TEST_CASE("supervision may change hands from one day to the next") {
  const auto read = test::registry_of(bodies,
                                      "corp,ministry,main,全業務,大臣,yes,yes,,2019-12-31,high\n"
                                      "corp,office,main,全業務,大臣,yes,yes,2020-01-01,,high\n");
  CHECK(read.supervises("ministry", "corp", day("2019-12-31")));
  CHECK(read.supervises("office", "corp", day("2020-01-01")));
}

TEST_CASE("two main supervisors on one day are refused") {
  CHECK(refused_scopes("office,co", "office,main") ==
        "organizations.csv:4:1: 'corp' has two main supervisors, 'ministry' and 'office', from 2020-01-01 to "
        "now on\n");
}

TEST_CASE("doubled rows are refused, one after the other is not") {
  CHECK(refusal(std::string(bodies) + "ministry,省,,national_agency,,,東京都,,,,,x,,,M,high,\n", scopes)
            .find("organizations.csv:6:1: 'ministry' stands twice") != std::string::npos);
  CHECK(refusal(bodies, std::string(scopes) + "corp,office,co,別,大臣,no,yes,2021-01-01,2021-12-31,high\n") ==
        "supervision_scopes.csv:4:6: 'office' supervises 'corp' twice from 2021-01-01 to 2021-12-31\n");
  CHECK(Registry::parse(std::string(test::organizations_header).append(bodies),
                        std::string(test::supervision_header)
                            .append(replaced(scopes, "2020-01-01,,high", "2020-01-01,2020-12-31,high"))
                            .append("corp,office,joint,別,大臣,no,yes,2021-01-01,,high\n")));
}

TEST_CASE("days that are none, and periods that end before they begin") {
  CHECK(refused_bodies("2020-01-01", "2020-02-30") ==
        "organizations.csv:3:52: '2020-02-30' is not a day: write it as 2018-07-25\n");
  CHECK(refused_bodies("2020-01-01,", "2020-01-01,2019-12-31")
            .find("ends on 2019-12-31, before it begins on 2020-01-01") != std::string::npos);
}

TEST_CASE("a successor takes over on the day after") {
  const auto ended = replaced(bodies, "fushocho,,,M", "fushocho,,office,M");
  CHECK(refusal(ended, scopes).find("'ministry' has a successor but no valid_to") != std::string::npos);
  const auto gap =
      replaced(replaced(bodies, "police-tokyo,,,,fushocho", "police-tokyo,,2019-12-30,,fushocho"),
               "fushocho,,,M", "fushocho,,office,M");
  CHECK(refusal(gap, scopes)
            .find("successor 'office' is not in force on 2019-12-31, the day after 'ministry' ends") !=
        std::string::npos);
}

TEST_CASE("parents and successors that go in a circle are refused once") {
  const auto circle = replaced(replaced(bodies, "fushocho,,,M", "fushocho,office,,M"),
                               "2020-01-01,,,fushocho,,,M", "2020-01-01,,,fushocho,ministry,,M");
  CHECK(refusal(circle, scopes) ==
        "organizations.csv:2:68: parents go in a circle: ministry -> office -> ministry\n");
  const auto itself = replaced(bodies, "fushocho,,,M", "fushocho,ministry,,M");
  CHECK(refusal(itself, scopes) == "organizations.csv:2:68: parents go in a circle: ministry -> ministry\n");
}

TEST_CASE("one centre at a time") {
  const auto two = std::string(bodies) +
                   "a,甲,,center,,,東京都,,,2020-06-30,national_agency,x,,,M,high,\n"
                   "b,乙,,center,,,東京都,,2020-06-30,,national_agency,x,,,M,high,\n";
  CHECK(refusal(two, scopes) ==
        "organizations.csv:7:20: 'a' and 'b' are both of kind center from 2020-06-30\n");
}

TEST_CASE("words that are not of their lists") {
  CHECK(refused_bodies("M,high,", "M,certain,") ==
        "organizations.csv:2:72: 'certain' is none of: high, medium, low\n");
  CHECK(refused_bodies("police,,,東京都,police-tokyo,,,,x", "police,,yes,東京都,police-tokyo,,,,x")
            .find("designated_table is for kind designated_corporation only") != std::string::npos);
  CHECK(refused_bodies("police,,,東京都,police-tokyo,,,,x", "police,,,東京都,police-tokyo,,,police,x")
            .find("also_kind 'police' is not another kind") != std::string::npos);
  CHECK(refused_bodies("MPD,police,", "MPD,polis,").find("organizations.csv:5:22: unknown kind 'polis'") !=
        std::string::npos);
  CHECK(refused_bodies("office,府", "Office,府").find("'Office' is not a slug") != std::string::npos);
  CHECK(refused_bodies("office,府", "office,").find("organizations.csv:3:8: name_ja is empty") !=
        std::string::npos);
  CHECK(refused_scopes("office,co,", "office,chief,").find("unknown role 'chief': main, joint or co") !=
        std::string::npos);
  CHECK(refused_scopes(",一部,", ",,").find("scope_ja is empty") != std::string::npos);
  CHECK(refused_scopes("no,yes,2020", "no,maybe,2020").find("'maybe' is none of: yes, no, predecessor") !=
        std::string::npos);
}

TEST_CASE("columns missing, unknown, doubled, in another order, or fields too many") {
  const auto parse = [](std::string_view header) {
    return test::listing(Registry::parse(header, test::supervision_header).error());
  };
  const std::string header(test::organizations_header);
  CHECK(parse(replaced(header, ",police", "")) == "organizations.csv:1:1: column 'police' is missing\n");
  CHECK(parse(replaced(header, ",note", ",note,colour")).find("unknown column 'colour'") !=
        std::string::npos);
  CHECK(parse(replaced(header, "name_en", "name_ja")).find("column 'name_ja' stands twice") !=
        std::string::npos);
  CHECK(parse(replaced(header, "name_ja,name_en", "name_en,name_ja")).find("must stand in this order") !=
        std::string::npos);
  CHECK(parse("") == "organizations.csv:1: is empty: the first line names the columns\n");
  CHECK(refused_bodies("\"Corp, Inc.\"", "Corp, Inc.")
            .find("organizations.csv:4:1: has 18 fields instead of 17: put fields that contain a comma in "
                  "quotes") != std::string::npos);
}

TEST_CASE("every mistake of both files is listed, in order, and one refuses the whole") {
  const auto both = refusal(replaced(replaced(bodies, "2020-01-01", "tomorrow"), "MPD,police,", "MPD,polis,"),
                            replaced(scopes, "office,co,", "office,chief,"));
  const auto first = both.find("organizations.csv:3:52: 'tomorrow' is not a day");
  const auto second = both.find("organizations.csv:5:22: unknown kind 'polis'");
  const auto third = both.find("supervision_scopes.csv:3:13: unknown role 'chief'");
  CHECK(first < second);
  CHECK(second < third);
  CHECK(third != std::string::npos);
}

TEST_CASE("text that is not UTF-8 is refused") {
  CHECK(refused_bodies("警視庁", "\x8C\x78\x8E\x8B")
            .find("organizations.csv:5:14: is not UTF-8 from here on") != std::string::npos);
}
