// The two languages in which the program speaks to people.
#pragma once

#include <string_view>

namespace noroshi::codec {

enum class Language { ja, en };

// "ja", "en": the value of Content-Language.
std::string_view to_string(Language language);

// The language an Accept-Language field asks for (RFC 9110 12.5.4): of `ja` and `en` the one with the greater
// weight, at equal weight the one named first. Japanese where the field is empty, malformed, or names
// neither.
Language language_of(std::string_view accept_language);

}  // namespace noroshi::codec
