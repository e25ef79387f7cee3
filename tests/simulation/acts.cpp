// What bodies do about a case: report, judge, move, tell, acknowledge, meet, except, close, erase.
#include <algorithm>

#include "src/core/four_eyes.h"
#include "tests/simulation/world.h"

namespace noroshi::simulation {
namespace {

using namespace core;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const routing::LargeScaleCell feared{routing::Criterion::property, routing::Harm::feared, routing::Certainty::may_be};
const routing::LargeScaleCell occurred{routing::Criterion::life, routing::Harm::occurred, routing::Certainty::is};

std::string year_of(Timestamp at) {
  return format_rfc3339(at).substr(0, 4);
}

}  // namespace

void World::act() {
  const auto* incident = a_case();
  if (!incident || (known_.incidents.size() < 4 && chance(12))) return submit_first();
  const auto& of = *incident;
  // One world in eight responds much: a team of CYMAT and a head who hands over take many steps in one case.
  if (options_.seed % 8 == 1 && chance(3)) {
    const auto id = of.id;
    const auto what = below(5);
    for (int turn = 0; turn < 8 && findings().empty(); ++turn) {
      const auto& now = known_.incidents.at(id);
      what == 0 ? replay(now) : what < 3 ? assign(now) : cymat(now);
    }
    return;
  }
  switch (below(40)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return submit_later(of);
    case 4:
    case 5:
    case 6:
      return judge(of);
    case 7:
    case 8:
      return move(of);
    case 9:
      return add_recipient(of);
    case 10:
    case 11:
      return acknowledge(of);
    case 12:
    case 13:
    case 14:
    case 15:
      return fulfil(of);
    case 16:
      return ask_waiver(of);
    case 17:
    case 18:
      return decide_waiver(of);
    case 19:
      return work_off(of);
    case 20:
    case 21:
      return erase(of);
    case 22:
      return pass_all();
    case 23:
    case 24:
      return change_endpoint();
    case 25:
      return change_switch();
    case 26:
      return change_label(of);
    case 27:
      return withhold(of);
    case 28:
      return share(of);
    case 29:
    case 30:
      return inquire(of);
    case 31:
      return tell_down(of);
    case 32:
      return read(of);
    case 33:
      return replay(of);
    case 34:
      return handle(of);
    case 35:
      return link_platform(of);
    case 36:
    case 37:
      return assign(of);
    case 38:
      return cymat(of);
    default:
      return chance(4) ? change_staff() : cymat(of);
  }
}

routing::Assessment World::assessment() {
  using enum routing::Assessment;
  return one_of({incident, incident, incident, incident, possible, not_incident});
}

void World::random_facts(Report& report) {
  using enum routing::Cyberattack;
  report.assessment = assessment();
  report.assessment_reason = report.assessment == routing::Assessment::not_incident ? "誤検知" : "";
  report.cyberattack = one_of({yes, yes, routing::Cyberattack::possible, no, unknown});
  report.cyberattack_reason = report.cyberattack == no ? "設定の誤り" : "";
  report.large_scale = chance(3) ? std::vector{one_of({feared, occurred})} : std::vector<routing::LargeScaleCell>{};
  if (report.cyberattack == no && !chance(4)) report.large_scale.clear();
}

void World::submit_first() {
  const std::string victim = any(victims_);
  const auto body = source_.registry.standing_for(victim, japanese_day(clock()));
  const std::string reference = chance(15) ? "R-1" : "R-" + std::to_string(++references_);
  SubmitReport command;
  auto& report = command.in_force;
  report.organization = victim;
  report.reference = reference;
  report.title = "不審な通信 " + reference;
  report.recognized = {clock() - (chance(5) ? minutes(below(6000)) : minutes(below(300))), Precision::minute};
  report.exercise = chance(6);
  report.confidentiality = below(3);
  if (chance(10)) report.handling = {"転送禁止"};
  report.consent_to_share = chance(2);
  if (chance(8)) report.shared_platforms = {"共通基盤"};
  if (chance(10)) report.police = "police-osaka";
  report.document = "{\"title\":\"" + report.title + "\"}";
  report.changes = "[]";
  random_facts(report);
  command.bytes = report.document;
  command.sha256 = std::string(32, static_cast<char>(1 + below(100)));
  std::string reporter = body ? body->slug : victim;
  if (chance(8)) reporter = any(cast_);
  command.actor = person(reporter, chance(4) ? Role::reporter : Role::csirt_member);
  const auto decide = [this, command](const Known& known, Moment moment) -> Decided {
    const auto& in = command.in_force;
    const auto found = known.references.find({in.organization, in.reference});
    const auto* before = found == known.references.end() ? nullptr : &known.incidents.at(found->second);
    const auto year = year_of(in.recognized.value);
    const auto counted = known.numbers.find({in.organization, year});
    auto number = (counted == known.numbers.end() ? 0 : counted->second) + 1;
    if (options_.mutant == "number_skipped" && number > 1) {
      ++number;
      altered_ = true;
    }
    return delivered(
        known,
        decide_report(law(), before, in.organization + "-" + year + "-" + std::to_string(number), command, moment),
        moment);
  };
  first_submissions_[{victim, reference}] = command;
  perform({"submit", command.actor, {}, victim, decide});
}

void World::submit_later(const Incident& incident) {
  const auto first = first_submissions_.find({incident.organization, incident.reference});
  if (first == first_submissions_.end()) return;
  auto command = first->second;
  auto& report = command.in_force;
  report.stage = one_of({Stage::followup, Stage::followup, Stage::correction, Stage::final});
  report.title = "続報 " + report.reference;
  random_facts(report);
  if (chance(4)) report.recognized.value = clock() - minutes(below(chance(3) ? 40000 : 2000));
  if (chance(6)) report.police = one_of<const char*>({"", "police-osaka", "npa"});
  if (chance(5)) report.consent_to_share = chance(2);
  if (chance(8)) report.handling = chance(2) ? std::vector<std::string>{"転送禁止"} : std::vector<std::string>{};
  command.states_assessment = !chance(3);
  command.states_cyberattack = !chance(3);
  command.states_large_scale = !chance(3);
  const auto* body = source_.registry.standing_for(incident.organization, japanese_day(clock()));
  command.actor = person(chance(10)  ? any(cast_)
                         : chance(8) ? incident.submitted_by
                         : body      ? body->slug
                                     : incident.organization,
                         one_of({Role::csirt_member, Role::csirt_head, Role::reporter}));
  first->second.in_force = report;  // the reporter's own copy: what it holds to be in force
  perform(on_case("submit", incident.id, command.actor,
                  [this, command](const Incident& known, const Known&, Moment moment) {
                    auto seen = known;
                    if (options_.mutant == "erasure_forgotten" && seen.erased_at) {
                      seen.erased_at.reset();
                      seen.state = IncidentState::assessed;
                      altered_ = true;
                    }
                    return decide_report(law(), &seen, "", command, moment);
                  }));
}

void World::judge(const Incident& incident) {
  const auto judge = body_of(incident);
  if (!incident.content_visible_to(judge)) return;  // no command arrives for what one does not see
  using enum routing::Cyberattack;
  MakeJudgement command;
  command.actor = person(judge, one_of({Role::csirt_member, Role::csirt_head}));
  const auto* body = source_.registry.find(judge);
  if (!role_fits(Role::csirt_member, *body)) return;
  command.assessment = assessment();
  if (command.assessment == routing::Assessment::not_incident) command.assessment_reason = "誤検知";
  if (chance(2)) command.cyberattack = one_of({yes, routing::Cyberattack::possible, no, unknown});
  if (command.cyberattack == no) command.cyberattack_reason = "設定の誤り";
  if (chance(2))
    command.large_scale = chance(2) ? std::vector{one_of({feared, occurred})} : std::vector<routing::LargeScaleCell>{};
  perform(
      on_case("judge", incident.id, command.actor, [this, command](const Incident& known, const Known&, Moment moment) {
        return decide_judgement(law(), known, command, moment);
      }));
}

void World::move(const Incident& incident, std::optional<IncidentState> to) {
  using enum IncidentState;
  const auto* body = source_.registry.standing_for(incident.organization, japanese_day(clock()));
  const std::string mover = body ? body->slug : incident.organization;
  const MoveIncident command{person(!to && chance(12) ? body_of(incident) : mover, Role::csirt_head),
                             to ? *to : one_of({contained, recovered, reviewed, closed, assessed, dismissed}), "経過"};
  perform(on_case("transition", incident.id, command.actor,
                  [this, command](const Incident& known, const Known&, Moment moment) {
                    return decide_transition(law(), known, command, moment);
                  }));
}

void World::add_recipient(const Incident& incident) {
  const std::string added =
      chance(3) ? any(cast_) : one_of<const char*>({"police-osaka", "npa", "cao", "mext", "digital"});
  const AddRecipient command{person(body_of(incident), Role::csirt_head), added, "関係機関"};
  if (!incident.content_visible_to(command.actor.organization)) return;
  perform(on_case("recipient", incident.id, command.actor,
                  [this, command](const Incident& known, const Known&, Moment moment) {
                    return decide_recipient(law(), known, command, moment);
                  }));
}

void World::acknowledge(IncidentId id, const Message& message) {
  const auto& recipient = message.awaited_from();
  const std::string body = racing_ || !chance(10) ? recipient : any(cast_);
  if (is_of_cymat(body)) return;
  const AcknowledgeMessage command{person(body, role_of_desk(body)), message.id, "情報受付当直", ""};
  perform(
      on_case("acknowledge", id, command.actor, [this, command](const Incident& known, const Known&, Moment moment) {
        return decide_acknowledgement(law(), known, command, moment);
      }));
}
void World::acknowledge(const Incident& incident) {
  if (incident.messages.empty()) return;
  acknowledge(incident.id, any(incident.messages));
}

// Each desk by its temper: at once, after a day, or never.
void World::receivers_read() {
  std::vector<std::pair<IncidentId, Message>> waiting;
  for (const auto& [id, incident] : known_.incidents)
    for (const auto* message : unacknowledged(incident)) {
      if (is_of_cymat(message->awaited_from())) continue;
      const auto temper = tempers_[message->awaited_from()];
      const bool reads = (temper == Temper::prompt && chance(3)) ||
                         (temper == Temper::late && clock() - message->sent_at > days(1) && chance(6));
      if (reads) waiting.emplace_back(id, *message);
    }
  for (const auto& [id, message] : waiting) {
    if (!findings().empty()) return;
    acknowledge(id, message);
  }
}

void World::fulfil(const Incident& incident) {
  std::vector<const Obligation*> open;
  for (const auto& obligation : incident.obligations)
    if (obligation.state == ObligationState::open) open.push_back(&obligation);
  if (open.empty()) return;
  const auto& duty = *any(open);
  if (duty.inner && !chance(4)) return handle(incident);
  using enum FulfillmentMethod;
  FulfillObligation command;
  command.actor =
      person(chance(8) ? body_of(incident) : duty.holder, chance(3) ? Role::csirt_head : Role::csirt_member);
  command.obligation = duty.id;
  command.method = duty.inner ? one_of({done, report, telephone})
                   : duty.opens_on == routing::OpensOn::receipt
                       ? one_of({relay, relay, relay, telephone, in_person, decided_not_needed})
                       : one_of({report, report, telephone, police_report, consultation, decided_not_needed});
  command.note = chance(3) ? "" : "経過";
  if (chance(3)) command.at = clock() - minutes(below(180)) + minutes(chance(10) ? 200 : 0);
  command.people_registered = registered(known_, command.actor.organization);
  perform(on_case(
      "fulfil", incident.id, command.actor, [this, command](const Incident& known, const Known& all, Moment moment) {
        static const Staff nobody;
        const auto staff = all.staffs.find(command.actor.organization);
        return decide_fulfillment(law(), known, staff == all.staffs.end() ? nobody : staff->second, command, moment);
      }));
}

void World::ask_waiver(IncidentId id, const Obligation& obligation) {
  const AskWaiver command{person(obligation.holder, Role::csirt_member), obligation.id, "対象外"};
  perform(on_case("ask_waiver", id, command.actor,
                  [this, command](const Incident& known, const Known& all, Moment moment) -> Outcome {
                    if (registered(all, command.actor.organization) && options_.mutant != "eyes_forgotten")
                      if (auto refusal = refuse_unbound_applicant(
                              authority_of(all, command.actor.token, command.actor.organization)))
                        return tl::unexpected(std::move(*refusal));
                    return decide_waiver_request(law(), known, command, moment);
                  }));
}
void World::ask_waiver(const Incident& incident) {
  if (!incident.obligations.empty()) ask_waiver(incident.id, any(incident.obligations));
}

void World::decide_waiver(const Incident& incident, bool surely) {
  std::vector<Waiver> pending;
  for (const auto& waiver : incident.waivers)
    if (waiver.decision == Waiver::Decision::pending || (!surely && chance(10))) pending.push_back(waiver);
  if (pending.empty()) return;
  const auto waiver = surely ? pending.back() : any(pending);
  const auto* duty = incident.find(waiver.obligation);
  const std::string body = !surely && chance(12) ? any(cast_) : duty->holder;
  const auto* known_body = source_.registry.find(body);
  if (!role_fits(Role::exception_officer, *known_body)) return;
  DecideWaiver command{person(body, Role::exception_officer), duty->id, waiver.id, surely || chance(2), "可", {}, {}};
  perform(on_case("decide_waiver", incident.id, command.actor,
                  [this, command](const Incident& known, const Known& all, Moment moment) -> Outcome {
                    auto eyes = command;
                    const auto* asked = known.find(command.waiver);
                    if (asked) {
                      if (auto refusal = refuse_eyes(all, command.actor, asked->asked_by, command.approved))
                        return tl::unexpected(std::move(*refusal));
                      eyes.applicant = authority_of(all, asked->asked_by, command.actor.organization);
                      eyes.approver = authority_of(all, command.actor.token, command.actor.organization);
                    }
                    return core::decide_waiver(law(), known, eyes, moment);
                  }));
}

// A case comes to its end: everything is acknowledged, met or excepted, by whoever it is for, and it is closed.
void World::work_off(const Incident& incident) {
  const auto id = incident.id;
  const auto now = [&]() -> const Incident& { return known_.incidents.at(id); };
  pass_all();
  std::vector<Message> waiting;
  for (const auto* message : unacknowledged(now())) waiting.push_back(*message);
  for (const auto& message : waiting) {
    if (!findings().empty()) return;
    if (const auto* known = now().find(message.id)) acknowledge(id, Message(*known));
  }
  for (int turn = 0; turn < 2; ++turn)
    for (const auto& obligation : std::vector<Obligation>(now().obligations)) {
      if (!findings().empty()) return;
      const auto* duty = now().find(obligation.id);
      if (duty->state != ObligationState::open) continue;
      const bool pending = std::any_of(now().waivers.begin(), now().waivers.end(), [&](const Waiver& waiver) {
        return waiver.obligation == duty->id && waiver.decision == Waiver::Decision::pending;
      });
      if (!pending) ask_waiver(id, Obligation(*duty));
      decide_waiver(Incident(now()), true);
    }
  if (findings().empty() && !chance(3)) move(Incident(now()), IncidentState::closed);
}

void World::erase(const Incident& of) {
  const auto id = of.id;
  // Until its retention may be over.
  if (has_ended(of.state) && !of.erased_at && chance(3)) wait_until(now_ + days(300 + below(900)), false);
  if (!findings().empty()) return;
  const auto& incident = known_.incidents.at(id);
  const auto* body = source_.registry.standing_for(incident.organization, japanese_day(clock()));
  const std::string own = body ? body->slug : incident.organization;
  std::vector<Erasure> pending;
  for (const auto& erasure : incident.erasures)
    if (erasure.decision == Erasure::Decision::pending) pending.push_back(erasure);
  if (pending.empty()) {
    const AskErasure command{person(chance(12) ? any(cast_) : own, chance(3) ? Role::csirt_head : Role::csirt_member),
                             "保存期間満了"};
    perform(on_case("ask_erasure", incident.id, command.actor,
                    [this, command](const Incident& known, const Known& all, Moment moment) -> Outcome {
                      if (registered(all, command.actor.organization) && options_.mutant != "eyes_forgotten")
                        if (auto refusal = refuse_unbound_applicant(
                                authority_of(all, command.actor.token, command.actor.organization)))
                          return tl::unexpected(std::move(*refusal));
                      return decide_erasure_request(law(), known, command, moment);
                    }));
    return;
  }
  const auto& erasure = pending.back();
  DecideErasure command{person(own, Role::section_officer), erasure.id, !chance(6), "可", {}, {}};
  perform(on_case("decide_erasure", incident.id, command.actor,
                  [this, command](const Incident& known, const Known& all, Moment moment) -> Outcome {
                    auto eyes = command;
                    const auto* asked = known.find(command.erasure);
                    if (asked) {
                      if (auto refusal = refuse_eyes(all, command.actor, asked->asked_by, command.approved))
                        return tl::unexpected(std::move(*refusal));
                      eyes.applicant = authority_of(all, asked->asked_by, command.actor.organization);
                      eyes.approver = authority_of(all, command.actor.token, command.actor.organization);
                    }
                    return core::decide_erasure(law(), known, eyes, moment);
                  }));
}

// What the daemon does each day: bodies that have ended give way to whoever stands in their place.
void World::pass_all() {
  for (const auto& [id, rings_at] : std::map(rings_)) {
    if (!findings().empty()) return;
    perform(on_case("pass", id, Actor::system(), [this](const Incident& known, const Known&, Moment moment) {
      return Outcome(decide_succession(law(), known, moment));
    }));
  }
}

}  // namespace noroshi::simulation
