#include "src/http/guards.h"

#include <algorithm>
#include <string>

#include "src/sign_in/passphrase.h"

namespace noroshi::http {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

bool is_token68(std::string_view text) {
  const std::string_view body = text.substr(0, text.find_last_not_of('=') + 1);
  return !body.empty() && std::all_of(body.begin(), body.end(), [](char c) {
    return is_alphanumeric(c) || std::string_view("-._~+/").find(c) != std::string_view::npos;
  });
}

bool is_media_type(std::string_view content_type, std::string_view wanted) {
  const std::size_t semicolon = content_type.find(';');
  if (!equal_ignoring_case(trimmed(content_type.substr(0, semicolon)), wanted)) return false;
  if (semicolon == std::string_view::npos) return true;
  const std::string_view parameter = trimmed(content_type.substr(semicolon + 1));
  return equal_ignoring_case(parameter, "charset=utf-8") ||
         equal_ignoring_case(parameter, "charset=\"utf-8\"");
}

}  // namespace

Access access_of(const Router::Match& match, const std::vector<std::string>& segments) {
  if (const auto* found = std::get_if<Router::Found>(&match)) return found->route->access;
  return !segments.empty() && segments.front() == "api" ? Access::token_required : Access::open;
}

std::optional<std::string_view> bearer_token(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer";
  if (!equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return std::nullopt;
  const std::string_view rest = authorization.substr(scheme.size());
  if (!rest.starts_with(' ')) return std::nullopt;
  const std::string_view token = trimmed(rest);
  return is_token68(token) ? std::optional(token) : std::nullopt;
}

bool is_foreign(const std::optional<std::string>& origin, const std::optional<std::string>& fetch_site, std::string_view host) {
  if (origin && !equal_ignoring_case(*origin, "https://" + std::string(host))) return true;
  return fetch_site && *fetch_site != "same-origin";
}

bool is_own_origin(std::string_view origin, const HostAllowlist& names, std::uint16_t port, std::string_view base_url) {
  constexpr std::string_view scheme = "https://", usual_port = ":443";
  if (base_url.ends_with(usual_port)) base_url.remove_suffix(usual_port.size());  // as browsers write it
  if (!base_url.empty() && equal_ignoring_case(origin, base_url)) return true;
  if (!origin.starts_with(scheme)) return false;
  auto host = origin.substr(scheme.size());
  if (port != 443) {
    const auto ending = ":" + std::to_string(port);
    if (!host.ends_with(ending)) return false;
    host.remove_suffix(ending.size());
  }
  // What is left has no port.
  const bool plain = host.starts_with('[') ? host.ends_with(']') : host.find(':') == std::string_view::npos;
  return plain && names.allows(host);
}

std::optional<Refusal> csrf_guard(std::string_view method, bool foreign, std::string_view expected,
                                  const std::optional<std::string>& sent) {
  if (method == "GET" || method == "HEAD" || method == "OPTIONS") return std::nullopt;
  if (foreign) return Refusal::foreign_origin;
  if (!sent || expected.empty() || !sign_in::same_bytes(*sent, expected)) return Refusal::csrf_token_required;
  return std::nullopt;
}

std::optional<Refusal> route_guard(const Router::Match& match) {
  if (std::holds_alternative<Router::NotFound>(match)) return Refusal::not_found;
  if (std::holds_alternative<Router::OtherMethods>(match)) return Refusal::method_not_allowed;
  return std::nullopt;
}

std::optional<Refusal> role_guard(const Route& route, const Caller* caller) {
  if (route.roles.empty()) return std::nullopt;
  // A route with roles lets nobody in without one, whatever its access says.
  if (caller == nullptr) return Refusal::token_missing;
  const bool allowed = std::find(route.roles.begin(), route.roles.end(), caller->role) != route.roles.end();
  return allowed ? std::nullopt : std::optional(Refusal::role_required);
}

std::optional<Refusal> media_type_guard(const Route& route, std::string_view content_type,
                                        std::string_view content_encoding, std::uint64_t content_length) {
  if (content_length == 0) return std::nullopt;
  const bool plain = content_encoding.empty() || equal_ignoring_case(content_encoding, "identity");
  if (plain && route.media_type == "*/*") return std::nullopt;  // whatever it is
  return plain && is_media_type(content_type, route.media_type) ? std::nullopt : std::optional(Refusal::media_type_not_supported);
}

std::optional<Refusal> size_guard(const Route& route, std::uint64_t content_length) {
  return content_length > route.body_limit ? std::optional(Refusal::body_too_large) : std::nullopt;
}

bool names_etag(std::string_view if_none_match, std::string_view etag) {
  if (trimmed(if_none_match) == "*") return true;
  const std::string quoted = '"' + std::string(etag) + '"';
  while (!if_none_match.empty()) {
    // Our tags hold no comma, so a split inside a foreign tag matches none of ours.
    const std::size_t comma = if_none_match.find(',');
    std::string_view candidate = trimmed(if_none_match.substr(0, comma));
    if (candidate.starts_with("W/")) candidate.remove_prefix(2);
    if (candidate == quoted) return true;
    if_none_match.remove_prefix(comma == std::string_view::npos ? if_none_match.size() : comma + 1);
  }
  return false;
}

bool is_sendable(const Header& header) {
  const auto is_name_character = [](char c) { return is_alphanumeric(c) || c == '-'; };
  const auto is_value_character = [](char c) { return c >= 0x20 && c < 0x7f; };
  return !header.name.empty() && std::all_of(header.name.begin(), header.name.end(), is_name_character) &&
         std::all_of(header.value.begin(), header.value.end(), is_value_character);
}

}  // namespace noroshi::http
