#include "src/codec/calendar.h"
#include "src/codec/people_csv.h"
#include "src/codec/staff_views.h"
#include "src/http/api_routes.h"
#include "src/http/reading.h"
#include "src/store/known.h"
#include "src/store/known_staff.h"

namespace noroshi::http {
namespace {

constexpr std::string_view posts =
    "ciso, deputy_ciso, csirt_head, csirt_coordinator, external_contact, csirt_member, information_security_officer, "
    "section_officer, system_security_officer, exception_officer, cymat_member";

core::Staff staff_of(store::TenantTransaction& transaction, const Request& request) {
  return store::load_staff(transaction, request.caller->organization);
}

Response people(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"post", "left", "limit", "cursor"});
  store::PeopleFilter filter;
  filter.post = query.word("post", core::parse_post, posts);
  filter.left = query.boolean("left").value_or(false);
  const store::PageRequest page = page_of(query);
  if (!query.ok()) return refused(query, request.language);
  const auto staff = staff_of(transaction, request);
  const auto found = store::list_people(staff, filter, page, context.now);
  if (!found) return bad_cursor(query, request.language);
  return json_response(200, codec::encode_people(staff, found->items, found->next, context.now));
}

Response person(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  const QueryReader query(request, {});
  if (!query.ok()) return refused(query, request.language);
  const auto id = id_in_path<core::PersonId>(request, "person");
  core::StaffNeeded needed;
  if (id) needed.people.insert(*id);
  const auto staff = store::load_staff(transaction, request.caller->organization, needed);
  const auto* known = id ? staff.find(*id) : nullptr;
  if (!known) return not_found(request.language);
  return tagged(codec::encode_person(staff, *known, store::makers_of_staff(transaction), context.now), known->revision);
}

Response export_people(store::TenantTransaction& transaction, const Request& request,
                       const codec::AnswerContext& context) {
  const QueryReader query(request, {});
  if (!query.ok()) return refused(query, request.language);
  auto response = json_response(200, codec::encode_people_csv(staff_of(transaction, request), context.now));
  response.content_type = "text/csv; charset=utf-8";
  response.headers.push_back({"Content-Disposition", "attachment; filename=\"noroshi-people.csv\""});
  return response;
}

Response roster(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"post", "at"});
  const auto post = query.word("post", core::parse_post, posts);
  const auto at = query.time("at");
  if (!query.ok()) return refused(query, request.language);
  core::StaffNeeded needed;
  if (post) needed.posts.insert(*post);
  const auto staff =
      post ? store::load_staff(transaction, request.caller->organization, needed) : staff_of(transaction, request);
  return json_response(200, codec::encode_roster(staff, post, at.value_or(context.now)));
}

Response calendar(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  const QueryReader query(request, {});
  if (!query.ok()) return refused(query, request.language);
  constexpr std::chrono::hours shown_back{24 * 31};
  auto response = json_response(200, codec::encode_calendar(staff_of(transaction, request), context.now - shown_back,
                                                            context.now, request.language));
  response.content_type = "text/calendar; charset=utf-8";
  return response;
}

Response approvals(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"limit", "cursor"});
  const store::PageRequest page = page_of(query);
  if (!query.ok()) return refused(query, request.language);
  const auto& caller = *request.caller;
  return listed(store::list_approvals(transaction, caller.token_id, caller.role, caller.name, page), query, context);
}

}  // namespace

void add_staff_routes(Router& router, const ReadContext& context) {
  get(router, "/people", staff_roles, reading(context, people));
  get(router, "/people/export", staff_roles, reading(context, export_people));
  get(router, "/people/{person}", staff_roles, reading(context, person));
  get(router, "/rosters", staff_roles, reading(context, roster));
  get(router, "/rosters/calendar", staff_roles, reading(context, calendar));
  get(router, "/approvals", staff_roles, reading(context, approvals));
}

}  // namespace noroshi::http
