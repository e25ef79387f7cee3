// One line for each answer.
#pragma once

#include <string_view>

namespace noroshi::http {

struct RequestObservation;

// To spdlog's default logger, at level info. Holds what the observation holds: the pattern of the route and
// never the target, no query, no body, no token. The address is there for the operator who has to find a
// flood's source.
void log_access(const RequestObservation& observation, std::string_view remote_address);

// What log_access() is logging on this thread just now, for a sink that writes members and not text alone; null outside of
// it.
struct AccessRecord {
  const RequestObservation& observation;
  std::string_view remote_address;
};
const AccessRecord* access_being_logged();

}  // namespace noroshi::http
