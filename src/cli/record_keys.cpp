#include "src/cli/record_keys.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "src/app/record_keys.h"
#include "src/cli/record_continue.h"
#include "src/cli/table.h"
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

// Root makes files for whoever runs the daemon.
void give_to_daemon(const std::filesystem::path& data, const std::filesystem::path& path) {
  struct stat owner {};
  if (::geteuid() == 0 && ::stat(data.c_str(), &owner) == 0 && ::lchown(path.c_str(), owner.st_uid, owner.st_gid) != 0)
    throw app::SigningKeyFault(fmt::format("cannot give {} to the owner of {}", path.string(), data.string()));
}

std::string when(const std::optional<Timestamp>& at) {
  return at ? format_rfc3339(*at) : std::string();
}

int with_key_faults(const Output& output, const std::function<int()>& command) {
  try {
    return command();
  } catch (const app::SigningKeyFault& fault) {
    complain(output, {fault.what(), fault.what()});
    return exit_configuration;
  }
}

}  // namespace

int run(const RecordKeysOptions& options, const Output& output) {
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    const auto owner = visit.owner_of_current_schema();
    const auto origins = store::record_origins(*owner);
    const bool ja = output.language == Language::ja;
    Table table(ja ? std::vector<std::string>{"ID", "登録", "廃止"}
                   : std::vector<std::string>{"id", "registered", "retired"});
    json::array items;
    std::string pins;
    for (const auto& key : store::record_keys(*owner)) {
      json::array forms;
      for (const auto& origin : origins)
        forms.emplace_back(to_string(record::NoteKey{origin, record::KeyKind::log, key.key}));
      for (const auto& form : forms) pins += std::string(form.as_string()) + '\n';
      const auto retired = key.retired_at ? json::value(when(key.retired_at)) : json::value();
      items.push_back(
          {{"id", key.id}, {"registered_at", when(key.registered_at)}, {"retired_at", retired}, {"keys", forms}});
      table.add_row({key.id, shown_time(when(key.registered_at)), shown_time(when(key.retired_at))});
    }
    print(output.json ? json::serialize(json::value{{"items", items}, {"next", nullptr}}) + '\n'
                      : table.render(terminal_width()) + '\n' + pins);
    return exit_ok;
  });
}

int run(const RotateKeyOptions& options, const Output& output) {
  if (!has_folder(options.database, output)) return exit_usage;
  return with_database(options.database, output, [&]() -> int {
    return with_key_faults(output, [&]() -> int {
      const DatabaseVisit visit(options.database, output);
      const auto owner = visit.owner_of_current_schema();
      const auto folder = key_folder(options.database);
      const auto id =
          app::RecordKeys::add(folder, *owner, store::operator_at_machine(name_of_user()), [&](const auto& file) {
            give_to_daemon(options.database.data, folder);
            give_to_daemon(options.database.data, file);
          });
      print_line(output.json ? json::serialize(json::value{{"id", id}}) : id);
      return exit_ok;
    });
  });
}

int run(const RetireKeyOptions& options, const Output& output) {
  if (!has_folder(options.database, output)) return exit_usage;
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    const auto owner = visit.owner_of_current_schema();
    if (!store::retire_record_key(*owner, options.key, options.reason, store::operator_at_machine(name_of_user()))) {
      complain(
          output,
          {fmt::format("{} は使用中の鍵ではないか、ほかに鍵がありません。先に rotate-key で追加してください。",
                       options.key),
           fmt::format("{} is no key that signs, or there is no other one: add one first by rotate-key", options.key)});
      return exit_failed;
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
