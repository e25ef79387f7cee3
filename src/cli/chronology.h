// Events of the record as sentences for a person: when, who, for which body, what, under which clause, how late.
//
// Remembers what later sentences refer to (duties, messages), so it is fed the events of an incident in their order;
// one that refers to something it has not seen still makes a sentence. Pure but for the names of bodies built in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "src/cli/language.h"
#include "src/core/event.h"

namespace noroshi::cli {

class Chronology {
 public:
  explicit Chronology(Language language) : language_(language) {}

  // Two lines: "2018-08-01 10:20:30+09:00  #12  厚生労働省 (mhlw) CSIRT責任者 山田" and, indented, what happened. With
  // the number of its incident after its own, where one is given. Made printable.
  std::string entry(const core::Event& event, std::optional<std::uint64_t> sequence, std::string_view incident = {});
  // What happened, in one sentence.
  std::string sentence(const core::Event& event);
  // Who, for which body, in which role; "noroshid" where the daemon did it by its own clock.
  std::string who(const core::Actor& actor) const;

 private:
  struct Duty {
    std::string clause;  // with its sentence, where it has several
    std::string holder, recipient;
  };
  struct Assigned {
    std::string name, function, organization;
  };
  friend struct SentenceOf;

  Language language_;
  std::map<core::ObligationId, Duty> duties_;
  std::map<core::AssignmentId, Assigned> assignments_;
  std::map<core::MessageId, std::string> messages_;  // "厚生労働省 (mhlw) → 内閣官房 (nisc)"
  std::map<core::CymatMemberId, std::string> cymat_members_;  // "総務省 (mic) 山田"
};

// "2018-08-01 10:20:30+09:00", Japanese time, whatever the machine's own zone.
std::string shown_second(Timestamp at);

}  // namespace noroshi::cli
