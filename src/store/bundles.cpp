#include "src/store/bundles.h"

namespace noroshi::store {
namespace {

constexpr Statement take{"take_bundle_number", "SELECT number, sha256, previous FROM take_bundle_number($1::uuid)"};
constexpr Statement keep{"keep_bundle", "SELECT keep_bundle($1::uuid, $2::bigint, $3::uuid, $4)"};

}  // namespace

std::optional<BundleNumber> take_bundle_number(Connection& delivery, const core::DeliveryId& of) {
  const Rows rows = delivery.execute(take, {core::to_string(of)});
  const auto row = rows.maybe_one();
  if (!row) return std::nullopt;
  return BundleNumber{row->get<std::int64_t>("number"), row->get<std::optional<std::string>>("sha256").value_or(""),
                      row->get<std::optional<std::string>>("previous").value_or("")};
}

bool keep_bundle(Connection& delivery, const core::EndpointId& endpoint, std::int64_t number,
                 const core::DeliveryId& of, const std::string& hash) {
  return delivery.execute(keep, {core::to_string(endpoint), number, core::to_string(of), hash}).one().get<bool>(0);
}

}  // namespace noroshi::store
