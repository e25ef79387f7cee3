// The heart: corporation, ministry, centre, police, crisis management; who learns what, from when on.
#include <openssl/sha.h>

#include <array>

#include "tests/scenario/scene.h"

using namespace noroshi::scenario;

namespace {

std::string sha256(const std::string& bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  std::string text;
  constexpr std::string_view digits = "0123456789abcdef";
  for (const auto byte : digest) text.append({digits[byte >> 4], digits[byte & 0xF]});
  return text;
}

// Members of a duty that say nothing of the case.
bool is_content_free(const json::object& obligation) {
  for (const auto* content : {"because", "title", "summary", "note", "report"})
    if (obligation.contains(content)) return false;
  return true;
}

}  // namespace

TEST_CASE(
    "A corporation reports: its ministry is told at once, the centre, police and crisis desk are owed") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member"), nco("nco", "center_liaison");
  const Desk police("police-tokyo", "police_desk"), crisis("cas-jitai", "crisis_desk");
  const auto report = a_report({{"title", "受給者情報の流出"},
                                {"summary", "標的型メールの添付を開いた端末から外部への通信"},
                                {"large_scale", a_large_scale_cell()}});
  const auto incident = jps.reports(report);

  SUBCASE("the reporter learns what opened, why, until when, and holds a receipt") {
    const auto& reply = incident.reply;
    CHECK(lines_of(reply["obligations"]) == Lines{"(g)2 jps -> mhlw fulfilled", "(g)3 mhlw -> nco open",
                                                  "(h) jps -> police-tokyo open",
                                                  "(i) mhlw -> cas-jitai open"});
    CHECK(text(reply["incident"], "state") == "assessed");
    CHECK(text(reply["incident"], "number").starts_with("JPS-20"));
    CHECK(reply["report"].at("version").to_number<int>() == 1);
    CHECK(text(reply["report"], "incident_id") == incident.id);
    CHECK(text(reply["receipt"], "sha256") == sha256(json::serialize(report)));
    CHECK(!text(reply["receipt"], "received_at").empty());
    CHECK(!text(reply["receipt"], "event_id").empty());
    CHECK(reply["alarms"].as_array().empty());
    for (const auto& obligation : reply["obligations"].as_array()) {
      CHECK(!obligation.at("because").as_array().empty());
      CHECK(text(obligation, "edition") == "h30");
      CHECK(text(obligation, "due_at").ends_with("+09:00"));
    }
  }

  SUBCASE("the ministry reads the message as it was sent, and a named person acknowledges it") {
    const auto message = mhlw.message_of(incident);
    CHECK(text(message, "kind") == "report");
    CHECK(text(message, "from") == "jps");
    CHECK(text(message, "reference") == incident.reference);
    CHECK(text(message, "number") == incident.number);
    CHECK(message.at("version").to_number<int>() == 1);
    CHECK(message.at("acknowledged_at").is_null());
    const auto& sent = message.at("report");
    CHECK(text(sent, "sha256") == text(incident.reply["receipt"], "sha256"));
    for (const auto* member : {"reference", "title", "summary", "assessment", "cyberattack"})
      CHECK(text(sent.at("document"), member) == text(report, member));
    CHECK(sent.at("document").at("large_scale") == report.at("large_scale"));

    const auto told = jps.obligation_of(incident, "g", 2, "jps");
    CHECK(text(message, "obligation_id") == text(told, "id"));
    CHECK(text(told, "state") == "fulfilled");
    CHECK(told.at("acknowledged_at").is_null());

    CHECK(mhlw.post("/inbox/" + text(message, "id") + "/acknowledgement", {{"note", "見た"}}).mistakes() ==
          Lines{"/by required"});
    const auto reply = mhlw.acknowledges(message, "情報参事官室 当番");
    REQUIRE_MESSAGE(reply.status == 201, reply);
    CHECK(text(mhlw.message_of(incident), "acknowledged_by") == "情報参事官室 当番");
    const auto at = text(mhlw.message_of(incident), "acknowledged_at");
    CHECK(text(jps.obligation_of(incident, "g", 2, "jps"), "acknowledged_at") == at);
    const auto again = mhlw.acknowledges(message, "別の人");
    CHECK(again.status == 409);
    CHECK(again.code() == "already_acknowledged");
    CHECK(text(mhlw.message_of(incident), "acknowledged_by") == "情報参事官室 当番");
  }

  SUBCASE("before the ministry relays, the centre sees rows of duties without content, and no incident") {
    CHECK(nco.messages_of(incident).empty());
    CHECK(nco.get("/incidents/" + incident.id).body ==
          nco.get("/incidents/01900000-0000-7000-8000-000000000000").body);
    CHECK(!nco.can_see(incident));
    CHECK(nco.duties(incident) == Lines{"(g)2 jps -> mhlw fulfilled", "(g)3 mhlw -> nco open",
                                        "(h) jps -> police-tokyo open", "(i) mhlw -> cas-jitai open"});
    for (const auto& row : nco.list("/obligations?incident=" + incident.id)) CHECK(is_content_free(row));
    const auto one = nco.get("/obligations/" + text(nco.obligation_of(incident, "g", 3, "mhlw"), "id"));
    CHECK(one.status == 200);
    CHECK(!mentions(one.body, "受給者情報"));
    CHECK(nco.list("/incidents?reference=" + incident.reference).empty());
  }

  SUBCASE("the ministry relays: from then on the centre has the message and sees the case") {
    const auto owed = mhlw.obligation_of(incident, "g", 3, "mhlw");
    CHECK(text(owed, "opens_on") == "receipt");
    const auto reply = mhlw.fulfills(owed, {{"method", "relay"}, {"note", "所管法人から受領"}});
    REQUIRE_MESSAGE(reply.status == 201, reply);

    const auto message = nco.message_of(incident);
    CHECK(text(message, "kind") == "relay");
    CHECK(text(message, "from") == "mhlw");
    CHECK(text(message, "note") == "所管法人から受領");
    CHECK(text(message, "number") == incident.number);
    CHECK(text(message.at("report").at("document"), "summary") == text(report, "summary"));
    CHECK(text(nco.sees(incident), "title") == "受給者情報の流出");
    CHECK(text(nco.obligation_of(incident, "g", 3, "mhlw"), "state") == "fulfilled");
    REQUIRE(nco.acknowledges(message, "当直").status == 201);
    CHECK(!mhlw.obligation_of(incident, "g", 3, "mhlw").at("acknowledged_at").is_null());

    const auto twice = mhlw.fulfills(owed, {{"method", "relay"}});
    CHECK(twice.status == 409);
    CHECK(twice.code() == "obligation_not_open");
  }

  SUBCASE("the ministry tells by telephone: the duty is met, nothing is sent") {
    const auto owed = mhlw.obligation_of(incident, "g", 3, "mhlw");
    REQUIRE(mhlw.fulfills(owed, {{"method", "telephone"}, {"at", minutes_ago(1)}}).status == 201);
    CHECK(text(mhlw.obligation_of(incident, "g", 3, "mhlw"), "state") == "fulfilled");
    CHECK(nco.messages_of(incident).empty());
    CHECK(!nco.can_see(incident));
  }

  SUBCASE("only the holder meets a duty") {
    const auto owed = mhlw.obligation_of(incident, "g", 3, "mhlw");
    CHECK(jps.fulfills(owed, {{"method", "telephone"}}).status == 403);
    CHECK(nco.fulfills(owed, {{"method", "telephone"}}).status == 403);
    CHECK(text(mhlw.obligation_of(incident, "g", 3, "mhlw"), "state") == "open");
  }

  SUBCASE("the police are told by the corporation itself, and that they were told is seen up the chain") {
    CHECK(police.messages_of(incident).empty());
    CHECK(!police.can_see(incident));
    const auto owed = jps.obligation_of(incident, "h", 0, "jps");
    CHECK(mhlw.fulfills(owed, {{"method", "police_report"}}).status == 403);
    const auto reply = jps.fulfills(
        owed, {{"method", "police_report"}, {"reference", "高井戸-1"}, {"note", "被害届を提出"}});
    REQUIRE_MESSAGE(reply.status == 201, reply);
    REQUIRE(mhlw.fulfills(mhlw.obligation_of(incident, "g", 3, "mhlw"), {{"method", "relay"}}).status == 201);

    for (const Desk* up : {&mhlw, &nco}) {
      const auto seen = up->obligation_of(incident, "h", 0, "jps");
      CHECK(text(seen, "state") == "fulfilled");
      CHECK(!text(seen, "fulfilled_at").empty());
      // The note was the corporation's to the record, not a message to them.
      CHECK(!mentions(up->get("/obligations/" + text(seen, "id")).body, "被害届"));
    }
    CHECK(police.messages_of(incident).empty());  // a visit to the station sends nothing
  }

  SUBCASE("a report through the program reaches the desk of the police") {
    const auto reply = jps.fulfills(jps.obligation_of(incident, "h", 0, "jps"), {{"method", "report"}});
    REQUIRE_MESSAGE(reply.status == 201, reply);
    CHECK(text(police.message_of(incident), "from") == "jps");
    CHECK(police.can_see(incident));
    REQUIRE(police.acknowledges(police.message_of(incident), "サイバー犯罪対策課").status == 201);
    CHECK(!jps.obligation_of(incident, "h", 0, "jps").at("acknowledged_at").is_null());
  }

  SUBCASE("that the police need not be told is for the head to decide, with a reason") {
    const Desk head("jps", "csirt_head");
    const auto owed = jps.obligation_of(incident, "h", 0, "jps");
    const auto member = jps.fulfills(owed, {{"method", "decided_not_needed"}, {"note", "軽微"}});
    CHECK(member.status == 403);
    CHECK(member.code() == "role_required");
    const auto silent = head.fulfills(owed, {{"method", "decided_not_needed"}});
    CHECK(silent.status == 422);
    CHECK(silent.mistakes() == Lines{"/note required"});
    CHECK(text(jps.obligation_of(incident, "h", 0, "jps"), "state") == "open");
    CHECK(head.fulfills(owed, {{"method", "decided_not_needed"}, {"note", "警察が情報源である"}}).status ==
          201);
    CHECK(text(mhlw.obligation_of(incident, "h", 0, "jps"), "state") == "fulfilled");
  }

  SUBCASE("the ministry reports to crisis management; the corporation has no way to") {
    const auto owed = mhlw.obligation_of(incident, "i", 0, "mhlw");
    CHECK(jps.fulfills(owed, {{"method", "report"}}).status == 403);
    CHECK(crisis.messages_of(incident).empty());
    const auto reply = mhlw.fulfills(owed, {{"method", "report"}});
    REQUIRE_MESSAGE(reply.status == 201, reply);
    CHECK(text(crisis.message_of(incident), "from") == "mhlw");
    CHECK(text(crisis.message_of(incident).at("report").at("document"), "title") == "受給者情報の流出");
  }
}

TEST_CASE("An agency's own incident: the centre is told at once, and the agency holds every duty itself") {
  const Desk jma("jma", "csirt_head"), nco("nco", "center_liaison");
  const auto incident = jma.reports(a_report({{"large_scale", a_large_scale_cell()}}));
  CHECK(jma.duties(incident) ==
        Lines{"(g)1 jma -> nco fulfilled", "(h) jma -> police-tokyo open", "(i) jma -> cas-jitai open"});
  CHECK(text(nco.message_of(incident), "from") == "jma");
  CHECK(nco.can_see(incident));
}

TEST_CASE("A possible incident opens the duty to assess it and none that leaves the body") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
  const auto incident = jps.reports(a_report({{"assessment", "possible"}, {"cyberattack", nullptr}}));
  CHECK(text(incident.reply["incident"], "state") == "reported");
  CHECK(jps.duties(incident) == Lines{});
  CHECK(jps.list("/obligations?incident=" + incident.id).size() == 1);
  CHECK(!mhlw.can_see(incident));

  // The assessment makes it one: the ministry is told then.
  const auto reply = jps.assesses(incident, {{"assessment", "incident"}, {"cyberattack", "possible"}});
  REQUIRE_MESSAGE(reply.status == 201, reply);
  CHECK(jps.duties(incident) ==
        Lines{"(g)2 jps -> mhlw fulfilled", "(g)3 mhlw -> nco open", "(h) jps -> police-tokyo open"});
  CHECK(mhlw.messages_of(incident).size() == 1);
}

TEST_CASE("A possible incident with a large-scale cell raises an alarm") {
  const Desk jps("jps", "csirt_member");
  const auto incident =
      jps.reports(a_report({{"assessment", "possible"}, {"large_scale", a_large_scale_cell()}}));
  CHECK(codes_of(incident.reply["alarms"]) == Lines{"large_scale_unassessed"});
}

TEST_CASE("What is no incident opens nothing and says why; it can be reassessed") {
  const Desk jps("jps", "csirt_member");
  const auto report = a_report({{"assessment", "not_incident"}});
  CHECK(jps.sends(report).mistakes() == Lines{"/assessment_reason required"});
  auto reasoned = report;
  reasoned["assessment_reason"] = "訓練メールの誤認";
  const auto incident = jps.reports(reasoned);
  CHECK(text(incident.reply["incident"], "state") == "dismissed");
  CHECK(jps.duties(incident) == Lines{});
  REQUIRE(jps.assesses(incident, {{"assessment", "incident"}}).status == 201);
  CHECK(text(jps.sees(incident), "state") == "assessed");
}

TEST_CASE(
    "Unknown cause: the police wait for a decision that is itself owed, and a cell brings them in at once") {
  const Desk jps("jps", "csirt_member");
  const auto unknown = jps.reports(a_report({{"cyberattack", "unknown"}}));
  CHECK(jps.duties(unknown) == Lines{"(g)2 jps -> mhlw fulfilled", "(g)3 mhlw -> nco open"});
  bool owes_decision = false;
  for (const auto& duty : jps.list("/obligations?state=open&incident=" + unknown.id))
    owes_decision |= mentions(text(duty, "clause"), "(h)");
  CHECK(owes_decision);

  const auto large =
      jps.reports(a_report({{"cyberattack", "unknown"}, {"large_scale", a_large_scale_cell()}}));
  CHECK(text(jps.obligation_of(large, "h", 0, "jps"), "state") == "open");
}

TEST_CASE(
    "A corporation's later 'no incident' closes neither the ministry's relay nor its report to crisis "
    "management") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
  const auto incident = jps.reports(a_report({{"large_scale", a_large_scale_cell()}}));
  const auto reply = jps.post("/incidents/" + incident.id + "/assessments", {{"assessment", "not_incident"},
                                                                             {"assessment_reason", "誤検知"},
                                                                             {"cyberattack", "no"},
                                                                             {"cyberattack_reason", "誤検知"},
                                                                             {"large_scale", nullptr}});
  REQUIRE_MESSAGE(reply.status == 201, reply);
  CHECK(text(mhlw.obligation_of(incident, "g", 3, "mhlw"), "state") == "open");
  CHECK(text(mhlw.obligation_of(incident, "i", 0, "mhlw"), "state") == "open");
}

TEST_CASE("The ministry's own cells open its report to crisis management, though the corporation set none") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
  const auto incident = jps.reports(a_report());
  CHECK(jps.duties(incident) ==
        Lines{"(g)2 jps -> mhlw fulfilled", "(g)3 mhlw -> nco open", "(h) jps -> police-tokyo open"});
  const auto reply = mhlw.assesses(
      incident, {{"assessment", "incident"}, {"cyberattack", "yes"}, {"large_scale", a_large_scale_cell()}});
  REQUIRE_MESSAGE(reply.status == 201, reply);
  CHECK(text(mhlw.obligation_of(incident, "i", 0, "mhlw"), "state") == "open");
}

TEST_CASE("An incident moves forward to its end by a person, not over open duties, and reopens") {
  const Desk jma("jma", "csirt_head");
  const auto incident = jma.reports(a_report({{"cyberattack", "no"}, {"cyberattack_reason", "機器の故障"}}));
  const std::string moves = "/incidents/" + incident.id + "/transitions";
  CHECK(jma.post(moves, {{"to", "closed"}, {"reason", "済"}}).status == 409);
  for (const auto* to : {"contained", "recovered", "reviewed"}) {
    const auto reply = jma.post(moves, {{"to", to}, {"reason", "済"}}, {.key = fresh_key()});
    REQUIRE_MESSAGE(reply.status == 201, reply);
    CHECK(text(jma.sees(incident), "state") == to);
  }
  const auto early = jma.post(moves, {{"to", "closed"}, {"reason", "済"}});
  CHECK(early.status == 409);
  CHECK(early.code() == "duties_open");
  for (const auto& duty : jma.list("/obligations?state=open&incident=" + incident.id))
    REQUIRE(jma.fulfills(duty, {{"method", "done"}}).status == 201);
  REQUIRE(jma.post(moves, {{"to", "closed"}, {"reason", "済"}}).status == 201);
  CHECK(jma.sends(later_version(incident, "followup", {{"summary", "追加"}})).status == 409);
  REQUIRE(jma.post(moves, {{"to", "assessed"}, {"reason", "再燃"}}).status == 201);
  CHECK(jma.sends(later_version(incident, "followup", {{"summary", "追加"}})).status == 201);
}
