#include "src/cli/story.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "cmake/embedded_file.h"

namespace noroshi::cli {

std::span<const EmbeddedFile> embedded_story_files();

namespace {

using routing::Mistake;

// Reads one table and remembers every mistake in it.
class Reader {
 public:
  Reader(const toml::table& table, std::string_view file, std::vector<Mistake>& mistakes)
      : table_(table), file_(file), mistakes_(mistakes) {}

  std::string text(std::string_view key) const {
    const auto* node = table_.get(key);
    if (!node) return {};
    if (const auto value = node->value_exact<std::string>()) return *value;
    mistake(*node, fmt::format("{} must be a string", key));
    return {};
  }

  std::string required(std::string_view key) const {
    if (table_.contains(key)) return text(key);
    mistake(table_, fmt::format("{} is missing", key));
    return {};
  }

  bool flag(std::string_view key) const {
    const auto* node = table_.get(key);
    if (!node) return false;
    if (const auto value = node->value_exact<bool>()) return *value;
    mistake(*node, fmt::format("{} must be true or false", key));
    return false;
  }

  int number(std::string_view key) const {
    const auto* node = table_.get(key);
    if (!node) return 0;
    if (const auto value = node->value_exact<std::int64_t>()) return static_cast<int>(*value);
    mistake(*node, fmt::format("{} must be a whole number", key));
    return 0;
  }

  void allow(std::initializer_list<std::string_view> keys) const {
    for (const auto& [key, node] : table_)
      if (std::find(keys.begin(), keys.end(), key.str()) == keys.end())
        mistake(node, fmt::format("there is no key {}", key.str()));
  }

  void mistake(const toml::node& at, std::string message) const {
    mistakes_.push_back({std::string(file_), static_cast<int>(at.source().begin.line),
                         static_cast<int>(at.source().begin.column), std::move(message)});
  }
  void mistake(std::string message) const { mistake(table_, std::move(message)); }

 private:
  const toml::table& table_;
  std::string_view file_;
  std::vector<Mistake>& mistakes_;
};

StoryStep::Call call_named(const std::string& name, const Reader& reader) {
  if (name == "tell") return StoryStep::Call::tell;
  if (name == "report") return StoryStep::Call::report;
  if (name == "fulfill") return StoryStep::Call::fulfill;
  if (name == "acknowledge") return StoryStep::Call::acknowledge;
  reader.mistake(fmt::format("there is no call {}: it is tell, report, fulfill or acknowledge", name));
  return StoryStep::Call::tell;
}

StoryStep read_step(const Reader& reader) {
  reader.allow({"at", "by", "role", "call", "incident", "clause", "sentence", "body", "person", "done",
                "heard", "says_ja", "says_en"});
  StoryStep step;
  if (const auto at = parse_rfc3339(reader.required("at"))) {
    step.at = *at;
  } else {
    reader.mistake("at must be a time like 2018-08-01T09:00:00+09:00");
  }
  step.call = call_named(reader.required("call"), reader);
  step.says = {reader.required("says_ja"), reader.required("says_en")};
  step.heard = reader.text("heard");
  if (step.call == StoryStep::Call::tell) return step;

  step.organization = reader.required("by");
  step.incident = reader.required("incident");
  if (const auto role = core::parse_role(reader.required("role"))) {
    step.role = *role;
  } else {
    reader.mistake("there is no such role");
  }
  if (step.call == StoryStep::Call::acknowledge) {
    step.person = reader.required("person");
    return step;
  }
  step.body = reader.required("body");
  if (step.call == StoryStep::Call::report) step.done = reader.flag("done");
  if (step.call == StoryStep::Call::fulfill) {
    step.clause = reader.required("clause");
    step.sentence = reader.number("sentence");
  }
  return step;
}

}  // namespace

tl::expected<Story, std::vector<Mistake>> parse_story(std::string_view text, std::string_view file_name) {
  std::vector<Mistake> mistakes;
  Story story;
  try {
    const toml::table table = toml::parse(text, file_name);
    const Reader reader(table, file_name, mistakes);
    reader.allow({"id", "title_ja", "title_en", "note_ja", "note_en", "step"});
    story.id = reader.required("id");
    story.title = {reader.required("title_ja"), reader.required("title_en")};
    story.note = {reader.required("note_ja"), reader.required("note_en")};
    if (const auto* steps = table.get_as<toml::array>("step"))
      for (const auto& step : *steps)
        if (const auto* as_table = step.as_table())
          story.steps.push_back(read_step(Reader(*as_table, file_name, mistakes)));
    if (story.steps.empty()) reader.mistake("a story without steps");
    for (std::size_t i = 1; i < story.steps.size(); ++i)
      if (story.steps[i].at < story.steps[i - 1].at)
        reader.mistake(fmt::format("step {} lies before the one that stands before it", i + 1));
  } catch (const toml::parse_error& error) {
    mistakes.push_back({std::string(file_name), static_cast<int>(error.source().begin.line),
                        static_cast<int>(error.source().begin.column), std::string(error.description())});
  }
  if (!mistakes.empty()) return tl::unexpected(std::move(mistakes));
  return story;
}

std::vector<Story> embedded_stories() {
  std::vector<Story> stories;
  for (const auto& file : embedded_story_files()) {
    auto story = parse_story(file.content, file.name);
    if (!story) {
      for (const auto& mistake : story.error()) fmt::print(stderr, "{}\n", to_string(mistake));
      std::abort();
    }
    stories.push_back(std::move(*story));
  }
  std::sort(stories.begin(), stories.end(),
            [](const Story& a, const Story& b) { return a.steps.front().at < b.steps.front().at; });
  return stories;
}

}  // namespace noroshi::cli
