// RFC 6238, appendix B, and RFC 4226, appendix D.
#include <doctest/doctest.h>

#include "src/sign_in/totp.h"

namespace noroshi::sign_in {
namespace {

const std::string rfc_secret = "12345678901234567890";

TEST_CASE("the codes of RFC 6238 for SHA-1") {
  const struct {
    std::int64_t at;
    const char* code;
  } vectors[] = {{59, "94287082"},         {1111111109, "07081804"},  {1111111111, "14050471"},
                 {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
  for (const auto& vector : vectors) {
    CAPTURE(vector.at);
    CHECK(totp_code(rfc_secret, vector.at / totp_step_length, 8) == vector.code);
    // Six digits are the last six.
    CHECK(totp_code(rfc_secret, vector.at / totp_step_length) == std::string(vector.code).substr(2));
  }
}

TEST_CASE("the codes of RFC 4226") {
  const char* codes[] = {"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"};
  for (std::int64_t step = 0; step < 10; ++step) CHECK(totp_code(rfc_secret, step) == codes[step]);
}

TEST_CASE("a code is that of its step or of one beside it") {
  const std::int64_t now = 1'800'000'015;
  const auto step = now / totp_step_length;
  for (const std::int64_t beside : {-1, 0, 1}) CHECK(totp_step_of(rfc_secret, totp_code(rfc_secret, step + beside), now) == step + beside);
  for (const std::int64_t beside : {-2, 2, 40}) CHECK_FALSE(totp_step_of(rfc_secret, totp_code(rfc_secret, step + beside), now));
  const auto code = totp_code(rfc_secret, step);
  for (const auto& other : {std::string(), code.substr(1), code + "0", " " + code.substr(1), std::string("abcdef"),
                            totp_code("another secret of 20", step)})
    CHECK_FALSE(totp_step_of(rfc_secret, other, now));
}

TEST_CASE("base32 of RFC 4648, without padding") {
  const struct {
    const char *bytes, *text;
  } vectors[] = {{"", ""}, {"f", "MY"}, {"fo", "MZXQ"}, {"foo", "MZXW6"}, {"foob", "MZXW6YQ"}, {"fooba", "MZXW6YTB"}, {"foobar", "MZXW6YTBOI"}};
  for (const auto& vector : vectors) CHECK(to_base32(vector.bytes) == vector.text);
}

TEST_CASE("the address of an account in an app") {
  CHECK(totp_uri("foobar", "jps/duty 1") == "otpauth://totp/Noroshi:jps%2Fduty%201?secret=MZXW6YTBOI&issuer=Noroshi");
}

}  // namespace
}  // namespace noroshi::sign_in
