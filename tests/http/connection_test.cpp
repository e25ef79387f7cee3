// Connections: many requests on one, slow clients, large bodies, too many at once.
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/http/test_server.h"

namespace noroshi::http::testing {
namespace {

using std::chrono::milliseconds;

constexpr auto short_time = milliseconds(100);
constexpr auto long_time = std::chrono::minutes(10);  // never within a test

TEST_CASE("requests sent in one go are answered in their order") {
  TestServer server;
  TlsClient client = server.client();
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    bytes += request("GET", "/api/v1/things/" + std::to_string(i), bearer("later"));
    bytes +=
        request("POST", "/api/v1/things", bearer("head"), std::string(static_cast<std::size_t>(i) * 97, '7'));
  }
  client.send(bytes);
  for (int i = 0; i < 100; ++i) {
    const auto got = client.read_response();
    REQUIRE(got.has_value());
    CHECK(got->body.find(" id=" + std::to_string(i) + " ") != std::string::npos);
    const auto posted = client.read_response();
    REQUIRE(posted.has_value());
    CHECK(posted->status == 201);
    CHECK(posted->body == std::string(static_cast<std::size_t>(i) * 97, '7'));
  }
}

TEST_CASE("a request that comes byte by byte is the same request") {
  TestServer server;
  TlsClient client = server.client();
  for (const char byte : request("POST", "/api/v1/things", bearer("head"), "{\"a\":1}"))
    client.send({&byte, 1});
  const auto response = client.read_response();
  REQUIRE(response.has_value());
  CHECK(response->body == "{\"a\":1}");
}

TEST_CASE("Connection: close is heeded, and what follows is not served") {
  TestServer server;
  TlsClient client = server.client();
  client.send(request("GET", "/livez", "Connection: close\r\n") + request("GET", "/livez"));
  const auto response = client.read_response();
  REQUIRE(response.has_value());
  CHECK(response->status == 200);
  CHECK(response->header("connection") == "close");
  CHECK(client.read_to_end().empty());
}

TEST_CASE("a client that never finishes its handshake is closed") {
  TestServer server([](ServerOptions& options) { options.deadlines.handshake = short_time; });
  const int descriptor = connect_plain(server.port());
  char byte = 0;
  CHECK(recv(descriptor, &byte, 1, 0) == 0);
  close(descriptor);
}

TEST_CASE("a client that speaks no TLS is closed") {
  TestServer server;
  const int descriptor = connect_plain(server.port());
  const std::string plain = request("GET", "/livez");
  CHECK(send(descriptor, plain.data(), plain.size(), 0) == static_cast<ssize_t>(plain.size()));
  std::string received(4096, '\0');
  ssize_t size = 0;
  std::string all;
  while ((size = recv(descriptor, received.data(), received.size(), 0)) > 0)
    all.append(received.data(), size);
  CHECK(all.find("HTTP/1.1") == std::string::npos);
  close(descriptor);
}

TEST_CASE("a header that does not end in time is 408") {
  TestServer server([](ServerOptions& options) { options.deadlines.header = short_time; });
  TlsClient client = server.client();
  client.send("GET /livez HTTP/1.1\r\nHost: local");
  const auto response = client.read_response();
  REQUIRE(response.has_value());
  CHECK(response->status == 408);
  CHECK(response->header("connection") == "close");
  CHECK(client.read_to_end().empty());
  CHECK(server.next_observed().code == "header_timeout");
}

TEST_CASE(
    "a client that says nothing is closed without a word: the header's time on the first, idle time after") {
  TestServer server([](ServerOptions& options) {
    options.deadlines.header = short_time;
    options.deadlines.idle = long_time;
  });
  CHECK(server.client().read_to_end().empty());

  TestServer idle_server([](ServerOptions& options) { options.deadlines.idle = short_time; });
  TlsClient client = idle_server.client();
  client.send(request("GET", "/livez"));
  CHECK(client.read_response()->status == 200);
  CHECK(client.read_to_end().empty());
}

TEST_CASE("a body that does not come in time is 408; the time grows with the size announced") {
  TestServer server([](ServerOptions& options) {
    options.deadlines.body = short_time;
    options.deadlines.body_per_64_kib = long_time;
  });
  TlsClient client = server.client();
  client.send("POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\n" + bearer("head") +
              "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{\"a\":");
  const auto response = client.read_response();
  REQUIRE(response.has_value());
  CHECK(response->status == 408);
  CHECK(client.read_to_end().empty());

  TlsClient large = server.client();
  const std::string body(64 * 1024, '1');
  const std::string whole = request("POST", "/api/v1/things", bearer("head"), body);
  large.send(std::string_view(whole).substr(0, whole.size() - 1));
  // Proves that the small body's time has passed: another client has waited it out.
  TlsClient witness = server.client();
  witness.send("POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\n" + bearer("head") +
               "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n");
  CHECK(witness.read_response()->status == 408);
  large.send(std::string_view(whole).substr(whole.size() - 1));
  CHECK(large.read_response()->status == 201);
}

TEST_CASE("a client that does not read its answer is cut") {
  TestServer server([](ServerOptions& options) {
    options.deadlines.body = short_time;
    options.deadlines.body_per_64_kib = milliseconds(0);
  });
  TlsClient client = server.client();
  client.send(request("GET", "/api/v1/large", bearer("head")));
  CHECK(server.next_observed().pattern == "/api/v1/large");  // the writing is over
  CHECK(client.read_to_end().size() < 64 * 1024 * 1024);
}

TEST_CASE("a body above the route's limit is 413 before it is read") {
  TestServer server;
  TlsClient client = server.client();
  client.send("POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\n" + bearer("head") +
              "Content-Type: application/json\r\nContent-Length: 2147483648\r\n\r\n");
  const auto response = client.read_response();
  REQUIRE(response.has_value());
  CHECK(response->status == 413);
  CHECK(response->header("connection") == "close");
}

TEST_CASE("a client that sends a large body before it reads still gets its 413") {
  TestServer server;
  for (const std::size_t size : {64 * 1024 + 1, 1024 * 1024, 7 * 1024 * 1024}) {
    CAPTURE(size);
    TlsClient client = server.client();
    CHECK(client.send(request("POST", "/api/v1/things", bearer("head"), std::string(size, '1'))));
    const auto response = client.read_response();
    REQUIRE(response.has_value());
    CHECK(response->status == 413);
    CHECK(client.read_to_end().empty());
  }
}

TEST_CASE("no more than the drain's size is taken of a body refused") {
  TestServer server([](ServerOptions& options) {
    options.drain_bytes = 1024 * 1024;
    options.deadlines.drain = long_time;
  });
  TlsClient client = server.client();
  CHECK_FALSE(client.send("POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\n" + bearer("head") +
                          "Content-Type: application/json\r\nContent-Length: 268435456\r\n\r\n" +
                          std::string(256 * 1024 * 1024, '1')));
}

TEST_CASE("no longer than the drain's time is waited for a body refused") {
  TestServer server([](ServerOptions& options) { options.deadlines.drain = short_time; });
  TlsClient client = server.client();
  client.send("POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\n" + bearer("head") +
              "Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n1");
  CHECK(client.read_response()->status == 413);
  CHECK(client.read_to_end().empty());
  while (client.send("1")) {
    // The socket takes a little before the reset is seen.
  }
}

TEST_CASE("a body of exactly the route's limit is taken") {
  TestServer server;
  TlsClient client = server.client();
  client.send(request("POST", "/api/v1/things", bearer("head"), std::string(64 * 1024, '1')));
  const auto response = client.read_response();
  REQUIRE(response.has_value());
  CHECK(response->status == 201);
  CHECK(response->body.size() == 64 * 1024);
}

TEST_CASE("Expect: 100-continue is answered where the body is wanted, and by the refusal where not") {
  TestServer server;
  const auto header = [](std::string_view token) {
    return "POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\n" + bearer(token) +
           "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  };
  TlsClient wanted = server.client();
  wanted.send(header("head"));
  REQUIRE(wanted.expect("HTTP/1.1 100 Continue\r\n\r\n"));
  wanted.send("{}");
  CHECK(wanted.read_response()->status == 201);

  TlsClient refused = server.client();
  refused.send(header("reporter"));
  CHECK(refused.read_response()->status == 403);
  CHECK(refused.read_to_end().empty());

  TlsClient hasty = server.client();
  hasty.send(header("head") + "{}");
  CHECK(hasty.read_response()->status == 201);  // no 100 where the body is there already
}

TEST_CASE("a refusal before the body ends the connection, so that the body is never read as a request") {
  TestServer server;
  TlsClient client = server.client();
  client.send(request("POST", "/api/v1/things", bearer("reporter"), request("GET", "/livez")));
  const auto response = client.read_response();
  REQUIRE(response.has_value());
  CHECK(response->status == 403);
  CHECK(client.read_to_end().empty());
  CHECK(server.next_observed().status == 403);
}

TEST_CASE("above the cap of an address a connection is told 429, above that closed") {
  TestServer server([](ServerOptions& options) {
    options.connections_per_address = 2;
    options.refusals = 1;
    options.deadlines.header = long_time;
  });
  auto first = std::make_unique<TlsClient>(server.client());
  TlsClient second = server.client();
  TlsClient third = server.client();
  CHECK_THROWS_AS(server.client(), std::runtime_error);
  third.send(request("GET", "/livez"));
  const auto refused = third.read_response();
  REQUIRE(refused.has_value());
  CHECK(refused->status == 429);
  CHECK(refused->header("retry-after") == "1");
  CHECK(third.read_to_end().empty());
  second.send(request("GET", "/livez"));
  CHECK(second.read_response()->status == 200);
}

TEST_CASE("above the total cap a connection is told 503, and a place given back is a place again") {
  TestServer server([](ServerOptions& options) { options.connections = 1; });
  {
    TlsClient first = server.client();
    TlsClient second = server.client();
    second.send(request("GET", "/livez"));
    const auto refused = second.read_response();
    REQUIRE(refused.has_value());
    CHECK(refused->status == 503);
    CHECK(refused->body.find("overloaded") != std::string::npos);
    first.send(request("GET", "/livez", "Connection: close\r\n"));
    CHECK(first.read_response()->status == 200);
  }
  std::size_t open = 1;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (open > 0 && std::chrono::steady_clock::now() < until) {
    server.on_io_thread([&] { open = server.server().connection_count(); });
  }
  REQUIRE(open == 0);
  TlsClient third = server.client();
  third.send(request("GET", "/livez"));
  CHECK(third.read_response()->status == 200);
}

}  // namespace
}  // namespace noroshi::http::testing
