#include "src/cli/connection.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>
#include <toml++/toml.h>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace noroshi::cli {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

fs::path home() {
  return environment("HOME");
}

// "~/token" in the file means what it means to a shell.
fs::path expand_home(const std::string& path) {
  return path.starts_with("~/") ? home() / path.substr(2) : fs::path(path);
}

tl::expected<ConnectionOptions, Text> read_client_file(const fs::path& path) {
  ConnectionOptions options;
  std::error_code error;
  if (!fs::exists(path, error)) return options;
  try {
    const toml::table table = toml::parse_file(path.string());
    for (const auto& [key, node] : table) {
      const auto line = node.source().begin.line;
      const auto value = node.value_exact<std::string>();
      const bool known = key == "url" || key == "token_file" || key == "ca";
      if (!known || !value)
        return tl::unexpected(Text{
            fmt::format("{}:{}: {}", path.string(), line,
                        known
                            ? fmt::format("{} は文字列で書いてください。", std::string(key.str()))
                            : fmt::format("{} という項目はありません。使えるのは url, token_file, ca です。",
                                          std::string(key.str()))),
            fmt::format("{}:{}: {}", path.string(), line,
                        known ? fmt::format("{} must be a string", std::string(key.str()))
                              : fmt::format("there is no key {}; known are url, token_file, ca",
                                            std::string(key.str())))});
      if (key == "url") options.url = *value;
      if (key == "token_file") options.token_file = expand_home(*value);
      if (key == "ca") options.ca = expand_home(*value);
    }
  } catch (const toml::parse_error& mistake) {
    const auto text = fmt::format("{}:{}:{}: {}", path.string(), mistake.source().begin.line,
                                  mistake.source().begin.column, mistake.description());
    return tl::unexpected(Text{text, text});
  }
  return options;
}

tl::expected<std::string, Text> read_token(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::string token{std::istreambuf_iterator<char>(stream), {}};
  if (!stream.is_open() || stream.bad())
    return tl::unexpected(Text{fmt::format("トークンのファイル {} を読めません。", path.string()),
                               fmt::format("the token file {} cannot be read", path.string())});
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r' || token.back() == ' '))
    token.pop_back();
  return token;
}

tl::expected<std::string, Text> resolve_token(const ConnectionOptions& flags, const ConnectionOptions& file) {
  std::string token;
  std::string from = "NOROSHI_TOKEN";
  const auto in_environment = environment("NOROSHI_TOKEN");
  fs::path path = flags.token_file;
  if (path.empty()) path = environment("NOROSHI_TOKEN_FILE");
  if (path.empty() && in_environment.empty()) path = file.token_file;
  if (!path.empty()) {
    auto read = read_token(path);
    if (!read) return read;
    token = std::move(*read);
    from = path.string();
  } else {
    token = in_environment;
  }
  if (token.empty())
    return tl::unexpected(Text{
        "トークンがありません。--token-file、NOROSHI_TOKEN_FILE、または client.toml の token_file "
        "で指定してください。",
        "there is no token: name its file by --token-file, NOROSHI_TOKEN_FILE or token_file in client.toml"});
  if (token_id_of(token).empty())
    return tl::unexpected(
        Text{fmt::format("{} の内容はトークンではありません（noroshi_ で始まる 1 行です）。", from),
             fmt::format("{} holds no token (one line that begins with noroshi_)", from)});
  return token;
}

tl::expected<ConnectionSettings, Text> parse_address(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  const bool sound = parsed.has_value() && parsed->scheme() == "https" && !parsed->encoded_host().empty() &&
                     !parsed->has_userinfo() && !parsed->has_query() && !parsed->has_fragment() &&
                     (parsed->encoded_path().empty() || parsed->encoded_path() == "/");
  if (!sound)
    return tl::unexpected(Text{
        fmt::format("{} は報告先の URL ではありません。https://ホスト名:ポート の形で書いてください。", url),
        fmt::format("{} is no address of a daemon: write https://host:port", url)});
  ConnectionSettings settings;
  const std::string authority(parsed->encoded_host().data(), parsed->encoded_host().size());
  settings.host = authority.front() == '[' ? authority.substr(1, authority.size() - 2) : authority;
  settings.port = parsed->has_port() ? std::string(parsed->port().data(), parsed->port().size()) : "443";
  settings.url = fmt::format("https://{}:{}", authority, settings.port);
  return settings;
}

}  // namespace

std::string token_id_of(const std::string& token) {
  constexpr std::string_view prefix = "noroshi_";
  constexpr std::size_t id_length = 32;
  constexpr std::size_t secret_length = 43;
  if (token.size() != prefix.size() + id_length + 1 + secret_length || !token.starts_with(prefix)) return {};
  const auto id = token.substr(prefix.size(), id_length);
  const auto secret = token.substr(prefix.size() + id_length + 1);
  if (token[prefix.size() + id_length] != '_') return {};
  if (id.find_first_not_of("0123456789abcdef") != std::string::npos) return {};
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  };
  return std::all_of(secret.begin(), secret.end(), fits) ? id : std::string();
}

std::optional<fs::path> client_configuration() {
  if (const auto configured = environment("XDG_CONFIG_HOME"); !configured.empty())
    return fs::path(configured) / "noroshi" / "client.toml";
  if (home().empty()) return std::nullopt;
  return home() / ".config" / "noroshi" / "client.toml";
}

tl::expected<ConnectionSettings, Text> resolve_connection(const ConnectionOptions& options) {
  ConnectionOptions file;
  if (const auto path = client_configuration()) {
    auto read = read_client_file(*path);
    if (!read) return tl::unexpected(read.error());
    file = std::move(*read);
  }
  const auto first = [](std::string flag, std::string variable, std::string configured) {
    return !flag.empty() ? flag : !variable.empty() ? variable : configured;
  };

  const auto url = first(options.url, environment("NOROSHI_URL"), file.url);
  if (url.empty())
    return tl::unexpected(
        Text{"報告先が分かりません。--url、NOROSHI_URL、または client.toml の url で指定してください。",
             "where is the daemon? Say so by --url, NOROSHI_URL or url in client.toml"});
  auto settings = parse_address(url);
  if (!settings) return settings;

  auto token = resolve_token(options, file);
  if (!token) return tl::unexpected(token.error());
  settings->token = std::move(*token);

  settings->ca = first(options.ca.string(), environment("NOROSHI_CA"), file.ca.string());
  std::error_code error;
  if (!settings->ca.empty() && !fs::is_regular_file(settings->ca, error))
    return tl::unexpected(
        Text{fmt::format("認証局の証明書 {} を読めません。", settings->ca),
             fmt::format("the certificate authority's file {} cannot be read", settings->ca)});
  return settings;
}

}  // namespace noroshi::cli
