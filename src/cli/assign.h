// `noroshi assign …`: who of the body's CSIRT responds to an incident.
#pragma once

#include <string>

#include "src/cli/act.h"

namespace noroshi::cli {

struct AssignListOptions {
  std::string incident;  // id, number or reference
  ConnectionOptions connection;
};
int run(const AssignListOptions& options, const Output& output);

struct AssignCandidatesOptions {
  std::string incident;
  std::string function;  // empty: handler
  std::string skills;    // separated by commas
  ConnectionOptions connection;
};
int run(const AssignCandidatesOptions& options, const Output& output);

struct AssignProposeOptions : ActOptions {
  std::string incident;
  std::string person;
  std::string function;
  std::string note;
};
int run(const AssignProposeOptions& options, const Output& output);

// The one that `from` names is taken over: an assignment's id, or the name of whose it is; empty: that of the head.
struct AssignHandOverOptions : ActOptions {
  std::string incident;
  std::string person;
  std::string from;
  std::string note;
};
int run(const AssignHandOverOptions& options, const Output& output);

// What is done about one assignment. `assignment` is its id or the name of whose it is; empty: the only one that it can
// be done about. Exit 1 where there is none.
struct AssignStepOptions : ActOptions {
  enum class Step { accept, decline, activate, release } step{};
  std::string incident;
  std::string assignment;
  std::string reason;
};
int run(const AssignStepOptions& options, const Output& output);

// A table of assignments as the daemon shows them.
std::string render_assignments(const boost::json::array& assignments, Language language);

}  // namespace noroshi::cli
