// Who sees what, and what goes where: access, messages, what is withheld, deliveries, who responds.
#include <algorithm>
#include <limits>

#include "tests/simulation/auditor.h"

namespace noroshi::simulation {
namespace {

bool is_of_team(const std::string& slug) {
  return slug.starts_with("cymat/");
}

// What a desk has no need of: of the police the attack, of the crisis desk the harm.
const std::set<std::string>& hidden_from(const std::string& kind) {
  static const std::set<std::string> nothing;
  static const std::set<std::string> police = {"summary", "impact", "assessment_reason"};
  static const std::set<std::string> crisis_desk = {"summary", "cyberattack_reason", "category", "systems",
                                                    "notices_made"};
  return kind == "police" ? police : kind == "crisis_management" ? crisis_desk : nothing;
}

}  // namespace

void Auditor::of_sight(Reading& reading, const Happened& event) {
  auto& of = *reading.of;
  const auto& type = event.type;
  if (type == "access.granted") return granted(reading, event);
  if (type == "message.sent") return sent(reading, event);
  if (type == "access.ended") {
    holds("access_unearned", is_of_team(event["organization"]), event["organization"] + " loses what it sees");
    of.access.erase(event["organization"]);
  } else if (type == "message.acknowledged") {
    auto* mail = of.mail(event["message"]);
    if (!holds("own_mail", mail && !mail->acknowledged, "acknowledged, and is not there or was before")) return;
    holds("own_mail", is_of_team(mail->recipient) || acts_for(event.who, mail->recipient, event.at),
          event.who.organization + " acknowledges what was sent to " + mail->recipient);
    mail->acknowledged = true;
  } else if (type == "message.passed") {
    auto* mail = of.mail(event["message"]);
    if (!holds("own_mail", mail, "a message passes that is not there")) return;
    holds("succession", standing(mail->awaited_from(), event.at) == event["recipient"],
          "a message passes to " + event["recipient"]);
    mail->successor = event["recipient"];
    mail->rungs.restart(event.at);
  } else if (type == "content.withheld") {
    Withheld withheld{event["organization"], event["from"], {}, event.number("until"), false};
    std::string members = event["members"];
    while (!members.empty()) {
      const auto at = members.find(',');
      withheld.members.insert(members.substr(0, at));
      members.erase(0, at == std::string::npos ? members.size() : at + 1);
    }
    for (const char* told : {"assessment", "cyberattack", "large_scale", "title", "times", "reference"})
      holds("withheld", !withheld.members.contains(told),
            std::string("withheld what the law asks to be told: ") + told);
    holds("withheld", withheld.until > event.at && withheld.until <= event.at + 90 * one_day, "withheld for ever");
    of.withheld[event["withholding"]] = withheld;
  } else if (type == "content.released") {
    of.withheld[event["withholding"]].released = true;
  }
}

void Auditor::granted(Reading& reading, const Happened& event) {
  auto& of = *reading.of;
  const auto& body = event["organization"];
  const auto& because = event["because"];
  const bool content = event["scope"] == "content";
  const auto name = body + " sees " + event["scope"] + " because of " + because;
  const auto duty_names = [&](bool as_recipient) {
    return std::any_of(of.duties.begin(), of.duties.end(), [&](const Duty& duty) {
      return duty.clause == because && !duty.inner && (as_recipient ? duty.recipient : duty.holder) == body;
    });
  };
  bool earned = false;
  if (because == "own") earned = body == of.facts.organization;
  if (because == "entered")
    earned = body == event.who.organization &&
             (law_.supervises(body, of.facts.organization, day_of(of.facts.recognized)) ||
              acts_for(event.who, of.facts.organization, event.at));  // who stands in the place of a body that has ended
  if (because == "successor") {
    const auto held = of.access.find(event["in_place_of"]);
    earned =
        held != of.access.end() && held->second == event["scope"] && standing(event["in_place_of"], event.at) == body;
    of.in_place_of[body] = event["in_place_of"];
  }
  if (because == "alarm") earned = !content;
  if (because.starts_with("2.2.4(2)(g)") || because == "2.2.4(2)(h)" || because == "2.2.4(2)(i)")
    earned = duty_names(true);
  if (because == "2.2.4(2)(l)")
    earned = of.consents && !of.no_forward && !law_.is(body, "police") && law_.kind(body) != "crisis_management";
  if (because == "2.2.4(2)(f)") earned = reading.act.word == "link_platform";
  if (because == "1.3")
    earned = reading.act.word == "cymat" &&
             (is_of_team(body) || law_.kind(body) == "center" || law_.is(body, "national_agency"));
  holds("access_unearned", earned, name);
  const auto kind = law_.kind(body);
  const bool outside =
      (kind == "police" || kind == "crisis_management") && standing(of.facts.organization, event.at) != body;
  holds("exercise_outside", !of.exercise || !content || !outside, name + " of an exercise");
  auto& scope = of.access[body];
  if (scope != "content") scope = event["scope"];
}

void Auditor::sent(Reading& reading, const Happened& event) {
  auto& of = *reading.of;
  Mail mail;
  mail.id = event["message"];
  mail.report = event["report"];
  mail.kind = event["kind"];
  mail.sender = event["sender"];
  mail.recipient = event["recipient"];
  mail.obligation = event["obligation"];
  mail.clause = event["clause"];
  mail.sent = event.at;
  mail.acknowledge_by = event.number("acknowledge_by");
  mail.rungs.from = event.at;
  const auto name = mail.kind + " " + mail.sender + " -> " + mail.recipient;
  const auto scope = of.access.find(mail.recipient);
  const bool team = is_of_team(mail.recipient);
  if (mail.kind == "alarm") {
    holds("message_unseen", scope != of.access.end() && mail.report.empty() && mail.sender.empty(),
          name + " brings more than an alarm");
  } else if (!team) {
    holds("message_unseen", scope != of.access.end() && scope->second == "content",
          name + ", who does not see the case");
    const auto from = of.access.find(mail.sender);
    holds("message_unseen", from != of.access.end() && from->second == "content",
          name + ", whose sender does not see the case");
  }
  if (!mail.report.empty()) {
    holds("message_unseen", mail.report == of.latest_report, name + " brings an old version");
    const auto kind = law_.kind(mail.recipient);
    holds("exercise_outside",
          !of.exercise || (kind != "police" && kind != "crisis_management") ||
              standing(of.facts.organization, event.at) == mail.recipient,
          name + " of an exercise");
  }
  if (mail.clause == "2.2.4(2)(l)" && !mail.report.empty())
    holds("consent", of.consents && !of.no_forward, name + " without consent");
  if (mail.acknowledge_by)
    holds("deadline",
          mail.acknowledge_by ==
              event.at + LawBook::allowed(policy_.acknowledgement, mail.recipient, LawBook::severity(of.facts)),
          name + " is to be acknowledged by another time");
  if (event.is("automatic")) {
    const auto* duty = of.duty(mail.obligation);
    holds("relay_switch",
          duty && duty->state == "open" && duty->on_receipt && relays(mail.sender, std::numeric_limits<Instant>::max()) &&
              law_.kind(mail.recipient) == "center" && reading.act.word == "ring",
          name + " by itself");
  }
  of.mails.push_back(mail);
}

void Auditor::read(const Read& read) {
  const auto known = cases_.find(read.incident);
  if (known == cases_.end()) return;
  const auto& of = known->second;
  const auto scope = of.access.find(read.body);
  const auto name = read.body + " is shown " + read.member;
  if (!read.shown) return;
  holds("read_unseen", scope != of.access.end() && scope->second == "content",
        name + " of a case that it does not see");
  std::set<std::string> stands_for = {read.body};
  if (const auto before = of.in_place_of.find(read.body); before != of.in_place_of.end())
    stands_for.insert(before->second);
  const bool own = stands_for.contains(of.facts.organization) || stands_for.contains(of.submitted_by);
  if (own) return;
  holds("read_unseen", !hidden_from(law_.kind(read.body)).contains(read.member), name + ", of which it has no need");
  for (const auto& [id, withheld] : of.withheld)
    holds("withheld",
          withheld.released || read.now >= withheld.until || !stands_for.contains(withheld.from) ||
              !withheld.members.contains(read.member),
          name + ", which is withheld");
}

// Beside the inbox: each message once to each endpoint of its body that asks for it.
void Auditor::parcels_of(Reading& reading) {
  auto& of = *reading.of;
  const auto expect = [&](const Mail& mail) {
    const auto kind = law_.kind(mail.awaited_from());
    if (of.exercise && (kind == "police" || kind == "crisis_management")) return;
    for (const auto& [id, endpoint] : endpoints_) {
      if (endpoint.organization != mail.awaited_from() || endpoint.state != "active") continue;
      if (!endpoint.kinds.empty() && !endpoint.kinds.contains(mail.kind)) continue;
      const auto parcels = std::count_if(of.parcels.begin(), of.parcels.end(), [&](const auto& parcel) {
        return parcel.second.message == mail.id && parcel.second.endpoint == id;
      });
      holds("parcel_missing", parcels > 0, mail.kind + " to " + mail.awaited_from() + " does not go to its endpoint");
      holds("parcel_doubled", parcels < 2, mail.kind + " to " + mail.awaited_from() + " goes twice to its endpoint");
    }
  };
  for (std::size_t i = reading.mails_before; i < of.mails.size(); ++i) expect(of.mails[i]);
}

void Auditor::of_delivery(Reading& reading, const Happened& event) {
  auto& of = *reading.of;
  if (event.type == "delivery.queued") {
    const auto* mail = of.mail(event["message"]);
    const auto endpoint = endpoints_.find(event["endpoint"]);
    holds("parcel_astray",
          mail && endpoint != endpoints_.end() && endpoint->second.state == "active" &&
              endpoint->second.organization == mail->awaited_from() && event["organization"] == mail->awaited_from(),
          "something goes to " + event["organization"] + " that is not for it");
    of.parcels[event["delivery"]] = {event["message"], event["endpoint"], event["organization"], "queued", 0};
    return;
  }
  auto& parcel = of.parcels[event["delivery"]];
  static const std::set<std::pair<std::string, std::string>> legal = {
      {"queued", "sent"}, {"queued", "delivered"}, {"queued", "dead"}, {"sent", "delivered"}, {"sent", "dead"}};
  if (event.type == "delivery.settled") {
    holds("transition", legal.contains({parcel.state, event["state"]}),
          "a delivery from " + parcel.state + " to " + event["state"]);
    holds("numbers", event.number("attempts") >= parcel.attempts, "attempts that were taken back");
    parcel.state = event["state"];
    parcel.attempts = static_cast<int>(event.number("attempts"));
    if (parcel.state == "dead") {
      // What is given up is told to whom it was for.
      const auto alarmed =
          std::any_of(reading.act.events.begin(), reading.act.events.end(), [&](const Happened& other) {
            return other.type == "alarm.raised" && other["code"] == "delivery_dead" &&
                   other["organization"] == parcel.organization;
          });
      holds("dead_told", alarmed, "nobody of " + parcel.organization + " is told that a delivery was given up");
    }
  } else {
    holds("transition", parcel.state == "dead", "a delivery is sent again while " + parcel.state);
    const auto* mail = of.mail(parcel.message);
    holds("own_mail",
          mail && (acts_for(event.who, parcel.organization, event.at) || acts_for(event.who, mail->sender, event.at)),
          event.who.organization + " has another body's delivery sent again");
    parcel.state = "queued";
  }
}

void Auditor::settled() {
  for (const auto& [incident, of] : cases_)
    for (const auto& [id, parcel] : of.parcels)
      holds("parcel_end", parcel.state == "delivered" || parcel.state == "dead" || parcel.state == "sent",
            "a delivery to " + parcel.organization + " has come to no end");
}

// Who responds: one head of a body's response at a time, none left without one but by the end; a team of CYMAT step by
// step.
void Auditor::of_response(Reading& reading, const Happened& event) {
  auto& of = *reading.of;
  const auto& type = event.type;
  if (type.starts_with("assignment.")) {
    if (type == "assignment.proposed") {
      of.posts[event["assignment"]] = {event["organization"], event["person"], event["function"], "proposed",
                                       event["replaces"]};
      return;
    }
    const auto at = of.posts.find(event["assignment"]);
    if (!holds("transition", at != of.posts.end(), type + " of an assignment that nobody proposed")) return;
    auto& post = at->second;
    if (type == "assignment.duty_moved") return;
    static const std::map<std::string, std::pair<std::set<std::string>, std::string>> moves = {
        {"assignment.accepted", {{"proposed"}, "accepted"}},
        {"assignment.declined", {{"proposed", "accepted"}, "declined"}},
        {"assignment.activated", {{"accepted"}, "active"}},
        {"assignment.handed_over", {{"active"}, "handed_over"}},
        {"assignment.released", {{"proposed", "accepted", "active"}, "released"}}};
    const auto& [from, to] = moves.at(type);
    holds("transition", from.contains(post.state), type + " while " + post.state);
    if (type == "assignment.accepted" || type == "assignment.declined")
      holds("own_assignment", event.who.person == post.person && !post.person.empty(),
            type + " by another than who was asked");
    if (type == "assignment.released" && post.function == "head" && post.state == "active")
      holds("response_head", of.state == "closed" || of.state == "dismissed",
            "the response of " + post.organization + " loses its head");
    post.state = to;
    if (to == "active" && post.function == "head") {
      const auto heads = std::count_if(of.posts.begin(), of.posts.end(), [&](const auto& other) {
        return other.second.organization == post.organization && other.second.function == "head" &&
               other.second.state == "active";
      });
      holds("response_head", heads == 1, "the response of " + post.organization + " has two heads");
    }
    return;
  }
  auto& team = of.teams[event["request"]];
  const auto move = [&](std::set<std::string> from, const std::string& to) {
    holds("transition", from.contains(team.state), type + " while " + team.state);
    team.state = to;
  };
  const bool by_centre = event.who.role == "center_liaison" && acts_for(event.who, team.center, event.at);
  if (type == "cymat.requested") {
    team.center = event["center"];
    team.through = event["through"];
    team.supported = event["supported"];
    holds("cymat_way", law_.centre(day_of(event.at)) == team.center, "CYMAT is asked of " + team.center);
    holds("cymat_way", law_.is_corporation(event.who.organization) == !team.through.empty(),
          "a corporation asks through its agency");
  } else if (type == "cymat.forwarded") {
    holds("cymat_way", acts_for(event.who, team.through, event.at), event.who.organization + " forwards");
    team.forwarded = true;
  } else if (type == "cymat.received") {
    holds("cymat_way", by_centre && (team.through.empty() || team.forwarded),
          "received past the agency, or by another");
    move({"requested"}, "received");
  } else if (type == "cymat.decided") {
    holds("cymat_way", by_centre, event.who.organization + " decides on CYMAT");
    move({"received", "decided"}, "decided");
    holds("transition", event["ruling"] != "dispatch" || event.is("united"), "a dispatch without its criterion (1.3)");
    team.ruling = event["ruling"];
  } else if (type == "cymat.member_proposed") {
    holds("cymat_way", law_.is(event["organization"], "national_agency"),
          "a member of " + event["organization"] + " (2.1.1(7)(d))");
    team.members[event["member"]] = {"proposed", event["person"]};
  } else if (type == "cymat.member_answered") {
    team.members[event["member"]].first = event.is("agreed") ? "agreed" : "refused";
  } else if (type == "cymat.member_withdrawn") {
    team.members[event["member"]].first = "withdrawn";
  } else if (type == "cymat.formed") {
    move({"decided"}, "formed");
    holds("transition", team.ruling == "dispatch", "a team of what was ruled " + team.ruling);
  } else if (type == "cymat.dispatched") {
    move({"formed"}, "dispatched");
    for (auto& [id, member] : team.members)
      if (member.first == "agreed") member.first = "serving";
  } else if (type == "cymat.begun") {
    move({"dispatched"}, "active");
  } else if (type == "cymat.ended") {
    move({"decided", "formed", "dispatched", "active"}, "ended");
  } else if (type == "cymat.reported") {
    move({"ended"}, "reported");
  }
}

}  // namespace noroshi::simulation
