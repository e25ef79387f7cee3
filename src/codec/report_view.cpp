#include "src/codec/report_view.h"

#include <cstdlib>

#include "src/codec/encoding.h"
#include "src/codec/merge_patch.h"
#include "src/codec/strict_json.h"

namespace noroshi::codec {
namespace {

namespace json = boost::json;

// What is stored was checked before it was: what does not parse is a broken invariant.
const json::value& parse_stored(JsonDocument& document, std::string_view text) {
  if (!document.parse(text)) std::abort();
  return document.root();
}

template <class Texts>
void write_texts(JsonWriter& out, std::string_view name, const Texts& texts) {
  out.name(name).begin_array();
  for (const auto& text : texts) out.value(text);
  out.end_array();
}

void write_view(JsonWriter& out, const core::ReportView& view) {
  out.name("view").begin_object().member("of", view.of());
  write_texts(out, "left_out", view.left_out());
  out.name("withheld").begin_array();
  for (const auto& withheld : view.withheld()) {
    out.begin_object();
    write_texts(out, "members", withheld.members);
    out.member("by", withheld.by);
    write_time(out, "until", withheld.until);
    out.end_object();
  }
  out.end_array().end_object();
}

// "/impact/services" is of the member impact. No name of a member has a character that a pointer escapes.
std::string_view member_of(std::string_view pointer) {
  if (pointer.starts_with('/')) pointer.remove_prefix(1);
  return pointer.substr(0, pointer.find('/'));
}

}  // namespace

std::string shown_document(std::string document, const core::ReportView& view) {
  if (view.is_whole()) return document;
  JsonDocument parsed;
  const auto& members = parse_stored(parsed, document).as_object();
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  for (const auto& member : members) {
    if (!view.shows(member.key()) || member.key() == "view") continue;
    out.name(member.key());
    write_value(out, member.value());
  }
  write_view(out, view);
  out.end_object();
  return text;
}

std::string shown_changes(std::string changes, const core::ReportView& view) {
  if (view.is_whole()) return changes;
  JsonDocument parsed;
  const auto& all = parse_stored(parsed, changes).as_array();
  std::string text;
  JsonWriter out(text);
  out.begin_array();
  for (const auto& change : all) {
    const auto& pointer = change.as_object().at("pointer").as_string();
    if (view.shows(member_of(pointer))) write_value(out, change);
  }
  out.end_array();
  return text;
}

}  // namespace noroshi::codec
