#include "src/store/column_reader.h"

#include <array>
#include <stdexcept>

#include "src/store/bytes.h"

namespace noroshi::store {
namespace {

std::string read_value(const Row& row, const Column& column) {
  switch (column.kind) {
    case Column::Kind::text:
      return value_of(row.get<std::string_view>(column.name));
    case Column::Kind::flag:
      return value_of(row.get<bool>(column.name));
    case Column::Kind::time:
      return value_of(row.get<Timestamp>(column.name));
    case Column::Kind::words:
      return value_of(row.get<std::vector<std::string>>(column.name));
    case Column::Kind::bytes:
      return value_of(std::string_view(base64(text_of(row.get<Bytes>(column.name)))));
  }
  return {};
}

}  // namespace

ColumnValue read_column(const Row& row, const Column& column) {
  if (row.is_null(column.name)) return std::nullopt;
  try {
    return read_value(row, column);
  } catch (const std::logic_error&) {
    // What this program never writes, such as a time without end, equals nothing that an event implies.
    return "not of this program";
  } catch (const ContentUnreadable&) {
    return "does not open";
  }
}

ImpliedColumns read_columns(const Row& row, std::span<const Column> columns) {
  ImpliedColumns values;
  values.reserve(columns.size());
  for (const auto& column : columns) values.emplace_back(column.name, read_column(row, column));
  return values;
}

std::span<const Column> event_columns() {
  using enum Column::Kind;
  static constexpr std::array columns{
      Column{"id"},           Column{"type"}, Column{"at", time},       Column{"incident_id"},
      Column{"organization"}, Column{"role"}, Column{"parties", words}, Column{"subject"}};
  return columns;
}

}  // namespace noroshi::store
