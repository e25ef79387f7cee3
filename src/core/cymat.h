// CYMAT (情報セキュリティ緊急支援チーム, standard 1.3, 2.1.1(7)(d), 2.2.4(2)(m)): a request, what the centre decides of it, the team.
// Values; the decisions are those of decide_cymat.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/time.h"
#include "src/core/identifier.h"
#include "src/core/states.h"

namespace noroshi::core {

std::string_view to_string(CymatRuling ruling);
std::optional<CymatRuling> parse_cymat_ruling(std::string_view text);

// In which order requests are served where the pool does not reach for all.
enum class CymatPriority { normal, high, urgent };
std::string_view to_string(CymatPriority priority);
std::optional<CymatPriority> parse_cymat_priority(std::string_view text);

enum class CymatMemberState {
  proposed,   // by the centre
  agreed,     // by the home agency
  refused,    // by the home agency
  withdrawn,  // by the centre or the home agency
  serving,    // dispatched
  ended,
};
std::string_view to_string(CymatMemberState state);
std::optional<CymatMemberState> parse_cymat_member_state(std::string_view text);

struct CymatMember {
  CymatMemberId id;
  std::string organization;  // the home agency
  PersonId person;
  std::string name;
  bool lead = false;                   // of the team
  bool trained = true;                 // the training of CYMAT is recorded and valid
  bool cleared = false;                // for 機密性3
  bool of_affected_body = false;       // allowed, and marked
  CymatMemberState state = CymatMemberState::proposed;
  std::optional<Timestamp> since;      // of its service
  std::optional<Timestamp> until;
  std::string reason;                  // why it was refused or withdrawn
  friend bool operator==(const CymatMember&, const CymatMember&) = default;
};

enum class CymatEntryKind {
  work,                  // what the team did
  advice,                // given to the body
  information,           // given to the team by the body (m)
  information_asked,     // by the team: (m) is owed anew
};
std::string_view to_string(CymatEntryKind kind);
std::optional<CymatEntryKind> parse_cymat_entry_kind(std::string_view text);

struct CymatRequest {
  CymatRequestId id;
  std::string organization;  // who asks
  std::string supported;     // whose incident: the body to be supported
  std::string through;       // the national agency through which a corporation asks; empty: an agency asks itself
  std::string center;        // who decides
  std::string reason;
  CymatPriority priority{};
  CymatState state = CymatState::requested;
  std::optional<Timestamp> forwarded_at;  // by the agency through which it goes
  Timestamp requested_at;
  std::optional<Timestamp> received_at;
  std::optional<CymatRuling> ruling;
  std::optional<Timestamp> decided_at;
  std::optional<Timestamp> dispatched_at;
  std::optional<Timestamp> ended_at;
  std::vector<CymatMember> members;
  std::string report;  // of the team, at the end
  bool united_response = false;  // 「政府として一体となった対応が必要」 (1.3), as the centre holds it
  std::string decision_reason;
  std::string end_reason;
  int revision = 1;
  friend bool operator==(const CymatRequest&, const CymatRequest&) = default;
};

// Under which name the members of a team, and each of them, see the incident: as a body of their own, so that row-level
// security holds them to it. "cymat/<id>".
std::string team_of(CymatRequestId request);
std::string seat_of(PersonId person);
// Whether it is such a name, and of no body: no registry knows it.
bool is_of_cymat(std::string_view slug);

// Proposed, agreed or serving: of the request, and of no other at the same time.
bool is_live(CymatMemberState state);
// Members see the case: dispatched or active.
bool is_at_work(CymatState state);
// Nothing of it waits for anybody: declined, ended, reported.
bool is_over(const CymatRequest& request);

}  // namespace noroshi::core
