// The annex (別紙) of a report: what is 機密性3. It waits for the permission of a 課室情報セキュリティ責任者 who is not the submitter
// (3.1.1(5)(c), (6)), is sealed by the submitter's client to the keys of the receiving bodies, and is opaque to this program.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "routing/time.h"
#include "src/core/clock_kind.h"
#include "src/core/identifier.h"

namespace noroshi::core {

enum class AnnexState {
  asked,      // waits for the permission
  permitted,  // may be sealed and sent
  refused,    // the permission was refused
  sealed,     // sent to the keys it names
};
enum class AnnexEvent { permit, refuse, seal };
std::string_view to_string(AnnexState state);
std::optional<AnnexState> parse_annex_state(std::string_view text);
std::string_view to_string(AnnexEvent event);
std::span<const AnnexState> all_annex_states();
std::span<const AnnexEvent> all_annex_events();
// The state after the event, or nothing where the event is refused in that state. `seal` again, after a receiver could not open
// it, leads from sealed to sealed. SQL mirrors it.
std::optional<AnnexState> next(AnnexState state, AnnexEvent event);

// A key that the annex is sealed to.
struct AnnexKey {
  std::string organization;
  std::string key_id;
  friend bool operator==(const AnnexKey&, const AnnexKey&) = default;
};

struct Annex {
  AnnexId id;
  std::string organization;  // whose it is: the incident's body, or an agency with a 機密性3 of its own
  std::string name;          // what it is, in words that are 機密性2 or below
  std::optional<TokenId> asked_by;
  std::string asked_by_name;
  Timestamp permit_by;  // 目標 of the permission
  AnnexState state = AnnexState::asked;
  std::string sha256;  // of the JWE as it is kept: 32 bytes; empty: not sealed yet
  std::uint64_t size = 0;
  std::vector<AnnexKey> keys;
  std::vector<std::string> unreadable_to;  // bodies that could not open what is kept
  Ladder ladder;  // of the clock of the permission
  int revision = 1;
  friend bool operator==(const Annex&, const Annex&) = default;
};

}  // namespace noroshi::core
