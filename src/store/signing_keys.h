// The public halves of the keys with which daemons sign.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "src/codec/views.h"
#include "src/store/database.h"

namespace noroshi::store {

// `public_key` is a SubjectPublicKeyInfo in DER. A key that is there already stays as it is. A connection of role owner.
void register_key(Connection& owner, const std::string& id, std::string_view public_key);
bool knows_key(Connection& owner, const std::string& id);

// The id of the key of deliveries that all daemons of this database share; empty where there is none yet. With a key: it is
// registered where there is none. A connection of role owner.
std::string delivery_key(Connection& owner);
std::string delivery_key(Connection& owner, const std::string& id, std::string_view public_key);

// All keys, oldest first. In a transaction of any caller.
std::vector<codec::SigningKeyView> list_keys(TenantTransaction& transaction);

}  // namespace noroshi::store
