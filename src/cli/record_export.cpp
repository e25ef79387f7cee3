#include "src/cli/record_export.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>

#include "routing/time.h"
#include "src/cli/chronology.h"
#include "src/cli/progress_line.h"
#include "src/cli/record_incident.h"
#include "src/cli/record_read.h"
#include "src/codec/json_writer.h"
#include "src/core/label_words.h"
#include "src/record/encodings.h"
#include "src/record/event_codec.h"
#include "src/record/merkle.h"
#include "src/store/migrations.h"
#include "src/store/record_reader.h"
#include "src/store/record_state.h"

namespace noroshi::cli {
namespace {

using codec::JsonWriter;

constexpr std::size_t page = 512;
constexpr std::size_t tiles_kept = 256;

// The file cannot be written; the text says which and why.
class WriteFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A file of that name is there: what was exported before is evidence, and stays.
class FileIsThere : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Gives a file its name where no other has it; false with errno EEXIST where one does.
bool take_name(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  // A file system that cannot do both at once.
  struct stat there {};
  if (::lstat(to.c_str(), &there) == 0) {
    errno = EEXIST;
    return false;
  }
  return ::rename(from.c_str(), to.c_str()) == 0;
}

// Where the lines go: a file beside the one that is wanted, which takes its name at the end.
class Target {
 public:
  explicit Target(std::string file) : file_(std::move(file)) {
    if (file_ == "-") {
      out_ = stdout;
      return;
    }
    struct stat there {};
    if (::lstat(file_.c_str(), &there) == 0) throw FileIsThere(file_);
    part_ = fmt::format("{}.{}.part", file_, ::getpid());
    const int descriptor = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) fail();
    out_ = ::fdopen(descriptor, "wb");
    if (!out_) fail();
  }
  ~Target() {
    if (part_.empty()) return;
    if (out_) std::fclose(out_);
    ::unlink(part_.c_str());
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  void line(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), out_) != text.size() || std::fputc('\n', out_) == EOF) fail();
  }
  void finish() {
    if (std::fflush(out_) != 0) fail();
    if (part_.empty()) return;
    if (::fsync(::fileno(out_)) != 0) fail();
    const bool closed = std::fclose(std::exchange(out_, nullptr)) == 0;
    if (!closed) fail();
    if (!take_name(part_, file_)) {
      if (errno == EEXIST) throw FileIsThere(file_);
      fail();
    }
    part_.clear();
  }

 private:
  [[noreturn]] void fail() const { throw WriteFault(fmt::format("{}: {}", file_, std::strerror(errno))); }

  std::string file_, part_;
  std::FILE* out_ = nullptr;
};

std::string base64(std::string_view bytes) {
  return record::to_base64(bytes);
}

void write_digests(JsonWriter& out, const std::vector<record::Digest>& digests) {
  out.begin_array();
  for (const auto& digest : digests) out.value(base64(record::bytes_of(digest)));
  out.end_array();
}

struct Wanted {
  store::EventFilter filter;
  std::string incident;  // number
  bool all() const { return filter.incident.empty() && !filter.from && !filter.to; }
};

class Export {
 public:
  Export(store::Connection& owner, const Wanted& wanted, Target& target, const Output& output)
      : owner_(owner), wanted_(wanted), target_(target), output_(output) {}

  // False where there is nothing that is signed.
  bool run() {
    if (!begin()) return false;
    ProgressLine progress(output_);
    std::uint64_t next = 0;
    while (true) {
      store::Transaction transaction(owner_, store::Isolation::repeatable_read, store::Access::read_only);
      const auto read =
          store::read_events(transaction, wanted_.filter, next, end_, page, [&](store::StoredEvent event) {
            next = *event.sequence + 1;
            write(transaction, event);
          });
      if (read < page) break;
      progress.tell([&] {
        return Text{fmt::format("出来事 {} 件を書き出しました（{} まで / {}）", written_, next, end_),
                    fmt::format("{} written, up to {} of {}", counted(written_, "event"), next, end_)};
      });
    }
    std::string line;
    JsonWriter(line).begin_object().member("line", "end").member("events", written_).end_object();
    target_.line(line);
    return true;
  }

  std::uint64_t written() const { return written_; }
  std::uint64_t unsigned_events() const { return unsigned_; }
  std::uint64_t checkpoint_size() const { return trees_.back().checkpoint->size; }

 private:
  struct Tree {
    store::StoredOrigin origin;
    std::optional<store::StoredCheckpoint> checkpoint;
    std::optional<store::StoredCheckpoint> cosigned;  // the highest that a witness signed, where it is another
  };

  bool begin() {
    store::Transaction transaction(owner_, store::Isolation::repeatable_read, store::Access::read_only);
    for (auto& origin : store::read_origins(transaction)) {
      auto checkpoint = store::highest_checkpoint(transaction, origin.ordinal);
      auto cosigned = store::highest_cosigned_checkpoint(transaction, origin.ordinal);
      if (checkpoint && cosigned && cosigned->size == checkpoint->size) cosigned.reset();
      trees_.push_back({std::move(origin), std::move(checkpoint), std::move(cosigned)});
    }
    if (trees_.empty() || !trees_.back().checkpoint) return false;
    end_ = trees_.back().origin.origin.first_sequence + trees_.back().checkpoint->size;
    const auto sealing = store::read_sealing(transaction);
    unsigned_ = sealing.highest_after - std::min(sealing.highest_after, end_) + sealing.unnumbered;
    write_header(transaction);
    return true;
  }

  void write_header(store::Transaction& transaction) {
    std::string line;
    JsonWriter out(line);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    out.begin_object().member("line", "header").member("format", "noroshi-record/1");
    out.member("made_at", format_rfc3339(Timestamp(now.time_since_epoch())));
    out.name("range").begin_object();
    if (!wanted_.incident.empty()) out.member("incident", wanted_.incident);
    if (wanted_.filter.from) out.member("from", format_rfc3339(*wanted_.filter.from));
    if (wanted_.filter.to) out.member("to", format_rfc3339(*wanted_.filter.to));
    out.end_object().member("proofs", wanted_.all() ? "whole" : "each");
    out.name("origins").begin_array();
    for (const auto& tree : trees_)
      out.begin_object()
          .member("name", tree.origin.origin.name)
          .member("first_sequence", tree.origin.origin.first_sequence)
          .end_object();
    out.end_array().name("keys").begin_array();
    std::vector<store::StoredOrigin> origins;
    for (const auto& tree : trees_) origins.push_back(tree.origin);
    for (const auto& key : store::note_keys(origins, store::read_record_keys(transaction)))
      out.value(record::to_string(key));
    for (const auto& witness : store::read_witnesses(transaction)) out.value(record::to_string(witness.key));
    out.end_array().name("actor_keys").begin_array();
    for (const auto& key : store::read_actor_keys(transaction)) out.value(record::to_base64(key.public_key));
    out.end_array().name("checkpoints").begin_array();
    for (const auto& tree : trees_)
      for (const auto* checkpoint : {&tree.checkpoint, &tree.cosigned})
        if (*checkpoint) out.value((*checkpoint)->whole_note());
    out.end_array().name("consistency").begin_array();
    for (const auto& tree : trees_) write_consistency(out, transaction, tree);
    out.end_array().end_object();
    target_.line(line);
  }

  void write_consistency(JsonWriter& out, store::Transaction& transaction, const Tree& tree) {
    if (wanted_.all() || !tree.checkpoint || !tree.cosigned) return;
    std::vector<record::Digest> proof;
    try {
      proof = record::consistency_proof(tree.cosigned->size, tree.checkpoint->size,
                                        nodes_of(transaction, tree.origin.ordinal));
    } catch (const std::out_of_range&) {
      return;  // tiles that are not there connect nothing; record verify names them
    }
    out.begin_object()
        .member("origin", tree.origin.origin.name)
        .member("from", tree.cosigned->size)
        .member("to", tree.checkpoint->size)
        .name("proof");
    write_digests(out, proof);
    out.end_object();
  }

  void write(store::Transaction& transaction, const store::StoredEvent& event) {
    line_.clear();
    JsonWriter out(line_);
    out.begin_object().member("line", "event").member("sequence", *event.sequence).member("leaf", base64(event.leaf));
    out.member("leaf_sha256", record::to_hex(record::bytes_of(record::leaf_hash(event.leaf))));
    bool digest_is_there = false;
    out.name("openings").begin_object();
    for (const auto& opening : event.openings) {
      digest_is_there = digest_is_there || opening.field == "sha256";
      out.name(opening.field)
          .begin_object()
          .member("salt", base64(record::bytes_of(opening.salt)))
          .member("value", base64(opening.value))
          .end_object();
    }
    out.end_object();
    // The bytes of a report whose SHA-256 was erased were erased with it.
    if (event.type == "report.received" && digest_is_there)
      if (const auto report = store::read_report(transaction, event.id)) out.member("report", base64(*report));
    if (!wanted_.all()) write_proof(out, transaction, *event.sequence);
    out.end_object();
    target_.line(line_);
    ++written_;
  }

  void write_proof(JsonWriter& out, store::Transaction& transaction, std::uint64_t sequence) {
    const Tree* of = &trees_.front();
    for (const auto& tree : trees_)
      if (tree.origin.origin.first_sequence <= sequence) of = &tree;
    const auto index = sequence - of->origin.origin.first_sequence;
    // Of an earlier tree that was lost before it was signed for.
    if (!of->checkpoint || index >= of->checkpoint->size) return;
    const auto mark = out.mark();
    try {
      out.name("proof");
      write_digests(out,
                    record::inclusion_proof(index, of->checkpoint->size, nodes_of(transaction, of->origin.ordinal)));
    } catch (const std::out_of_range&) {
      out.rewind(mark);  // tiles that are not there prove nothing; record verify names them
    }
  }

  // Tiles that were read serve the proofs that follow; no more of them are kept than fit a few megabytes. One at the
  // edge may grow meanwhile: the proofs lead to checkpoints that were signed before, and need no more of it.
  record::NodeReader nodes_of(store::Transaction& transaction, int origin) {
    return record::node_reader([this, &transaction, origin](const record::TileId& id) {
      const auto key = std::pair{origin, id};
      const auto known = tiles_.find(key);
      if (known != tiles_.end()) return known->second;
      if (tiles_.size() >= tiles_kept) tiles_.clear();
      return tiles_[key] = store::read_tile(transaction, origin, id).value_or(std::string());
    });
  }

  store::Connection& owner_;
  const Wanted& wanted_;
  Target& target_;
  const Output& output_;
  std::vector<Tree> trees_;
  std::uint64_t end_ = 0;  // no event from here on
  std::uint64_t written_ = 0, unsigned_ = 0;
  std::map<std::pair<int, record::TileId>, std::string> tiles_;
  std::string line_;
};

// As a shell takes it.
std::string quoted(const std::string& file) {
  constexpr std::string_view harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,:+@%=";
  if (file.find_first_not_of(harmless) == std::string::npos) return file;
  std::string text = "'";
  for (const char letter : file) text += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return text + "'";
}

Text range_of(const Wanted& wanted) {
  if (!wanted.incident.empty())
    return {fmt::format("インシデント {}", wanted.incident), fmt::format("incident {}", wanted.incident)};
  if (wanted.all()) return {"記録の全体", "the whole record"};
  const auto &from = wanted.filter.from, &to = wanted.filter.to;
  return {fmt::format("{}{}", from ? shown_second(*from) + " 以後" : "",
                      to ? fmt::format("{}{} より前", from ? "、" : "", shown_second(*to)) : ""),
          fmt::format("{}{}", from ? "from " + shown_second(*from) + " on" : "",
                      to ? fmt::format("{}before {}", from ? ", " : "", shown_second(*to)) : "")};
}

// 取扱制限 of the label that the case has, as the record says: an export of the case holds its content. That of the whole record is
// evidence, and no copy of the case.
bool forbids_export(store::Connection& owner, const std::string& incident) {
  store::EventFilter labels;
  labels.incident = incident;
  labels.type = core::type_of(core::LabelGiven{});
  core::Label label;
  std::uint64_t next = 0;
  for (std::size_t read = page; read == page;) {
    store::Transaction transaction(owner, store::Isolation::repeatable_read, store::Access::read_only);
    read = store::read_events(transaction, labels, next, ~std::uint64_t{0}, page, [&](const store::StoredEvent& stored) {
      next = *stored.sequence + 1;
      const auto event = record::decode(stored.leaf, stored.openings);
      if (const auto* given = event ? std::get_if<core::LabelGiven>(&event->what) : nullptr) label = given->label;
    });
  }
  return core::restricts(label, core::Restriction::no_export);
}

void tell_done(const Export& done, const Wanted& wanted, const std::string& file, const Output& output) {
  const auto range = range_of(wanted);
  const auto name = file == "-" ? Text{"標準出力", "standard output"} : Text{file, file};
  complain(output, {fmt::format("{}: {}、出来事 {} 件、チェックポイント {} 件まで。", name.ja, range.ja, done.written(),
                                done.checkpoint_size()),
                    fmt::format("{}: {}, {}, checkpoint of size {}", name.en, range.en,
                                counted(done.written(), "event"), done.checkpoint_size())});
  if (done.written() == 0) complain(output, {"この範囲に出来事はありません。", "there are no events in this range"});
  if (done.unsigned_events() > 0)
    complain(output, {fmt::format("まだ署名されていない {} 件は含まれません。", done.unsigned_events()),
                      fmt::format("{} not signed for yet left out", counted(done.unsigned_events(), "event"))});
  if (file == "-") return;
  complain(output, {fmt::format("検証: noroshi record verify {} --key 公開された鍵", quoted(file)),
                    fmt::format("check it by: noroshi record verify {} --key PUBLISHED_KEY", quoted(file))});
}

}  // namespace

int run(const RecordExportOptions& options, const Output& output) {
  Wanted wanted;
  const auto from = read_bound("--from", options.from), to = read_bound("--to", options.to);
  for (const auto* time : {&from, &to})
    if (!*time) {
      complain(output, time->error());
      return exit_usage;
    }
  wanted.filter.from = *from;
  wanted.filter.to = *to;
  wanted.incident = options.incident;
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    store::Connection owner(store::for_migrations(visit.settings()), store::DatabaseRole::owner);
    if (!wanted.incident.empty()) {
      const auto incident = find_recorded_incident(owner, wanted.incident, output);
      if (!incident) return incident.error();
      wanted.filter.incident = incident->id;
      wanted.incident = incident->number;
      if (forbids_export(owner, incident->id)) {
        complain(output,
                 {fmt::format("{} の取扱制限（持出禁止・複製禁止など）により、このインシデントだけの書き出しはできません。制限を改めるには、"
                              "格付の決定者又はその上司が handling を改めた続報を送ってください。監査には記録の全体（--incident なし）を書き出します。",
                              incident->number),
                  fmt::format("the handling restriction of {} (no export, no copies) forbids a file of this incident; to lift it, who decided "
                              "its label or a superior sends a follow-up with another handling; for an audit export the whole record "
                              "(without --incident)",
                              incident->number)});
        return exit_failed;
      }
    }
    try {
      Target target(options.file);
      Export exporting(owner, wanted, target, output);
      if (!exporting.run()) {
        complain(output,
                 {"署名されたチェックポイントがまだありません。noroshid が動いていれば数秒後に再実行してください。",
                  "no checkpoint is signed yet; where noroshid runs, try again in some seconds"});
        return exit_failed;
      }
      target.finish();
      tell_done(exporting, wanted, options.file, output);
    } catch (const FileIsThere& there) {
      complain(output, {fmt::format("{} は既にあります。上書きしません。別の名前を指定してください。", there.what()),
                        fmt::format("{} is there already and is not overwritten: choose another name", there.what())});
      return exit_usage;
    } catch (const WriteFault& error) {
      complain(output,
               {fmt::format("書き出せません: {}", error.what()), fmt::format("cannot write: {}", error.what())});
      return exit_failed;
    }
    return exit_ok;
  });
}

}  // namespace noroshi::cli
