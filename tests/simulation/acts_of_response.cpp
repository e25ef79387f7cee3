// Inside a body: steps that meet its inner duties, who responds, a team of CYMAT, who leaves.
#include <algorithm>

#include "tests/simulation/world.h"

namespace noroshi::simulation {
namespace {

using namespace core;

}  // namespace

ResponseContext World::context(const Known& known) const {
  ResponseContext context;
  context.staffs = known.staffs;
  for (const auto& [id, incident] : known.incidents)
    for (const auto& request : incident.cymat_requests)
      for (const auto& member : request.members)
        if (is_live(member.state)) context.serving.emplace(member.person, request.id);
  return context;
}

Asked World::response(const std::string& word, IncidentId id, const ResponseCommand& command) {
  const auto actor = std::visit([](const auto& what) { return what.actor; }, command);
  return on_case(word, id, actor, [this, command](const Incident& known, const Known& all, Moment moment) {
    return decide_response(law(), known, context(all), command, moment);
  });
}

void World::handle(const Incident& incident) {
  const auto* body = source_.registry.standing_for(incident.organization, japanese_day(clock()));
  const std::string own = chance(12) ? any(cast_) : body ? body->slug : incident.organization;
  if (chance(4)) {
    perform(response("instruct", incident.id,
                     GiveInstruction{person(own, Role::csirt_member),
                                     one_of({InstructionKind::emergency_measures, InstructionKind::recovery}),
                                     InstructionForce::instruction,
                                     "情報システム部門",
                                     "切り離し",
                                     {}}));
    return;
  }
  using enum HandlingStepKind;
  TakeHandlingStep command;
  command.actor = person(own, one_of({Role::csirt_head, Role::csirt_member, Role::ciso}));
  command.kind = one_of({ciso_told, situation, record, rules_followed, procedure_followed, information_shared,
                         cause_reported, measures_ordered, lessons_shared});
  command.text = "経過";
  if (const auto staff = known_.staffs.find(own); staff != known_.staffs.end()) {
    const auto officers = staff->second.holders(Post::ciso, clock());
    if (!officers.empty()) command.person = officers.front();
  }
  perform(response("handle", incident.id, command));
}

void World::link_platform(const Incident& incident) {
  const auto* body = source_.registry.standing_for(incident.organization, japanese_day(clock()));
  perform(response("link_platform", incident.id,
                   LinkPlatform{person(body ? body->slug : incident.organization, Role::csirt_member),
                                one_of<const char*>({"共通基盤", "ガバメントクラウド"}), any(cast_)}));
}

void World::assign(const Incident& incident) {
  std::vector<std::string> bodies;
  for (const auto& [body, access] : incident.access)
    if (known_.staffs.contains(body) && access.scope == AccessScope::content) bodies.push_back(body);
  if (bodies.empty()) return;
  const auto body = any(bodies);
  const auto& people = known_.staffs.at(body).people;
  if (people.empty()) return;
  std::vector<Assignment> own;
  for (const auto& assignment : incident.assignments)
    if (assignment.organization == body) own.push_back(assignment);
  const auto what = own.empty() ? 0 : below(6);
  const auto holder = [&](const Assignment& assignment) {
    return chance(6) ? person(body, Role::csirt_member) : bound(body, assignment.person, Role::csirt_member);
  };
  switch (what) {
    case 0: {
      ProposeAssignment command{person(body, Role::csirt_head),
                                any(people).person.id,
                                one_of({Function::head, Function::head, Function::handler}),
                                {},
                                ""};
      perform(response("assign", incident.id, command));
      return;
    }
    case 1:
    case 2: {
      const auto& assignment = own.back();
      perform(response("assign", incident.id, AnswerAssignment{holder(assignment), assignment.id, !chance(5), "都合"}));
      return;
    }
    case 3:
      perform(response("assign", incident.id, ActivateAssignment{holder(own.back()), any(own).id}));
      return;
    case 4:
      perform(response("assign", incident.id, ReleaseAssignment{holder(own.back()), any(own).id, "交代"}));
      return;
    default: {
      const auto& replaced = any(own);
      perform(response("assign", incident.id,
                       ProposeAssignment{holder(replaced), any(people).person.id, {}, replaced.id, ""}));
      return;
    }
  }
}

// Asked for, forwarded, received, decided, formed, dispatched, at work, ended, reported: mostly the next step, now and
// then another.
void World::cymat(const Incident& incident) {
  const auto id = incident.id;
  if (incident.cymat_requests.empty() || is_over(incident.cymat_requests.back())) {
    const auto body = body_of(incident);
    if (!incident.content_visible_to(body) || !role_fits(Role::csirt_head, *source_.registry.find(body))) return;
    perform(response("cymat", id, RequestCymat{person(body, Role::csirt_head), "専門的な支援", CymatPriority::high}));
    return;
  }
  const auto request = chance(8) ? any(incident.cymat_requests) : incident.cymat_requests.back();
  const auto centre = [&] {
    const auto* body = source_.registry.standing_for(request.center, japanese_day(clock()));
    return person(chance(12) ? any(cast_) : body ? body->slug : request.center, Role::center_liaison);
  };
  const auto agency = [&](const std::string& slug) {
    const auto* body = source_.registry.standing_for(slug, japanese_day(clock()));
    return person(body ? body->slug : slug, Role::csirt_head);
  };
  if (request.state == CymatState::requested && !request.through.empty() && !request.forwarded_at) {
    perform(response("cymat", id, ForwardCymat{agency(request.through), request.id, ""}));
    return;
  }
  if (chance(10) && request.state != CymatState::reported) {
    perform(response("cymat", id, EndCymat{centre(), request.id, "終了"}));
    return;
  }
  switch (request.state) {
    case CymatState::requested:
      perform(response("cymat", id, ReceiveCymat{centre(), request.id}));
      return;
    case CymatState::received: {
      const auto ruling = one_of({CymatRuling::dispatch, CymatRuling::dispatch, CymatRuling::dispatch,
                                  CymatRuling::advice, CymatRuling::declined});
      perform(response("cymat", id,
                       RuleCymat{centre(), request.id, ruling, !chance(8), "政府として一体となった対応が必要"}));
      return;
    }
    case CymatState::decided: {
      if (request.ruling == CymatRuling::advice) {
        perform(response("cymat", id, LogCymat{centre(), request.id, CymatEntryKind::advice, "助言", 0}));
        return;
      }
      for (const auto& member : request.members)
        if (member.state == CymatMemberState::proposed) {
          perform(response("cymat", id,
                           AnswerCymatMember{agency(member.organization), request.id, member.id, !chance(6), "都合"}));
          return;
        }
      const bool agreed = std::any_of(request.members.begin(), request.members.end(), [](const CymatMember& member) {
        return member.state == CymatMemberState::agreed;
      });
      if (agreed && !chance(3)) {
        perform(response("cymat", id, FormCymat{centre(), request.id}));
        return;
      }
      std::vector<std::pair<std::string, PersonId>> pool;
      for (const auto& [body, staff] : known_.staffs)
        for (const auto person_id : staff.holders(Post::cymat_member, clock())) pool.emplace_back(body, person_id);
      if (pool.empty()) return;
      const auto& [body, person_id] = any(pool);
      perform(response("cymat", id, ProposeCymatMember{centre(), request.id, body, person_id, !agreed}));
      return;
    }
    case CymatState::formed:
      perform(response("cymat", id, DispatchCymat{centre(), request.id}));
      return;
    case CymatState::dispatched:
    case CymatState::active: {
      if (chance(3)) {
        const auto* body = source_.registry.standing_for(request.supported, japanese_day(clock()));
        perform(response("cymat", id,
                         LogCymat{person(body ? body->slug : request.supported, Role::csirt_member), request.id,
                                  CymatEntryKind::information, "資料", 2}));
        return;
      }
      for (const auto& member : request.members)
        if (member.state == CymatMemberState::serving) {
          if (chance(6)) {
            perform(response("cymat", id, WithdrawCymatMember{centre(), request.id, member.id, "交代"}));
            return;
          }
          perform(response("cymat", id,
                           LogCymat{bound(member.organization, member.person, Role::cymat_member), request.id,
                                    one_of({CymatEntryKind::work, CymatEntryKind::information_asked}), "活動", 0}));
          return;
        }
      perform(response("cymat", id, EndCymat{centre(), request.id, "終了"}));
      return;
    }
    case CymatState::ended:
      perform(response("cymat", id, ReportCymat{centre(), request.id, "報告"}));
      return;
    case CymatState::reported:
      return;
  }
}

void World::change_staff() {
  std::vector<std::string> bodies;
  for (const auto& [body, staff] : known_.staffs) bodies.push_back(body);
  if (bodies.empty()) return;
  const auto body = any(bodies);
  const auto& people = known_.staffs.at(body).people;
  if (people.empty()) return;
  RemovePerson command{person(body, Role::ciso), any(people).person.id, "異動"};
  const bool done =
      perform({"staff", command.actor, {}, {}, [this, command](const Known& known, Moment moment) -> Decided {
                 auto outcome = decide_staff(law(), known.staffs.at(command.actor.organization), command, moment);
                 if (!outcome) return tl::unexpected(std::move(outcome.error()));
                 return Proposed{std::move(outcome->events), {}, nullptr};
               }});
  // Who has left a staff is looked for in the cases that he works on.
  if (!done) return;
  for (const auto& [id, rings_at] : std::map(rings_)) {
    if (!findings().empty()) return;
    ring(id);
  }
}

}  // namespace noroshi::simulation
