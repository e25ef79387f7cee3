#include "routing/csv.h"

#include <utility>

#include <boost/locale/utf.hpp>

namespace noroshi::routing {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// The first byte that is not UTF-8; the end where there is none.
std::size_t first_bad_utf8(std::string_view text) {
  using Utf8 = boost::locale::utf::utf_traits<char>;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* const character = at;
    const auto code_point = Utf8::decode(at, end);
    if (code_point == boost::locale::utf::illegal || code_point == boost::locale::utf::incomplete)
      return static_cast<std::size_t>(character - text.data());
  }
  return text.size();
}

class CsvReader {
 public:
  CsvReader(std::string_view text, std::string_view file) : text_(text), file_(file) {}

  CsvTable read() {
    if (text_.starts_with(byte_order_mark)) {
      mistake("begins with a byte order mark: save the file as UTF-8 without one");
      text_.remove_prefix(byte_order_mark.size());
    }
    stop_ = first_bad_utf8(text_);
    while (position_ < stop_) read_row();
    if (stop_ < text_.size()) mistake("is not UTF-8 from here on: save the file as UTF-8");
    return std::move(table_);
  }

 private:
  void mistake(std::string message) {
    table_.mistakes.push_back({std::string(file_), line_, column_, std::move(message)});
  }

  bool at(char c) const { return position_ < stop_ && text_[position_] == c; }
  bool at_line_end() const { return at('\n') || (at('\r') && text_.substr(position_, 2) == "\r\n"); }

  char advance() {
    const char c = text_[position_++];
    if (c == '\n') {
      ++line_;
      column_ = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {  // not the tail of a character
      ++column_;
    }
    return c;
  }

  void end_line() {
    if (at('\r')) advance();
    if (at('\n')) advance();
  }

  void read_row() {
    if (at_line_end()) {
      mistake("is blank: remove the line");
      end_line();
      return;
    }
    CsvRow row;
    do row.push_back(read_field());
    while (at(',') && advance());
    end_line();
    table_.rows.push_back(std::move(row));
  }

  CsvField read_field() {
    CsvField field{{}, line_, column_};
    if (at('"')) {
      read_quoted(field);
    } else {
      read_plain(field);
    }
    return field;
  }

  void read_plain(CsvField& field) {
    bool quote_seen = false;
    while (position_ < stop_ && !at(',') && !at_line_end()) {
      if ((at('"') || at('\r')) && !std::exchange(quote_seen, true))
        mistake(
            "has a quote or a carriage return inside: put the whole field in quotes and double the quotes in "
            "it");
      field.text += advance();
    }
  }

  void read_quoted(CsvField& field) {
    advance();
    while (position_ < stop_) {
      const char c = advance();
      if (c != '"') {
        field.text += c;
      } else if (at('"')) {
        field.text += advance();
      } else {
        if (position_ < stop_ && !at(',') && !at_line_end()) {
          mistake("goes on after its closing quote: double the quotes that belong to the text");
          while (position_ < stop_ && !at(',') && !at_line_end()) advance();
        }
        return;
      }
    }
    table_.mistakes.push_back(
        {std::string(file_), field.line, field.column, "opens a quote that is never closed"});
  }

  std::string_view text_;
  std::string_view file_;
  std::size_t position_ = 0;
  std::size_t stop_ = 0;  // the text is UTF-8 up to here
  int line_ = 1;
  int column_ = 1;
  CsvTable table_;
};

}  // namespace

CsvTable parse_csv(std::string_view text, std::string_view file) {
  return CsvReader(text, file).read();
}

}  // namespace noroshi::routing
