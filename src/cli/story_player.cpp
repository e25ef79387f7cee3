#include "src/cli/story_player.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "src/cli/json_view.h"
#include "src/cli/table.h"
#include "src/codec/json_writer.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

// What the last step leaves open falls due within it.
constexpr auto afterwards = std::chrono::hours(48);

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
  return !step.done || (recover(step, key) && meet_inner_duties(step, array_at(answer, "/obligations"), key));
}

// The state of handling is owed day by day until the harm is undone.
bool StoryPlayer::recover(const StoryStep& step, const std::string& key) {
  return !call(step, fmt::format("/api/v1/incidents/{}/transitions", incidents_[step.incident]), R"({"to":"recovered"})",
               key + "recovered")
              .is_null();
}

bool StoryPlayer::meet_inner_duties(const StoryStep& step, const json::array& obligations,
                                    const std::string& key) {
  for (const auto& obligation : obligations) {
    if (!flag_at(obligation, "/inner") || text_at(obligation, "/state") != "open") continue;
    const auto id = text_at(obligation, "/id");
    if (call(step, fmt::format("/api/v1/obligations/{}/fulfillments", id), R"({"method":"done"})", key + id)
            .is_null())
      return false;
  }
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
  const auto messages = fetch_all(client, "/api/v1/inbox?acknowledged=false", output_);
  if (!messages) return false;
  std::string body;
  codec::JsonWriter(body).begin_object().member("by", step.person).end_object();
  int acknowledged = 0;
  for (const auto& message : array_at(*messages, "/items")) {
    if (text_at(message, "/incident_id") != incidents_[step.incident] || text_at(message, "/kind") == "alarm")
      continue;
    const auto id = text_at(message, "/id");
    if (call(step, fmt::format("/api/v1/inbox/{}/acknowledgement", id), body, key + id).is_null())
      return false;
    ++acknowledged;
  }
  print_line("      " +
             output_({fmt::format("受領確認 {} 件: {} {}", acknowledged,
                                  shown_organization(step.organization, Language::ja), step.person),
                      fmt::format("acknowledged {}: {}, {}", acknowledged, step.organization, step.person)}));
  return true;
}

bool StoryPlayer::do_step(const Story& story, std::size_t index) {
  const auto& step = story.steps[index];
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
  bool answered = true;
  const auto tell = [&](Timestamp shown, double rate) { answered = answered && alarms_.tell(shown, rate); };

  clock_.begin(story.steps.front().at);
  if (!alarms_.begin(story)) return false;
  for (std::size_t index = 0; index < story.steps.size(); ++index) {
    clock_.travel(story.steps[index].at, tell);
    if (!answered || !do_step(story, index) || !alarms_.look()) return false;
    if (clock_.runs()) clock_.settle(tell);  // what the step itself let fall due rises before the clock runs on
  }
  clock_.travel(story.steps.back().at + afterwards, tell);
  if (!answered) return false;
  alarms_.sum_up(story);
  return true;
}

}  // namespace noroshi::cli
