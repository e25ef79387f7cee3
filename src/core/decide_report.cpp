#include <algorithm>

#include "src/core/canary.h"
#include "src/core/decide.h"
#include "src/core/duties.h"
#include "src/core/give_label.h"

namespace noroshi::core {
namespace {

// Clocks of reporters run a little ahead of ours; more than this is a mistake.
constexpr std::chrono::minutes allowed_ahead{5};

void check_time(Refusal& refusal, const char* pointer, const std::optional<StatedTime>& time, Timestamp now) {
  if (!time || time->value <= now + allowed_ahead) return;
  refusal.errors.push_back({pointer,
                            "time_in_future",
                            {"未来の日時です。実際の日時を入れてください。",
                             "This time lies ahead. Give the time at which it happened."}});
}

void check_body(Refusal& refusal, const Law& law, const Report& report, const routing::Organization& body) {
  if (body.period.contains(japanese_day(report.recognized.value))) return;
  const auto* standing = law.registry.standing_for(body.slug, japanese_day(report.recognized.value));
  const std::string instead = standing ? standing->slug : "";
  refusal.errors.push_back(
      {"/times/recognized/value",
       "body_not_in_force",
       {"認知の日に " + body.slug + " は存在しません" + (instead.empty() ? "。" : "（その日の機関: " + instead + "）。"),
        body.slug + " does not exist on the day of recognition" +
            (instead.empty() ? "." : "; the body of that day is " + instead + ".")}});
}

void check_police(Refusal& refusal, const Law& law, const Report& report) {
  if (report.police.empty()) return;
  const auto* police = law.registry.find(report.police);
  if (police && police->is(routing::OrganizationKind::police)) return;
  refusal.errors.push_back({"/police",
                            "unknown_police",
                            {"警察の機関ではありません。GET /organizations の kind=police から選んでください。",
                             "This is no police body. Choose one of kind police from GET /organizations."}});
}

bool supervises(const Law& law, const Actor& actor, const std::string& organization, Timestamp recognized) {
  return law.registry.supervises(actor.organization, organization, japanese_day(recognized));
}

Refusal foreign_organization() {
  return refuse(RefusalCode::foreign_organization,
                "他の機関のインシデントは報告できません。所管する法人の分だけを代わりに入力できます。",
                "A report for another body is refused. Only an agency may enter one, for a body it supervises.");
}

Refusal reference_exists() {
  return refuse(RefusalCode::reference_exists,
                "この整理番号の第一報は受付済みです。続報は stage=followup で送ってください。",
                "A first report with this reference exists. Send followup, final or correction.");
}

Refusal reference_unknown() {
  return refuse(RefusalCode::reference_unknown, "この整理番号の第一報がありません。先に stage=first で送ってください。",
                "No first report has this reference. Send it with stage first.");
}

// The judgement after this version: what it states, over what the body held before.
HeldJudgement judgement_after(const Incident& incident, const SubmitReport& command) {
  const Report& report = command.in_force;
  HeldJudgement held;
  if (auto before = incident.judgements.find(incident.organization); before != incident.judgements.end())
    held = before->second;
  held.judgement.organization = incident.organization;
  if (command.states_assessment) {
    held.judgement.assessment = report.assessment;
    held.assessment_reason = report.assessment_reason;
  }
  if (command.states_cyberattack) {
    held.judgement.cyberattack = report.cyberattack;
    held.cyberattack_reason = report.cyberattack_reason;
  }
  if (command.states_large_scale) held.judgement.large_scale = report.large_scale;
  return held;
}

std::string edition_at(const Law& law, Timestamp recognized) {
  const auto* edition = law.editions.in_force(japanese_day(recognized));
  return edition ? edition->id : "";
}

// When the next 続報 is due after this version; a 最終報 is the last.
std::optional<Timestamp> followup_due(const DecisionBuilder& builder, const Report& report, const HeldJudgement& held) {
  if (report.stage == Stage::final) return std::nullopt;
  return next_followup(builder, held);
}

void open_incident(DecisionBuilder& builder, const std::string& number, const Report& report,
                   const std::string& organization) {
  builder.add(IncidentOpened{number, organization, report.reference, report.exercise, report.recognized.value,
                             edition_at(builder.law(), report.recognized.value)});
  builder.add(AccessGranted{organization, AccessScope::content, "own"});
  if (builder.actor().organization != organization)
    builder.add(AccessGranted{builder.actor().organization, AccessScope::content, "entered"});
}

// A system that the report marks as a shared platform is linked at once; who operates it a person says later.
void link_platforms(DecisionBuilder& builder, const Report& report) {
  for (const auto& name : report.shared_platforms) {
    const auto& known = builder.incident().platforms;
    if (std::any_of(known.begin(), known.end(), [&](const PlatformLink& link) { return link.platform == name; })) continue;
    builder.add(PlatformLinked{{builder.next_id<PlatformLinkId>(), name, "", builder.incident().organization}});
  }
}

}  // namespace

std::optional<Refusal> check_right_to_report(const Law& law, const Incident* known, const Report& submitted,
                                             const Actor& actor, Timestamp now) {
  const std::string& organization =
      submitted.organization.empty() ? actor.organization : submitted.organization;
  if (!law.registry.find(organization))
    return refuse_field("/organization", "unknown_organization",
                        "登録されていない機関です。GET /organizations の id から選んでください。",
                        "No such body. Choose an id from GET /organizations.");
  const bool own = acts_for(law, actor.organization, organization, now);
  if (submitted.stage == Stage::first) {
    if (!own && !supervises(law, actor, organization, submitted.recognized.value)) return foreign_organization();
    if (known) return reference_exists();
    return std::nullopt;
  }
  const bool entered = known && known->submitted_by == actor.organization;
  // Nobody is left to add to the report of a body that ended without a known successor but who supervised it.
  const bool orphaned = known && !law.registry.standing_for(organization, japanese_day(now)) &&
                        supervises(law, actor, organization, known->recognized);
  if (!own && !entered && !orphaned) return foreign_organization();
  if (!known) return reference_unknown();
  return std::nullopt;
}

std::optional<Refusal> check_report(const Law& law, const Report& report, const Actor& actor, Timestamp now) {
  const std::string& organization = report.organization.empty() ? actor.organization : report.organization;
  Refusal refusal = refuse_field("", "", "", "");
  refusal.errors.clear();
  check_time(refusal, "/times/occurred/value", report.occurred, now);
  check_time(refusal, "/times/detected/value", report.detected, now);
  check_time(refusal, "/times/recognized/value", report.recognized, now);
  check_time(refusal, "/times/assessed/value", report.assessed, now);
  if (const auto* body = law.registry.find(organization)) check_body(refusal, law, report, *body);
  check_police(refusal, law, report);
  if (!refusal.errors.empty()) return refusal;
  return std::nullopt;
}

Outcome decide_report(const Law& law, const Incident* known, const std::string& number, const SubmitReport& command,
                      Moment moment) {
  const Report& report = command.in_force;
  if (auto refusal = check_right_to_report(law, known, report, command.actor, moment.now))
    return tl::unexpected(std::move(*refusal));
  if (!known && command.actor.token && is_canary_reference(report.reference))
    return tl::unexpected(refuse_field(
        "/reference", "reserved", "CANARY-年-月-日 の形の整理番号は疎通確認のためのものです。別の番号にしてください。",
        "References of the form CANARY-year-month-day are those of the daemon's canary. Choose another."));
  // Before what it says is looked at: over a document that is gone no later version can be laid.
  if (known)
    if (auto refusal = refuse_erased(*known)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = check_report(law, report, command.actor, moment.now)) return tl::unexpected(std::move(*refusal));
  if (known && known->state == IncidentState::closed)
    return tl::unexpected(refuse(RefusalCode::incident_closed,
                                 "終結したインシデントです。再開（transitions で assessed）してから送ってください。",
                                 "The incident is closed. Reopen it (transition to assessed), then send."));

  if (known && report.exercise != known->exercise)
    return tl::unexpected(refuse_field(
        "/exercise", "unchangeable", "訓練かどうかは後から変えられません。別の整理番号で第一報を送ってください。",
        "Whether it is an exercise cannot change later. Send a first report under another reference."));

  const std::string organization =
      known ? known->organization : (report.organization.empty() ? command.actor.organization : report.organization);
  Incident before;
  if (known) {
    before = *known;
  } else {
    before.id = moment.identifiers.next<IncidentId>();
  }
  DecisionBuilder builder(law, std::move(before), command.actor, moment);
  if (!known) open_incident(builder, number, report, organization);
  const auto held = judgement_after(builder.incident(), command);
  builder.add(ReportReceived{builder.next_id<ReportId>(), builder.incident().version + 1, command.actor.organization,
                             report, command.bytes, command.sha256, followup_due(builder, report, held)});
  // Before anything is sent: what is sent carries it.
  if (auto refusal = give_label(builder, report, command.label_mappings)) return tl::unexpected(std::move(*refusal));
  link_platforms(builder, report);
  pass_to_successors(builder);
  if (auto judged = make_judgement(builder, held, std::nullopt); !judged)
    return tl::unexpected(std::move(judged.error()));
  align_duties(builder);
  send_to_earlier_recipients(builder);
  return std::move(builder).finish();
}

}  // namespace noroshi::core
