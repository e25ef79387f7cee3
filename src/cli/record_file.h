// Reads an exported record (schemas/events/README.md, "The export file") line by line: strictly, with a bound on each
// line, in memory that does not grow with the file.
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "src/cli/language.h"
#include "src/record/verification.h"

namespace noroshi::cli {

inline constexpr std::size_t longest_export_line = 64 << 20;  // bytes

struct ExportRange {
  std::string incident;  // number; empty: not of one incident
  std::optional<Timestamp> from, to;
};

struct ExportConsistency {
  std::string origin;
  std::uint64_t from = 0, to = 0;
  std::vector<record::Digest> proof;
};

struct ExportHeader {
  std::string made_at;
  ExportRange range;
  record::RecordVerification::Proofs proofs{};
  std::vector<record::RecordOrigin> origins;
  std::vector<record::NoteKey> keys;  // of the log under each origin's name, and of witnesses
  std::vector<record::ActorKey> actor_keys;  // with which people sign what they do
  std::vector<std::string>
      checkpoints;  // signed notes with cosignatures; of each origin the first is what proofs lead to
  std::vector<ExportConsistency> consistency;
};
struct ExportEnd {
  std::uint64_t events = 0;
};
using ExportLine = std::variant<ExportHeader, record::RecordedEvent, ExportEnd>;

// What a line has wrong: not what it holds.
struct ExportFault {
  std::uint64_t line = 0;  // from 1
  Text text;
  bool no_export = false;  // the file does not even begin as one
};

class ExportReader {
 public:
  explicit ExportReader(std::istream& in) : in_(in) {}

  // The next line; nothing after the last. A fault ends the reading.
  tl::expected<std::optional<ExportLine>, ExportFault> next();
  std::uint64_t line() const { return line_; }

 private:
  tl::expected<std::optional<std::string>, ExportFault> read_line();

  std::istream& in_;
  std::uint64_t line_ = 0;
  bool ended_ = false;  // the line that ends the file was read
};

}  // namespace noroshi::cli
