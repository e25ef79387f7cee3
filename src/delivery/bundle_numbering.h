// The numbers of bundles from the database, for all channels of a daemon; one connection, made when it is first needed
// and again after it was lost.
#pragma once

#include <mutex>
#include <optional>

#include "src/delivery/channel.h"
#include "src/store/database.h"

namespace noroshi::delivery {

class BundleNumbering : public Numbering {
 public:
  explicit BundleNumbering(store::ConnectionSettings settings);
  tl::expected<Place, None> take(const core::DeliveryId& delivery) override;
  bool written(const core::EndpointId& endpoint, std::int64_t number, const core::DeliveryId& delivery,
               const std::string& hash) override;

 private:
  template <class Call>
  auto call(Call&& question) -> std::optional<decltype(question(std::declval<store::Connection&>()))>;

  std::mutex mutex_;
  store::ConnectionSettings settings_;
  std::optional<store::Connection> connection_;
};

}  // namespace noroshi::delivery
