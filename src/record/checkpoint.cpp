#include "src/record/checkpoint.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

#include <openssl/evp.h>

#include "src/record/encodings.h"
#include "src/record/merkle.h"

namespace noroshi::record {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t maximum_note = 64 * 1024;
constexpr std::size_t maximum_signatures = 100;
constexpr std::size_t hash_size = 4, time_size = 8, ed25519_size = 64;
constexpr auto dash = "\xe2\x80\x94 "sv;  // U+2014 and a space: how a line of a signature begins

tl::unexpected<std::string> wrong(std::string what) {
  return tl::unexpected(std::move(what));
}

// The next character of UTF-8 (RFC 3629) and its length; a length of 0 where there is none.
struct Character {
  char32_t value = 0;
  std::size_t length = 0;
};
Character first_of(std::string_view text) {
  if (text.empty()) return {};
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
  char32_t value = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80) return {};
    value = value << 6 | (next & 0x3fu);
  }
  const bool shortest = length == 2 || value >= (length == 3 ? 0x800u : 0x10000u);
  const bool scalar = value <= 0x10ffff && !(value >= 0xd800 && value <= 0xdfff);
  return shortest && scalar ? Character{value, length} : Character{};
}

bool is_space(char32_t value) {
  return (value >= 0x09 && value <= 0x0d) || value == 0x20 || value == 0x85 || value == 0xa0 || value == 0x1680 ||
         (value >= 0x2000 && value <= 0x200a) || value == 0x2028 || value == 0x2029 || value == 0x202f ||
         value == 0x205f || value == 0x3000;
}

// UTF-8 of which every character satisfies.
template <class Predicate>
bool consists_of(std::string_view text, Predicate allowed) {
  while (!text.empty()) {
    const auto [value, length] = first_of(text);
    if (length == 0 || !allowed(value)) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool is_text(std::string_view text) {
  return consists_of(text, [](char32_t value) { return value >= 0x20 || value == '\n'; });
}
bool is_name(std::string_view text) {
  return !text.empty() &&
         consists_of(text, [](char32_t value) { return value >= 0x20 && value != '+' && !is_space(value); });
}

constexpr std::uint64_t end_of_year_9999 = 253'402'300'800;  // seconds since 1970

void append_time(std::string& bytes, std::uint64_t seconds) {
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(seconds >> shift));
}

std::string cosigned_text(std::string_view text, std::int64_t unix_seconds) {
  return "cosignature/v1\ntime " + std::to_string(unix_seconds) + '\n' + std::string(text);
}

// Takes a line with its line feed off the front; nothing where there is no line feed.
std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == text.npos) return std::nullopt;
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  if (text.empty() || text.size() > 19 || (text[0] == '0' && text.size() > 1)) return std::nullopt;
  std::uint64_t size = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    size = size * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return size <= maximum_size ? std::optional(size) : std::nullopt;
}

}  // namespace

std::string checkpoint_text(const Checkpoint& checkpoint) {
  return checkpoint.origin + '\n' + std::to_string(checkpoint.size) + '\n' + to_base64(bytes_of(checkpoint.root)) +
         '\n';
}

tl::expected<Checkpoint, std::string> parse_checkpoint(std::string_view text) {
  const auto origin = take_line(text), size = take_line(text), root = take_line(text);
  if (!origin || !size || !root) return wrong("a checkpoint has three lines, each with its line feed");
  if (!text.empty()) return wrong("the checkpoint goes on after its root");
  if (origin->empty() || !is_text(*origin)) return wrong("the origin is empty or no text");
  const auto leaves = parse_size(*size);
  if (!leaves) return wrong("the size is no number in decimal digits");
  const auto bytes = from_base64(*root);
  const auto digest = bytes ? to_digest(*bytes) : std::nullopt;
  if (!digest) return wrong("the root is not 32 bytes in base64");
  return Checkpoint{std::string(*origin), *leaves, *digest};
}

std::array<std::uint8_t, 4> hash_of(const NoteKey& key) {
  const char kind = static_cast<char>(key.kind);
  const auto digest = sha256({key.name, "\n", std::string_view(&kind, 1), bytes_of(key.key)});
  std::array<std::uint8_t, 4> hash;
  std::copy_n(digest.begin(), hash.size(), hash.begin());
  return hash;
}

namespace {

std::string text_of(const std::array<std::uint8_t, 4>& hash) {
  return {hash.begin(), hash.end()};
}

}  // namespace

std::string to_string(const NoteKey& key) {
  const std::string bytes = static_cast<char>(key.kind) + std::string(bytes_of(key.key));
  return key.name + '+' + to_hex(text_of(hash_of(key))) + '+' + to_base64(bytes);
}

tl::expected<NoteKey, std::string> parse_note_key(std::string_view text) {
  if (text.size() > 1000) return wrong("the key is too long");
  const auto first = text.find('+');
  const auto second = first == text.npos ? text.npos : text.find('+', first + 1);
  if (second == text.npos) return wrong("a key reads name+hash+base64");
  NoteKey key{.name = std::string(text.substr(0, first))};
  if (!is_name(key.name)) return wrong("the name of the key is empty, no text, or has a space");
  const auto bytes = from_base64(text.substr(second + 1));
  if (!bytes || bytes->size() != 1 + key.key.size()) return wrong("the key is not 33 bytes in base64");
  if ((*bytes)[0] != static_cast<char>(KeyKind::log) && (*bytes)[0] != static_cast<char>(KeyKind::cosignature))
    return wrong("the key is of another algorithm than Ed25519 (01, or 04 of a witness)");
  key.kind = static_cast<KeyKind>((*bytes)[0]);
  std::copy(bytes->begin() + 1, bytes->end(), key.key.begin());
  if (text.substr(first + 1, second - first - 1) != to_hex(text_of(hash_of(key))))
    return wrong("the hash of the key is not that of its name and bytes");
  return key;
}

tl::expected<NoteSignature, std::string> parse_note_signature(std::string_view line) {
  if (!line.starts_with(dash)) return wrong("a signature begins with an em dash and a space");
  line.remove_prefix(dash.size());
  const auto space = line.find(' ');
  if (space == line.npos || !is_name(line.substr(0, space))) return wrong("a signature reads — name base64");
  const auto bytes = from_base64(line.substr(space + 1));
  if (!bytes) return wrong("the signature is not in base64");
  if (bytes->size() <= hash_size) return wrong("the signature is empty");
  NoteSignature signature{.name = std::string(line.substr(0, space))};
  std::copy_n(bytes->begin(), hash_size, signature.key_hash.begin());
  signature.signature = bytes->substr(hash_size);
  return signature;
}

std::string to_string(const NoteSignature& signature) {
  return std::string(dash) + signature.name + ' ' + to_base64(text_of(signature.key_hash) + signature.signature);
}

tl::expected<Note, std::string> parse_note(std::string_view bytes) {
  if (bytes.size() > maximum_note) return wrong("the note is longer than 64 KiB");
  if (!is_text(bytes)) return wrong("the note is not UTF-8 or has control characters");
  const auto blank = bytes.rfind("\n\n");
  if (blank == bytes.npos) return wrong("the note has no blank line before its signatures");
  Note note{.text = std::string(bytes.substr(0, blank + 1))};
  auto rest = bytes.substr(blank + 2);
  while (!rest.empty()) {
    const auto line = take_line(rest);
    if (!line) return wrong("the last line of the note has no line feed");
    if (note.signatures.size() == maximum_signatures) return wrong("the note has more than 100 signatures");
    auto signature = parse_note_signature(*line);
    if (!signature) return wrong(std::move(signature.error()));
    note.signatures.push_back(std::move(*signature));
  }
  if (note.signatures.empty()) return wrong("the note has no signature");
  return note;
}

std::string to_string(const Note& note) {
  std::string text = note.text + '\n';
  for (const auto& signature : note.signatures) text += to_string(signature) + '\n';
  return text;
}

NoteSignature sign_note(std::string_view text, const NoteKey& key, const Sign& sign) {
  if (key.kind != KeyKind::log) std::abort();
  return {key.name, hash_of(key), sign(text)};
}

NoteSignature cosign_note(std::string_view text, const NoteKey& key, std::int64_t unix_seconds, const Sign& sign) {
  if (key.kind != KeyKind::cosignature || unix_seconds < 0) std::abort();
  NoteSignature cosignature{key.name, hash_of(key), {}};
  append_time(cosignature.signature, static_cast<std::uint64_t>(unix_seconds));
  cosignature.signature += sign(cosigned_text(text, unix_seconds));
  return cosignature;
}

bool verify(std::string_view text, const NoteSignature& signature, const NoteKey& key) {
  if (signature.name != key.name || signature.key_hash != hash_of(key)) return false;
  if (key.kind == KeyKind::log) return verify_ed25519(text, signature.signature, key.key);
  const auto time = time_of(signature);
  return time && verify_ed25519(cosigned_text(text, *time), signature.signature.substr(time_size), key.key);
}

std::optional<std::int64_t> time_of(const NoteSignature& cosignature) {
  if (cosignature.signature.size() != time_size + ed25519_size) return std::nullopt;
  std::uint64_t seconds = 0;
  for (std::size_t i = 0; i < time_size; ++i)
    seconds = seconds << 8 | static_cast<std::uint8_t>(cosignature.signature[i]);
  return seconds >= end_of_year_9999 ? std::nullopt : std::optional(static_cast<std::int64_t>(seconds));
}

bool verify_ed25519(std::string_view bytes, std::string_view signature, const PublicKey& key) {
  if (signature.size() != ed25519_size) return false;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> parsed(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()), EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return parsed && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, parsed.get()) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1;
}

}  // namespace noroshi::record
