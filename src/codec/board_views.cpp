#include "src/codec/board_views.h"

#include "src/codec/encoding.h"

namespace noroshi::codec {
namespace {

void write(JsonWriter& out, const BoardDuty& duty) {
  out.begin_object()
      .member("clause", duty.clause)
      .member("sentence", duty.sentence)
      .member("holder", duty.holder)
      .member("recipient", duty.recipient)
      .member("inner", duty.inner);
  write_time(out, "due_at", duty.due_at);
  out.member("state", duty.state);
  write_time(out, "fulfilled_at", duty.fulfilled_at);
  write_time(out, "acknowledged_at", duty.acknowledged_at);
  out.end_object();
}

void write(JsonWriter& out, const BoardContent& content) {
  out.begin_object().member("reference", content.reference).member("organization", content.organization);
  write_text_or_null(out, "title", content.title);
  out.member("state", content.state);
  write_text_or_null(out, "assessment", content.assessment);
  write_text_or_null(out, "cyberattack", content.cyberattack);
  out.name("large_scale").begin_array();
  for (const std::string& cell : content.large_scale) out.value(cell);
  out.end_array();
  write_time(out, "followup_due_at", content.followup_due_at);
  out.end_object();
}

void write(JsonWriter& out, const BoardIncident& incident) {
  out.begin_object().member("id", incident.id).member("number", incident.number).member("exercise", incident.exercise);
  write_time(out, "opened_at", incident.opened_at);
  out.name("content");
  incident.content ? write(out, *incident.content) : static_cast<void>(out.null());
  out.name("duties").begin_array();
  for (const BoardDuty& duty : incident.duties) write(out, duty);
  out.end_array().end_object();
}

}  // namespace

std::string encode_board(const BoardView& board) {
  std::string json;
  JsonWriter out(json);
  out.begin_object();
  write_time(out, "at", board.at);
  out.member("cut", board.cut).name("items").begin_array();
  for (const BoardIncident& incident : board.incidents) write(out, incident);
  out.end_array().end_object();
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
