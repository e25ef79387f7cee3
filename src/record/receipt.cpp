#include "src/record/receipt.h"

#include <array>
#include <utility>

#include "src/record/encodings.h"

namespace noroshi::record {
namespace {

constexpr std::string_view heading = "noroshi-receipt/v1";

}  // namespace

std::string receipt_text(const Receipt& receipt) {
  std::string text;
  for (const auto& line :
       {std::string(heading), receipt.origin, to_string(receipt.event), to_base64(bytes_of(receipt.leaf_hash)),
        to_hex(bytes_of(receipt.report_sha256)), format_rfc3339(receipt.received_at)})
    text += line + '\n';
  return text;
}

tl::expected<Receipt, std::string> parse_receipt(std::string_view text) {
  const auto wrong = [](std::string what) { return tl::unexpected(std::move(what)); };
  if (text.size() > 1000) return wrong("the receipt is too long");
  std::array<std::string_view, 6> lines;
  auto rest = text;
  for (auto& line : lines) {
    const auto end = rest.find('\n');
    if (end == rest.npos) return wrong("a receipt has six lines, each with its line feed");
    line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
  if (lines[0] != heading) return wrong("the first line is not noroshi-receipt/v1");
  const auto event = core::parse_uuid(lines[2]);
  const auto leaf_hash = to_digest(from_base64(lines[3]).value_or(""));
  const auto sha256 = to_digest(from_hex(lines[4]).value_or(""));
  const auto received_at = parse_rfc3339(lines[5]);
  if (lines[1].empty()) return wrong("the origin is empty");
  if (!event) return wrong("the event is no UUID");
  if (!leaf_hash) return wrong("the hash of the leaf is not 32 bytes in base64");
  if (!sha256) return wrong("the SHA-256 of the report is not 64 hexadecimal digits");
  if (!received_at) return wrong("the time is not RFC 3339");
  Receipt receipt{std::string(lines[1]), {*event}, *leaf_hash, *sha256, *received_at};
  // A UUID or a time can be written in more than one way, the text of a receipt in one only.
  if (receipt_text(receipt) != text) return wrong("the receipt is not written as it is signed");
  return receipt;
}

}  // namespace noroshi::record
