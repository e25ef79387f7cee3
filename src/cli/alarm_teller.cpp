#include "src/cli/alarm_teller.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <tuple>

#include <fmt/format.h>

#include "src/cli/json_view.h"
#include "src/cli/table.h"
#include "src/cli/words.h"
#include "src/core/departure.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;
namespace codes = core::alarm_codes;

constexpr std::size_t levels = 4;
constexpr int page = 100;

// An instant that an answer gave; the epoch where it gave none.
Timestamp time_at(const json::value& value, std::string_view pointer) {
  return parse_rfc3339(text_at(value, pointer)).value_or(Timestamp{});
}

std::string minute(Timestamp at) {
  return shown_time(format_rfc3339(at));
}

std::string shown_levels(const std::vector<ToldAlarm>& together, Language language) {
  const auto [least, most] =
      std::minmax_element(together.begin(), together.end(),
                          [](const ToldAlarm& a, const ToldAlarm& b) { return a.level < b.level; });
  const auto range = least->level == most->level ? fmt::format("{}", most->level)
                                                 : fmt::format("{}-{}", least->level, most->level);
  return language == Language::ja ? fmt::format("第{}段階", range) : fmt::format("level {}", range);
}

// "2.2.4(2)(c), (d), (j)": what one clause shares with the one before stands once.
std::string joined(const std::set<std::string>& clauses) {
  std::string text;
  std::string shared;
  for (const auto& clause : clauses) {
    const auto letter = clause.rfind('(');
    if (text.empty()) {
      text = clause;
    } else {
      text += ", " + (clause.substr(0, letter) == shared ? clause.substr(letter) : clause);
    }
    shared = clause.substr(0, letter);
  }
  return text;
}

std::string what_is_late(const ToldAlarm& alarm, const std::set<std::string>& clauses, Language language) {
  const bool ja = language == Language::ja;
  const auto between =
      alarm.recipient.empty() ? alarm.late : fmt::format("{} → {}", alarm.late, alarm.recipient);
  const auto duty = fmt::format("{} {}", between, joined(clauses));
  if (alarm.code == codes::duty_overdue) return duty + (ja ? " 未履行" : " not met");
  if (alarm.code == codes::relay_silent) return duty + (ja ? " 中継なし" : " not relayed");
  if (alarm.code == codes::followup_overdue)
    return ja ? fmt::format("{} の続報なし", alarm.late) : fmt::format("no follow-up of {}", alarm.late);
  if (alarm.code == codes::acknowledgement_overdue)
    return ja ? fmt::format("{1} が {0} の連絡の受領を未確認", joined(clauses), alarm.late)
              : fmt::format("{} not acknowledged by {}", joined(clauses), alarm.late);
  if (alarm.code == codes::inquiry_overdue)
    return ja ? fmt::format("{} が照会に未回答", alarm.late) : fmt::format("an inquiry not answered by {}", alarm.late);
  if (alarm.code == codes::permission_overdue)
    return ja ? fmt::format("{} の別紙が許可を待っています", alarm.late) : fmt::format("an annex of {} waits for its permission", alarm.late);
  if (alarm.code == codes::handover_overdue)
    return ja ? fmt::format("{} の対応責任者の引継ぎなし", alarm.late)
              : fmt::format("who leads the response of {} has not handed over", alarm.late);
  if (alarm.code == codes::head_gone)
    return ja ? fmt::format("{} の対応責任者が離任又は離職。引き継ぐ者がいません", alarm.late)
              : fmt::format("who leads the response of {} is gone, and nobody has taken over", alarm.late);
  if (alarm.code == codes::receiver_dead)
    return ja ? fmt::format("{} に誰もいません", alarm.late) : fmt::format("nobody there at {}", alarm.late);
  return fmt::format("{} {}", alarm.code, duty);
}

std::string how_late(std::chrono::seconds late_by, Language language) {
  const bool ja = language == Language::ja;
  if (late_by < std::chrono::minutes(1)) return ja ? "期限到来" : "due now";
  const auto length = shown_duration(late_by.count(), language);
  return ja ? length + " 超過" : length + " late";
}

}  // namespace

std::string shown_alarms(const std::vector<ToldAlarm>& together, Language language) {
  // Clocks of one kind that are equally late share their words.
  using Key = std::tuple<std::chrono::seconds, std::string, std::string, std::string>;
  std::map<Key, std::set<std::string>, std::greater<>> clauses;
  std::map<Key, ToldAlarm> first;
  for (const auto& alarm : together) {
    const Key key{alarm.late_by, alarm.code, alarm.late, alarm.recipient};
    clauses[key].insert(alarm.clause);
    first.emplace(key, alarm);
  }
  const auto& anybody = together.front();
  auto line =
      fmt::format("▲ {}  {} {}: ", shown_levels(together, language),
                  shown_organization(anybody.organization, language), shown_role(anybody.role, language));
  const char* joint = "";
  for (const auto& [key, which] : clauses) {
    const auto& alarm = first.at(key);
    const auto what = what_is_late(alarm, which, language);
    const auto late = how_late(alarm.late_by, language);
    line += joint + (language == Language::ja ? fmt::format("{}【{}】", what, late)
                                              : fmt::format("{} [{}]", what, late));
    joint = language == Language::ja ? "、" : "; ";
  }
  return line;
}

std::string shown_summary(const std::vector<ToldAlarm>& alarms, Language language) {
  struct Heard {
    std::array<int, levels> by_level{};
    Timestamp first = Timestamp::max();
  };
  std::map<std::pair<std::string, std::string>, Heard> heard;
  for (const auto& alarm : alarms) {
    auto& row = heard[{alarm.organization, alarm.role}];
    ++row.by_level[static_cast<std::size_t>(std::clamp(alarm.level, 1, static_cast<int>(levels)) - 1)];
    row.first = std::min(row.first, alarm.raised_at);
  }
  std::vector<std::pair<std::pair<std::string, std::string>, Heard>> rows(heard.begin(), heard.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second.first < b.second.first; });

  const bool ja = language == Language::ja;
  Table table(ja ? std::vector<std::string>{"警報を受けた者", "役割", "最初", "第1段階", "第2段階", "第3段階",
                                            "第4段階"}
                 : std::vector<std::string>{"who heard", "role", "first", "level 1", "level 2", "level 3",
                                            "level 4"});
  for (const auto& [who, row] : rows) {
    std::vector<std::string> cells{shown_organization(who.first, language), shown_role(who.second, language),
                                   minute(row.first)};
    for (const int count : row.by_level) cells.push_back(count > 0 ? fmt::format("{}", count) : "-");
    table.add_row(std::move(cells));
  }
  return table.render(terminal_width());
}

bool AlarmTeller::begin(const Story& story) {
  watched_.clear();
  told_.clear();
  longest_delay_ = {};
  std::set<std::string> bodies;
  for (const auto& step : story.steps)
    if (!step.organization.empty() && bodies.insert(step.organization).second)
      watched_.push_back(client_for_(step.organization, step.role));
  // What a replay that was cut off has left rose at a speed of its own.
  if (!fetch_new()) return false;
  for (auto& alarm : waiting_) alarm.delay = {};
  return true;
}

bool AlarmTeller::tell(Timestamp shown, double rate) {
  if (!fetch_new()) return false;
  const auto risen = std::partition(waiting_.begin(), waiting_.end(),
                                    [&](const ToldAlarm& alarm) { return alarm.raised_at > shown; });
  std::vector<ToldAlarm> alarms(risen, waiting_.end());
  waiting_.erase(risen, waiting_.end());

  const auto place = [](const ToldAlarm& alarm) {
    return std::tuple(alarm.raised_at, alarm.incident, alarm.organization, core::parse_role(alarm.role));
  };
  std::sort(alarms.begin(), alarms.end(),
            [&](const ToldAlarm& a, const ToldAlarm& b) { return place(a) < place(b); });
  for (auto from = alarms.begin(); from != alarms.end();) {
    const auto to = std::find_if(from, alarms.end(),
                                 [&](const ToldAlarm& alarm) { return place(alarm) != place(*from); });
    print_together({from, to}, rate);
    from = to;
  }
  told_.insert(told_.end(), alarms.begin(), alarms.end());
  return true;
}

void AlarmTeller::print_together(const std::vector<ToldAlarm>& together, double rate) {
  std::chrono::microseconds delay{};
  for (const auto& alarm : together) delay = std::max(delay, alarm.delay);
  const auto real = std::chrono::duration<double>(delay) / rate;
  longest_delay_ = std::max(longest_delay_, real);
  auto line =
      fmt::format("  {}  {}", minute(together.front().raised_at), shown_alarms(together, output_.language));
  if (live_)
    line += output_({fmt::format("（その時刻の {:.2f} 秒後）", real.count()),
                     fmt::format(" ({:.2f} s after its moment)", real.count())});
  print_line(line);
}

bool AlarmTeller::fetch_new() {
  for (const auto& client : watched_) {
    std::string cursor;
    bool any_new = true;
    // The newest come first.
    while (any_new) {
      const auto target = fmt::format("/api/v1/alarms?limit={}{}", page,
                                      cursor.empty() ? "" : "&cursor=" + percent_encoded(cursor));
      const auto answer = fetch(client, target, output_);
      if (!answer) return false;
      any_new = false;
      for (const auto& alarm : array_at(*answer, "/items")) {
        if (!known_.insert(text_at(alarm, "/id")).second) continue;
        any_new = true;
        if (!read(client, alarm)) return false;
      }
      cursor = text_at(*answer, "/next");
      if (cursor.empty()) break;
    }
  }
  return true;
}

bool AlarmTeller::read(const ApiClient& client, const json::value& alarm) {
  ToldAlarm told;
  told.incident = text_at(alarm, "/incident_id");
  told.code = text_at(alarm, "/code");
  told.late = text_at(alarm, "/holder");
  if (told.late.empty()) return true;  // of routing: no clock rang
  told.clause = shown_clause(alarm);
  told.organization = text_at(alarm, "/organization");
  told.role = text_at(alarm, "/role");
  told.level = static_cast<int>(number_at(alarm, "/level").value_or(1));
  told.raised_at = time_at(alarm, "/raised_at");

  const auto due = time_at(alarm, "/due_at");
  const auto obligation = text_at(alarm, "/obligation_id");
  const bool of_duty = told.code != codes::acknowledgement_overdue && told.code != codes::followup_overdue;
  if (of_duty && !obligation.empty()) {
    const auto* recipient = recipient_of(client, obligation);
    if (!recipient) return false;
    if (*recipient != told.late) told.recipient = *recipient;
  }
  told.late_by = std::chrono::floor<std::chrono::minutes>(told.raised_at - due);
  told.delay = std::max(told.raised_at - time_at(alarm, "/reached_at"), std::chrono::microseconds(0));
  waiting_.push_back(std::move(told));
  return true;
}

const std::string* AlarmTeller::recipient_of(const ApiClient& client, const std::string& obligation) {
  if (const auto known = recipients_.find(obligation); known != recipients_.end()) return &known->second;
  const auto answer = fetch(client, "/api/v1/obligations/" + obligation, output_);
  if (!answer) return nullptr;
  return &recipients_.emplace(obligation, text_at(*answer, "/recipient")).first->second;
}

void AlarmTeller::sum_up(const Story& story) const {
  print_line("\n  " + output_({fmt::format("警報 {} 件。最も遅いものは、その時刻の {:.2f} 秒後に鳴った。",
                                           told_.size(), longest_delay_.count()),
                               fmt::format("{} alarms; the latest rose {:.2f} s after its moment.",
                                           told_.size(), longest_delay_.count())}));
  const auto table = shown_summary(told_, output_.language);
  for (std::size_t from = 0; from < table.size();) {
    const auto end = table.find('\n', from);
    print_line("  " + table.substr(from, end - from));
    from = end + 1;
  }
  for (const auto& step : story.steps)
    if (!step.heard.empty()) compare(story, step);
}

void AlarmTeller::compare(const Story& story, const StoryStep& step) const {
  std::vector<std::string> heard;
  std::optional<Timestamp> first;
  std::set<std::string> roles;
  bool above_desk = false;
  for (const auto& alarm : told_) {
    const auto role = core::parse_role(alarm.role);
    const bool counts = alarm.organization == step.heard && role != core::Role::csirt_member;
    if (!counts || alarm.raised_at > step.at || !roles.insert(alarm.role).second) continue;
    if (!first) first = alarm.raised_at;
    above_desk = above_desk || role == core::Role::csirt_head || role == core::Role::ciso;
    heard.push_back(
        output_({fmt::format("{}は {}", shown_role(alarm.role, Language::ja), minute(alarm.raised_at)),
                 fmt::format("{} on {}", alarm.role, minute(alarm.raised_at))}));
  }
  if (!first) return;
  const auto reported = std::find_if(story.steps.begin(), story.steps.end(), [](const StoryStep& earlier) {
    return earlier.call == StoryStep::Call::report;
  });
  const auto length = [&](Timestamp from, Timestamp to) {
    return shown_duration(std::chrono::floor<std::chrono::minutes>(to - from).count() * 60, output_.language);
  };
  print_line(
      "  " +
      output_({fmt::format("{}{}: {} に知る（最初は第一報の {} 後）。実際に知ったのは {}、それより {} 後。",
                           shown_organization(step.heard, Language::ja), above_desk ? "、担当者より上" : "",
                           fmt::join(heard, "、"), length(reported->at, *first), minute(step.at),
                           length(*first, step.at)),
               fmt::format("{}{}: {} would have heard, the first {} after the first report. As it happened: "
                           "{}, {} later.",
                           step.heard, above_desk ? ", above the desk" : "", fmt::join(heard, ", "),
                           length(reported->at, *first), minute(step.at), length(*first, step.at))}));
}

}  // namespace noroshi::cli
