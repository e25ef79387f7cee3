// Figures of what a caller sees, as views.h.
#pragma once

#include "src/codec/statistics_views.h"
#include "src/store/database.h"

namespace noroshi::store {

struct StatisticsRange {
  bool exercise = false;
  Timestamp from;  // to the millisecond
  Timestamp to;
  bool own = false;  // as IncidentFilter
  // The caller's kind of body is shown the member category (core/report_view.h); of its own incidents it is anyway.
  bool category = false;
};
// Of incidents, duties and messages that the caller's body sees, one query each; canaries (core/canary.h) are in no figure.
codec::StatisticsView read_statistics(TenantTransaction& transaction, const StatisticsRange& range, Timestamp now);

}  // namespace noroshi::store
