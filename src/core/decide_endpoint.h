// Endpoints of a body: proposed by one person and decided by another (standard 2.1.1(8)), disabled, resumed, withdrawn.
//
// By csirt_head, external_contact, ciso, center_liaison, police_desk or crisis_desk of the body; what a channel asks of its
// settings is checked before (src/delivery/channel.h), here they are only bounded.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "src/core/authority.h"
#include "src/core/decision.h"

namespace noroshi::core {

inline constexpr std::size_t most_live_endpoints = 16;  // of a body
inline constexpr std::size_t most_settings = 32;        // of an endpoint
inline constexpr std::size_t longest_setting_name = 64;
inline constexpr std::size_t longest_setting = 16 * 1024;
inline constexpr std::size_t longest_endpoint_name = 200;

// What was decided of an endpoint. Its events are of no incident.
struct EndpointDecision {
  std::vector<Event> events;
  Endpoint after;
};
using EndpointOutcome = tl::expected<EndpointDecision, Refusal>;

// Whether who holds a token of that role sets the endpoints of his body.
bool sets_endpoints(Role role);

// `known` are the endpoints of the actor's body, in any order, here and below.
struct ProposeEndpoint {
  Actor actor;
  std::string channel;
  std::string name;
  Zone zone{};
  EndpointSettings settings;
  EndpointFilter filter;
};
EndpointOutcome decide_endpoint_proposal(const std::vector<Endpoint>& known, const ProposeEndpoint& command, Moment moment);

struct DecideEndpoint {
  Actor actor;
  EndpointId endpoint;
  bool approved = false;
  std::string reason;
  Authority applicant{};  // of who asked, when he asked and now; of nobody where the staff is not known
  Authority approver{};   // of the actor, likewise
};
EndpointOutcome decide_endpoint(const std::vector<Endpoint>& known, const DecideEndpoint& command, Moment moment);

// By a person of the body; or by the daemon, with a cause: the endpoint said that it is gone, or is not who it was.
struct DisableEndpoint {
  Actor actor;
  EndpointId endpoint;
  std::string cause;  // the daemon's
  std::string reason;
};
EndpointOutcome decide_endpoint_disabling(const std::vector<Endpoint>& known, const DisableEndpoint& command, Moment moment);

// By one person: an endpoint is not changed, so that two have approved it as it is.
struct ResumeEndpoint {
  Actor actor;
  EndpointId endpoint;
  std::string reason;
};
EndpointOutcome decide_endpoint_resumption(const std::vector<Endpoint>& known, const ResumeEndpoint& command, Moment moment);

struct WithdrawEndpoint {
  Actor actor;
  EndpointId endpoint;
  std::string reason;
};
EndpointOutcome decide_endpoint_withdrawal(const std::vector<Endpoint>& known, const WithdrawEndpoint& command, Moment moment);

using EndpointCommand = std::variant<ProposeEndpoint, DecideEndpoint, DisableEndpoint, ResumeEndpoint, WithdrawEndpoint>;
EndpointOutcome decide_endpoint_command(const std::vector<Endpoint>& known, const EndpointCommand& command, Moment moment);

// As for switches of the relay (relay_switch.h); `known` may be of many bodies.
bool is_of_endpoint(const Happening& happening);
bool may_follow(const std::vector<Endpoint>& known, const Event& event);
void evolve(std::vector<Endpoint>& known, const Event& event);

}  // namespace noroshi::core
