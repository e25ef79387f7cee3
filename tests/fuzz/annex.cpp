// A sealed text: the daemon's reader and the room that opens it see the same recipients and the same AAD, and nothing
// opens that was not sealed.
#include "src/codec/sealed_annex.h"
#include "src/sealing/jwe.h"
#include "tests/fuzz/fuzz.h"

namespace noroshi::fuzz {
namespace {

// A key of these targets alone: the private half is 1, the public one the generator of P-384 (SEC 2, 2.5.1).
const sealing::PrivateKey& key() {
  static const auto made = sealing::PrivateKey::of_jwk(
      R"({"kty":"EC","crv":"P-384","x":"qofKIr6LBTeOscce8yCtdG4dO2KLp5uYWfdB4IJUKjhVAvJdv1UpbDpUXjhydgq3",)"
      R"("y":"NhfeSpYmLG9dnpi_kpLcKfj0Hb0omhR86doxE7XwuMAKYLHOHX6BnXpDHXyQ6g5f",)"
      R"("d":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB"})");
  HOLDS(made.has_value());
  return *made;
}

}  // namespace

void target(std::string_view input) {
  const auto annex = codec::read_sealed_annex(input);
  const auto envelope = sealing::look_at(input);
  if (annex) {
    HOLDS(!annex->key_ids.empty() && annex->key_ids.size() <= codec::most_annex_recipients);
    HOLDS(annex->authenticated_data.size() <= codec::longest_annex_aad);
    if (envelope) {
      HOLDS(annex->key_ids == envelope->key_ids);
      HOLDS(annex->authenticated_data == envelope->aad);
    }
    HOLDS(codec::adds_recipients_alone(input, input));  // none is a number of further recipients too
  } else {
    HOLDS(!annex.error().empty());
  }
  if (envelope) {
    const auto opened = sealing::open(input, key());
    if (opened) HOLDS(opened->aad == envelope->aad);
    sealing::rewrap(input, key(), key().public_key());
  }
  if (const auto given = sealing::PublicKey::of_text(input)) {
    HOLDS(sealing::PublicKey::of_jwk(given->jwk()) == given);
    HOLDS(sealing::PublicKey::of_text(given->point_text()) == given);
  }
}

}  // namespace noroshi::fuzz
