#include <doctest/doctest.h>

#include "src/sign_in/back_off.h"
#include "src/sign_in/challenge.h"
#include "src/sign_in/passphrase.h"

namespace noroshi::sign_in {
namespace {

using namespace std::chrono_literals;

std::string hexadecimal(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

// Of RFC 7914, section 11: PBKDF2-HMAC-SHA-256; its first 32 bytes of 64.
TEST_CASE("the keys of RFC 7914") {
  CHECK(hexadecimal(derive_passphrase(sealing::Secret("passwd"), "salt", 1)) ==
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
  CHECK(hexadecimal(derive_passphrase(sealing::Secret("Password"), "NaCl", 80'000)) ==
        "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56");
}

TEST_CASE("what is taken for a passphrase") {
  const std::string login = "jps/a-very-long-login-of-one";
  const struct {
    std::string text;
    std::optional<PassphraseFault> fault;
  } cases[] = {
      {"kettle orbit velvet anchor", {}},
      {"3141592653589793", {}},
      {"12345678901234", PassphraseFault::too_short},
      {"山の向こうに青い湖がある朝五時半", {}},
      {"あいうえおかきくけこさしすせ", PassphraseFault::too_short},
      // Half-width characters with their marks are fifteen before and fewer after.
      {"ｶﾞｶﾞｶﾞｶﾞｶﾞｶﾞｶﾞｶ", PassphraseFault::too_short},
      {"A-Very-Long-Login-Of-One", PassphraseFault::has_login},
      {"JPS/a-very-long-login-of-one", PassphraseFault::has_login},
      {std::string(1025, 'a'), PassphraseFault::too_long},
      {std::string(1024, 'a'), PassphraseFault::repeats},
      {"my a-very-long-login-of-one of today", PassphraseFault::has_login},
      {"aaaaaaaaaaaaaaa", PassphraseFault::repeats},
      {"ＡａＡａＡａＡａＡａＡａＡａＡａ", PassphraseFault::repeats},
      {"abc abc abc abc abc", PassphraseFault::repeats},
      {"ああああああああああああああああ", PassphraseFault::repeats},
      {"烽火台烽火台烽火台烽火台烽火台", PassphraseFault::repeats},
      {"123456789012345", PassphraseFault::is_run},
      {"9876543210987654", PassphraseFault::is_run},
      {"abcdefghijklmnopq", PassphraseFault::is_run},
      {"qwertyuiopasdfgh", PassphraseFault::is_run},
      {"1qaz2wsx3edc4rfv", PassphraseFault::is_run},
      {"zaq12wsxcde34rfv", PassphraseFault::is_run},
      {"Correct-Horse Battery.Staple!", PassphraseFault::is_common},
      {"password password", PassphraseFault::is_common},
      {"This is my password 2026", PassphraseFault::is_common},
      {"パスワードパスワードパスワード", PassphraseFault::is_common},
      {"あいうえおかきくけこさしすせそ", PassphraseFault::is_common},
      {"correct horse\nbattery staple", PassphraseFault::not_text},
      {"correct horse \xff battery", PassphraseFault::not_text},
      {"", PassphraseFault::too_short},
  };
  for (const auto& given : cases) {
    CAPTURE(given.text);
    const auto accepted = accept_passphrase(given.text, login);
    CHECK(accepted.has_value() == !given.fault.has_value());
    if (!accepted && given.fault) CHECK(accepted.error() == *given.fault);
  }
}

TEST_CASE("a short login is no word that stands in a passphrase by chance") {
  CHECK(accept_passphrase("the harbour was abandoned early", "jps/ab").has_value());
  CHECK_FALSE(accept_passphrase("the harbour of JPS/ab at night", "jps/ab").has_value());
}

TEST_CASE("two keyboards that write the same give the same") {
  CHECK(normalize_passphrase("ｶﾞパスワード Ａ１")->view() == normalize_passphrase("ガパスワード A1")->view());
  CHECK(normalize_passphrase("e\u0301")->view() == normalize_passphrase("\u00e9")->view());
}

TEST_CASE("waits double from the fifth failure on") {
  for (int failures : {0, 1, 2, 3, 4}) CHECK(wait_after(failures) == 0s);
  const std::chrono::seconds waits[] = {2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 512s, 900s, 900s};
  int failures = 5;
  for (const auto wait : waits) CHECK(wait_after(failures++) == wait);
  CHECK(wait_after(2'000'000'000) == 15min);
}

TEST_CASE("a state is good for its purpose, its time and its key") {
  const std::string key(32, 'k'), challenge(challenge_length, 'c');
  const std::int64_t now = 1'800'000'000;
  const auto state = write_state(key, "sign-in", challenge, now);
  CHECK(state.size() <= longest_state);
  CHECK(read_state(key, "sign-in", state, now) == challenge);
  CHECK(read_state(key, "sign-in", state, now + challenge_lifetime) == challenge);
  CHECK_FALSE(read_state(key, "sign-in", state, now + challenge_lifetime + 1));
  CHECK_FALSE(read_state(key, "sign-in", state, now - 31));
  CHECK_FALSE(read_state(key, "set-up x", state, now));
  CHECK_FALSE(read_state(std::string(32, 'l'), "sign-in", state, now));
  for (std::size_t place = 0; place < state.size(); ++place) {
    auto altered = state;
    altered[place] = altered[place] == 'A' ? 'B' : 'A';
    CHECK_FALSE(read_state(key, "sign-in", altered, now));
  }
  for (const auto& other : {std::string(), state.substr(1), state + "A", std::string(10'000, 'A')})
    CHECK_FALSE(read_state(key, "sign-in", other, now));
}

}  // namespace
}  // namespace noroshi::sign_in
