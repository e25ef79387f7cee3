// Bytes as text: base64 (RFC 4648 section 4, padded, and section 5, for URLs, without padding) and hexadecimal. Both ways are one to one: what a reader
// accepts is exactly what the writer makes of the same bytes, so that no two texts stand for one value.
//
// Pure; safe from any number of threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "src/record/sha256.h"

namespace noroshi::record {

std::string to_base64(std::string_view bytes);
// Nothing for line breaks, missing or surplus padding, the URL alphabet, or bits set after the last byte.
std::optional<std::string> from_base64(std::string_view text);

std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

std::string to_hex(std::string_view bytes);  // lower case
// Lower case only, an even number of digits.
std::optional<std::string> from_hex(std::string_view text);

// Nothing unless there are exactly 32 bytes.
std::optional<Digest> to_digest(std::string_view bytes);

}  // namespace noroshi::record
