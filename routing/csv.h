// Comma-separated values (RFC 4180) in UTF-8, with the place of every field.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "routing/registry.h"

namespace noroshi::routing {

struct CsvField {
  std::string text;
  int line = 0;    // where the field begins
  int column = 0;  // in characters, from 1
};
using CsvRow = std::vector<CsvField>;

struct CsvTable {
  std::vector<CsvRow> rows;  // the header is the first
  std::vector<Mistake> mistakes;
};

// Reads the whole text; lines end with LF or CRLF. Mistakes (bad UTF-8, a byte order mark, quotes out of
// place or not closed, blank lines) are listed with their places, and reading goes on behind them where it
// can.
CsvTable parse_csv(std::string_view text, std::string_view file);

}  // namespace noroshi::routing
