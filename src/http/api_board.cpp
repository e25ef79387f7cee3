#include "src/http/api_board.h"

#include "src/http/api_shared.h"
#include "src/http/reading.h"
#include "src/store/board.h"

namespace noroshi::http {
namespace {

constexpr std::chrono::hours usual_range{28 * 24};
constexpr std::chrono::hours longest_range{366 * 24};

Response board(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"incident"});
  std::optional<core::IncidentId> incident;
  if (const auto id = query.id("incident")) incident = core::IncidentId{*id};
  if (!query.ok()) return refused(query, request.language);
  return json_response(200, codec::encode_board(store::read_board(transaction, incident, context.now)));
}

Response days(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"exercise", "from", "to"});
  const bool exercise = query.boolean("exercise").value_or(false);
  const Timestamp to = query.time("to").value_or(context.now);
  const Timestamp from = query.time("from").value_or(to - usual_range);
  if (query.ok() && from >= to)
    query.mistake("from", "value", "from は to より前にしてください。", "from must lie before to.");
  if (query.ok() && to - from > longest_range)
    query.mistake("from", "too_long", "期間は366日以内にしてください。", "A range has at most 366 days.");
  if (!query.ok()) return refused(query, request.language);
  return json_response(200, codec::encode_board_days(store::read_board_days(transaction, exercise, from, to)));
}

}  // namespace

void add_board_routes(Router& router, const ReadContext& context) {
  get(router, "/board", readers_of_alarms, reading(context, board));
  get(router, "/board/days", readers_of_alarms, reading(context, days));
}

}  // namespace noroshi::http
