#include "src/cli/record_witness.h"

#include <fmt/format.h>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "routing/time.h"
#include "src/cli/table.h"
#include "src/store/witnesses.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

std::string when(const std::optional<Timestamp>& at) {
  return at ? format_rfc3339(*at) : std::string();
}

json::value as_json(const store::WitnessRow& witness) {
  const auto time = [](const std::optional<Timestamp>& at) { return at ? json::value(format_rfc3339(*at)) : nullptr; };
  return json::value{{"name", witness.key.name},
                     {"key", record::to_string(witness.key)},
                     {"added_at", format_rfc3339(witness.added_at)},
                     {"removed_at", time(witness.removed_at)},
                     {"cosignatures", witness.cosignatures},
                     {"last_cosigned_at", time(witness.last_cosigned)}};
}

int tell_done(std::string_view outcome, const std::string& name, const Text& text, const Output& output) {
  print_line(output.json ? json::serialize(json::value{{"witness", name}, {"outcome", outcome}})
                         : printable(output(text)));
  return exit_ok;
}

// What an answer of the store means to the operator.
int tell(store::AddedWitness added, const std::string& name, const Output& output) {
  switch (added) {
    case store::AddedWitness::added:
      return tell_done("added", name,
                       {fmt::format("証人 {} を登録しました。連署を受け付けます。", name),
                        fmt::format("witness {} is registered; its cosignatures are taken now", name)},
                       output);
    case store::AddedWitness::there_already:
      return tell_done("there_already", name,
                       {fmt::format("証人 {} はこの鍵で既に登録されています。何も変えていません。", name),
                        fmt::format("witness {} is registered with this key already; nothing was changed", name)},
                       output);
    case store::AddedWitness::name_taken:
      complain(
          output,
          {fmt::format("証人 {} は別の鍵で登録されています。証人の鍵を替えるときは別の名前にしてください。", name),
           fmt::format("witness {} is registered with another key; give a witness with a new key a new name", name)});
      return exit_usage;
    case store::AddedWitness::key_taken:
      complain(output, {"この鍵は別の名前の証人として登録されています。", "this key is registered under another name"});
      return exit_usage;
  }
  return exit_internal;
}

}  // namespace

int run(const RecordWitnessAddOptions& options, const Output& output) {
  const auto key = record::parse_note_key(options.key);
  if (!key || key->kind != record::KeyKind::cosignature) {
    complain(
        output,
        {"証人の鍵ではありません。noroshi-witness key が出力する行（名前+ハッシュ+base64）をそのまま渡してください。",
         "this is no key of a witness; give the line that noroshi-witness key prints (name+hash+base64)"});
    return exit_usage;
  }
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    const auto owner = visit.owner_of_current_schema();
    return tell(store::add_witness(*owner, *key), key->name, output);
  });
}

int run(const RecordWitnessListOptions& options, const Output& output) {
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    const auto owner = visit.owner_of_current_schema();
    const bool ja = output.language == Language::ja;
    Table table(ja ? std::vector<std::string>{"名前", "連署数", "最後の連署（日本時間）", "登録（日本時間）",
                                              "解除（日本時間）", "鍵"}
                   : std::vector<std::string>{"name", "cosignatures", "last (+09:00)", "added (+09:00)",
                                              "removed (+09:00)", "key"});
    json::array items;
    for (const auto& witness : store::list_witnesses(*owner)) {
      items.push_back(as_json(witness));
      table.add_row({witness.key.name, std::to_string(witness.cosignatures), shown_time(when(witness.last_cosigned)),
                     shown_time(when(witness.added_at)), shown_time(when(witness.removed_at)),
                     record::to_string(witness.key)});
    }
    print(output.json ? json::serialize(json::value{{"items", items}, {"next", nullptr}}) + '\n'
                      : table.render(terminal_width()));
    return exit_ok;
  });
}

int run(const RecordWitnessRemoveOptions& options, const Output& output) {
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    const auto owner = visit.owner_of_current_schema();
    if (store::remove_witness(*owner, options.name))
      return tell_done("removed", options.name,
                       {fmt::format("証人 {} を解除しました。これまでの連署は残ります。", options.name),
                        fmt::format("witness {} is removed; its cosignatures up to now stay", options.name)},
                       output);
    for (const auto& witness : store::list_witnesses(*owner))
      if (witness.key.name == options.name) {
        complain(output, {fmt::format("証人 {} は {} に既に解除されています。", options.name, when(witness.removed_at)),
                          fmt::format("witness {} was removed already, {}", options.name, when(witness.removed_at))});
        return exit_failed;
      }
    complain(output,
             {fmt::format("証人 {} はありません。noroshi record witness list で確認してください。", options.name),
              fmt::format("there is no witness {}; see noroshi record witness list", options.name)});
    return exit_failed;
  });
}

}  // namespace noroshi::cli
