#include "src/http/access_log.h"

#include <spdlog/spdlog.h>

#include "src/http/server.h"

namespace noroshi::http {
namespace {

thread_local const AccessRecord* present = nullptr;

}  // namespace

const AccessRecord* access_being_logged() {
  return present;
}

void log_access(const RequestObservation& observation, std::string_view remote_address) {
  const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(observation.duration);
  const AccessRecord record{observation, remote_address};
  present = &record;
  struct End {
    ~End() { present = nullptr; }
  } const end;
  spdlog::info("http {} {} {} {} us, {} bytes in, {} bytes out, from {}, request {}{}{}", observation.method,
               observation.pattern, observation.status, duration.count(), observation.bytes_received,
               observation.bytes_sent, remote_address, observation.request_id,
               observation.code.empty() ? "" : ", ", observation.code);
}

}  // namespace noroshi::http
