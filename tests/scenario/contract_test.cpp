// The interface as it is fixed: the members that each answer has, by name.
#include "tests/scenario/scene.h"

using namespace noroshi::scenario;

namespace {

// Those of the wanted members that are not there.
Lines lacks(const json::value& object, std::initializer_list<std::string_view> wanted) {
  Lines missing;
  for (const auto name : wanted)
    if (!object.is_object() || !object.as_object().contains(name)) missing.emplace_back(name);
  return missing;
}

}  // namespace

TEST_CASE("An accepted report is answered with incident, duties, alarms and receipt") {
  const Desk jps("jps", "csirt_member");
  const auto reply = jps.reports(a_report({{"large_scale", a_large_scale_cell()}})).reply;
  CHECK(lacks(reply.json(), {"report", "incident", "obligations", "alarms", "receipt"}) == Lines{});
  CHECK(lacks(reply["report"], {"id", "incident_id", "version"}) == Lines{});
  CHECK(lacks(reply["incident"], {"id", "number", "state"}) == Lines{});
  CHECK(lacks(reply["receipt"], {"received_at", "sha256", "event_id"}) == Lines{});
  CHECK(reply.header("Content-Type").starts_with("application/json"));
}

TEST_CASE("An incident, in the list and alone") {
  const Desk jps("jps", "csirt_member");
  const auto incident = jps.reports(a_report());
  const auto listed = jps.list("/incidents?reference=" + incident.reference);
  REQUIRE(listed.size() == 1);
  for (const auto& one : {listed.front(), jps.sees(incident)})
    CHECK(lacks(one, {"id", "number", "reference", "organization", "title", "state", "assessment",
                      "cyberattack", "exercise", "recognized_at", "overdue"}) == Lines{});
  CHECK(lacks(jps.sees(incident), {"reports", "obligations", "messages", "assignments", "timeline"}) ==
        Lines{});
  CHECK(!jps.sees(incident).at("timeline").as_array().empty());
}

TEST_CASE("A duty, in the list and alone, with the standard's own words") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
  const auto incident = jps.reports(a_report());
  const auto duty = mhlw.obligation_of(incident, "g", 3, "mhlw");
  const auto alone = mhlw.get("/obligations/" + text(duty, "id"));
  for (const auto& one : {json::value(duty), alone.json()})
    CHECK(lacks(one, {"id",       "incident_id", "edition",         "clause",    "sentence",
                      "words",    "gloss",       "holder",          "recipient", "self",
                      "opens_on", "opened_at",   "due_at",          "late_by",   "overdue",
                      "state",    "occasion",    "acknowledged_at", "because",   "formerly"}) == Lines{});
  CHECK(mentions(text(duty, "words"), "この連絡を受けた国の行政機関におけるCSIRTは"));
  CHECK(text(duty, "clause") == "2.2.4(2)(g)");
  // The target is the operator's own and shown as such.
  CHECK(!text(duty, "target_is").empty());
}

TEST_CASE("A message, in the inbox and alone") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
  const auto incident = jps.reports(a_report());
  for (const auto& one : {mhlw.messages_of(incident).front(), mhlw.message_of(incident)})
    CHECK(lacks(one, {"id", "kind", "incident_id", "number", "reference", "version", "from", "clause",
                      "sentence", "obligation_id", "sent_at", "acknowledged_at", "acknowledged_by"}) ==
          Lines{});
  CHECK(lacks(mhlw.message_of(incident), {"report"}) == Lines{});
}

TEST_CASE("An alarm is listed to the body that it concerns") {
  const Desk jps("jps", "csirt_member"), jma("jma", "csirt_member");
  const auto incident =
      jps.reports(a_report({{"assessment", "possible"}, {"large_scale", a_large_scale_cell()}}));
  json::array found;
  for (const auto& alarm : jps.list("/alarms"))
    if (text(alarm, "incident_id") == incident.id) found.push_back(alarm);
  REQUIRE(found.size() == 1);
  CHECK(lacks(found[0], {"id", "code", "obligation_id", "incident_id", "organization", "role", "level",
                         "raised_at", "due_at"}) == Lines{});
  CHECK(text(found[0], "code") == "large_scale_unassessed");
  for (const auto& alarm : jma.list("/alarms")) CHECK(text(alarm, "incident_id") != incident.id);
}

TEST_CASE("Lists filter by what they name") {
  const Desk jps("jps", "csirt_member");
  const auto late = jps.reports(a_report_recognized("2019-01-01T00:00:00+09:00"));
  const auto fresh = jps.reports(a_report());
  const auto finds = [&](const std::string& query, const Incident& incident) {
    return jps.list("/incidents?reference=" + incident.reference + "&" + query).size();
  };
  CHECK(finds("overdue=true", late) == 1);
  CHECK(finds("overdue=true", fresh) == 0);
  CHECK(finds("overdue=false", fresh) == 1);
  CHECK(finds("state=assessed", fresh) == 1);
  CHECK(finds("state=dismissed", fresh) == 0);
  CHECK(finds("organization=jps", fresh) == 1);
  CHECK(finds("organization=nits", fresh) == 0);
  const std::string duties = "/obligations?incident=" + fresh.id;
  CHECK(jps.list(duties + "&holder=mhlw").size() == 1);
  CHECK(jps.list(duties + "&recipient=police-tokyo").size() == 1);
  CHECK(jps.list(duties + "&state=fulfilled").size() == 1);
  CHECK(jps.list(duties + "&overdue=true").empty());
  // Pages of one hold the same as one page.
  CHECK(jps.list(duties + "&limit=1").size() == jps.list(duties).size());
}

TEST_CASE("Numbers are counted per body and year of recognition, and stay the same across all hops") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
  const auto first = jps.reports(a_report()), second = jps.reports(a_report());
  const auto count = [](const Incident& incident) {
    return std::stoi(incident.number.substr(incident.number.rfind('-') + 1));
  };
  CHECK(count(second) == count(first) + 1);
  CHECK(text(mhlw.message_of(first), "number") == first.number);
}

TEST_CASE("What a route would be is told over HTTP as on the command line, and stores nothing") {
  const Desk jps("jps", "csirt_member"), reporter("jps", "reporter");
  const json::object facts{{"organization", "jps"},
                           {"times", {{"recognized", {{"value", "2018-08-01T09:00:00+09:00"}}}}},
                           {"assessment", "incident"},
                           {"cyberattack", "possible"},
                           {"large_scale", a_large_scale_cell()}};
  const auto before = jps.list("/incidents").size();
  const auto answer = reporter.post("/editions/h30/explain", facts);
  REQUIRE_MESSAGE(answer.status == 200, answer);
  CHECK(lacks(answer.json(), {"edition", "obligations", "not_opened", "alarms", "notes"}) == Lines{});
  CHECK(answer["obligations"].as_array().size() == 4);
  CHECK(jps.list("/incidents").size() == before);

  const TemporaryFolder folder;
  write_file(folder.path() / "facts.json", json::serialize(facts));
  const auto line = run(noroshi_program(), {"route", "explain", (folder.path() / "facts.json").string()});
  CHECK(line.code == 0);
  CHECK(json::parse(line.output).at("obligations").as_array().size() == 4);
}

TEST_CASE("Registry, editions, health and version are there for those who ask") {
  const Desk jps("jps", "csirt_member");
  Daemon& daemon = the_daemon();
  CHECK(jps.list("/organizations").size() > 150);
  CHECK(jps.list("/organizations?at=2018-08-01").size() != jps.list("/organizations?at=2025-08-01").size());
  CHECK(jps.list("/editions").size() == 2);
  CHECK(mentions(jps.get("/editions/h30").body, "当該法人を所管する国の行政機関に連絡すること"));
  for (const std::string path : {"/livez", "/readyz", "/version", "/api/v1/openapi.json"}) {
    INFO(path);
    const Reply reply(daemon.send("GET", path, {}));
    CHECK(reply.status == 200);
    CHECK(reply.json().is_object());
  }
  CHECK(Reply(daemon.send("GET", "/metrics", {})).status == 401);
}
