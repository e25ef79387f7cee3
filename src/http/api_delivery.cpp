#include "src/http/api_delivery.h"

#include <algorithm>

#include "src/codec/endpoint_commands.h"
#include "src/codec/endpoint_views.h"
#include "src/codec/json_writer.h"
#include "src/http/acknowledge_page.h"
#include "src/http/commanding.h"
#include "src/http/framing.h"
#include "src/http/reading.h"
#include "src/http/refusals.h"
#include "src/store/clock.h"

namespace noroshi::http {
namespace {

constexpr std::string_view states_of_endpoints = "proposed, active, rejected, disabled, withdrawn";
constexpr std::string_view states_of_deliveries = "queued, sent, delivered, dead";
// Who sets endpoints, and who operates the daemon: nothing of a report is in them.
const std::vector<std::string> endpoint_viewers = {"csirt_head",  "external_contact", "ciso",    "center_liaison",
                                                   "police_desk", "crisis_desk",      "operator"};
constexpr std::ptrdiff_t longest_name = 200;  // of who acknowledges, in characters

// -- Reading ------------------------------------------------------------------------------------------------------

Response list_endpoints(store::TenantTransaction& transaction, const Request& request,
                        const codec::AnswerContext& context) {
  QueryReader query(request, {"state"});
  const auto state = query.word("state", core::parse_endpoint_state, states_of_endpoints);
  if (!query.ok()) return refused(query, request.language);
  const auto word = state ? std::optional(std::string(core::to_string(*state))) : std::nullopt;
  return json_response(
      200, codec::encode_list(store::list_endpoints(transaction, word, context.now), std::nullopt, context));
}

Response show_endpoint(store::TenantTransaction& transaction, const Request& request,
                       const codec::AnswerContext& context) {
  const QueryReader query(request, {});
  if (!query.ok()) return refused(query, request.language);
  const auto id = id_in_path<core::EndpointId>(request, "id");
  const auto found = id ? store::find_endpoint(transaction, *id, context.now) : std::nullopt;
  if (!found) return not_found(request.language);
  return tagged(codec::encode_one(*found, context), found->revision);
}

// What the receiver behind it has to know. Not while it waits for its second person.
Read show_secrets(const DeliveryServices& services) {
  return
      [&services](store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
        const QueryReader query(request, {});
        if (!query.ok()) return refused(query, request.language);
        const auto id = id_in_path<core::EndpointId>(request, "id");
        const auto found = id ? store::find_endpoint(transaction, *id, context.now) : std::nullopt;
        if (!found || (found->state != "active" && found->state != "disabled")) return not_found(request.language);
        core::Endpoint endpoint;
        endpoint.id = *id;
        endpoint.organization = found->organization;
        endpoint.channel = found->channel;
        endpoint.settings = {found->settings.begin(), found->settings.end()};
        std::string body;
        codec::JsonWriter json(body);
        json.begin_object();
        if (services.secrets)
          for (const auto& [name, value] : services.secrets(endpoint)) json.member(name, value);
        json.end_object();
        return json_response(200, std::move(body));
      };
}

Response list_deliveries(store::TenantTransaction& transaction, const Request& request,
                         const codec::AnswerContext& context) {
  QueryReader query(request, {"state", "endpoint", "incident", "message", "limit", "cursor"});
  store::DeliveryFilter filter;
  if (const auto state = query.word("state", core::parse_message_state, states_of_deliveries))
    filter.state = std::string(core::to_string(*state));
  if (const auto id = query.id("endpoint")) filter.endpoint = core::EndpointId{*id};
  if (const auto id = query.id("incident")) filter.incident = core::IncidentId{*id};
  if (const auto id = query.id("message")) filter.message = core::MessageId{*id};
  const auto page = page_of(query);
  if (!query.ok()) return refused(query, request.language);
  return listed(store::list_deliveries(transaction, filter, page), query, context);
}

Response show_delivery(store::TenantTransaction& transaction, const Request& request,
                       const codec::AnswerContext& context) {
  const QueryReader query(request, {});
  if (!query.ok()) return refused(query, request.language);
  const auto id = id_in_path<core::DeliveryId>(request, "id");
  const auto found = id ? store::find_delivery(transaction, *id) : std::nullopt;
  if (!found) return not_found(request.language);
  return tagged(codec::encode_one(*found, context), found->delivery.revision);
}

Response list_channels(const DeliveryServices& services, const Request& request) {
  std::string body;
  codec::JsonWriter json(body);
  json.begin_object().name("items").begin_array();
  for (const auto& channel : services.channels) {
    json.begin_object().member("name", channel.name).name("settings").begin_array();
    for (const auto& setting : channel.settings)
      json.begin_object()
          .member("name", setting.name)
          .member("required", setting.required)
          .member("description", request.language == Language::ja ? setting.description.ja : setting.description.en)
          .end_object();
    json.end_array().end_object();
  }
  json.end_array().name("next").null().end_object();
  return json_response(200, std::move(body));
}

// -- Changing -----------------------------------------------------------------------------------------------------

// The channel looks at its settings before anything is queued: a second person is asked for what can work.
Handler propose_endpoint(store::WriterPool& writers, const core::Law& law, const DeliveryServices& services) {
  return [&writers, &law, &services](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    auto command = codec::decode_endpoint_proposal(request.body);
    if (!command) return respond(refuse_body(std::move(command.error()), request.language));
    core::Endpoint endpoint;
    endpoint.organization = request.caller->organization;
    endpoint.channel = command->channel;
    endpoint.name = command->name;
    endpoint.zone = command->zone;
    endpoint.settings = command->settings;
    const auto* body = law.registry.find(endpoint.organization);
    if (auto mistakes = services.check(endpoint, body ? *body : routing::Organization{}); !mistakes.empty())
      return respond(refuse_body(std::move(mistakes), request.language));
    submit(writers, request, store::ChangeEndpoint{std::move(*command)}, std::move(respond));
  };
}

Handler decide_endpoint(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto id = id_in_path<core::EndpointId>(request, "id");
    if (!id) return respond(not_found(request.language));
    auto body = codec::decode_four_eyes(request.body);
    if (!body) return respond(refuse_body(std::move(body.error()), request.language));
    core::DecideEndpoint command;
    command.endpoint = *id;
    command.approved = body->approved;
    command.reason = std::move(body->reason);
    submit(writers, request, store::ChangeEndpoint{std::move(command)}, std::move(respond));
  };
}

// Disabling, resuming, withdrawing: an endpoint of the path, and a reason.
template <class Command>
Handler change_endpoint(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto id = id_in_path<core::EndpointId>(request, "id");
    if (!id) return respond(not_found(request.language));
    auto body = codec::decode_reason(request.body);
    if (!body) return respond(refuse_body(std::move(body.error()), request.language));
    Command command;
    command.endpoint = *id;
    command.reason = std::move(body->reason);
    submit(writers, request, store::ChangeEndpoint{std::move(command)}, std::move(respond));
  };
}

// -- Acknowledging without an account -----------------------------------------------------------------------------

// As whom somebody acknowledges who was given a link: of the body whose endpoint it was sent to, in the role in which
// that kind of body takes messages.
core::Actor holder_of_link(const core::Law& law, const store::LinkedMessageView& message, std::string name) {
  core::Actor actor;
  actor.organization = message.organization;
  actor.name = std::move(name);
  actor.role = core::Role::external_contact;
  if (const auto* body = law.registry.find(message.organization)) {
    if (body->kind == routing::OrganizationKind::center) actor.role = core::Role::center_liaison;
    if (body->kind == routing::OrganizationKind::police) actor.role = core::Role::police_desk;
    if (body->kind == routing::OrganizationKind::crisis_management) actor.role = core::Role::crisis_desk;
  }
  return actor;
}

// The message that a token names; nothing where the token does not hold.
std::optional<store::LinkedMessageView> find_linked(store::Connection& reader, const DeliveryServices& services,
                                                    std::string_view token, core::MessageId& message) {
  const auto linked = services.read_token ? services.read_token(token) : std::nullopt;
  if (!linked || linked->expires < store::shown_time(reader)) return std::nullopt;
  message = linked->message;
  return store::find_linked_message(reader, linked->message, linked->endpoint);
}

bool is_name(std::string_view text) {
  const auto characters = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; });
  return characters <= longest_name && text.find_first_not_of(' ') != std::string_view::npos;
}

// Whoever guesses tokens costs no question to the database.
Handler with_link(const DeliveryServices& services, Handler handler) {
  return [&services, handler = std::move(handler)](Request request, Responder respond) {
    if (!services.read_token || !services.read_token(request.path_parameter("token")))
      return respond(link_gone_page(request.language));
    handler(std::move(request), std::move(respond));
  };
}

Handler show_link(const ReadContext& context, const DeliveryServices& services) {
  return asking(context, [law = &context.law, &services](store::Connection& reader, const Request& request,
                                                         const Responder& respond) {
    core::MessageId message;
    const auto found = find_linked(reader, services, request.path_parameter("token"), message);
    respond(found ? acknowledge_page(*found, law->registry, request.language) : link_gone_page(request.language));
  });
}

// What the form sends, by=NAME: encoded as a query is.
std::string name_in_form(const std::string& body) {
  if (const auto form = parse_target("/?" + body))
    for (const auto& [name, value] : form->query)
      if (name == "by") return value;
  return {};
}

Handler follow_link(const ReadContext& context, store::WriterPool& writers, const DeliveryServices& services) {
  return asking(context, [law = &context.law, &writers, &services](store::Connection& reader, const Request& request,
                                                                   const Responder& respond) {
    core::MessageId message;
    const auto found = find_linked(reader, services, request.path_parameter("token"), message);
    if (!found) return respond(link_gone_page(request.language));
    if (found->acknowledged_at) return respond(acknowledge_page(*found, law->registry, request.language));
    const auto by = name_in_form(request.body);
    if (!is_name(by)) return respond(name_missing_page(*found, law->registry, request.language));
    const codec::AcknowledgementCommand command{by, "署名付きリンクによる受領確認 / by signed link"};
    submit_as(holder_of_link(*law, *found, by), writers, request.language, store::Acknowledge{message, command},
              [respond, law, found = *found, by, token = request.path_parameter("token"),
               language = request.language](store::Result result) {
                const auto* refusal = std::get_if<core::Refusal>(&result);
                if (std::holds_alternative<store::Answered>(result))
                  respond(acknowledged_page(found, by, law->registry, language));
                else if (refusal && refusal->code == core::RefusalCode::already_acknowledged)
                  respond(back_to_link(token));
                else if (refusal)
                  respond(link_gone_page(language));
                else
                  respond(try_again_page(language));
              });
  });
}

// {token, by, note}: of a reply by mail, or a receipt that was carried back.
Handler acknowledge_by_token(const ReadContext& context, store::WriterPool& writers, const DeliveryServices& services) {
  auto ask = asking(context, [law = &context.law, &writers, &services](
                                 store::Connection& reader, const Request& request, const Responder& respond) {
    const auto command = codec::decode_token_acknowledgement(request.body);
    core::MessageId message;
    const auto found = find_linked(reader, services, command->token, message);
    if (!found) return respond(not_found(request.language));
    submit_as(holder_of_link(*law, *found, command->by), writers, request.language,
              store::Acknowledge{message, {command->by, command->note}},
              [respond, language = request.language](store::Result result) {
                respond(response_to(std::move(result), language));
              });
  });
  return [&services, ask = std::move(ask)](Request request, Responder respond) {
    auto command = codec::decode_token_acknowledgement(request.body);
    if (!command) return respond(refuse_body(std::move(command.error()), request.language));
    if (!services.read_token || !services.read_token(command->token)) return respond(not_found(request.language));
    ask(std::move(request), std::move(respond));
  };
}

}  // namespace

void add_delivery_routes(Router& router, const ReadContext& context, store::WriterPool& writers,
                         const DeliveryServices& services, std::function<bool()> record_is_too_late) {
  get(router, "/channels", endpoint_roles,
      [&services](Request request, Responder respond) { respond(list_channels(services, request)); });
  get(router, "/endpoints", endpoint_viewers, reading(context, list_endpoints));
  get(router, "/endpoints/{id}", endpoint_viewers, reading(context, show_endpoint));
  get(router, "/endpoints/{id}/secrets", endpoint_roles, reading(context, show_secrets(services)));
  get(router, "/deliveries", delivery_roles, reading(context, list_deliveries));
  get(router, "/deliveries/{id}", delivery_roles, reading(context, show_delivery));
  const auto post = [&](std::string pattern, const std::vector<std::string>& roles, Handler handler) {
    add_post(router, std::move(pattern), roles, while_sealed(record_is_too_late, std::move(handler)));
  };
  post("/endpoints", endpoint_roles, propose_endpoint(writers, context.law, services));
  post("/endpoints/{id}/decision", endpoint_roles, decide_endpoint(writers));
  post("/endpoints/{id}/disabling", endpoint_roles, change_endpoint<core::DisableEndpoint>(writers));
  post("/endpoints/{id}/resumption", endpoint_roles, change_endpoint<core::ResumeEndpoint>(writers));
  post("/endpoints/{id}/withdrawal", endpoint_roles, change_endpoint<core::WithdrawEndpoint>(writers));
  post("/deliveries/{id}/replay", delivery_roles,
       command_on<core::DeliveryId, codec::ReasonCommand, store::ReplayDelivery>(writers, "id", codec::decode_reason));

  const auto open = [&](Method method, std::string pattern, std::string_view media_type, Handler handler) {
    Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.access = Access::open;
    route.body_limit = 16 * 1024;
    route.media_type = media_type;
    route.handler = method == Method::post ? while_sealed(record_is_too_late, std::move(handler)) : std::move(handler);
    router.add(std::move(route));
  };
  open(Method::post, "/api/v1/acknowledgements", "application/json", acknowledge_by_token(context, writers, services));
  open(Method::get, "/acknowledge/{token}", "application/json", with_link(services, show_link(context, services)));
  open(Method::post, "/acknowledge/{token}", "application/x-www-form-urlencoded",
       with_link(services, follow_link(context, writers, services)));
}

}  // namespace noroshi::http
