#include "src/cli/story_player.h"

#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "src/cli/json_view.h"
#include "src/cli/table.h"
#include "src/codec/json_writer.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

constexpr double longest_pause_seconds = 10;

}  // namespace

bool crosses_border(const json::value& obligation) {
  return text_at(obligation, "/holder") != text_at(obligation, "/recipient") || flag_at(obligation, "/self");
}

std::string shown_duty(const json::value& obligation, Language language) {
  const bool ja = language == Language::ja;
  const auto state = text_at(obligation, "/state");
  const bool open = state == "open";
  const bool self = flag_at(obligation, "/self");
  const auto sentence = number_at(obligation, "/sentence").value_or(0);
  const auto late = duration_at(obligation, "/late_by").value_or(0);

  // Whoever held it before a succession keeps its place in the history.
  const auto body = [&](const char* now, const char* before) {
    const auto formerly = text_at(obligation, before);
    const auto shown = shown_organization(text_at(obligation, now), language);
    if (formerly.empty()) return shown;
    return ja ? fmt::format("{}［旧 {}］", shown, formerly)
              : fmt::format("{} [formerly {}]", shown, formerly);
  };
  auto line = fmt::format("{} → {}  {}", body("/holder", "/formerly"),
                          body("/recipient", "/recipient_formerly"), text_at(obligation, "/clause"));
  if (sentence > 0) line += ja ? fmt::format(" 第{}文", sentence) : fmt::format(" sentence {}", sentence);
  if (self) line += ja ? "（自らへの連絡）" : " (a step to itself)";
  line += ja ? (open ? "  未了" : state == "fulfilled" ? "  履行済" : "  " + state) : "  " + state;
  if (open && late == 0)
    line += fmt::format("{}{}", ja ? "、目標期限 " : ", due ", shown_time(text_at(obligation, "/due_at")));
  if (late > 0)
    line += ja ? fmt::format(" 【期限超過 {}】", shown_duration(late, language))
               : fmt::format(" [LATE by {}]", shown_duration(late, language));
  return line;
}

void StoryPlayer::pace(Timestamp from, Timestamp to) const {
  if (speed_ <= 0) return;
  const auto seconds = std::chrono::duration<double>(to - from).count() / speed_;
  std::this_thread::sleep_for(std::chrono::duration<double>(std::min(seconds, longest_pause_seconds)));
}

void StoryPlayer::tell_duties(const json::array& obligations) {
  for (const auto& obligation : obligations) {
    if (!crosses_border(obligation)) continue;
    auto& told = states_[text_at(obligation, "/id")];
    const auto state = text_at(obligation, "/state");
    if (told == state) continue;
    told = state;
    print_line("      " + shown_duty(obligation, output_.language));
  }
}

json::value StoryPlayer::call(const StoryStep& step, const std::string& target, const std::string& body,
                              const std::string& key) {
  const auto answer = client_for_(step.organization, step.role).post(target, body, key);
  if (!answer) {
    tell_no_answer(answer.error(), output_);
    return nullptr;
  }
  if (!answer->good()) {
    tell_refusal(*answer, output_);
    return nullptr;
  }
  return parse_json(answer->body);
}

bool StoryPlayer::post_report(const StoryStep& step, const std::string& key) {
  const auto answer = call(step, "/api/v1/reports", step.body, key);
  if (answer.is_null()) return false;
  incidents_[step.incident] = text_at(answer, "/incident/id");
  print_line(fmt::format("      {} {} v{}", output_({"受付", "accepted"}),
                         text_at(answer, "/incident/number"),
                         number_at(answer, "/report/version").value_or(1)));
  tell_duties(array_at(answer, "/obligations"));
  return true;
}

bool StoryPlayer::fulfill(const StoryStep& step, const std::string& key) {
  const auto client = client_for_(step.organization, step.role);
  const auto& incident = incidents_[step.incident];
  const auto obligations = fetch_all(
      client, fmt::format("/api/v1/obligations?incident={}&holder={}", incident, step.organization), output_);
  if (!obligations) return false;
  for (const auto& obligation : array_at(*obligations, "/items")) {
    const bool meant =
        text_at(obligation, "/clause") == step.clause &&
        (step.sentence == 0 || number_at(obligation, "/sentence").value_or(0) == step.sentence) &&
        crosses_border(obligation);
    if (!meant) continue;
    const auto answer = call(
        step, fmt::format("/api/v1/obligations/{}/fulfillments", text_at(obligation, "/id")), step.body, key);
    if (answer.is_null()) return false;
    if (const auto* met = answer.as_object().if_contains("obligation")) tell_duties({*met});
    return true;
  }
  complain(output_, {fmt::format("義務 {} が見つかりません。", step.clause),
                     fmt::format("there is no duty {}", step.clause)});
  return false;
}

bool StoryPlayer::acknowledge(const StoryStep& step, const std::string& key) {
  const auto client = client_for_(step.organization, step.role);
  const auto messages = fetch_all(client, "/api/v1/inbox", output_);
  if (!messages) return false;
  const json::value* latest = nullptr;
  for (const auto& message : array_at(*messages, "/items"))
    if (text_at(message, "/incident_id") == incidents_[step.incident] &&
        (!latest || text_at(message, "/sent_at") >= text_at(*latest, "/sent_at")))
      latest = &message;
  if (!latest) {
    complain(output_, {"受信箱にその報告がありません。", "the report is not in the inbox"});
    return false;
  }
  std::string body;
  codec::JsonWriter(body).begin_object().member("by", step.person).end_object();
  const auto answer =
      call(step, fmt::format("/api/v1/inbox/{}/acknowledgement", text_at(*latest, "/id")), body, key);
  if (answer.is_null()) return false;
  print_line("      " +
             output_({fmt::format("受領確認: {} {}", shown_organization(step.organization, Language::ja),
                                  step.person),
                      fmt::format("acknowledged: {}, {}", step.organization, step.person)}));
  return true;
}

bool StoryPlayer::play(const Story& story, std::size_t index) {
  const auto& step = story.steps[index];
  if (index > 0) pace(story.steps[index - 1].at, step.at);
  set_clock_(step.at);
  print_line(fmt::format("  {}  {}", shown_time(format_rfc3339(step.at)), output_(step.says)));
  const auto key = fmt::format("demo-{}-{}", story.id, index + 1);
  switch (step.call) {
    case StoryStep::Call::tell:
      return true;
    case StoryStep::Call::report:
      return post_report(step, key);
    case StoryStep::Call::fulfill:
      return fulfill(step, key);
    case StoryStep::Call::acknowledge:
      return acknowledge(step, key);
  }
  return false;
}

bool StoryPlayer::play(const Story& story) {
  print_line("\n" + output_(story.title));
  print_line("  " + output_(story.note));
  incidents_.clear();
  for (std::size_t index = 0; index < story.steps.size(); ++index)
    if (!play(story, index)) return false;
  return true;
}

}  // namespace noroshi::cli
