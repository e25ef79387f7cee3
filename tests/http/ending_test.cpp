// The orderly end.
#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/http/test_server.h"

namespace noroshi::http::testing {
namespace {

constexpr auto patience = std::chrono::seconds(20);
constexpr auto long_grace = std::chrono::minutes(10);

bool ready(std::future<void>& stopped, std::chrono::steady_clock::duration wait) {
  return stopped.wait_for(wait) == std::future_status::ready;
}

TEST_CASE(
    "the request under way is answered with Connection: close, the idle connection closed, new ones "
    "refused") {
  TestServer server;
  TlsClient idle = server.client();
  idle.send(request("GET", "/livez"));
  CHECK(idle.read_response()->status == 200);
  TlsClient busy = server.client();
  busy.send(request("GET", "/api/v1/held", bearer("head")) + request("GET", "/livez"));
  Responder responder = server.next_held();

  auto stopped = server.stop(long_grace);
  CHECK(idle.read_to_end().empty());
  CHECK_THROWS_AS(server.client(), std::runtime_error);
  CHECK_FALSE(ready(stopped, std::chrono::seconds(0)));

  responder(json_response(200, "{\"done\":true}"));
  const auto response = busy.read_response();
  REQUIRE(response.has_value());
  CHECK(response->status == 200);
  CHECK(response->body == "{\"done\":true}");
  CHECK(response->header("connection") == "close");
  CHECK(busy.read_to_end().empty());
  CHECK(ready(stopped, patience));
}

TEST_CASE("what is not answered within the grace is cut") {
  TestServer server;
  TlsClient client = server.client();
  client.send(request("GET", "/api/v1/held", bearer("head")));
  const Responder responder = server.next_held();
  auto stopped = server.stop(std::chrono::milliseconds(50));
  CHECK_FALSE(client.read_response().has_value());
  CHECK(ready(stopped, patience));
  responder(json_response(200, "too late"));
}

TEST_CASE("a connection in the middle of its handshake does not hold up the end") {
  TestServer server;
  const int silent = connect_plain(server.port());
  TlsClient witness = server.client();  // connections are accepted in their order: the silent one has been
  auto stopped = server.stop(long_grace);
  CHECK(ready(stopped, patience));
  close(silent);
}

TEST_CASE("a server without connections ends at once") {
  TestServer server;
  auto stopped = server.stop(long_grace);
  CHECK(ready(stopped, patience));
}

TEST_CASE("a waiting authentication is cut too") {
  TestServer server;
  TlsClient client = server.client();
  client.send(request("GET", "/api/v1/things/1", bearer("silent")));
  // The one io thread serves in order: once this is answered, the request before it is waiting.
  TlsClient witness = server.client();
  witness.send(request("GET", "/livez"));
  CHECK(witness.read_response()->status == 200);
  auto stopped = server.stop(std::chrono::milliseconds(50));
  CHECK_FALSE(client.read_response().has_value());
  CHECK(ready(stopped, patience));
}

TEST_CASE("a server destroyed without stop cuts its connections") {
  TestServer server;
  TlsClient client = server.client();
  client.send(request("GET", "/api/v1/held", bearer("head")));
  const Responder responder = server.next_held();
  server.on_io_thread([&] { server.destroy(); });
  CHECK_FALSE(client.read_response().has_value());
}

}  // namespace
}  // namespace noroshi::http::testing
