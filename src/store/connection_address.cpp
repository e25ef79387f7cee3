#include "src/store/connection_address.h"

#include <libpq-fe.h>

#include <fmt/format.h>

#include <memory>
#include <string_view>

namespace noroshi::store {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

Options parse(const std::string& address) {
  char* error = nullptr;  // not shown: it quotes the address
  Options options(PQconninfoParse(address.c_str(), &error));
  PQfreemem(error);
  return options;
}

bool is_set(const PQconninfoOption& option) {
  return option.val && *option.val;
}

// libpq marks with '*' what a form is to hide while it is typed.
bool is_secret(const PQconninfoOption& option) {
  return option.dispchar && std::string_view(option.dispchar) == "*";
}

std::string conninfo_value(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

}  // namespace

bool is_connection_address(const std::string& address) {
  return !address.empty() && parse(address) != nullptr;
}

std::string without_secrets(const std::string& address) {
  const auto options = parse(address);
  if (!options) return {};
  bool secret = false;
  std::string text;
  for (const auto* option = options.get(); option->keyword; ++option) {
    if (!is_set(*option)) continue;
    if (is_secret(*option)) {
      secret = true;
    } else {
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", option->keyword, conninfo_value(option->val));
    }
  }
  return secret ? text : address;
}

std::string libpq_version() {
  const int version = PQlibVersion();  // 150008
  return fmt::format("{}.{}", version / 10000, version % 10000);
}

}  // namespace noroshi::store
