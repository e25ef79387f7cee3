#include "src/core/decide_cymat.h"

#include <algorithm>

#include "src/core/duties.h"

namespace noroshi::core {
namespace {

using routing::Condition;
using routing::OrganizationKind;

constexpr auto clause_of_cymat = "1.3";

Refusal not_found() {
  return refuse(RefusalCode::not_found, "見つかりません。", "Not found.");
}

bool leads(const Actor& actor) {
  return actor.role == Role::csirt_head || actor.role == Role::ciso;
}

Refusal heads_only() {
  return refuse(RefusalCode::role_required,
                "CYMAT の要請・転送・要員の承諾は、CSIRT 責任者又は CISO が行います（2.1.1(7)(d)）。",
                "The head of the CSIRT or the CISO asks for CYMAT, forwards, and agrees to members (2.1.1(7)(d)).");
}

std::string name_of(const std::optional<CymatRuling>& ruling) {
  return ruling ? std::string(to_string(*ruling)) : "-";
}

Refusal not_in_this_state(const CymatRequest& request) {
  return refuse(RefusalCode::transition_not_allowed,
                "CYMAT 要請の現在の状態（" + std::string(to_string(request.state)) +
                    "、決定: " + name_of(request.ruling) + "）ではできません。",
                "Not possible in the present state of the request (" + std::string(to_string(request.state)) +
                    ", ruling: " + name_of(request.ruling) + ").");
}

// Of a request that there is: who decides of it is the centre it went to, or its successor.
std::optional<Refusal> refuse_others_than_center(const Law& law, const CymatRequest& request, const Actor& actor,
                                                 Timestamp now) {
  if (actor.role == Role::center_liaison && acts_for(law, actor.organization, request.center, now)) return std::nullopt;
  return refuse(RefusalCode::role_required, "CYMAT を扱うのは、要請を受けたセンターの連絡担当です（1.3）。",
                "The liaison of the centre that was asked deals with CYMAT (1.3).");
}

std::optional<Refusal> refuse_without(const std::string& text, const char* pointer) {
  if (!text.empty()) return std::nullopt;
  return refuse_field(pointer, "required", "理由又は内容を書いてください。", "Give the reason, or the content.");
}

std::optional<Refusal> refuse_ended(const Incident& known) {
  if (auto refusal = refuse_erased(known)) return refusal;
  if (!has_ended(known.state)) return std::nullopt;
  return refuse(RefusalCode::incident_closed, "終結又は否定されたインシデントです。再開してから行ってください。",
                "The incident is closed or dismissed. Reopen it first.");
}

const CymatMember* find_member(const CymatRequest& request, CymatMemberId id) {
  for (const auto& member : request.members)
    if (member.id == id) return &member;
  return nullptr;
}

const CymatMember* serving_member(const CymatRequest& request, const Actor& actor) {
  if (actor.role != Role::cymat_member || !actor.person) return nullptr;
  for (const auto& member : request.members)
    if (member.person == *actor.person && member.state == CymatMemberState::serving) return &member;
  return nullptr;
}

// The national agency that supervises a corporation alone or foremost; empty: there is none that day.
std::string main_agency_of(const Law& law, const std::string& corporation, Timestamp now) {
  for (const auto* supervision : law.registry.supervisions(corporation, japanese_day(now)))
    if (supervision->role == routing::SupervisionRole::main) return supervision->agency;
  return {};
}

bool is_national_agency(const Law& law, const std::string& slug, Timestamp now) {
  const auto* body = law.registry.find(slug);
  return body && body->is(OrganizationKind::national_agency) && standing_for(law, slug, now) == slug;
}

// Who has to act on the request sees the case from now on, and is told.
void bring(DecisionBuilder& builder, const std::string& sender, const std::string& recipient, const std::string& note) {
  if (!builder.incident().content_visible_to(recipient))
    builder.add(AccessGranted{recipient, AccessScope::content, clause_of_cymat, ""});
  if (sender != recipient) send_latest(builder, MessageKind::notice, sender, recipient, nullptr, note);
}

void bring_to_center(DecisionBuilder& builder, const std::string& sender, const CymatRequest& request,
                     const std::string& note) {
  bring(builder, sender, builder.standing_for(request.center),
        "CYMAT の派遣要請 (CYMAT is asked for, " + std::string(to_string(request.priority)) + "): " + note);
}

// -- What the supported body owes: information (m) --------------------------------------------------------------

const routing::Rule* rule_of_information(const Law& law, const Incident& incident) {
  const auto* edition = law.editions.in_force(japanese_day(incident.recognized));
  if (!edition) return nullptr;
  for (const auto& rule : edition->rules)
    if (rule.asks_for(Condition::cymat_supports)) return &rule;
  return nullptr;
}

const Obligation* duty_to_inform(const DecisionBuilder& builder, const CymatRequest& request) {
  const auto holder = builder.standing_for(request.supported);
  const Obligation* found = nullptr;
  for (const auto& duty : builder.incident().obligations) {
    // By its own edition: the recognised day may have moved into another since.
    const auto* rule = builder.rule_of(duty);
    if (!rule || !rule->asks_for(Condition::cymat_supports) || builder.standing_for(duty.holder) != holder) continue;
    if (!found || duty.state == ObligationState::open) found = &duty;
  }
  return found;
}

routing::Reason because_cymat_supports(const std::string& holder) {
  return {"CYMAT が " + holder + " を支援しています", "CYMAT supports " + holder};
}

void owe_information(DecisionBuilder& builder, const CymatRequest& request) {
  const auto* rule = rule_of_information(builder.law(), builder.incident());
  const auto holder = builder.standing_for(request.supported);
  const auto* body = builder.law().registry.find(holder);
  if (!rule || !body || !rule->may_be_held_by(*body)) return;  // the edition in force lays it on others
  const auto target = rule->target.of(holder, severity_of(facts_of(builder.incident())));
  if (const auto* known = duty_to_inform(builder, request)) {
    const Obligation duty = *known;
    if (next(duty.state, ObligationEvent::reopen)) {
      builder.add(ObligationReopened{duty.id, builder.now() + target, {because_cymat_supports(holder)}});
      pass_to_successors(builder);  // met or ended, it did not pass on when its body ended
    } else if (duty.state == ObligationState::open) {
      builder.add(ObligationRecurred{duty.id, duty.occasion + 1, false});
    }
    return;
  }
  Obligation duty;
  duty.id = builder.next_id<ObligationId>();
  duty.incident = builder.incident().id;
  duty.edition = builder.law().editions.in_force(japanese_day(builder.incident().recognized))->id;
  duty.rule = rule->id;
  duty.clause = rule->clause;
  duty.sentence = rule->sentence;
  duty.holder = holder;
  duty.recipient = holder;
  duty.inner = true;
  // The dispatch opens it, not the 認知: a later version that moves the 認知 leaves its due time.
  duty.opens_on = routing::OpensOn::receipt;
  duty.opened_at = builder.now();
  duty.due_at = builder.now() + target;
  duty.target = target;
  duty.because = {because_cymat_supports(holder)};
  builder.add(ObligationOpened{std::move(duty)});
}

// Nobody is there any more to be informed. What was given stands in the log, and how late it was with the duty.
void owe_no_more(DecisionBuilder& builder, const CymatRequest& request) {
  const auto* duty = duty_to_inform(builder, request);
  if (duty && duty->state == ObligationState::open)
    builder.add(ObligationSuperseded{duty->id, {"CYMAT の支援が終了したため", "the support by CYMAT has ended"}});
}

}  // namespace

// -- Asking ------------------------------------------------------------------------------------------------------

Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext&, const RequestCymat& command,
                     Moment moment) {
  if (!leads(command.actor)) return tl::unexpected(heads_only());
  if (auto refusal = refuse_ended(known)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_without(command.reason, "/reason")) return tl::unexpected(std::move(*refusal));
  const auto& actor = command.actor.organization;
  const bool own = acts_for(law, actor, known.organization, moment.now);
  const bool received = std::any_of(known.messages.begin(), known.messages.end(), [&](const Message& message) {
    return message.awaited_from() == actor && (message.kind == MessageKind::report || message.kind == MessageKind::relay);
  });
  const bool agency = (own || received) && is_national_agency(law, actor, moment.now);
  if (!own && !agency)
    return tl::unexpected(
        refuse(RefusalCode::not_the_holder, "CYMAT を要請できるのは、発生した機関と、報告を受けた国の行政機関です。",
               "The body whose incident it is asks for CYMAT, or a national agency that received it."));
  if (std::any_of(known.cymat_requests.begin(), known.cymat_requests.end(),
                  [](const CymatRequest& request) { return !is_over(request); }))
    return tl::unexpected(refuse(RefusalCode::cymat_pending,
                                 "このインシデントについては、CYMAT がすでに要請されています。",
                                 "CYMAT was asked for in this case already."));
  const auto* center = law.registry.in_force(OrganizationKind::center, japanese_day(moment.now));
  if (!center)
    return tl::unexpected(refuse(RefusalCode::not_found, "その日に要請を受けるセンターがありません。",
                                 "No centre is in force that day to be asked."));

  CymatRequest request;
  request.organization = actor;
  request.supported = known.organization;
  request.center = center->slug;
  request.reason = command.reason;
  request.priority = command.priority;
  if (!agency) {
    request.through = main_agency_of(law, actor, moment.now);
    if (request.through.empty())
      return tl::unexpected(
          refuse(RefusalCode::national_agency_required,
                 "法人の要請は所管する国の行政機関を通じて行いますが、主務の機関が登録されていません。",
                 "A corporation asks through the agency that supervises it; none is registered."));
  }
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  request.id = builder.next_id<CymatRequestId>();
  builder.add(CymatRequested{request});
  if (request.through.empty())
    bring_to_center(builder, actor, request, command.reason);
  else
    bring(builder, actor, builder.standing_for(request.through),
          "CYMAT の派遣要請。センターへの転送が必要です (CYMAT is asked for; forward it to the centre): " +
              command.reason);
  return std::move(builder).finish();
}

Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext&, const ForwardCymat& command,
                     Moment moment) {
  const auto* request = known.find(command.request);
  if (!request) return tl::unexpected(not_found());
  if (!leads(command.actor)) return tl::unexpected(heads_only());
  if (request->through.empty() || !acts_for(law, command.actor.organization, request->through, moment.now))
    return tl::unexpected(refuse(RefusalCode::not_the_holder, "転送するのは、法人を所管する国の行政機関です。",
                                 "The agency that supervises the corporation forwards."));
  if (auto refusal = refuse_ended(known)) return tl::unexpected(std::move(*refusal));
  if (request->forwarded_at || request->state != CymatState::requested)
    return tl::unexpected(not_in_this_state(*request));
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  const CymatRequest forwarded = *request;
  builder.add(CymatForwarded{forwarded.id, command.note});
  bring_to_center(builder, command.actor.organization, forwarded,
                  command.note.empty() ? forwarded.reason : command.note);
  return std::move(builder).finish();
}

// -- Deciding ----------------------------------------------------------------------------------------------------

Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext&, const ReceiveCymat& command,
                     Moment moment) {
  const auto* request = known.find(command.request);
  if (!request) return tl::unexpected(not_found());
  if (auto refusal = refuse_others_than_center(law, *request, command.actor, moment.now))
    return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  const bool waits_for_agency = !request->through.empty() && !request->forwarded_at;
  if (waits_for_agency || !next(request->state, request->ruling, CymatEvent::receive))
    return tl::unexpected(not_in_this_state(*request));
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  builder.add(CymatReceived{command.request});
  return std::move(builder).finish();
}

Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext&, const RuleCymat& command,
                     Moment moment) {
  const auto* request = known.find(command.request);
  if (!request) return tl::unexpected(not_found());
  if (auto refusal = refuse_others_than_center(law, *request, command.actor, moment.now))
    return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (command.ruling != CymatRuling::declined)
    if (auto refusal = refuse_ended(known)) return tl::unexpected(std::move(*refusal));
  const auto event = command.ruling == CymatRuling::dispatch ? CymatEvent::rule_dispatch
                     : command.ruling == CymatRuling::advice ? CymatEvent::rule_advice
                                                             : CymatEvent::decline;
  if (!next(request->state, request->ruling, event)) return tl::unexpected(not_in_this_state(*request));
  if (auto refusal = refuse_without(command.reason, "/reason")) return tl::unexpected(std::move(*refusal));
  if (command.ruling == CymatRuling::dispatch && !command.united_response)
    return tl::unexpected(
        refuse_field("/united_response", "required",
                     "派遣の要件は「政府として一体となった対応が必要」であること（1.3）です。当たる場合は true "
                     "とし、当たらない場合は助言又は見送りとしてください。",
                     "A dispatch needs 「政府として一体となった対応が必要」 (1.3): state true where it holds, else "
                     "rule advice or declined."));
  // What was declined is over, and CYMAT may have been asked for again since.
  for (const auto& other : known.cymat_requests)
    if (other.id != request->id && !is_over(other))
      return tl::unexpected(refuse(RefusalCode::cymat_pending,
                                   "この後の CYMAT 要請が処理中です。そちらで決定してください。",
                                   "A later request of this case is under way. Decide that one."));
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  builder.add(CymatDecided{command.request, command.ruling, command.united_response, command.reason});
  return std::move(builder).finish();
}

// -- Forming the team --------------------------------------------------------------------------------------------

namespace {

// Who is proposed, or says yes, has to be there and free.
std::optional<Refusal> refuse_unavailable(const ResponseContext& context, CymatRequestId request,
                                          const std::string& organization, PersonId person, Timestamp now) {
  const auto* staff = context.staff_of(organization);
  if (!staff || !staff->has(person, now) || !staff->holds(person, Post::cymat_member, now))
    return refuse(RefusalCode::person_not_available,
                  "その機関に、CYMAT に属する職員として指名中の該当者がいません（2.1.1(7)(d)）。",
                  "That agency has no such person with an appointment as CYMAT member in force (2.1.1(7)(d)).");
  const auto serving = context.serving.find(person);
  if (serving != context.serving.end() && serving->second != request)
    return refuse(RefusalCode::person_not_available, "この職員は、別の CYMAT の編成に入っています。",
                  "This person is of another team of CYMAT already.");
  return std::nullopt;
}

std::optional<Refusal> refuse_uncleared(const Incident& known, bool cleared) {
  if (known.confidentiality < 3 || cleared) return std::nullopt;
  return refuse(RefusalCode::clearance_required, "機密性3情報を扱えない職員は、このインシデントの CYMAT に入れません。",
                "Who may not handle information of confidentiality 3 cannot be of the team for this incident.");
}

}  // namespace

Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext& context,
                     const ProposeCymatMember& command, Moment moment) {
  const auto* request = known.find(command.request);
  if (!request) return tl::unexpected(not_found());
  if (auto refusal = refuse_others_than_center(law, *request, command.actor, moment.now))
    return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_ended(known)) return tl::unexpected(std::move(*refusal));
  const bool forming = request->ruling == CymatRuling::dispatch &&
                       (request->state == CymatState::decided || request->state == CymatState::formed);
  if (!forming) return tl::unexpected(not_in_this_state(*request));
  if (!is_national_agency(law, command.organization, moment.now))
    return tl::unexpected(refuse(RefusalCode::national_agency_required,
                                 "CYMAT に属する職員は、国の行政機関の職員に限られます（2.1.1(7)(d)）。",
                                 "Members of CYMAT are of national agencies only (2.1.1(7)(d))."));
  for (const auto& member : request->members)
    if (member.person == command.person && is_live(member.state))
      return tl::unexpected(refuse(RefusalCode::already_assigned, "この職員は、すでにこの CYMAT に入っています。",
                                   "This person is of this team already."));
  if (auto refusal = refuse_unavailable(context, command.request, command.organization, command.person, moment.now))
    return tl::unexpected(std::move(*refusal));
  const auto& staff = *context.staff_of(command.organization);
  const auto& person = staff.find(command.person)->person;
  if (auto refusal = refuse_uncleared(known, person.cleared)) return tl::unexpected(std::move(*refusal));
  if (command.lead && std::any_of(request->members.begin(), request->members.end(),
                                  [](const CymatMember& member) { return member.lead && is_live(member.state); }))
    return tl::unexpected(
        refuse(RefusalCode::post_taken, "この CYMAT には、すでに班長候補がいます。", "This team has a lead already."));
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  CymatMember member;
  member.id = builder.next_id<CymatMemberId>();
  member.organization = command.organization;
  member.person = command.person;
  member.name = person.name;
  member.lead = command.lead;
  member.trained = staff.trained(command.person, TrainingKind::cymat, moment.now);
  member.cleared = person.cleared;
  member.of_affected_body = acts_for(law, command.organization, request->supported, moment.now);
  builder.add(CymatMemberProposed{command.request, std::move(member)});
  return std::move(builder).finish();
}

Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext& context,
                     const AnswerCymatMember& command, Moment moment) {
  const auto* request = known.find(command.request);
  const auto* member = request ? find_member(*request, command.member) : nullptr;
  if (!member) return tl::unexpected(not_found());
  if (!leads(command.actor)) return tl::unexpected(heads_only());
  if (!acts_for(law, command.actor.organization, member->organization, moment.now))
    return tl::unexpected(refuse(RefusalCode::not_the_holder, "承諾又は拒否するのは、要員の所属機関です。",
                                 "The home agency of the person agrees or refuses."));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  const bool forming = request->state == CymatState::decided || request->state == CymatState::formed;
  if (!forming || member->state != CymatMemberState::proposed) return tl::unexpected(not_in_this_state(*request));
  if (!command.agreed) {
    if (auto refusal = refuse_without(command.reason, "/reason")) return tl::unexpected(std::move(*refusal));
  } else {
    if (auto refusal = refuse_unavailable(context, command.request, member->organization, member->person, moment.now))
      return tl::unexpected(std::move(*refusal));
    if (auto refusal = refuse_uncleared(known, member->cleared)) return tl::unexpected(std::move(*refusal));
  }
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  builder.add(CymatMemberAnswered{command.request, command.member, command.agreed, command.reason});
  return std::move(builder).finish();
}

Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext&, const WithdrawCymatMember& command,
                     Moment moment) {
  const auto* request = known.find(command.request);
  const auto* found = request ? find_member(*request, command.member) : nullptr;
  if (!found) return tl::unexpected(not_found());
  const CymatMember member = *found;
  const bool home = leads(command.actor) && acts_for(law, command.actor.organization, member.organization, moment.now);
  if (!home)
    if (auto refusal = refuse_others_than_center(law, *request, command.actor, moment.now))
      return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (!is_live(member.state)) return tl::unexpected(not_in_this_state(*request));
  if (auto refusal = refuse_without(command.reason, "/reason")) return tl::unexpected(std::move(*refusal));
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  builder.add(CymatMemberWithdrawn{command.request, command.member, command.reason});
  if (member.state == CymatMemberState::serving) builder.add(AccessEnded{seat_of(member.person), clause_of_cymat});
  return std::move(builder).finish();
}

namespace {

// Of those who were agreed on: one lead, and all may see what there is to see.
std::optional<Refusal> refuse_incomplete(const Incident& known, const CymatRequest& request) {
  std::size_t agreed = 0;
  std::size_t leads = 0;
  bool cleared = true;
  for (const auto& member : request.members) {
    if (member.state != CymatMemberState::agreed) continue;
    ++agreed;
    if (member.lead) ++leads;
    cleared = cleared && member.cleared;
  }
  if (agreed == 0 || leads != 1)
    return refuse(RefusalCode::person_not_available,
                  "所属機関が承諾した班長１名を含む要員が必要です（承諾済み " + std::to_string(agreed) +
                      " 名、うち班長 " + std::to_string(leads) + " 名）。",
                  "A team needs members whose agencies agreed, one of them its lead (agreed: " +
                      std::to_string(agreed) + ", leads: " + std::to_string(leads) + ").");
  return refuse_uncleared(known, cleared);
}

}  // namespace

Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext&, const FormCymat& command,
                     Moment moment) {
  const auto* request = known.find(command.request);
  if (!request) return tl::unexpected(not_found());
  if (auto refusal = refuse_others_than_center(law, *request, command.actor, moment.now))
    return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_ended(known)) return tl::unexpected(std::move(*refusal));
  if (!next(request->state, request->ruling, CymatEvent::form)) return tl::unexpected(not_in_this_state(*request));
  if (auto refusal = refuse_incomplete(known, *request)) return tl::unexpected(std::move(*refusal));
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  builder.add(CymatFormed{command.request});
  return std::move(builder).finish();
}

// -- At work -----------------------------------------------------------------------------------------------------

Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext&, const DispatchCymat& command,
                     Moment moment) {
  const auto* request = known.find(command.request);
  if (!request) return tl::unexpected(not_found());
  if (auto refusal = refuse_others_than_center(law, *request, command.actor, moment.now))
    return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_ended(known)) return tl::unexpected(std::move(*refusal));
  if (!next(request->state, request->ruling, CymatEvent::dispatch)) return tl::unexpected(not_in_this_state(*request));
  if (auto refusal = refuse_incomplete(known, *request)) return tl::unexpected(std::move(*refusal));
  const CymatRequest team = *request;
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  // Whose agency has not answered by now is not of the team, and free for another.
  for (const auto& member : team.members)
    if (member.state == CymatMemberState::proposed)
      builder.add(CymatMemberWithdrawn{team.id, member.id,
                                       "派遣までに承諾がありませんでした (not agreed before the dispatch)"});
  builder.add(CymatDispatched{team.id});
  for (const auto& member : team.members)
    if (member.state == CymatMemberState::agreed)
      builder.add(AccessGranted{seat_of(member.person), AccessScope::content, clause_of_cymat, team_of(team.id)});
  owe_information(builder, team);
  return std::move(builder).finish();
}

namespace {

// Who may write what into the log of a request that stands so; nothing: he may.
std::optional<Refusal> refuse_writer(const Law& law, const CymatRequest& request, const LogCymat& command,
                                     Timestamp now) {
  const auto& actor = command.actor;
  if (command.kind == CymatEntryKind::information) {
    const bool of_supported =
        actor.role && is_csirt(*actor.role) && acts_for(law, actor.organization, request.supported, now);
    if (!of_supported)
      return refuse(RefusalCode::not_the_holder, "情報提供（2.2.4(2)(m)）を行うのは、支援を受ける機関の CSIRT です。",
                    "The CSIRT of the body that CYMAT supports gives information (2.2.4(2)(m)).");
    return is_at_work(request.state) ? std::nullopt : std::optional(not_in_this_state(request));
  }
  const bool advising = request.ruling == CymatRuling::advice && request.state == CymatState::decided;
  if (command.kind == CymatEntryKind::advice && advising) return refuse_others_than_center(law, request, actor, now);
  if (!serving_member(request, actor))
    return refuse(
        RefusalCode::not_the_person,
        "派遣中の CYMAT 要員本人のトークンで記録してください（noroshi token issue --person ID で結び付けます）。",
        "A member of the team at work writes this, with a token that is bound to him (noroshi token issue "
        "--person ID).");
  return is_at_work(request.state) ? std::nullopt : std::optional(not_in_this_state(request));
}

}  // namespace

Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext&, const LogCymat& command,
                     Moment moment) {
  const auto* found = known.find(command.request);
  if (!found) return tl::unexpected(not_found());
  const CymatRequest request = *found;
  if (auto refusal = refuse_writer(law, request, command, moment.now)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_without(command.text, "/text")) return tl::unexpected(std::move(*refusal));
  if (command.confidentiality >= 3)
    return tl::unexpected(
        refuse(RefusalCode::annex_not_available,
               "機密性3情報はこのシステムに記録できません。2 以下に改めるか、直接手渡してください。",
               "Information of confidentiality 3 cannot be held here. State it at 2 or below, or hand "
               "it over."));
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  const bool of_team = command.kind != CymatEntryKind::information;
  if (of_team && request.state == CymatState::dispatched) builder.add(CymatBegun{request.id});
  builder.add(
      CymatLogged{request.id, builder.next_id<CymatEntryId>(), command.kind, command.text, command.confidentiality});
  if (command.kind == CymatEntryKind::information) {
    const auto* known_duty = duty_to_inform(builder, request);
    const auto duty = known_duty ? std::optional(*known_duty) : std::nullopt;
    send_to_team(builder, request, duty ? &*duty : nullptr, command.text);
    const bool heard = std::any_of(request.members.begin(), request.members.end(), [](const CymatMember& member) {
      return member.state == CymatMemberState::serving;
    });
    if (heard && duty && duty->state == ObligationState::open)
      fulfill(builder, *duty, FulfillmentMethod::report, moment.now, "", "");
  } else if (command.kind == CymatEntryKind::information_asked) {
    owe_information(builder, request);
  }
  return std::move(builder).finish();
}

// -- The end -----------------------------------------------------------------------------------------------------

Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext&, const EndCymat& command,
                     Moment moment) {
  const auto* found = known.find(command.request);
  if (!found) return tl::unexpected(not_found());
  const CymatRequest request = *found;
  if (auto refusal = refuse_others_than_center(law, request, command.actor, moment.now))
    return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (!next(request.state, request.ruling, CymatEvent::end)) return tl::unexpected(not_in_this_state(request));
  if (auto refusal = refuse_without(command.reason, "/reason")) return tl::unexpected(std::move(*refusal));
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  builder.add(CymatEnded{request.id, command.reason});
  for (const auto& member : request.members)
    if (member.state == CymatMemberState::serving) builder.add(AccessEnded{seat_of(member.person), clause_of_cymat});
  owe_no_more(builder, request);
  return std::move(builder).finish();
}

Outcome decide_cymat(const Law& law, const Incident& known, const ResponseContext&, const ReportCymat& command,
                     Moment moment) {
  const auto* request = known.find(command.request);
  if (!request) return tl::unexpected(not_found());
  const bool led = command.actor.role == Role::cymat_member && command.actor.person &&
                   std::any_of(request->members.begin(), request->members.end(), [&](const CymatMember& member) {
                     return member.lead && member.state != CymatMemberState::withdrawn && member.since && member.person == *command.actor.person;
                   });
  if (!led)
    if (auto refusal = refuse_others_than_center(law, *request, command.actor, moment.now))
      return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (!next(request->state, request->ruling, CymatEvent::report)) return tl::unexpected(not_in_this_state(*request));
  if (auto refusal = refuse_without(command.text, "/text")) return tl::unexpected(std::move(*refusal));
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  builder.add(CymatReported{command.request, command.text});
  return std::move(builder).finish();
}

}  // namespace noroshi::core
