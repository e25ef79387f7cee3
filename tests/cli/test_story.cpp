#include <doctest/doctest.h>

#include <algorithm>

#include "src/app/law.h"
#include "src/cli/alarm_teller.h"
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

TEST_CASE("whoever is said to have heard late acts in that story") {
  int late = 0;
  for (const auto& story : embedded_stories()) {
    for (const auto& step : story.steps) {
      if (step.heard.empty()) continue;
      ++late;
      CHECK(std::any_of(story.steps.begin(), story.steps.end(),
                        [&](const StoryStep& other) { return other.organization == step.heard; }));
    }
  }
  CHECK(late == 2);
}

TEST_CASE("alarms that rise together for one role stand in one line: clause, who is late, how late") {
  ToldAlarm alarm;
  alarm.code = "duty_overdue";
  alarm.late = "jps";
  alarm.organization = "jps";
  alarm.role = "csirt_head";
  alarm.level = 2;
  alarm.late_by = std::chrono::minutes(15);
  std::vector<ToldAlarm> together;
  for (const char* clause : {"2.2.4(2)(c)", "2.2.4(2)(d)", "2.2.4(3)(a)"}) {
    alarm.clause = clause;
    together.push_back(alarm);
  }
  alarm.level = 3;  // the same clock a level higher says nothing new
  together.push_back(alarm);
  alarm.code = "followup_overdue";
  alarm.clause.clear();
  alarm.late_by = {};
  together.push_back(alarm);
  CHECK(shown_alarms(together, Language::en) ==
        "▲ level 2-3  jps csirt_head: jps 2.2.4(2)(c), (d), 2.2.4(3)(a) not met [15m late]; "
        "no follow-up of jps [due now]");
  CHECK(shown_alarms({alarm}, Language::ja) ==
        "▲ 第3段階  日本年金機構 (jps) CSIRT責任者: jps の続報なし【期限到来】");

  together.back().level = 1;
  CHECK(shown_summary(together, Language::en).find("csirt_head  1970-01-01 09:00  1        3        1        -") !=
        std::string::npos);
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
