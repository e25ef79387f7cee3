#include "src/witness/note.h"

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <memory>

namespace noroshi::witness {
namespace {

constexpr std::size_t longest_note = 64 * 1024;
constexpr std::size_t most_signatures = 100;
constexpr std::size_t longest_name = 200;
constexpr std::string_view dash = "\u2014 ";  // an em dash and a blank begin a signature

std::string_view bytes_of(const PublicKey& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

// Whether there are no control characters but the line feed, and every byte may stand in UTF-8. Texts are compared and
// signed as bytes; this only keeps what a terminal must not be shown.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\n' || (byte >= 0x20 && byte != 0x7F && byte < 0xF8);
  });
}

std::optional<Signature> read_signature(std::string_view line) {
  if (!line.starts_with(dash)) return std::nullopt;
  line.remove_prefix(dash.size());
  const auto blank = line.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const auto bytes = from_base64(line.substr(blank + 1));
  if (!is_name(line.substr(0, blank)) || !bytes || bytes->size() <= 4) return std::nullopt;
  return Signature{std::string(line.substr(0, blank)), bytes->substr(0, 4), bytes->substr(4)};
}

// Up to the next line feed, which is taken too; nothing where there is none.
std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<std::uint64_t> read_size(std::string_view text) {
  std::uint64_t size = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, size);
  const bool canonical = text == "0" || !text.starts_with('0');
  if (text.empty() || error != std::errc{} || stopped != end || !canonical) return std::nullopt;
  // Larger than any tree, and its arithmetic would not be that of whole numbers.
  if (size > (std::uint64_t{1} << 62)) return std::nullopt;
  return size;
}

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_name &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '+'; });
}

std::string hash_of(const NoteKey& key) {
  const char kind = static_cast<char>(key.kind);
  const auto hash = sha256({key.name, "\n", std::string_view(&kind, 1), bytes_of(key.key)});
  return std::string(as_text(hash).substr(0, 4));
}

std::string to_line(const NoteKey& key) {
  std::string bytes(1, static_cast<char>(key.kind));
  bytes.append(bytes_of(key.key));
  return key.name + "+" + to_hex(hash_of(key)) + "+" + to_base64(bytes);
}

std::optional<NoteKey> read_key(std::string_view line) {
  const auto first = line.find('+');
  const auto second = first == std::string_view::npos ? first : line.find('+', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto bytes = from_base64(line.substr(second + 1));
  NoteKey key;
  key.name = std::string(line.substr(0, first));
  if (!is_name(key.name) || !bytes || bytes->size() != 1 + key.key.size()) return std::nullopt;
  if ((*bytes)[0] != static_cast<char>(KeyKind::log) && (*bytes)[0] != static_cast<char>(KeyKind::cosignature))
    return std::nullopt;
  key.kind = static_cast<KeyKind>((*bytes)[0]);
  std::copy(bytes->begin() + 1, bytes->end(), key.key.begin());
  if (to_line(key) != line) return std::nullopt;
  return key;
}

std::optional<Note> read_note(std::string_view bytes) {
  if (bytes.size() > longest_note || !is_plain(bytes)) return std::nullopt;
  // The signatures begin after the last empty line: a text may hold some of its own.
  const auto split = bytes.rfind("\n\n");
  if (split == std::string_view::npos) return std::nullopt;
  Note note;
  note.text = std::string(bytes.substr(0, split + 1));
  auto rest = bytes.substr(split + 2);
  while (!rest.empty()) {
    const auto line = take_line(rest);
    const auto signature = line ? read_signature(*line) : std::nullopt;
    if (!signature || note.signatures.size() == most_signatures) return std::nullopt;
    note.signatures.push_back(*signature);
  }
  if (note.signatures.empty()) return std::nullopt;
  return note;
}

std::string to_line(const Signature& signature) {
  return std::string(dash) + signature.name + " " + to_base64(signature.key_hash + signature.bytes);
}

std::string to_text(const Note& note) {
  std::string text = note.text + "\n";
  for (const auto& signature : note.signatures) text += to_line(signature) + "\n";
  return text;
}

std::optional<Checkpoint> read_checkpoint(std::string_view text) {
  const auto origin = take_line(text);
  const auto size_line = origin ? take_line(text) : std::nullopt;
  const auto root_line = size_line ? take_line(text) : std::nullopt;
  if (!root_line || !text.empty() || !is_name(*origin)) return std::nullopt;
  const auto size = read_size(*size_line);
  const auto bytes = from_base64(*root_line);
  const auto root = bytes ? as_hash(*bytes) : std::nullopt;
  if (!size || !root) return std::nullopt;
  return Checkpoint{std::string(*origin), *size, *root};
}

std::string cosigned_text(std::string_view text, std::int64_t unix_seconds) {
  return "cosignature/v1\ntime " + std::to_string(unix_seconds) + "\n" + std::string(text);
}

std::string cosignature_bytes(std::int64_t unix_seconds, std::string_view signature) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8)
    bytes += static_cast<char>((static_cast<std::uint64_t>(unix_seconds) >> shift) & 0xFF);
  return bytes.append(signature);
}

bool is_signed_by(std::string_view text, const Signature& signature, const NoteKey& key) {
  if (signature.name != key.name || signature.key_hash != hash_of(key)) return false;
  if (key.kind == KeyKind::log) return verify(text, signature.bytes, key.key);
  if (signature.bytes.size() != 72) return false;
  std::uint64_t seconds = 0;
  for (int i = 0; i < 8; ++i)
    seconds = seconds << 8 | static_cast<unsigned char>(signature.bytes[static_cast<std::size_t>(i)]);
  return verify(cosigned_text(text, static_cast<std::int64_t>(seconds)), std::string_view(signature.bytes).substr(8),
                key.key);
}

bool verify(std::string_view bytes, std::string_view signature, const PublicKey& key) {
  if (signature.size() != 64) return false;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> public_key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size()), EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return public_key && context &&
         EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, public_key.get()) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1;
}

}  // namespace noroshi::witness
