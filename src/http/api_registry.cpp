#include <span>

#include "cmake/embedded_file.h"
#include "src/codec/explain.h"
#include "src/codec/law_views.h"
#include "src/http/api_routes.h"
#include "src/http/reading.h"

namespace noroshi::http {

// schemas/api, as the build put it into the binary.
std::span<const EmbeddedFile> embedded_api();

namespace {

constexpr std::string_view kinds =
    "national_agency, independent_administrative_agency, designated_corporation, center, police, "
    "crisis_management";

Response organizations(const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"at", "kind"});
  codec::OrganizationFilter filter;
  if (const auto at = query.time("at")) filter.at = japanese_day(*at);
  filter.kind = query.word("kind", routing::parse_organization_kind, kinds);
  if (!query.ok()) return refused(query, request.language);
  return json_response(200, codec::encode_organizations(filter, context));
}

Response editions(const Request& request, const codec::AnswerContext& context) {
  const QueryReader query(request, {});
  if (!query.ok()) return refused(query, request.language);
  return json_response(200, codec::encode_editions(context));
}

Response edition(const Request& request, const codec::AnswerContext& context) {
  const auto* found = context.law.editions.find(request.path_parameter("id"));
  if (!found) return not_found(request.language);
  return tagged(codec::encode_edition(*found, context));
}

Response explain(const Request& request, const codec::AnswerContext& context) {
  const auto* found = context.law.editions.find(request.path_parameter("id"));
  if (!found) return not_found(request.language);
  QueryReader query(request, {"at"});
  const auto stated = query.time("at");
  if (!query.ok()) return refused(query, request.language);
  auto facts = codec::decode_facts(request.body);
  if (!facts) return refuse_body(std::move(facts.error()), request.language);
  const routing::Routing routing = routing::route(found, context.law.registry, *facts, stated.value_or(facts->recognized));
  return json_response(200, codec::encode_routing(routing, request.language));
}

// The document never changes while the program runs: no worker, no database, no caller.
void openapi(Request request, Responder respond) {
  (void)request;
  respond(tagged(std::string(embedded_api().front().content)));
}

void add_explain(Router& router, Handler handler) {
  Route route;
  route.method = Method::post;
  route.pattern = "/api/v1/editions/{id}/explain";
  route.handler = std::move(handler);
  router.add(std::move(route));
}

void add_openapi(Router& router) {
  Route route;
  route.pattern = "/api/v1/openapi.json";
  route.access = Access::open;
  route.handler = openapi;
  router.add(std::move(route));
}

}  // namespace

void add_registry_routes(Router& router, const ReadContext& context) {
  get(router, "/organizations", {}, looking(context, organizations));
  get(router, "/editions", {}, looking(context, editions));
  get(router, "/editions/{id}", {}, looking(context, edition));
  add_explain(router, looking(context, explain));
  add_openapi(router);
}

}  // namespace noroshi::http
