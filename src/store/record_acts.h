// What an operator does to the record itself: keys that sign it, and a new tree after a loss. Each is one transaction
// of the owner's connection, with its event.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "src/core/role.h"
#include "src/record/checkpoint.h"
#include "src/store/database.h"
#include "src/store/kept_checkpoint.h"

namespace noroshi::store {

// Who gives the word at the machine: role operator, of no body.
core::Actor operator_at_machine(const std::string& name);

struct RecordKey {
  std::string id;  // 16 hexadecimal digits
  record::PublicKey key{};
  Timestamp registered_at;
  std::optional<Timestamp> retired_at;
};
// All of them, oldest first. A connection of role owner or sequencer.
std::vector<RecordKey> record_keys(Connection& connection);

// `subject_public_key`: the SubjectPublicKeyInfo of `key` in DER. A key that is there already stays as it is: false.
bool register_record_key(Connection& owner, const std::string& id, std::string_view subject_public_key,
                         const record::PublicKey& key, const core::Actor& by);
// False where no such key signs, or no other one does.
bool retire_record_key(Connection& owner, const std::string& id, const std::string& reason, const core::Actor& by);

// The names of all trees, oldest first.
std::vector<std::string> record_origins(Connection& owner);

struct Continued {
  std::string origin;  // the tree that has begun
  record::Checkpoint highest;
  std::uint64_t held_size = 0;
  bool begun_before = false;  // by another daemon's operator; only accepted here
};
// The tree contains every head that is known: there is nothing to give up.
struct NotNeeded {
  std::string origin;
  std::uint64_t size = 0;
};
// Ends the tree that grows, where it is not what was signed of it, and begins another: what the database holds is
// hashed anew, and the new tree's first leaf names the head that was known and the head that is held. `kept` is told
// before the commit which tree it may go on with. Numbering waits meanwhile; reports do not. `owner` without limits of
// time (for_migrations()). Throws the errors of database_error.h and KeptCheckpointFault.
std::variant<Continued, NotNeeded> continue_record(Connection& owner, KeptCheckpoint& kept, const std::string& reason,
                                                   const core::Actor& by);

}  // namespace noroshi::store
