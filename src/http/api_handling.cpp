// Reading how a body handles its incident inside: steps, instructions, shared platforms.
#include "src/http/api_routes.h"
#include "src/http/reading.h"

namespace noroshi::http {
namespace {

// One list of an incident whose content the caller may see; what is another body's in it is not there.
template <class View>
Handler list_of(const ReadContext& context,
                store::PageOutcome<View> (*list)(store::TenantTransaction&, core::IncidentId, const store::PageRequest&)) {
  return reading(context, [list](store::TenantTransaction& transaction, const Request& request,
                                 const codec::AnswerContext& answer) {
    QueryReader query(request, {"limit", "cursor"});
    const store::PageRequest page = page_of(query);
    if (!query.ok()) return refused(query, request.language);
    const auto id = id_in_path<core::IncidentId>(request, "id");
    if (!id || !store::sees_content(transaction, *id)) return not_found(request.language);
    return listed(list(transaction, *id, page), query, answer);
  });
}

}  // namespace

void add_handling_routes(Router& router, const ReadContext& context) {
  get(router, "/incidents/{id}/steps", readers_of_handling, list_of(context, store::list_steps));
  get(router, "/incidents/{id}/instructions", readers_of_handling, list_of(context, store::list_instructions));
  get(router, "/incidents/{id}/platforms", readers_of_handling, list_of(context, store::list_platforms));
}

}  // namespace noroshi::http
