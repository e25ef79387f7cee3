#include "src/codec/incident_sheet.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "src/codec/encoding.h"
#include "src/codec/strict_json.h"

namespace noroshi::codec {
namespace {

namespace json = boost::json;

struct Word {
  std::string_view word;
  std::string_view ja;
  std::string_view en;
};

template <std::size_t Count>
std::string in_words(const std::array<Word, Count>& words, std::string_view word, Language language) {
  const auto found = std::find_if(words.begin(), words.end(), [&](const Word& known) { return known.word == word; });
  if (found == words.end()) return std::string(word);
  return std::string(language == Language::en ? found->en : found->ja);
}

constexpr std::array states = {
    Word{"reported", "報告済み（可能性）", "reported"}, Word{"assessed", "インシデントと評価", "assessed"},
    Word{"contained", "封じ込め済み", "contained"},     Word{"recovered", "復旧済み", "recovered"},
    Word{"reviewed", "再発防止を検討済み", "reviewed"}, Word{"closed", "終結", "closed"},
    Word{"dismissed", "インシデントではない", "dismissed"}};
constexpr std::array duty_states = {Word{"open", "未履行", "open"}, Word{"fulfilled", "履行", "met"},
                                    Word{"waived", "例外措置", "waived"}, Word{"superseded", "終了（再評価）", "superseded"}};
constexpr std::array assessments = {Word{"incident", "情報セキュリティインシデント", "incident"},
                                    Word{"possible", "インシデントの可能性", "possible incident"},
                                    Word{"not_incident", "インシデントではない", "no incident"}};
// Of an attack, and of what is impaired.
constexpr std::array yes_or_no = {Word{"yes", "あり", "yes"}, Word{"possible", "おそれあり", "possible"}, Word{"no", "なし", "no"},
                                  Word{"unknown", "不明", "unknown"}};
constexpr std::array stages = {Word{"first", "第一報", "first report"}, Word{"followup", "続報", "follow-up"},
                               Word{"final", "最終報", "final report"}, Word{"correction", "訂正", "correction"}};
constexpr std::array kinds = {Word{"report", "報告", "report"}, Word{"relay", "連絡", "relay"}, Word{"notice", "通知", "notice"},
                              Word{"alarm", "警報", "alarm"}};
constexpr std::array cells = {Word{"life", "生命", "life"},         Word{"body", "身体", "body"},
                              Word{"property", "財産", "property"}, Word{"territory", "国土", "territory"},
                              Word{"occurred", "被害が生じ", "harm occurred"}, Word{"feared", "被害のおそれ", "harm feared"},
                              Word{"is", "該当", "is so"},          Word{"may_be", "可能性", "may be so"}};
constexpr std::array precisions = {Word{"minute", "", ""},          Word{"hour", "（時まで）", " (to the hour)"},
                                   Word{"day", "（日まで）", " (to the day)"}, Word{"month", "（月まで）", " (to the month)"},
                                   Word{"year", "（年まで）", " (to the year)"}, Word{"about", "（頃）", " (about)"}};

// What draws text from right to left is shown as what it is: paper has no markup to hold it in its line.
std::string without_direction_marks(std::string_view text) {
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const auto mark = text.substr(at, 3);
    const bool overrides = mark.size() == 3 && mark[0] == '\xe2' &&
                           ((mark[1] == '\x80' && mark[2] >= '\xaa' && mark[2] <= '\xae') ||
                            (mark[1] == '\x81' && mark[2] >= '\xa6' && mark[2] <= '\xa9'));
    overrides ? shown.append("\xef\xbf\xbd") : shown.append(text.substr(at, 1));
    at += overrides ? 3 : 1;
  }
  return shown;
}

std::string name_of(const std::string& slug, const AnswerContext& context) {
  const auto* body = context.law.registry.find(slug);
  if (!body) return slug.empty() ? (context.language == Language::en ? "the system" : "システム") : slug;
  return context.language == Language::en && !body->name_en.empty() ? body->name_en : body->name_ja;
}

// -- The report ------------------------------------------------------------------------------------------------------------

// Reads members of a stored document, which was checked before it was stored.
class ReportLines {
 public:
  ReportLines(const json::value& document, Language language) : document_(document), language_(language) {}

  std::vector<SheetLine> read() && {
    text("整理番号", "Reference", "/reference");
    words("報告の段階", "Stage", "/stage", stages);
    text("件名", "Title", "/title");
    text("概要", "Summary", "/summary");
    time("発生", "Occurred", "/times/occurred");
    time("検知", "Detected", "/times/detected");
    time("認知", "Recognised", "/times/recognized");
    time("評価した時", "Assessed", "/times/assessed");
    words("評価", "Assessment", "/assessment", assessments);
    text("評価の理由", "Reason of the assessment", "/assessment_reason");
    words("サイバー攻撃", "Cyberattack", "/cyberattack", yes_or_no);
    text("攻撃でない理由", "Why no attack", "/cyberattack_reason");
    large_scale();
    text("分類（RSIT）", "Category (RSIT)", "/category");
    systems();
    words("機密性への影響", "Impact on confidentiality", "/impact/confidentiality", yes_or_no);
    words("完全性への影響", "Impact on integrity", "/impact/integrity", yes_or_no);
    words("可用性への影響", "Impact on availability", "/impact/availability", yes_or_no);
    persons();
    list("停止した業務", "Services that stopped", "/impact/services");
    instant("隔離", "Isolated", "/actions/isolated_at");
    instant("停止", "Stopped", "/actions/stopped_at");
    instant("封じ込め", "Contained", "/actions/contained_at");
    instant("復旧", "Recovered", "/actions/recovered_at");
    flag("証拠保全", "Evidence kept", "/actions/evidence_kept");
    flag("外部専門家", "Outside experts", "/actions/outside_experts");
    text("対処の補足", "Note on actions", "/actions/note");
    notices();
    flag("情報共有への同意", "Consent to share", "/consent_to_share");
    text("連絡先（役職）", "Contact (role)", "/contact/role");
    text("連絡手段", "Means of contact", "/contact/means");
    left_out();
    return std::move(lines_);
  }

 private:
  const json::value* find(std::string_view pointer) const {
    json::error_code error;
    const auto* value = document_.find_pointer(pointer, error);
    return value && !value->is_null() ? value : nullptr;
  }
  static std::string string_of(const json::value& value) {
    return value.is_string() ? std::string(value.as_string()) : std::string();
  }
  std::string string_at(std::string_view pointer) const {
    const auto* value = find(pointer);
    return value ? string_of(*value) : std::string();
  }
  std::string_view chosen(std::string_view ja, std::string_view en) const { return language_ == Language::en ? en : ja; }

  void line(std::string_view ja, std::string_view en, std::string text) {
    if (!text.empty()) lines_.push_back({std::string(chosen(ja, en)), without_direction_marks(text)});
  }
  void text(std::string_view ja, std::string_view en, std::string_view pointer) { line(ja, en, string_at(pointer)); }
  template <class Words>
  void words(std::string_view ja, std::string_view en, std::string_view pointer, const Words& words) {
    line(ja, en, in_words(words, string_at(pointer), language_));
  }
  void flag(std::string_view ja, std::string_view en, std::string_view pointer) {
    const auto* value = find(pointer);
    if (value && value->is_bool()) line(ja, en, std::string(value->as_bool() ? chosen("あり", "yes") : chosen("なし", "no")));
  }
  std::string shown(const std::string& rfc3339) const {
    const auto at = parse_rfc3339(rfc3339);
    return at ? paper_time(*at, language_) : std::string();
  }
  void instant(std::string_view ja, std::string_view en, std::string_view pointer) { line(ja, en, shown(string_at(pointer))); }
  void time(std::string_view ja, std::string_view en, const std::string& pointer) {
    const auto at = shown(string_at(pointer + "/value"));
    if (!at.empty()) line(ja, en, at + in_words(precisions, string_at(pointer + "/precision"), language_));
  }

  template <class Entry>
  void entries(std::string_view ja, std::string_view en, std::string_view pointer, const Entry& entry) {
    const auto* list = find(pointer);
    if (!list || !list->is_array()) return;
    std::string all;
    for (const auto& value : list->get_array()) {
      const std::string shown = entry(value);
      if (!shown.empty()) all += (all.empty() ? "" : "\n") + shown;
    }
    line(ja, en, all);
  }
  void list(std::string_view ja, std::string_view en, std::string_view pointer) {
    entries(ja, en, pointer, string_of);
  }
  static std::string member(const json::value& object, std::string_view name) {
    const auto* value = object.is_object() ? object.get_object().if_contains(name) : nullptr;
    return value ? string_of(*value) : std::string();
  }
  void large_scale() {
    entries("大規模の該当", "Large scale", "/large_scale", [&](const json::value& cell) {
      return fmt::format("{}　{}　{}", in_words(cells, member(cell, "criterion"), language_),
                         in_words(cells, member(cell, "harm"), language_), in_words(cells, member(cell, "certainty"), language_));
    });
  }
  void systems() {
    entries("情報システム", "Systems", "/systems", [&](const json::value& system) {
      auto shown = member(system, "name");
      for (const auto* name : {"product", "contractor"})
        if (const auto also = member(system, name); !also.empty()) shown += " / " + also;
      const auto* shared = system.is_object() ? system.get_object().if_contains("shared_platform") : nullptr;
      if (shared && shared->is_bool() && shared->as_bool()) shown += chosen("（基盤となる情報システム）", " (shared platform)");
      return shown;
    });
  }
  void notices() {
    entries("連絡済みの先", "Already told", "/notices_made", [&](const json::value& notice) {
      auto shown_notice = member(notice, "to");
      if (const auto at = shown(member(notice, "at")); !at.empty()) shown_notice += "　" + at;
      for (const auto* name : {"means", "reference"})
        if (const auto also = member(notice, name); !also.empty()) shown_notice += " / " + also;
      return shown_notice;
    });
  }
  void persons() {
    const auto count = [&](std::string_view pointer) -> std::string {
      const auto* value = find(pointer);
      return value && value->is_int64() ? std::to_string(value->as_int64()) : std::string();
    };
    const auto least = count("/impact/persons_affected/min");
    const auto most = count("/impact/persons_affected/max");
    if (least.empty() && most.empty()) return;
    line("本人の数", "Persons affected", least == most ? least : least + "–" + most);
  }
  void left_out() {
    list("示されない項目", "Not in your view", "/view/left_out");
    entries("留保中の項目", "Withheld", "/view/withheld", [&](const json::value& withheld) {
      std::string names;
      if (const auto* members = withheld.is_object() ? withheld.get_object().if_contains("members") : nullptr;
          members && members->is_array())
        for (const auto& name : members->get_array()) names += (names.empty() ? "" : ", ") + string_of(name);
      return fmt::format("{} ({}, {})", names, member(withheld, "by"), shown(member(withheld, "until")));
    });
  }

  const json::value& document_;
  Language language_;
  std::vector<SheetLine> lines_;
};

// -- The case ---------------------------------------------------------------------------------------------------------------

std::string_view chosen(std::string_view ja, std::string_view en, const AnswerContext& context) {
  return context.language == Language::en ? en : ja;
}

void add_line(SheetSection& section, std::string_view label, std::string text) {
  if (!text.empty()) section.lines.push_back({std::string(label), without_direction_marks(text)});
}

std::string shown(const std::optional<Timestamp>& at, const AnswerContext& context) {
  return at ? paper_time(*at, context.language) : std::string();
}

std::vector<std::string> marks_of(const IncidentDetail& incident, const AnswerContext& context) {
  std::vector<std::string> marks;
  if (incident.summary.exercise) marks.emplace_back(chosen("訓練", "EXERCISE", context));
  if (incident.labels.empty()) return marks;
  const auto& label = incident.labels.back();
  if (!label.own_label.empty()) marks.push_back(without_direction_marks(label.own_label));
  if (label.grades.confidentiality > 0)
    marks.push_back(fmt::format(fmt::runtime(chosen("機密性{}", "Confidentiality {}", context)), label.grades.confidentiality));
  for (const auto& restriction : label.restrictions) marks.push_back(without_direction_marks(restriction));
  return marks;
}

SheetSection case_section(const IncidentDetail& incident, const AnswerContext& context) {
  const auto& summary = incident.summary;
  SheetSection section{std::string(chosen("インシデント", "Incident", context)), "", {}, {}};
  add_line(section, chosen("番号", "Number", context), summary.number);
  add_line(section, chosen("受付番号", "Receipt number", context), summary.receipt_number);
  add_line(section, chosen("機関", "Body", context), name_of(summary.organization, context));
  add_line(section, chosen("状態", "State", context), in_words(states, summary.state, context.language));
  add_line(section, chosen("評価", "Assessment", context), in_words(assessments, summary.assessment, context.language));
  add_line(section, chosen("サイバー攻撃", "Cyberattack", context), in_words(yes_or_no, summary.cyberattack, context.language));
  add_line(section, chosen("認知", "Recognised", context), paper_time(summary.recognized_at, context.language));
  add_line(section, chosen("受付", "Received", context), paper_time(summary.opened_at, context.language));
  if (!incident.labels.empty()) {
    std::string restrictions;
    for (const auto& restriction : incident.labels.back().restrictions) restrictions += (restrictions.empty() ? "" : "\n") + restriction;
    add_line(section, chosen("取扱制限", "Handling", context), restrictions);
  }
  if (summary.erased_at)
    add_line(section, chosen("内容の消去", "Content erased", context),
             fmt::format("{}　{}", shown(summary.erased_at, context), name_of(summary.erased_by, context)));
  return section;
}

// "2018-08-01 09:00", Japan's time: a cell is narrow.
std::string table_time(Timestamp at) {
  const auto text = format_rfc3339(std::chrono::floor<std::chrono::seconds>(at));
  return text.substr(0, 10) + " " + text.substr(11, 5);
}

// In one sentence: our gloss is shorter than the standard's own words, which the edition has.
std::string what_is_owed(const ObligationView& duty, const AnswerContext& context) {
  const auto* edition = context.law.editions.find(duty.edition);
  const auto* rule = edition ? edition->find(duty.rule) : nullptr;
  if (!rule) return "";
  if (context.language == Language::en) return rule->gloss;
  return rule->gloss_ja.empty() ? rule->words : rule->gloss_ja;
}

std::string state_of(const ObligationView& duty, const AnswerContext& context) {
  auto state = in_words(duty_states, duty.state, context.language);
  if (overdue(duty, context.now)) state += chosen("（期限超過）", " (overdue)", context);
  if (duty.fulfilled_at) state += "\n" + table_time(*duty.fulfilled_at);
  if (duty.acknowledged_at) state += "\n" + std::string(chosen("受領確認 ", "acknowledged ", context)) + table_time(*duty.acknowledged_at);
  return state;
}

SheetSection duty_section(const IncidentDetail& incident, const AnswerContext& context) {
  SheetSection section{std::string(chosen("義務", "Duties", context)),
                       std::string(chosen("期限は運用者の目標です（統一基準に数値の定めはありません）。",
                                          "Due times are the operator's own targets; the standard names no number.", context)),
                       {}, {}};
  SheetTable table{{{std::string(chosen("条項", "Clause", context)), 1.2},
                    {std::string(chosen("義務を負う機関 → 相手", "Holder → recipient", context)), 4},
                    {std::string(chosen("発生", "Opened", context)), 1.3},
                    {std::string(chosen("期限", "Due", context)), 1.3},
                    {std::string(chosen("状態", "State", context)), 1.6}},
                   {}};
  for (const auto& duty : incident.obligations) {
    const auto clause = duty.sentence == 0 ? duty.clause
                                           : fmt::format(fmt::runtime(chosen("{} 第{}文", "{} sentence {}", context)), duty.clause, duty.sentence);
    auto who = duty.inner ? name_of(duty.holder, context) + std::string(chosen("（内部）", " (inside)", context))
                          : name_of(duty.holder, context) + " → " + name_of(duty.recipient, context);
    if (const auto told = what_is_owed(duty, context); !told.empty()) who += "\n" + told;
    table.rows.push_back({clause, who, table_time(duty.opened_at), table_time(duty.due_at),
                          state_of(duty, context)});
  }
  if (!table.rows.empty()) section.table = std::move(table);
  return section;
}

SheetSection message_section(const IncidentDetail& incident, const AnswerContext& context) {
  SheetSection section{std::string(chosen("送付", "Messages", context)), "", {}, {}};
  SheetTable table{{{std::string(chosen("送付", "Sent", context)), 1.3},
                    {std::string(chosen("種別", "Kind", context)), 0.8},
                    {std::string(chosen("差出 → 宛先", "From → to", context)), 3},
                    {std::string(chosen("受領確認", "Acknowledged", context)), 2.4}},
                   {}};
  for (const auto& message : incident.messages) {
    auto acknowledged = message.acknowledged_at ? table_time(*message.acknowledged_at) : std::string();
    if (!message.acknowledged_by.empty()) acknowledged += "\n" + message.acknowledged_by;
    table.rows.push_back({table_time(message.sent_at), in_words(kinds, message.kind, context.language),
                          name_of(message.sender, context) + " → " + name_of(message.recipient, context),
                          without_direction_marks(acknowledged)});
  }
  if (!table.rows.empty()) section.table = std::move(table);
  return section;
}

SheetSection version_section(const IncidentDetail& incident, const AnswerContext& context) {
  SheetSection section{std::string(chosen("報告の版", "Versions of the report", context)), "", {}, {}};
  SheetTable table{{{std::string(chosen("版", "Version", context)), 0.9},
                    {std::string(chosen("受付", "Received", context)), 1.3},
                    {std::string(chosen("受け取ったままのバイト列の SHA-256", "SHA-256 of the bytes as received", context)), 4}},
                   {}};
  for (const auto& version : incident.reports)
    table.rows.push_back({fmt::format("{} {}", version.version, in_words(stages, version.stage, context.language)),
                          table_time(version.received_at),
                          version.sha256 ? *version.sha256 : std::string(chosen("消去済み", "erased", context))});
  if (!table.rows.empty()) section.table = std::move(table);
  return section;
}

SheetSection timeline_section(const IncidentDetail& incident, const AnswerContext& context) {
  SheetSection section{std::string(chosen("経過（記録）", "Timeline (the record)", context)),
                       std::string(chosen("番号は改変の検知できる記録の中の位置です。noroshi record verify で確かめられます。",
                                          "Numbers are places in the tamper-evident record; noroshi record verify checks it.", context)),
                       {}, {}};
  SheetTable table{{{std::string(chosen("日時", "At", context)), 1.3},
                    {std::string(chosen("出来事", "Event", context)), 3},
                    {std::string(chosen("機関", "Body", context)), 2.4},
                    {std::string(chosen("番号", "Number", context)), 0.9}},
                   {}};
  for (const auto& entry : incident.timeline)
    table.rows.push_back({table_time(entry.at), std::string(words_of_event(entry.type, context.language)),
                          name_of(entry.organization, context), entry.sequence ? std::to_string(*entry.sequence) : "—"});
  if (!table.rows.empty()) section.table = std::move(table);
  return section;
}

// 令和 and 平成: reports lie after 1989; what was before is written without an era.
std::string era_of(std::chrono::year_month_day day) {
  using namespace std::chrono;
  const auto year = [](int of_era) { return of_era == 1 ? std::string("元") : std::to_string(of_era); };
  if (day >= 2019y / May / 1) return "令和" + year(static_cast<int>(day.year()) - 2018) + "年";
  if (day >= 1989y / January / 8) return "平成" + year(static_cast<int>(day.year()) - 1988) + "年";
  return "";
}

}  // namespace

std::string paper_time(Timestamp at, Language language) {
  using namespace std::chrono;
  const auto local = floor<minutes>(at + japan_offset);
  const year_month_day day{floor<days>(local)};
  const hh_mm_ss time{local - floor<days>(local)};
  const int year = static_cast<int>(day.year());
  const auto month = static_cast<unsigned>(day.month());
  const auto of_month = static_cast<unsigned>(day.day());
  if (language == Language::en)
    return fmt::format("{}-{:02}-{:02} {:02}:{:02} (JST)", year, month, of_month, time.hours().count(), time.minutes().count());
  const auto era = era_of(day);
  return fmt::format("{}年{}月{}日{} {}:{:02}", year, month, of_month, era.empty() ? "" : "（" + era + "）", time.hours().count(),
                     time.minutes().count());
}

std::vector<SheetLine> report_lines(const std::string& document, Language language) {
  JsonDocument parsed;
  if (!parsed.parse(document)) std::abort();  // it was checked before it was stored
  return ReportLines(parsed.root(), language).read();
}

Sheet incident_sheet(const IncidentDetail& incident, const std::string& printed_for, const AnswerContext& context) {
  const auto& summary = incident.summary;
  Sheet sheet;
  sheet.language = context.language;
  sheet.number = summary.number;
  sheet.title = summary.erased_at ? std::string(chosen("（内容は消去されました）", "(the content was erased)", context))
                                  : without_direction_marks(summary.title);
  sheet.marks = marks_of(incident, context);
  sheet.footer = fmt::format("{}　{}　{}", summary.number, paper_time(context.now, context.language), printed_for);
  if (!incident.reports.empty() && incident.reports.back().sha256)
    sheet.footer += fmt::format("\nSHA-256 {}", *incident.reports.back().sha256);
  sheet.sections.push_back(case_section(incident, context));
  if (incident.document && !summary.erased_at)
    sheet.sections.push_back({std::string(chosen("報告", "Report", context)), "", report_lines(*incident.document, context.language), {}});
  for (auto& section : {version_section(incident, context), duty_section(incident, context), message_section(incident, context),
                        timeline_section(incident, context)})
    if (section.table) sheet.sections.push_back(section);
  if (incident.truncated)
    sheet.sections.push_back({std::string(chosen("注意", "Note", context)),
                              std::string(chosen("一覧の一部は長いため、新しいものだけを載せています。",
                                                 "Some lists are long; only their latest entries are here.", context)),
                              {}, {}});
  return sheet;
}

}  // namespace noroshi::codec
