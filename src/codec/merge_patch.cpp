#include "src/codec/merge_patch.h"

#include "src/codec/json_pointer.h"
#include "src/codec/json_writer.h"

namespace noroshi::codec {
namespace {

namespace json = boost::json;

void write_object(JsonWriter& out, const json::object& object) {
  out.begin_object();
  for (const auto& member : object) {
    out.name(member.key());
    write_value(out, member.value());
  }
  out.end_object();
}

void write_array(JsonWriter& out, const json::array& array) {
  out.begin_array();
  for (const auto& element : array) write_value(out, element);
  out.end_array();
}

class Comparison {
 public:
  explicit Comparison(JsonWriter& out) : out_(out) {}

  // Null: not there.
  void compare(const json::value* before, const json::value* after, const Place& place) {
    if (before && after && *before == *after) return;
    const auto* old_object = before ? before->if_object() : nullptr;
    const auto* new_object = after ? after->if_object() : nullptr;
    if (!old_object && !new_object) return leaf(before, after, place);
    // A leaf that became an object, or the other way round, is gone, and the leaves of the object are new.
    if (before && !old_object) leaf(before, nullptr, place);
    if (after && !new_object) leaf(nullptr, after, place);
    static const json::object empty;
    members(old_object ? *old_object : empty, new_object ? *new_object : empty, place);
  }

  void members(const json::object& before, const json::object& after, const Place& place) {
    for (const auto& member : after)
      compare(before.if_contains(member.key()), &member.value(), Place(place, member.key()));
    for (const auto& member : before)
      if (!after.contains(member.key())) compare(&member.value(), nullptr, Place(place, member.key()));
  }

 private:
  void leaf(const json::value* before, const json::value* after, const Place& place) {
    out_.begin_object().member("pointer", place.pointer());
    out_.name("before");
    before ? write_value(out_, *before) : static_cast<void>(out_.null());
    out_.name("after");
    after ? write_value(out_, *after) : static_cast<void>(out_.null());
    out_.end_object();
  }

  JsonWriter& out_;
};

}  // namespace

void write_value(JsonWriter& out, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      out.null();
      break;
    case json::kind::bool_:
      out.value(value.get_bool());
      break;
    case json::kind::int64:
      out.value(value.get_int64());
      break;
    case json::kind::uint64:
      out.value(value.get_uint64());
      break;
    case json::kind::double_:
      out.value(value.get_double());
      break;
    case json::kind::string:
      out.value(std::string_view(value.get_string()));
      break;
    case json::kind::array:
      write_array(out, value.get_array());
      break;
    case json::kind::object:
      write_object(out, value.get_object());
      break;
  }
}

void apply_merge_patch(json::value& target, const json::value& patch) {
  const auto* members = patch.if_object();
  if (!members) {
    target = patch;
    return;
  }
  json::object& object = target.is_object() ? target.get_object() : target.emplace_object();
  for (const auto& member : *members) {
    if (member.value().is_null())
      object.erase(member.key());
    else
      apply_merge_patch(object[member.key()], member.value());
  }
}

std::string differences(const json::object& before, const json::object& after) {
  std::string text;
  JsonWriter out(text);
  out.begin_array();
  Comparison(out).members(before, after, Place());
  out.end_array();
  return text;
}

}  // namespace noroshi::codec
