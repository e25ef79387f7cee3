#include "src/sign_in/shown_secret.h"

#include "src/sealing/base64url.h"
#include "src/sealing/ciphers.h"
#include "src/sign_in/keyed_hash.h"
#include "src/sign_in/totp.h"

namespace noroshi::sign_in {
namespace {

constexpr std::size_t time_length = 8;
constexpr std::size_t sealed_length = sealing::iv_length + time_length + totp_secret_length + sealing::tag_length;

std::string aad_of(std::string_view code) { return "noroshi set-up " + sha256(code); }

}  // namespace

std::optional<std::string> seal_shown_secret(std::string_view key, std::string_view code, std::string_view secret, std::int64_t now) {
  std::string said;
  for (int i = 7; i >= 0; --i) said += static_cast<char>(static_cast<std::uint64_t>(now) >> (8 * i));
  const sealing::Secret text(said.append(secret));
  const auto sealed = sealing::encrypt(text.view(), aad_of(code), sealing::Secret(std::string(key)));
  return sealed ? std::optional(sealing::to_base64url(sealed->iv + sealed->ciphertext + sealed->tag)) : std::nullopt;
}

std::optional<sealing::Secret> open_shown_secret(std::string_view key, std::string_view code, std::string_view state, std::int64_t now) {
  if (state.size() > 2 * sealed_length) return std::nullopt;
  const auto bytes = sealing::from_base64url(state);
  if (!bytes || bytes->size() != sealed_length) return std::nullopt;
  const sealing::Encrypted parts{bytes->substr(0, sealing::iv_length),
                                 bytes->substr(sealing::iv_length, time_length + totp_secret_length),
                                 bytes->substr(sealing::iv_length + time_length + totp_secret_length)};
  const auto said = sealing::decrypt(parts, aad_of(code), sealing::Secret(std::string(key)));
  if (!said || said->view().size() != time_length + totp_secret_length) return std::nullopt;
  std::uint64_t made = 0;
  for (std::size_t i = 0; i < time_length; ++i) made = made << 8 | static_cast<unsigned char>(said->view()[i]);
  const auto age = now - static_cast<std::int64_t>(made);
  // Daemons on one database may differ by a little.
  if (age < -30 || age > shown_secret_lifetime) return std::nullopt;
  return sealing::Secret(std::string(said->view().substr(time_length)));
}

}  // namespace noroshi::sign_in
