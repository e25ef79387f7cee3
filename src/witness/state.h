// What the witness knows, in a folder of its own: its key and name, the log's keys, the last checkpoint that it
// cosigned, and what it refused.
//
//   key.pem       its private key; whoever has it can cosign in its name
//   name          its name
//   log-keys      the keys of the log, a line each; their name is the origin of its tree
//   checkpoint    the note that it cosigned last, with its own line at the end
//   halted        why it cosigns no more; goes when somebody has looked and removes it
//   evidence/     a folder for each refusal: why, held, shown
//   lock          held while a witness runs
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "src/witness/note.h"
#include "src/witness/words.h"

namespace noroshi::witness {

struct Head {
  Checkpoint checkpoint;
  Note note;  // its own cosignature is the last line
};

// One witness at a time has it. Stop (78) for what cannot be read or written or has another form, Stop (69) where
// another witness has it.
class State {
 public:
  // Makes the folder, mode 0700.
  explicit State(std::filesystem::path folder);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  const std::filesystem::path& folder() const { return folder_; }

  // Given once, by whoever makes the key; Stop (2) for another one later.
  std::string name(const std::string& wanted);
  std::filesystem::path key_file() const { return folder_ / "key.pem"; }

  // Empty before the first were pinned. All have one name: the origin.
  const std::vector<NoteKey>& log_keys() const { return log_keys_; }
  std::string origin() const { return log_keys_.empty() ? std::string() : log_keys_.front().name; }
  // Adds those that are not there. Stop (2) for a key of another tree, but for one of `accepted_origin`: keys are the same
  // for every tree of a log.
  void pin(std::vector<NoteKey> keys, const std::string& accepted_origin = {});
  // The same keys, for a tree of another name; the head of the one before is no longer held, and that tree is never gone
  // back to: a witness that forgot what it signed there could sign another.
  void move_to(const std::string& origin);
  bool has_left(const std::string& origin) const;

  // Of the tree whose keys are pinned; nothing before the first.
  const std::optional<Head>& head() const { return head_; }
  // Durable on return.
  void keep(const Head& head);

  // Why, where it cosigns no more.
  std::optional<std::string> halted() const;
  void go_on();
  // Keeps both heads as they were signed, and why they do not fit; returns the folder. `halt`: and cosigns no more.
  std::filesystem::path keep_evidence(const Text& why, const std::string& shown, bool halt);

 private:
  void read();

  std::filesystem::path folder_;
  int lock_ = -1;
  std::vector<NoteKey> log_keys_;
  std::optional<Head> head_;
};

}  // namespace noroshi::witness
