// CYMAT: asked for, decided by the centre, formed of members of other agencies, dispatched, ended, reported.
#include <algorithm>

#include "tests/core/choices.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

PersonId person_id(std::uint8_t number) {
  PersonId id;
  id.value.bytes[15] = number;
  return id;
}

// Who may be sent: of three agencies and of the one that is hit; one is not trained, one may see 機密性3; and one of a
// corporation whom nobody should have named.
struct Someone {
  std::uint8_t number;
  const char* organization;
  bool trained;
  bool cleared;
};
constexpr Someone someone[] = {{1, "mic", true, true},   {2, "meti", true, false}, {3, "npa", false, false},
                               {4, "mhlw", true, false}, {5, "mof", true, false},  {6, "jps", true, true},
                               {7, "mic", true, false}};

ResponseContext everybody(Timestamp from) {
  ResponseContext context;
  for (const auto& body : law().registry.organizations()) context.staffs[body.slug].organization = body.slug;
  for (const auto& one : someone) {
    auto& staff = context.staffs[one.organization];
    const auto id = person_id(one.number);
    staff.people.push_back(
        {{id, one.organization, "要員" + std::to_string(one.number), Employment::employee, {}, one.cleared},
         std::nullopt,
         1});
    Appointment appointment;
    appointment.id.value.bytes[15] = one.number;
    appointment.person = id;
    appointment.post = Post::cymat_member;
    appointment.from = from;
    staff.appointments.push_back({appointment, std::nullopt});
    if (one.trained)
      staff.trainings.push_back({{}, id, TrainingKind::cymat, "CYMAT 研修", from, from + hours(24 * 3650)});
  }
  return context;
}

Actor head_of(const std::string& body) {
  return person(body, Role::csirt_head, "CSIRT責任者");
}
Actor liaison(const std::string& name = "連絡担当") {
  return person("nisc", Role::center_liaison, name);
}
Actor member(std::uint8_t number, const std::string& body) {
  auto actor = person(body, Role::cymat_member, "要員" + std::to_string(number));
  actor.person = person_id(number);
  return actor;
}

// A case of the corporation, which its ministry has received.
struct Case : Scene {
  Case() : Scene("2018-09-29T10:00:00+09:00") {
    context() = everybody(now() - hours(24 * 30));
    accept(report_of("jps", "2018-09-29T09:30:00+09:00"));
  }
  CymatRequestId request() const { return incident().cymat_requests.back().id; }
  const CymatRequest& asked() const { return incident().cymat_requests.back(); }
  std::string state() const { return std::string(to_string(asked().state)); }

  void ask_and_receive() {
    accept(RequestCymat{head_of("mhlw"), "漏えいの疑い", CymatPriority::urgent});
    accept(ReceiveCymat{liaison(), request()});
  }
  void rule(CymatRuling ruling = CymatRuling::dispatch) {
    accept(RuleCymat{liaison(), request(), ruling, true, "一体対応"});
  }
  CymatMemberId propose(std::uint8_t number, const std::string& body, bool lead = false) {
    accept(ProposeCymatMember{liaison(), request(), body, person_id(number), lead});
    return asked().members.back().id;
  }
  CymatMemberId take_in(std::uint8_t number, const std::string& body, bool lead = false) {
    const auto id = propose(number, body, lead);
    accept(AnswerCymatMember{head_of(body), request(), id, true, ""});
    return id;
  }
  void dispatch_three() {
    ask_and_receive();
    rule();
    take_in(1, "mic", true);
    take_in(2, "meti");
    take_in(3, "npa");
    accept(FormCymat{liaison(), request()});
    accept(DispatchCymat{liaison(), request()});
  }
  std::string seat(std::uint8_t number) const { return seat_of(person_id(number)); }
};

std::vector<std::string> states_of(const CymatRequest& request) {
  std::vector<std::string> states;
  for (const auto& member : request.members) states.emplace_back(to_string(member.state));
  return states;
}

}  // namespace

TEST_CASE("a corporation asks through its ministry: the centre learns of it when the ministry forwards") {
  Case scene;
  scene.accept(RequestCymat{head_of("jps"), "応援を求む", CymatPriority::high});
  CHECK(scene.asked().through == "mhlw");
  CHECK(scene.asked().supported == "jps");
  CHECK(scene.message_to("mhlw").kind == MessageKind::notice);
  CHECK(scene.message_to("mhlw").note.find("転送") != std::string::npos);
  CHECK_FALSE(scene.incident().content_visible_to("nisc"));
  // Nobody else forwards, and the centre does not take what was not forwarded.
  CHECK(scene.refuse(ReceiveCymat{liaison(), scene.request()}) == "transition_not_allowed");
  CHECK(scene.refuse(ForwardCymat{head_of("jps"), scene.request(), ""}) == "not_the_holder");
  CHECK(scene.refuse(ForwardCymat{person("mhlw"), scene.request(), ""}) == "role_required");
  scene.accept(ForwardCymat{head_of("mhlw"), scene.request(), "所管として必要と認める"});
  CHECK(scene.refuse(ForwardCymat{head_of("mhlw"), scene.request(), ""}) == "transition_not_allowed");
  CHECK(scene.incident().content_visible_to("nisc"));
  CHECK(scene.message_to("nisc").report == scene.incident().latest_report);
  CHECK(scene.message_to("nisc").acknowledge_by);
  scene.accept(ReceiveCymat{liaison(), scene.request()});
  CHECK(scene.state() == "received");
}

TEST_CASE("an agency asks itself, also while it is only possible; one request at a time") {
  Scene scene("2018-09-29T10:00:00+09:00");
  auto report = report_of("mof", "2018-09-29T09:30:00+09:00");
  report.in_force.assessment = routing::Assessment::possible;
  scene.accept(report);
  CHECK(scene.refuse(RequestCymat{person("mof"), "おそれ", {}}) == "role_required");
  CHECK(scene.refuse(RequestCymat{head_of("mof"), "", {}}) == "invalid /reason required");
  scene.accept(RequestCymat{head_of("mof"), "おそれ", CymatPriority::normal});
  CHECK(scene.incident().cymat_requests.back().through.empty());
  CHECK(scene.message_to("nisc").note.find("CYMAT") != std::string::npos);
  CHECK(scene.refuse(RequestCymat{head_of("mof"), "再び", {}}) == "cymat_pending");
  CHECK(scene.incident().state == IncidentState::reported);
}

TEST_CASE("a dispatch needs the criterion of a united response; what was declined may be decided anew") {
  Case scene;
  scene.ask_and_receive();
  const auto id = scene.request();
  CHECK(scene.refuse(RuleCymat{head_of("mhlw"), id, CymatRuling::dispatch, true, "要"}) == "role_required");
  CHECK(scene.refuse(RuleCymat{person("nco", Role::center_liaison), id, CymatRuling::dispatch, true, "要"}) ==
        "role_required");
  CHECK(scene.refuse(RuleCymat{liaison(), id, CymatRuling::dispatch, false, "要"}) ==
        "invalid /united_response required");
  CHECK(scene.refuse(RuleCymat{liaison(), id, CymatRuling::advice, false, ""}) == "invalid /reason required");
  scene.rule(CymatRuling::declined);
  CHECK(scene.refuse(EndCymat{liaison(), id, "終"}) == "transition_not_allowed");
  CHECK(scene.refuse(ProposeCymatMember{liaison(), id, "mic", person_id(1), true}) == "transition_not_allowed");
  // Asked for again, the later request counts.
  scene.accept(RequestCymat{head_of("mhlw"), "拡大した", CymatPriority::urgent});
  CHECK(scene.refuse(RuleCymat{liaison(), id, CymatRuling::dispatch, true, "要"}) == "cymat_pending");
  scene.accept(ReceiveCymat{liaison(), scene.request()});
  scene.rule(CymatRuling::advice);
  CHECK(scene.refuse(FormCymat{liaison(), scene.request()}) == "transition_not_allowed");
  scene.accept(LogCymat{liaison(), scene.request(), CymatEntryKind::advice, "遮断を", 2});
  scene.rule(CymatRuling::dispatch);
  CHECK(scene.state() == "decided");
}

TEST_CASE("members are named persons of national agencies, agreed to by them, and free") {
  Case scene;
  scene.ask_and_receive();
  scene.rule();
  const auto id = scene.request();
  CHECK(scene.refuse(ProposeCymatMember{liaison(), id, "jps", person_id(6), true}) == "national_agency_required");
  CHECK(scene.refuse(ProposeCymatMember{liaison(), id, "mof", person_id(99), true}) == "person_not_available");
  CHECK(scene.refuse(ProposeCymatMember{liaison(), id, "mof", person_id(1), true}) == "person_not_available");
  auto elsewhere = scene.context();
  CymatRequestId other;
  other.value.bytes[0] = 9;
  scene.context().serving[person_id(1)] = other;
  CHECK(scene.refuse(ProposeCymatMember{liaison(), id, "mic", person_id(1), true}) == "person_not_available");
  scene.context() = elsewhere;

  const auto lead = scene.propose(1, "mic", true);
  CHECK(scene.refuse(ProposeCymatMember{liaison(), id, "mic", person_id(1), false}) == "already_assigned");
  CHECK(scene.refuse(ProposeCymatMember{liaison(), id, "meti", person_id(2), true}) == "post_taken");
  CHECK(scene.refuse(FormCymat{liaison(), id}) == "person_not_available");  // nobody has agreed
  CHECK(scene.refuse(AnswerCymatMember{head_of("meti"), id, lead, true, ""}) == "not_the_holder");
  CHECK(scene.refuse(AnswerCymatMember{person("mic"), id, lead, true, ""}) == "role_required");
  CHECK(scene.refuse(AnswerCymatMember{head_of("mic"), id, lead, false, ""}) == "invalid /reason required");
  scene.accept(AnswerCymatMember{head_of("mic"), id, lead, true, ""});
  CHECK(scene.refuse(AnswerCymatMember{head_of("mic"), id, lead, false, "やはり"}) == "transition_not_allowed");

  // Marked, and allowed.
  scene.take_in(3, "npa");
  CHECK_FALSE(scene.asked().members.back().trained);
  const auto refused = scene.propose(4, "mhlw");
  CHECK_FALSE(scene.asked().members.back().of_affected_body);  // the corporation is hit, not its ministry
  scene.accept(AnswerCymatMember{head_of("mhlw"), id, refused, false, "人手がない"});
  scene.propose(5, "mof");
  scene.accept(FormCymat{liaison(), id});
  scene.accept(DispatchCymat{liaison(), id});
  // Who has not been answered for is not of the team, and free.
  CHECK(states_of(scene.asked()) == std::vector<std::string>{"serving", "serving", "refused", "withdrawn"});
}

TEST_CASE("a member of the affected body is marked") {
  Scene scene("2018-09-29T10:00:00+09:00");
  scene.context() = everybody(scene.now() - hours(24));
  scene.accept(report_of("mof", "2018-09-29T09:30:00+09:00"));
  scene.accept(RequestCymat{head_of("mof"), "要請", {}});
  const auto id = scene.incident().cymat_requests.back().id;
  scene.accept(ReceiveCymat{liaison(), id});
  scene.accept(RuleCymat{liaison(), id, CymatRuling::dispatch, true, "要"});
  scene.accept(ProposeCymatMember{liaison(), id, "mof", person_id(5), true});
  CHECK(scene.incident().cymat_requests.back().members.back().of_affected_body);
}

TEST_CASE("members see the case while they serve, and the body owes them information") {
  Case scene;
  scene.dispatch_three();
  const auto id = scene.request();
  for (const std::uint8_t number : {1, 2, 3}) {
    REQUIRE(scene.incident().access.contains(scene.seat(number)));
    CHECK(scene.incident().access.at(scene.seat(number)).in_place_of == team_of(id));
  }
  CHECK(scene.duty("m", "jps").state == ObligationState::open);
  CHECK(scene.duty("m", "jps").due_at == scene.now() + hours(24));
  CHECK(scene.duty("m", "jps").inner);

  // The team's word begins its work; nobody else writes for it.
  CHECK(scene.refuse(LogCymat{member(5, "mof"), id, CymatEntryKind::work, "調査", 2}) == "not_the_person");
  CHECK(scene.refuse(LogCymat{person("mic", Role::cymat_member), id, CymatEntryKind::work, "調査", 2}) ==
        "not_the_person");
  CHECK(scene.refuse(LogCymat{head_of("mhlw"), id, CymatEntryKind::information, "資料", 2}) == "not_the_holder");
  CHECK(scene.refuse(LogCymat{head_of("jps"), id, CymatEntryKind::information, "資料", 3}) == "annex_not_available");
  CHECK(scene.state() == "dispatched");
  scene.accept(LogCymat{head_of("jps"), id, CymatEntryKind::information, "構成図", 2});
  CHECK(scene.state() == "dispatched");
  CHECK(scene.duty("m", "jps").state == ObligationState::fulfilled);
  const auto& brought = scene.message_to(team_of(id));
  CHECK(brought.report == scene.incident().latest_report);
  CHECK_FALSE(brought.acknowledge_by);
  CHECK(scene.refuse(AcknowledgeMessage{member(5, "mof"), brought.id, "当直", ""}) == "not_found");
  scene.accept(AcknowledgeMessage{member(2, "meti"), brought.id, "要員2", ""});
  scene.accept(LogCymat{member(1, "mic"), id, CymatEntryKind::work, "調査", 2});
  CHECK(scene.state() == "active");
  scene.wait(hours(3));
  scene.accept(LogCymat{member(2, "meti"), id, CymatEntryKind::information_asked, "ログを", 1});
  CHECK(scene.duty("m", "jps").state == ObligationState::open);
  CHECK(scene.duty("m", "jps").occasion == 2);
  CHECK(scene.duty("m", "jps").due_at == scene.now() + hours(24));

  // A later version goes to the team too, without a clock, and gives no body's name of it any access.
  scene.accept(followup(report_of("jps", "2018-09-29T09:30:00+09:00")));
  CHECK(scene.messages_to(team_of(id)) == 2);
  CHECK_FALSE(scene.incident().access.contains(team_of(id)));

  // One is called back, the others stay; then all end.
  scene.accept(WithdrawCymatMember{head_of("npa"), id, scene.asked().members[2].id, "本務"});
  CHECK_FALSE(scene.incident().access.contains(scene.seat(3)));
  CHECK(scene.refuse(LogCymat{member(3, "npa"), id, CymatEntryKind::work, "なお", 1}) == "not_the_person");
  CHECK(scene.refuse(EndCymat{liaison(), id, ""}) == "invalid /reason required");
  scene.accept(EndCymat{liaison(), id, "封じ込め完了"});
  for (const std::uint8_t number : {1, 2, 3}) CHECK_FALSE(scene.incident().access.contains(scene.seat(number)));
  CHECK(states_of(scene.asked()) == std::vector<std::string>{"ended", "ended", "withdrawn"});
  CHECK(scene.duty("m", "jps").state == ObligationState::superseded);
  scene.accept(followup(report_of("jps", "2018-09-29T09:30:00+09:00"), "続報2"));
  CHECK(scene.messages_to(team_of(id)) == 2);  // nobody is there any more
  CHECK(scene.refuse(ReportCymat{member(2, "meti"), id, "報告"}) == "role_required");
  scene.accept(ReportCymat{member(1, "mic"), id, "124通、31台"});
  CHECK(scene.state() == "reported");
  CHECK(scene.asked().report == "124通、31台");
}

TEST_CASE("a case is not closed while a team is formed or at work") {
  Case scene;
  scene.dispatch_three();
  scene.accept(LogCymat{person("jps"), scene.request(), CymatEntryKind::information, "資料", 1});
  scene.waive_all();
  CHECK(scene.refuse(MoveIncident{person("jps"), IncidentState::closed, "終"}) == "cymat_pending");
  scene.accept(EndCymat{liaison(), scene.request(), "終"});
  scene.accept(MoveIncident{person("jps"), IncidentState::closed, "終"});
  CHECK(scene.refuse(RequestCymat{head_of("mhlw"), "再", {}}) == "incident_closed");
  scene.accept(ReportCymat{liaison(), scene.request(), "報告"});
}

TEST_CASE("who may act without seeing the case: the home agency for its person, the lead to report") {
  Case scene;
  scene.dispatch_three();
  const auto id = scene.request();
  const auto mine = scene.asked().members[1].id;
  CHECK(may_act_unseeing(scene.incident(), WithdrawCymatMember{head_of("meti"), id, mine, "本務"}));
  CHECK_FALSE(may_act_unseeing(scene.incident(), WithdrawCymatMember{head_of("mof"), id, mine, "本務"}));
  CHECK(may_act_unseeing(scene.incident(), ReportCymat{member(1, "mic"), id, "報告"}));
  CHECK_FALSE(may_act_unseeing(scene.incident(), ReportCymat{member(2, "meti"), id, "報告"}));
  CHECK_FALSE(may_act_unseeing(scene.incident(), EndCymat{head_of("meti"), id, "終"}));
}

TEST_CASE("clocks ring around a team: nothing of it is a body") {
  Case scene;
  scene.dispatch_three();
  scene.accept(LogCymat{person("jps"), scene.request(), CymatEntryKind::information, "資料", 1});
  scene.accept(LogCymat{member(1, "mic"), scene.request(), CymatEntryKind::information_asked, "ログを", 1});
  for (int i = 0; i < 6; ++i) {
    scene.wait(hours(12));
    for (const auto& line : scene.ring()) CHECK(line.find("cymat/") == std::string::npos);
  }
}

// Two cases and one pool, commands at random.
TEST_CASE("whatever is tried: no corporation's member, nobody in two teams, access ends with the service") {
  std::size_t dispatched = 0, ended = 0;
  CHECK(rc::check("teams of national agencies, one at a time, and access for as long as they serve", [&] {
    const auto acts = *any_walk(400, 14);
    Case cases[2];
    cases[1].wait(minutes(1));  // so that its requests have ids of their own
    for (auto& scene : cases) scene.accept(RequestCymat{head_of("mhlw"), "要請", CymatPriority::high});
    for (const auto& act : acts) {
      Choices choices(act);
      const auto below = [&](std::size_t n) { return static_cast<std::size_t>(choices.below(static_cast<int>(n))); };
      auto& scene = cases[below(2)];
      // What the store would tell: who is in which team.
      std::map<PersonId, CymatRequestId> serving;
      for (const auto& other : cases)
        for (const auto& request : other.incident().cymat_requests)
          for (const auto& one : request.members)
            if (is_live(one.state)) RC_ASSERT(serving.emplace(one.person, request.id).second);
      scene.context().serving = serving;
      const auto& one = someone[below(std::size(someone))];
      const auto id = scene.request();
      const auto& members = scene.asked().members;
      const auto some = members.empty() ? CymatMemberId{} : members[below(members.size())].id;
      const auto actor = below(3) == 0   ? liaison()
                         : below(2) == 0 ? head_of(one.organization)
                                         : member(one.number, one.organization);
      const auto who = below(3) ? liaison() : actor;
      const auto home = [&] {
        for (const auto& m : members)
          if (m.id == some && below(4)) return head_of(m.organization);
        return actor;
      }();
      ResponseCommand command = RequestCymat{head_of("mhlw"), "要請", CymatPriority::normal};
      switch (below(13)) {
        case 0:
          command = ReceiveCymat{who, id};
          break;
        case 1:
          command = RuleCymat{who, id, static_cast<CymatRuling>(below(6) ? 0 : below(3)), true, "理由"};
          break;
        case 2:
        case 3:
        case 4:
          command = ProposeCymatMember{who, id, one.organization, person_id(one.number), below(3) == 0};
          break;
        case 5:
        case 6:
        case 7:
          command = AnswerCymatMember{home, id, some, below(5) != 0, "理由"};
          break;
        case 8:
          command = FormCymat{who, id};
          break;
        case 9:
          command = DispatchCymat{who, id};
          break;
        case 10:
          command = LogCymat{actor, id, static_cast<CymatEntryKind>(below(4)), "記", static_cast<int>(below(4))};
          break;
        case 11:
          if (below(4) == 0)
            command = EndCymat{who, id, "終"};
          else if (below(3) == 0)
            command = WithdrawCymatMember{home, id, some, "理由"};
          break;
        case 12:
          command = ReportCymat{actor, id, "報告"};
          break;
      }
      scene.wait(minutes(1 + below(90)));
      if (auto outcome = scene.attempt(command)) {
        const bool sent = std::holds_alternative<DispatchCymat>(command);
        dispatched += sent;
        ended += std::holds_alternative<EndCymat>(command);
        for (const auto& event : scene.accept(command).events)
          RC_LOG() << (&scene - cases) << ' ' << shown(scene.now()) << ' ' << type_of(event.what) << std::endl;
      }
      for (const auto& other : cases) {
        std::set<std::string> seats;
        for (const auto& request : other.incident().cymat_requests) {
          std::size_t leads = 0;
          for (const auto& m : request.members) {
            RC_ASSERT(law().registry.find(m.organization)->is(routing::OrganizationKind::national_agency));
            RC_ASSERT((m.state == CymatMemberState::serving) == (m.since && !m.until));
            if (m.state == CymatMemberState::serving) seats.insert(seat_of(m.person));
            leads += m.lead && is_live(m.state);
          }
          RC_ASSERT(leads <= 1);
          if (!is_at_work(request.state))
            for (const auto& m : request.members) RC_ASSERT(m.state != CymatMemberState::serving);
        }
        std::set<std::string> seen;
        for (const auto& [slug, access] : other.incident().access)
          if (is_of_cymat(slug)) seen.insert(slug);
        RC_ASSERT(seen == seats);
      }
    }
    for (auto& scene : cases) {
      Incident folded;
      for (const auto& event : scene.events()) evolve(folded, event);
      RC_ASSERT(folded == scene.incident());
    }
  }));
  if (whole_run()) {
    CHECK(dispatched > 0);
    CHECK(ended > 0);
  }
}

TEST_CASE("while a team is formed, or people are held for one, the case is neither closed nor judged to be none") {
  const auto dismissal = [] {
    return MakeJudgement{person("jps", Role::csirt_head), routing::Assessment::not_incident, routing::Cyberattack::no, {}, "誤検知",
                         "誤検知"};
  };
  Case scene;
  scene.ask_and_receive();
  scene.rule();
  CHECK(scene.attempt(dismissal()).has_value());  // asked for, and nobody is held: the centre may still decline or end it
  scene.propose(1, "mic", true);
  CHECK(scene.refuse(dismissal()) == "cymat_pending");
  scene.accept(AnswerCymatMember{head_of("mic"), scene.request(), scene.asked().members.back().id, true, ""});
  CHECK(scene.refuse(dismissal()) == "cymat_pending");
  scene.accept(FormCymat{liaison(), scene.request()});
  CHECK(scene.refuse(dismissal()) == "cymat_pending");
  scene.accept(DispatchCymat{liaison(), scene.request()});
  CHECK(scene.refuse(dismissal()) == "cymat_pending");
  // Nor by a version of the report that says so.
  auto report = followup(report_of("jps", "2018-09-29T09:30:00+09:00"));
  report.in_force.assessment = routing::Assessment::not_incident;
  report.in_force.cyberattack = routing::Cyberattack::no;
  report.states_assessment = report.states_cyberattack = true;
  CHECK(scene.refuse(report) == "cymat_pending");
  // What leaves it a case is the body's word, as ever.
  scene.accept(MakeJudgement{person("jps", Role::csirt_head), routing::Assessment::possible, {}, {}, "再調査", ""});
  scene.accept(EndCymat{liaison(), scene.request(), "終了"});
  scene.accept(dismissal());
  CHECK(scene.incident().state == IncidentState::dismissed);
}

TEST_CASE("who leaves his agency, or is named no more, loses his seat, and the centre is told") {
  for (const bool leaves : {true, false}) {
    CAPTURE(leaves);
    Case scene;
    scene.dispatch_three();
    CHECK(scene.incident().access.contains(scene.seat(1)));
    auto& staff = scene.context().staffs["mic"];
    for (auto& entry : staff.appointments)
      if (entry.value.person == person_id(1)) entry.ended_at = scene.now();
    if (leaves) staff.people.front().left_at = scene.now();
    scene.ring();
    CHECK_FALSE(scene.incident().access.contains(scene.seat(1)));
    CHECK(scene.incident().access.contains(scene.seat(2)));
    CHECK(states_of(scene.asked()) == std::vector<std::string>{"withdrawn", "serving", "serving"});
    CHECK(scene.message_to("nisc").kind == MessageKind::alarm);
    CHECK(scene.message_to("nisc").note.find("班長") != std::string::npos);
    CHECK(scene.refuse(LogCymat{member(1, "mic"), scene.request(), CymatEntryKind::work, "解析", 2}) == "not_the_person");
  }
}

TEST_CASE("a naming that ends on its day frees who was only proposed or agreed too") {
  Case scene;
  scene.ask_and_receive();
  scene.rule();
  scene.take_in(1, "mic", true);
  scene.propose(2, "meti");
  for (const char* body : {"mic", "meti"})
    for (auto& entry : scene.context().staffs[body].appointments)
      if (entry.value.person != person_id(7)) entry.value.until = scene.now() + hours(1);
  scene.ring();
  CHECK(states_of(scene.asked()) == std::vector<std::string>{"agreed", "proposed"});
  scene.wait(hours(1));
  scene.ring();
  CHECK(states_of(scene.asked()) == std::vector<std::string>{"withdrawn", "withdrawn"});
}
