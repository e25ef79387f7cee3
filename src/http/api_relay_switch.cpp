#include "src/http/api_routes.h"
#include "src/http/reading.h"

namespace noroshi::http {
namespace {

Response show(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  const QueryReader query(request, {});
  if (!query.ok()) return refused(query, request.language);
  return tagged(codec::encode_one(store::find_relay_switch(transaction), context));
}

}  // namespace

void add_relay_switch_route(Router& router, const ReadContext& context) {
  get(router, "/relay-switch", csirt_and_ciso_roles, reading(context, show));
}

}  // namespace noroshi::http
