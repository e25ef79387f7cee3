// 日本年金機構, 2015-05-08 to 05-29 (domain: the pension service), over the interface and by the shown clock: a report that
// stays on one desk, and the day on which the centre learns of it, calls it a specified serious event (特定重大事象) and sends
// CYMAT to the ministry and to the corporation.
//
// In 2015 the corporation was no body under the standard yet. So the days are those of next year: the record begins today, and
// its times only rise.
#include <fmt/format.h>

#include "tests/scenario/people.h"

using namespace noroshi::scenario;

namespace {

// "05-29 11:00" of next year, in Japan.
std::string on(std::string_view day_and_time) {
  static const int year = std::stoi(minutes_ago(0).substr(0, 4)) + 1;
  return fmt::format("{}-{}T{}:00+09:00", year, day_and_time.substr(0, 5), day_and_time.substr(6));
}

// The duties of a case that this desk sees, those inside a body too: "2.2.4(2)(m) jps fulfilled".
std::string duty(const Desk& desk, const Incident& incident, std::string_view clause, std::string_view holder) {
  const auto page = desk.sees(incident);
  for (const auto& entry : page.at("obligations").as_array())
    if (text(entry, "clause") == clause && text(entry, "holder") == holder) return text(entry, "state");
  return "absent";
}

// Who was told of a late duty or message of this case, as this desk sees it: "csirt_head 2".
bool was_told(const Desk& desk, const Incident& incident, const std::string& body, const std::string& role) {
  for (const auto& alarm : desk.list("/alarms"))
    if (text(alarm, "incident_id") == incident.id && text(alarm, "organization") == body && text(alarm, "role") == role)
      return true;
  return false;
}

Lines types_of(const json::object& page, std::string_view kind) {
  Lines types;
  for (const auto& entry : page.at("timeline").as_array())
    if (text(entry, "type").starts_with(kind)) types.push_back(text(entry, "type"));
  return types;
}

}  // namespace

TEST_CASE("日本年金機構, the day of 05-29: a specified serious event, CYMAT to ministry and corporation the same day") {
  const TemporaryFolder folder;
  Daemon daemon(folder.path() / "data");
  const People people(daemon);
  const auto jps = people.desk("jps", "csirt_head"), mhlw = people.desk("mhlw", "csirt_head"),
             desk = people.desk("mhlw", "csirt_member"), mhlw_ciso = people.desk("mhlw", "ciso"),
             center = people.desk("nco", "center_liaison");
  people.desk("jps", "csirt_member");
  people.desk("jps", "ciso");

  // Who may be sent: named by the CISO of national agencies (2.1.1(7)(d)).
  struct Member {
    std::string body, name, person;
    Desk home, self;
    std::string id;
  };
  std::vector<Member> members;
  for (const auto& [body, name] : std::initializer_list<std::pair<const char*, const char*>>{
           {"mic", "要員 甲"}, {"meti", "要員 乙"}, {"npa", "要員 丙"}, {"mext", "要員 丁"}}) {
    const auto person = people.named(body, name, {"cymat_member"});
    people.trained(body, person, "cymat");
    members.push_back({body, name, person, people.desk(body, "csirt_head"),
                       people.desk(body, "cymat_member", person, name), {}});
  }
  auto &first = members[0], &second = members[1], &third = members[2], &fourth = members[3];

  // 05-08: a mail is opened, a machine talks to the outside. 05-11: the corporation reports; one desk of the ministry has it.
  daemon.show_clock(on("05-11 10:00"));
  const auto incident = jps.reports(a_report_recognized(on("05-08 10:28"), {{"title", "九州ブロック本部の端末の不審な通信"},
                                                                            {"cyberattack", "possible"}}));
  CHECK(jps.duties(incident) ==
        Lines{"(g)2 jps -> mhlw fulfilled", "(g)3 mhlw -> nco open", "(h) jps -> police-tokyo open"});
  CHECK(text(jps.obligation_of(incident, "g", 2, "jps"), "late_by").starts_with("P2D"));
  CHECK_FALSE(center.can_see(incident));

  // Nobody relays it. Above the desk the head and the CISO are told within the hour, and the centre of the silence alone.
  daemon.show_clock(on("05-11 12:00"));
  CHECK(eventually([&] { return was_told(mhlw, incident, "mhlw", "ciso"); }));
  CHECK(was_told(mhlw, incident, "mhlw", "csirt_head"));
  CHECK(eventually([&] { return was_told(center, incident, "nco", "center_liaison"); }));
  CHECK_FALSE(center.can_see(incident));

  // 05-19: the police are consulted, eleven days late; the ministry hears of it, the centre does not.
  daemon.show_clock(on("05-19 15:00"));
  const auto police = jps.obligation_of(incident, "h", 0, "jps");
  accepted(jps.fulfills(police, {{"method", "consultation"}, {"at", on("05-19 14:00")}}));
  CHECK(text(jps.obligation_of(incident, "h", 0, "jps"), "late_by").starts_with("P1"));

  // 05-28: the police have found the data.
  daemon.show_clock(on("05-28 18:00"));
  REQUIRE(jps.sends(later_version(incident, "followup",
                                  {{"summary", "流出した個人情報が見つかった"},
                                   {"cyberattack", "yes"},
                                   {"impact", {{"confidentiality", "yes"}, {"persons_affected", {{"max", 1250000}}}}}}))
              .status == 201);

  // 05-29: the ministry relays, 18 days late, and the centre sees the whole of it.
  daemon.show_clock(on("05-29 09:00"));
  accepted(mhlw.fulfills(mhlw.obligation_of(incident, "g", 3, "mhlw"), {{"method", "relay"}}));
  CHECK(text(mhlw.obligation_of(incident, "g", 3, "mhlw"), "late_by").starts_with("P17D"));
  // Beside the alarms one message, the relay, with the newest version.
  std::vector<json::object> relayed;
  for (auto& message : center.messages_of(incident))
    if (text(message, "kind") == "relay") relayed.push_back(std::move(message));
  REQUIRE(relayed.size() == 1);
  CHECK(relayed.front().at("version").to_number<int>() == 2);
  CHECK(center.duties(incident) ==
        Lines{"(g)2 jps -> mhlw fulfilled", "(g)3 mhlw -> nco fulfilled", "(h) jps -> police-tokyo fulfilled"});

  // The corporation's traffic runs through the ministry's network: that is a case of its own, feared as yet (おそれ).
  daemon.show_clock(on("05-29 09:30"));
  const auto own = mhlw.reports(a_report_recognized(
      on("05-29 09:20"), {{"title", "統合ネットワークへの波及のおそれ"}, {"assessment", "possible"}}));
  CHECK_FALSE(center.can_see(own));

  // Both ask for CYMAT: the ministry for itself, the corporation through the ministry, whose forwarding is itself a step.
  const json::object wish{{"reason", "流出の範囲と侵入の経路が分からない"}, {"priority", "urgent"}};
  daemon.show_clock(on("05-29 10:00"));
  accepted(mhlw.post("/incidents/" + own.id + "/cymat-requests", wish));
  accepted(jps.post("/incidents/" + incident.id + "/cymat-requests", wish));
  CHECK(center.can_see(own));
  const auto request_of = [&](const Desk& who, const char* supported) {
    for (const auto& request : who.list("/cymat-requests"))
      if (text(request, "supported") == supported) return "/cymat-requests/" + text(request, "id");
    return std::string();
  };
  const auto for_mhlw = request_of(mhlw, "mhlw"), for_jps = request_of(jps, "jps");
  CHECK(text(jps.get(for_jps).json(), "through") == "mhlw");
  // Until it is forwarded the centre cannot receive it.
  CHECK(center.post(for_jps + "/receipt", json::object{}).code() == "transition_not_allowed");
  CHECK(jps.post(for_jps + "/forwarding", json::object{}).status == 403);
  accepted(mhlw.post(for_jps + "/forwarding", {{"note", "同じ攻撃者によるものと見られる"}}));
  REQUIRE(request_of(center, "jps") == for_jps);

  // 11:00: the centre receives both, and rules with the criterion of 1.3.
  daemon.show_clock(on("05-29 11:00"));
  for (const auto& request : {for_jps, for_mhlw}) {
    accepted(center.post(request + "/receipt", json::object{}));
    CHECK(center.post(request + "/decision",
                      {{"ruling", "dispatch"}, {"united_response", false}, {"reason", "要請による"}})
              .mistakes() == Lines{"/united_response required"});
    accepted(center.post(request + "/decision", {{"ruling", "dispatch"},
                                                 {"united_response", true},
                                                 {"reason", "特定重大事象。政府として一体となった対応が必要"}}));
  }

  // Two teams of one pool. Nobody of the corporation, and nobody twice.
  const auto refused = people.desk("jps", "ciso").post(
      "/people/" + people.named("jps", "法人 戊", {"csirt_member"}) + "/appointments",
      {{"post", "cymat_member"}, {"ground", "expertise"}});
  CHECK(refused.status == 422);
  CHECK(refused.code() == "national_agency_required");
  CHECK(mentions(refused.body, "2.1.1(7)(d)"));
  const auto propose = [&](const std::string& request, const Member& member, bool lead) {
    return center.post(request + "/members",
                       {{"organization", member.body}, {"person", member.person}, {"lead", lead}});
  };
  const auto joins = [&](const std::string& request, Member& member, bool lead) {
    accepted(propose(request, member, lead));
    member.id = text(center.get(request)["members"].as_array().back(), "id");
    accepted(member.home.post(request + "/members/" + member.id + "/answer", {{"agreed", true}}));
  };
  joins(for_jps, first, true);
  joins(for_jps, second, false);
  const auto twice = propose(for_mhlw, first, true);
  CHECK(twice.status == 409);
  CHECK(twice.code() == "person_not_available");
  joins(for_mhlw, third, true);
  joins(for_mhlw, fourth, false);
  const auto pool = center.get("/cymat-pool");
  CHECK(json::serialize(pool["free"]) == "0");

  // 15:00: both are sent. From now on each member sees his case, and information is owed to him (m).
  daemon.show_clock(on("05-29 15:00"));
  for (const auto& request : {for_jps, for_mhlw}) {
    accepted(center.post(request + "/formation", json::object{}));
    accepted(center.post(request + "/dispatch", json::object{}));
    const auto sent = text(center.get(request).json(), "dispatched_at");
    CHECK_MESSAGE(sent.starts_with(on("05-29 15:00").substr(0, 15)), sent);
  }
  for (const auto* member : {&first, &second}) {
    CHECK(member->self.can_see(incident));
    CHECK_FALSE(member->self.can_see(own));
    CHECK_FALSE(member->home.can_see(incident));
  }
  for (const auto* member : {&third, &fourth}) {
    CHECK(member->self.can_see(own));
    CHECK_FALSE(member->self.can_see(incident));
  }
  CHECK(duty(jps, incident, "2.2.4(2)(m)", "jps") == "open");
  CHECK(duty(mhlw, own, "2.2.4(2)(m)", "mhlw") == "open");
  CHECK(duty(mhlw, incident, "2.2.4(2)(m)", "mhlw") == "absent");

  // Each tells its team; what is 機密性3 goes another way. The corporation cuts every site off the Internet (d).
  const auto tells = [&](const Desk& from, const std::string& request) {
    CHECK(from.post(request + "/log", {{"kind", "information"}, {"text", "名簿"}, {"confidentiality", 3}}).code() ==
          "annex_not_available");
    accepted(from.post(request + "/log", {{"kind", "information"}, {"text", "通信記録"}, {"confidentiality", 2}}));
  };
  tells(jps, for_jps);
  tells(mhlw, for_mhlw);
  CHECK(duty(jps, incident, "2.2.4(2)(m)", "jps") == "fulfilled");
  CHECK(duty(mhlw, own, "2.2.4(2)(m)", "mhlw") == "fulfilled");
  CHECK(duty(jps, incident, "2.2.4(2)(d)", "jps") == "open");
  accepted(jps.post("/incidents/" + incident.id + "/instructions",
                    {{"kind", "emergency_measures"},
                     {"force", "instruction"},
                     {"addressee", "情報システムセキュリティ責任者"},
                     {"text", "全ての拠点をインターネットから切り離すこと"}}));
  CHECK(duty(jps, incident, "2.2.4(2)(d)", "jps") == "fulfilled");
  accepted(first.self.post(for_jps + "/log", {{"kind", "advice"}, {"text", "メールも切り離すこと"}}));
  accepted(third.self.post(for_mhlw + "/log", {{"kind", "work"}, {"text", "経路上の通信を調べた"}}));
  CHECK(text(center.get(for_jps).json(), "state") == "active");
  CHECK(text(center.get(for_mhlw).json(), "state") == "active");

  // It is an incident of the ministry too: the judgement opens what the ministry itself owes by (g) 1.
  REQUIRE(mhlw.assesses(own, {{"assessment", "incident"}, {"cyberattack", "possible"}}).status == 201);
  CHECK(mhlw.duties(own) == Lines{"(g)1 mhlw -> nco fulfilled", "(h) mhlw -> police-tokyo open"});

  // The pages tell it, each team to its own, and the record bears it out, table by table.
  for (const auto& [who, what] : {std::pair{&jps, &incident}, std::pair{&mhlw, &own}}) {
    auto expected = Lines{"cymat.requested", "cymat.received", "cymat.decided"};
    if (what == &incident) expected.insert(expected.begin() + 1, "cymat.forwarded");
    auto told = types_of(who->sees(*what), "cymat.");
    REQUIRE(told.size() > expected.size());
    told.resize(expected.size());
    CHECK(told == expected);
  }
  const auto story = run(noroshi_program(), {"--data", daemon.data().string(), "--lang", "ja", "record", "show",
                                             "--incident", incident.number});
  CHECK(story.code == 0);
  for (const char* word : {"2.2.4(2)(g)", "2.2.4(2)(h)", "2.2.4(2)(m)", "特定重大事象", "05-29 11:00", "05-29 15:00", "要員 甲"})
    CHECK_MESSAGE(mentions(story.output, word), word << " in " << story.output);
  CHECK_FALSE(mentions(story.output, "要員 丙"));
  const auto checked = run(noroshi_program(), {"--data", daemon.data().string(), "record", "verify", "--tables"});
  CHECK_MESSAGE(checked.code == 0, checked.output << checked.errors);
}
