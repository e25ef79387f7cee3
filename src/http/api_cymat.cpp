#include <algorithm>

#include "src/http/api_routes.h"
#include "src/http/reading.h"

namespace noroshi::http {
namespace {

bool is_of_center(const Request& request) {
  return request.caller->role == "center_liaison";
}

Response list(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"limit", "cursor"});
  const store::PageRequest page = page_of(query);
  if (!query.ok()) return refused(query, request.language);
  return tagged_list(store::list_cymat_requests(transaction, is_of_center(request), page), query, context);
}

Response one(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext&) {
  const auto id = id_in_path<core::CymatRequestId>(request, "request");
  const auto found = id ? store::find_cymat_request(transaction, *id, is_of_center(request)) : std::nullopt;
  if (!found) return not_found(request.language);
  return tagged(codec::encode_one(*found), found->request.revision);
}

Response log(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"limit", "cursor"});
  const store::PageRequest page = page_of(query);
  if (!query.ok()) return refused(query, request.language);
  const auto id = id_in_path<core::CymatRequestId>(request, "request");
  if (!id || !store::is_party_of_cymat(transaction, *id)) return not_found(request.language);
  return tagged_list(store::list_cymat_log(transaction, *id, page), query, context);
}

Response pool(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext&) {
  QueryReader query(request, {"limit", "cursor"});
  const store::PageRequest page = page_of(query);
  if (!query.ok()) return refused(query, request.language);
  auto pool = store::cymat_pool(transaction);
  const codec::CymatCapacity capacity{static_cast<std::int64_t>(pool.size()),
                                      std::count_if(pool.begin(), pool.end(), [](const auto& one) { return one.busy; })};
  const auto found = store::page_of_ranking(std::move(pool), 'y', page);
  if (!found) return bad_cursor(query, request.language);
  return tagged(codec::encode_pool(capacity, found->items, found->next));
}

}  // namespace

void add_cymat_routes(Router& router, const ReadContext& context) {
  get(router, "/cymat-requests", readers_of_cymat, reading(context, list));
  get(router, "/cymat-requests/{request}", readers_of_cymat, reading(context, one));
  get(router, "/cymat-requests/{request}/log", readers_of_cymat, reading(context, log));
  get(router, "/cymat-pool", cymat_deciding_roles, reading(context, pool));
}

}  // namespace noroshi::http
