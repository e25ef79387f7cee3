// Who responds, against a real PostgreSQL: two pools of writers as two daemons have them, clocks that follow the
// roster, tables that fold to what they are, and what the database itself refuses.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <latch>
#include <map>
#include <thread>

#include "src/store/refold.h"
#include "src/store/ticker.h"
#include "src/store/tokens.h"
#include "tests/store/store_scene.h"

namespace noroshi::store::test {
namespace {

using namespace std::chrono_literals;

Timestamp at(std::string_view text) {
  return parse_rfc3339(text).value();
}

class Scene : public OwnStore {
 public:
  Scene()
      : other_writers_(settings(), law()),
        ticker_(settings(), DatabaseRole::ticker),
        writer_(settings(), DatabaseRole::writer) {
    issue_token(owner(), "mhlw", core::Role::csirt_head, "", std::nullopt);
    use_ladder(owner(), law().clocks);
    const auto json =
        R"(,"times":{"recognized":{"value":"2018-08-01T09:00:00+09:00"}},"assessment":"incident","cyberattack":"yes")";
    incident_ = core::IncidentId{*core::parse_uuid(
        in_answer(accepted(perform(submit(csirt_head("mhlw"), report_json("a", "first", json), "a"))), "incident.id"))};
  }

  core::PersonId person(const std::string& name) {
    const auto chief = csirt_head("mhlw");
    accepted(act(chief, ChangeStaff{core::RegisterPerson{{}, name, core::Employment::employee, {}, false}}));
    const core::PersonId id{*core::parse_uuid(text(fmt::format("SELECT id FROM person WHERE name = '{}'", name)))};
    accepted(
        act(chief, ChangeStaff{core::Appoint{{}, id, core::Post::csirt_member, core::Ground::expertise, "", at("2018-04-01T00:00:00+09:00"), {}}}));
    return id;
  }
  void on_duty(core::PersonId id, std::string_view from, std::string_view until) {
    accepted(act(csirt_head("mhlw"),
                 ChangeStaff{core::SetShift{{}, id, core::Post::csirt_member, at(from), at(until), false}}));
  }
  static core::Actor bound(core::PersonId id) {
    auto actor = csirt_member("mhlw");
    actor.person = id;
    return actor;
  }
  static Command command(const core::Actor& actor, Action action) {
    Command command;
    command.actor = actor;
    command.action = std::move(action);
    return command;
  }
  Result act(const core::Actor& actor, Action action) { return perform(command(actor, std::move(action))); }
  Result respond(const core::Actor& actor, core::ResponseCommand what) {
    return act(actor, Respond{incident_, std::move(what)});
  }
  Result respond_elsewhere(const core::Actor& actor, core::ResponseCommand what) {
    return test::perform(other_writers_, command(actor, Respond{incident_, std::move(what)}));
  }
  core::AssignmentId propose(core::PersonId id, core::Function function,
                             std::optional<core::AssignmentId> replaces = {}) {
    const auto answered =
        accepted(respond(csirt_head("mhlw"), core::ProposeAssignment{{}, id, function, replaces, "引継ぎ"}));
    return core::AssignmentId{*core::parse_uuid(in_answer(answered, "assignment.id"))};
  }
  core::AssignmentId leads(core::PersonId id) {
    const auto assignment = propose(id, core::Function::head);
    accepted(respond(bound(id), core::AnswerAssignment{{}, assignment, true, ""}));
    accepted(respond(bound(id), core::ActivateAssignment{{}, assignment}));
    return assignment;
  }
  std::string states() { return text("SELECT string_agg(name || ' ' || state, '; ' ORDER BY id) FROM assignment"); }
  void ring() { ring_clocks(writer_, law(), claim_clocks(ticker_, 60s, 100)); }
  std::string handovers() {
    return text(
        "SELECT string_agg(level || ' ' || organization || ' ' || role, '; ' ORDER BY level) FROM alarm "
        "WHERE code = 'handover_overdue'");
  }

  std::string findings() {
    struct Sink : RefoldSink {
      std::string found_;
      void found(TableFinding finding) override {
        found_ += fmt::format("{} {} {}; ", name_of(finding.fault), finding.table, finding.column);
      }
    } sink;
    refold(owner(), sink);
    return sink.found_;
  }
  std::string refused_by(const std::string& sql) {
    Transaction transaction(owner());
    try {
      transaction.execute_script(sql);
      transaction.commit();
    } catch (const ConstraintViolation& violation) {
      return violation.constraint();
    }
    return "";
  }
  core::IncidentId incident() const { return incident_; }
  void leaves(core::PersonId id) { accepted(act(csirt_head("mhlw"), ChangeStaff{core::RemovePerson{{}, id, "異動"}})); }
  // Something is decided of the case that has nothing to do with who responds.
  void goes_on(const std::string& reference = "a") {
    accepted(perform(submit(csirt_head("mhlw"), report_json(reference, "followup", R"(,"title":"続報")"))));
  }
  std::string alarms(const std::string& code) {
    return text(fmt::format("SELECT string_agg(level || ' ' || organization || ' ' || role, '; ' ORDER BY level) FROM alarm "
                            "WHERE code = '{}'",
                            code));
  }
  bool is_looked_at() { return text("SELECT rings_at <= clock() FROM incident_clock") == "true"; }

 private:
  WriterPool other_writers_;
  Connection ticker_, writer_;
  core::IncidentId incident_;
};

// By twenty clients at once, of two daemons in turn: how often each was answered what.
std::map<std::string, int> at_once(const std::function<Result(int)>& act) {
  constexpr int clients = 20;
  std::vector<std::string> codes(clients);
  std::latch start(clients);
  std::vector<std::jthread> threads;
  for (int i = 0; i < clients; ++i)
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      codes[static_cast<std::size_t>(i)] = refusal_code(act(i));
    });
  threads.clear();
  std::map<std::string, int> told;
  for (const auto& code : codes) ++told[code];
  return told;
}
using Told = std::map<std::string, int>;

TEST_CASE("of twenty clients of two daemons who want the same person, or the same hand-over, one wins") {
  Scene scene;
  const auto chief = csirt_head("mhlw");
  const auto sato = scene.person("佐藤"), suzuki = scene.person("鈴木"), tanaka = scene.person("田中");
  const auto both = [&](int i, const core::Actor& actor, const core::ResponseCommand& command) {
    return i % 2 ? scene.respond(actor, command) : scene.respond_elsewhere(actor, command);
  };
  CHECK(at_once([&](int i) {
          return both(i, chief, core::ProposeAssignment{{}, sato, core::Function::head, {}, ""});
        }) == Told{{"answered", 1}, {"already_assigned", 19}});
  const core::AssignmentId head{*core::parse_uuid(scene.text("SELECT id FROM assignment"))};
  CHECK(at_once([&](int i) {
          return both(i, Scene::bound(sato), core::AnswerAssignment{{}, head, true, ""});
        }) == Told{{"answered", 1}, {"transition_not_allowed", 19}});
  CHECK(at_once([&](int i) {
          return both(i, i % 3 ? chief : Scene::bound(sato), core::ActivateAssignment{{}, head});
        }) == Told{{"answered", 1}, {"transition_not_allowed", 19}});
  CHECK(at_once([&](int i) {
          return both(i, chief, core::ProposeAssignment{{}, i % 4 < 2 ? suzuki : tanaka, {}, head, ""});
        }) == Told{{"answered", 1}, {"already_assigned", 19}});
  const core::AssignmentId offer{*core::parse_uuid(scene.text("SELECT id FROM assignment WHERE state = 'proposed'"))};
  const core::PersonId taker{*core::parse_uuid(scene.text("SELECT person FROM assignment WHERE state = 'proposed'"))};
  CHECK(at_once([&](int i) {
          return both(i, Scene::bound(taker), core::AnswerAssignment{{}, offer, true, ""});
        }) == Told{{"answered", 1}, {"transition_not_allowed", 19}});
  CHECK(scene.count("assignment WHERE state = 'active' AND function = 'head'") == 1);
  CHECK(scene.findings() == "");
}

TEST_CASE("the clock of a hand-over follows the roster, and rings where nobody takes over") {
  Scene scene;
  const auto sato = scene.person("佐藤"), suzuki = scene.person("鈴木");
  scene.on_duty(sato, "2018-08-01T08:30:00+09:00", "2018-08-01T17:15:00+09:00");
  const auto head = scene.leads(sato);
  // Set while he leads: the case is looked at at once, and no alarm comes of it.
  scene.travel_to("2018-08-01T12:00:00+09:00");
  scene.on_duty(sato, "2018-08-01T17:15:00+09:00", "2018-08-01T18:00:00+09:00");
  CHECK(scene.text("SELECT rings_at <= clock() FROM incident_clock") == "true");
  scene.ring();
  CHECK(scene.text("SELECT duty_until = '2018-08-01 18:00+09' FROM assignment") == "true");
  scene.travel_to("2018-08-01T17:59:00+09:00");
  scene.ring();
  CHECK(scene.handovers() == "");
  scene.travel_to("2018-08-01T18:16:00+09:00");
  scene.ring();
  CHECK(scene.handovers() == "1 mhlw csirt_member; 2 mhlw csirt_head");
  // Taking over stops it.
  accepted(scene.respond(Scene::bound(suzuki),
                         core::AnswerAssignment{{}, scene.propose(suzuki, core::Function::head, head), true, ""}));
  scene.travel_to("2018-08-01T20:00:00+09:00");
  scene.ring();
  CHECK(scene.handovers() == "1 mhlw csirt_member; 2 mhlw csirt_head");
  CHECK(scene.states() == "佐藤 handed_over; 鈴木 active");
  CHECK(scene.findings() == "");
  CHECK(scene.count("message WHERE kind = 'alarm' AND recipient <> 'mhlw' AND note LIKE '%当番%'") == 0);
}

TEST_CASE("who leaves is released, a head who leaves is told of, and what is decided in between hides neither") {
  Scene scene;
  const auto sato = scene.person("佐藤"), suzuki = scene.person("鈴木"), tanaka = scene.person("田中");
  scene.leads(sato);
  accepted(scene.respond(Scene::bound(suzuki),
                         core::AnswerAssignment{{}, scene.propose(suzuki, core::Function::handler), true, ""}));
  scene.travel_to("2018-08-01T12:00:00+09:00");
  scene.ring();
  CHECK_FALSE(scene.is_looked_at());
  scene.leaves(suzuki);
  scene.leaves(sato);
  CHECK(scene.is_looked_at());
  scene.goes_on();
  CHECK(scene.is_looked_at());
  scene.ring();
  CHECK(scene.states() == "佐藤 active; 鈴木 released");
  CHECK(scene.alarms("head_gone") == "1 mhlw csirt_member");
  CHECK_FALSE(scene.is_looked_at());
  CHECK(scene.findings() == "");
  // Anybody of the CSIRT names who takes over.
  const auto head = core::AssignmentId{*core::parse_uuid(scene.text("SELECT id FROM assignment WHERE name = '佐藤'"))};
  const auto offered = accepted(
      scene.respond(Scene::bound(tanaka), core::ProposeAssignment{{}, tanaka, {}, head, "佐藤の離任"}));
  const core::AssignmentId offer{*core::parse_uuid(in_answer(offered, "assignment.id"))};
  accepted(scene.respond(Scene::bound(tanaka), core::AnswerAssignment{{}, offer, true, ""}));
  CHECK(scene.states() == "佐藤 handed_over; 鈴木 released; 田中 active");
  scene.travel_to("2018-08-01T13:00:00+09:00");
  scene.ring();
  CHECK(scene.alarms("head_gone") == "1 mhlw csirt_member");
  CHECK(scene.findings() == "");
}

TEST_CASE("a look that nobody is left to be looked at for is done with") {
  Scene scene;
  const auto sato = scene.person("佐藤");
  scene.propose(sato, core::Function::handler);
  scene.leaves(sato);
  codec::AssessmentCommand none;
  none.assessment = routing::Assessment::not_incident;
  none.assessment_reason = "試験通信";
  accepted(scene.act(csirt_head("mhlw"), Assess{scene.incident(), none}));
  CHECK(scene.is_looked_at());
  scene.ring();
  CHECK(scene.count("incident_clock WHERE look_at IS NOT NULL") == 0);
  CHECK_FALSE(scene.is_looked_at());
}

TEST_CASE("a turn of duty that was cut short is told of, whatever is decided before the clocks look") {
  Scene scene;
  const auto sato = scene.person("佐藤");
  scene.on_duty(sato, "2018-08-01T08:30:00+09:00", "2018-08-01T17:15:00+09:00");
  scene.leads(sato);
  scene.travel_to("2018-08-01T12:00:00+09:00");
  scene.ring();
  const core::ShiftId shift{*core::parse_uuid(scene.text("SELECT id FROM shift"))};
  accepted(scene.act(csirt_head("mhlw"), ChangeStaff{core::CancelShift{{}, shift, "急病"}}));
  scene.goes_on();
  scene.ring();
  CHECK(scene.handovers() == "1 mhlw csirt_member");
  CHECK(scene.findings() == "");
}

TEST_CASE("a post that ends on its day wakes the clocks that day; the look that waits for it is told of where it is gone") {
  Scene scene;
  const auto sato = scene.person("佐藤"), suzuki = scene.person("鈴木");
  scene.leads(sato);
  const auto until = at("2018-08-03T00:00:00+09:00");
  const core::PersonId ito = [&] {
    const auto chief = csirt_head("mhlw");
    accepted(scene.act(chief, ChangeStaff{core::RegisterPerson{{}, "伊藤", core::Employment::employee, {}, false}}));
    const core::PersonId id{*core::parse_uuid(scene.text("SELECT id FROM person WHERE name = '伊藤'"))};
    accepted(scene.act(chief, ChangeStaff{core::Appoint{
                                  {}, id, core::Post::csirt_member, core::Ground::expertise, "", {}, until}}));
    return id;
  }();
  scene.propose(suzuki, core::Function::handler);
  scene.propose(ito, core::Function::deputy);
  scene.ring();
  CHECK(scene.text("SELECT look_at = '2018-08-03 00:00+09' AND rings_at <= look_at FROM incident_clock") == "true");
  CHECK(scene.findings() == "");
  {
    Transaction transaction(scene.owner());
    transaction.execute_script("ALTER TABLE incident_clock DISABLE TRIGGER USER; UPDATE incident_clock SET look_at = NULL");
    transaction.commit();
  }
  CHECK(scene.findings() == "clock_late incident_clock look_at; ");
  run(scene.owner(), "UPDATE incident_clock SET look_at = '2018-08-03 00:00+09'; ALTER TABLE incident_clock ENABLE TRIGGER USER");
  scene.travel_to("2018-08-03T00:00:00+09:00");
  scene.ring();
  CHECK(scene.states() == "佐藤 active; 鈴木 proposed; 伊藤 released");
  CHECK(scene.findings() == "");
}

TEST_CASE("a change by hand is refused by the database, and told of where its triggers were switched off") {
  Scene scene;
  const auto sato = scene.person("佐藤"), suzuki = scene.person("鈴木");
  scene.leads(sato);
  scene.propose(suzuki, core::Function::handler);
  const std::string of_head = " WHERE name = '佐藤'", of_other = " WHERE name = '鈴木'";
  CHECK(scene.refused_by("UPDATE assignment SET state = 'accepted'" + of_head) == "assignment_transition");
  CHECK(scene.refused_by("UPDATE assignment SET state = 'active', activated_at = clock()" + of_other) ==
        "assignment_transition");
  CHECK(scene.refused_by("UPDATE assignment SET state = 'released', ended_at = clock()" + of_head) ==
        "assignment_has_head");
  CHECK(scene.refused_by("UPDATE assignment SET function = 'head'" + of_other) == "unchangeable");
  CHECK(scene.refused_by("UPDATE assignment SET note = 'x'" + of_other) == "unchangeable");
  CHECK(scene.refused_by("DELETE FROM assignment") == "unchangeable");
  CHECK(scene.refused_by("INSERT INTO assignment SELECT (jsonb_populate_record(a, jsonb_build_object('id', "
                         "gen_random_uuid()))).* FROM assignment a" +
                         of_other) == "assignment_one_live");
  CHECK(scene.refused_by("INSERT INTO assignment SELECT (jsonb_populate_record(a, jsonb_build_object('id', "
                         "gen_random_uuid(), 'person', gen_random_uuid()))).* FROM assignment a" +
                         of_head) == "assignment_transition");
  CHECK(scene.refused_by("INSERT INTO assignment SELECT (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), "
                         "'person', gen_random_uuid(), 'accepted_at', clock()))).* FROM assignment a" +
                         of_other) == "assignment_begins_anew");
  CHECK(scene.findings() == "");
  run(scene.owner(), "ALTER TABLE assignment DISABLE TRIGGER USER; UPDATE assignment SET trained = NOT trained" +
                         of_head + "; ALTER TABLE assignment ENABLE TRIGGER USER");
  CHECK(scene.findings() == "column_differs assignment trained; ");
}

TEST_CASE("the end of the case releases everybody, in one decision, and it folds to the same") {
  Scene scene;
  const auto sato = scene.person("佐藤"), suzuki = scene.person("鈴木");
  scene.leads(sato);
  scene.propose(suzuki, core::Function::handler);
  codec::AssessmentCommand none;
  none.assessment = routing::Assessment::not_incident;
  none.assessment_reason = "試験通信";
  accepted(scene.act(csirt_head("mhlw"), Assess{scene.incident(), none}));
  CHECK(scene.states() == "佐藤 released; 鈴木 released");
  CHECK(refusal_code(scene.respond(
            csirt_head("mhlw"), core::ProposeAssignment{{}, sato, core::Function::head, {}, ""})) == "incident_closed");
  CHECK(scene.findings() == "");
}

}  // namespace
}  // namespace noroshi::store::test
