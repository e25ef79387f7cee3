// What is withheld from a receiver, and what is shared beyond what the law asks for ((2)(l)).
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "src/core/decision.h"
#include "src/core/report_view.h"

namespace noroshi::core {

// What that receiver sees of the incident's report now (report_view.h).
ReportView view_of(const Law& law, const Incident& incident, const std::string& receiver, Timestamp now);
// Whether it sees that member: it is in its view, and not withheld from it.
bool sees_member(const Law& law, const Incident& incident, const std::string& receiver, std::string_view member, Timestamp now);

// At most that long ahead. It can be withheld anew.
inline constexpr std::chrono::days longest_withholding{90};
// Of one body at a time, in one incident.
inline constexpr std::size_t most_withholdings = 100;

// By the head or the CISO of the incident's body, towards any body but who wrote the report; or of an agency that has to tell the centre
// of what it received, towards the centre. The reason and the end are required; what may_be_withheld() refuses is never withheld. It
// holds for all of the incident that the receiver reads from then on, whoever sent it; what it has read it keeps.
struct WithholdContent {
  Actor actor;
  std::string from;
  std::vector<std::string> members;
  std::string reason;
  Timestamp until;
};
Outcome decide_withholding(const Law& law, const Incident& known, const WithholdContent& command, Moment moment);

// By the head or the CISO of the body that withholds, before the end.
struct ReleaseContent {
  Actor actor;
  WithholdingId withholding;
  std::string reason;
};
Outcome decide_release(const Law& law, const Incident& known, const ReleaseContent& command, Moment moment);

// 情報共有 (2.2.4(2)(l)): by the CSIRT or the CISO of the incident's body, to a body that nobody has to tell. Needs the body's consent,
// and no 取扱制限 against it; (g), (h) and (i) ask for neither. The police and the crisis desk are told by (h) and (i) alone. Whom it is
// shared with may acknowledge it; no clock waits for that, and no duty comes of it. Later versions follow while both still hold.
inline constexpr std::string_view clause_of_sharing = "2.2.4(2)(l)";
struct ShareInformation {
  Actor actor;
  std::string organization;
  std::string note;
};
Outcome decide_sharing(const Law& law, const Incident& known, const ShareInformation& command, Moment moment);

// The consent of the body, and no 転送禁止 in the label that holds.
bool may_be_shared(const Incident& incident);
// It has the report by such sharing alone.
bool has_by_sharing(const Incident& incident, std::string_view organization);

}  // namespace noroshi::core
