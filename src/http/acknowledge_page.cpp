#include "src/http/acknowledge_page.h"

#include <fmt/format.h>

#include "routing/time.h"
#include "src/core/label_words.h"
#include "src/record/encodings.h"
#include "src/record/sha256.h"

namespace noroshi::http {
namespace {

using codec::Language;

constexpr std::string_view style =
    "body{font:1.125rem/1.7 'Noto Sans JP',sans-serif;color:#1a1a1c;background:#fff;max-width:40rem;margin:2rem auto;"
    "padding:0 1rem}h1{font-size:1.5rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}"
    "dt{color:#626264}dd{margin:0}label{display:block;font-weight:bold}"
    "input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid #626264;border-radius:.5rem}"
    "button{font:inherit;font-weight:bold;margin-top:1rem;padding:.75rem 2rem;border:0;border-radius:.5rem;"
    "color:#fff;background:#0017c1}.mark{background:#ffd43d;padding:.25rem .75rem;font-weight:bold}"
    ".error{color:#ce0000;font-weight:bold}"
    "@media(prefers-color-scheme:dark){body{color:#f8f8fb;background:#1a1a1c}dt{color:#b4b4b7}button{background:#"
    "4979f5}}";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string_view pick(Language language, std::string_view ja, std::string_view en) {
  return language == Language::ja ? ja : en;
}

std::string content_security_policy() {
  static const std::string policy =
      "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; style-src 'sha256-" +
      record::to_base64(std::string(record::bytes_of(record::sha256({style})))) + "'";
  return policy;
}

Response page(unsigned status, Language language, std::string_view title, const std::string& body) {
  Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.headers = {{"Content-Security-Policy", content_security_policy()}, {"Referrer-Policy", "no-referrer"}};
  response.body = fmt::format(
      "<!doctype html>\n<html lang=\"{0}\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\"><title>{1}</title>"
      "<style>{2}</style></head>\n<body>\n<main>\n<h1>{1}</h1>\n{3}</main>\n</body>\n</html>\n",
      pick(language, "ja", "en"), title, style, body);
  return response;
}

// "2018-08-01 09:00 JST"
std::string shown_time(Timestamp at) {
  const auto minutes = std::chrono::floor<std::chrono::minutes>(at + japan_offset);
  const auto day = std::chrono::floor<std::chrono::days>(minutes);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(minutes - day);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} JST", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count());
}

std::string_view kind_in(Language language, core::MessageKind kind) {
  switch (kind) {
    case core::MessageKind::report:
      return pick(language, "報告", "report");
    case core::MessageKind::relay:
      return pick(language, "中継", "relay");
    case core::MessageKind::notice:
      return pick(language, "通知", "notice");
    case core::MessageKind::alarm:
      return pick(language, "警報", "alarm");
  }
  return "";
}

// "日本年金機構（jps）"
std::string shown_body(const routing::Registry& registry, const std::string& slug, Language language) {
  const auto* body = registry.find(slug);
  if (!body) return slug;
  if (language == Language::ja) return fmt::format("{}（{}）", body->name_ja, slug);
  return fmt::format("{} ({})", body->name_en.empty() ? body->name_ja : body->name_en, slug);
}

std::string described(const store::LinkedMessageView& message, const routing::Registry& registry, Language language) {
  std::string out;
  if (message.exercise) out += fmt::format("<p class=\"mark\">{}</p>\n", pick(language, "訓練", "Exercise (訓練)"));
  const auto row = [&](std::string_view name, std::string_view value) {
    out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, escaped(value));
  };
  out += "<dl>\n";
  row(pick(language, "番号", "Number"), message.number);
  if (!message.receipt_number.empty()) row(pick(language, "受付番号", "Receipt number"), message.receipt_number);
  row(pick(language, "種別", "Kind"), kind_in(language, message.kind));
  if (!message.sender.empty()) row(pick(language, "差出", "From"), shown_body(registry, message.sender, language));
  row(pick(language, "宛先", "To"), shown_body(registry, message.organization, language));
  if (!message.clause.empty()) row(pick(language, "条項", "Clause"), message.clause);
  row(pick(language, "送信", "Sent"), shown_time(message.sent_at));
  if (message.label) {
    const auto words = core::words_of(message.label->first, message.label->second);
    row(pick(language, "格付", "Label (格付)"), pick(language, words.ja, words.en));
  }
  out += "</dl>\n";
  return out;
}

std::string form(Language language, std::string_view error) {
  return fmt::format(
      "{}<form method=\"post\"><p><label for=\"by\">{}</label><input id=\"by\" name=\"by\" required maxlength=\"200\" "
      "autocomplete=\"name\"></p>\n<p>{}</p>\n<button>{}</button></form>\n",
      error.empty() ? std::string() : fmt::format("<p class=\"error\" role=\"alert\">{}</p>\n", error),
      pick(language, "受領を確認する方の氏名", "Name of who acknowledges"),
      pick(language, "氏名と時刻が、あなたの機関の受領確認として記録されます。内容は受信箱で確認してください。",
           "Name and time are recorded as the acknowledgement of your body. Read the content in the inbox."),
      pick(language, "受領を確認する", "Acknowledge"));
}

std::string_view title_of_form(Language language) {
  return pick(language, "メッセージの受領確認", "Acknowledge a message");
}

std::string by_whom(const store::LinkedMessageView& message, Language language) {
  const auto at = message.acknowledged_at ? shown_time(*message.acknowledged_at) : std::string();
  return language == Language::ja
             ? fmt::format("<p>{} に {} さんが受領を確認しました。</p>\n", at, escaped(message.acknowledged_by))
             : fmt::format("<p>{} acknowledged it at {}.</p>\n", escaped(message.acknowledged_by), at);
}

}  // namespace

Response acknowledge_page(const store::LinkedMessageView& message, const routing::Registry& registry,
                          Language language) {
  if (message.acknowledged_at)
    return page(200, language, pick(language, "受領確認済みです", "Acknowledged already"),
                described(message, registry, language) + by_whom(message, language));
  return page(200, language, title_of_form(language), described(message, registry, language) + form(language, ""));
}

Response acknowledged_page(const store::LinkedMessageView& message, std::string_view by,
                           const routing::Registry& registry, Language language) {
  return page(201, language, pick(language, "受領を確認しました", "Acknowledged"),
              described(message, registry, language) +
                  fmt::format("<p>{}: {}</p>\n", pick(language, "確認した方", "By"), escaped(by)));
}

Response back_to_link(std::string_view token) {
  Response response;
  response.status = 303;
  response.content_type = "text/plain; charset=utf-8";
  response.headers = {{"Location", fmt::format("/acknowledge/{}", token)}, {"Referrer-Policy", "no-referrer"}};
  return response;
}

Response name_missing_page(const store::LinkedMessageView& message, const routing::Registry& registry,
                           Language language) {
  return page(422, language, title_of_form(language),
              described(message, registry, language) +
                  form(language,
                       pick(language, "氏名を 1～200 字で入力してください。", "Enter a name of 1 to 200 characters.")));
}

Response link_gone_page(Language language) {
  return page(
      404, language, pick(language, "このリンクは使えません", "This link does not hold"),
      fmt::format(
          "<p>{}</p>\n",
          pick(language,
               "リンクが途中で切れているか、期限が過ぎたか、宛先が取り下げられています。受信箱（noroshi inbox）で受領を"
               "確認するか、差出の機関へ電話で連絡してください。",
               "It was cut or has expired, or its endpoint was withdrawn. Acknowledge in the inbox (noroshi "
               "inbox), or telephone the sender.")));
}

Response try_again_page(Language language) {
  auto response = page(
      503, language, pick(language, "今は記録できません", "It cannot be recorded now"),
      fmt::format("<p>{}</p>\n", pick(language,
                                      "まだ記録されていないかもしれません。数秒後にもう一度お試しください。急ぐ場合は"
                                      "差出の機関へ電話で連絡してください。",
                                      "It may not be recorded yet. Try again in some seconds; if it is urgent, "
                                      "telephone the sender.")));
  response.headers.push_back({"Retry-After", "5"});
  return response;
}

}  // namespace noroshi::http
