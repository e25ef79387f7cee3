// Clocks as desks live them: a daemon whose shown clock runs 1,200 times as fast, so that 20 minutes pass in a second,
// unless a story says otherwise.
#include "routing/time.h"
#include "tests/scenario/scene.h"

using namespace noroshi::scenario;

namespace {

// Short targets for what would take days, so that a story takes seconds.
constexpr std::string_view quick = R"([targets]
"b" = "PT30M"
[followup]
target = "PT40M"
[relay]
on_silence = true
)";
// Where desks act in time: what they do takes real time, of which a second is 20 minutes here.
constexpr std::string_view patient = R"([targets]
"g.3" = "PT2H"
[acknowledgement]
target = "PT2H"
)";

class Clocked {
 public:
  explicit Clocked(std::string_view toml = quick, int rate = 1200) : rate_(rate) {
    write_file(folder_.path() / "noroshi.toml", toml);
    daemon_.emplace(folder_.path() / "data", std::vector<std::string>{"--test-clock", std::to_string(rate), "--config",
                                                                      (folder_.path() / "noroshi.toml").string()});
  }

  Desk desk(const std::string& organization, const std::string& role, const std::string& person = "") {
    return {organization, role, person, *daemon_};
  }

  void show(const std::string& instant) { daemon_->show_clock(instant, rate_); }

 private:
  int rate_;
  TemporaryFolder folder_;
  std::optional<Daemon> daemon_;
};

// "2 relay_silent mhlw -> nco center_liaison (g)3", oldest first; of one duty's clause, or of all.
Lines alarms_of(const Desk& desk, const Incident& incident, std::string_view clause = "") {
  Lines lines;
  auto items = desk.list("/alarms");
  for (auto alarm = items.rbegin(); alarm != items.rend(); ++alarm) {
    if (text(*alarm, "incident_id") != incident.id || alarm->at("level") == 0) continue;
    std::string about;
    if (alarm->at("clause").is_string()) {
      about = text(*alarm, "clause").substr(8);
      if (const auto* sentence = alarm->if_contains("sentence")) about += std::to_string(sentence->to_number<int>());
    }
    if (!clause.empty() && about != clause) continue;
    lines.push_back(std::to_string(alarm->at("level").to_number<int>()) + " " + text(*alarm, "code") + " " +
                    text(*alarm, "holder") + " -> " + text(*alarm, "organization") + " " + text(*alarm, "role") +
                    (about.empty() ? "" : " " + about));
  }
  return lines;
}

// Waits until the alarms are those, and says what they were instead.
void becomes(const Desk& desk, const Incident& incident, std::string_view clause, const Lines& expected) {
  eventually([&] { return alarms_of(desk, incident, clause).size() >= expected.size(); });
  CHECK(alarms_of(desk, incident, clause) == expected);
}

// Waits until an incident of its own has been through the whole ladder: what has not rung by then rings no more.
void a_whole_ladder_passes(const Desk& reporter, const Desk& supervisor) {
  const auto witness = reporter.reports(a_report());
  REQUIRE(eventually([&] { return alarms_of(supervisor, witness, "(g)3").size() >= 5; }));
}

json::object alarm_message(const Desk& desk, const Incident& incident) {
  for (const auto& message : desk.messages_of(incident))
    if (text(message, "kind") == "alarm") return message;
  FAIL("no alarm came to " << desk.organization());
  return {};
}

}  // namespace

TEST_CASE("A desk that stays silent is heard: its people role by role, the centre, and nobody reads the report in an alarm") {
  Clocked world;
  const auto jps = world.desk("jps", "csirt_member"), mhlw = world.desk("mhlw", "csirt_member");
  const auto nco = world.desk("nco", "center_liaison");
  const auto incident = jps.reports(a_report({{"title", unique("canary")}}));
  becomes(mhlw, incident, "(g)3",
          {"1 duty_overdue mhlw -> mhlw csirt_member (g)3", "2 duty_overdue mhlw -> mhlw csirt_head (g)3",
           "2 relay_silent mhlw -> nco center_liaison (g)3", "3 duty_overdue mhlw -> mhlw ciso (g)3",
           "4 duty_overdue mhlw -> nco center_liaison (g)3"});
  // The centre hears that somebody is silent, and of what duty; not of what.
  CHECK(alarms_of(nco, incident) == Lines{"2 relay_silent mhlw -> nco center_liaison (g)3",
                                          "4 duty_overdue mhlw -> nco center_liaison (g)3"});
  const auto message = alarm_message(nco, incident);
  CHECK(message.at("title").is_null());
  CHECK(message.at("reference").is_null());
  CHECK(message.at("from").is_null());
  CHECK(text(message, "number") == incident.number);
  const auto detail = nco.get("/inbox/" + text(message, "id"));
  CHECK(detail.status == 200);
  CHECK(detail["report"].is_null());
  CHECK_FALSE(mentions(detail.body, "canary"));
  CHECK(nco.acknowledges(message, "当直").status == 201);
  CHECK(jps.acknowledges(message, "当直").status == 404);
  CHECK_FALSE(nco.can_see(incident));
}

TEST_CASE("Nobody acknowledges: the recipient's roles hear, then the sender; what others owe each other stays unseen") {
  Clocked world("[targets]\n\"g.3\" = \"PT2H\"\n");
  const auto jps = world.desk("jps", "csirt_member"), mhlw = world.desk("mhlw", "csirt_member");
  const auto nco = world.desk("nco", "center_liaison");
  const auto incident = jps.reports(a_report());
  REQUIRE(mhlw.fulfills(mhlw.obligation_of(incident, "g", 3, "mhlw"), {{"method", "relay"}}).status == 201);
  CHECK(nco.messages_of(incident).size() == 1);  // somebody looks, and does no more
  becomes(jps, incident, "(g)2", {"4 acknowledgement_overdue mhlw -> jps csirt_head (g)2"});
  CHECK(alarms_of(mhlw, incident, "(g)2") ==
        Lines{"1 acknowledgement_overdue mhlw -> mhlw csirt_member (g)2",
              "2 acknowledgement_overdue mhlw -> mhlw csirt_head (g)2",
              "3 acknowledgement_overdue mhlw -> mhlw ciso (g)2", "4 acknowledgement_overdue mhlw -> jps csirt_head (g)2"});
  // The relay waits for the centre's liaison: three times theirs, then the agency's head.
  becomes(nco, incident, "(g)3",
          {"1 acknowledgement_overdue nco -> nco center_liaison (g)3",
           "2 acknowledgement_overdue nco -> nco center_liaison (g)3",
           "3 acknowledgement_overdue nco -> nco center_liaison (g)3",
           "4 acknowledgement_overdue nco -> mhlw csirt_head (g)3"});
  CHECK(alarms_of(jps, incident, "(g)3").empty());
}

TEST_CASE("What is met, acknowledged or excepted rings no more") {
  Clocked world(patient);
  const auto jps = world.desk("jps", "csirt_head", "責任者"), officer = world.desk("jps", "exception_officer", "許可権限者");
  const auto mhlw = world.desk("mhlw", "csirt_member"), nco = world.desk("nco", "center_liaison");
  const auto incident = jps.reports(a_report_recognized(minutes_ago(1), {{"stage", "first"}}));
  REQUIRE(mhlw.acknowledges(mhlw.message_of(incident), "当直").status == 201);
  REQUIRE(mhlw.fulfills(mhlw.obligation_of(incident, "g", 3, "mhlw"), {{"method", "relay"}}).status == 201);
  REQUIRE(nco.acknowledges(nco.message_of(incident), "当直").status == 201);
  const auto waived = jps.obligation_of(incident, "h", 0, "jps");
  const auto asked = jps.post("/obligations/" + text(waived, "id") + "/waivers", {{"reason", "警察庁から入手した情報"}});
  REQUIRE_MESSAGE(asked.status == 201, asked);
  REQUIRE(officer.post("/obligations/" + text(waived, "id") + "/waivers/" + text(asked.json(), "id") + "/decision",
                       {{"decision", "approved"}, {"reason", "妥当"}}).status == 201);
  a_whole_ladder_passes(jps, mhlw);
  for (const auto* clause : {"(g)2", "(g)3", "(h)"}) {
    CAPTURE(clause);
    CHECK(alarms_of(mhlw, incident, clause).empty());
    CHECK(alarms_of(nco, incident, clause).empty());
    CHECK(alarms_of(jps, incident, clause).empty());
  }
}

TEST_CASE("A possible incident that nobody assesses rings inside its body, until it is judged") {
  Clocked world;
  const auto jps = world.desk("jps", "csirt_member");
  const auto incident = jps.reports(a_report({{"assessment", "possible"}}));
  becomes(jps, incident, "(b)",
          {"1 duty_overdue jps -> jps csirt_member (b)", "2 duty_overdue jps -> jps csirt_head (b)",
           "3 duty_overdue jps -> jps ciso (b)", "4 duty_overdue jps -> jps ciso (b)"});
  const auto other = jps.reports(a_report_recognized(text(jps.get("/heartbeat").json(), "at"), {{"assessment", "possible"}}));
  REQUIRE(jps.assesses(other, {{"assessment", "not_incident"}, {"assessment_reason", "誤検知"}}).status == 201);
  a_whole_ladder_passes(jps, world.desk("mhlw", "csirt_member"));
  CHECK(alarms_of(jps, other).empty());
}

TEST_CASE("Each of several joint supervisors has a clock of its own") {
  Clocked world("[targets]\n\"g.3\" = \"PT1H\"\n");
  const auto amed = world.desk("amed", "csirt_member");
  const auto mext = world.desk("mext", "csirt_member"), meti = world.desk("meti", "csirt_member");
  const auto nco = world.desk("nco", "center_liaison");
  const auto incident = amed.reports(a_report());
  REQUIRE(meti.fulfills(meti.obligation_of(incident, "g", 3, "meti"), {{"method", "relay"}}).status == 201);
  becomes(mext, incident, "(g)3",
          {"1 duty_overdue mext -> mext csirt_member (g)3", "2 duty_overdue mext -> mext csirt_head (g)3",
           "2 relay_silent mext -> nco center_liaison (g)3", "3 duty_overdue mext -> mext ciso (g)3",
           "4 duty_overdue mext -> nco center_liaison (g)3"});
  const auto of_meti = [&] {
    Lines lines;
    for (const auto& line : alarms_of(nco, incident, "(g)3"))
      if (mentions(line, "duty_overdue meti") || mentions(line, "relay_silent meti")) lines.push_back(line);
    return lines;
  };
  CHECK(of_meti().empty());
}

TEST_CASE("An agency that switched it on by two persons has its notice relayed when it stays silent, once; the duty stays") {
  Clocked world;
  const auto jps = world.desk("jps", "csirt_member"), mhlw = world.desk("mhlw", "csirt_member", "係員");
  const auto head = world.desk("mhlw", "csirt_head", "責任者"), ciso = world.desk("mhlw", "ciso", "CISO");
  const auto nco = world.desk("nco", "center_liaison");
  const auto asked = head.post("/relay-switch", {{"switched_on", true}, {"reason", "夜間は当直のみ"}}, {.key = fresh_key()});
  REQUIRE_MESSAGE(asked.status == 201, asked);
  const auto decision = "/relay-switch/" + text(asked.json(), "id") + "/decision";
  CHECK(head.post(decision, {{"decision", "approved"}, {"reason", "可"}}).code() == "four_eyes");
  CHECK(mhlw.post(decision, {{"decision", "approved"}, {"reason", "可"}}).status == 403);
  CHECK(world.desk("moj", "ciso").post(decision, {{"decision", "approved"}, {"reason", "可"}}).status == 404);
  CHECK(head.post("/relay-switch", {{"switched_on", false}, {"reason", "やめる"}}).code() == "relay_switch_pending");
  REQUIRE(ciso.post(decision, {{"decision", "approved"}, {"reason", "可"}}).status == 201);
  CHECK(mhlw.get("/relay-switch")["active"] == true);

  const auto incident = jps.reports(a_report());
  REQUIRE(eventually([&] { return nco.can_see(incident); }));
  const auto relayed = [&] {
    std::vector<json::object> relays;
    for (const auto& message : nco.messages_of(incident))
      if (text(message, "kind") == "relay") relays.push_back(message);
    return relays;
  };
  REQUIRE(relayed().size() == 1);
  CHECK(relayed().front().at("automatic") == true);
  CHECK(text(relayed().front(), "from") == "mhlw");
  auto duty = nco.obligation_of(incident, "g", 3, "mhlw");
  CHECK(text(duty, "state") == "open");
  CHECK(duty.at("overdue") == true);
  REQUIRE(eventually([&] { return alarms_of(mhlw, incident, "(g)3").size() >= 6; }));
  CHECK(relayed().size() == 1);
  // A person confirms.
  REQUIRE(mhlw.fulfills(duty, {{"method", "relay"}, {"note", "確認した"}}).status == 201);
  CHECK(text(nco.obligation_of(incident, "g", 3, "mhlw"), "state") == "fulfilled");
  CHECK(relayed().size() == 2);
}

TEST_CASE("Follow-up reports are awaited until the final one; an incident that is reopened is awaited anew") {
  Clocked world;
  const auto mhlw = world.desk("mhlw", "csirt_head", "責任者");
  const auto nco = world.desk("nco", "center_liaison");
  const auto incident = mhlw.reports(a_report({{"cyberattack", "no"}, {"cyberattack_reason", "設定誤り"}}));
  CHECK(mhlw.sees(incident).at("followup_due_at").is_string());
  const auto followups = [&] {
    Lines lines;
    for (const auto& line : alarms_of(mhlw, incident))
      if (mentions(line, "followup_overdue")) lines.push_back(line);
    return lines;
  };
  REQUIRE(eventually([&] { return followups().size() >= 4; }));
  CHECK(followups() ==
        Lines{"1 followup_overdue mhlw -> mhlw csirt_member", "2 followup_overdue mhlw -> mhlw csirt_head",
              "3 followup_overdue mhlw -> mhlw ciso", "4 followup_overdue mhlw -> nco center_liaison"});
  REQUIRE(mhlw.sends(later_version(incident, "final", {{"summary", "復旧済み"}})).status == 201);
  CHECK(mhlw.sees(incident).at("followup_due_at").is_null());

  // Closing waits for the body's own duties, inner ones among them.
  const auto move = [&](std::string_view to) {
    return mhlw.post("/incidents/" + incident.id + "/transitions", {{"to", to}, {"reason", "経過"}});
  };
  CHECK(move("closed").code() == "duties_open");
  REQUIRE(move("recovered").status == 201);
  for (const auto& duty : mhlw.list("/obligations?holder=mhlw&state=open&incident=" + incident.id))
    REQUIRE(mhlw.fulfills(duty, {{"method", "done"}}).status == 201);
  REQUIRE(move("closed").status == 201);
  a_whole_ladder_passes(world.desk("jps", "csirt_member"), mhlw);
  CHECK(followups().size() == 4);

  REQUIRE(move("assessed").status == 201);
  CHECK(mhlw.sees(incident).at("followup_due_at").is_string());
  REQUIRE(eventually([&] { return followups().size() >= 8; }));
  CHECK(followups().back() == "4 followup_overdue mhlw -> nco center_liaison");
}

TEST_CASE("A duty passes to the successor in mid-clock, and the successor hears from the first level on") {
  Clocked world;
  const auto jps = world.desk("jps", "csirt_member"), mhlw = world.desk("mhlw", "csirt_member");
  const auto nisc = world.desk("nisc", "center_liaison"), nco = world.desk("nco", "center_liaison");
  world.show("2025-06-30T23:20:00+09:00");
  const auto incident = jps.reports(a_report_recognized("2025-06-30T23:15:00+09:00"));
  CHECK(text(mhlw.obligation_of(incident, "g", 3, "mhlw"), "recipient") == "nisc");
  // Due ten minutes before midnight, silent until after it: the body that stands in NISC's place by then hears.
  becomes(mhlw, incident, "(g)3",
          {"1 duty_overdue mhlw -> mhlw csirt_member (g)3", "2 duty_overdue mhlw -> mhlw csirt_head (g)3",
           "2 relay_silent mhlw -> nco center_liaison (g)3", "3 duty_overdue mhlw -> mhlw ciso (g)3",
           "4 duty_overdue mhlw -> nco center_liaison (g)3"});
  const auto duty = nco.obligation_of(incident, "g", 3, "mhlw");
  CHECK(text(duty, "recipient") == "nco");
  CHECK(text(duty, "recipient_formerly") == "nisc");
  CHECK(alarms_of(nisc, incident, "(g)3").empty());
}

// Twenty minutes of the story are ten seconds.
constexpr std::string_view short_ladder = R"([acknowledgement]
target = "PT4M"
[followup]
target = "PT6M"
[ladder]
steps = ["PT0M", "PT2M", "PT4M", "PT6M"]
)";

TEST_CASE("What a body left unacknowledged rings anew for who stands in its place; whoever acknowledges later ends it") {
  Clocked world(short_ladder, 120);
  const auto mhlw = world.desk("mhlw", "csirt_head", "責任者");
  const auto nisc = world.desk("nisc", "center_liaison"), nco = world.desk("nco", "center_liaison");
  world.show("2025-06-30T23:53:00+09:00");
  // Two incidents of which the centre is told, seven minutes before it ends.
  const auto facts = json::object{{"cyberattack", "no"}, {"cyberattack_reason", "設定誤り"}};
  const auto silent = mhlw.reports(a_report_recognized("2025-06-30T23:52:00+09:00", facts));
  const auto answered = mhlw.reports(a_report_recognized("2025-06-30T23:52:00+09:00", facts));
  CHECK(nisc.messages_of(silent).size() == 1);
  const auto of_successor = [&](const Desk& desk, const Incident& incident) {
    Lines lines;
    for (const auto& line : alarms_of(desk, incident, "(g)1"))
      if (mentions(line, "acknowledgement_overdue nco")) lines.push_back(line);
    return lines;
  };
  // Midnight comes by itself, and with it the first level of another body.
  const Lines all = {"1 acknowledgement_overdue nco -> nco center_liaison (g)1",
                     "2 acknowledgement_overdue nco -> nco center_liaison (g)1",
                     "3 acknowledgement_overdue nco -> nco center_liaison (g)1",
                     "4 acknowledgement_overdue nco -> mhlw csirt_head (g)1"};
  REQUIRE(eventually([&] { return !of_successor(nco, answered).empty(); }));
  CHECK(of_successor(nco, answered).front() == all.front());
  CHECK(text(nco.messages_of(answered).front(), "to") == "nisc");
  // A later version, sent to the successor and acknowledged there, ends the clock of the one sent to its predecessor.
  REQUIRE(mhlw.sends(later_version(answered, "followup", {{"summary", "続報"}})).status == 201);
  const auto messages = nco.messages_of(answered);
  REQUIRE(!messages.empty());
  REQUIRE(text(messages.back(), "to") == "nco");
  REQUIRE(nco.acknowledges(messages.back(), "当直").status == 201);
  const auto heard = of_successor(nco, answered);
  // Of the other the successor hears every level, whatever its predecessor heard, and at last the sender.
  REQUIRE(eventually([&] { return of_successor(nco, silent).size() >= all.size(); }));
  CHECK(of_successor(nco, silent) == all);
  CHECK(of_successor(mhlw, silent) == Lines{all.back()});
  CHECK(of_successor(nco, answered) == heard);
}

TEST_CASE("The next 続報 of a body that ended is awaited from its successor") {
  Clocked world(short_ladder, 120);
  const auto before = world.desk("jogmec", "csirt_member"), after = world.desk("jogmec-2022", "csirt_member");
  const auto meti = world.desk("meti", "csirt_head");
  world.show("2022-11-13T23:56:00+09:00");
  const auto incident = before.reports(
      a_report_recognized("2022-11-13T23:55:00+09:00", {{"cyberattack", "no"}, {"cyberattack_reason", "設定誤り"}}));
  const auto followups = [&](const Desk& desk) {
    Lines lines;
    for (const auto& line : alarms_of(desk, incident))
      if (mentions(line, "followup_overdue")) lines.push_back(line);
    return lines;
  };
  const Lines all = {"1 followup_overdue jogmec-2022 -> jogmec-2022 csirt_member",
                     "2 followup_overdue jogmec-2022 -> jogmec-2022 csirt_head",
                     "3 followup_overdue jogmec-2022 -> jogmec-2022 ciso",
                     "4 followup_overdue jogmec-2022 -> meti csirt_head"};
  REQUIRE(eventually([&] { return followups(after).size() >= all.size(); }));
  CHECK(followups(after) == all);
  CHECK(followups(meti) == Lines{all.back()});
  CHECK(followups(before).empty());
  // The successor reports, and the wait begins again.
  REQUIRE(after.sends(later_version(incident, "followup", {{"organization", "jogmec"}, {"summary", "続報"}})).status == 201);
  REQUIRE(eventually([&] { return followups(after).size() > all.size(); }));
  CHECK(followups(after)[all.size()] == all.front());
}

TEST_CASE("A receiver where nobody has been since the report came is shown to its sender and to the centre") {
  Clocked world(short_ladder, 120);
  const auto jps = world.desk("jps", "csirt_head"), mhlw = world.desk("mhlw", "csirt_member");
  const auto nco = world.desk("nco", "center_liaison");
  CHECK(mhlw.inbox().empty());
  const auto dead = [&](const Desk& desk, const Incident& incident) {
    Lines lines;
    for (const auto& line : alarms_of(desk, incident))
      if (mentions(line, "receiver_dead")) lines.push_back(line.substr(2));
    return lines;
  };
  const auto shown = [&] { return text(jps.get("/heartbeat").json(), "at"); };
  const auto last_here = noroshi::parse_rfc3339(shown()).value();
  // Who was there is kept to the minute.
  REQUIRE(eventually([&] { return noroshi::parse_rfc3339(shown()).value() > last_here + std::chrono::minutes(2); }));
  const auto unread = jps.reports(a_report_recognized(shown()));
  REQUIRE(eventually([&] { return !dead(jps, unread).empty(); }));
  CHECK(dead(jps, unread) == Lines{"receiver_dead mhlw -> jps csirt_head (g)2"});
  CHECK(dead(nco, unread) == Lines{"receiver_dead mhlw -> nco center_liaison (g)2"});
  const auto said = jps.get("/alarms").body;
  CHECK(mentions(said, "を最後に誰もこのシステムに接続していません"));

  // Somebody opens the inbox and reads, without a word: the receiver is there.
  const auto read = jps.reports(a_report_recognized(shown()));
  CHECK(!mhlw.messages_of(read).empty());
  REQUIRE(eventually([&] {
    const auto lines = alarms_of(jps, read, "(g)2");
    return !lines.empty() && lines.back() == "4 acknowledgement_overdue mhlw -> jps csirt_head (g)2";
  }));
  CHECK(dead(jps, read).empty());
}

TEST_CASE("Duties of an edition stay with it when another comes into force under them") {
  Clocked world("[targets]\n\"h28:g.2\" = \"PT30M\"\n");
  const auto mhlw = world.desk("mhlw", "csirt_member");
  world.show("2018-07-24T23:40:00+09:00");
  const auto incident = mhlw.reports(a_report_recognized("2018-07-24T23:35:00+09:00", {{"cyberattack", "yes"}}));
  const auto police = mhlw.obligation_of(incident, "g", 2, "mhlw");
  CHECK(text(police, "edition") == "h28");
  becomes(mhlw, incident, "(g)2",
          {"1 duty_overdue mhlw -> mhlw csirt_member (g)2", "2 duty_overdue mhlw -> mhlw csirt_head (g)2",
           "3 duty_overdue mhlw -> mhlw ciso (g)2", "4 duty_overdue mhlw -> nisc center_liaison (g)2"});
  const auto next = mhlw.reports(a_report_recognized("2018-07-25T00:01:00+09:00", {{"cyberattack", "yes"}}));
  CHECK(text(mhlw.obligation_of(next, "h", 0, "mhlw"), "edition") == "h30");
}

TEST_CASE("A heartbeat counts what is open, signed with a key that anybody can look up") {
  Clocked world;
  const auto jps = world.desk("jps", "csirt_member"), mhlw = world.desk("mhlw", "csirt_member");
  const auto before = mhlw.get("/heartbeat");
  REQUIRE_MESSAGE(before.status == 200, before);
  CHECK(before["open"] == 0);
  jps.reports(a_report());
  const auto after = mhlw.get("/heartbeat");
  CHECK(after["open"] == 1);
  CHECK(after["unacknowledged"] == 1);
  CHECK(after["clocks_behind"] == false);
  CHECK(mentions(text(after.json(), "text"), "\nopen 1\n"));
  const auto keys = mhlw.get("/keys");
  CHECK(keys["items"].at(0).at("id") == after["key_id"]);
  CHECK(world.desk("jps", "operator").get("/heartbeat").status == 403);
}
