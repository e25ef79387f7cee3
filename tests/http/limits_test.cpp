// What one address and one body may take of what all share: by itself, and on the wire.
#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>

#include "src/http/address_limits.h"
#include "src/http/shares.h"
#include "tests/http/test_server.h"

namespace noroshi::http::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using clock = AddressLimits::clock;

TEST_CASE("shares are held until they are let go, in all and of one") {
  const auto shares = std::make_shared<Shares>(5, 3);
  auto two = shares->take("a", 2);
  REQUIRE(two);
  CHECK_FALSE(shares->take("a", 2));  // of one
  auto third = shares->take("a");
  REQUIRE(third);
  CHECK_FALSE(shares->take("a"));
  CHECK_FALSE(shares->take("b", 3));  // in all
  auto other = shares->take("b", 2);
  REQUIRE(other);
  CHECK_FALSE(shares->take("c"));
  two.reset();
  CHECK(shares->take("c", 2));
  CHECK_FALSE(shares->take("c", 4));  // more than there may ever be
  const auto copy = third;
  third.reset();
  other.reset();
  CHECK_FALSE(shares->take("a", 3));  // a copy holds it still
}

TEST_CASE("handshakes of an address: twice a second's at once, then one by one, then no more; others do not wait") {
  AddressLimits limits(10, 0);
  const clock::time_point now{seconds(1000)};
  const auto wait = [&](const std::string& address, clock::time_point at) { return limits.wait_for_handshake(address, seconds(5), at); };
  for (int i = 0; i < 20; ++i) CHECK(wait("192.0.2.1", now) == clock::duration::zero());
  for (int i = 1; i <= 50; ++i) CHECK(wait("192.0.2.1", now) == milliseconds(100) * i);
  for (int i = 0; i < 3; ++i) CHECK(wait("192.0.2.1", now) > seconds(5));  // and what is refused makes no other wait longer
  CHECK(wait("192.0.2.2", now) == clock::duration::zero());
  CHECK(wait("192.0.2.1", now + milliseconds(100)) == seconds(5));
  CHECK(wait("192.0.2.1", now + minutes(1)) == clock::duration::zero());
  AddressLimits none(0, 0);
  for (int i = 0; i < 1000; ++i) CHECK(none.wait_for_handshake("192.0.2.1", seconds(5), now) == clock::duration::zero());
}

TEST_CASE("tokens that are none: a minute's at once, then as they come back; one that was good lately is looked up all the same") {
  using Try = AddressLimits::Try;
  AddressLimits limits(0, 6);
  const clock::time_point now{seconds(1000)};
  const std::string address = "192.0.2.1";
  limits.token_was_good("colleague", now);
  for (int i = 0; i < 6; ++i) CHECK(limits.try_token(address, "guess", now) == Try::counted);
  CHECK(limits.try_token(address, "guess", now) == Try::refused);
  CHECK(limits.try_token("192.0.2.2", "guess", now) == Try::counted);
  CHECK(limits.try_token(address, "colleague", now) == Try::free);
  CHECK(limits.try_token(address, "colleague", now + minutes(9)) == Try::free);
  // What turns out to be good, or unknown, was no failure.
  limits.give_back(address);
  CHECK(limits.try_token(address, "guess", now) == Try::counted);
  CHECK(limits.try_token(address, "guess", now + milliseconds(9999)) == Try::refused);
  CHECK(limits.try_token(address, "guess", now + seconds(10)) == Try::counted);
  CHECK(limits.try_token(address, "guess", now + seconds(10)) == Try::refused);
  // Revoked: it is no longer one that was good.
  limits.token_was_bad("colleague");
  CHECK(limits.try_token(address, "colleague", now + seconds(10)) == Try::refused);
  AddressLimits none(0, 0);
  for (int i = 0; i < 1000; ++i) CHECK(none.try_token(address, "guess", now) == Try::free);
}

TEST_CASE("addresses are forgotten again, however many there are") {
  AddressLimits limits(10, 10);
  clock::time_point now{seconds(1000)};
  for (int i = 0; i < 100000; ++i) {
    const auto address = "192.0.2." + std::to_string(i);
    limits.wait_for_handshake(address, seconds(5), now);
    limits.try_token(address, "guess", now);
    now += milliseconds(20);
  }
  CHECK(limits.size() < 4096);
}

TEST_CASE("an address of IPv6 counts by its /64") {
  CHECK(counted_address("2001:db8::1") == counted_address("2001:db8::ffff:1"));
  CHECK(counted_address("2001:db8::1") != counted_address("2001:db8:0:1::1"));
  CHECK(counted_address("192.0.2.1") == "192.0.2.1");
}

TEST_CASE("above its requests under way a body is told 429; another body is served, and a place given back is a place again") {
  TestServer server([](ServerOptions& options) { options.requests_per_body = 2; });
  TlsClient first = server.client();
  TlsClient second = server.client();
  first.send(request("GET", "/api/v1/held", bearer("head")));
  // A body that does not come holds a place as well.
  second.send("POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\n" + bearer("head") +
              "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  CHECK(second.expect("HTTP/1.1 100 Continue\r\n\r\n"));
  const Responder held = server.next_held();

  TlsClient third = server.client();
  third.send(request("GET", "/api/v1/things/1", bearer("head") + "Accept-Language: en\r\n"));
  const auto refused = third.read_response();
  REQUIRE(refused.has_value());
  CHECK(refused->status == 429);
  CHECK(refused->header("retry-after") == "1");
  CHECK(refused->body.find("\"code\":\"too_many_requests\"") != std::string::npos);
  CHECK(refused->body.find("Too many requests of your body") != std::string::npos);
  CHECK(server.next_observed().code == "too_many_requests");

  third.send(request("GET", "/api/v1/things/1", bearer("other")));
  CHECK(third.read_response()->status == 200);
  third.send(request("GET", "/livez"));
  CHECK(third.read_response()->status == 200);

  held(json_response(200, "{}"));
  CHECK(first.read_response()->status == 200);
  third.send(request("GET", "/api/v1/things/1", bearer("head")));
  CHECK(third.read_response()->status == 200);
  second.send("{}");
  CHECK(second.read_response()->status == 201);
}

TEST_CASE("an open stream is no request under way") {
  TestServer server([](ServerOptions& options) { options.requests_per_body = 1; });
  TlsClient stream = server.client();
  stream.send(request("GET", "/api/v1/streamed", bearer("head")));
  const auto body = server.next_body();
  stream.read_up_to("\r\n\r\n");
  TlsClient other = server.client();
  other.send(request("GET", "/api/v1/things/1", bearer("head")));
  CHECK(other.read_response()->status == 200);
  body->finish();
  stream.read_to_end();
}

TEST_CASE("an address whose tokens are none is told 429 without a look; a token known to be good goes on") {
  TestServer server([](ServerOptions& options) { options.failed_tokens_per_minute = 3; });
  TlsClient client = server.client();
  const auto ask = [&](const char* token) {
    client.send(request("GET", "/api/v1/things/1", bearer(token)));
    const auto response = client.read_response();
    return response ? response->status : 0;
  };
  CHECK(ask("head") == 200);
  for (int i = 0; i < 3; ++i) CHECK(ask("guess") == 401);
  CHECK(ask("guess") == 429);
  CHECK(ask("reporter") == 429);  // it has not been seen yet
  CHECK(ask("head") == 200);
  client.send(request("GET", "/livez"));
  CHECK(client.read_response()->status == 200);
}

TEST_CASE("new connections beyond their pace wait for their handshake, and are served; beyond its time they are closed") {
  TestServer server([](ServerOptions& options) {
    options.handshakes_per_second = 1;
    options.deadlines.handshake = milliseconds(1500);
  });
  for (int i = 0; i < 2; ++i) server.client().send(request("GET", "/livez"));
  const auto since = clock::now();
  TlsClient third = server.client();
  CHECK(clock::now() - since > milliseconds(300));
  CHECK(clock::now() - since < seconds(10));
  third.send(request("GET", "/livez"));
  CHECK(third.read_response()->status == 200);
  // Of five at once some would wait too long.
  int closed = 0;
  std::vector<std::thread> clients;
  std::atomic<int> refused{0};
  for (int i = 0; i < 5; ++i) {
    clients.emplace_back([&] {
      try {
        server.client();
      } catch (const std::runtime_error&) {
        ++refused;
      }
    });
  }
  for (auto& each : clients) each.join();
  closed = refused;
  CHECK(closed >= 2);
  CHECK(closed < 5);
}

TEST_CASE("the end of the server does not wait for connections that wait for their handshake") {
  TestServer server([](ServerOptions& options) {
    options.handshakes_per_second = 1;
    options.deadlines.handshake = minutes(10);
  });
  std::vector<int> waiting;
  for (int i = 0; i < 30; ++i) waiting.push_back(connect_plain(server.port()));
  std::size_t open = 0;
  while (open < waiting.size()) server.on_io_thread([&] { open = server.server().connection_count(); });
  CHECK(server.stop(minutes(10)).wait_for(seconds(20)) == std::future_status::ready);
  for (const int descriptor : waiting) close(descriptor);
}

TEST_CASE("of bodies that are held whole a body has a part, and the others theirs") {
  TestServer server([](ServerOptions& options) { options.requests_per_body = 0; });
  constexpr std::size_t size = 24 * 1024 * 1024;
  const auto announce = [&](TlsClient& client, const char* token) {
    client.send("POST /api/v1/voluminous HTTP/1.1\r\nHost: localhost\r\n" + bearer(token) +
                "Content-Type: application/json\r\nContent-Length: " + std::to_string(size) + "\r\nExpect: 100-continue\r\n\r\n");
    const std::string line = client.read_up_to("\r\n");
    return line.substr(0, 12);
  };
  std::vector<TlsClient> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(server.client());
  CHECK(announce(clients[0], "head") == "HTTP/1.1 100");
  CHECK(announce(clients[1], "head") == "HTTP/1.1 100");
  CHECK(announce(clients[2], "head") == "HTTP/1.1 503");
  CHECK(announce(clients[3], "other") == "HTTP/1.1 100");
  CHECK(announce(clients[4], "other") == "HTTP/1.1 100");
  clients.erase(clients.begin());  // he leaves: his part is free
  const auto until = clock::now() + seconds(20);
  std::string got;
  while (got != "HTTP/1.1 100" && clock::now() < until) {
    TlsClient again = server.client();
    got = announce(again, "head");
  }
  CHECK(got == "HTTP/1.1 100");
}

// In the kernel, of sockets of that port that no process has any more: /proc/net/tcp, state FIN_WAIT1 and its send queue.
bool kernel_holds(std::uint16_t port) {
  std::ifstream table("/proc/net/tcp");
  std::string line;
  char expected[8];
  std::snprintf(expected, sizeof(expected), ":%04X ", port);
  while (std::getline(table, line)) {
    std::istringstream fields(line);
    std::string number, local, remote, state;
    fields >> number >> local >> remote >> state;
    if (state == "04" && (local + " ").ends_with(expected)) return true;
  }
  return false;
}

TEST_CASE("of a reader that was cut the kernel holds nothing") {
  TestServer server([](ServerOptions& options) {
    options.deadlines.body = milliseconds(100);
    options.deadlines.body_per_64_kib = milliseconds(0);
  });
  TlsClient client = server.client();
  client.send(request("GET", "/api/v1/large", bearer("head")));
  CHECK(server.next_observed().pattern == "/api/v1/large");
  std::size_t open = 1;
  while (open > 0) server.on_io_thread([&] { open = server.server().connection_count(); });
  CHECK_FALSE(kernel_holds(server.port()));
}

TEST_CASE("answers that wait for their readers take no more than a body's part; another body has its own") {
  TestServer server([](ServerOptions& options) { options.requests_per_body = 0; });
  TlsClient reader = server.client();
  reader.send(request("GET", "/api/v1/large", bearer("head")));  // and does not read it
  TlsClient second = server.client();
  const auto ask = [&](const char* token, const char* target) {
    second.send(request("GET", target, bearer(token)));
    const auto response = second.read_response();
    return response ? response->status : 0;
  };
  const auto until = clock::now() + seconds(20);
  int told = 0;
  while (told != 503 && clock::now() < until) told = ask("head", "/api/v1/large");
  CHECK(told == 503);
  CHECK(ask("head", "/api/v1/things/1") == 200);
  CHECK(ask("other", "/api/v1/large") == 200);
  CHECK(reader.read_response()->status == 200);
  told = 503;
  while (told == 503 && clock::now() < until) told = ask("head", "/api/v1/large");
  CHECK(told == 200);
}

}  // namespace
}  // namespace noroshi::http::testing
