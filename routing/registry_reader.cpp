// Registry::parse(): from the two tables to bodies and supervisions, with every mistake on the way.
#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "routing/csv.h"
#include "routing/registry.h"

namespace noroshi::routing {
namespace {

constexpr std::string_view organizations_file = "organizations.csv";
constexpr std::string_view supervision_file = "supervision_scopes.csv";

using std::chrono::days;

// -- Fields of a row
// ------------------------------------------------------------------------------------------------

// One table, read by the names of its columns.
class Table {
 public:
  Table(std::string_view text, std::string_view file, std::vector<std::string_view> columns,
        std::vector<Mistake>& mistakes)
      : file_(file), columns_(std::move(columns)), mistakes_(mistakes) {
    auto csv = parse_csv(text, file);
    std::move(csv.mistakes.begin(), csv.mistakes.end(), std::back_inserter(mistakes_));
    if (csv.rows.empty()) {
      mistakes_.push_back(
          {std::string(file_), 1, 0, fmt::format("is empty: the first line names the columns")});
      return;
    }
    header_ = std::move(csv.rows.front());
    check_header();
    rows_.assign(std::make_move_iterator(csv.rows.begin() + 1), std::make_move_iterator(csv.rows.end()));
    std::erase_if(rows_, [this](const CsvRow& row) { return !has_every_field(row); });
  }

  // Those with as many fields as the header; none where the header is wrong.
  const std::vector<CsvRow>& rows() const { return rows_; }

  const CsvField& field(const CsvRow& row, std::string_view column) const {
    return row[static_cast<std::size_t>(std::find(columns_.begin(), columns_.end(), column) -
                                        columns_.begin())];
  }

  void mistake(const CsvField& at, std::string message) const {
    mistakes_.push_back({std::string(file_), at.line, at.column, std::move(message)});
  }

 private:
  void check_header() {
    for (const auto& field : header_) {
      if (std::count_if(header_.begin(), header_.end(), [&](const auto& f) { return f.text == field.text; }) >
          1)
        mistake(field, fmt::format("column '{}' stands twice", field.text));
      if (std::find(columns_.begin(), columns_.end(), field.text) == columns_.end())
        mistake(field,
                fmt::format("unknown column '{}': the columns are {}", field.text, fmt::join(columns_, ",")));
    }
    for (const auto column : columns_)
      if (std::none_of(header_.begin(), header_.end(), [&](const auto& f) { return f.text == column; }))
        mistake(header_.front(), fmt::format("column '{}' is missing", column));
    usable_ = std::equal(header_.begin(), header_.end(), columns_.begin(), columns_.end(),
                         [](const auto& f, auto column) { return f.text == column; });
    if (!usable_ && header_.size() == columns_.size())
      mistake(header_.front(),
              fmt::format("the columns must stand in this order: {}", fmt::join(columns_, ",")));
  }

  bool has_every_field(const CsvRow& row) const {
    if (!usable_) return false;
    if (row.size() != columns_.size())
      mistake(row.front(),
              fmt::format("has {} fields instead of {}: put fields that contain a comma in quotes",
                          row.size(), columns_.size()));
    return row.size() == columns_.size();
  }

  std::string_view file_;
  std::vector<std::string_view> columns_;
  std::vector<Mistake>& mistakes_;
  CsvRow header_;
  bool usable_ = false;
  std::vector<CsvRow> rows_;
};

bool is_slug(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::optional<JapaneseDay> read_day(const Table& table, const CsvField& field) {
  if (field.text.empty()) return std::nullopt;
  const auto day = parse_day(field.text);
  if (!day) table.mistake(field, fmt::format("'{}' is not a day: write it as 2018-07-25", field.text));
  return day;
}

Period read_period(const Table& table, const CsvRow& row) {
  const auto& to = table.field(row, "valid_to");
  const Period period{read_day(table, table.field(row, "valid_from")), read_day(table, to)};
  if (period.from && period.to && *period.to < *period.from)
    table.mistake(to, fmt::format("ends on {}, before it begins on {}", format_day(*period.to),
                                  format_day(*period.from)));
  return period;
}

void check_word(const Table& table, const CsvField& field, std::initializer_list<std::string_view> words) {
  if (std::find(words.begin(), words.end(), field.text) == words.end())
    table.mistake(field, fmt::format("'{}' is none of: {}", field.text, fmt::join(words, ", ")));
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

// -- Days without an end
// --------------------------------------------------------------------------------------------

// A stretch of days, both ends inclusive; open ends stand at the edges of what a calendar can hold.
struct Stretch {
  JapaneseDay first;
  JapaneseDay last;

  bool empty() const { return last < first; }
};

constexpr JapaneseDay earliest{std::chrono::year::min() / 1 / 1};
constexpr JapaneseDay latest{std::chrono::year::max() / 12 / 31};

Stretch stretch(const Period& period) {
  return {period.from.value_or(earliest), period.to.value_or(latest)};
}
Stretch common(Stretch a, Stretch b) {
  return {std::max(a.first, b.first), std::min(a.last, b.last)};
}

std::string describe(Stretch days_) {
  const auto from = days_.first == earliest ? std::string("the beginning") : format_day(days_.first);
  const auto to = days_.last == latest ? std::string("now on") : format_day(days_.last);
  return days_.first == days_.last ? from : fmt::format("{} to {}", from, to);
}

// -- The reader
// -----------------------------------------------------------------------------------------------------

class RegistryReader {
 public:
  RegistryReader(std::string_view organizations_csv, std::string_view supervision_csv)
      : bodies_(organizations_csv, organizations_file,
                {"id", "name_ja", "name_en", "kind", "supervising", "designated_table", "prefecture",
                 "police", "valid_from", "valid_to", "also_kind", "legal_class", "parent", "successor",
                 "source", "confidence", "note"},
                mistakes_),
        scopes_(supervision_csv, supervision_file,
                {"org_id", "agency_id", "role", "scope_ja", "law_minister", "in_2013_text", "in_2026_text",
                 "valid_from", "valid_to", "confidence"},
                mistakes_) {}

  void read() {
    for (const auto& row : bodies_.rows()) read_organization(row);
    for (const auto& row : scopes_.rows()) read_supervision(row);
    for (std::size_t i = 0; i < organizations.size(); ++i)
      check_references(organizations[i], *organization_rows_[i]);
    check_cycles("parent", &Organization::parent);
    check_cycles("successor", &Organization::successor);
    check_single(OrganizationKind::center);
    check_single(OrganizationKind::crisis_management);
    check_doubled_supervisions();
    for (std::size_t i = 0; i < organizations.size(); ++i)
      check_supervised(organizations[i], *organization_rows_[i]);
  }

  // In the order of the files.
  std::vector<Mistake> mistakes() && {
    std::stable_sort(mistakes_.begin(), mistakes_.end(), [](const Mistake& a, const Mistake& b) {
      return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
    });
    return std::move(mistakes_);
  }

  std::vector<Organization> organizations;
  std::vector<Supervision> supervisions;

 private:
  void read_organization(const CsvRow& row) {
    const auto at = [&](std::string_view column) -> const CsvField& { return bodies_.field(row, column); };
    Organization body;
    body.slug = at("id").text;
    if (!is_slug(body.slug))
      bodies_.mistake(at("id"), fmt::format("'{}' is not a slug: at most 40 of a-z, 0-9 and -", body.slug));
    if (find(body.slug)) bodies_.mistake(at("id"), fmt::format("'{}' stands twice", body.slug));

    body.name_ja = at("name_ja").text;
    if (body.name_ja.empty()) bodies_.mistake(at("name_ja"), "name_ja is empty");
    body.name_en = at("name_en").text;
    body.prefecture = at("prefecture").text;
    body.police = at("police").text;
    body.period = read_period(bodies_, row);
    body.legal_class = at("legal_class").text;
    body.parent = at("parent").text;
    body.successor = at("successor").text;
    check_word(bodies_, at("confidence"), {"high", "medium", "low"});
    read_kinds(row, body);
    organizations.push_back(std::move(body));
    organization_rows_.push_back(&row);
  }

  void read_kinds(const CsvRow& row, Organization& body) {
    const auto& kind = bodies_.field(row, "kind");
    if (const auto value = parse_organization_kind(kind.text)) {
      body.kind = *value;
    } else {
      bodies_.mistake(kind, fmt::format("unknown kind '{}'", kind.text));
    }
    const auto& also = bodies_.field(row, "also_kind");
    if (!also.text.empty()) body.also_kind = parse_organization_kind(also.text);
    if (!also.text.empty() && (!body.also_kind || body.also_kind == body.kind))
      bodies_.mistake(also, fmt::format("also_kind '{}' is not another kind", also.text));

    const auto& table = bodies_.field(row, "designated_table");
    if (body.kind == OrganizationKind::designated_corporation) {
      check_word(bodies_, table, {"yes", "no", ""});
      if (!table.text.empty()) body.listed_in_schedule = table.text == "yes";
    } else if (!table.text.empty()) {
      bodies_.mistake(table, "designated_table is for kind designated_corporation only");
    }
  }

  void read_supervision(const CsvRow& row) {
    const auto at = [&](std::string_view column) -> const CsvField& { return scopes_.field(row, column); };
    Supervision supervision{at("org_id").text, at("agency_id").text, SupervisionRole::main,
                            at("scope_ja").text, read_period(scopes_, row)};
    const auto* corporation = find(supervision.organization);
    if (!corporation) {
      scopes_.mistake(at("org_id"), fmt::format("unknown organization '{}'", supervision.organization));
    } else if (!corporation->is_corporation()) {
      scopes_.mistake(at("org_id"),
                      fmt::format("'{}' is not a corporation: nobody supervises it under clause (g)",
                                  supervision.organization));
    }
    const auto* agency = find(supervision.agency);
    if (!agency) {
      scopes_.mistake(at("agency_id"), fmt::format("unknown agency '{}'", supervision.agency));
    } else if (!agency->is(OrganizationKind::national_agency)) {
      scopes_.mistake(at("agency_id"), fmt::format("'{}' is not a national agency", supervision.agency));
    }
    if (const auto role = parse_supervision_role(at("role").text)) {
      supervision.role = *role;
    } else {
      scopes_.mistake(at("role"), fmt::format("unknown role '{}': main, joint or co", at("role").text));
    }
    if (supervision.scope_ja.empty())
      scopes_.mistake(at("scope_ja"), "scope_ja is empty: name the work it is for");
    check_word(scopes_, at("in_2013_text"), {"yes", "no", "predecessor", ""});
    check_word(scopes_, at("in_2026_text"), {"yes", "no", "predecessor", ""});
    check_word(scopes_, at("confidence"), {"high", "medium", "low"});
    supervisions.push_back(std::move(supervision));
    supervision_rows_.push_back(&row);
  }

  void check_references(const Organization& body, const CsvRow& row) {
    const auto& police = bodies_.field(row, "police");
    if (!body.police.empty()) {
      const auto* desk = find(body.police);
      if (!desk) {
        bodies_.mistake(police, fmt::format("unknown police '{}'", body.police));
      } else if (!desk->is(OrganizationKind::police)) {
        bodies_.mistake(police, fmt::format("'{}' is not a police", body.police));
      }
    }
    if (!body.parent.empty() && !find(body.parent))
      bodies_.mistake(bodies_.field(row, "parent"), fmt::format("unknown parent '{}'", body.parent));
    if (!body.successor.empty()) check_successor(body, bodies_.field(row, "successor"));
  }

  void check_successor(const Organization& body, const CsvField& at) {
    const auto* successor = find(body.successor);
    if (!successor) {
      bodies_.mistake(at, fmt::format("unknown successor '{}'", body.successor));
    } else if (!body.period.to) {
      bodies_.mistake(at, fmt::format("'{}' has a successor but no valid_to", body.slug));
    } else if (const auto next_day = *body.period.to + days{1}; !successor->period.contains(next_day)) {
      bodies_.mistake(at, fmt::format("successor '{}' is not in force on {}, the day after '{}' ends",
                                      body.successor, format_day(next_day), body.slug));
    }
  }

  // Follows the links from each body; a chain that comes back to where it started is reported once, at the
  // first of its bodies in the file.
  void check_cycles(std::string_view column, std::string Organization::*link) {
    std::set<std::string_view> reported;
    for (std::size_t i = 0; i < organizations.size(); ++i) {
      const auto& start = organizations[i];
      if (reported.contains(start.slug)) continue;
      std::vector<std::string_view> chain{start.slug};
      std::set<std::string_view> seen{start.slug};
      const auto* next = find(start.*link);
      while (next && seen.insert(next->slug).second) {
        chain.push_back(next->slug);
        next = find(next->*link);
      }
      if (!next || next->slug != start.slug) continue;
      reported.insert(chain.begin(), chain.end());
      chain.push_back(start.slug);
      bodies_.mistake(bodies_.field(*organization_rows_[i], column),
                      fmt::format("{}s go in a circle: {}", column, fmt::join(chain, " -> ")));
    }
  }

  // (g) and (i) speak of one recipient: two at once would make the answer depend on the order of the file.
  void check_single(OrganizationKind kind) {
    for (std::size_t i = 0; i < organizations.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) {
        if (organizations[i].kind != kind || organizations[j].kind != kind) continue;
        const auto both = common(stretch(organizations[i].period), stretch(organizations[j].period));
        if (!both.empty())
          bodies_.mistake(bodies_.field(*organization_rows_[i], "valid_from"),
                          fmt::format("'{}' and '{}' are both of kind {} from {}", organizations[j].slug,
                                      organizations[i].slug, to_string(kind), describe(both)));
      }
  }

  void check_doubled_supervisions() {
    for (std::size_t i = 0; i < supervisions.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) {
        const auto& a = supervisions[j];
        const auto& b = supervisions[i];
        if (a.organization != b.organization || a.agency != b.agency) continue;
        const auto both = common(stretch(a.period), stretch(b.period));
        if (!both.empty())
          scopes_.mistake(
              scopes_.field(*supervision_rows_[i], "agency_id"),
              fmt::format("'{}' supervises '{}' twice from {}", b.agency, b.organization, describe(both)));
      }
  }

  void check_supervised(const Organization& body, const CsvRow& row) {
    const auto& column = bodies_.field(row, "supervising");
    if (!body.is_corporation()) {
      if (!column.text.empty()) bodies_.mistake(column, "supervising is for corporations only");
      return;
    }
    check_supervising_column(body, column);
    check_main_supervisors(body, bodies_.field(row, "id"));
  }

  // The column repeats, for a reader, what supervision_scopes.csv says: they must not contradict each other.
  void check_supervising_column(const Organization& body, const CsvField& column) {
    const auto slugs = split(column.text, ';');
    if (slugs.empty()) bodies_.mistake(column, fmt::format("'{}' has no supervising agency", body.slug));
    std::set<std::string_view> seen;
    for (const auto slug : slugs) {
      const auto has_row = [&](bool main_only) {
        return std::any_of(supervisions.begin(), supervisions.end(), [&](const Supervision& s) {
          return s.organization == body.slug && s.agency == slug &&
                 (!main_only || s.role == SupervisionRole::main);
        });
      };
      if (!seen.insert(slug).second) {
        bodies_.mistake(column, fmt::format("supervising names '{}' twice", slug));
      } else if (!find(slug)) {
        bodies_.mistake(column, fmt::format("unknown supervising agency '{}'", slug));
      } else if (!has_row(false)) {
        bodies_.mistake(column,
                        fmt::format("supervising agency '{}' has no row in {}", slug, supervision_file));
      } else if (slug == slugs.front() && !has_row(true)) {
        bodies_.mistake(column, fmt::format("the first supervising agency, '{}', is not main in {}", slug,
                                            supervision_file));
      }
    }
  }

  // On each day of its existence a corporation has exactly one main supervisor that itself exists.
  void check_main_supervisors(const Organization& body, const CsvField& at) {
    std::vector<std::pair<Stretch, std::string_view>> mains;
    for (const auto& supervision : supervisions) {
      const auto* agency = find(supervision.agency);
      if (supervision.organization != body.slug || supervision.role != SupervisionRole::main || !agency)
        continue;
      const auto held =
          common(common(stretch(supervision.period), stretch(agency->period)), stretch(body.period));
      if (!held.empty()) mains.emplace_back(held, supervision.agency);
    }
    std::sort(mains.begin(), mains.end(),
              [](const auto& a, const auto& b) { return a.first.first < b.first.first; });

    const auto missing = [&](Stretch gap) {
      if (!gap.empty())
        bodies_.mistake(at, fmt::format("'{}' has no main supervisor from {}", body.slug, describe(gap)));
    };
    auto uncovered = stretch(body.period);  // the days for which no supervisor has been found yet
    std::string_view before;
    for (const auto& [held, agency] : mains) {
      missing({uncovered.first, held.first - days{1}});
      const Stretch both{held.first, std::min(uncovered.first - days{1}, held.last)};
      if (!before.empty() && !both.empty() && before != agency)
        bodies_.mistake(at, fmt::format("'{}' has two main supervisors, '{}' and '{}', from {}", body.slug,
                                        before, agency, describe(both)));
      before = agency;
      uncovered.first = std::max(uncovered.first, held.last + days{1});
    }
    missing(uncovered);
  }

  const Organization* find(std::string_view slug) const {
    const auto found = std::find_if(organizations.begin(), organizations.end(),
                                    [&](const Organization& body) { return body.slug == slug; });
    return found == organizations.end() ? nullptr : &*found;
  }

  std::vector<Mistake> mistakes_;
  Table bodies_;
  Table scopes_;
  std::vector<const CsvRow*> organization_rows_;  // beside organizations
  std::vector<const CsvRow*> supervision_rows_;   // beside supervisions
};

}  // namespace

tl::expected<Registry, std::vector<Mistake>> Registry::parse(std::string_view organizations_csv,
                                                             std::string_view supervision_csv) {
  RegistryReader reader(organizations_csv, supervision_csv);
  reader.read();
  auto mistakes = std::move(reader).mistakes();
  if (!mistakes.empty()) return tl::unexpected(std::move(mistakes));
  return Registry(std::move(reader.organizations), std::move(reader.supervisions));
}

}  // namespace noroshi::routing
