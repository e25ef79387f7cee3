// What a handler answers, and the door through which it does.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/codec/problem.h"
#include "src/http/body_source.h"
#include "src/http/request.h"

namespace noroshi::http {

struct Header {
  std::string name;
  std::string value;
};

// Date, Content-Length, Connection and the security fields (X-Content-Type-Options, Cache-Control: no-store,
// Content-Security-Policy: default-src 'none') are added by the session; a field of the same name in
// `headers` replaces a security field. A name or value that is not visible ASCII turns the whole answer into
// a 500.
struct Response {
  unsigned status = 200;  // 200 to 599
  std::string content_type = "application/json";
  std::string body;
  // In the place of `body`: sent in chunks as it comes, after which the connection ends. HEAD is answered
  // without asking it. Where the request had a token it is looked up again as long as the body runs.
  std::shared_ptr<BodySource> source;
  // Strong entity tag without its quotes. A GET answered 200 whose If-None-Match names it becomes 304 by
  // itself; If-Match is the handler's.
  std::optional<std::string> etag;
  std::vector<Header> headers;
};

Response json_response(unsigned status, std::string body);
Response problem_response(const codec::Problem& problem, Language language);

// Answers one request. Copies share the one answer: the first call counts, a second one is an error of the
// program and aborts. When the last copy goes without an answer, the client gets a 500. A call after the
// handler deadline, or after the client has gone, does nothing. May be called and dropped on any thread while
// the io_context lives.
class Responder {
 public:
  // Called once, on the thread of the caller: with the answer, or with nothing where the responder was
  // dropped.
  using Deliver = std::function<void(std::optional<Response>)>;

  explicit Responder(Deliver deliver);
  void operator()(Response response) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Called on the io thread; must not block: it hands its work to the store's threads and returns. An exception
// out of it is answered 500.
using Handler = std::function<void(Request, Responder)>;

}  // namespace noroshi::http
