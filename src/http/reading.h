// What the reading calls share: the hop to a worker, the caller's transaction, the answers for what goes
// wrong. Private to src/http.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "src/codec/answer_context.h"
#include "src/http/api_read.h"
#include "src/http/api_shared.h"
#include "src/http/query.h"
#include "src/store/views.h"

namespace noroshi::http {

// Answers in a transaction of the caller's body, on a worker.
using Read = std::function<Response(store::TenantTransaction&, const Request&, const codec::AnswerContext&)>;
Handler reading(const ReadContext& context, Read read);

// The same for an answer that takes a while to make: it is made when the transaction has ended and its connection is free again. An
// answer that is ready, such as a refusal, is made by a function that returns it.
using ReadFirst = std::function<std::function<Response()>(store::TenantTransaction&, const Request&, const codec::AnswerContext&)>;
Handler reading_first(const ReadContext& context, ReadFirst read);

// Answers on a worker from what is in memory, with the shown time; for calls that see no body's content.
using Look = std::function<Response(const Request&, const codec::AnswerContext&)>;
Handler looking(const ReadContext& context, Look look);

// On a worker, with a connection of no body, for callers without a token: functions of the schema that take a proof of their
// own. Answers itself, now or later.
using Ask = std::function<void(store::Connection& reader, const Request&, const Responder&)>;
Handler asking(const ReadContext& context, Ask ask);

// The body and those in whose place it stands today.
std::vector<std::string> bodies_of(const std::string& organization, const codec::AnswerContext& context);
// To whom what the caller receives is addressed: those bodies, or of a member of CYMAT his team.
std::vector<std::string> addressees_of(store::TenantTransaction& transaction, const std::string& tenant,
                                       const codec::AnswerContext& context);
// A reporter sees the incidents of the own body only, not those that it received.
bool sees_own_only(const Caller& caller);
// Whom the database is told that it answers.
const std::string& actor_of(const Caller& caller);

// 200 with an entity tag of the bytes, and of the revision where there is one.
Response tagged(std::string body);
Response tagged(std::string body, int revision);
// The same, where the answer carries something beside the entity that moves by itself, such as the newest checkpoint: the
// tag is that of the entity, so that a client that asks again is told that nothing is new.
Response tagged(std::string body, int revision, std::string_view entity);
// 422 where the query has mistakes.
Response refused(const QueryReader& query, Language language);

// `receipt`: a 受付番号 as people write it, in the form in which it is looked for.
std::optional<std::string> receipt_number_in(QueryReader& query);
// `cursor` and `limit`.
store::PageRequest page_of(QueryReader& query);

// A page as {"items","next"}; a cursor of another list is a mistake of the query.
template <class View>
Response listed(const store::PageOutcome<View>& page, QueryReader& query,
                const codec::AnswerContext& context);

// The same with an entity tag of the bytes.
template <class View>
Response tagged_list(const store::PageOutcome<View>& page, QueryReader& query, const codec::AnswerContext& context);

// 422: the cursor is none of this list.
Response bad_cursor(QueryReader& query, Language language);

void get(Router& router, std::string pattern, std::vector<std::string> roles, Handler handler);

template <class View>
Response listed(const store::PageOutcome<View>& page, QueryReader& query,
                const codec::AnswerContext& context) {
  if (page) return json_response(200, codec::encode_list(page->items, page->next, context));
  return bad_cursor(query, context.language);
}

template <class View>
Response tagged_list(const store::PageOutcome<View>& page, QueryReader& query, const codec::AnswerContext& context) {
  return page ? tagged(codec::encode_list(page->items, page->next, context)) : listed(page, query, context);
}

}  // namespace noroshi::http
