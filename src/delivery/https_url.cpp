#include "src/delivery/https_url.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <optional>

namespace noroshi::delivery {
namespace {

namespace ip = boost::asio::ip;
using routing::Reason;

constexpr std::size_t longest = 2048;
constexpr std::string_view scheme = "https://";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_hexadecimal(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// RFC 1123 2.1: what a host may be called, so that no resolver reads it as something else.
bool is_host_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  std::size_t label = 0;
  for (std::size_t at = 0; at <= name.size(); ++at) {
    if (at == name.size() || name[at] == '.') {
      if (label == 0 || label > 63 || name[at - 1] == '-') return false;
      label = 0;
      continue;
    }
    if (!is_letter(name[at]) && !is_digit(name[at]) && !(name[at] == '-' && label > 0)) return false;
    ++label;
  }
  const std::string_view last = name.substr(name.rfind('.') + 1);  // of none: the whole name
  return !is_digit(last.front());
}

bool is_path(std::string_view path) {
  constexpr std::string_view others = "-._~!$&'()*+,;=:@/";
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (path[at] == '%') {
      if (at + 2 >= path.size() || !is_hexadecimal(path[at + 1]) || !is_hexadecimal(path[at + 2])) return false;
      at += 2;
      continue;
    }
    if (!is_letter(path[at]) && !is_digit(path[at]) && others.find(path[at]) == std::string_view::npos) return false;
  }
  return true;
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  unsigned port = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (fault != std::errc() || end != digits.data() + digits.size() || port < 1 || port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

}  // namespace

std::string HttpsUrl::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : '[' + host + ']';
  if (port != 443) text += ':' + std::to_string(port);
  return text;
}

std::variant<HttpsUrl, Reason> parse_https_url(std::string_view text) {
  if (text.size() > longest) return Reason{"2048文字までです。", "No more than 2048 characters."};
  if (!text.starts_with(scheme)) return Reason{"https:// で始めてください。", "It must begin with https://."};
  text.remove_prefix(scheme.size());
  if (text.find('?') != std::string_view::npos) return Reason{"問合せ（?）は書けません。", "It may have no query (?)."};
  if (text.find('#') != std::string_view::npos)
    return Reason{"フラグメント（#）は書けません。", "It may have no fragment (#)."};
  const auto slash = std::min(text.find('/'), text.size());
  std::string_view authority = text.substr(0, slash);
  const std::string_view path = text.substr(slash);
  if (authority.find('@') != std::string_view::npos)
    return Reason{"利用者名やパスワードは書けません。", "It may have no user name or password."};
  if (!is_path(path)) return Reason{"パスに使えない文字があります。", "The path holds a character that it may not."};

  HttpsUrl url;
  if (!path.empty()) url.path = path;
  const Reason no_host{"ホスト名が正しくありません。", "The host is not valid."};
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return no_host;
    boost::system::error_code error;
    const std::string inside(authority.substr(1, end - 1));
    const auto address = ip::make_address_v6(inside, error);
    if (error || inside.find('%') != std::string::npos) return no_host;
    url.host = address.to_string();
    url.is_address = true;
    authority.remove_prefix(end + 1);
    if (!authority.empty() && authority.front() != ':') return no_host;
  } else {
    const auto colon = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, colon);
    std::transform(url.host.begin(), url.host.end(), url.host.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    boost::system::error_code error;
    ip::make_address_v4(url.host, error);
    url.is_address = !error;
    if (!url.is_address && !is_host_name(url.host)) return no_host;
    authority.remove_prefix(colon);
  }
  if (!authority.empty()) {
    const auto port = parse_port(authority.substr(1));
    if (!port) return Reason{"ポートは1から65535までです。", "The port is from 1 to 65535."};
    url.port = *port;
  }
  return url;
}

}  // namespace noroshi::delivery
