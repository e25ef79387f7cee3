// parse_edition(): from a TOML file to an edition, with every mistake on the way.
#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "routing/edition.h"
#include "routing/edition_words.h"

namespace noroshi::routing {
namespace {

constexpr std::string_view holder_alternatives =
    "national_agency, independent_administrative_agency or designated_corporation";

// The mistakes of one file.
class Mistakes {
 public:
  explicit Mistakes(std::string_view file) : file_(file) {}

  void add(const toml::source_region& at, std::string message) {
    list_.push_back(
        {file_, static_cast<int>(at.begin.line), static_cast<int>(at.begin.column), std::move(message)});
  }

  std::vector<Mistake> in_order() && {
    std::stable_sort(list_.begin(), list_.end(), [](const Mistake& a, const Mistake& b) {
      return std::tie(a.line, a.column) < std::tie(b.line, b.column);
    });
    return std::move(list_);
  }

 private:
  std::string file_;
  std::vector<Mistake> list_;
};

enum class Presence { required, required_maybe_empty, optional };

// One TOML table whose keys are asked for by name; what nobody asked for is unknown.
class TableReader {
 public:
  TableReader(const toml::table& table, std::string name, Mistakes& mistakes)
      : table_(table), name_(std::move(name)), mistakes_(mistakes) {}

  // Null where the key is absent (a mistake unless it is optional) or of another type (always one).
  template <class Value>
  auto get(std::string_view key, std::string_view type, Presence presence = Presence::required)
      -> decltype(std::declval<const toml::node&>().as<Value>()) {
    asked_.insert(std::string(key));
    const auto* node = table_.get(key);
    if (!node) {
      if (presence != Presence::optional)
        mistakes_.add(table_.source(), fmt::format("{} has no '{}'", name_, key));
      return nullptr;
    }
    if (const auto* typed = node->as<Value>()) return typed;
    mistakes_.add(node->source(), fmt::format("'{}' must be {}", key, type));
    return nullptr;
  }

  std::string text(std::string_view key, Presence presence = Presence::required) {
    const auto* node = get<std::string>(key, "a text in quotes", presence);
    if (!node) return {};
    if (node->get().empty() && presence == Presence::required)
      mistakes_.add(node->source(), fmt::format("'{}' is empty", key));
    return node->get();
  }

  JapaneseDay day(std::string_view key) {
    const auto* node = get<toml::date>(key, "a date without quotes, as 2018-07-25");
    if (!node) return {};
    const auto& date = node->get();
    return JapaneseDay{std::chrono::year{date.year} / date.month / date.day};
  }

  std::chrono::seconds duration(std::string_view key) {
    const auto* node = get<std::string>(key, "a duration in quotes, as \"PT60M\"");
    if (!node) return {};
    const auto value = parse_duration(node->get());
    if (!value)
      mistakes_.add(node->source(),
                    fmt::format("'{}' is not a duration: write it as PT60M, PT24H or P30D", node->get()));
    return value.value_or(std::chrono::seconds{0});
  }

  template <class Enum, std::size_t N>
  std::optional<Enum> word(std::string_view key, const ClosedList<Enum, N>& list) {
    const auto* node = get<std::string>(key, "a text in quotes");
    if (!node) return std::nullopt;
    const auto value = list.value_of(node->get());
    if (!value) refuse_word(node->source(), node->get(), key, list.alternatives());
    return value;
  }

  // A list of at least one word, none twice.
  template <class Parse>
  auto words(std::string_view key, Parse parse, std::string_view alternatives) {
    std::vector<typename decltype(parse(std::string_view{}))::value_type> values;
    const auto* array = get<toml::array>(key, "a list");
    if (!array) return values;
    if (array->empty()) mistakes_.add(array->source(), fmt::format("'{}' is empty", key));
    for (const auto& node : *array) {
      const auto* text = node.as_string();
      const auto value = text ? parse(text->get()) : std::nullopt;
      if (!value) {
        refuse_word(node.source(), text ? text->get() : "?", key, alternatives);
      } else if (std::find(values.begin(), values.end(), *value) != values.end()) {
        mistakes_.add(node.source(), fmt::format("'{}' names '{}' twice", key, text->get()));
      } else {
        values.push_back(*value);
      }
    }
    return values;
  }

  void refuse_unknown_keys() {
    for (const auto& [key, node] : table_)
      if (!asked_.contains(std::string(key.str())))
        mistakes_.add(key.source(), fmt::format("unknown key '{}' in {}", key.str(), name_));
  }

  const toml::source_region& source_of(std::string_view key) const {
    const auto* node = table_.get(key);
    return node ? node->source() : table_.source();
  }

 private:
  void refuse_word(const toml::source_region& at, std::string_view word, std::string_view key,
                   std::string_view alternatives) {
    mistakes_.add(at, fmt::format("'{}' is not a word for '{}': {}", word, key, alternatives));
  }

  const toml::table& table_;
  std::string name_;
  Mistakes& mistakes_;
  std::set<std::string> asked_;
};

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

// Only agencies and corporations hold duties: the other kinds are recipients.
std::optional<OrganizationKind> parse_holder(std::string_view text) {
  const auto kind = parse_organization_kind(text);
  const bool holds = kind == OrganizationKind::national_agency ||
                     kind == OrganizationKind::independent_administrative_agency ||
                     kind == OrganizationKind::designated_corporation;
  return holds ? kind : std::nullopt;
}

std::string read_id(TableReader& table, Mistakes& mistakes) {
  auto id = table.text("id");
  if (!id.empty() && !is_id(id))
    mistakes.add(table.source_of("id"),
                 fmt::format("'{}' is not an id: at most 40 of a-z, 0-9, '.', '_' and '-'", id));
  return id;
}

int read_sentence(TableReader& table, Mistakes& mistakes) {
  const auto* node = table.get<std::int64_t>("sentence", "a whole number", Presence::optional);
  if (!node) return 0;
  if (node->get() < 1 || node->get() > 99)
    mistakes.add(node->source(), "'sentence' counts from 1; leave it out where the clause is one sentence");
  return static_cast<int>(node->get());
}

std::vector<Opening> read_openings(TableReader& table, Mistakes& mistakes) {
  std::vector<Opening> openings;
  const auto* array = table.get<toml::array>("opens", "a list of { incident, on }");
  if (!array) return openings;
  if (array->empty()) mistakes.add(array->source(), "'opens' is empty: nothing would ever open the rule");
  for (const auto& node : *array) {
    const auto* entry = node.as_table();
    if (!entry) {
      mistakes.add(node.source(), "'opens' must be a list of { incident = \"own\", on = \"assessment\" }");
      continue;
    }
    TableReader reader(*entry, "opens", mistakes);
    const auto incident = reader.word("incident", incident_words);
    const auto on = reader.word("on", opens_on_words);
    reader.refuse_unknown_keys();
    if (!incident || !on) continue;
    // Whoever was told acts on receipt, whatever it thinks of it; whoever it happened to acts on its own
    // assessment.
    if ((*incident == Incident::own) != (*on == OpensOn::assessment))
      mistakes.add(node.source(), "an own incident opens on assessment, a received one on receipt");
    const auto same = [&](const Opening& opening) { return opening.incident == *incident; };
    if (std::any_of(openings.begin(), openings.end(), same))
      mistakes.add(node.source(), fmt::format("'opens' names incident '{}' twice", to_string(*incident)));
    openings.push_back({*incident, *on});
  }
  return openings;
}

Rule read_rule(const toml::table& table, Mistakes& mistakes) {
  TableReader reader(table, "rule", mistakes);
  Rule rule;
  rule.id = read_id(reader, mistakes);
  rule.clause = reader.text("clause");
  rule.sentence = read_sentence(reader, mistakes);
  rule.holders = reader.words("holders", parse_holder, holder_alternatives);
  rule.openings = read_openings(reader, mistakes);
  rule.recipient = reader.word("recipient", recipient_words).value_or(RecipientRule::holder);
  rule.when = reader.words(
      "when", [](std::string_view text) { return condition_words.value_of(text); },
      condition_words.alternatives());
  if (table.contains("met_by")) {
    rule.met_by = reader.word("met_by", met_by_words);
    if (!rule.inner())
      mistakes.add(reader.source_of("met_by"), "'met_by' is of inner duties: the recipient must be \"holder\"");
  }
  rule.target.usual = reader.duration("target");
  rule.words = reader.text("words", Presence::required_maybe_empty);
  if (table.contains("gloss_ja")) rule.gloss_ja = reader.text("gloss_ja");
  rule.gloss = reader.text("gloss");
  reader.refuse_unknown_keys();
  return rule;
}

// Rules are told apart by their id, duties by clause and sentence.
void refuse_doubles(const std::vector<Rule>& rules, const Rule& rule, const toml::table& table,
                    Mistakes& mistakes) {
  for (const auto& earlier : rules) {
    if (!rule.id.empty() && earlier.id == rule.id)
      mistakes.add(table.source(), fmt::format("rule '{}' stands twice", rule.id));
    else if (!rule.clause.empty() && earlier.clause == rule.clause && earlier.sentence == rule.sentence)
      mistakes.add(table.source(),
                   fmt::format("rules '{}' and '{}' have the same clause and sentence", earlier.id, rule.id));
  }
}

void read_rules(TableReader& top, Edition& edition, Mistakes& mistakes) {
  const auto* rules = top.get<toml::array>("rule", "written as [[rule]]");
  if (!rules) return;
  if (rules->empty()) mistakes.add(rules->source(), "an edition has at least one [[rule]]");
  for (const auto& node : *rules) {
    const auto* table = node.as_table();
    if (!table) {
      mistakes.add(node.source(), "'rule' must be written as [[rule]]");
      continue;
    }
    auto rule = read_rule(*table, mistakes);
    refuse_doubles(edition.rules, rule, *table, mistakes);
    edition.rules.push_back(std::move(rule));
  }
}

void read_recipients(TableReader& top, Edition& edition, Mistakes& mistakes) {
  const auto* table = top.get<toml::table>("recipients", "a table", Presence::optional);
  if (table) {
    TableReader reader(*table, "recipients", mistakes);
    edition.crisis_management = reader.text("crisis_management");
    reader.refuse_unknown_keys();
    return;
  }
  const auto needs_it = [](const Rule& rule) { return rule.recipient == RecipientRule::crisis_management; };
  if (std::any_of(edition.rules.begin(), edition.rules.end(), needs_it))
    mistakes.add(
        top.source_of("id"),
        "a rule has the recipient crisis_management: name the body as crisis_management in [recipients]");
}

void read_later_editions(TableReader& top, Edition& edition, Mistakes& mistakes) {
  const auto* table = top.get<toml::table>("later_not_held", "a table", Presence::optional);
  if (!table) return;
  TableReader reader(*table, "later_not_held", mistakes);
  edition.later_not_held =
      LaterEditions{reader.day("from"), reader.text("names_ja"), reader.text("names_en")};
  reader.refuse_unknown_keys();
  if (edition.later_not_held->from <= edition.in_force_from)
    mistakes.add(reader.source_of("from"), "a later edition comes into force after this one");
}

Edition read_edition(const toml::table& table, Mistakes& mistakes) {
  TableReader top(table, "the edition", mistakes);
  Edition edition;
  edition.id = read_id(top, mistakes);
  edition.title_ja = top.text("title_ja");
  edition.title_en = top.text("title_en");
  edition.in_force_from = top.day("in_force_from");
  read_rules(top, edition, mistakes);
  read_recipients(top, edition, mistakes);
  read_later_editions(top, edition, mistakes);
  top.refuse_unknown_keys();
  return edition;
}

}  // namespace

tl::expected<Edition, std::vector<Mistake>> parse_edition(std::string_view toml, std::string_view file_name) {
  Mistakes mistakes(file_name);
  Edition edition;
  try {
    edition = read_edition(toml::parse(toml, file_name), mistakes);
  } catch (const toml::parse_error& error) {
    mistakes.add(error.source(), std::string(error.description()));
  }
  auto list = std::move(mistakes).in_order();
  if (!list.empty()) return tl::unexpected(std::move(list));
  return edition;
}

}  // namespace noroshi::routing
