#include "src/print/pdf.h"

#include <chrono>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace {

using namespace noroshi;

constexpr Timestamp made_at{std::chrono::hours(24 * 365 * 50)};

codec::Sheet sheet_with(std::string text, std::size_t rows) {
  codec::Sheet sheet;
  sheet.title = "題";
  sheet.number = "JPS-2018-1";
  sheet.marks = {"訓練", "機密性2"};
  sheet.footer = "JPS-2018-1";
  sheet.sections.push_back({"報告", "", {{"概要", std::move(text)}}, {}});
  codec::SheetTable table{{{"日時", 1}, {"出来事", 3}}, {}};
  for (std::size_t i = 0; i < rows; ++i) table.rows.push_back({std::to_string(i), "連絡を送付"});
  sheet.sections.push_back({"経過", "remark", {}, table});
  return sheet;
}

// The catalogue of pages is not compressed in PDF 1.4.
int pages_in(const std::string& pdf) {
  const auto at = pdf.find("/Count ");
  return at == std::string::npos ? 0 : std::stoi(pdf.substr(at + 7, 8));
}

TEST_CASE("a sheet is a PDF, and what is long goes on over pages") {
  const auto one = print::draw_pdf(sheet_with("短い", 3), made_at);
  CHECK(one.starts_with("%PDF-"));
  CHECK(pages_in(one) == 1);
  std::string long_text;
  for (int i = 0; i < 5000; ++i) long_text += "報告";
  CHECK(pages_in(print::draw_pdf(sheet_with(long_text, 3), made_at)) >= 3);
  CHECK(pages_in(print::draw_pdf(sheet_with("短い", 400), made_at)) >= 5);
}

TEST_CASE("what nobody would print is cut, and its marks cover nothing") {
  auto sheet = sheet_with(std::string(19'999, '\n') + "end", 3);
  sheet.marks.assign(50, std::string(199, 'm'));
  const auto begin = std::chrono::steady_clock::now();
  const auto pdf = print::draw_pdf(sheet, made_at);
  CHECK(pages_in(pdf) == 100);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}

TEST_CASE("texts that are hard to set end all the same") {
  const std::string no_space(20'000, 'x');
  std::string lines;
  for (int i = 0; i < 2'000; ++i) lines += "a\n";
  for (const auto& text : {std::string(), no_space, lines, std::string("𠮷野家 \xf0\x9f\x98\x80 ا \xe2\x80\xae"), std::string(3000, '\n')})
    CHECK(print::draw_pdf(sheet_with(text, 1), made_at).starts_with("%PDF-"));
}

TEST_CASE("any number of threads draw at once, and the same sheet is the same bytes") {
  const auto sheet = sheet_with("同じ", 40);
  std::vector<std::string> drawn(4);
  {
    std::vector<std::jthread> threads;
    for (auto& bytes : drawn) threads.emplace_back([&] { bytes = print::draw_pdf(sheet, made_at); });
  }
  for (const auto& bytes : drawn) CHECK(bytes == drawn.front());
}

}  // namespace
