#include "src/codec/field_reader.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace noroshi::codec {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_slug = 40;

bool is_slug(std::string_view text) {
  return !text.empty() && text.size() <= longest_slug && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// 3, 3.0 and 30e-1 are the same whole number, as in JSON Schema.
std::optional<std::int64_t> whole_number(const json::value& value) {
  if (const auto* integer = value.if_int64()) return *integer;
  const auto* real = value.if_double();
  constexpr double exact = 9007199254740992.0;  // 2^53
  if (!real || std::trunc(*real) != *real || std::abs(*real) > exact) return std::nullopt;
  return static_cast<std::int64_t>(*real);
}

}  // namespace

void Mistakes::add(std::string pointer, std::string_view code, core::Reason message) {
  if (errors_.size() > most) return;
  if (errors_.size() == most)
    errors_.push_back({"",
                       "too_many_mistakes",
                       {"誤りがほかにもあります。ここまでを直して送り直してください。",
                        "There are more mistakes. Correct these and send again."}});
  else
    errors_.push_back({std::move(pointer), std::string(code), std::move(message)});
}

void Mistakes::add_text_faults(const Place& place, const TextFaults& faults, const TextRule& rule) {
  if (faults.too_long) {
    const std::string longest = std::to_string(rule.longest);
    add(place.pointer(), "too_long",
        {longest + " 文字以内にしてください。", "At most " + longest + " characters are allowed."});
  }
  if (faults.blank)
    add(place.pointer(), "blank", {"空白だけでは足りません。", "This must hold more than white space."});
  if (faults.line_break)
    add(place.pointer(), "line_break", {"一行で書いてください。", "Write this in one line."});
  if (faults.control_character)
    add(place.pointer(), "control_character",
        {"制御文字は使えません。", "Control characters are not allowed."});
  if (faults.bidi_control)
    add(place.pointer(), "bidi_control",
        {"文字の向きを変える制御文字は使えません。",
         "Characters that change the direction of writing are not allowed."});
}

void Mistakes::add_required(const Place& place) {
  add(place.pointer(), "required", {"必須の項目です。", "This member is required."});
}

void Mistakes::add_type(const Place& place, std::string_view wanted_ja, std::string_view wanted_en) {
  add(place.pointer(), "type",
      {std::string(wanted_ja) + "で書いてください。", "This must be " + std::string(wanted_en) + "."});
}

ObjectReader::ObjectReader(const json::object& object, const Place& place, Mistakes& mistakes,
                           JsonWriter& out)
    : object_(object), place_(place), mistakes_(mistakes), out_(out), begin_(out.begin_object().mark()) {}

const json::value* ObjectReader::take(std::string_view name, Need need) {
  const json::value* value = object_.if_contains(name);
  if (value) {
    if (known_size_ == known_.size()) std::abort();  // an object of ours with more members than room for them
    known_[known_size_++] = name;
    if (!value->is_null()) return value;
  }
  require_within(name, need, Place(place_, name));
  return nullptr;
}

void ObjectReader::require_within(std::string_view name, Need need, const Place& leaf) {
  const json::value* value = object_.if_contains(name);
  const bool missing = value ? value->is_null() && need != Need::optional : need == Need::required;
  if (missing) mistakes_.add_required(leaf);
}

std::optional<std::string_view> ObjectReader::string_of(const json::value& value, std::string_view name) {
  if (const auto* string = value.if_string()) return std::string_view(*string);
  mistakes_.add_type(Place(place_, name), "文字列", "a string");
  return std::nullopt;
}

const json::array* ObjectReader::array_of(const json::value& value, const Place& place, std::size_t most) {
  const auto* array = value.if_array();
  if (!array) {
    mistakes_.add_type(place, "配列", "an array");
    return nullptr;
  }
  if (array->size() <= most) return array;
  const std::string number = std::to_string(most);
  mistakes_.add(place.pointer(), "too_many",
                {number + " 件以内にしてください。", "At most " + number + " elements are allowed."});
  return nullptr;
}

void ObjectReader::add_value_mistake(std::string_view name, std::string_view alternatives) {
  const std::string list(alternatives);
  mistakes_.add(Place(place_, name).pointer(), "value",
                {"次のいずれかにしてください: " + list + "。", "This must be one of: " + list + "."});
}

std::optional<std::string_view> ObjectReader::text(std::string_view name, const TextRule& rule, Need need) {
  const json::value* value = take(name, need);
  if (!value) return std::nullopt;
  const auto text = string_of(*value, name);
  if (!text) return std::nullopt;
  if (const TextFaults faults = check_text(*text, rule)) {
    mistakes_.add_text_faults(Place(place_, name), faults, rule);
    return std::nullopt;
  }
  out_.member(name, *text);
  return text;
}

std::optional<std::string_view> ObjectReader::slug(std::string_view name, Need need) {
  const json::value* value = take(name, need);
  if (!value) return std::nullopt;
  const auto text = string_of(*value, name);
  if (!text) return std::nullopt;
  if (!is_slug(*text)) {
    mistakes_.add(Place(place_, name).pointer(), "slug",
                  {"機関の略号（英小文字、数字、ハイフン、40 文字以内）で書いてください。",
                   "This must be a body's slug: a-z, 0-9 and hyphens, at most 40."});
    return std::nullopt;
  }
  out_.member(name, *text);
  return text;
}

std::optional<bool> ObjectReader::boolean(std::string_view name, Need need) {
  const json::value* value = take(name, need);
  if (!value) return std::nullopt;
  const auto* boolean = value->if_bool();
  if (!boolean) {
    mistakes_.add_type(Place(place_, name), "true または false ", "true or false");
    return std::nullopt;
  }
  out_.member(name, *boolean);
  return *boolean;
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view name, std::int64_t least,
                                                  std::int64_t greatest, Need need) {
  const json::value* value = take(name, need);
  if (!value) return std::nullopt;
  const Place place(place_, name);
  const auto number = whole_number(*value);
  if (!number) {
    mistakes_.add_type(place, "整数", "a whole number");
    return std::nullopt;
  }
  if (*number < least || *number > greatest) {
    const std::string from = std::to_string(least), to = std::to_string(greatest);
    mistakes_.add(
        place.pointer(), "out_of_range",
        {from + " から " + to + " までにしてください。", "This must lie from " + from + " to " + to + "."});
    return std::nullopt;
  }
  out_.member(name, *number);
  return number;
}

std::optional<Timestamp> ObjectReader::time(std::string_view name, Need need) {
  const json::value* value = take(name, need);
  if (!value) return std::nullopt;
  const auto text = string_of(*value, name);
  if (!text) return std::nullopt;
  const auto time = parse_rfc3339(*text);
  if (!time) {
    mistakes_.add(Place(place_, name).pointer(), "time",
                  {"時差を付けた RFC 3339 の日時（例: 2018-08-01T09:00:00+09:00）で書いてください。",
                   "This must be an RFC 3339 time with an offset, such as 2018-08-01T09:00:00+09:00."});
    return std::nullopt;
  }
  out_.member(name, format_rfc3339(*time));
  return time;
}

std::vector<std::string> ObjectReader::texts(std::string_view name, std::size_t most, const TextRule& rule) {
  std::vector<std::string> read;
  array(name, most, [&](const json::value& element, const Place& place) {
    const auto* text = element.if_string();
    if (!text)
      mistakes_.add_type(place, "文字列", "a string");
    else if (const TextFaults faults = check_text(*text, rule))
      mistakes_.add_text_faults(place, faults, rule);
    else {
      out_.value(std::string_view(*text));
      read.emplace_back(*text);
    }
  });
  return read;
}

std::map<std::string, std::string> ObjectReader::texts_by_name(std::string_view name, std::size_t most,
                                                              const TextRule& rule) {
  std::map<std::string, std::string> texts;
  const json::value* value = take(name, Need::optional);
  if (!value) return texts;
  const Place place(place_, name);
  const auto* object = value->if_object();
  if (!object) {
    mistakes_.add_type(place, "オブジェクト", "an object");
    return texts;
  }
  if (object->size() > most) {
    const std::string number = std::to_string(most);
    mistakes_.add(place.pointer(), "too_many",
                  {number + " 件以内にしてください。", "At most " + number + " members are allowed."});
    return texts;
  }
  out_.name(name).begin_object();
  for (const auto& member : *object) {
    const Place at(place, member.key());
    const auto* text = member.value().if_string();
    if (!text)
      mistakes_.add_type(at, "文字列", "a string");
    else if (const TextFaults faults = check_text(*text, rule))
      mistakes_.add_text_faults(at, faults, rule);
    else
      texts.emplace(std::string_view(member.key()), std::string_view(*text));
  }
  for (const auto& [key, text] : texts) out_.member(key, text);
  out_.end_object();
  return texts;
}

std::vector<std::string> ObjectReader::present() const {
  return {known_.begin(), known_.begin() + known_size_};
}

bool ObjectReader::finish() {
  if (known_size_ < object_.size()) {
    const auto end = known_.begin() + known_size_;
    for (const auto& member : object_)
      if (std::find(known_.begin(), end, std::string_view(member.key())) == end)
        mistakes_.add(Place(place_, member.key()).pointer(), "unknown_member",
                      {"知らない項目です。綴りを確かめるか、取り除いてください。",
                       "This member is not known. Check its spelling or remove it."});
  }
  const bool written = out_.mark().size > begin_.size;
  out_.end_object();
  return written;
}

}  // namespace noroshi::codec
