// Why the record is not sealed: what the database holds is not what was signed of it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace noroshi::store {

enum class RecordFaultKind {
  smaller,         // fewer events than were signed: lost, as by a restore
  inconsistent,    // the tree does not contain the head that was signed
  other_tree,      // the tree of the database is not that of the head kept, and no operator let it begin
  events_missing,  // a number without its event
  leaves_changed,  // an event is not what was hashed
  tiles_changed,   // the nodes kept do not give the root
  history_wrong,   // beside the newest checkpoint stands no history that was signed for it, or another time
  head_unusable,   // the file of the head kept cannot be read or written
  no_key,          // no key of this daemon may sign
};
// "smaller", ...: for the log.
std::string_view to_string(RecordFaultKind kind);

class RecordFault : public std::runtime_error {
 public:
  // `place`: the size, or the index of the leaf, that shows it.
  RecordFault(RecordFaultKind kind, std::string origin, std::uint64_t place, const std::string& detail = {});

  RecordFaultKind kind() const { return kind_; }
  const std::string& origin() const { return origin_; }
  std::uint64_t place() const { return place_; }

 private:
  RecordFaultKind kind_;
  std::string origin_;
  std::uint64_t place_;
};

}  // namespace noroshi::store
