#include "src/codec/endpoint_commands.h"

#include "src/codec/decoding.h"
#include "src/codec/report_members.h"
#include "src/codec/strict_json.h"

namespace noroshi::codec {
namespace {

constexpr TextRule setting_text{.longest = core::longest_setting, .one_line = false};
constexpr TextRule channel_text{.longest = core::longest_setting_name, .not_blank = true};
constexpr std::string_view kinds = "report, relay, notice, alarm";

std::string string_or_empty(std::optional<std::string_view> text) { return std::string(text.value_or("")); }

void read_filter(ObjectReader& in, core::EndpointFilter& filter) {
  in.array("kinds", 4, [&](const boost::json::value& element, const Place& place) {
    const auto* text = element.if_string();
    const auto kind = text ? core::parse_message_kind(*text) : std::nullopt;
    if (kind)
      filter.kinds.push_back(*kind);
    else
      in.mistakes().add(place.pointer(), "value", {"次のいずれかにしてください: " + std::string(kinds) + "。",
                                                   "This must be one of: " + std::string(kinds) + "."});
  });
  filter.role = in.word("role", core::parse_role,
                        "csirt_member, csirt_head, external_contact, ciso, center_liaison, police_desk, crisis_desk");
  filter.least = in.word("least_severity", routing::parse_severity, "large_scale, attack, ordinary");
}

}  // namespace

Decoded<core::ProposeEndpoint> decode_endpoint_proposal(std::string_view body) {
  return decode<core::ProposeEndpoint>(body, [](ObjectReader& in, core::ProposeEndpoint& command) {
    command.channel = string_or_empty(in.text("channel", channel_text, Need::required));
    command.name = string_or_empty(in.text("name", one_line_name, Need::required));
    if (const auto zone = in.word("zone", core::parse_zone, "internet, government_lan, closed", Need::required))
      command.zone = *zone;
    command.settings = in.texts_by_name("settings", core::most_settings, setting_text);
    in.object("filter", Need::optional, [&](ObjectReader& filter) { read_filter(filter, command.filter); });
  });
}

Decoded<ReasonCommand> decode_reason(std::string_view body) {
  return decode<ReasonCommand>(body, [](ObjectReader& in, ReasonCommand& command) {
    command.reason = string_or_empty(in.text("reason", required_text, Need::required));
  });
}

}  // namespace noroshi::codec
