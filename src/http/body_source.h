// A body that comes piece by piece and may take for ever: the session pulls, one piece after another, and
// writes each before it asks for the next.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace noroshi::http {

// Why the server ends a body before its source does.
enum class BodyEnd {
  stopping,       // the server stops
  token_invalid,  // the caller's token was revoked, or has expired
};

class BodySource {
 public:
  virtual ~BodySource() = default;

  // Shared by all bodies that hold it. Null: the body has ended, in order.
  using Piece = std::shared_ptr<const std::string>;

  // Asks for the next piece. Called on the io thread, again only after `deliver` was called for the one
  // before; must not block. `deliver` is called once, at once or later, on any thread while the io_context
  // lives: with a piece that is not empty within Deadlines::silence, or the connection is cut as broken. With nothing: the
  // body cannot go on, and the connection is cut so that the client knows.
  virtual void next(std::function<void(std::optional<Piece>)> deliver) = 0;

  // The body is to end: a last piece, where there is something to say, then null, or nothing where it is then not whole;
  // each without waiting. Also where next() waits. On the io thread.
  virtual void end(BodyEnd why) = 0;

  // The client did not take a piece in time; the connection is cut. On the io thread.
  virtual void reader_was_slow() = 0;
};

}  // namespace noroshi::http
