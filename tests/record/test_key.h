// Signing in tests, with keys that anybody can make again: the seed is the SHA-256 of a text.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/evp.h>

#include "src/record/checkpoint.h"

namespace noroshi::record::testing {

struct TestKey {
  NoteKey key;
  Sign sign;

  TestKey(std::string name, std::string_view seed_text, KeyKind kind = KeyKind::log)
      : TestKey(std::move(name), sha256({seed_text}), kind) {}
  TestKey(std::string name, const Digest& seed, KeyKind kind = KeyKind::log) : key{std::move(name), kind, {}} {
    const std::shared_ptr<EVP_PKEY> pair(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()), EVP_PKEY_free);
    std::size_t length = key.key.size();
    if (!pair || EVP_PKEY_get_raw_public_key(pair.get(), key.key.data(), &length) != 1) std::abort();
    sign = [pair](std::string_view bytes) {
      const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
      std::string signature(64, '\0');
      std::size_t size = signature.size();
      if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, pair.get()) != 1 ||
          EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                         reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) != 1)
        std::abort();
      return signature;
    };
  }

  // A note that this key alone has signed.
  std::string note(const Checkpoint& checkpoint) const {
    const auto text = checkpoint_text(checkpoint);
    return to_string(Note{text, {sign_note(text, key, sign)}});
  }
};

}  // namespace noroshi::record::testing
