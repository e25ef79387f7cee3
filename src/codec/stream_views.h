// What the live stream shows: an event, an alarm or a message, and what the stream says of itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "src/codec/views.h"

namespace noroshi::codec {

// An event of the record, without content.
struct EventView {
  std::string id;
  std::int64_t sequence = 0;
  std::string type;  // "obligation.opened"
  Timestamp at;
  std::optional<std::string> incident_id;  // not set: it concerns the caller's body and no incident
  std::optional<std::string> number;       // of the incident
  bool exercise = false;
  std::string organization;  // of the actor; null where empty: the daemon, or not the caller's to know
  std::string role;          // the same
  std::optional<std::string> subject;
};

// One item, as the list shows it to which it belongs: GET /alarms, GET /inbox.
struct StreamItem {
  std::int64_t sequence = 0;
  std::variant<EventView, AlarmView, MessageView> what;
};

// The name of an item: "event", "alarm", "message".
std::string_view name_of(const StreamItem& item);
// Its data: a JSON object in one line.
std::string encode_one(const StreamItem& item, const AnswerContext& context);

void encode(JsonWriter& out, const EventView& view, const AnswerContext& context);
// Its members alone, into an object that is open.
void write_event(JsonWriter& out, const EventView& view, const AnswerContext& context);

// Why a stream does not go on where the caller was: the cursor lies ahead of the record (another database, or
// one that was restored), or too far behind it.
enum class StreamReset { ahead, behind };
// Why the server ends a stream.
enum class StreamEnd { stopping, token };

// The data of the items by which a stream speaks of itself, each with a reason and what to do.
std::string encode_ready(std::string_view cursor);
std::string encode_reset(StreamReset reason, Language language);
std::string encode_end(StreamEnd reason, Language language);

}  // namespace noroshi::codec
