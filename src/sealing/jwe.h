// Sealing end to end: a text that its receivers open with keys of their own and nobody on the way can, this program
// included. JWE (RFC 7516), always of one form:
//
//   general JSON serialization, protected header {"alg":"ECDH-ES+A256KW","enc":"A256GCM"} (RFC 7518 4.6, 5.3),
//   for each recipient {"kid","epk"} and the wrapped key, `aad` as the caller gives it; keys on P-384.
//
// It names its receivers by key id alone (RFC 7638 thumbprint, SHA-256). What is opened may come from another program:
// `alg` may then stand at the recipient and `kid` be missing; any other algorithm or curve, `zip`, `crit`, a header
// outside of those and a member that stands twice are refused.
//
// Values; any thread; nothing throws but for want of memory. Private keys and plaintext are wiped where this room holds
// them; what a caller copies is his.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace noroshi::sealing {

constexpr std::size_t longest_plaintext = 32u << 20;  // bytes
constexpr std::size_t longest_aad = 4096;             // bytes
constexpr std::size_t longest_jwe = 48u << 20;        // bytes: base64 of the longest plaintext, and its recipients
constexpr std::size_t longest_jwk = 4096;             // bytes
constexpr std::size_t most_recipients = 64;

// Why not. None tells anything of a key or a text.
enum class Fault {
  unreadable,        // not the JSON that it has to be
  too_large,         // beyond one of the bounds above
  other_algorithm,   // alg, enc, kty or crv that this room does not speak; zip or crit
  bad_key,           // no point of the curve, or halves that do not belong together, or a private key for a public one
  bad_recipients,    // nobody, or too many, or one twice
  not_a_recipient,   // the key opens none of the wrapped keys: it is no receiver's, or they were altered
  altered,           // the key was unwrapped, and header, aad, iv, ciphertext and tag do not belong together
  library_failed,    // OpenSSL or memory; nothing of the input is wrong
};
std::string_view to_string(Fault fault);

template <class T>
using Expected = tl::expected<T, Fault>;

// A text that is wiped when it ends.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text);  // takes it over; what was moved from holds nothing of it
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();
  std::string_view view() const { return text_; }

 private:
  void take(std::string& text);
  void wipe();
  std::string text_;
};

// A point on P-384 that was checked to be one.
class PublicKey {
 public:
  // A JWK {"kty":"EC","crv":"P-384","x","y"}; other members are let be, "d" is refused.
  static Expected<PublicKey> of_jwk(std::string_view jwk);
  // 97 bytes: 0x04, x, y (SEC 1, uncompressed).
  static Expected<PublicKey> of_point(std::string_view point);
  // Either the JWK or the point in base64url (130 characters, no padding): what a person hands in.
  static Expected<PublicKey> of_text(std::string_view text);

  const std::string& point() const { return point_; }
  std::string point_text() const;  // base64url
  std::string jwk() const;         // one line: crv, kid, kty, x, y
  std::string id() const;          // 43 characters of base64url
  friend bool operator==(const PublicKey&, const PublicKey&) = default;

 private:
  friend class PrivateKey;
  explicit PublicKey(std::string point) : point_(std::move(point)) {}
  std::string point_;
};

class PrivateKey {
 public:
  static Expected<PrivateKey> make();
  // A private JWK, whose halves belong together.
  static Expected<PrivateKey> of_jwk(std::string_view jwk);

  const PublicKey& public_key() const { return public_; }
  std::string_view d() const { return d_.view(); }  // 48 bytes, big-endian
  Secret jwk() const;  // one line: crv, d, kid, kty, x, y. Whoever writes it makes the file 0600

 private:
  PrivateKey(PublicKey key, Secret d) : public_(std::move(key)), d_(std::move(d)) {}
  PublicKey public_;
  Secret d_;
};

// What belongs to a text of an annex (別添): a line each, the last one ended too. The one place that says so.
std::string annex_aad(std::string_view organization, std::string_view reference, std::string_view idempotency_key);

// The JWE: one line of JSON.
Expected<std::string> seal(std::string_view plaintext, std::string_view aad, std::span<const PublicKey> recipients);

struct Opened {
  Secret plaintext;
  std::string aad;  // authentic; bytes as the sealer gave them
};
Expected<Opened> open(std::string_view jwe, const PrivateKey& key);

// The same JWE with one recipient more: protected header, aad, iv, ciphertext and tag stay the same bytes. Whoever is
// added reads the same text; that it is whole is checked first. `bad_recipients` where he is one already.
Expected<std::string> rewrap(std::string_view jwe, const PrivateKey& own, const PublicKey& added);

// What anybody can read of a JWE: for whom it is, and what it claims to belong to. Proves nothing, opens nothing;
// refuses what `open` refuses for its form.
struct Envelope {
  std::vector<std::string> key_ids;  // in their order; a recipient without one is an empty text
  std::string aad;
};
Expected<Envelope> look_at(std::string_view jwe);

}  // namespace noroshi::sealing
