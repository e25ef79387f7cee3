// Streams as the session pulls them, over a real database: how they read, wake and speak of themselves.
#include <doctest/doctest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <thread>

#include "src/http/api_stream.h"
#include "src/store/sequencer.h"
#include "src/store/views.h"
#include "tests/app/api_request.h"
#include "tests/store/store_scene.h"

namespace noroshi::app::test {
namespace {

using namespace std::chrono_literals;
using store::test::StoreScene;

constexpr auto patience = 20s;

// The routes on an io thread, as the daemon has them.
struct Scene {
  explicit Scene(http::LiveStreamOptions options = {})
      : streams(io.get_executor(), {readers, workers, StoreScene::shared().law()}, std::move(options)) {
    http::add_stream_route(router, streams);
    thread = std::thread([this] { io.run(); });
  }
  ~Scene() {
    work.reset();
    io.stop();
    thread.join();
  }

  http::Response open(const std::string& organization, const std::string& role,
                      const std::string& query = "") {
    const http::Caller caller{.organization = organization,
                              .role = role,
                              .token_id = "01649a4e-2f00-7000-8000-0000000000ff",
                              .tenant = organization};
    std::promise<http::Response> promise;
    boost::asio::post(io, [&] { promise.set_value(ask(router, "/api/v1/stream" + query, &caller)); });
    return promise.get_future().get();
  }
  std::shared_ptr<http::BodySource> stream(const std::string& organization,
                                           const std::string& role = "csirt_member",
                                           const std::string& query = "") {
    const auto response = open(organization, role, query);
    INFO(response.body);
    REQUIRE(response.status == 200);
    CHECK(response.content_type == "text/event-stream");
    return response.source;
  }

  std::future<http::BodySource::Piece> ask_for_next(const std::shared_ptr<http::BodySource>& source) {
    const auto promise = std::make_shared<std::promise<http::BodySource::Piece>>();
    boost::asio::post(io, [source, promise] {
      source->next([promise](std::optional<http::BodySource::Piece> piece) { promise->set_value(*piece); });
    });
    return promise->get_future();
  }
  static http::BodySource::Piece wait(std::future<http::BodySource::Piece> piece) {
    REQUIRE(piece.wait_for(patience) == std::future_status::ready);
    return piece.get();
  }
  std::string next(const std::shared_ptr<http::BodySource>& source) {
    const auto piece = wait(ask_for_next(source));
    return piece ? *piece : "";
  }

  // Numbers what waits and tells the streams.
  std::int64_t number_and_tell() {
    store::Connection connection(StoreScene::shared().settings(), store::DatabaseRole::sequencer);
    REQUIRE(store::Sequencer(connection, store::Sequencer::make_holder(), 1ms).run_once());
    const std::int64_t numbered = stored();
    streams.tell(numbered);
    return numbered;
  }
  static std::int64_t stored() {
    store::Connection reader(StoreScene::shared().settings(), store::DatabaseRole::reader);
    return store::numbered_events(reader);
  }

  boost::asio::io_context io;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
  store::ConnectionPool readers{StoreScene::shared().settings(), store::DatabaseRole::reader, 2};
  http::WorkerPool workers{2, 64};
  http::LiveStreams streams;
  http::Router router;
  std::thread thread;
};

void report(const std::string& organization) {
  using namespace store::test;
  static int n = 0;
  const std::string reference = "live-" + std::to_string(++n);
  const auto body = report_json(reference, "first", R"(,"assessment":"incident","cyberattack":"yes")");
  accepted(StoreScene::shared().perform(submit(csirt_member(organization), body, reference)));
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("it begins with the time to wait and its place, and brings what is numbered from then on") {
  Scene scene;
  const std::int64_t place = scene.number_and_tell();
  const auto stream = scene.stream("jps");
  CHECK(scene.next(stream).starts_with("retry: 2000\n\nevent: ready\nid: " + store::write_place(place) +
                                       "\ndata: {"));
  auto page = scene.ask_for_next(stream);
  report("jps");
  scene.number_and_tell();
  const std::string text = *Scene::wait(std::move(page));
  CHECK(text.starts_with("event: event\nid: " + store::write_place(place + 1) + "\ndata: {\"id\":"));
  CHECK(has(text, R"("type":"message.sent")"));
}

TEST_CASE("streams at one place on behalf of one body share what they write") {
  Scene scene;
  scene.number_and_tell();
  const auto one = scene.stream("jps"), other = scene.stream("jps"), stranger = scene.stream("meti");
  for (const auto& stream : {one, other, stranger}) scene.next(stream);
  auto first = scene.ask_for_next(one), second = scene.ask_for_next(other);
  scene.ask_for_next(stranger);
  report("jps");
  scene.number_and_tell();
  CHECK(Scene::wait(std::move(first)) == Scene::wait(std::move(second)));  // the very bytes
}

TEST_CASE("a stream that is too far behind, or ahead, begins anew from now") {
  Scene scene;
  const std::int64_t present = scene.number_and_tell();
  const auto greeting = [&](std::int64_t place) {
    return scene.next(scene.stream("jps", "csirt_member", "?after=" + store::write_place(place)));
  };
  CHECK(has(greeting(present + 1), R"({"reason":"ahead",)"));
  CHECK_FALSE(has(greeting(present), "event: reset"));

  // As if much had been numbered since.
  const auto set_numbered = [](std::int64_t numbered) {
    store::test::run(StoreScene::shared().owner(),
                     "UPDATE noroshi.sequencer SET next_sequence = " + std::to_string(numbered));
  };
  set_numbered(present + http::longest_resume);
  CHECK_FALSE(has(greeting(present), "event: reset"));
  const std::string text = greeting(present - 1);
  set_numbered(present);
  const std::string place = store::write_place(present + http::longest_resume);
  CHECK(has(text, "event: reset\nid: " + place + "\ndata: {\"reason\":\"behind\","));
  CHECK(has(text, "event: ready\nid: " + place));
}

TEST_CASE("what lies in between is passed over: a comment keeps the line open and moves the client's place") {
  Scene scene({.keep_alive = 50ms});
  const std::int64_t place = scene.number_and_tell();
  const auto stream = scene.stream("meti");
  scene.next(stream);
  CHECK(scene.next(stream) == ": \n\n");
  report("jps");
  const std::int64_t present = scene.number_and_tell();
  CHECK(present > place);
  std::string text = ": \n\n";
  while (text == ": \n\n") text = scene.next(stream);
  CHECK(text == ": \n\nid: " + store::write_place(present) + "\n\n");
  CHECK(scene.next(stream) == ": \n\n");
}

TEST_CASE("while the database is away it says so, and then it reads what has come") {
  Scene scene({.keep_alive = 50ms});
  scene.number_and_tell();
  const auto stream = scene.stream("jps");
  scene.next(stream);
  scene.streams.tell_database_is_away();
  std::string text = ": \n\n";
  while (text == ": \n\n") text = scene.next(stream);
  CHECK(text == ": database unavailable\n\n");
  report("jps");
  scene.number_and_tell();
  while (text.starts_with(":")) text = scene.next(stream);
  CHECK(text.starts_with("event: event\n"));
}

TEST_CASE("a database that was restored under an open stream begins it anew") {
  Scene scene;
  const std::int64_t present = scene.number_and_tell();
  const auto stream = scene.stream("jps", "csirt_member", "?after=" + store::write_place(present));
  scene.next(stream);
  auto next = scene.ask_for_next(stream);
  store::test::run(StoreScene::shared().owner(),
                   "UPDATE noroshi.sequencer SET next_sequence = " + std::to_string(present - 1));
  scene.streams.tell_database_is_away();
  scene.streams.tell(present - 1);
  const std::string text = *Scene::wait(std::move(next));
  store::test::run(StoreScene::shared().owner(),
                   "UPDATE noroshi.sequencer SET next_sequence = " + std::to_string(present));
  CHECK(text.starts_with("event: reset\nid: " + store::write_place(present - 1) + "\n"));
}

TEST_CASE("an item of another name comes to each stream once, then not before a minute has gone") {
  std::atomic<int> asked{0};
  Scene scene({.keep_alive = 50ms, .heartbeat = [&](const http::Caller& caller) {
                 ++asked;
                 return std::optional(
                     http::SseItem{"heartbeat", "{\"to\":\"" + caller.organization + "\"}", std::nullopt});
               }});
  scene.number_and_tell();
  const auto stream = scene.stream("jps");
  scene.next(stream);
  CHECK(scene.next(stream) == "event: heartbeat\ndata: {\"to\":\"jps\"}\n\n");
  CHECK(scene.next(stream) == ": \n\n");
  CHECK(scene.next(stream) == ": \n\n");
  CHECK(asked == 1);
}

TEST_CASE("a heartbeat that cannot be had leaves the stream as it is") {
  Scene scene({.keep_alive = 50ms, .heartbeat = [](const http::Caller&) -> std::optional<http::SseItem> {
                 throw std::runtime_error("no key");
               }});
  scene.number_and_tell();
  const auto stream = scene.stream("jps");
  scene.next(stream);
  CHECK(scene.next(stream) == ": \n\n");
}

TEST_CASE("an end is said at once, and is the end") {
  Scene scene;
  scene.number_and_tell();
  const auto stream = scene.stream("jps");
  scene.next(stream);
  auto last = scene.ask_for_next(stream);
  boost::asio::post(scene.io, [stream] { stream->end(http::BodyEnd::token_invalid); });
  CHECK(has(*Scene::wait(std::move(last)), R"(event: end)"
                                           "\n"
                                           R"(data: {"reason":"token",)"));
  CHECK(Scene::wait(scene.ask_for_next(stream)) == nullptr);
}

TEST_CASE("caps: in all and for one token; a stream that goes makes room") {
  Scene scene({.streams = 3, .streams_of_token = 2});
  auto one = scene.stream("jps"), two = scene.stream("mhlw");
  const auto refused = scene.open("jps", "csirt_member");
  CHECK(refused.status == 429);
  CHECK(has(refused.body, "too_many_streams"));
  CHECK(scene.streams.counts().open == 2);
  one.reset();
  // It goes on the io thread, whoever held it last.
  std::promise<void> gone;
  boost::asio::post(scene.io, [&gone] { gone.set_value(); });
  gone.get_future().wait();
  CHECK(scene.streams.counts().open == 1);
  CHECK(scene.open("jps", "csirt_member").status == 200);
}

}  // namespace
}  // namespace noroshi::app::test
