// P-384 (FIPS 186-5, SEC 2 secp384r1) with OpenSSL: points, private halves, and what two keys agree on.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/types.h>

#include "src/sealing/jwe.h"

namespace noroshi::sealing {

constexpr std::size_t coordinate_length = 48;                 // bytes
constexpr std::size_t point_length = 1 + 2 * coordinate_length;  // 0x04, x, y

struct FreeCurveKey {
  void operator()(EVP_PKEY* key) const;
};
using CurveKey = std::unique_ptr<EVP_PKEY, FreeCurveKey>;

// Null where that is no point of the curve.
CurveKey read_point(std::string_view point);
// Null where they do not belong together; `d`: 48 bytes, big-endian.
CurveKey read_pair(std::string_view point, std::string_view d);

struct CurvePair {
  CurveKey key;
  std::string point;
  Secret d;
};
std::optional<CurvePair> make_pair();

// ECDH (SP 800-56A 5.7.1.2): the x-coordinate, 48 bytes. Empty where the library failed.
Secret agree(EVP_PKEY& own, EVP_PKEY& other);

}  // namespace noroshi::sealing
