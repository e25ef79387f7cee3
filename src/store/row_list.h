// Rows on their way into a table: as JSON for apply() of schemas/sql, or as values to compare a table with. Both come
// of the same calls, so that what is written and what is expected cannot part ways. Private to src/store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "routing/route.h"
#include "src/codec/json_writer.h"
#include "src/core/identifier.h"

namespace noroshi::store {

// The value of a column in one form for each type, so that equal values are equal bytes; nothing is NULL. Long texts
// stand as their SHA-256: whoever compares keeps no content.
using ColumnValue = std::optional<std::string>;
std::string value_of(std::string_view text);
std::string value_of(const char* text) = delete;  // would be a flag
std::string value_of(bool flag);
std::string value_of(Timestamp at);
std::string value_of(const std::vector<std::string>& words);
std::string value_of(const std::vector<routing::Reason>& reasons);

using ImpliedColumns = std::vector<std::pair<std::string_view, ColumnValue>>;  // names have static lifetime
struct ImpliedRow {
  std::string_view list;  // as apply() names it
  ImpliedColumns columns;
};

class RowList {
 public:
  bool empty() const { return json_.empty() && values_.empty(); }
  // Objects separated by commas.
  const std::string& json() const { return json_; }

  // Instead of JSON.
  void keep_values() { as_values_ = true; }
  std::vector<ImpliedColumns> take_values() { return std::exchange(values_, {}); }

 private:
  friend class RowObject;
  std::string json_;
  std::vector<ImpliedColumns> values_;
  bool as_values_ = false;
};

// One row, appended to a list. Column names are literals.
class RowObject {
 public:
  explicit RowObject(RowList& list) : list_(list), writer_(list.json_) {
    if (list_.as_values_) {
      list_.values_.emplace_back();
      return;
    }
    if (!list_.json_.empty()) list_.json_ += ',';
    writer_.begin_object();
  }
  ~RowObject() {
    if (!list_.as_values_) writer_.end_object();
  }
  RowObject(const RowObject&) = delete;
  RowObject& operator=(const RowObject&) = delete;

  RowObject& column(std::string_view name, std::string_view text);
  RowObject& column(std::string_view name, const std::string& text) { return column(name, std::string_view(text)); }
  RowObject& column(std::string_view name, const char* text) { return column(name, std::string_view(text)); }
  RowObject& column(std::string_view name, Timestamp at);
  RowObject& column(std::string_view name, const std::vector<std::string>& words);
  RowObject& column(std::string_view name, const std::vector<routing::Reason>& reasons);
  template <std::integral Number>
  RowObject& column(std::string_view name, Number number) {
    if (!list_.as_values_) {
      writer_.member(name, number);
      return *this;
    }
    if constexpr (std::same_as<Number, bool>)
      return keep(name, value_of(number));
    else
      return keep(name, value_of(std::string_view(std::to_string(number))));
  }
  template <class Tag>
  RowObject& column(std::string_view name, const core::Identifier<Tag>& id) {
    return column(name, core::to_string(id));
  }
  template <class Value>
  RowObject& column(std::string_view name, const std::optional<Value>& value) {
    if (value) return column(name, *value);
    if (list_.as_values_) return keep(name, std::nullopt);
    writer_.name(name).null();
    return *this;
  }

 private:
  RowObject& keep(std::string_view name, ColumnValue value);

  RowList& list_;
  codec::JsonWriter writer_;
};

}  // namespace noroshi::store
