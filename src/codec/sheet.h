// A sheet for paper (帳票): headings, lines and tables as plain text, for whoever draws it. Pure values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "src/codec/language.h"

namespace noroshi::codec {

// A label and what stands beside it; may hold line breaks.
struct SheetLine {
  std::string label;
  std::string text;
};

struct SheetTable {
  struct Column {
    std::string head;
    double share = 1;  // of the width, beside the other columns'
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // a cell for each column
};

struct SheetSection {
  std::string heading;
  std::string remark;  // under the heading; may be empty
  std::vector<SheetLine> lines;
  std::optional<SheetTable> table;
};

struct Sheet {
  Language language = Language::ja;
  std::string title;
  std::string number;               // of the incident: of the file too
  std::vector<std::string> marks;   // on each page, at its head: 訓練, 格付, 取扱制限
  std::string footer;               // on each page, beside its number
  std::vector<SheetSection> sections;
};

}  // namespace noroshi::codec
