#include <doctest/doctest.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

#include "src/record/actor_signature.h"

namespace noroshi::record {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

struct Kind {
  const char* name;
  SignatureAlgorithm algorithm;
  const char* type;
  const char* curve;  // of EC
};

const Kind kinds[] = {
    {"Ed25519", SignatureAlgorithm::ed25519, "ED25519", nullptr},
    {"ECDSA on P-256", SignatureAlgorithm::ecdsa_p256_sha256, "EC", "P-256"},
    {"ECDSA on P-384", SignatureAlgorithm::ecdsa_p384_sha384, "EC", "P-384"},
};

Key fresh_key(const char* type, const char* curve) {
  return {curve ? EVP_PKEY_Q_keygen(nullptr, nullptr, type, curve) : EVP_PKEY_Q_keygen(nullptr, nullptr, type), EVP_PKEY_free};
}

std::string public_key_of(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  std::string text(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return text;
}

// r || s of what OpenSSL made, each of half the length.
std::string plain(const std::string& der, std::size_t length) {
  const auto* place = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(d2i_ECDSA_SIG(nullptr, &place, static_cast<long>(der.size())),
                                                                 ECDSA_SIG_free);
  std::string text(length, '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(text.data());
  const auto half = static_cast<int>(length / 2);
  BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), bytes, half);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), bytes + half, half);
  return text;
}

std::string sign(EVP_PKEY* key, SignatureAlgorithm algorithm, std::string_view text) {
  const EVP_MD* digest = algorithm == SignatureAlgorithm::ed25519             ? nullptr
                         : algorithm == SignatureAlgorithm::ecdsa_p256_sha256 ? EVP_sha256()
                                                                              : EVP_sha384();
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::string signature(200, '\0');
  std::size_t length = signature.size();
  REQUIRE(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key) == 1);
  REQUIRE(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                         reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1);
  signature.resize(length);
  return algorithm == SignatureAlgorithm::ed25519 ? signature : plain(signature, length_of(algorithm));
}

TEST_CASE("an act is signed over its path and its body, and nothing else passes for it") {
  for (const auto& kind : kinds) {
    CAPTURE(kind.name);
    const auto pair = fresh_key(kind.type, kind.curve);
    const auto key = parse_actor_key(public_key_of(pair.get())).value();
    CHECK(key.algorithm == kind.algorithm);

    ActorSignature good{kind.algorithm, id_of(key), "/api/v1/reports", sha256({"{}"}), {}};
    good.signature = sign(pair.get(), kind.algorithm, act_text(good.call, good.body_sha256));
    CHECK(verify(good, key));

    auto elsewhere = good;
    elsewhere.call = "/api/v1/reports/";
    CHECK_FALSE(verify(elsewhere, key));
    auto other_body = good;
    other_body.body_sha256[31] ^= 1;
    CHECK_FALSE(verify(other_body, key));
    auto other_key = good;
    other_key.key[0] ^= 1;
    CHECK_FALSE(verify(other_key, key));
    for (std::size_t i = 0; i < good.signature.size(); ++i) {
      auto flipped = good;
      flipped.signature[i] = static_cast<char>(flipped.signature[i] ^ 0x40);
      CHECK_FALSE(verify(flipped, key));
    }
    for (const std::size_t length : {std::size_t{0}, std::size_t{1}, good.signature.size() - 1, good.signature.size() + 1}) {
      auto cut = good;
      cut.signature.resize(length, '\0');
      CHECK_FALSE(verify(cut, key));
    }
    auto zeros = good;
    zeros.signature.assign(good.signature.size(), '\0');
    CHECK_FALSE(verify(zeros, key));
    for (const auto& other : kinds) {
      if (other.algorithm == kind.algorithm) continue;
      auto mistaken = good;
      mistaken.algorithm = other.algorithm;
      CHECK_FALSE(verify(mistaken, key));
    }
    const auto stranger = parse_actor_key(public_key_of(fresh_key(kind.type, kind.curve).get())).value();
    CHECK_FALSE(verify(good, stranger));
  }
}

TEST_CASE("what is signed can be written down by hand") {
  CHECK(act_text("/api/v1/reports", sha256({""})) ==
        "noroshi-act/v1\n/api/v1/reports\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n");
}

TEST_CASE("keys of another kind, of another curve or in other bytes are no keys of actors") {
  const auto good = public_key_of(fresh_key("ED25519", nullptr).get());
  CHECK(parse_actor_key(good));
  CHECK_FALSE(parse_actor_key(good + '\0'));
  CHECK_FALSE(parse_actor_key(good.substr(0, good.size() - 1)));
  CHECK_FALSE(parse_actor_key(""));
  CHECK_FALSE(parse_actor_key(std::string(10'000, '0')));
  CHECK_FALSE(parse_actor_key(public_key_of(fresh_key("X25519", nullptr).get())));
  CHECK_FALSE(parse_actor_key(public_key_of(fresh_key("EC", "P-521").get())));
  CHECK_FALSE(parse_actor_key(public_key_of(fresh_key("EC", "secp256k1").get())));
  const Key rsa(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}), EVP_PKEY_free);
  CHECK_FALSE(parse_actor_key(public_key_of(rsa.get())));
}

}  // namespace
}  // namespace noroshi::record
