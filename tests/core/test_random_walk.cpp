// Commands at random, on incidents of all kinds of bodies, over years: what must hold after each of them.
//
// A failure prints its seed; NOROSHI_TEST_SEED runs it again.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

class Walk {
 public:
  explicit Walk(std::uint64_t seed)
      : random_(seed),
        scene_(one_of({"2018-07-20T12:00:00+09:00", "2018-08-01T09:20:00+09:00", "2022-11-10T12:00:00+09:00",
                       "2025-03-30T12:00:00+09:00", "2025-06-30T20:00:00+09:00"})),
        submission_(
            report_of(one_of({"jps", "jaxa", "amed", "jogmec", "ncgm", "mhlw", "mof", "nisc", "cas", "npa"}),
                      "2018-07-26T09:00:00+09:00")) {
    submission_.in_force.recognized.value = scene_.now() - minutes(below(3000));
    submission_.in_force.exercise = chance(5);
    submission_.in_force.title = title;
    submission_.in_force.document = document;
    set_clocks();
  }

  void run(int steps) {
    scene_.accept_if_possible(submission_with_other_facts());
    for (int i = 0; i < steps && scene_.incident().version > 0; ++i) {
      if (chance(6)) scene_.wait(chance(3) ? hours(24 * below(400)) : minutes(below(300)));
      before_ = scene_.incident();
      step();
      check();
    }
    Incident folded;
    for (const auto& event : scene_.events()) evolve(folded, event);
    REQUIRE(folded == scene_.incident());
  }

  // What a person wrote: none of it may stand in an alarm.
  static constexpr auto title = "機密の表題";
  static constexpr auto document = R"({"title":"機密の表題","summary":"機密の概要"})";
  static constexpr std::array texts = {title, "機密の概要", "理由", "当直"};

  std::size_t accepted() const { return accepted_; }
  const std::map<std::string, std::size_t>& refused() const { return refused_; }
  const std::map<std::string, std::size_t>& happened() const { return happened_; }

 private:
  // The operator's clocks, and who would hear: now and then nobody does.
  void set_clocks() {
    auto& clocks = scene_.clocks();
    clocks.steps = one_of<std::vector<seconds>>(
        {clocks.steps, clocks.steps, {minutes(0)}, {minutes(5), hours(2)}, {minutes(0), minutes(1), minutes(2), hours(1), hours(30)}});
    clocks.relay_on_silence = !chance(3);
    clocks.followup.by_severity = {{routing::Severity::large_scale, hours(1 + below(20))}};
    clocks.acknowledgement.by_body = {{"mhlw", minutes(1 + below(60))}};
    for (const char* body : {"mhlw", "mext", "cao", "meti", "jps", "nco", "police-tokyo", "cas-jitai"}) {
      if (chance(2)) scene_.listeners().relaying.insert(body);
      if (chance(4)) scene_.listeners().bodies_with_person.erase(body);
      if (chance(4)) scene_.leave(body);
    }
  }

  // A scene whose refusals are counted instead of failing.
  struct PatientScene : Scene {
    using Scene::Scene;
    template <class Command>
    std::string accept_if_possible(const Command& command) {
      auto outcome = attempt(command);
      if (!outcome) return std::string(to_string(outcome.error().code));
      take(std::move(outcome));
      return {};
    }
  };

  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  bool chance(int one_in) { return below(one_in) == 0; }
  template <class T>
  T one_of(std::initializer_list<T> list) {
    return list.begin()[below(static_cast<int>(list.size()))];
  }
  template <class List>
  const auto& any(const List& list) {
    return list[static_cast<std::size_t>(below(static_cast<int>(list.size())))];
  }

  std::string body() {
    const auto& incident = scene_.incident();
    if (chance(8)) return one_of({"mext", "nco", "police-osaka", "jogmec-2022", "mic", "cas-jitai"});
    if (incident.obligations.empty() || chance(3)) return incident.organization;
    return any(incident.obligations).holder;
  }
  Actor actor(const std::string& organization) {
    return person(
        organization,
        one_of({Role::csirt_member, Role::csirt_head, Role::external_contact, Role::exception_officer}),
        one_of({"", "A", "B"}));
  }
  std::vector<routing::LargeScaleCell> cells() {
    return chance(3) ? std::vector{property_feared} : std::vector<routing::LargeScaleCell>{};
  }
  routing::Assessment assessment() {
    using enum routing::Assessment;
    return one_of({incident, incident, incident, possible, not_incident});
  }
  routing::Cyberattack cyberattack() {
    using enum routing::Cyberattack;
    return one_of({yes, possible, no, unknown});
  }

  SubmitReport submission_with_other_facts() {
    auto& report = submission_.in_force;
    report.assessment = assessment();
    report.cyberattack = cyberattack();
    report.large_scale = cells();
    submission_.states_assessment = !chance(4);
    submission_.states_cyberattack = !chance(4);
    submission_.states_large_scale = !chance(4);
    auto command = submission_;
    report.stage = Stage::followup;
    if (chance(10)) command.actor = person("mhlw");
    return command;
  }

  template <class Command>
  void perform(const Command& command) {
    const auto events = scene_.events().size();
    const auto refusal = scene_.accept_if_possible(command);
    if (!refusal.empty()) {
      ++refused_[refusal];
      REQUIRE(scene_.incident() == before_);
      return;
    }
    ++accepted_;
    look_at_events_from(events);
  }
  void look_at_events_from(std::size_t events) {
    std::set<EventId> ids;
    for (auto i = events; i < scene_.events().size(); ++i) {
      const auto& event = scene_.events()[i];
      REQUIRE(ids.insert(event.id).second);
      REQUIRE(*ids.rbegin() == event.id);  // in the order of creation
      REQUIRE(event.incident == scene_.incident().id);
      ++happened_[std::string(type_of(event.what))];
      const auto* sent = std::get_if<MessageSent>(&event.what);
      if (sent && sent->message.automatic) ++happened_["relayed automatically"];
    }
  }

  // That no level is told twice, nothing is due after a ring and a second one gives nothing is looked at by the scene.
  void ring() {
    const auto events = scene_.events().size();
    scene_.ring();
    look_at_events_from(events);
    for (auto i = events; i < scene_.events().size(); ++i) {
      const auto& event = scene_.events()[i];
      if (const auto* alarm = std::get_if<AlarmRung>(&event.what)) check_alarm(*alarm);
      if (const auto* sent = std::get_if<MessageSent>(&event.what)) check_sent_by_itself(sent->message);
    }
    check_nothing_is_told_but_what_is_due();
  }

  // A ring that is not late: some of what an alarm tells holds only of its moment.
  void wait_for_the_next_level() {
    std::optional<Timestamp> next;
    for (const auto& clock : running_clocks(scene_.incident())) {
      const auto at = reaches(clock, clock.ladder.level + 1, scene_.clocks());
      if (at && *at > scene_.now() && (!next || *at < *next)) next = at;
    }
    if (next) scene_.wait(std::chrono::ceil<seconds>(*next - scene_.now()));
  }

  void check_alarm(const AlarmRung& alarm) {
    CAPTURE(alarm.code);
    CAPTURE(alarm.holder);
    CAPTURE(alarm.organization);
    const auto is_of = [&](const Clock& clock) { return clock.kind == alarm.clock && clock.subject == alarm.subject; };
    const auto before = running_clocks(before_);
    const auto after = running_clocks(scene_.incident());
    REQUIRE(std::any_of(before.begin(), before.end(), is_of));
    const auto clock = std::find_if(after.begin(), after.end(), is_of);
    REQUIRE(clock != after.end());
    REQUIRE(alarm.round == clock->ladder.round);
    REQUIRE(alarm.due_at == clock->due_at);
    REQUIRE(alarm.level >= 1);
    REQUIRE(alarm.level <= clock->ladder.level);
    REQUIRE(alarm.level <= static_cast<int>(scene_.clocks().steps.size()));
    REQUIRE(reaches(*clock, alarm.level, scene_.clocks()).value() <= scene_.now());
    if (alarm.code == alarm_codes::receiver_dead) ++happened_["receiver dead"];
    // Desks outside hear of nothing in an exercise, and a police of its own acknowledgements alone.
    const auto* told = law().registry.find(alarm.organization);
    if (told->kind == routing::OrganizationKind::police)
      REQUIRE((alarm.code == alarm_codes::acknowledgement_overdue && alarm.holder == alarm.organization));
    const bool outside = told->kind == routing::OrganizationKind::police ||
                         told->kind == routing::OrganizationKind::crisis_management;
    if (outside && alarm.organization != standing(scene_.incident().organization))
      REQUIRE(!scene_.incident().exercise);
    check_tells_nothing(alarm.reason.ja + alarm.reason.en);
  }

  void check_tells_nothing(const std::string& words) {
    for (const char* text : texts) REQUIRE(words.find(text) == std::string::npos);
  }

  void check_sent_by_itself(const Message& message) {
    if (message.kind == MessageKind::alarm) {
      REQUIRE(message.sender.empty());
      REQUIRE(!message.report);
      REQUIRE(!message.acknowledge_by);
      return check_tells_nothing(message.note);
    }
    REQUIRE(message.automatic);
    REQUIRE(scene_.clocks().relay_on_silence);
    REQUIRE(scene_.listeners().relaying.contains(message.sender));
    REQUIRE(law().registry.find(message.recipient)->kind == routing::OrganizationKind::center);
    REQUIRE(!before_.content_visible_to(message.recipient));
    REQUIRE(scene_.incident().find(*message.obligation)->state == ObligationState::open);
  }

  // Each clock has told all the levels that it has reached, and no other.
  void check_nothing_is_told_but_what_is_due() {
    for (const auto& clock : running_clocks(scene_.incident())) {
      const auto& policy = scene_.clocks();
      if (clock.ladder.level > 0) REQUIRE(reaches(clock, clock.ladder.level, policy).value() <= scene_.now());
      if (const auto next = reaches(clock, clock.ladder.level + 1, policy)) REQUIRE(*next > scene_.now());
      // Nobody is asked who is there no more.
      REQUIRE(clock.organization == standing(clock.organization));
    }
  }

  void step() {
    const auto& incident = scene_.incident();
    switch (below(12)) {
      case 0:
        return perform(submission_with_other_facts());
      case 1: {
        // Of a body that does not see the incident no command arrives.
        const auto judge = body();
        if (!incident.content_visible_to(judge)) return;
        MakeJudgement command{actor(judge), assessment()};
        if (chance(2)) command.cyberattack = cyberattack();
        if (chance(2)) command.large_scale = cells();
        return perform(command);
      }
      case 2:
        return perform(MoveIncident{actor(incident.organization), any(all_incident_states()), "理由"});
      case 3:
        return perform(AddRecipient{actor(incident.organization), body(), "理由"});
      case 4: {
        if (incident.messages.empty()) return;
        const auto& message = any(incident.messages);
        return perform(
            AcknowledgeMessage{actor(chance(4) ? body() : message.recipient), message.id, "当直", ""});
      }
      case 5: {
        if (incident.obligations.empty()) return;
        const auto& obligation = any(incident.obligations);
        return perform(AskWaiver{actor(chance(4) ? body() : obligation.holder), obligation.id, "理由"});
      }
      case 6: {
        if (incident.waivers.empty()) return;
        const auto& waiver = any(incident.waivers);
        const auto& obligation = *incident.find(waiver.obligation);
        auto decider = actor(chance(4) ? body() : obligation.holder);
        decider.role = Role::exception_officer;  // nobody else is let through to the decision
        return perform(DecideWaiver{decider, obligation.id, waiver.id, chance(2), "理由"});
      }
      case 7: {
        scene_.pass_to_successors();
        ++accepted_;
        return;
      }
      case 8:
      case 9:
        if (chance(2)) wait_for_the_next_level();
        return ring();
      default: {
        if (incident.obligations.empty()) return;
        const auto& obligation = any(incident.obligations);
        using enum FulfillmentMethod;
        FulfillObligation command{actor(chance(4) ? body() : obligation.holder), obligation.id,
                                  one_of({relay, report, telephone, in_person, police_report, consultation,
                                          decided_not_needed, done, judgement})};
        command.note = chance(2) ? "理由" : "";
        if (chance(3)) command.at = scene_.now() - minutes(below(120));
        return perform(command);
      }
    }
  }

  void check() {
    check_duties_are_there_once();
    check_ended_duties_stay_as_they_were();
    check_waivers_had_two_persons();
    check_messages_reach_only_who_sees_them();
    check_exercises_stay_inside();
    check_every_duty_of_the_facts_is_open_or_ended();
  }

  std::string standing(const std::string& slug) {
    const auto* body = law().registry.standing_for(slug, japanese_day(scene_.now()));
    return body ? body->slug : slug;
  }

  void check_duties_are_there_once() {
    std::set<std::tuple<std::string, int, std::string, std::string>> seen;
    for (const auto& obligation : scene_.incident().obligations) {
      CAPTURE(obligation.rule);
      CAPTURE(obligation.holder);
      CAPTURE(obligation.recipient);
      REQUIRE(seen.emplace(obligation.clause, obligation.sentence, standing(obligation.holder),
                           standing(obligation.recipient))
                  .second);
      REQUIRE(obligation.inner == (obligation.holder == obligation.recipient && !obligation.self));
      REQUIRE((obligation.state == ObligationState::fulfilled) == obligation.fulfilled_at.has_value());
    }
  }

  void check_ended_duties_stay_as_they_were() {
    REQUIRE(scene_.incident().obligations.size() >= before_.obligations.size());
    for (const auto& before : before_.obligations) {
      const auto* after = scene_.incident().find(before.id);
      REQUIRE(after);
      CAPTURE(before.rule);
      REQUIRE(after->revision >= before.revision);
      // An alarm changes nothing of the duty itself.
      Obligation unalarmed = *after;
      unalarmed.ladder = before.ladder;
      REQUIRE(after->revision - before.revision >= (unalarmed == before ? 0 : 1));
      REQUIRE(std::tie(after->rule, after->clause, after->sentence, after->edition) ==
              std::tie(before.rule, before.clause, before.sentence, before.edition));
      // Met stays met, but for a judgement taken back, a relay that a new version makes necessary again, and keeping track of
      // a case that is taken up again.
      const bool reopened = before.state == ObligationState::fulfilled && after->state == ObligationState::open;
      if (reopened) {
        const bool to_judge = before.rule == "b" || before.rule == "h.decide" || before.rule == "g.decide";
        const bool to_track = before.rule == (before.edition == "h28" ? "h" : "j") &&
                              before_.state != IncidentState::assessed &&
                              scene_.incident().state == IncidentState::assessed;
        REQUIRE((to_judge || to_track || before.rule == "g.3"));
        REQUIRE(after->occasion == before.occasion + 1);
      } else if (before.state == ObligationState::fulfilled || before.state == ObligationState::waived) {
        REQUIRE(after->state == before.state);
        REQUIRE(after->fulfilled_at == before.fulfilled_at);
        REQUIRE(std::tie(after->holder, after->recipient) == std::tie(before.holder, before.recipient));
      }
      if (after->holder != before.holder) REQUIRE(after->formerly == before.holder);
      if (after->recipient != before.recipient) REQUIRE(after->recipient_formerly == before.recipient);
      // The police alone, and only by a judgement of the body that it was no attack.
      if (before.state == ObligationState::open && after->state == ObligationState::superseded) {
        const auto& incident = scene_.incident();
        REQUIRE(law().registry.find(after->recipient)->is(routing::OrganizationKind::police));
        REQUIRE(incident.judgements.at(incident.organization).judgement.cyberattack ==
                routing::Cyberattack::no);
      }
    }
  }

  void check_waivers_had_two_persons() {
    for (const auto& obligation : scene_.incident().obligations) {
      if (obligation.state != ObligationState::waived) continue;
      bool approved = false;
      for (const auto& event : scene_.events()) {
        const auto* decided = std::get_if<WaiverDecided>(&event.what);
        if (!decided || decided->obligation != obligation.id || !decided->approved) continue;
        approved = true;
        const auto* waiver = scene_.incident().find(decided->waiver);
        REQUIRE(waiver);
        REQUIRE(waiver->asked_by != event.actor.token);
        REQUIRE((event.actor.name.empty() || waiver->asked_by_name != event.actor.name));
      }
      REQUIRE(approved);
    }
  }

  void check_messages_reach_only_who_sees_them() {
    for (const auto& message : scene_.incident().messages) {
      CAPTURE(message.recipient);
      CAPTURE(message.sender);
      CAPTURE(scene_.duties());
      CAPTURE(scene_.messages());
      CAPTURE(scene_.access());
      REQUIRE(scene_.incident().access.contains(message.recipient));
      if (message.kind == MessageKind::alarm) continue;
      REQUIRE(scene_.incident().content_visible_to(message.recipient));
      REQUIRE(scene_.incident().content_visible_to(message.sender));
      REQUIRE(message.sender != message.recipient);
    }
  }

  void check_exercises_stay_inside() {
    if (!scene_.incident().exercise) return;
    for (const auto& obligation : scene_.incident().obligations) {
      if (obligation.rule != "h" && obligation.rule != "i") continue;
      for (const auto& message : scene_.incident().messages)
        REQUIRE((message.kind == MessageKind::alarm || message.obligation != obligation.id));
    }
  }

  // What the rules open on the facts as they stand has its duty. Facts move only by reports, judgements and
  // added recipients; days that pass move bodies, for which a decision has to come first.
  void check_every_duty_of_the_facts_is_open_or_ended() {
    const auto routing = route(law().editions, law().registry, facts_of(scene_.incident()), scene_.now());
    for (const auto& duty : routing.duties) {
      CAPTURE(duty.rule->id);
      CAPTURE(duty.holder);
      CAPTURE(duty.recipient);
      std::size_t found = 0;
      for (const auto& obligation : scene_.incident().obligations)
        found += obligation.clause == duty.rule->clause && obligation.sentence == duty.rule->sentence &&
                 standing(obligation.holder) == standing(duty.holder) &&
                 standing(obligation.recipient) == standing(duty.recipient);
      REQUIRE(found == 1);
    }
  }

  std::mt19937_64 random_;
  PatientScene scene_;
  SubmitReport submission_;
  Incident before_;
  std::size_t accepted_ = 0;
  std::map<std::string, std::size_t> refused_;
  std::map<std::string, std::size_t> happened_;
};

}  // namespace

TEST_CASE("commands at random never break what must hold") {
  const char* given = std::getenv("NOROSHI_TEST_SEED");
  const std::uint64_t start = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::map<std::string, std::size_t> happened;
  std::map<std::string, std::size_t> refused;
  std::size_t accepted = 0;
  for (std::uint64_t i = 0; i < 150; ++i) {
    const auto seed = start + i;
    INFO("NOROSHI_TEST_SEED=" << seed);
    Walk walk(seed);
    walk.run(80);
    accepted += walk.accepted();
    for (const auto& [type, count] : walk.happened()) happened[type] += count;
    for (const auto& [code, count] : walk.refused()) refused[code] += count;
  }
  // The walk goes everywhere: each kind of event has happened, and not all is refused.
  INFO("from seed " << start);
  CHECK(accepted > 3000);
  for (const std::string type :
       {"report.received", "judgement.made", "incident.moved", "access.granted", "recipient.added",
        "obligation.opened", "obligation.fulfilled", "obligation.superseded", "obligation.reopened",
        "obligation.waived", "obligation.recurred", "obligation.passed", "message.passed", "incident.passed",
        "message.sent",
        "message.acknowledged", "waiver.asked", "waiver.decided", "alarm.raised", "alarm.rung",
        "relayed automatically", "receiver dead"}) {
    CAPTURE(type);
    CHECK(happened[type] > 0);
  }
  for (const std::string code : {"not_the_holder", "obligation_not_open", "transition_not_allowed", "four_eyes",
                           "method_unsuitable", "already_acknowledged", "role_required"}) {
    CAPTURE(code);
    CHECK(refused[code] > 0);
  }
}
