#include "src/sealing/strict_object.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

namespace noroshi::sealing {
namespace {

namespace json = boost::json;

// Looks at names alone.
class NamesOnce {
 public:
  static constexpr std::size_t max_object_size = 1024;
  static constexpr std::size_t max_array_size = 1024;
  static constexpr std::size_t max_key_size = 256;
  static constexpr std::size_t max_string_size = longest_jwe;

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    names_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) {
    names_.pop_back();
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t, json::error_code&) { return true; }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    name_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code& error) {
    name_.append(part.data(), part.size());
    const bool first = names_.back().insert(name_).second;
    name_.clear();
    if (!first) error = json::error::syntax;
    return first;
  }
  bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_string(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, json::error_code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return true; }
  bool on_double(double, json::string_view, json::error_code&) { return true; }
  bool on_bool(bool, json::error_code&) { return true; }
  bool on_null(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  std::vector<std::set<std::string>> names_;  // of the objects around
  std::string name_;
};

}  // namespace

std::optional<json::object> read_object(std::string_view text) {
  json::error_code error;
  json::basic_parser<NamesOnce> names{json::parse_options{}};
  const auto read = names.write_some(false, text.data(), text.size(), error);
  if (error || !names.done() || text.find_first_not_of(" \t\r\n", read) != std::string_view::npos) return std::nullopt;
  auto value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

Expected<std::string_view> text_at(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(json::string_view(name.data(), name.size()));
  if (!value) return std::string_view();
  const auto* text = value->if_string();
  if (!text) return tl::unexpected(Fault::unreadable);
  return std::string_view(text->data(), text->size());
}

Expected<void> check_names(const json::object& object, std::initializer_list<std::string_view> known, Fault otherwise) {
  for (const auto& member : object) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::find(known.begin(), known.end(), name) == known.end()) return tl::unexpected(otherwise);
  }
  return {};
}

}  // namespace noroshi::sealing
