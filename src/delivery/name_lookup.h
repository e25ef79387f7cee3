// What addresses a name has, asked of the system and no longer waited for than until the deadline: getaddrinfo() itself
// knows no deadline and cannot be stopped.
//
// Any thread. A lookup that is given up goes on in a thread of its own until the system answers; no more than 32 of
// them at once, after which lookups fail as `busy`.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace noroshi::delivery {

struct NameLookup {
  enum class Outcome { found, unknown, late, busy } outcome = Outcome::unknown;
  std::vector<boost::asio::ip::address> addresses;  // as the system prefers them, each once
};

// How a name becomes addresses. Never throws.
using Resolver = std::function<NameLookup(const std::string& host, std::chrono::steady_clock::time_point deadline)>;

NameLookup look_up(const std::string& host, std::chrono::steady_clock::time_point deadline);

}  // namespace noroshi::delivery
