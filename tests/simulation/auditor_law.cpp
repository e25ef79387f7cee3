#include "tests/simulation/auditor_law.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

namespace noroshi::simulation {
namespace {

constexpr Day ever = std::numeric_limits<Day>::max();

// Fields of one line of CSV (RFC 4180, no line breaks within fields).
std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
        fields.back() += '"';
        ++i;
      } else {
        quoted = !quoted;
      }
    } else if (line[i] == ',' && !quoted) {
      fields.emplace_back();
    } else if (line[i] != '\r') {
      fields.back() += line[i];
    }
  }
  return fields;
}

std::vector<std::map<std::string, std::string>> table_of(std::string_view text) {
  std::vector<std::map<std::string, std::string>> rows;
  std::vector<std::string> names;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto fields = fields_of(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (names.empty()) {
      names = fields;
      continue;
    }
    if (fields.size() != names.size()) continue;
    auto& row = rows.emplace_back();
    for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = fields[i];
  }
  return rows;
}

enum class Whose { agency, corporation, anybody, told };
enum class Whom { to_centre, supervisor, police, crisis_desk, oneself };
enum class When { incident, possible, attack, undecided, large_scale, platform };

struct Sentence {
  std::string_view edition, rule, clause;
  int sentence;
  Whose whose;
  Whom whom;
  When when;
  Instant target;
};

using enum Whose;
using enum Whom;
using enum When;

// H28 binds the CSIRT of a 府省庁 alone; in H30 clauses (h)-(k) became (j)-(m) when (g) was split in three.
constexpr std::array sentences = {
    Sentence{"h28", "b", "2.2.4(2)(b)", 0, agency, oneself, possible, 24 * one_hour},
    Sentence{"h28", "c", "2.2.4(2)(c)", 0, agency, oneself, incident, one_hour},
    Sentence{"h28", "d", "2.2.4(2)(d)", 0, agency, oneself, incident, one_hour},
    Sentence{"h28", "e", "2.2.4(2)(e)", 0, agency, oneself, incident, 24 * one_hour},
    Sentence{"h28", "f", "2.2.4(2)(f)", 0, agency, oneself, platform, 24 * one_hour},
    Sentence{"h28", "g.1", "2.2.4(2)(g)", 1, agency, to_centre, incident, one_hour},
    Sentence{"h28", "g.decide", "2.2.4(2)(g) decision", 0, agency, oneself, undecided, 24 * one_hour},
    Sentence{"h28", "g.2", "2.2.4(2)(g)", 2, agency, police, attack, 24 * one_hour},
    Sentence{"h28", "g.3", "2.2.4(2)(g)", 3, agency, crisis_desk, large_scale, 15 * one_minute},
    Sentence{"h28", "h", "2.2.4(2)(h)", 0, agency, oneself, incident, 24 * one_hour},
    Sentence{"h28", "i", "2.2.4(2)(i)", 0, agency, oneself, incident, 7 * one_day},
    Sentence{"h28", "j", "2.2.4(2)(j)", 0, agency, oneself, incident, 3 * one_day},
    Sentence{"h28", "3.a", "2.2.4(3)(a)", 0, agency, oneself, incident, 30 * one_day},
    Sentence{"h28", "3.b", "2.2.4(3)(b)", 0, agency, oneself, incident, 45 * one_day},
    Sentence{"h28", "3.c", "2.2.4(3)(c)", 0, agency, oneself, incident, 60 * one_day},
    Sentence{"h30", "b", "2.2.4(2)(b)", 0, anybody, oneself, possible, 24 * one_hour},
    Sentence{"h30", "c", "2.2.4(2)(c)", 0, anybody, oneself, incident, one_hour},
    Sentence{"h30", "d", "2.2.4(2)(d)", 0, anybody, oneself, incident, one_hour},
    Sentence{"h30", "e", "2.2.4(2)(e)", 0, anybody, oneself, incident, 24 * one_hour},
    Sentence{"h30", "f", "2.2.4(2)(f)", 0, anybody, oneself, platform, 24 * one_hour},
    Sentence{"h30", "g.1", "2.2.4(2)(g)", 1, agency, to_centre, incident, one_hour},
    Sentence{"h30", "g.2", "2.2.4(2)(g)", 2, corporation, supervisor, incident, one_hour},
    Sentence{"h30", "g.3", "2.2.4(2)(g)", 3, told, to_centre, incident, 30 * one_minute},
    Sentence{"h30", "h.decide", "2.2.4(2)(h) decision", 0, anybody, oneself, undecided, 24 * one_hour},
    Sentence{"h30", "h", "2.2.4(2)(h)", 0, anybody, police, attack, 24 * one_hour},
    Sentence{"h30", "i", "2.2.4(2)(i)", 0, agency, crisis_desk, large_scale, 15 * one_minute},
    Sentence{"h30", "i", "2.2.4(2)(i)", 0, told, crisis_desk, large_scale, 15 * one_minute},
    Sentence{"h30", "j", "2.2.4(2)(j)", 0, anybody, oneself, incident, 24 * one_hour},
    Sentence{"h30", "k", "2.2.4(2)(k)", 0, anybody, oneself, incident, 7 * one_day},
    Sentence{"h30", "l", "2.2.4(2)(l)", 0, anybody, oneself, incident, 3 * one_day},
    Sentence{"h30", "3.a", "2.2.4(3)(a)", 0, anybody, oneself, incident, 30 * one_day},
    Sentence{"h30", "3.b", "2.2.4(3)(b)", 0, anybody, oneself, incident, 45 * one_day},
    Sentence{"h30", "3.c", "2.2.4(3)(c)", 0, anybody, oneself, incident, 60 * one_day},
};
// Of the edition that comes midway: what differs from H30.
constexpr std::string_view coming = "r8";
Instant target_coming(const Sentence& sentence) {
  if (sentence.rule == "g.1") return 30 * one_minute;
  if (sentence.rule == "g.2") return 45 * one_minute;
  if (sentence.rule == "g.3") return 20 * one_minute;
  if (sentence.rule == "h") return 12 * one_hour;
  return sentence.target;
}
// Clause (m): opened by a dispatch of CYMAT, not by what was reported.
constexpr Instant target_of_information = 24 * one_hour;

// 大規模サイバー攻撃事態: a cell, and not said to be no attack. 「その可能性がある事態」 is enough.
bool is_large_scale(const JudgementHeld& held) {
  return held.cells > 0 && held.cyberattack != "no";
}
// サイバー攻撃又はそのおそれ; silence about the cause does not dodge the police where the harm is large.
bool is_attack(const JudgementHeld& held) {
  return held.cyberattack == "yes" || held.cyberattack == "possible" ||
         (held.cyberattack == "unknown" && held.cells > 0);
}

}  // namespace

Day day_of(Instant at) {
  const Instant shifted = at + 9 * one_hour;
  return shifted >= 0 ? shifted / one_day : -((-shifted + one_day - 1) / one_day);
}

// Days of the Gregorian calendar, by counting.
Day parse_iso_day(std::string_view text) {
  const int year = std::atoi(std::string(text.substr(0, 4)).c_str());
  const int month = std::atoi(std::string(text.substr(5, 2)).c_str());
  const int day = std::atoi(std::string(text.substr(8, 2)).c_str());
  const auto leap = [](int y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; };
  constexpr std::array lengths = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  Day days = 0;
  for (int y = 1970; y < year; ++y) days += leap(y) ? 366 : 365;
  for (int m = 1; m < month; ++m) days += lengths[static_cast<std::size_t>(m - 1)] + (m == 2 && leap(year) ? 1 : 0);
  return days + day - 1;
}

LawBook::LawBook(std::string_view organizations_csv, std::string_view supervision_csv) {
  const auto from = [](const std::string& text) { return text.empty() ? -ever : parse_iso_day(text); };
  const auto to = [](const std::string& text) { return text.empty() ? ever : parse_iso_day(text); };
  for (auto& row : table_of(organizations_csv)) {
    bodies_[row["id"]] = {row["kind"],      row["also_kind"],        row["police"],
                          row["successor"], from(row["valid_from"]), to(row["valid_to"])};
    order_.push_back(row["id"]);
  }
  for (auto& row : table_of(supervision_csv))
    supervisions_.emplace(row["org_id"],
                          Supervision{row["agency_id"], row["role"], from(row["valid_from"]), to(row["valid_to"])});
  editions_ = {{parse_iso_day("2018-07-25"), "h30"}, {parse_iso_day("2016-08-31"), "h28"}};
}

void LawBook::bring_into_force(const std::string& edition, Day from) {
  editions_.insert(editions_.begin(), {from, edition});
}

std::string LawBook::edition(Day day) const {
  for (const auto& [from, id] : editions_)
    if (day >= from) return id;
  return {};
}

bool LawBook::is(const std::string& slug, std::string_view kind) const {
  const auto found = bodies_.find(slug);
  return found != bodies_.end() && (found->second.kind == kind || found->second.also_kind == kind);
}
std::string LawBook::kind(const std::string& slug) const {
  const auto found = bodies_.find(slug);
  return found == bodies_.end() ? std::string() : found->second.kind;
}
bool LawBook::is_corporation(const std::string& slug) const {
  const auto of = kind(slug);
  return of == "independent_administrative_agency" || of == "designated_corporation";
}
bool LawBook::in_force(const std::string& slug, Day day) const {
  const auto found = bodies_.find(slug);
  return found != bodies_.end() && found->second.from <= day && day <= found->second.to;
}

std::string LawBook::standing(const std::string& slug, Day day) const {
  auto now = slug;
  for (int steps = 0; steps < 20; ++steps) {
    const auto found = bodies_.find(now);
    if (found == bodies_.end() || day < found->second.from) return slug;
    if (day <= found->second.to) return now;
    if (found->second.successor.empty()) return slug;
    now = found->second.successor;
  }
  return slug;
}

std::string LawBook::centre(Day day) const {
  for (const auto& slug : order_)
    if (kind(slug) == "center" && in_force(slug, day)) return slug;
  return {};
}

bool LawBook::supervises(const std::string& agency, const std::string& corporation, Day day) const {
  const auto [first, last] = supervisions_.equal_range(corporation);
  return std::any_of(first, last, [&](const auto& row) {
    return row.second.agency == agency && row.second.from <= day && day <= row.second.to && in_force(agency, day);
  });
}
std::string LawBook::main_agency(const std::string& corporation, Day day) const {
  const auto [first, last] = supervisions_.equal_range(corporation);
  for (auto row = first; row != last; ++row)
    if (row->second.role == "main" && row->second.from <= day && day <= row->second.to) return row->second.agency;
  return {};
}

std::string LawBook::severity(const CaseFacts& facts) {
  bool large = false;
  bool attacked = false;
  for (const auto& [body, held] : facts.judgements) {
    large = large || is_large_scale(held);
    attacked = attacked || held.cyberattack == "yes" || held.cyberattack == "possible";
  }
  return large ? "large_scale" : attacked ? "attack" : "ordinary";
}

// A body's own figure stands in the place of the usual one; what is graver is never given longer.
Instant LawBook::allowed(const Allowance& allowance, const std::string& body, const std::string& severity) {
  const auto own = allowance.by_body.find(body);
  Instant shortest = own == allowance.by_body.end() ? allowance.usual : own->second;
  for (const char* lighter : {"ordinary", "attack", "large_scale"}) {
    const auto set = allowance.by_severity.find(lighter);
    if (set != allowance.by_severity.end()) shortest = std::min(shortest, set->second);
    if (severity == lighter) break;
  }
  return shortest;
}

Instant LawBook::target(const std::string& edition, const std::string& rule, const std::string& body,
                        const std::string& severity, const Policy& policy) const {
  Allowance allowance;
  allowance.usual = target_of_information;  // (m), (k) of H28: no line of the table
  const std::string held = edition == coming ? "h30" : edition;
  const std::string name = edition == coming && rule == "n" ? "l" : rule;
  for (const auto& sentence : sentences)
    if (sentence.edition == held && sentence.rule == name)
      allowance.usual = edition == coming ? target_coming(sentence) : sentence.target;
  if (const auto set = policy.targets.find(edition + ":" + rule); set != policy.targets.end()) {
    if (set->second.usual) allowance.usual = set->second.usual;
    allowance.by_severity = set->second.by_severity;
    allowance.by_body = set->second.by_body;
  }
  return allowed(allowance, body, severity);
}

std::vector<Owed> LawBook::duties(const CaseFacts& facts, Day today, const Policy& policy) const {
  std::vector<Owed> owed;
  const Day day = day_of(facts.recognized);
  const Day placed = std::max(day, today);
  const auto edition_now = edition(day);
  const auto& victim = facts.organization;
  const bool of_agency = is(victim, "national_agency");
  const bool of_corporation = is_corporation(victim);
  if (edition_now.empty() || !in_force(victim, day) || (!of_agency && !of_corporation)) return owed;

  const auto own = facts.judgements.find(victim);
  const JudgementHeld held = own == facts.judgements.end() ? JudgementHeld{} : own->second;
  const bool assessed = held.assessment == "incident";

  // Whom the corporation tells: main and joint, and a 共管 body that a person added. And who judged it: it was told.
  std::vector<std::string> recipients;
  std::vector<std::pair<std::string, const JudgementHeld*>> informed;
  if (of_corporation) {
    const auto [first, last] = supervisions_.equal_range(victim);
    for (auto row = first; row != last; ++row) {
      const auto& agency_slug = row->second.agency;
      if (day < row->second.from || day > row->second.to || !in_force(agency_slug, day)) continue;
      const bool told_of_it = row->second.role != "co" || facts.added_supervisors.contains(agency_slug);
      if (told_of_it) recipients.push_back(agency_slug);
      const JudgementHeld* theirs = nullptr;
      for (const auto& [body, judged] : facts.judgements)
        if (body != victim && (body == agency_slug || body == standing(agency_slug, placed))) theirs = &judged;
      if ((told_of_it && assessed) || theirs)
        informed.emplace_back(agency_slug, theirs && theirs->assessment != "not_incident" ? theirs : nullptr);
    }
  }
  std::vector<std::string> police_told;
  const auto usable = [&](const std::string& slug) { return is(slug, "police") && in_force(slug, day); };
  if (usable(facts.police))
    police_told.push_back(facts.police);
  else if (const auto& usual = bodies_.find(victim)->second.police; in_force(usual, day))
    police_told.push_back(usual);
  for (const auto& slug : facts.added_police)
    if (usable(slug)) police_told.push_back(slug);

  const auto severity_now = severity(facts);
  const auto owe = [&](const Sentence& sentence, const std::string& holder, const std::string& recipient) {
    Owed duty;
    duty.edition = edition_now;
    duty.rule = edition_now == coming && sentence.rule == "l" ? "n" : sentence.rule;
    duty.clause = edition_now == coming && sentence.rule == "l" ? "2.2.4(2)(n)" : sentence.clause;
    duty.sentence = sentence.sentence;
    duty.holder = standing(holder, placed);
    duty.recipient = standing(recipient, placed);
    duty.inner = sentence.whom == oneself;
    duty.on_receipt = sentence.whose == told;
    duty.target = target(edition_now, duty.rule, duty.holder, severity_now, policy);
    const auto same = [&](const Owed& other) {
      return other.clause == duty.clause && other.sentence == duty.sentence && other.holder == duty.holder &&
             other.recipient == duty.recipient;
    };
    if (std::none_of(owed.begin(), owed.end(), same)) owed.push_back(duty);
  };
  const auto to_all = [&](const Sentence& sentence, const std::string& holder) {
    switch (sentence.whom) {
      case oneself:
        return owe(sentence, holder, holder);
      case to_centre:
        if (const auto slug = centre(day); !slug.empty()) owe(sentence, holder, slug);
        return;
      case crisis_desk:
        if (in_force("cas-jitai", day)) owe(sentence, holder, "cas-jitai");
        return;
      case police:
        for (const auto& slug : police_told) owe(sentence, holder, slug);
        return;
      case supervisor:
        for (const auto& slug : recipients) owe(sentence, holder, slug);
        return;
    }
  };

  for (const auto& sentence : sentences) {
    if (sentence.edition != (edition_now == coming ? "h30" : edition_now)) continue;
    if (sentence.whose == told) {
      for (const auto& [agency_slug, theirs] : informed) {
        const bool case_of_theirs = assessed || (theirs && theirs->assessment == "incident");
        const bool large = is_large_scale(held) || (theirs && is_large_scale(*theirs));
        if (case_of_theirs && (sentence.when != large_scale || large)) to_all(sentence, agency_slug);
      }
      continue;
    }
    if ((sentence.whose == agency && !of_agency) || (sentence.whose == corporation && !of_corporation)) continue;
    bool opens = assessed;
    if (sentence.when == possible) opens = held.assessment == "possible";
    if (sentence.when == attack) opens = assessed && is_attack(held);
    if (sentence.when == undecided) opens = assessed && held.cyberattack == "unknown";
    if (sentence.when == large_scale) opens = assessed && is_large_scale(held);
    if (sentence.when == platform) opens = assessed && facts.platform;
    if (opens) to_all(sentence, victim);
  }
  return owed;
}

}  // namespace noroshi::simulation
