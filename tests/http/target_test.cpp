#include <doctest/doctest.h>

#include "src/http/framing.h"

namespace noroshi::http {
namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

TEST_CASE("a target is split before it is decoded") {
  const auto target = parse_target("/api/v1/a%20b/%E7%8B%BC?x=1&y=a%26b%3Dc&x=2&flag&=e&&z=p+q");
  REQUIRE(target.has_value());
  CHECK(target->segments == std::vector<std::string>{"api", "v1", "a b", "狼"});
  CHECK(target->query ==
        Query{{"x", "1"}, {"y", "a&b=c"}, {"x", "2"}, {"flag", ""}, {"", "e"}, {"z", "p q"}});
}

TEST_CASE("a plus is a blank in the query and itself in the path") {
  const auto target = parse_target("/a+b?at=2018-08-01T09:00:00%2B09:00");
  REQUIRE(target.has_value());
  CHECK(target->segments == std::vector<std::string>{"a+b"});
  CHECK(target->query == Query{{"at", "2018-08-01T09:00:00+09:00"}});
}

TEST_CASE("empty segments are kept, so that a doubled or a last slash is another path") {
  CHECK(parse_target("/")->segments == std::vector<std::string>{""});
  CHECK(parse_target("//a/")->segments == std::vector<std::string>{"", "a", ""});
}

TEST_CASE("what readers could see differently is not decoded at all") {
  for (const char* target :
       {"",        "livez",    "/%",       "/%4",      "/%zz",     "/%00",    "/a%0d%0ab",
        "/%7f",    "/%C2%85",  "/a%2Fb",   "/a%2fb",   "/%ff",     "/%c0%af", "/%ed%a0%80",
        "/%e3%81", "/x?a=%ff", "/x?a=%00", "/x?%0a=1", "/x?a=%1b", "/x?a=%"}) {
    CAPTURE(target);
    CHECK_FALSE(parse_target(target).has_value());
  }
}

TEST_CASE("an escaped slash is data in a query") {
  CHECK(parse_target("/x?a=b%2Fc")->query == Query{{"a", "b/c"}});
}

}  // namespace
}  // namespace noroshi::http
