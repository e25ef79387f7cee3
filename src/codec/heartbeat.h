// A signed sign of life: that the daemon lives, rings its clocks, and what of a body is open. Whoever misses it knows that
// silence is no peace.
#pragma once

#include <cstdint>
#include <string>

#include "src/codec/json_writer.h"
#include "routing/time.h"

namespace noroshi::codec {

struct Heartbeat {
  std::string organization;  // slug of the body it is for
  Timestamp at;              // the shown clock
  Timestamp next_by;         // when the next one comes at the latest
  std::int64_t events = 0;   // numbered in the record so far, of all bodies
  // The newest checkpoint of the record: who keeps heartbeats can show later that its tree was altered. Empty and 0 before
  // the first.
  std::string origin;
  std::int64_t size = 0;
  std::string root;  // base64
  std::int64_t open = 0;     // duties of the body
  std::int64_t overdue = 0;  // of these
  std::int64_t unacknowledged = 0;  // reports and relays in the body's inbox that nobody has acknowledged
  bool clocks_behind = false;       // alarms come late
};

// The text that is signed: a line for each member, "name value", in the order above, after "noroshi heartbeat v2". Times are
// RFC 3339 with +09:00, every line ends with a line feed. Before the first checkpoint origin and root read "none".
std::string heartbeat_text(const Heartbeat& heartbeat);

// Its members ("checkpoint" is {"origin","size","root"} or null), "key_id", "text" (what was signed) and "signature" (base64 of the Ed25519 signature of it, RFC 8032).
std::string encode_heartbeat(const Heartbeat& heartbeat, std::string_view key_id, std::string_view signature);

}  // namespace noroshi::codec
