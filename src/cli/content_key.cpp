#include "src/cli/content_key.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <functional>

#include <fmt/format.h>

#include "src/app/content_key_files.h"
#include "src/cli/chronology.h"
#include "src/cli/progress_line.h"
#include "src/cli/table.h"
#include "src/store/clock.h"
#include "src/store/content_epochs.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

struct Visited {
  store::Connection& owner;
  std::filesystem::path folder;
  store::ContentKeys& keys;
  std::vector<store::ContentEpoch> epochs;
  std::string in_use;

  const store::ContentEpoch* find(const std::string& name) const {
    const auto found = std::find_if(epochs.begin(), epochs.end(), [&](const auto& epoch) { return epoch.name == name; });
    return found == epochs.end() ? nullptr : &*found;
  }
};

int visit_keys(const DatabaseOptions& options, const Output& output, const std::function<int(Visited&)>& command) {
  return with_database(options, output, [&]() -> int {
    const auto folder = content_key_folder(options);
    if (folder.empty()) {
      complain(output, {"鍵のフォルダーを --data DIR か --content-keys DIR で指定してください。",
                        "name the folder of the keys by --data DIR or --content-keys DIR"});
      return exit_usage;
    }
    try {
      const DatabaseVisit visit(options, output);
      const auto owner = visit.owner_of_current_schema();
      store::ContentKeys keys([&] { return app::read_content_keys(folder); });
      Visited visited{*owner, folder, keys, store::list_content_epochs(*owner), store::content_epoch_in_use(*owner).value_or("")};
      return command(visited);
    } catch (const store::ContentUnreadable& error) {
      complain(output, {error.what(), error.what()});
      return exit_failed;
    }
  });
}

bool is_here(const Visited& visited, const store::ContentEpoch& epoch) {
  return visited.keys.fingerprint(epoch.name) == epoch.fingerprint;
}

Text state_of(const Visited& visited, const store::ContentEpoch& epoch) {
  if (epoch.dropped_at) return {"廃棄済み", "dropped"};
  if (epoch.name == visited.in_use) return {"使用中", "in use"};
  return epoch.used_from ? Text{"以前の鍵", "before"} : Text{"未使用", "not used yet"};
}

int no_such(const std::string& epoch, const Output& output) {
  complain(output, {fmt::format("鍵 {} はありません。noroshi content-key list で確認してください。", epoch),
                    fmt::format("there is no key {}; see noroshi content-key list", epoch)});
  return exit_failed;
}

int not_here(const Visited& visited, const std::string& epoch, const Output& output) {
  const auto path = (visited.folder / (epoch + ".key")).string();
  complain(output, {fmt::format("{} がないか、別の鍵です。ほかのデーモンの機器か鍵の控えから複製してください。", path),
                    fmt::format("{} is missing or another key: copy it from another daemon's machine or from the backup of the keys", path)});
  return exit_failed;
}

}  // namespace

int run(const ContentKeyListOptions& options, const Output& output) {
  return visit_keys(options.database, output, [&](Visited& visited) {
    const bool ja = output.language == Language::ja;
    Table table(ja ? std::vector<std::string>{"鍵", "状態", "案件数", "この機器の鍵ファイル", "使用開始（日本時間）"}
                   : std::vector<std::string>{"KEY", "STATE", "CASES", "FILE HERE", "USED FROM (JST)"});
    json::array items;
    for (const auto& epoch : visited.epochs) {
      const bool here = is_here(visited, epoch);
      items.push_back({{"epoch", epoch.name},
                       {"state", state_of(visited, epoch).en},
                       {"cases", epoch.cases},
                       {"here", here},
                       {"used_from", epoch.used_from ? json::value(format_rfc3339(*epoch.used_from)) : json::value()}});
      table.add_row({epoch.name, output(state_of(visited, epoch)), std::to_string(epoch.cases),
                     output(here ? Text{"あり", "yes"} : Text{"なし", "no"}),
                     epoch.used_from ? shown_second(*epoch.used_from) : std::string("-")});
    }
    print(output.json ? json::serialize(json::value{{"items", items}, {"next", nullptr}}) + '\n' : table.render(terminal_width()));
    return exit_ok;
  });
}

int run(const ContentKeyAddOptions& options, const Output& output) {
  return visit_keys(options.database, output, [&](Visited& visited) -> int {
    const auto epoch = options.epoch.empty() ? app::epoch_of(store::shown_time(visited.owner)) : options.epoch;
    if (visited.find(epoch)) {
      complain(output, {fmt::format("鍵 {} は既にあります。別の名前を --epoch で付けてください。", epoch),
                        fmt::format("there is a key {} already: give another name by --epoch", epoch)});
      return exit_failed;
    }
    // One that is there was made by a run that was ended before it could say so.
    const bool is_there = visited.keys.has(epoch);
    const auto path = is_there ? visited.folder / (epoch + ".key") : app::make_content_key(visited.folder, epoch);
    give_to_daemon(visited.folder.parent_path(), visited.folder);
    give_to_daemon(visited.folder, path);
    store::register_content_epoch(visited.owner, epoch, visited.keys.fingerprint(epoch).value());
    print_line(output.json ? json::serialize(json::value{{"epoch", epoch}, {"file", path.string()}}) : path.string());
    complain(output,
             {fmt::format("鍵を作成しました。この鍵ファイルを、同じデータベースを使うすべてのデーモンの機器と、データベースの控えとは"
                          "別の場所に複製してから、noroshi content-key use {} で使い始めてください。",
                          epoch),
              fmt::format("the key was made. Copy the file to the machine of every daemon on this database, and to where keys are "
                          "kept apart from the database's backups; then: noroshi content-key use {}",
                          epoch)});
    return exit_ok;
  });
}

int run(const ContentKeyUseOptions& options, const Output& output) {
  return visit_keys(options.database, output, [&](Visited& visited) -> int {
    const auto* epoch = visited.find(options.epoch);
    if (!epoch || epoch->dropped_at) return no_such(options.epoch, output);
    if (!is_here(visited, *epoch)) return not_here(visited, options.epoch, output);
    store::use_content_epoch(visited.owner, options.epoch);
    complain(output, {fmt::format("新しい案件は {} で封をします（稼働中のデーモンは10秒以内）。これまでの案件は noroshi content-key "
                                  "rewrap で切り替えます。",
                                  options.epoch),
                      fmt::format("new cases are wrapped by {} (a running daemon follows within ten seconds); those there are: "
                                  "noroshi content-key rewrap",
                                  options.epoch)});
    return exit_ok;
  });
}

int run(const ContentKeyRewrapOptions& options, const Output& output) {
  return visit_keys(options.database, output, [&](Visited& visited) -> int {
    const auto* epoch = visited.find(visited.in_use);
    if (!epoch || !is_here(visited, *epoch)) return not_here(visited, visited.in_use, output);
    visited.keys.use(visited.in_use);
    ProgressLine progress(output);
    std::uint64_t done = 0;
    for (store::Rewrapped some{1, 1}; some.done > 0;) {
      some = store::rewrap_some(visited.owner, visited.keys);
      done += some.done;
      progress.tell([&] {
        return Text{fmt::format("{} 件を切り替え、残り {} 件", done, some.left), fmt::format("{} done, {} left", done, some.left)};
      });
      // What is left and was not taken is held by another rewrapping, or came meanwhile by a daemon that lags behind.
      if (some.done == 0 && some.left > 0) {
        complain(output, {fmt::format("{} 件が残っています。少し待って、もう一度実行してください。", some.left),
                          fmt::format("{} are left: wait a moment and run it again", some.left)});
        return exit_failed;
      }
    }
    if (output.json) print_line(json::serialize(json::value{{"epoch", visited.in_use}, {"rewrapped", done}}));
    complain(output, {fmt::format("{} 件の案件の鍵を {} に切り替えました。内容は変わりません。", done, visited.in_use),
                      fmt::format("the keys of {} cases are wrapped by {} now; nothing of their content changed", done, visited.in_use)});
    return exit_ok;
  });
}

int run(const ContentKeyDropOptions& options, const Output& output) {
  return visit_keys(options.database, output, [&](Visited& visited) -> int {
    const auto* epoch = visited.find(options.epoch);
    if (!epoch) return no_such(options.epoch, output);
    if (!epoch->dropped_at && !store::drop_content_epoch(visited.owner, options.epoch)) {
      complain(output, {fmt::format("鍵 {} は{}ため、廃棄できません。", options.epoch,
                                    epoch->cases > 0 ? fmt::format("まだ {} 件の案件で使われている", epoch->cases) : "使用中の"),
                        epoch->cases > 0 ? fmt::format("key {} still wraps {} cases: noroshi content-key rewrap first", options.epoch, epoch->cases)
                                         : fmt::format("key {} is in use: add and use another one first", options.epoch)});
      return exit_failed;
    }
    std::error_code error;
    std::filesystem::remove(visited.folder / (options.epoch + ".key"), error);
    if (error) throw app::KeyFileFault(fmt::format("cannot delete {}.key: {}", options.epoch, error.message()));
    complain(output, {fmt::format("鍵 {} を廃棄しました。ほかの機器と控えの鍵ファイルも消してください。それで、この鍵の頃のデータベースの"
                                  "控えは読めなくなり、その後に消去した内容も残りません。",
                                  options.epoch),
                      fmt::format("key {} was dropped. Delete its file on the other machines and where keys are kept too: then every "
                                  "backup of the database from its time is unreadable, and what was erased since is gone from them",
                                  options.epoch)});
    return exit_ok;
  });
}

}  // namespace noroshi::cli
