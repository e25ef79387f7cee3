#include "src/delivery/bundle_numbering.h"

#include "src/store/bundles.h"

namespace noroshi::delivery {

BundleNumbering::BundleNumbering(store::ConnectionSettings settings) : settings_(std::move(settings)) {
  settings_.application_name = "noroshi bundles";
}

// Nothing where the database is away: the connection is made anew at the next question.
template <class Call>
auto BundleNumbering::call(Call&& question) -> std::optional<decltype(question(std::declval<store::Connection&>()))> {
  std::lock_guard lock(mutex_);
  try {
    if (!connection_) connection_.emplace(settings_, store::DatabaseRole::delivery);
    return question(*connection_);
  } catch (const store::DatabaseError&) {
    connection_.reset();
    return std::nullopt;
  }
}

tl::expected<Numbering::Place, Numbering::None> BundleNumbering::take(const core::DeliveryId& delivery) {
  const auto taken =
      call([&](store::Connection& connection) { return store::take_bundle_number(connection, delivery); });
  if (!taken) return tl::unexpected(None::unavailable);
  if (!*taken) return tl::unexpected(None::busy);
  return Place{(*taken)->number, (*taken)->hash, (*taken)->previous};
}

bool BundleNumbering::written(const core::EndpointId& endpoint, std::int64_t number, const core::DeliveryId& delivery,
                              const std::string& hash) {
  return call([&](store::Connection& connection) {
           store::keep_bundle(connection, endpoint, number, delivery, hash);
           return true;
         })
      .has_value();
}

}  // namespace noroshi::delivery
