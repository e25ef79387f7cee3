#include "src/delivery/acknowledgement_token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "src/record/encodings.h"

namespace noroshi::delivery {
namespace {

constexpr std::size_t claim_bytes = 40;
constexpr std::size_t mac_bytes = 16;
constexpr std::string_view label = "acknowledgement/1";

std::string mac_of(const Keys& keys, std::string_view claim) {
  const auto secret = keys.derive(label);
  std::array<unsigned char, 32> mac{};
  unsigned int length = 0;
  if (!HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
            reinterpret_cast<const unsigned char*>(claim.data()), claim.size(), mac.data(), &length))
    std::abort();
  return {mac.begin(), mac.begin() + mac_bytes};
}

std::string bytes_of(const AcknowledgementClaim& claim) {
  std::string bytes;
  bytes.append(claim.message.value.bytes.begin(), claim.message.value.bytes.end());
  bytes.append(claim.endpoint.value.bytes.begin(), claim.endpoint.value.bytes.end());
  const auto seconds =
      static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(claim.expires.time_since_epoch()).count());
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(seconds >> shift & 0xff));
  return bytes;
}

}  // namespace

std::string acknowledgement_token(const Keys& keys, const AcknowledgementClaim& claim) {
  auto bytes = bytes_of(claim);
  bytes += mac_of(keys, bytes);
  return record::to_base64url(bytes);
}

std::optional<AcknowledgementClaim> read_acknowledgement_token(const Keys& keys, std::string_view token) {
  const auto bytes = record::from_base64url(token);
  if (!bytes || bytes->size() != claim_bytes + mac_bytes) return std::nullopt;
  const std::string_view claimed(bytes->data(), claim_bytes);
  if (CRYPTO_memcmp(mac_of(keys, claimed).data(), bytes->data() + claim_bytes, mac_bytes) != 0) return std::nullopt;
  AcknowledgementClaim claim;
  std::copy_n(claimed.begin(), 16, claim.message.value.bytes.begin());
  std::copy_n(claimed.begin() + 16, 16, claim.endpoint.value.bytes.begin());
  std::uint64_t seconds = 0;
  for (std::size_t i = 32; i < claim_bytes; ++i) seconds = seconds << 8 | static_cast<unsigned char>(claimed[i]);
  claim.expires = Timestamp{std::chrono::seconds(seconds)};
  return claim;
}

}  // namespace noroshi::delivery
