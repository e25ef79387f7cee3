// The words of edition files. Private to routing/.
#pragma once

#include "routing/closed_list.h"
#include "routing/edition.h"

namespace noroshi::routing {

inline constexpr ClosedList<Incident, 2> incident_words{{{
    {Incident::own, "own"},
    {Incident::received, "received"},
}}};

inline constexpr ClosedList<OpensOn, 2> opens_on_words{{{
    {OpensOn::assessment, "assessment"},
    {OpensOn::receipt, "receipt"},
}}};

inline constexpr ClosedList<RecipientRule, 5> recipient_words{{{
    {RecipientRule::center, "center"},
    {RecipientRule::supervising_agency, "supervising_agency"},
    {RecipientRule::police, "police"},
    {RecipientRule::crisis_management, "crisis_management"},
    {RecipientRule::holder, "holder"},
}}};

inline constexpr ClosedList<Condition, 7> condition_words{{{
    {Condition::assessed_incident, "assessed_incident"},
    {Condition::assessed_possible, "assessed_possible"},
    {Condition::cyberattack_or_feared, "cyberattack_or_feared"},
    {Condition::cyberattack_undecided, "cyberattack_undecided"},
    {Condition::large_scale, "large_scale"},
    {Condition::cymat_supports, "cymat_supports"},
    {Condition::shared_platform, "shared_platform"},
}}};

inline constexpr ClosedList<MetBy, 10> met_by_words{{{
    {MetBy::ciso_told, "ciso_told"},
    {MetBy::instruction, "instruction"},
    {MetBy::procedure_followed, "procedure_followed"},
    {MetBy::rules_followed, "rules_followed"},
    {MetBy::situation, "situation"},
    {MetBy::record, "record"},
    {MetBy::information_shared, "information_shared"},
    {MetBy::cause_reported, "cause_reported"},
    {MetBy::measures_ordered, "measures_ordered"},
    {MetBy::lessons_shared, "lessons_shared"},
}}};

}  // namespace noroshi::routing
