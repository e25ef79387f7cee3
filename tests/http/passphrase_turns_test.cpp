// Places in which passphrases are derived: half of them are kept for logins that somebody has.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <string>
#include <vector>

#include "src/http/passphrase_turns.h"

namespace noroshi::http::test {
namespace {

using namespace std::chrono_literals;
using Places = std::vector<PassphraseTurns::Place>;

std::string address(int number) { return "192.0.2." + std::to_string(number); }

TEST_CASE("logins that nobody has take half of the places, and the rest of them derive nothing") {
  const auto turns = std::make_shared<PassphraseTurns>();
  turns->took(100ms);
  Places places;
  for (int i = 0; i < 100; ++i) {
    places.push_back(turns->take(address(i), false));
    CAPTURE(i);
    CHECK(places.back().held);
    CHECK(places.back().derives == (i < PassphraseTurns::of_nobody));
    CHECK(places.back().wait == 100ms * (std::min(i, PassphraseTurns::of_nobody) + 1));
  }
  for (int i = 100; i < 108; ++i) {
    places.push_back(turns->take(address(i), true));
    CHECK(places.back().derives);
  }
  // Where none is left, none is for either, so that it tells nothing of a login.
  CHECK_FALSE(turns->take(address(200), true).held);
  CHECK_FALSE(turns->take(address(200), false).held);
  places.clear();
  CHECK(turns->take(address(200), false).derives);
}

TEST_CASE("an address has four places, and one once half of all are taken") {
  const auto turns = std::make_shared<PassphraseTurns>();
  Places places;
  for (int i = 0; i < PassphraseTurns::of_one; ++i) places.push_back(turns->take(address(1), true));
  for (const bool exists : {true, false}) CHECK_FALSE(turns->take(address(1), exists).held);
  for (int i = 2; i < 6; ++i) places.push_back(turns->take(address(i), true));
  for (const auto& place : places) CHECK(place.held);
  CHECK_FALSE(turns->take(address(5), true).held);
  CHECK(turns->take(address(6), true).held);
  // One who derives nothing has his one place too.
  const auto other = std::make_shared<PassphraseTurns>();
  Places nobodys;
  for (int i = 0; i < 9; ++i) nobodys.push_back(other->take(address(i), false));
  CHECK_FALSE(nobodys.back().derives);
  CHECK_FALSE(other->take(address(8), false).held);
  nobodys.pop_back();
  CHECK(other->take(address(8), false).held);
}

TEST_CASE("what is called later is called in the order of its time") {
  std::vector<int> called;
  std::promise<void> done;
  LaterCalls later;
  later.call(120ms, [&] {
    called.push_back(3);
    done.set_value();
  });
  later.call(0ms, [&] { called.push_back(1); });
  later.call(60ms, [&] { called.push_back(2); });
  REQUIRE(done.get_future().wait_for(20s) == std::future_status::ready);
  CHECK(called == std::vector{1, 2, 3});
}

TEST_CASE("what waits when it ends is dropped") {
  std::atomic<bool> called = false;
  {
    LaterCalls later;
    later.call(1h, [&] { called = true; });
  }
  CHECK_FALSE(called.load());
}

}  // namespace
}  // namespace noroshi::http::test
