// Between the session and its handlers: requests as they see them, answers as they give them.
#include <doctest/doctest.h>
#include <httplib.h>

#include "src/http/refusals.h"
#include "tests/http/test_server.h"

namespace noroshi::http::testing {
namespace {

httplib::Headers head_token() {
  return {{"Authorization", "Bearer head"}};
}

std::unique_ptr<httplib::SSLClient> library_client(const TestServer& server) {
  auto client = std::make_unique<httplib::SSLClient>("localhost", server.port());
  client->set_ca_cert_path((shared_tls_folder() / "ca.pem").c_str());
  client->enable_server_certificate_verification(true);
  client->set_keep_alive(true);
  return client;
}

TEST_CASE("an ordinary client gets, posts and asks again on one connection") {
  TestServer server;
  const auto client = library_client(server);
  for (int i = 0; i < 20; ++i) {
    const auto got = client->Get("/api/v1/things/" + std::to_string(i), head_token());
    REQUIRE(got);
    CHECK(got->status == 200);
    CHECK(got->body.find("id=" + std::to_string(i)) != std::string::npos);
    const std::string body = "{\"text\":\"" + std::string(static_cast<std::size_t>(i) * 1000, 'x') + "\"}";
    const auto posted = client->Post("/api/v1/things", head_token(), body, "application/json");
    REQUIRE(posted);
    CHECK(posted->status == 201);
    CHECK(posted->body == body);
    CHECK(posted->get_header_value("Content-Type") == "application/json");
  }
  std::size_t connections = 0;
  server.on_io_thread([&] { connections = server.server().connection_count(); });
  CHECK(connections == 1);
}

TEST_CASE("the fields that handlers need are handed on as sent") {
  TestServer server;
  const auto client = library_client(server);
  httplib::Headers headers = head_token();
  headers.emplace("Idempotency-Key", "k-1");
  headers.emplace("If-Match", "\"v3\"");
  headers.emplace("Last-Event-ID", "c9");
  const auto got = client->Get("/api/v1/things/1", headers);
  REQUIRE(got);
  CHECK(got->body == "GET /api/v1/things/{id} id=1 by csirt_head key k-1 if \"v3\" after c9 from 127.0.0.1");
}

TEST_CASE("HEAD has the length of GET and no body") {
  TestServer server;
  TlsClient client = server.client();
  client.send(request("HEAD", "/livez") + request("GET", "/livez"));
  const auto head = client.read_response(true);
  const auto got = client.read_response();
  REQUIRE(head.has_value());
  REQUIRE(got.has_value());
  CHECK(head->status == 200);
  CHECK(head->header("content-length") == std::to_string(got->body.size()));
  CHECK_FALSE(got->body.empty());
}

TEST_CASE("a version the client has already is 304 without a body") {
  TestServer server;
  TlsClient client = server.client();
  client.send(request("GET", "/api/v1/tagged", bearer("head")));
  const auto got = client.read_response();
  REQUIRE(got.has_value());
  CHECK(got->status == 200);
  CHECK(got->header("etag") == "\"v7\"");
  CHECK(got->header("cache-control") == "private");  // the handler's own replaces the default
  client.send(request("GET", "/api/v1/tagged", bearer("head") + "If-None-Match: \"v7\"\r\n") +
              request("GET", "/livez"));
  const auto same = client.read_response(true);
  REQUIRE(same.has_value());
  CHECK(same->status == 304);
  CHECK(same->header("etag") == "\"v7\"");
  CHECK(same->header("content-length").empty());
  CHECK(client.read_response()->status == 200);
}

TEST_CASE("an answer may come from another thread") {
  TestServer server;
  TlsClient client = server.client();
  for (int i = 0; i < 50; ++i) {
    client.send(request("POST", "/api/v1/held", bearer("head"), "{}"));
    std::thread worker(
        [responder = server.next_held(), i] { responder(json_response(202, std::to_string(i))); });
    const auto response = client.read_response();
    worker.join();
    REQUIRE(response.has_value());
    CHECK(response->status == 202);
    CHECK(response->body == std::to_string(i));
  }
}

TEST_CASE("a dropped responder is 500, wherever it is dropped") {
  TestServer server;
  TlsClient client = server.client();
  client.send(request("GET", "/api/v1/dropped", bearer("head")));
  const auto at_once = client.read_response();
  REQUIRE(at_once.has_value());
  CHECK(at_once->status == 500);
  CHECK(at_once->body.find("internal_error") != std::string::npos);

  client.send(request("GET", "/api/v1/held", bearer("head")));
  std::thread([responder = server.next_held()] {}).join();
  const auto later = client.read_response();
  REQUIRE(later.has_value());
  CHECK(later->status == 500);
}

TEST_CASE("an exception of a handler is 500 and tells nothing of itself") {
  TestServer server;
  TlsClient client = server.client();
  client.send(request("GET", "/api/v1/throwing", bearer("head")));
  const auto response = client.read_response();
  REQUIRE(response.has_value());
  CHECK(response->status == 500);
  CHECK(response->body.find("SECRETBODY") == std::string::npos);
  client.send(request("GET", "/livez"));
  CHECK(client.read_response()->status == 200);
}

TEST_CASE("a handler that sets a header with a line break splits no response") {
  TestServer server;
  TlsClient client = server.client();
  client.send(request("GET", "/api/v1/unsendable", bearer("head")));
  const auto response = client.read_response();
  REQUIRE(response.has_value());
  CHECK(response->status == 500);
  CHECK(response->header("set-cookie").empty());
  CHECK(response->header("location").empty());
}

TEST_CASE("a handler that takes too long is 503, and its late answer goes nowhere") {
  TestServer server(
      [](ServerOptions& options) { options.deadlines.handler = std::chrono::milliseconds(50); });
  TlsClient client = server.client();
  client.send(request("GET", "/api/v1/held", bearer("head")));
  const Responder responder = server.next_held();
  const auto late = client.read_response();
  REQUIRE(late.has_value());
  CHECK(late->status == 503);
  CHECK(late->header("retry-after") == "1");
  CHECK(late->body.find("handler_timeout") != std::string::npos);
  responder(json_response(200, "late"));
  client.send(request("GET", "/livez"));
  const auto next = client.read_response();
  REQUIRE(next.has_value());
  CHECK(next->body.starts_with("GET /livez"));
}

TEST_CASE("an answer to a client that has gone is dropped") {
  TestServer server;
  {
    TlsClient client = server.client();
    client.send(request("GET", "/api/v1/held", bearer("head")));
    const Responder responder = server.next_held();
    client = server.client();  // the first connection is closed
    responder(json_response(200, "for nobody"));
  }
  TlsClient client = server.client();
  client.send(request("GET", "/livez"));
  CHECK(client.read_response()->status == 200);
}

TEST_CASE("a responder answers once: copies share it, the last one to go answers for none") {
  int answered = 0;
  int dropped = 0;
  const auto count = [&](std::optional<Response> response) { ++(response ? answered : dropped); };
  {
    const Responder responder(count);
    const Responder copy = responder;
    copy(json_response(200, "{}"));
  }
  CHECK(answered == 1);
  CHECK(dropped == 0);
  {
    auto first = std::make_unique<Responder>(count);
    const auto second = std::make_unique<Responder>(*first);
    first.reset();
    CHECK(dropped == 0);
  }
  CHECK(dropped == 1);
}

}  // namespace
}  // namespace noroshi::http::testing
