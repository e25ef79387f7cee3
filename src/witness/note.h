// Signed notes, checkpoints and cosignatures as C2SP has them (signed-note, tlog-checkpoint, tlog-cosignature), read by
// the letter: what is not exactly of their form is refused. Pure; any number of threads.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/witness/bytes.h"

namespace noroshi::witness {

using PublicKey = std::array<std::uint8_t, 32>;  // Ed25519, raw

enum class KeyKind : std::uint8_t { log = 0x01, cosignature = 0x04 };

struct NoteKey {
  std::string name;
  KeyKind kind = KeyKind::log;
  PublicKey key{};
  friend bool operator==(const NoteKey&, const NoteKey&) = default;
};
// Not empty, no longer than 200 bytes of visible ASCII, without '+'.
bool is_name(std::string_view text);
// The first four bytes of SHA-256(name || 0x0A || kind || key).
std::string hash_of(const NoteKey& key);
// "name+hash+base64": how a key is handed over.
std::string to_line(const NoteKey& key);
// Nothing where the text is none, or its hash is another's.
std::optional<NoteKey> read_key(std::string_view line);

struct Signature {
  std::string name;
  std::string key_hash;  // 4 bytes
  std::string bytes;     // 64, or 8 of the time and 64
};
struct Note {
  std::string text;  // ends in a line feed
  std::vector<Signature> signatures;
};
// "<text>\n— <name> <base64>\n…": at most 64 KiB and 100 signatures.
std::optional<Note> read_note(std::string_view bytes);
std::string to_line(const Signature& signature);  // without its line feed
std::string to_text(const Note& note);

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root{};
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};
// Of a note's text: three lines, extension lines are refused.
std::optional<Checkpoint> read_checkpoint(std::string_view text);

// What a cosignature signs: "cosignature/v1\ntime <seconds>\n<text>".
std::string cosigned_text(std::string_view text, std::int64_t unix_seconds);
// A cosignature's bytes: the time in 8 bytes, big endian, then the signature.
std::string cosignature_bytes(std::int64_t unix_seconds, std::string_view signature);

// Whether that key signed or cosigned that text.
bool is_signed_by(std::string_view text, const Signature& signature, const NoteKey& key);

// Ed25519 (RFC 8032).
bool verify(std::string_view bytes, std::string_view signature, const PublicKey& key);

}  // namespace noroshi::witness
