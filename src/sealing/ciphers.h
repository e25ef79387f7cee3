// The symmetric half, with OpenSSL: AES-256-GCM for the content, the key that wraps, AES-256 key wrap.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/sealing/jwe.h"

namespace noroshi::sealing {

constexpr std::size_t content_key_length = 32, wrapped_key_length = 40;
constexpr std::size_t iv_length = 12, tag_length = 16;

// Fresh bytes for a key. Empty where there is no randomness.
Secret draw_key();
// The 32 bytes that this key and this label alone give: HKDF-SHA-256 (RFC 5869), the label as info. Empty where the library
// failed.
Secret derive_key(const Secret& key, std::string_view label);

// A256GCM (RFC 7518 5.3). `aad` is all that is authenticated beside the text.
struct Encrypted {
  std::string iv, ciphertext, tag;
};
std::optional<Encrypted> encrypt(std::string_view plaintext, std::string_view aad, const Secret& key);
// With an IV that follows from the text: HMAC-SHA-256 of aad and text under `iv_key`, its first 12 bytes. The same text is encrypted to the
// same bytes, and two texts have one IV once in 2^48 texts under one key.
std::optional<Encrypted> encrypt_alike(std::string_view plaintext, std::string_view aad, const Secret& key, const Secret& iv_key);
// Nothing where they do not belong together.
std::optional<Secret> decrypt(const Encrypted& encrypted, std::string_view aad, const Secret& key);

// The wrapping key of ECDH-ES+A256KW out of what two keys agreed on: one round of the Concat KDF with SHA-256
// (RFC 7518 4.6.2, SP 800-56A 5.8.1), no party named.
Secret wrapping_key(const Secret& agreed);

// AES-256 key wrap (RFC 3394). Empty, or nothing, where the library failed, or it is not wrapped with this key.
std::string wrap_key(const Secret& key, const Secret& wrapping);
std::optional<Secret> unwrap_key(std::string_view wrapped, const Secret& wrapping);

}  // namespace noroshi::sealing
