#include "src/core/inner_duties.h"

#include <algorithm>

#include "src/core/decide_handling.h"

namespace noroshi::core {
namespace {

using routing::Condition;
using routing::MetBy;

// Handled until the harm is undone (復旧).
bool being_handled(IncidentState state) {
  return state == IncidentState::reported || state == IncidentState::assessed || state == IncidentState::contained;
}

std::string name_of(const Staff& staff, PersonId person) {
  const auto* known = staff.find(person);
  return known ? known->person.name : std::string();
}

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

bool anybody_registered(const Staff& staff, Timestamp now) {
  return std::any_of(staff.people.begin(), staff.people.end(),
                     [&](const KnownPerson& known) { return staff.has(known.person.id, now); });
}

// Who was told, instructed, or gave an order in the CISO's place: only the call itself says so.
bool names_somebody(const Offices& offices, const Staff& staff, MetBy what) {
  if (what == MetBy::instruction) return true;
  const auto named = named_by(offices, staff, what, std::nullopt);
  return !named || named->by_delegate;
}

}  // namespace

std::optional<Refusal> refuse_office(const Offices& offices, MetBy what) {
  const auto only = [](bool may, const char* ja, const char* en) -> std::optional<Refusal> {
    if (may) return std::nullopt;
    return refuse(RefusalCode::role_required, ja, en);
  };
  switch (what) {
    case MetBy::ciso_told:
      return only(offices.leads_csirt(),
                  "最高情報セキュリティ責任者への報告（2.2.4(2)(c)）は CSIRT 責任者（又はその決定権限を委ねられた者）が行います。",
                  "The head of the CSIRT, or who was given its power to decide, tells the CISO (2.2.4(2)(c)).");
    case MetBy::lessons_shared:
      return only(offices.leads_csirt(),
                  "教訓の共有（2.2.4(3)(c)）は CSIRT 責任者（又はその決定権限を委ねられた者）が行います。",
                  "The head of the CSIRT, or who was given its power to decide, shares the lessons (2.2.4(3)(c)).");
    case MetBy::cause_reported:
      return only(offices.leads_csirt() || offices.is_officer(),
                  "原因と再発防止策の報告（2.2.4(3)(a)）は情報セキュリティ責任者か CSIRT 責任者が行います。情報セキュリティ責任者の"
                  "トークンは noroshi token issue --person で本人に結び付けてください。",
                  "An information security officer, or the head of the CSIRT, reports cause and prevention (2.2.4(3)(a)). Bind "
                  "the officer's token to the person: noroshi token issue --person.");
    case MetBy::measures_ordered:
      return only(offices.orders_itself() || offices.decides_for(Post::ciso),
                  "措置の指示（2.2.4(3)(b)）は最高情報セキュリティ責任者か、その決定権限を委ねられた者が行います。委ねられた者の"
                  "トークンは noroshi token issue --person で本人に結び付けてください。",
                  "The CISO, or who was given the CISO's power to decide, orders the measures (2.2.4(3)(b)). Bind a delegate's "
                  "token to the person: noroshi token issue --person.");
    case MetBy::instruction:
      return only(offices.in_csirt(), "指示・勧告・助言（2.2.4(2)(d)、(j)）を行うのは CSIRT です。",
                  "The CSIRT instructs, recommends and advises (2.2.4(2)(d), (j)).");
    case MetBy::procedure_followed:
      return only(offices.in_csirt() || offices.holds(Post::system_security_officer),
                  "対処手順又は CSIRT の指示等に従った対処（2.2.4(2)(e)）は、CSIRT か情報システムセキュリティ責任者が記します。",
                  "The CSIRT or a system security officer notes that the system was handled by the procedure, or as the CSIRT "
                  "instructed (2.2.4(2)(e)).");
    case MetBy::rules_followed:
      return only(offices.in_csirt() || offices.holds(Post::system_security_officer),
                  "基盤の運用管理規程に従った対処（2.2.4(2)(f)）は、CSIRT か情報システムセキュリティ責任者が記します。",
                  "The CSIRT or a system security officer notes that the platform's rules were followed (2.2.4(2)(f)).");
    case MetBy::situation:
      return only(offices.in_csirt(), "対処状況の把握（2.2.4(2)(j)）は CSIRT が行います。",
                  "The CSIRT keeps track of the state of handling (2.2.4(2)(j)).");
    case MetBy::record:
      return only(offices.in_csirt(), "対処の記録（2.2.4(2)(k)）は CSIRT が行います。",
                  "The CSIRT records the handling (2.2.4(2)(k)).");
    case MetBy::information_shared:
      return only(offices.in_csirt(), "関係機関との情報共有（2.2.4(2)(l)）は CSIRT が行います。",
                  "The CSIRT shares information with the bodies concerned (2.2.4(2)(l)).");
  }
  return std::nullopt;
}

NamedOrRefusal named_by(const Offices& offices, const Staff& staff, MetBy what, const std::optional<PersonId>& person) {
  switch (what) {
    case MetBy::ciso_told:
    case MetBy::cause_reported: return who_was_told(staff, person, offices.now);
    case MetBy::measures_ordered: return who_was_ordered(offices, staff, person);
    default: break;
  }
  Named named;
  if (!person) return named;
  if (!staff.has(*person, offices.now)) return tl::unexpected(unknown_person());
  named.person = person;
  named.name = name_of(staff, *person);
  return named;
}

bool is_met_by_judgement(const routing::Rule& rule) {
  return rule.asks_for(Condition::assessed_possible) || rule.asks_for(Condition::cyberattack_undecided);
}

std::optional<Refusal> refuse_word(const Law& law, const Obligation& obligation, const Actor& actor, const Staff& staff,
                                   bool people_registered, const std::string& note, Timestamp now) {
  const auto* edition = law.editions.find(obligation.edition);
  const auto* rule = edition ? edition->find(obligation.rule) : nullptr;
  if (!rule) return std::nullopt;
  const auto how = how_to_meet(law, obligation);
  const auto only_by = [&] {
    return refuse(RefusalCode::method_unsuitable, "この義務は次の方法でだけ履行できます：" + how.ja + "。",
                  "This duty is met in one way only: " + how.en + ".");
  };
  if (is_met_by_judgement(*rule) || rule->asks_for(Condition::cymat_supports)) return only_by();
  if (!rule->met_by || !(people_registered || anybody_registered(staff, now))) return std::nullopt;
  const Offices offices{actor, &staff, now};
  if (auto refusal = refuse_office(offices, *rule->met_by)) {
    refusal->detail.ja += "その者が次の方法で履行します：" + how.ja + "。";
    refusal->detail.en += " Whoever may do so meets the duty by: " + how.en + ".";
    return refusal;
  }
  if (names_somebody(offices, staff, *rule->met_by)) return only_by();
  if (note.empty())
    return refuse_field("/note", "required", "何をしたかを note に書いてください。", "Say in note what was done.");
  return std::nullopt;
}

void track_anew(DecisionBuilder& builder) {
  if (!being_handled(builder.incident().state)) return;
  const auto obligations = builder.incident().obligations;
  for (const auto& obligation : obligations) {
    const auto* rule = builder.rule_of(obligation);
    if (!rule || rule->met_by != MetBy::situation || obligation.state != ObligationState::fulfilled) continue;
    const auto target = rule->target.of(obligation.holder, severity_of(facts_of(builder.incident())));
    builder.add(ObligationReopened{obligation.id, builder.now() + target, obligation.because});
  }
  // What had been met did not pass on when its body ended.
  pass_to_successors(builder);
}

}  // namespace noroshi::core
