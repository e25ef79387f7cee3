#include "src/app/delivery_services.h"

#include "src/delivery/acknowledgement_token.h"

namespace noroshi::app {
namespace {

http::ChannelDescription description_of(const delivery::ChannelKind& kind) {
  http::ChannelDescription description{std::string(kind.name), {}};
  for (const auto& setting : kind.settings)
    description.settings.push_back(
        {std::string(setting.name), setting.required, {std::string(setting.ja), std::string(setting.en)}});
  return description;
}

}  // namespace

http::DeliveryServices delivery_services(const delivery::Keys* keys, const delivery::MailRelay& mail) {
  http::DeliveryServices services;
  for (const auto& kind : delivery::channels()) services.channels.push_back(description_of(kind));
  services.check = [sends_mail = !mail.host.empty()](const core::Endpoint& endpoint,
                                                     const routing::Organization& body) {
    auto mistakes = delivery::check_endpoint(endpoint, body);
    if (endpoint.channel == "mail" && !sends_mail)
      mistakes.push_back(
          {"/channel",
           "channel_not_set_up",
           {"このサーバーにはメールの送信先が設定されていません（[mail] host）。運用者に依頼してください。",
            "This daemon has no mail server set up ([mail] host). Ask its operator."}});
    return mistakes;
  };
  if (!keys) return services;
  services.secrets = [keys](const core::Endpoint& endpoint) {
    const auto* kind = delivery::find_channel(endpoint.channel);
    return kind && kind->secrets ? kind->secrets(*keys, endpoint) : std::vector<std::pair<std::string, std::string>>{};
  };
  services.read_token = [keys](std::string_view token) -> std::optional<http::LinkedMessage> {
    const auto claim = delivery::read_acknowledgement_token(*keys, token);
    if (!claim) return std::nullopt;
    return http::LinkedMessage{claim->message, claim->endpoint, claim->expires};
  };
  return services;
}

}  // namespace noroshi::app
