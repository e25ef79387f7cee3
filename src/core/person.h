// People and what they hold: posts, delegations, training, turns of duty (standard 2.1.1, 2.2.3). Values; the decisions on
// them are those of staff.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/time.h"
#include "src/core/identifier.h"

namespace noroshi::core {

// How a person came under the direction of the body (職員等, 1.3: dispatched workers and trainees are among them).
enum class Employment {
  employee,    // 職員
  seconded,    // 出向・併任
  dispatched,  // 派遣労働者
  trainee,     // 研修生等
};
std::string_view to_string(Employment employment);
std::optional<Employment> parse_employment(std::string_view text);

enum class Post {
  ciso,                          // 最高情報セキュリティ責任者
  deputy_ciso,                   // 最高情報セキュリティ副責任者
  csirt_head,                    // CSIRT責任者
  csirt_coordinator,             // CSIRT の運用・調整を行う担当
  external_contact,              // 外部との連絡等を行う担当
  csirt_member,                  // CSIRT に属する職員
  information_security_officer,  // 情報セキュリティ責任者
  section_officer,               // 課室情報セキュリティ責任者
  system_security_officer,       // 情報システムセキュリティ責任者
  exception_officer,             // 例外措置の許可権限者, named by the CISO
  cymat_member,                  // CYMAT に属する職員, of national agencies only (2.1.1(7)(d))
};
std::string_view to_string(Post post);
std::optional<Post> parse_post(std::string_view text);

// 2.1.1(7)(b), (d): whom to name.
enum class Ground {
  expertise,  // 専門的な知識
  aptitude,   // 適性
  office,     // by the office held (充て職)
};
std::string_view to_string(Ground ground);
std::optional<Ground> parse_ground(std::string_view text);

// What a delegate may do in the place of who delegated (2.1.1 (1)(b)).
enum class Power {
  be_told,  // 報告を受ける: of (c) of 2.2.4(2)
  approve,  // 承認・許可
  decide,   // 指示・決定
  appoint,  // 指名・任命
};
std::string_view to_string(Power power);
std::optional<Power> parse_power(std::string_view text);

enum class TrainingKind { csirt, cymat };  // 2.2.3(2)(c)
std::string_view to_string(TrainingKind kind);
std::optional<TrainingKind> parse_training_kind(std::string_view text);

struct Person {
  PersonId id;
  std::string organization;
  std::string name;
  Employment employment{};
  std::vector<std::string> skills;  // the body's own words: "forensics", "ログ解析"
  bool cleared = false;             // may handle 機密性3
  friend bool operator==(const Person&, const Person&) = default;
};

struct Appointment {
  AppointmentId id;
  PersonId person;
  Post post{};
  Ground ground{};
  std::string reason;
  Timestamp from;
  std::optional<Timestamp> until;  // exclusive; nothing: until it is ended
  friend bool operator==(const Appointment&, const Appointment&) = default;
};

struct Delegation {
  DelegationId id;
  PersonId from_person;
  PersonId to_person;
  Post post{};  // the delegator's, whose powers these are
  std::vector<Power> powers;
  std::string reason;
  Timestamp from;
  Timestamp until;  // exclusive
  friend bool operator==(const Delegation&, const Delegation&) = default;
};

struct Training {
  TrainingId id;
  PersonId person;
  TrainingKind kind{};
  std::string course;
  Timestamp completed_at;
  Timestamp valid_until;  // exclusive
  friend bool operator==(const Training&, const Training&) = default;
};

// A turn of duty (当番). An override stands above regular turns of the same post while it lasts.
struct Shift {
  ShiftId id;
  PersonId person;
  Post post{};
  Timestamp from;
  Timestamp until;  // exclusive
  bool overrides = false;
  friend bool operator==(const Shift&, const Shift&) = default;
};

}  // namespace noroshi::core
