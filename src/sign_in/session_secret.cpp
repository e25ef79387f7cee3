#include "src/sign_in/session_secret.h"

#include "src/sealing/base64url.h"
#include "src/sign_in/keyed_hash.h"

namespace noroshi::sign_in {
namespace {

constexpr std::string_view attributes = "; Path=/; Secure; HttpOnly; SameSite=Strict";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::string csrf_token_of(std::string_view cookie) {
  return sealing::to_base64url(keyed_hash(cookie, "noroshi csrf"));
}

std::optional<std::string_view> session_in(std::string_view cookie_field, std::string_view name) {
  std::optional<std::string_view> found;
  while (!cookie_field.empty()) {
    const std::size_t end = cookie_field.find(';');
    const auto pair = trimmed(cookie_field.substr(0, end));
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      if (found) return std::nullopt;
      found = pair.substr(name.size() + 1);
    }
    cookie_field.remove_prefix(end == std::string_view::npos ? cookie_field.size() : end + 1);
  }
  return found;
}

std::string give_cookie(std::string_view value, std::string_view name) {
  return std::string(name).append("=").append(value).append(attributes);
}

std::string take_cookie(std::string_view name) { return give_cookie("", name).append("; Max-Age=0"); }

}  // namespace noroshi::sign_in
