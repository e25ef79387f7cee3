// What every decision shares: building it event by event, and bringing the duties in line with the facts.
// Private to src/core.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "src/core/decision.h"

namespace noroshi::core {

// Collects events and moves the incident with each, so that what follows is decided on what has just happened.
class DecisionBuilder {
 public:
  DecisionBuilder(const Law& law, Incident before, Actor actor, Moment moment)
      : law_(law),
        moment_(moment),
        actor_(std::move(actor)),
        facts_before_(facts_of(before)),
        known_before_(before.revision > 0),
        obligations_before_(before.obligations.size()),
        incident_(std::move(before)) {}

  void add(Happening what);

  const Law& law() const { return law_; }
  // Who stands in a body's place now; the body itself where the registry knows nobody.
  std::string standing_for(const std::string& slug) const;
  // The edition's rule behind an obligation; null for an edition that is no longer held.
  const routing::Rule* rule_of(const Obligation& obligation) const;
  const Incident& incident() const { return incident_; }
  // The facts as they stood before the decision; null for a new incident.
  const routing::Facts* facts_before() const { return known_before_ ? &facts_before_ : nullptr; }
  // How many obligations there were before the decision: those opened by it come after.
  std::size_t obligations_before() const { return obligations_before_; }
  Timestamp now() const { return moment_.now; }
  const Actor& actor() const { return actor_; }
  template <class Id>
  Id next_id() {
    return moment_.identifiers.next<Id>();
  }
  Decision finish() && {
    const auto rings_at = next_ring(incident_, law_.clocks);
    return {std::move(events_), std::move(incident_), rings_at};
  }

 private:
  const Law& law_;
  Moment moment_;
  Actor actor_;
  routing::Facts facts_before_;
  bool known_before_;
  std::size_t obligations_before_;
  Incident incident_;
  std::vector<Event> events_;
};

// Brings the newest report to the team of that request, for that duty; nobody's clock waits for its acknowledgement.
void send_to_team(DecisionBuilder& builder, const CymatRequest& request, const Obligation* obligation,
                  const std::string& note);

// What bodies that have ended left open passes to whoever stands in their place: duties, messages that wait to be
// acknowledged, the next 続報, and what they see. Their clocks start anew.
void pass_to_successors(DecisionBuilder& builder);

// Opens every duty that the facts open and that does not exist, meets those that are met at opening, ends those that
// a reassessment ends, and raises the alarms of routing once each.
void align_duties(DecisionBuilder& builder);

// Puts the latest version of the report into the inbox of `recipient`, who sees the incident from then on.
void send_latest(DecisionBuilder& builder, MessageKind kind, const std::string& sender, const std::string& recipient,
                 const Obligation* obligation, const std::string& note, bool automatic = false);

// The duties that `holder` owes onward since it received the incident have a new occasion.
void recur_onward_duties(DecisionBuilder& builder, const std::string& holder);

// A version after the first goes to everyone who had one before and has not got this one in the same decision.
void send_to_earlier_recipients(DecisionBuilder& builder);

// A judgement that changed is told to everyone who had the report before this decision, whose first `messages` were there,
// and has got nothing in it.
void send_judgement_to_earlier_recipients(DecisionBuilder& builder, const HeldJudgement& held,
                                          std::size_t messages);

// The judgement of a body, and the incident's state where it is the body whose incident it is. Nothing happens where
// it says the same as before. Refused where the state does not allow it. Where it makes a case of what was none yet, the
// next 続報 is due at `followup_due`; nothing: when it was due anyway.
tl::expected<void, Refusal> make_judgement(DecisionBuilder& builder, const HeldJudgement& held,
                                           std::optional<Timestamp> followup_due);

// When the next 続報 is due that is awaited from now on, the facts being as they stand with that judgement.
Timestamp next_followup(const DecisionBuilder& builder, const HeldJudgement& held);

// The case is over: whoever responds to it, of any body, is released.
void end_assignments(DecisionBuilder& builder);

// An offer to take over what has ended ends with it.
void release_offers(DecisionBuilder& builder, AssignmentId ended);

// Meets a duty; how late it was comes out of its due time.
void fulfill(DecisionBuilder& builder, const Obligation& obligation, FulfillmentMethod method, Timestamp at,
             const std::string& note, const std::string& reference);

// Who stands in a body's place; the body itself where the registry knows nobody.
std::string standing_for(const Law& law, const std::string& slug, Timestamp now);

// Whether the body acts for the one whose incident it is: itself, or its successor that day.
bool acts_for(const Law& law, const std::string& actor, const std::string& organization, Timestamp now);

// Of any body: who still owes something of the case needs to know it. Inner duties of a dismissed incident stand still and
// are owed by nobody.
bool has_open_duty(const Incident& known);

// The same person: the same token, or two tokens issued to one name.
bool same_person(const std::optional<TokenId>& token, const std::string& name, const Actor& actor);

// Nothing is added to an incident whose content was erased: what would be written now would never be erased.
std::optional<Refusal> refuse_erased(const Incident& known);

// Proposed, accepted or active: it is not over.
bool is_live(AssignmentState state);

// A team of CYMAT is formed or at work, or people are held for it.
bool has_team(const Incident& known);
std::optional<Refusal> refuse_team(const Incident& known);

Refusal refuse(RefusalCode code, std::string ja, std::string en);
Refusal refuse_field(std::string pointer, std::string code, std::string ja, std::string en);

}  // namespace noroshi::core
