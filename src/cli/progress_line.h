// A line on stderr that tells how far a long work has come: once a second, from two seconds on; on a terminal in place.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "src/cli/output.h"

namespace noroshi::cli {

class ProgressLine {
 public:
  explicit ProgressLine(const Output& output);
  // Takes the line away.
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Called as often as there is something to tell; `text` is asked only when it is shown.
  void tell(const std::function<Text()>& text);

 private:
  const Output& output_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace noroshi::cli
