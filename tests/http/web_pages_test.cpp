// The screens as a browser gets them: which addresses give the page, and under which headers.
#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <string>

#include "src/http/framing.h"
#include "src/http/web_pages.h"

namespace noroshi::http {
namespace {

constexpr std::array<web::WebFile, 3> files = {{
    {"index.html", "text/html; charset=utf-8", "aa", "<!doctype html>", "zipped page"},
    {"app-0123456789abcdef.js", "text/javascript; charset=utf-8", "bb", "let a=1", "zipped script"},
    {"icon-0123456789abcdef.svg", "image/svg+xml", "cc", "<svg/>", ""},
}};

std::optional<Response> asked(const std::string& address, std::optional<std::string> accept_encoding = std::nullopt) {
  Router router;
  add_web_routes(router, files);
  const auto target = parse_target(address);
  REQUIRE(target);
  auto match = router.match("GET", target->segments);
  const auto* found = std::get_if<Router::Found>(&match);
  if (found == nullptr) return std::nullopt;
  CHECK(found->route->access == Access::open);
  Request request;
  request.path_parameters = found->parameters;
  request.accept_encoding = std::move(accept_encoding);
  std::optional<Response> answer;
  found->route->handler(std::move(request), Responder([&](std::optional<Response> given) { answer = std::move(given); }));
  return answer;
}

std::string header(const Response& response, std::string_view name) {
  for (const Header& field : response.headers)
    if (field.name == name) return field.value;
  return "";
}

TEST_CASE("every address of a person gives the same page") {
  for (const char* address : {"/", "/sign-in", "/set-up/k3y", "/desk", "/desk/inbox", "/desk/incidents/0198-x",
                              "/desk/incidents/0198-x/versions/2", "/desk/inbox?overdue=1"}) {
    CAPTURE(address);
    const auto answer = asked(address);
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == "<!doctype html>");
    CHECK(answer->content_type == "text/html; charset=utf-8");
    CHECK(header(*answer, "Cache-Control") == "no-store");
    CHECK(header(*answer, "Content-Security-Policy") ==
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
          "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    CHECK(header(*answer, "Referrer-Policy") == "no-referrer");
  }
}

TEST_CASE("what is no address of a person gives nothing") {
  for (const char* address : {"/deskx", "/set-up", "/set-up/a/b", "/desk/a/b/c/d/e/f", "/assets", "/assets/a/b", "/index.html"}) {
    CAPTURE(address);
    CHECK_FALSE(asked(address));
  }
}

TEST_CASE("a file is kept for a year under its hashed name, and no other name gives anything") {
  const auto script = asked("/assets/app-0123456789abcdef.js");
  REQUIRE(script);
  CHECK(script->body == "let a=1");
  CHECK(script->etag == "bb");
  CHECK(header(*script, "Cache-Control") == "public, max-age=31536000, immutable");
  for (const char* address : {"/assets/app.js", "/assets/index.html", "/assets/..%2Findex.html"}) {
    CAPTURE(address);
    const auto answer = parse_target(address) ? asked(address) : std::nullopt;
    if (answer) {
      CHECK(answer->status == 404);
    }
  }
}

TEST_CASE("compressed for who takes it, under a tag of its own") {
  const auto zipped = asked("/assets/app-0123456789abcdef.js", "gzip, deflate, br");
  REQUIRE(zipped);
  CHECK(zipped->body == "zipped script");
  CHECK(zipped->etag == "bb-gzip");
  CHECK(header(*zipped, "Content-Encoding") == "gzip");
  CHECK(header(*zipped, "Vary") == "Accept-Encoding");
  const auto small = asked("/assets/icon-0123456789abcdef.svg", "gzip");
  REQUIRE(small);
  CHECK(small->body == "<svg/>");
  CHECK(header(*small, "Content-Encoding").empty());
}

TEST_CASE("what Accept-Encoding says") {
  struct Case {
    const char* field;
    bool gzip;
  };
  for (const auto& [field, gzip] : std::initializer_list<Case>{{"gzip", true},
                                                               {"GZIP", true},
                                                               {"br, gzip;q=0.5", true},
                                                               {"gzip ; q = 0", false},
                                                               {"gzip;q=0.000", false},
                                                               {"gzip;q=0.001", true},
                                                               {"*", true},
                                                               {"*;q=0", false},
                                                               {"*, gzip;q=0", false},
                                                               {"br", false},
                                                               {"xgzip", false},
                                                               {"", false}}) {
    CAPTURE(field);
    CHECK(takes_gzip(field) == gzip);
  }
}

TEST_CASE("a daemon without screens has no such routes") {
  Router router;
  add_web_routes(router, {});
  CHECK(router.routes().empty());
}

}  // namespace
}  // namespace noroshi::http
