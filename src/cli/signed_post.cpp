#include "src/cli/signed_post.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "src/record/actor_signature.h"
#include "src/record/encodings.h"
#include "src/record/sha256.h"

namespace noroshi::cli {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Key read_key(const std::string& file) {
  const std::unique_ptr<FILE, int (*)(FILE*)> opened(std::fopen(file.c_str(), "re"), std::fclose);
  // Nobody is asked for a passphrase: the empty one fails.
  return {opened ? PEM_read_PrivateKey(opened.get(), nullptr, nullptr, const_cast<char*>("")) : nullptr, EVP_PKEY_free};
}

// What the key is hashed with; nothing for a key that signs nothing here.
std::optional<const EVP_MD*> hash_of(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "ED25519")) return nullptr;
  if (!EVP_PKEY_is_a(key, "EC")) return std::nullopt;
  switch (EVP_PKEY_get_bits(key)) {
    case 256:
      return EVP_sha256();
    case 384:
      return EVP_sha384();
    default:
      return std::nullopt;
  }
}

}  // namespace

tl::expected<std::string, Text> sign_act(const std::string& key_file, const std::string& target,
                                         const std::string& body) {
  const auto key = read_key(key_file);
  if (!key)
    return tl::unexpected(
        Text{key_file + " を署名鍵（PEM）として読めません。", "cannot read " + key_file + " as a signing key (PEM)"});
  const auto hash = hash_of(key.get());
  if (!hash)
    return tl::unexpected(Text{key_file + " は Ed25519、P-256、P-384 の鍵ではありません。",
                               key_file + " is no key of Ed25519, P-256 or P-384"});
  const auto text = record::act_text(target, record::sha256({body}));
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  std::vector<unsigned char> signature;
  const bool made =
      context && EVP_DigestSignInit(context.get(), nullptr, *hash, nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1 &&
      (signature.resize(size), EVP_DigestSign(context.get(), signature.data(), &size, bytes, text.size()) == 1);
  if (!made) return tl::unexpected(Text{key_file + " で署名できませんでした。", "could not sign with " + key_file});
  return record::to_base64({reinterpret_cast<const char*>(signature.data()), size});
}

}  // namespace noroshi::cli
