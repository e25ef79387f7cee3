#include "src/cli/record_keys.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "src/app/record_keys.h"
#include "src/cli/chronology.h"
#include "src/cli/record_continue.h"
#include "src/store/record_acts.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

std::filesystem::path key_folder(const DatabaseOptions& options) {
  return options.data / "keys" / "record";
}

bool has_folder(const DatabaseOptions& options, const Output& output) {
  if (!options.data.empty()) return true;
  complain(output, {"鍵があるデータフォルダーを --data DIR で指定してください。",
                    "name the daemon's data folder by --data DIR: the keys are there"});
  return false;
}

std::string when(const std::optional<Timestamp>& at) {
  return at ? format_rfc3339(*at) : std::string();
}

std::vector<std::string> note_forms(const store::RecordKey& key, const std::vector<std::string>& origins) {
  std::vector<std::string> forms;
  for (const auto& origin : origins) forms.push_back(to_string(record::NoteKey{origin, record::KeyKind::log, key.key}));
  return forms;
}

json::array as_json(const std::vector<std::string>& words) {
  json::array list;
  for (const auto& word : words) list.emplace_back(word);
  return list;
}

// Lines of a file of keys: each key alone on its line, under one that begins with # and says what it is.
std::string key_lines(const store::RecordKey& key, const std::vector<std::string>& origins, const Output& output) {
  const auto state = key.retired_at ? Text{fmt::format("{} に廃止", shown_second(*key.retired_at)),
                                           fmt::format("retired {}", shown_second(*key.retired_at))}
                                    : Text{"使用中", "in use"};
  const auto forms = note_forms(key, origins);
  std::string lines;
  for (std::size_t i = 0; i < forms.size(); ++i) {
    const auto latest = i + 1 == forms.size() ? Text{"", ""} : Text{"（終わった木）", " (which has ended)"};
    lines += output({fmt::format("# 鍵 {}　{}　登録 {}　木 {}{}\n", key.id, state.ja, shown_second(key.registered_at),
                                 origins[i], latest.ja),
                     fmt::format("# key {}, {}, registered {}, for the tree {}{}\n", key.id, state.en,
                                 shown_second(key.registered_at), origins[i], latest.en)}) +
             forms[i] + '\n';
  }
  if (forms.empty())
    lines += output(
        {fmt::format("# 鍵 {}　{}　登録 {}　木はまだありません\n", key.id, state.ja, shown_second(key.registered_at)),
         fmt::format("# key {}, {}, registered {}; there is no tree yet\n", key.id, state.en,
                     shown_second(key.registered_at))});
  return lines;
}

// Why a key was not retired.
int tell_not_retired(const std::vector<store::RecordKey>& keys, const std::string& id, const Output& output) {
  const auto found = std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return key.id == id; });
  if (found == keys.end()) {
    complain(output, {fmt::format("鍵 {} はありません。ID は noroshi record keys で確認してください。", id),
                      fmt::format("there is no key {}; see noroshi record keys for the ids", id)});
    return exit_failed;
  }
  if (found->retired_at) {
    complain(output, {fmt::format("鍵 {} は {} に既に廃止されています。", id, shown_second(*found->retired_at)),
                      fmt::format("key {} was retired already, {}", id, shown_second(*found->retired_at))});
    return exit_usage;
  }
  complain(
      output,
      {fmt::format("鍵 {} はただ一つの使用中の鍵です。先に noroshi record rotate-key で次の鍵を追加してください。", id),
       fmt::format("key {} is the only one that signs; add the next one first: noroshi record rotate-key", id)});
  return exit_usage;
}

}  // namespace

int run(const RecordKeysOptions& options, const Output& output) {
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    const auto owner = visit.owner_of_current_schema();
    const auto origins = store::record_origins(*owner);
    json::array items;
    std::string lines;
    for (const auto& key : store::record_keys(*owner)) {
      const auto retired = key.retired_at ? json::value(when(key.retired_at)) : json::value();
      items.push_back({{"id", key.id},
                       {"registered_at", when(key.registered_at)},
                       {"retired_at", retired},
                       {"keys", as_json(note_forms(key, origins))}});
      lines += key_lines(key, origins, output);
    }
    print(output.json ? json::serialize(json::value{{"items", items}, {"next", nullptr}}) + '\n' : lines);
    return exit_ok;
  });
}

int run(const RotateKeyOptions& options, const Output& output) {
  if (!has_folder(options.database, output)) return exit_usage;
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    const auto owner = visit.owner_of_current_schema();
    const auto folder = key_folder(options.database);
    const auto id =
        app::RecordKeys::add(folder, *owner, store::operator_at_machine(name_of_user()), [&](const auto& file) {
          give_to_daemon(options.database.data, folder);
          give_to_daemon(options.database.data, file);
        });
    const auto origins = store::record_origins(*owner);
    std::string lines, before;
    json::array forms;
    for (const auto& key : store::record_keys(*owner)) {
      if (key.id == id) {
        lines = key_lines(key, origins, output);
        forms = as_json(note_forms(key, origins));
      } else if (!key.retired_at) {
        before += (before.empty() ? "" : ", ") + key.id;
      }
    }
    if (output.json) {
      print_line(json::serialize(json::value{{"id", id}, {"keys", forms}}));
      return exit_ok;
    }
    print(lines);
    complain(output, {fmt::format("鍵 {} を追加しました。デーモンは次のチェックポイントから両方の鍵で署名します。"
                                  "上の行を、記録を検証する全員と証人に公開してください。",
                                  id),
                      fmt::format("key {} was added; the daemon signs with both from its next checkpoint on. Publish "
                                  "the lines above to all who verify the record, and to its witnesses",
                                  id)});
    if (!before.empty())
      complain(
          output,
          {fmt::format("行き渡ったら、前の鍵（{}）を noroshi record retire-key ID --reason 理由 で廃止してください。",
                       before),
           fmt::format("once all have it, retire the one before ({}): noroshi record retire-key ID "
                       "--reason TEXT",
                       before)});
    return exit_ok;
  });
}

int run(const RetireKeyOptions& options, const Output& output) {
  if (!has_folder(options.database, output)) return exit_usage;
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    const auto owner = visit.owner_of_current_schema();
    const bool retired =
        store::retire_record_key(*owner, options.key, options.reason, store::operator_at_machine(name_of_user()));
    const auto keys = store::record_keys(*owner);
    if (!retired) return tell_not_retired(keys, options.key, output);
    std::vector<std::string> left;
    for (const auto& key : keys)
      if (!key.retired_at) left.push_back(key.id);
    if (output.json) {
      print_line(json::serialize(json::value{{"retired", options.key}, {"signing", as_json(left)}}));
    } else {
      const auto others = fmt::format("{}", fmt::join(left, ", "));
      print_line(
          output({fmt::format("鍵 {} を廃止しました。この鍵がした署名は有効なままです。これからは {} で署名します。",
                              options.key, others),
                  fmt::format("key {} is retired; what it signed stays good. The record is signed with {} now.",
                              options.key, others)}));
    }
    // What may sign no more is only a risk. Of another daemon's key the file is not here.
    std::error_code error;
    std::filesystem::remove(key_folder(options.database) / (options.key + ".pem"), error);
    if (error)
      complain(output, {fmt::format("秘密鍵のファイルを削除できません: {}", error.message()),
                        fmt::format("the file of its private half could not be removed: {}", error.message())});
    return exit_ok;
  });
}

}  // namespace noroshi::cli
