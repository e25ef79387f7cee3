// Reading an object of JSON member by member: each member is checked, mistakes are collected with their
// places, and what was read is written out again in normal form. One pass; nothing stops at the first
// mistake.
//
// Codes of the mistakes: required, type, unknown_member, value, blank, too_long, too_many, line_break,
// control_character, bidi_control, out_of_range, time, slug, duplicate, contradiction, too_many_mistakes.
//
// Normal form: members in the order of reading, without null members and empty objects; times as RFC 3339
// with offset +09:00; whole numbers without fraction or exponent.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "routing/time.h"
#include "src/codec/json_pointer.h"
#include "src/codec/json_writer.h"
#include "src/codec/text_rules.h"
#include "src/core/refusal.h"

namespace noroshi::codec {

// Mistakes in the order of finding. After the 200th a last one says that there are more.
class Mistakes {
 public:
  static constexpr std::size_t most = 200;

  void add(std::string pointer, std::string_view code, core::Reason message);
  void add_text_faults(const Place& place, const TextFaults& faults, const TextRule& rule);
  void add_required(const Place& place);
  void add_type(const Place& place, std::string_view wanted_ja, std::string_view wanted_en);

  bool empty() const { return errors_.empty(); }
  std::vector<core::FieldError> take() { return std::move(errors_); }

 private:
  std::vector<core::FieldError> errors_;
};

enum class Need {
  optional,
  not_null,  // may be absent, but not cleared by null: a member of a patch that the whole cannot be without
  required,
};

class ObjectReader {
 public:
  // `object` stands at `place`; all arguments must outlive the reader. Writes the beginning of an object.
  ObjectReader(const boost::json::object& object, const Place& place, Mistakes& mistakes, JsonWriter& out);
  ObjectReader(const ObjectReader&) = delete;
  ObjectReader& operator=(const ObjectReader&) = delete;

  // Each reads one member: the value where it is there and right. Null counts as absent.
  std::optional<std::string_view> text(std::string_view name, const TextRule& rule,
                                       Need need = Need::optional);
  std::optional<std::string_view> slug(std::string_view name, Need need = Need::optional);
  std::optional<bool> boolean(std::string_view name, Need need = Need::optional);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t greatest,
                                      Need need = Need::optional);
  std::optional<Timestamp> time(std::string_view name, Need need = Need::optional);
  // A word of a closed list; `alternatives` is the list for the message.
  template <class Parse>
  auto word(std::string_view name, Parse parse, std::string_view alternatives, Need need = Need::optional)
      -> decltype(parse(std::string_view())) {
    const boost::json::value* value = take(name, need);
    if (!value) return std::nullopt;
    const auto text = string_of(*value, name);
    if (!text) return std::nullopt;
    const auto parsed = parse(*text);
    if (parsed)
      out_.member(name, *text);
    else
      add_value_mistake(name, alternatives);
    return parsed;
  }
  // Calls `read(ObjectReader&)` with the member. False where it is absent, null or no object.
  template <class Read>
  bool object(std::string_view name, Need need, Read read) {
    const boost::json::value* value = take(name, need);
    if (!value) return false;
    const Place place(place_, name);
    const auto* object = value->if_object();
    if (!object) {
      mistakes_.add_type(place, "オブジェクト", "an object");
      return false;
    }
    const auto mark = out_.mark();
    out_.name(name);
    ObjectReader reader(*object, place, mistakes_, out_);
    read(reader);
    if (!reader.finish()) out_.rewind(mark);
    return true;
  }
  // Calls `read(const value&, const Place&)` with each element, which writes the element. False where the
  // member is absent, null or no array.
  template <class Read>
  bool array(std::string_view name, std::size_t most, Read read) {
    const boost::json::value* value = take(name, Need::optional);
    if (!value) return false;
    const Place place(place_, name);
    const auto* array = array_of(*value, place, most);
    if (!array) return false;
    out_.name(name).begin_array();
    for (std::size_t i = 0; i < array->size(); ++i) read((*array)[i], Place(place, i));
    out_.end_array();
    return true;
  }
  // An array of objects; `read(ObjectReader&, const Place&)`.
  template <class Read>
  bool objects(std::string_view name, std::size_t most, Read read) {
    return array(name, most, [&](const boost::json::value& element, const Place& place) {
      read_object(element, place, mistakes_, out_, [&](ObjectReader& reader) { read(reader, place); });
    });
  }
  // An array of texts: those that are right.
  std::vector<std::string> texts(std::string_view name, std::size_t most, const TextRule& rule);
  // An object whose members are texts of names that somebody else knows.
  std::map<std::string, std::string> texts_by_name(std::string_view name, std::size_t most, const TextRule& rule);

  // Reads `value` as an object with `read(ObjectReader&)`, for roots and elements.
  template <class Read>
  static bool read_object(const boost::json::value& value, const Place& place, Mistakes& mistakes,
                          JsonWriter& out, Read read) {
    const auto* object = value.if_object();
    if (!object) {
      mistakes.add_type(place, "オブジェクト", "an object");
      return false;
    }
    ObjectReader reader(*object, place, mistakes, out);
    read(reader);
    reader.finish();
    return true;
  }

  // Where the member is absent or null and that is a mistake, says so at `leaf`, which lies inside it.
  void require_within(std::string_view name, Need need, const Place& leaf);
  // Whether the member is there, null or not. Does not count as asking for it.
  bool has(std::string_view name) const { return object_.contains(name); }
  // Whether the member is there and not null. Does not count as asking for it.
  bool holds(std::string_view name) const {
    const auto* value = object_.if_contains(name);
    return value && !value->is_null();
  }
  Place at(std::string_view name) const { return Place(place_, name); }
  const Place& place() const { return place_; }
  Mistakes& mistakes() { return mistakes_; }

  // Names of the members that were asked for and are there, null or not.
  std::vector<std::string> present() const;

 private:
  // Refuses the members nobody asked for and ends the object. False where nothing was written.
  bool finish();
  // The member, or null where it is absent or null; a mistake where that is one.
  const boost::json::value* take(std::string_view name, Need need);
  std::optional<std::string_view> string_of(const boost::json::value& value, std::string_view name);
  const boost::json::array* array_of(const boost::json::value& value, const Place& place, std::size_t most);
  void add_value_mistake(std::string_view name, std::string_view alternatives);

  const boost::json::object& object_;
  const Place& place_;
  Mistakes& mistakes_;
  JsonWriter& out_;
  JsonWriter::Mark begin_;
  std::array<std::string_view, 24> known_;  // asked for and there
  std::size_t known_size_ = 0;
};

}  // namespace noroshi::codec
