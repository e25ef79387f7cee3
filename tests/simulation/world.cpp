#include "tests/simulation/world.h"

#include <algorithm>
#include <cstdio>

#include "src/core/four_eyes.h"
#include "src/core/staff_needed.h"
#include "tests/simulation/mutants.h"
#include "tests/simulation/translation.h"

namespace noroshi::simulation {
namespace {

using namespace core;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::uint64_t mixed(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15ULL;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31U);
}

// Salts that nobody may guess are the edge's business; here they have to be others each time, and the same for the same
// seed.
class Salts : public record::SaltSource {
 public:
  explicit Salts(std::uint64_t seed) : state_(seed) {}
  record::Salt next() override {
    record::Salt salt;
    for (std::size_t i = 0; i < salt.size(); ++i) {
      if (i % 8 == 0) state_ = mixed(state_);
      salt[i] = static_cast<std::uint8_t>(state_ >> (8 * (i % 8)));
    }
    return salt;
  }

 private:
  std::uint64_t state_;
};

// When a world begins, and whose incidents there are: days around which editions, bodies and centres change.
struct Era {
  const char* start;
  std::vector<std::string> victims;
  bool reformed;
};
const std::vector<Era>& eras() {
  static const std::vector<Era> all = {
      {"2018-07-20T09:00:00+09:00", {"jps", "mhlw", "mof", "jaxa", "nisc"}, false},
      {"2019-03-25T09:00:00+09:00", {"yuchokampo", "mic", "jaxa"}, false},
      {"2022-11-08T09:00:00+09:00", {"jogmec", "j-lis", "meti"}, false},
      {"2025-03-24T09:00:00+09:00", {"ncgm", "amed", "mhlw"}, false},
      {"2025-06-25T09:00:00+09:00", {"nisc", "jps", "npa", "cas"}, false},
      {"2026-03-22T09:00:00+09:00", {"nwec", "mof", "amed"}, false},
      {"2026-03-25T09:00:00+09:00", {"jps", "mhlw", "nibiohn"}, true},
  };
  return all;
}

std::string shown(Timestamp at) {
  return format_rfc3339(std::chrono::floor<seconds>(at));
}

struct Holders {
  Role role;
  std::vector<const char*> names;
};
// Some hold two offices: whoever asks in the one must not decide in the other.
const std::vector<Holders>& holders() {
  static const std::vector<Holders> all = {
      {Role::csirt_head, {"責任者"}},
      {Role::csirt_member, {"担当一", "担当二", "課室責任者"}},
      {Role::external_contact, {"連絡担当"}},
      {Role::exception_officer, {"許可権限者", "担当一"}},
      {Role::ciso, {"最高責任者"}},
      {Role::section_officer, {"課室責任者", "責任者"}},
      {Role::cymat_member, {"支援要員一", "支援要員二"}},
      {Role::center_liaison, {"窓口一", "窓口二"}},
      {Role::police_desk, {"窓口一", "窓口二"}},
      {Role::crisis_desk, {"窓口一", "窓口二"}},
      {Role::reporter, {"担当二"}},
  };
  return all;
}

Allowance plain(const routing::Target& target) {
  Allowance allowance;
  allowance.usual = std::chrono::duration_cast<std::chrono::microseconds>(target.usual).count();
  for (const auto& [severity, span] : target.by_severity)
    allowance.by_severity[std::string(routing::to_string(severity))] = std::chrono::microseconds(span).count();
  for (const auto& [body, span] : target.by_body) allowance.by_body[body] = std::chrono::microseconds(span).count();
  return allowance;
}

}  // namespace

World::World(const Options& options)
    : options_(options),
      source_(world_law(eras()[mixed(options.seed) % eras().size()].reformed)),
      editions_(source_.editions),
      random_(mixed(options.seed)),
      salts_(std::make_unique<Salts>(options.seed)),
      auditor_(LawBook(source_.organizations_csv, source_.supervision_csv), Policy{}) {
  const auto& era = eras()[mixed(options.seed) % eras().size()];
  now_ = *parse_rfc3339(era.start);
  victims_ = era.victims;
  std::set<std::string> cast = {"nisc", "nco", "cas-jitai", "npa", "police-tokyo", "police-osaka", "digital", "cao"};
  for (const auto& victim : victims_) {
    cast.insert(victim);
    const auto* body = source_.registry.find(victim);
    if (!body->police.empty()) cast.insert(body->police);
    if (!body->successor.empty()) cast.insert(body->successor);
    for (const auto* supervision : source_.registry.supervisions(victim, japanese_day(now_))) {
      cast.insert(supervision->agency);
      const auto* agency = source_.registry.find(supervision->agency);
      if (!agency->successor.empty()) cast.insert(agency->successor);
    }
  }
  cast_.assign(cast.begin(), cast.end());
  for (const auto& body : cast_) {
    tempers_[body] = one_of({Temper::prompt, Temper::prompt, Temper::late, Temper::never});
    if (chance(8)) without_person_.insert(body);
  }

  clocks_.steps = one_of<std::vector<seconds>>({clocks_.steps,
                                                clocks_.steps,
                                                clocks_.steps,
                                                {minutes(0)},
                                                {minutes(5), hours(2)},
                                                {minutes(0), minutes(1), minutes(2), hours(1), hours(30)}});
  clocks_.relay_on_silence = !chance(3);
  if (chance(3)) clocks_.followup.by_severity = {{routing::Severity::large_scale, hours(1 + below(20))}};
  if (chance(3)) clocks_.acknowledgement.by_body = {{any(cast_), minutes(1 + below(60))}};
  retention_.confidentiality_1 = 1 + below(3);
  retention_.confidentiality_2 = 1 + below(3);
  retention_.exercise = 1;
  // The operator's own targets, beside those of the edition files.
  std::map<std::string, routing::Target, std::less<>> targets;
  if (chance(2)) targets["h30:i"].by_severity = {{routing::Severity::large_scale, minutes(5)}};
  if (chance(2)) targets["h30:g.2"].by_body = {{any(victims_), minutes(10 + below(60))}};
  if (chance(3)) targets["h28:g.1"].usual = minutes(20);
  if (chance(3)) targets["r8:h"].by_severity = {{routing::Severity::attack, hours(2)}};
  editions_ = source_.editions.with_targets(targets);
  editions_coming_ = source_.editions_coming.with_targets(targets);

  Policy policy;
  policy.acknowledgement = plain(clocks_.acknowledgement);
  policy.followup = plain(clocks_.followup);
  policy.inquiry = plain(clocks_.inquiry);
  for (const auto step : clocks_.steps) policy.steps.push_back(std::chrono::microseconds(step).count());
  policy.relay_on_silence = clocks_.relay_on_silence;
  for (const auto& [rule, target] : targets) policy.targets[rule] = plain(target);
  policy.years_kept[0] = retention_.confidentiality_1;
  policy.years_kept[1] = retention_.confidentiality_2;
  policy.years_kept[2] = retention_.exercise;
  if (options_.mutant == "retention_shortened") retention_ = {1, 1, 1};
  altered_ = options_.mutant == "retention_shortened" || options_.mutant == "eyes_forgotten";
  auditor_.set_policy(policy);
}

core::Law World::law() const {
  return {coming_ ? *editions_coming_ : editions_, source_.registry, clocks_, retention_};
}

void World::say(const std::string& text) const {
  if (options_.trace)
    std::printf("%4d %s%s %s\n", step_, shown(clock()).c_str(), skew_.count() ? "*" : "", text.c_str());
}

void World::found(const std::string& check, const std::string& text) {
  findings_.push_back({check, text});
}

void World::run() {
  const auto begin_step = [&](int step) {
    step_ = step;
    random_.seed(mixed(options_.seed * 1'000'003 + static_cast<std::uint64_t>(step)));
  };
  begin_step(0);
  // Of some bodies the people are known, of others tokens alone.
  for (const auto& body : victims_)
    if (!chance(3)) found_staff(body);
  found_staff(any(cast_));
  for (int step = 1; step <= options_.steps && findings().empty(); ++step) {
    begin_step(step);
    const bool kept = options_.only.empty() ? !options_.left_out.contains(step) : options_.only.contains(step);
    if (kept) take_step();
  }
  if (!findings().empty()) return;
  begin_step(options_.steps + 1);
  skew_ = {};
  wait_until(now_ + days(2), false);
  carry(true);
  auditor_.settled();
  std::string fault;
  if (log_.fold_bytes(fault) != known_ && fault.empty()) fault = "another state comes of the bytes";
  if (!fault.empty()) found("record", fault);
}

void World::take_step() {
  pass_time();
  if (!findings().empty()) return;
  if (chance(25)) set_clock();
  // The operator installs what comes before it is in force, or a little late.
  if (!coming_ && clock() > *parse_rfc3339("2026-03-20T00:00:00+09:00") && chance(8)) {
    coming_ = true;
    auditor_.law().bring_into_force(coming_edition, parse_iso_day(coming_day));
    say("the edition r8 is installed");
  }
  receivers_read();
  if (chance(3)) carry(false);
  act();
  if (chance(12)) crash("at rest");
}

void World::pass_time() {
  std::chrono::microseconds span{0};
  switch (below(20)) {
    case 0:
      span = days(1 + below(20));
      break;
    case 1:
      span = chance(4) ? days(60 + below(400)) : days(1 + below(5));
      break;
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
      span = minutes(60 + below(1200));
      break;
    case 7:
    case 8:
    case 9:
      break;
    default:
      span = minutes(1 + below(40));
      break;
  }
  wait_until(now_ + span, chance(5));
}

void World::wait_until(Timestamp until, bool away) {
  if (away) {
    now_ = until;  // nobody looked at the clocks meanwhile: what was reached rings in one go
    return ring_until(clock());
  }
  for (int turns = 0; turns < 2000 && findings().empty(); ++turns) {
    std::optional<Timestamp> next;
    for (const auto& [id, rings_at] : rings_)
      if (rings_at && (!next || *rings_at < *next)) next = rings_at;
    if (!next || *next - skew_ > until) break;
    now_ = std::max(now_, *next - skew_);
    ring_until(clock());
  }
  now_ = std::max(now_, until);
  ring_until(clock());
}

void World::ring_until(Timestamp until) {
  std::vector<IncidentId> due;
  for (const auto& [id, rings_at] : rings_)
    if (rings_at && *rings_at <= until) due.push_back(id);
  for (const auto id : due) {
    if (!findings().empty()) return;
    ring(id);
    if (!findings().empty()) return;
    if (rings_[id] && *rings_[id] <= until) return found("rings_at", "a case has to be looked at again at once");
  }
  for (const auto& [id, rings_at] : rings_) auditor_.ticked(to_string(id), simulation::plain(until));
}

bool World::ring(IncidentId id) {
  Listeners listeners;
  for (const auto& body : cast_) {
    if (!without_person_.contains(body)) listeners.bodies_with_person.insert(body);
    if (tempers_[body] != Temper::never) listeners.last_asked[body] = clock();
  }
  for (const auto& [body, on] : known_.relaying)
    if (on) listeners.relaying.insert(body);
  return perform(
      on_case("ring", id, Actor::system(), [this, listeners](const Incident& known, const Known& all, Moment moment) {
        auto heard = listeners;
        Departures departures;
        if (!needed_to_ring(known).empty()) look_at_staffs(known, context(all), moment.now, heard, departures);
        return Outcome(decide_ring(law(), known, heard, departures, moment));
      }));
}

// The machine's clock is set: a little or a lot, forward or back, or right again.
void World::set_clock() {
  const auto before = clock();
  const auto skew_before = skew_;
  if (skew_.count() && chance(2))
    skew_ = {};
  else
    skew_ += std::chrono::microseconds(one_of<std::chrono::microseconds>(
        {seconds(-3), minutes(-20), hours(-5), days(-2), seconds(7), minutes(30), hours(9), days(3)}));
  // Never back over the day on which a body ended: who stands for whom is read of the day that the clock shows, and what
  // has passed on would be owed by the one before as well.
  for (const auto& body : cast_) {
    const auto* then = source_.registry.standing_for(body, japanese_day(before));
    const auto* now = source_.registry.standing_for(body, japanese_day(clock()));
    if (clock() < before && then != now) {
      skew_ = skew_before;
      return;
    }
  }
  say("the clock is set");
  ring_until(clock());
}

void World::crash(const char* when) {
  if (!findings().empty()) return;
  say(std::string("-- the daemon dies ") + when);
  auto folded = log_.fold();
  if (options_.mutant == "fold_forgets" && !folded.incidents.empty()) {
    folded.incidents.begin()->second.alarms.clear();
    altered_ = true;
  }
  if (folded != known_) found("fold", std::string("another state comes of the log than there was ") + when);
  known_ = std::move(folded);
  for (auto& [id, rings_at] : rings_) {
    const auto next = next_ring(known_.incidents.at(id), clocks_);
    // What a decision said is no later than what follows from the case.
    // It stands in a table of its own, which the crash leaves as it was: also what a switch had looked at again.
    if (next && (!rings_at || *rings_at > *next)) found("rings_at", "a clock of a case would have been forgotten");
  }
}

std::size_t World::version_of(const Known& known, const Asked& asked) const {
  const auto at = [](const auto& map, const auto& key) {
    const auto found = map.find(key);
    return found == map.end() ? std::size_t{0} : static_cast<std::size_t>(found->second);
  };
  if (asked.incident) return at(known.events, *asked.incident);
  if (!asked.body.empty()) return known.references.size();
  return at(known.body_events, asked.actor.organization);
}

bool World::perform(const Asked& asked) {
  const bool by_person = asked.actor.token.has_value();
  const auto key = by_person ? "key-" + std::to_string(++keys_) : std::string();
  for (int attempt = 0; attempt < 8 && findings().empty(); ++attempt) {
    const auto* done = by_person ? log_.find(key) : nullptr;
    if (done && options_.mutant == "key_forgotten") altered_ = true;
    if (done && options_.mutant != "key_forgotten") {
      say("the answer is given again: " + asked.word);
      auditor_.repeated(key, done->position, done->events.size());
      return true;
    }
    if (chance(40)) crash("before it has decided");
    IdentifierSequence::Seed seed{};
    const auto drawn = mixed(options_.seed ^ (++decisions_ << 20U));
    for (std::size_t i = 0; i < 8; ++i) seed[i] = static_cast<std::uint8_t>(drawn >> (8 * i));
    IdentifierSequence identifiers(clock(), seed);
    const auto based_on = version_of(known_, asked);
    auto decided = asked.decide(known_, {clock(), identifiers});
    if (!decided) {
      const std::string code(to_string(decided.error().code));
      ++refused_[code];
      say(asked.word + " " + asked.actor.organization + " refused: " + code);
      return false;
    }
    if (decided->events.empty()) {
      if (asked.incident) rings_[*asked.incident] = decided->rings_at;
      return false;
    }
    if (!options_.mutant.empty() && alter(options_.mutant, asked.word, known_, decided->events, identifiers)) {
      altered_ = true;
      decided->after = nullptr;
      if (decided->events.empty()) {
        if (asked.incident) rings_[*asked.incident].reset();
        return false;
      }
    }
    if (chance(30)) {
      crash("after it has decided, before it has stored");
      continue;
    }
    if (!racing_ && asked.incident && chance(14)) {
      racing_ = true;
      const auto incident = known_.incidents.at(*asked.incident);
      chance(2) ? acknowledge(incident) : judge(incident);
      racing_ = false;
      if (!findings().empty()) return false;
    }
    if (version_of(known_, asked) != based_on) {
      if (options_.mutant != "stale_decision") {
        say("somebody else was first: " + asked.word + " is decided anew");
        ++refused_["stale"];
        continue;
      }
      altered_ = true;
    }
    if (!store(asked, key, based_on, std::move(*decided))) return false;
    if (chance(30)) {
      crash("after it has stored, before it has answered");
      if (by_person) continue;
    }
    return true;
  }
  return false;
}

bool World::store(const Asked& asked, const std::string& key, std::size_t based_on, Proposed proposed) {
  std::string fault;
  const auto id = proposed.events.front().incident;
  Act act{asked.word,
          key,
          id.value.is_nil() ? std::string() : to_string(id),
          simulation::plain(asked.actor),
          simulation::plain(clock()),
          log_.size(),
          asked.body.empty() ? based_on : 0,
          proposed.rings_at ? simulation::plain(*proposed.rings_at) : 0,
          {}};
  auto kept = proposed.events;
  if (options_.mutant == "event_lost" && kept.size() > 2 && std::holds_alternative<MessageSent>(kept.back().what)) {
    kept.pop_back();
    altered_ = true;
  }
  const auto& entry = log_.append(key, kept, *salts_, fault);
  if (!fault.empty()) found("record", fault);
  if (options_.mutant == "opening_altered" && !entry.encoded.back().openings.empty()) {
    log_.entries().back().encoded.back().openings.back().value += "!";
    altered_ = true;
  }
  std::string types;
  for (std::size_t i = 0; i < proposed.events.size(); ++i) {
    const auto& event = proposed.events[i];
    // Each event of a decision follows from the ones before it.
    if (options_.mutant != "erasure_forgotten" && !can_follow(known_, event)) {
      found("may_follow", asked.word + " makes " + std::string(type_of(event.what)) + ", which cannot follow");
      return false;
    }
    take(known_, i < entry.events.size() ? entry.events[i] : as_recorded(event));
    act.events.push_back(simulation::plain(i < entry.events.size() ? entry.events[i] : event));
    act.events.back().who = simulation::plain(event.actor);
    ++happened_[act.events.back().type];
    if (options_.trace) types += " " + act.events.back().type;
  }
  say(asked.word + " " + asked.actor.organization + ":" + types);
  if (!id.value.is_nil()) {
    rings_[id] = proposed.rings_at;
    if (options_.mutant == "looked_at_late" && rings_[id] && chance(4)) {
      *rings_[id] += hours(1);
      act.rings_at += one_hour;
      altered_ = true;
    }
    if (proposed.after && *proposed.after != known_.incidents.at(id))
      found("after", asked.word + ": the decision makes of the case what its events do not");
  }
  look_again_for_switch(proposed.events);
  auditor_.stored(act);
  if (!id.value.is_nil() && findings().empty()) look(id);
  return findings().empty();
}

// As the store does where a switch was decided: what the body has not relayed yet is looked at again, be it after the last
// level.
void World::look_again_for_switch(const std::vector<Event>& events) {
  for (const auto& event : events) {
    const auto* decided = std::get_if<RelaySwitchDecided>(&event.what);
    if (!decided || !decided->approved || !known_.relaying[decided->organization]) continue;
    for (const auto& [id, incident] : known_.incidents)
      if (std::any_of(incident.obligations.begin(), incident.obligations.end(), [&](const Obligation& duty) {
            return duty.holder == decided->organization && duty.state == ObligationState::open;
          }))
        rings_[id] = event.at;
  }
}

void World::look(IncidentId id) {
  auto seen = simulation::plain(known_.incidents.at(id));
  if (options_.mutant == "revision_stays" && seen.revision > 20) {
    --seen.revision;
    altered_ = true;
  }
  auditor_.looked(seen);
}

Decided World::delivered(const Known& known, Decision decision, Moment moment) const {
  queue_deliveries(law(), decision, known.endpoints, moment);
  const auto rings_at = decision.rings_at;
  auto events = std::move(decision.events);
  return Proposed{std::move(events), rings_at, std::make_shared<const Incident>(std::move(decision.after))};
}
Decided World::delivered(const Known& known, Outcome outcome, Moment moment) const {
  if (!outcome) return tl::unexpected(std::move(outcome.error()));
  return delivered(known, std::move(*outcome), moment);
}

// -- People ---------------------------------------------------------------------------------------------------------

Actor World::person(const std::string& body, Role role) {
  const auto found_holders =
      std::find_if(holders().begin(), holders().end(), [&](const Holders& one) { return one.role == role; });
  const std::string name = found_holders == holders().end() ? "職員" : any(found_holders->names);
  const auto hash = mixed(std::hash<std::string>{}(body + "/" + std::string(to_string(role)) + "/" + name));
  TokenId token;
  for (std::size_t i = 0; i < 8; ++i) token.value.bytes[i] = static_cast<std::uint8_t>(hash >> (8 * i));
  Actor actor{token, body, role, name, {}};
  const auto staff = known_.staffs.find(body);
  if (staff == known_.staffs.end()) return actor;
  for (const auto& known : staff->second.people)
    if (known.person.name == name && !known.left_at) actor.person = known.person.id;
  if (!actor.person) return actor;
  bound_[token] = *actor.person;
  if (hash % 3 == 0) actor.name.clear();  // what is bound to a person needs no name
  return actor;
}

Actor World::bound(const std::string& body, PersonId id, Role role) {
  const auto hash = mixed(std::hash<Uuid>{}(id.value) ^ static_cast<std::uint64_t>(role));
  TokenId token;
  for (std::size_t i = 0; i < 8; ++i) token.value.bytes[i] = static_cast<std::uint8_t>(hash >> (8 * i));
  bound_[token] = id;
  return {token, body, role, "", id};
}

void World::found_staff(const std::string& body) {
  const auto* known_body = source_.registry.find(body);
  if (!known_body || !role_fits(Role::csirt_member, *known_body)) return;
  const auto of_staff = [&](Actor actor, auto command) {
    command.actor = std::move(actor);
    perform({"staff", command.actor, {}, {}, [this, command](const Known& known, Moment moment) -> Decided {
               Staff staff;
               staff.organization = command.actor.organization;
               if (const auto held = known.staffs.find(staff.organization); held != known.staffs.end())
                 staff = held->second;
               auto outcome = decide_staff(law(), staff, command, moment);
               if (!outcome) return tl::unexpected(std::move(outcome.error()));
               return Proposed{std::move(outcome->events), {}, nullptr};
             }});
  };
  const auto by = [&](Role role) { return Actor{person(body, role).token, body, role, "", {}}; };
  struct Planned {
    const char* name;
    Post post;
    Role by;
  };
  const std::vector<Planned> planned = {{"責任者", Post::csirt_head, Role::ciso},
                                        {"担当一", Post::csirt_member, Role::csirt_head},
                                        {"担当二", Post::csirt_member, Role::csirt_head},
                                        {"連絡担当", Post::external_contact, Role::ciso},
                                        {"許可権限者", Post::exception_officer, Role::ciso},
                                        {"最高責任者", Post::ciso, Role::csirt_head},
                                        {"課室責任者", Post::section_officer, Role::ciso},
                                        {"支援要員一", Post::cymat_member, Role::ciso},
                                        {"支援要員二", Post::cymat_member, Role::ciso}};
  for (const auto& one : planned) {
    if (one.post == Post::cymat_member && !role_fits(Role::cymat_member, *known_body)) continue;
    of_staff(by(Role::csirt_head), RegisterPerson{{}, one.name, Employment::employee, {}, chance(2)});
    const auto staff = known_.staffs.find(body);
    if (staff == known_.staffs.end() || staff->second.people.empty()) continue;
    of_staff(by(one.by), Appoint{{}, staff->second.people.back().person.id, one.post, Ground::office, "", {}, {}});
  }
}

bool World::registered(const Known& known, const std::string& body) const {
  const auto staff = known.staffs.find(body);
  return staff != known.staffs.end() && std::any_of(staff->second.people.begin(), staff->second.people.end(),
                                                    [](const KnownPerson& one) { return !one.left_at; });
}

Authority World::authority_of(const Known& known, const std::optional<TokenId>& token, const std::string& body) const {
  if (options_.mutant == "eyes_forgotten") return {};
  const auto held = token ? bound_.find(*token) : bound_.end();
  const auto staff = known.staffs.find(body);
  if (held == bound_.end() || staff == known.staffs.end()) return {};
  return core::authority_of(staff->second, held->second, clock());
}

// As the store does before a decision of two persons of a body whose people are known.
std::optional<Refusal> World::refuse_eyes(const Known& known, const Actor& actor, const std::optional<TokenId>& asked,
                                          bool approved) const {
  if (!registered(known, actor.organization) || options_.mutant == "eyes_forgotten") return std::nullopt;
  return refuse_unbound_eyes(authority_of(known, asked, actor.organization),
                             authority_of(known, actor.token, actor.organization), approved);
}

Role World::role_of_desk(const std::string& body) {
  const auto* known = source_.registry.find(body);
  if (known) {
    if (known->kind == routing::OrganizationKind::center) return Role::center_liaison;
    if (known->kind == routing::OrganizationKind::police) return Role::police_desk;
    if (known->kind == routing::OrganizationKind::crisis_management) return Role::crisis_desk;
  }
  return one_of({Role::csirt_member, Role::csirt_member, Role::csirt_head, Role::external_contact});
}

const Incident* World::a_case() {
  if (known_.incidents.empty()) return nullptr;
  auto at = known_.incidents.begin();
  std::advance(at, below(static_cast<int>(known_.incidents.size())));
  return &at->second;
}

std::string World::body_of(const Incident& incident) {
  if (chance(10)) return any(cast_);
  if (incident.obligations.empty() || chance(3)) return incident.organization;
  const auto& duty = any(incident.obligations);
  return chance(3) ? duty.recipient : duty.holder;
}

}  // namespace noroshi::simulation
