#include <algorithm>
#include <charconv>
#include <limits>
#include <stdexcept>

#include <spdlog/spdlog.h>

#include "src/http/api_routes.h"
#include "src/http/reading.h"
#include "src/http/record_export.h"
#include "src/http/refusals.h"

namespace noroshi::http {
namespace {

// A tree that lacks its nodes was damaged, or tampered with: no proof can be made, and whoever asks must not be told
// that all is well.
template <class Answer>
Response from_tree(Language language, Answer answer) {
  try {
    return answer();
  } catch (const std::out_of_range&) {
    spdlog::error("http: the tree of the record lacks nodes; look with noroshi record verify");
    return problem_response({500,
                             "record_damaged",
                             {"記録の証明を作れません", "No proof of the record can be made"},
                             {"記録の木に欠けがあります。運用者は noroshi record verify で調べてください。",
                              "The tree of the record lacks nodes. The operator looks with noroshi record verify."},
                             {}},
                            language);
  }
}

// What is not sealed yet is not there yet: the request is right, and the same one is answered in a moment. So it is a
// 404 like an unknown number, told from it by its code and by Retry-After; 409 would speak of a state that the caller's
// own request has met, and there is none.
Response not_sealed_yet(Language language) {
  return retry_later(
      {404,
       "not_sealed_yet",
       {"まだチェックポイントに入っていません", "No checkpoint covers it yet"},
       {"番号は付いています。数秒後にもう一度お試しください。", "It has its number. Try again in some seconds."},
       {}},
      language);
}

Response tree_ended(Language language) {
  return problem_response(
      {404,
       "tree_ended",
       {"この出来事を含むチェックポイントはありません", "No checkpoint covers it"},
       {"この出来事の木は、チェックポイントに入る前に終わりました。次の木の最初の葉（record."
        "continued）が、それまでのすべての出来事のハッシュを記しています。",
        "Its tree ended before it was sealed. The first leaf of the next tree (record.continued) commits to all "
        "events that there were."},
       {}},
      language);
}

Response no_checkpoint_yet(Language language) {
  return retry_later(
      {404,
       "no_checkpoint_yet",
       {"チェックポイントはまだありません", "There is no checkpoint yet"},
       {"最初の出来事が記録されると作られます。", "The first one is made when the first event is recorded."},
       {}},
      language);
}

Response refused_size(QueryReader& query, std::string_view name, Language language) {
  query.mistake(name, "unknown_checkpoint", "この大きさのチェックポイントはありません。", "There is no checkpoint of that size.");
  return refused(query, language);
}

Response checkpoint(store::TenantTransaction& transaction, const Request& request,
                    const codec::AnswerContext& context) {
  QueryReader query(request, {"size"});
  const auto size = query.number("size");
  if (!query.ok()) return refused(query, request.language);
  const auto found = store::find_checkpoint(transaction, size);
  if (found) return tagged(codec::encode_one(*found, context));
  return size ? refused_size(query, "size", request.language) : no_checkpoint_yet(request.language);
}

std::optional<std::int64_t> number_in_path(const Request& request, std::string_view name) {
  const std::string& text = request.path_parameter(name);
  std::int64_t number = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stopped != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

Response proof(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"size"});
  const auto size = query.number("size");
  if (!query.ok()) return refused(query, request.language);
  const auto sequence = number_in_path(request, "sequence");
  if (!sequence) return not_found(request.language);
  return from_tree(request.language, [&] {
    const auto found = store::find_proof(transaction, *sequence, size, sees_own_only(*request.caller));
    if (found) return json_response(200, codec::encode_one(*found, context));
    switch (found.error()) {
      case store::NoProof::unknown_sequence:
        return not_found(request.language);
      case store::NoProof::not_sealed_yet:
        return not_sealed_yet(request.language);
      case store::NoProof::tree_ended:
        return tree_ended(request.language);
      case store::NoProof::no_checkpoint:
        return refused_size(query, "size", request.language);
      case store::NoProof::later_than_size:
        break;
    }
    query.mistake("size", "before_the_event", "このチェックポイントは、その出来事より前のものです。",
                  "That checkpoint was made before the event.");
    return refused(query, request.language);
  });
}

Response consistency(store::TenantTransaction& transaction, const Request& request,
                     const codec::AnswerContext& context) {
  QueryReader query(request, {"from", "to"});
  const auto from = query.number("from");
  const auto to = query.number("to");
  if (query.ok() && !from)
    query.mistake("from", "required", "手元のチェックポイントの大きさを指定してください。",
                  "Give the size of the checkpoint you hold.");
  if (query.ok() && to && *to < *from)
    query.mistake("to", "out_of_range", "from 以上にしてください。", "This must not be less than from.");
  if (!query.ok()) return refused(query, request.language);
  return from_tree(request.language, [&] {
    const auto found = store::find_consistency(transaction, *from, to);
    if (found) return json_response(200, codec::encode_one(*found, context));
    if (to) return refused_size(query, "to", request.language);
    query.mistake(
        "from", "unknown_checkpoint",
        "記録はまだその大きさに達していません。手元のチェックポイントがこれより大きいなら、記録が失われたおそれがあります。",
        "The record has not reached that size. If you hold a larger checkpoint, it may have lost what it had.");
    return refused(query, request.language);
  });
}

std::optional<std::string> text_of_id(const std::optional<core::Uuid>& id) {
  return id ? std::optional(core::to_string(*id)) : std::nullopt;
}

// What the client would rather have: the first form it names that we have; JSON pages where it names none.
std::optional<ExportForm> form_of(const Request& request) {
  if (!request.accept) return std::nullopt;
  std::string_view rest = *request.accept;
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    std::string_view range = rest.substr(0, std::min(rest.find(';'), comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    while (!range.empty() && (range.front() == ' ' || range.front() == '\t')) range.remove_prefix(1);
    while (!range.empty() && (range.back() == ' ' || range.back() == '\t')) range.remove_suffix(1);
    if (range == "text/csv") return ExportForm::csv;
    if (range == "application/jsonl" || range == "application/x-ndjson") return ExportForm::json_lines;
    if (range == "application/json") return std::nullopt;
  }
  return std::nullopt;
}

// Events from where the caller is: after a number, or where a page ended.
std::int64_t place_of(QueryReader& query) {
  const auto after = query.number("after");
  const auto cursor = query.text("cursor");
  if (!cursor) return after ? *after + 1 : 0;
  const auto place = store::read_record_place(*cursor);
  if (!place || after)
    query.mistake("cursor", "value",
                  "この一覧の続きを示す値ではありません。next の値をそのまま、after なしで使ってください。",
                  "This is no cursor of this list. Use the value of next as it came, without after.");
  return place.value_or(0);
}

// Pages of a list show what there is; a part of the record in which the caller sees nothing is passed over, but not for
// longer than a reader may wait.
constexpr std::chrono::milliseconds longest_look{400};

Response page_of_events(store::TenantTransaction& transaction, const store::RecordFilter& filter, std::int64_t place,
                        int limit, const codec::AnswerContext& context) {
  const auto began = std::chrono::steady_clock::now();
  const std::int64_t until = store::numbered_events(transaction);
  store::RecordPage page{{}, place};
  while (page.items.empty() && page.place < until && std::chrono::steady_clock::now() - began < longest_look)
    page = store::read_record(transaction, filter, page.place, until, limit);
  const auto next = page.place < until ? std::optional(store::write_record_place(page.place)) : std::nullopt;
  return json_response(200, codec::encode_list(page.items, next, context));
}

Handler events(const ReadContext& context) {
  return reading(context, [context](store::TenantTransaction& transaction, const Request& request,
                                    const codec::AnswerContext& answer) {
    QueryReader query(request, {"incident", "type", "organization", "from", "to", "after", "limit", "cursor"});
    store::RecordFilter filter;
    filter.incident = text_of_id(query.id("incident"));
    filter.type = query.text("type");
    filter.organization = query.body("organization", context.law.registry);
    filter.from = query.time("from");
    filter.to = query.time("to");
    const std::int64_t place = place_of(query);
    const int limit = query.integer("limit", 1, store::largest_page).value_or(store::default_page);
    if (!query.ok()) return refused(query, request.language);
    const auto form = form_of(request);
    if (!form) return page_of_events(transaction, filter, place, limit, answer);
    Response response;
    response.content_type = *form == ExportForm::csv ? "text/csv; charset=utf-8" : "application/jsonl";
    response.headers.push_back({"Content-Disposition", *form == ExportForm::csv
                                                           ? "attachment; filename=\"noroshi-record.csv\""
                                                           : "attachment; filename=\"noroshi-record.jsonl\""});
    response.source = std::make_shared<RecordExport>(context, *request.caller, request.language, *form,
                                                     std::move(filter), place, store::numbered_events(transaction));
    return response;
  });
}

}  // namespace

void add_record_routes(Router& router, const ReadContext& context) {
  get(router, "/record/checkpoint", readers_of_record, reading(context, checkpoint));
  get(router, "/record/proofs/{sequence}", readers_of_record, reading(context, proof));
  get(router, "/record/consistency", readers_of_record, reading(context, consistency));
  get(router, "/record/events", auditors, events(context));
}

}  // namespace noroshi::http
