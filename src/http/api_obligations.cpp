#include "src/http/api_routes.h"
#include "src/http/reading.h"

namespace noroshi::http {
namespace {

constexpr std::string_view states = "open, fulfilled, waived, superseded";

Response list(store::TenantTransaction& transaction, const Request& request,
              const codec::AnswerContext& context) {
  QueryReader query(request, {"holder", "recipient", "state", "overdue", "incident", "limit", "cursor"});
  store::ObligationFilter filter;
  filter.holder = query.body("holder", context.law.registry);
  filter.recipient = query.body("recipient", context.law.registry);
  if (const auto state = query.word("state", core::parse_obligation_state, states))
    filter.state = to_string(*state);
  filter.overdue = query.boolean("overdue");
  if (const auto incident = query.id("incident")) filter.incident = core::IncidentId{*incident};
  const store::PageRequest page = page_of(query);
  if (!query.ok()) return refused(query, request.language);
  return listed(store::list_obligations(transaction, filter, page, context.now), query, context);
}

Response one(store::TenantTransaction& transaction, const Request& request,
             const codec::AnswerContext& context) {
  const auto id = id_in_path<core::ObligationId>(request, "id");
  if (!id) return not_found(request.language);
  const auto detail = store::find_obligation(transaction, *id);
  if (!detail) return not_found(request.language);
  return tagged(codec::encode_one(*detail, context), detail->obligation.revision);
}

}  // namespace

void add_obligation_routes(Router& router, const ReadContext& context) {
  get(router, "/obligations", readers_of_obligations, reading(context, list));
  get(router, "/obligations/{id}", readers_of_obligations, reading(context, one));
}

}  // namespace noroshi::http
