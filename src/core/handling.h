// How a body handles its incident inside: what is told, instructed, answered, found out and shared (standard 2.2.4(2)(b)-(f),
// (j)-(l), (3)). Values; the decisions are those of decide_handling.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "routing/time.h"
#include "src/core/identifier.h"

namespace noroshi::core {

enum class HandlingStepKind {
  ciso_told,           // (2)(c)
  situation,           // (2)(j): the state of handling
  record,              // (2)(k): the record of handling
  rules_followed,      // (2)(f): the operating rules of the shared platform
  cause_reported,      // (3)(a): cause and prevention, in writing, to the CISO
  measures_ordered,    // (3)(b): by the CISO
  lessons_shared,      // (3)(c)
  procedure_followed,  // (2)(e): the procedure, or the CSIRT's instruction
  information_shared,  // (2)(l): with the bodies concerned
};
std::string_view to_string(HandlingStepKind kind);
std::optional<HandlingStepKind> parse_handling_step_kind(std::string_view text);

struct HandlingStep {
  HandlingStepId id;
  std::string organization;
  HandlingStepKind kind{};
  std::string text;
  std::optional<PersonId> person;  // who was told, or ordered
  std::string name;                // as the staff named the person then
  bool by_delegate = false;        // in the place of the CISO, by a delegation
  friend bool operator==(const HandlingStep&, const HandlingStep&) = default;
};

enum class InstructionKind {
  emergency_measures,  // 応急措置
  recovery,            // 復旧
  handling,            // (j): any other
};
std::string_view to_string(InstructionKind kind);
std::optional<InstructionKind> parse_instruction_kind(std::string_view text);

// (d), (j): 指示 binds, 勧告 does not, nor does 助言.
enum class InstructionForce { instruction, recommendation, advice };
std::string_view to_string(InstructionForce force);
std::optional<InstructionForce> parse_instruction_force(std::string_view text);

struct Instruction {
  InstructionId id;
  std::string organization;
  InstructionKind kind{};
  InstructionForce force{};
  std::string addressee;  // the officer, by office or name
  std::string text;
  std::optional<Timestamp> answer_by;
  std::optional<Timestamp> answered_at;
  bool carried_out = false;  // as answered
  friend bool operator==(const Instruction&, const Instruction&) = default;
};

// (2)(f): the system is, or runs on, a shared platform (基盤となる情報システム). A system that a report marks as one is linked by
// the report itself, without its operator; who operates it, a person says.
struct PlatformLink {
  PlatformLinkId id;
  std::string platform;  // its name
  std::string operator_organization;  // empty: not said yet
  std::string affected_organization;
  friend bool operator==(const PlatformLink&, const PlatformLink&) = default;
};

}  // namespace noroshi::core
