// Tables for a terminal, in columns that stay straight when Japanese and Latin letters stand in one column.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace noroshi::cli {

// Columns of a terminal that the text takes (Unicode East Asian Width: wide and fullwidth letters take two,
// combining ones none). Control characters count as nothing; see printable().
std::size_t display_width(std::string_view text);

// The text without what could act on a terminal: control characters (C0, C1, DEL), bidirectional overrides
// and bytes that are no UTF-8 become U+FFFD, line ends a blank. Everything that came from elsewhere goes
// through it.
std::string printable(std::string_view text);

// At most `width` columns of it; where something was cut the last one is "…". Never cuts a letter in two.
std::string shorten(std::string_view text, std::size_t width);

class Table {
 public:
  explicit Table(std::vector<std::string> headings);

  // As many cells as headings; made printable().
  void add_row(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  // Heading, rule and rows, each line ended by LF. Two blanks between columns, none at a line's end. Where
  // the whole is wider than `width` (0: no limit), the widest columns are shortened until it fits or none is
  // wider than 8.
  std::string render(std::size_t width) const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
};

// Columns of the terminal on stdout; 0 where stdout is none, so that a pipe gets everything.
std::size_t terminal_width();

}  // namespace noroshi::cli
