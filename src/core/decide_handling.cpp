#include "src/core/decide_handling.h"

#include <algorithm>

#include "src/core/duties.h"
#include "src/core/inner_duties.h"

namespace noroshi::core {
namespace {

using routing::MetBy;

MetBy met_by(HandlingStepKind kind) {
  switch (kind) {
    case HandlingStepKind::ciso_told: return MetBy::ciso_told;
    case HandlingStepKind::situation: return MetBy::situation;
    case HandlingStepKind::record: return MetBy::record;
    case HandlingStepKind::rules_followed: return MetBy::rules_followed;
    case HandlingStepKind::procedure_followed: return MetBy::procedure_followed;
    case HandlingStepKind::information_shared: return MetBy::information_shared;
    case HandlingStepKind::cause_reported: return MetBy::cause_reported;
    case HandlingStepKind::measures_ordered: return MetBy::measures_ordered;
    case HandlingStepKind::lessons_shared: return MetBy::lessons_shared;
  }
  return MetBy::record;
}

// What handling inside asks of every case: it is the body's own, and goes on.
std::optional<Refusal> refuse_case(const Law& law, const Incident& known, const Actor& actor, Timestamp now) {
  if (!acts_for(law, actor.organization, known.organization, now))
    return refuse(RefusalCode::not_the_holder, "機関の中の対処を記せるのは、発生した機関だけです。",
                  "Only the body whose incident it is notes how it is handled inside.");
  if (auto refusal = refuse_erased(known)) return refusal;
  if (known.state == IncidentState::closed)
    return refuse(RefusalCode::incident_closed, "終結したインシデントです。再開（transitions で assessed）してから記してください。",
                  "The incident is closed. Reopen it (transition to assessed), then note it.");
  if (known.state == IncidentState::dismissed)
    return refuse(RefusalCode::incident_closed,
                  "インシデントではないと評価されています。評価を改めて（assessments）から記してください。",
                  "It was assessed as no incident. Judge it anew (assessments), then note it.");
  return std::nullopt;
}

// Meets the body's open duty that such an act meets.
void meet(DecisionBuilder& builder, MetBy what, const std::string& note) {
  const auto obligations = builder.incident().obligations;
  for (const auto& obligation : obligations) {
    const auto* rule = builder.rule_of(obligation);
    if (!rule || rule->met_by != what || !obligation.inner) continue;
    if (obligation.holder != builder.actor().organization) continue;
    if (obligation.state == ObligationState::open)
      fulfill(builder, obligation, FulfillmentMethod::done, builder.now(), note, "");
  }
  if (what == MetBy::situation) track_anew(builder);
}

const Staff& staff_or_nobody(const ResponseContext& context, const std::string& organization) {
  static const Staff nobody;
  const auto* staff = context.staff_of(organization);
  return staff ? *staff : nobody;
}

}  // namespace

Outcome decide_handling(const Law& law, const Incident& known, const ResponseContext& context,
                        const TakeHandlingStep& command, Moment moment) {
  const auto& staff = staff_or_nobody(context, command.actor.organization);
  const Offices offices{command.actor, &staff, moment.now};
  if (auto refusal = refuse_office(offices, met_by(command.kind))) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_case(law, known, command.actor, moment.now)) return tl::unexpected(std::move(*refusal));
  const auto named = named_by(offices, staff, met_by(command.kind), command.person);
  if (!named) return tl::unexpected(named.error());

  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  builder.add(HandlingStepTaken{{builder.next_id<HandlingStepId>(), command.actor.organization, command.kind, command.text,
                                 named->person, named->name, named->by_delegate}});
  const auto& note = named->note;
  meet(builder, met_by(command.kind), note.ja.empty() ? std::string() : note.ja + " / " + note.en);
  return std::move(builder).finish();
}

Outcome decide_handling(const Law& law, const Incident& known, const ResponseContext& context, const GiveInstruction& command,
                        Moment moment) {
  const Offices offices{command.actor, context.staff_of(command.actor.organization), moment.now};
  if (auto refusal = refuse_office(offices, MetBy::instruction)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_case(law, known, command.actor, moment.now)) return tl::unexpected(std::move(*refusal));
  if (command.answer_by && *command.answer_by <= moment.now)
    return tl::unexpected(refuse_field("/answer_by", "time_in_past", "過去の日時です。回答の期限を入れてください。",
                                       "This time is over. Say by when an answer is due."));
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  builder.add(InstructionGiven{{builder.next_id<InstructionId>(), command.actor.organization, command.kind, command.force,
                                command.addressee, command.text, command.answer_by, std::nullopt, false}});
  if (command.kind != InstructionKind::handling) meet(builder, MetBy::instruction, "");
  return std::move(builder).finish();
}

Outcome decide_handling(const Law& law, const Incident& known, const ResponseContext& context, const AnswerInstruction& command,
                        Moment moment) {
  const Offices offices{command.actor, context.staff_of(command.actor.organization), moment.now};
  const bool may = offices.in_csirt() || offices.has(Role::section_officer) || offices.is_officer() ||
                   offices.holds(Post::system_security_officer);
  if (!may)
    return tl::unexpected(refuse(RefusalCode::role_required,
                                 "指示等に回答するのは、その名宛人である責任者か、回答を受けた CSIRT です。",
                                 "The officer whom it is addressed to, or the CSIRT that was told, notes the answer."));
  if (auto refusal = refuse_case(law, known, command.actor, moment.now)) return tl::unexpected(std::move(*refusal));
  const auto* instruction = known.find(command.instruction);
  if (!instruction || !acts_for(law, command.actor.organization, instruction->organization, moment.now))
    return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
  if (instruction->answered_at)
    return tl::unexpected(refuse(RefusalCode::instruction_answered,
                                 "回答済みです。その後の経過は対処状況（kind が situation の steps）に記してください。",
                                 "It has its answer. Note what followed as a step of kind situation."));
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  builder.add(InstructionAnswered{command.instruction, command.carried_out, command.text});
  return std::move(builder).finish();
}

Outcome decide_handling(const Law& law, const Incident& known, const ResponseContext& context, const LinkPlatform& command,
                        Moment moment) {
  const Offices offices{command.actor, context.staff_of(command.actor.organization), moment.now};
  if (!offices.in_csirt())
    return tl::unexpected(refuse(RefusalCode::role_required, "基盤となる情報システムを登録するのは CSIRT です。",
                                 "The CSIRT links a shared platform."));
  if (auto refusal = refuse_case(law, known, command.actor, moment.now)) return tl::unexpected(std::move(*refusal));
  const auto* body = law.registry.find(command.operator_organization);
  if (!body || !body->period.contains(japanese_day(moment.now)))
    return tl::unexpected(refuse_field("/operator_organization", "unknown_organization",
                                       "登録されていないか、すでに存在しない機関です。GET /organizations の id から選んでください。",
                                       "No such body, or one that has ended. Choose an id from GET /organizations."));
  // A desk outside hears by its own duty, and of an exercise never.
  if (!body->is(routing::OrganizationKind::national_agency) && !body->is_corporation())
    return tl::unexpected(refuse_field("/operator_organization", "not_an_operator",
                                       "基盤を運用する機関は、国の行政機関、独立行政法人又は指定法人です。",
                                       "A platform is operated by a national agency or a corporation."));
  const auto linked = std::any_of(known.platforms.begin(), known.platforms.end(), [&](const PlatformLink& link) {
    return link.platform == command.platform && link.operator_organization == command.operator_organization;
  });
  if (linked)
    return tl::unexpected(refuse(RefusalCode::platform_linked, "この基盤は、この運用機関とともに登録済みです。",
                                 "This platform is linked with that operator already."));

  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  builder.add(PlatformLinked{{builder.next_id<PlatformLinkId>(), command.platform, command.operator_organization,
                              command.actor.organization}});
  align_duties(builder);
  const bool another = command.operator_organization != command.actor.organization;
  // 訓練 reaches no desk outside, whatever else its body is.
  const bool desk = body->kind == routing::OrganizationKind::police || body->kind == routing::OrganizationKind::crisis_management;
  if (another && known.confidentiality <= 2 && !(known.exercise && desk)) {
    if (!builder.incident().content_visible_to(command.operator_organization))
      builder.add(AccessGranted{command.operator_organization, AccessScope::content, std::string(access_by_platform)});
    send_latest(builder, MessageKind::notice, command.actor.organization, command.operator_organization, nullptr,
                "基盤となる情報システム「" + command.platform + "」に関わるインシデントです（2.2.4(2)(f)）。貴機関の義務については、"
                "貴機関のインシデントとして報告してください。 / It concerns the shared platform \"" + command.platform +
                    "\" (2.2.4(2)(f)). For what you owe yourselves, report your own incident.");
  }
  return std::move(builder).finish();
}

Reason how_to_meet(const Law& law, const Obligation& obligation) {
  const std::string incident = "/incidents/" + to_string(obligation.incident);
  const std::string fulfillment = "POST /obligations/" + to_string(obligation.id) + "/fulfillments";
  const auto* edition = law.editions.find(obligation.edition);
  const auto* rule = edition ? edition->find(obligation.rule) : nullptr;
  if (!rule || !rule->inner()) return {fulfillment, fulfillment};
  if (is_met_by_judgement(*rule))
    return {"評価（POST " + incident + "/assessments）", "the judgement (POST " + incident + "/assessments)"};
  if (rule->asks_for(routing::Condition::cymat_supports)) {
    const std::string log = "POST /cymat-requests/{id}/log {\"kind\":\"information\"}";
    return {"CYMAT の活動記録への記入（" + log + "）", "an entry in the log of CYMAT (" + log + ")"};
  }
  if (!rule->met_by) return {fulfillment, fulfillment};
  if (*rule->met_by == MetBy::instruction)
    return {"応急措置又は復旧の指示等（POST " + incident + "/instructions）",
            "an instruction on emergency measures or recovery (POST " + incident + "/instructions)"};
  const std::string step = "POST " + incident + "/steps {\"kind\":\"" + std::string(routing::to_string(*rule->met_by)) + "\"}";
  if (*rule->met_by == MetBy::situation)
    return {step + "（復旧（recovered）までは履行のたびに改めて生じる）", step + " (owed anew each time until the incident is recovered)"};
  return {step, step};
}

}  // namespace noroshi::core
