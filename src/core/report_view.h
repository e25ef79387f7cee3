// What of a report a receiver is shown: what its role needs, less what was withheld from it.
//
// The standard asks that the police and the crisis desk be told 「内容に応じ」 (2.2.4(2)(h)) and of what makes a 大規模サイバー攻撃事態
// ((i)): not that all of a report leaves its body. The table is over every member of schemas/api/report.schema.json:
//
//   in each view       reference, stage, title, times, organization, contact   what identifies the case, and whom to ask
//                      assessment, cyberattack, large_scale                    what the law asks to be told, and opens the duties
//                      classification, handling, consent_to_share              how the receiver has to handle it
//                      exercise, police                                        訓練; who is told, as the duties show anyhow
//   of the police      cyberattack_reason, category, systems, actions, notices_made: the attack, its traces, who knows
//   of the crisis desk assessment_reason, impact, actions: the harm, its extent, and what is done about it
//   of nobody else     summary: a text in which anything may stand. What a desk needs of it the sender writes into his note
//
// Every other receiver (the centre, supervising agencies, the body itself, a team of CYMAT) sees all members. A member that no table
// names is in no narrow view. What is in each view is never withheld. Pure; any number of threads.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "routing/registry.h"
#include "src/core/withholding.h"

namespace noroshi::core {

// Every member that a report may have. Sorted.
std::span<const std::string_view> report_members();
// Those in the view of that kind of receiver. Sorted.
std::span<const std::string_view> members_for(routing::OrganizationKind receiver);
// It is no part of what identifies the case, of what the law asks to be told, or of how it has to be handled.
bool may_be_withheld(std::string_view member);

// Who asks, and what he is to the incident.
struct Receiver {
  std::string organization;             // a body, or the seat of a member of CYMAT
  std::vector<std::string> stands_for;  // itself and the body that it succeeded
};

struct WithheldMembers {
  std::vector<std::string> members;
  std::string by;
  Timestamp until;
  friend bool operator==(const WithheldMembers&, const WithheldMembers&) = default;
};

class ReportView {
 public:
  // Of the body whose incident it is, or that entered the report: everything.
  ReportView() = default;
  ReportView(const routing::Registry& registry, const Receiver& receiver, std::span<const Withholding> withholdings,
             Timestamp now);

  bool shows(std::string_view member) const;
  // Nothing is left out but what no report can have.
  bool is_whole() const { return own_ || (left_out_.empty() && withheld_.empty()); }
  // The kind of the receiver: "police". Empty: the body's own.
  const std::string& of() const { return of_; }
  // By its kind. Sorted.
  const std::vector<std::string_view>& left_out() const { return left_out_; }
  // What is withheld now, in the order in which it was.
  const std::vector<WithheldMembers>& withheld() const { return withheld_; }

 private:
  bool own_ = true;
  std::string of_;
  std::vector<std::string_view> left_out_;
  std::vector<WithheldMembers> withheld_;
};

// The incident is `organization`'s, its report was entered by `submitted_by`.
ReportView view_of_report(const routing::Registry& registry, const std::string& organization, const std::string& submitted_by,
                          const Receiver& receiver, std::span<const Withholding> withholdings, Timestamp now);

// Neither released nor over.
bool is_in_force(const Withholding& withholding, Timestamp now);

}  // namespace noroshi::core
