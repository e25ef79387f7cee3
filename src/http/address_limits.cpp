#include "src/http/address_limits.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <functional>

namespace noroshi::http {
namespace {

constexpr int handshake_burst_seconds = 2;
constexpr auto failure_burst = std::chrono::minutes(1);
// A token that was good goes on being looked up, from whatever address: colleagues of an attacker behind one address.
constexpr auto good_lately = std::chrono::minutes(10);
constexpr std::size_t most_good = 4096;
// Above that, addresses of which nothing is left to be known are forgotten. Those of the others are no more than can be
// connected within the burst.
constexpr std::size_t usual_size = 1024;

AddressLimits::clock::duration interval(std::chrono::nanoseconds of, int count) {
  return count > 0 ? std::chrono::duration_cast<AddressLimits::clock::duration>(of / count) : AddressLimits::clock::duration::zero();
}

}  // namespace

AddressLimits::AddressLimits(int handshakes_per_second, int failed_tokens_per_minute)
    : handshake_interval_(interval(std::chrono::seconds(1), handshakes_per_second)),
      failure_interval_(interval(std::chrono::minutes(1), failed_tokens_per_minute)) {}

AddressLimits::clock::duration AddressLimits::wait_for_handshake(const std::string& address, clock::duration most,
                                                                 clock::time_point now) {
  if (handshake_interval_ == clock::duration::zero()) return clock::duration::zero();
  forget_full(handshakes_, now);
  const auto found = handshakes_.find(address);
  const clock::time_point full = std::max(found == handshakes_.end() ? now : found->second, now) + handshake_interval_;
  const clock::duration wait = full - now - std::chrono::seconds(handshake_burst_seconds);
  if (wait > most) return wait;
  handshakes_[address] = full;
  return std::max(wait, clock::duration::zero());
}

AddressLimits::Try AddressLimits::try_token(const std::string& address, std::string_view bearer, clock::time_point now) {
  if (failure_interval_ == clock::duration::zero()) return Try::free;
  const auto good = good_.find(std::hash<std::string_view>{}(bearer));
  if (good != good_.end() && good->second > now) return Try::free;
  forget_full(failures_, now);
  const auto found = failures_.find(address);
  const clock::time_point full = std::max(found == failures_.end() ? now : found->second, now) + failure_interval_;
  if (full > now + failure_burst) return Try::refused;
  failures_[address] = full;
  return Try::counted;
}

void AddressLimits::give_back(const std::string& address) {
  if (const auto found = failures_.find(address); found != failures_.end()) found->second -= failure_interval_;
}

void AddressLimits::token_was_good(std::string_view bearer, clock::time_point now) {
  if (failure_interval_ == clock::duration::zero()) return;
  if (good_.size() >= most_good) good_.clear();
  good_[std::hash<std::string_view>{}(bearer)] = now + good_lately;
}

void AddressLimits::token_was_bad(std::string_view bearer) {
  good_.erase(std::hash<std::string_view>{}(bearer));
}

void AddressLimits::forget_full(Buckets& buckets, clock::time_point now) {
  if (buckets.size() < usual_size) return;
  std::erase_if(buckets, [now](const auto& bucket) { return bucket.second <= now; });
}

std::string counted_address(const std::string& address) {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(address, error);
  if (error || !parsed.is_v6()) return address;
  auto bytes = parsed.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return boost::asio::ip::make_address_v6(bytes).to_string() + "/64";
}

}  // namespace noroshi::http
