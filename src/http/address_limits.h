// How often one address may do what costs the server more than the client: begin a handshake, and try a token that is none.
// What it takes beyond that it does not take from the others. Pure: times are given. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace noroshi::http {

class AddressLimits {
 public:
  using clock = std::chrono::steady_clock;

  // Each 0: no limit. Twice the handshakes of a second, and the failures of a minute, may come at once.
  AddressLimits(int handshakes_per_second, int failed_tokens_per_minute);

  // How long a new connection from there has to wait before its handshake; counts it. One that would wait longer than `most`
  // is not counted: the answer is then above `most`.
  clock::duration wait_for_handshake(const std::string& address, clock::duration most, clock::time_point now);

  // Whether a token from there may be looked up. Counts it until it is known to be good, so that many at once are no way
  // around; one that was good lately is not counted.
  enum class Try { counted, free, refused };
  Try try_token(const std::string& address, std::string_view bearer, clock::time_point now);
  // Of a counted try: it was no failure.
  void give_back(const std::string& address);
  void token_was_good(std::string_view bearer, clock::time_point now);
  void token_was_bad(std::string_view bearer);

  // Addresses of which anything is kept; for tests.
  std::size_t size() const { return handshakes_.size() + failures_.size(); }

 private:
  // A bucket of tokens, told by the moment at which it will be full again (the generic cell rate algorithm).
  using Buckets = std::unordered_map<std::string, clock::time_point>;
  static void forget_full(Buckets& buckets, clock::time_point now);

  const clock::duration handshake_interval_;
  const clock::duration failure_interval_;
  Buckets handshakes_;
  Buckets failures_;
  std::unordered_map<std::size_t, clock::time_point> good_;  // hash of a bearer token that was good: until when that counts
};

// Under which name a client's address is counted: IPv4 whole, IPv6 by its /64, of which anybody has as many addresses as he
// likes. `address` is numeric.
std::string counted_address(const std::string& address);

}  // namespace noroshi::http
