// The receipt of a report: a signed promise that its event stands in the record, as a signed certificate timestamp (RFC
// 9162 section 4.8) is one. Who holds it can show later that an event is missing.
//
// Pure; safe from any number of threads.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "src/core/identifier.h"
#include "src/record/sha256.h"

namespace noroshi::record {

struct Receipt {
  std::string origin;     // the tree that the event will be found in, or a later one that continues it
  core::EventId event;    // report.received
  Digest leaf_hash{};     // of that event
  Digest report_sha256{};  // of the report's bytes as received
  Timestamp received_at;
  friend bool operator==(const Receipt&, const Receipt&) = default;
};

// What is signed, six lines, each with its line feed: "noroshi-receipt/v1", origin, event, leaf hash in base64, SHA-256 of
// the report in hexadecimal, time (RFC 3339 with +09:00, as the answer states it).
std::string receipt_text(const Receipt& receipt);
// The reverse, of exactly such a text. The error says what is wrong. A signature over it is verify_ed25519() of
// checkpoint.h, with a key of the origin.
tl::expected<Receipt, std::string> parse_receipt(std::string_view text);

}  // namespace noroshi::record
