// Witnesses of the record: who may cosign its checkpoints. Registered and removed at the machine, by the operator.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/record/checkpoint.h"
#include "src/store/database.h"

namespace noroshi::store {

struct WitnessRow {
  record::NoteKey key;
  Timestamp added_at;
  std::optional<Timestamp> removed_at;
  std::int64_t cosignatures = 0;           // that are kept
  std::optional<Timestamp> last_cosigned;  // when the last one came
};

// `owner` is a connection of role owner in each.
enum class AddedWitness {
  added,  // or back, with the key it had
  there_already,
  name_taken,  // by another key: what that one signed would seem to be of this
  key_taken,   // by another name
};
AddedWitness add_witness(Connection& owner, const record::NoteKey& key);
// All, removed ones too, oldest first.
std::vector<WitnessRow> list_witnesses(Connection& owner);
// Takes no more of its cosignatures; those that are kept stay. False where there is none of that name.
bool remove_witness(Connection& owner, const std::string& name);

}  // namespace noroshi::store
