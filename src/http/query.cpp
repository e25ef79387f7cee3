#include "src/http/query.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "src/codec/json_pointer.h"

namespace noroshi::http {

QueryReader::QueryReader(const Request& request, std::initializer_list<std::string_view> known)
    : request_(request) {
  std::set<std::string_view> seen;
  for (const auto& [name, value] : request.query) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      mistake(name, "unknown_parameter", "この検索条件はありません。", "There is no such parameter.");
    } else if (!seen.insert(name).second) {
      mistake(name, "repeated", "検索条件は1度だけ指定してください。", "Give each parameter once.");
    }
  }
}

std::optional<std::string> QueryReader::text(std::string_view name) {
  const std::string* sent = request_.query_value(name);
  return sent ? std::optional(*sent) : std::nullopt;
}

std::optional<bool> QueryReader::boolean(std::string_view name) {
  const std::string* sent = request_.query_value(name);
  if (!sent) return std::nullopt;
  if (*sent == "true") return true;
  if (*sent == "false") return false;
  mistake(name, "value", "true か false にしてください。", "Give true or false.");
  return std::nullopt;
}

std::optional<int> QueryReader::integer(std::string_view name, int least, int most) {
  const std::string* sent = request_.query_value(name);
  if (!sent) return std::nullopt;
  int value = 0;
  const char* end = sent->data() + sent->size();
  const auto [stopped, error] = std::from_chars(sent->data(), end, value);
  if (error == std::errc{} && stopped == end && value >= least && value <= most) return value;
  const std::string range = std::to_string(least) + "–" + std::to_string(most);
  mistake(name, "out_of_range", range + " の整数にしてください。", "Give a whole number of " + range + ".");
  return std::nullopt;
}

std::optional<std::int64_t> QueryReader::number(std::string_view name) {
  const std::string* sent = request_.query_value(name);
  if (!sent) return std::nullopt;
  std::int64_t value = 0;
  const char* end = sent->data() + sent->size();
  const auto [stopped, error] = std::from_chars(sent->data(), end, value);
  if (error == std::errc{} && stopped == end && value >= 0 && value <= std::int64_t{1} << 53) return value;
  mistake(name, "out_of_range", "0 以上の整数にしてください。", "Give a whole number, 0 or more.");
  return std::nullopt;
}

std::optional<core::Uuid> QueryReader::id(std::string_view name) {
  const std::string* sent = request_.query_value(name);
  if (!sent) return std::nullopt;
  auto value = core::parse_uuid(*sent);
  if (!value) mistake(name, "value", "識別子（UUID）の形ではありません。", "This is not an id (a UUID).");
  return value;
}

std::optional<std::string> QueryReader::body(std::string_view name, const routing::Registry& registry) {
  const std::string* sent = request_.query_value(name);
  if (!sent) return std::nullopt;
  if (registry.find(*sent)) return *sent;
  mistake(name, "unknown_organization",
          "登録されていない機関です。GET /organizations の id から選んでください。",
          "No such body. Choose an id from GET /organizations.");
  return std::nullopt;
}

std::optional<Timestamp> QueryReader::time(std::string_view name) {
  const std::string* sent = request_.query_value(name);
  if (!sent) return std::nullopt;
  std::string text = *sent;
  std::replace(text.begin(), text.end(), ' ', '+');  // "+09:00" sent raw
  if (const auto at = parse_rfc3339(text)) return at;
  if (const auto day = parse_day(text)) return start_of(*day);
  mistake(name, "value", "日付（2018-07-25）か日時（2018-07-25T09:00:00+09:00）にしてください。",
          "Give a day (2018-07-25) or a time (2018-07-25T09:00:00+09:00).");
  return std::nullopt;
}

void QueryReader::mistake(std::string_view name, std::string code, std::string ja, std::string en) {
  codec::ProblemError error;
  codec::append_pointer_token(error.pointer, name);
  error.code = std::move(code);
  error.message = {std::move(ja), std::move(en)};
  mistakes_.push_back(std::move(error));
}

codec::Problem QueryReader::problem() const {
  return {422,
          "invalid",
          {"内容に誤りがあります", "The content has mistakes"},
          {"検索条件に誤りがあります。errors の各項目を直してください。",
           "The query has mistakes. Mend each one listed in errors."},
          mistakes_};
}

}  // namespace noroshi::http
