// `noroshi incident withhold|withholdings|release|share`: what a receiver does not see of a report, until when, and what is shared
// beyond what the law asks for.
#pragma once

#include <string>
#include <vector>

#include "src/cli/act.h"

namespace noroshi::cli {

struct WithholdOptions : ActOptions {
  std::string incident;  // id, number or reference
  std::string from;      // the receiver
  std::vector<std::string> members;
  std::string until;  // RFC 3339
  std::string reason;
};
int run(const WithholdOptions& options, const Output& output);

struct WithholdingsOptions {
  std::string incident;
  ConnectionOptions connection;
};
int run(const WithholdingsOptions& options, const Output& output);

struct ReleaseWithheldOptions : ActOptions {
  std::string withholding;  // id
  std::string reason;
};
int run(const ReleaseWithheldOptions& options, const Output& output);

struct ShareOptions : ActOptions {
  std::string incident;
  std::string organization;
  std::string note;
};
int run(const ShareOptions& options, const Output& output);

// "This is not all of the report: …", of a report that carries a view (codec/report_view.h); nothing of a whole one.
std::string told_view(const boost::json::value& report, Language language);

}  // namespace noroshi::cli
