// The URL of a receiver: https, a host, a port, a path, and nothing else. User info and a query would put secrets where
// anybody reads them; a fragment is never sent.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "routing/route.h"

namespace noroshi::delivery {

struct HttpsUrl {
  std::string host;  // lower case; a name, "192.0.2.1", or "2001:db8::1" without brackets
  bool is_address = false;
  std::uint16_t port = 443;
  std::string path = "/";

  // The Host field: with brackets and the port where they are needed.
  std::string authority() const;
};

// Or what is wrong with it. A number that only some resolvers read as an address (2130706433, 0x7f.1) is no host.
std::variant<HttpsUrl, routing::Reason> parse_https_url(std::string_view text);

}  // namespace noroshi::delivery
