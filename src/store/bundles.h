// Numbers of bundles (schemas/sql/0036_bundle.sql), by a connection of role delivery.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "src/core/delivery.h"
#include "src/core/endpoint.h"
#include "src/store/database.h"

namespace noroshi::store {

struct BundleNumber {
  std::int64_t number = 0;
  std::string hash;      // SHA-256 of what was written under it, hexadecimal; empty: nothing, as far as is known
  std::string previous;  // of the number before; empty for the first
};
// Of a delivery that is claimed. Nothing where it is not, or while another has the last number and has not written it.
std::optional<BundleNumber> take_bundle_number(Connection& delivery, const core::DeliveryId& of);
// That it is written. False where something else was said of that number before.
bool keep_bundle(Connection& delivery, const core::EndpointId& endpoint, std::int64_t number,
                 const core::DeliveryId& of, const std::string& hash);

}  // namespace noroshi::store
