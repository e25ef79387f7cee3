// Beside the duties: carriers and endpoints, the switch of the relay, labels, what is withheld or shared, inquiries,
// notices, reading.
#include <algorithm>

#include "src/core/decide_endpoint.h"
#include "src/core/four_eyes.h"
#include "src/core/withholding_rules.h"
#include "tests/simulation/translation.h"
#include "tests/simulation/world.h"

namespace noroshi::simulation {
namespace {

using namespace core;
using std::chrono::days;

}  // namespace

// -- Deliveries -----------------------------------------------------------------------------------------------------

// A carrier brings it, fails for now, hands it on without a word, or gives up after its last attempt. What was brought
// and not settled before the daemon died is brought again, under the same id.
void World::carry(bool to_the_end) {
  std::vector<std::pair<IncidentId, Delivery>> waiting;
  // Who is first while one is settled may send another: to the end is until nothing waits.
  int turns = 0;
  do {
    waiting.clear();
    for (const auto& [id, incident] : known_.incidents)
      for (const auto& delivery : incident.deliveries)
        if (delivery.state == MessageState::queued && (to_the_end || chance(2))) waiting.emplace_back(id, delivery);
    for (const auto& [id, delivery] : waiting) {
      if (!findings().empty()) return;
      auto& attempts = attempts_[delivery.id];
      attempts = std::max(attempts, delivery.attempts) + 1;
      const auto outcome = below(6);
      if (outcome < 3 || to_the_end)
        settle(id, delivery, outcome == 0 ? MessageState::sent : MessageState::delivered, attempts);
      else if (attempts >= 3)
        settle(id, delivery, MessageState::dead, attempts);
    }
  } while (to_the_end && !waiting.empty() && ++turns < 50);
}

void World::settle(IncidentId id, const Delivery& delivery, MessageState state, int attempts) {
  const SettleDelivery command{delivery.id, state, attempts, state == MessageState::dead ? "no_answer" : ""};
  perform(on_case("settle", id, Actor::system(), [this, command](const Incident& known, const Known&, Moment moment) {
    return Outcome(decide_settlement(law(), known, command, moment));
  }));
}

void World::replay(const Incident& incident) {
  if (incident.deliveries.empty()) return;
  const auto& delivery = any(incident.deliveries);
  const std::string body = chance(6) ? any(cast_) : delivery.organization;
  ReplayDelivery command{person(body, role_of_desk(body)), delivery.id, "再送", false};
  const auto endpoint = delivery.endpoint;
  perform(on_case("replay", incident.id, command.actor,
                  [this, command, endpoint](const Incident& known, const Known& all, Moment moment) {
                    auto now = command;
                    now.endpoint_active =
                        std::any_of(all.endpoints.begin(), all.endpoints.end(), [&](const core::Endpoint& one) {
                          return one.id == endpoint && one.state == EndpointState::active;
                        });
                    return decide_replay(law(), known, now, moment);
                  }));
}

void World::change_endpoint() {
  std::vector<core::Endpoint> live;
  for (const auto& endpoint : known_.endpoints)
    if (is_live(endpoint.state)) live.push_back(endpoint);
  const auto what = live.empty() ? 0 : below(5);
  const std::string body = live.empty() || what == 0 ? any(cast_) : any(live).organization;
  const auto setter = [&] {
    const auto desk = role_of_desk(body);
    return person(body, desk == Role::csirt_member || desk == Role::external_contact
                            ? one_of({Role::csirt_head, Role::ciso, Role::external_contact})
                            : desk);
  };
  const auto on_endpoints = [&](Actor actor, EndpointCommand command) {
    perform({"endpoint", actor, {}, {}, [this, actor, command](const Known& known, Moment moment) -> Decided {
               std::vector<core::Endpoint> own;
               for (const auto& endpoint : known.endpoints)
                 if (actor.organization.empty() || endpoint.organization == actor.organization) own.push_back(endpoint);
               auto now = command;
               if (auto* decide = std::get_if<DecideEndpoint>(&now))
                 for (const auto& endpoint : own)
                   if (endpoint.id == decide->endpoint) {
                     if (auto refusal = refuse_eyes(known, actor, endpoint.asked_by, decide->approved))
                       return tl::unexpected(std::move(*refusal));
                     decide->applicant = authority_of(known, endpoint.asked_by, actor.organization);
                     decide->approver = authority_of(known, actor.token, actor.organization);
                   }
               auto outcome = decide_endpoint_command(own, now, moment);
               if (!outcome) return tl::unexpected(std::move(outcome.error()));
               return Proposed{std::move(outcome->events), {}, nullptr};
             }});
  };
  if (what == 0) {
    ProposeEndpoint command;
    command.actor = setter();
    command.channel = one_of<const char*>({"webhook", "mail", "bundle"});
    command.name = "受信装置";
    command.zone = Zone::government_lan;
    if (chance(3)) command.filter.kinds = {MessageKind::report, MessageKind::relay};
    return on_endpoints(command.actor, command);
  }
  std::vector<core::Endpoint> own;
  for (const auto& endpoint : live)
    if (endpoint.organization == body) own.push_back(endpoint);
  const auto& endpoint = own.back();
  const auto actor = setter();
  if (endpoint.state == EndpointState::proposed)
    return on_endpoints(actor, DecideEndpoint{actor, endpoint.id, !chance(5), "可", {}, {}});
  if (endpoint.state == EndpointState::disabled) return on_endpoints(actor, ResumeEndpoint{actor, endpoint.id, "復旧"});
  if (what == 1) return on_endpoints(Actor::system(), DisableEndpoint{Actor::system(), endpoint.id, "gone", ""});
  if (what == 2) return on_endpoints(actor, DisableEndpoint{actor, endpoint.id, "", "点検"});
  if (what == 3 && chance(3)) return on_endpoints(actor, WithdrawEndpoint{actor, endpoint.id, "廃止"});
}

void World::change_switch() {
  std::vector<RelaySwitchRequest> pending;
  for (const auto& asked : known_.switches)
    if (asked.decision == RelaySwitchRequest::Decision::pending) pending.push_back(asked);
  const auto own = [](const Known& known, const std::string& body) {
    std::vector<RelaySwitchRequest> of_body;
    for (const auto& asked : known.switches)
      if (asked.organization == body) of_body.push_back(asked);
    return of_body;
  };
  if (pending.empty() || chance(4)) {
    const std::string body = any(cast_);
    const AskRelaySwitch command{person(body, one_of({Role::ciso, Role::csirt_head})), !chance(4), "閉庁日の備え"};
    perform({"switch", command.actor, {}, {}, [this, command, own](const Known& known, Moment moment) -> Decided {
               auto outcome =
                   decide_relay_switch_request(law(), own(known, command.actor.organization), command, moment);
               if (!outcome) return tl::unexpected(std::move(outcome.error()));
               return Proposed{std::move(outcome->events), {}, nullptr};
             }});
    return;
  }
  const auto asked = any(pending);
  const DecideRelaySwitch command{
      person(asked.organization, one_of({Role::ciso, Role::csirt_head})), asked.id, !chance(4), "可", {}, {}};
  perform({"switch", command.actor, {}, {}, [this, command, own, asked](const Known& known, Moment moment) -> Decided {
             if (auto refusal = refuse_eyes(known, command.actor, asked.asked_by, command.approved))
               return tl::unexpected(std::move(*refusal));
             auto eyes = command;
             eyes.applicant = authority_of(known, asked.asked_by, asked.organization);
             eyes.approver = authority_of(known, command.actor.token, asked.organization);
             auto outcome = decide_relay_switch(own(known, asked.organization), eyes, moment);
             if (!outcome) return tl::unexpected(std::move(outcome.error()));
             return Proposed{std::move(outcome->events), {}, nullptr};
           }});
}

// -- Information of a case ------------------------------------------------------------------------------------------

void World::change_label(const Incident& incident) {
  const auto* body = source_.registry.standing_for(incident.organization, japanese_day(clock()));
  const std::string own = chance(12) ? any(cast_) : body ? body->slug : incident.organization;
  const LabelChange* pending = nullptr;
  for (const auto& change : incident.label_changes)
    if (change.decision == LabelChange::Decision::pending) pending = &change;
  if (!pending) {
    const AskLabelChange command{person(own, Role::csirt_member), "", Grades{1 + below(2), below(3), below(3)},
                                 "見直し"};
    perform(on_case("ask_label", incident.id, command.actor,
                    [this, command](const Incident& known, const Known&, Moment moment) {
                      return decide_label_change_request(law(), known, command, moment);
                    }));
    return;
  }
  DecideLabelChange command{
      person(own, one_of({Role::csirt_head, Role::section_officer, Role::ciso, Role::csirt_member})),
      pending->id,
      !chance(3),
      "可",
      {},
      {}};
  perform(on_case("decide_label", incident.id, command.actor,
                  [this, command](const Incident& known, const Known& all, Moment moment) -> Outcome {
                    auto eyes = command;
                    if (const auto* asked = known.find(command.change)) {
                      if (auto refusal = refuse_eyes(all, command.actor, asked->asked_by, command.granted))
                        return tl::unexpected(std::move(*refusal));
                      eyes.applicant = authority_of(all, asked->asked_by, command.actor.organization);
                      eyes.approver = authority_of(all, command.actor.token, command.actor.organization);
                    }
                    return decide_label_change(law(), known, eyes, moment);
                  }));
}

void World::withhold(const Incident& incident) {
  if (!incident.withholdings.empty() && chance(3)) {
    const auto& withholding = any(incident.withholdings);
    const ReleaseContent command{person(withholding.organization, one_of({Role::csirt_head, Role::ciso})),
                                 withholding.id, "解消"};
    perform(on_case("release", incident.id, command.actor,
                    [this, command](const Incident& known, const Known&, Moment moment) {
                      return decide_release(law(), known, command, moment);
                    }));
    return;
  }
  const auto id = incident.id;
  WithholdContent command;
  command.actor =
      person(body_of(incident), one_of({Role::csirt_head, Role::ciso, Role::csirt_head, Role::csirt_member}));
  if (!incident.content_visible_to(command.actor.organization)) return;
  command.from = any(cast_);
  command.members = {one_of<const char*>({"systems", "summary", "impact", "category", "title", "large_scale"})};
  if (chance(2)) command.members.emplace_back("actions");
  command.reason = "捜査への支障";
  command.until = clock() + days(chance(8) ? 200 : 1 + below(60));
  perform(on_case("withhold", incident.id, command.actor,
                  [this, command](const Incident& known, const Known&, Moment moment) {
                    return decide_withholding(law(), known, command, moment);
                  }));
  if (findings().empty()) read(known_.incidents.at(id));
}

void World::share(const Incident& incident) {
  const auto* body = source_.registry.standing_for(incident.organization, japanese_day(clock()));
  const ShareInformation command{person(chance(8) ? any(cast_)
                                        : body    ? body->slug
                                                  : incident.organization,
                                        Role::csirt_member),
                                 any(cast_), "注意喚起"};
  perform(
      on_case("share", incident.id, command.actor, [this, command](const Incident& known, const Known&, Moment moment) {
        return decide_sharing(law(), known, command, moment);
      }));
}

void World::inquire(const Incident& incident) {
  std::vector<Inquiry> open;
  for (const auto& inquiry : incident.inquiries)
    if (inquiry.is_open()) open.push_back(inquiry);
  const auto voice = [&](const std::string& body) {
    const auto* known = source_.registry.find(body);
    return person(body, known && known->kind == routing::OrganizationKind::center && chance(2) ? Role::center_liaison
                                                                                               : Role::csirt_member);
  };
  if (!open.empty() && !chance(3)) {
    const auto& inquiry = any(open);
    if (chance(4)) {
      const WithdrawInquiry command{voice(chance(6) ? any(cast_) : inquiry.from), inquiry.id, "不要"};
      perform(on_case("withdraw_inquiry", incident.id, command.actor,
                      [this, command](const Incident& known, const Known&, Moment moment) {
                        return decide_inquiry_withdrawal(law(), known, command, moment);
                      }));
      return;
    }
    const AnswerInquiry command{voice(chance(6) ? any(cast_) : inquiry.to), inquiry.id, "回答"};
    perform(on_case("answer_inquiry", incident.id, command.actor,
                    [this, command](const Incident& known, const Known&, Moment moment) {
                      return decide_inquiry_answer(law(), known, command, moment);
                    }));
    return;
  }
  std::vector<std::string> seeing;
  for (const auto& [body, access] : incident.access)
    if (!is_of_cymat(body)) seeing.push_back(body);
  if (seeing.empty()) return;
  AskInquiry command{voice(any(seeing)), any(seeing), "照会", {}};
  if (!open.empty() && chance(2)) command.passes_on = any(open).id;
  perform(on_case("ask_inquiry", incident.id, command.actor,
                  [this, command](const Incident& known, const Known&, Moment moment) {
                    return decide_inquiry(law(), known, command, moment);
                  }));
}

// From above: the centre tells the agency, the agency the corporation. Nothing that is owed upward is met by it.
void World::tell_down(const Incident& incident) {
  std::vector<std::string> seeing;
  for (const auto& [body, access] : incident.access)
    if (!is_of_cymat(body)) seeing.push_back(body);
  if (seeing.empty()) return;
  const auto from = any(seeing);
  const auto* known_body = source_.registry.find(from);
  const TellDown command{
      person(from, known_body->kind == routing::OrganizationKind::center ? Role::center_liaison : Role::csirt_member),
      chance(2) ? incident.organization : any(seeing), "注意喚起"};
  perform(on_case("tell_down", incident.id, command.actor,
                  [this, command](const Incident& known, const Known&, Moment moment) {
                    return decide_notice_down(law(), known, command, moment);
                  }));
}

// What the store's policies and the view of a report show to a body.
void World::read(const Incident& incident) {
  for (int i = 0; i < 6; ++i) {
    std::vector<std::string> bodies;
    for (const auto& [body, access] : incident.access) bodies.push_back(body);
    std::string body = bodies.empty() || chance(4) ? any(cast_) : any(bodies);
    const auto& members = report_members();
    std::string member(members[static_cast<std::size_t>(below(static_cast<int>(members.size())))]);
    if (!incident.withholdings.empty() && chance(2)) {
      const auto& withholding = any(incident.withholdings);
      body = withholding.from;
      member = any(withholding.members);
    }
    bool shown = incident.content_visible_to(body) && sees_member(law(), incident, body, member, clock());
    const auto* reader = source_.registry.find(body);
    const bool of_all = reader && (reader->kind == routing::OrganizationKind::center ||
                                   reader->kind == routing::OrganizationKind::national_agency);
    if (options_.mutant == "withheld_shown" && incident.content_visible_to(body) && !shown && of_all)
      shown = altered_ = true;
    if (options_.mutant == "unseen_shown" && !incident.content_visible_to(body)) shown = altered_ = true;
    auditor_.read({to_string(incident.id), body, member, simulation::plain(clock()), shown});
  }
}

}  // namespace noroshi::simulation
