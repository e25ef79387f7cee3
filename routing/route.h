// route(): which duties an edition opens for an incident, each with its reasons. The heart of the program.
//
// Pure: the same edition, registry, facts and time give the same answer, on any machine, at any time.
#pragma once

#include <string>
#include <vector>

#include "routing/edition.h"
#include "routing/facts.h"
#include "routing/registry.h"

namespace noroshi::routing {

// A sentence for a person, in both languages. Names bodies, clauses and facts, never a report's text.
struct Reason {
  std::string ja;
  std::string en;
  friend bool operator==(const Reason&, const Reason&) = default;
};

struct Duty {
  const Rule* rule = nullptr;  // never null; lives as long as the edition
  std::string holder;          // slug
  std::string recipient;       // slug; the holder itself for an inner duty and for a step to oneself
  OpensOn opens_on{};  // assessment for the body whose incident it is, receipt for an agency that was told
  bool self = false;   // a border-crossing rule whose recipient is the holder: met at opening, sends nothing
  std::string formerly;            // the body that held it before a succession; empty where none
  std::string recipient_formerly;  // the same for the recipient
  std::chrono::seconds target{};   // 目標, for this holder and this severity
  std::vector<Reason> because;
};

// A duty of the edition that these facts do not open, or a 共管 body that is not told of itself.
struct NotOpened {
  const Rule* rule = nullptr;
  std::string holder;     // empty where no body could hold it
  std::string recipient;  // set for a 共管 body that can be added, or that was added in vain
  std::vector<Reason> because;
};

// Closed lists: the codes are part of the public interface.
enum class AlarmCode {
  no_edition_in_force,
  body_not_in_force,
  unknown_organization,
  not_a_reporting_body,        // a prefectural police, or another body outside the standard
  large_scale_without_attack,  // a cell set together with cyberattack `no`
  large_scale_unassessed,      // a cell set while only `possible`
  successor_unknown,
  no_police_known,
  no_recipient,  // a duty opened for which no body is in force to receive it
};
enum class NoteCode {
  later_edition_not_held,   // recognised on or after 2021-07-07: R3 and R5 exist, their text is not held
  no_duty_for_corporation,  // H28: a corporation's report opens none under 2.2.4 of that edition
  main_and_joint_is_our_reading,  // of 「所管する」
};
std::string_view to_string(AlarmCode code);
std::string_view to_string(NoteCode code);

struct Alarm {
  AlarmCode code{};
  std::string organization;  // the body it concerns
  Reason reason;
};
struct Note {
  NoteCode code{};
  Reason reason;
};

struct Routing {
  const Edition* edition = nullptr;  // null with alarm no_edition_in_force
  std::vector<Duty> duties;  // along the whole chain, in the order of the edition, inner ones among them
  std::vector<NotOpened> not_opened;
  std::vector<Alarm> alarms;
  std::vector<Note> notes;
};

// `edition` is the one to apply (null where none is in force); `at` is the day on which duties are placed:
// bodies are those of the recognised time, and one that has ended by `at` is replaced by its successor (an
// `at` before the recognised time counts as the recognised time). Each rule of the edition is either among
// the duties or stands once in `not_opened` (besides the entries that name a `recipient`). The answer points
// into `edition`.
Routing route(const Edition* edition, const Registry& registry, const Facts& facts, Timestamp at);

// The same with the edition in force at the recognised time.
Routing route(const Editions& editions, const Registry& registry, const Facts& facts, Timestamp at);

}  // namespace noroshi::routing
