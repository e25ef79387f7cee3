// The list of channels.
#include <doctest/doctest.h>

#include <set>

#include "src/delivery/channel.h"

namespace noroshi::delivery::test {

TEST_CASE("each channel is there once, whole") {
  std::set<std::string_view> names;
  for (const auto& kind : channels()) {
    CAPTURE(kind.name);
    CHECK(names.insert(kind.name).second);
    CHECK(find_channel(kind.name) == &kind);
    CHECK((kind.make != nullptr));
    CHECK((kind.check != nullptr));
    CHECK_FALSE(kind.settings.empty());
  }
  CHECK(find_channel("telex") == nullptr);
}

TEST_CASE("settings are named one by one where they are missing or unknown") {
  const core::Endpoint endpoint{.channel = "telex"};
  const auto mistakes = check_endpoint(endpoint, {});
  REQUIRE(mistakes.size() == 1);
  CHECK(mistakes.front().pointer == "/channel");
}

}  // namespace noroshi::delivery::test
