#include "src/core/decide_handling.h"

#include <algorithm>

#include "src/core/duties.h"

namespace noroshi::core {
namespace {

using routing::MetBy;

// In which offices somebody acts.
struct Offices {
  const Actor& actor;
  const Staff* staff;  // of his body; null: nobody is named there
  Timestamp now;

  bool in_csirt() const { return actor.role && is_csirt(*actor.role); }
  bool has(Role role) const { return actor.role == role; }
  // Only a token of the response stands for the posts of the person it is bound to: one that only reports, audits or
  // serves in a CYMAT has its own purpose.
  bool responds() const { return in_csirt() || has(Role::ciso) || has(Role::section_officer); }
  bool holds(Post post) const { return responds() && staff && actor.person && staff->holds(*actor.person, post, now); }
  const Delegation* decides_for(Post post) const {
    return responds() && staff && actor.person ? staff->delegation_to(*actor.person, post, Power::decide, now) : nullptr;
  }
  bool leads_csirt() const {
    return has(Role::csirt_head) || holds(Post::csirt_head) || decides_for(Post::csirt_head);
  }
  bool is_officer() const {
    return holds(Post::information_security_officer) || decides_for(Post::information_security_officer);
  }
  bool orders_itself() const { return has(Role::ciso) || holds(Post::ciso); }
};

MetBy met_by(HandlingStepKind kind) {
  switch (kind) {
    case HandlingStepKind::ciso_told: return MetBy::ciso_told;
    case HandlingStepKind::situation: return MetBy::situation;
    case HandlingStepKind::record: return MetBy::record;
    case HandlingStepKind::rules_followed: return MetBy::rules_followed;
    case HandlingStepKind::cause_reported: return MetBy::cause_reported;
    case HandlingStepKind::measures_ordered: return MetBy::measures_ordered;
    case HandlingStepKind::lessons_shared: return MetBy::lessons_shared;
  }
  return MetBy::record;
}

std::optional<Refusal> refuse_role(const Offices& offices, HandlingStepKind kind) {
  const auto only = [](bool may, const char* ja, const char* en) -> std::optional<Refusal> {
    if (may) return std::nullopt;
    return refuse(RefusalCode::role_required, ja, en);
  };
  switch (kind) {
    case HandlingStepKind::ciso_told:
      return only(offices.leads_csirt(),
                  "最高情報セキュリティ責任者への報告（2.2.4(2)(c)）は CSIRT 責任者（又はその決定権限を委ねられた者）が行います。",
                  "The head of the CSIRT, or who was given its power to decide, tells the CISO (2.2.4(2)(c)).");
    case HandlingStepKind::lessons_shared:
      return only(offices.leads_csirt(),
                  "教訓の共有（2.2.4(3)(c)）は CSIRT 責任者（又はその決定権限を委ねられた者）が行います。",
                  "The head of the CSIRT, or who was given its power to decide, shares the lessons (2.2.4(3)(c)).");
    case HandlingStepKind::cause_reported:
      return only(offices.leads_csirt() || offices.is_officer(),
                  "原因と再発防止策の報告（2.2.4(3)(a)）は情報セキュリティ責任者か CSIRT 責任者が行います。情報セキュリティ責任者の"
                  "トークンは noroshi token issue --person で本人に結び付けてください。",
                  "An information security officer, or the head of the CSIRT, reports cause and prevention (2.2.4(3)(a)). Bind "
                  "the officer's token to the person: noroshi token issue --person.");
    case HandlingStepKind::measures_ordered:
      return only(offices.orders_itself() || offices.decides_for(Post::ciso),
                  "措置の指示（2.2.4(3)(b)）は最高情報セキュリティ責任者か、その決定権限を委ねられた者が行います。委ねられた者の"
                  "トークンは noroshi token issue --person で本人に結び付けてください。",
                  "The CISO, or who was given the CISO's power to decide, orders the measures (2.2.4(3)(b)). Bind a delegate's "
                  "token to the person: noroshi token issue --person.");
    case HandlingStepKind::rules_followed:
      return only(offices.in_csirt() || offices.holds(Post::system_security_officer),
                  "基盤の運用管理規程に従った対処（2.2.4(2)(f)）は、CSIRT か情報システムセキュリティ責任者が記します。",
                  "The CSIRT or a system security officer notes that the platform's rules were followed (2.2.4(2)(f)).");
    case HandlingStepKind::situation:
      return only(offices.in_csirt(), "対処状況の把握（2.2.4(2)(j)）は CSIRT が行います。",
                  "The CSIRT keeps track of the state of handling (2.2.4(2)(j)).");
    case HandlingStepKind::record:
      return only(offices.in_csirt(), "対処の記録（2.2.4(2)(k)）は CSIRT が行います。",
                  "The CSIRT records the handling (2.2.4(2)(k)).");
  }
  return std::nullopt;
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

// Whom a step names: who was told, in whose place.
struct Named {
  std::optional<PersonId> person;
  std::string name;
  bool by_delegate = false;
  Reason note;  // for the duty that it meets
};

std::string name_of(const Staff& staff, PersonId person) {
  const auto* known = staff.find(person);
  return known ? known->person.name : std::string();
}

using NamedOrRefusal = tl::expected<Named, Refusal>;

Refusal unknown_person() {
  return refuse_field("/person", "unknown_person", "この機関の職員等ではありません。GET /people の id を入れてください。",
                      "Nobody of this body has this id. Give an id of GET /people.");
}

NamedOrRefusal who_was_told(const Staff& staff, const std::optional<PersonId>& person, Timestamp now) {
  const auto officers = staff.holders(Post::ciso, now);
  if (!person) {
    if (officers.empty()) return Named{};  // the text alone says who was told; the answer warns of it
    return tl::unexpected(refuse_field("/person", "required",
                                       "報告を受けた最高情報セキュリティ責任者、又は報告を受ける権限を委ねられた者の id を入れてください。",
                                       "Give the id of the CISO who was told, or of who was given the power to be told."));
  }
  if (!staff.has(*person, now)) return tl::unexpected(unknown_person());
  const auto name = name_of(staff, *person);
  if (std::find(officers.begin(), officers.end(), *person) != officers.end())
    return Named{person, name, false, {"最高情報セキュリティ責任者 " + name, "CISO " + name}};
  if (const auto* delegation = staff.delegation_to(*person, Post::ciso, Power::be_told, now)) {
    const auto delegator = name_of(staff, delegation->from_person);
    return Named{person, name, true,
                 {"最高情報セキュリティ責任者 " + delegator + " から報告を受ける権限を委ねられた " + name,
                  name + ", to whom CISO " + delegator + " delegated the power to be told"}};
  }
  return tl::unexpected(refuse_field(
      "/person", "not_the_ciso",
      "最高情報セキュリティ責任者でも、報告を受ける権限を委ねられた者でもありません（2.2.4(2)(c)、2.1.1(1)）。",
      "Neither the CISO nor anybody to whom the power to be told was delegated (2.2.4(2)(c), 2.1.1(1))."));
}

// Who ordered, where he did so in the CISO's place; and who was ordered.
NamedOrRefusal who_was_ordered(const Offices& offices, const Staff& staff, const std::optional<PersonId>& person) {
  Named named;
  if (person) {
    if (!staff.has(*person, offices.now)) return tl::unexpected(unknown_person());
    named.person = person;
    named.name = name_of(staff, *person);
  }
  if (offices.orders_itself()) return named;
  if (const auto* delegation = offices.decides_for(Post::ciso)) {
    named.by_delegate = true;
    const auto delegator = name_of(staff, delegation->from_person);
    const auto delegate = name_of(staff, delegation->to_person);
    named.note = {"最高情報セキュリティ責任者 " + delegator + " から決定の権限を委ねられた " + delegate,
                  delegate + ", to whom CISO " + delegator + " delegated the power to decide"};
  }
  return named;
}

NamedOrRefusal named_by(const Offices& offices, const Staff& staff, const TakeHandlingStep& command) {
  switch (command.kind) {
    case HandlingStepKind::ciso_told:
    case HandlingStepKind::cause_reported: return who_was_told(staff, command.person, offices.now);
    case HandlingStepKind::measures_ordered: return who_was_ordered(offices, staff, command.person);
    default: break;
  }
  Named named;
  if (!command.person) return named;
  if (!staff.has(*command.person, offices.now)) return tl::unexpected(unknown_person());
  named.person = command.person;
  named.name = name_of(staff, *command.person);
  return named;
}

// Handled until the harm is undone (復旧).
bool being_handled(IncidentState state) {
  return state == IncidentState::reported || state == IncidentState::assessed || state == IncidentState::contained;
}

// Meets the body's open duty that such an act meets; the one to keep track is opened anew while there is something to track.
void meet(DecisionBuilder& builder, MetBy what, const std::string& note) {
  const auto obligations = builder.incident().obligations;
  for (const auto& obligation : obligations) {
    const auto* rule = builder.rule_of(obligation);
    if (!rule || rule->met_by != what || !obligation.inner) continue;
    if (obligation.holder != builder.actor().organization) continue;
    if (obligation.state == ObligationState::open)
      fulfill(builder, obligation, FulfillmentMethod::done, builder.now(), note, "");
    const auto state = builder.incident().find(obligation.id)->state;
    if (what != MetBy::situation || state != ObligationState::fulfilled || !being_handled(builder.incident().state)) continue;
    const auto target = rule->target.of(obligation.holder, severity_of(facts_of(builder.incident())));
    builder.add(ObligationReopened{obligation.id, builder.now() + target, obligation.because});
  }
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
  if (auto refusal = refuse_role(offices, command.kind)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_case(law, known, command.actor, moment.now)) return tl::unexpected(std::move(*refusal));
  const auto named = named_by(offices, staff, command);
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
  if (!offices.in_csirt())
    return tl::unexpected(refuse(RefusalCode::role_required, "指示・勧告・助言（2.2.4(2)(d)、(j)）を行うのは CSIRT です。",
                                 "The CSIRT instructs, recommends and advises (2.2.4(2)(d), (j))."));
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
  if (another && known.confidentiality <= 2) {
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
  if (rule->asks_for(routing::Condition::assessed_possible) || rule->asks_for(routing::Condition::cyberattack_undecided))
    return {"評価（POST " + incident + "/assessments）", "the judgement (POST " + incident + "/assessments)"};
  if (!rule->met_by) return {fulfillment, fulfillment};
  if (*rule->met_by == MetBy::instruction)
    return {"応急措置又は復旧の指示等（POST " + incident + "/instructions）",
            "an instruction on emergency measures or recovery (POST " + incident + "/instructions)"};
  const std::string step = "POST " + incident + "/steps {\"kind\":\"" + std::string(routing::to_string(*rule->met_by)) + "\"}";
  return {step, step};
}

}  // namespace noroshi::core
