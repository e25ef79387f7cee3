// The log, over HTTPS: one request, one answer, within a time and a size. Nothing that it says is believed here.
#pragma once

#include <cstdint>
#include <string>

#include "src/witness/words.h"

namespace noroshi::witness {

struct LogAddress {
  std::string url;    // "https://host:port"
  std::string token;  // bearer, of role auditor
  std::string ca;     // file; empty: the system's
};

struct LogAnswer {
  int status = 0;
  std::string body;
};

class Log {
 public:
  explicit Log(LogAddress address) : address_(std::move(address)) {}

  // `target` is path and query. Stop (69) without an answer, Stop (1) for one that is longer than any can be.
  LogAnswer get(const std::string& target) const { return call("GET", target, ""); }
  LogAnswer post(const std::string& target, const std::string& body) const { return call("POST", target, body); }

 private:
  LogAnswer call(const std::string& method, const std::string& target, const std::string& body) const;

  LogAddress address_;
};

}  // namespace noroshi::witness
