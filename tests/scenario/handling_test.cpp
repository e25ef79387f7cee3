// Handling inside: from the assessment to the end, each inner duty met by its step.
#include "tests/scenario/scene.h"

using namespace noroshi::scenario;

namespace {

std::string inner_state(const Desk& desk, const Incident& incident, std::string_view clause) {
  const auto page = desk.sees(incident);
  for (const auto& entry : page.at("obligations").as_array())
    if (entry.at("inner").as_bool() && text(entry, "clause") == clause) return text(entry, "state");
  return "absent";
}

}  // namespace

TEST_CASE("From assessment to closing every inner duty is met by its step, and by nobody else's") {
  const Desk head("jps", "csirt_head", "責任者"), member("jps", "csirt_member", "係員"), ciso("jps", "ciso", "CISO");
  const Desk officer("jps", "section_officer", "課室"), mhlw("mhlw", "csirt_head"), stranger("meti", "csirt_head");
  const auto incident = head.reports(a_report(
      {{"cyberattack", "no"}, {"cyberattack_reason", "誤設定"}, {"systems", {{{"name", "業務"}, {"shared_platform", true}}}}}));
  const auto steps = "/incidents/" + incident.id + "/steps";
  for (const auto* to : {"contained", "recovered", "reviewed"})
    REQUIRE(head.post("/incidents/" + incident.id + "/transitions", {{"to", to}}).status == 201);
  const auto refused = head.post("/incidents/" + incident.id + "/transitions", {{"to", "closed"}}, {.language = "en"});
  CHECK(refused.code() == "duties_open");
  CHECK(text(refused.json(), "detail").find("POST " + steps + " {\"kind\":\"measures_ordered\"}") != std::string::npos);

  const struct {
    const char* kind;
    const char* clause;
    const Desk& who;
  } all[] = {{"ciso_told", "2.2.4(2)(c)", head},      {"situation", "2.2.4(2)(j)", member},
             {"record", "2.2.4(2)(k)", member},       {"rules_followed", "2.2.4(2)(f)", member},
             {"procedure_followed", "2.2.4(2)(e)", member}, {"information_shared", "2.2.4(2)(l)", member},
             {"cause_reported", "2.2.4(3)(a)", head}, {"measures_ordered", "2.2.4(3)(b)", ciso},
             {"lessons_shared", "2.2.4(3)(c)", head}};
  for (const auto& [kind, clause, who] : all) {
    CAPTURE(kind);
    const json::object body{{"kind", kind}, {"text", "本文"}};
    CHECK(inner_state(head, incident, clause) == "open");
    CHECK(stranger.post(steps, body).status == 404);
    CHECK((mhlw.post(steps, body).status == 403));
    CHECK(officer.post(steps, body).code() == "role_required");
    if (&who == &head) CHECK(member.post(steps, body).code() == "role_required");
    if (&who == &ciso) CHECK(head.post(steps, body).code() == "role_required");
    const auto key = fresh_key();
    const auto done = who.post(steps, body, {.key = key});
    REQUIRE_MESSAGE(done.status == 201, done);
    CHECK(text(done["met"].as_array().at(0), "clause") == clause);
    CHECK(who.post(steps, body, {.key = key}).body == done.body);
    CHECK(inner_state(head, incident, clause) == "fulfilled");
  }
  const auto given = member.post("/incidents/" + incident.id + "/instructions",
                                 {{"kind", "emergency_measures"}, {"force", "instruction"}, {"addressee", "責任者"}, {"text", "切り離し"}});
  REQUIRE_MESSAGE(given.status == 201, given);
  CHECK(inner_state(head, incident, "2.2.4(2)(d)") == "fulfilled");
  const auto answer = "/incidents/" + incident.id + "/instructions/" + text(given["instruction"], "id") + "/answer";
  CHECK(officer.post(answer, {{"carried_out", true}, {"text", "実施"}}).status == 201);
  CHECK(officer.post(answer, {{"carried_out", true}, {"text", "実施"}}).code() == "instruction_answered");
  REQUIRE(head.post("/incidents/" + incident.id + "/transitions", {{"to", "closed"}}).status == 201);

  CHECK(head.list(steps).size() == 9);
  CHECK(mhlw.list(steps).empty());
  CHECK(stranger.get(steps).status == 404);
  const auto seen = head.sees(incident);
  CHECK(seen.at("steps").as_array().size() == 9);
  CHECK(seen.at("instructions").as_array().size() == 1);
  CHECK(seen.at("platforms").as_array().size() == 1);
  CHECK(seen.at("assessments").as_array().size() == 1);
  for (const auto* list : {"steps", "instructions", "platforms"}) CHECK(mhlw.sees(incident).at(list).as_array().empty());
}

TEST_CASE("A platform's operator is told, sees the case, and does nothing of the body's own") {
  const Desk jps("jps", "csirt_member"), mic("mic", "csirt_member"), mof("mof", "csirt_member");
  const auto incident = jps.reports(a_report());
  CHECK_FALSE(mic.can_see(incident));
  const auto path = "/incidents/" + incident.id + "/platforms";
  CHECK(jps.post(path, {{"platform", "共通基盤"}}).mistakes() == Lines{"/operator_organization required"});
  CHECK(jps.post(path, {{"platform", "共通基盤"}, {"operator_organization", "no-such"}}).status == 422);
  CHECK(mof.post(path, {{"platform", "共通基盤"}, {"operator_organization", "mic"}}).status == 404);
  const auto done = jps.post(path, {{"platform", "共通基盤"}, {"operator_organization", "mic"}});
  REQUIRE_MESSAGE(done.status == 201, done);
  CHECK(text(done["opened"].as_array().at(0), "clause") == "2.2.4(2)(f)");
  CHECK(mic.can_see(incident));
  CHECK(text(mic.message_of(incident), "kind") == "notice");
  CHECK(mic.list(path).size() == 1);
  CHECK(mic.post("/incidents/" + incident.id + "/steps", {{"kind", "record"}, {"text", "本文"}}).code() == "not_the_holder");
  CHECK_FALSE(mof.can_see(incident));
}

TEST_CASE("A body that names its people meets an inner duty by a word only where its step would, and (j) again every day") {
  const Desk head("nies", "csirt_head", "責任者"), member("nies", "csirt_member", "係員"), ciso("nies", "ciso", "CISO");
  const auto incident = head.reports(a_report({{"cyberattack", "no"}, {"cyberattack_reason", "誤設定"}}));
  const auto owed = [&](std::string_view clause) {
    for (const auto& duty : head.list("/obligations?holder=nies&incident=" + incident.id))
      if (text(duty, "clause") == clause) return duty;
    FAIL("no duty of " << clause);
    return json::object();
  };
  const auto says = [&](const Desk& who, std::string_view clause, json::object how) {
    return who.fulfills(owed(clause), how);
  };
  // Nobody is registered yet: one word is enough.
  REQUIRE(says(member, "2.2.4(2)(l)", {{"method", "done"}}).status == 201);
  CHECK(inner_state(head, incident, "2.2.4(2)(l)") == "fulfilled");

  const auto added = head.post("/people", {{"name", "環境 一郎"}, {"employment", "employee"}, {"skills", json::array()}});
  REQUIRE_MESSAGE(added.status == 201, added);
  const auto person = text(added.json(), "id");
  REQUIRE(head.post("/people/" + person + "/appointments", {{"post", "ciso"}, {"ground", "office"}}).status == 201);

  const json::object done{{"method", "done"}, {"note", "実施"}};
  const auto steps = "POST /incidents/" + incident.id + "/steps";
  const struct {
    const char* clause;
    const Desk& who;
    const char* code;
    std::string call;
  } refusals[] = {{"2.2.4(2)(c)", member, "role_required", steps + " {\"kind\":\"ciso_told\"}"},
                  {"2.2.4(2)(c)", head, "method_unsuitable", steps + " {\"kind\":\"ciso_told\"}"},
                  {"2.2.4(2)(d)", member, "method_unsuitable", "POST /incidents/" + incident.id + "/instructions"},
                  {"2.2.4(3)(a)", head, "method_unsuitable", steps + " {\"kind\":\"cause_reported\"}"},
                  {"2.2.4(3)(b)", head, "role_required", steps + " {\"kind\":\"measures_ordered\"}"},
                  {"2.2.4(3)(c)", member, "role_required", steps + " {\"kind\":\"lessons_shared\"}"}};
  for (const auto& [clause, who, code, call] : refusals) {
    CAPTURE(clause);
    const auto refused = says(who, clause, done);
    CHECK(refused.code() == code);
    CHECK(text(refused.json(), "detail").find(call) != std::string::npos);
    CHECK(inner_state(head, incident, clause) == "open");
  }
  CHECK(says(member, "2.2.4(2)(e)", {{"method", "done"}}).mistakes() == Lines{"/note required"});
  REQUIRE(says(member, "2.2.4(2)(e)", done).status == 201);
  REQUIRE(says(member, "2.2.4(2)(k)", done).status == 201);
  REQUIRE(says(head, "2.2.4(3)(c)", done).status == 201);

  // The state of handling is owed again at once, and for good only once the case has recovered.
  for (int i = 0; i < 2; ++i) {
    const auto kept_track = says(member, "2.2.4(2)(j)", done);
    REQUIRE_MESSAGE(kept_track.status == 201, kept_track);
    CHECK(inner_state(head, incident, "2.2.4(2)(j)") == "open");
  }
  REQUIRE(head.post("/incidents/" + incident.id + "/transitions", {{"to", "recovered"}}).status == 201);
  REQUIRE(says(member, "2.2.4(2)(j)", done).status == 201);
  CHECK(inner_state(head, incident, "2.2.4(2)(j)") == "fulfilled");

  // What is left takes its steps, and the case is closed.
  for (const auto* kind : {"ciso_told", "cause_reported"})
    REQUIRE(head.post("/incidents/" + incident.id + "/steps", {{"kind", kind}, {"text", "本文"}, {"person", person}}).status ==
            201);
  REQUIRE(ciso.post("/incidents/" + incident.id + "/steps", {{"kind", "measures_ordered"}, {"text", "本文"}}).status == 201);
  REQUIRE(member
              .post("/incidents/" + incident.id + "/instructions", {{"kind", "recovery"},
                                                                    {"force", "recommendation"},
                                                                    {"addressee", "責任者"},
                                                                    {"text", "復旧"}})
              .status == 201);
  REQUIRE(head.post("/incidents/" + incident.id + "/transitions", {{"to", "closed"}}).status == 201);
}
