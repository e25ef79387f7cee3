// Composes the mail that carries a consignment: RFC 5322 and MIME (RFC 2045), lines ended by CRLF, ASCII only.
//
// No text of a consignment can add or end a header: an address is a MailAddress, ids and times are written by their
// types, and the subject goes through text_header(). The body is base64.
//
// What stands outside the encryption holds no title, note or report: who wrote it to whom, by which clause, and how to
// acknowledge it. Content is taken only where `receiver` seals it. All mails of one incident answer the same first one,
// which was never sent: mail programs show them as one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/delivery/channel.h"
#include "src/delivery/mail_address.h"
#include "src/delivery/smime.h"

namespace noroshi::delivery {

enum class MailLanguage { ja, en };
std::optional<MailLanguage> parse_mail_language(std::string_view text);

// Before the token in the line that a reply carries back (mail_reply.h).
inline constexpr std::string_view token_mark = "NRS-ACK:";

struct MailHead {
  const MailAddress& from;
  const MailAddress& to;
  MailLanguage language{};
  Timestamp date;  // of this attempt
};

// `receiver`: null: nothing is encrypted, and no content is in the mail. `signer`: null: unsigned. Nothing where
// OpenSSL fails.
std::optional<std::string> compose(const Consignment& consignment, const routing::Registry& registry,
                                   const MailHead& head, X509* receiver, const Signer* signer);

}  // namespace noroshi::delivery
