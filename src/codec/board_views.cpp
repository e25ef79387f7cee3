#include "src/codec/board_views.h"

#include "src/codec/encoding.h"

namespace noroshi::codec {
namespace {

void write_time_if_any(JsonWriter& out, std::string_view name, const std::optional<Timestamp>& at) {
  if (at) write_time(out, name, at);
}

void write(JsonWriter& out, const BoardDuty& duty) {
  out.begin_object().member("clause", duty.clause);
  if (duty.sentence > 0) out.member("sentence", duty.sentence);
  out.member("holder", duty.holder).member("recipient", duty.recipient);
  write_time(out, "due_at", duty.due_at);
  out.member("state", duty.state);
  write_time_if_any(out, "fulfilled_at", duty.fulfilled_at);
  write_time_if_any(out, "acknowledged_at", duty.acknowledged_at);
  out.end_object();
}

void write(JsonWriter& out, const BoardInner& inner) {
  out.begin_object().member("clause", inner.clause).member("holder", inner.holder);
  write_time(out, "due_at", inner.due_at);
  out.member("count", inner.count).end_object();
}

void write(JsonWriter& out, const BoardContent& content) {
  out.begin_object().member("organization", content.organization);
  write_text_or_null(out, "title", content.title);
  out.member("state", content.state);
  if (content.large_scale) out.member("large_scale", true);
  write_time_if_any(out, "followup_due_at", content.followup_due_at);
  out.end_object();
}

void write(JsonWriter& out, const BoardIncident& incident);

template <class Part>
void write_all(JsonWriter& out, std::string_view name, const std::vector<Part>& parts) {
  out.name(name).begin_array();
  for (const Part& part : parts) write(out, part);
  out.end_array();
}

void write(JsonWriter& out, const BoardIncident& incident) {
  out.begin_object().member("id", incident.id).member("number", incident.number);
  if (incident.exercise) out.member("exercise", true);
  write_time_if_any(out, "opened_at", incident.opened_at);
  if (incident.content) {
    out.name("content");
    write(out, *incident.content);
  }
  write_all(out, "duties", incident.duties);
  write_all(out, "inner", incident.inner);
  out.end_object();
}

}  // namespace

std::string encode_board(const BoardView& board) {
  std::string json;
  JsonWriter out(json);
  out.begin_object();
  write_time(out, "at", board.at);
  out.member("cut", board.cut);
  write_all(out, "items", board.incidents);
  out.end_object();
  return json;
}

std::string encode_board_days(const std::vector<BoardDay>& days) {
  std::string json;
  JsonWriter out(json);
  out.begin_object().name("items").begin_array();
  for (const BoardDay& day : days)
    out.begin_object()
        .member("day", day.day)
        .member("in_time", day.in_time)
        .member("late", day.late)
        .member("unmet", day.unmet)
        .end_object();
  out.end_array().end_object();
  return json;
}

}  // namespace noroshi::codec
