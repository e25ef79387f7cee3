// The key of deliveries: it signs what channels send, and gives the secrets that receivers share and the tokens of
// links. All daemons on one database have the same one, or a link that one sent would not open at another.
#pragma once

#include <filesystem>
#include <optional>

#include "src/app/signing_key.h"
#include "src/delivery/channel.h"
#include "src/store/database.h"

namespace noroshi::app {

class DeliveryKeys : public delivery::Keys {
 public:
  // The key of that file; made and registered where neither the file nor a key of another daemon is there. Nothing
  // where the database knows one and the file is missing or another's: this daemon sends nothing until the file is
  // copied here. Throws KeyFileFault where the file cannot be read. `owner` is of role owner.
  static std::optional<DeliveryKeys> open(const std::filesystem::path& file, store::Connection& owner);

  std::string sign(std::string_view text) const override { return key_.sign(text); }
  std::string public_key() const override;
  std::string key_id() const override { return key_.id(); }
  std::string derive(std::string_view label) const override { return key_.derive(label); }

 private:
  explicit DeliveryKeys(SigningKey key) : key_(std::move(key)) {}
  SigningKey key_;
};

}  // namespace noroshi::app
