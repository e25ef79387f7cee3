// What is withheld from a receiver, and what is shared beyond what the law asks for ((2)(l)).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "routing/registry.h"
#include "src/core/decision.h"

namespace noroshi::core {

// The members of a report that its kind of receiver has a need of: the police the attack, the crisis desk the harm, everybody else
// all. Sorted. What identifies the incident (reference, stage, title, times, assessment, exercise, organization, contact) is in
// each view.
std::span<const std::string_view> members_for(routing::OrganizationKind receiver);
// Whether that receiver sees that member of the incident's report now: it is in its view, and not withheld from it.
bool sees_member(const Law& law, const Incident& incident, const std::string& receiver, std::string_view member, Timestamp now);

// By the head or the CISO of the incident's body, or of an agency that received it, towards those it was or will be sent to. The
// reason and the end are required; what the law itself asks to be told (assessment, cyberattack, large_scale) is never withheld.
struct WithholdContent {
  Actor actor;
  std::string from;
  std::vector<std::string> members;
  std::string reason;
  Timestamp until;
};
Outcome decide_withholding(const Law& law, const Incident& known, const WithholdContent& command, Moment moment);

struct ReleaseContent {
  Actor actor;
  WithholdingId withholding;
  std::string reason;
};
Outcome decide_release(const Law& law, const Incident& known, const ReleaseContent& command, Moment moment);

// (2)(l): to a body that nobody has to tell. Needs the consent of the incident's body, and no 取扱制限 against it.
struct ShareInformation {
  Actor actor;
  std::string organization;
  std::string note;
};
Outcome decide_sharing(const Law& law, const Incident& known, const ShareInformation& command, Moment moment);

}  // namespace noroshi::core
