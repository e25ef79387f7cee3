#include "src/record/actor_signature.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "src/record/encodings.h"

namespace noroshi::record {
namespace {

constexpr std::size_t longest_key = 200;

template <auto free>
struct Free {
  template <class T>
  void operator()(T* thing) const {
    free(thing);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// One encoding of a key only, since its hash is its name.
Key parse(std::string_view der) {
  const auto* place = bytes(der);
  Key key(d2i_PUBKEY(nullptr, &place, static_cast<long>(der.size())));
  if (!key || place != bytes(der) + der.size()) return nullptr;
  unsigned char* again = nullptr;
  const int length = i2d_PUBKEY(key.get(), &again);
  const bool same = length >= 0 && std::string_view(reinterpret_cast<char*>(again), static_cast<std::size_t>(length)) == der;
  OPENSSL_free(again);
  return same ? std::move(key) : nullptr;
}

std::string curve_of(EVP_PKEY* key) {
  std::array<char, 80> name{};
  std::size_t length = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) != 1) return {};
  return {name.data(), length};
}

// r || s as the DER that OpenSSL wants.
std::string der_of(std::string_view signature) {
  const auto half = static_cast<int>(signature.size() / 2);
  const EcdsaSignature pair(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(bytes(signature), half, nullptr);
  BIGNUM* s = BN_bin2bn(bytes(signature) + half, half, nullptr);
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(pair.get(), &der);
  std::string text = length > 0 ? std::string(reinterpret_cast<char*>(der), static_cast<std::size_t>(length)) : std::string();
  OPENSSL_free(der);
  return text;
}

const EVP_MD* digest_of(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::ed25519:
      return nullptr;  // its own
    case SignatureAlgorithm::ecdsa_p256_sha256:
      return EVP_sha256();
    case SignatureAlgorithm::ecdsa_p384_sha384:
      return EVP_sha384();
  }
  std::abort();
}

}  // namespace

tl::expected<ActorKey, std::string> parse_actor_key(std::string_view der) {
  const Key key = der.size() <= longest_key ? parse(der) : nullptr;
  if (!key) return tl::unexpected(std::string("no SubjectPublicKeyInfo in its one DER encoding"));
  if (EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519) return ActorKey{SignatureAlgorithm::ed25519, std::string(der)};
  const auto curve = EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_EC ? curve_of(key.get()) : std::string();
  if (curve == SN_X9_62_prime256v1) return ActorKey{SignatureAlgorithm::ecdsa_p256_sha256, std::string(der)};
  if (curve == SN_secp384r1) return ActorKey{SignatureAlgorithm::ecdsa_p384_sha384, std::string(der)};
  return tl::unexpected(std::string("neither Ed25519 nor ECDSA on P-256 or P-384"));
}

Digest id_of(const ActorKey& key) { return sha256({key.public_key}); }

std::string act_text(std::string_view call, const Digest& body_sha256) {
  std::string text("noroshi-act/v1\n");
  return text.append(call).append("\n").append(to_hex(bytes_of(body_sha256))).append("\n");
}

bool verify(const ActorSignature& signature, const ActorKey& key) {
  if (signature.algorithm != key.algorithm || signature.key != id_of(key)) return false;
  if (signature.signature.size() != length_of(key.algorithm)) return false;
  const Key parsed = parse(key.public_key);
  const bool is_ecdsa = key.algorithm != SignatureAlgorithm::ed25519;
  const auto signed_bytes = is_ecdsa ? der_of(signature.signature) : signature.signature;
  const Context context(EVP_MD_CTX_new());
  const auto text = act_text(signature.call, signature.body_sha256);
  return parsed && context && !signed_bytes.empty() &&
         EVP_DigestVerifyInit(context.get(), nullptr, digest_of(key.algorithm), nullptr, parsed.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes(signed_bytes), signed_bytes.size(), bytes(text), text.size()) == 1;
}

}  // namespace noroshi::record
