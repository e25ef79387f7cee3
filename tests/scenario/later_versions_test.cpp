// 続報, 最終報, 訂正 and reassessments: what is stated changes, what is not stays, and nobody is told twice.
#include "tests/scenario/scene.h"

using namespace noroshi::scenario;

namespace {

// The differences of the newest version in an incident's list, as "pointer: before -> after".
Lines changes_of(const json::object& incident) {
  Lines lines;
  for (const auto& change : incident.at("reports").as_array().back().at("changes").as_array())
    lines.push_back(text(change, "pointer") + ": " + json::serialize(change.at("before")) + " -> " +
                    json::serialize(change.at("after")));
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace

TEST_CASE("A follow-up goes to everyone who had the version before, and opens no duty twice") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member"), nco("nco", "center_liaison");
  const Desk police("police-tokyo", "police_desk");
  const auto incident = jps.reports(a_report());
  REQUIRE(mhlw.fulfills(mhlw.obligation_of(incident, "g", 3, "mhlw"), {{"method", "relay"}}).status == 201);
  REQUIRE(jps.fulfills(jps.obligation_of(incident, "h", 0, "jps"), {{"method", "report"}}).status == 201);
  const auto before = jps.duties(incident);

  const auto reply = jps.sends(later_version(incident, "followup", {{"summary", "31台の感染を確認"}}));
  REQUIRE_MESSAGE(reply.status == 201, reply);
  CHECK(reply["report"].at("version").to_number<int>() == 2);
  CHECK(text(reply["incident"], "id") == incident.id);

  CHECK(jps.duties(incident) == before);
  for (const Desk* desk : {&mhlw, &nco, &police}) {
    INFO(desk->organization());
    const auto messages = desk->messages_of(incident);
    REQUIRE(messages.size() == 2);
    CHECK(messages[1].at("version").to_number<int>() == 2);
    Lines changes{"/stage: \"first\" -> \"followup\""};
    // A text that cannot be cut by what a receiver has need of is not in the view of the police.
    if (desk != &police) changes.push_back("/summary: null -> \"31台の感染を確認\"");
    CHECK(changes_of(desk->sees(incident)) == changes);
  }
  CHECK(mhlw.obligation_of(incident, "g", 3, "mhlw").at("occasion").to_number<int>() == 2);
  CHECK(jps.sees(incident).at("reports").as_array().size() == 2);
}

TEST_CASE(
    "A follow-up before the relay reaches the ministry alone; its relay then carries the latest version") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member"), nco("nco", "center_liaison");
  const auto incident = jps.reports(a_report({{"summary", "一台"}}));
  REQUIRE(jps.sends(later_version(incident, "followup", {{"summary", "二台"}})).status == 201);
  CHECK(nco.messages_of(incident).empty());
  REQUIRE(mhlw.fulfills(mhlw.obligation_of(incident, "g", 3, "mhlw"), {{"method", "relay"}}).status == 201);
  const auto message = nco.message_of(incident);
  CHECK(message.at("version").to_number<int>() == 2);
  CHECK(text(message.at("report").at("document"), "summary") == "二台");
  // The version before was never the centre's to see, not even as a difference.
  CHECK(!mentions(nco.get("/incidents/" + incident.id).body, "一台"));
  CHECK(!mentions(nco.get("/inbox/" + text(message, "id")).body, "一台"));
}

TEST_CASE("In a follow-up what is absent keeps its value and null clears it") {
  const Desk jps("jps", "csirt_member");
  const auto incident = jps.reports(a_report(
      {{"summary", "概要"}, {"category", "malicious-code/infected-system"}, {"handling", {"複製禁止"}}}));
  REQUIRE(jps.sends(later_version(incident, "followup", {{"summary", nullptr}, {"title", "改題"}})).status ==
          201);
  const auto report = jps.sees(incident).at("report").as_object();
  CHECK(!report.contains("summary"));
  CHECK(text(report, "title") == "改題");
  CHECK(text(report, "category") == "malicious-code/infected-system");
  CHECK(report.at("handling").as_array().size() == 1);
  CHECK(changes_of(jps.sees(incident)) == Lines{"/stage: \"first\" -> \"followup\"",
                                                "/summary: \"概要\" -> null",
                                                "/title: \"端末のマルウェア感染\" -> \"改題\""});
}

TEST_CASE("What a report cannot be without is not cleared") {
  const Desk jps("jps", "csirt_member");
  const auto incident = jps.reports(a_report());
  for (const std::string member : {"title", "times", "assessment"}) {
    INFO(member);
    CHECK(jps.sends(later_version(incident, "correction", {{member, nullptr}})).status == 422);
  }
  CHECK(jps.sees(incident).at("reports").as_array().size() == 1);
}

TEST_CASE("A later version needs a first one, and a first report comes once") {
  const Desk jps("jps", "csirt_member"), jma("jma", "csirt_member");
  for (const auto* stage : {"followup", "final", "correction"}) {
    const auto reply = jps.sends({{"reference", unique("never")}, {"stage", stage}, {"summary", "続き"}});
    CHECK(reply.status == 422);
    CHECK(reply.code() == "reference_unknown");
  }
  const auto incident = jps.reports(a_report());
  const auto again = jps.sends(a_report({{"reference", incident.reference}}));
  CHECK(again.status == 409);
  CHECK(again.code() == "reference_exists");
  // The same text from another body is another incident.
  const auto other = jma.reports(a_report({{"reference", incident.reference}}));
  CHECK(other.id != incident.id);
  CHECK(jps.sees(incident).at("reports").as_array().size() == 1);
}

TEST_CASE("Reassessed as no attack the duty to tell the police ends, and back it opens again") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
  const auto incident = jps.reports(a_report());
  CHECK(jps.assesses(incident, {{"assessment", "incident"}, {"cyberattack", "no"}}).status == 422);
  REQUIRE(
      jps.assesses(incident,
                   {{"assessment", "incident"}, {"cyberattack", "no"}, {"cyberattack_reason", "設定の誤り"}})
          .status == 201);
  CHECK(jps.duties(incident) ==
        Lines{"(g)2 jps -> mhlw fulfilled", "(g)3 mhlw -> nco open", "(h) jps -> police-tokyo superseded"});
  REQUIRE(jps.assesses(incident, {{"assessment", "incident"}, {"cyberattack", "possible"}}).status == 201);
  CHECK(mhlw.duties(incident) ==
        Lines{"(g)2 jps -> mhlw fulfilled", "(g)3 mhlw -> nco open", "(h) jps -> police-tokyo open"});
}

TEST_CASE("A follow-up that finds no attack ends the duty to tell the police as an assessment does") {
  const Desk jps("jps", "csirt_member");
  const auto incident = jps.reports(a_report());
  REQUIRE(
      jps.sends(later_version(incident, "followup", {{"cyberattack", "no"}, {"cyberattack_reason", "故障"}}))
          .status == 201);
  CHECK(text(jps.obligation_of(incident, "h", 0, "jps"), "state") == "superseded");
}

TEST_CASE("What was met stays met whatever is judged later") {
  const Desk jps("jps", "csirt_member");
  const auto incident = jps.reports(a_report());
  REQUIRE(jps.fulfills(jps.obligation_of(incident, "h", 0, "jps"), {{"method", "consultation"}}).status ==
          201);
  REQUIRE(jps.assesses(incident,
                       {{"assessment", "incident"}, {"cyberattack", "no"}, {"cyberattack_reason", "誤"}})
              .status == 201);
  CHECK(text(jps.obligation_of(incident, "h", 0, "jps"), "state") == "fulfilled");
}

TEST_CASE("A follow-up may raise a large-scale cell: the ministry owes crisis management from its receipt") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
  const auto incident = jps.reports(a_report_recognized(minutes_ago(24 * 60)));
  REQUIRE(jps.sends(later_version(incident, "followup", {{"large_scale", a_large_scale_cell()}})).status ==
          201);
  const auto owed = mhlw.obligation_of(incident, "i", 0, "mhlw");
  CHECK(text(owed, "state") == "open");
  CHECK(!owed.at("overdue").as_bool());
}
