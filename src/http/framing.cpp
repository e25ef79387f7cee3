#include "src/http/framing.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace noroshi::http {
namespace {

using enum FramingFault;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hexadecimal(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// tchar of RFC 9110 5.6.2.
bool is_token_character(char c) {
  return is_letter(c) || is_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// What may stand in an origin-form target beside escapes: pchar, "/" and "?" of RFC 3986.
bool is_target_character(char c) {
  return is_letter(c) || is_digit(c) ||
         std::string_view("-._~!$&'()*+,;=:@/?").find(c) != std::string_view::npos;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_forbidden_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\r' && c != '\n') || byte >= 0x7f;
}

// Every CR with its LF, every LF with its CR, and no byte that readers disagree on.
std::optional<FramingFault> bytes_fault(std::string_view block) {
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (is_forbidden_byte(block[i])) return header_not_ascii;
    if (block[i] == '\r' && (i + 1 == block.size() || block[i + 1] != '\n')) return header_malformed;
    if (block[i] == '\n' && (i == 0 || block[i - 1] != '\r')) return header_malformed;
  }
  return std::nullopt;
}

std::optional<FramingFault> target_fault(std::string_view target) {
  if (target.empty() || target.front() != '/') return target_malformed;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == '%') {
      if (target.size() - i < 3 || !is_hexadecimal(target[i + 1]) || !is_hexadecimal(target[i + 2])) {
        return target_malformed;
      }
      if (target[i + 1] == '0' && target[i + 2] == '0') return target_malformed;
      i += 2;
    } else if (!is_target_character(target[i])) {
      return target_malformed;
    }
  }
  return std::nullopt;
}

constexpr std::array<std::string_view, 7> methods = {"GET",   "HEAD",   "POST",   "PUT",
                                                     "PATCH", "DELETE", "OPTIONS"};
bool carries_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

std::optional<FramingFault> request_line_fault(std::string_view line, std::string_view& method) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return request_line_malformed;
  method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (method.empty() || !std::all_of(method.begin(), method.end(), is_token_character)) {
    return request_line_malformed;
  }
  if (target.find_first_of(" \t") != std::string_view::npos) return request_line_malformed;
  // The version before the method: an HTTP/2 preface is told about versions.
  if (line.substr(last + 1) != "HTTP/1.1") {
    return line.substr(last + 1).starts_with("HTTP/") ? version_not_supported : request_line_malformed;
  }
  if (std::find(methods.begin(), methods.end(), method) == methods.end()) return method_unknown;
  return target_fault(target);
}

// Fields that may stand once, beside Host and Content-Length, which have faults of their own.
constexpr std::array<std::string_view, 14> single_fields = {
    "authorization", "content-type",  "content-encoding", "expect",        "idempotency-key",
    "if-match",      "if-none-match", "last-event-id",    "content-range", "accept-language",
    "cookie",        "origin",        "sec-fetch-site",   "x-csrf-token"};

struct Fields {
  std::optional<std::string_view> host;
  std::optional<std::string_view> content_length;
  std::optional<std::string_view> expect;
  bool transfer_encoding = false;
  bool upgrade = false;
  std::array<bool, single_fields.size()> seen{};
};

std::optional<FramingFault> take_field(std::string_view name, std::string_view value, Fields& fields) {
  if (equal_ignoring_case(name, "host")) {
    if (fields.host) return host_duplicated;
    fields.host = value;
  } else if (equal_ignoring_case(name, "content-length")) {
    if (fields.content_length) return content_length_malformed;
    fields.content_length = value;
  } else if (equal_ignoring_case(name, "transfer-encoding")) {
    fields.transfer_encoding = true;
  } else if (equal_ignoring_case(name, "upgrade")) {
    fields.upgrade = true;
  } else {
    if (equal_ignoring_case(name, "expect")) fields.expect = value;
    for (std::size_t i = 0; i < single_fields.size(); ++i) {
      if (!equal_ignoring_case(name, single_fields[i])) continue;
      if (fields.seen[i]) return header_duplicated;
      fields.seen[i] = true;
    }
  }
  return std::nullopt;
}

std::optional<FramingFault> field_line_fault(std::string_view line, Fields& fields) {
  if (line.front() == ' ' || line.front() == '\t') return header_folded;
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return header_malformed;
  const std::string_view name = line.substr(0, colon);
  if (!std::all_of(name.begin(), name.end(), is_token_character)) return header_malformed;
  return take_field(name, trimmed(line.substr(colon + 1)), fields);
}

std::optional<std::uint64_t> length_of(std::string_view value) {
  constexpr std::size_t digits_of_2_63 = 19;
  if (value.empty() || value.size() > digits_of_2_63) return std::nullopt;
  if (!std::all_of(value.begin(), value.end(), is_digit)) return std::nullopt;
  std::uint64_t length = 0;
  std::from_chars(value.data(), value.data() + value.size(), length);
  if (length > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return length;
}

std::optional<FramingFault> length_fault(std::string_view method, const Fields& fields) {
  std::optional<std::uint64_t> length;
  if (fields.content_length) {
    length = length_of(*fields.content_length);
    if (!length) return content_length_malformed;
  }
  if (fields.transfer_encoding) return length ? transfer_encoding_not_supported : length_required;
  if (carries_body(method)) return length ? std::nullopt : std::optional(length_required);
  return length.value_or(0) > 0 ? std::optional(body_not_allowed) : std::nullopt;
}

std::optional<FramingFault> fields_fault(std::string_view method, const Fields& fields,
                                         const HostAllowlist& hosts) {
  if (auto fault = length_fault(method, fields)) return fault;
  if (!fields.host) return host_missing;
  if (!hosts.allows(*fields.host)) return host_not_allowed;
  if (fields.upgrade) return upgrade_not_supported;
  if (fields.expect && !equal_ignoring_case(*fields.expect, "100-continue")) return expectation_failed;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(FramingFault fault) {
  switch (fault) {
    case header_malformed:
      return "header_malformed";
    case header_folded:
      return "header_folded";
    case header_not_ascii:
      return "header_not_ascii";
    case header_duplicated:
      return "header_duplicated";
    case request_line_malformed:
      return "request_line_malformed";
    case method_unknown:
      return "method_unknown";
    case target_malformed:
      return "target_malformed";
    case version_not_supported:
      return "version_not_supported";
    case host_missing:
      return "host_missing";
    case host_duplicated:
      return "host_duplicated";
    case host_not_allowed:
      return "host_not_allowed";
    case transfer_encoding_not_supported:
      return "transfer_encoding_not_supported";
    case length_required:
      return "length_required";
    case content_length_malformed:
      return "content_length_malformed";
    case body_not_allowed:
      return "body_not_allowed";
    case expectation_failed:
      return "expectation_failed";
    case upgrade_not_supported:
      return "upgrade_not_supported";
  }
  return "header_malformed";
}

HostAllowlist::HostAllowlist(std::vector<std::string> names) {
  for (const std::string& name : names) {
    const bool ipv6 = name.find(':') != std::string::npos;
    names_.push_back(lower_case(ipv6 ? "[" + name + "]" : name));
  }
}

bool HostAllowlist::allows(std::string_view host_field) const {
  std::string_view name = host_field;
  // The port follows the last colon, unless that colon is part of an IPv6 address in brackets.
  if (const std::size_t colon = name.rfind(':'); colon != std::string_view::npos && name.back() != ']') {
    const std::string_view port = name.substr(colon + 1);
    if (port.empty() || port.size() > 5 || !std::all_of(port.begin(), port.end(), is_digit)) return false;
    name = name.substr(0, colon);
  }
  return std::any_of(names_.begin(), names_.end(),
                     [&](const std::string& allowed) { return equal_ignoring_case(allowed, name); });
}

std::optional<FramingFault> framing_fault(std::string_view header_block, const HostAllowlist& hosts) {
  if (header_block.starts_with("\r\n")) return request_line_malformed;
  if (auto fault = bytes_fault(header_block)) return fault;
  if (!header_block.ends_with("\r\n\r\n")) return header_malformed;
  std::string_view rest = header_block.substr(0, header_block.size() - 2);

  const auto next_line = [&rest] {
    const std::size_t end = rest.find("\r\n");
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    return line;
  };
  std::string_view method;
  if (auto fault = request_line_fault(next_line(), method)) return fault;
  Fields fields;
  while (!rest.empty()) {
    const std::string_view line = next_line();
    if (line.empty()) return header_malformed;  // bytes after the end of the block
    if (auto fault = field_line_fault(line, fields)) return fault;
  }
  return fields_fault(method, fields, hosts);
}

HeaderProgress header_progress(std::string_view received) {
  for (std::size_t i = 0; i < received.size(); ++i) {
    if (is_forbidden_byte(received[i])) return {HeaderProgress::State::broken, 0};
    if (received[i] == '\r' && i + 1 < received.size() && received[i + 1] != '\n') {
      return {HeaderProgress::State::broken, 0};
    }
    if (received[i] != '\n') continue;
    if (i == 0 || received[i - 1] != '\r') return {HeaderProgress::State::broken, 0};
    if (i >= 3 && received[i - 2] == '\n') return {HeaderProgress::State::complete, i + 1};
    if (i == 1) return {HeaderProgress::State::broken, 0};  // an empty line instead of a request line
  }
  return {};
}

}  // namespace noroshi::http
