#include "src/sign_in/challenge.h"

#include "src/sealing/base64url.h"
#include "src/sign_in/keyed_hash.h"
#include "src/sign_in/passphrase.h"

namespace noroshi::sign_in {
namespace {

constexpr std::size_t time_length = 8, mac_length = 32;

std::string mac_of(std::string_view key, std::string_view purpose, std::string_view said) {
  return keyed_hash(key, std::string("noroshi challenge\n").append(purpose).append("\n").append(said));
}

}  // namespace

std::string write_state(std::string_view key, std::string_view purpose, std::string_view challenge, std::int64_t now) {
  std::string said;
  for (int i = 7; i >= 0; --i) said += static_cast<char>(static_cast<std::uint64_t>(now) >> (8 * i));
  said.append(challenge);
  return sealing::to_base64url(said + mac_of(key, purpose, said));
}

std::optional<std::string> read_state(std::string_view key, std::string_view purpose, std::string_view state, std::int64_t now) {
  if (state.size() > longest_state) return std::nullopt;
  const auto bytes = sealing::from_base64url(state);
  if (!bytes || bytes->size() != time_length + challenge_length + mac_length) return std::nullopt;
  const auto said = std::string_view(*bytes).substr(0, time_length + challenge_length);
  if (!same_bytes(mac_of(key, purpose, said), std::string_view(*bytes).substr(said.size()))) return std::nullopt;
  std::uint64_t made = 0;
  for (std::size_t i = 0; i < time_length; ++i) made = made << 8 | static_cast<unsigned char>(said[i]);
  const auto age = now - static_cast<std::int64_t>(made);
  // Daemons on one database may differ by a little.
  if (age < -30 || age > challenge_lifetime) return std::nullopt;
  return std::string(said.substr(time_length));
}

}  // namespace noroshi::sign_in
