// One case and everybody who responds to it, over the interface alone: a ministry's CSIRT with two handlers, a team of
// CYMAT from three agencies, information under (m), the change of shifts, and the end with its report. Each step is
// refused for others.
#include "tests/scenario/people.h"

using namespace noroshi::scenario;

namespace {

std::string state_of(const Desk& desk, const std::string& request) {
  return text(desk.get("/cymat-requests/" + request).json(), "state");
}

// "open", "fulfilled" ...; "absent" where there is no such duty inside the body.
std::string inner_duty(const Desk& desk, const Incident& incident, std::string_view clause) {
  const auto page = desk.sees(incident);
  for (const auto& entry : page.at("obligations").as_array())
    if (entry.at("inner").as_bool() && text(entry, "clause") == clause) return text(entry, "state");
  return "absent";
}

}  // namespace

TEST_CASE("A case from its first fear to its last report: two handlers, a team of three agencies, a change of shifts") {
  const TemporaryFolder folder;
  Daemon daemon(folder.path() / "data");
  const People story(daemon);

  // The people.
  const auto head_id = story.named("mhlw", "責任者 甲", {"csirt_head"}),
             next_id = story.named("mhlw", "交代 乙", {"csirt_member"});
  const auto first_id = story.named("mhlw", "担当 丙", {"csirt_member"}),
             second_id = story.named("mhlw", "担当 丁", {"csirt_member"});
  for (const auto& id : {head_id, next_id, first_id}) story.trained("mhlw", id, "csirt");
  const auto head = story.desk("mhlw", "csirt_head", head_id, "責任者 甲"),
             next = story.desk("mhlw", "csirt_head", next_id, "交代 乙");
  const auto first = story.desk("mhlw", "csirt_member", first_id, "担当 丙"),
             second = story.desk("mhlw", "csirt_member", second_id, "担当 丁");
  const auto ciso = story.desk("mhlw", "ciso"), center = story.desk("nco", "center_liaison"),
             stranger = story.desk("meti", "csirt_head");

  // The head of the CSIRT does not depose who named him, nor takes his place.
  const auto chief = story.named("mhlw", "最高 己", {"ciso"});
  const auto shown = ciso.get("/people/" + chief);
  CHECK(head.post("/appointments/" + text(shown["posts"].as_array().front(), "id") + "/end", {{"reason", "異動"}})
            .code() == "role_required");
  CHECK(head.post("/people/" + head_id + "/appointments", {{"post", "ciso"}, {"ground", "office"}}).code() ==
        "role_required");

  // おそれ: only possible yet, and the centre has not heard of it.
  const auto incident = head.reports(a_report({{"assessment", "possible"}, {"title", "不審な外部通信"}}));
  CHECK_FALSE(center.can_see(incident));

  // Who responds: the head, and two handlers, one of them not trained.
  const auto assignments = "/incidents/" + incident.id + "/assignments";
  const auto join = [&](const Desk& desk, const std::string& person, const char* function) {
    const auto proposed = accepted(head.post(assignments, {{"person", person}, {"function", function}}));
    const auto id = text(proposed["assignment"], "id");
    const auto own = assignments + "/" + id;
    CHECK(stranger.post(own + "/answer", {{"accepted", true}}).status == 404);
    if (&desk != &head) CHECK(head.post(own + "/answer", {{"accepted", true}}).code() == "not_the_person");
    accepted(desk.post(own + "/answer", {{"accepted", true}}));
    accepted(desk.post(own + "/activation", json::object{}));
    return std::pair{id, proposed["warnings"].as_array().size()};
  };
  CHECK(stranger.post(assignments, {{"person", head_id}, {"function", "head"}}).status == 404);
  const auto [lead, no_warning] = join(head, head_id, "head");
  CHECK(no_warning == 0);
  CHECK(join(first, first_id, "handler").second == 0);
  CHECK(join(second, second_id, "handler").second == 1);
  CHECK(head.post(assignments + "/" + lead + "/release", {{"reason", "退庁"}}).code() == "last_head");

  // CYMAT is asked for by the head; the centre sees the case from then on.
  const auto asking = "/incidents/" + incident.id + "/cymat-requests";
  const json::object wish{{"reason", "侵入の範囲が分からない"}, {"priority", "urgent"}};
  CHECK(first.post(asking, wish).status == 403);
  CHECK(stranger.post(asking, wish).status == 404);
  const auto asked = accepted(head.post(asking, wish));
  const auto requests = head.list("/cymat-requests");
  REQUIRE(requests.size() == 1);
  const auto request = text(requests.front(), "id");
  const auto at = [&](const std::string& what) { return "/cymat-requests/" + request + what; };
  CHECK(head.post(asking, wish).code() == "cymat_pending");
  CHECK(center.can_see(incident));
  CHECK(stranger.get("/cymat-requests/" + request).status == 404);

  // The centre receives and rules; a dispatch needs its criterion.
  CHECK(head.post(at("/receipt"), json::object{}).status == 403);
  accepted(center.post(at("/receipt"), json::object{}));
  const json::object without{{"ruling", "dispatch"}, {"united_response", false}, {"reason", "要請による"}};
  CHECK(center.post(at("/decision"), without).status == 422);
  CHECK(head.post(at("/decision"), without).status == 403);
  accepted(
      center.post(at("/decision"),
                  {{"ruling", "dispatch"}, {"united_response", true}, {"reason", "政府として一体となった対応が必要"}}));
  CHECK(state_of(head, request) == "decided");

  // Three members from three agencies; a corporation has none.
  const auto corporation = story.named("jps", "法人 戊", {"csirt_member"});
  const auto of_corporation =
      story.desk("jps", "ciso")
          .post("/people/" + corporation + "/appointments", {{"post", "cymat_member"}, {"ground", "expertise"}});
  CHECK(of_corporation.code() == "national_agency_required");
  CHECK(of_corporation.body.find("2.1.1(7)(d)") != std::string::npos);
  struct Member {
    std::string body, person;
    Desk desk, home;
    std::string id;
  };
  std::vector<Member> members;
  for (const auto* body : {"mic", "meti", "mext"}) {
    const auto person = story.named(body, std::string(body) + " 要員", {"cymat_member"});
    if (std::string(body) != "mext") story.trained(body, person, "cymat");
    members.push_back({body,
                       person,
                       story.desk(body, "cymat_member", person, std::string(body) + " 要員"),
                       story.desk(body, "csirt_head"),
                       {}});
  }
  CHECK(center.list("/cymat-pool").size() == 3);
  CHECK(head.get("/cymat-pool").status == 403);
  for (auto& member : members) {
    const json::object proposal{
        {"organization", member.body}, {"person", member.person}, {"lead", &member == &members.front()}};
    CHECK(head.post(at("/members"), proposal).status == 403);
    accepted(center.post(at("/members"), proposal));
    CHECK(center.post(at("/members"), proposal).code() == "already_assigned");
    const auto page = center.get("/cymat-requests/" + request);
    member.id = text(page["members"].as_array().back(), "id");
    const auto answer = at("/members/" + member.id + "/answer");
    CHECK(story.desk("mof", "csirt_head").post(answer, {{"agreed", true}}).status == 404);
    CHECK_FALSE(member.home.can_see(incident));
    CHECK_FALSE(member.desk.can_see(incident));
    accepted(member.home.post(answer, {{"agreed", true}}));
  }
  CHECK(head.post(at("/formation"), json::object{}).status == 403);
  accepted(center.post(at("/formation"), json::object{}));
  CHECK_FALSE(members.front().desk.can_see(incident));
  accepted(center.post(at("/dispatch"), json::object{}));
  for (const auto& member : members) {
    CHECK(member.desk.can_see(incident));
    CHECK_FALSE(member.home.can_see(incident));
  }
  CHECK(inner_duty(head, incident, "2.2.4(2)(m)") == "open");

  // Information under (m), with its label; the team reads it and works.
  const auto told = [](int confidentiality) {
    return json::object{
        {"kind", "information"}, {"text", "通信記録と端末の一覧"}, {"confidentiality", confidentiality}};
  };
  CHECK(head.post(at("/log"), told(3)).code() == "annex_not_available");
  accepted(first.post(at("/log"), told(2)));
  CHECK(inner_duty(head, incident, "2.2.4(2)(m)") == "fulfilled");
  CHECK_FALSE(members.back().desk.inbox().empty());
  CHECK(stranger.post(at("/log"), {{"kind", "work"}, {"text", "x"}}).status == 404);
  accepted(members.front().desk.post(at("/log"), {{"kind", "work"}, {"text", "感染の範囲を特定した"}}));
  CHECK(state_of(center, request) == "active");
  CHECK(members.back().desk.list(at("/log")).size() == 2);

  // What is asked for anew is owed anew, and no word of a method meets it.
  accepted(members.front().desk.post(at("/log"), {{"kind", "information_asked"}, {"text", "端末の時刻同期の設定"}}));
  CHECK(inner_duty(head, incident, "2.2.4(2)(m)") == "open");
  const auto owed = head.sees(incident);
  for (const auto& entry : owed.at("obligations").as_array())
    if (text(entry, "clause") == "2.2.4(2)(m)")
      CHECK(head.post("/obligations/" + text(entry, "id") + "/fulfillments", {{"method", "done"}}).code() ==
            "method_unsuitable");
  accepted(first.post(at("/log"), told(1)));
  CHECK(inner_duty(head, incident, "2.2.4(2)(m)") == "fulfilled");
  // No desk outside is let in as the operator of a platform.
  CHECK(first
            .post("/incidents/" + incident.id + "/platforms",
                  {{"platform", "基盤"}, {"operator_organization", "police-tokyo"}})
            .status == 422);

  // It is an incident after all, and no attack; what is owed inside is met step by step.
  REQUIRE(
      head.assesses(incident, {{"assessment", "incident"}, {"cyberattack", "no"}, {"cyberattack_reason", "設定の誤り"}})
          .status == 201);

  // The change of shifts.
  const auto offer =
      accepted(head.post(assignments, {{"person", next_id}, {"replaces", lead}, {"note", "残件は端末 2 台"}}));
  const auto taken = assignments + "/" + text(offer["assignment"], "id") + "/answer";
  CHECK(first.post(taken, {{"accepted", true}}).code() == "not_the_person");
  accepted(next.post(taken, {{"accepted", true}}));

  const auto steps = "/incidents/" + incident.id + "/steps";
  for (const auto* kind : {"situation", "record", "procedure_followed", "information_shared"})
    accepted(first.post(steps, {{"kind", kind}, {"text", "本文"}}));
  CHECK(first.post(steps, {{"kind", "measures_ordered"}, {"text", "本文"}}).code() == "role_required");
  CHECK(next.post(steps, {{"kind", "ciso_told"}, {"text", "本文"}}).mistakes() == Lines{"/person required"});
  for (const auto* kind : {"ciso_told", "cause_reported"})
    accepted(next.post(steps, {{"kind", kind}, {"text", "本文"}, {"person", chief}}));
  accepted(next.post(steps, {{"kind", "lessons_shared"}, {"text", "本文"}}));
  accepted(ciso.post(steps, {{"kind", "measures_ordered"}, {"text", "本文"}}));
  accepted(first.post("/incidents/" + incident.id + "/instructions", {{"kind", "emergency_measures"},
                                                                      {"force", "instruction"},
                                                                      {"addressee", "情報システムセキュリティ責任者"},
                                                                      {"text", "切り離すこと"}}));

  // Nobody closes over the team; the centre ends it, and its members see the case no more.
  const auto move = "/incidents/" + incident.id + "/transitions";
  for (const auto* to : {"contained", "recovered", "reviewed"}) accepted(next.post(move, {{"to", to}}));
  accepted(first.post(steps, {{"kind", "situation"}, {"text", "復旧した"}}));
  CHECK(next.post(move, {{"to", "closed"}}).code() == "cymat_pending");
  CHECK(next.post(at("/end"), {{"reason", "完了"}}).status == 403);
  accepted(center.post(at("/end"), {{"reason", "応急措置を終えた"}}));
  for (const auto& member : members) CHECK_FALSE(member.desk.can_see(incident));
  CHECK(members.back().desk.post(at("/report"), {{"text", "x"}}).status >= 403);
  accepted(members.front().desk.post(at("/report"), {{"text", "侵入なし。設定の誤りによる。"}}));
  CHECK(state_of(head, request) == "reported");
  const auto closed = next.post(move, {{"to", "closed"}}, {.language = "en"});
  REQUIRE_MESSAGE(closed.status == 201, closed);

  // The page tells the story.
  const auto page = next.sees(incident);
  Lines types;
  for (const auto& entry : page.at("timeline").as_array()) types.push_back(text(entry, "type"));
  for (const auto* type :
       {"assignment.proposed", "assignment.handed_over", "cymat.requested", "cymat.decided", "cymat.dispatched",
        "cymat.ended", "cymat.reported", "handling.step_taken", "assignment.released"})
    CHECK_MESSAGE(std::find(types.begin(), types.end(), type) != types.end(), type);
  std::size_t active = 0;
  for (const auto& entry : page.at("assignments").as_array()) active += text(entry, "state") == "active";
  CHECK(active == 0);
}
