#include "src/sign_in/web_authn.h"

#include <boost/json/value.hpp>

#include "src/sealing/base64url.h"
#include "src/sealing/strict_object.h"
#include "src/sign_in/keyed_hash.h"
#include "src/sign_in/passphrase.h"

namespace noroshi::sign_in {
namespace {

using Kind = CborItem::Kind;
using Fault = WebAuthnFault;

constexpr unsigned char user_present = 0x01, user_verified = 0x04, attested_data = 0x40, extension_data = 0x80;

// Section 5.8.1, steps 5 to 9 of 7.1 and 8 to 11 of 7.2.
WebAuthn<void> check_client_data(const Expectation& expected, std::string_view type, std::string_view json) {
  const auto object = json.size() <= longest_client_data ? sealing::read_object(json) : std::nullopt;
  if (!object) return tl::unexpected(Fault::client_data_unreadable);
  const auto said_type = sealing::text_at(*object, "type");
  const auto said_challenge = sealing::text_at(*object, "challenge");
  const auto said_origin = sealing::text_at(*object, "origin");
  if (!said_type || !said_challenge || !said_origin) return tl::unexpected(Fault::client_data_unreadable);
  if (*said_type != type) return tl::unexpected(Fault::wrong_type);
  if (!same_bytes(*said_challenge, sealing::to_base64url(expected.challenge))) return tl::unexpected(Fault::wrong_challenge);
  if (!expected.is_origin(*said_origin)) return tl::unexpected(Fault::wrong_origin);
  // In a frame of another origin somebody else may show what is being agreed to.
  if (const auto* cross = object->if_contains("crossOrigin"); cross && !(cross->is_bool() && !cross->as_bool()))
    return tl::unexpected(Fault::wrong_origin);
  return {};
}

struct AuthenticatorData {
  std::uint32_t counter = 0;
  std::string_view id;  // of the credential, where it is attested
  std::optional<CborItem> key;
};

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

// Section 6.1: to its last byte.
WebAuthn<AuthenticatorData> read_authenticator_data(const Expectation& expected, std::string_view bytes, bool attested) {
  constexpr std::size_t hash_length = 32, fixed = hash_length + 1 + 4;
  if (bytes.size() < fixed) return tl::unexpected(Fault::authenticator_data_unreadable);
  const auto flags = static_cast<unsigned char>(bytes[hash_length]);
  if (bytes.substr(0, hash_length) != sha256(expected.relying_party)) return tl::unexpected(Fault::wrong_relying_party);
  if ((flags & user_present) == 0) return tl::unexpected(Fault::user_not_present);
  if ((flags & user_verified) == 0) return tl::unexpected(Fault::user_not_verified);
  if (attested != ((flags & attested_data) != 0)) return tl::unexpected(Fault::authenticator_data_unreadable);
  AuthenticatorData data;
  data.counter = static_cast<std::uint32_t>(big_endian(bytes.substr(hash_length + 1, 4)));
  auto rest = bytes.substr(fixed);
  if (attested) {
    constexpr std::size_t maker_length = 16, size_length = 2;
    if (rest.size() < maker_length + size_length) return tl::unexpected(Fault::authenticator_data_unreadable);
    const auto size = big_endian(rest.substr(maker_length, size_length));
    rest.remove_prefix(maker_length + size_length);
    if (size == 0 || size > longest_credential || size > rest.size()) return tl::unexpected(Fault::authenticator_data_unreadable);
    data.id = rest.substr(0, size);
    rest.remove_prefix(size);
    data.key = read_cbor(rest);
    if (!data.key) return tl::unexpected(Fault::authenticator_data_unreadable);
  }
  if ((flags & extension_data) != 0) {
    const auto extensions = read_cbor(rest);
    if (!extensions || extensions->kind != Kind::map) return tl::unexpected(Fault::authenticator_data_unreadable);
  }
  if (!rest.empty()) return tl::unexpected(Fault::authenticator_data_unreadable);
  return data;
}

// "none", or self attestation, which a browser may pass on unchanged though none was asked for (5.4.7).
WebAuthn<void> check_attestation(const CborItem& attestation, const PasskeyKey& key, std::string_view signed_text) {
  const auto* format = attestation.find("fmt", Kind::text);
  const auto* statement = attestation.find("attStmt", Kind::map);
  if (!format || !statement) return tl::unexpected(Fault::attestation_unreadable);
  if (format->bytes == "none")
    return statement->map.empty() ? WebAuthn<void>() : tl::unexpected(Fault::attestation_not_asked_for);
  if (format->bytes != "packed" || statement->map.size() != 2) return tl::unexpected(Fault::attestation_not_asked_for);
  const auto* algorithm = statement->find("alg", Kind::number);
  const auto* signature = statement->find("sig", Kind::bytes);
  if (!algorithm || !signature || algorithm->number != static_cast<int>(key.algorithm))
    return tl::unexpected(Fault::attestation_not_asked_for);
  return verify_signature(key, signed_text, signature->bytes) ? WebAuthn<void>() : tl::unexpected(Fault::wrong_signature);
}

}  // namespace

std::string_view to_string(WebAuthnFault fault) {
  switch (fault) {
    case Fault::client_data_unreadable:
      return "client_data_unreadable";
    case Fault::wrong_type:
      return "wrong_type";
    case Fault::wrong_challenge:
      return "wrong_challenge";
    case Fault::wrong_origin:
      return "wrong_origin";
    case Fault::attestation_unreadable:
      return "attestation_unreadable";
    case Fault::attestation_not_asked_for:
      return "attestation_not_asked_for";
    case Fault::authenticator_data_unreadable:
      return "authenticator_data_unreadable";
    case Fault::wrong_relying_party:
      return "wrong_relying_party";
    case Fault::user_not_present:
      return "user_not_present";
    case Fault::user_not_verified:
      return "user_not_verified";
    case Fault::wrong_credential:
      return "wrong_credential";
    case Fault::key_not_supported:
      return "key_not_supported";
    case Fault::wrong_signature:
      return "wrong_signature";
  }
  return "";
}

WebAuthn<Registration> verify_registration(const Expectation& expected, std::string_view id, std::string_view client_data_json,
                                           std::string_view attestation_object) {
  if (const auto checked = check_client_data(expected, "webauthn.create", client_data_json); !checked)
    return tl::unexpected(checked.error());
  const auto attestation = read_whole_cbor(attestation_object);
  const auto* bytes = attestation ? attestation->find("authData", Kind::bytes) : nullptr;
  if (!bytes) return tl::unexpected(Fault::attestation_unreadable);
  const auto data = read_authenticator_data(expected, bytes->bytes, true);
  if (!data) return tl::unexpected(data.error());
  if (data->id != id) return tl::unexpected(Fault::wrong_credential);
  auto key = read_cose_key(*data->key);
  if (!key) return tl::unexpected(Fault::key_not_supported);
  const auto signed_text = std::string(bytes->bytes) + sha256(client_data_json);
  if (const auto checked = check_attestation(*attestation, *key, signed_text); !checked) return tl::unexpected(checked.error());
  return Registration{std::string(data->id), std::move(*key), data->counter};
}

WebAuthn<Assertion> verify_assertion(const Expectation& expected, const PasskeyKey& key, std::string_view client_data_json,
                                     std::string_view authenticator_data, std::string_view signature) {
  if (const auto checked = check_client_data(expected, "webauthn.get", client_data_json); !checked)
    return tl::unexpected(checked.error());
  const auto data = read_authenticator_data(expected, authenticator_data, false);
  if (!data) return tl::unexpected(data.error());
  if (!verify_signature(key, std::string(authenticator_data) + sha256(client_data_json), signature))
    return tl::unexpected(Fault::wrong_signature);
  return Assertion{data->counter};
}

}  // namespace noroshi::sign_in
