#include "src/witness/words.h"

#include <cstdlib>

namespace noroshi::witness {

Language language_from(std::string_view wanted) {
  if (wanted == "ja") return Language::ja;
  if (wanted == "en") return Language::en;
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (!value || !*value) continue;
    return std::string_view(value).starts_with("en") ? Language::en : Language::ja;
  }
  return Language::ja;
}

std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, 300)) shown += c >= 0x20 && c < 0x7F ? c : '?';
  return shown;
}

}  // namespace noroshi::witness
