// The token of a link: nobody makes one but the daemon, and nobody alters one.
#include "src/delivery/acknowledgement_token.h"

#include <doctest/doctest.h>

namespace noroshi::delivery::test {

using namespace std::chrono_literals;

namespace {

class FixedKeys : public Keys {
 public:
  explicit FixedKeys(char fill) : fill_(fill) {}
  std::string sign(std::string_view) const override { return std::string(64, fill_); }
  std::string public_key() const override { return std::string(32, fill_); }
  std::string key_id() const override { return std::string(16, '0'); }
  std::string derive(std::string_view label) const override {
    std::string secret(32, fill_);
    for (std::size_t i = 0; i < label.size(); ++i) secret[i % 32] = static_cast<char>(secret[i % 32] ^ label[i]);
    return secret;
  }

 private:
  char fill_;
};

AcknowledgementClaim some_claim() {
  AcknowledgementClaim claim;
  for (std::uint8_t i = 0; i < 16; ++i) {
    claim.message.value.bytes[i] = i;
    claim.endpoint.value.bytes[i] = static_cast<std::uint8_t>(0xf0 + i);
  }
  claim.expires = std::chrono::sys_days(std::chrono::year(2018) / 8 / 31) + 12h;
  return claim;
}

}  // namespace

TEST_CASE("a token says what it was made of, to whoever has the key") {
  const FixedKeys keys('k');
  const auto token = acknowledgement_token(keys, some_claim());
  CHECK(token.size() == 75);
  CHECK(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
        std::string::npos);
  CHECK(read_acknowledgement_token(keys, token) == some_claim());
  CHECK_FALSE(read_acknowledgement_token(FixedKeys('l'), token));
}

TEST_CASE("a token with any one character altered, cut or added is none") {
  const FixedKeys keys('k');
  const auto token = acknowledgement_token(keys, some_claim());
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto altered = token;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    CAPTURE(i);
    CHECK_FALSE(read_acknowledgement_token(keys, altered));
  }
  CHECK_FALSE(read_acknowledgement_token(keys, token.substr(1)));
  CHECK_FALSE(read_acknowledgement_token(keys, token + "A"));
  CHECK_FALSE(read_acknowledgement_token(keys, token + "="));
  CHECK_FALSE(read_acknowledgement_token(keys, ""));
}

}  // namespace noroshi::delivery::test
