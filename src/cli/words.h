// The interface's words as a person reads them: of the standard where it has one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/cli/language.h"

namespace noroshi::cli {

struct Word {
  std::string_view word;
  Text text;
};
using Words = std::vector<Word>;

namespace words {
extern const Words report_stages, assessments, attacks, incident_states, fulfilment_methods, message_kinds,
    roles, response_functions, handling_steps, instruction_kinds, instruction_forces, response_states,
    retention_classes, cymat_priorities, cymat_states, cymat_rulings, cymat_member_states, cymat_entries,
    employments, posts, grounds, powers, trainings;
}  // namespace words

// A word that is not listed is shown as it is.
std::string shown_word(const Words& words, std::string_view word, Language language);
// "評価済み (assessed)", as bodies are shown: where the reader may have to write it. In English the word itself.
std::string named_word(const Words& words, std::string_view word, Language language);
// Of a person; in English as a token has it.
std::string shown_role(std::string_view role, Language language);

}  // namespace noroshi::cli
