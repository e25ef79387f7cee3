// Bodies that come piece by piece.
#include <doctest/doctest.h>

#include "tests/http/test_server.h"

namespace noroshi::http::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 20s;
constexpr auto long_grace = std::chrono::minutes(10);

std::string ask(std::string_view token = "head", std::string_view method = "GET") {
  return request(method, "/api/v1/streamed", bearer(token));
}

std::string read_header(TlsClient& client) {
  return client.read_up_to("\r\n\r\n");
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("pieces come as chunks while the request is open; its end is the last chunk and a close") {
  TestServer server;
  TlsClient client = server.client();
  client.send(ask());
  const auto body = server.next_body();
  const std::string header = read_header(client);
  CHECK(header.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(has(header, "\r\nContent-Type: text/event-stream\r\n"));
  CHECK(has(header, "\r\nTransfer-Encoding: chunked\r\n"));
  CHECK(has(header, "\r\nCache-Control: no-store\r\n"));
  CHECK(has(header, "\r\nConnection: close\r\n"));
  CHECK_FALSE(has(header, "Content-Length"));

  body->give("first");
  CHECK(client.expect("5\r\nfirst\r\n"));
  body->give(std::string(16, 'x'));
  CHECK(client.expect("10\r\nxxxxxxxxxxxxxxxx\r\n"));
  body->finish();
  CHECK(client.read_to_end() == "0\r\n\r\n");
  const Observed seen = server.next_observed();
  CHECK(seen.pattern == "/api/v1/streamed");
  CHECK(seen.status == 200);
  CHECK(seen.bytes_sent == 21);
}

TEST_CASE("HEAD gives the header alone") {
  TestServer server;
  TlsClient client = server.client();
  client.send(ask("head", "HEAD"));
  CHECK(has(read_header(client), "\r\nContent-Type: text/event-stream\r\n"));
  CHECK(client.read_to_end().empty());
  CHECK(server.next_observed().bytes_sent == 0);
}

TEST_CASE("a stream that goes on outlives every deadline of a request") {
  TestServer server([](ServerOptions& options) {
    options.deadlines.header = options.deadlines.idle = options.deadlines.body = options.deadlines.handler =
        20ms;
  });
  TlsClient client = server.client();
  client.send(ask());
  const auto body = server.next_body();
  read_header(client);
  const auto end = std::chrono::steady_clock::now() + 200ms;
  while (std::chrono::steady_clock::now() < end) {
    body->give("on");
    REQUIRE(client.expect("2\r\non\r\n"));
  }
  body->finish();
  CHECK(client.read_to_end() == "0\r\n\r\n");
}

TEST_CASE("a source that falls silent is cut, without the end of a whole body") {
  TestServer server(
      [](ServerOptions& options) { options.deadlines.silence = options.deadlines.recheck = 50ms; });
  TlsClient client = server.client();
  client.send(ask());
  const auto body = server.next_body();
  read_header(client);
  CHECK(client.read_to_end().empty());
}

TEST_CASE("a reader that does not take what comes is cut, and its source is told") {
  TestServer server([](ServerOptions& options) {
    options.deadlines.piece = 100ms;
    options.deadlines.body_per_64_kib = 0s;
  });
  TlsClient client = server.client();
  client.send(ask());
  const auto body = server.next_body();
  read_header(client);
  body->give(std::string(64 * 1024 * 1024, 'x'));
  body->wait_for_slow_reader();
  CHECK(server.next_observed().pattern == "/api/v1/streamed");
}

TEST_CASE("a reader that leaves while nothing is sent is noticed") {
  TestServer server;
  {
    TlsClient client = server.client();
    client.send(ask());
    server.next_body();
    read_header(client);
  }
  CHECK(server.next_observed().pattern == "/api/v1/streamed");  // else after the silence of a minute
}

TEST_CASE("what the client sends while its stream is open is no request") {
  TestServer server;
  TlsClient client = server.client();
  client.send(ask());
  const auto body = server.next_body();
  read_header(client);
  client.send(request("GET", "/livez"));
  body->give("still here");
  CHECK(client.expect("a\r\nstill here\r\n"));
  body->finish();
  CHECK(client.read_to_end() == "0\r\n\r\n");
}

TEST_CASE("a stream ends when its token does") {
  TestServer server([](ServerOptions& options) { options.deadlines.recheck = 50ms; });
  TlsClient revoked = server.client();
  revoked.send(ask("revocable"));
  const auto body = server.next_body();
  read_header(revoked);
  body->give("one");
  CHECK(revoked.expect("3\r\none\r\n"));
  server.revoke();
  CHECK(body->wait_for_end() == BodyEnd::token_invalid);
  CHECK(revoked.read_to_end() == "8\r\nfarewell\r\n0\r\n\r\n");
}

TEST_CASE("the end of the server ends streams at once and in order, whatever the grace") {
  TestServer server;
  TlsClient idle = server.client();
  idle.send(ask());
  const auto body = server.next_body();
  read_header(idle);
  auto stopped = server.stop(long_grace);
  CHECK(body->wait_for_end() == BodyEnd::stopping);
  CHECK(idle.read_to_end() == "8\r\nfarewell\r\n0\r\n\r\n");
  CHECK(stopped.wait_for(patience) == std::future_status::ready);
}

TEST_CASE("a reader that takes nothing does not hold up the end") {
  TestServer server([](ServerOptions& options) {
    options.deadlines.piece = std::chrono::minutes(10);
    options.deadlines.drain = 100ms;
  });
  TlsClient client = server.client();
  client.send(ask());
  const auto body = server.next_body();
  read_header(client);
  body->give(std::string(64 * 1024 * 1024, 'x'));
  TlsClient witness = server.client();  // the one io thread serves in order: the piece is being written
  witness.send(request("GET", "/livez"));
  CHECK(witness.read_response()->status == 200);
  auto stopped = server.stop(long_grace);
  CHECK(stopped.wait_for(patience) == std::future_status::ready);
}

}  // namespace
}  // namespace noroshi::http::testing
