// A caller of the daemon's HTTP interface: one request, one answer, within a time.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "src/cli/connection.h"

namespace noroshi::cli {

struct Answer {
  int status = 0;
  std::string body;
  bool replayed = false;       // Idempotency-Replayed: the daemon had stored this answer before
  bool clock_shifted = false;  // Noroshi-Clock: the daemon's clock is not the real one (a demonstration)
  std::optional<int> retry_after_seconds;

  bool good() const { return status >= 200 && status < 300; }
};

// No answer: the daemon cannot be reached, is not the one whose certificate we trust, or was cut off while
// answering. Whether it has stored what was sent is unknown; the same Idempotency-Key tells.
struct NoAnswer {
  Text reason;
  bool sent = true;  // the request may have arrived; false where there was no connection to send it on
};

class ApiClient {
 public:
  // `deadline` bounds a request from the attempt to connect to the last byte of the answer.
  explicit ApiClient(ConnectionSettings settings, std::chrono::seconds deadline = std::chrono::seconds(30));

  // `target` is path and query, percent-encoded: "/api/v1/inbox?limit=100".
  tl::expected<Answer, NoAnswer> get(const std::string& target) const;
  // `idempotency_key` may be empty where the call does not ask for one.
  tl::expected<Answer, NoAnswer> post(const std::string& target, const std::string& body,
                                      const std::string& idempotency_key,
                                      const std::string& media_type = "application/json") const;

  // GET of an event stream: `on_bytes` gets a good answer as it comes and ends it by false; the answer then
  // has no body. No deadline for the whole, but where nothing comes for `silence` the line counts as cut. Any
  // other answer comes whole.
  tl::expected<Answer, NoAnswer> stream(const std::string& target, const std::string& last_event_id,
                                        std::chrono::seconds silence,
                                        const std::function<bool(std::string_view)>& on_bytes) const;

  const ConnectionSettings& settings() const { return settings_; }
  void speak(Language language) { language_ = language; }

 private:
  tl::expected<Answer, NoAnswer> call(const std::string& method, const std::string& target,
                                      const std::string& body, const std::string& idempotency_key,
                                      const std::string& media_type) const;

  ConnectionSettings settings_;
  std::chrono::seconds deadline_;
  Language language_ = Language::ja;
};

// A text as it stands in a query or a path segment.
std::string percent_encoded(const std::string& text);

}  // namespace noroshi::cli
