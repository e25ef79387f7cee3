#include <doctest/doctest.h>

#include "src/sign_in/session_secret.h"

namespace noroshi::sign_in {
namespace {

TEST_CASE("the session in a Cookie field") {
  const struct {
    const char* field;
    std::optional<std::string_view> session;
  } cases[] = {
      {"__Host-noroshi=abc", "abc"},
      {"a=1; __Host-noroshi=abc; b=2", "abc"},
      {"a=1;__Host-noroshi=abc", "abc"},
      {"  __Host-noroshi=abc  ", "abc"},
      {"__Host-noroshi=", ""},
      {"__Host-noroshi=a=b", "a=b"},
      {"__Host-noroshi=abc; __Host-noroshi=abc", {}},
      {"__Host-noroshi2=abc", {}},
      {"x__Host-noroshi=abc", {}},
      {"__host-noroshi=abc", {}},
      {"noroshi=abc", {}},
      {"__Host-noroshi", {}},
      {"", {}},
      {";;;", {}},
  };
  for (const auto& given : cases) {
    CAPTURE(given.field);
    CHECK(session_in(given.field) == given.session);
  }
}

TEST_CASE("the token against forged requests is of one session and leads back to none") {
  const auto token = csrf_token_of("session:a");
  CHECK(token.size() == 43);
  CHECK(token == csrf_token_of("session:a"));
  CHECK(token != csrf_token_of("session:b"));
}

TEST_CASE("cookies as they are given and taken") {
  CHECK(give_cookie("abc") == "__Host-noroshi=abc; Path=/; Secure; HttpOnly; SameSite=Strict");
  CHECK(take_cookie() == "__Host-noroshi=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
}

}  // namespace
}  // namespace noroshi::sign_in
