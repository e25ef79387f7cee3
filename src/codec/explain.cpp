#include "src/codec/explain.h"

#include "src/codec/json_writer.h"
#include "src/codec/report_members.h"
#include "src/codec/strict_json.h"

namespace noroshi::codec {
namespace {

using Errors = std::vector<core::FieldError>;

const std::string& in_language(const routing::Reason& reason, Language language) {
  return language == Language::ja ? reason.ja : reason.en;
}

void write_reasons(JsonWriter& out, const std::vector<routing::Reason>& because, Language language) {
  out.name("because").begin_array();
  for (const auto& reason : because) out.value(in_language(reason, language));
  out.end_array();
}

void write_clause(JsonWriter& out, const routing::Rule& rule) {
  out.member("clause", rule.clause);
  if (rule.sentence != 0) out.member("sentence", rule.sentence);
}

void write_if_set(JsonWriter& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out.member(name, text);
}

void write_duty(JsonWriter& out, const routing::Duty& duty, Language language) {
  out.begin_object();
  write_clause(out, *duty.rule);
  out.member("holder", duty.holder).member("recipient", duty.recipient);
  if (duty.self) out.member("self", true);
  out.member("opens_on", routing::to_string(duty.opens_on));
  out.member("target", format_duration(duty.target));
  write_if_set(out, "formerly", duty.formerly);
  write_if_set(out, "recipient_formerly", duty.recipient_formerly);
  write_reasons(out, duty.because, language);
  out.end_object();
}

void write_duties(JsonWriter& out, std::string_view name, bool inner, const routing::Routing& routing,
                  Language language) {
  out.name(name).begin_array();
  for (const auto& duty : routing.duties)
    if (duty.rule->inner() == inner) write_duty(out, duty, language);
  out.end_array();
}

void write_not_opened(JsonWriter& out, const routing::NotOpened& not_opened, Language language) {
  out.begin_object();
  write_clause(out, *not_opened.rule);
  write_if_set(out, "holder", not_opened.holder);
  write_if_set(out, "recipient", not_opened.recipient);
  write_reasons(out, not_opened.because, language);
  out.end_object();
}

}  // namespace

tl::expected<routing::Facts, Errors> decode_facts(std::string_view text) {
  JsonDocument document;
  if (const auto parsed = document.parse(text); !parsed)
    return tl::unexpected(Errors{to_field_error(parsed.error())});
  core::Report report;
  Mistakes mistakes;
  std::string normalised;
  JsonWriter out(normalised);
  const Place place;
  ObjectReader::read_object(document.root(), place, mistakes, out,
                            [&](ObjectReader& in) { read_report(in, explained_facts, report); });
  if (!mistakes.empty()) return tl::unexpected(mistakes.take());

  routing::Facts facts;
  facts.organization = std::move(report.organization);
  facts.recognized = report.recognized.value;
  facts.assessment = report.assessment;
  facts.cyberattack = report.cyberattack;
  facts.large_scale = std::move(report.large_scale);
  facts.police = std::move(report.police);
  facts.shared_platform = !report.shared_platforms.empty();
  return facts;
}

std::string encode_routing(const routing::Routing& routing, Language language) {
  std::string text;
  text.reserve(4096);
  JsonWriter out(text);
  out.begin_object().name("edition");
  routing.edition ? out.value(routing.edition->id) : out.null();
  write_duties(out, "obligations", false, routing, language);
  write_duties(out, "inner", true, routing, language);
  out.name("not_opened").begin_array();
  for (const auto& not_opened : routing.not_opened) write_not_opened(out, not_opened, language);
  out.end_array();
  out.name("alarms").begin_array();
  for (const auto& alarm : routing.alarms) {
    out.begin_object().member("code", routing::to_string(alarm.code));
    write_if_set(out, "organization", alarm.organization);
    out.member("message", in_language(alarm.reason, language)).end_object();
  }
  out.end_array();
  out.name("notes").begin_array();
  for (const auto& note : routing.notes)
    out.begin_object()
        .member("code", routing::to_string(note.code))
        .member("message", in_language(note.reason, language))
        .end_object();
  out.end_array();
  out.end_object();
  return text;
}

std::string encode_errors(const Errors& errors, Language language) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().name("errors").begin_array();
  for (const auto& error : errors)
    out.begin_object()
        .member("pointer", error.pointer)
        .member("code", error.code)
        .member("message", in_language(error.message, language))
        .end_object();
  out.end_array().end_object();
  return text;
}

}  // namespace noroshi::codec
