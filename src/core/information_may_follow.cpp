// Which events of the information of an incident can follow: for records that others may have altered.
#include <algorithm>

#include "src/core/duties.h"
#include "src/core/evolve_information.h"

namespace noroshi::core {
namespace {

template <class List, class Id>
bool has(const List& list, const Id& id) {
  return std::any_of(list.begin(), list.end(), [&](const auto& entry) { return entry.id == id; });
}

}  // namespace

bool information_may_follow(const Incident& incident, const Event&, const LabelGiven& what) {
  return !has(incident.labels, what.label.id) && is_valid(what.label.grades) && !incident.erased_at;
}
bool information_may_follow(const Incident& incident, const Event&, const LabelChangeAsked& what) {
  const bool pending = std::any_of(incident.label_changes.begin(), incident.label_changes.end(), [](const LabelChange& change) {
    return change.decision == LabelChange::Decision::pending;
  });
  return !pending && !has(incident.label_changes, what.change.id) && is_valid(what.change.grades) && !incident.erased_at;
}
bool information_may_follow(const Incident& incident, const Event& event, const LabelChangeDecided& what) {
  const auto* change = incident.find(what.change);
  return change && change->decision == LabelChange::Decision::pending && !incident.erased_at &&
         !same_person(change->asked_by, change->asked_by_name, event.actor);
}
bool information_may_follow(const Incident& incident, const Event&, const ConsentStated&) { return !incident.erased_at; }

bool information_may_follow(const Incident& incident, const Event&, const AnnexAsked& what) {
  return !incident.find(what.annex.id) && what.annex.state == AnnexState::asked && !incident.erased_at;
}
// By another person than who asked, in his office (3.1.1(5)(c)).
bool information_may_follow(const Incident& incident, const Event& event, const AnnexDecided& what) {
  const auto* annex = incident.find(what.annex);
  return annex && next(annex->state, what.permitted ? AnnexEvent::permit : AnnexEvent::refuse) && !incident.erased_at &&
         event.actor.role == Role::section_officer && !same_person(annex->asked_by, annex->asked_by_name, event.actor);
}
bool information_may_follow(const Incident& incident, const Event&, const AnnexSealed& what) {
  const auto* annex = incident.find(what.annex);
  return annex && next(annex->state, AnnexEvent::seal) && !what.keys.empty() && !incident.erased_at;
}
bool information_may_follow(const Incident& incident, const Event&, const AnnexRewrapped& what) {
  const auto* annex = incident.find(what.annex);
  return annex && annex->state == AnnexState::sealed && what.keys.size() > annex->keys.size() && !incident.erased_at;
}
bool information_may_follow(const Incident& incident, const Event&, const AnnexUnreadable& what) {
  const auto* annex = incident.find(what.annex);
  return annex && annex->state == AnnexState::sealed && !incident.erased_at;
}
bool information_may_follow(const Incident& incident, const Event&, const AttachmentAdded& what) {
  return !incident.find(what.attachment.id) && !incident.erased_at;
}

bool information_may_follow(const Incident& incident, const Event&, const ContentWithheld& what) {
  return !incident.find(what.withholding.id) && !what.withholding.members.empty() && !incident.erased_at;
}
bool information_may_follow(const Incident& incident, const Event&, const ContentReleased& what) {
  const auto* withholding = incident.find(what.withholding);
  return withholding && !withholding->released;
}
// Which body stands for which is of the registry of that day, and is not looked at: that nobody asks or answers himself is.
bool information_may_follow(const Incident& incident, const Event& event, const InquiryAsked& what) {
  const auto& asked = what.inquiry;
  const auto* passed = asked.passes_on ? incident.find(*asked.passes_on) : nullptr;
  return !incident.find(asked.id) && asked.from == event.actor.organization && asked.from != asked.to &&
         (!asked.passes_on || (passed && passed->is_open())) && !incident.erased_at;
}
bool information_may_follow(const Incident& incident, const Event& event, const InquiryAnswered& what) {
  const auto* inquiry = incident.find(what.inquiry);
  return inquiry && inquiry->is_open() && inquiry->from != event.actor.organization && !incident.erased_at;
}
bool information_may_follow(const Incident& incident, const Event& event, const InquiryWithdrawn& what) {
  const auto* inquiry = incident.find(what.inquiry);
  return inquiry && inquiry->is_open() && inquiry->to != event.actor.organization && !incident.erased_at;
}
bool information_may_follow(const Incident& incident, const Event&, const NoticeLinked& what) {
  return std::find(incident.notices.begin(), incident.notices.end(), what.notice) == incident.notices.end() &&
         !incident.erased_at;
}

}  // namespace noroshi::core
