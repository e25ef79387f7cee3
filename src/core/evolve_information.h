// What events of the information of an incident do to it. Private to src/core.
#pragma once

#include "src/core/event.h"

namespace noroshi::core {

// One for each event, as evolve() and may_follow() call them. An event that cannot follow aborts in evolve.
void evolve_information(Incident& incident, const Event& event, const LabelGiven& what);
void evolve_information(Incident& incident, const Event& event, const LabelChangeAsked& what);
void evolve_information(Incident& incident, const Event& event, const LabelChangeDecided& what);
void evolve_information(Incident& incident, const Event& event, const ConsentStated& what);
void evolve_information(Incident& incident, const Event& event, const AnnexAsked& what);
void evolve_information(Incident& incident, const Event& event, const AnnexDecided& what);
void evolve_information(Incident& incident, const Event& event, const AnnexSealed& what);
void evolve_information(Incident& incident, const Event& event, const AnnexRewrapped& what);
void evolve_information(Incident& incident, const Event& event, const AnnexUnreadable& what);
void evolve_information(Incident& incident, const Event& event, const AttachmentAdded& what);
void evolve_information(Incident& incident, const Event& event, const ContentWithheld& what);
void evolve_information(Incident& incident, const Event& event, const ContentReleased& what);
void evolve_information(Incident& incident, const Event& event, const InquiryAsked& what);
void evolve_information(Incident& incident, const Event& event, const InquiryAnswered& what);
void evolve_information(Incident& incident, const Event& event, const InquiryWithdrawn& what);
void evolve_information(Incident& incident, const Event& event, const NoticeLinked& what);

bool information_may_follow(const Incident& incident, const Event& event, const LabelGiven& what);
bool information_may_follow(const Incident& incident, const Event& event, const LabelChangeAsked& what);
bool information_may_follow(const Incident& incident, const Event& event, const LabelChangeDecided& what);
bool information_may_follow(const Incident& incident, const Event& event, const ConsentStated& what);
bool information_may_follow(const Incident& incident, const Event& event, const AnnexAsked& what);
bool information_may_follow(const Incident& incident, const Event& event, const AnnexDecided& what);
bool information_may_follow(const Incident& incident, const Event& event, const AnnexSealed& what);
bool information_may_follow(const Incident& incident, const Event& event, const AnnexRewrapped& what);
bool information_may_follow(const Incident& incident, const Event& event, const AnnexUnreadable& what);
bool information_may_follow(const Incident& incident, const Event& event, const AttachmentAdded& what);
bool information_may_follow(const Incident& incident, const Event& event, const ContentWithheld& what);
bool information_may_follow(const Incident& incident, const Event& event, const ContentReleased& what);
bool information_may_follow(const Incident& incident, const Event& event, const InquiryAsked& what);
bool information_may_follow(const Incident& incident, const Event& event, const InquiryAnswered& what);
bool information_may_follow(const Incident& incident, const Event& event, const InquiryWithdrawn& what);
bool information_may_follow(const Incident& incident, const Event& event, const NoticeLinked& what);

// What an erasure leaves of it (core::erased_text).
void erase_information(Incident& incident);

}  // namespace noroshi::core
