#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>

#include "src/core/decide_assignment.h"
#include "src/http/api_routes.h"
#include "src/http/reading.h"
#include "src/core/departure.h"
#include "src/store/known.h"
#include "src/store/known_staff.h"

namespace noroshi::http {
namespace {

constexpr std::string_view functions = "head, deputy, handler, external_contact";

// The incident of the path, where the caller sees its content.
std::optional<core::IncidentId> visible_incident(store::TenantTransaction& transaction, const Request& request) {
  const auto id = id_in_path<core::IncidentId>(request, "id");
  return id && store::sees_content(transaction, *id) ? id : std::nullopt;
}

Response list(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"limit", "cursor"});
  const store::PageRequest page = page_of(query);
  if (!query.ok()) return refused(query, request.language);
  const auto id = visible_incident(transaction, request);
  if (!id) return not_found(request.language);
  return tagged_list(store::list_assignments(transaction, *id, page), query, context);
}

std::vector<std::string> words_of(const std::optional<std::string>& list) {
  std::vector<std::string> words;
  if (!list) return words;
  boost::split(words, *list, boost::is_any_of(","));
  std::erase(words, "");
  return words;
}

Response candidates(store::TenantTransaction& transaction, const Request& request,
                    const codec::AnswerContext& context) {
  QueryReader query(request, {"function", "skills", "limit", "cursor"});
  const auto function = query.word("function", core::parse_function, functions);
  const auto skills = query.text("skills");
  const store::PageRequest page = page_of(query);
  if (!query.ok()) return refused(query, request.language);
  const auto id = visible_incident(transaction, request);
  if (!id) return not_found(request.language);
  core::Incident known;
  known.id = *id;
  for (auto& view : store::latest_assignments(transaction, *id)) known.assignments.push_back(std::move(view.assignment));
  core::StaffNeeded needed;
  needed.posts.insert(core::csirt_posts.begin(), core::csirt_posts.end());
  auto ranked = core::candidates_for(known, store::load_staff(transaction, request.caller->organization, needed),
                                     store::count_active_assignments(transaction, *id),
                                     function.value_or(core::Function::handler), words_of(skills), context.now);
  return tagged_list(store::page_of_ranking(std::move(ranked), 'k', page), query, context);
}

}  // namespace

void add_assignment_routes(Router& router, const ReadContext& context) {
  get(router, "/incidents/{id}/assignments", csirt_and_ciso_roles, reading(context, list));
  get(router, "/incidents/{id}/candidates", csirt_and_ciso_roles, reading(context, candidates));
}

}  // namespace noroshi::http
