#include "src/delivery/name_lookup.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <future>
#include <memory>
#include <thread>

namespace noroshi::delivery {
namespace {

namespace ip = boost::asio::ip;

constexpr int most_lookups = 32;
std::atomic<int> under_way = 0;

ip::address address_of(const addrinfo& info) {
  if (info.ai_family == AF_INET) {
    ip::address_v4::bytes_type bytes;
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in*>(info.ai_addr)->sin_addr, bytes.size());
    return ip::address_v4(bytes);
  }
  ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6*>(info.ai_addr)->sin6_addr, bytes.size());
  return ip::address_v6(bytes);
}

NameLookup ask_system(const std::string& host) {
  NameLookup lookup;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) return lookup;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(list, freeaddrinfo);
  for (const addrinfo* each = list; each; each = each->ai_next) {
    if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
    const auto address = address_of(*each);
    if (std::find(lookup.addresses.begin(), lookup.addresses.end(), address) == lookup.addresses.end())
      lookup.addresses.push_back(address);
  }
  if (!lookup.addresses.empty()) lookup.outcome = NameLookup::Outcome::found;
  return lookup;
}

}  // namespace

NameLookup look_up(const std::string& host, std::chrono::steady_clock::time_point deadline) {
  using Outcome = NameLookup::Outcome;
  if (under_way.fetch_add(1) >= most_lookups) {
    --under_way;
    return {Outcome::busy, {}};
  }
  std::future<NameLookup> answer;
  try {
    auto promise = std::make_shared<std::promise<NameLookup>>();
    answer = promise->get_future();
    std::thread([promise, host] {
      NameLookup found;
      try {
        found = ask_system(host);
      } catch (const std::exception&) {
        found = NameLookup{};  // no memory: nothing is known of the name
      }
      --under_way;
      promise->set_value(std::move(found));
    }).detach();
  } catch (const std::exception&) {  // no thread
    --under_way;
    return {Outcome::busy, {}};
  }
  if (answer.wait_until(deadline) != std::future_status::ready) return {Outcome::late, {}};
  return answer.get();
}

}  // namespace noroshi::delivery
