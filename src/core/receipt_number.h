// 受付番号: under which number a body that receives an incident speaks of it, "MHLW-R-30QH-T8KD-5WZE".
//
// It follows from the body and the id of the first message that brought it the incident: no counter, nothing to lock, and the
// same for whoever reckons it. Each authority has its own; the incident's number ("JPS-2018-1") is that of the body whose
// incident it is. Pure; any number of threads.
//
// The code: eleven digits and a check digit of Crockford's base32, which knows neither I, L, O nor U, in three groups of four to
// be read out on the telephone. Five digits are the minute of the message, counted from 2010-01-01T00:00Z (they last until
// 2073); six are a hash of body and id: two incidents of one body in one minute share a number once in 2^30. The check digit c
// is our own rule: over GF(32), x^5 + x^2 + 1, the digits are the coefficients of a polynomial that has x for a root. It finds each
// digit that was misread and each two that changed places.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "routing/time.h"
#include "src/core/identifier.h"

namespace noroshi::core {

std::string receipt_number(std::string_view organization, MessageId first);

// As somebody wrote or heard it: lower case, no hyphens, O for 0, I and L for 1. What receipt_number() gives; nothing where it is no
// such number or its check digit is another.
std::optional<std::string> parse_receipt_number(std::string_view text);

// From when until before when the message was sent that gave that number, as receipt_number() wrote it.
std::pair<Timestamp, Timestamp> minute_of_receipt(std::string_view number);

}  // namespace noroshi::core
