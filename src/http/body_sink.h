// A body that is taken piece by piece, as it comes in, because it is larger than a request may be in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include <tl/expected.hpp>

#include "src/http/response.h"

namespace noroshi::http {

class BodySink {
 public:
  // Without complete(): the body did not come whole, or was refused, and what was taken of it is nothing. On the io thread.
  virtual ~BodySink() = default;

  // Nothing: go on. A response: the body is refused, and the rest of it is not taken.
  struct Taken {
    std::optional<Response> refused;
  };
  // The next piece: piece_size bytes, the last one fewer. Called on the io thread, again only after `taken` was called for the one
  // before; must not block. `taken` is called once, at once or later, on any thread while the io_context lives.
  virtual void take(std::string piece, std::function<void(std::optional<Taken>)> taken) = 0;

  // All of it has come, as many bytes as were announced, from a caller who may still call: the request, without a body. On the
  // io thread, once; must not block.
  virtual void complete(Request request, Responder respond) = 0;

  static constexpr std::size_t piece_size = 256 * 1024;
};

// Before the first piece, once all guards have let the request in: its header, and how long its body will be. Called on the io
// thread; must not block.
using SinkFor = std::function<tl::expected<std::shared_ptr<BodySink>, Response>(const Request&, std::uint64_t length)>;

// Route::handler of such a call. The session finds it there, and hands no request to it that has its body.
struct TakesPieces {
  SinkFor sink;
  void operator()(Request, Responder) const { throw std::logic_error("a body that is taken in pieces came whole"); }
};

}  // namespace noroshi::http
