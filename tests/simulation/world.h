// The simulated world: bodies and their people, cases, receivers, carriers, a daemon that decides and a log that keeps
// it.
//
// Time is virtual. The clock that the daemon reads may be set forward and back. Between all steps of a command (asked,
// decided, stored, answered) the daemon may die: what was decided and not stored is forgotten, what was stored and not
// answered is asked for again with the same key. Two may decide on the same state; one of them has to decide anew.
//
// Every step draws from a generator of its own, seeded by the world's seed and the step's number, so that steps can be
// left out when a failure is made smaller.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "src/core/decide.h"
#include "src/core/decide_delivery.h"
#include "src/core/departure.h"
#include "src/core/information.h"
#include "tests/simulation/auditor.h"
#include "tests/simulation/log.h"
#include "tests/simulation/world_law.h"

namespace noroshi::simulation {

struct Options {
  std::uint64_t seed = 1;
  int steps = 110;
  std::set<int> only;  // these steps alone; empty: all
  std::set<int> left_out;
  bool trace = false;
  std::string mutant;  // empty: the program as it is
};

// What a decision gives; of a body where there is no case.
struct Proposed {
  std::vector<core::Event> events;
  std::optional<Timestamp> rings_at;
  std::shared_ptr<const core::Incident> after = nullptr;  // what the decision made of the case, by its own word
};
using Decided = tl::expected<Proposed, core::Refusal>;

struct Asked {
  std::string word;
  core::Actor actor;
  std::optional<core::IncidentId> incident;  // nothing: of a body, or a case that is not there yet
  std::string body;                          // whose first report of a case it is; empty: no such
  std::function<Decided(const Known&, core::Moment)> decide;
};

class World {
 public:
  explicit World(const Options& options);

  // Every step, then the end; stops at the first finding.
  void run();

  const Auditor& auditor() const { return auditor_; }
  const std::vector<Finding>& findings() const { return auditor_.findings().empty() ? findings_ : auditor_.findings(); }
  int step() const { return step_; }
  std::size_t events() const { return log_.size(); }
  bool altered() const { return altered_; }
  const std::map<std::string, std::size_t>& happened() const { return happened_; }
  const std::map<std::string, std::size_t>& refused() const { return refused_; }

 private:
  // -- chance --
  int below(int bound) { return static_cast<int>(random_() % static_cast<unsigned>(bound)); }
  bool chance(int one_in) { return below(one_in) == 0; }
  template <class List>
  const auto& any(const List& list) {
    return list[static_cast<std::size_t>(below(static_cast<int>(std::size(list))))];
  }
  template <class T>
  T one_of(std::initializer_list<T> list) {
    return list.begin()[below(static_cast<int>(list.size()))];
  }

  // -- world.cpp: time, the daemon, the log --
  Timestamp clock() const { return now_ + skew_; }
  core::Law law() const;
  void take_step();
  void pass_time();
  void wait_until(Timestamp until, bool away);
  void ring_until(Timestamp until);
  bool ring(core::IncidentId id);
  void set_clock();
  void crash(const char* when);
  bool perform(const Asked& asked);
  bool store(const Asked& asked, const std::string& key, std::size_t based_on, Proposed proposed);
  std::size_t version_of(const Known& known, const Asked& asked) const;
  void look(core::IncidentId id);
  void look_again_for_switch(const std::vector<core::Event>& events);
  void found(const std::string& check, const std::string& text);
  void say(const std::string& text) const;
  // A decision on a case, with what goes to endpoints beside it.
  template <class Decide>
  Asked on_case(const std::string& word, core::IncidentId id, const core::Actor& actor, Decide decide) {
    return {word, actor, id, {}, [this, id, decide](const Known& known, core::Moment moment) -> Decided {
              const auto found = known.incidents.find(id);
              if (found == known.incidents.end())
                return tl::unexpected(core::Refusal{core::RefusalCode::not_found, {}, {}});
              return delivered(known, decide(found->second, known, moment), moment);
            }};
  }
  Decided delivered(const Known& known, core::Outcome outcome, core::Moment moment) const;
  Decided delivered(const Known& known, core::Decision decision, core::Moment moment) const;

  // -- people --
  core::Actor person(const std::string& body, core::Role role);
  void found_staff(const std::string& body);
  bool registered(const Known& known, const std::string& body) const;
  core::Authority authority_of(const Known& known, const std::optional<core::TokenId>& token,
                               const std::string& body) const;
  core::Role role_of_desk(const std::string& body);
  const core::Incident* a_case();
  std::string body_of(const core::Incident& incident);
  // Decides by two persons of that body: what was asked by `applicant`, whose people may have to be known.
  std::optional<core::Refusal> refuse_eyes(const Known& known, const core::Actor& actor,
                                           const std::optional<core::TokenId>& asked, bool approved) const;

  // -- acts.cpp --
  void act();
  void submit_first();
  void submit_later(const core::Incident& incident);
  void judge(const core::Incident& incident);
  void move(const core::Incident& incident, std::optional<core::IncidentState> to = {});
  void add_recipient(const core::Incident& incident);
  void acknowledge(const core::Incident& incident);
  void acknowledge(core::IncidentId id, const core::Message& message);
  void fulfil(const core::Incident& incident);
  void ask_waiver(const core::Incident& incident);
  void ask_waiver(core::IncidentId id, const core::Obligation& obligation);
  void decide_waiver(const core::Incident& incident, bool surely = false);
  void work_off(const core::Incident& incident);
  void erase(const core::Incident& incident);
  void pass_all();
  void receivers_read();
  void random_facts(core::Report& report);
  routing::Assessment assessment();

  // -- acts_of_information.cpp: deliveries, endpoints, switches, labels, withholding, inquiries, reading --
  void carry(bool to_the_end);
  void settle(core::IncidentId id, const core::Delivery& delivery, core::MessageState state, int attempts);
  void replay(const core::Incident& incident);
  void change_endpoint();
  void change_switch();
  void change_label(const core::Incident& incident);
  void withhold(const core::Incident& incident);
  void share(const core::Incident& incident);
  void inquire(const core::Incident& incident);
  void tell_down(const core::Incident& incident);
  void read(const core::Incident& incident);

  // -- acts_of_response.cpp: inner duties, who responds, CYMAT, who leaves --
  void handle(const core::Incident& incident);
  void link_platform(const core::Incident& incident);
  void assign(const core::Incident& incident);
  void cymat(const core::Incident& incident);
  void change_staff();
  core::ResponseContext context(const Known& known) const;
  Asked response(const std::string& word, core::IncidentId id, const core::ResponseCommand& command);
  core::Actor bound(const std::string& body, core::PersonId person, core::Role role);

  // How a body's desk takes what reaches it.
  enum class Temper { prompt, late, never };

  Options options_;
  const WorldLaw& source_;
  routing::Editions editions_;
  std::optional<routing::Editions> editions_coming_;
  bool coming_ = false;  // the edition that comes midway is installed
  core::ClockPolicy clocks_;
  core::RetentionPolicy retention_;
  std::mt19937_64 random_;
  Timestamp now_;
  std::chrono::microseconds skew_{0};
  int step_ = 0;
  bool racing_ = false;
  bool altered_ = false;

  Known known_;
  Log log_;
  std::map<core::IncidentId, std::optional<Timestamp>> rings_;
  std::unique_ptr<record::SaltSource> salts_;
  std::uint64_t decisions_ = 0;
  std::uint64_t keys_ = 0;

  std::vector<std::string> victims_;
  std::vector<std::string> cast_;
  std::map<std::string, Temper> tempers_;
  std::set<std::string> without_person_;
  std::map<std::pair<std::string, std::string>, core::SubmitReport> first_submissions_;
  std::map<core::TokenId, core::PersonId> bound_;
  std::map<core::DeliveryId, int> attempts_;
  int references_ = 0;

  Auditor auditor_;
  std::vector<Finding> findings_;
  std::map<std::string, std::size_t> happened_;
  std::map<std::string, std::size_t> refused_;
};

}  // namespace noroshi::simulation
