#include "src/http/api_routes.h"
#include "src/http/reading.h"

namespace noroshi::http {
namespace {

bool is_of_center(const Request& request) {
  return request.caller->role == "center_liaison";
}

Response list(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext&) {
  const QueryReader query(request, {});
  if (!query.ok()) return refused(query, request.language);
  return tagged(codec::encode_list(store::list_cymat_requests(transaction, is_of_center(request))));
}

Response one(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext&) {
  const auto id = id_in_path<core::CymatRequestId>(request, "request");
  const auto found = id ? store::find_cymat_request(transaction, *id, is_of_center(request)) : std::nullopt;
  if (!found) return not_found(request.language);
  return tagged(codec::encode_one(*found), found->request.revision);
}

Response log(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext&) {
  const auto id = id_in_path<core::CymatRequestId>(request, "request");
  const auto entries = id ? store::cymat_log(transaction, *id) : std::nullopt;
  if (!entries) return not_found(request.language);
  return tagged(codec::encode_log(*entries));
}

Response pool(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext&) {
  const QueryReader query(request, {});
  if (!query.ok()) return refused(query, request.language);
  return tagged(codec::encode_pool(store::cymat_pool(transaction)));
}

}  // namespace

void add_cymat_routes(Router& router, const ReadContext& context) {
  get(router, "/cymat-requests", readers_of_cymat, reading(context, list));
  get(router, "/cymat-requests/{request}", readers_of_cymat, reading(context, one));
  get(router, "/cymat-requests/{request}/log", readers_of_cymat, reading(context, log));
  get(router, "/cymat-pool", cymat_deciding_roles, reading(context, pool));
}

}  // namespace noroshi::http
