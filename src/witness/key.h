// The witness's own key: Ed25519, in a file of its state folder.
#pragma once

#include <openssl/evp.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "src/witness/note.h"

namespace noroshi::witness {

class Key {
 public:
  // Reads the PEM file (PKCS #8, RFC 8410), or makes it with mode 0600 where it is not there. Stop (78) where it is
  // none, or others may read it.
  static Key ensure(const std::filesystem::path& file);

  const PublicKey& public_key() const { return public_; }
  std::string sign(std::string_view bytes) const;  // 64 bytes

 private:
  explicit Key(EVP_PKEY* key);

  std::shared_ptr<EVP_PKEY> key_;
  PublicKey public_{};
};

// Over a checkpoint's text, at that time.
Signature cosign(std::string_view text, std::string_view name, const Key& key, std::int64_t unix_seconds);

}  // namespace noroshi::witness
