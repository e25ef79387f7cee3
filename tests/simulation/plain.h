// What the world tells the auditor: plain values, so that the two share no type of the program under test.
//
// Instants are microseconds since 1970-01-01T00:00Z, spans are microseconds, bodies are slugs, everything else is a
// word.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noroshi::simulation {

using Instant = std::int64_t;
inline constexpr Instant one_second = 1'000'000;
inline constexpr Instant one_minute = 60 * one_second;
inline constexpr Instant one_hour = 60 * one_minute;
inline constexpr Instant one_day = 24 * one_hour;

// Who acted; all empty: the daemon.
struct Who {
  std::string token;
  std::string organization;
  std::string role;
  std::string name;
  std::string person;
};

// An event as the log holds it.
struct Happened {
  std::string type;  // "obligation.opened"
  std::string id;
  std::string incident;  // empty: of a body
  Instant at = 0;
  Who who;
  std::vector<std::pair<std::string_view, std::string>> facts;

  const std::string& operator[](std::string_view name) const;  // empty where there is none
  Instant number(std::string_view name) const;                 // 0 where there is none
  bool is(std::string_view name) const { return (*this)[name] == "yes"; }
};

// A command that was stored: decided and appended in one piece.
struct Act {
  std::string word;  // "submit", "judge", "ring", ...
  std::string key;   // of idempotency
  std::string incident;
  Who who;
  Instant now = 0;           // of the clock that the decider read
  std::size_t position = 0;  // of its first event in the log
  std::size_t based_on = 0;  // how many events of this case, or of this body, the decider knew
  Instant rings_at = 0;      // when the decision says that the case has to be looked at next; 0: never
  std::vector<Happened> events;
};

// A case as the core holds it.
struct SeenDuty {
  std::string id, clause, holder, recipient, state;
  int sentence = 0;
  int occasion = 0;
  Instant due = 0;
};
struct Seen {
  std::string incident;
  std::string state;
  std::string title;
  int revision = 0;
  int version = 0;
  std::map<std::string, std::string> access;  // body -> "content" or "duties"
  std::vector<SeenDuty> duties;
};

// What a body was shown of one member of a report.
struct Read {
  std::string incident;
  std::string body;
  std::string member;
  Instant now = 0;
  bool shown = false;
};

// A target (目標): the operator's own.
struct Allowance {
  Instant usual = 0;
  std::map<std::string, Instant> by_severity;
  std::map<std::string, Instant> by_body;
};
struct Policy {
  Allowance acknowledgement, followup, inquiry;
  std::vector<Instant> steps;  // of the ladder
  bool relay_on_silence = false;
  std::map<std::string, Allowance> targets;  // "h30:g.2": laid over the edition's own
  int years_kept[3] = {5, 5, 1};             // confidentiality 1, 2, exercise
};

// A promise that was broken.
struct Finding {
  std::string check;
  std::string text;
};

}  // namespace noroshi::simulation
