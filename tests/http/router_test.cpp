#include "src/http/router.h"

#include <doctest/doctest.h>

namespace noroshi::http {
namespace {

void add(Router& router, Method method, std::string pattern) {
  Route route;
  route.method = method;
  route.pattern = std::move(pattern);
  route.handler = [](Request, Responder) {};
  router.add(std::move(route));
}

Router incidents() {
  Router router;
  add(router, Method::get, "/api/v1/incidents");
  add(router, Method::get, "/api/v1/incidents/{id}");
  add(router, Method::get, "/api/v1/incidents/summary");
  add(router, Method::post, "/api/v1/incidents/{id}/assessments");
  add(router, Method::get, "/api/v1/incidents/{incident}/assessments");
  add(router, Method::put, "/api/v1/incidents/{id}/members/{person}");
  add(router, Method::get, "/");
  return router;
}

std::string pattern_found(const Router& router, std::string_view method, std::vector<std::string> segments) {
  const auto match = router.match(method, segments);
  const auto* found = std::get_if<Router::Found>(&match);
  return found == nullptr ? "" : found->route->pattern;
}

TEST_CASE("a path finds its route, a literal before a parameter") {
  const Router router = incidents();
  CHECK(pattern_found(router, "GET", {"api", "v1", "incidents"}) == "/api/v1/incidents");
  CHECK(pattern_found(router, "GET", {"api", "v1", "incidents", "42"}) == "/api/v1/incidents/{id}");
  CHECK(pattern_found(router, "GET", {"api", "v1", "incidents", "summary"}) == "/api/v1/incidents/summary");
  CHECK(pattern_found(router, "HEAD", {"api", "v1", "incidents", "42"}) == "/api/v1/incidents/{id}");
  CHECK(pattern_found(router, "GET", {""}) == "/");
}

TEST_CASE("a literal that leads nowhere gives way to the parameter") {
  const Router router = incidents();
  CHECK(pattern_found(router, "POST", {"api", "v1", "incidents", "summary", "assessments"}) ==
        "/api/v1/incidents/{id}/assessments");
}

TEST_CASE("parameters are named by the route of the method, in the order of the pattern") {
  const Router router = incidents();
  using Parameters = std::vector<std::pair<std::string, std::string>>;
  auto match = router.match("GET", {"api", "v1", "incidents", "7", "assessments"});
  CHECK(std::get<Router::Found>(match).parameters == Parameters{{"incident", "7"}});
  match = router.match("PUT", {"api", "v1", "incidents", "7", "members", "a b"});
  CHECK(std::get<Router::Found>(match).parameters == Parameters{{"id", "7"}, {"person", "a b"}});
}

TEST_CASE("another method is told which ones there are") {
  const Router router = incidents();
  auto match = router.match("DELETE", {"api", "v1", "incidents", "7", "assessments"});
  CHECK(std::get<Router::OtherMethods>(match).allow == "POST, GET, HEAD");
  match = router.match("OPTIONS", {"api", "v1", "incidents"});
  CHECK(std::get<Router::OtherMethods>(match).allow == "GET, HEAD");
}

TEST_CASE("what is no path of ours is not found") {
  const Router router = incidents();
  for (const std::vector<std::string>& segments : {std::vector<std::string>{"api"},
                                                   {"api", "v1", "incidents", ""},
                                                   {"api", "v1", "incidents", "7", ""},
                                                   {"", "api", "v1", "incidents"},
                                                   {"API", "v1", "incidents"},
                                                   {"api", "v1", "incidents", "7", "x"}}) {
    CHECK(std::holds_alternative<Router::NotFound>(router.match("GET", segments)));
  }
  CHECK(pattern_found(router, "GET", {"api", "v1", "incidents", "{}"}) == "/api/v1/incidents/{id}");
}

TEST_CASE("a mistake in a route is told when it is added") {
  Router router = incidents();
  CHECK_THROWS_AS(add(router, Method::get, "/api/v1/incidents/{number}"), std::invalid_argument);
  CHECK_THROWS_AS(add(router, Method::get, "incidents"), std::invalid_argument);
  CHECK_THROWS_AS(add(router, Method::get, "/a{b}"), std::invalid_argument);
  CHECK_THROWS_AS(add(router, Method::get, "/{}"), std::invalid_argument);
  Route without_handler;
  without_handler.pattern = "/x";
  CHECK_THROWS_AS(router.add(without_handler), std::invalid_argument);
  Route open_with_roles;
  open_with_roles.pattern = "/y";
  open_with_roles.access = Access::open;
  open_with_roles.roles = {"auditor"};
  open_with_roles.handler = [](Request, Responder) {};
  CHECK_THROWS_AS(router.add(open_with_roles), std::invalid_argument);
}

}  // namespace
}  // namespace noroshi::http
