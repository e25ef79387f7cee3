// The thread that tells the live streams how far the record goes.
#pragma once

#include <thread>

#include "src/http/live_streams.h"
#include "src/store/database.h"

namespace noroshi::app {

// Looks when events were numbered, by whichever daemon of the database, and at the latest after half a
// second: one question for all streams. Survives a database that goes and comes.
class StreamWaking {
 public:
  // `streams` outlives it.
  StreamWaking(store::ConnectionSettings settings, http::LiveStreams& streams);

 private:
  void run(std::stop_token stop);
  void look_until_lost(std::stop_token stop);

  store::ConnectionSettings settings_;
  http::LiveStreams& streams_;
  std::jthread thread_;
};

}  // namespace noroshi::app
