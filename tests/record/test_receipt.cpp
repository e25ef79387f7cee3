#include <doctest/doctest.h>

#include "src/record/receipt.h"

using namespace noroshi;
using namespace noroshi::record;

namespace {

Receipt sample() {
  Receipt receipt{.origin = "noroshi/0164f3a0-bd00-7000-8000-000000000001/1",
                  .event = {core::parse_uuid("0164f3a0-bd00-7000-8000-00000000006b").value()},
                  .received_at = parse_rfc3339("2018-08-01T10:20:30.123456+09:00").value()};
  receipt.leaf_hash.fill(0xab);
  receipt.report_sha256.fill(0xcd);
  return receipt;
}

const std::string sample_text =
    "noroshi-receipt/v1\n"
    "noroshi/0164f3a0-bd00-7000-8000-000000000001/1\n"
    "0164f3a0-bd00-7000-8000-00000000006b\n"
    "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n"
    "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd\n"
    "2018-08-01T10:20:30.123456+09:00\n";

}  // namespace

TEST_CASE("the text of a receipt is six lines and reads back") {
  CHECK(receipt_text(sample()) == sample_text);
  CHECK(parse_receipt(sample_text).value() == sample());
}

TEST_CASE("a receipt that is written otherwise is none") {
  const auto with = [](std::string_view from, std::string_view to) {
    auto text = sample_text;
    return text.replace(text.find(from), from.size(), to);
  };
  struct Case {
    std::string name, text;
  };
  const Case cases[] = {
      {"empty", ""},
      {"another version", with("v1", "v2")},
      {"no last line feed", sample_text.substr(0, sample_text.size() - 1)},
      {"a line more", sample_text + "x\n"},
      {"a line less", with("2018-08-01T10:20:30.123456+09:00\n", "")},
      {"no origin", with("noroshi/0164f3a0-bd00-7000-8000-000000000001/1", "")},
      {"an event in upper case", with("00000000006b\nq", "00000000006B\nq")},
      {"no event", with("0164f3a0-bd00-7000-8000-00000000006b\nq", "\nq")},
      {"a hash that is short", with("q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=", "q6urqw==")},
      {"a hash with loose bits", with("q6s=", "q6t=")},
      {"a SHA-256 in upper case", with("cdcdcd", "CDcdcd")},
      {"a SHA-256 that is short", with("cdcd", "cd")},
      {"another offset", with("10:20:30.123456+09:00", "01:20:30.123456Z")},
      {"zeros after the fraction", with(".123456+", ".1234560+")},
      {"no time", with("2018-08-01T10:20:30.123456+09:00", "yesterday")},
      {"carriage returns", with("\n", "\r\n")},
      {"very long", with("noroshi/", std::string(1000, 'n'))},
  };
  for (const auto& [name, text] : cases) {
    CAPTURE(name);
    const auto parsed = parse_receipt(text);
    CHECK_FALSE(parsed);
    if (!parsed) CHECK_FALSE(parsed.error().empty());
  }
}
