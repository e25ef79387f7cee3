// What holds of every answer, whatever the facts.
#include <algorithm>
#include <set>
#include <tuple>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidcheck.h>

#include "tests/routing/law.h"

using namespace noroshi;
using namespace noroshi::routing;
using test::registry;

namespace {

std::string any_body() {
  static const auto slugs = [] {
    std::vector<std::string> all;
    for (const auto& body : registry().organizations()) all.push_back(body.slug);
    return all;
  }();
  return *rc::gen::elementOf(slugs);
}

std::vector<LargeScaleCell> any_cells() {
  return *rc::gen::container<std::vector<LargeScaleCell>>(rc::gen::construct<LargeScaleCell>(
      rc::gen::element(Criterion::life, Criterion::body, Criterion::property, Criterion::territory),
      rc::gen::element(Harm::occurred, Harm::feared), rc::gen::element(Certainty::is, Certainty::may_be)));
}

Assessment any_assessment() {
  return *rc::gen::weightedElement<Assessment>(
      {{4, Assessment::incident}, {1, Assessment::possible}, {1, Assessment::not_incident}});
}

Cyberattack any_cyberattack() {
  return *rc::gen::element(Cyberattack::yes, Cyberattack::possible, Cyberattack::no, Cyberattack::unknown);
}

// From the day before H28 to 2027, often on the hour of a change.
Timestamp any_time() {
  static const std::vector<std::string_view> changes{"2016-08-31", "2018-07-25", "2021-07-07", "2021-09-01",
                                                     "2023-04-01", "2025-04-01", "2025-07-01", "2026-04-01"};
  if (*rc::gen::arbitrary<bool>()) {
    const auto midnight = start_of(parse_day(*rc::gen::elementOf(changes)).value());
    return midnight + std::chrono::microseconds{*rc::gen::element(-1, 0)};
  }
  return test::morning_of("2016-08-30") + std::chrono::hours{*rc::gen::inRange(0, 24 * 365 * 10)};
}

Facts any_facts() {
  Facts facts;
  facts.organization = any_body();
  facts.recognized = any_time();
  facts.assessment = any_assessment();
  facts.cyberattack = any_cyberattack();
  facts.large_scale = any_cells();
  if (*rc::gen::inRange(0, 4) == 0) facts.police = any_body();
  if (*rc::gen::inRange(0, 4) == 0) facts.added_police = {any_body()};
  const auto supervisions = registry().supervisions(facts.organization, japanese_day(facts.recognized));
  for (const auto* supervision : supervisions) {
    if (*rc::gen::arbitrary<bool>()) facts.added_supervisors.push_back(supervision->agency);
    if (*rc::gen::arbitrary<bool>())
      facts.judgements_of_others.push_back(
          {supervision->agency, any_assessment(), any_cyberattack(), any_cells()});
  }
  return facts;
}

struct Question {
  const Edition* edition;
  Facts facts;
  Timestamp at;
};

Question any_question() {
  auto facts = any_facts();
  const auto at = facts.recognized + std::chrono::hours{*rc::gen::inRange(0, 24 * 400)};
  const auto& editions = test::editions().all();
  return {&editions[*rc::gen::inRange<std::size_t>(0, editions.size())], std::move(facts), at};
}

std::string text_of(const Routing& routing) {
  std::string text;
  for (const auto& d : routing.duties) {
    text += fmt::format("{} {} {} {} {} {}\n", d.rule->id, d.holder, d.recipient, d.self, d.formerly,
                        d.recipient_formerly);
    for (const auto& reason : d.because) text += reason.ja + reason.en;
  }
  for (const auto& n : routing.not_opened) {
    text += fmt::format("not {} {} {}\n", n.rule->id, n.holder, n.recipient);
    for (const auto& reason : n.because) text += reason.ja + reason.en;
  }
  for (const auto& a : routing.alarms)
    text += fmt::format("{} {} {}\n", to_string(a.code), a.organization, a.reason.en);
  for (const auto& n : routing.notes) text += fmt::format("{} {}\n", to_string(n.code), n.reason.en);
  return text;
}

void for_any_answer(const std::string& property, void (*check)(const Question&, const Routing&)) {
  CHECK(rc::check(property, [check] {
    const auto question = any_question();
    check(question, route(question.edition, registry(), question.facts, question.at));
  }));
}

}  // namespace

TEST_CASE("a corporation never holds the relay to the centre nor the report of a large-scale attack") {
  for_any_answer("holders by recipient", [](const Question&, const Routing& routing) {
    for (const auto& duty : routing.duties) {
      if (duty.rule->recipient != RecipientRule::center &&
          duty.rule->recipient != RecipientRule::crisis_management)
        continue;
      const auto* holder = registry().find(duty.formerly.empty() ? duty.holder : duty.formerly);
      RC_ASSERT(holder->is(OrganizationKind::national_agency));
    }
  });
}

TEST_CASE("the agency that was merely told holds duties that open on receipt alone, and never (h)") {
  for_any_answer("on receipt", [](const Question& question, const Routing& routing) {
    for (const auto& duty : routing.duties) {
      const auto& holder = duty.formerly.empty() ? duty.holder : duty.formerly;
      const bool own = holder == question.facts.organization;
      RC_ASSERT(own == (duty.opens_on == OpensOn::assessment));
      if (duty.rule->recipient == RecipientRule::police) RC_ASSERT(own);
    }
  });
}

TEST_CASE("H28 lays no duty on a corporation nor on an agency that was told") {
  for_any_answer("H28", [](const Question& question, const Routing& routing) {
    if (routing.edition->id != "h28") return;
    const auto* body = registry().find(question.facts.organization);
    if (body->is_corporation()) RC_ASSERT(routing.duties.empty());
    for (const auto& duty : routing.duties) RC_ASSERT(duty.opens_on == OpensOn::assessment);
  });
}

TEST_CASE("every rule of the edition is either opened or listed once with its reasons") {
  for_any_answer("opened or listed", [](const Question&, const Routing& routing) {
    for (const auto& rule : routing.edition->rules) {
      const bool opened = std::any_of(routing.duties.begin(), routing.duties.end(),
                                      [&](const Duty& duty) { return duty.rule == &rule; });
      const auto listed = std::count_if(
          routing.not_opened.begin(), routing.not_opened.end(),
          [&](const NotOpened& n) { return n.rule == &rule && n.recipient.empty() && !n.because.empty(); });
      RC_ASSERT(listed == (opened ? 0 : 1));
    }
  });
}

TEST_CASE("no duty stands twice, and each has reasons in both languages") {
  for_any_answer("identity", [](const Question&, const Routing& routing) {
    std::set<std::tuple<std::string, int, std::string, std::string>> identities;
    for (const auto& duty : routing.duties) {
      RC_ASSERT(
          identities.emplace(duty.rule->clause, duty.rule->sentence, duty.holder, duty.recipient).second);
      RC_ASSERT_FALSE(duty.because.empty());
      for (const auto& reason : duty.because) RC_ASSERT(!reason.ja.empty() && !reason.en.empty());
    }
  });
}

TEST_CASE(
    "what is no incident opens none of the duties that cross a border, unless an agency that was told "
    "upholds it") {
  for_any_answer("assessment", [](const Question& question, const Routing& routing) {
    const auto& facts = question.facts;
    const bool upheld = std::any_of(facts.judgements_of_others.begin(), facts.judgements_of_others.end(),
                                    [](const Judgement& j) { return j.assessment == Assessment::incident; });
    if (facts.assessment == Assessment::incident || upheld) return;
    for (const auto& duty : routing.duties) RC_ASSERT(duty.rule->inner());
  });
}

TEST_CASE("the answer is the same every time") {
  for_any_answer("deterministic", [](const Question& question, const Routing& routing) {
    RC_ASSERT(text_of(route(question.edition, registry(), question.facts, question.at)) == text_of(routing));
  });
}

TEST_CASE("more cells never close a duty") {
  for_any_answer("monotone in the cells", [](const Question& question, const Routing& routing) {
    auto graver = question.facts;
    graver.large_scale.push_back({Criterion::territory, Harm::occurred, Certainty::is});
    const auto more = route(question.edition, registry(), graver, question.at);
    for (const auto& duty : routing.duties)
      RC_ASSERT(std::any_of(more.duties.begin(), more.duties.end(), [&](const Duty& other) {
        return other.rule == duty.rule && other.holder == duty.holder && other.recipient == duty.recipient;
      }));
  });
}

TEST_CASE("every one of the sixteen cells opens the report of a large-scale attack by itself") {
  for (const auto criterion : {Criterion::life, Criterion::body, Criterion::property, Criterion::territory})
    for (const auto harm : {Harm::occurred, Harm::feared})
      for (const auto certainty : {Certainty::is, Certainty::may_be})
        for (const auto* organization : {"mod", "jps"}) {
          Facts facts;
          facts.organization = organization;
          facts.recognized = test::morning_of("2018-08-01");
          facts.large_scale = {{criterion, harm, certainty}};
          const auto routing = route(test::editions(), registry(), facts, facts.recognized);
          CHECK(std::any_of(routing.duties.begin(), routing.duties.end(), [](const Duty& duty) {
            return duty.rule->recipient == RecipientRule::crisis_management;
          }));
        }
}
