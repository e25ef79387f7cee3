#include "routing/route.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "routing/closed_list.h"
#include "routing/reasons.h"

namespace noroshi::routing {
namespace {

constexpr ClosedList<AlarmCode, 9> alarm_codes{{{
    {AlarmCode::no_edition_in_force, "no_edition_in_force"},
    {AlarmCode::body_not_in_force, "body_not_in_force"},
    {AlarmCode::unknown_organization, "unknown_organization"},
    {AlarmCode::not_a_reporting_body, "not_a_reporting_body"},
    {AlarmCode::large_scale_without_attack, "large_scale_without_attack"},
    {AlarmCode::large_scale_unassessed, "large_scale_unassessed"},
    {AlarmCode::successor_unknown, "successor_unknown"},
    {AlarmCode::no_police_known, "no_police_known"},
    {AlarmCode::no_recipient, "no_recipient"},
}}};

constexpr ClosedList<NoteCode, 3> note_codes{{{
    {NoteCode::later_edition_not_held, "later_edition_not_held"},
    {NoteCode::no_duty_for_corporation, "no_duty_for_corporation"},
    {NoteCode::main_and_joint_is_our_reading, "main_and_joint_is_our_reading"},
}}};

bool contains(const std::vector<std::string>& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool holds(Condition condition, const Judgement& judgement, const Facts& facts) {
  switch (condition) {
    case Condition::assessed_incident:
      return judgement.assessment == Assessment::incident;
    case Condition::assessed_possible:
      return judgement.assessment == Assessment::possible;
    case Condition::cyberattack_or_feared:
      // Silence about the cause must not dodge the police where grave harm is at stake.
      return judgement.cyberattack == Cyberattack::yes || judgement.cyberattack == Cyberattack::possible ||
             (judgement.cyberattack == Cyberattack::unknown && !judgement.large_scale.empty());
    case Condition::cyberattack_undecided:
      return judgement.cyberattack == Cyberattack::unknown;
    case Condition::large_scale:
      return !judgement.large_scale.empty() && judgement.cyberattack != Cyberattack::no;
    case Condition::cymat_supports:
      return false;  // a decision of the centre, not a fact of the report
    case Condition::shared_platform:
      return facts.shared_platform;
  }
  return false;
}

// A judgement and the body whose it is.
struct Judge {
  const Organization* body;
  const Judgement* judgement;
};

// An agency that was told of a corporation's incident, with its own judgement where it has made one.
struct Told {
  const Organization* agency;
  const Judgement* judgement;
};

struct Recipient {
  const Organization* body;
  Reason because;
};

// What has become of one rule.
struct Outcome {
  std::vector<Duty> duties;
  std::string holder;           // who would have held it, where somebody could
  std::vector<Reason> because;  // why nothing opened
};

class Router {
 public:
  Router(const Edition& edition, const Registry& registry, const Facts& facts, Timestamp at)
      : edition_(edition),
        registry_(registry),
        facts_(facts),
        recognized_day_(japanese_day(facts.recognized)),
        placed_day_(std::max(recognized_day_, japanese_day(at))),
        severity_(severity_of(facts)),
        report_{facts.organization, facts.assessment, facts.cyberattack, facts.large_scale},
        outcomes_(edition.rules.size()) {}

  Routing run() && {
    result_.edition = &edition_;
    if (edition_.later_not_held && recognized_day_ >= edition_.later_not_held->from)
      result_.notes.push_back({NoteCode::later_edition_not_held, reasons::later_edition_not_held(edition_)});
    if (const auto refused = find_reporter()) {
      for (auto& outcome : outcomes_) outcome.because.push_back(*refused);
    } else {
      warn_of_contradictions({reporter_, &report_});
      if (reporter_->is_corporation()) note_for_corporation();
      for_each_opening(Incident::own,
                       [&](const Rule& rule, auto on, Outcome& outcome) { open_own(rule, on, outcome); });
      if (reporter_->is_corporation()) find_told();
      for_each_opening(Incident::received, [&](const Rule& rule, auto on, Outcome& outcome) {
        open_received(rule, on, outcome);
      });
    }
    collect();
    if (reporter_ && reporter_->is_corporation()) list_further_supervisors();
    return std::move(result_);
  }

 private:
  // -- The body whose incident it is
  // --------------------------------------------------------------------------------

  // Sets reporter_; says why where there is none that could hold a duty.
  std::optional<Reason> find_reporter() {
    const auto refuse = [&](AlarmCode code, Reason reason) {
      raise(code, facts_.organization, reason);
      return reason;
    };
    const auto* body = registry_.find(facts_.organization);
    if (!body)
      return refuse(AlarmCode::unknown_organization, reasons::unknown_organization(facts_.organization));
    if (!body->period.contains(recognized_day_))
      return refuse(AlarmCode::body_not_in_force, reasons::body_not_in_force(*body, recognized_day_));
    if (!body->is(OrganizationKind::national_agency) && !body->is_corporation())
      return refuse(AlarmCode::not_a_reporting_body, reasons::not_a_reporting_body(*body));
    reporter_ = body;
    return std::nullopt;
  }

  void warn_of_contradictions(const Judge& judge) {
    if (judge.judgement->large_scale.empty()) return;
    if (judge.judgement->cyberattack == Cyberattack::no)
      raise(AlarmCode::large_scale_without_attack, judge.body->slug,
            reasons::large_scale_without_attack(*judge.body));
    if (judge.judgement->assessment == Assessment::possible)
      raise(AlarmCode::large_scale_unassessed, judge.body->slug,
            reasons::large_scale_unassessed(*judge.body));
  }

  void note_for_corporation() {
    const auto bound = [&](const Rule& rule) { return rule.may_be_held_by(*reporter_); };
    if (std::none_of(edition_.rules.begin(), edition_.rules.end(), bound))
      result_.notes.push_back(
          {NoteCode::no_duty_for_corporation, reasons::no_duty_for_corporation(edition_, *reporter_)});
  }

  // -- Opening
  // ------------------------------------------------------------------------------------------------------

  template <class Open>
  void for_each_opening(Incident incident, Open open) {
    for (std::size_t i = 0; i < edition_.rules.size(); ++i)
      for (const auto& opening : edition_.rules[i].openings)
        if (opening.incident == incident) open(edition_.rules[i], opening.opens_on, outcomes_[i]);
  }

  void open_own(const Rule& rule, OpensOn opens_on, Outcome& outcome) {
    if (!rule.may_be_held_by(*reporter_)) {
      outcome.because.push_back(reasons::holder_must_be(rule));
      return;
    }
    outcome.holder = place(*reporter_).slug;
    auto because = weigh(rule, {{reporter_, &report_}}, outcome);
    if (!because) return;
    because->insert(because->begin(), reasons::holder_is(*reporter_, rule));
    for (const auto& recipient : recipients_of(rule, *reporter_, outcome)) {
      add_duty(rule, opens_on, *reporter_, recipient, *because, outcome);
      if (rule.recipient == RecipientRule::supervising_agency) notified_.push_back(recipient.body);
    }
  }

  void open_received(const Rule& rule, OpensOn opens_on, Outcome& outcome) {
    if (!reporter_->is_corporation()) {
      // Where the rule opens on own incidents too, that side has said why.
      if (outcome.duties.empty() && outcome.because.empty())
        outcome.because.push_back(reasons::received_only());
      return;
    }
    if (told_.empty() && weigh(rule, {{reporter_, &report_}}, outcome))
      outcome.because.push_back(reasons::nobody_was_told());
    for (const auto& told : told_) open_for_told(rule, opens_on, told, outcome);
  }

  void open_for_told(const Rule& rule, OpensOn opens_on, const Told& told, Outcome& outcome) {
    if (!rule.may_be_held_by(*told.agency)) {
      add_reason(outcome.because, reasons::holder_must_be(rule));
      return;
    }
    if (outcome.holder.empty()) outcome.holder = place(*told.agency).slug;
    std::vector<Judge> judges{{reporter_, &report_}};
    if (told.judgement) judges.push_back({told.agency, told.judgement});
    auto because = weigh(rule, judges, outcome);
    if (!because) return;
    because->insert(because->begin(), reasons::received(*told.agency, *reporter_));
    for (const auto& recipient : recipients_of(rule, *told.agency, outcome))
      add_duty(rule, opens_on, *told.agency, recipient, *because, outcome);
  }

  // The reasons for which a rule opens: each of its conditions holds of one of the judgements at least.
  // Nothing, with the reasons in the outcome, where one holds of none. A judgement closes nothing but its own
  // prompting.
  std::optional<std::vector<Reason>> weigh(const Rule& rule, const std::vector<Judge>& judges,
                                           Outcome& outcome) {
    std::vector<Reason> because;
    bool opens = true;
    for (const auto condition : rule.when) {
      bool held = false;
      for (const auto& judge : judges) {
        if (!holds(condition, *judge.judgement, facts_)) continue;
        held = true;
        add_reason(because, reasons::condition_holds(condition, *judge.judgement, *judge.body));
      }
      if (held) continue;
      opens = false;
      const auto& first = judges.front();
      add_reason(outcome.because, reasons::condition_fails(condition, *first.judgement, *first.body));
    }
    if (!opens) return std::nullopt;
    return because;
  }

  void add_duty(const Rule& rule, OpensOn opens_on, const Organization& holder, const Recipient& recipient,
                std::vector<Reason> because, Outcome& outcome) {
    const auto& holder_now = place(holder);
    const auto& recipient_now = place(*recipient.body);
    Duty duty;
    duty.rule = &rule;
    duty.holder = holder_now.slug;
    duty.recipient = recipient_now.slug;
    duty.opens_on = opens_on;
    duty.target = rule.target.of(duty.holder, severity_);
    duty.self = !rule.inner() && duty.holder == duty.recipient;
    duty.because = std::move(because);
    duty.because.push_back(recipient.because);
    if (&holder_now != &holder) {
      duty.formerly = holder.slug;
      add_reason(duty.because, reasons::stands_in_place(holder_now, holder));
    }
    if (&recipient_now != recipient.body) {
      duty.recipient_formerly = recipient.body->slug;
      add_reason(duty.because, reasons::stands_in_place(recipient_now, *recipient.body));
    }
    if (duty.self) duty.because.push_back(reasons::to_oneself(holder_now));
    join(outcome.duties, std::move(duty));
  }

  // Two bodies that have merged since hold one duty.
  static void join(std::vector<Duty>& duties, Duty duty) {
    const auto same = std::find_if(duties.begin(), duties.end(), [&](const Duty& other) {
      return other.holder == duty.holder && other.recipient == duty.recipient;
    });
    if (same == duties.end()) {
      duties.push_back(std::move(duty));
      return;
    }
    for (auto& reason : duty.because) add_reason(same->because, std::move(reason));
  }

  // The body that stands in its place today: itself while it exists.
  const Organization& place(const Organization& body) {
    if (const auto* standing = registry_.standing_for(body.slug, placed_day_)) return *standing;
    raise(AlarmCode::successor_unknown, body.slug, reasons::successor_unknown(body));
    return body;
  }

  // -- Recipients
  // ---------------------------------------------------------------------------------------------------

  std::vector<Recipient> recipients_of(const Rule& rule, const Organization& holder, Outcome& outcome) {
    std::vector<Recipient> recipients;
    std::string_view wanted;
    switch (rule.recipient) {
      case RecipientRule::holder:
        return {{&holder, reasons::inside(holder)}};
      case RecipientRule::police:
        return police_for(holder, outcome);
      case RecipientRule::supervising_agency:
        recipients = supervisors_of(holder);
        break;
      case RecipientRule::center:
        if (const auto* body = registry_.in_force(OrganizationKind::center, recognized_day_))
          recipients.push_back({body, reasons::center(*body, recognized_day_)});
        break;
      case RecipientRule::crisis_management:
        wanted = edition_.crisis_management;
        if (const auto* body = registry_.find(wanted); body && body->period.contains(recognized_day_))
          recipients.push_back({body, reasons::crisis_management(*body)});
        break;
    }
    if (recipients.empty()) {
      const auto reason = reasons::no_recipient(rule.recipient, wanted, recognized_day_);
      raise(AlarmCode::no_recipient, holder.slug, reason);
      add_reason(outcome.because, reason);
    }
    return recipients;
  }

  // Main and joint supervisors, and the 共管 bodies that a person added.
  std::vector<Recipient> supervisors_of(const Organization& corporation) {
    std::vector<Recipient> recipients;
    for (const auto* supervision : registry_.supervisions(corporation.slug, recognized_day_)) {
      const auto* agency = registry_.find(supervision->agency);
      if (supervision->role != SupervisionRole::co)
        recipients.push_back({agency, reasons::supervisor(corporation, *supervision, *agency)});
      else if (contains(facts_.added_supervisors, supervision->agency))
        recipients.push_back({agency, reasons::supervisor_added(corporation, *supervision, *agency)});
    }
    return recipients;
  }

  std::vector<Recipient> police_for(const Organization& holder, Outcome& outcome) {
    std::vector<Recipient> recipients;
    // A name that is of no use falls back on the default: the duty must not be lost to a slip of the pen.
    const auto* named = facts_.police.empty() ? nullptr : usable_police(facts_.police);
    const auto* usual = registry_.find(holder.police);
    if (named) {
      recipients.push_back({named, reasons::named_police(*named)});
    } else if (usual && usual->period.contains(recognized_day_)) {
      recipients.push_back({usual, reasons::default_police(holder, *usual)});
    }
    for (const auto& slug : facts_.added_police)
      if (const auto* added = usable_police(slug))
        recipients.push_back({added, reasons::added_police(*added)});
    if (recipients.empty()) {
      raise(AlarmCode::no_police_known, holder.slug, reasons::no_police_known(holder));
      add_reason(outcome.because, reasons::no_police_known(holder));
    }
    return recipients;
  }

  // Null, with an alarm, for a name that is not one of a police in force.
  const Organization* usable_police(const std::string& slug) {
    const auto* body = registry_.find(slug);
    if (!body) {
      raise(AlarmCode::unknown_organization, slug, reasons::unknown_organization(slug));
    } else if (!body->is(OrganizationKind::police)) {
      raise(AlarmCode::no_police_known, slug, reasons::not_a_police(*body));
    } else if (!body->period.contains(recognized_day_)) {
      raise(AlarmCode::body_not_in_force, slug, reasons::body_not_in_force(*body, recognized_day_));
    } else {
      return body;
    }
    return nullptr;
  }

  // -- Who was told
  // -------------------------------------------------------------------------------------------------

  // The recipients of the corporation's report; and whoever judges it, for it received the report even where
  // the corporation has since thought otherwise.
  void find_told() {
    for (const auto* supervision : registry_.supervisions(reporter_->slug, recognized_day_)) {
      const auto* agency = registry_.find(supervision->agency);
      const auto* judgement = judgement_of(supervision->agency);
      const bool recipient = std::find(notified_.begin(), notified_.end(), agency) != notified_.end();
      if (!recipient && !judgement) continue;
      if (judgement) warn_of_contradictions({agency, judgement});
      const bool prompts = judgement && judgement->assessment != Assessment::not_incident;
      told_.push_back({agency, prompts ? judgement : nullptr});
    }
  }

  // That of who stands in its place, where it has ended since; else its own.
  const Judgement* judgement_of(const std::string& agency) const {
    const auto* standing = registry_.standing_for(agency, placed_day_);
    const auto* theirs = standing && standing->slug != agency ? judgement_by(standing->slug) : nullptr;
    return theirs ? theirs : judgement_by(agency);
  }
  const Judgement* judgement_by(const std::string& body) const {
    const auto& all = facts_.judgements_of_others;
    const auto found = std::find_if(all.begin(), all.end(), [&](const Judgement& j) { return j.organization == body; });
    return found == all.end() ? nullptr : &*found;
  }

  // -- The answer
  // ---------------------------------------------------------------------------------------------------

  void collect() {
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
      auto& outcome = outcomes_[i];
      if (outcome.duties.empty()) {
        result_.not_opened.push_back({&edition_.rules[i], outcome.holder, "", std::move(outcome.because)});
      } else {
        std::move(outcome.duties.begin(), outcome.duties.end(), std::back_inserter(result_.duties));
      }
    }
  }

  // Each 共管 body stands with its scope, so that a person can add it; so does one that was added in vain.
  void list_further_supervisors() {
    const auto& rules = edition_.rules;
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const Rule& r) {
      return r.recipient == RecipientRule::supervising_agency && r.may_be_held_by(*reporter_);
    });
    if (rule == rules.end()) return;
    const auto supervisions = registry_.supervisions(reporter_->slug, recognized_day_);
    const auto list = [&](const std::string& recipient, Reason reason) {
      result_.not_opened.push_back({&*rule, place(*reporter_).slug, recipient, {std::move(reason)}});
    };
    for (const auto* supervision : supervisions) {
      if (supervision->role != SupervisionRole::co) continue;
      if (contains(facts_.added_supervisors, supervision->agency)) continue;
      const auto* agency = registry_.find(supervision->agency);
      list(place(*agency).slug, reasons::co_supervisor(*reporter_, *supervision, *agency));
    }
    for (const auto& slug : facts_.added_supervisors) {
      const auto* body = registry_.find(slug);
      if (!body) raise(AlarmCode::unknown_organization, slug, reasons::unknown_organization(slug));
      if (body && !registry_.supervises(slug, reporter_->slug, recognized_day_))
        list(slug, reasons::not_a_supervisor(*reporter_, *body, recognized_day_));
    }
    if (!notified_.empty() && supervisions.size() > 1)
      result_.notes.push_back(
          {NoteCode::main_and_joint_is_our_reading, reasons::main_and_joint_is_our_reading(*reporter_)});
  }

  static void add_reason(std::vector<Reason>& reasons, Reason reason) {
    if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end())
      reasons.push_back(std::move(reason));
  }

  void raise(AlarmCode code, std::string_view organization, Reason reason) {
    const auto same = [&](const Alarm& alarm) {
      return alarm.code == code && alarm.organization == organization;
    };
    if (std::none_of(result_.alarms.begin(), result_.alarms.end(), same))
      result_.alarms.push_back({code, std::string(organization), std::move(reason)});
  }

  const Edition& edition_;
  const Registry& registry_;
  const Facts& facts_;
  const JapaneseDay recognized_day_;  // whose bodies
  const JapaneseDay placed_day_;      // who stands in their place
  const Severity severity_;           // of targets
  const Judgement report_;
  const Organization* reporter_ = nullptr;
  std::vector<const Organization*>
      notified_;                   // the supervising agencies to whom the corporation's report goes
  std::vector<Told> told_;         // those and others that judged it
  std::vector<Outcome> outcomes_;  // beside the edition's rules
  Routing result_;
};

}  // namespace

std::string_view to_string(AlarmCode code) {
  return alarm_codes.text_of(code);
}
std::string_view to_string(NoteCode code) {
  return note_codes.text_of(code);
}

Routing route(const Edition* edition, const Registry& registry, const Facts& facts, Timestamp at) {
  if (edition) return Router(*edition, registry, facts, at).run();
  Routing none;
  none.alarms.push_back({AlarmCode::no_edition_in_force, facts.organization,
                         reasons::no_edition_in_force(japanese_day(facts.recognized))});
  return none;
}

Routing route(const Editions& editions, const Registry& registry, const Facts& facts, Timestamp at) {
  return route(editions.in_force(japanese_day(facts.recognized)), registry, facts, at);
}

}  // namespace noroshi::routing
