// The guards between the framing and the handler, in their order, on the wire.
#include "src/http/guards.h"

#include <doctest/doctest.h>

#include "src/sign_in/session_secret.h"
#include "tests/http/test_server.h"

namespace noroshi::http::testing {
namespace {

RawResponse ask(TestServer& server, const std::string& bytes) {
  TlsClient client = server.client();
  client.send(bytes);
  const auto response = client.read_response();
  REQUIRE(response.has_value());
  return *response;
}

bool has_code(const RawResponse& response, const std::string& code) {
  return response.body.find("\"code\":\"" + code + "\"") != std::string::npos;
}

TEST_CASE("without a token everything under /api is the same 401, whether it exists or not") {
  TestServer server;
  const std::string body = ask(server, request("GET", "/api/v1/things/1")).body;
  for (const char* target : {"/api/v1/things/1", "/api/v1/nothing", "/api", "/api/", "/api/v1/things?x=1"}) {
    CAPTURE(target);
    for (const char* method : {"GET", "DELETE"}) {
      const RawResponse response = ask(server, request(method, target));
      CHECK(response.status == 401);
      CHECK(response.header("www-authenticate") == "Bearer realm=\"noroshi\"");
      CHECK(response.body == body);
    }
  }
  CHECK(has_code(ask(server, request("POST", "/api/v1/things", "", "{}")), "token_missing"));
}

TEST_CASE("a bad token is 401 in every form") {
  TestServer server;
  const std::string body = ask(server, request("GET", "/api/v1/things/1", bearer("wrong"))).body;
  for (const char* field : {"Bearer wrong", "Basic aGVhZDpoZWFk", "Bearer", "Bearer ", "head", "Bearer a b",
                            "Bearer =", "Bearer \"head\"", "Bearerhead"}) {
    CAPTURE(field);
    const RawResponse response =
        ask(server, request("GET", "/api/v1/things/1", "Authorization: " + std::string(field) + "\r\n"));
    CHECK(response.status == 401);
    CHECK(response.header("www-authenticate") == "Bearer realm=\"noroshi\", error=\"invalid_token\"");
    CHECK(response.body == body);
  }
}

TEST_CASE("a good token opens, its scheme in any case") {
  TestServer server;
  const RawResponse response =
      ask(server, request("GET", "/api/v1/things/a%20b?x=1&x=2", "Authorization: bEARER head\r\n"));
  CHECK(response.status == 200);
  CHECK(response.body == "GET /api/v1/things/{id} id=a b ?x=1 ?x=2 by csirt_head from 127.0.0.1");
}

std::string cookie(const std::string& session) { return "Cookie: __Host-noroshi=" + session + "\r\n"; }

TEST_CASE("a session's cookie opens as a token does, and is 401 with its own code") {
  TestServer server;
  CHECK(ask(server, request("GET", "/api/v1/things/1", cookie("open"))).body ==
        "GET /api/v1/things/{id} id=1 by csirt_head from 127.0.0.1");
  const RawResponse gone = ask(server, request("GET", "/api/v1/things/1", cookie("gone")));
  CHECK(gone.status == 401);
  CHECK(has_code(gone, "no_session"));
  CHECK(gone.header("set-cookie") == "__Host-noroshi=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
  // Authorization counts where both are there, and neither is taken for the other.
  CHECK(has_code(ask(server, request("GET", "/api/v1/things/1", cookie("open") + bearer("wrong"))), "token_invalid"));
  CHECK(ask(server, request("GET", "/api/v1/things/1", cookie("gone") + bearer("head"))).status == 200);
  CHECK(has_code(ask(server, request("GET", "/api/v1/things/1", bearer("session:open"))), "token_invalid"));
  CHECK(has_code(ask(server, request("GET", "/api/v1/things/1", cookie("head"))), "no_session"));
  CHECK(has_code(ask(server, request("GET", "/api/v1/things/1", "Cookie: other=1\r\n")), "token_missing"));
  CHECK(has_code(ask(server, request("GET", "/api/v1/things/1", cookie("open") + cookie("open"))), "header_duplicated"));
  CHECK(has_code(ask(server, request("GET", "/api/v1/things/1", "Cookie: __Host-noroshi=open; __Host-noroshi=open\r\n")),
                 "token_missing"));
}

TEST_CASE("what changes something by cookie shows that a page of ours sent it") {
  TestServer server;
  const auto post = [&](const std::string& fields) { return ask(server, request("POST", "/api/v1/things", fields, "{}")); };
  const std::string token = "X-CSRF-Token: " + sign_in::csrf_token_of("session:open") + "\r\n";
  const std::string origin = "Origin: https://localhost\r\n", site = "Sec-Fetch-Site: same-origin\r\n";
  CHECK(post(cookie("open") + token).status == 201);
  CHECK(post(cookie("open") + token + origin + site).status == 201);
  CHECK(has_code(post(cookie("open")), "csrf_token_required"));
  CHECK(has_code(post(cookie("open") + origin + site), "csrf_token_required"));
  CHECK(has_code(post(cookie("open") + "X-CSRF-Token: \r\n"), "csrf_token_required"));
  CHECK(has_code(post(cookie("open") + "X-CSRF-Token: " + sign_in::csrf_token_of("session:other") + "\r\n"), "csrf_token_required"));
  for (const char* foreign : {"Origin: https://evil.example\r\n", "Origin: http://localhost\r\n", "Origin: https://localhost:8443\r\n",
                              "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n",
                              "Sec-Fetch-Site: none\r\n"})
    CHECK(has_code(post(cookie("open") + token + foreign), "foreign_origin"));
  // A token of its own needs none of it; reading is free.
  CHECK(post(bearer("head") + "Origin: https://evil.example\r\n").status == 201);
  CHECK(ask(server, request("GET", "/api/v1/things/1", cookie("open") + "Origin: https://evil.example\r\n")).status == 200);
  CHECK(post(cookie("gone") + token).status == 401);
}

TEST_CASE("the origin of a page is this server's with scheme, name and port") {
  const HostAllowlist names({"localhost", "noroshi.example", "127.0.0.1", "::1"});
  const struct {
    const char* origin;
    std::uint16_t port;
    const char* base_url;
    bool own;
  } cases[] = {
      {"https://localhost:8443", 8443, "", true},
      {"https://noroshi.example:8443", 8443, "", true},
      {"https://[::1]:8443", 8443, "", true},
      {"https://noroshi.example", 443, "", true},
      {"https://[::1]", 443, "", true},
      {"https://localhost:8444", 8443, "", false},
      {"https://localhost", 8443, "", false},
      {"https://localhost:8443", 443, "", false},
      {"https://localhost:8443:8443", 8443, "", false},
      {"https://localhost:443", 443, "", false},
      {"https://localhost:18443", 8443, "", false},
      {"https://evil.example:8443", 8443, "", false},
      {"http://localhost:8443", 8443, "", false},
      {"https://localhost:8443/", 8443, "", false},
      {"https://evil.example@localhost:8443", 8443, "", false},
      {"null", 8443, "", false},
      {"", 8443, "", false},
      {"https://report.example", 8443, "https://report.example", true},
      {"https://report.example", 8443, "https://report.example:443", true},
      {"https://report.example:9443", 8443, "https://report.example:9443", true},
      {"https://report.example:9444", 8443, "https://report.example:9443", false},
      {"https://report.example:8443", 8443, "https://report.example", false},
      {"https://localhost:8443", 8443, "https://report.example", true},
  };
  for (const auto& given : cases) {
    CAPTURE(given.origin);
    CAPTURE(given.port);
    CHECK(is_own_origin(given.origin, names, given.port, given.base_url) == given.own);
  }
}

TEST_CASE("a token may be answered for on another thread") {
  TestServer server;
  CHECK(ask(server, request("GET", "/api/v1/things/1", bearer("later"))).status == 200);
}

TEST_CASE("a token that cannot be answered for now is 503: said so, dropped, too late, or an exception") {
  TestServer server(
      [](ServerOptions& options) { options.deadlines.authentication = std::chrono::milliseconds(100); });
  const RawResponse unavailable = ask(server, request("GET", "/api/v1/things/1", bearer("unavailable")));
  CHECK(unavailable.status == 503);
  CHECK(unavailable.header("retry-after") == "7");
  for (const char* token : {"dropped", "silent", "throwing"}) {
    CAPTURE(token);
    const RawResponse response = ask(server, request("GET", "/api/v1/things/1", bearer(token)));
    CHECK(response.status == 503);
    CHECK(response.header("retry-after") == "1");
    CHECK(has_code(response, "authentication_unavailable"));
  }
}

TEST_CASE("a route with an optional token knows its caller, and refuses a bad token") {
  TestServer server;
  CHECK(ask(server, request("GET", "/health")).body == "GET /health from 127.0.0.1");
  CHECK(ask(server, request("GET", "/health", bearer("head"))).body ==
        "GET /health by csirt_head from 127.0.0.1");
  CHECK(ask(server, request("GET", "/health", bearer("wrong"))).status == 401);
}

TEST_CASE("an open route looks at no token") {
  TestServer server;
  CHECK(ask(server, request("GET", "/livez", bearer("throwing"))).status == 200);
}

TEST_CASE("with a token a path that is not there is 404, another method 405 with Allow") {
  TestServer server;
  const RawResponse missing = ask(server, request("GET", "/api/v1/nothing", bearer("head")));
  CHECK(missing.status == 404);
  CHECK(has_code(missing, "not_found"));
  const RawResponse other = ask(server, request("DELETE", "/api/v1/things/1", bearer("head")));
  CHECK(other.status == 405);
  CHECK(other.header("allow") == "GET, HEAD");
  CHECK(ask(server, request("GET", "/nothing")).status == 404);
  CHECK(ask(server, request("POST", "/livez", "", "{}")).status == 405);
}

TEST_CASE("a role that does not suffice is 403, before the body is looked at") {
  TestServer server;
  const RawResponse response =
      ask(server, "POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\n" + bearer("reporter") +
                      "Content-Type: text/plain\r\nContent-Length: 99999999\r\n\r\n");
  CHECK(response.status == 403);
  CHECK(has_code(response, "role_required"));
}

TEST_CASE("a body is JSON, not encoded, or refused") {
  TestServer server;
  const auto post_as = [&server](const std::string& fields) {
    return ask(server, "POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\n" + bearer("head") + fields +
                           "Content-Length: 2\r\n\r\n{}");
  };
  for (const char* fields : {"", "Content-Type: text/json\r\n", "Content-Type: application/jsonp\r\n",
                             "Content-Type: application/json; charset=shift_jis\r\n",
                             "Content-Type: application/json\r\nContent-Encoding: gzip\r\n",
                             "Content-Type: application/x-www-form-urlencoded\r\n"}) {
    CAPTURE(fields);
    const RawResponse response = post_as(fields);
    CHECK(response.status == 415);
    CHECK(has_code(response, "media_type_not_supported"));
  }
  for (const char* fields :
       {"Content-Type: application/json\r\n", "Content-Type: Application/JSON;charset=UTF-8\r\n",
        "Content-Type: application/json ; charset=\"utf-8\"\r\nContent-Encoding: identity\r\n"}) {
    CAPTURE(fields);
    CHECK(post_as(fields).status == 201);
  }
}

TEST_CASE("a target that cannot be decoded is 400, and the connection stays") {
  TestServer server;
  TlsClient client = server.client();
  client.send(request("GET", "/api/v1/things/%ff", bearer("head")) + request("GET", "/livez"));
  const auto refused = client.read_response();
  REQUIRE(refused.has_value());
  CHECK(refused->status == 400);
  CHECK(has_code(*refused, "target_not_decodable"));
  CHECK(client.read_response()->status == 200);
}

TEST_CASE("refusals speak the language of the request and repeat nothing of it") {
  TestServer server;
  const RawResponse english = ask(server, request("GET", "/api/v1/canary-7f3a?q=canary-7f3a",
                                                  bearer("head") + "Accept-Language: en\r\n"));
  CHECK(english.header("content-language") == "en");
  CHECK(english.body.find("Not found") != std::string::npos);
  CHECK(english.body.find("canary") == std::string::npos);
  const RawResponse japanese = ask(server, request("GET", "/api/v1/nothing", bearer("head")));
  CHECK(japanese.header("content-language") == "ja");
  CHECK(japanese.body.find("見つかりません") != std::string::npos);
}

TEST_CASE("every answer carries the security fields, and the extra ones asked for") {
  TestServer server([](ServerOptions& options) {
    options.extra_headers = [] { return std::vector<Header>{{"Noroshi-Clock", "shifted"}}; };
  });
  for (const std::string& bytes :
       {request("GET", "/livez"), request("GET", "/api/v1/x"), std::string("x\n")}) {
    const RawResponse response = ask(server, bytes);
    CHECK(response.header("x-content-type-options") == "nosniff");
    CHECK(response.header("cache-control") == "no-store");
    CHECK(response.header("content-security-policy") == "default-src 'none'");
    CHECK(response.header("noroshi-clock") == "shifted");
    CHECK(response.header("date").size() == 29);
  }
}

TEST_CASE("metrics and the log see the pattern, never the target") {
  TestServer server;
  ask(server, request("GET", "/api/v1/things/canary-7f3a?q=canary", bearer("head")));
  const Observed observed = server.next_observed();
  CHECK(observed.method == "GET");
  CHECK(observed.pattern == "/api/v1/things/{id}");
  CHECK(observed.status == 200);
  CHECK(observed.code.empty());
  ask(server, request("POST", "/api/v1/things", bearer("head"), "{\"a\":1}"));
  const Observed posted = server.next_observed();
  CHECK(posted.bytes_received == 7);
  CHECK(posted.bytes_sent == 7);
}

TEST_CASE("entity tags are compared weakly, one by one") {
  CHECK(names_etag("\"v7\"", "v7"));
  CHECK(names_etag("W/\"v7\"", "v7"));
  CHECK(names_etag("\"a\", \"v7\" ,\"b\"", "v7"));
  CHECK(names_etag(" * ", "v7"));
  CHECK_FALSE(names_etag("v7", "v7"));
  CHECK_FALSE(names_etag("\"v\"", "v7"));
  CHECK_FALSE(names_etag("", "v7"));
}

}  // namespace
}  // namespace noroshi::http::testing
