// What signs in the name of the record: receipts, and by the sealer checkpoints.
//
// Keys and the tree that grows may change while the daemon runs (rotation, a new origin), so nothing of either is kept
// by whoever signs: each signature is asked for anew.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace noroshi::record {

struct KeySignature {
  std::string key;        // the id of the key: 16 hexadecimal digits, as GET /keys lists it
  std::string signature;  // 64 bytes, Ed25519
};

// Both from any thread, and neither waits. `sign` throws std::runtime_error where no signature can be made (no memory).
struct RecordSigner {
  // The name of the tree that new events will stand in: "noroshi/2/0198…/1". Known before the daemon serves.
  std::function<std::string()> origin;
  // With the newest key of this daemon; nothing where it has none that may sign.
  std::function<std::optional<KeySignature>(std::string_view text)> sign;
};

}  // namespace noroshi::record
