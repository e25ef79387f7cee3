#include "src/delivery/mail_reply.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "src/delivery/mail_address.h"
#include "src/delivery/mail_message.h"

namespace noroshi::delivery {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string lower(std::string_view text) {
  std::string copy(text);
  std::transform(copy.begin(), copy.end(), copy.begin(), [](char c) { return lower(c); });
  return copy;
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// The text's next line, without its end; the text goes on behind it.
std::string_view next_line(std::string_view& text) {
  const auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

struct Entity {
  std::vector<std::pair<std::string, std::string>> headers;  // name in lower case; value on one line
  std::string_view body;

  std::vector<std::string_view> all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const auto& [each, value] : headers)
      if (each == name) values.push_back(value);
    return values;
  }
  std::string_view first(std::string_view name) const {
    const auto values = all(name);
    return values.empty() ? std::string_view() : values.front();
  }
};

Entity read_entity(std::string_view text) {
  Entity entity;
  while (!text.empty()) {
    const auto line = next_line(text);
    if (line.empty()) break;
    if (is_space(line.front())) {
      if (!entity.headers.empty()) entity.headers.back().second.append(" ").append(trimmed(line));
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;  // such as the "From " of a mailbox file
    entity.headers.emplace_back(lower(trimmed(line.substr(0, colon))), trimmed(line.substr(colon + 1)));
  }
  entity.body = text;
  return entity;
}

int value_of_base64(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

// As RFC 2045 section 6.8 wants it: what is not of the alphabet is passed over.
std::string from_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const int value = value_of_base64(c);
    if (value < 0) continue;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>((bits >> held) & 0xff);
  }
  return bytes;
}

int value_of_hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (lower(c) >= 'a' && lower(c) <= 'f') return lower(c) - 'a' + 10;
  return -1;
}

// `in_header`: "_" is a space (RFC 2047 section 4.2). Else a "=" at a line's end joins it with the next.
std::string from_quoted_printable(std::string_view text, bool in_header) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto rest = text.substr(at);
    if (in_header && rest.front() == '_') {
      bytes += ' ';
    } else if (rest.front() != '=') {
      bytes += rest.front();
    } else if (rest.starts_with("=\r\n")) {
      at += 2;
    } else if (rest.starts_with("=\n")) {
      at += 1;
    } else if (rest.size() >= 3 && value_of_hex(rest[1]) >= 0 && value_of_hex(rest[2]) >= 0) {
      bytes += static_cast<char>(value_of_hex(rest[1]) * 16 + value_of_hex(rest[2]));
      at += 2;
    } else {
      bytes += '=';
    }
  }
  return bytes;
}

// Empty where the bytes are no text of that character set, or it is none that mail in Japan is written in.
std::string to_utf8(std::string_view bytes, std::string_view charset) {
  constexpr std::array<std::pair<std::string_view, const char*>, 9> known{{{"utf-8", "UTF-8"},
                                                                           {"us-ascii", "UTF-8"},
                                                                           {"iso-2022-jp", "ISO-2022-JP"},
                                                                           {"iso-8859-1", "ISO-8859-1"},
                                                                           {"windows-1252", "WINDOWS-1252"},
                                                                           {"shift_jis", "CP932"},
                                                                           {"windows-31j", "CP932"},
                                                                           {"cp932", "CP932"},
                                                                           {"euc-jp", "EUC-JP"}}};
  const auto name = lower(charset);
  const auto found = std::find_if(known.begin(), known.end(), [&](const auto& each) { return each.first == name; });
  if (found == known.end()) return {};
  const auto converter = iconv_open("UTF-8", found->second);
  if (converter == reinterpret_cast<iconv_t>(-1)) return {};
  std::string input(bytes);
  std::string output(bytes.size() * 4 + 16, '\0');
  char* from = input.data();
  char* to = output.data();
  std::size_t from_left = input.size();
  std::size_t to_left = output.size();
  const bool whole = iconv(converter, &from, &from_left, &to, &to_left) != static_cast<std::size_t>(-1);
  iconv_close(converter);
  if (!whole) return {};
  output.resize(output.size() - to_left);
  return output;
}

// Encoded words (RFC 2047); white space between two of them is not part of the text.
std::string decoded_words(std::string_view text) {
  std::string decoded;
  bool after_word = false;
  while (!text.empty()) {
    const auto begin = text.find("=?");
    if (begin == std::string_view::npos) break;
    const auto between = text.substr(0, begin);
    const auto charset_end = text.find('?', begin + 2);
    const auto encoding_end = charset_end == std::string_view::npos ? charset_end : text.find('?', charset_end + 1);
    const auto end = encoding_end == std::string_view::npos ? encoding_end : text.find("?=", encoding_end + 1);
    if (end == std::string_view::npos || encoding_end != charset_end + 2) {
      decoded += text.substr(0, begin + 2);
      text.remove_prefix(begin + 2);
      after_word = false;
      continue;
    }
    if (!after_word || !trimmed(between).empty()) decoded += between;
    auto charset = text.substr(begin + 2, charset_end - begin - 2);
    charset = charset.substr(0, charset.find('*'));  // a language (RFC 2231)
    const auto word = text.substr(encoding_end + 1, end - encoding_end - 1);
    const bool base64 = lower(text[charset_end + 1]) == 'b';
    decoded += to_utf8(base64 ? from_base64(word) : from_quoted_printable(word, true), charset);
    text.remove_prefix(end + 2);
    after_word = true;
  }
  return decoded += text;
}

// A name for people: valid UTF-8, no control characters, of bounded length.
std::string clean_name(std::string_view text) {
  std::string name = to_utf8(trimmed(decoded_words(text)), "utf-8");
  std::replace_if(
      name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  constexpr std::size_t longest = 200;
  if (name.size() > longest) {
    auto size = longest;
    while ((static_cast<unsigned char>(name[size]) & 0xc0) == 0x80) --size;  // never within a character
    name.resize(size);
  }
  return std::string(trimmed(name));
}

struct Mailbox {
  std::string name;
  std::string address;
};

// RFC 5322 section 3.4: one mailbox, "Name <address>", "address" or "address (Name)". Nothing for lists and groups.
std::optional<Mailbox> read_mailbox(std::string_view text) {
  std::string phrase, angle, comment;
  bool quoted = false;
  bool in_angle = false;
  bool angle_seen = false;
  int depth = 0;  // of comments
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    auto& place = depth > 0 ? comment : in_angle ? angle : phrase;
    if (c == '\\' && (quoted || depth > 0) && at + 1 < text.size()) {
      place += text[++at];
    } else if (quoted) {
      if (c == '"')
        quoted = false;
      else
        place += c;
    } else if (c == '(') {
      if (depth++ > 0) comment += c;
    } else if (depth > 0) {
      if (c == ')' && --depth == 0) continue;
      comment += c;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '<' && !angle_seen) {
      in_angle = angle_seen = true;
    } else if (c == '>' && in_angle) {
      in_angle = false;
    } else if (c == '<' || c == '>' || c == ',' || c == ';' || (c == ':' && !in_angle)) {
      return std::nullopt;
    } else {
      place += c;
    }
  }
  if (quoted || depth > 0 || in_angle) return std::nullopt;
  const auto address = MailAddress::parse(trimmed(angle_seen ? angle : phrase));
  if (!address) return std::nullopt;
  return Mailbox{clean_name(angle_seen ? phrase : comment), address->text()};
}

// A parameter of Content-Type, "boundary" or "charset".
std::string parameter(std::string_view value, std::string_view name) {
  bool quoted = false;
  std::vector<std::string> parts(1);
  for (std::size_t at = 0; at < value.size(); ++at) {
    const char c = value[at];
    if (quoted && c == '\\' && at + 1 < value.size())
      parts.back() += value[++at];
    else if (c == '"')
      quoted = !quoted;
    else if (c == ';' && !quoted)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  for (const auto& part : parts) {
    const auto equals = part.find('=');
    if (equals != std::string::npos && lower(trimmed(std::string_view(part).substr(0, equals))) == name)
      return std::string(trimmed(std::string_view(part).substr(equals + 1)));
  }
  return {};
}

std::string type_of(const Entity& entity) {
  const auto value = entity.first("content-type");
  return value.empty() ? "text/plain" : lower(trimmed(value.substr(0, value.find(';'))));
}

std::optional<std::string> find_token(std::string_view text) {
  constexpr std::size_t shortest = 16;
  constexpr std::size_t longest = 1024;
  const auto is_token = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  for (auto at = text.find(token_mark); at != std::string_view::npos; at = text.find(token_mark, at + 1)) {
    const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at + token_mark.size());
    const auto end = std::find_if_not(begin, text.end(), is_token);
    const auto size = static_cast<std::size_t>(end - begin);
    if (size >= shortest && size <= longest) return std::string(begin, end);
  }
  return std::nullopt;
}

std::optional<std::string> token_in(const Entity& entity, int depth);

std::optional<std::string> token_in_parts(const Entity& entity, int depth) {
  const auto boundary = "--" + parameter(entity.first("content-type"), "boundary");
  if (boundary.size() == 2) return std::nullopt;
  auto rest = entity.body;
  const char* begin = nullptr;  // of the part that is open
  while (!rest.empty()) {
    const auto* line_begin = rest.data();
    const auto line = next_line(rest);
    if (!line.starts_with(boundary)) {
      if (!rest.empty() || !begin) continue;
      line_begin = rest.data();  // the last part is not closed: it goes to the end
    }
    if (begin)
      if (auto token = token_in(read_entity({begin, static_cast<std::size_t>(line_begin - begin)}), depth + 1))
        return token;
    if (line.substr(std::min(boundary.size(), line.size())).starts_with("--")) break;
    begin = rest.data();
  }
  return std::nullopt;
}

std::optional<std::string> token_in(const Entity& entity, int depth) {
  constexpr int deepest = 8;
  const auto type = type_of(entity);
  if (type.starts_with("multipart/")) return depth < deepest ? token_in_parts(entity, depth) : std::nullopt;
  if (!type.starts_with("text/")) return std::nullopt;
  const auto encoding = lower(entity.first("content-transfer-encoding"));
  // The token is ASCII, which all character sets of mail in Japan hold as it is.
  if (encoding == "base64") return find_token(from_base64(entity.body));
  if (encoding == "quoted-printable") return find_token(from_quoted_printable(entity.body, false));
  return find_token(entity.body);
}

bool is_automatic(const Entity& mail) {
  const auto word = [](std::string_view value) {
    return lower(trimmed(value.substr(0, value.find_first_of(";( \t"))));
  };
  for (const auto value : mail.all("auto-submitted"))
    if (word(value) != "no") return true;  // RFC 3834 section 5
  for (const auto value : mail.all("precedence")) {
    const auto precedence = word(value);
    if (precedence == "bulk" || precedence == "junk" || precedence == "list" || precedence == "auto_reply") return true;
  }
  for (const auto value : mail.all("return-path"))
    if (value.empty() || value == "<>") return true;
  if (!mail.all("x-autoreply").empty() || !mail.all("x-autorespond").empty()) return true;
  return type_of(mail) == "multipart/report";  // bounces (RFC 3464) and receipts of reading (RFC 8098)
}

}  // namespace

std::string_view to_string(ReplyRefusal refusal) {
  constexpr std::array<std::string_view, 5> names{"too_large", "unreadable", "automatic", "no_sender", "no_token"};
  return names[static_cast<std::size_t>(refusal)];
}

tl::expected<MailReply, ReplyRefusal> parse_reply(std::string_view rfc5322) {
  if (rfc5322.size() > largest_reply) return tl::make_unexpected(ReplyRefusal::too_large);
  const auto mail = read_entity(rfc5322);
  if (mail.headers.empty()) return tl::make_unexpected(ReplyRefusal::unreadable);
  if (is_automatic(mail)) return tl::make_unexpected(ReplyRefusal::automatic);
  const auto from = mail.all("from");
  auto sender = from.size() == 1 ? read_mailbox(from.front()) : std::nullopt;
  if (!sender) return tl::make_unexpected(ReplyRefusal::no_sender);
  auto token = token_in(mail, 0);
  if (!token) return tl::make_unexpected(ReplyRefusal::no_token);
  return MailReply{std::move(*token), std::move(sender->name), std::move(sender->address)};
}

}  // namespace noroshi::delivery
