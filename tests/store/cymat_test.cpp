// CYMAT in the real database: its transitions in every cell, one team for one person, who sees what and how long, and
// the tables against the record.
#include <algorithm>
#include <future>
#include <map>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "src/core/states.h"
#include "src/store/refold.h"
#include "src/store/views.h"
#include "tests/store/store_scene.h"

namespace noroshi::store::test {
namespace {

using core::CymatRuling;
using core::Role;

core::Actor actor(const std::string& body, Role role, std::uint8_t n, const std::string& name = "") {
  core::Actor made;
  core::TokenId token;
  token.value.bytes[0] = 7;
  token.value.bytes[1] = static_cast<std::uint8_t>(role);
  token.value.bytes[2] = n;
  for (std::size_t i = 0; i < body.size() && i < 12; ++i) token.value.bytes[4 + i] = static_cast<std::uint8_t>(body[i]);
  made.token = token;
  made.organization = body;
  made.role = role;
  made.name = name.empty() ? body + "/" + std::string(core::to_string(role)) : name;
  return made;
}

std::string center() {
  auto& law = StoreScene::shared().law();
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return law.registry.in_force(routing::OrganizationKind::center, japanese_day(now))->slug;
}
core::Actor liaison(std::uint8_t n = 1) {
  return actor(center(), Role::center_liaison, n);
}
core::Actor head(const std::string& body) {
  return actor(body, Role::csirt_head, 1);
}

Result change(const core::Actor& who, core::StaffCommand command) {
  Command made;
  made.actor = who;
  made.action = ChangeStaff{std::move(command)};
  return StoreScene::shared().perform(std::move(made));
}
Result respond(const core::Actor& who, core::ResponseCommand command, const std::string& incident = "") {
  Command made;
  made.actor = who;
  Respond action;
  if (!incident.empty()) action.incident = core::IncidentId{*core::parse_uuid(incident)};
  action.command = std::move(command);
  made.action = std::move(action);
  return StoreScene::shared().perform(std::move(made));
}

// A person of that body, named as a member of CYMAT by its CISO, and trained.
core::PersonId somebody(const std::string& body) {
  static int n = 0;
  const auto name = fmt::format("要員 {}", ++n);
  accepted(change(head(body), core::RegisterPerson{.name = name, .employment = core::Employment::employee}));
  const auto id = StoreScene::shared().text(fmt::format("SELECT id FROM person WHERE name = '{}'", name));
  const core::PersonId person{*core::parse_uuid(id)};
  accepted(change(actor(body, Role::ciso, 1), core::Appoint{.person = person,
                                                            .post = core::Post::cymat_member,
                                                            .ground = core::Ground::expertise,
                                                            .reason = "専門的な知識"}));
  return person;
}
core::Actor member(const std::string& body, core::PersonId person) {
  auto made = actor(body, Role::cymat_member, person.value.bytes[15]);
  made.person = person;
  return made;
}

struct Asked {
  std::string incident;
  core::CymatRequestId request;
};
core::CymatRequestId request_in(const Result& result) {
  return core::CymatRequestId{*core::parse_uuid(in_answer(accepted(result), "cymat_request.id"))};
}
core::CymatMemberId last_member(const Asked& asked) {
  const auto id = StoreScene::shared().text(
      fmt::format("SELECT id FROM cymat_member WHERE request_id = '{}' ORDER BY proposed_at DESC, id DESC LIMIT 1",
                  core::to_string(asked.request)));
  return core::CymatMemberId{*core::parse_uuid(id)};
}

// An incident of that agency, for which it asks for CYMAT; received.
Asked ask(const std::string& body = "mhlw") {
  static int n = 0;
  const auto report = accepted(StoreScene::shared().perform(
      submit(csirt_member(body),
             report_json(fmt::format("cymat-{}", ++n), "first", R"(,"assessment":"incident","cyberattack":"yes")"))));
  Asked asked{in_answer(report, "incident.id"), {}};
  asked.request = request_in(respond(head(body), core::RequestCymat{.reason = "応援を求む"}, asked.incident));
  accepted(respond(liaison(), core::ReceiveCymat{.request = asked.request}));
  return asked;
}
Asked ruled(const std::string& body = "mhlw") {
  auto asked = ask(body);
  accepted(respond(liaison(), core::RuleCymat{.request = asked.request,
                                              .ruling = CymatRuling::dispatch,
                                              .united_response = true,
                                              .reason = "政府として一体となった対応が必要"}));
  return asked;
}
Result propose(const Asked& asked, const std::string& body, core::PersonId person, bool lead = false,
               std::uint8_t by = 1) {
  return respond(liaison(by), core::ProposeCymatMember{
                                  .request = asked.request, .organization = body, .person = person, .lead = lead});
}
void take_in(const Asked& asked, const std::string& body, core::PersonId person, bool lead = false) {
  accepted(propose(asked, body, person, lead));
  accepted(respond(head(body),
                   core::AnswerCymatMember{.request = asked.request, .member = last_member(asked), .agreed = true}));
}

std::string refused_by(const std::string& sql) {
  Transaction transaction(StoreScene::shared().owner());
  try {
    transaction.execute_script(sql + "; SET CONSTRAINTS ALL IMMEDIATE");
  } catch (const ConstraintViolation& violation) {
    return violation.constraint();
  }
  return "";
}

struct Findings : RefoldSink {
  void found(TableFinding finding) override {
    if (finding.fault == TableFault::checkpoint_unrecorded) return;
    lines.push_back(fmt::format("{} {} {} {}", name_of(finding.fault), finding.table, finding.key, finding.column));
  }
  std::vector<std::string> lines;
};

std::size_t incidents_seen_by(const std::string& tenant) {
  Connection connection(StoreScene::shared().settings(), DatabaseRole::reader);
  TenantTransaction transaction(connection, tenant, "somebody");
  return list_incidents(transaction, {}, {.limit = largest_page}, read_clock(transaction)).value().items.size();
}
template <class Look>
auto as(const std::string& tenant, Look look) {
  Connection connection(StoreScene::shared().settings(), DatabaseRole::reader);
  TenantTransaction transaction(connection, tenant, "somebody");
  return look(transaction);
}

}  // namespace

TEST_CASE("SQL mirrors the transitions of a request in every cell of state, ruling and event") {
  using core::CymatEvent;
  using core::CymatState;
  auto& scene = StoreScene::shared();
  const std::optional<CymatRuling> rulings[] = {std::nullopt, CymatRuling::dispatch, CymatRuling::advice,
                                                CymatRuling::declined};
  const auto word = [](const std::optional<CymatRuling>& ruling) {
    return ruling ? std::string(core::to_string(*ruling)) : std::string();
  };
  // What the CHECKs of the table allow: a request is ruled from `decided` on, a team is there by a dispatch alone, what
  // was declined does not end.
  const auto possible = [](CymatState state, const std::optional<CymatRuling>& ruling) {
    switch (state) {
      case CymatState::requested:
      case CymatState::received:
        return !ruling;
      case CymatState::decided:
        return ruling.has_value();
      case CymatState::formed:
      case CymatState::dispatched:
      case CymatState::active:
        return ruling == CymatRuling::dispatch;
      case CymatState::ended:
      case CymatState::reported:
        return ruling && ruling != CymatRuling::declined;
    }
    return false;
  };
  std::set<std::string> led;
  for (auto from : core::all_cymat_states())
    for (const auto& ruling : rulings) {
      if (!possible(from, ruling)) continue;
      for (auto event : core::all_cymat_events()) {
        const auto to = core::next(from, ruling, event);
        if (!to) continue;
        const auto after = event == CymatEvent::rule_dispatch ? CymatRuling::dispatch
                           : event == CymatEvent::rule_advice ? CymatRuling::advice
                           : event == CymatEvent::decline     ? std::optional(CymatRuling::declined)
                                                              : ruling;
        led.insert(fmt::format("{}/{}>{}/{}", core::to_string(from), word(ruling), core::to_string(*to), word(after)));
      }
    }
  for (auto from : core::all_cymat_states())
    for (const auto& before : rulings)
      for (auto to : core::all_cymat_states())
        for (const auto& after : rulings) {
          const auto cell =
              fmt::format("{}/{}>{}/{}", core::to_string(from), word(before), core::to_string(to), word(after));
          CAPTURE(cell);
          CHECK(scene.count(
                    fmt::format("cymat_transition WHERE from_state = '{}' AND from_ruling = '{}' AND to_state = '{}' "
                                "AND to_ruling = '{}'",
                                core::to_string(from), word(before), core::to_string(to), word(after))) ==
                (led.contains(cell) ? 1 : 0));
        }
}

TEST_CASE("who serves sees that case alone and while he serves; his agency never; the tables follow from the events") {
  auto& scene = StoreScene::shared();
  const auto asked = ruled();
  const auto other = ruled();  // a case of the same body, which no member sees
  const auto lead = somebody("mic"), second = somebody("meti"), third = somebody("npa");
  take_in(asked, "mic", lead, true);
  take_in(asked, "meti", second);
  take_in(asked, "npa", third);
  const auto seat = core::seat_of(lead);
  CHECK(incidents_seen_by(seat) == 0);
  accepted(respond(liaison(), core::FormCymat{.request = asked.request}));
  CHECK(incidents_seen_by(seat) == 0);
  accepted(respond(liaison(), core::DispatchCymat{.request = asked.request}));
  CHECK(incidents_seen_by(seat) == 1);
  CHECK(incidents_seen_by("mic") == 0);
  CHECK(incidents_seen_by("cymat/") == 0);
  const core::IncidentId incident{*core::parse_uuid(asked.incident)}, hidden{*core::parse_uuid(other.incident)};
  as(seat, [&](auto& t) {
    CHECK(find_incident(t, StoreScene::shared().law().registry, incident, false, read_clock(t)));
    CHECK_FALSE(find_incident(t, StoreScene::shared().law().registry, hidden, false, read_clock(t)));
    CHECK(find_cymat_request(t, asked.request, false));
    CHECK_FALSE(find_cymat_request(t, other.request, false));
    CHECK(cymat_pool(t).empty());
    return 0;
  });
  // The home agency: its person and how far it is, nothing of the case.
  as("mic", [&](auto& t) {
    const auto seen = find_cymat_request(t, asked.request, false);
    REQUIRE(seen);
    CHECK(seen->of_home);
    CHECK(seen->incident_id.empty());
    CHECK(seen->request.reason.empty());
    REQUIRE(seen->request.members.size() == 1);
    CHECK(seen->request.members.front().person == lead);
    CHECK(codec::encode_one(*seen).find("応援") == std::string::npos);
    CHECK_FALSE(is_party_of_cymat(t, asked.request));
    CHECK(list_cymat_log(t, asked.request, {}).value().items.empty());
    return 0;
  });
  CHECK_FALSE(as("mof", [&](auto& t) { return find_cymat_request(t, asked.request, false).has_value(); }));

  // Information (m): the newest report reaches the team, and its members read it.
  CHECK(refusal_code(respond(member("mic", lead), core::LogCymat{.request = asked.request,
                                                                 .kind = core::CymatEntryKind::information,
                                                                 .text = "資料"})) == "not_the_holder");
  accepted(respond(csirt_member("mhlw"), core::LogCymat{.request = asked.request,
                                                        .kind = core::CymatEntryKind::information,
                                                        .text = "構成図",
                                                        .confidentiality = 2}));
  as(seat, [&](auto& t) {
    const auto inbox = list_inbox(t, names_of_seat(t, seat), {}, {.limit = largest_page}).value().items;
    CHECK(inbox.size() == 1);
    CHECK(list_cymat_log(t, asked.request, {}).value().items.size() == 1);
    return 0;
  });
  accepted(
      respond(member("meti", second),
              core::LogCymat{.request = asked.request, .kind = core::CymatEntryKind::work, .text = "端末を調べた"}));
  CHECK(refused_by("UPDATE incident SET state = 'closed' WHERE false") == "");

  // One is called back; then the work ends, and with it what they see, in the same commit.
  accepted(respond(head("npa"), core::WithdrawCymatMember{
                                    .request = asked.request, .member = last_member(asked), .reason = "本務"}));
  CHECK(incidents_seen_by(core::seat_of(third)) == 0);
  accepted(respond(liaison(), core::EndCymat{.request = asked.request, .reason = "封じ込め"}));
  CHECK(incidents_seen_by(seat) == 0);
  CHECK(scene.count("incident_access WHERE organization LIKE 'cymat/%'") == 0);
  CHECK(refusal_code(respond(member("meti", second), core::LogCymat{.request = asked.request,
                                                                    .kind = core::CymatEntryKind::work,
                                                                    .text = "なお"})) == "not_found");
  accepted(respond(member("mic", lead), core::ReportCymat{.request = asked.request, .text = "報告"}));

  Findings findings;
  refold(scene.owner(), findings);
  CHECK(findings.lines == std::vector<std::string>{});
}

TEST_CASE("what is done by hand is refused: states, seats without a service, two teams, access taken away") {
  const auto asked = ruled();
  const auto person = somebody("mof");
  take_in(asked, "mof", person, true);
  const auto id = core::to_string(asked.request);
  CHECK(refused_by("UPDATE cymat_request SET state = 'active' WHERE id = '" + id + "'") == "cymat_transition");
  CHECK(refused_by(
            "ALTER TABLE cymat_request DISABLE TRIGGER cymat_transition; UPDATE cymat_request SET state = 'active', "
            "ruling = 'advice' WHERE id = '" +
            id + "'") == "cymat_request_goes_on_as_ruled");
  CHECK(refused_by("UPDATE cymat_request SET ruling = 'advice' WHERE id = '" + id + "'") == "cymat_transition");
  CHECK(refused_by("UPDATE cymat_request SET supported = 'jps' WHERE id = '" + id + "'") == "unchangeable");
  CHECK(refused_by("UPDATE cymat_member SET state = 'refused' WHERE request_id = '" + id + "'") ==
        "cymat_member_transition");
  CHECK(refused_by("DELETE FROM cymat_member") == "unchangeable");
  CHECK(refused_by(
            fmt::format("INSERT INTO incident_access (incident_id, organization, scope, stands_for, since, because, "
                        "event_id) SELECT incident_id, 'cymat/{}', scope, stands_for, since, "
                        "because, event_id FROM incident_access WHERE incident_id = '{}' AND organization = 'mhlw'",
                        core::to_string(person), asked.incident)) == "cymat_seat_while_serving");
  CHECK(refused_by("DELETE FROM incident_access WHERE organization = 'mhlw'") == "unchangeable");
  const auto other = ruled();
  CHECK(refused_by(fmt::format("INSERT INTO cymat_member SELECT '01900000-0000-7000-8000-000000000001', '{}', '{}', "
                               "organization, person, name, false, trained, cleared, of_affected_body, 'proposed', '', "
                               "proposed_at, NULL, NULL, event_id FROM cymat_member WHERE request_id = '{}'",
                               core::to_string(other.request), other.incident, id)) == "cymat_member_once");
}

TEST_CASE("a request or a member that is inserted by hand begins in the first state") {
  const auto asked = ruled();
  take_in(asked, "mof", somebody("mof"), true);
  const auto id = core::to_string(asked.request);
  const auto insert = [&](const char* table, const char* column, const std::string& changed) {
    return refused_by(fmt::format("INSERT INTO {0} SELECT (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), {2}))).* "
                                  "FROM {0} t WHERE {1} = '{3}'",
                                  table, column, changed, id));
  };
  const auto request = [&](const std::string& changed) { return insert("cymat_request", "id", changed); };
  const std::string fresh = "'incident_id', (SELECT id FROM incident i WHERE NOT EXISTS (SELECT FROM cymat_request r WHERE "
                            "r.incident_id = i.id AND r.ruling IS DISTINCT FROM 'declined' AND r.state NOT IN ('ended', 'reported')) LIMIT 1)";
  // One more incident that nobody asked for CYMAT in.
  accepted(StoreScene::shared().perform(submit(csirt_member("mof"), report_json("cymat-by-hand", "first", R"(,"assessment":"incident")"))));
  for (const char* state : {"'state', 'formed'", "'state', 'dispatched', 'dispatched_at', clock()", "'state', 'decided'"})
    CHECK(request(fresh + ", " + state) == "cymat_request_begins");
  CHECK(request(fresh + ", 'state', 'received', 'ruling', NULL, 'decided_at', NULL") == "cymat_request_begins");
  const auto member = [&](const std::string& changed) {
    return insert("cymat_member", "request_id", "'lead', false, 'person', (SELECT id FROM person p WHERE p.organization = 'mof' AND NOT "
                                                "EXISTS (SELECT FROM cymat_member m WHERE m.person = p.id) LIMIT 1), " + changed);
  };
  somebody("mof");
  for (const char* state : {"'state', 'agreed'", "'state', 'refused'", "'state', 'withdrawn'", "'state', 'ended'",
                            "'state', 'serving', 'since', clock()"})
    CHECK(member(state) == "cymat_member_begins");
}

TEST_CASE("twenty at once: one person goes to one team, one request is decided once, and the others learn why") {
  const auto one = ruled(), two = ruled();
  const auto person = somebody("mext");
  const auto count = [](std::vector<std::future<Result>>& tries) {
    std::map<std::string, int> outcomes;
    for (auto& attempt : tries) {
      const auto result = attempt.get();
      ++outcomes[std::holds_alternative<Answered>(result) ? "accepted" : refusal_code(result)];
    }
    return outcomes;
  };
  std::vector<std::future<Result>> tries;
  for (std::uint8_t i = 0; i < 20; ++i)
    tries.push_back(
        std::async(std::launch::async, [&, i] { return propose(i % 2 ? one : two, "mext", person, false, i); }));
  auto outcomes = count(tries);
  CHECK(outcomes["accepted"] == 1);
  CHECK(outcomes["already_assigned"] == 9);
  CHECK(outcomes["person_not_available"] == 10);

  const auto undecided = ask();
  tries.clear();
  for (std::uint8_t i = 0; i < 20; ++i)
    tries.push_back(std::async(std::launch::async, [&, i] {
      return respond(liaison(i), core::RuleCymat{.request = undecided.request,
                                                 .ruling = i % 2 ? CymatRuling::dispatch : CymatRuling::declined,
                                                 .united_response = true,
                                                 .reason = "決定"});
    }));
  // What was declined may be decided anew, once.
  outcomes = count(tries);
  CHECK(outcomes["accepted"] >= 1);
  CHECK(outcomes["accepted"] <= 2);
  CHECK(outcomes["accepted"] + outcomes["transition_not_allowed"] == 20);
}

}  // namespace noroshi::store::test
