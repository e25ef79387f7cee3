// To whom a token or an account is given, as it is asked for on the command line.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "routing/registry.h"
#include "src/cli/output.h"
#include "src/core/identifier.h"
#include "src/core/role.h"
#include "src/store/database.h"

namespace noroshi::cli {

struct HolderOptions {
  std::string organization;  // slug
  std::string role;
  std::string name;     // of the person or the machine; stands in the record beside what he does
  std::string person;   // id in the body's staff; empty: nobody
  std::string expires;  // ISO 8601 duration; empty: until revoked
};

struct Holder {
  std::string organization;
  core::Role role{};
  std::string name;
  std::optional<core::PersonId> person;
  std::optional<std::chrono::seconds> valid_for;
};

// What was asked for, if it makes sense; else why not.
tl::expected<Holder, Text> check_holder(const HolderOptions& options, const routing::Registry& registry);
// That the person is of that body; a holder without a name has his then. `owner` is of role owner.
tl::expected<void, Text> check_person(Holder& holder, store::Connection& owner);

}  // namespace noroshi::cli
