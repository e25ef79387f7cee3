// What a person reads after a report was accepted: the incident's number, the duties opened and the receipt.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "src/cli/language.h"

namespace noroshi::cli {

// `answer` is that of POST /reports. `replayed`: the daemon had accepted this report before.
std::string render_receipt(const boost::json::value& answer, bool replayed, Language language);

// Where the signed receipts of an incident's reports lie that this machine submitted: a line each, oldest first; empty where
// there is none. `queue` is the folder of the durable queue; it need not be there.
std::string render_kept_receipts(const std::filesystem::path& queue, std::string_view incident, Language language);

// Obligations as rows, the late ones first and marked 期限超過, then by the time they are due.
std::string render_obligations(const boost::json::array& obligations, Language language);

}  // namespace noroshi::cli
