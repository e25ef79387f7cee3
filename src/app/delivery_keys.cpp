#include "src/app/delivery_keys.h"

#include "src/store/signing_keys.h"

namespace noroshi::app {

std::optional<DeliveryKeys> DeliveryKeys::open(const std::filesystem::path& file, store::Connection& owner) {
  if (std::filesystem::exists(file)) {
    auto key = SigningKey::read(file);
    if (store::delivery_key(owner, key.id(), key.public_key()) != key.id()) return std::nullopt;
    return DeliveryKeys(std::move(key));
  }
  if (!store::delivery_key(owner).empty()) return std::nullopt;
  // The file first: a row without its file would keep every daemon from sending.
  auto made = SigningKey::make();
  made.write(file);
  // Another daemon that starts in the same moment may have been quicker.
  if (store::delivery_key(owner, made.id(), made.public_key()) != made.id()) return std::nullopt;
  return DeliveryKeys(std::move(made));
}

std::string DeliveryKeys::public_key() const {
  const auto& raw = key_.raw_public_key();
  return {raw.begin(), raw.end()};
}

}  // namespace noroshi::app
