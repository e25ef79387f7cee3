// The open streams of GET /stream: who may have one, what wakes them, and how they read.
//
// A stream knows its place in the record. It reads a page from there as the caller's body, on a reading
// worker; the session writes that; only then it reads on. Streams that are at the same place on behalf of the
// same body share the read. One that has nothing to send holds no worker and no connection to the database.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "src/codec/stream_views.h"
#include "src/http/api_read.h"
#include "src/http/body_source.h"
#include "src/http/event_stream.h"
#include "src/http/request.h"

namespace noroshi::http {

struct LiveStreamOptions {
  std::size_t streams = 512;
  std::size_t streams_of_token = 8;
  std::chrono::steady_clock::duration keep_alive = std::chrono::seconds(15);
  // An item beside those of the record, without an id; asked for each stream when it begins and then at most
  // once a minute, on a reading worker. May be empty, may throw.
  std::function<std::optional<SseItem>(const Caller&)> heartbeat;
};

// A stream that lies further behind than this begins anew.
inline constexpr std::int64_t longest_resume = 100'000;

// The body of one stream.
class LiveStream : public BodySource {
 public:
  // Where it goes on, and where it could not go on from where the caller was. Once, on any thread, before the
  // session has it.
  virtual void begin(std::int64_t place, std::optional<codec::StreamReset> reset) = 0;
};

class LiveStreams {
 public:
  // What `context` refers to outlives the workers' last job. Open streams may outlive this object, but not
  // `io`.
  LiveStreams(boost::asio::any_io_executor io, const ReadContext& context, LiveStreamOptions options = {});

  // How many events are numbered (store/views.h): wakes the streams that lie behind. To be told at least
  // every second, so that a lost notification costs no more. Any thread.
  void tell(std::int64_t numbered);
  // The database does not answer: streams stay open and say so, until tell(). Any thread.
  void tell_database_is_away();

  // Nothing where a cap is reached. On the io thread.
  std::shared_ptr<LiveStream> open(const Caller& caller, Language language);

  const ReadContext& context() const;

  struct Counts {
    std::size_t open = 0;
    std::uint64_t cut_as_slow = 0;  // since the start
  };
  // Any thread.
  Counts counts() const;

 private:
  class State;
  class Stream;
  std::shared_ptr<State> state_;
};

}  // namespace noroshi::http
