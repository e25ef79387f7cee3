// Reading what the daemon answered: an absent member, a null and one of another type all read as "nothing".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace noroshi::cli {

// Null for bytes that are no JSON.
boost::json::value parse_json(std::string_view bytes);

// `pointer` is a JSON pointer (RFC 6901): "/report/id".
std::string text_at(const boost::json::value& value, std::string_view pointer);
std::optional<std::int64_t> number_at(const boost::json::value& value, std::string_view pointer);
// ISO 8601, "PT71H"; in seconds.
std::optional<std::int64_t> duration_at(const boost::json::value& value, std::string_view pointer);
bool flag_at(const boost::json::value& value, std::string_view pointer);
const boost::json::array& array_at(const boost::json::value& value, std::string_view pointer);

}  // namespace noroshi::cli
