#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "src/cli/event_reader.h"

using namespace noroshi::cli;

namespace {

struct Heard {
  std::vector<std::string> items, comments;
  EventReader reader{
      [this](const StreamItem& item) { items.push_back(item.name + " " + item.id + " " + item.data); },
      [this](std::string_view text) { comments.emplace_back(text); }};
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("items come whole in whatever pieces they arrive, whatever ends a line") {
  const std::string text =
      "retry: 2000\n\nevent: alarm\nid: a\ndata: {\"x\":1}\n\n: \n\nevent: event\r\nid: b\r\ndata: y\r\n\r\n"
      "data: z\rdata: more\r\r";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    Heard heard;
    for (std::size_t at = 0; at < text.size(); at += size)
      heard.reader.feed(std::string_view(text).substr(at, size));
    CHECK(heard.items == Texts{"alarm a {\"x\":1}", "event b y", "message b z\nmore"});
    CHECK(heard.comments == Texts{""});
    CHECK(heard.reader.last_id() == "b");
    CHECK(heard.reader.retry() == std::chrono::milliseconds(2000));
  }
}

TEST_CASE("an item that was cut is dropped and its id does not count: it comes again") {
  Heard heard;
  heard.reader.feed("event: event\nid: a\ndata: 1\n\nevent: event\nid: b\ndata: 2\n");
  CHECK(heard.reader.last_id() == "a");
  heard.reader.reconnect();
  heard.reader.feed("data: 3\n\n");
  CHECK(heard.items == Texts{"event a 1", "message a 3"});
}

TEST_CASE("an id without data moves the place and brings no item") {
  Heard heard;
  heard.reader.feed(": database unavailable\n\nid: c\n\n");
  CHECK(heard.items.empty());
  CHECK(heard.comments == Texts{"database unavailable"});
  CHECK(heard.reader.last_id() == "c");
}

TEST_CASE("what is no number is no time to wait, and unknown fields are passed over") {
  Heard heard;
  heard.reader.feed("retry: soon\nretry: 99999999999\nretry:\nnonsense\ncolour: red\n\n");
  CHECK_FALSE(heard.reader.retry());
  CHECK(heard.items.empty());
}
