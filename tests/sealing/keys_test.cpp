// Keys: JWK and point, their id, and everything that is no key for this.
#include <doctest/doctest.h>

#include "src/sealing/base64url.h"
#include "src/sealing/jwe.h"

namespace noroshi::sealing {
namespace {

// RFC 7518 has no key on P-384; this one is the generator of the curve (SEC 2, secp384r1), whose private half is 1.
constexpr std::string_view generator_x = "qofKIr6LBTeOscce8yCtdG4dO2KLp5uYWfdB4IJUKjhVAvJdv1UpbDpUXjhydgq3";
constexpr std::string_view generator_y = "NhfeSpYmLG9dnpi_kpLcKfj0Hb0omhR86doxE7XwuMAKYLHOHX6BnXpDHXyQ6g5f";

std::string jwk(std::string_view x, std::string_view y, std::string_view more = "") {
  return R"({"kty":"EC","crv":"P-384","x":")" + std::string(x) + R"(","y":")" + std::string(y) + "\"" + std::string(more) + "}";
}

std::string one() {  // 48 bytes
  return std::string(63, 'A') + "B";
}

TEST_CASE("a key is the same as JWK, as point and as text, and its id is the thumbprint of RFC 7638") {
  const auto key = PublicKey::of_jwk(jwk(generator_x, generator_y));
  REQUIRE(key);
  CHECK(key->point().size() == 97);
  CHECK(key->point().front() == '\x04');
  CHECK(PublicKey::of_point(key->point()) == key);
  CHECK(PublicKey::of_text(key->point_text()) == key);
  CHECK(PublicKey::of_text(key->jwk()) == key);
  // printf '{"crv":"P-384","kty":"EC","x":"…","y":"…"}' | openssl dgst -sha256 -binary | basenc --base64url
  CHECK(key->id() == "-W6Wzot_wuerYbKBVKfGEks3iY2EALna-hBqObnPuJE");
  CHECK(key->jwk() == R"({"crv":"P-384","kid":"-W6Wzot_wuerYbKBVKfGEks3iY2EALna-hBqObnPuJE","kty":"EC","x":")" + std::string(generator_x) +
                          R"(","y":")" + std::string(generator_y) + "\"}");
  // What else stands in a JWK changes nothing.
  CHECK(PublicKey::of_jwk(jwk(generator_x, generator_y, R"(,"kid":"mine","use":"enc","alg":"ECDH-ES+A256KW")")) == key);
}

TEST_CASE("what is no public key of this curve is refused") {
  const auto good = jwk(generator_x, generator_y);
  const auto off_the_curve = std::string(generator_y.substr(0, 63)) + "e";
  const struct {
    std::string text;
    Fault fault;
  } cases[] = {
      {"", Fault::unreadable},
      {"[]", Fault::unreadable},
      {good.substr(1), Fault::unreadable},
      {good + " ", Fault::library_failed},  // white space around is none of its own: taken
      {R"({"kty":"EC","kty":"EC","crv":"P-384","x":"","y":""})", Fault::unreadable},
      {R"({"kty":"EC","crv":"P-256","x":"","y":""})", Fault::other_algorithm},
      {R"({"kty":"RSA","n":"AQAB","e":"AQAB"})", Fault::other_algorithm},
      {R"({"kty":7,"crv":"P-384"})", Fault::unreadable},
      {jwk(generator_x, off_the_curve), Fault::bad_key},
      {jwk(generator_x, ""), Fault::bad_key},
      {jwk(generator_x, std::string(generator_y) + "AA"), Fault::bad_key},
      {jwk(std::string(64, 'A'), std::string(64, 'A')), Fault::bad_key},
      {jwk(generator_x, generator_y, R"(,"d":")" + one() + "\""), Fault::bad_key},
      {jwk(generator_x, generator_y, R"(,"note":")" + std::string(longest_jwk, 'x') + "\""), Fault::too_large},
  };
  for (const auto& each : cases) {
    CAPTURE(each.text.substr(0, 200));
    const auto key = PublicKey::of_jwk(each.text);
    if (each.fault == Fault::library_failed) {
      CHECK(key);
    } else {
      REQUIRE_FALSE(key);
      CHECK(to_string(key.error()) == to_string(each.fault));
    }
  }
  const auto key = PublicKey::of_jwk(good);
  auto point = key->point();
  CHECK_FALSE(PublicKey::of_point(point.substr(1)));
  CHECK_FALSE(PublicKey::of_point(std::string(97, '\0')));
  point[0] = '\x06';  // the hybrid form
  CHECK_FALSE(PublicKey::of_point(point));
  point = key->point();
  point[96] = static_cast<char>(point[96] ^ 1);
  CHECK_FALSE(PublicKey::of_point(point));
}

TEST_CASE("a private key holds where its halves belong together") {
  CHECK(PrivateKey::of_jwk(jwk(generator_x, generator_y, R"(,"d":")" + one() + "\"")));
  const auto two = std::string(63, 'A') + "C";
  const auto zero = std::string(64, 'A');
  for (const auto& d : {two, zero, std::string(64, '_'), std::string("AQ"), std::string()}) {
    const auto key = PrivateKey::of_jwk(jwk(generator_x, generator_y, R"(,"d":")" + d + "\""));
    REQUIRE_FALSE(key);
    CHECK(key.error() == Fault::bad_key);
  }
  CHECK_FALSE(PrivateKey::of_jwk(jwk(generator_x, generator_y)));

  const auto made = PrivateKey::make(), other = PrivateKey::make();
  REQUIRE(made);
  REQUIRE(other);
  CHECK_FALSE(made->public_key() == other->public_key());
  const auto again = PrivateKey::of_jwk(made->jwk().view());
  REQUIRE(again);
  CHECK(again->public_key() == made->public_key());
  CHECK(again->jwk().view() == made->jwk().view());
  CHECK(made->public_key().jwk().find("\"d\"") == std::string::npos);
  CHECK(PublicKey::of_jwk(made->jwk().view()).error() == Fault::bad_key);
}

TEST_CASE("base64url has one text for one value") {
  for (const std::string_view bytes : {"", "f", "fo", "foo", "foob", "\xff\xfe\xfd", "\xfb\xff"})
    CHECK(from_base64url(to_base64url(bytes)) == bytes);
  CHECK(to_base64url("\xfb\xff") == "-_8");
  for (const std::string_view wrong : {"A", "AB", "AAB", "-_9", "Zm8=", "Zm 8", "Zm+8", "Zm/8", "Zg\n"})
    CHECK_FALSE(from_base64url(wrong));
}

TEST_CASE("a secret that was moved from holds nothing") {
  for (const std::string_view text : {"short", "a text that is longer than what lies within a string"}) {
    Secret first{std::string(text)};
    Secret second(std::move(first));
    CHECK(first.view().empty());
    CHECK(second.view() == text);
    first = std::move(second);
    CHECK(first.view() == text);
  }
}

}  // namespace
}  // namespace noroshi::sealing
