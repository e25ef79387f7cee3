// Endpoints: where a body wants its messages beside its inbox. Asked for by one person of the body and decided by another
// (standard 2.1.1(8)), since whoever sets one decides who reads what.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "routing/target.h"
#include "src/core/incident.h"
#include "src/core/role.h"

namespace noroshi::core {

// What lies between the daemon and the endpoint, from the least trusted on.
enum class Zone { internet, government_lan, closed };
std::string_view to_string(Zone zone);
std::optional<Zone> parse_zone(std::string_view text);

enum class EndpointState {
  proposed,   // waits for the second person
  active,
  rejected,
  disabled,   // by a person, or by the daemon: the endpoint said that it is gone, or its certificate is not valid any more
  withdrawn,  // by the body, for good
};
enum class EndpointEvent { approve, reject, disable, resume, withdraw };
std::string_view to_string(EndpointState state);
std::optional<EndpointState> parse_endpoint_state(std::string_view text);
std::string_view to_string(EndpointEvent event);
std::span<const EndpointState> all_endpoint_states();
std::span<const EndpointEvent> all_endpoint_events();
// The state after the event, or nothing where the event is refused in that state. 0027_delivery.sql mirrors it.
std::optional<EndpointState> next(EndpointState state, EndpointEvent event);
// Neither rejected nor withdrawn: one of the few that a body may have.
bool is_live(EndpointState state);

// What a channel has to know of an endpoint: "url", "addresses", "certificate", ... as the channel describes them.
using EndpointSettings = std::map<std::string, std::string>;

// Which messages go there. Everything that is empty asks for nothing.
struct EndpointFilter {
  std::vector<MessageKind> kinds;
  std::optional<Role> role;  // alarms for that role alone; other messages are for the whole body
  std::optional<routing::Severity> least;  // of an incident at least as grave
  friend bool operator==(const EndpointFilter&, const EndpointFilter&) = default;
};

struct Endpoint {
  EndpointId id;
  std::string organization;
  std::string channel;  // "webhook", "mail", "bundle"
  std::string name;     // as its body calls it
  Zone zone{};
  EndpointSettings settings;
  EndpointFilter filter;
  EndpointState state = EndpointState::proposed;
  std::string cause;  // why the daemon disabled it, a word of its channel; empty: a person did, or nobody
  std::optional<TokenId> asked_by;
  std::string asked_by_name;
  int revision = 1;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

}  // namespace noroshi::core
