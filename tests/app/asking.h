// Calls a route as the server would, without a server.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <utility>

#include "src/http/router.h"

namespace noroshi::app::test {

inline const http::Route& route_of(const http::Router& router, const std::string& path) {
  const auto match = router.match("GET", {path.substr(1)});
  REQUIRE(std::holds_alternative<http::Router::Found>(match));
  return *std::get<http::Router::Found>(match).route;
}

// The answer to GET `path` of a caller in that role, or of nobody.
inline http::Response ask(const http::Router& router, const std::string& path, const std::string& role = "",
                          http::Language language = http::Language::en) {
  http::Request request;
  request.pattern = path;
  request.language = language;
  if (!role.empty()) request.caller = http::Caller{.organization = "nisc", .role = role, .token_id = "id", .name = "name", .tenant = "nisc"};
  std::promise<std::optional<http::Response>> promise;
  auto future = promise.get_future();
  route_of(router, path)
      .handler(std::move(request), http::Responder([&](std::optional<http::Response> response) {
                 promise.set_value(std::move(response));
               }));
  REQUIRE(future.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
  auto response = future.get();
  REQUIRE(response);
  return std::move(*response);
}

}  // namespace noroshi::app::test
