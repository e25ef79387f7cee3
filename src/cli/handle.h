// `noroshi handle step|instruct|answer|platform`: how a body handles its incident inside.
#pragma once

#include <string>

#include "src/cli/act.h"

namespace noroshi::cli {

struct HandleStepOptions : ActOptions {
  std::string incident;  // id, number or own reference
  std::string kind;
  std::string text;
  std::string person;  // id of GET /people; may be empty
};
int run(const HandleStepOptions& options, const Output& output);

struct HandleInstructOptions : ActOptions {
  std::string incident;
  std::string kind;
  std::string force;
  std::string to;
  std::string text;
  std::string answer_by;  // may be empty
};
int run(const HandleInstructOptions& options, const Output& output);

struct HandleAnswerOptions : ActOptions {
  std::string incident;
  std::string instruction;
  bool not_carried_out = false;
  std::string text;
};
int run(const HandleAnswerOptions& options, const Output& output);

struct HandlePlatformOptions : ActOptions {
  std::string incident;
  std::string platform;
  std::string operator_organization;
};
int run(const HandlePlatformOptions& options, const Output& output);

}  // namespace noroshi::cli
