// Passkeys made here with OpenSSL by the standard (WebAuthn Level 2), right in everything, and wrong in one thing at a time.
#include <doctest/doctest.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>

#include <functional>
#include <memory>

#include "src/sealing/base64url.h"
#include "src/sign_in/keyed_hash.h"
#include "src/sign_in/web_authn.h"

namespace noroshi::sign_in {
namespace {

using namespace std::string_literals;

// -- CBOR, written ------------------------------------------------------------------------------------------------

std::string head(int major, std::size_t number) {
  if (number < 24) return {static_cast<char>(major << 5 | static_cast<int>(number))};
  if (number < 256) return {static_cast<char>(major << 5 | 24), static_cast<char>(number)};
  return {static_cast<char>(major << 5 | 25), static_cast<char>(number >> 8), static_cast<char>(number)};
}
std::string number(int value) { return value >= 0 ? head(0, static_cast<std::size_t>(value)) : head(1, static_cast<std::size_t>(-1 - value)); }
std::string bytes(const std::string& value) { return head(2, value.size()) + value; }
std::string text(const std::string& value) { return head(3, value.size()) + value; }

// -- An authenticator -----------------------------------------------------------------------------------------------

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

std::string parameter(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  REQUIRE(EVP_PKEY_get_bn_param(key, name, &number) == 1);
  std::string value(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(value.data()));
  BN_free(number);
  return value;
}

std::string padded(std::string value) { return std::string(32 - value.size(), '\0') + value; }

struct Authenticator {
  explicit Authenticator(Algorithm of, int rsa_bits = 2048) : algorithm(of) {
    EVP_PKEY* made = of == Algorithm::es256   ? EVP_EC_gen("P-256")
                     : of == Algorithm::eddsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                              : EVP_RSA_gen(static_cast<unsigned>(rsa_bits));
    REQUIRE(made);
    key.reset(made);
  }

  std::string cose() const {
    const auto number_of = static_cast<int>(algorithm);
    if (algorithm == Algorithm::es256)
      return head(5, 5) + number(1) + number(2) + number(3) + number(number_of) + number(-1) + number(1) + number(-2) +
             bytes(padded(parameter(key.get(), OSSL_PKEY_PARAM_EC_PUB_X))) + number(-3) +
             bytes(padded(parameter(key.get(), OSSL_PKEY_PARAM_EC_PUB_Y)));
    if (algorithm == Algorithm::eddsa) {
      std::string x(32, '\0');
      std::size_t length = x.size();
      EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(x.data()), &length);
      return head(5, 4) + number(1) + number(1) + number(3) + number(number_of) + number(-1) + number(6) + number(-2) + bytes(x);
    }
    return head(5, 4) + number(1) + number(3) + number(3) + number(number_of) + number(-1) +
           bytes(parameter(key.get(), OSSL_PKEY_PARAM_RSA_N)) + number(-2) + bytes(parameter(key.get(), OSSL_PKEY_PARAM_RSA_E));
  }

  std::string sign(const std::string& what) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto* data = reinterpret_cast<const unsigned char*>(what.data());
    std::size_t length = 0;
    REQUIRE(EVP_DigestSignInit(context.get(), nullptr, algorithm == Algorithm::eddsa ? nullptr : EVP_sha256(), nullptr, key.get()) == 1);
    REQUIRE(EVP_DigestSign(context.get(), nullptr, &length, data, what.size()) == 1);
    std::string signature(length, '\0');
    REQUIRE(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length, data, what.size()) == 1);
    signature.resize(length);
    return signature;
  }

  Algorithm algorithm;
  std::unique_ptr<EVP_PKEY, FreeKey> key;
};

// -- What it brings, every part of which a test can make wrong --------------------------------------------------------

constexpr const char* relying_party = "localhost";
const std::string challenge(32, 'c');

Expectation expectation() {
  return {challenge, relying_party, [](std::string_view origin) { return origin == "https://localhost:8443"; }};
}

struct Parts {
  std::string type = "webauthn.get";
  std::string challenge_text = sealing::to_base64url(challenge);
  std::string origin = "https://localhost:8443";
  std::string rest = R"(,"crossOrigin":false)";
  std::string relying_party_hash = sha256(relying_party);
  unsigned char flags = 0x05;
  std::string counter = "\x00\x00\x00\x07"s;
  std::string attested;    // after the counter
  std::string extensions;  // after that
  std::string format = "none";
  std::string statement = head(5, 0);
  std::string id = "credential-1";

  std::string client_data() const {
    return R"({"type":")" + type + R"(","challenge":")" + challenge_text + R"(","origin":")" + origin + '"' + rest + "}";
  }
  std::string data() const { return relying_party_hash + static_cast<char>(flags) + counter + attested + extensions; }
  std::string attestation() const {
    return head(5, 3) + text("fmt") + text(format) + text("attStmt") + statement + text("authData") + bytes(data());
  }
};

std::string attested_data(const std::string& id, const std::string& cose) {
  return std::string(16, '\0') + std::string{static_cast<char>(id.size() >> 8), static_cast<char>(id.size())} + id + cose;
}

Parts registration_of(const Authenticator& authenticator) {
  Parts parts;
  parts.type = "webauthn.create";
  parts.flags = 0x45;
  parts.attested = attested_data(parts.id, authenticator.cose());
  return parts;
}

WebAuthn<Registration> registered(const Parts& parts) {
  return verify_registration(expectation(), parts.id, parts.client_data(), parts.attestation());
}

// Says which check failed; empty where none did.
std::string fault_of(const WebAuthn<Registration>& result) { return result ? "" : std::string(to_string(result.error())); }
std::string fault_of(const WebAuthn<Assertion>& result) { return result ? "" : std::string(to_string(result.error())); }

constexpr Algorithm all_algorithms[] = {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256};

TEST_CASE("a passkey is registered and signs in, of each algorithm") {
  for (const auto algorithm : all_algorithms) {
    CAPTURE(static_cast<int>(algorithm));
    const Authenticator authenticator(algorithm);
    const auto made = registered(registration_of(authenticator));
    REQUIRE(fault_of(made) == "");
    CHECK(made->id == "credential-1");
    CHECK(made->counter == 7);
    CHECK(made->key.algorithm == algorithm);

    const Parts parts;
    const auto signature = authenticator.sign(parts.data() + sha256(parts.client_data()));
    const auto assertion = verify_assertion(expectation(), made->key, parts.client_data(), parts.data(), signature);
    REQUIRE(fault_of(assertion) == "");
    CHECK(assertion->counter == 7);

    // Any byte of what was signed, and of the signature.
    for (std::size_t place = 0; place < parts.data().size(); ++place) {
      auto data = parts.data();
      data[place] = static_cast<char>(data[place] ^ 0x08);
      CHECK_FALSE(verify_assertion(expectation(), made->key, parts.client_data(), data, signature));
    }
    for (std::size_t place = 0; place < signature.size(); ++place) {
      auto altered = signature;
      altered[place] = static_cast<char>(altered[place] ^ 1);
      CHECK_FALSE(verify_assertion(expectation(), made->key, parts.client_data(), parts.data(), altered));
    }
    const Authenticator other(algorithm);
    CHECK(fault_of(verify_assertion(expectation(), made->key, parts.client_data(), parts.data(),
                                    other.sign(parts.data() + sha256(parts.client_data())))) == "wrong_signature");
    CHECK(fault_of(verify_assertion(expectation(), made->key, parts.client_data(), parts.data(), "")) == "wrong_signature");
  }
}

TEST_CASE("an assertion that is wrong in one thing, and signed all the same, is refused for it") {
  const Authenticator authenticator(Algorithm::es256);
  const auto made = registered(registration_of(authenticator));
  REQUIRE(made);
  const struct {
    const char* fault;
    std::function<void(Parts&)> spoil;
  } cases[] = {
      {"wrong_type", [](Parts& p) { p.type = "webauthn.create"; }},
      {"wrong_challenge", [](Parts& p) { p.challenge_text = sealing::to_base64url(std::string(32, 'd')); }},
      {"wrong_challenge", [](Parts& p) { p.challenge_text += "="; }},
      {"wrong_challenge", [](Parts& p) { p.challenge_text = ""; }},
      {"wrong_origin", [](Parts& p) { p.origin = "https://evil.example"; }},
      {"wrong_origin", [](Parts& p) { p.origin = "http://localhost:8443"; }},
      {"wrong_origin", [](Parts& p) { p.rest = R"(,"crossOrigin":true)"; }},
      {"wrong_origin", [](Parts& p) { p.rest = R"(,"crossOrigin":"false")"; }},
      {"client_data_unreadable", [](Parts& p) { p.rest = R"(,"origin":"https://evil.example")"; }},
      {"client_data_unreadable", [](Parts& p) { p.rest = ","; }},
      {"client_data_unreadable", [](Parts& p) { p.rest = ",\"padding\":\"" + std::string(5000, 'x') + '"'; }},
      {"wrong_relying_party", [](Parts& p) { p.relying_party_hash = sha256("evil.example"); }},
      {"user_not_present", [](Parts& p) { p.flags = 0x04; }},
      {"user_not_verified", [](Parts& p) { p.flags = 0x01; }},
      {"authenticator_data_unreadable", [](Parts& p) { p.flags = 0x45; }},
      {"authenticator_data_unreadable", [](Parts& p) { p.flags = 0x85; }},
      {"authenticator_data_unreadable", [](Parts& p) { p.extensions = "\x01"; }},
      {"authenticator_data_unreadable", [](Parts& p) { p.counter = "\x00\x00\x07"s; }},
  };
  for (const auto& given : cases) {
    CAPTURE(given.fault);
    Parts parts;
    given.spoil(parts);
    const auto signature = authenticator.sign(parts.data() + sha256(parts.client_data()));
    CHECK(fault_of(verify_assertion(expectation(), made->key, parts.client_data(), parts.data(), signature)) == given.fault);
  }
  // What a later standard adds, and what was not asked for, is let be.
  const std::function<void(Parts&)> harmless[] = {
      [](Parts& p) { p.rest = ""; },
      [](Parts& p) { p.rest += R"(,"other_keys_can_be_added_here":{"a":[1]})"; },
      [](Parts& p) { p.flags = 0x1d; },  // backup eligible, backed up (Level 3)
      [](Parts& p) { p.flags = 0x85, p.extensions = head(5, 1) + text("uvm") + head(4, 0); },
  };
  for (const auto& change : harmless) {
    Parts parts;
    change(parts);
    const auto signature = authenticator.sign(parts.data() + sha256(parts.client_data()));
    CHECK(fault_of(verify_assertion(expectation(), made->key, parts.client_data(), parts.data(), signature)) == "");
  }
}

TEST_CASE("a registration that is wrong in one thing is refused for it") {
  const Authenticator authenticator(Algorithm::es256), small(Algorithm::rs256, 1024);
  const auto cose = authenticator.cose();
  const auto with_key = [](const std::string& key) {
    return [key](Parts& p) { p.attested = attested_data(p.id, key); };
  };
  auto off_curve = cose;
  off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
  auto other_algorithm = cose;
  other_algorithm[4] = static_cast<char>(0x27);  // EdDSA, of a key of P-256
  auto strange_algorithm = cose;
  strange_algorithm[4] = static_cast<char>(0x28);
  const struct {
    const char* fault;
    std::function<void(Parts&)> spoil;
  } cases[] = {
      {"wrong_type", [](Parts& p) { p.type = "webauthn.get"; }},
      {"wrong_challenge", [](Parts& p) { p.challenge_text = sealing::to_base64url(std::string(32, 'd')); }},
      {"wrong_origin", [](Parts& p) { p.origin = "https://localhost"; }},
      {"wrong_relying_party", [](Parts& p) { p.relying_party_hash = sha256("localhos"); }},
      {"user_not_present", [](Parts& p) { p.flags = 0x44; }},
      {"user_not_verified", [](Parts& p) { p.flags = 0x41; }},
      {"authenticator_data_unreadable", [](Parts& p) { p.flags = 0x05; }},
      {"authenticator_data_unreadable", [](Parts& p) { p.attested += "\x01"; }},
      {"authenticator_data_unreadable", [](Parts& p) { p.attested.pop_back(); }},
      {"authenticator_data_unreadable", [](Parts& p) { p.attested.resize(17); }},
      {"authenticator_data_unreadable", [&](Parts& p) { p.attested = attested_data("", cose); }},
      {"authenticator_data_unreadable", [&](Parts& p) { p.attested = attested_data(std::string(1024, 'x'), cose); }},
      {"wrong_credential", [](Parts& p) { p.id = "credential-2"; }},
      {"key_not_supported", with_key(off_curve)},
      {"key_not_supported", with_key(other_algorithm)},
      {"key_not_supported", with_key(strange_algorithm)},
      {"key_not_supported", with_key(small.cose())},
      {"key_not_supported", with_key(head(5, 0))},
      {"key_not_supported", with_key(number(1))},
      {"attestation_not_asked_for", [](Parts& p) { p.statement = head(5, 1) + text("a") + number(1); }},
      {"attestation_not_asked_for", [](Parts& p) { p.format = "fido-u2f"; }},
      {"attestation_not_asked_for", [](Parts& p) { p.format = "packed"; }},
      {"attestation_unreadable", [](Parts& p) { p.statement = number(1); }},
  };
  for (const auto& given : cases) {
    CAPTURE(given.fault);
    auto parts = registration_of(authenticator);
    given.spoil(parts);
    CHECK(fault_of(registered(parts)) == given.fault);
  }
  const auto parts = registration_of(authenticator);
  const auto whole = parts.attestation();
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK_FALSE(verify_registration(expectation(), parts.id, parts.client_data(), whole.substr(0, length)));
  CHECK(fault_of(verify_registration(expectation(), parts.id, parts.client_data(), whole + "\x01")) == "attestation_unreadable");
}

TEST_CASE("self attestation, which a browser may pass on, has to be right") {
  const Authenticator authenticator(Algorithm::es256);
  auto parts = registration_of(authenticator);
  parts.format = "packed";
  const auto signature = authenticator.sign(parts.data() + sha256(parts.client_data()));
  parts.statement = head(5, 2) + text("alg") + number(-7) + text("sig") + bytes(signature);
  CHECK(fault_of(registered(parts)) == "");
  parts.statement = head(5, 2) + text("alg") + number(-7) + text("sig") + bytes(authenticator.sign("another text"));
  CHECK(fault_of(registered(parts)) == "wrong_signature");
  parts.statement = head(5, 2) + text("alg") + number(-8) + text("sig") + bytes(signature);
  CHECK(fault_of(registered(parts)) == "attestation_not_asked_for");
}

TEST_CASE("a key is used with its own algorithm alone") {
  const Authenticator authenticator(Algorithm::es256);
  const auto made = registered(registration_of(authenticator));
  REQUIRE(made);
  const auto signature = authenticator.sign("a text");
  CHECK(verify_signature(made->key, "a text", signature));
  for (const auto algorithm : {Algorithm::eddsa, Algorithm::rs256}) CHECK_FALSE(verify_signature({algorithm, made->key.der}, "a text", signature));
  CHECK_FALSE(verify_signature({Algorithm::es256, ""}, "a text", signature));
  CHECK_FALSE(verify_signature({Algorithm::es256, made->key.der.substr(0, 40)}, "a text", signature));
}

}  // namespace
}  // namespace noroshi::sign_in
