#include "src/store/record_check.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "src/store/bytes.h"
#include "src/store/column_reader.h"
#include "src/store/history_check.h"
#include "src/store/record_reader.h"
#include "src/store/record_state.h"

namespace noroshi::store {
namespace {

constexpr std::size_t page = 1024;
constexpr std::uint64_t no_end = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t checkpoints_at_once = 1000;
constexpr std::size_t answers_at_once = 100;

constexpr Statement reports_of{"record_reports",
                               "SELECT event_id, bytes FROM report WHERE event_id = ANY ($1::uuid[])"};
constexpr Statement report_sizes{
    "record_report_sizes",
    "SELECT event_id, octet_length(bytes)::bigint AS size FROM report WHERE event_id = ANY ($1::uuid[])"};
constexpr Statement some_answers{
    "record_some_answers",
    "SELECT body FROM idempotency TABLESAMPLE BERNOULLI ($1::real) WHERE status = 201 AND octet_length(body) > 0 "
    "LIMIT $2::integer"};
constexpr Statement how_many_answers{"record_how_many_answers",
                                     "SELECT count(*) FROM (SELECT FROM idempotency LIMIT 1000000) AS part"};
constexpr Statement unknown_rows{
    "record_unknown_rows",
    "(SELECT 'checkpoint' AS table, origin || '/' || size AS key FROM checkpoint c "
    "WHERE NOT EXISTS (SELECT FROM record_origin o WHERE o.ordinal = c.origin) ORDER BY origin, size LIMIT 100) UNION "
    "ALL "
    "(SELECT 'cosignature', origin || '/' || size || '/' || witness FROM cosignature s "
    "WHERE NOT EXISTS (SELECT FROM checkpoint c WHERE c.origin = s.origin AND c.size = s.size) "
    "ORDER BY origin, size, witness LIMIT 100)"};
constexpr Statement answers_after{
    "record_answers",
    "SELECT organization, key, body FROM idempotency WHERE (organization, key) > ($1, $2) "
    "ORDER BY organization, key LIMIT $3::integer"};
constexpr Statement erased_incident{"record_erased_incident",
                                    "SELECT EXISTS (SELECT FROM event e JOIN incident i ON i.id = e.incident_id WHERE "
                                    "e.id = $1::uuid AND i.erased_at IS NOT "
                                    "NULL)"};
constexpr Statement leaves_of{"record_leaves_of", "SELECT id, leaf, sequence FROM event WHERE id = ANY ($1::uuid[])"};

TableFinding finding_in(TableFault fault, std::string table, std::string key, std::string column = {}) {
  TableFinding finding;
  finding.fault = fault;
  finding.table = std::move(table);
  finding.key = std::move(key);
  finding.column = std::move(column);
  return finding;
}

std::string joined(const std::vector<record::Digest>& nodes) {
  std::string bytes;
  for (const auto& node : nodes) bytes += record::bytes_of(node);
  return bytes;
}

// The tiles of one origin against each other: what the upper ones hold follows from the lowest, whose hashes are
// compared with the leaves by whoever feeds them.
class TileCheck {
 public:
  TileCheck(int origin, RefoldSink& sink) : origin_(origin), sink_(sink) {}

  // The hash kept of that leaf; nothing where there is none.
  std::optional<record::Digest> kept(Transaction& transaction, std::uint64_t index) {
    const auto tile = index / record::tile_width;
    const auto place = (index % record::tile_width) * sizeof(record::Digest);
    // One that was read at an earlier page may have grown since.
    if (tile != lowest_index_ || place + sizeof(record::Digest) > lowest_.size()) {
      lowest_ = read_tile(transaction, origin_, {0, tile}).value_or(std::string());
      lowest_index_ = tile;
    }
    if (place + sizeof(record::Digest) > lowest_.size()) return std::nullopt;
    record::Digest hash;
    std::copy_n(lowest_.begin() + static_cast<std::ptrdiff_t>(place), hash.size(), hash.begin());
    return hash;
  }

  void append(Transaction& transaction, const record::Digest& hash) {
    range_.append(hash, [&](unsigned level, std::uint64_t, const record::Digest& node) {
      if (level % record::tile_height != 0) return;
      auto& tile = open_[level / record::tile_height];
      tile.hashes += record::bytes_of(node);
      if (tile.hashes.size() == record::tile_width * sizeof(record::Digest))
        compare(transaction, level / record::tile_height, tile, true);
    });
  }

  // The tiles at the edge. `sealed`: they hold nothing beyond it; else some may not be there at all.
  void finish(Transaction& transaction, bool sealed) {
    for (auto& [level, tile] : open_)
      if (!tile.hashes.empty()) compare(transaction, level, tile, sealed);
  }

  const record::CompactRange& range() const { return range_; }
  std::uint64_t compared() const { return compared_; }
  // How many rows of that level there should be.
  std::uint64_t rows(unsigned level) const {
    const auto shift = level * record::tile_height;
    const auto nodes = shift < 64 ? range_.size() >> shift : 0;
    return (nodes + record::tile_width - 1) / record::tile_width;
  }

 private:
  struct Tile {
    std::uint64_t index = 0;
    std::string hashes;
  };

  void compare(Transaction& transaction, unsigned level, Tile& tile, bool must_be_there) {
    const auto stored = read_tile(transaction, origin_, {level, tile.index});
    const auto key = fmt::format("{}/{}/{}", origin_, level, tile.index);
    if (!stored && must_be_there)
      sink_.found(finding_in(TableFault::row_missing, "record_tile", key));
    else if (stored && (must_be_there ? *stored != tile.hashes : !tile.hashes.starts_with(*stored)))
      sink_.found(finding_in(TableFault::column_differs, "record_tile", key, "hashes"));
    ++compared_;
    ++tile.index;
    tile.hashes.clear();
  }

  int origin_;
  RefoldSink& sink_;
  record::CompactRange range_;
  std::map<unsigned, Tile> open_;
  std::string lowest_;
  std::uint64_t lowest_index_ = ~std::uint64_t{0};
  std::uint64_t compared_ = 0;
};

class RecordCheck {
 public:
  RecordCheck(Connection& owner, const RecordCheckOptions& options, RefoldSink& sink)
      : owner_(owner), options_(options), sink_(sink) {}

  RecordChecked run() {
    begin();
    std::uint64_t next = 0;
    while (true) {
      Transaction transaction(owner_, Isolation::repeatable_read, Access::read_only);
      const auto sealing = read_sealing(transaction);
      if (feed_page(transaction, next, signed_end(transaction, sealing), sealing)) continue;
      // What is beyond may be sealed and signed for between two snapshots: all of it is read in this one.
      while (feed_page(transaction, next, no_end, sealing)) {
      }
      finish(transaction, sealing);
      break;
    }
    progress();
    return {std::move(*verification_), record_origins(), unnumbered_, checkpoints_, cosignatures_, tiles_, histories_};
  }

 private:
  std::vector<record::RecordOrigin> record_origins() const {
    std::vector<record::RecordOrigin> list;
    for (const auto& origin : origins_) list.push_back(origin.origin);
    return list;
  }

  void begin() {
    Transaction transaction(owner_, Isolation::repeatable_read, Access::read_only);
    origins_ = read_origins(transaction);
    witnesses_ = read_witnesses(transaction);
    auto keys = note_keys(origins_, read_record_keys(transaction));
    for (const auto& witness : witnesses_) keys.push_back(witness.key);
    for (const auto& key : options_.keys)
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    verification_.emplace(record::RecordVerification::Proofs::whole, record_origins(), std::move(keys));
    for (auto& key : read_actor_keys(transaction)) verification_->actor_key(std::move(key));
    for (const auto& note : options_.held_notes) verification_->checkpoint(note);
    for (const auto& receipt : options_.receipts)
      verification_->receipt(record::receipt_text(receipt.receipt), receipt.signature);
    feed_receipts(transaction);
    above_.assign(origins_.size(), -1);
  }

  // Receipts in answers that were given, wherever their event has its number or is not there at all.
  void feed_receipts(Transaction& transaction) {
    if (!options_.receipt_in || options_.receipts_at_most == 0) return;
    const auto all = transaction.execute(how_many_answers).one().get<std::int64_t>(0);
    const auto part = all == 0 ? 100.0 : std::min(100.0, 200.0 * double(options_.receipts_at_most) / double(all));
    std::map<std::string, StatedReceipt> stated;
    for (const auto& row : transaction.execute(some_answers, {part, options_.receipts_at_most}))
      if (auto receipt = options_.receipt_in(bytes_if_they_open(row, "body").value_or("")).receipt)
        stated.emplace(core::to_string(receipt->receipt.event), std::move(*receipt));
    std::vector<std::string> ids;
    for (const auto& [id, receipt] : stated) ids.push_back(id);
    for (const auto& row : transaction.execute(leaves_of, {ids}))
      if (row.is_null("sequence")) stated.erase(row.get<std::string>("id"));
    for (const auto& [id, receipt] : stated)
      verification_->receipt(record::receipt_text(receipt.receipt), receipt.signature);
  }

  // The number of the origin that the sequence belongs to, in `origins_`.
  std::size_t origin_of(std::uint64_t sequence) const {
    std::size_t number = 0;
    for (std::size_t i = 1; i < origins_.size(); ++i)
      if (origins_[i].origin.first_sequence <= sequence) number = i;
    return number;
  }

  // The first sequence for which nothing is signed yet, of the tree that grows. Before it nothing changes any more:
  // neither tiles nor checkpoints come anew.
  std::uint64_t signed_end(Transaction& transaction, const StoredSealing& sealing) {
    if (origins_.empty()) return 0;
    const auto& [ordinal, origin] = origins_.back();
    const auto highest = highest_checkpoint(transaction, ordinal);
    return origin.first_sequence + (highest ? std::min(highest->size, sealing.size) : 0);
  }

  // The next events before `end`, with the checkpoints that speak of them; false where there are no more, or fewer
  // than a page.
  bool feed_page(Transaction& transaction, std::uint64_t& next, std::uint64_t end, const StoredSealing& sealing) {
    const auto most = std::min<std::uint64_t>(page, end - std::min(end, next));
    if (most == 0) return false;
    feed_checkpoints(transaction, next + most);
    const auto [read, after] = feed_events(transaction, next, most, sealing);
    next = after;
    progress();
    return read == page;
  }

  // All that speak of sequences before `end`.
  void feed_checkpoints(Transaction& transaction, std::uint64_t end) {
    for (std::size_t i = 0; i < origins_.size(); ++i) {
      const auto first = origins_[i].origin.first_sequence;
      if (end < first) break;
      feed_checkpoints_of(transaction, i, end - first);
    }
  }

  void feed_checkpoints_of(Transaction& transaction, std::size_t number, std::uint64_t up_to) {
    const auto ordinal = origins_[number].ordinal;
    while (true) {
      const auto list = read_checkpoints(transaction, ordinal, above_[number], up_to, checkpoints_at_once);
      for (const auto& checkpoint : list) {
        check_row(checkpoint, origins_[number].origin.name);
        verification_->checkpoint(checkpoint.whole_note());
        above_[number] = static_cast<std::int64_t>(checkpoint.size);
        highest_[number] = checkpoint.size;
        ++checkpoints_;
      }
      if (list.size() < checkpoints_at_once) return;
    }
  }

  // What stands beside the note, and the cosignatures.
  void check_row(const StoredCheckpoint& stored, const std::string& origin) {
    const auto key = fmt::format("{}/{}", stored.origin, stored.size);
    const auto note = record::parse_note(stored.note);
    const auto signed_for = note ? record::parse_checkpoint(note->text) : tl::unexpected(note.error());
    if (!signed_for) {
      sink_.found(finding_in(TableFault::column_differs, "checkpoint", key, "note"));
      return;
    }
    if (signed_for->origin != origin || signed_for->size != stored.size)
      sink_.found(finding_in(TableFault::column_differs, "checkpoint", key, "note"));
    if (record::bytes_of(signed_for->root) != stored.root)
      sink_.found(finding_in(TableFault::column_differs, "checkpoint", key, "root"));
    for (const auto& cosignature : stored.cosignatures) check_cosignature(cosignature, key, note->text);
  }

  void check_cosignature(const StoredCosignature& stored, const std::string& checkpoint, const std::string& text) {
    ++cosignatures_;
    const auto key = checkpoint + "/" + stored.witness;
    const auto witness = std::find_if(witnesses_.begin(), witnesses_.end(),
                                      [&](const auto& known) { return known.key.name == stored.witness; });
    const auto line = record::parse_note_signature(stored.line);
    if (witness == witnesses_.end() || !line || !record::verify(text, *line, witness->key)) {
      sink_.found(finding_in(TableFault::column_differs, "cosignature", key, "line"));
      return;
    }
    if (record::time_of(*line) !=
        std::chrono::floor<std::chrono::seconds>(stored.cosigned_at).time_since_epoch().count())
      sink_.found(finding_in(TableFault::column_differs, "cosignature", key, "cosigned_at"));
  }

  struct Fed {
    std::size_t read = 0;
    std::uint64_t after = 0;  // one more than the last sequence
  };
  Fed feed_events(Transaction& transaction, std::uint64_t from, std::size_t most, const StoredSealing& sealing) {
    Fed fed{0, from};
    std::vector<StoredEvent> batch;
    const auto flush = [&] {
      feed_batch(transaction, std::move(batch), sealing);
      batch = {};
    };
    std::uint64_t bytes = 0;
    fed.read = read_events(transaction, from, most, [&](StoredEvent event) {
      fed.after = *event.sequence + 1;
      for (const auto& opening : event.openings) bytes += opening.value.size();
      batch.push_back(std::move(event));
      if (bytes < (4u << 20)) return;
      flush();
      bytes = 0;
    });
    flush();
    return fed;
  }

  void feed_batch(Transaction& transaction, std::vector<StoredEvent> batch, const StoredSealing& sealing) {
    std::vector<std::string> ids;
    for (const auto& event : batch)
      if (event.type == "report.received") ids.push_back(event.id);
    std::vector<std::uint64_t> sizes;
    std::vector<std::string> sized;
    if (!ids.empty())
      for (const auto& row : transaction.execute(report_sizes, {ids})) {
        sized.push_back(row.get<std::string>("event_id"));
        sizes.push_back(static_cast<std::uint64_t>(row.get<std::int64_t>("size")));
      }
    // Reports are read with the events that they belong to, no more than some megabytes of them at once.
    std::map<std::string, std::uint64_t> size_of;
    for (std::size_t i = 0; i < sized.size(); ++i) size_of[sized[i]] = sizes[i];
    std::map<std::string, std::string> bytes_of;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      auto& event = batch[i];
      if (size_of.contains(event.id) && !bytes_of.contains(event.id)) {
        bytes_of.clear();
        std::vector<std::string> wanted;
        std::uint64_t sum = 0;
        for (std::size_t j = i; j < batch.size() && sum < (4u << 20); ++j)
          if (const auto size = size_of.find(batch[j].id); size != size_of.end()) {
            wanted.push_back(batch[j].id);
            sum += size->second;
          }
        for (const auto& row : transaction.execute(reports_of, {wanted}))
          bytes_of[row.get<std::string>("event_id")] = bytes_if_they_open(row, "bytes").value_or("");
      }
      const auto report = bytes_of.find(event.id);
      feed(transaction, std::move(event), report == bytes_of.end() ? std::nullopt : std::optional(report->second),
           sealing);
    }
  }

  void feed(Transaction& transaction, StoredEvent stored, std::optional<std::string> report,
            const StoredSealing& sealing) {
    record::RecordedEvent event;
    event.sequence = *stored.sequence;
    event.leaf = std::move(stored.leaf);
    event.openings = std::move(stored.openings);
    event.report = std::move(report);
    // Of a report that was erased nothing is left, and its SHA-256 neither.
    if (event.report && event.report->empty() &&
        std::none_of(event.openings.begin(), event.openings.end(),
                     [](const auto& opening) { return opening.field == "sha256"; }))
      event.report.reset();
    if (!origins_.empty()) event.leaf_hash = check_tiles(transaction, event, sealing);
    verification_->event(event);
    ++progress_.events;
  }

  // Adds the leaf to the tiles that are compared; the hash that they keep of it.
  std::optional<record::Digest> check_tiles(Transaction& transaction, const record::RecordedEvent& event,
                                            const StoredSealing& sealing) {
    const auto number = origin_of(event.sequence);
    while (tile_checks_.size() <= number) {
      if (!tile_checks_.empty()) tile_checks_.back().finish(transaction, false);
      tile_checks_.emplace_back(origins_[tile_checks_.size()].ordinal, sink_);
    }
    auto& tiles = tile_checks_[number];
    const auto index = event.sequence - origins_[number].origin.first_sequence;
    const bool current = number + 1 == origins_.size();
    if (current && index >= sealing.size) return std::nullopt;
    // After a gap places are no longer places of leaves; the gap itself is told of.
    if (index != tiles.range().size()) return std::nullopt;
    const auto kept = tiles.kept(transaction, index);
    tiles.append(transaction, kept.value_or(record::leaf_hash(event.leaf)));
    return kept;
  }

  void finish(Transaction& transaction, const StoredSealing& sealing) {
    feed_checkpoints(transaction, no_end);
    unnumbered_ = sealing.unnumbered;
    if (!tile_checks_.empty()) tile_checks_.back().finish(transaction, tile_checks_.size() == origins_.size());
    check_sealer(sealing);
    check_held(transaction, sealing);
    check_surplus(transaction);
    check_unknown(transaction);
    for (const auto& tiles : tile_checks_) tiles_ += tiles.compared();
    verification_->finish();
    check_what_was_kept(transaction);
  }

  // Keys are read anew: one may have been added since the check began.
  void check_what_was_kept(Transaction& transaction) {
    auto keys = note_keys(read_origins(transaction), read_record_keys(transaction));
    keys.insert(keys.end(), options_.keys.begin(), options_.keys.end());
    histories_ = check_histories(transaction, keys, verification_->retired_keys(), sink_);
  }

  void check_sealer(const StoredSealing& sealing) {
    if (!sealing.sealer_is_there) sink_.found(finding_in(TableFault::row_missing, "sealer", ""));
    if (!sealing.sequencer_is_there)
      sink_.found(finding_in(TableFault::row_missing, "sequencer", ""));
    else if (sealing.next_sequence != sealing.highest_after)
      sink_.found(finding_in(TableFault::column_differs, "sequencer", "", "next_sequence"));
    if (origins_.empty() || !sealing.sealer_is_there) return;
    const auto last = origins_.size() - 1;
    if (sealing.origin != origins_[last].ordinal) {
      sink_.found(finding_in(TableFault::column_differs, "sealer", "", "origin"));
      return;
    }
    const record::CompactRange none;
    const auto& range = tile_checks_.size() == origins_.size() ? tile_checks_[last].range() : none;
    if (range.size() != sealing.size || (highest_.contains(last) && highest_[last] > sealing.size))
      sink_.found(finding_in(TableFault::column_differs, "sealer", "", "size"));
    else if (joined(range.nodes()) != sealing.nodes)
      sink_.found(finding_in(TableFault::column_differs, "sealer", "", "nodes"));
  }

  // What was signed of the tree that grows stands in the table, whoever holds a copy.
  void check_held(Transaction& transaction, const StoredSealing& sealing) {
    if (origins_.empty()) return;
    const auto& [ordinal, origin] = origins_.back();
    std::set<std::uint64_t> sizes;
    for (const auto& held : options_.held_notes) {
      const auto note = record::parse_note(held);
      const auto checkpoint = note ? record::parse_checkpoint(note->text) : tl::unexpected(note.error());
      if (checkpoint && checkpoint->origin == origin.name && checkpoint->size <= sealing.size)
        sizes.insert(checkpoint->size);
    }
    for (const auto size : sizes) {
      if (read_checkpoint(transaction, ordinal, size)) continue;
      // A daemon keeps a head outside before it records it, and signs no other in between: the newest alone may be
      // missing, where the events bear it out.
      const bool newest = size == *sizes.rbegin() && !(highest_.contains(origins_.size() - 1) &&
                                                       highest_[origins_.size() - 1] > size);
      const auto proven = verification_->proven().find(origin.name);
      const bool borne_out = proven != verification_->proven().end() && proven->second.checkpoint.size == size;
      sink_.found(finding_in(newest && borne_out ? TableFault::checkpoint_unrecorded : TableFault::row_missing,
                             "checkpoint", fmt::format("{}/{}", ordinal, size)));
    }
  }

  // Checkpoints and cosignatures of trees that are not there, or of checkpoints that are not.
  void check_unknown(Transaction& transaction) {
    for (const auto& row : transaction.execute(unknown_rows))
      sink_.found(finding_in(TableFault::row_unimplied, row.get<std::string>("table"), row.get<std::string>("key")));
  }

  // Tiles beyond the tree.
  void check_surplus(Transaction& transaction) {
    for (const auto& count : count_tiles(transaction)) {
      const auto origin = std::find_if(origins_.begin(), origins_.end(),
                                       [&](const auto& known) { return known.ordinal == count.origin; });
      const auto number = static_cast<std::size_t>(origin - origins_.begin());
      const auto rows = number < tile_checks_.size() ? tile_checks_[number].rows(count.level) : 0;
      if (count.rows > rows || (rows > 0 && count.highest >= rows))
        sink_.found(finding_in(TableFault::row_unimplied, "record_tile",
                               fmt::format("{}/{}/{}", count.origin, count.level, count.highest)));
    }
  }

  void progress() { sink_.progress(progress_); }

  Connection& owner_;
  const RecordCheckOptions& options_;
  RefoldSink& sink_;
  std::vector<StoredOrigin> origins_;
  std::vector<StoredWitness> witnesses_;
  std::optional<record::RecordVerification> verification_;
  std::vector<TileCheck> tile_checks_;
  std::vector<std::int64_t> above_;  // by origin: the highest checkpoint that was fed
  std::map<std::size_t, std::uint64_t> highest_;
  std::uint64_t unnumbered_ = 0, checkpoints_ = 0, cosignatures_ = 0, tiles_ = 0, histories_ = 0;
  RefoldProgress progress_;
};

// Whether the content of the event's incident was erased; that it was rightly is the refold's to say.
bool is_erased(Transaction& transaction, core::EventId event) {
  return transaction.execute(erased_incident, {core::to_string(event)}).one().get<bool>(0);
}

}  // namespace

RecordChecked check_record(Connection& owner, const RecordCheckOptions& options, RefoldSink& sink) {
  return RecordCheck(owner, options, sink).run();
}

std::uint64_t check_answers(Connection& owner, const ReceiptReader& receipt_in, RefoldSink& sink) {
  std::uint64_t receipts = 0;
  std::string organization, key;
  std::vector<record::NoteKey> keys;
  {
    Transaction transaction(owner, Isolation::repeatable_read, Access::read_only);
    keys = note_keys(read_origins(transaction), read_record_keys(transaction));
  }
  while (true) {
    Transaction transaction(owner, Isolation::repeatable_read, Access::read_only);
    const auto rows = transaction.execute(answers_after, {organization, key, answers_at_once});
    std::vector<std::pair<std::string, StatedReceipt>> stated;
    std::vector<std::string> ids;
    for (const auto& row : rows) {
      organization = row.get<std::string>("organization");
      key = row.get<std::string>("key");
      const auto body = bytes_if_they_open(row, "body");
      auto [has_one, erased, receipt] = receipt_in(body.value_or(""));
      if (body && (!has_one || (erased && is_erased(transaction, *erased)))) continue;
      const auto where = organization + "/" + key;
      if (!receipt) {
        sink.found(finding_in(TableFault::column_differs, "idempotency", where, "body"));
        continue;
      }
      ids.push_back(core::to_string(receipt->receipt.event));
      stated.emplace_back(where, std::move(*receipt));
    }
    std::map<std::string, record::Digest> leaves;
    if (!ids.empty())
      for (const auto& row : transaction.execute(leaves_of, {ids}))
        leaves[row.get<std::string>("id")] = record::leaf_hash(text_of(row.get<Bytes>("leaf")));
    for (const auto& [where, receipt] : stated) {
      ++receipts;
      const auto text = record::receipt_text(receipt.receipt);
      const bool is_signed = std::any_of(keys.begin(), keys.end(), [&](const auto& candidate) {
        return candidate.name == receipt.receipt.origin &&
               record::verify_ed25519(text, receipt.signature, candidate.key);
      });
      const auto id = core::to_string(receipt.receipt.event);
      const auto leaf = leaves.find(id);
      if (is_signed && leaf != leaves.end() && leaf->second == receipt.receipt.leaf_hash) continue;
      auto finding = finding_in(is_signed ? TableFault::event_differs : TableFault::column_differs, "idempotency",
                                where, is_signed ? "leaf" : "body");
      finding.event = id;
      sink.found(std::move(finding));
    }
    if (rows.size() < answers_at_once) return receipts;
  }
}

}  // namespace noroshi::store
