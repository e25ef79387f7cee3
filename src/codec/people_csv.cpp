#include "src/codec/people_csv.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "routing/csv.h"
#include "src/codec/report_members.h"
#include "src/codec/text_rules.h"

namespace noroshi::codec {
namespace {

constexpr std::array<std::string_view, 12> columns{
    "name",  "employment",    "skills",          "cleared",            "post",
    "ground", "from",         "until",           "training_kind",      "training_course",
    "training_completed",     "training_valid_until"};
constexpr std::size_t most_skills = 50;     // of a person, as in JSON
constexpr std::size_t most_mistakes = 100;  // that are told: who made more has made the same one
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view formula_signs = "=+-@\t\r'";

class ListReader {
 public:
  explicit ListReader(std::string_view text) {
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    auto table = routing::parse_csv(text, "list");
    for (const auto& mistake : table.mistakes) {
      if (list.mistakes.size() == most_mistakes) break;
      tell(mistake.line, "", "csv", "CSV として読めません。引用符・空行・文字コード（UTF-8）を確かめてください。",
           "This is no CSV: " + mistake.message);
    }
    if (table.rows.empty()) {
      tell(1, "", "required", "1 行目に列名を書いてください。", "The first line names the columns.");
      return;
    }
    read_header(table.rows.front());
    if (!list.mistakes.empty()) return;
    for (std::size_t i = 1; i < table.rows.size() && list.mistakes.size() < most_mistakes; ++i) read_line(table.rows[i]);
  }

  PeopleList list;

 private:
  void tell(int line, std::string_view column, std::string code, std::string ja, std::string en) {
    auto pointer = "/" + std::to_string(line);
    if (!column.empty()) pointer.append("/").append(column);
    list.mistakes.push_back({std::move(pointer), std::move(code), {std::move(ja), std::move(en)}});
  }

  void read_header(const routing::CsvRow& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto known = std::find(columns.begin(), columns.end(), row[i].text);
      if (known == columns.end())
        tell(row[i].line, "", "unknown_member", std::to_string(i + 1) + " 列目の列名は使えません。",
             "The name of column " + std::to_string(i + 1) + " is not known.");
      else if (!place_.emplace(*known, i).second)
        tell(row[i].line, *known, "duplicate", "同じ列が二度あります。", "This column stands twice.");
    }
    for (const auto column : {columns[0], columns[1]})
      if (!place_.contains(column)) tell(1, column, "required", "この列は必須です。", "This column is required.");
    width_ = row.size();
  }

  std::string cell(const routing::CsvRow& row, std::string_view column) const {
    const auto found = place_.find(column);
    if (found == place_.end()) return {};
    auto text = row[found->second].text;
    if (text.size() > 1 && text[0] == '\'' && formula_signs.find(text[1]) != std::string_view::npos) text.erase(0, 1);
    return text;
  }

  std::string text(const routing::CsvRow& row, int line, std::string_view column, const TextRule& rule) {
    auto value = cell(row, column);
    if (check_text(value, rule))
      tell(line, column, "value", "空でなく、長すぎず、制御文字を含まない一行にしてください。",
           "Give one line, neither blank nor too long, without control characters.");
    return value;
  }

  template <class Value>
  std::optional<Value> word(const routing::CsvRow& row, int line, std::string_view column,
                            std::optional<Value> (*parse)(std::string_view), bool required) {
    const auto value = cell(row, column);
    if (value.empty()) {
      if (required) tell(line, column, "required", "この欄は必須です。", "This cell is required.");
      return std::nullopt;
    }
    const auto parsed = parse(value);
    if (!parsed)
      tell(line, column, "value", "使える語ではありません。列の説明は noroshi-user(1) にあります。",
           "This word is not known. See noroshi-user(1) for each column's words.");
    return parsed;
  }

  std::optional<Timestamp> time(const routing::CsvRow& row, int line, std::string_view column, bool required) {
    return word<Timestamp>(
        row, line, column,
        [](std::string_view value) -> std::optional<Timestamp> {
          if (const auto day = parse_day(value)) return start_of(*day);
          return parse_rfc3339(value);
        },
        required);
  }

  static std::optional<bool> parse_flag(std::string_view value) {
    if (value == "true") return true;
    if (value == "false") return false;
    return std::nullopt;
  }

  void read_line(const routing::CsvRow& row) {
    const int line = row.front().line;
    if (row.size() != width_) {
      tell(line, "", "columns", "列の数が 1 行目と違います。", "It has not as many columns as the first line.");
      return;
    }
    const auto before = list.mistakes.size();
    core::ImportedLine read;
    read.line = line;
    read.name = text(row, line, "name", one_line_name);
    const auto employment = word(row, line, "employment", core::parse_employment, true);
    if (employment) read.employment = *employment;
    read.cleared = word(row, line, "cleared", parse_flag, false).value_or(false);
    read_skills(row, line, read);
    read_post(row, line, read);
    read_training(row, line, read);
    if (list.mistakes.size() == before) list.lines.push_back(std::move(read));
  }

  void read_skills(const routing::CsvRow& row, int line, core::ImportedLine& read) {
    const auto all = cell(row, "skills");
    constexpr TextRule skill{.longest = 100, .not_blank = true};
    for (std::size_t begin = 0; begin < all.size();) {
      const auto end = std::min(all.find(';', begin), all.size());
      auto one = all.substr(begin, end - begin);
      if (read.skills.size() == most_skills)
        return tell(line, "skills", "too_many", "技能は 50 件までです。", "At most 50 skills.");
      if (check_text(one, skill))
        return tell(line, "skills", "value", "技能は ; で区切り、それぞれ 100 文字以内にしてください。",
             "Separate skills by ; and keep each within 100 characters.");
      else if (std::find(read.skills.begin(), read.skills.end(), one) == read.skills.end())
        read.skills.push_back(std::move(one));
      begin = end + 1;
    }
  }

  void read_post(const routing::CsvRow& row, int line, core::ImportedLine& read) {
    const auto post = word(row, line, "post", core::parse_post, false);
    const bool stated = !cell(row, "post").empty();
    const auto ground = word(row, line, "ground", core::parse_ground, stated);
    const auto from = time(row, line, "from", false);
    const auto until = time(row, line, "until", false);
    if (post && ground) read.post = {*post, *ground, from, until};
    if (!stated && (ground || from || until))
      tell(line, "post", "required", "ground・from・until は post と共に書いてください。",
           "Ground, from and until stand with a post.");
  }

  void read_training(const routing::CsvRow& row, int line, core::ImportedLine& read) {
    const auto kind = word(row, line, "training_kind", core::parse_training_kind, false);
    const bool stated = !cell(row, "training_kind").empty();
    const auto completed = time(row, line, "training_completed", stated);
    const auto valid = time(row, line, "training_valid_until", stated);
    if (!stated) {
      if (completed || valid || !cell(row, "training_course").empty())
        tell(line, "training_kind", "required", "訓練の欄は training_kind と共に書いてください。",
             "The columns of a training stand with a training_kind.");
      return;
    }
    auto course = text(row, line, "training_course", one_line_title);
    if (kind && completed && valid) read.training = {*kind, std::move(course), *completed, *valid};
  }

  std::map<std::string_view, std::size_t> place_;
  std::size_t width_ = 0;
};

void append_cell(std::string& out, std::string_view text) {
  if (!out.empty() && out.back() != '\n') out += ',';
  std::string safe(text);
  if (!safe.empty() && formula_signs.find(safe.front()) != std::string_view::npos) safe.insert(0, 1, '\'');
  out += '"';
  for (const char c : safe) out.append(c == '"' ? 2 : 1, c);
  out += '"';
}

}  // namespace

PeopleList decode_people_csv(std::string_view text) { return ListReader(text).list; }

std::string encode_people_csv(const core::Staff& staff, Timestamp at) {
  std::string out;
  for (const auto column : columns) out.append(out.empty() ? "" : ",").append(column);
  out += '\n';
  for (const auto& known : staff.people) {
    if (!staff.has(known.person.id, at)) continue;
    std::vector<const core::Appointment*> posts;
    std::vector<const core::Training*> trainings;
    for (const auto& entry : staff.appointments)
      if (entry.value.person == known.person.id && !entry.ended_at && (!entry.value.until || *entry.value.until > at))
        posts.push_back(&entry.value);
    for (const auto& training : staff.trainings)
      if (training.person == known.person.id) trainings.push_back(&training);
    std::string skills;
    for (const auto& skill : known.person.skills) skills.append(skills.empty() ? "" : ";").append(skill);
    for (std::size_t i = 0; i < std::max({posts.size(), trainings.size(), std::size_t{1}}); ++i) {
      append_cell(out, known.person.name);
      append_cell(out, core::to_string(known.person.employment));
      append_cell(out, skills);
      append_cell(out, known.person.cleared ? "true" : "false");
      const auto* post = i < posts.size() ? posts[i] : nullptr;
      append_cell(out, post ? core::to_string(post->post) : std::string_view{});
      append_cell(out, post ? core::to_string(post->ground) : std::string_view{});
      append_cell(out, post ? format_rfc3339(post->from) : "");
      append_cell(out, post && post->until ? format_rfc3339(*post->until) : "");
      const auto* training = i < trainings.size() ? trainings[i] : nullptr;
      append_cell(out, training ? core::to_string(training->kind) : std::string_view{});
      append_cell(out, training ? std::string_view(training->course) : std::string_view{});
      append_cell(out, training ? format_rfc3339(training->completed_at) : "");
      append_cell(out, training ? format_rfc3339(training->valid_until) : "");
      out += '\n';
    }
  }
  return out;
}

}  // namespace noroshi::codec
