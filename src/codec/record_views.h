// What the calls of the record show: checkpoints, proofs, events as an auditor reads them; in JSON, JSON Lines and CSV.
//
// Hashes of leaves are hexadecimal, as sha256sum prints them; roots and proofs are base64, as notes and C2SP have them.
// Pure; any number of threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/codec/stream_views.h"

namespace noroshi::codec {

struct CosignatureView {
  std::string witness;
  Timestamp cosigned_at;  // as the witness says
};
struct CheckpointView {
  std::string origin;
  std::int64_t size = 0;
  std::string root;  // base64
  Timestamp signed_at;
  std::string note;               // signed, with a line for each cosignature
  std::vector<std::string> keys;  // of the log, in the form of notes: name+hash+base64
  std::vector<CosignatureView> cosignatures;
};

// That a leaf stands in the tree of a checkpoint.
struct ProofView {
  std::int64_t sequence = 0;
  std::string origin;
  std::int64_t leaf_index = 0;
  std::string leaf_sha256;          // hexadecimal
  std::optional<std::string> leaf;  // base64; null where the caller may not see the event whole
  std::int64_t size = 0;
  std::vector<std::string> proof;  // base64, from the leaf up
  std::string note;
};

// That one tree continues another.
struct ConsistencyView {
  std::string origin;
  std::int64_t from = 0;
  std::int64_t to = 0;
  std::vector<std::string> proof;  // base64
  std::string note;                // of `to`
};

struct RecordedEventView {
  EventView event;
  std::optional<std::string> actor;  // the person, where he acted for the caller's body and is not erased
  std::string leaf_sha256;           // hexadecimal
  std::optional<std::string> leaf;   // base64; null where the caller may not see the event whole
};

void encode(JsonWriter& out, const CheckpointView& view, const AnswerContext& context);
void encode(JsonWriter& out, const ProofView& view, const AnswerContext& context);
void encode(JsonWriter& out, const ConsistencyView& view, const AnswerContext& context);
// Members of an event of the stream, and {"actor","leaf_sha256","leaf"}.
void encode(JsonWriter& out, const RecordedEventView& view, const AnswerContext& context);

// POST /record/cosignatures: {"origin","size","witness","cosigned_at"}.
std::string answer_cosignature(const std::string& origin, std::int64_t size, const CosignatureView& cosignature);

// CSV by RFC 4180, lines end with CR LF, every cell in quotes. A cell that a spreadsheet would take for a formula
// begins with an apostrophe. The leaf is left out: its hash stands there.
std::string csv_header(Language language);  // with the byte order mark by which spreadsheets know UTF-8
void append_csv(std::string& out, const RecordedEventView& view, const AnswerContext& context);

}  // namespace noroshi::codec
