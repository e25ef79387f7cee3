// base64url without padding (RFC 4648 section 5; RFC 7515 appendix C). One to one: what is read is exactly what would be
// written of the same bytes. With another reader bits after the last byte could differ unseen.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace noroshi::sealing {

std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace noroshi::sealing
