// JSON of a JWE or a JWK: an object in which no name stands twice. Readers differ in which of two they take, so that one
// text could be two.
#pragma once

#include <optional>
#include <string_view>

#include <boost/json/object.hpp>

#include "src/sealing/jwe.h"

namespace noroshi::sealing {

std::optional<boost::json::object> read_object(std::string_view text);

// The text of that member; an empty one where it is not there. `unreadable` where it is no text.
Expected<std::string_view> text_at(const boost::json::object& object, std::string_view name);

// `otherwise` where a member has another name than these.
Expected<void> check_names(const boost::json::object& object, std::initializer_list<std::string_view> known, Fault otherwise);

}  // namespace noroshi::sealing
