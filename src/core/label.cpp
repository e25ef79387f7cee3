#include "src/core/label.h"

#include <algorithm>
#include <array>

#include "src/core/label_words.h"

namespace noroshi::core {
namespace {

template <class Enum, std::size_t N>
std::optional<Enum> parse(const std::array<std::string_view, N>& names, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == text) return static_cast<Enum>(i);
  return std::nullopt;
}

constexpr std::array<std::string_view, 3> rule_names = {"agency", "designated_table", "other_corporation"};
constexpr std::array<std::string_view, 4> ground_names = {"stated", "mapped", "unmapped", "changed"};
constexpr std::array<std::string_view, 3> restriction_names = {"no_forward", "no_export", "print_mark"};

// Without spaces, and with ASCII in the place of its full-width forms (U+FF01 to U+FF5E): how people write one label in two ways.
std::string folded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
    if (byte(i) == 0xEF && (byte(i + 1) == 0xBC || byte(i + 1) == 0xBD) && byte(i + 2) >= 0x80) {
      const unsigned code = 0xF000U | ((byte(i + 1) & 0x3FU) << 6U) | (byte(i + 2) & 0x3FU);
      if (code >= 0xFF01 && code <= 0xFF5E) {
        out += static_cast<char>(code - 0xFF01 + 0x21);
        i += 2;
        continue;
      }
    }
    if (text.substr(i, 3) == "\xE3\x80\x80") {  // U+3000
      i += 2;
      continue;
    }
    if (text[i] != ' ' && text[i] != '\t') out += text[i];
  }
  return out;
}

// Also without case and hyphens: of words that are searched for.
std::string folded_words(std::string_view text) {
  std::string out;
  for (const char c : folded(text)) {
    if (c == '-' || c == '_') continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

// One grade of the standard's: "機密性2情報". False where the text does not go on with one.
bool take_grade(std::string_view& text, Grades& grades) {
  int* grade = nullptr;
  char highest = '2';
  if (take(text, "機密性")) {
    grade = &grades.confidentiality;
    highest = '3';
  } else if (take(text, "完全性")) {
    grade = &grades.integrity;
  } else if (take(text, "可用性")) {
    grade = &grades.availability;
  }
  if (!grade || *grade != 0 || text.empty() || text.front() < '1' || text.front() > highest) return false;
  *grade = text.front() - '0';
  text.remove_prefix(1);
  take(text, "情報");
  return true;
}

// Words as folded_words() leaves them, found within what is written. In Japanese an act and that it is forbidden, which one mark often
// says of several (「転送・複製禁止」).
struct Word {
  std::string_view word;
  Restriction restriction;
};
constexpr std::array<std::string_view, 3> forbidding{"禁止", "不可", "厳禁"};
constexpr std::array<Word, 7> acts{{{"転送", Restriction::no_forward},
                                    {"再配付", Restriction::no_forward},
                                    {"再配布", Restriction::no_forward},
                                    {"複製", Restriction::no_export},
                                    {"複写", Restriction::no_export},
                                    {"持出", Restriction::no_export},
                                    {"持ち出", Restriction::no_export}}};
// Those of the traffic light protocol that keep what they mark with the bodies that got it are 転送禁止.
constexpr std::array<Word, 17> phrases{{{"配付先限定", Restriction::no_forward},
                                        {"配布先限定", Restriction::no_forward},
                                        {"配付先限り", Restriction::no_forward},
                                        {"配布先限り", Restriction::no_forward},
                                        {"noforward", Restriction::no_forward},
                                        {"donotforward", Restriction::no_forward},
                                        {"notforforwarding", Restriction::no_forward},
                                        {"recipientsonly", Restriction::no_forward},
                                        {"tlp:red", Restriction::no_forward},
                                        {"tlp:amber+strict", Restriction::no_forward},
                                        {"noexport", Restriction::no_export},
                                        {"nocopy", Restriction::no_export},
                                        {"donotcopy", Restriction::no_export},
                                        {"印刷時明示", Restriction::print_mark},
                                        {"印刷時表示", Restriction::print_mark},
                                        {"printmark", Restriction::print_mark},
                                        {"markprint", Restriction::print_mark}}};

bool contains(std::string_view text, std::string_view word) { return text.find(word) != std::string_view::npos; }

bool names(std::string_view text, Restriction restriction) {
  const auto found = [&](const Word& known) { return known.restriction == restriction && contains(text, known.word); };
  const bool forbids =
      std::any_of(forbidding.begin(), forbidding.end(), [&](std::string_view word) { return contains(text, word); });
  return (forbids && std::any_of(acts.begin(), acts.end(), found)) || std::any_of(phrases.begin(), phrases.end(), found);
}

}  // namespace

std::string_view to_string(KindRule rule) { return rule_names[static_cast<std::size_t>(rule)]; }
std::optional<KindRule> parse_kind_rule(std::string_view text) { return parse<KindRule>(rule_names, text); }
std::string_view to_string(LabelGround ground) { return ground_names[static_cast<std::size_t>(ground)]; }
std::optional<LabelGround> parse_label_ground(std::string_view text) { return parse<LabelGround>(ground_names, text); }
std::string_view to_string(Restriction restriction) { return restriction_names[static_cast<std::size_t>(restriction)]; }

KindRule kind_rule_of(const routing::Organization& body) {
  switch (body.kind) {
    case routing::OrganizationKind::independent_administrative_agency: return KindRule::designated_table;
    case routing::OrganizationKind::designated_corporation:
      return body.listed_in_schedule.value_or(false) ? KindRule::designated_table : KindRule::other_corporation;
    default: return KindRule::agency;
  }
}

Grades stricter(const Grades& one, const Grades& other) {
  return {std::max(one.confidentiality, other.confidentiality), std::max(one.integrity, other.integrity),
          std::max(one.availability, other.availability)};
}

bool is_valid(const Grades& grades) {
  return grades.confidentiality >= 0 && grades.confidentiality <= 3 && grades.integrity >= 0 && grades.integrity <= 2 &&
         grades.availability >= 0 && grades.availability <= 2;
}

std::optional<Grades> grades_in_standard_words(std::string_view wording) {
  const std::string text = folded(wording);
  std::string_view rest = text;
  Grades grades;
  do {
    if (!take_grade(rest, grades)) return std::nullopt;
  } while (take(rest, "・") || take(rest, "、") || take(rest, "/") || take(rest, ",") || !rest.empty());
  return grades;
}

std::vector<Restriction> restrictions_of(const std::vector<std::string>& words) {
  std::vector<Restriction> named;
  for (const auto restriction : {Restriction::no_forward, Restriction::no_export, Restriction::print_mark})
    if (std::any_of(words.begin(), words.end(), [&](const auto& word) { return names(folded_words(word), restriction); }))
      named.push_back(restriction);
  return named;
}

bool restricts(const Label& label, Restriction restriction) {
  const auto named = restrictions_of(label.restrictions);
  return std::find(named.begin(), named.end(), restriction) != named.end();
}

routing::Reason words_of(const Grades& grades, KindRule rule) {
  routing::Reason words;
  const auto add = [&](int grade, std::string_view ja, std::string_view en) {
    if (grade == 0) return;
    words.ja += (words.ja.empty() ? "" : "・") + std::string(ja) + std::to_string(grade);
    words.en += (words.en.empty() ? "" : ", ") + std::string(en) + " " + std::to_string(grade);
  };
  add(grades.confidentiality, "機密性", "confidentiality");
  add(grades.integrity, "完全性", "integrity");
  add(grades.availability, "可用性", "availability");
  if (words.ja.empty()) words = {"区分の記載なし", "no grade stated"};
  switch (rule) {
    case KindRule::agency: return {words.ja + "（国の行政機関の定義）", words.en + " (as defined for national agencies)"};
    case KindRule::designated_table:
      return {words.ja + "（独立行政法人・別表指定法人の定義）",
              words.en + " (as defined for incorporated administrative agencies and corporations of the schedule)"};
    case KindRule::other_corporation: break;
  }
  return {words.ja + "（別表指定法人以外の指定法人の定義）", words.en + " (as defined for designated corporations outside the schedule)"};
}

bool same_wording(std::string_view one, std::string_view other) { return folded(one) == folded(other); }

const LabelMapping* mapping_of(const std::vector<LabelMapping>& mappings, std::string_view own_label) {
  const auto found = std::find_if(mappings.rbegin(), mappings.rend(), [&](const LabelMapping& mapping) {
    return !mapping.withdrawn && same_wording(mapping.own_label, own_label);
  });
  return found == mappings.rend() ? nullptr : &*found;
}

}  // namespace noroshi::core
