// The keys with which a daemon signs the record: files of DIR/keys/record, their public halves rows of the database,
// each registered by an event of the record itself.
//
// A key may be added (`noroshi record rotate-key`) and retired while the daemon runs: before each signature the rows
// are looked at, and the files read again where these have changed.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/app/signing_key.h"
#include "src/record/checkpoint.h"
#include "src/record/record_signer.h"
#include "src/store/record_acts.h"

namespace noroshi::app {

// Any thread, but refresh() on one at a time.
class RecordKeys {
 public:
  // Makes a key where the folder holds none that may sign, and registers what the database does not know: a key made
  // when the program was ended before it could, or one that a restored database has forgotten. Throws KeyFileFault
  // where a file cannot be read. `owner` is of role owner.
  RecordKeys(std::filesystem::path folder, store::Connection& owner);

  // Looks at the rows; a connection of role sequencer. A file that cannot be read then is left out, and read again at the
  // next look.
  void refresh(store::Connection& connection);

  // With the newest key; nothing where none may sign.
  std::optional<record::KeySignature> sign(std::string_view text) const;
  // The note of that text with a signature by each key that may sign, in the name of the tree; empty where there is none.
  std::string sign_note(const std::string& origin, const std::string& text) const;

  // Adds a key beside those there are: file, row and event. Its id. `written` is told the file before it is registered.
  static std::string add(const std::filesystem::path& folder, store::Connection& owner, const core::Actor& by,
                         const std::function<void(const std::filesystem::path&)>& written = {});

 private:
  using Keys = std::vector<SigningKey>;  // that may sign, oldest first
  std::shared_ptr<const Keys> keys() const;
  void use(Keys keys);

  std::filesystem::path folder_;
  std::vector<std::pair<std::string, bool>> rows_;  // id, and whether it may sign: as last looked at
  mutable std::mutex mutex_;
  std::shared_ptr<const Keys> keys_;
};

}  // namespace noroshi::app
