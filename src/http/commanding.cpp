#include "src/http/commanding.h"

#include <algorithm>
#include <cstdlib>

#include "src/codec/refusal_problem.h"
#include "src/http/act_signature.h"
#include "src/http/refusals.h"
#include "src/http/taking.h"

namespace noroshi::http {
namespace {

constexpr std::size_t longest_key = 255;

codec::Problem not_available() {
  return {
      503,
      "unavailable",
      {"一時的に受け付けられません", "Not available for the moment"},
      {"何も保存されていません。数秒後に同じ Idempotency-Key で再送してください。急ぐ場合は電話で連絡してください。",
       "Nothing was stored. Send it again in some seconds with the same Idempotency-Key. If it is urgent, telephone."},
      {}};
}

codec::Problem record_behind() {
  return {
      503,
      "record_behind",
      {"記録の封印が遅れているため受け付けられません", "Not taken: the record is not sealed"},
      {"何も保存されていません。証拠となる記録が 1 時間以上封印されていません。運用者に連絡し、同じ Idempotency-Key "
       "で再送してください。急ぐ場合は電話で連絡してください。",
       "Nothing was stored. For more than an hour the record, which is the evidence, could not be sealed. Tell the "
       "operator, and send it again with the same Idempotency-Key. If it is urgent, telephone."},
      {}};
}

codec::Problem outcome_unknown() {
  return {
      503,
      "outcome_unknown",
      {"受け付けたかどうか確認できません", "It is not known whether this was accepted"},
      {"保存されたかもしれません。同じ Idempotency-Key で再送すれば分かります。二重には登録されません。",
       "It may have been stored. Send it again with the same Idempotency-Key to learn it; nothing is stored twice."},
      {}};
}

codec::Problem bad_key(bool missing) {
  return {
      400,
      missing ? "idempotency_key_required" : "idempotency_key_invalid",
      {missing ? "Idempotency-Key が必要です" : "Idempotency-Key が不正です",
       missing ? "Idempotency-Key is missing" : "Idempotency-Key is not valid"},
      {"報告ごとに新しい値（UUID など、255 文字以内の表示可能な ASCII）を付け、再送のときは同じ値を使ってください。",
       "Give each report a fresh value (such as a UUID; at most 255 visible ASCII characters) and use the same one "
       "when sending it again."},
      {}};
}

struct ResponseTo {
  Language language;

  Response operator()(store::Answered answered) const {
    auto response = json_response(static_cast<unsigned>(answered.status), std::move(answered.body));
    response.etag = std::move(answered.etag);
    if (answered.replayed) response.headers.push_back({"Idempotency-Replayed", "true"});
    return response;
  }
  Response operator()(const core::Refusal& refusal) const {
    if (refusal.code == core::RefusalCode::not_found) return not_found(language);
    return problem_response(codec::problem_of(refusal), language);
  }
  Response operator()(store::NotAvailable) const { return retry_later(not_available(), language); }
  Response operator()(store::Unknown) const { return retry_later(outcome_unknown(), language); }
  Response operator()(store::Failed) const { return problem_response(problem_of(Refusal::internal_error), language); }
};

core::Actor actor_of(const Caller& caller) {
  auto token = core::parse_uuid(caller.token_id);
  if (!token) std::abort();  // the authenticator made it
  const auto person = core::parse_uuid(caller.person);
  return {core::TokenId{*token}, caller.organization, core::parse_role(caller.role), caller.name,
          person ? std::optional(core::PersonId{*person}) : std::nullopt};
}

// The call as the idempotency key sees it: pattern and what stands in it.
std::string call_of(const Request& request) {
  std::string call = request.pattern;
  for (const auto& [name, value] : request.path_parameters) call.append(" ").append(value);
  return call;
}

}  // namespace

Response response_to(store::Result result, Language language) {
  return std::visit(ResponseTo{language}, std::move(result));
}

void submit_as(core::Actor actor, store::WriterPool& writers, Language language, store::Action action,
               std::function<void(store::Result)> complete) {
  store::Command command;
  command.actor = std::move(actor);
  command.language = language;
  command.action = std::move(action);
  writers.submit(std::move(command), std::move(complete));
}

void submit(store::WriterPool& writers, const Request& request, store::Action action, Responder respond) {
  auto signature = act_signature_of(request);
  if (!signature) return respond(std::move(signature.error()));
  store::Command command;
  command.signature = std::move(*signature);
  command.actor = actor_of(*request.caller);
  command.language = request.language;
  command.idempotency_key = request.idempotency_key.value_or("");
  command.request_sha256 = store::request_digest(call_of(request), request.body);
  command.if_match = request.if_match.value_or("");
  command.action = std::move(action);
  writers.submit(std::move(command), [respond = std::move(respond), language = request.language](store::Result result) {
    respond(response_to(std::move(result), language));
  });
}

std::optional<Response> refuse_key(const Request& request, bool required) {
  if (!request.idempotency_key) {
    if (required) return problem_response(bad_key(true), request.language);
    return std::nullopt;
  }
  const auto& key = *request.idempotency_key;
  const bool visible = std::all_of(key.begin(), key.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (key.empty() || key.size() > longest_key || !visible) return problem_response(bad_key(false), request.language);
  return std::nullopt;
}

void add_post(Router& router, std::string pattern, const std::vector<std::string>& roles, Handler handler) {
  Route route;
  route.method = Method::post;
  route.pattern = "/api/v1" + std::move(pattern);
  route.roles = roles;
  route.handler = std::move(handler);
  router.add(std::move(route));
}

void submit_digested(store::WriterPool& writers, const Request& request, std::string_view digested, store::Action action,
                     std::function<void(store::Result)> complete) {
  store::Command command;
  command.actor = actor_of(*request.caller);
  command.language = request.language;
  command.idempotency_key = request.idempotency_key.value_or("");
  command.request_sha256 = store::request_digest(call_of(request), digested);
  command.if_match = request.if_match.value_or("");
  command.action = std::move(action);
  writers.submit(std::move(command), std::move(complete));
}

Response record_too_late(Language language) { return retry_later(record_behind(), language); }

Response signature_not_possible(Language language) {
  return problem_response(
      {422,
       "signature_not_possible",
       {"この操作には署名できません", "This call takes no signature"},
       {"添付ファイルの送信には Noroshi-Signature を付けられません。ファイルの SHA-256 は記録に残ります。",
        "A file is sent without Noroshi-Signature. Its SHA-256 stands in the record."},
       {}},
      language);
}

Handler while_sealed(std::function<bool()> record_is_too_late, Handler handler) {
  if (!record_is_too_late) return handler;
  return [record_is_too_late = std::move(record_is_too_late), handler = std::move(handler)](Request request,
                                                                                            Responder respond) {
    if (record_is_too_late()) return respond(retry_later(record_behind(), request.language));
    handler(std::move(request), std::move(respond));
  };
}

}  // namespace noroshi::http
