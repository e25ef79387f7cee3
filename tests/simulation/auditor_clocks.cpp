// The ladder: who is told at which level of a clock, once each.
//
// Levels count from the later of due and start. At levels 1 to 3 the body that has to act hears, by its member, its
// head and its CISO; from level 4 on the other side does. The centre hears at level 2 of a report that an agency has
// not relayed to it. With a shorter ladder its last step does both.
#include <algorithm>
#include <array>

#include "tests/simulation/auditor.h"

namespace noroshi::simulation {
namespace {

const std::string& code_of(const std::string& kind) {
  static const std::map<std::string, std::string> codes = {{"duty", "duty_overdue"},
                                                           {"acknowledgement", "acknowledgement_overdue"},
                                                           {"followup", "followup_overdue"},
                                                           {"inquiry", "inquiry_overdue"}};
  return codes.at(kind);
}

}  // namespace

// Its CSIRT for a body that holds duties; a desk has one role. What the centre owes as a body of the Cabinet is its
// CSIRT's.
std::string Auditor::role_within(const std::string& body, int level, bool as_recipient) const {
  static constexpr std::array<const char*, 3> roles = {"csirt_member", "csirt_head", "ciso"};
  if (as_recipient || !law_.is(body, "national_agency")) {
    const auto kind = law_.kind(body);
    if (kind == "center") return "center_liaison";
    if (kind == "police") return "police_desk";
    if (kind == "crisis_management") return "crisis_desk";
  }
  return roles[static_cast<std::size_t>(std::min(level, 3) - 1)];
}
std::string Auditor::head_role(const std::string& body) const {
  const auto role = role_within(body, 2, true);
  return role;
}

// By a clock that was set back, what was decided lies ahead still.
bool Auditor::relays(const std::string& body, Instant now) const {
  const Switch* last = nullptr;
  for (const auto& [id, asked] : switches_)
    if (asked.organization == body && asked.state == "approved" && (!last || asked.decided > last->decided))
      last = &asked;
  return last && last->on && last->at <= now && policy_.relay_on_silence;
}

std::vector<Auditor::Running> Auditor::running(Case& of) {
  std::vector<Running> clocks;
  if (of.canary) return clocks;
  for (auto& duty : of.duties)
    if (duty.state == "open" && !(duty.inner && of.state == "dismissed"))
      clocks.push_back({"duty", duty.id, duty.holder, duty.alarm_due, &duty.rungs, &duty, nullptr, nullptr});
  // Who acknowledged a version has the ones before it too; what brings no version stands for itself.
  std::set<std::string> served;
  for (auto mail = of.mails.rbegin(); mail != of.mails.rend(); ++mail) {
    if (!mail->acknowledge_by) continue;
    if (mail->acknowledged) {
      if (!mail->report.empty()) {
        served.insert(mail->recipient);
        served.insert(mail->awaited_from());
      }
      continue;
    }
    if (mail->report.empty() || (!served.contains(mail->recipient) && !served.contains(mail->awaited_from())))
      clocks.push_back({"acknowledgement", mail->id, mail->awaited_from(), mail->acknowledge_by, &mail->rungs, nullptr,
                        &*mail, nullptr});
  }
  static const std::set<std::string> handled = {"assessed", "contained", "recovered", "reviewed"};
  if (of.followup_due && handled.contains(of.state))
    clocks.push_back({"followup", "", of.successor.empty() ? of.facts.organization : of.successor, *of.followup_due,
                      &of.followup, nullptr, nullptr, nullptr});
  for (auto& [id, question] : of.questions)
    if (question.open)
      clocks.push_back({"inquiry", id, question.to, question.due, &question.rungs, nullptr, nullptr, &question});
  return clocks;
}

std::set<std::pair<std::string, std::string>> Auditor::listeners(const Case& of, const Running& clock, int level,
                                                                 Instant now) const {
  std::set<std::pair<std::string, std::string>> told;
  const int last = static_cast<int>(policy_.steps.size());
  const bool inner = clock.duty && clock.duty->inner;
  const bool as_recipient = clock.mail || clock.question;
  const auto holder = standing(clock.organization, now);
  const auto centre = law_.centre(day_of(now));
  if (level >= std::min(4, last) && !inner) {
    if (clock.duty) {
      // Whether the police are told is the head's to say, and an exercise reaches no desk outside: the centre hears in
      // their place.
      auto other = standing(clock.duty->recipient, now);
      const auto kind = law_.kind(other);
      if (kind == "police" || (kind == "crisis_management" && of.exercise))
        other = centre.empty() ? clock.duty->holder : centre;
      told.emplace(other, head_role(other));
    } else if (clock.mail) {
      const auto sender = standing(clock.mail->sender, now);
      told.emplace(sender, head_role(sender));
    } else if (clock.question) {
      const auto asker = standing(clock.question->from, now);
      told.emplace(asker, head_role(asker));
    } else {
      for (const auto& mail : of.mails) {
        if (mail.kind != "report" || mail.sender != of.facts.organization) continue;
        const auto recipient = standing(mail.recipient, now);
        if (law_.kind(recipient) != "police") told.emplace(recipient, head_role(recipient));
      }
    }
  }
  if (told.empty() || level <= 3) {
    std::erase_if(told, [&](const auto& listener) { return listener.first == holder; });
    told.emplace(holder, role_within(holder, level, as_recipient));
  }
  return told;
}

void Auditor::rung(Reading& reading, const Happened& event) {
  auto& of = *reading.of;
  const auto& kind = event["clock"];
  const auto level = static_cast<int>(event.number("level"));
  const auto name = kind + " level " + event["level"] + " to " + event["organization"] + " (" + event["code"] + ")";
  holds("alarm_once",
        of.alarms
            .emplace(kind, event["subject"], static_cast<int>(event.number("round")), level,
                     event["code"] + " of " + event["holder"], event["organization"], event["role"])
            .second,
        name + " rings twice");
  // What is relayed since it was switched on names the level that was told before, which a clock set back has ahead again.
  holds("alarm_early", event.number("reached") <= event.at || event["code"] == "relayed_automatically",
        name + " rings before its time");
  holds("alarm_seen", of.access.contains(event["organization"]), name + " tells a body that sees nothing of the case");
  if (kind == "handover" || kind == "permission") return;  // of those who respond: auditor_sight.cpp
  for (const auto& clock : running(of)) {
    if (clock.kind != kind || (kind != "followup" && clock.subject != event["subject"])) continue;
    holds("alarm_round", event.number("round") == clock.rungs->round, name + " is of round " + event["round"]);
    holds("deadline", event.number("due") == clock.due, name + " names another due time");
    holds("alarm_early", level <= static_cast<int>(policy_.steps.size()), name + " is above the ladder");
    if (level <= static_cast<int>(policy_.steps.size()))
      holds("alarm_early",
            std::max(clock.due, clock.rungs->from) + policy_.steps[static_cast<std::size_t>(level - 1)] ==
                event.number("reached"),
            name + " names another time at which it was reached");
    holds("alarm_gap", level <= clock.rungs->level + 1, name + " leaves a level out");
    if (event["code"] == code_of(kind))
      holds("alarm_listener", listeners(of, clock, level, event.at).contains({event["organization"], event["role"]}),
            name + " as " + event["role"] + " is for somebody else");
    clock.rungs->told.emplace(level, event["code"], event["organization"], event["role"]);
    clock.rungs->level = std::max(clock.rungs->level, level);
    return;
  }
  found("alarm_of_nothing", name + " is of a clock that does not run");
}

void Auditor::ticked(const std::string& incident, Instant now) {
  const auto known = cases_.find(incident);
  if (known == cases_.end()) return;
  auto& of = known->second;
  auto& looks = looked_at_["alarm_missing"];
  for (const auto& clock : running(of)) {
    for (int level = 1; level <= static_cast<int>(policy_.steps.size()); ++level) {
      const auto reached = std::max(clock.due, clock.rungs->from) + policy_.steps[static_cast<std::size_t>(level - 1)];
      if (reached > now) break;
      // Whoever stood there when it rang was told; who stands there now may have come since.
      const auto& code = code_of(clock.kind);
      const bool told = clock.rungs->level >= level &&
                        std::any_of(clock.rungs->told.begin(), clock.rungs->told.end(), [&](const auto& one) {
                          return std::get<0>(one) == level && std::get<1>(one) == code;
                        });
      ++looks;
      if (!told)
        found("alarm_missing", clock.kind + " of " + clock.organization + " has reached level " +
                                   std::to_string(level) + " and nobody was told");
    }
    // A silent desk cannot hide a report.
    const int silence = std::min(2, static_cast<int>(policy_.steps.size()));
    const bool unrelayed = clock.duty && clock.duty->on_receipt && clock.duty->clause == "2.2.4(2)(g)" &&
                           law_.kind(clock.duty->recipient) == "center";
    if (!unrelayed || clock.rungs->level < silence) continue;
    const bool centre_told = std::any_of(clock.rungs->told.begin(), clock.rungs->told.end(), [&](const auto& one) {
      return std::get<0>(one) == silence && std::get<1>(one) == "relay_silent";
    });
    holds("silent_agency", centre_told, "the centre was not told that " + clock.organization + " is silent");
    const auto seen = of.access.find(clock.duty->recipient);
    holds("silent_agency", !relays(clock.duty->holder, now) || (seen != of.access.end() && seen->second == "content"),
          "nothing was relayed for " + clock.organization + ", who has it switched on");
  }
}

}  // namespace noroshi::simulation
