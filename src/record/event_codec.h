// Events as the record keeps them: the leaf, which is final, and the openings, which may lawfully be erased.
//
// The bytes are specified in schemas/events/README.md (version 1); this follows it. A leaf holds ids, enums,
// times, slugs and numbers as facts, and each text as a salted commitment SHA-256(salt || value). Salt and
// value are the opening. There is one encoding of an event only: decode() refuses every other.
//
// Pure and safe from any number of threads, except that a SaltSource belongs to one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "src/core/event.h"
#include "src/record/sha256.h"

namespace noroshi::record {

using Salt = std::array<std::uint8_t, 32>;

// Gives 32 fresh random bytes a call. The edge implements it with the system's randomness: a salt that can be
// guessed lets a short value be guessed from its commitment, and one used twice shows that two values are
// equal.
class SaltSource {
 public:
  virtual ~SaltSource() = default;
  virtual Salt next() = 0;
};

struct Opening {
  std::string field;  // unique within an event: "title", "actor_name", ...
  Salt salt{};
  std::string value;  // never empty: an empty text has no opening

  friend bool operator==(const Opening&, const Opening&) = default;
};

struct EncodedEvent {
  std::string leaf;
  std::vector<Opening> openings;  // in the order of the leaf

  friend bool operator==(const EncodedEvent&, const EncodedEvent&) = default;
};

// The actor's own signature over the request that brought the event about (actor_signature.h).
enum class SignatureAlgorithm { ed25519, ecdsa_p256_sha256, ecdsa_p384_sha384 };
std::size_t length_of(SignatureAlgorithm algorithm);  // of a signature, in bytes
struct ActorSignature {
  SignatureAlgorithm algorithm{};
  Digest key{};           // SHA-256 of the public key's SubjectPublicKeyInfo (DER)
  std::string call;       // the path that was called: "/api/v1/reports"
  Digest body_sha256{};   // of the body that was sent there
  std::string signature;  // 64 bytes; 96 for P-384: r || s as in IEEE P1363

  friend bool operator==(const ActorSignature&, const ActorSignature&) = default;
};

// What an erased text reads as: an opening that is absent although the leaf commits to a value.
inline constexpr std::string_view erased = core::erased_text;

// The bytes of the event. Left out are the report's own bytes (their SHA-256 is committed to). Aborts where a
// fact of the event (a slug, a clause, a list's length) exceeds 65,535, a signature has the wrong length, a
// SHA-256 is neither empty nor 32 bytes, or a duty or message is of another incident: what comes from outside
// was bounded long before.
EncodedEvent encode(const core::Event& event, SaltSource& salts, const ActorSignature* signature = nullptr);

// The reverse. `openings` in any order. An absent opening reads as `erased`, a list of reasons as one reason
// of that text in both languages; ReportReceived::bytes stays empty. The error says what is wrong and at
// which byte of the leaf: a version or type that is not known, bytes that are not canonical, an opening that
// does not match its commitment, is not of this event or stands twice.
tl::expected<core::Event, std::string> decode(std::string_view leaf, const std::vector<Opening>& openings);

// The actor's signature; nothing where the leaf has none or its opening is not among those given. The same
// errors.
tl::expected<std::optional<ActorSignature>, std::string> signature_in(std::string_view leaf,
                                                                      const std::vector<Opening>& openings);

// What a leaf commits to, in its order. The same errors.
struct Commitment {
  std::string field;
  Digest commitment{};
  friend bool operator==(const Commitment&, const Commitment&) = default;
};
tl::expected<std::vector<Commitment>, std::string> commitments_in(std::string_view leaf);

// The commitment as it stands in the leaf: SHA-256(salt || value).
Digest commitment_of(const Salt& salt, std::string_view value);

// Whether that opening of an event of that type is kept when the content of its incident is erased: identifiers, names of
// who acted, sentences of the program's own, and why it was erased. Every other is deleted, also one of a type that this
// does not know. outlives_erasure() of schemas/sql says the same.
bool outlives_erasure(std::string_view type, std::string_view field);

}  // namespace noroshi::record
