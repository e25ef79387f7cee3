#include "src/core/decide_endpoint.h"

#include <algorithm>

#include "src/core/duties.h"

namespace noroshi::core {
namespace {

EndpointDecision decision_of(const Actor& actor, Moment moment, Happening what, Endpoint after) {
  return {{Event{moment.identifiers.next<EventId>(), moment.now, actor, IncidentId{}, std::move(what)}}, std::move(after)};
}

Refusal not_found() { return refuse(RefusalCode::not_found, "見つかりません。", "Not found."); }

Refusal wrong_role() {
  return refuse(RefusalCode::role_required,
                "宛先を扱えるのは、CSIRT 責任者、外部との連絡担当、最高情報セキュリティ責任者、及び各窓口の担当です。",
                "Endpoints are for the head of the CSIRT, its external contact, the CISO and the desks.");
}

Refusal wrong_state(const Endpoint& endpoint) {
  const std::string state(to_string(endpoint.state));
  return refuse(RefusalCode::transition_not_allowed, "宛先の状態（" + state + "）では、これはできません。",
                "The endpoint is " + state + "; this does not follow from there.");
}

const Endpoint* find(const std::vector<Endpoint>& known, EndpointId id, const std::string& organization) {
  const auto found = std::find_if(known.begin(), known.end(), [&](const Endpoint& endpoint) { return endpoint.id == id; });
  const bool there = found != known.end() && (organization.empty() || found->organization == organization);
  return there ? &*found : nullptr;
}

bool is_word(std::string_view text, std::size_t longest) {
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// Bounds alone: what a setting means is for its channel to say.
std::vector<FieldError> mistakes_in(const ProposeEndpoint& command) {
  std::vector<FieldError> mistakes;
  const auto mistake = [&](std::string pointer, std::string code, std::string ja, std::string en) {
    mistakes.push_back({std::move(pointer), std::move(code), {std::move(ja), std::move(en)}});
  };
  if (!is_word(command.channel, longest_setting_name)) mistake("/channel", "value", "経路の名前です。", "It is the name of a channel.");
  if (command.name.empty()) mistake("/name", "required", "必須です。", "It is required.");
  if (command.name.size() > longest_endpoint_name)
    mistake("/name", "too_long", "長すぎます（200バイトまで）。", "It is too long (200 bytes at most).");
  if (command.settings.size() > most_settings)
    mistake("/settings", "too_many", "多すぎます（32まで）。", "They are too many (32 at most).");
  for (const auto& [name, value] : command.settings) {
    // A name that is no word is not told: it may be of any length.
    if (!is_word(name, longest_setting_name)) {
      mistake("/settings", "value", "設定の名前は a-z、0-9、_ の64字までです。", "A setting's name has up to 64 of a-z, 0-9 and _.");
    } else if (value.size() > longest_setting) {
      mistake("/settings/" + name, "too_long", "長すぎます（16 KiB まで）。", "It is too long (16 KiB at most).");
    }
  }
  const auto& kinds = command.filter.kinds;
  for (auto kind = kinds.begin(); kind != kinds.end(); ++kind)
    if (std::find(kinds.begin(), kind, *kind) != kind) {
      mistake("/filter/kinds", "duplicate", "同じ種別が重なっています。", "A kind stands twice.");
      break;
    }
  if (command.filter.role && !hears_alarms(*command.filter.role))
    mistake("/filter/role", "value", "警報を受ける役割ではありません。", "That role is told of no alarms.");
  return mistakes;
}

// Moves an endpoint by a person's word, or the daemon's.
template <class What>
EndpointOutcome move(const std::vector<Endpoint>& known, const Actor& actor, EndpointId id, EndpointEvent event, What what,
                     Moment moment, const std::string& cause = {}) {
  const auto* endpoint = find(known, id, actor.organization);
  if (!endpoint) return tl::unexpected(not_found());
  const auto state = next(endpoint->state, event);
  if (!state) return tl::unexpected(wrong_state(*endpoint));
  Endpoint after = *endpoint;
  after.state = *state;
  after.cause = cause;
  ++after.revision;
  what.organization = endpoint->organization;
  return decision_of(actor, moment, std::move(what), std::move(after));
}

bool is_person_who_sets(const Actor& actor) { return actor.role && sets_endpoints(*actor.role); }

}  // namespace

bool sets_endpoints(Role role) {
  switch (role) {
    case Role::csirt_head:
    case Role::external_contact:
    case Role::ciso:
    case Role::center_liaison:
    case Role::police_desk:
    case Role::crisis_desk: return true;
    default: return false;
  }
}

EndpointOutcome decide_endpoint_proposal(const std::vector<Endpoint>& known, const ProposeEndpoint& command, Moment moment) {
  const auto& actor = command.actor;
  if (!is_person_who_sets(actor)) return tl::unexpected(wrong_role());
  if (auto mistakes = mistakes_in(command); !mistakes.empty())
    return tl::unexpected(Refusal{RefusalCode::invalid,
                                  {"送信内容に誤りがあります。errors の各項目を直して再送してください。",
                                   "The submission has mistakes. Mend each one listed in errors and send it again."},
                                  std::move(mistakes)});
  const auto live = std::count_if(known.begin(), known.end(), [](const Endpoint& endpoint) { return is_live(endpoint.state); });
  if (static_cast<std::size_t>(live) >= most_live_endpoints)
    return tl::unexpected(refuse(RefusalCode::endpoint_limit,
                                 "この機関の宛先は16までです。使わない宛先を廃止してください。",
                                 "A body has 16 endpoints at most. Withdraw one that is not used."));
  Endpoint endpoint;
  endpoint.id = moment.identifiers.next<EndpointId>();
  endpoint.organization = actor.organization;
  endpoint.channel = command.channel;
  endpoint.name = command.name;
  endpoint.zone = command.zone;
  endpoint.settings = command.settings;
  endpoint.filter = command.filter;
  endpoint.asked_by = actor.token;
  endpoint.asked_by_name = actor.name;
  return decision_of(actor, moment, EndpointProposed{endpoint}, endpoint);
}

EndpointOutcome decide_endpoint(const std::vector<Endpoint>& known, const DecideEndpoint& command, Moment moment) {
  const auto& actor = command.actor;
  if (!is_person_who_sets(actor)) return tl::unexpected(wrong_role());
  const auto* endpoint = find(known, command.endpoint, actor.organization);
  if (!endpoint) return tl::unexpected(not_found());
  if (endpoint->state != EndpointState::proposed)
    return tl::unexpected(refuse(RefusalCode::endpoint_decided, "この宛先は決定済みです。", "This endpoint has been decided on."));
  if (same_person(endpoint->asked_by, endpoint->asked_by_name, actor))
    return tl::unexpected(refuse(RefusalCode::four_eyes,
                                 "申請した本人は決定できません（統一基準 2.1.1(8)）。別の者が決定してください。",
                                 "Who asked may not decide (standard 2.1.1(8)). Another person must."));
  if (same_authority(command.applicant, command.approver))
    return tl::unexpected(refuse(RefusalCode::four_eyes,
                                 "申請者と同一の者であるか、一方が他方の委任を受けています（統一基準 2.1.1(8)）。委任関係のない別の者が決定してください。",
                                 "It is the same person, or one acts by delegation of the other (standard 2.1.1(8)). Somebody else must decide."));
  return move(known, actor, command.endpoint, command.approved ? EndpointEvent::approve : EndpointEvent::reject,
              EndpointDecided{command.endpoint, {}, command.approved, command.reason}, moment);
}

EndpointOutcome decide_endpoint_disabling(const std::vector<Endpoint>& known, const DisableEndpoint& command, Moment moment) {
  const bool by_daemon = !command.actor.role && !command.actor.token;
  if (!by_daemon && !is_person_who_sets(command.actor)) return tl::unexpected(wrong_role());
  const std::string cause = by_daemon ? command.cause : std::string();
  return move(known, command.actor, command.endpoint, EndpointEvent::disable,
              EndpointDisabled{command.endpoint, {}, cause, command.reason}, moment, cause);
}

EndpointOutcome decide_endpoint_resumption(const std::vector<Endpoint>& known, const ResumeEndpoint& command, Moment moment) {
  if (!is_person_who_sets(command.actor)) return tl::unexpected(wrong_role());
  return move(known, command.actor, command.endpoint, EndpointEvent::resume,
              EndpointResumed{command.endpoint, {}, command.reason}, moment);
}

EndpointOutcome decide_endpoint_withdrawal(const std::vector<Endpoint>& known, const WithdrawEndpoint& command, Moment moment) {
  if (!is_person_who_sets(command.actor)) return tl::unexpected(wrong_role());
  return move(known, command.actor, command.endpoint, EndpointEvent::withdraw,
              EndpointWithdrawn{command.endpoint, {}, command.reason}, moment);
}

namespace {

struct DecideCommand {
  const std::vector<Endpoint>& known;
  Moment moment;
  EndpointOutcome operator()(const ProposeEndpoint& command) const { return decide_endpoint_proposal(known, command, moment); }
  EndpointOutcome operator()(const DecideEndpoint& command) const { return decide_endpoint(known, command, moment); }
  EndpointOutcome operator()(const DisableEndpoint& command) const { return decide_endpoint_disabling(known, command, moment); }
  EndpointOutcome operator()(const ResumeEndpoint& command) const { return decide_endpoint_resumption(known, command, moment); }
  EndpointOutcome operator()(const WithdrawEndpoint& command) const { return decide_endpoint_withdrawal(known, command, moment); }
};

}  // namespace

EndpointOutcome decide_endpoint_command(const std::vector<Endpoint>& known, const EndpointCommand& command, Moment moment) {
  return std::visit(DecideCommand{known, moment}, command);
}

// -- For a record that others may have altered ---------------------------------------------------------------------

namespace {

// What an event of an endpoint does to it; nothing for the proposal and for other events.
struct Step {
  EndpointId endpoint;
  const std::string* organization;
  EndpointEvent event;
  std::string cause;
};
std::optional<Step> step_of(const Happening& happening) {
  if (const auto* decided = std::get_if<EndpointDecided>(&happening))
    return Step{decided->endpoint, &decided->organization,
                decided->approved ? EndpointEvent::approve : EndpointEvent::reject, {}};
  if (const auto* disabled = std::get_if<EndpointDisabled>(&happening))
    return Step{disabled->endpoint, &disabled->organization, EndpointEvent::disable, disabled->cause};
  if (const auto* resumed = std::get_if<EndpointResumed>(&happening))
    return Step{resumed->endpoint, &resumed->organization, EndpointEvent::resume, {}};
  if (const auto* withdrawn = std::get_if<EndpointWithdrawn>(&happening))
    return Step{withdrawn->endpoint, &withdrawn->organization, EndpointEvent::withdraw, {}};
  return std::nullopt;
}

bool may_act(const Endpoint& before, const Event& event) {
  const auto& actor = event.actor;
  if (const auto* disabled = std::get_if<EndpointDisabled>(&event.what); disabled && !actor.role)
    return is_cause(disabled->cause);
  if (const auto* disabled = std::get_if<EndpointDisabled>(&event.what); disabled && !disabled->cause.empty()) return false;
  if (actor.organization != before.organization || !is_person_who_sets(actor)) return false;
  return !std::holds_alternative<EndpointDecided>(event.what) ||
         !same_person(before.asked_by, before.asked_by_name, actor);
}

}  // namespace

bool is_of_endpoint(const Happening& happening) {
  return std::holds_alternative<EndpointProposed>(happening) || step_of(happening).has_value();
}

bool may_follow(const std::vector<Endpoint>& known, const Event& event) {
  if (const auto* proposed = std::get_if<EndpointProposed>(&event.what)) {
    const auto& endpoint = proposed->endpoint;
    return endpoint.organization == event.actor.organization && is_person_who_sets(event.actor) &&
           event.actor.token && !find(known, endpoint.id, {});
  }
  const auto step = step_of(event.what);
  const auto* before = step ? find(known, step->endpoint, *step->organization) : nullptr;
  return before && !step->organization->empty() && next(before->state, step->event) && may_act(*before, event);
}

void evolve(std::vector<Endpoint>& known, const Event& event) {
  if (const auto* proposed = std::get_if<EndpointProposed>(&event.what)) {
    auto& endpoint = known.emplace_back(proposed->endpoint);
    endpoint.asked_by = event.actor.token;
    endpoint.asked_by_name = event.actor.name;
  }
  const auto step = step_of(event.what);
  if (!step) return;
  for (auto& endpoint : known)
    if (endpoint.id == step->endpoint) {
      endpoint.state = *next(endpoint.state, step->event);
      endpoint.cause = step->cause;
      ++endpoint.revision;
    }
}

}  // namespace noroshi::core
