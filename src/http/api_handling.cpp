// Reading how a body handles its incident inside: steps, instructions, shared platforms.
#include "src/http/api_routes.h"
#include "src/http/reading.h"

namespace noroshi::http {
namespace {

// One list of an incident that the caller may see; what is another body's in it is not there.
template <class View>
Handler list_of(const ReadContext& context, std::vector<View> codec::IncidentDetail::* list) {
  return reading(context, [list](store::TenantTransaction& transaction, const Request& request,
                                 const codec::AnswerContext& answer) {
    const auto id = id_in_path<core::IncidentId>(request, "id");
    if (!id) return not_found(request.language);
    const auto incident = store::find_incident(transaction, *id, sees_own_only(*request.caller), answer.now);
    if (!incident) return not_found(request.language);
    return json_response(200, codec::encode_list((*incident).*list, std::nullopt, answer));
  });
}

}  // namespace

void add_handling_routes(Router& router, const ReadContext& context) {
  get(router, "/incidents/{id}/steps", readers_of_handling, list_of(context, &codec::IncidentDetail::steps));
  get(router, "/incidents/{id}/instructions", readers_of_handling, list_of(context, &codec::IncidentDetail::instructions));
  get(router, "/incidents/{id}/platforms", readers_of_handling, list_of(context, &codec::IncidentDetail::platforms));
}

}  // namespace noroshi::http
