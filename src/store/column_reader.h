// Columns of a stored row in the form in which values are compared (row_list.h). Private to src/store.
#pragma once

#include <span>
#include <string>

#include "src/store/database.h"
#include "src/store/row_list.h"

namespace noroshi::store {

struct Column {
  enum class Kind { text, flag, time, words, bytes };  // text: also ids and numbers
  const char* name;                                    // of the result, which is that of the list (decided.cpp)
  Kind kind = Kind::text;
};

ColumnValue read_column(const Row& row, const Column& column);
ImpliedColumns read_columns(const Row& row, std::span<const Column> columns);

// Of the table event, beside leaf and sequence.
std::span<const Column> event_columns();

inline std::string text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
// Nothing where it is sealed and does not open.
inline std::optional<std::string> bytes_if_they_open(const Row& row, std::string_view column) {
  try {
    return text_of(row.get<Bytes>(column));
  } catch (const ContentUnreadable&) {
    return std::nullopt;
  }
}

}  // namespace noroshi::store
