#include "src/cli/language.h"

#include <cstdlib>

namespace noroshi::cli {

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

}  // namespace noroshi::cli
