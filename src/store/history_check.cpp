#include "src/store/history_check.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "src/record/subject_public_key.h"
#include "src/store/kept_history.h"
#include "src/store/record_state.h"

namespace noroshi::store {
namespace {

constexpr Statement misnumbered{
    "history_misnumbered",
    "SELECT origin || '/' || size || '/' || witness AS key FROM cosignature s WHERE number < 1 OR EXISTS (SELECT FROM "
    "cosignature o WHERE o.number = s.number AND (o.origin, o.size, o.witness) < (s.origin, s.size, s.witness)) "
    "ORDER BY origin, size, witness LIMIT 100"};

std::string numbers(std::uint64_t first, std::uint64_t last) {
  return first == last ? std::to_string(first) : fmt::format("{}-{}", first, last);
}

class HistoryCheck {
 public:
  HistoryCheck(Transaction& transaction, const std::vector<record::NoteKey>& keys,
               const std::map<std::string, std::uint64_t>& retired, RefoldSink& sink)
      : transaction_(transaction), keys_(keys), retired_(retired), sink_(sink) {
    for (const auto& [ordinal, origin] : read_origins(transaction)) first_sequence_[ordinal] = origin.first_sequence;
  }

  std::uint64_t run() {
    std::vector<KeptCheckpointRow> page;
    do {
      page = page.empty()
                 ? checkpoints_after(transaction_, 0, -1)
                 : checkpoints_after(transaction_, page.back().ordinal, static_cast<std::int64_t>(page.back().size));
      for (const auto& row : page) take(row);
    } while (page.size() == history_page);
    tell_absent();
    take_cosignatures(std::nullopt);
    for (const auto& row : transaction_.execute(misnumbered))
      found(TableFault::column_differs, "cosignature", row.get<std::string>("key"), {}, 0, "number");
    check_retired();
    return histories_;
  }

 private:
  void found(TableFault fault, std::string table, std::string key, std::string other = {}, std::uint64_t count = 0,
             std::string column = {}) {
    TableFinding finding;
    finding.fault = fault;
    finding.table = std::move(table);
    finding.key = std::move(key);
    finding.column = std::move(column);
    finding.other = std::move(other);
    finding.count = count;
    sink_.found(std::move(finding));
  }

  void take(const KeptCheckpointRow& row) {
    auto read = row.history ? read_history(row, keys_) : tl::unexpected(std::string());
    if (!row.history) {
      if (begun_ || record::has_histories(row.origin)) {
        if (absent_first_.empty()) absent_first_ = row.key();
        absent_last_ = row.key();
      }
    } else {
      tell_absent();
      if (!read) found(TableFault::history_wrong, "checkpoint", row.key());
    }
    if (read) {
      take_history(row, *read);
      // What is chained is the time that was stated, whatever stands beside it now: that is told already.
      with_all_ = read->history.checkpoints;
      with_all_.add(row.entry(read->history.signed_at));
      without_doubtful_ = with_all_;
      last_good_ = row.key();
      last_good_ordinal_ = row.ordinal;
      since_good_ = 1;
    } else {
      // It may have been there with a history, or never: the next history tells. One that was kept before there were
      // any is beyond doubt.
      const bool doubtful = row.history || begun_ || record::has_histories(row.origin);
      with_all_.add(row.entry());
      ++since_good_;
      if (!doubtful) without_doubtful_ = with_all_;
    }
    as_there_.add(row.entry());
    before_ = row.key();
  }

  void take_history(const KeptCheckpointRow& row, const SignedHistory& read) {
    ++histories_;
    begun_ = true;
    const auto& history = read.history;
    if (history.signed_at != row.signed_at)
      found(TableFault::column_differs, "checkpoint", row.key(), {}, 0, "signed_at");
    note_signers(row, read.signed_by);
    compare_checkpoints(row, history.checkpoints);
    take_cosignatures(std::pair(row.key(), history.cosignatures));
  }

  // A history made where a tree was given up states what was there, faults and all.
  void compare_checkpoints(const KeptCheckpointRow& row, const record::RunningHash& stated) {
    if (stated == with_all_ || stated == without_doubtful_ || stated == as_there_) return;
    // A new tree may have begun from the rows alone.
    const bool anew =
        row.ordinal != last_good_ordinal_ && stated.count <= with_all_.count && stated.count > as_there_.count;
    const auto& counted = anew ? as_there_ : with_all_;
    if (stated.count > counted.count)
      found(TableFault::checkpoints_missing, "checkpoint", row.key(), last_good_, stated.count - counted.count);
    else if (stated.count < without_doubtful_.count)
      found(TableFault::checkpoints_surplus, "checkpoint", row.key(), last_good_,
            without_doubtful_.count - stated.count);
    else
      found(TableFault::checkpoints_differ, "checkpoint", row.key(), before_, since_good_);
  }

  // Up to the last that the history of that checkpoint speaks of; without one, all that came since.
  void take_cosignatures(const std::optional<std::pair<std::string, record::RunningHash>>& stated) {
    if (stated && stated->second.count < cosignatures_.count) {
      // Fewer than an earlier one: where a tree was given up, of which they were taken away. The earlier one has told.
      cosignatures_.hash = cosignatures_as_there_.hash;
      return;
    }
    const auto first = cosignatures_.count + 1;
    bool gap = false;
    while (const auto* next = next_cosignature(stated ? std::optional(stated->second.count) : std::nullopt)) {
      if (next->number > cosignatures_.count + 1) {
        tell_missing(cosignatures_.count + 1, next->number - 1);
        gap = true;
      }
      cosignatures_.add(next->entry, next->number);
      cosignatures_as_there_.add(next->entry, next->number);
      ++place_;
    }
    if (!stated) return;
    const auto& [checkpoint, hash] = *stated;
    if (cosignatures_.count < hash.count) {
      tell_missing(cosignatures_.count + 1, hash.count);
      gap = true;
    }
    if (cosignatures_ != hash && cosignatures_as_there_ != hash && !gap)
      found(TableFault::cosignatures_differ, "cosignature", numbers(std::min(first, hash.count), hash.count),
            checkpoint);
    cosignatures_ = hash;
    cosignatures_as_there_.count = hash.count;
  }

  const KeptCosignature* next_cosignature(std::optional<std::uint64_t> up_to) {
    if (place_ == page_.size() && !read_all_) {
      // Of a number that came twice, the second may be left out here: it is told as such.
      page_ = cosignatures_after(transaction_, page_.empty() ? 0 : page_.back().number);
      place_ = 0;
      read_all_ = page_.size() < history_page;
    }
    if (place_ == page_.size() || (up_to && page_[place_].number > *up_to)) return nullptr;
    return &page_[place_];
  }

  void tell_missing(std::uint64_t first, std::uint64_t last) {
    found(TableFault::cosignatures_missing, "cosignature", numbers(first, last));
  }

  void tell_absent() {
    if (!absent_first_.empty()) found(TableFault::history_absent, "checkpoint", absent_first_, absent_last_);
    absent_first_.clear();
  }

  // Of each set of keys the highest place at which it signed.
  void note_signers(const KeptCheckpointRow& row, const std::vector<record::PublicKey>& signers) {
    const auto first = first_sequence_.find(row.ordinal);
    if (first == first_sequence_.end()) return;
    std::set<std::string> ids;
    for (const auto& key : signers) ids.insert(record::key_id(key));
    auto& highest = signed_up_to_[ids];
    if (first->second + row.size >= highest.first) highest = {first->second + row.size, row.key()};
  }

  // What a key signed before it was retired stays good; of what came later it says nothing.
  void check_retired() {
    for (const auto& [ids, highest] : signed_up_to_) {
      const auto& [end, key] = highest;
      if (std::all_of(ids.begin(), ids.end(), [&, end = end](const std::string& id) {
            const auto known = retired_.find(id);
            return known != retired_.end() && known->second < end;
          }))
        found(TableFault::history_wrong, "checkpoint", key);
    }
  }

  Transaction& transaction_;
  const std::vector<record::NoteKey>& keys_;
  const std::map<std::string, std::uint64_t>& retired_;
  RefoldSink& sink_;
  std::map<int, std::uint64_t> first_sequence_;
  std::uint64_t histories_ = 0;
  bool begun_ = false;
  // What the next history has to say: by the last good one and all rows since, or all but those of which that is in
  // doubt; or by the rows alone, from the first on.
  record::RunningHash with_all_, without_doubtful_, as_there_;
  std::string last_good_, before_;  // rows: of the last good history; the last
  int last_good_ordinal_ = 0;
  std::uint64_t since_good_ = 0;  // rows, that one included
  std::string absent_first_, absent_last_;
  record::RunningHash cosignatures_, cosignatures_as_there_;
  std::vector<KeptCosignature> page_;
  std::size_t place_ = 0;
  bool read_all_ = false;
  std::map<std::set<std::string>, std::pair<std::uint64_t, std::string>> signed_up_to_;
};

}  // namespace

std::uint64_t check_histories(Transaction& transaction, const std::vector<record::NoteKey>& keys,
                              const std::map<std::string, std::uint64_t>& retired, RefoldSink& sink) {
  return HistoryCheck(transaction, keys, retired, sink).run();
}

}  // namespace noroshi::store
