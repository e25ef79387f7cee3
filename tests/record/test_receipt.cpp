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
