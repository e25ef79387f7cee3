#include <doctest/doctest.h>

#include "src/record/event_codec.h"

using namespace noroshi::record;

namespace {

std::string hex(const Digest& digest) {
  std::string text;
  for (auto byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

}  // namespace

TEST_CASE("SHA-256 gives what FIPS 180-4 gives, in one part or several") {
  CHECK(hex(sha256({})) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(sha256({"abc"})) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(sha256({"a", "", "bc"})) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a leaf is hashed with the byte 00 before it, so that it is no inner node (RFC 6962, 2.1)") {
  // The leaf hash of the empty leaf, known from the test vectors of Certificate Transparency.
  CHECK(hex(leaf_hash("")) == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

TEST_CASE("a commitment is the hash of salt and value") {
  Salt salt{};
  salt[31] = 1;
  CHECK(commitment_of(salt, "value") == sha256({bytes_of(salt), "value"}));
  CHECK(commitment_of(salt, "value") != commitment_of(Salt{}, "value"));
}
