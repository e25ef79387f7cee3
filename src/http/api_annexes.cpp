#include "src/http/api_annexes.h"

#include "src/codec/annex_commands.h"
#include "src/codec/annex_views.h"
#include "src/codec/sealed_annex.h"
#include "src/codec/views.h"
#include "src/http/commanding.h"
#include "src/http/reading.h"
#include "src/http/refusals.h"
#include "src/sealing/jwe.h"
#include "src/store/bytes.h"
#include "src/store/view_annexes.h"

namespace noroshi::http {
namespace {

constexpr std::string_view jose = "application/jose+json";
constexpr std::string_view states_of_annexes = "asked, permitted, refused, sealed";

const std::vector<std::string> key_roles = {"csirt_head",     "section_officer", "ciso",
                                            "center_liaison", "police_desk",     "crisis_desk"};
const std::vector<std::string> readers = {"csirt_member", "csirt_head",     "external_contact", "section_officer",
                                          "ciso",         "center_liaison", "police_desk",      "crisis_desk"};
const std::vector<std::string> openers = {"csirt_member",   "csirt_head",  "external_contact",
                                          "center_liaison", "police_desk", "crisis_desk"};
const std::vector<std::string> permitters = {"section_officer"};

// -- Reading ------------------------------------------------------------------------------------------------------

Response list_keys(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"organization"});
  if (!query.ok()) return refused(query, request.language);
  const auto* organization = request.query_value("organization");
  return json_response(200,
                       codec::encode_list(organization ? store::list_active_sealing_keys(transaction, *organization)
                                                       : store::list_sealing_keys(transaction),
                                          std::nullopt, context));
}

Response annexes_of(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context,
                    std::optional<core::IncidentId> incident) {
  QueryReader query(request, {"state"});
  const auto state = query.word("state", core::parse_annex_state, states_of_annexes);
  if (!query.ok()) return refused(query, request.language);
  const auto word = state ? std::optional(std::string(core::to_string(*state))) : std::nullopt;
  const auto found = store::list_annexes(transaction, incident, word);
  if (!found) return not_found(request.language);
  return json_response(200, codec::encode_list(*found, std::nullopt, context));
}

Response list_annexes(store::TenantTransaction& transaction, const Request& request,
                      const codec::AnswerContext& context) {
  return annexes_of(transaction, request, context, std::nullopt);
}

Response list_annexes_of_incident(store::TenantTransaction& transaction, const Request& request,
                                  const codec::AnswerContext& context) {
  const auto id = id_in_path<core::IncidentId>(request, "id");
  if (!id) return not_found(request.language);
  return annexes_of(transaction, request, context, *id);
}

Response show_annex(store::TenantTransaction& transaction, const Request& request,
                    const codec::AnswerContext& context) {
  const QueryReader query(request, {});
  if (!query.ok()) return refused(query, request.language);
  const auto id = id_in_path<core::AnnexId>(request, "id");
  const auto found = id ? store::find_annex(transaction, *id) : std::nullopt;
  if (!found) return not_found(request.language);
  return tagged(codec::encode_one(*found, context), found->revision);
}

// The bytes as they were sent; their hash is the entity tag.
Response show_content(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext&) {
  const QueryReader query(request, {});
  if (!query.ok()) return refused(query, request.language);
  const auto id = id_in_path<core::AnnexId>(request, "id");
  auto found = id ? store::find_annex_content(transaction, *id) : std::nullopt;
  if (!found) return not_found(request.language);
  Response response;
  response.content_type = jose;
  response.body = std::move(found->jwe);
  response.etag = std::move(found->sha256);
  return response;
}

// -- Changing -----------------------------------------------------------------------------------------------------

// The key's id is reckoned here, and the point checked: nobody seals to what is no key.
Handler propose_key(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    auto body = codec::decode_sealing_key(request.body);
    if (!body) return respond(refuse_body(std::move(body.error()), request.language));
    const auto key = sealing::PublicKey::of_text(body->public_key);
    if (!key)
      return respond(refuse_body(
          {{"/public_key",
            "value",
            {"P-384 の公開鍵（JWK、又は非圧縮の点を base64url にしたもの）にしてください。秘密鍵は送らないでください。",
             "Give a public key of P-384: a JWK, or the uncompressed point in base64url. Never send a private key."}}},
          request.language));
    core::ProposeSealingKey command;
    command.name = std::move(body->name);
    command.key_id = key->id();
    command.public_key = key->point();
    submit(writers, request, store::ChangeBodyInformation{std::move(command), codec::answer_sealing_key},
           std::move(respond));
  };
}

Handler decide_key(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto id = id_in_path<core::SealingKeyId>(request, "id");
    if (!id) return respond(not_found(request.language));
    auto body = codec::decode_four_eyes(request.body);
    if (!body) return respond(refuse_body(std::move(body.error()), request.language));
    core::DecideSealingKey command;
    command.key = *id;
    command.approved = body->approved;
    command.reason = std::move(body->reason);
    submit(writers, request, store::ChangeBodyInformation{std::move(command), codec::answer_sealing_key},
           std::move(respond));
  };
}

Handler revoke_key(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto id = id_in_path<core::SealingKeyId>(request, "id");
    if (!id) return respond(not_found(request.language));
    auto body = codec::decode_reason(request.body);
    if (!body) return respond(refuse_body(std::move(body.error()), request.language));
    core::RevokeSealingKey command;
    command.key = *id;
    command.reason = std::move(body->reason);
    submit(writers, request, store::ChangeBodyInformation{std::move(command), codec::answer_sealing_key},
           std::move(respond));
  };
}

Handler ask_annex(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto id = id_in_path<core::IncidentId>(request, "id");
    if (!id) return respond(not_found(request.language));
    auto body = codec::decode_annex(request.body);
    if (!body) return respond(refuse_body(std::move(body.error()), request.language));
    core::AskAnnex command;
    command.name = std::move(body->name);
    store::HandleInformation action;
    action.incident = *id;
    action.command = std::move(command);
    action.answer = codec::answer_annex;
    submit(writers, request, std::move(action), std::move(respond));
  };
}

// A command on the annex of the path.
template <class Command>
void submit_on(core::AnnexId annex, Command command, store::WriterPool& writers, const Request& request,
               Responder respond) {
  command.annex = annex;
  store::HandleInformation action;
  action.command = std::move(command);
  action.thing = annex.value;
  action.answer = codec::answer_annex;
  submit(writers, request, std::move(action), std::move(respond));
}

Handler permit_annex(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto id = id_in_path<core::AnnexId>(request, "id");
    if (!id) return respond(not_found(request.language));
    auto body = codec::decode_four_eyes(request.body);
    if (!body) return respond(refuse_body(std::move(body.error()), request.language));
    core::DecideAnnex command;
    command.permitted = body->approved;
    command.reason = std::move(body->reason);
    submit_on(*id, std::move(command), writers, request, std::move(respond));
  };
}

// What the annex says of itself is read on a worker; what it is worth, the decision says.
template <class Command>
Handler take_annex(const ReadContext& context, store::WriterPool& writers, bool key_required,
                   void (*complete)(Command&, const Request&, codec::SealedAnnex&)) {
  auto read =
      asking(context, [&writers, complete](store::Connection&, const Request& request, const Responder& respond) {
        auto annex = codec::read_sealed_annex(request.body);
        if (!annex) return respond(refuse_body(std::move(annex.error()), request.language));
        Command command;
        command.content = request.body;
        command.sha256 = store::sha256(request.body);
        command.key_ids = annex->key_ids;
        complete(command, request, *annex);
        submit_on(*id_in_path<core::AnnexId>(request, "id"), std::move(command), writers, request, respond);
      });
  return [read = std::move(read), key_required](Request request, Responder respond) {
    if (auto refused = refuse_key(request, key_required)) return respond(std::move(*refused));
    if (!id_in_path<core::AnnexId>(request, "id")) return respond(not_found(request.language));
    read(std::move(request), std::move(respond));
  };
}

void complete_sealing(core::SealAnnex& command, const Request& request, codec::SealedAnnex& annex) {
  command.authenticated_data = std::move(annex.authenticated_data);
  command.idempotency_key = *request.idempotency_key;
}
// Whether it is the same ciphertext, the store compares with what is kept.
void complete_rewrapping(core::RewrapAnnex&, const Request&, codec::SealedAnnex&) {}

// The signature itself submit() verifies.
Handler report_unreadable(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto id = id_in_path<core::AnnexId>(request, "id");
    if (!id) return respond(not_found(request.language));
    auto body = codec::decode_reason(request.body);
    if (!body) return respond(refuse_body(std::move(body.error()), request.language));
    core::ReportUnreadable command;
    command.reason = std::move(body->reason);
    command.is_signed = request.signature.has_value();
    submit_on(*id, std::move(command), writers, request, std::move(respond));
  };
}

}  // namespace

void add_annex_routes(Router& router, const ReadContext& context, store::WriterPool& writers,
                      std::function<bool()> record_is_too_late) {
  get(router, "/sealing-keys", readers, reading(context, list_keys));
  get(router, "/annexes", readers, reading(context, list_annexes));
  get(router, "/annexes/{id}", readers, reading(context, show_annex));
  get(router, "/annexes/{id}/content", openers, reading(context, show_content));
  get(router, "/incidents/{id}/annexes", readers, reading(context, list_annexes_of_incident));
  const auto post = [&](std::string pattern, const std::vector<std::string>& roles, Handler handler) {
    add_post(router, std::move(pattern), roles, while_sealed(record_is_too_late, std::move(handler)));
  };
  post("/sealing-keys", key_roles, propose_key(writers));
  post("/sealing-keys/{id}/decision", key_roles, decide_key(writers));
  post("/sealing-keys/{id}/revocation", key_roles, revoke_key(writers));
  post("/incidents/{id}/annexes", csirt_roles, ask_annex(writers));
  post("/annexes/{id}/permission", permitters, permit_annex(writers));
  post("/annexes/{id}/unreadable", openers, report_unreadable(writers));
  const auto post_jwe = [&](std::string pattern, const std::vector<std::string>& roles, Handler handler) {
    Route route;
    route.method = Method::post;
    route.pattern = "/api/v1" + std::move(pattern);
    route.roles = roles;
    route.body_limit = core::largest_annex;
    route.media_type = jose;
    route.handler = while_sealed(record_is_too_late, std::move(handler));
    router.add(std::move(route));
  };
  post_jwe("/annexes/{id}/content", csirt_roles, take_annex<core::SealAnnex>(context, writers, true, complete_sealing));
  post_jwe("/annexes/{id}/wrapping", openers,
           take_annex<core::RewrapAnnex>(context, writers, false, complete_rewrapping));
}

}  // namespace noroshi::http
