// `noroshi token`: bearer tokens are issued at the machine, by whoever may touch the daemon's data.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "src/cli/database_visit.h"
#include "src/cli/holder.h"
#include "src/cli/output.h"

namespace noroshi::cli {

struct TokenIssueOptions : HolderOptions {
  std::optional<std::filesystem::path> signing_key;  // PEM of the holder's public key, with which he signs what he sends
  std::optional<std::filesystem::path> registry;
  DatabaseOptions database;
};
// Prints the bearer token alone; it is shown this once. Exit 2 where the body is not known, the role does
// not fit it, the person is not of the body, or the file holds no public key of a kind that signs.
int run(const TokenIssueOptions& options, const Output& output);

struct TokenListOptions {
  DatabaseOptions database;
};
int run(const TokenListOptions& options, const Output& output);

struct TokenRevokeOptions {
  std::string id;  // as listed, or the token's own 32 digits
  DatabaseOptions database;
};
// Exit 1 where there is no such token, or it was revoked before.
int run(const TokenRevokeOptions& options, const Output& output);

}  // namespace noroshi::cli
