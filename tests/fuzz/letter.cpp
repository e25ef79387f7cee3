// Small texts from outside: answers by mail, addresses, URLs, ranges, times to try again, 受付番号.
#include "src/core/receipt_number.h"
#include "src/delivery/address_ranges.h"
#include "src/delivery/https_url.h"
#include "src/delivery/mail_address.h"
#include "src/delivery/mail_reply.h"
#include "src/delivery/retry_after.h"
#include "tests/fuzz/fuzz.h"

namespace noroshi::fuzz {

void target(std::string_view input) {
  if (const auto reply = delivery::parse_reply(input)) {
    HOLDS(!reply->token.empty());
    for (const char byte : reply->token)
      HOLDS((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
            byte == '-' || byte == '_');
    HOLDS(reply->address.find_first_of("\r\n") == std::string::npos);
    HOLDS(reply->name.find_first_of("\r\n") == std::string::npos);
  }
  if (const auto address = delivery::MailAddress::parse(input)) {
    HOLDS(delivery::MailAddress::parse(address->text()).has_value());
    HOLDS(address->text().find_first_of("\r\n <>") == std::string::npos);
  }
  const auto url = delivery::parse_https_url(input);
  if (const auto* read = std::get_if<delivery::HttpsUrl>(&url)) {
    HOLDS(!read->host.empty() && read->path.starts_with("/"));
    HOLDS(read->authority().find_first_of("\r\n @/") == std::string::npos);
    HOLDS(read->path.find_first_of("\r\n ") == std::string::npos);
  }
  delivery::parse_ranges(input, core::Zone::closed, "/settings/addresses");
  if (const auto wait = delivery::parse_retry_after(input, input, std::chrono::sys_seconds{}))
    HOLDS(wait->count() >= 0 && *wait <= delivery::longest_retry_after);
  if (const auto number = core::parse_receipt_number(input)) {
    HOLDS(core::parse_receipt_number(*number) == number);
    core::minute_of_receipt(*number);
  }
}

}  // namespace noroshi::fuzz
