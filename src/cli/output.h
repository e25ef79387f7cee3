// What the terminal's commands share: how things are said, and how an answer of the daemon becomes an exit
// code.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "src/cli/api_client.h"
#include "src/cli/exit_code.h"
#include "src/cli/language.h"

namespace noroshi::cli {

struct Output {
  Language language = Language::ja;
  bool json = false;  // the daemon's own JSON instead of a table

  const std::string& operator()(const Text& text) const { return in(text, language); }
};

void print(std::string_view text);                      // to stdout, as it is
void print_line(std::string_view text);                 // and LF
void complain(const Output& output, const Text& text);  // to stderr: "noroshi: …"

// "1 event", "2 events".
std::string counted(std::uint64_t count, std::string_view noun);
// "2018-08-01 09:00" in Japanese time; the text itself where it is no time, "-" where empty.
std::string shown_time(const std::string& rfc3339);
// The two largest units: "2日3時間", "45分"; "2d 3h", "45m" in English.
std::string shown_duration(std::int64_t seconds, Language language);
// "日本年金機構 (jps)": by the registry built in; the slug alone where that does not know it.
std::string shown_organization(const std::string& slug, Language language);
// "2.2.4(2)(g) 2": the sentence only where the clause has several.
std::string shown_clause(const boost::json::value& row);

// Tells on stderr why there is no good answer, with every mistake the daemon listed.
ExitCode tell_no_answer(const NoAnswer& none, const Output& output);
ExitCode tell_refusal(const Answer& answer, const Output& output);
ExitCode exit_code_of(int status);

// A GET whose answer is good: its JSON. Else the exit code, after telling why.
tl::expected<boost::json::value, ExitCode> fetch(const ApiClient& client, const std::string& target,
                                                 const Output& output);
// All pages of a list: {"items":[…],"next":null}, with what else the last page says.
tl::expected<boost::json::value, ExitCode> fetch_all(const ApiClient& client, const std::string& target,
                                                     const Output& output);
// The client for these options; else exit 78 after telling why.
tl::expected<ApiClient, ExitCode> connect(const ConnectionOptions& options, const Output& output);

}  // namespace noroshi::cli
