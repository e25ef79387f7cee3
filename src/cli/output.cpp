#include "src/cli/output.h"

#include <cstdio>
#include <map>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "routing/time.h"
#include "src/app/law.h"
#include "src/cli/json_view.h"
#include "src/cli/table.h"

namespace noroshi::cli {
namespace {

const std::map<std::string, std::string, std::less<>>& names_of_bodies() {
  static const auto names = [] {
    std::map<std::string, std::string, std::less<>> found;
    if (const auto law = app::load_law({}, {}))
      for (const auto& organization : law->registry.organizations())
        found[organization.slug] = organization.name_ja;
    return found;
  }();
  return names;
}

}  // namespace

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_line(std::string_view text) {
  print(text);
  print("\n");
}

void complain(const Output& output, const Text& text) {
  std::fflush(stdout);
  const auto line = "noroshi: " + printable(output(text)) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string shown_time(const std::string& rfc3339) {
  if (rfc3339.empty()) return "-";
  const auto at = parse_rfc3339(rfc3339);
  if (!at) return rfc3339;
  auto text = format_rfc3339(*at).substr(0, 16);
  text[10] = ' ';
  return text;
}

std::string shown_duration(std::int64_t seconds, Language language) {
  struct Unit {
    std::int64_t seconds;
    const char* ja;
    const char* en;
  };
  constexpr Unit units[] = {{86400, "日", "d"}, {3600, "時間", "h"}, {60, "分", "m"}, {1, "秒", "s"}};
  std::string text;
  int shown = 0;
  for (const auto& unit : units) {
    const auto count = seconds / unit.seconds;
    if (count == 0 && (shown == 0 || shown == 2)) continue;
    if (shown == 2) break;
    if (count > 0)
      text += fmt::format("{}{}{}", !text.empty() && language == Language::en ? " " : "", count,
                          language == Language::ja ? unit.ja : unit.en);
    seconds %= unit.seconds;
    ++shown;
  }
  return text.empty() ? (language == Language::ja ? "0秒" : "0s") : text;
}

std::string shown_organization(const std::string& slug, Language language) {
  if (slug.empty()) return "-";
  if (language == Language::en) return slug;
  const auto name = names_of_bodies().find(slug);
  return name == names_of_bodies().end() ? slug : fmt::format("{} ({})", name->second, slug);
}

std::string shown_clause(const boost::json::value& row) {
  const auto sentence = number_at(row, "/sentence").value_or(0);
  const auto clause = text_at(row, "/clause");
  return sentence > 0 ? fmt::format("{} {}", clause, sentence) : clause;
}

ExitCode exit_code_of(int status) {
  if (status == 401 || status == 403) return exit_refused;
  if (status == 404) return exit_failed;
  if (status == 408 || status == 429 || status >= 500) return exit_unavailable;
  return exit_usage;
}

ExitCode tell_no_answer(const NoAnswer& none, const Output& output) {
  complain(output, none.reason);
  return exit_unavailable;
}

ExitCode tell_refusal(const Answer& answer, const Output& output) {
  if (output.json) print_line(answer.body);
  const auto problem = parse_json(answer.body);
  const auto title = text_at(problem, "/title");
  const auto detail = text_at(problem, "/detail");
  // A detail that begins as the title does says it all.
  const bool both = !title.empty() && !detail.empty() && !detail.starts_with(title);
  const auto line =
      fmt::format("{}{}{} ({}{}{})", both || detail.empty() ? title : "", both ? ": " : "", detail,
                  answer.status, text_at(problem, "/code").empty() ? "" : " ", text_at(problem, "/code"));
  complain(output, {line, line});
  for (const auto& error : array_at(problem, "/errors")) {
    const auto pointer = text_at(error, "/pointer");
    const auto mistake = fmt::format("  {}: {} ({})", pointer.empty() ? "/" : pointer,
                                     text_at(error, "/message"), text_at(error, "/code"));
    complain(output, {mistake, mistake});
  }
  return exit_code_of(answer.status);
}

tl::expected<boost::json::value, ExitCode> fetch(const ApiClient& client, const std::string& target,
                                                 const Output& output) {
  const auto answer = client.get(target);
  if (!answer) return tl::unexpected(tell_no_answer(answer.error(), output));
  if (!answer->good()) return tl::unexpected(tell_refusal(*answer, output));
  auto value = parse_json(answer->body);
  if (!value.is_null()) return value;
  complain(output,
           {"応答を読めません。接続先は noroshid ですか。", "the answer is no JSON: is this a noroshid?"});
  return tl::unexpected(exit_unavailable);
}

tl::expected<boost::json::value, ExitCode> fetch_all(const ApiClient& client, const std::string& target,
                                                     const Output& output) {
  boost::json::array items;
  boost::json::object whole;
  std::string cursor;
  do {
    const char joint = target.find('?') == std::string::npos ? '?' : '&';
    auto page =
        fetch(client,
              cursor.empty() ? target : fmt::format("{}{}cursor={}", target, joint, percent_encoded(cursor)),
              output);
    if (!page) return page;
    for (const auto& item : array_at(*page, "/items")) items.push_back(item);
    cursor = text_at(*page, "/next");
    if (const auto* object = page->if_object()) whole = *object;
  } while (!cursor.empty());
  whole["items"] = std::move(items);
  whole["next"] = nullptr;
  return whole;
}

tl::expected<ApiClient, ExitCode> connect(const ConnectionOptions& options, const Output& output) {
  auto settings = resolve_connection(options);
  if (!settings) {
    complain(output, settings.error());
    return tl::unexpected(exit_configuration);
  }
  ApiClient client(std::move(*settings));
  client.speak(output.language);
  return client;
}

}  // namespace noroshi::cli
