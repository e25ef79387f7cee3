// Signs of life of the daemon, as a watcher checks them.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include <boost/json/value.hpp>

#include "src/cli/api_client.h"
#include "src/codec/language.h"
#include "src/codec/problem.h"

namespace noroshi::cli {

// Whether `signature` (base64) is the Ed25519 signature of `text` by the key whose SubjectPublicKeyInfo (DER, base64) that is.
// False for what is none.
bool is_signed(const std::string& text, const std::string& signature, const std::string& public_key);

// What a watcher has to be told of the heartbeats of one stream: that one is not the daemon's or comes a second time, that
// alarms come late, that none has come for a while. Each once, until it is well again.
class HeartbeatWatch {
 public:
  explicit HeartbeatWatch(const ApiClient& client) : client_(client) {}

  // Whoever this client speaks for is sent heartbeats: silence counts from here.
  void expect(std::chrono::steady_clock::time_point now) { heard_at_ = now; }

  // A heartbeat has come; nothing where all is well and was before.
  std::optional<codec::Text> beat(const boost::json::value& heartbeat, std::chrono::steady_clock::time_point now);
  // Time has passed, with a connection that stands.
  std::optional<codec::Text> missed(std::chrono::steady_clock::time_point now);
  // The connection is new: silence counts from here, for whoever is sent heartbeats at all.
  void connected(std::chrono::steady_clock::time_point now) {
    if (heard_at_) heard_at_ = now;
  }

 private:
  enum class State { well, missed, behind, wrong };
  std::optional<codec::Text> become(State state, codec::Text text);
  // The public key of that id; empty where the daemon does not know it.
  std::string key(const std::string& id);

  const ApiClient& client_;
  std::map<std::string, std::string> keys_;
  std::string latest_;  // `at` of the latest one
  std::optional<std::chrono::steady_clock::time_point> heard_at_;
  State state_ = State::well;
};

}  // namespace noroshi::cli
