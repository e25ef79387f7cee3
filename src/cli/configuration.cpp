#include "src/cli/configuration.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <vector>

#include <fmt/format.h>
#include <toml++/toml.h>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "routing/time.h"
#include "src/app/config.h"
#include "src/app/law.h"
#include "src/cli/json_view.h"
#include "src/cli/table.h"
#include "src/http/tls.h"
#include "src/store/connection_address.h"

namespace noroshi::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using routing::Mistake;
using Mistakes = std::vector<Mistake>;

struct InForce {
  app::Config config;
  app::LawFiles law;  // with the editions' own targets
};

std::vector<std::string> whole_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable; ++variable) variables.emplace_back(*variable);
  return variables;
}

app::ConfigFlags flags_of(const ConfigOptions& options) {
  app::ConfigFlags flags;
  if (!options.database.data.empty()) flags.data = options.database.data;
  if (!options.database.database_url.empty()) flags.database_url = options.database.database_url;
  flags.listen = options.listen;
  flags.config = options.config;
  flags.registry = options.registry;
  flags.editions = options.editions;
  return flags;
}

bool check_readable(const fs::path& file, Mistakes& mistakes) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    mistakes.push_back({file.string(), 0, 0, std::string("cannot be read: ") + std::strerror(errno)});
    return false;
  }
  ::close(descriptor);
  return true;
}

// One that the operator brought; the daemon's own is `doctor`'s to look at.
void check_certificate(const app::Config& config, Mistakes& mistakes) {
  if (!config.certificate || !config.key) return;
  const bool certificate_there = check_readable(*config.certificate, mistakes);
  const bool key_there = check_readable(*config.key, mistakes);
  if (!certificate_there || !key_there) return;
  try {
    http::TlsContext({*config.certificate, *config.key});
  } catch (const http::TlsError& error) {
    mistakes.push_back({config.certificate->string(), 0, 0, error.what()});
  }
}

tl::expected<InForce, Mistakes> read_whole(const ConfigOptions& options) {
  auto config = app::load_config(flags_of(options), whole_environment());
  if (!config) return tl::unexpected(std::move(config.error()));
  auto law = app::load_law(config->registry, config->editions);
  auto mistakes = law ? app::check_targets(*config, law->editions, law->registry) : std::move(law.error());
  check_certificate(*config, mistakes);
  if (!mistakes.empty()) return tl::unexpected(std::move(mistakes));
  return InForce{std::move(*config), std::move(*law)};
}

// The file that load_config() read, by the order that it states; empty where there is none.
std::string file_read(const ConfigOptions& options, const app::Config& config) {
  if (options.config) return options.config->string();
  if (const char* named = std::getenv("NOROSHI_CONFIG")) return named;
  const auto path = config.data / "noroshi.toml";
  std::error_code error;
  return fs::exists(path, error) ? path.string() : std::string();
}

json::value place_of(const std::string& file, int line, int column) {
  return json::value{{"file", file},
                     {"line", line ? json::value(line) : nullptr},
                     {"column", column ? json::value(column) : nullptr}};
}

int tell_mistakes(const Mistakes& mistakes, const Output& output) {
  if (output.json) {
    json::array items;
    for (const auto& mistake : mistakes) {
      auto item = place_of(mistake.file, mistake.line, mistake.column);
      item.as_object()["message"] = mistake.message;
      items.push_back(std::move(item));
    }
    print_line(json::serialize(json::value{{"ok", false}, {"mistakes", std::move(items)}}));
  }
  complain(output,
           {fmt::format("設定に誤りが {} 件あります。noroshid はこのままでは起動しません。", mistakes.size()),
            fmt::format("the configuration has {}; noroshid would not start with it",
                        mistakes.size() == 1 ? "a mistake" : fmt::format("{} mistakes", mistakes.size()))});
  for (const auto& mistake : mistakes) {
    const auto line = "  " + to_string(mistake);
    complain(output, {line, line});
  }
  return exit_configuration;
}

// -- The targets (目標)
// -----------------------------------------------------------------------------------------

struct ShownTarget {
  std::string key;                            // as [targets] names it
  const routing::Edition* edition;            // null for the clocks that no rule opens
  const routing::Rule* rule;                  // the same
  std::optional<routing::Severity> severity;  // these two: what it is for; neither: the usual
  std::string body;
  std::chrono::seconds target;
  std::chrono::seconds usual_default;      // what holds where the operator says nothing
  std::optional<app::ConfigPlace> set_at;  // where the operator set it; else it is the default
};

// Where the operator set it, if he did: the last place stands above those before it.
std::optional<app::ConfigPlace> place_in(const app::Config& config, const ShownTarget& shown) {
  std::optional<app::ConfigPlace> place;
  for (const auto& set : config.target_places)
    if (set.rule == shown.key && set.body == shown.body && set.severity == shown.severity) place = set.place;
  return place;
}

void add_targets(std::vector<ShownTarget>& list, const app::Config& config, ShownTarget shown,
                 const routing::Target& in_force) {
  const auto add = [&](std::chrono::seconds target) {
    shown.target = target;
    shown.set_at = place_in(config, shown);
    list.push_back(shown);
  };
  add(in_force.usual);
  for (const auto& [severity, target] : in_force.by_severity) {
    shown.severity = severity;
    add(target);
  }
  shown.severity = {};
  for (const auto& [body, target] : in_force.by_body) {
    shown.body = body;
    add(target);
  }
}

// The key under which Editions::with_targets() takes a rule's target, or would take it.
std::string key_of(const app::Config& config, const routing::Edition& edition, const routing::Rule& rule,
                   bool newest) {
  auto full = edition.id + ":" + rule.id;
  return newest && !config.targets.contains(full) ? rule.id : full;
}

// The newest edition first: it is the one in force.
std::vector<ShownTarget> targets_of(const InForce& in_force) {
  const auto& config = in_force.config;
  const auto& editions = in_force.law.editions.all();
  const auto with_targets = in_force.law.editions.with_targets(config.targets);
  std::vector<ShownTarget> list;
  for (auto edition = editions.rbegin(); edition != editions.rend(); ++edition)
    for (const auto& rule : edition->rules)
      add_targets(list, config,
                  {key_of(config, *edition, rule, edition == editions.rbegin()),
                   &*edition,
                   &rule,
                   {},
                   {},
                   {},
                   rule.target.usual,
                   {}},
                  with_targets.find(edition->id)->find(rule.id)->target);
  const core::ClockPolicy defaults;
  add_targets(list, config,
              {"acknowledgement", nullptr, nullptr, {}, {}, {}, defaults.acknowledgement.usual, {}},
              config.clocks.acknowledgement);
  add_targets(list, config, {"followup", nullptr, nullptr, {}, {}, {}, defaults.followup.usual, {}},
              config.clocks.followup);
  add_targets(list, config, {"permission", nullptr, nullptr, {}, {}, {}, defaults.permission.usual, {}},
              config.clocks.permission);
  add_targets(list, config, {"inquiry", nullptr, nullptr, {}, {}, {}, defaults.inquiry.usual, {}}, config.clocks.inquiry);
  return list;
}

std::string shown_for(const ShownTarget& shown) {
  if (shown.severity) return std::string(routing::to_string(*shown.severity));
  return shown.body.empty() ? "-" : shown.body;
}

std::string shown_source(const ShownTarget& shown, const Output& output) {
  if (!shown.set_at)
    return shown.rule ? output({"版の既定", "the edition's default"}) : output({"既定", "the default"});
  const auto& [file, line, column] = *shown.set_at;
  const auto place = line ? fmt::format("{}:{}:{}", file, line, column) : file;
  return output({fmt::format("運用者 {}", place), fmt::format("the operator, {}", place)});
}

std::string clause_of(const routing::Rule& rule) {
  return rule.sentence ? fmt::format("{} {}", rule.clause, rule.sentence) : rule.clause;
}

std::string render_targets(const InForce& in_force, const Output& output) {
  Table table(
      output.language == Language::ja
          ? std::vector<std::string>{"項目", "版", "条項", "対象", "目標", "既定", "定めた者"}
          : std::vector<std::string>{"target of", "edition", "clause", "for", "target", "default", "set by"});
  for (const auto& shown : targets_of(in_force))
    table.add_row({shown.key, shown.edition ? shown.edition->id : "-",
                   shown.rule ? clause_of(*shown.rule) : "-", shown_for(shown), format_duration(shown.target),
                   format_duration(shown.usual_default), shown_source(shown, output)});
  return table.render(0);
}

// TOML's comments, so that the whole can be read back.
std::string commented(const std::string& text) {
  std::string out;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) out += "# " + line + '\n';
  return out;
}

json::value text_or_null(std::string_view text) {
  return text.empty() ? json::value() : json::value(text);
}

json::array targets_as_json(const InForce& in_force) {
  json::array items;
  for (const auto& shown : targets_of(in_force)) {
    const auto& set_at = shown.set_at;
    items.push_back(json::value{
        {"key", shown.key},
        {"edition", shown.edition ? json::value(shown.edition->id) : nullptr},
        {"rule", shown.rule ? json::value(shown.rule->id) : nullptr},
        {"clause", shown.rule ? json::value(shown.rule->clause) : nullptr},
        {"sentence", shown.rule && shown.rule->sentence ? json::value(shown.rule->sentence) : nullptr},
        {"severity", shown.severity ? json::value(routing::to_string(*shown.severity)) : nullptr},
        {"body", text_or_null(shown.body)},
        {"target", format_duration(shown.target)},
        {"default", format_duration(shown.usual_default)},
        {"set_by", set_at       ? "operator"
                   : shown.rule ? "edition"
                                : "program"},
        {"set_at", set_at ? place_of(set_at->file, set_at->line, set_at->column) : nullptr},
        {"target_is", "operator_target"}});
  }
  return items;
}

// The members of the file as they are in force, without secrets: app::show() turned into JSON, so that a key
// that is new there is here too.
json::value configuration_as_json(const app::Config& config) {
  std::ostringstream out;
  out << toml::json_formatter{toml::parse(app::show(config))};
  return parse_json(out.str());
}

// -- In a line
// -----------------------------------------------------------------------------------------

std::string listen_address(const app::Config& config) {
  const bool v6 = config.listen_host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(v6 ? "[{}]:{}" : "{}:{}"), config.listen_host, config.listen_port);
}

std::string edition_ids(const routing::Editions& editions) {
  std::string ids;
  for (const auto& edition : editions.all()) ids += (ids.empty() ? "" : ", ") + edition.id;
  return ids;
}

std::size_t targets_set(const InForce& in_force) {
  const auto targets = targets_of(in_force);
  return static_cast<std::size_t>(std::count_if(targets.begin(), targets.end(),
                                                [](const auto& shown) { return shown.set_at.has_value(); }));
}

std::string in_a_line(const ConfigOptions& options, const InForce& in_force, Language language) {
  const auto& config = in_force.config;
  const auto file = file_read(options, config);
  const auto database = config.database_url ? store::without_secrets(*config.database_url) : std::string();
  const auto bodies = in_force.law.registry.organizations().size();
  if (language == Language::ja)
    return fmt::format(
        "ok  設定: {}。待受: {}。証明書: {}。データベース: {}。統一基準の版: {}。登録簿: {} 機関。"
        "運用者が定めた目標: {} 件。configuration_sha256: {}",
        file.empty() ? "ファイルなし（既定値）" : file, listen_address(config),
        config.certificate ? config.certificate->string() : "自前の認証局",
        database.empty() ? "専用クラスター" : database, edition_ids(in_force.law.editions), bodies,
        targets_set(in_force), app::digest(config));
  return fmt::format(
      "ok  configuration: {}; listens on {}; certificate: {}; database: {}; editions {}; {} bodies; "
      "targets set by the operator: {}; configuration_sha256 {}",
      file.empty() ? "no file (the defaults)" : file, listen_address(config),
      config.certificate ? config.certificate->string() : "of its own authority",
      database.empty() ? "its private cluster" : database, edition_ids(in_force.law.editions), bodies,
      targets_set(in_force), app::digest(config));
}

json::value as_json(const ConfigOptions& options, const InForce& in_force) {
  const auto file = file_read(options, in_force.config);
  return json::value{{"ok", true},
                     {"mistakes", json::array()},
                     {"file", file.empty() ? json::value() : json::value(file)},
                     {"data", in_force.config.data.string()},
                     {"configuration_sha256", app::digest(in_force.config)},
                     {"configuration", configuration_as_json(in_force.config)},
                     {"targets", targets_as_json(in_force)}};
}

}  // namespace

int run(const ConfigCheckOptions& options, const Output& output) {
  const auto in_force = read_whole(options);
  if (!in_force) return tell_mistakes(in_force.error(), output);
  print_line(output.json ? json::serialize(as_json(options, *in_force))
                         : printable(in_a_line(options, *in_force, output.language)));
  return exit_ok;
}

int run(const ConfigShowOptions& options, const Output& output) {
  const auto in_force = read_whole(options);
  if (!in_force) return tell_mistakes(in_force.error(), output);
  if (output.json) {
    print_line(json::serialize(as_json(options, *in_force)));
    return exit_ok;
  }
  print(app::show(in_force->config));
  print("\n" +
        commented(output({"目標: 各義務にかけてよい時間。運用者の目標であり、統一基準の数値ではありません。",
                          "目標: how long each duty may take. Targets of the operator, not numbers of the "
                          "standard, which names none."})));
  print(commented(render_targets(*in_force, output)));
  return exit_ok;
}

}  // namespace noroshi::cli
