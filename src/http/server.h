// The HTTPS server: accepts, guards, and hands requests to the routes.
//
// The guards, in their order (each answers or lets pass; see guards.h): connection caps, pace of handshakes,
// TLS handshake, header size and deadline, framing (framing.h), target, failed tokens of the address, token
// or session, signs of a foreign page (CSRF), route (404, 405), role, media type, body size, requests of the body under
// way, body deadline. Under /api a caller without a good token or session learns nothing but 401, whatever the path, except on open routes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "src/http/response.h"
#include "src/http/router.h"
#include "src/http/tls.h"

namespace boost::asio {
class io_context;
}

namespace noroshi::http {

struct InvalidToken {};
// The token could not be looked up (no database): 503 with Retry-After.
struct AuthenticationUnavailable {
  std::chrono::seconds retry_after{1};
};
using AuthenticationOutcome = std::variant<Caller, InvalidToken, AuthenticationUnavailable>;

// Says who holds a bearer token, or a session: its secret comes behind store::session_prefix. Called on the io thread, must not
// block; `bearer` is valid during the call only. The callback is called once, at once or later, on any thread while the io_context lives; dropped it
// counts as unavailable.
using Authenticator =
    std::function<void(std::string_view bearer, std::function<void(AuthenticationOutcome)> callback)>;

// One answered request, for metrics. Holds nothing a client can choose: no target, no token, no body.
struct RequestObservation {
  std::string_view method;   // "GET", or "-" where the request line was not understood
  std::string_view pattern;  // of the route, or "-" where none was found
  unsigned status;
  std::string_view code;  // of the problem where a guard refused, else empty
  std::chrono::steady_clock::duration
      duration;                // from the first byte of the request to the last of the answer
  std::size_t bytes_received;  // of the body
  std::size_t bytes_sent;      // of the body
  std::string_view request_id;
};
// Called on the io thread after each answer. The access log is written without it.
using Observer = std::function<void(const RequestObservation&)>;

struct Deadlines {
  using duration = std::chrono::steady_clock::duration;
  duration handshake = std::chrono::seconds(5);
  duration header =
      std::chrono::seconds(10);              // from its first byte; for the first request from the handshake
  duration idle = std::chrono::seconds(30);  // between requests
  duration body = std::chrono::seconds(30);  // and body_per_64_kib for each 64 KiB of it, both ways
  duration body_per_64_kib = std::chrono::seconds(1);
  duration authentication = std::chrono::seconds(10);
  duration handler = std::chrono::seconds(60);
  duration piece = std::chrono::seconds(10);    // of a body that streams, and body_per_64_kib
  duration silence = std::chrono::seconds(60);  // of the source of such a body
  duration recheck = std::chrono::seconds(10);  // after which its caller's token is looked up again
  duration recheck_session = std::chrono::milliseconds(700);  // the same of a cookie: who signed out sees no more within a second
  duration drain = std::chrono::seconds(2);  // how long what still comes in is thrown away before closing
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // numeric, IPv4 or IPv6
  std::uint16_t port = 8443;          // 0: any free one
  // Names under which clients may speak to the server: the Host allowlist. See tls_names().
  std::vector<std::string> names;
  Deadlines deadlines;
  std::size_t connections = 2048;
  std::size_t connections_per_address = 1280;
  // Connections above a cap that are still told so (503, 429); any further one is closed unanswered.
  std::size_t refusals = 64;
  // Of one body under way at once, its slow ones included (of one address, where there is no token): more are 429. 0: no limit.
  std::size_t requests_per_body = 256;
  // Of one address; see AddressLimits. Beyond the first, new connections wait for their handshake, and are closed where that would
  // take longer than a handshake may; beyond the second, tokens that nobody knows to be good are 429.
  int handshakes_per_second = 200;
  int failed_tokens_per_minute = 120;
  std::size_t drain_bytes = 8 * 1024 * 1024;
  std::string session_cookie = "__Host-noroshi";  // its name (sign_in/session_secret.h)
  // Fields for every answer, asked anew for each; e.g. Noroshi-Clock: shifted. May be empty. Called on the io
  // thread.
  std::function<std::vector<Header>()> extra_headers;
};

// Lives on an io_context that one thread runs; every member is called on that thread, or before it runs. The
// io_context must outlive the server, every Responder and every authentication callback. The access log goes
// to spdlog's default logger.
class Server {
 public:
  Server(boost::asio::io_context& context, ServerOptions options, TlsContext tls, Router router,
         Authenticator authenticator, Observer observer = {});
  // Cuts what is left. stop() first.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds and listens. Throws boost::system::system_error where the address is taken or not of this machine.
  void start();
  std::uint16_t port() const;  // the bound one, after start()

  // New connections use this certificate; those open keep theirs.
  void replace_tls(TlsContext tls);

  // Orderly end: accepts no more, closes idle connections, ends streams, answers requests under way with
  // Connection: close, after `grace` cuts what is left; then calls `stopped` once, on the io thread.
  void stop(std::chrono::steady_clock::duration grace, std::function<void()> stopped);

  std::size_t connection_count() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace noroshi::http
