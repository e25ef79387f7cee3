#include "src/codec/withholding_commands.h"

#include "src/codec/decoding.h"
#include "src/codec/report_members.h"
#include "src/codec/strict_json.h"
#include "src/core/report_view.h"

namespace noroshi::codec {
namespace {

std::string string_or_empty(std::optional<std::string_view> text) { return std::string(text.value_or("")); }

// Names of members; which there are, and which may be withheld, the core says.
std::vector<std::string> read_members(ObjectReader& in) {
  std::vector<std::string> members;
  const bool given = in.array("members", core::report_members().size(), [&](const auto& element, const Place& place) {
    if (const auto* text = element.if_string(); text && text->size() <= 40)
      members.emplace_back(text->data(), text->size());
    else
      in.mistakes().add(place.pointer(), "value", {"報告の項目名ではありません。", "This is no name of a member of a report."});
  });
  if (!given && !in.holds("members"))
    in.mistakes().add(in.at("members").pointer(), "required", {"留保する項目を指定してください。", "Name the members that are withheld."});
  return members;
}

}  // namespace

Decoded<core::WithholdContent> decode_withholding(std::string_view body) {
  return decode<core::WithholdContent>(body, [](ObjectReader& in, core::WithholdContent& command) {
    command.from = string_or_empty(in.slug("from", Need::required));
    command.members = read_members(in);
    command.reason = string_or_empty(in.text("reason", required_text, Need::required));
    if (const auto until = in.time("until", Need::required)) command.until = *until;
  });
}

Decoded<core::ReleaseContent> decode_content_release(std::string_view body) {
  return decode<core::ReleaseContent>(body, [](ObjectReader& in, core::ReleaseContent& command) {
    command.reason = string_or_empty(in.text("reason", required_text, Need::required));
  });
}

Decoded<core::ShareInformation> decode_sharing(std::string_view body) {
  return decode<core::ShareInformation>(body, [](ObjectReader& in, core::ShareInformation& command) {
    command.organization = string_or_empty(in.slug("organization", Need::required));
    command.note = string_or_empty(in.text("note", short_text));
  });
}

}  // namespace noroshi::codec
