// `noroshi incident erasable`, `incident erase` and `incident erasure approve|reject`: erasing the content of a case at
// the end of its retention (保存期間), asked by one person and decided by another.
#pragma once

#include <string>

#include "src/cli/act.h"

namespace noroshi::cli {

// What may be erased now, or will be decided upon.
struct IncidentErasableOptions {
  ConnectionOptions connection;
};
int run(const IncidentErasableOptions& options, const Output& output);

struct IncidentEraseOptions : ActOptions {
  std::string incident;  // id, number or reference
  std::string reason;
};
int run(const IncidentEraseOptions& options, const Output& output);

struct ErasureDecideOptions : ActOptions {
  std::string incident;  // id, number or reference
  bool approved = false;
  std::string reason;
};
// Exit 1 where no request waits.
int run(const ErasureDecideOptions& options, const Output& output);

}  // namespace noroshi::cli
