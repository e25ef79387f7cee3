// The epochs of content keys as the database has them, and the keys of cases in bulk (content_keys.h). Connections of role
// owner where nothing else is said. Errors are those of database_error.h.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "routing/time.h"
#include "src/store/content_keys.h"
#include "src/store/database.h"

namespace noroshi::store {

struct ContentEpoch {
  std::string name;
  std::string fingerprint;  // ContentKeys::fingerprint()
  Timestamp registered_at;
  std::optional<Timestamp> used_from;
  std::optional<Timestamp> dropped_at;
  std::int64_t cases = 0;  // whose keys it wraps
};
// In the order of their names.
std::vector<ContentEpoch> list_content_epochs(Connection& owner);

// Of role writer too. Nothing where none was ever used.
std::optional<std::string> content_epoch_in_use(Connection& connection);

// False, and nothing happens, where one of that name is there.
bool register_content_epoch(Connection& owner, const std::string& name, const std::string& fingerprint);
// False where there is none of that name, or it was dropped.
bool use_content_epoch(Connection& owner, const std::string& name);
// False where it is in use, or still wraps the key of a case.
bool drop_content_epoch(Connection& owner, const std::string& name);

struct Rewrapped {
  std::uint64_t done = 0;
  std::uint64_t left = 0;  // of other epochs than the one in use
};
// Some hundred keys of cases from other epochs to the one that `keys` uses, committed at once; cases may be opened, changed and
// erased meanwhile. Throws ContentUnreadable where an epoch's key is not here.
Rewrapped rewrap_some(Connection& owner, ContentKeys& keys);

// What was stored before there were content keys is sealed, all at once, and from then on the schema takes nothing of a case in
// clear. `progress` is told how many values were sealed so far. Does nothing where that was done.
void seal_what_is_stored(Connection& owner, ContentKeys& keys, const std::function<void(std::uint64_t)>& progress = {});

}  // namespace noroshi::store
