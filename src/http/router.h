// Which handler serves a target.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "src/http/response.h"

namespace noroshi::http {

enum class Access {
  open,            // no token is looked at
  token_optional,  // Request::caller is set where a token was sent and is good; a bad one is 401
  token_required,
};

struct Route {
  Method method = Method::get;
  std::string pattern;  // "/api/v1/incidents/{id}": a segment is literal or one parameter
  Access access = Access::token_required;
  std::vector<std::string> roles;        // who may call it; empty: every caller. Others get 403 role_required
  std::size_t body_limit = 1024 * 1024;  // bytes; a longer body is 413
  std::string_view media_type = "application/json";  // of a body; a literal
  Handler handler;
};

class Router {
 public:
  // Throws std::invalid_argument for a malformed pattern, a missing handler, or a method and pattern already
  // there (patterns that differ in parameter names alone are the same).
  void add(Route route);

  struct Found {
    const Route* route;  // lives as long as the router
    std::vector<std::pair<std::string, std::string>> parameters;
  };
  struct OtherMethods {
    std::string allow;  // the value of the Allow field: "GET, HEAD, POST"
  };
  struct NotFound {};
  using Match = std::variant<Found, OtherMethods, NotFound>;

  // `method` is the token of the request line ("HEAD" is looked up as GET); `segments` are decoded, as
  // parse_target() gives them. A literal segment wins over a parameter, from left to right.
  Match match(std::string_view method, const std::vector<std::string>& segments) const;

  // Every route, in no particular order; each lives as long as the router.
  std::vector<const Route*> routes() const;

 private:
  struct Node;
  // Patterns as a tree of segments; the key "{}" stands for a parameter.
  struct Leaf {
    std::vector<std::string> parameter_names;
    Route route;
  };
  struct Node {
    std::map<std::string, Node, std::less<>> children;
    std::vector<Leaf> leaves;  // one for each method
  };
  static void collect(const Node& node, std::vector<const Route*>& routes);
  const Node* find(const Node& node, const std::vector<std::string>& segments, std::size_t depth,
                   std::vector<std::string>& parameters) const;

  Node root_;
};

}  // namespace noroshi::http
