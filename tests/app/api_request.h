// Calls a route of the API as the server would after its guards, without a server.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <utility>

#include "src/http/framing.h"
#include "src/http/guards.h"
#include "src/http/router.h"

namespace noroshi::app::test {

// The answer to a GET of that target by that caller (null: nobody), in English. The roles of the route are
// not looked at: the server's guards do that before.
inline http::Response ask(const http::Router& router, const std::string& target, const http::Caller* caller) {
  const auto parsed = http::parse_target(target);
  REQUIRE(parsed);
  const auto match = router.match("GET", parsed->segments);
  REQUIRE(std::holds_alternative<http::Router::Found>(match));
  const auto& found = std::get<http::Router::Found>(match);
  http::Request request;
  request.pattern = found.route->pattern;
  request.path_parameters = found.parameters;
  request.query = parsed->query;
  request.language = http::Language::en;
  if (caller) request.caller = *caller;
  std::promise<std::optional<http::Response>> promise;
  auto future = promise.get_future();
  found.route->handler(std::move(request), http::Responder([&](std::optional<http::Response> response) {
                         promise.set_value(std::move(response));
                       }));
  REQUIRE(future.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
  auto response = future.get();
  REQUIRE(response);
  return std::move(*response);
}

}  // namespace noroshi::app::test
