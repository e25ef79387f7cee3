// The secret that a set-up page was shown comes back as it went out, and by nobody else's state.
#include <doctest/doctest.h>

#include "src/sign_in/shown_secret.h"
#include "src/sign_in/totp.h"

namespace noroshi::sign_in {
namespace {

constexpr std::int64_t now = 1'900'000'000;
const std::string key(32, 'k'), code(43, 'c'), secret("01234567890123456789");

TEST_CASE("a shown secret is opened by its key, for its link, in its time") {
  const auto state = seal_shown_secret(key, code, secret, now);
  REQUIRE(state);
  struct Case {
    const char* name;
    std::string key, code;
    std::int64_t at;
    bool opens;
  };
  for (const Case& c : {Case{"at once", key, code, now, true}, Case{"after half an hour", key, code, now + 30 * 60, true},
                        Case{"a second later", key, code, now + 30 * 60 + 1, false},
                        Case{"by a daemon whose clock is behind a little", key, code, now - 30, true},
                        Case{"before it was made", key, code, now - 31, false},
                        Case{"under another key", std::string(32, 'K'), code, now, false},
                        Case{"for another link", key, std::string(43, 'd'), now, false}}) {
    CAPTURE(c.name);
    const auto opened = open_shown_secret(c.key, c.code, *state, c.at);
    CHECK(opened.has_value() == c.opens);
    if (opened) CHECK(opened->view() == secret);
  }
}

TEST_CASE("a state that was changed anywhere is none, and two of one secret differ") {
  const auto state = seal_shown_secret(key, code, secret, now);
  REQUIRE(state);
  CHECK(*state != *seal_shown_secret(key, code, secret, now));
  for (std::size_t i = 0; i < state->size(); ++i) {
    auto changed = *state;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(open_shown_secret(key, code, changed, now));
  }
  for (const auto& none : {std::string(), state->substr(1), *state + "A", *state + "=", std::string(100'000, 'A'), std::string("x y")})
    CHECK_FALSE(open_shown_secret(key, code, none, now));
}

}  // namespace
}  // namespace noroshi::sign_in
