// What --help says of each command, in Japanese; main.cpp has the English.
#pragma once

#include <string_view>

namespace noroshi::cli {

// `command` by its words, "report submit"; "" for the program itself. Empty where there is none.
std::string_view japanese_help(std::string_view command);

// Exit codes, environment and file, below the program's own help.
extern const char* const japanese_footer;

}  // namespace noroshi::cli
