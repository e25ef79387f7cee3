#include "src/core/evolve_information.h"

#include <algorithm>
#include <cstdlib>

namespace noroshi::core {
namespace {

// A broken invariant is a defect of this program: going on could only spread it.
template <class T>
T& must(T* value) {
  if (!value) std::abort();
  return *value;
}

Annex& move(Incident& incident, AnnexId id, AnnexEvent event) {
  auto& annex = must(incident.find(id));
  const auto state = next(annex.state, event);
  if (!state) std::abort();
  annex.state = *state;
  ++annex.revision;
  return annex;
}

void erase(std::string& text) {
  if (!text.empty()) text = erased_text;
}

}  // namespace

// -- Labels ------------------------------------------------------------------------------------------------------

void evolve_information(Incident& incident, const Event& event, const LabelGiven& what) {
  incident.labels.push_back(what.label);
  incident.labels.back().given_by = event.actor.token;
  incident.labels.back().given_by_name = event.actor.name;
}
void evolve_information(Incident& incident, const Event& event, const LabelChangeAsked& what) {
  incident.label_changes.push_back(what.change);
  incident.label_changes.back().asked_by = event.actor.token;
  incident.label_changes.back().asked_by_name = event.actor.name;
}
void evolve_information(Incident& incident, const Event&, const LabelChangeDecided& what) {
  const auto found = std::find_if(incident.label_changes.begin(), incident.label_changes.end(),
                                  [&](const LabelChange& change) { return change.id == what.change; });
  if (found == incident.label_changes.end()) std::abort();
  found->decision = what.granted ? LabelChange::Decision::granted : LabelChange::Decision::refused;
}
void evolve_information(Incident& incident, const Event&, const ConsentStated& what) { incident.consents_to_share = what.consents; }

// -- Annexes and files -------------------------------------------------------------------------------------------

void evolve_information(Incident& incident, const Event& event, const AnnexAsked& what) {
  incident.annexes.push_back(what.annex);
  auto& annex = incident.annexes.back();
  annex.asked_by = event.actor.token;
  annex.asked_by_name = event.actor.name;
  annex.ladder.from = event.at;
}
void evolve_information(Incident& incident, const Event&, const AnnexDecided& what) {
  move(incident, what.annex, what.permitted ? AnnexEvent::permit : AnnexEvent::refuse);
}
void evolve_information(Incident& incident, const Event&, const AnnexSealed& what) {
  auto& annex = move(incident, what.annex, AnnexEvent::seal);
  annex.sha256 = what.sha256;
  annex.size = what.size;
  annex.keys = what.keys;
  annex.unreadable_to.clear();
}
void evolve_information(Incident& incident, const Event&, const AnnexRewrapped& what) {
  auto& annex = must(incident.find(what.annex));
  if (annex.state != AnnexState::sealed) std::abort();
  annex.sha256 = what.sha256;
  annex.size = what.size;
  annex.keys = what.keys;
  ++annex.revision;
}
void evolve_information(Incident& incident, const Event&, const AnnexUnreadable& what) {
  auto& annex = must(incident.find(what.annex));
  annex.unreadable_to.push_back(what.organization);
  ++annex.revision;
}
void evolve_information(Incident& incident, const Event&, const AttachmentAdded& what) {
  incident.attachments.push_back(what.attachment);
}

// -- What is withheld, inquiries, notices ------------------------------------------------------------------------

void evolve_information(Incident& incident, const Event&, const ContentWithheld& what) {
  incident.withholdings.push_back(what.withholding);
}
void evolve_information(Incident& incident, const Event&, const ContentReleased& what) {
  const auto found = std::find_if(incident.withholdings.begin(), incident.withholdings.end(),
                                  [&](const Withholding& withholding) { return withholding.id == what.withholding; });
  if (found == incident.withholdings.end()) std::abort();
  found->released = true;
}
void evolve_information(Incident& incident, const Event& event, const InquiryAsked& what) {
  incident.inquiries.push_back(what.inquiry);
  incident.inquiries.back().asked_at = event.at;
  incident.inquiries.back().ladder.from = event.at;
}
void evolve_information(Incident& incident, const Event& event, const InquiryAnswered& what) {
  auto& inquiry = must(incident.find(what.inquiry));
  inquiry.answered_at = event.at;
  ++inquiry.revision;
}
void evolve_information(Incident& incident, const Event&, const InquiryWithdrawn& what) {
  auto& inquiry = must(incident.find(what.inquiry));
  inquiry.withdrawn = true;
  ++inquiry.revision;
}
void evolve_information(Incident& incident, const Event&, const NoticeLinked& what) { incident.notices.push_back(what.notice); }

void erase_information(Incident& incident) {
  for (auto& label : incident.labels) {
    erase(label.own_label);
    if (!label.restrictions.empty()) label.restrictions = {std::string(erased_text)};
  }
  for (auto& change : incident.label_changes) {
    erase(change.own_label);
    erase(change.reason);
  }
  for (auto& annex : incident.annexes) {
    erase(annex.name);
    erase(annex.sha256);
  }
  for (auto& attachment : incident.attachments) {
    erase(attachment.name);
    erase(attachment.media_type);
    erase(attachment.sha256);
  }
  for (auto& withholding : incident.withholdings) erase(withholding.reason);
  for (auto& inquiry : incident.inquiries) erase(inquiry.text);
}

}  // namespace noroshi::core
