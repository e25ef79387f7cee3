// The language in which the command line speaks.
#pragma once

#include <string>
#include <string_view>

#include "src/codec/problem.h"

namespace noroshi::cli {

using codec::in;
using codec::Language;
using codec::Text;

// `wanted` ("ja", "en") where it is one; else what LC_ALL, LC_MESSAGES or LANG says, the first that is set;
// Japanese where that names neither English nor Japanese.
Language language_from(std::string_view wanted);

}  // namespace noroshi::cli
