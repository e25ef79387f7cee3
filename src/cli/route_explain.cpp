#include "src/cli/route_explain.h"

#include <vector>

#include <fmt/format.h>

#include "routing/route.h"
#include "src/app/law.h"
#include "src/cli/input.h"
#include "src/codec/explain.h"
#include "src/codec/strict_json.h"

namespace noroshi::cli {
namespace {

constexpr std::size_t print_at = 1 << 20;

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool is_json(std::string_view text) {
  codec::JsonDocument document;
  return document.parse(text).has_value();
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    if (!blank(line)) lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// One object over several lines, or an object a line? Where the whole is no JSON it is taken for JSON Lines
// if any line is an object by itself and begins at the margin; else for one broken object, whose mistake then
// has its true place.
std::vector<std::string_view> questions_in(std::string_view text) {
  auto lines = lines_of(text);
  if (lines.size() < 2 || is_json(text)) return {text};
  for (const auto line : lines)
    if (line.front() == '{' && is_json(line)) return lines;
  return {text};
}

struct Answers {
  std::string text;
  bool all_good = true;
};

// What is asked of the law in every line.
struct Question {
  const app::LawFiles& law;
  const routing::Edition* edition;  // null: the one in force
  std::optional<Timestamp> at;
};

void answer(const Question& question, std::string_view line, Language language, Answers& answers) {
  const auto facts = codec::decode_facts(line);
  if (!facts) {
    answers.text += codec::encode_errors(facts.error(), language) + '\n';
    answers.all_good = false;
    return;
  }
  const auto at = question.at.value_or(facts->recognized);
  const auto routing = question.edition
                           ? routing::route(question.edition, question.law.registry, *facts, at)
                           : routing::route(question.law.editions, question.law.registry, *facts, at);
  answers.text += codec::encode_routing(routing, language) + '\n';
}

std::string known_editions(const routing::Editions& editions) {
  std::string list;
  for (const auto& edition : editions.all()) list += (list.empty() ? "" : ", ") + edition.id;
  return list;
}

}  // namespace

int run(const RouteExplainOptions& options, const Output& output) {
  const auto law = app::load_law(options.registry, options.editions);
  if (!law) {
    for (const auto& mistake : law.error()) complain(output, {to_string(mistake), to_string(mistake)});
    return exit_configuration;
  }

  Question question{*law, nullptr, {}};
  if (!options.edition.empty()) {
    question.edition = law->editions.find(options.edition);
    if (!question.edition) {
      complain(output, {fmt::format("版 {} はありません。あるのは {} です。", options.edition,
                                    known_editions(law->editions)),
                        fmt::format("there is no edition {}; there are {}", options.edition,
                                    known_editions(law->editions))});
      return exit_usage;
    }
  }
  if (!options.at.empty()) {
    question.at = parse_rfc3339(options.at);
    if (!question.at) {
      complain(output, {"--at は 2018-08-01T09:00:00+09:00 の形で書いてください。",
                        "--at must be a time like 2018-08-01T09:00:00+09:00"});
      return exit_usage;
    }
  }

  const auto input = read_input(options.file);
  if (!input) {
    complain(output, {fmt::format("{} を読めません: {}", options.file, input.error()),
                      fmt::format("{} cannot be read: {}", options.file, input.error())});
    return exit_usage;
  }

  Answers answers;
  for (const auto line : questions_in(*input)) {
    answer(question, line, output.language, answers);
    if (answers.text.size() < print_at) continue;
    print(answers.text);
    answers.text.clear();
  }
  print(answers.text);
  return answers.all_good ? exit_ok : exit_usage;
}

}  // namespace noroshi::cli
