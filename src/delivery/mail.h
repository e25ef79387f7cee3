// The mail channel: one message of RFC 5322 to one address, handed to the relay of [mail] over verified TLS
// (smtp.h); thin in the clear, whole where the endpoint has a certificate to seal it for (mail_message.h, smime.h).
//
// Settings of an endpoint: `address` (required), `language` (ja, the default, or en), `certificate` (PEM, one
// certificate), `domain_exception` (why the address lies outside the domains of its kind of body: mail_address.h,
// (ウ)).
//
// Verdicts: `sent` where the relay has taken it. Causes besides those of smtp.h:
//   again  no_relay                       [mail] names none
//          relay_unusable                 its host, port or `from` is not one
//          password_unreadable            its file cannot be read
//          signing_key_unusable, signing_certificate_expired   nothing goes out unsigned where signing is set
//          certificate_not_yet_valid      the receiver's
//          sealing_failed
//   gone   certificate_expired, certificate_unreadable, certificate_weak, certificate_not_for_mail,
//          certificate_other_address      the receiver's: a person of the body has to set another
//          settings_unusable              the address or language is not one
#pragma once

#include "src/delivery/channel.h"

namespace noroshi::delivery {

ChannelKind mail_channel();

}  // namespace noroshi::delivery
