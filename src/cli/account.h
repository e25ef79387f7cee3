// `noroshi account`: persons who sign in by the page. Made at the machine, by whoever may touch the daemon's data; what a person
// signs in with he gives himself, by a link.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "src/cli/database_visit.h"
#include "src/cli/holder.h"
#include "src/cli/output.h"

namespace noroshi::cli {

struct AccountAddOptions : HolderOptions {
  std::string login;  // within the body
  std::string url;    // https://HOST:PORT; empty: as the configuration says
  std::optional<std::filesystem::path> registry;
  DatabaseOptions database;
};
// Prints the set-up link alone: https://HOST:PORT/set-up/CODE. Exit 2 where the body is not known, the role does not fit it, the
// person is not of the body, or the login cannot be one; 1 where somebody has it; 78 where nothing says how the page is reached.
int run(const AccountAddOptions& options, const Output& output);

struct AccountLinkOptions {
  std::string login;  // "jps/duty-1"
  std::string url;
  DatabaseOptions database;
};
// Prints a new link alone; earlier ones end. Exit 1 where there is no such account.
int run(const AccountLinkOptions& options, const Output& output);

struct AccountListOptions {
  DatabaseOptions database;
};
int run(const AccountListOptions& options, const Output& output);

struct AccountRevokeOptions {
  std::string login;
  DatabaseOptions database;
};
// Exit 1 where there is no such account, or it was revoked before.
int run(const AccountRevokeOptions& options, const Output& output);

}  // namespace noroshi::cli
