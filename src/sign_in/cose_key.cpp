#include "src/sign_in/cose_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>

#include <memory>

namespace noroshi::sign_in {
namespace {

using Kind = CborItem::Kind;

template <auto free>
struct Free {
  template <class T>
  void operator()(T* held) const {
    free(held);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;

// Labels of COSE_Key: RFC 9052 table 4, RFC 9053 tables 19 and 20, RFC 8230 table 4.
constexpr std::int64_t label_type = 1, label_algorithm = 3, label_curve = -1, label_x = -2, label_y = -3;
constexpr std::int64_t label_modulus = -1, label_exponent = -2;
constexpr std::int64_t type_okp = 1, type_ec2 = 2, type_rsa = 3;
constexpr std::int64_t curve_p256 = 1, curve_ed25519 = 6;
constexpr std::size_t coordinate = 32;
constexpr int least_rsa_bits = 2048, most_rsa_bits = 4096;

const unsigned char* data_of(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

Key key_of(const char* type, OSSL_PARAM_BLD* build) {
  const std::unique_ptr<OSSL_PARAM, Free<OSSL_PARAM_free>> parameters(OSSL_PARAM_BLD_to_param(build));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  Key made(key);
  const KeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, made.get(), nullptr));
  return check && EVP_PKEY_public_check(check.get()) == 1 ? std::move(made) : nullptr;
}

using Build = std::unique_ptr<OSSL_PARAM_BLD, Free<OSSL_PARAM_BLD_free>>;

Key read_p256(const CborItem& cose) {
  const auto* curve = cose.find(label_curve, Kind::number);
  const auto* x = cose.find(label_x, Kind::bytes);
  const auto* y = cose.find(label_y, Kind::bytes);
  if (!curve || curve->number != curve_p256 || !x || !y || x->bytes.size() != coordinate || y->bytes.size() != coordinate)
    return nullptr;
  const auto point = std::string("\x04").append(x->bytes).append(y->bytes);
  const Build build(OSSL_PARAM_BLD_new());
  if (!build || OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1)
    return nullptr;
  return key_of("EC", build.get());
}

Key read_ed25519(const CborItem& cose) {
  const auto* curve = cose.find(label_curve, Kind::number);
  const auto* x = cose.find(label_x, Kind::bytes);
  if (!curve || curve->number != curve_ed25519 || !x || x->bytes.size() != coordinate) return nullptr;
  return Key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, data_of(x->bytes), x->bytes.size()));
}

Key read_rsa(const CborItem& cose) {
  const auto* modulus = cose.find(label_modulus, Kind::bytes);
  const auto* exponent = cose.find(label_exponent, Kind::bytes);
  if (!modulus || !exponent || modulus->bytes.size() > most_rsa_bits / 8 || exponent->bytes.size() > 4) return nullptr;
  const std::unique_ptr<BIGNUM, Free<BN_free>> n(BN_bin2bn(data_of(modulus->bytes), static_cast<int>(modulus->bytes.size()), nullptr));
  const std::unique_ptr<BIGNUM, Free<BN_free>> e(
      BN_bin2bn(data_of(exponent->bytes), static_cast<int>(exponent->bytes.size()), nullptr));
  if (!n || !e || BN_num_bits(n.get()) < least_rsa_bits || !BN_is_odd(n.get()) || !BN_is_odd(e.get()) || BN_num_bits(e.get()) < 2)
    return nullptr;
  const Build build(OSSL_PARAM_BLD_new());
  if (!build || OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return nullptr;
  return key_of("RSA", build.get());
}

}  // namespace

std::optional<Algorithm> parse_algorithm(int number) {
  for (const auto algorithm : {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256})
    if (static_cast<int>(algorithm) == number) return algorithm;
  return std::nullopt;
}

std::optional<PasskeyKey> read_cose_key(const CborItem& cose) {
  const auto* type = cose.find(label_type, Kind::number);
  const auto* number = cose.find(label_algorithm, Kind::number);
  if (!type || !number || number->number < -257 || number->number > -7) return std::nullopt;
  const auto algorithm = parse_algorithm(static_cast<int>(number->number));
  if (!algorithm) return std::nullopt;
  Key key;
  if (*algorithm == Algorithm::es256 && type->number == type_ec2) key = read_p256(cose);
  if (*algorithm == Algorithm::eddsa && type->number == type_okp) key = read_ed25519(cose);
  if (*algorithm == Algorithm::rs256 && type->number == type_rsa) key = read_rsa(cose);
  unsigned char* der = nullptr;
  const int length = key ? i2d_PUBKEY(key.get(), &der) : 0;
  if (length <= 0) return std::nullopt;
  PasskeyKey read{*algorithm, std::string(reinterpret_cast<char*>(der), static_cast<std::size_t>(length))};
  OPENSSL_free(der);
  return read;
}

bool verify_signature(const PasskeyKey& key, std::string_view text, std::string_view signature) {
  const auto* der = data_of(key.der);
  const Key read(d2i_PUBKEY(nullptr, &der, static_cast<long>(key.der.size())));
  const int type = key.algorithm == Algorithm::es256 ? EVP_PKEY_EC : key.algorithm == Algorithm::eddsa ? EVP_PKEY_ED25519 : EVP_PKEY_RSA;
  if (!read || EVP_PKEY_get_base_id(read.get()) != type) return false;
  const std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  const EVP_MD* digest = key.algorithm == Algorithm::eddsa ? nullptr : EVP_sha256();
  return context && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, read.get()) == 1 &&
         EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(text), text.size()) == 1;
}

}  // namespace noroshi::sign_in
