// The sentences in which route() says why, in Japanese and English. Private to routing/.
#pragma once

#include <string_view>
#include <vector>

#include "routing/route.h"

namespace noroshi::routing::reasons {

// -- Who holds
Reason holder_is(const Organization& body, const Rule& rule);
Reason holder_must_be(const Rule& rule);
Reason received(const Organization& agency, const Organization& corporation);
Reason received_only();
Reason nobody_was_told();

// -- What the facts say; `judge` is the body whose judgement it is
Reason condition_holds(Condition condition, const Judgement& judge, const Organization& body);
Reason condition_fails(Condition condition, const Judgement& judge, const Organization& body);

// -- Who receives
Reason center(const Organization& center, JapaneseDay day);
Reason crisis_management(const Organization& body);
Reason supervisor(const Organization& corporation, const Supervision& supervision,
                  const Organization& agency);
Reason supervisor_added(const Organization& corporation, const Supervision& supervision,
                        const Organization& agency);
Reason default_police(const Organization& body, const Organization& police);
Reason named_police(const Organization& police);
Reason added_police(const Organization& police);
Reason inside(const Organization& body);
Reason to_oneself(const Organization& body);
Reason stands_in_place(const Organization& successor, const Organization& ended);

// -- Who does not
Reason co_supervisor(const Organization& corporation, const Supervision& supervision,
                     const Organization& agency);
Reason not_a_supervisor(const Organization& corporation, const Organization& body, JapaneseDay day);
Reason no_recipient(RecipientRule recipient, std::string_view slug, JapaneseDay day);
Reason no_police_known(const Organization& body);

// -- Alarms and notes
Reason no_edition_in_force(JapaneseDay day);
Reason body_not_in_force(const Organization& body, JapaneseDay day);
Reason unknown_organization(std::string_view slug);
Reason not_a_reporting_body(const Organization& body);
Reason not_a_police(const Organization& body);
Reason large_scale_without_attack(const Organization& body);
Reason large_scale_unassessed(const Organization& body);
Reason successor_unknown(const Organization& body);
Reason later_edition_not_held(const Edition& edition);
Reason no_duty_for_corporation(const Edition& edition, const Organization& body);
Reason main_and_joint_is_our_reading(const Organization& body);

}  // namespace noroshi::routing::reasons
