// The channels there are. By hand and in sight: what a binary contains stands here.
#include <algorithm>
#include <array>

#include "src/delivery/bundle.h"
#include "src/delivery/channel.h"
#include "src/delivery/mail.h"
#include "src/delivery/webhook.h"

namespace noroshi::delivery {
namespace {

// A line for each channel.
const std::vector<ChannelKind>& all() {
  static const std::vector<ChannelKind> kinds{
      webhook_kind,
      mail_channel(),
      bundle_channel(),
  };
  return kinds;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  constexpr std::array<std::string_view, 5> names{"delivered", "sent", "again", "refused", "gone"};
  return names[static_cast<std::size_t>(verdict)];
}

std::span<const ChannelKind> channels() {
  return all();
}

const ChannelKind* find_channel(std::string_view name) {
  const auto kinds = channels();
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.name == name; });
  return found == kinds.end() ? nullptr : &*found;
}

std::vector<core::FieldError> check_endpoint(const core::Endpoint& endpoint, const routing::Organization& body) {
  std::vector<core::FieldError> mistakes;
  const auto* kind = find_channel(endpoint.channel);
  if (!kind) {
    mistakes.push_back({"/channel", "unknown_channel", {"その経路はありません。", "There is no such channel."}});
    return mistakes;
  }
  const auto described = [&](std::string_view name) {
    return std::any_of(kind->settings.begin(), kind->settings.end(),
                       [&](const auto& each) { return each.name == name; });
  };
  for (const auto& [name, value] : endpoint.settings)
    if (!described(name))
      mistakes.push_back({"/settings/" + name,
                          "unknown_member",
                          {"この経路の設定にはありません。", "This channel has no such setting."}});
  for (const auto& each : kind->settings)
    if (each.required && !endpoint.settings.contains(std::string(each.name)))
      mistakes.push_back({"/settings/" + std::string(each.name), "required", {"必須です。", "It is required."}});
  if (mistakes.empty() && kind->check) mistakes = kind->check(endpoint, body);
  return mistakes;
}

}  // namespace noroshi::delivery
