#include "src/http/api_routes.h"
#include "src/http/reading.h"

namespace noroshi::http {
namespace {

constexpr std::string_view states = "reported, assessed, contained, recovered, reviewed, closed, dismissed";

Response list(store::TenantTransaction& transaction, const Request& request,
              const codec::AnswerContext& context) {
  QueryReader query(request,
                    {"state", "organization", "exercise", "overdue", "erasable", "reference", "receipt", "limit", "cursor"});
  store::IncidentFilter filter;
  if (const auto state = query.word("state", core::parse_incident_state, states))
    filter.state = to_string(*state);
  filter.organization = query.body("organization", context.law.registry);
  filter.exercise = query.boolean("exercise");
  filter.overdue = query.boolean("overdue");
  filter.erasable = query.boolean("erasable");
  filter.retention = context.law.retention;
  filter.reference = query.text("reference");
  filter.receipt = receipt_number_in(query);
  filter.own = sees_own_only(*request.caller);
  const store::PageRequest page = page_of(query);
  if (!query.ok()) return refused(query, request.language);
  return listed(store::list_incidents(transaction, filter, page, context.now), query, context);
}

Response one(store::TenantTransaction& transaction, const Request& request,
             const codec::AnswerContext& context) {
  const auto id = id_in_path<core::IncidentId>(request, "id");
  if (!id) return not_found(request.language);
  const auto incident = store::find_incident(transaction, context.law.registry, *id, sees_own_only(*request.caller), context.now);
  if (!incident) return not_found(request.language);
  return tagged(codec::encode_one(*incident, context), incident->summary.revision);
}

}  // namespace

void add_incident_routes(Router& router, const ReadContext& context) {
  get(router, "/incidents", readers_of_incidents, reading(context, list));
  get(router, "/incidents/{id}", readers_of_incidents, reading(context, one));
}

}  // namespace noroshi::http
