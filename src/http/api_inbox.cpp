#include "src/http/api_routes.h"
#include "src/http/reading.h"

namespace noroshi::http {
namespace {

Response list(store::TenantTransaction& transaction, const Request& request,
              const codec::AnswerContext& context) {
  QueryReader query(request, {"acknowledged", "receipt", "limit", "cursor"});
  const store::InboxFilter filter{query.boolean("acknowledged"), receipt_number_in(query)};
  const store::PageRequest page = page_of(query);
  if (!query.ok()) return refused(query, request.language);
  const auto found = store::list_inbox(transaction, addressees_of(transaction, request.caller->tenant, context), filter, page);
  if (!found) return listed(found, query, context);
  return json_response(
      200, codec::encode_inbox(found->items, found->next, store::newest_note(transaction), context));
}

Response one(store::TenantTransaction& transaction, const Request& request,
             const codec::AnswerContext& context) {
  const auto id = id_in_path<core::MessageId>(request, "message");
  if (!id) return not_found(request.language);
  auto detail = store::find_message(transaction, context.law.registry,
                                    addressees_of(transaction, request.caller->tenant, context), *id, context.now);
  if (!detail) return not_found(request.language);
  const std::string message = codec::encode_one(*detail, context);
  detail->message.checkpoint = store::newest_note(transaction);
  return tagged(codec::encode_one(*detail, context), detail->message.revision, message);
}

Response alarms(store::TenantTransaction& transaction, const Request& request,
                const codec::AnswerContext& context) {
  QueryReader query(request, {"limit", "cursor"});
  const store::PageRequest page = page_of(query);
  if (!query.ok()) return refused(query, request.language);
  return listed(store::list_alarms(transaction, page), query, context);
}

}  // namespace

void add_inbox_routes(Router& router, const ReadContext& context) {
  get(router, "/inbox", readers_of_inbox, reading(context, list));
  get(router, "/inbox/{message}", readers_of_inbox, reading(context, one));
  get(router, "/alarms", readers_of_alarms, reading(context, alarms));
}

}  // namespace noroshi::http
