// Hands one message to a relay by SMTP (RFC 5321) over TLS (RFC 3207, 8314), by libcurl. Never in the clear: a relay
// that offers no TLS, or shows a certificate that does not hold, gets nothing, and the mail waits.
//
// Causes (the closed list of the mail channel is in mail.h):
//   again    relay_unreachable, timeout, tls_unavailable, tls_failed, relay_certificate_expired,
//            relay_certificate_other_name, relay_certificate_not_trusted, authentication, connection_lost, smtp_NNN
//   refused  smtp_5NN, where the relay has said it of this receiver or this message
#pragma once

#include <chrono>
#include <string>

#include "src/delivery/channel.h"
#include "src/delivery/mail_address.h"

namespace noroshi::delivery {

struct Submission {
  const MailRelay& relay;
  std::string password;  // of relay.user
  const MailAddress& from;
  const MailAddress& to;
  const std::string& message;  // lines ended by CRLF
};

// Over at the deadline, or a second later where the relay is silent at the very end. Any thread.
Attempted submit(const Submission& submission, std::chrono::steady_clock::time_point deadline);

}  // namespace noroshi::delivery
