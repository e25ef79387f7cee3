#include "tests/simulation/auditor.h"

#include <algorithm>
#include <cstdlib>

namespace noroshi::simulation {

const std::string& Happened::operator[](std::string_view name) const {
  static const std::string nothing;
  for (const auto& [key, value] : facts)
    if (key == name) return value;
  return nothing;
}
Instant Happened::number(std::string_view name) const {
  return std::strtoll((*this)[name].c_str(), nullptr, 10);
}

namespace {

// What may come of which command. Whoever asks, answers, looks or is alarmed meets no duty by it.
const std::map<std::string, std::set<std::string>>& acts() {
  static const std::set<std::string> passing = {"obligation.passed", "message.passed", "incident.passed",
                                                "access.granted", "delivery.queued"};
  static const std::map<std::string, std::set<std::string>> table = [] {
    std::map<std::string, std::set<std::string>> made = {
        {"submit",
         {"incident.opened", "report.received", "label.given", "consent.stated", "platform.linked", "alarm.raised",
          "judgement.made", "incident.moved", "obligation.opened", "obligation.fulfilled", "obligation.superseded",
          "obligation.reopened", "obligation.recurred", "message.sent", "assignment.released"}},
        {"judge",
         {"alarm.raised", "judgement.made", "incident.moved", "obligation.opened", "obligation.fulfilled",
          "obligation.superseded", "obligation.reopened", "obligation.recurred", "message.sent",
          "assignment.released"}},
        {"transition", {"incident.moved", "assignment.released", "obligation.reopened"}},
        {"recipient",
         {"recipient.added", "alarm.raised", "obligation.opened", "obligation.fulfilled", "message.sent",
          "obligation.superseded", "obligation.reopened"}},
        {"fulfil", {"obligation.fulfilled", "obligation.reopened", "message.sent"}},
        {"acknowledge", {"message.acknowledged"}},
        {"ask_waiver", {"waiver.asked"}},
        {"decide_waiver", {"waiver.decided", "obligation.waived"}},
        {"ring",
         {"alarm.rung", "message.sent", "assignment.released", "assignment.duty_moved", "cymat.member_withdrawn",
          "access.ended"}},
        {"pass", {}},
        {"settle", {"delivery.settled", "alarm.raised"}},
        {"replay", {"delivery.replayed"}},
        {"tell_down", {"message.sent"}},
        {"ask_inquiry", {"inquiry.asked", "message.sent"}},
        {"answer_inquiry", {"inquiry.answered", "message.sent"}},
        {"withdraw_inquiry", {"inquiry.withdrawn", "message.sent"}},
        {"handle", {"handling.step_taken", "obligation.fulfilled", "obligation.reopened"}},
        {"instruct", {"instruction.given", "obligation.fulfilled"}},
        {"link_platform",
         {"platform.linked", "alarm.raised", "obligation.opened", "obligation.reopened", "obligation.fulfilled",
          "obligation.superseded", "message.sent"}},
        {"share", {"message.sent"}},
        {"withhold", {"content.withheld"}},
        {"release", {"content.released"}},
        {"ask_label", {"label.change_asked"}},
        {"decide_label", {"label.change_decided", "label.given"}},
        {"ask_erasure", {"erasure.asked"}},
        {"decide_erasure", {"erasure.decided"}},
        {"assign",
         {"assignment.proposed", "assignment.accepted", "assignment.declined", "assignment.activated",
          "assignment.handed_over", "assignment.released"}},
        {"cymat",
         {"cymat.requested",       "cymat.forwarded",       "cymat.received",         "cymat.decided",
          "cymat.member_proposed", "cymat.member_answered", "cymat.member_withdrawn", "cymat.formed",
          "cymat.dispatched",      "cymat.begun",           "cymat.logged",           "cymat.ended",
          "cymat.reported",        "access.ended",          "message.sent",           "obligation.opened",
          "obligation.reopened",   "obligation.recurred",   "obligation.fulfilled",   "obligation.superseded"}},
    };
    for (auto& [word, types] : made) types.insert(passing.begin(), passing.end());
    return made;
  }();
  return table;
}

// What an alarm or a carrier does is nothing that a person could act on: the case's revision stays.
bool moves_revision(const Happened& event) {
  if (event.type == "alarm.rung" || event.type == "assignment.duty_moved" || event.type.starts_with("delivery."))
    return false;
  if (event.type == "alarm.raised") return event["code"] != "delivery_dead";
  if (event.type == "message.sent") return event["kind"] != "alarm";
  if (event.type == "access.granted") return event["because"] != "alarm";
  return true;
}

bool is_of_border(const std::string& clause) {
  return clause == "2.2.4(2)(g)" || clause == "2.2.4(2)(h)" || clause == "2.2.4(2)(i)";
}

// Forward by a person, anywhere between reported, assessed and dismissed by a judgement, back to assessed by reopening.
bool may_move(const std::string& from, const std::string& to, bool by_judgement) {
  static const std::vector<std::string> forward = {"assessed", "contained", "recovered", "reviewed", "closed"};
  static const std::set<std::string> judged = {"reported", "assessed", "dismissed"};
  if (by_judgement) return judged.contains(from) && judged.contains(to) && from != to;
  const auto start = std::find(forward.begin(), forward.end(), from);
  const auto end = std::find(forward.begin(), forward.end(), to);
  if (start == forward.end() || end == forward.end()) return false;
  return end > start || (to == "assessed" && from != "assessed");
}

}  // namespace

void Auditor::found(const std::string& check, const std::string& text) {
  findings_.push_back({check, text});
}

bool Auditor::holds(const std::string& check, bool promise, const std::string& text) {
  ++looked_at_[check];
  if (!promise) found(check, text);
  return promise;
}

Auditor::Duty* Auditor::Case::duty(const std::string& id) {
  for (auto& duty : duties)
    if (duty.id == id) return &duty;
  return nullptr;
}
Auditor::Mail* Auditor::Case::mail(const std::string& id) {
  for (auto& mail : mails)
    if (mail.id == id) return &mail;
  return nullptr;
}

bool Auditor::acts_for(const Who& who, const std::string& organization, Instant at) const {
  return who.organization == organization || who.organization == standing(organization, at);
}

bool Auditor::same_person(const Who& one, const Who& other) const {
  return one.token == other.token || (!one.name.empty() && one.name == other.name) ||
         (!one.person.empty() && one.person == other.person);
}

// Asked by one person, decided by another, in an office that may (2.1.1(8)).
void Auditor::two_persons(const Happened& event, Request& request, const std::set<std::string>& roles) {
  holds("four_eyes", !same_person(request.asked, event.who), event.type + " by who asked: " + event.who.name);
  holds("four_eyes", roles.empty() || roles.contains(event.who.role), event.type + " in the role " + event.who.role);
  holds("four_eyes", !request.decided, event.type + " a second time");
  request.decided = true;
}

// Positions without gaps, one act a key, and nobody decides on what has moved under him.
void Auditor::of_log(const Act& act) {
  holds("sequence", act.position == position_,
        "the log goes on at " + std::to_string(act.position) + " in the place of " + std::to_string(position_));
  position_ = act.position + act.events.size();
  if (!act.key.empty())
    holds("one_act_a_key", keys_.emplace(act.key, std::pair{act.position, act.events.size()}).second,
          "the key " + act.key + " was carried out twice");
  const std::size_t known = act.incident.empty() ? body_events_[act.who.organization] : cases_[act.incident].events;
  holds("race", act.based_on == known,
        "decided on " + std::to_string(act.based_on) + " events where there are " + std::to_string(known));
  std::string before;
  for (const auto& event : act.events) {
    holds("ids", ids_.insert(event.id).second, "an id of an event came twice: " + event.id);
    holds("ids", before < event.id, "ids do not rise within a decision: " + event.id);
    before = event.id;
    holds("one_moment", event.at == act.now, "an event of another moment than its decision");
  }
}

void Auditor::repeated(const std::string& key, std::size_t position, std::size_t events) {
  const auto found_key = keys_.find(key);
  holds("same_answer", found_key != keys_.end() && found_key->second == std::pair(position, events),
        "the answer to a repeated key is another: " + key);
}

void Auditor::stored(const Act& act) {
  of_log(act);
  if (act.incident.empty()) {
    for (const auto& event : act.events) of_body(act, event);
    body_events_[act.who.organization] += act.events.size();
    return;
  }
  auto& of = cases_[act.incident];
  Reading reading{act, &of, false, {}, {}, false, false, false, false, of.mails.size()};
  const auto allowed = acts().find(act.word);
  const bool erased_before = of.erased;
  for (const auto& event : act.events) {
    const bool may = allowed != acts().end() && allowed->second.contains(event.type);
    const auto* met = event.type == "obligation.fulfilled" ? of.duty(event["obligation"]) : nullptr;
    // Also what leads down, or only asks, or only carries.
    const bool of_border = met && is_of_border(met->clause);
    if (of_border) holds("closed_from_above", may, act.word + " meets " + met->clause + " of " + met->holder);
    if (!of_border || may) holds("foreign_act", may, act.word + " makes " + event.type);
    const bool passing =
        event.type == "incident.passed" || event.type == "obligation.passed" || event.type == "message.passed" ||
        (event.type == "access.granted" && event["because"] == "successor") || event.type.starts_with("delivery.");
    holds("nothing_after_erasure", !erased_before || passing, event.type + " of a case whose content is gone");
    of_case(reading, event);
    ++of.events;
    if (moves_revision(event)) ++of.revision;
    if (!findings_.empty()) return;
  }
  whole_act(reading);
}

// Endpoints and the switch of the relay; who is of the staff is of no interest here.
void Auditor::of_body(const Act& act, const Happened& event) {
  const auto organization = event["organization"];
  if (event.type == "endpoint.proposed") {
    auto& endpoint = endpoints_[event["endpoint"]];
    endpoint.organization = organization;
    endpoint.asked = event.who;
    std::string kinds = event["kinds"];
    for (std::size_t at = 0; !kinds.empty(); kinds.erase(0, at == std::string::npos ? kinds.size() : at + 1)) {
      at = kinds.find(',');
      endpoint.kinds.insert(kinds.substr(0, at));
    }
  } else if (event.type.starts_with("endpoint.")) {
    auto& endpoint = endpoints_[event["endpoint"]];
    if (event.type == "endpoint.decided") {
      Request request{endpoint.asked, {}, endpoint.state != "proposed"};
      two_persons(event, request, {});
      endpoint.state = event.is("approved") ? "active" : "rejected";
    } else {
      const std::string to = event.type == "endpoint.disabled"  ? "disabled"
                             : event.type == "endpoint.resumed" ? "active"
                                                                : "withdrawn";
      const bool legal = (to == "disabled" && endpoint.state == "active") ||
                         (to == "active" && endpoint.state == "disabled") ||
                         (to == "withdrawn" && endpoint.state != "withdrawn" && endpoint.state != "rejected");
      holds("transition", legal, "an endpoint from " + endpoint.state + " to " + to);
      endpoint.state = to;
    }
    holds("own_endpoint", act.who.token.empty() || act.who.organization == endpoint.organization,
          "another body's endpoint");
  } else if (event.type == "relay_switch.asked") {
    switches_[event["switch"]] = {organization, event.is("on"), event.who, "pending", 0};
    holds("relay_switch", law_.kind(organization) == "national_agency", "no relay is owed by " + organization);
  } else if (event.type == "relay_switch.decided") {
    auto& asked = switches_[event["switch"]];
    Request request{asked.asked, {}, asked.state != "pending"};
    two_persons(event, request, {});
    holds("four_eyes", asked.asked.role == "ciso" || event.who.role == "ciso", "a switch without the CISO");
    asked.state = event.is("approved") ? "approved" : "rejected";
    asked.decided = ++switches_decided_;
    asked.at = event.at;
  }
}

void Auditor::of_case(Reading& reading, const Happened& event) {
  auto& of = *reading.of;
  const auto& type = event.type;
  if (type == "incident.opened") {
    of.facts.organization = event["organization"];
    of.facts.recognized = event.number("recognized");
    of.number = event["number"];
    of.reference = event["reference"];
    of.exercise = event.is("exercise");
    of.canary = event["reference"].starts_with("CANARY-");
    holds("numbers", references_.emplace(of.facts.organization, of.reference).second,
          "two cases of one reference " + of.reference);
    // JPS-2018-1, JPS-2018-2, ...: nothing is left out, whatever was forgotten in between.
    const auto last = of.number.rfind('-');
    const auto year = last == std::string::npos ? last : of.number.rfind('-', last - 1);
    auto& counter = numbers_[{of.facts.organization, of.number.substr(year + 1, last - year - 1)}];
    ++counter;
    holds("numbers", of.number.substr(last + 1) == std::to_string(counter),
          "the number " + of.number + " leaves a gap");
    const Day day = day_of(of.facts.recognized);
    holds("edition", event["edition"] == law_.edition(day), "the edition " + event["edition"]);
  } else if (type == "report.received") {
    ++of.version;
    holds("numbers", event.number("version") == of.version,
          "version " + event["version"] + " after " + std::to_string(of.version - 1));
    holds("right_to_report",
          acts_for(event.who, of.facts.organization, event.at) || event.who.organization == of.submitted_by ||
              of.version == 1 ||
              law_.supervises(event.who.organization, of.facts.organization, day_of(of.facts.recognized)),
          event.who.organization + " reports for " + of.facts.organization);
    if (of.version == 1) of.submitted_by = event["submitted_by"];
    of.latest_report = event["report"];
    of.facts.police = event["police"];
    holds("exercise", event.is("exercise") == of.exercise, "an exercise became real, or the reverse");
    of.confidentiality = std::max(of.confidentiality, static_cast<int>(event.number("confidentiality")));
    reading.report_received = true;
    reading.followup_correction = event["stage"] == "correction";
    reading.followup_final = event["stage"] == "final";
    if (!event["followup_due"].empty()) reading.followup_stated = event.number("followup_due");
    if (!reading.followup_correction) {
      of.followup_due = reading.followup_stated;
      of.followup.restart(event.at);
    }
    const auto before = std::exchange(of.facts.recognized, event.number("recognized"));
    moved_recognition(of, before);
    reading.facts_moved = true;
  } else if (type == "judgement.made") {
    of.facts.judgements[event["organization"]] = {event["assessment"], event["cyberattack"],
                                                  static_cast<int>(event.number("cells"))};
    holds("contradiction", event["cyberattack"] != "no" || event.number("cells") == 0,
          "no attack, and a cell of its matrix");
    // A successor judges for the body whose incident it was; everybody else for himself.
    holds("own_judgement",
          event["organization"] == event.who.organization ||
              (event["organization"] == of.facts.organization &&
               (acts_for(event.who, of.facts.organization, event.at) || event.who.organization == of.submitted_by ||
                reading.report_received)),
          event.who.organization + " judges as " + event["organization"]);
    reading.facts_moved = true;
  } else if (type == "incident.moved") {
    const bool judged = reading.act.word != "transition";
    holds("transition", event["from"] == of.state && may_move(of.state, event["to"], judged),
          "from " + of.state + " (told: " + event["from"] + ") to " + event["to"]);
    if (event["to"] == "closed")
      for (const auto& duty : of.duties)
        holds("closing", duty.state != "open" || duty.holder != event.who.organization, "closed beside " + duty.clause);
    if (of.state == "dismissed")
      for (auto& duty : of.duties)
        if (duty.inner && duty.state == "open") duty.rungs.restart(event.at);
    of.state = event["to"];
    of.ended_at = of.state == "closed" || of.state == "dismissed" ? event.at : 0;
    if (!event["followup_due"].empty()) {
      of.followup_due = event.number("followup_due");
      of.followup.restart(event.at);
      reading.followup_moved = true;
    }
  } else if (type == "recipient.added") {
    (event.is("police") ? of.facts.added_police : of.facts.added_supervisors).insert(event["organization"]);
    reading.facts_moved = true;
  } else if (type == "platform.linked") {
    of.facts.platform = true;
    // A report links before it is judged; the duties are looked at when all is read.
    reading.facts_moved = true;
  } else if (type == "incident.passed") {
    holds("succession", standing(event["formerly"], event.at) == event["organization"],
          "the case passes to " + event["organization"]);
    of.successor = event["organization"];
    if (of.followup_due) of.followup.restart(event.at);
  } else if (type == "waiver.asked") {
    of.waivers[event["waiver"]] = {event.who, event["obligation"], false};
  } else if (type == "waiver.decided") {
    two_persons(event, of.waivers[event["waiver"]], {"exception_officer"});
    if (const auto* duty = of.duty(event["obligation"]))
      holds("four_eyes", acts_for(event.who, duty->holder, event.at), "another body's exception officer");
  } else if (type == "label.change_asked") {
    of.label_changes[event["change"]] = {event.who, {}, false};
  } else if (type == "label.change_decided") {
    two_persons(event, of.label_changes[event["change"]], {});
  } else if (type == "label.given") {
    of.no_forward = event.is("no_forward");
  } else if (type == "consent.stated") {
    of.consents = event.is("consents");
  } else if (type == "erasure.asked") {
    of.erasures[event["erasure"]] = {event.who, {}, false};
  } else if (type == "erasure.decided") {
    two_persons(event, of.erasures[event["erasure"]], {"section_officer"});
    if (!event.is("approved")) return;
    holds("erasure", of.state == "closed" || of.state == "dismissed", "erased while " + of.state);
    const bool waits = std::any_of(of.duties.begin(), of.duties.end(), [&](const Duty& duty) {
      return duty.state == "open" && !(duty.inner && of.state == "dismissed");
    });
    holds("erasure", !waits, "erased beside an open duty");
    // Whole years from the first April 1 after the end: no sooner than that many years less than one.
    const int years = policy_.years_kept[of.exercise ? 2 : of.confidentiality == 1 ? 0 : 1];
    holds("erasure", of.ended_at && event.at - of.ended_at >= years * 365 * one_day,
          "erased before its retention was over");
    of.erased = true;
    for (auto& [id, question] : of.questions) question.open = false;
  } else if (type == "inquiry.asked") {
    Question question{event["from"], event["to"], event.number("due"), true, {}};
    question.rungs.from = event.at;
    holds("deadline",
          question.due == event.at + LawBook::allowed(policy_.inquiry, question.to, LawBook::severity(of.facts)),
          "the answer of " + question.to + " is due at another time");
    of.questions[event["inquiry"]] = question;
  } else if (type == "inquiry.answered" || type == "inquiry.withdrawn") {
    auto& question = of.questions[event["inquiry"]];
    holds("transition", question.open, "an inquiry that is over has " + type);
    holds("own_inquiry", acts_for(event.who, type == "inquiry.answered" ? question.to : question.from, event.at), type);
    question.open = false;
  } else if (type == "alarm.rung") {
    rung(reading, event);
  } else if (type.starts_with("obligation.")) {
    of_duty(reading, event);
  } else if (type.starts_with("access.") || type.starts_with("message.") || type.starts_with("content.")) {
    of_sight(reading, event);
  } else if (type.starts_with("delivery.")) {
    of_delivery(reading, event);
  } else if (type.starts_with("assignment.") || type.starts_with("cymat.")) {
    of_response(reading, event);
  }
}

void Auditor::looked(const Seen& seen) {
  const auto found_case = cases_.find(seen.incident);
  if (!holds("known", found_case != cases_.end(), "the core knows a case that the log does not")) return;
  const auto& of = found_case->second;
  holds("revision", seen.revision == of.revision,
        "revision " + std::to_string(seen.revision) + " after " + std::to_string(of.revision) + " events that move it");
  holds("state", seen.state == of.state, "held as " + seen.state + ", by the log " + of.state);
  holds("numbers", seen.version == of.version, "version " + std::to_string(seen.version));
  holds("access", seen.access == of.access, "the bodies that see it are not those of the log");
  if (of.erased) holds("nothing_after_erasure", seen.title == "erased", "a title that is not erased");
  if (!holds("duties_kept", seen.duties.size() == of.duties.size(), "duties are lost, or too many")) return;
  auto& duties = looked_at_["duty_state"];
  for (std::size_t i = 0; i < seen.duties.size(); ++i) {
    const auto& theirs = seen.duties[i];
    const auto& ours = of.duties[i];
    const bool same = theirs.id == ours.id && theirs.clause == ours.clause && theirs.sentence == ours.sentence &&
                      theirs.state == ours.state && theirs.holder == ours.holder &&
                      theirs.recipient == ours.recipient && theirs.due == ours.due && theirs.occasion == ours.occasion;
    if (same) {
      ++duties;
      continue;
    }
    const auto name = ours.clause + " " + ours.holder + " -> " + ours.recipient;
    holds("duties_kept", theirs.id == ours.id && theirs.clause == ours.clause && theirs.sentence == ours.sentence,
          name);
    holds("duty_state", theirs.state == ours.state,
          name + " is held as " + theirs.state + ", by the log " + ours.state);
    holds("succession", theirs.holder == ours.holder && theirs.recipient == ours.recipient,
          name + " is held by " + theirs.holder);
    holds("deadline", theirs.due == ours.due,
          name + " is held to be due " + std::to_string((theirs.due - ours.due) / one_second) + " s later");
    holds("numbers", theirs.occasion == ours.occasion, name + ": occasion " + std::to_string(theirs.occasion));
  }
}

}  // namespace noroshi::simulation
