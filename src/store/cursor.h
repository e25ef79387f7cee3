// Where a list goes on: the key of the last row of a page, as text that means nothing to the caller.
//
// A cursor is no secret and no permission: what follows it is read under the caller's own policies.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "routing/time.h"
#include "src/core/identifier.h"

namespace noroshi::store {

using CursorField = std::variant<Timestamp, core::Uuid, std::int64_t>;

// `list` names the list and its order, so that a cursor of another is refused.
std::string write_cursor(char list, std::initializer_list<CursorField> fields);

// The fields, as many and of the types that `form` says: 't' a time, 'u' an id, 'n' a number from 0 on.
// Nothing for any text that write_cursor() did not make.
std::optional<std::vector<CursorField>> read_cursor(std::string_view text, char list, std::string_view form);

}  // namespace noroshi::store
