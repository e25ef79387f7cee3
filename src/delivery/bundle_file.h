// The file of a bundle (schemas/bundle/README.md): header, sealed message, signature. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "src/delivery/channel.h"
#include "src/sealing/jwe.h"

namespace noroshi::delivery {

constexpr std::string_view bundle_format = "noroshi-bundle/1";
constexpr std::string_view bundle_suffix = ".noroshi-bundle";

struct BundleHeader {
  std::int64_t number = 0;
  core::DeliveryId delivery;
  core::EndpointId endpoint;
  std::string sender_key;    // id of the key of deliveries
  std::string receiver_key;  // thumbprint of the receiver's
  Timestamp made_at;
  bool exercise = false;  // 訓練
  std::string previous;   // SHA-256 of the file with the number before, hexadecimal; empty: the first
};
std::string bundle_header(const BundleHeader& header);

// What the sealed message is bound to: format, endpoint, number and delivery, a line each.
std::string bundle_aad(const core::EndpointId& endpoint, std::int64_t number, const core::DeliveryId& delivery);
// The message with its content, as its receiver alone reads it.
std::string bundle_message(const Consignment& consignment);

// What is signed: format, header and JWE, as they stand in the file, a line each.
std::string bundle_signed_text(std::string_view header, std::string_view jwe);
std::string bundle_file(std::string_view header, std::string_view jwe, std::string_view signature);

// The whole file for that message.
tl::expected<std::string, sealing::Fault> make_bundle(const BundleHeader& header, const Consignment& consignment,
                                                      const sealing::PublicKey& receiver, const Keys& keys);

}  // namespace noroshi::delivery
