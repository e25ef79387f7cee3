#include "src/cli/table.h"

#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

#include <algorithm>
#include <stdexcept>

namespace noroshi::cli {
namespace {

constexpr std::size_t least_width = 8;
constexpr std::string_view gap = "  ";

struct Letter {
  utf8proc_int32_t code = -1;  // -1: not UTF-8
  std::size_t bytes = 1;
};

Letter next_letter(std::string_view text) {
  Letter letter;
  const auto read = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                     static_cast<utf8proc_ssize_t>(text.size()), &letter.code);
  if (read > 0) {
    letter.bytes = static_cast<std::size_t>(read);
  } else {
    letter.code = -1;
  }
  return letter;
}

std::size_t width_of(const Letter& letter) {
  return letter.code < 0 ? 0 : static_cast<std::size_t>(std::max(0, utf8proc_charwidth(letter.code)));
}

bool acts_on_terminal(utf8proc_int32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0x200e || code == 0x200f || code == 0x061c;
}

std::string padded(const std::string& text, std::size_t width) {
  const auto taken = display_width(text);
  return text + std::string(width > taken ? width - taken : 0, ' ');
}

std::size_t total(const std::vector<std::size_t>& widths) {
  std::size_t sum = widths.empty() ? 0 : gap.size() * (widths.size() - 1);
  for (const auto width : widths) sum += width;
  return sum;
}

void fit(std::vector<std::size_t>& widths, std::size_t limit) {
  while (limit > 0 && total(widths) > limit) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (widest == widths.end() || *widest <= least_width) return;
    --*widest;
  }
}

void append_line(std::string& out, const std::vector<std::string>& cells,
                 const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t column = 0; column < cells.size(); ++column) {
    if (column > 0) line += gap;
    line += padded(shorten(cells[column], widths[column]), widths[column]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + '\n';
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto letter = next_letter(text);
    width += width_of(letter);
    text.remove_prefix(letter.bytes);
  }
  return width;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto letter = next_letter(text);
    if (letter.code == '\n' || letter.code == '\t') {
      out += ' ';
    } else if (letter.code < 0 || acts_on_terminal(letter.code)) {
      out += "\xEF\xBF\xBD";
    } else {
      out += text.substr(0, letter.bytes);
    }
    text.remove_prefix(letter.bytes);
  }
  return out;
}

std::string shorten(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::size_t taken = 0;
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const auto letter = next_letter(text.substr(bytes));
    if (taken + width_of(letter) > width - 1) break;
    taken += width_of(letter);
    bytes += letter.bytes;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

Table::Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

void Table::add_row(std::vector<std::string> cells) {
  if (cells.size() != headings_.size()) throw std::logic_error("a row of another length than the headings");
  for (auto& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::render(std::size_t width) const {
  std::vector<std::size_t> widths;
  for (const auto& heading : headings_) widths.push_back(display_width(heading));
  for (const auto& row : rows_)
    for (std::size_t column = 0; column < row.size(); ++column)
      widths[column] = std::max(widths[column], display_width(row[column]));
  fit(widths, width);

  std::vector<std::string> rules;
  for (const auto column_width : widths) rules.emplace_back(column_width, '-');

  std::string out;
  append_line(out, headings_, widths);
  append_line(out, rules, widths);
  for (const auto& row : rows_) append_line(out, row, widths);
  return out;
}

std::size_t terminal_width() {
  winsize size{};
  if (!isatty(STDOUT_FILENO)) return 0;
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace noroshi::cli
