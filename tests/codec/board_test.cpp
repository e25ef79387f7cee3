#include "src/codec/board_views.h"

#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "tests/core/scene.h"

namespace noroshi::codec::testing {
namespace {

namespace json = boost::json;
using core::testing::at;

BoardIncident incident() {
  BoardIncident one;
  one.id = "01649a4e-2f00-7000-8000-000000000001";
  one.number = "JPS-2018-1";
  one.opened_at = at("2018-08-01T09:40:00+09:00");
  return one;
}

json::value shown(BoardIncident one) {
  return json::parse(encode_board({at("2018-08-01T12:00:00+09:00"), false, {std::move(one)}})).at("items").at(0);
}

TEST_CASE("what is usual of a case is left out") {
  BoardIncident one = incident();
  BoardContent content;
  content.organization = "jps";
  content.title = "件名";
  content.state = "assessed";
  one.content = content;
  one.duties.push_back({"2.2.4(2)(h)", 0, "jps", "police-tokyo", at("2018-08-01T10:00:00+09:00"), "open", {}, {}});
  one.inner.push_back({"2.2.4(2)(c)", "jps", at("2018-08-01T10:40:00+09:00"), 3});
  const auto expected = json::parse(R"json({"id":"01649a4e-2f00-7000-8000-000000000001","number":"JPS-2018-1",
    "opened_at":"2018-08-01T09:40:00+09:00","content":{"organization":"jps","title":"件名","state":"assessed"},
    "duties":[{"clause":"2.2.4(2)(h)","holder":"jps","recipient":"police-tokyo","due_at":"2018-08-01T10:00:00+09:00",
      "state":"open"}],
    "inner":[{"clause":"2.2.4(2)(c)","holder":"jps","due_at":"2018-08-01T10:40:00+09:00","count":3}]})json");
  CHECK(shown(one) == expected);
}

TEST_CASE("what is not usual is told: an exercise, what may be large-scale, what was met and acknowledged") {
  BoardIncident one = incident();
  one.exercise = true;
  BoardContent content;
  content.organization = "jps";
  content.state = "assessed";
  content.large_scale = true;
  content.followup_due_at = at("2018-08-02T09:40:00+09:00");
  one.content = content;
  one.duties.push_back({"2.2.4(2)(g)", 2, "jps", "mhlw", at("2018-08-01T10:00:00+09:00"), "fulfilled",
                        at("2018-08-01T09:50:00+09:00"), at("2018-08-01T09:55:00+09:00")});
  const auto value = shown(one);
  CHECK(value.at("exercise") == json::value(true));
  const auto content_of_it = json::parse(R"json({"organization":"jps","title":null,"state":"assessed","large_scale":true,
    "followup_due_at":"2018-08-02T09:40:00+09:00"})json");
  CHECK(value.at("content") == content_of_it);
  const auto duty = json::parse(R"json({"clause":"2.2.4(2)(g)","sentence":2,"holder":"jps","recipient":"mhlw",
    "due_at":"2018-08-01T10:00:00+09:00","state":"fulfilled","fulfilled_at":"2018-08-01T09:50:00+09:00",
    "acknowledged_at":"2018-08-01T09:55:00+09:00"})json");
  CHECK(value.at("duties").at(0) == duty);
}

TEST_CASE("who sees the rows of duties alone has no content") {
  CHECK_FALSE(shown(incident()).as_object().contains("content"));
}

}  // namespace
}  // namespace noroshi::codec::testing
