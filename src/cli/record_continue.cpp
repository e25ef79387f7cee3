#include "src/cli/record_continue.h"

#include <pwd.h>
#include <unistd.h>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "src/app/record_words.h"
#include "src/record/encodings.h"
#include "src/store/migrations.h"
#include "src/store/record_acts.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

int tell(const store::NotNeeded& fine, const Output& output) {
  complain(
      output,
      {fmt::format("記録 {} の {} 件は署名済みのものと一致しています。新しい木は始めません。", fine.origin, fine.size),
       fmt::format("nothing is wrong with the record {}: its {} events are what was signed; no new tree is "
                   "begun",
                   fine.origin, fine.size)});
  return exit_failed;
}

int tell(const store::Continued& done, const Output& output) {
  if (output.json) {
    print_line(
        json::serialize(json::value{{"origin", done.origin},
                                    {"highest",
                                     {{"origin", done.highest.origin},
                                      {"size", done.highest.size},
                                      {"root", record::to_base64(record::bytes_of(done.highest.root))}}},
                                    {"held_size", done.begun_before ? json::value() : json::value(done.held_size)},
                                    {"begun_before", done.begun_before}}));
    return exit_ok;
  }
  if (done.begun_before) {
    print_line(output({fmt::format("木 {} は既に始まっています。このデーモンもこれを続けます。", done.origin),
                       fmt::format("the tree {} has begun already; this daemon goes on with it", done.origin)}));
    return exit_ok;
  }
  print_line(output(
      {fmt::format("新しい木 {} を始めました。\n  署名済みの最高位: {} の {} 件\n  データベースにあった記録: {} 件\n"
                   "失われた出来事は、控えや受領証と照らして調べてください。",
                   done.origin, done.highest.origin, done.highest.size, done.held_size),
       fmt::format("the tree {} has begun\n  highest head signed: {} events of {}\n  held by the database: {} "
                   "events\nfind out what was lost from copies and receipts.",
                   done.origin, done.highest.size, done.highest.origin, done.held_size)}));
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
      return std::visit(
          [&](const auto& outcome) { return tell(outcome, output); },
          store::continue_record(owner, kept, options.reason, store::operator_at_machine(name_of_user())));
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
