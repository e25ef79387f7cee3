#include "src/codec/law_views.h"

#include "src/codec/encoding.h"

namespace noroshi::codec {
namespace {

using routing::Organization;

void write_day(JsonWriter& out, std::string_view name, const std::optional<JapaneseDay>& day) {
  write_optional(out, name, day ? std::optional(format_day(*day)) : std::nullopt);
}

std::string_view name_of(const Organization& body, Language language) {
  return language == Language::en && !body.name_en.empty() ? body.name_en : body.name_ja;
}

// The day for which a body's supervisors are shown: today where nobody asked for one, and its last for one
// that has ended by then.
JapaneseDay day_of(const Organization& body, const OrganizationFilter& filter, JapaneseDay today) {
  if (filter.at) return *filter.at;
  return body.period.to && *body.period.to < today ? *body.period.to : today;
}

void write_supervisors(JsonWriter& out, const Organization& body, JapaneseDay day, const core::Law& law) {
  out.name("supervised_by").begin_array();
  for (const routing::Supervision* supervision : law.registry.supervisions(body.slug, day)) {
    out.begin_object();
    out.member("organization", supervision->agency);
    out.member("role", routing::to_string(supervision->role));
    write_text_or_null(out, "scope", supervision->scope_ja);
    write_day(out, "valid_from", supervision->period.from);
    write_day(out, "valid_to", supervision->period.to);
    out.end_object();
  }
  out.end_array();
}

void write_organization(JsonWriter& out, const Organization& body, const OrganizationFilter& filter,
                        const AnswerContext& context) {
  const JapaneseDay today = japanese_day(context.now);
  out.begin_object();
  out.member("id", body.slug).member("name", name_of(body, context.language));
  out.member("name_ja", body.name_ja);
  write_text_or_null(out, "name_en", body.name_en);
  out.member("kind", routing::to_string(body.kind));
  write_optional(out, "also_kind",
                 body.also_kind ? std::optional(routing::to_string(*body.also_kind)) : std::nullopt);
  write_optional(out, "listed_in_schedule", body.listed_in_schedule);
  write_text_or_null(out, "prefecture", body.prefecture);
  write_text_or_null(out, "police", body.police);
  write_text_or_null(out, "legal_class", body.legal_class);
  write_text_or_null(out, "parent", body.parent);
  write_text_or_null(out, "successor", body.successor);
  write_day(out, "valid_from", body.period.from);
  write_day(out, "valid_to", body.period.to);
  out.member("in_force", body.period.contains(filter.at.value_or(today)));
  if (body.is_corporation()) write_supervisors(out, body, day_of(body, filter, today), context.law);
  out.end_object();
}

void write_edition(JsonWriter& out, const routing::Edition& edition, const AnswerContext& context) {
  const bool english = context.language == Language::en;
  out.member("id", edition.id).member("title", english ? edition.title_en : edition.title_ja);
  out.member("title_ja", edition.title_ja).member("title_en", edition.title_en);
  out.member("in_force_from", format_day(edition.in_force_from));
  out.name("later_not_held");
  if (edition.later_not_held) {
    out.begin_object();
    out.member("from", format_day(edition.later_not_held->from));
    out.member("names", english ? edition.later_not_held->names_en : edition.later_not_held->names_ja);
    out.end_object();
  } else {
    out.null();
  }
  write_text_or_null(out, "crisis_management", edition.crisis_management);
}

template <class Words>
void write_words(JsonWriter& out, std::string_view name, const Words& words) {
  out.name(name).begin_array();
  for (const auto word : words) out.value(routing::to_string(word));
  out.end_array();
}

void write_rule(JsonWriter& out, const routing::Rule& rule) {
  out.begin_object();
  out.member("id", rule.id).member("clause", rule.clause);
  if (rule.sentence != 0) out.member("sentence", rule.sentence);
  out.member("words", rule.words).member("gloss_ja", rule.gloss_ja).member("gloss", rule.gloss);
  write_words(out, "holders", rule.holders);
  out.name("openings").begin_array();
  for (const routing::Opening& opening : rule.openings) {
    out.begin_object();
    out.member("incident", routing::to_string(opening.incident));
    out.member("opens_on", routing::to_string(opening.opens_on));
    out.end_object();
  }
  out.end_array();
  write_words(out, "when", rule.when);
  if (rule.met_by) out.member("met_by", routing::to_string(*rule.met_by));
  out.member("recipient", routing::to_string(rule.recipient)).member("inner", rule.inner());
  out.member("target", format_duration(rule.target.usual)).member("target_is", operator_target);
  out.end_object();
}

}  // namespace

std::string encode_organizations(const OrganizationFilter& filter, const AnswerContext& context) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().name("items").begin_array();
  for (const Organization& body : context.law.registry.organizations()) {
    if (filter.at && !body.period.contains(*filter.at)) continue;
    if (filter.kind && !body.is(*filter.kind)) continue;
    write_organization(out, body, filter, context);
  }
  out.end_array().name("next").null().end_object();
  return text;
}

std::string encode_editions(const AnswerContext& context) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().name("items").begin_array();
  for (const routing::Edition& edition : context.law.editions.all()) {
    out.begin_object();
    write_edition(out, edition, context);
    out.end_object();
  }
  out.end_array().name("next").null().end_object();
  return text;
}

std::string encode_edition(const routing::Edition& edition, const AnswerContext& context) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  write_edition(out, edition, context);
  out.name("rules").begin_array();
  for (const routing::Rule& rule : edition.rules) write_rule(out, rule);
  out.end_array().end_object();
  return text;
}

}  // namespace noroshi::codec
