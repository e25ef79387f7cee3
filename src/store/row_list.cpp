#include "src/store/row_list.h"

#include "src/store/bytes.h"

namespace noroshi::store {
namespace {

constexpr std::size_t kept_in_clear = 256;  // a longer text stands as its SHA-256

void append_counted(std::string& value, std::string_view text) {
  value.append(std::to_string(text.size())).append(":").append(text);
}

std::string shortened(std::string value) {
  return value.size() <= kept_in_clear ? value : "sha256 " + sha256(value);
}

}  // namespace

// The first letter tells a text from the SHA-256 of one, and both from all else.
std::string value_of(std::string_view text) {
  return shortened("text " + std::string(text));
}
std::string value_of(bool flag) {
  return flag ? "true" : "false";
}
std::string value_of(Timestamp at) {
  return "at " + std::to_string(at.time_since_epoch().count());
}
std::string value_of(const std::vector<std::string>& words) {
  std::string value = "words";
  for (const auto& word : words) append_counted(value += ' ', word);
  return shortened(std::move(value));
}
std::string value_of(const std::vector<routing::Reason>& reasons) {
  std::vector<std::string> sentences;
  for (const auto& reason : reasons) {
    sentences.push_back(reason.ja);
    sentences.push_back(reason.en);
  }
  return value_of(sentences);
}

RowObject& RowObject::keep(std::string_view name, ColumnValue value) {
  list_.values_.back().emplace_back(name, std::move(value));
  return *this;
}

RowObject& RowObject::column(std::string_view name, std::string_view text) {
  if (list_.as_values_) return keep(name, value_of(text));
  writer_.member(name, text);
  return *this;
}

RowObject& RowObject::column(std::string_view name, Timestamp at) {
  if (list_.as_values_) return keep(name, value_of(at));
  writer_.member(name, format_rfc3339(at));
  return *this;
}

RowObject& RowObject::column(std::string_view name, const std::vector<std::string>& words) {
  if (list_.as_values_) return keep(name, value_of(words));
  writer_.name(name).begin_array();
  for (const auto& word : words) writer_.value(word);
  writer_.end_array();
  return *this;
}

RowObject& RowObject::column(std::string_view name, const std::vector<routing::Reason>& reasons) {
  if (list_.as_values_) return keep(name, value_of(reasons));
  writer_.name(name).begin_array();
  for (const auto& reason : reasons)
    writer_.begin_object().member("ja", reason.ja).member("en", reason.en).end_object();
  writer_.end_array();
  return *this;
}

}  // namespace noroshi::store
