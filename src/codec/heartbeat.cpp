#include "src/codec/heartbeat.h"

#include "src/codec/encoding.h"

namespace noroshi::codec {
namespace {

void write_checkpoint(JsonWriter& out, const Heartbeat& heartbeat) {
  out.name("checkpoint");
  if (heartbeat.origin.empty()) {
    out.null();
    return;
  }
  out.begin_object().member("origin", heartbeat.origin).member("size", heartbeat.size).member("root", heartbeat.root);
  out.end_object();
}

}  // namespace

std::string heartbeat_text(const Heartbeat& heartbeat) {
  std::string text = "noroshi heartbeat v2\n";
  const auto line = [&](std::string_view name, std::string_view value) {
    text.append(name).append(" ").append(value).append("\n");
  };
  line("organization", heartbeat.organization);
  line("at", format_rfc3339(heartbeat.at));
  line("next_by", format_rfc3339(heartbeat.next_by));
  line("events", std::to_string(heartbeat.events));
  line("origin", heartbeat.origin.empty() ? "none" : heartbeat.origin);
  line("size", std::to_string(heartbeat.size));
  line("root", heartbeat.root.empty() ? "none" : heartbeat.root);
  line("open", std::to_string(heartbeat.open));
  line("overdue", std::to_string(heartbeat.overdue));
  line("unacknowledged", std::to_string(heartbeat.unacknowledged));
  line("clocks_behind", heartbeat.clocks_behind ? "true" : "false");
  return text;
}

std::string encode_heartbeat(const Heartbeat& heartbeat, std::string_view key_id, std::string_view signature) {
  std::string json;
  JsonWriter out(json);
  out.begin_object().member("organization", heartbeat.organization);
  write_time(out, "at", heartbeat.at);
  write_time(out, "next_by", heartbeat.next_by);
  out.member("events", heartbeat.events);
  write_checkpoint(out, heartbeat);
  out.member("open", heartbeat.open).member("overdue", heartbeat.overdue);
  out.member("unacknowledged", heartbeat.unacknowledged).member("clocks_behind", heartbeat.clocks_behind);
  out.member("key_id", key_id).member("text", heartbeat_text(heartbeat)).member("signature", signature);
  out.end_object();
  return json;
}

}  // namespace noroshi::codec
