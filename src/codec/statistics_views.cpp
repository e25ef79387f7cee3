#include "src/codec/statistics_views.h"

#include <string_view>

#include "src/codec/encoding.h"

namespace noroshi::codec {
namespace {

void write_counts(JsonWriter& out, std::string_view name, const std::map<std::string, std::int64_t>& counts) {
  out.name(name).begin_object();
  for (const auto& [word, count] : counts) out.member(word.empty() ? std::string_view("unstated") : std::string_view(word), count);
  out.end_object();
}

void write_seconds(JsonWriter& out, std::string_view name, const std::optional<double>& seconds) {
  out.name(name);
  if (seconds)
    out.value(*seconds);
  else
    out.null();
}

void write_lateness(JsonWriter& out, const Lateness& lateness) {
  out.name("lateness_seconds").begin_object();
  write_seconds(out, "median", lateness.median);
  write_seconds(out, "p90", lateness.p90);
  out.end_object();
}

void write(JsonWriter& out, const IncidentFigures& figures) {
  out.name("incidents").begin_object().member("total", figures.total);
  write_counts(out, "by_state", figures.by_state);
  write_counts(out, "by_category", figures.by_category);
  write_counts(out, "by_cyberattack", figures.by_cyberattack);
  write_counts(out, "by_assessment", figures.by_assessment);
  out.end_object();
}

void write(JsonWriter& out, const ClauseFigures& figures) {
  out.begin_object()
      .member("edition", figures.edition)
      .member("clause", figures.clause)
      .member("sentence", figures.sentence)
      .member("total", figures.total)
      .member("in_time", figures.in_time)
      .member("late", figures.late)
      .member("open", figures.open)
      .member("overdue", figures.overdue)
      .member("waived", figures.waived)
      .member("superseded", figures.superseded);
  write_lateness(out, figures.lateness);
  out.end_object();
}

void write(JsonWriter& out, const AcknowledgementFigures& figures) {
  out.name("acknowledgements")
      .begin_object()
      .member("total", figures.total)
      .member("in_time", figures.in_time)
      .member("late", figures.late)
      .member("with_a_later_one", figures.with_a_later_one)
      .member("waiting", figures.waiting)
      .member("overdue", figures.overdue);
  write_lateness(out, figures.lateness);
  out.end_object();
}

}  // namespace

std::string encode_statistics(const StatisticsView& statistics) {
  std::string json;
  JsonWriter out(json);
  out.begin_object().member("exercise", statistics.exercise);
  write_time(out, "from", statistics.from);
  write_time(out, "to", statistics.to);
  write(out, statistics.incidents);
  out.name("duties").begin_array();
  for (const auto& clause : statistics.duties) write(out, clause);
  out.end_array();
  write(out, statistics.acknowledgements);
  out.end_object();
  return json;
}

}  // namespace noroshi::codec
