#include "src/http/router.h"

#include <algorithm>
#include <stdexcept>

namespace noroshi::http {
namespace {

constexpr std::string_view parameter_key = "{}";

std::vector<std::string> split(std::string_view pattern) {
  if (pattern.empty() || pattern.front() != '/') throw std::invalid_argument("a pattern begins with '/'");
  std::vector<std::string> segments;
  for (std::size_t begin = 1; begin <= pattern.size();) {
    const std::size_t end = std::min(pattern.find('/', begin), pattern.size());
    segments.emplace_back(pattern.substr(begin, end - begin));
    begin = end + 1;
  }
  return segments;
}

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool well_formed(std::string_view segment) {
  const std::string_view name = is_parameter(segment) ? segment.substr(1, segment.size() - 2) : segment;
  return name.find_first_of("{}") == std::string_view::npos;
}

}  // namespace

void Router::add(Route route) {
  if (!route.handler) throw std::invalid_argument("a route without a handler: " + route.pattern);
  if (route.access == Access::open && !route.roles.empty()) {
    throw std::invalid_argument("an open route with roles: " + route.pattern);
  }
  Node* node = &root_;
  std::vector<std::string> names;
  for (const std::string& segment : split(route.pattern)) {
    if (!well_formed(segment)) throw std::invalid_argument("a malformed pattern: " + route.pattern);
    if (is_parameter(segment)) {
      names.push_back(segment.substr(1, segment.size() - 2));
      node = &node->children[std::string(parameter_key)];
    } else {
      node = &node->children[segment];
    }
  }
  for (const Leaf& leaf : node->leaves) {
    if (leaf.route.method == route.method) throw std::invalid_argument("a route twice: " + route.pattern);
  }
  node->leaves.push_back({std::move(names), std::move(route)});
}

void Router::collect(const Node& node, std::vector<const Route*>& routes) {
  for (const Leaf& leaf : node.leaves) routes.push_back(&leaf.route);
  for (const auto& [segment, child] : node.children) collect(child, routes);
}

std::vector<const Route*> Router::routes() const {
  std::vector<const Route*> routes;
  collect(root_, routes);
  return routes;
}

const Router::Node* Router::find(const Node& node, const std::vector<std::string>& segments,
                                 std::size_t depth, std::vector<std::string>& parameters) const {
  if (depth == segments.size()) return node.leaves.empty() ? nullptr : &node;
  const std::string& segment = segments[depth];
  // "{}" cannot be a literal of a pattern, but a client may send it.
  if (const auto literal = node.children.find(segment);
      literal != node.children.end() && segment != parameter_key) {
    if (const Node* found = find(literal->second, segments, depth + 1, parameters)) return found;
  }
  const auto parameter = node.children.find(parameter_key);
  if (parameter == node.children.end() || segment.empty()) return nullptr;
  parameters.push_back(segment);
  if (const Node* found = find(parameter->second, segments, depth + 1, parameters)) return found;
  parameters.pop_back();
  return nullptr;
}

Router::Match Router::match(std::string_view method, const std::vector<std::string>& segments) const {
  std::vector<std::string> values;
  const Node* node = find(root_, segments, 0, values);
  if (node == nullptr) return NotFound{};

  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  OtherMethods others;
  for (const Leaf& leaf : node->leaves) {
    const std::string_view served = to_string(leaf.route.method);
    if (served == wanted) {
      Found found{&leaf.route, {}};
      for (std::size_t i = 0; i < values.size(); ++i) {
        found.parameters.emplace_back(leaf.parameter_names[i], std::move(values[i]));
      }
      return found;
    }
    if (!others.allow.empty()) others.allow += ", ";
    others.allow += served;
    if (leaf.route.method == Method::get) others.allow += ", HEAD";
  }
  return others;
}

}  // namespace noroshi::http
