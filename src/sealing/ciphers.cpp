#include "src/sealing/ciphers.h"

#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>

namespace noroshi::sealing {
namespace {

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

// Looking the algorithm up and making a context cost more than encrypting a short text: each thread does it once. Null where
// the library failed.
EVP_CIPHER_CTX* aes_256_gcm() {
  thread_local const Cipher cipher = [] {
    Cipher made(EVP_CIPHER_CTX_new());
    if (made && EVP_CipherInit_ex(made.get(), EVP_aes_256_gcm(), nullptr, nullptr, nullptr, 1) != 1) made.reset();
    return made;
  }();
  return cipher.get();
}

const unsigned char* in(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* out(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
int size_of(std::string_view text) {  // bounded far below 2^31 by the callers
  return static_cast<int>(text.size());
}

}  // namespace

Secret draw_key() {
  std::string key(content_key_length, '\0');
  const bool drawn = RAND_priv_bytes(out(key), size_of(key)) == 1;
  Secret secret(std::move(key));
  return drawn ? std::move(secret) : Secret();
}

Secret derive_key(const Secret& key, std::string_view label) {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr),
                                                                            EVP_PKEY_CTX_free);
  std::string derived(content_key_length, '\0');
  std::size_t length = derived.size();
  const bool good = context && EVP_PKEY_derive_init(context.get()) == 1 &&
                    EVP_PKEY_CTX_set_hkdf_md(context.get(), EVP_sha256()) == 1 &&
                    EVP_PKEY_CTX_set1_hkdf_key(context.get(), in(key.view()), size_of(key.view())) == 1 &&
                    EVP_PKEY_CTX_add1_hkdf_info(context.get(), in(label), size_of(label)) == 1 &&
                    EVP_PKEY_derive(context.get(), out(derived), &length) == 1 && length == content_key_length;
  Secret secret(std::move(derived));
  return good ? std::move(secret) : Secret();
}

namespace {

std::optional<Encrypted> encrypt_with(std::string iv, std::string_view plaintext, std::string_view aad, const Secret& key) {
  Encrypted made{std::move(iv), std::string(plaintext.size(), '\0'), std::string(tag_length, '\0')};
  EVP_CIPHER_CTX* cipher = aes_256_gcm();
  int length = 0;
  unsigned char none[16];  // GCM has no rest, but a place for it
  const bool good = cipher && key.view().size() == content_key_length &&
                    EVP_EncryptInit_ex(cipher, nullptr, nullptr, in(key.view()), in(made.iv)) == 1 &&
                    EVP_EncryptUpdate(cipher, nullptr, &length, in(aad), size_of(aad)) == 1 &&
                    (plaintext.empty() || EVP_EncryptUpdate(cipher, out(made.ciphertext), &length, in(plaintext),
                                                            size_of(plaintext)) == 1) &&
                    EVP_EncryptFinal_ex(cipher, none, &length) == 1 &&
                    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, tag_length, out(made.tag)) == 1;
  return good ? std::optional(std::move(made)) : std::nullopt;
}

}  // namespace

std::optional<Encrypted> encrypt(std::string_view plaintext, std::string_view aad, const Secret& key) {
  std::string iv(iv_length, '\0');
  if (RAND_bytes(out(iv), size_of(iv)) != 1) return std::nullopt;
  return encrypt_with(std::move(iv), plaintext, aad, key);
}

std::optional<Encrypted> encrypt_alike(std::string_view plaintext, std::string_view aad, const Secret& key, const Secret& iv_key) {
  // One text for one pair: the length of the first part goes before both.
  const auto text = std::to_string(aad.size()).append(1, ' ').append(aad).append(plaintext);
  std::string mac(32, '\0');
  unsigned int length = 0;
  if (!HMAC(EVP_sha256(), iv_key.view().data(), size_of(iv_key.view()), in(text), text.size(), out(mac), &length) ||
      length != mac.size())
    return std::nullopt;
  mac.resize(iv_length);
  return encrypt_with(std::move(mac), plaintext, aad, key);
}

std::optional<Secret> decrypt(const Encrypted& encrypted, std::string_view aad, const Secret& key) {
  if (encrypted.iv.size() != iv_length || encrypted.tag.size() != tag_length) return std::nullopt;
  std::string plaintext(encrypted.ciphertext.size(), '\0'), tag = encrypted.tag;
  EVP_CIPHER_CTX* cipher = aes_256_gcm();
  int length = 0;
  unsigned char none[16];
  const bool good = cipher && key.view().size() == content_key_length &&
                    EVP_DecryptInit_ex(cipher, nullptr, nullptr, in(key.view()), in(encrypted.iv)) == 1 &&
                    EVP_DecryptUpdate(cipher, nullptr, &length, in(aad), size_of(aad)) == 1 &&
                    (plaintext.empty() || EVP_DecryptUpdate(cipher, out(plaintext), &length, in(encrypted.ciphertext),
                                                            size_of(encrypted.ciphertext)) == 1) &&
                    EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, tag_length, out(tag)) == 1 &&
                    EVP_DecryptFinal_ex(cipher, none, &length) == 1;
  Secret opened(std::move(plaintext));  // wiped where it is not authentic
  return good ? std::optional(std::move(opened)) : std::nullopt;
}

Secret wrapping_key(const Secret& agreed) {
  constexpr std::string_view round("\0\0\0\1", 4);
  // AlgorithmID with its length, PartyUInfo and PartyVInfo of no length, SuppPubInfo: 256 bits.
  constexpr std::string_view other_info(
      "\0\0\0\x0e"
      "ECDH-ES+A256KW"
      "\0\0\0\0"
      "\0\0\0\0"
      "\0\0\1\0",
      30);
  std::string text;
  text.reserve(round.size() + agreed.view().size() + other_info.size());
  text.append(round).append(agreed.view()).append(other_info);
  std::string key(content_key_length, '\0');
  const bool good = EVP_Digest(text.data(), text.size(), out(key), nullptr, EVP_sha256(), nullptr) == 1;
  OPENSSL_cleanse(text.data(), text.size());
  Secret secret(std::move(key));
  return good ? std::move(secret) : Secret();
}

std::string wrap_key(const Secret& key, const Secret& wrapping) {
  std::string wrapped(wrapped_key_length, '\0');
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int length = 0;
  if (!cipher) return {};
  EVP_CIPHER_CTX_set_flags(cipher.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  const bool good = EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_wrap(), nullptr, in(wrapping.view()), nullptr) == 1 &&
                    EVP_EncryptUpdate(cipher.get(), out(wrapped), &length, in(key.view()), size_of(key.view())) == 1 &&
                    length == static_cast<int>(wrapped_key_length);
  return good ? wrapped : std::string();
}

std::optional<Secret> unwrap_key(std::string_view wrapped, const Secret& wrapping) {
  std::string key(wrapped_key_length, '\0');  // the library writes a block more than it says
  const Cipher cipher(EVP_CIPHER_CTX_new());
  int length = 0;
  if (!cipher || wrapped.size() != wrapped_key_length) return std::nullopt;
  EVP_CIPHER_CTX_set_flags(cipher.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  const bool good = EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_wrap(), nullptr, in(wrapping.view()), nullptr) == 1 &&
                    EVP_DecryptUpdate(cipher.get(), out(key), &length, in(wrapped), size_of(wrapped)) == 1 &&
                    length == static_cast<int>(content_key_length);
  if (!good) OPENSSL_cleanse(key.data(), key.size());
  if (good) key.resize(content_key_length);
  Secret secret(std::move(key));
  return good ? std::optional(std::move(secret)) : std::nullopt;
}

}  // namespace noroshi::sealing
