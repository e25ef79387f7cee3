// The text of Server-Sent Events.
#include <doctest/doctest.h>

#include <stdexcept>

#include "src/http/event_stream.h"

namespace noroshi::http::testing {
namespace {

std::string text_of(const SseItem& item) {
  std::string text;
  append_item(text, item);
  return text;
}

TEST_CASE("an item is its name, its id, its data and an empty line") {
  CHECK(text_of({"alarm", R"({"level":1})", "abc"}) == "event: alarm\nid: abc\ndata: {\"level\":1}\n\n");
  CHECK(text_of({"heartbeat", "{}", std::nullopt}) == "event: heartbeat\ndata: {}\n\n");
}

TEST_CASE("data of several lines is as many fields, so that a client puts the same text together again") {
  CHECK(text_of({"event", "a\nb", "1"}) == "event: event\nid: 1\ndata: a\ndata: b\n\n");
  CHECK(text_of({"event", "a\n", "1"}) == "event: event\nid: 1\ndata: a\ndata: \n\n");
  CHECK(text_of({"event", "", "1"}) == "event: event\nid: 1\ndata: \n\n");
}

TEST_CASE("comments, the waiting time and an id without an item give nothing to a client's program") {
  std::string text;
  append_retry(text, std::chrono::seconds(2));
  append_comment(text, "");
  append_comment(text, "database unavailable");
  append_id(text, "abc");
  CHECK(text == "retry: 2000\n\n: \n\n: database unavailable\n\nid: abc\n\n");
}

TEST_CASE("nothing that ends a line goes into a field of one line") {
  std::string text;
  CHECK_THROWS_AS(append_comment(text, "a\nevent: alarm"), std::invalid_argument);
  CHECK_THROWS_AS(append_id(text, "a\rb"), std::invalid_argument);
  CHECK_THROWS_AS(append_id(text, std::string("a\0b", 3)), std::invalid_argument);
  CHECK_THROWS_AS(text_of({"event\ndata: x", "", std::nullopt}), std::invalid_argument);
  CHECK_THROWS_AS(text_of({"event", "a\rb", std::nullopt}), std::invalid_argument);
}

}  // namespace
}  // namespace noroshi::http::testing
