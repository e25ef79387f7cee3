// Inner duties that a person meets: in which offices he acts, whom he names, what follows. One law for the steps of handling
// (decide_handling.h) and for POST /obligations/{id}/fulfillments. Private to src/core.
#pragma once

#include <optional>
#include <string>

#include "src/core/duties.h"
#include "src/core/staff.h"

namespace noroshi::core {

// In which offices somebody acts.
struct Offices {
  const Actor& actor;
  const Staff* staff;  // of his body; null: nobody is named there
  Timestamp now;

  bool in_csirt() const { return actor.role && is_csirt(*actor.role); }
  bool has(Role role) const { return actor.role == role; }
  // Only a token of the response stands for the posts of the person it is bound to: one that only reports, audits or
  // serves in a CYMAT has its own purpose.
  bool responds() const { return in_csirt() || has(Role::ciso) || has(Role::section_officer); }
  bool holds(Post post) const { return responds() && staff && actor.person && staff->holds(*actor.person, post, now); }
  const Delegation* decides_for(Post post) const {
    return responds() && staff && actor.person ? staff->delegation_to(*actor.person, post, Power::decide, now) : nullptr;
  }
  bool leads_csirt() const {
    return has(Role::csirt_head) || holds(Post::csirt_head) || decides_for(Post::csirt_head);
  }
  bool is_officer() const {
    return holds(Post::information_security_officer) || decides_for(Post::information_security_officer);
  }
  bool orders_itself() const { return has(Role::ciso) || holds(Post::ciso); }
};

// Who may do what meets such a duty; the words are decide_handling.h's.
std::optional<Refusal> refuse_office(const Offices& offices, routing::MetBy what);

// Whom what is done names: who was told or ordered, in whose place.
struct Named {
  std::optional<PersonId> person;
  std::string name;
  bool by_delegate = false;
  Reason note;  // for the duty that it meets
};
using NamedOrRefusal = tl::expected<Named, Refusal>;
NamedOrRefusal named_by(const Offices& offices, const Staff& staff, routing::MetBy what, const std::optional<PersonId>& person);

// Met by the judgement itself, and by nothing else.
bool is_met_by_judgement(const routing::Rule& rule);

// Why the open inner duty cannot be met by the word of the actor that it was done, with the note he gave; nothing: it can.
//
// What is met by a judgement, or by the log of a CYMAT, is met by that alone. Of a duty that a step or an instruction meets the
// word asks what these ask: the same office, a text. Where they name somebody besides (the CISO who was told, the officer who was
// instructed, the delegate who ordered) they alone meet it. A body that has registered nobody has no offices to ask for: there
// any member of the CSIRT says it, with or without a text.
std::optional<Refusal> refuse_word(const Law& law, const Obligation& obligation, const Actor& actor, const Staff& staff,
                                   bool people_registered, const std::string& note, Timestamp now);

// The duty to keep track (situation), where it is met, is opened anew and due after another target, as long as the case is handled.
void track_anew(DecisionBuilder& builder);

}  // namespace noroshi::core
