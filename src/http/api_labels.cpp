// Labels (格付): requests to change the label of an incident, and how the labels of a body map to the standard's.
#include "src/codec/label_commands.h"
#include "src/codec/label_views.h"
#include "src/http/api_routes.h"
#include "src/http/commanding.h"
#include "src/http/reading.h"

namespace noroshi::http {
namespace {

Response list_mappings(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"limit", "cursor"});
  const auto page = page_of(query);
  if (!query.ok()) return refused(query, request.language);
  return listed(store::list_label_mappings(transaction, page), query, context);
}

Handler set_mapping(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    auto command = codec::decode_label_mapping(request.body);
    if (!command) return respond(refuse_body(std::move(command.error()), request.language));
    submit(writers, request, store::ChangeBodyInformation{std::move(*command), codec::answer_label_mapping}, std::move(respond));
  };
}

Handler withdraw_mapping(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto id = id_in_path<core::LabelMappingId>(request, "id");
    if (!id) return respond(not_found(request.language));
    auto command = codec::decode_label_mapping_withdrawal(request.body);
    if (!command) return respond(refuse_body(std::move(command.error()), request.language));
    command->mapping = *id;
    submit(writers, request, store::ChangeBodyInformation{std::move(*command), codec::answer_label_mapping}, std::move(respond));
  };
}

Handler ask_change(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto id = id_in_path<core::IncidentId>(request, "id");
    if (!id) return respond(not_found(request.language));
    auto command = codec::decode_label_change(request.body);
    if (!command) return respond(refuse_body(std::move(command.error()), request.language));
    submit(writers, request, store::HandleInformation{*id, std::move(*command), std::nullopt, codec::answer_label_change},
           std::move(respond));
  };
}

Handler decide_change(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto id = id_in_path<core::IncidentId>(request, "id");
    const auto change = id_in_path<core::LabelChangeId>(request, "change");
    if (!id || !change) return respond(not_found(request.language));
    auto command = codec::decode_label_change_decision(request.body);
    if (!command) return respond(refuse_body(std::move(command.error()), request.language));
    command->change = *change;
    submit(writers, request, store::HandleInformation{*id, std::move(*command), std::nullopt, codec::answer_label_change},
           std::move(respond));
  };
}

}  // namespace

void add_label_routes(Router& router, const ReadContext& context) {
  get(router, "/label-mappings", label_roles, reading(context, list_mappings));
}

void add_label_commands(Router& router, store::WriterPool& writers, const std::function<bool()>& record_is_too_late) {
  const auto post = [&](std::string pattern, const std::vector<std::string>& roles, Handler handler) {
    add_post(router, std::move(pattern), roles, while_sealed(record_is_too_late, std::move(handler)));
  };
  post("/label-mappings", label_mapping_roles, set_mapping(writers));
  post("/label-mappings/{id}/withdrawal", label_mapping_roles, withdraw_mapping(writers));
  post("/incidents/{id}/label-changes", label_roles, ask_change(writers));
  post("/incidents/{id}/label-changes/{change}/decision", label_roles, decide_change(writers));
}

}  // namespace noroshi::http
