#include "src/http/api_withholdings.h"

#include "src/codec/withholding_commands.h"
#include "src/codec/withholding_views.h"
#include "src/http/commanding.h"
#include "src/http/reading.h"

namespace noroshi::http {
namespace {

// A receiver is told what is withheld from it.
const std::vector<std::string>& readers = readers_of_alarms;

Response list(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"limit", "cursor"});
  const store::PageRequest page = page_of(query);
  if (!query.ok()) return refused(query, request.language);
  const auto id = id_in_path<core::IncidentId>(request, "id");
  if (!id || !store::sees_content(transaction, *id)) return not_found(request.language);
  return listed(store::list_withholdings(transaction, *id, page), query, context);
}

// On the incident that the path names.
template <class Command>
Handler on_incident(store::WriterPool& writers, codec::Decoded<Command> (*decode)(std::string_view)) {
  return [&writers, decode](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto incident = id_in_path<core::IncidentId>(request, "id");
    if (!incident) return respond(not_found(request.language));
    auto command = decode(request.body);
    if (!command) return respond(refuse_body(std::move(command.error()), request.language));
    submit(writers, request, store::HandleInformation{*incident, std::move(*command), {}, codec::answer_withholding},
           std::move(respond));
  };
}

Handler release(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto withholding = id_in_path<core::WithholdingId>(request, "id");
    if (!withholding) return respond(not_found(request.language));
    auto command = codec::decode_content_release(request.body);
    if (!command) return respond(refuse_body(std::move(command.error()), request.language));
    command->withholding = *withholding;
    submit(writers, request,
           store::HandleInformation{{}, std::move(*command), withholding->value, codec::answer_withholding},
           std::move(respond));
  };
}

}  // namespace

void add_withholding_routes(Router& router, const ReadContext& context, store::WriterPool& writers,
                            std::function<bool()> record_is_too_late) {
  static const std::vector<std::string> withholding_roles = {"csirt_head", "ciso"};
  get(router, "/incidents/{id}/withholdings", readers, reading(context, list));
  const auto post = [&](std::string pattern, const std::vector<std::string>& roles, Handler handler) {
    add_post(router, std::move(pattern), roles, while_sealed(record_is_too_late, std::move(handler)));
  };
  post("/incidents/{id}/withholdings", withholding_roles, on_incident(writers, codec::decode_withholding));
  post("/withholdings/{id}/release", withholding_roles, release(writers));
  post("/incidents/{id}/sharings", csirt_and_ciso_roles, on_incident(writers, codec::decode_sharing));
}

}  // namespace noroshi::http
