#include "src/codec/language.h"

#include <cstddef>
#include <optional>

namespace noroshi::codec {
namespace {

constexpr std::string_view blanks = " \t";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

// "ja", "JA-jp": the primary subtag decides.
std::optional<Language> language_range(std::string_view range) {
  const std::string_view primary = range.substr(0, range.find('-'));
  if (primary.size() != 2) return std::nullopt;
  if (lower(primary[0]) == 'j' && lower(primary[1]) == 'a') return Language::ja;
  if (lower(primary[0]) == 'e' && lower(primary[1]) == 'n') return Language::en;
  return std::nullopt;
}

// qvalue of RFC 9110 12.4.2 in thousandths: "0.8" → 800; nothing where malformed.
std::optional<int> thousandths(std::string_view qvalue) {
  if (qvalue.empty() || qvalue.size() > 5 || (qvalue[0] != '0' && qvalue[0] != '1')) return std::nullopt;
  int value = (qvalue[0] - '0') * 1000;
  if (qvalue.size() > 1 && qvalue[1] != '.') return std::nullopt;
  int unit = 100;
  for (std::size_t i = 2; i < qvalue.size(); ++i, unit /= 10) {
    if (qvalue[i] < '0' || qvalue[i] > '9') return std::nullopt;
    value += (qvalue[i] - '0') * unit;
  }
  return value > 1000 ? std::nullopt : std::optional<int>(value);
}

std::optional<int> weight(std::string_view parameters) {
  const std::string_view parameter = trimmed(parameters);
  if (parameter.size() < 2 || lower(parameter[0]) != 'q' || parameter[1] != '=') return std::nullopt;
  return thousandths(parameter.substr(2));
}

}  // namespace

std::string_view to_string(Language language) {
  return language == Language::en ? "en" : "ja";
}

Language language_of(std::string_view accept_language) {
  Language best = Language::ja;
  int best_weight = 0;
  while (!accept_language.empty()) {
    const std::size_t comma = accept_language.find(',');
    const std::string_view element = accept_language.substr(0, comma);
    accept_language.remove_prefix(comma == std::string_view::npos ? accept_language.size() : comma + 1);

    const std::size_t semicolon = element.find(';');
    const auto language = language_range(trimmed(element.substr(0, semicolon)));
    const auto element_weight = semicolon == std::string_view::npos ? std::optional<int>(1000)
                                                                    : weight(element.substr(semicolon + 1));
    if (!language || !element_weight || *element_weight <= best_weight) continue;
    best = *language;
    best_weight = *element_weight;
  }
  return best;
}

}  // namespace noroshi::codec
