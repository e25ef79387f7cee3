// Checkpoints: what the record commits to, in a text that is signed. C2SP tlog-checkpoint, signed-note and
// tlog-cosignature; Ed25519 (RFC 8032) alone.
//
// Pure: signing is handed in, verifying is computation. Safe from any number of threads.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "src/record/sha256.h"

namespace noroshi::record {

struct Checkpoint {
  std::string origin;  // the name of the tree: "noroshi/2/0198…/1"
  std::uint64_t size = 0;
  Digest root{};
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// "<origin>\n<size>\n<root in base64>\n": what is signed.
std::string checkpoint_text(const Checkpoint& checkpoint);
// Of a note's text; extension lines are refused, and a size above maximum_size (merkle.h). The error says what is wrong.
tl::expected<Checkpoint, std::string> parse_checkpoint(std::string_view text);

using PublicKey = std::array<std::uint8_t, 32>;  // Ed25519, raw

// The number of the algorithm in a note: a log's own signature, or a witness's with a time.
enum class KeyKind : std::uint8_t { log = 0x01, cosignature = 0x04 };

struct NoteKey {
  std::string name;  // of a log: its origin; of a witness: its own. UTF-8, no space, no '+', no control character
  KeyKind kind = KeyKind::log;
  PublicKey key{};
  friend bool operator==(const NoteKey&, const NoteKey&) = default;
};
// The first four bytes of SHA-256(name || 0x0A || kind || key).
std::array<std::uint8_t, 4> hash_of(const NoteKey& key);
// "<name>+<hash in hexadecimal>+<base64 of kind || key>": how a key is published and pinned.
std::string to_string(const NoteKey& key);
// At most 1000 bytes; the hash has to be that of the rest.
tl::expected<NoteKey, std::string> parse_note_key(std::string_view text);

struct NoteSignature {
  std::string name;
  std::array<std::uint8_t, 4> key_hash{};
  std::string signature;  // 64 bytes; of a cosignature 8 more before them: the time. Of an unknown key one or more
  friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};
struct Note {
  std::string text;  // ends in a line feed
  std::vector<NoteSignature> signatures;
  friend bool operator==(const Note&, const Note&) = default;
};
// "<text>\n— <name> <base64>\n…". At least one signature, at most 100; at most 64 KiB; UTF-8 without control characters.
tl::expected<Note, std::string> parse_note(std::string_view bytes);
std::string to_string(const Note& note);
// A line of a note without its line feed: "— <name> <base64>".
std::string to_string(const NoteSignature& signature);
tl::expected<NoteSignature, std::string> parse_note_signature(std::string_view line);

// Signs bytes with an Ed25519 key: 64 bytes. May throw; what it throws passes through.
using Sign = std::function<std::string(std::string_view)>;

// A broken invariant aborts: a key of the other kind, or a time before 1970.
NoteSignature sign_note(std::string_view text, const NoteKey& key, const Sign& sign);
// "cosignature/v1\ntime <seconds>\n<text>" is what is signed.
NoteSignature cosign_note(std::string_view text, const NoteKey& key, std::int64_t unix_seconds, const Sign& sign);

// Whether the signature is by that key over that text; of a cosignature, with its time. The text is the note's own and
// may have extension lines.
bool verify(std::string_view text, const NoteSignature& signature, const NoteKey& key);
// Seconds since 1970, as the witness says; nothing where the signature is not as long as a cosignature, or its time lies
// beyond the year 9999: such a cosignature verifies with no key.
std::optional<std::int64_t> time_of(const NoteSignature& cosignature);

// Ed25519 over any bytes: `signature` of any length, 64 where it can be right.
bool verify_ed25519(std::string_view bytes, std::string_view signature, const PublicKey& key);

}  // namespace noroshi::record
