// The transition tables of the plan's section on states, a cell at a time. "-" is refused.
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "src/core/states.h"

using namespace noroshi::core;

namespace {

std::vector<std::string> words(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> found;
  for (std::string word; stream >> word;) found.push_back(word);
  return found;
}

// Rows are states, columns events.
std::map<std::pair<std::string, std::string>, std::string> cells_of(const std::string& table) {
  std::map<std::pair<std::string, std::string>, std::string> cells;
  std::istringstream lines(table);
  std::vector<std::string> events;
  for (std::string line; std::getline(lines, line);) {
    const auto row = words(line);
    if (row.empty()) continue;
    if (events.empty()) {
      events = row;
      continue;
    }
    REQUIRE(row.size() == events.size() + 1);
    for (std::size_t i = 0; i < events.size(); ++i) cells[{row[0], events[i]}] = row[i + 1];
  }
  return cells;
}

template <class States, class Events>
void check_every_cell(const States& states, const Events& events, const std::string& table) {
  const auto cells = cells_of(table);
  CHECK(cells.size() == states.size() * events.size());
  for (auto state : states) {
    for (auto event : events) {
      const std::pair key{std::string(to_string(state)), std::string(to_string(event))};
      CAPTURE(key.first);
      CAPTURE(key.second);
      REQUIRE(cells.contains(key));
      const auto after = next(state, event);
      CHECK(cells.at(key) == (after ? std::string(to_string(*after)) : "-"));
    }
  }
}

}  // namespace

TEST_CASE("an incident moves forward by a person, back by a judgement, and reopens to assessed") {
  check_every_cell(all_incident_states(), all_incident_events(), R"(
             assess_possible  assess_incident  dismiss    contain    recover    review    close   reopen
  reported   reported         assessed         dismissed  -          -          -         -       -
  assessed   reported         assessed         dismissed  contained  recovered  reviewed  closed  -
  contained  -                contained        -          -          recovered  reviewed  closed  assessed
  recovered  -                recovered        -          -          -          reviewed  closed  assessed
  reviewed   -                reviewed         -          -          -          -         closed  assessed
  closed     -                -                -          -          -          -         -       assessed
  dismissed  reported         assessed         dismissed  -          -          -         -       -
  )");
}

TEST_CASE("a waived duty stays so; one that was met or superseded opens again when what ended it is taken back") {
  check_every_cell(all_obligation_states(), all_obligation_events(), R"(
              fulfill    waive   supersede   reopen
  open        fulfilled  waived  superseded  -
  fulfilled   -          -       -           open
  waived      -          -       -           -
  superseded  -          -       -           open
  )");
}

TEST_CASE("a message is delivered or shown as dead, and only a dead one is replayed") {
  check_every_cell(all_message_states(), all_message_events(), R"(
             send  deliver    give_up  replay
  queued     sent  delivered  dead     -
  sent       -     delivered  dead     -
  delivered  -     -          -        -
  dead       -     -          -        queued
  )");
}

TEST_CASE("a person leads an incident to every state but those that only a judgement leads to") {
  CHECK(event_leading_to(IncidentState::contained) == IncidentEvent::contain);
  CHECK(event_leading_to(IncidentState::recovered) == IncidentEvent::recover);
  CHECK(event_leading_to(IncidentState::reviewed) == IncidentEvent::review);
  CHECK(event_leading_to(IncidentState::closed) == IncidentEvent::close);
  CHECK(event_leading_to(IncidentState::assessed) == IncidentEvent::reopen);
  CHECK(event_leading_to(IncidentState::reported) == std::nullopt);
  CHECK(event_leading_to(IncidentState::dismissed) == std::nullopt);
}

TEST_CASE("every state has a name that reads back as the state") {
  for (auto state : all_incident_states()) CHECK(parse_incident_state(to_string(state)) == state);
  for (auto state : all_obligation_states()) CHECK(parse_obligation_state(to_string(state)) == state);
  for (auto state : all_message_states()) CHECK(parse_message_state(to_string(state)) == state);
  CHECK(parse_incident_state("open") == std::nullopt);
  CHECK(parse_obligation_state("") == std::nullopt);
  CHECK(parse_message_state("Sent") == std::nullopt);
}

TEST_CASE("who responds is asked first, and goes by hand-over or release") {
  check_every_cell(all_assignment_states(), all_assignment_events(), R"(
               accept    decline   activate  hand_over    release
  proposed     accepted  declined  -         -            released
  accepted     -         declined  active    -            released
  active       -         -         -         handed_over  released
  handed_over  -         -         -         -            -
  released     -         -         -         -            -
  declined     -         -         -         -            -
  )");
}
TEST_CASE("a request for CYMAT goes on as it was ruled: in every cell of state, event and ruling") {
  const std::pair<std::optional<CymatRuling>, const char*> tables[] = {
      {std::nullopt, R"(
                  receive   rule_dispatch  rule_advice  decline  form  dispatch  begin  end    report
      requested   received  -              -            -        -     -         -      -      -
      received    -         decided        decided      decided  -     -         -      -      -
      decided     -         decided        -            -        -     -         -      ended  -
      formed      -         -              -            -        -     -         -      ended  -
      dispatched  -         -              -            -        -     -         -      ended  -
      active      -         -              -            -        -     -         -      ended  -
      ended       -         -              -            -        -     -         -      -      reported
      reported    -         -              -            -        -     -         -      -      -
      )"},
      {CymatRuling::dispatch, R"(
                  receive   rule_dispatch  rule_advice  decline  form    dispatch    begin   end    report
      requested   received  -              -            -        -       -           -       -      -
      received    -         -              decided      decided  -       -           -       -      -
      decided     -         -              -            -        formed  -           -       ended  -
      formed      -         -              -            -        -       dispatched  -       ended  -
      dispatched  -         -              -            -        -       -           active  ended  -
      active      -         -              -            -        -       -           -       ended  -
      ended       -         -              -            -        -       -           -       -      reported
      reported    -         -              -            -        -       -           -       -      -
      )"},
      {CymatRuling::advice, R"(
                  receive   rule_dispatch  rule_advice  decline  form  dispatch  begin  end    report
      requested   received  -              -            -        -     -         -      -      -
      received    -         decided        decided      decided  -     -         -      -      -
      decided     -         decided        -            -        -     -         -      ended  -
      formed      -         -              -            -        -     -         -      ended  -
      dispatched  -         -              -            -        -     -         -      ended  -
      active      -         -              -            -        -     -         -      ended  -
      ended       -         -              -            -        -     -         -      -      reported
      reported    -         -              -            -        -     -         -      -      -
      )"},
      {CymatRuling::declined, R"(
                  receive   rule_dispatch  rule_advice  decline  form  dispatch  begin  end  report
      requested   received  -              -            -        -     -         -      -    -
      received    -         decided        decided      decided  -     -         -      -    -
      decided     -         decided        -            -        -     -         -      -    -
      formed      -         -              -            -        -     -         -      -    -
      dispatched  -         -              -            -        -     -         -      -    -
      active      -         -              -            -        -     -         -      -    -
      ended       -         -              -            -        -     -         -      -    reported
      reported    -         -              -            -        -     -         -      -    -
      )"},
  };
  for (const auto& [ruling, table] : tables) {
    const auto cells = cells_of(table);
    REQUIRE(cells.size() == all_cymat_states().size() * all_cymat_events().size());
    for (auto state : all_cymat_states())
      for (auto event : all_cymat_events()) {
        const std::pair key{std::string(to_string(state)), std::string(to_string(event))};
        CAPTURE(key.first);
        CAPTURE(key.second);
        const auto after = next(state, ruling, event);
        CHECK(cells.at(key) == (after ? std::string(to_string(*after)) : "-"));
      }
  }
}
