// What is signed of the record, and what proves it: notes, checkpoints, histories, receipts, keys, proofs. Each has one
// text.
#include <cstring>

#include "src/record/actor_signature.h"
#include "src/record/checkpoint.h"
#include "src/record/encodings.h"
#include "src/record/history.h"
#include "src/record/merkle.h"
#include "src/record/receipt.h"
#include "tests/fuzz/fuzz.h"

namespace noroshi::fuzz {
namespace {

// A proof out of any bytes: sizes, a root and nodes. What is proved against two roots at once would be a forgery.
void prove(std::string_view bytes) {
  if (bytes.size() < 16 + 64) return;
  std::uint64_t from = 0, to = 0;
  std::memcpy(&from, bytes.data(), 8);
  std::memcpy(&to, bytes.data() + 8, 8);
  const auto digest = [](std::string_view of) { return *record::to_digest(of.substr(0, 32)); };
  const auto first = digest(bytes.substr(16)), second = digest(bytes.substr(48));
  std::vector<record::Digest> proof;
  for (bytes.remove_prefix(80); bytes.size() >= 32 && proof.size() < 130; bytes.remove_prefix(32))
    proof.push_back(digest(bytes));
  auto other = second;
  other[0] ^= 1;
  if (record::verify_inclusion(first, from, to, proof, second))
    HOLDS(!record::verify_inclusion(first, from, to, proof, other));
  if (from > 0 && record::verify_consistency(from, first, to, second, proof))
    HOLDS(!record::verify_consistency(from, first, to, other, proof));
}

}  // namespace

void target(std::string_view input) {
  if (const auto note = record::parse_note(input)) {
    HOLDS(record::to_string(*note) == input);
    for (const auto& signature : note->signatures) {
      record::time_of(signature);
      HOLDS(record::parse_note_signature(record::to_string(signature)) == signature);
    }
    if (const auto checkpoint = record::parse_checkpoint(note->text))
      HOLDS(record::checkpoint_text(*checkpoint) == note->text);
    if (const auto history = record::parse_history(note->text)) HOLDS(record::history_text(*history) == note->text);
  }
  if (const auto checkpoint = record::parse_checkpoint(input)) HOLDS(record::checkpoint_text(*checkpoint) == input);
  if (const auto history = record::parse_history(input)) HOLDS(record::history_text(*history) == input);
  if (const auto receipt = record::parse_receipt(input)) HOLDS(record::receipt_text(*receipt) == input);
  if (const auto key = record::parse_note_key(input)) HOLDS(record::to_string(*key) == input);
  if (const auto bytes = record::from_base64(input)) HOLDS(record::to_base64(*bytes) == input);
  if (const auto bytes = record::from_base64url(input)) HOLDS(record::to_base64url(*bytes) == input);
  if (const auto bytes = record::from_hex(input)) HOLDS(record::from_hex(record::to_hex(*bytes)) == bytes);
  if (const auto key = record::parse_actor_key(input)) record::id_of(*key);
  prove(input);
}

}  // namespace noroshi::fuzz
