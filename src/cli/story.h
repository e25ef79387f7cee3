// A case as data: what happened, step by step, for `noroshi demo` to replay. src/cli/stories/README.md
// explains the keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "routing/registry.h"
#include "routing/time.h"
#include "src/cli/language.h"
#include "src/core/role.h"

namespace noroshi::cli {

struct StoryStep {
  // What is done through the interface: `tell` only says what happened outside it.
  enum class Call { tell, report, fulfill, acknowledge };

  Timestamp at;              // the demonstration's clock stands there
  std::string organization;  // who acts; empty with `tell`
  core::Role role{};
  Call call = Call::tell;
  std::string incident;  // the story's own name for the incident it is about
  // fulfill: which duty of that incident, held by `organization`.
  std::string clause;
  int sentence = 0;    // 0: any
  std::string body;    // report, fulfill: JSON as it is sent
  std::string person;  // acknowledge: who has read it, by post
  bool done = false;   // report: the body has met its duties inside itself by then
  std::string
      heard;  // the body in which, as it happened, somebody above the desk heard only now; may be empty
  Text says;
};

struct Story {
  std::string id;
  Text title;
  Text note;  // what was changed against what happened, and what is not known
  std::vector<StoryStep> steps;
};

// Every mistake with its place.
tl::expected<Story, std::vector<routing::Mistake>> parse_story(std::string_view toml,
                                                               std::string_view file_name);

// Those the program was built with, in the order in which they happened. A broken one aborts: tests read them
// all.
std::vector<Story> embedded_stories();

}  // namespace noroshi::cli
