// Who responds to an incident, as desks live it: proposed, accepted, handed over at the change of shifts, and what
// twenty clients get who want the same at once.
#include <fmt/format.h>

#include <thread>

#include "tests/scenario/people.h"

using namespace noroshi::scenario;

namespace {

// A daemon of its own. The people of a body are registered by hand: who they are is another story.
class World {
 public:
  World() {
    daemon_.emplace(folder_.path() / "data");
    show("2018-08-01T09:20:00+09:00");
  }

  Daemon& daemon() { return *daemon_; }
  void show(const std::string& instant) { daemon_->show_clock(instant); }
  Desk desk(const std::string& organization, const std::string& role, const std::string& name = "") {
    return {organization, role, name, *daemon_};
  }

  // A member of the body's CSIRT; trained unless said otherwise. His id.
  std::string person(const std::string& organization, const std::string& name, bool trained = true) {
    const auto id = fmt::format("0198a4f2-0000-7000-8000-0000000000{:02x}", ++people_);
    by_hand(fmt::format(
        "INSERT INTO noroshi.person (id, organization, name, employment, skills, cleared, registered_at, revision, "
        "event_id) "
        "SELECT '{0}', '{1}', '{2}', 'employee', ARRAY['forensics'], true, '2018-04-01+09', 1, min(id::text)::uuid "
        "FROM noroshi.event;"
        "INSERT INTO noroshi.appointment (id, organization, person, post, ground, reason, valid_from, made_by_name, "
        "made_at, "
        "event_id) SELECT '{0}', '{1}', '{0}', 'csirt_member', 'expertise', '', '2018-04-01+09', '', '2018-04-01+09', "
        "min(id::text)::uuid FROM noroshi.event;",
        id, organization, name));
    if (trained)
      by_hand(fmt::format(
          "INSERT INTO noroshi.training (id, organization, person, kind, course, completed_at, valid_until, "
          "recorded_by_name, recorded_at, event_id) SELECT '{0}', '{1}', '{0}', 'csirt', '研修', '2018-04-01+09', "
          "'2030-04-01+09', '', '2018-04-01+09', min(id::text)::uuid FROM noroshi.event",
          id, organization));
    return id;
  }
  void on_duty(const std::string& organization, const std::string& person, const std::string& from,
               const std::string& until) {
    by_hand(
        fmt::format("INSERT INTO noroshi.shift (id, organization, person, post, valid_from, valid_until, overrides, "
                    "set_at, event_id) SELECT gen_random_uuid(), '{}', '{}', 'csirt_member', '{}', '{}', false, "
                    "'2018-04-01+09', min(id::text)::uuid FROM noroshi.event",
                    organization, person, from, until));
  }
  // The desk of that person: his token is bound to him.
  Desk desk_of(const std::string& organization, const std::string& name, const std::string& id,
               const std::string& role = "csirt_member") {
    auto desk = this->desk(organization, role, name);
    by_hand(fmt::format("UPDATE noroshi.token SET person = '{}' WHERE organization = '{}' AND name = '{}'", id,
                        organization, name));
    return desk;
  }
  void by_hand(const std::string& sql) {
    const auto errors = daemon_->execute(sql);
    REQUIRE_MESSAGE(errors.empty(), errors);
  }
  // `noroshi` as that person runs it.
  Ending noroshi(const std::string& organization, const std::string& role, const std::string& name,
                 std::vector<std::string> arguments) {
    const auto file = folder_.path() / "token";
    write_file(file, daemon_->token(organization, role, name));
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    for (const auto& argument :
         {std::string("--url"), "https://127.0.0.1:" + std::to_string(daemon_->port()), std::string("--token-file"),
          file.string(), std::string("--ca"), (daemon_->data() / "tls" / "ca.pem").string()})
      arguments.push_back(argument);
    return run(noroshi_program(), arguments);
  }

 private:
  TemporaryFolder folder_;
  std::optional<Daemon> daemon_;
  int people_ = 0;
};

World& world() {
  static World world;
  return world;
}

Incident reported() {
  return world().desk("mhlw", "csirt_member", "当直").reports(a_report_recognized("2018-08-01T09:00:00+09:00"));
}

std::string place(const Incident& incident) {
  return "/incidents/" + incident.id + "/assignments";
}
std::string step(const Incident& incident, const std::string& assignment, const std::string& what) {
  return place(incident) + "/" + assignment + "/" + what;
}
std::string assigned(const Reply& reply) {
  REQUIRE_MESSAGE(reply.status == 201, reply);
  return text(reply["assignment"], "id");
}
std::string propose(const Desk& desk, const Incident& incident, const std::string& person,
                    const std::string& function) {
  return assigned(desk.post(place(incident), {{"person", person}, {"function", function}}));
}
std::string leads(const Desk& proposing, const Desk& desk, const Incident& incident, const std::string& person) {
  const auto id = propose(proposing, incident, person, "head");
  assigned(desk.post(step(incident, id, "answer"), {{"accepted", true}}));
  assigned(desk.post(step(incident, id, "activation"), json::object{}));
  return id;
}
// "佐藤 head active", oldest first.
Lines who_responds(const Desk& desk, const Incident& incident) {
  Lines lines;
  for (const auto& assignment : desk.list(place(incident)))
    lines.push_back(text(assignment, "name") + " " + text(assignment, "function") + " " + text(assignment, "state"));
  return lines;
}

}  // namespace

TEST_CASE("At the change of shifts the head hands over; the incident's page tells who led it when") {
  auto& w = world();
  w.show("2018-08-01T09:20:00+09:00");
  const auto sato_id = w.person("mhlw", "佐藤"), suzuki_id = w.person("mhlw", "鈴木");
  w.on_duty("mhlw", sato_id, "2018-08-01 08:30+09", "2018-08-01 17:15+09");
  w.on_duty("mhlw", suzuki_id, "2018-08-01 17:15+09", "2018-08-02 08:30+09");
  const auto sato = w.desk_of("mhlw", "佐藤", sato_id), suzuki = w.desk_of("mhlw", "鈴木", suzuki_id);
  const auto chief = w.desk("mhlw", "csirt_head", "責任者");
  const auto incident = reported();

  const auto candidates = chief.list("/incidents/" + incident.id + "/candidates?function=head&skills=forensics");
  REQUIRE(candidates.size() >= 2);
  CHECK(text(candidates.front(), "name") == "佐藤");
  CHECK(candidates.front().at("on_duty").as_bool());
  CHECK(candidates.front().at("because").as_array().size() == 5);

  const auto first = leads(chief, sato, incident, sato_id);
  auto shown = sato.sees(incident).at("assignments").as_array();
  REQUIRE(shown.size() == 1);
  CHECK(text(shown[0], "duty_until") == "2018-08-01T17:15:00+09:00");
  CHECK(sato.post(step(incident, first, "release"), {{"reason", "退庁"}}).code() == "last_head");

  w.show("2018-08-01T17:10:00+09:00");
  const auto offered =
      sato.post(place(incident), {{"person", suzuki_id}, {"replaces", first}, {"note", "残件は端末 2 台"}});
  const auto second = assigned(offered);
  CHECK(sato.post(step(incident, second, "answer"), {{"accepted", true}}).code() == "not_the_person");
  CHECK(chief.post(step(incident, second, "answer"), {{"accepted", true}}).code() == "not_the_person");
  const auto taken = suzuki.post(step(incident, second, "answer"), {{"accepted", true}});
  REQUIRE_MESSAGE(taken.status == 201, taken);
  CHECK(text(taken["assignment"], "state") == "active");
  CHECK(text(taken["others"].as_array()[0], "state") == "handed_over");
  CHECK(who_responds(sato, incident) == Lines{"佐藤 head handed_over", "鈴木 head active"});

  // Nothing rings at the end of the first turn.
  w.show("2018-08-01T17:20:00+09:00");
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  for (const auto& alarm : sato.list("/alarms"))
    CHECK_FALSE((text(alarm, "incident_id") == incident.id && text(alarm, "code") == "handover_overdue"));

  Lines types;
  const auto seen = sato.sees(incident);
  for (const auto& entry : seen.at("timeline").as_array())
    if (text(entry, "type").starts_with("assignment.")) types.push_back(text(entry, "type"));
  // She took over before her own turn began; once the roster was looked at again, it says until when she is on duty.
  if (!types.empty() && types.back() == "assignment.duty_moved") types.pop_back();
  CHECK(types == Lines{"assignment.proposed", "assignment.accepted", "assignment.activated", "assignment.proposed",
                       "assignment.accepted", "assignment.handed_over", "assignment.activated"});
  const auto page = w.noroshi("mhlw", "csirt_head", "責任者", {"--lang", "ja", "report", "show", incident.number});
  CHECK(page.code == 0);
  CHECK(mentions(page.output, "対応者"));
  CHECK(mentions(page.output, "鈴木"));
  CHECK(mentions(page.output, "引継ぎ済み"));
}

TEST_CASE(
    "A head who is off duty and has handed over to nobody is alarmed in his body, and the roster can let him stay") {
  auto& w = world();
  w.show("2018-08-01T09:20:00+09:00");
  const auto id = w.person("mhlw", "伊藤");
  w.on_duty("mhlw", id, "2018-08-01 08:30+09", "2018-08-01 17:15+09");
  const auto ito = w.desk_of("mhlw", "伊藤", id);
  const auto chief = w.desk("mhlw", "csirt_head", "責任者");
  const auto incident = reported();
  leads(chief, ito, incident, id);
  const auto overdue = [&] {
    Lines lines;
    for (const auto& alarm : chief.list("/alarms"))
      if (text(alarm, "incident_id") == incident.id && text(alarm, "code") == "handover_overdue")
        lines.push_back(std::to_string(alarm.at("level").to_number<int>()) + " " + text(alarm, "organization") + " " +
                        text(alarm, "role"));
    std::sort(lines.begin(), lines.end());
    return lines;
  };
  // The roster of the afternoon lets him stay until 18:00.
  w.on_duty("mhlw", id, "2018-08-01 17:15+09", "2018-08-01 18:00+09");
  REQUIRE(eventually([&] {
    return text(ito.sees(incident).at("assignments").as_array()[0], "duty_until") == "2018-08-01T18:00:00+09:00";
  }));
  w.show("2018-08-01T17:59:00+09:00");
  CHECK(overdue().empty());
  w.show("2018-08-01T18:31:00+09:00");
  CHECK(eventually([&] { return overdue().size() >= 3; }));
  CHECK(overdue() == Lines{"1 mhlw csirt_member", "2 mhlw csirt_head", "3 mhlw ciso"});
  CHECK(ito.sees(incident).at("assignments").as_array()[0].at("off_duty").as_bool());
  // Nobody outside hears of it.
  for (const auto& alarm : w.desk("nisc", "center_liaison", "連絡員").list("/alarms"))
    CHECK(text(alarm, "code") != "handover_overdue");
}

TEST_CASE("Who responds is the body's own: neither the other bodies of the case nor strangers see it") {
  auto& w = world();
  w.show("2018-08-01T09:20:00+09:00");
  const auto id = w.person("jps", "山田", false);
  const auto yamada = w.desk_of("jps", "山田", id);
  const auto incident = w.desk("jps", "csirt_member", "当直").reports(a_report_recognized("2018-08-01T09:00:00+09:00"));
  const auto proposed = yamada.post(place(incident), {{"person", id}, {"function", "head"}});
  REQUIRE(proposed.status == 201);
  // Untrained: possible, marked and warned of.
  CHECK_FALSE(proposed["assignment"].at("trained").as_bool());
  CHECK(proposed["warnings"].as_array().size() == 1);
  CHECK(mentions(text(proposed["assignment"], "warning"), "2.2.3(2)(c)"));

  const auto mhlw = w.desk("mhlw", "csirt_head", "責任者");
  CHECK(mhlw.sees(incident).at("assignments").as_array().empty());
  CHECK(mhlw.list(place(incident)).empty());
  CHECK(mhlw.post(step(incident, text(proposed["assignment"], "id"), "release"), {{"reason", ""}}).status == 404);
  const auto seen = mhlw.sees(incident);
  for (const auto& entry : seen.at("timeline").as_array())
    CHECK_FALSE(text(entry, "type").starts_with("assignment."));
  const auto meti = w.desk("meti", "csirt_head", "責任者");
  CHECK(meti.get(place(incident)).status == 404);
  CHECK(meti.get("/incidents/" + incident.id + "/candidates").status == 404);
  CHECK(meti.post(place(incident), {{"person", id}, {"function", "head"}}).status == 404);
  CHECK(w.desk("jps", "reporter").get(place(incident)).status == 403);
}

TEST_CASE("Bad input is refused with every mistake; a token bound to nobody answers nothing") {
  auto& w = world();
  const auto incident = reported();
  const auto chief = w.desk("mhlw", "csirt_head", "責任者");
  const auto bad = chief.post(place(incident), {{"person", "x"}, {"function", "boss"}, {"extra", 1}});
  CHECK(bad.status == 422);
  CHECK(bad.mistakes() == Lines{"/extra unknown_member", "/function value", "/person value"});
  CHECK(chief.post(place(incident), json::object{}).mistakes() == Lines{"/function required", "/person required"});
  const auto nobody =
      chief.post(place(incident), {{"person", "0198a4f2-0000-7000-8000-ffffffffffff"}, {"function", "head"}});
  CHECK(nobody.mistakes() == Lines{"/person unknown_person"});
  const auto id = w.person("mhlw", "渡辺");
  const auto proposed = propose(chief, incident, id, "handler");
  const auto refused = chief.post(step(incident, proposed, "answer"), {{"accepted", true}}, {.language = "en"});
  CHECK(refused.status == 403);
  CHECK(refused.code() == "not_the_person");
  CHECK(mentions(text(refused.json(), "detail"), "noroshi token issue --person"));
  CHECK(chief.post(step(incident, proposed, "answer"), {{"accepted", false}}).mistakes() == Lines{"/reason required"});
  // The same key again is the same answer.
  const With with{.key = fresh_key()};
  const auto released = chief.post(step(incident, proposed, "release"), {{"reason", "不要"}}, with);
  REQUIRE(released.status == 201);
  const auto again = chief.post(step(incident, proposed, "release"), {{"reason", "不要"}}, with);
  CHECK(again.body == released.body);
  CHECK(again.header("Idempotency-Replayed") == "true");
}

TEST_CASE("Twenty clients grab the same person: one gets him, the others learn why not") {
  auto& w = world();
  w.show("2018-08-01T09:20:00+09:00");
  const auto id = w.person("mhlw", "高橋");
  const auto incident = reported();
  const Desk desks[] = {w.desk("mhlw", "csirt_head", "責任者"), w.desk("mhlw", "csirt_head", "副責任者")};
  const char* functions[] = {"handler", "deputy", "external_contact"};
  CHECK(at_once([&](int i) {
          return desks[i % 2].post(place(incident), {{"person", id}, {"function", functions[i % 3]}},
                                   {.key = fresh_key()});
        }) == Told{{"201", 1}, {"already_assigned", 19}});
  CHECK(who_responds(desks[0], incident).size() == 1);
}

TEST_CASE("Twenty clients want the same hand-over: one offer stands; twenty acceptances are one") {
  auto& w = world();
  w.show("2018-08-01T09:20:00+09:00");
  const auto head_id = w.person("mhlw", "田中");
  const auto head = w.desk_of("mhlw", "田中", head_id);
  const auto chief = w.desk("mhlw", "csirt_head", "責任者");
  const std::string ids[] = {w.person("mhlw", "小林"), w.person("mhlw", "加藤")};
  const Desk desks[] = {w.desk_of("mhlw", "小林", ids[0]), w.desk_of("mhlw", "加藤", ids[1])};
  const auto incident = reported();
  const auto first = leads(chief, head, incident, head_id);
  CHECK(at_once([&](int i) {
          return (i % 2 ? chief : head).post(place(incident), {{"person", ids[i % 2]}, {"replaces", first}});
        }) == Told{{"201", 1}, {"already_assigned", 19}});

  const auto offers = chief.list(place(incident));
  REQUIRE(offers.size() == 2);
  const auto offer = text(offers[1], "id");
  const auto& taker = desks[text(offers[1], "name") == "小林" ? 0 : 1];
  CHECK(at_once([&](int) {
          return taker.post(step(incident, offer, "answer"), {{"accepted", true}});
        }) == Told{{"201", 1}, {"transition_not_allowed", 19}});
  CHECK(who_responds(chief, incident) == Lines{"田中 head handed_over", text(offers[1], "name") + " head active"});

  // Two who accepted to lead: one begins.
  const auto other = reported();
  std::string both[2];
  for (int i = 0; i < 2; ++i) {
    both[i] = propose(chief, other, ids[i], "head");
    assigned(desks[i].post(step(other, both[i], "answer"), {{"accepted", true}}));
  }
  const auto told =
      at_once([&](int i) { return desks[i % 2].post(step(other, both[i % 2], "activation"), json::object{}); });
  CHECK(told.at("201") == 1);
  CHECK(told.at("transition_not_allowed") == 19);
  int heads = 0;
  for (const auto& line : who_responds(chief, other)) heads += line.ends_with("head active");
  CHECK(heads == 1);
}

TEST_CASE("What is changed by hand in SQL is refused by the database itself") {
  auto& w = world();
  w.show("2018-08-01T09:20:00+09:00");
  const auto id = w.person("mhlw", "吉田");
  const auto head = w.desk_of("mhlw", "吉田", id);
  const auto incident = reported();
  const auto first = leads(w.desk("mhlw", "csirt_head", "責任者"), head, incident, id);
  const auto refused = [&](const std::string& change) {
    return w.daemon().execute(fmt::format("UPDATE noroshi.assignment SET {} WHERE id = '{}'", change, first));
  };
  CHECK(mentions(refused("state = 'proposed'"), "no such transition of an assignment"));
  CHECK(mentions(refused("state = 'declined', ended_at = now()"), "no such transition of an assignment"));
  CHECK(mentions(refused("state = 'released', ended_at = now()"), "a response is never without its head"));
  CHECK(mentions(refused("state = 'handed_over', ended_at = now()"), "a response is never without its head"));
  CHECK(mentions(refused("trained = false"), "this row is never changed"));
  CHECK(mentions(refused("person = gen_random_uuid()"), "this row is never changed"));
  CHECK(mentions(w.daemon().execute("DELETE FROM noroshi.assignment"), "this row is never changed"));
  CHECK(who_responds(head, incident) == Lines{"吉田 head active"});
}

TEST_CASE("At a terminal: candidates, propose, accept, activate, hand over, list") {
  auto& w = world();
  w.show("2018-08-01T09:20:00+09:00");
  const std::string ids[] = {w.person("mhlw", "山口"), w.person("mhlw", "松本", false)};
  w.desk_of("mhlw", "山口", ids[0]);
  w.desk_of("mhlw", "松本", ids[1]);
  const auto incident = reported();
  const auto as = [&](const std::string& name, std::vector<std::string> words) {
    words.insert(words.begin(), {"--lang", "en", "assign"});
    return w.noroshi("mhlw", name == "責任者" ? "csirt_head" : "csirt_member", name, words);
  };
  CHECK(mentions(as("責任者", {"list", incident.number}).output, "Nobody is assigned yet"));
  const auto candidates = as("責任者", {"candidates", incident.number, "--function", "head"});
  CHECK(candidates.code == 0);
  CHECK(mentions(candidates.output, "山口"));
  CHECK(as("責任者", {"propose", incident.number, "--person", ids[0], "--function", "head"}).code == 0);
  CHECK(as("松本", {"accept", incident.number}).code == 77);
  CHECK(as("山口", {"accept", incident.number}).code == 0);
  CHECK(as("山口", {"activate", incident.number, "山口"}).code == 0);
  const auto offered = as("山口", {"hand-over", incident.number, "--person", ids[1], "--note", "night"});
  CHECK(offered.code == 0);
  CHECK(mentions(offered.errors, "no valid training"));
  CHECK(as("松本", {"decline", incident.number}).code == 2);
  CHECK(as("松本", {"decline", incident.number, "--reason", "away"}).code == 0);
  const auto released = as("山口", {"release", incident.number, "山口"});
  CHECK(released.code == 2);
  CHECK(mentions(released.errors, "without a head"));
  const auto list = as("責任者", {"list", incident.number});
  CHECK(mentions(list.output, "declined"));
  CHECK(mentions(list.output, "untrained"));
  // The story as the operator reads it out of the record.
  const auto story = run(noroshi_program(), {"--data", w.daemon().data().string(), "--lang", "en", "record", "show",
                                             "--incident", incident.number});
  CHECK(story.code == 0);
  for (const char* sentence : {"山口 (mhlw, head of the response) begins.", "Hand-over offered to 松本",
                               "WARNING: no valid training of a CSIRT on record (2.2.3(2)(c)).", "declines. Reason: away"})
    CHECK_MESSAGE(mentions(story.output, sentence), story.output);
}
