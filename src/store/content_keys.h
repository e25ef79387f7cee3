// What people wrote of a case, at rest: sealed with AES-256-GCM under a key of that case alone, which stands in the database
// wrapped by the key of its body and of an epoch (3.1.1(4)(c), 7.2.4: encryption of stored information). Whoever has the
// database, a dump of it or its files reads who, when, what kind and how far; not what it is about.
//
//   epoch key    32 bytes in a file of the daemon's machine (app/content_key_files.h), never in the database
//   body's key   HKDF-SHA-256 of the epoch key and the body's name
//   case's key   drawn when the case is opened; wrapped by the body's key with AES-256-GCM
//   a value      AES-256-GCM under the case's key; bound to the case and its column
//
// A new epoch wraps the same case keys anew (rewrap()): no value changes, nobody waits. With the last file of an old epoch every
// backup from before becomes unreadable, and with it what was erased since.
//
// A sealed value says of itself that it is one, of which case and of which column; reading opens it (database.h), so that SQL
// handles it as any other value. An empty text stays empty.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "src/core/identifier.h"
#include "src/sealing/jwe.h"
#include "src/store/content_field.h"

namespace noroshi::store {

// The key of one case. Immutable; any thread.
class CaseKey {
 public:
  CaseKey(core::IncidentId incident, sealing::Secret key);
  const core::IncidentId& incident() const { return incident_; }

  // As a column of type text keeps it: U+0001, which no text of a person holds, and base64url. The same text is sealed the same, so that a
  // row that is written anew with it stays as it was.
  std::string seal_text(ContentField field, std::string_view text) const;
  // As one of type bytea does; longer than `bytes` by sealed_overhead.
  std::string seal_bytes(ContentField field, std::string_view bytes) const;
  // The value of either form; nothing where it is not of this case, or was altered.
  std::optional<std::string> open_text(std::string_view sealed) const;
  std::optional<std::string> open_bytes(std::string_view sealed) const;

 private:
  friend class ContentKeys;
  std::optional<std::string> open(std::string_view sealed) const;

  core::IncidentId incident_;
  sealing::Secret key_, iv_key_;
};

inline constexpr std::size_t sealed_overhead = 8 + 1 + 16 + 12 + 16;  // bytes: mark, column, case, nonce, tag

bool is_sealed_text(std::string_view text);
bool is_sealed_bytes(std::string_view bytes);
// Of which case a sealed value says that it is; nothing where it is none.
std::optional<core::IncidentId> case_of_sealed_text(std::string_view sealed);
std::optional<core::IncidentId> case_of_sealed_bytes(std::string_view sealed);

// A case's key as the table content_key has it.
struct WrappedKey {
  std::string organization;  // whose key wraps it
  std::string epoch;
  std::string wrapped;  // nonce, ciphertext, tag

  bool operator==(const WrappedKey&) const = default;
};

struct NewCaseKey {
  std::shared_ptr<const CaseKey> key;
  WrappedKey wrapped;
};

// An epoch's key, as its file has it. Names of epochs rise with time.
struct EpochKey {
  std::string epoch;
  sealing::Secret key;  // 32 bytes
};

// All that a program has of them. Any thread.
class ContentKeys {
 public:
  // Gives the files as they are at that time. Called again when an epoch is met that was not there.
  using Read = std::function<std::vector<EpochKey>()>;
  explicit ContentKeys(Read read);

  // The epoch that wraps from now on. False, and all stays as it was, where its key is not here.
  bool use(const std::string& epoch);
  std::string epoch_in_use() const;
  bool has(const std::string& epoch);
  // 64 hexadecimal digits that tell one key of that name from another, and nothing of either. Nothing where it is not here.
  std::optional<std::string> fingerprint(const std::string& epoch);

  // A key for a case that has none yet. Throws std::logic_error where no epoch is in use.
  NewCaseKey make(core::IncidentId incident, const std::string& organization);
  // Throws ContentUnreadable: the epoch's key is not here, or this is not what it wrapped for that case.
  std::shared_ptr<const CaseKey> unwrap(core::IncidentId incident, const WrappedKey& wrapped);
  // The same key under the epoch in use.
  WrappedKey rewrap(core::IncidentId incident, const WrappedKey& wrapped);

 private:
  const sealing::Secret* body_key(const std::string& epoch, const std::string& organization);
  const sealing::Secret* epoch_key(const std::string& epoch);
  WrappedKey wrap(const CaseKey& key, const std::string& organization);

  mutable std::mutex mutex_;
  Read read_;
  std::map<std::string, sealing::Secret> epochs_;
  std::map<std::pair<std::string, std::string>, sealing::Secret> bodies_;  // (epoch, body)
  std::string in_use_;
  // Cases that were opened lately, as they were wrapped: unwrapping costs more than opening a text.
  std::unordered_map<core::IncidentId, std::pair<WrappedKey, std::shared_ptr<const CaseKey>>> lately_;
};

}  // namespace noroshi::store
