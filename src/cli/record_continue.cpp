#include "src/cli/record_continue.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "src/app/record_words.h"
#include "src/record/encodings.h"
#include "src/record/merkle.h"
#include "src/store/migrations.h"
#include "src/store/record_acts.h"
#include "src/store/record_reader.h"
#include "src/store/record_state.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

// How far what the database holds is what was signed.
struct Agreement {
  std::uint64_t first_sequence = 0;
  std::uint64_t agreed = 0;              // the largest size of a signed head of which these events are the first leaves
  std::uint64_t lost = 0, in_place = 0;  // signed ones after that, and what the database held there: at most
};

// Hashes the events of the tree that ended, and compares the root at the size of every head that the database knows,
// and of the highest one known outside. Nothing where that one is of a tree that the database does not have.
std::optional<Agreement> compare(store::Connection& owner, const store::Continued& done) {
  constexpr std::size_t page = 512;
  store::Transaction transaction(owner, store::Isolation::repeatable_read, store::Access::read_only);
  const auto origins = store::read_origins(transaction);
  const auto ended = std::find_if(origins.begin(), origins.end(),
                                  [&](const auto& origin) { return origin.origin.name == done.highest.origin; });
  if (ended == origins.end() || std::next(ended) == origins.end() || std::next(ended)->origin.name != done.origin)
    return std::nullopt;
  Agreement agreement{ended->origin.first_sequence};
  const auto end = std::next(ended)->origin.first_sequence;
  record::CompactRange range;
  std::vector<store::StoredCheckpoint> heads;
  std::size_t next_head = 0;
  for (auto next = agreement.first_sequence; next < end;) {
    const auto from = range.size();
    heads = store::read_checkpoints(transaction, ended->ordinal, static_cast<std::int64_t>(from), from + page, page);
    next_head = 0;
    bool whole = true;
    const auto most = std::min<std::uint64_t>(page, end - next);
    const auto read = store::read_events(transaction, next, most, [&](const store::StoredEvent& event) {
      whole = whole && *event.sequence == agreement.first_sequence + range.size();
      if (!whole) return;
      range.append(record::leaf_hash(event.leaf));
      if (next_head < heads.size() && heads[next_head].size == range.size() &&
          heads[next_head++].root == record::bytes_of(range.root()))
        agreement.agreed = range.size();
      if (range.size() == done.highest.size && range.root() == done.highest.root) agreement.agreed = range.size();
    });
    if (read < most || !whole) break;
    next += read;
  }
  agreement.lost = done.highest.size - std::min(done.highest.size, agreement.agreed);
  agreement.in_place = done.held_size - std::min(done.held_size, agreement.agreed);
  return agreement;
}

Text words_of(const Agreement& agreement) {
  const auto last = agreement.first_sequence + agreement.agreed;
  const auto agreed =
      agreement.agreed == 0
          ? Text{"一致を示せる出来事はありません", "no event can be shown to be what was signed"}
          : Text{fmt::format("最初の {} 件（通番 {} まで）は署名済みのものと一致", agreement.agreed, last - 1),
                 fmt::format("the first {} agree with what was signed, up to number {}",
                             counted(agreement.agreed, "event"), last - 1)};
  return {
      fmt::format("\n  {}\n  その後の署名済みで失われた出来事: 最大 {} 件\n  その位置にある未署名の出来事: 最大 {} 件",
                  agreed.ja, agreement.lost, agreement.in_place),
      fmt::format("\n  {}\n  signed after that and lost: at most {}\n  unsigned in their place: at most {}", agreed.en,
                  counted(agreement.lost, "event"), counted(agreement.in_place, "event"))};
}

int tell(const store::NotNeeded& fine, const std::optional<Agreement>&, const Output& output) {
  complain(
      output,
      {fmt::format("記録 {} の {} 件は署名済みのものと一致しています。新しい木は始めません。", fine.origin, fine.size),
       fmt::format("nothing is wrong with the record {}: it holds what was signed, {}; no new tree is begun",
                   fine.origin, counted(fine.size, "event"))});
  return exit_failed;
}

int tell(const store::Continued& done, const std::optional<Agreement>& agreement, const Output& output) {
  if (output.json) {
    const auto known = [&](std::uint64_t Agreement::*count) {
      return agreement ? json::value((*agreement).*count) : json::value();
    };
    print_line(
        json::serialize(json::value{{"origin", done.origin},
                                    {"highest",
                                     {{"origin", done.highest.origin},
                                      {"size", done.highest.size},
                                      {"root", record::to_base64(record::bytes_of(done.highest.root))}}},
                                    {"held_size", done.begun_before ? json::value() : json::value(done.held_size)},
                                    {"agreed_size", known(&Agreement::agreed)},
                                    {"lost_at_most", known(&Agreement::lost)},
                                    {"unsigned_in_place_at_most", known(&Agreement::in_place)},
                                    {"begun_before", done.begun_before}}));
    return exit_ok;
  }
  if (done.begun_before) {
    print_line(output({fmt::format("木 {} は既に始まっています。このデーモンもこれを続けます。", done.origin),
                       fmt::format("the tree {} has begun already; this daemon goes on with it", done.origin)}));
    return exit_ok;
  }
  const auto loss = agreement ? words_of(*agreement) : Text{};
  print_line(output(
      {fmt::format("新しい木 {} を始めました。\n  署名済みの最高位: {} の {} 件\n  データベースにあった記録: {} 件{}\n"
                   "失われた出来事は、控えや受領証と照らして調べてください。",
                   done.origin, done.highest.origin, done.highest.size, done.held_size, loss.ja),
       fmt::format("the tree {} has begun\n  highest head signed: {} of {}\n  held by the database: {}{}\n"
                   "find out what was lost from copies and receipts.",
                   done.origin, counted(done.highest.size, "event"), done.highest.origin,
                   counted(done.held_size, "event"), loss.en)}));
  return exit_ok;
}

}  // namespace

std::string name_of_user() {
  const auto* user = ::getpwuid(::getuid());
  return user ? user->pw_name : fmt::format("uid {}", ::getuid());
}

int run(const RecordContinueOptions& options, const Output& output) {
  if (options.database.data.empty()) {
    complain(output, {"署名の控えがあるデータフォルダーを --data DIR で指定してください。",
                      "name the daemon's data folder by --data DIR: the head kept is there"});
    return exit_usage;
  }
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    visit.owner_of_current_schema();
    store::Connection owner(store::for_migrations(visit.settings()), store::DatabaseRole::owner);
    store::KeptCheckpoint kept(options.database.data / "record");
    try {
      const auto outcome =
          store::continue_record(owner, kept, options.reason, store::operator_at_machine(name_of_user()));
      std::optional<Agreement> agreement;
      if (const auto* done = std::get_if<store::Continued>(&outcome); done && !done->begun_before) {
        try {
          agreement = compare(owner, *done);
        } catch (const store::DatabaseError&) {
          // The tree has begun; only the account of the loss is missing.
        }
      }
      return std::visit([&](const auto& what) { return tell(what, agreement, output); }, outcome);
    } catch (const store::RecordFault& fault) {
      const auto words = app::words_of(fault);
      complain(output, {words.ja, words.en});
      return exit_failed;
    } catch (const store::KeptCheckpointFault& fault) {
      complain(output, {fault.what(), fault.what()});
      return exit_configuration;
    }
  });
}

}  // namespace noroshi::cli
