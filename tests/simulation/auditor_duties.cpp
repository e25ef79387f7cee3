// Duties: none missing, none doubled, none that nobody owes; due in time; ended only by who may end them.
#include <algorithm>

#include "tests/simulation/auditor.h"

namespace noroshi::simulation {
namespace {

std::string name_of(const std::string& clause, int sentence, const std::string& holder, const std::string& recipient) {
  return clause + (sentence ? " #" + std::to_string(sentence) : "") + " " + holder + " -> " + recipient;
}

bool is_of_information(const std::string& edition, const std::string& clause) {
  return clause == (edition == "h28" ? "2.2.4(2)(k)" : "2.2.4(2)(m)");
}

}  // namespace

// 速やかに counts from 認知: a version that states another one moves what counts from it. What was told of is put off
// by no later one.
void Auditor::moved_recognition(Case& of, Instant before) {
  if (before == of.facts.recognized) return;
  for (auto& duty : of.duties) {
    if (!duty.counts_from_recognition) continue;
    duty.due = of.facts.recognized + duty.target;
    if (duty.rungs.level == 0 || duty.due < duty.alarm_due) duty.alarm_due = duty.due;
  }
}

void Auditor::of_duty(Reading& reading, const Happened& event) {
  auto& of = *reading.of;
  if (event.type == "obligation.opened") return opened(reading, event);
  auto* duty = of.duty(event["obligation"]);
  if (!holds("duties_kept", duty, event.type + " of a duty that nobody opened")) return;
  const auto name = name_of(duty->clause, duty->sentence, duty->holder, duty->recipient);

  if (event.type == "obligation.fulfilled") return fulfilled(reading, event);
  if (event.type == "obligation.waived") {
    const auto waiver = of.waivers.find(event["waiver"]);
    holds("four_eyes", waiver != of.waivers.end() && waiver->second.decided && waiver->second.about == duty->id,
          name + " is excepted without a decision");
    holds("transition", duty->state == "open", name + " is excepted while " + duty->state);
    duty->state = "waived";
  } else if (event.type == "obligation.superseded") {
    // "No cyberattack" ends what is owed to the police, the end of a support what is owed to its team. Nothing else
    // ends a duty.
    const auto own = of.facts.judgements.find(of.facts.organization);
    const bool no_attack = law_.is(duty->recipient, "police") && !duty->inner && own != of.facts.judgements.end() &&
                           own->second.cyberattack == "no";
    const bool support_over = is_of_information(duty->edition, duty->clause) && reading.act.word == "cymat";
    holds("superseded", no_attack || support_over, name + " ends of itself");
    holds("transition", duty->state == "open", name + " ends while " + duty->state);
    duty->state = "superseded";
  } else if (event.type == "obligation.reopened") {
    holds("transition", duty->state == "fulfilled" || duty->state == "superseded",
          name + " opens anew while " + duty->state);
    const auto target = law_.target(duty->edition, duty->rule, duty->holder, LawBook::severity(of.facts), policy_);
    // By the edition of the day, which may have come since: what is open again is due as what opens now.
    const auto today = law_.target(law_.edition(day_of(of.facts.recognized)), duty->rule, duty->holder,
                                   LawBook::severity(of.facts), policy_);
    const bool by_today = event.number("due") == event.at + today;
    const bool as_before = event.number("due") == event.at + duty->target;
    holds("deadline", as_before || by_today || event.number("due") == event.at + target,
          name + " opens anew, due at another time");
    duty->state = "open";
    duty->opened = event.at;
    duty->due = duty->alarm_due = event.number("due");
    duty->target = duty->due - event.at;
    duty->counts_from_recognition = false;
    duty->rungs.restart(event.at);
    ++duty->occasion;
  } else if (event.type == "obligation.recurred") {
    holds("numbers", event.number("occasion") == duty->occasion + 1, name + ": occasion " + event["occasion"]);
    const bool in_vain = duty->state == "open" && duty->rungs.level >= static_cast<int>(policy_.steps.size());
    if (event.is("rings_anew")) {
      holds("alarm_round", in_vain, name + " is called anew while it is still being called");
      duty->rungs.restart(event.at);
    } else {
      holds("alarm_round", !in_vain || is_of_information(duty->edition, duty->clause), name + " is not called anew");
    }
    ++duty->occasion;
  } else if (event.type == "obligation.passed") {
    holds("succession", duty->state == "open", name + " passes although it is over");
    holds("succession",
          standing(duty->holder, event.at) == event["holder"] &&
              standing(duty->recipient, event.at) == event["recipient"],
          name + " passes to " + event["holder"] + " -> " + event["recipient"]);
    holds("succession", event["holder"] == duty->holder || event["formerly"] == duty->holder,
          name + " forgets who held it");
    if (event["holder"] != duty->holder) duty->rungs.restart(event.at);
    duty->holder = event["holder"];
    duty->recipient = event["recipient"];
  }
}

void Auditor::opened(Reading& reading, const Happened& event) {
  auto& of = *reading.of;
  Duty duty;
  duty.id = event["obligation"];
  duty.edition = event["edition"];
  duty.rule = event["rule"];
  duty.clause = event["clause"];
  duty.sentence = static_cast<int>(event.number("sentence"));
  duty.holder = event["holder"];
  duty.recipient = event["recipient"];
  duty.self = event.is("self");
  duty.inner = event.is("inner");
  duty.on_receipt = event.is("on_receipt");
  duty.opened = event.at;
  duty.due = duty.alarm_due = event.number("due");
  duty.target = event.number("target");
  duty.counts_from_recognition = !duty.on_receipt;
  duty.rungs.from = event.at;
  const auto name = name_of(duty.clause, duty.sentence, duty.holder, duty.recipient);
  holds("duty_with_reasons", event.number("reasons") > 0, name + " opens without a reason");
  holds("duty_of_self", duty.self == (duty.holder == duty.recipient && !duty.inner),
        name + " is a step to oneself, or is not");
  // Told of by another's act, it was received in this commit; judged by oneself, with the version that is judged.
  Instant start = of.facts.recognized;
  if (duty.on_receipt) {
    start = event.at;
    if (event.who.organization == duty.holder)
      for (const auto& mail : of.mails)
        if (mail.recipient == duty.holder && mail.report == of.latest_report) {
          start = mail.sent;
          break;
        }
  }
  const bool of_information = is_of_information(duty.edition, duty.clause);
  if (of_information) start = event.at;
  holds("deadline", duty.due == start + duty.target,
        name + " is due " + std::to_string((duty.due - start - duty.target) / one_second) + " s beside its target");
  holds("deadline",
        duty.target == law_.target(duty.edition, duty.rule, duty.holder, LawBook::severity(of.facts), policy_),
        name + " has another target: " + std::to_string(duty.target / one_second) + " s");
  holds("deadline", event.number("opened_at") == event.at, name + " opens at another time");
  reading.opened.push_back(of.duties.size());
  of.duties.push_back(duty);
}

// Duties that cross a border are met by their own message or by a person of their holder, and by nothing that comes
// from above.
void Auditor::fulfilled(Reading& reading, const Happened& event) {
  auto& of = *reading.of;
  auto& duty = *of.duty(event["obligation"]);
  const auto& word = reading.act.word;
  const auto name = name_of(duty.clause, duty.sentence, duty.holder, duty.recipient);
  holds("transition", duty.state == "open", name + " is met while " + duty.state);
  const auto index = static_cast<std::size_t>(&duty - of.duties.data());
  const bool just_opened = std::find(reading.opened.begin(), reading.opened.end(), index) != reading.opened.end();
  const auto& method = event["method"];
  if (duty.self) {
    holds("met", just_opened && method == "done", name + " is met by " + method);
  } else if (!duty.inner && word != "fulfil") {
    const bool told =
        !duty.on_receipt && !law_.is(duty.recipient, "police") && law_.kind(duty.recipient) != "crisis_management" &&
        method == "report" &&
        std::any_of(of.mails.begin() + static_cast<std::ptrdiff_t>(reading.mails_before), of.mails.end(),
                    [&](const Mail& mail) { return mail.obligation == duty.id && mail.recipient == duty.recipient; });
    holds("met", just_opened && told, name + " is met by " + word);
  } else if (!duty.inner) {
    holds("met", acts_for(event.who, duty.holder, event.at) && !event.who.token.empty(),
          name + " is met by " + event.who.organization + ", who is not its holder");
    const bool of_police = method == "police_report" || method == "consultation" || method == "decided_not_needed";
    holds("met", !of_police || law_.is(duty.recipient, "police"), name + " is met by " + method);
    holds("met", method != "decided_not_needed" || event.who.role == "csirt_head",
          name + " was held needless by a " + event.who.role);
  } else {
    // To judge is met by judging, by whoever does it; what is done inside, by the body itself.
    const bool judged = method == "judgement" &&
                        (word == "submit" || word == "judge" || word == "link_platform" || word == "recipient");
    const bool by_itself = acts_for(event.who, duty.holder, event.at) &&
                           (word == "handle" || word == "instruct" || word == "fulfil" || word == "cymat");
    holds("met", judged || by_itself, name + " is met by " + word + " of " + event.who.organization);
  }
  const Instant late = event.number("done_at") > duty.due ? event.number("done_at") - duty.due : 0;
  holds("late_by", event.number("late_by") == (late + one_second - 1) / one_second * one_second,
        name + " was late by " + event["late_by"] + " µs");
  holds("met", event.number("done_at") <= event.at, name + " is met ahead of its time");
  duty.state = "fulfilled";
}

void Auditor::everything_owed(Reading& reading) {
  auto& of = *reading.of;
  const auto now = reading.act.now;
  const auto owed = law_.duties(of.facts, day_of(now), policy_);
  const auto same = [&](const Duty& duty, const Owed& other) {
    return duty.clause == other.clause && duty.sentence == other.sentence && duty.inner == other.inner &&
           standing(duty.holder, now) == other.holder && standing(duty.recipient, now) == other.recipient;
  };
  for (const auto& one : owed) {
    const auto held =
        std::count_if(of.duties.begin(), of.duties.end(), [&](const Duty& duty) { return same(duty, one); });
    const auto name = name_of(one.clause, one.sentence, one.holder, one.recipient);
    holds("duty_missing", held > 0, name + " of " + one.edition + " is owed and was not opened");
    holds("duty_doubled", held < 2, name + " of " + one.edition + " stands twice");
    for (const auto& duty : of.duties) {
      if (!same(duty, one)) continue;
      holds("duty_missing", duty.state != "superseded", name + " is owed and was ended");
    }
  }
  for (const auto index : reading.opened) {
    const auto& duty = of.duties[index];
    if (is_of_information(duty.edition, duty.clause)) continue;
    const auto match = std::find_if(owed.begin(), owed.end(), [&](const Owed& one) { return same(duty, one); });
    const auto name = name_of(duty.clause, duty.sentence, duty.holder, duty.recipient);
    if (!holds("duty_unowed", match != owed.end(), name + " is owed by nobody")) continue;
    holds("duty_unowed", match->edition == duty.edition && match->rule == duty.rule,
          name + " is of another edition: " + duty.edition);
    holds("duty_unowed", match->on_receipt == duty.on_receipt, name + " opens on the other event");
  }
}

void Auditor::whole_act(Reading& reading) {
  auto& of = *reading.of;
  const auto& act = reading.act;
  // The law may have moved where no fact has: an edition was installed, a body has come.
  static const std::set<std::string> aligns = {"submit", "judge", "recipient", "link_platform"};
  if (aligns.contains(act.word)) everything_owed(reading);
  if (!aligns.contains(act.word))
    for (const auto index : reading.opened)
      holds("duty_unowed", is_of_information(of.duties[index].edition, of.duties[index].clause),
            of.duties[index].clause + " opens where no fact has moved");

  // A duty to judge is met by the judgement, whoever enters it.
  const auto own = of.facts.judgements.find(of.facts.organization);
  if (reading.facts_moved && own != of.facts.judgements.end())
    for (const auto& duty : of.duties) {
      if (duty.state != "open" || !duty.inner) continue;
      const bool to_assess = duty.clause == "2.2.4(2)(b)" && own->second.assessment != "possible";
      const bool to_decide = duty.clause.ends_with(" decision") && own->second.cyberattack != "unknown";
      holds("judged", !to_assess && !to_decide, duty.clause + " stays open although it was judged");
    }

  // 続報: a 最終報 is the last, a 訂正 is no news. As grave as it is held after all of the decision.
  const auto followup = act.now + LawBook::allowed(policy_.followup, standing(of.facts.organization, act.now),
                                                   LawBook::severity(of.facts));
  if (reading.report_received && reading.followup_final)
    holds("followup_due", !reading.followup_stated, "a 続報 is awaited after the 最終報");
  if (reading.report_received && !reading.followup_final && !reading.followup_correction)
    holds("followup_due", reading.followup_stated == followup, "the next 続報 is due at another time");
  if (reading.followup_moved && !reading.report_received)
    holds("followup_due", of.followup_due == followup, "the next 続報 is due at another time");

  // A version that the agency got and the centre has from nobody is owed to it anew.
  for (const auto& duty : of.duties) {
    if (act.word != "submit" || duty.state != "fulfilled" || duty.self || !duty.on_receipt ||
        duty.clause != "2.2.4(2)(g)" || law_.kind(duty.recipient) != "center")
      continue;
    const auto holder = standing(duty.holder, act.now);
    const bool told =
        std::any_of(of.mails.begin() + static_cast<std::ptrdiff_t>(reading.mails_before), of.mails.end(),
                    [&](const Mail& mail) { return mail.recipient == holder && mail.report == of.latest_report; });
    const auto seen = of.access.find(standing(duty.recipient, act.now));
    holds("relayed_anew", !told || (seen != of.access.end() && seen->second == "content"),
          duty.holder + " owes the centre nothing of a version that nobody has told it of");
  }

  parcels_of(reading);

  // Nobody is asked who is there no more: what a decision of these makes begins with passing on what is open.
  static const std::set<std::string> passes = {"submit", "judge",     "ring",       "pass",
                                               "fulfil", "recipient", "transition", "tell_down"};
  if (passes.contains(act.word)) {
    for (const auto& duty : of.duties)
      if (duty.state == "open" &&
          (standing(duty.holder, act.now) != duty.holder || standing(duty.recipient, act.now) != duty.recipient))
        found("succession", duty.clause + " stays with " + duty.holder + " -> " + duty.recipient);
    for (const auto& [body, scope] : of.access)
      holds("succession", of.access.contains(standing(body, act.now)),
            standing(body, act.now) + " does not see what " + body + " saw");
  }

  // The next look at the case is not after the next level of any of its clocks.
  auto& looks = looked_at_["rings_at"];
  for (const auto& clock : running(of)) {
    if (clock.rungs->level >= static_cast<int>(policy_.steps.size())) continue;
    const auto next =
        std::max(clock.due, clock.rungs->from) + policy_.steps[static_cast<std::size_t>(clock.rungs->level)];
    ++looks;
    if (!act.rings_at || act.rings_at > next)
      found("rings_at", "the case is looked at " + std::to_string((act.rings_at - next) / one_second) +
                            " s after a clock of " + clock.organization);
  }
}

}  // namespace noroshi::simulation
