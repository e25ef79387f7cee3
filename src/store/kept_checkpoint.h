// The highest head that a daemon signed or saw, kept outside the database: files in DIR/record. What a database that
// was set back cannot set back with it.
#pragma once

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include "src/record/checkpoint.h"

namespace noroshi::store {

// A file that is there and cannot be read or is no note, or one that cannot be written. The text names the file.
class KeptCheckpointFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct KeptHead {
  record::Checkpoint checkpoint;
  std::string note;  // the whole signed note
};

// Of one folder; one without a name keeps nothing. No state but the files; one thread at a time.
class KeptCheckpoint {
 public:
  explicit KeptCheckpoint(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // DIR/record/checkpoint; nothing where none was kept yet.
  std::optional<KeptHead> read() const;
  // Returns once it would survive a loss of power. The note before is replaced whole.
  void keep(const std::string& note) const;

  // The tree that an operator let begin in place of the one of the head kept (DIR/record/continued): its name, or
  // empty.
  std::string accepted_origin() const;
  void accept_origin(const std::string& name) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace noroshi::store
