// Checks the record in the database: every leaf, opening and report, the tree with its tiles, every checkpoint and
// cosignature, the history beside each checkpoint, and receipts that were given. What an export file allows too is record::RecordVerification's; what only
// the tables show (tiles, the sealer's row, columns beside a note) is told as TableFinding.
//
// Reads through the owner's connection in pages, each in a snapshot of its own as far as everything is signed for, and
// all that is beyond in the last one: a daemon may run, seal and sign. Memory does not grow with the record.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/record/receipt.h"
#include "src/record/verification.h"
#include "src/store/refold.h"

namespace noroshi::store {

// A receipt as an answer states it.
struct StatedReceipt {
  record::Receipt receipt;
  std::string signature;  // 64 bytes where it can be right
};
// Reads the answer to a command. `stated`: it holds a receipt; `receipt`: which one, where it can be read and is
// signed.
struct ReceiptInAnswer {
  bool stated = false;
  std::optional<core::EventId> erased;  // of a case whose content was erased: the receipt's event alone is left
  std::optional<StatedReceipt> receipt;
};
using ReceiptReader = std::function<ReceiptInAnswer(std::string_view answer)>;

struct RecordCheckOptions {
  std::vector<std::string> held_notes;  // checkpoints kept elsewhere, by whomever
  std::vector<record::NoteKey> keys;    // besides those of the database: logs and witnesses
  std::vector<StatedReceipt> receipts;  // given by whoever holds them
  ReceiptReader receipt_in;
  std::size_t receipts_at_most = 1000;  // of the answers kept; 0: none
};

struct RecordChecked {
  record::RecordVerification verification;  // finished
  std::vector<record::RecordOrigin> origins;
  std::uint64_t unnumbered = 0;
  std::uint64_t checkpoints = 0, cosignatures = 0, tiles = 0, histories = 0;  // compared
};

// `sink` is told of findings in tables, and of events so far.
RecordChecked check_record(Connection& owner, const RecordCheckOptions& options, RefoldSink& sink);

// Every receipt in a stored answer: its signature, its event and leaf. How many there were.
std::uint64_t check_answers(Connection& owner, const ReceiptReader& receipt_in, RefoldSink& sink);

}  // namespace noroshi::store
