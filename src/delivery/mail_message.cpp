#include "src/delivery/mail_message.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <kainjow/mustache.hpp>

#include "cmake/embedded_file.h"
#include "src/core/label_words.h"
#include "src/delivery/mail_text.h"

namespace noroshi::delivery {

std::span<const EmbeddedFile> embedded_templates();

namespace {

namespace mustache = kainjow::mustache;

std::string name_of(const routing::Registry& registry, const std::string& slug, MailLanguage language) {
  if (slug.empty()) return "Noroshi";
  const auto* body = registry.find(slug);
  if (!body) return slug;
  return language == MailLanguage::en && !body->name_en.empty() ? body->name_en : body->name_ja;
}

// "2018-08-01 09:00 JST"
std::string minute(Timestamp at) {
  const auto text = format_rfc3339(at);
  return text.substr(0, 10) + " " + text.substr(11, 5) + " JST";
}

// RFC 5322 section 3.3: "Wed, 01 Aug 2018 09:00:00 +0900".
std::string date(Timestamp at) {
  constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = japanese_day(at);
  const std::chrono::year_month_day parts(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - start_of(day)));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0900", weekdays[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(parts.day()), months[static_cast<unsigned>(parts.month()) - 1],
                     static_cast<int>(parts.year()), time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

std::string rendered(std::string_view purpose, MailLanguage language, const mustache::data& fields) {
  const auto name = fmt::format("mail_{}_{}.mustache", purpose, language == MailLanguage::ja ? "ja" : "en");
  const auto files = embedded_templates();
  const auto found = std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.name == name; });
  if (found == files.end()) return {};  // held by the tests
  mustache::mustache text{std::string(found->content)};
  text.set_custom_escape([](const std::string& value) { return value; });  // plain text: nothing to escape
  return text.render(fields);
}

void set_if_any(mustache::data& fields, const std::string& name, const std::string& value) {
  if (!value.empty()) fields.set(name, value);
}

mustache::data fields_of(const Consignment& what, const routing::Registry& registry, MailLanguage language,
                         const Consignment::Content* content) {
  mustache::data fields;
  fields.set(std::string(core::to_string(what.kind)), true);
  fields.set("exercise", what.exercise);
  fields.set("automatic", what.automatic);
  fields.set("number", what.number);
  fields.set("sender", name_of(registry, what.sender, language));
  fields.set("recipient", name_of(registry, what.recipient, language));
  fields.set("delivery", core::to_string(what.delivery));
  fields.set("sent_at", minute(what.sent_at));
  if (what.label) {
    const auto words = core::words_of(what.label->first, what.label->second);
    fields.set("label", language == MailLanguage::ja ? words.ja : words.en);
  }
  set_if_any(fields, "receipt_number", what.receipt_number);
  set_if_any(fields, "clause", what.clause);
  set_if_any(fields, "alarm_code", what.alarm_code);
  if (what.sentence > 0) fields.set("sentence", std::to_string(what.sentence));
  if (what.version > 0) fields.set("version", std::to_string(what.version));
  if (what.acknowledge_by) fields.set("acknowledge_by", minute(*what.acknowledge_by));
  set_if_any(fields, "acknowledge_url", what.acknowledge_url);
  if (!what.acknowledge_token.empty())
    fields.set("acknowledge_token", std::string(token_mark) + what.acknowledge_token);
  fields.set("acknowledgeable", !what.acknowledge_url.empty() || !what.acknowledge_token.empty());
  if (content) {
    mustache::data inner;
    inner.set("title", content->title);
    set_if_any(inner, "note", content->note);
    inner.set("attached", !content->report.empty());
    fields.set("content", inner);
  }
  return fields;
}

std::string with_crlf(std::string_view text) {
  std::string lines;
  for (const char c : text) {
    if (c == '\r') continue;
    if (c == '\n') lines += '\r';
    lines += c;
  }
  return lines;
}

std::string text_entity(std::string_view text) {
  return "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
         base64_lines(with_crlf(text));
}

std::string entity_with_report(std::string_view text, const std::string& report, const core::DeliveryId& delivery) {
  // The parts are base64, which holds no hyphen: no line of theirs is the boundary.
  const auto boundary = "report-" + core::to_string(delivery);
  return "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n--" + boundary + "\r\n" +
         text_entity(text) + "\r\n--" + boundary +
         "\r\nContent-Type: application/json; name=\"report.json\"\r\nContent-Transfer-Encoding: base64\r\n"
         "Content-Disposition: attachment; filename=\"report.json\"\r\n\r\n" +
         base64_lines(report) + "\r\n--" + boundary + "--\r\n";
}

}  // namespace

std::optional<MailLanguage> parse_mail_language(std::string_view text) {
  if (text == "ja") return MailLanguage::ja;
  if (text == "en") return MailLanguage::en;
  return std::nullopt;
}

std::optional<std::string> compose(const Consignment& consignment, const routing::Registry& registry,
                                   const MailHead& head, X509* receiver, const Signer* signer) {
  const auto* content = receiver && consignment.content ? &*consignment.content : nullptr;
  const auto fields = fields_of(consignment, registry, head.language, content);
  const auto text = rendered("text", head.language, fields);

  std::optional<std::string> entity = content && !content->report.empty()
                                          ? entity_with_report(text, content->report, consignment.delivery)
                                          : text_entity(text);
  if (signer) entity = signed_entity(*entity, *signer);
  if (entity && receiver) entity = sealed_entity(*entity, *receiver);
  if (!entity) return std::nullopt;

  auto subject = rendered("subject", head.language, fields);
  while (subject.ends_with('\n')) subject.pop_back();
  const auto identifier = [&](const std::string& left) { return fmt::format("<{}@{}>", left, head.from.domain()); };
  const auto incident = identifier(core::to_string(consignment.incident));
  return "From: " + head.from.text() + "\r\nTo: " + head.to.text() + "\r\nDate: " + date(head.date) + "\r\n" +
         text_header("Subject", subject) + "Message-ID: " + identifier(core::to_string(consignment.delivery)) +
         "\r\nIn-Reply-To: " + incident + "\r\nReferences: " + incident +
         "\r\nAuto-Submitted: auto-generated\r\nX-Noroshi-Delivery: " + core::to_string(consignment.delivery) +
         "\r\nMIME-Version: 1.0\r\n" + *entity;
}

}  // namespace noroshi::delivery
