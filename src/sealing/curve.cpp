#include "src/sealing/curve.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

namespace noroshi::sealing {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* value) const {
    Free(value);
  }
};
using BigNumber = std::unique_ptr<BIGNUM, Freed<BN_clear_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;

constexpr const char* curve = "secp384r1";

// The key of these halves, if OpenSSL finds that each is good and they belong together; `d` may be null.
CurveKey read(std::string_view point, const BIGNUM* d) {
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder || !OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) ||
      !OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) ||
      (d && !OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, d)))
    return nullptr;
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const Context making(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* made = nullptr;
  if (!parameters || !making || EVP_PKEY_fromdata_init(making.get()) != 1 ||
      EVP_PKEY_fromdata(making.get(), &made, d ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  CurveKey key(made);
  const Context checking(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  const bool good = checking && EVP_PKEY_public_check(checking.get()) == 1 &&
                    (!d || (EVP_PKEY_private_check(checking.get()) == 1 && EVP_PKEY_pairwise_check(checking.get()) == 1));
  return good ? std::move(key) : nullptr;
}

}  // namespace

void FreeCurveKey::operator()(EVP_PKEY* key) const {
  EVP_PKEY_free(key);
}

CurveKey read_point(std::string_view point) {
  return point.size() == point_length && point.front() == '\x04' ? read(point, nullptr) : nullptr;
}

CurveKey read_pair(std::string_view point, std::string_view d) {
  if (point.size() != point_length || point.front() != '\x04' || d.size() != coordinate_length) return nullptr;
  const BigNumber number(BN_secure_new());
  if (!number || !BN_bin2bn(reinterpret_cast<const unsigned char*>(d.data()), static_cast<int>(d.size()), number.get()))
    return nullptr;
  return read(point, number.get());
}

std::optional<CurvePair> make_pair() {
  CurveKey key(EVP_EC_gen(curve));
  std::string point(point_length, '\0'), d(coordinate_length, '\0');
  std::size_t length = 0;
  BIGNUM* drawn = nullptr;
  if (!key || EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &drawn) != 1) return std::nullopt;
  const BigNumber number(drawn);
  if (BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(d.data()), static_cast<int>(d.size())) < 0)
    return std::nullopt;
  Secret secret(std::move(d));
  if (EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, reinterpret_cast<unsigned char*>(point.data()),
                                      point.size(), &length) != 1 ||
      length != point.size() || point.front() != '\x04')
    return std::nullopt;
  return CurvePair{std::move(key), std::move(point), std::move(secret)};
}

Secret agree(EVP_PKEY& own, EVP_PKEY& other) {
  const Context context(EVP_PKEY_CTX_new_from_pkey(nullptr, &own, nullptr));
  std::string agreed(coordinate_length, '\0');
  std::size_t length = agreed.size();
  const bool good = context && EVP_PKEY_derive_init(context.get()) == 1 &&
                    EVP_PKEY_derive_set_peer(context.get(), &other) == 1 &&
                    EVP_PKEY_derive(context.get(), reinterpret_cast<unsigned char*>(agreed.data()), &length) == 1 &&
                    length == agreed.size();
  Secret secret(std::move(agreed));
  return good ? std::move(secret) : Secret();
}

}  // namespace noroshi::sealing
