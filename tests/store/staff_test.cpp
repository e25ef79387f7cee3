// The staff of a body in the database: who sees it, what holds it, and four eyes through delegation.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <thread>

#include "src/core/departure.h"
#include "src/store/connection_pool.h"
#include "src/store/known.h"
#include "src/store/refold.h"
#include "src/store/tokens.h"
#include "src/store/views.h"
#include "tests/store/store_scene.h"

namespace noroshi::store::test {
namespace {

using core::AppointmentId;
using core::PersonId;
using core::Post;
using core::Role;

struct Findings : RefoldSink {
  std::vector<std::string> lines;
  void found(TableFinding finding) override {
    lines.push_back(fmt::format("{} {} {} {}", name_of(finding.fault), finding.table, finding.column, finding.detail));
  }
};

class Ministry {
 public:
  explicit Ministry(std::string body = "mhlw") : body_(std::move(body)) {}

  core::Actor actor(Role role, const std::string& name = "") const {
    auto actor = csirt_head(body_);
    actor.role = role;
    actor.name = name.empty() ? std::string(core::to_string(role)) : name;
    return actor;
  }
  Result act(const core::Actor& actor, Action action) {
    Command command;
    command.actor = actor;
    command.action = std::move(action);
    return store.perform(std::move(command));
  }
  Result change(core::StaffCommand command, Role role = Role::ciso) { return act(actor(role), ChangeStaff{std::move(command)}); }

  PersonId add(const std::string& name) {
    const auto answer = accepted(change(core::RegisterPerson{{}, name, core::Employment::employee, {"forensics"}, true}));
    return PersonId{*core::parse_uuid(in_answer(answer, "id"))};
  }
  AppointmentId appoint(PersonId person, Post post) {
    const auto answer = accepted(change(core::Appoint{{}, person, post, core::Ground::expertise, "適任", {}, {}}));
    return AppointmentId{*core::parse_uuid(in_answer(answer, "id"))};
  }
  core::DelegationId delegate(PersonId from, PersonId to, Post post) {
    const auto answer = accepted(change(core::Delegate{
        {}, from, to, post, {core::Power::approve}, "出張", {}, *parse_rfc3339("2018-08-20T00:00:00+09:00")}));
    return core::DelegationId{*core::parse_uuid(in_answer(answer, "id"))};
  }
  // The holder of a token that is bound to that person.
  core::Actor bound(PersonId person, Role role, const std::string& name) {
    const auto bearer = issue_token(store.owner(), body_, role, name, std::nullopt, std::nullopt, person);
    auto actor = this->actor(role, name);
    auto id = bearer.substr(8, 32);
    for (const std::size_t place : {8, 13, 18, 23}) id.insert(place, 1, '-');
    actor.token = core::TokenId{*core::parse_uuid(id)};
    actor.person = person;
    return actor;
  }
  std::vector<std::string> findings() {
    Findings sink;
    refold(store.owner(), sink);
    return sink.lines;
  }
  std::string refused_by(const std::string& sql) {
    Transaction transaction(store.owner());
    try {
      transaction.execute_script(sql);
    } catch (const ConstraintViolation& violation) {
      return violation.constraint();
    }
    return "";
  }

  OwnStore store;

 private:
  std::string body_;
};

TEST_CASE("what is decided of a staff stands in the tables, and in the record: a row altered by hand is found") {
  Ministry ministry;
  const auto head = ministry.add("責任者");
  const auto member = ministry.add("職員");
  ministry.appoint(head, Post::csirt_head);
  ministry.appoint(member, Post::csirt_member);
  ministry.delegate(head, member, Post::csirt_head);
  const auto from = *parse_rfc3339("2018-08-02T09:00:00+09:00");
  accepted(ministry.change(core::RecordTraining{{}, member, core::TrainingKind::csirt, "研修", from - std::chrono::hours(99),
                                                from + std::chrono::hours(999)}));
  accepted(ministry.change(core::SetShift{{}, head, Post::csirt_head, from, from + std::chrono::hours(8), false}));
  accepted(ministry.change(core::ChangePerson{{}, member, "改姓", {}, std::vector<std::string>{}, false}));
  accepted(ministry.change(core::RemovePerson{{}, head, "異動"}));
  CHECK(ministry.store.text("SELECT string_agg(type, ' ' ORDER BY id) FROM event") ==
        "person.registered person.registered appointment.made appointment.made delegation.made training.recorded shift.set "
        "person.changed appointment.ended delegation.ended shift.cancelled person.left");
  CHECK(ministry.store.count("event WHERE parties = '{mhlw}' AND subject IS NOT NULL") == 12);
  CHECK(ministry.findings() == std::vector<std::string>{});

  struct Alteration {
    const char *table, *sql, *finding;
  };
  for (const auto& [table, sql, finding] : std::initializer_list<Alteration>{
           {"person", "UPDATE person SET cleared = true WHERE left_at IS NULL", "column_differs person cleared "},
           {"appointment", "UPDATE appointment SET ended_at = NULL WHERE post = 'csirt_head'",
            "column_differs appointment ended_at "},
           {"delegation", "UPDATE delegation SET powers = '{approve,decide}'", "column_differs delegation powers "},
           {"training", "UPDATE training SET valid_until = valid_until + interval '1 year'",
            "column_differs training valid_until "},
           {"shift", "DELETE FROM shift", "row_missing shift  "}}) {
    CAPTURE(sql);
    if (std::string_view(table) != "person") CHECK(ministry.refused_by(sql) == "unchangeable");
    // As a superuser who switches the triggers off; then everything as it was.
    auto& owner = ministry.store.owner();
    run(owner, fmt::format("CREATE TABLE kept AS SELECT * FROM {}; SET session_replication_role = replica; {}", table, sql));
    CHECK(ministry.findings() == std::vector<std::string>{finding});
    run(owner, fmt::format("DELETE FROM {0}; INSERT INTO {0} SELECT * FROM kept; DROP TABLE kept; "
                           "SET session_replication_role = DEFAULT",
                           table));
    CHECK(ministry.findings() == std::vector<std::string>{});
  }
}

TEST_CASE("a staff shows to its own body alone; a writer sees what it has locked") {
  Ministry ministry;
  ministry.appoint(ministry.add("責任者"), Post::csirt_head);
  const auto seen_by = [&](const std::string& tenant) {
    Connection reader(ministry.store.settings(), DatabaseRole::reader);
    TenantTransaction transaction(reader, tenant, "test");
    return load_staff(transaction, "mhlw");
  };
  CHECK(seen_by("mhlw").people.size() == 1);
  CHECK(seen_by("mhlw").appointments.size() == 1);
  for (const auto* other : {"jps", "nisc", "cymat/0198f3a0-bd00-7000-8000-000000000101"}) CHECK(seen_by(other).people.empty());
  Connection writer(ministry.store.settings(), DatabaseRole::writer);
  constexpr Statement read{"test_read_people", "SELECT count(*) FROM person"};
  CHECK(writer.execute(read).one().get<std::int64_t>(0) == 0);
  constexpr Statement insert{"test_insert_person", "UPDATE person SET name = 'x'"};
  CHECK_THROWS_AS(writer.execute(insert), DatabaseFault);
}

TEST_CASE("of twenty who name the CISO at once one wins, and the others learn why") {
  Ministry ministry;
  std::vector<PersonId> people;
  for (int i = 0; i < 20; ++i) people.push_back(ministry.add(fmt::format("候補 {}", i)));
  std::vector<std::string> outcomes(people.size());
  std::vector<std::thread> clients;
  for (std::size_t i = 0; i < people.size(); ++i)
    clients.emplace_back([&, i] {
      const auto result = ministry.change(core::Appoint{{}, people[i], Post::ciso, core::Ground::office, "", {}, {}});
      outcomes[i] = std::holds_alternative<Answered>(result) ? "accepted" : refusal_code(result);
    });
  for (auto& client : clients) client.join();
  CHECK(std::count(outcomes.begin(), outcomes.end(), "accepted") == 1);
  CHECK(std::count(outcomes.begin(), outcomes.end(), "post_taken") == 19);
  CHECK(ministry.store.count("appointment") == 1);
  CHECK(ministry.refused_by("INSERT INTO appointment (id, organization, person, post, ground, reason, valid_from, made_by_name, "
                            "made_at, event_id) SELECT gen_random_uuid(), organization, person, post, ground, reason, "
                            "valid_from, made_by_name, made_at, event_id FROM appointment") == "appointment_one_holder");
}

TEST_CASE("who left has no token that is good") {
  Ministry ministry;
  const auto person = ministry.add("職員");
  ministry.bound(person, Role::csirt_member, "職員");
  CHECK(ministry.store.count("token WHERE revoked_at IS NULL") == 1);
  CHECK(name_of_person(ministry.store.owner(), "mhlw", person) == "職員");
  CHECK_FALSE(name_of_person(ministry.store.owner(), "jps", person));
  accepted(ministry.change(core::RemovePerson{{}, person, "異動"}));
  CHECK(ministry.store.count("token WHERE revoked_at IS NULL") == 0);
  CHECK_FALSE(name_of_person(ministry.store.owner(), "mhlw", person));
}

TEST_CASE("a token that is bound to a person is of no use when the post that goes with its role has ended") {
  Ministry ministry;
  const auto person = ministry.add("職員");
  ConnectionPool authenticators(ministry.store.settings(), DatabaseRole::authenticator, 1);
  TokenDirectory tokens(authenticators, std::chrono::milliseconds(0));
  const auto issue = [&](Role role) {
    return issue_token(ministry.store.owner(), "mhlw", role, "職員", std::nullopt, std::nullopt, person);
  };
  const auto head = issue(Role::csirt_head), member = issue(Role::csirt_member), reporter = issue(Role::reporter);
  const auto good = [&](const std::string& bearer) {
    return tokens.look_up(bearer).verdict == TokenDirectory::Verdict::good;
  };
  CHECK(good(head));  // by the operator's word alone: the body begins with nobody
  const auto as_head = ministry.appoint(person, Post::csirt_head);
  const auto end = [&](AppointmentId id) { accepted(ministry.change(core::EndAppointment{{}, id, "交代"})); };
  CHECK(good(head));
  end(as_head);
  CHECK_FALSE(good(head));
  CHECK_FALSE(good(member));  // the head of a CSIRT is a member of it, and is no more
  CHECK(good(reporter));
  ministry.store.travel_to("2018-08-01T11:00:00+09:00");
  const auto as_member = ministry.appoint(person, Post::csirt_member);
  CHECK_FALSE(good(head));
  CHECK(good(member));
  end(as_member);
  CHECK_FALSE(good(member));
  accepted(ministry.change(core::RemovePerson{{}, person, "異動"}));
  CHECK_FALSE(good(reporter));

  for (const auto role : core::all_roles()) {
    CAPTURE(core::to_string(role));
    std::string posts;
    for (const auto post : core::posts_of(role)) posts += (posts.empty() ? "" : ",") + std::string(core::to_string(post));
    CHECK(ministry.store.text(fmt::format("SELECT array_to_string(posts_of_role('{}'), ',')", core::to_string(role))) == posts);
  }
}

TEST_CASE("where people are registered, tokens that are bound to nobody are not two pairs of eyes") {
  Ministry ministry;
  const auto unbound_head = ministry.actor(Role::csirt_head, "甲");
  const auto asks = [&](const core::Actor& actor) { return ministry.act(actor, AskRelaySwitch{{true, "夜間は当直のみ"}}); };
  const auto id_of_request = [&] {
    return core::RelaySwitchId{*core::parse_uuid(ministry.store.text("SELECT id FROM relay_switch WHERE decision = 'pending'"))};
  };
  const auto decides = [&](const core::Actor& actor, bool approved) {
    return ministry.act(actor, DecideRelaySwitch{id_of_request(), {approved, "確認した"}});
  };
  accepted(asks(unbound_head));  // nobody is registered yet
  const auto one = ministry.add("甲"), two = ministry.add("乙");
  const auto head = ministry.bound(one, Role::csirt_head, "甲の名"), ciso = ministry.bound(two, Role::ciso, "乙");
  CHECK(refusal_code(decides(ministry.actor(Role::ciso, "丙"), true)) == "four_eyes");
  CHECK(refusal_code(decides(ciso, true)) == "four_eyes");
  CHECK(ministry.refused_by(fmt::format("UPDATE relay_switch SET decision = 'approved', decided_at = clock(), decided_by = '{}', "
                                        "decided_by_name = 'x'; SET CONSTRAINTS ALL IMMEDIATE",
                                        core::to_string(*ciso.token))) == "relay_switch_two_persons");
  accepted(decides(ciso, false));
  CHECK(refusal_code(asks(unbound_head)) == "four_eyes");
  accepted(asks(head));
  {
    const auto unbound = issue_token(ministry.store.owner(), "mhlw", Role::ciso, "丁", std::nullopt);
    Connection reader(ministry.store.settings(), DatabaseRole::reader);
    TenantTransaction transaction(reader, "mhlw", "test");
    auto token = unbound.substr(8, 32);
    for (const std::size_t place : {8, 13, 18, 23}) token.insert(place, 1, '-');
    CHECK_FALSE(list_approvals(transaction, token, "ciso", "丁", {}).value().items.front().may_decide);
    CHECK(list_approvals(transaction, core::to_string(*ciso.token), "ciso", "乙", {}).value().items.front().may_decide);
  }
  accepted(decides(ciso, true));
  CHECK(ministry.findings() == std::vector<std::string>{});
}

TEST_CASE("a row of a staff that is inserted by hand begins as one") {
  Ministry ministry;
  const auto head = ministry.add("責任者"), member = ministry.add("職員");
  ministry.appoint(head, Post::csirt_head);
  ministry.appoint(member, Post::csirt_member);
  ministry.delegate(head, member, Post::csirt_head);
  const auto from = *parse_rfc3339("2018-08-02T09:00:00+09:00");
  accepted(ministry.change(core::SetShift{{}, head, Post::csirt_head, from, from + std::chrono::hours(8), false}));
  struct Row {
    const char *table, *late;
  };
  for (const auto& [table, late] : std::initializer_list<Row>{{"person", "'left_at', clock()"},
                                                              {"person", "'revision', 2"},
                                                              {"appointment", "'post', 'csirt_member', 'ended_at', clock()"},
                                                              {"delegation", "'ended_at', clock()"},
                                                              {"shift", "'ended_at', clock()"}}) {
    CAPTURE(table);
    CHECK(ministry.refused_by(fmt::format("INSERT INTO {0} SELECT (jsonb_populate_record(t, jsonb_build_object('id', "
                                          "gen_random_uuid(), {1}))).* FROM {0} t LIMIT 1",
                                          table, late)) == std::string(table) + "_begins");
  }
}

// The request to switch stands for all three: asked by one token, decided by another.
TEST_CASE("two tokens of one person are one, and so is who acts by delegation of the other: in the core and by the database") {
  Ministry ministry;
  const auto ciso = ministry.add("長官");
  const auto deputy = ministry.add("代理");
  const auto other = ministry.add("他の者");
  ministry.appoint(ciso, Post::ciso);
  const auto head_token = ministry.bound(deputy, Role::csirt_head, "責任者としての代理");
  const auto deputy_token = ministry.bound(deputy, Role::ciso, "代理");
  const auto ciso_token = ministry.bound(ciso, Role::ciso, "長官");
  const auto other_token = ministry.bound(other, Role::ciso, "他の者");

  const auto answer = accepted(ministry.act(head_token, AskRelaySwitch{{true, "夜間は当直のみ"}}));
  const core::RelaySwitchId id{*core::parse_uuid(in_answer(answer, "id"))};
  const auto decides = [&](const core::Actor& actor) {
    return ministry.act(actor, DecideRelaySwitch{id, {true, "確認した"}});
  };
  const auto by_hand = [&](const core::Actor& actor) {
    return ministry.refused_by(fmt::format(
        "UPDATE relay_switch SET decision = 'approved', decided_at = clock(), decided_by = '{}', decided_by_name = 'x'; "
        "SET CONSTRAINTS ALL IMMEDIATE",
        core::to_string(*actor.token)));
  };
  CHECK(refusal_code(decides(deputy_token)) == "four_eyes");
  CHECK(by_hand(deputy_token) == "relay_switch_two_persons");
  CHECK(by_hand(ciso_token) == "");

  const auto delegation = ministry.delegate(ciso, deputy, Post::ciso);
  ministry.store.travel_to("2018-08-01T10:00:00+09:00");
  CHECK(refusal_code(decides(ciso_token)) == "four_eyes");
  CHECK(by_hand(ciso_token) == "relay_switch_two_persons");
  {
    Connection reader(ministry.store.settings(), DatabaseRole::reader);
    TenantTransaction transaction(reader, "mhlw", "test");
    for (const auto& [actor, may] : std::initializer_list<std::pair<const core::Actor*, bool>>{
             {&ciso_token, false}, {&deputy_token, false}, {&other_token, true}}) {
      const auto approvals = list_approvals(transaction, core::to_string(*actor->token), "ciso", actor->name, {}).value().items;
      REQUIRE(approvals.size() == 1);
      CHECK(approvals.front().may_decide == may);
      CHECK(approvals.front().by_oneself == !may);
    }
    CHECK_FALSE(list_approvals(transaction, core::to_string(*other_token.token), "csirt_head", "x", {})
                    .value()
                    .items.front()
                    .may_decide);
  }
  // It had ended when it was decided, and had not begun when it was asked for.
  accepted(ministry.change(core::EndDelegation{{}, delegation, "帰任"}));
  ministry.store.travel_to("2018-08-01T11:00:00+09:00");
  CHECK(by_hand(ciso_token) == "");
  CHECK(by_hand(other_token) == "");
  accepted(decides(ciso_token));
  CHECK(ministry.findings() == std::vector<std::string>{});
}

TEST_CASE("waivers and erasures are held by two persons in the database too") {
  Ministry ministry("jps");
  accepted(ministry.store.perform(
      submit(csirt_member("jps"), report_json("W-1", "first",
                                              R"(,"assessment":"incident","cyberattack":"yes",)"
                                              R"("times":{"recognized":{"value":"2018-08-01T09:00:00+09:00"}})"))));
  const auto one = ministry.add("甲");
  const auto two = ministry.add("乙");
  const auto asker = ministry.bound(one, Role::csirt_head, "甲");
  const auto again = ministry.bound(one, Role::exception_officer, "許可権限者");
  const auto officer = ministry.bound(two, Role::exception_officer, "乙");
  const core::ObligationId duty{*core::parse_uuid(ministry.store.text("SELECT id FROM obligation WHERE state = 'open' AND holder = 'jps' LIMIT 1"))};
  const auto answer = accepted(ministry.act(asker, AskWaiver{duty, {"連絡先がない"}}));
  const core::WaiverId waiver{*core::parse_uuid(in_answer(answer, "id"))};
  const auto decide = [&](const core::Actor& actor) { return ministry.act(actor, DecideWaiver{duty, waiver, {true, "可"}}); };
  const auto by_hand = [&](const char* table, const core::Actor& actor) {
    return ministry.refused_by(fmt::format(
        "UPDATE {} SET decision = 'rejected', decided_at = clock(), decided_by = '{}', decided_by_name = 'x'; "
        "SET CONSTRAINTS ALL IMMEDIATE",
        table, core::to_string(*actor.token)));
  };
  CHECK(refusal_code(decide(again)) == "four_eyes");
  CHECK(by_hand("waiver", again) == "waiver_two_persons");
  CHECK(by_hand("waiver", officer) == "");
  run(ministry.store.owner(), fmt::format("INSERT INTO erasure (id, incident_id, organization, reason, asked_by, asked_by_name, "
                                          "asked_at, decision, event_id) SELECT gen_random_uuid(), id, 'jps', 'x', '{}', 'x', "
                                          "clock(), 'pending', event_id FROM incident",
                                          core::to_string(*asker.token)));
  CHECK(by_hand("erasure", again) == "erasure_two_persons");
  CHECK(by_hand("erasure", officer) == "");
  accepted(decide(officer));
}

}  // namespace
}  // namespace noroshi::store::test
