// A reply by mail that acknowledges: the token of the mail it answers, and who wrote it. Pure; any bytes.
//
// Whether the token holds is for whoever made it to say, and so is what the From is worth: a mail names its writer
// without proof. Programs answer mail too: what one of them sent on its own (out of office, receipts of reading,
// bounces) quotes the token as a person's reply does, and acknowledges nothing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace noroshi::delivery {

inline constexpr std::size_t largest_reply = 1 << 20;  // bytes

struct MailReply {
  std::string token;    // without its mark; letters, digits, '-' and '_'
  std::string name;     // of the From, in UTF-8; empty where it gives none
  std::string address;  // of the From
};

enum class ReplyRefusal {
  too_large,
  unreadable,  // no headers of RFC 5322
  automatic,   // a program sent it: Auto-Submitted, Precedence, an empty Return-Path, multipart/report
  no_sender,   // not one From with one address
  no_token,    // neither in the first part of text nor, where there is none, anywhere; as in a reply that was encrypted
};
std::string_view to_string(ReplyRefusal refusal);

// Where there are several tokens, the first: a reply quotes the mail that it answers before those that came earlier.
tl::expected<MailReply, ReplyRefusal> parse_reply(std::string_view rfc5322);

}  // namespace noroshi::delivery
