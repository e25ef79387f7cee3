// One connection, from the TLS handshake to its end: reads requests one after another, passes each through
// the guards, waits for its answer, writes it. Runs on the io thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "src/http/address_limits.h"
#include "src/http/framing.h"
#include "src/http/server.h"
#include "src/http/shares.h"

namespace noroshi::http {

// What all sessions of a server share.
struct SessionEnvironment {
  ServerOptions options;
  HostAllowlist hosts;
  Router router;
  Authenticator authenticator;
  Observer observer;
  std::shared_ptr<AddressLimits> addresses;
  std::shared_ptr<Shares> requests;  // under way, by body; null: no limit
  bool ending = false;  // answers carry Connection: close
};

// A connection above a cap is served up to its first header, so that the client is told.
enum class Admission { admitted, too_many_of_address, too_many };

class Session {
 public:
  // Waits that long before the handshake. `ended` is called once, when the session is over or destroyed.
  static std::shared_ptr<Session> start(std::shared_ptr<const SessionEnvironment> environment,
                                        boost::asio::ip::tcp::socket socket,
                                        std::shared_ptr<boost::asio::ssl::context> tls, Admission admission,
                                        std::string remote_address, std::chrono::steady_clock::duration wait,
                                        std::function<void()> ended);
  virtual ~Session() = default;

  // Ends at once where no request is under way, else after its answer (the environment says `ending`); a body
  // that streams is ended.
  virtual void end_when_idle() = 0;
  // Ends now.
  virtual void cut() = 0;
};

}  // namespace noroshi::http
