// Lets a running daemon take up a new epoch of content keys (`noroshi content-key use`), without a restart.
#pragma once

#include <string>
#include <thread>

#include "src/store/database.h"

namespace noroshi::app {

// Looks every ten seconds, on a thread of its own. Until then new cases are wrapped by the epoch before, which harms nothing.
class ContentEpochWatch {
 public:
  // Of settings with content keys.
  explicit ContentEpochWatch(store::ConnectionSettings settings);
  ~ContentEpochWatch();
  ContentEpochWatch(const ContentEpochWatch&) = delete;
  ContentEpochWatch& operator=(const ContentEpochWatch&) = delete;

 private:
  void run(std::stop_token stop);
  void look();

  store::ConnectionSettings settings_;
  std::string missing_;  // what was told, once: an epoch, or what a file lacks
  std::jthread thread_;
};

}  // namespace noroshi::app
