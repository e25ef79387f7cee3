// A key with which a daemon signs: a file of its own, its public half a row of the database.
#pragma once

#include <openssl/evp.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "src/app/key_file.h"
#include "src/record/checkpoint.h"
#include "src/store/database.h"

namespace noroshi::app {

// Ed25519 (RFC 8032). Immutable; any number of threads sign with it.
class SigningKey {
 public:
  static SigningKey make();
  // Of a PEM file (PKCS #8, RFC 8410) that nobody but its owner can read.
  static SigningKey read(const std::filesystem::path& file);
  // With mode 0600, in a folder of mode 0700 that is made; whole or not at all.
  void write(const std::filesystem::path& file) const;

  // The key of heartbeats: reads the file, or makes it where it is not there, and registers a new one. One that the database
  // does not know is refused: its signatures could be checked by nobody. `owner` is of role owner.
  static SigningKey ensure(const std::filesystem::path& file, store::Connection& owner);

  const std::string& id() const { return id_; }                  // 16 hexadecimal digits
  const std::string& public_key() const { return public_key_; }  // SubjectPublicKeyInfo, DER
  const record::PublicKey& raw_public_key() const { return raw_; }
  // 64 bytes.
  std::string sign(std::string_view text) const;
  // 32 bytes that this key and this label alone give: HKDF-SHA-256 (RFC 5869) of its private half, the label as info.
  std::string derive(std::string_view label) const;

 private:
  explicit SigningKey(EVP_PKEY* key);

  std::shared_ptr<EVP_PKEY> key_;
  std::string public_key_;
  record::PublicKey raw_{};
  std::string id_;
};

}  // namespace noroshi::app
