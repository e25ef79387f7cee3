// Passkeys: what a browser brings of an authenticator, held against what the standard asks of a relying party (WebAuthn Level 2,
// https://www.w3.org/TR/webauthn-2/, sections 7.1 and 7.2). No attestation is asked for: which maker an authenticator is of is
// nobody's affair here. User verification is required. Pure; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "src/sign_in/cose_key.h"

namespace noroshi::sign_in {

constexpr std::size_t longest_client_data = 4096;  // bytes
constexpr std::size_t longest_credential = 1023;   // bytes (7.1 step 17 of Level 3; CTAP2)

// Which check failed: for whoever sets a passkey up; who signs in is told one text whatever it was.
enum class WebAuthnFault {
  client_data_unreadable,
  wrong_type,
  wrong_challenge,
  wrong_origin,
  attestation_unreadable,
  attestation_not_asked_for,
  authenticator_data_unreadable,
  wrong_relying_party,
  user_not_present,
  user_not_verified,
  wrong_credential,
  key_not_supported,
  wrong_signature,
};
std::string_view to_string(WebAuthnFault fault);
template <class T>
using WebAuthn = tl::expected<T, WebAuthnFault>;

// What the relying party knows.
struct Expectation {
  std::string challenge;      // bytes
  std::string relying_party;  // rpId
  std::function<bool(std::string_view origin)> is_origin;  // "https://HOST:PORT"
};

struct Registration {
  std::string id;  // of the credential
  PasskeyKey key;
  std::uint32_t counter = 0;
};
// navigator.credentials.create(): `id` as the browser gave it.
WebAuthn<Registration> verify_registration(const Expectation& expected, std::string_view id, std::string_view client_data_json,
                                           std::string_view attestation_object);

struct Assertion {
  std::uint32_t counter = 0;  // whether it rose, the caller looks up (section 6.1.1)
};
// navigator.credentials.get(), of a credential whose key is known.
WebAuthn<Assertion> verify_assertion(const Expectation& expected, const PasskeyKey& key, std::string_view client_data_json,
                                     std::string_view authenticator_data, std::string_view signature);

}  // namespace noroshi::sign_in
