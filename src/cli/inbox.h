// `noroshi inbox`: what was sent to the caller's body.
#pragma once

#include <string>

#include <boost/json/value.hpp>

#include "src/cli/act.h"

namespace noroshi::cli {

struct InboxListOptions {
  bool unacknowledged = false;
  std::string receipt_number;  // 受付番号; empty: all
  ConnectionOptions connection;
};
int run(const InboxListOptions& options, const Output& output);

struct InboxShowOptions {
  std::string message;
  ConnectionOptions connection;
};
int run(const InboxShowOptions& options, const Output& output);

struct InboxAcknowledgeOptions : ActOptions {
  std::string message;
  std::string by;  // the person who has read it
  std::string note;
};
int run(const InboxAcknowledgeOptions& options, const Output& output);

// What kind of message it is, for a person.
std::string shown_kind(const boost::json::value& message, Language language);

// A reply to a mail that asked for it: its token acknowledges, in the name that it came from. For a mail server to hand replies
// to, or a person with the file. Exit 1 where it is none: a program's answer, or one without a token.
struct InboxReplyOptions {
  std::string file;  // RFC 5322; - reads standard input
  ConnectionOptions connection;
};
int run(const InboxReplyOptions& options, const Output& output);

}  // namespace noroshi::cli
