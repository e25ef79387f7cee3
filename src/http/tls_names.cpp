#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "src/http/tls.h"

namespace noroshi::http {
namespace {

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

// The one spelling of an address ("0:0::1" → "::1"); a host name in lower case.
std::string canonical(std::string_view name) {
  const std::string text(name);
  std::array<unsigned char, sizeof(in6_addr)> address{};
  std::array<char, INET6_ADDRSTRLEN> spelled{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (inet_pton(family, text.c_str(), address.data()) == 1) {
      return inet_ntop(family, address.data(), spelled.data(), spelled.size());
    }
  }
  return lower_case(text);
}

bool stands_for_all(std::string_view address) {
  return address == "0.0.0.0" || address == "::";
}

}  // namespace

std::vector<std::string> tls_names(std::string_view listen_address, std::string_view host_name,
                                   const std::vector<std::string>& further) {
  std::vector<std::string> names;
  const auto take = [&names](std::string_view name) {
    std::string spelled = canonical(name);
    if (spelled.empty() || stands_for_all(spelled)) return;
    if (std::find(names.begin(), names.end(), spelled) == names.end()) names.push_back(std::move(spelled));
  };
  take(listen_address);
  take("localhost");
  take("127.0.0.1");
  take("::1");
  take(host_name);
  for (const std::string& name : further) take(name);
  return names;
}

std::string machine_host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return {};
  const std::string text = lower_case(name.data());
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-.";
  const bool sound = text.find_first_not_of(allowed) == std::string::npos && text.size() <= 253;
  return sound ? text : std::string();
}

}  // namespace noroshi::http
