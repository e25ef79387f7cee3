// What of a report each kind of receiver sees: the table of src/core/report_view.h, written down a second time.
#include <doctest/doctest.h>

#include <map>
#include <set>

#include "src/core/report_view.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;
using routing::OrganizationKind;

namespace {

// Member by member: who sees it ("all", "police", "crisis desk"; nobody of the two: ""), and whether it may be withheld.
struct Row {
  const char* member;
  bool police;
  bool crisis_desk;
  bool may_be_withheld;
};
constexpr Row table[] = {
    {"actions", true, true, true},
    {"assessment", true, true, false},
    {"assessment_reason", false, true, true},
    {"category", true, false, true},
    {"classification", true, true, false},
    {"consent_to_share", true, true, false},
    {"contact", true, true, false},
    {"cyberattack", true, true, false},
    {"cyberattack_reason", true, false, true},
    {"exercise", true, true, false},
    {"handling", true, true, false},
    {"impact", false, true, true},
    {"large_scale", true, true, false},
    {"notices_made", true, false, true},
    {"organization", true, true, false},
    {"police", true, true, false},
    {"reference", true, true, false},
    {"stage", true, true, false},
    {"summary", false, false, true},
    {"systems", true, false, true},
    {"times", true, true, false},
    {"title", true, true, false},
};

const Timestamp now = *parse_rfc3339("2018-08-01T12:00:00+09:00");

Withholding withheld_from(const std::string& from, std::vector<std::string> members) {
  Withholding withholding;
  withholding.organization = "jps";
  withholding.from = from;
  withholding.members = std::move(members);
  withholding.until = now + hours(1);
  return withholding;
}

ReportView view_for(const std::string& receiver, const std::vector<Withholding>& withholdings = {}, Timestamp when = now,
                    std::vector<std::string> stands_for = {}) {
  return view_of_report(law().registry, "jps", "jps", {receiver, std::move(stands_for)}, withholdings, when);
}

}  // namespace

TEST_CASE("member by member, each kind of receiver sees what the table says") {
  std::set<std::string> named;
  for (const auto& row : table) {
    CAPTURE(row.member);
    named.insert(row.member);
    CHECK(view_for("police-tokyo").shows(row.member) == row.police);
    CHECK(view_for("cas-jitai").shows(row.member) == row.crisis_desk);
    for (const auto* all : {"mhlw", "nisc", "nco", "jps", "jaxa", "cymat/01900000-0000-7000-8000-000000000001"}) {
      CAPTURE(all);
      CHECK(view_for(all).shows(row.member));
    }
    CHECK(may_be_withheld(row.member) == row.may_be_withheld);
    // Whoever is in no registry sees what is in each view, and nothing beside it.
    CHECK(view_for("atlantis").shows(row.member) == !row.may_be_withheld);
  }
  CHECK(named.size() == report_members().size());
  for (const auto member : report_members()) CHECK(named.contains(std::string(member)));
}

TEST_CASE("each kind of body has a table, and a narrow one says what it leaves out") {
  using Strings = std::vector<std::string_view>;
  CHECK(view_for("police-tokyo").of() == "police");
  CHECK(view_for("police-tokyo").left_out() == Strings{"assessment_reason", "impact", "summary"});
  CHECK(view_for("cas-jitai").of() == "crisis_management");
  CHECK(view_for("cas-jitai").left_out() ==
        Strings{"category", "cyberattack_reason", "notices_made", "summary", "systems"});
  for (const auto kind : {OrganizationKind::national_agency, OrganizationKind::independent_administrative_agency,
                          OrganizationKind::designated_corporation, OrganizationKind::center})
    CHECK(members_for(kind).size() == report_members().size());
  CHECK(view_for("mhlw").is_whole());
  CHECK(view_for("jps").is_whole());
  CHECK(view_for("jps").of().empty());
  CHECK(!view_for("police-tokyo").is_whole());
}

TEST_CASE("a member that no table names is in no narrow view, and in every other") {
  CHECK(!view_for("police-tokyo").shows("attachments"));
  CHECK(!view_for("cas-jitai").shows("attachments"));
  CHECK(!view_for("atlantis").shows("attachments"));
  CHECK(view_for("mhlw").shows("attachments"));
  CHECK(view_for("jps").shows("attachments"));
}

TEST_CASE("what is withheld is not shown until the end, and is named") {
  const auto of_systems = withheld_from("nisc", {"impact", "systems"});
  const std::vector<Withholding> list{of_systems};
  const auto view = view_for("nisc", list);
  CHECK(!view.shows("systems"));
  CHECK(!view.shows("impact"));
  CHECK(view.shows("summary"));
  CHECK(!view.is_whole());
  CHECK(view.left_out().empty());
  REQUIRE(view.withheld().size() == 1);
  CHECK(view.withheld().front() == WithheldMembers{{"impact", "systems"}, "jps", now + hours(1)});

  CHECK(!view_for("nisc", list, now + hours(1) - std::chrono::microseconds(1)).shows("systems"));
  CHECK(view_for("nisc", list, now + hours(1)).shows("systems"));
  CHECK(view_for("nisc", list, now + hours(1)).is_whole());
  // From another than it was withheld from, it is not.
  CHECK(view_for("mhlw", list).is_whole());
  // The successor stands for the body from which it was withheld.
  CHECK(view_for("nco", list).is_whole());
  CHECK(!view_for("nco", list, now, {"nisc", "nco"}).shows("systems"));

  auto released = of_systems;
  released.released = true;
  CHECK(view_for("nisc", {released}).is_whole());
}

TEST_CASE("of two that overlap, what one still withholds stays withheld") {
  auto one = withheld_from("police-tokyo", {"systems"});
  auto other = withheld_from("police-tokyo", {"systems", "actions"});
  other.until = now + hours(2);
  const auto later = view_for("police-tokyo", {one, other}, now + minutes(90));
  CHECK(!later.shows("systems"));
  CHECK(later.withheld().size() == 1);
  CHECK(view_for("police-tokyo", {one, other}).withheld().size() == 2);
}

TEST_CASE("from the body itself and from who entered the report nothing is hidden") {
  const std::vector<Withholding> list{withheld_from("jps", {"systems"}), withheld_from("mhlw", {"systems"})};
  CHECK(view_for("jps", list).shows("systems"));
  CHECK(view_of_report(law().registry, "jps", "mhlw", {"mhlw", {"mhlw"}}, list, now).is_whole());
  // Where a desk is the body that was hit, it sees all of its own.
  CHECK(view_of_report(law().registry, "cas-jitai", "cas-jitai", {"cas-jitai", {}}, {}, now).is_whole());
  CHECK(view_of_report(law().registry, "nisc", "nisc", {"nco", {"nisc", "nco"}}, {}, now).is_whole());
}
