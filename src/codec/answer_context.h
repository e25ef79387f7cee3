// What an encoder needs besides the value itself.
#pragma once

#include "src/codec/language.h"
#include "src/core/decision.h"

namespace noroshi::codec {

struct AnswerContext {
  const core::Law& law;
  Language language = Language::ja;
  Timestamp now;  // of the shown clock: the time at which duties are overdue or not
};

}  // namespace noroshi::codec
