#include "src/cli/json_view.h"

#include <boost/json/parse.hpp>

#include "routing/time.h"

namespace noroshi::cli {
namespace {

const boost::json::value* find(const boost::json::value& value, std::string_view pointer) {
  boost::json::error_code error;
  return value.find_pointer(pointer, error);
}

}  // namespace

boost::json::value parse_json(std::string_view bytes) {
  boost::json::error_code error;
  auto value = boost::json::parse(bytes, error);
  return error ? boost::json::value() : value;
}

std::string text_at(const boost::json::value& value, std::string_view pointer) {
  const auto* found = find(value, pointer);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::optional<std::int64_t> number_at(const boost::json::value& value, std::string_view pointer) {
  const auto* found = find(value, pointer);
  boost::json::error_code error;
  if (!found || !found->is_number()) return std::nullopt;
  const auto number = found->to_number<std::int64_t>(error);
  if (error) return std::nullopt;
  return number;
}

std::optional<std::int64_t> duration_at(const boost::json::value& value, std::string_view pointer) {
  const auto duration = parse_duration(text_at(value, pointer));
  if (!duration) return std::nullopt;
  return duration->count();
}

bool flag_at(const boost::json::value& value, std::string_view pointer) {
  const auto* found = find(value, pointer);
  return found && found->is_bool() && found->get_bool();
}

const boost::json::array& array_at(const boost::json::value& value, std::string_view pointer) {
  static const boost::json::array none;
  const auto* found = find(value, pointer);
  return found && found->is_array() ? found->get_array() : none;
}

}  // namespace noroshi::cli
