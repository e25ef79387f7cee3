#include "src/http/api_inquiries.h"

#include "src/codec/inquiry_commands.h"
#include "src/codec/inquiry_views.h"
#include "src/http/commanding.h"
#include "src/http/reading.h"
#include "src/store/view_inquiries.h"

namespace noroshi::http {
namespace {

const std::vector<std::string> speaking_roles = {"csirt_member", "csirt_head", "external_contact", "center_liaison"};
const std::vector<std::string> reading_roles = {"csirt_member", "csirt_head", "external_contact", "ciso", "center_liaison"};

constexpr std::string_view states_of_inquiries = "open, answered, withdrawn";

std::optional<std::string> parse_state(std::string_view text) {
  if (text != "open" && text != "answered" && text != "withdrawn") return std::nullopt;
  return std::string(text);
}

// -- Reading ------------------------------------------------------------------------------------------------------

Response list_inquiries(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"state", "from", "to", "limit", "cursor"});
  store::InquiryFilter filter;
  filter.state = query.word("state", parse_state, states_of_inquiries);
  filter.from = query.body("from", context.law.registry);
  filter.to = query.body("to", context.law.registry);
  const auto page = page_of(query);
  if (!query.ok()) return refused(query, request.language);
  return listed(store::list_inquiries(transaction, filter, page), query, context);
}

Response list_of_incident(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"limit", "cursor"});
  const auto page = page_of(query);
  if (!query.ok()) return refused(query, request.language);
  store::InquiryFilter filter;
  filter.incident = id_in_path<core::IncidentId>(request, "id");
  if (!filter.incident || !store::sees_content(transaction, *filter.incident)) return not_found(request.language);
  return listed(store::list_inquiries(transaction, filter, page), query, context);
}

Response show_inquiry(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  const QueryReader query(request, {});
  if (!query.ok()) return refused(query, request.language);
  const auto id = id_in_path<core::InquiryId>(request, "id");
  const auto found = id ? store::find_inquiry(transaction, *id) : std::nullopt;
  if (!found) return not_found(request.language);
  return tagged(codec::encode_one(*found, context), found->revision);
}

Response list_notices(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"answered", "limit", "cursor"});
  const store::NoticeFilter filter{query.boolean("answered")};
  const auto page = page_of(query);
  if (!query.ok()) return refused(query, request.language);
  return listed(store::list_notices(transaction, filter, page), query, context);
}

// Which incidents came of it changes without it: the tag is of the bytes.
Response show_notice(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  const QueryReader query(request, {});
  if (!query.ok()) return refused(query, request.language);
  const auto id = id_in_path<core::NoticeId>(request, "id");
  const auto found = id ? store::find_notice(transaction, *id) : std::nullopt;
  if (!found) return not_found(request.language);
  return tagged(codec::encode_one(*found, context));
}

// -- Changing -----------------------------------------------------------------------------------------------------

// On an incident of the path.
template <class Command>
Handler on_incident(store::WriterPool& writers, codec::Decoded<Command> (*decode)(std::string_view)) {
  return [&writers, decode](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto incident = id_in_path<core::IncidentId>(request, "id");
    if (!incident) return respond(not_found(request.language));
    auto command = decode(request.body);
    if (!command) return respond(refuse_body(std::move(command.error()), request.language));
    store::HandleInformation action;
    action.incident = *incident;
    action.command = std::move(*command);
    action.answer = codec::answer_inquiry;
    submit(writers, request, std::move(action), std::move(respond));
  };
}

// On an inquiry of the path; its incident is looked up.
template <class Command>
Handler on_inquiry(store::WriterPool& writers, codec::Decoded<Command> (*decode)(std::string_view)) {
  return [&writers, decode](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto inquiry = id_in_path<core::InquiryId>(request, "id");
    if (!inquiry) return respond(not_found(request.language));
    auto command = decode(request.body);
    if (!command) return respond(refuse_body(std::move(command.error()), request.language));
    command->inquiry = *inquiry;
    store::HandleInformation action;
    action.command = std::move(*command);
    action.thing = inquiry->value;
    action.answer = codec::answer_inquiry;
    submit(writers, request, std::move(action), std::move(respond));
  };
}

Handler give_notice(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    auto command = codec::decode_notice(request.body);
    if (!command) return respond(refuse_body(std::move(command.error()), request.language));
    store::ChangeBodyInformation action;
    action.command = std::move(*command);
    action.answer = codec::answer_notice;
    submit(writers, request, std::move(action), std::move(respond));
  };
}

Handler answer_notice(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto notice = id_in_path<core::NoticeId>(request, "id");
    if (!notice) return respond(not_found(request.language));
    auto command = codec::decode_notice_answer(request.body);
    if (!command) return respond(refuse_body(std::move(command.error()), request.language));
    command->notice = *notice;
    store::ChangeBodyInformation action;
    action.command = std::move(*command);
    action.answer = codec::answer_notice;
    submit(writers, request, std::move(action), std::move(respond));
  };
}

Handler link_notice(store::WriterPool& writers) {
  return [&writers](Request request, Responder respond) {
    if (auto refused = refuse_key(request, false)) return respond(std::move(*refused));
    const auto notice = id_in_path<core::NoticeId>(request, "id");
    if (!notice) return respond(not_found(request.language));
    const auto body = codec::decode_notice_link(request.body);
    if (!body) return respond(refuse_body(body.error(), request.language));
    core::LinkNotice command;
    command.notice = *notice;
    store::HandleInformation action;
    action.incident = body->incident;
    action.command = std::move(command);
    action.answer = codec::answer_inquiry;
    submit(writers, request, std::move(action), std::move(respond));
  };
}

}  // namespace

void add_inquiry_routes(Router& router, const ReadContext& context) {
  get(router, "/inquiries", reading_roles, reading(context, list_inquiries));
  get(router, "/inquiries/{id}", reading_roles, reading(context, show_inquiry));
  get(router, "/incidents/{id}/inquiries", reading_roles, reading(context, list_of_incident));
  get(router, "/notices", reading_roles, reading(context, list_notices));
  get(router, "/notices/{id}", reading_roles, reading(context, show_notice));
}

void add_inquiry_commands(Router& router, store::WriterPool& writers, const std::function<bool()>& record_is_too_late) {
  const auto post = [&](std::string pattern, Handler handler) {
    add_post(router, std::move(pattern), speaking_roles, while_sealed(record_is_too_late, std::move(handler)));
  };
  post("/incidents/{id}/inquiries", on_incident(writers, codec::decode_inquiry));
  post("/inquiries/{id}/answer", on_inquiry(writers, codec::decode_inquiry_answer));
  post("/inquiries/{id}/withdrawal", on_inquiry(writers, codec::decode_inquiry_withdrawal));
  post("/incidents/{id}/notices", on_incident(writers, codec::decode_notice_down));
  post("/notices", give_notice(writers));
  post("/notices/{id}/answer", answer_notice(writers));
  post("/notices/{id}/link", link_notice(writers));
}

}  // namespace noroshi::http
