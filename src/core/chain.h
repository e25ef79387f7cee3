// The chain of (g), along which bodies ask and tell each other: the centre, the agencies, the corporations that each supervises.
// Private to src/core.
#pragma once

#include <optional>
#include <string>

#include "src/core/duties.h"

namespace noroshi::core {

// The police and the crisis desk stand beside it: they are told by their own duties, and of an exercise never.
enum class Rung { corporation, agency, center };

// Nothing for a body that is unknown, has ended or stands beside the chain.
std::optional<Rung> rung_of(const Law& law, const std::string& organization, Timestamp now);

enum class Direction { up, down };

// From one body to another that stands one rung from it: centre and agency, agency and a corporation that it supervises. Who
// supervises is looked up for today and, where there is a case, for its recognised day; each body also by those that it stands for.
std::optional<Direction> one_step(const Law& law, const std::string& from, const std::string& to, std::optional<Timestamp> recognized,
                                  Timestamp now);

// Who speaks for a body along the chain: its CSIRT, and for the centre its liaison too.
std::optional<Refusal> refuse_voice(const Law& law, const Actor& actor, Timestamp now);

// Into the inbox of `recipient`, who sees the content of the case, from the actor's body: a message of kind notice without a report. It is
// of no duty. Where it is to be acknowledged, it has the clock of a message.
enum class Awaits { nothing, acknowledgement };
void send_word(DecisionBuilder& builder, const std::string& recipient, std::string note, Awaits awaits);

}  // namespace noroshi::core
