// The auditor: keeps its own model of every case from the log alone, and says at each step which promise was broken.
//
// Written from the design and the standard, not from src/core: it takes plain values (plain.h), has its own table of
// duties (auditor_law.h), its own ladder and its own states. A check has a name; mutants.cpp proves each one live.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/simulation/auditor_law.h"
#include "tests/simulation/plain.h"

namespace noroshi::simulation {

class Auditor {
 public:
  Auditor(LawBook law, Policy policy) : law_(std::move(law)), policy_(std::move(policy)) {}

  LawBook& law() { return law_; }
  void set_policy(Policy policy) { policy_ = std::move(policy); }

  // A command was decided and stored.
  void stored(const Act& act);
  // A command came again with its key, and was answered from what is stored: `events` are those that it had.
  void repeated(const std::string& key, std::size_t position, std::size_t events);
  // The daemon has looked at the clocks of the case; nothing that was due may be left untold.
  void ticked(const std::string& incident, Instant now);
  // What the core holds of a case.
  void looked(const Seen& seen);
  void read(const Read& read);
  // Nothing is under way any more: deliveries have come to an end.
  void settled();

  const std::vector<Finding>& findings() const { return findings_; }
  // How often each check had something to look at, so that none of them sleeps.
  const std::map<std::string, std::size_t>& looked_at() const { return looked_at_; }

 private:
  // The alarms of one clock since it started anew.
  struct Rungs {
    Instant from = 0;
    int round = 1;
    int level = 0;
    std::set<std::tuple<int, std::string, std::string, std::string>> told;  // level, code, body, role
    void restart(Instant at) { *this = {at, round + 1, 0, {}}; }
  };
  struct Duty {
    std::string id, edition, rule, clause, holder, recipient, state = "open";
    int sentence = 0;
    bool self = false, inner = false, on_receipt = false;
    Instant opened = 0, due = 0, target = 0, alarm_due = 0;
    bool counts_from_recognition = false;
    int occasion = 1;
    Rungs rungs;
  };
  struct Mail {
    std::string id, report, kind, sender, recipient, obligation, clause, successor;
    Instant sent = 0, acknowledge_by = 0;
    bool acknowledged = false;
    Rungs rungs;
    const std::string& awaited_from() const { return successor.empty() ? recipient : successor; }
  };
  struct Question {
    std::string from, to;
    Instant due = 0;
    bool open = true;
    Rungs rungs;
  };
  struct Request {  // of two persons
    Who asked;
    std::string about;
    bool decided = false;
  };
  struct Parcel {
    std::string message, endpoint, organization, state = "queued";
    int attempts = 0;
  };
  struct Withheld {
    std::string by, from;
    std::set<std::string> members;
    Instant until = 0;
    bool released = false;
  };
  struct Team {
    std::string state = "requested", ruling, center, through, supported;
    bool forwarded = false;
    std::map<std::string, std::pair<std::string, std::string>> members;  // id -> state, person
  };
  struct Post {
    std::string organization, person, function, state = "proposed", replaces;
  };
  struct Case {
    CaseFacts facts;
    std::string number, reference, submitted_by, state = "reported", latest_report, successor;
    bool exercise = false, canary = false, consents = false, no_forward = false;
    int confidentiality = 0;
    int version = 0;
    int revision = 0;
    std::size_t events = 0;
    std::vector<Duty> duties;
    std::vector<Mail> mails;
    std::map<std::string, Question> questions;
    std::map<std::string, std::string> access;       // body -> scope
    std::map<std::string, std::string> in_place_of;  // of access by succession
    std::map<std::string, Request> waivers, erasures, label_changes;
    std::map<std::string, Parcel> parcels;
    std::map<std::string, Withheld> withheld;
    std::map<std::string, Team> teams;
    std::map<std::string, Post> posts;
    std::set<std::tuple<std::string, std::string, int, int, std::string, std::string, std::string>> alarms;
    std::optional<Instant> followup_due;
    Rungs followup;
    Instant ended_at = 0;
    bool erased = false;
    Duty* duty(const std::string& id);
    Mail* mail(const std::string& id);
  };
  struct Endpoint {
    std::string organization, state = "proposed";
    Who asked;
    std::set<std::string> kinds;
  };
  struct Switch {
    std::string organization;
    bool on = false;
    Who asked;
    std::string state = "pending";
    std::size_t decided = 0;  // as which
    Instant at = 0;
  };
  // What is looked at once a whole act has been read.
  struct Reading {
    const Act& act;
    Case* of;
    bool facts_moved = false;
    std::vector<std::size_t> opened;  // indices of duties
    std::optional<Instant> followup_stated;
    bool followup_final = false, followup_correction = false, report_received = false, followup_moved = false;
    std::size_t mails_before = 0;
  };

  void found(const std::string& check, const std::string& text);
  bool holds(const std::string& check, bool promise, const std::string& text);

  // auditor.cpp: order, numbers, who may what
  void of_log(const Act& act);
  void of_body(const Act& act, const Happened& event);
  void of_case(Reading& reading, const Happened& event);
  void two_persons(const Happened& event, Request& request, const std::set<std::string>& roles);
  bool same_person(const Who& one, const Who& other) const;
  std::string standing(const std::string& slug, Instant at) const { return law_.standing(slug, day_of(at)); }
  bool acts_for(const Who& who, const std::string& organization, Instant at) const;

  // auditor_duties.cpp
  void of_duty(Reading& reading, const Happened& event);
  void opened(Reading& reading, const Happened& event);
  void fulfilled(Reading& reading, const Happened& event);
  void moved_recognition(Case& of, Instant before);
  void whole_act(Reading& reading);
  void everything_owed(Reading& reading);

  // auditor_clocks.cpp
  struct Running {
    std::string kind, subject, organization;
    Instant due;
    Rungs* rungs;
    const Duty* duty;
    const Mail* mail;
    const Question* question;
  };
  std::vector<Running> running(Case& of);
  void rung(Reading& reading, const Happened& event);
  std::set<std::pair<std::string, std::string>> listeners(const Case& of, const Running& clock, int level,
                                                          Instant now) const;
  std::string role_within(const std::string& body, int level, bool as_recipient) const;
  std::string head_role(const std::string& body) const;
  bool relays(const std::string& body, Instant now) const;

  // auditor_sight.cpp: who sees what, and what goes where
  void of_sight(Reading& reading, const Happened& event);
  void granted(Reading& reading, const Happened& event);
  void sent(Reading& reading, const Happened& event);
  void of_delivery(Reading& reading, const Happened& event);
  void of_response(Reading& reading, const Happened& event);
  void parcels_of(Reading& reading);

  LawBook law_;
  Policy policy_;
  std::map<std::string, Case> cases_;
  std::map<std::string, Endpoint> endpoints_;
  std::map<std::string, Switch> switches_;
  std::map<std::string, std::size_t> body_events_;
  std::map<std::pair<std::string, std::string>, int> numbers_;  // (body, year)
  std::map<std::string, std::pair<std::size_t, std::size_t>> keys_;
  std::set<std::pair<std::string, std::string>> references_;
  std::set<std::string> ids_;
  std::size_t position_ = 0;
  std::size_t switches_decided_ = 0;
  std::vector<Finding> findings_;
  std::map<std::string, std::size_t> looked_at_;
};

}  // namespace noroshi::simulation
