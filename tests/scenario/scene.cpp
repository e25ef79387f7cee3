#include "tests/scenario/scene.h"

#include <algorithm>
#include <atomic>
#include <random>
#include <sstream>

#include <fmt/format.h>

#include "routing/time.h"

namespace noroshi::scenario {
namespace {

// Of this run: a second run on the same database must not meet the first one's references.
const std::string& run_name() {
  static const std::string name = fmt::format("{:08x}", std::random_device{}());
  return name;
}

std::string next_number() {
  static std::atomic<int> number{0};
  return fmt::format("{}-{}", run_name(), ++number);
}

bool is_outside_api(const std::string& path) {
  for (const std::string_view prefix : {"/livez", "/readyz", "/version", "/metrics", "/api/"})
    if (path.starts_with(prefix)) return true;
  return false;
}

json::value parse(const std::string& text) {
  json::error_code error;
  auto value = json::parse(text, error);
  if (error) FAIL("no JSON: " << text.substr(0, 500));
  return value;
}

void lay_over(json::object& target, const json::object& members) {
  for (const auto& member : members) {
    if (member.value().is_null())
      target.erase(member.key());
    else
      target[member.key()] = member.value();
  }
}

// "2.2.4(2)(g)" → "(g)"
std::string short_clause(std::string_view clause) {
  constexpr std::string_view section = "2.2.4(2)";
  return std::string(clause.starts_with(section) ? clause.substr(section.size()) : clause);
}

}  // namespace

std::string fresh_key() {
  return "key-" + next_number();
}

std::string unique(std::string_view stem) {
  return std::string(stem) + "-" + next_number();
}

const json::value& Reply::json() const {
  if (!parsed_) parsed_ = std::make_shared<json::value>(parse(body));
  return *parsed_;
}

const json::value& Reply::operator[](std::string_view member) const {
  const auto* object = json().if_object();
  const auto* found = object ? object->if_contains(member) : nullptr;
  if (!found) FAIL("no member " << std::string(member) << " in " << status << ' ' << body.substr(0, 500));
  return *found;
}

std::string Reply::code() const {
  if (header("content-type").find("application/problem+json") == std::string::npos) return "";
  return text(json(), "code");
}

Lines Reply::mistakes() const {
  Lines lines;
  if (const auto* errors = json().as_object().if_contains("errors"))
    for (const auto& error : errors->as_array())
      lines.push_back(text(error, "pointer") + " " + text(error, "code"));
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string text(const json::value& object, std::string_view member) {
  const auto* members = object.if_object();
  const auto* value = members ? members->if_contains(member) : nullptr;
  const auto* string = value ? value->if_string() : nullptr;
  if (!string) FAIL("no text " << std::string(member) << " in " << json::serialize(object).substr(0, 500));
  return std::string(*string);
}

Desk::Desk(std::string organization, std::string role, std::string person, Daemon& daemon)
    : organization_(std::move(organization)),
      role_(std::move(role)),
      token_(daemon.token(organization_, role_, person)),
      daemon_(&daemon) {}

Desk Desk::with_token(std::string token, Daemon& daemon) {
  Desk desk("mhlw", "csirt_member", "", daemon);
  desk.token_ = std::move(token);
  return desk;
}

Reply Desk::send(const std::string& method, const std::string& path, const With& with,
                 const std::string& body) const {
  Headers headers;
  if (!token_.empty()) headers.emplace_back("Authorization", "Bearer " + token_);
  if (!with.key.empty()) headers.emplace_back("Idempotency-Key", with.key);
  if (!with.language.empty()) headers.emplace_back("Accept-Language", with.language);
  if (!with.if_match.empty()) headers.emplace_back("If-Match", with.if_match);
  if (!with.if_none_match.empty()) headers.emplace_back("If-None-Match", with.if_none_match);
  if (!with.accept.empty()) headers.emplace_back("Accept", with.accept);
  if (method == "POST") headers.emplace_back("Content-Type", "application/json");
  return Reply(daemon_->send(method, is_outside_api(path) ? path : "/api/v1" + path, headers, body));
}

Reply Desk::get(const std::string& path, const With& with) const {
  return send("GET", path, with);
}

Reply Desk::post(const std::string& path, const json::value& body, const With& with) const {
  return send("POST", path, with, json::serialize(body));
}

Reply Desk::post_bytes(const std::string& path, const std::string& bytes, const With& with) const {
  return send("POST", path, with, bytes);
}

Reply Desk::sends(const json::object& report, const With& with) const {
  With stated = with;
  if (stated.key.empty()) stated.key = fresh_key();
  return post("/reports", report, stated);
}

Incident Desk::reports(const json::object& report) const {
  const Reply reply = sends(report);
  INFO(organization_ << " reports " << json::serialize(report).substr(0, 2000));
  REQUIRE_MESSAGE(reply.status == 201, reply);
  const auto& incident = reply["incident"];
  return {text(incident, "id"), text(incident, "number"), text(report, "reference"), reply};
}

std::vector<json::object> Desk::list(const std::string& path) const {
  std::vector<json::object> items;
  std::string cursor;
  do {
    std::string page = path;
    if (!cursor.empty()) page += (path.find('?') == std::string::npos ? "?cursor=" : "&cursor=") + cursor;
    const Reply reply = get(page);
    REQUIRE_MESSAGE(reply.status == 200, organization_ << " GET " << page << ": " << reply);
    const auto& answer = reply.json();
    for (const auto& item : answer.at("items").as_array()) items.push_back(item.as_object());
    const auto& next = answer.at("next");
    cursor = next.is_string() ? std::string(next.as_string()) : "";
  } while (!cursor.empty());
  return items;
}

std::vector<json::object> Desk::messages_of(const Incident& incident) const {
  std::vector<json::object> messages;
  for (auto& message : inbox())
    if (text(message, "incident_id") == incident.id) messages.push_back(std::move(message));
  std::sort(messages.begin(), messages.end(),
            [](const auto& a, const auto& b) { return text(a, "id") < text(b, "id"); });
  return messages;
}

json::object Desk::message_of(const Incident& incident) const {
  const auto messages = messages_of(incident);
  REQUIRE_MESSAGE(messages.size() == 1,
                  organization_ << " has " << messages.size() << " messages of " << incident.number);
  const Reply reply = get("/inbox/" + text(messages.front(), "id"));
  REQUIRE_MESSAGE(reply.status == 200, reply);
  return reply.json().as_object();
}

json::object Desk::sees(const Incident& incident) const {
  const Reply reply = get("/incidents/" + incident.id);
  REQUIRE_MESSAGE(reply.status == 200, organization_ << " looks at " << incident.number << ": " << reply);
  return reply.json().as_object();
}

bool Desk::can_see(const Incident& incident) const {
  const Reply reply = get("/incidents/" + incident.id);
  REQUIRE_MESSAGE((reply.status == 200 || reply.status == 404), reply);
  return reply.status == 200;
}

Lines Desk::duties(const Incident& incident) const {
  json::array obligations;
  for (auto& obligation : list("/obligations?incident=" + incident.id))
    obligations.push_back(std::move(obligation));
  return lines_of(obligations);
}

json::object Desk::obligation_of(const Incident& incident, std::string_view clause, int sentence,
                                 std::string_view holder) const {
  std::vector<json::object> found;
  const std::string wanted = fmt::format("({})", clause);
  for (auto& obligation : list("/obligations?incident=" + incident.id)) {
    const auto* number = obligation.if_contains("sentence");
    if (short_clause(text(obligation, "clause")) == wanted && text(obligation, "holder") == holder &&
        (number ? number->to_number<int>() : 0) == sentence)
      found.push_back(std::move(obligation));
  }
  REQUIRE_MESSAGE(found.size() == 1, organization_ << " sees " << found.size() << " duties " << wanted
                                                   << sentence << " of " << std::string(holder));
  return found.front();
}

Reply Desk::fulfills(const json::object& obligation, const json::object& how) const {
  return post("/obligations/" + text(obligation, "id") + "/fulfillments", how, {.key = fresh_key()});
}

Reply Desk::acknowledges(const json::object& message, const std::string& by) const {
  return post("/inbox/" + text(message, "id") + "/acknowledgement", {{"by", by}}, {.key = fresh_key()});
}

Reply Desk::assesses(const Incident& incident, const json::object& judgement) const {
  return post("/incidents/" + incident.id + "/assessments", judgement, {.key = fresh_key()});
}

std::string line_of(const json::object& obligation) {
  const auto* sentence = obligation.if_contains("sentence");
  return fmt::format("{}{} {} -> {} {}", short_clause(text(obligation, "clause")),
                     sentence ? std::to_string(sentence->to_number<int>()) : "", text(obligation, "holder"),
                     text(obligation, "recipient"), text(obligation, "state"));
}

Lines lines_of(const json::value& obligations) {
  Lines lines;
  for (const auto& obligation : obligations.as_array()) {
    const auto& members = obligation.as_object();
    const bool self = members.at("self").as_bool();
    if (!self && text(obligation, "holder") == text(obligation, "recipient")) continue;
    lines.push_back(line_of(members) + (self ? " (self)" : ""));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

Lines codes_of(const json::value& list) {
  Lines codes;
  for (const auto& item : list.as_array()) codes.push_back(text(item, "code"));
  std::sort(codes.begin(), codes.end());
  return codes;
}

json::object a_report(const json::object& members) {
  return a_report_recognized(minutes_ago(5), members);
}

json::object a_report_recognized(std::string_view recognized, const json::object& members) {
  json::object report{{"reference", unique("ref")},      {"stage", "first"},
                      {"title", "端末のマルウェア感染"}, {"times", {{"recognized", {{"value", recognized}}}}},
                      {"assessment", "incident"},        {"cyberattack", "yes"}};
  lay_over(report, members);
  return report;
}

json::object later_version(const Incident& incident, std::string_view stage, const json::object& members) {
  json::object report{{"reference", incident.reference}, {"stage", stage}};
  for (const auto& member : members) report[member.key()] = member.value();  // null is stated, not left out
  return report;
}

json::array a_large_scale_cell() {
  return {{{"criterion", "property"}, {"harm", "feared"}, {"certainty", "may_be"}}};
}

std::string minutes_ago(int minutes) {
  const auto now = std::chrono::time_point_cast<Timestamp::duration>(std::chrono::system_clock::now());
  return format_rfc3339(now - std::chrono::minutes(minutes));
}

std::ostream& operator<<(std::ostream& out, const Reply& reply) {
  return out << reply.status << ' ' << reply.body.substr(0, 3000);
}

}  // namespace noroshi::scenario

doctest::String doctest::StringMaker<noroshi::scenario::Lines>::convert(
    const noroshi::scenario::Lines& lines) {
  std::string text = "{";
  for (const auto& line : lines) text += "\n  " + line;
  return (text + "\n}").c_str();
}
