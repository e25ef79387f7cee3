#include <doctest/doctest.h>

#include "src/app/law.h"
#include "src/cli/story.h"
#include "src/codec/report_decoder.h"

using namespace noroshi::cli;

TEST_CASE("every story that is built in can be read, in the order in which the cases happened") {
  const auto stories = embedded_stories();
  REQUIRE(stories.size() == 2);
  CHECK(stories[0].id == "pension-service");
  CHECK(stories[1].id == "mail-gateway");
}

TEST_CASE("whoever acts in a story exists that day and may have that role, and every report is one") {
  const auto law = noroshi::app::load_law({}, {});
  REQUIRE(law);
  for (const auto& story : embedded_stories()) {
    for (const auto& step : story.steps) {
      if (step.call == StoryStep::Call::tell) continue;
      CAPTURE(story.id);
      CAPTURE(step.says.en);
      const auto* body = law->registry.find(step.organization);
      REQUIRE(body);
      CHECK(body->period.contains(noroshi::japanese_day(step.at)));
      CHECK(noroshi::core::role_fits(step.role, *body));
      if (step.call == StoryStep::Call::report)
        CHECK_MESSAGE(noroshi::codec::decode_submission(step.body).has_value(),
                      noroshi::codec::decode_submission(step.body).error().front().pointer);
    }
  }
}

TEST_CASE("mistakes in a story are all told, each with its place") {
  const auto broken = parse_story(R"(id = "x"
title_ja = "題"
title_en = "title"
note_ja = "注"
surprise = 1
[[step]]
at = "yesterday"
call = "shout"
says_ja = "あ"
says_en = "a"
)",
                                  "x.toml");
  REQUIRE_FALSE(broken);
  std::string all;
  for (const auto& mistake : broken.error()) all += to_string(mistake) + "\n";
  CHECK(all.find("surprise") != std::string::npos);
  CHECK(all.find("note_en is missing") != std::string::npos);
  CHECK(all.find("at must be a time") != std::string::npos);
  CHECK(all.find("no call shout") != std::string::npos);
  CHECK(all.find("x.toml:") == 0);
}
