#include "src/cli/user.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "src/cli/input.h"
#include "src/cli/json_view.h"
#include "src/cli/table.h"
#include "src/cli/words.h"
#include "src/codec/json_writer.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;
using codec::JsonWriter;

constexpr std::string_view people = "/api/v1/people";

std::string of_person(const std::string& person, std::string_view what = {}) {
  return fmt::format("{}/{}{}", people, percent_encoded(person), what);
}

// A member where there is a value.
void write(JsonWriter& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out.member(name, value);
}
void write(JsonWriter& out, std::string_view name, const std::vector<std::string>& values) {
  if (values.empty()) return;
  out.name(name).begin_array();
  for (const auto& value : values) out.value(value);
  out.end_array();
}
template <class Fill>
std::string object(Fill fill) {
  std::string body;
  JsonWriter out(body);
  out.begin_object();
  fill(out);
  out.end_object();
  return body;
}

// Sends it and says that it was done: `done`, or the id of what was made.
int perform(const ActOptions& options, const std::string& target, const std::string& body, const Output& output,
            const std::optional<Text>& done = std::nullopt) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto answer = act(*client, target, body, options, output);
  if (!answer) return answer.error();
  if (output.json)
    print_line(json::serialize(*answer));
  else
    print_line(done ? output(*done) : text_at(*answer, "/id"));
  return exit_ok;
}

std::string joined(const json::array& words) {
  std::string text;
  for (const auto& word : words)
    if (word.is_string()) text.append(text.empty() ? "" : ", ").append(word.get_string().data(), word.get_string().size());
  return text;
}

std::string joined(const json::array& words, const Words& known, Language language) {
  json::array named;
  for (const auto& word : words)
    if (word.is_string()) named.emplace_back(named_word(known, std::string_view(word.get_string()), language));
  return joined(named);
}

std::string span(const json::value& value) {
  const auto until = text_at(value, "/until");
  return fmt::format("{} - {}", shown_time(text_at(value, "/from")), until.empty() ? "" : shown_time(until));
}

void show(const json::value& person, const Output& output) {
  const bool ja = output.language == Language::ja;
  print_line(fmt::format("{}  {}  {}", printable(text_at(person, "/name")), shown_organization(text_at(person, "/organization"), output.language),
                         text_at(person, "/id")));
  print_line(fmt::format("{}  {}{}  {}", shown_word(words::employments, text_at(person, "/employment"), output.language), printable(joined(array_at(person, "/skills"))),
                         flag_at(person, "/cleared") ? (ja ? "  機密性3可" : "  cleared for 機密性3") : "",
                         text_at(person, "/left_at").empty()
                             ? ""
                             : (ja ? "離任 " : "left ") + shown_time(text_at(person, "/left_at"))));
  const auto mark = [&](const json::value& value, const char* pointer) {
    return flag_at(value, pointer) ? "*" : " ";
  };
  for (const auto& post : array_at(person, "/posts"))
    print_line(fmt::format("{} {}  {}  {}  {}  {}", mark(post, "/in_force"), named_word(words::posts, text_at(post, "/post"), output.language),
                           shown_word(words::grounds, text_at(post, "/ground"), output.language), span(post), printable(text_at(post, "/made_by")),
                           text_at(post, "/id")));
  for (const auto& delegation : array_at(person, "/delegations"))
    print_line(fmt::format("{} {} → {}  {} ({})  {}  {}", mark(delegation, "/in_force"),
                           printable(text_at(delegation, "/from_name")), printable(text_at(delegation, "/to_name")),
                           named_word(words::posts, text_at(delegation, "/post"), output.language),
                           joined(array_at(delegation, "/powers"), words::powers, output.language), span(delegation),
                           text_at(delegation, "/id")));
  for (const auto& training : array_at(person, "/trainings"))
    print_line(fmt::format("{} {}  {}  {} - {}", mark(training, "/valid"), shown_word(words::trainings, text_at(training, "/kind"), output.language),
                           printable(text_at(training, "/course")), shown_time(text_at(training, "/completed_at")),
                           shown_time(text_at(training, "/valid_until"))));
}

int lacks_person(const Output& output) {
  complain(output, {"ID と --post、又は --end を指定してください。", "give an ID and --post, or --end"});
  return exit_usage;
}

// What the daemon answers to a GET, whatever its form.
int print_answer(const ConnectionOptions& connection, const std::string& target, const Output& output) {
  const auto client = connect(connection, output);
  if (!client) return client.error();
  const auto answer = client->get(target);
  if (!answer) return tell_no_answer(answer.error(), output);
  if (!answer->good()) return tell_refusal(*answer, output);
  print(answer->body);
  return exit_ok;
}

}  // namespace

int run(const UserListOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  auto target = std::string(people) + (options.left ? "?left=true" : "?left=false");
  if (!options.post.empty()) target += "&post=" + percent_encoded(options.post);
  const auto list = fetch_all(*client, target, output);
  if (!list) return list.error();
  if (output.json) return print_line(json::serialize(*list)), exit_ok;
  const bool ja = output.language == Language::ja;
  Table table(ja ? std::vector<std::string>{"ID", "氏名", "区分", "職", "技能", "離任"}
                 : std::vector<std::string>{"id", "name", "employment", "posts", "skills", "left"});
  for (const auto& person : array_at(*list, "/items"))
    table.add_row({text_at(person, "/id"), text_at(person, "/name"), shown_word(words::employments, text_at(person, "/employment"), output.language),
                   joined(array_at(person, "/posts"), words::posts, output.language), joined(array_at(person, "/skills")),
                   shown_time(text_at(person, "/left_at"))});
  print(table.render(terminal_width()));
  return exit_ok;
}

int run(const UserShowOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto person = fetch(*client, of_person(options.person), output);
  if (!person) return person.error();
  output.json ? print_line(json::serialize(*person)) : show(*person, output);
  return exit_ok;
}

int run(const UserAddOptions& options, const Output& output) {
  return perform(options, std::string(people), object([&](JsonWriter& out) {
                   out.member("name", options.name).member("employment", options.employment);
                   write(out, "skills", options.skills);
                   out.member("cleared", options.cleared);
                 }),
                 output);
}

int run(const UserChangeOptions& options, const Output& output) {
  return perform(options, of_person(options.person, "/changes"), object([&](JsonWriter& out) {
                   write(out, "name", options.name);
                   write(out, "employment", options.employment);
                   write(out, "skills", options.skills);
                   if (!options.cleared.empty()) out.member("cleared", options.cleared == "yes");
                 }),
                 output, Text{"変更しました。", "Changed."});
}

int run(const UserLeaveOptions& options, const Output& output) {
  return perform(options, of_person(options.person, "/departure"),
                 object([&](JsonWriter& out) { out.member("reason", options.reason); }), output,
                 Text{"離任を記録しました。職・委任・当番は終わり、名義のトークンは失効しました。",
                      "The departure is recorded. Posts, delegations and turns of duty have ended, tokens are revoked."});
}

int run(const UserAppointOptions& options, const Output& output) {
  if (!options.end.empty())
    return perform(options, "/api/v1/appointments/" + percent_encoded(options.end) + "/end",
                   object([&](JsonWriter& out) { out.member("reason", options.reason); }), output,
                   Text{"任命を終わらせました。", "The appointment has ended."});
  if (options.person.empty() || options.post.empty()) return lacks_person(output);
  return perform(options, of_person(options.person, "/appointments"), object([&](JsonWriter& out) {
                   write(out, "post", options.post);
                   write(out, "ground", options.ground);
                   write(out, "reason", options.reason);
                   write(out, "from", options.from);
                   write(out, "until", options.until);
                 }),
                 output);
}

int run(const UserTrainOptions& options, const Output& output) {
  return perform(options, of_person(options.person, "/trainings"), object([&](JsonWriter& out) {
                   write(out, "kind", options.kind);
                   write(out, "course", options.course);
                   write(out, "completed_at", options.completed);
                   write(out, "valid_until", options.valid_until);
                 }),
                 output);
}

int run(const UserDelegateOptions& options, const Output& output) {
  if (!options.end.empty())
    return perform(options, "/api/v1/delegations/" + percent_encoded(options.end) + "/end",
                   object([&](JsonWriter& out) { out.member("reason", options.reason); }), output,
                   Text{"委任を終わらせました。", "The delegation has ended."});
  if (options.person.empty() || options.post.empty()) return lacks_person(output);
  return perform(options, of_person(options.person, "/delegations"), object([&](JsonWriter& out) {
                   write(out, "to_person", options.to);
                   write(out, "post", options.post);
                   write(out, "powers", options.powers);
                   write(out, "reason", options.reason);
                   write(out, "from", options.from);
                   write(out, "until", options.until);
                 }),
                 output);
}

int run(const UserImportOptions& options, const Output& output) {
  const auto list = read_input(options.file);
  if (!list) {
    complain(output, {fmt::format("{} を読めません: {}", options.file, list.error()),
                      fmt::format("cannot read {}: {}", options.file, list.error())});
    return exit_usage;
  }
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  auto as_csv = static_cast<const ActOptions&>(options);
  as_csv.media_type = "text/csv";
  const auto target = std::string(people) + "/import?dry_run=" + (options.dry_run ? "true" : "false");
  const auto answer = act(*client, target, *list, as_csv, output);
  if (!answer) return answer.error();
  if (output.json) return print_line(json::serialize(*answer)), exit_ok;
  const auto number = [&](const char* pointer) { return number_at(*answer, pointer).value_or(0); };
  const auto counted = [&](const char* ja, const char* en) {
    return Text{fmt::format(fmt::runtime(ja), number("/people"), number("/appointments"), number("/trainings")),
                fmt::format(fmt::runtime(en), number("/people"), number("/appointments"), number("/trainings"))};
  };
  print_line(output(options.dry_run
                        ? counted("誤りはありません。{} 人、任命 {} 件、訓練 {} 件が登録されます（まだ登録していません）。",
                                  "No mistakes. It would register {} people, {} appointments, {} trainings; nothing is stored.")
                        : counted("{} 人、任命 {} 件、訓練 {} 件を登録しました。",
                                  "Registered {} people, {} appointments, {} trainings.")));
  return exit_ok;
}

int run(const UserExportOptions& options, const Output& output) {
  return print_answer(options.connection, std::string(people) + "/export", output);
}

int run(const RosterShowOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  std::string target = "/api/v1/rosters";
  for (const auto& [name, value] : {std::pair{"post", options.post}, std::pair{"at", options.at}})
    if (!value.empty())
      target.append(target.ends_with("rosters") ? "?" : "&").append(name).append("=").append(percent_encoded(value));
  const auto roster = fetch(*client, target, output);
  if (!roster) return roster.error();
  if (output.json) return print_line(json::serialize(*roster)), exit_ok;
  const bool ja = output.language == Language::ja;
  Table table(ja ? std::vector<std::string>{"", "職", "氏名", "開始", "引継ぎ", "臨時", "ID"}
                 : std::vector<std::string>{"", "post", "name", "from", "hand-over", "override", "id"});
  const auto add = [&](const json::array& shifts, const char* when) {
    for (const auto& shift : shifts)
      table.add_row({when, text_at(shift, "/post"), text_at(shift, "/name"), shown_time(text_at(shift, "/from")),
                     shown_time(text_at(shift, "/until")), flag_at(shift, "/overrides") ? (ja ? "臨時" : "yes") : "",
                     text_at(shift, "/id")});
  };
  add(array_at(*roster, "/on_duty"), ja ? "当番" : "on duty");
  add(array_at(*roster, "/next"), ja ? "次" : "next");
  print(table.render(terminal_width()));
  return exit_ok;
}

int run(const RosterAddOptions& options, const Output& output) {
  return perform(options, "/api/v1/rosters/shifts", object([&](JsonWriter& out) {
                   write(out, "person", options.person);
                   write(out, "post", options.post);
                   write(out, "from", options.from);
                   write(out, "until", options.until);
                   out.member("overrides", options.overrides);
                 }),
                 output);
}

int run(const RosterCancelOptions& options, const Output& output) {
  return perform(options, "/api/v1/rosters/shifts/" + percent_encoded(options.shift) + "/cancellation",
                 object([&](JsonWriter& out) { out.member("reason", options.reason); }), output,
                 Text{"当番を取り消しました。", "The turn of duty is cancelled."});
}

int run(const RosterCalendarOptions& options, const Output& output) {
  return print_answer(options.connection, "/api/v1/rosters/calendar", output);
}

}  // namespace noroshi::cli
