#include "src/http/api_statistics.h"

#include "src/core/report_view.h"
#include "src/http/api_shared.h"
#include "src/http/reading.h"
#include "src/store/statistics.h"

namespace noroshi::http {
namespace {

constexpr std::chrono::hours usual_range{30 * 24};
constexpr std::chrono::hours longest_range{366 * 24};

Response statistics(store::TenantTransaction& transaction, const Request& request, const codec::AnswerContext& context) {
  QueryReader query(request, {"exercise", "from", "to"});
  store::StatisticsRange range;
  range.exercise = query.boolean("exercise").value_or(false);
  range.to = query.time("to").value_or(context.now);
  range.from = query.time("from").value_or(range.to - usual_range);
  range.own = sees_own_only(*request.caller);
  range.category = core::ReportView(context.law.registry, {request.caller->tenant, {}}, {}, context.now).shows("category");
  if (query.ok() && range.from >= range.to)
    query.mistake("from", "value", "from は to より前にしてください。", "from must lie before to.");
  if (query.ok() && range.to - range.from > longest_range)
    query.mistake("from", "too_long", "期間は366日以内にしてください。", "A range has at most 366 days.");
  if (!query.ok()) return refused(query, request.language);
  return json_response(200, codec::encode_statistics(store::read_statistics(transaction, range, context.now)));
}

}  // namespace

void add_statistics_route(Router& router, const ReadContext& context) {
  get(router, "/statistics", readers_of_incidents, reading(context, statistics));
}

}  // namespace noroshi::http
