// Keys that annexes are sealed to: a body registers the public half by two persons, and holds the private half itself.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "src/core/identifier.h"

namespace noroshi::core {

enum class SealingKeyState {
  proposed,  // waits for the second person
  active,
  rejected,
  revoked,  // nothing more is sealed to it; what was stays readable to who holds it
};
enum class SealingKeyEvent { approve, reject, revoke };
std::string_view to_string(SealingKeyState state);
std::optional<SealingKeyState> parse_sealing_key_state(std::string_view text);
std::string_view to_string(SealingKeyEvent event);
std::span<const SealingKeyState> all_sealing_key_states();
std::span<const SealingKeyEvent> all_sealing_key_events();
// The state after the event, or nothing where the event is refused in that state. SQL mirrors it.
std::optional<SealingKeyState> next(SealingKeyState state, SealingKeyEvent event);

// A body may have several that are active: the old and the new one during a rotation. Annexes are sealed to all of them.
struct SealingKey {
  SealingKeyId id;
  std::string organization;
  std::string key_id;      // thumbprint of RFC 7638 (SHA-256) in base64url: 43 characters
  std::string public_key;  // a point of P-384, uncompressed (SEC 1, 2.3.3): 97 bytes
  std::string name;        // as its body calls it
  SealingKeyState state = SealingKeyState::proposed;
  std::optional<TokenId> asked_by;
  std::string asked_by_name;
  int revision = 1;
  friend bool operator==(const SealingKey&, const SealingKey&) = default;
};

}  // namespace noroshi::core
