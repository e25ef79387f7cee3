// How a person signs in by a page, and out: /session and /set-up/{code}. A session is a cookie, and who comes with it is the same
// Caller as who comes with a bearer token (Caller::session).
//
// Passphrases are derived one at a time, on a thread of their own that gives way to others, a few waiting and fewer of one address
// (passphrase_turns.h): what costs the daemon a third of a second is no lever against what reports need, nor against who signs in. A
// login that nobody has is answered as one whose passphrase is wrong, after the same work or the same time. No login, code or passphrase stands in a log.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "src/core/decision.h"
#include "src/http/router.h"
#include "src/http/worker_pool.h"
#include "src/store/connection_pool.h"
#include "src/store/tokens.h"

namespace noroshi::http {

struct SignInKeys {
  std::string totp;       // 32 bytes: seals the secrets of one-time codes
  std::string set_up;     // 32 bytes: seals the secret that a set-up page was shown, in its state
  std::string challenge;  // 32 bytes: signs the states of challenges
};

struct SignInOptions {
  std::optional<SignInKeys> keys;  // nothing: another daemon's are needed here, and nobody signs in
  std::string relying_party;       // WebAuthn's rpId: a host name
  std::vector<std::string> names;  // the Host allowlist: origins of pages, with `port`
  std::uint16_t port = 0;          // the bound one; set before anybody is served
  std::string base_url;            // how the server is reached from outside, another origin of its pages; may be empty
  bool clock_shifted = false;
  bool demonstration = false;      // a folder of `noroshi demo`
  std::string cookie = "__Host-noroshi";  // the name of the session's
  std::function<std::int64_t()> now;  // seconds since 1970, real clock; any thread
};

// All of it outlives the router.
struct SessionContext {
  store::ConnectionPool& authenticators;  // of role authenticator, for these calls alone
  store::TokenDirectory& tokens;
  const core::Law& law;
  WorkerPool& workers;
  WorkerPool& passphrases;  // of one thread
  const SignInOptions& options;
};
void add_session_routes(Router& router, const SessionContext& context);

}  // namespace noroshi::http
