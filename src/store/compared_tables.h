// The tables that follow from events: their columns as decided.cpp names them, and what apply() of schemas/sql does
// with each list of rows. Private to src/store.
#pragma once

#include <string_view>
#include <vector>

#include "src/store/column_reader.h"
#include "src/store/database.h"

namespace noroshi::store {

struct ComparedTable {
  // A column that no row of an event names when it is inserted. `text` null: NULL; "=name": as that column.
  struct Default {
    const char* name;
    const char* text;
  };
  const char* name;
  std::vector<const char*> key;
  Statement of_incidents;  // the rows of the incidents $1
  const char* incident;    // column of the result: of which of them
  std::vector<Column> columns;
  std::vector<Default> defaults;
};

enum class ListDoes { insert, upsert, update, erase };
struct ComparedList {
  std::string_view name;
  const ComparedTable* table;
  ListDoes does;
  std::vector<std::string_view> kept;  // columns of a row that is there, which an upsert leaves alone
  bool counts_revision = false;

  bool keeps(std::string_view column) const;
  // The column of the table where the list has another name for it.
  std::string_view stored_as(std::string_view column) const;
};

// Null for lists that are compared by other means: events, openings, clocks, numbers, answers.
const ComparedList* find_list(std::string_view name);

namespace compared_tables {
extern const ComparedTable incident, report, attachment, relay_switch, signing_key, record_origin, person, appointment, delegation,
    training, shift, endpoint, label_mapping, sealing_key, notice;
// All but those of bodies and of the record itself, whose statements read the whole table.
const std::vector<const ComparedTable*>& of_incidents();
}  // namespace compared_tables

// The name in the schema of a column that lists name by its unit.
std::string_view shown_column(std::string_view column);

}  // namespace noroshi::store
