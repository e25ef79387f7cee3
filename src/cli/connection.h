// Where the daemon is and who asks it: from flags, the environment and the client's own configuration file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "src/cli/language.h"

namespace noroshi::cli {

// As given on the command line; empty where not.
struct ConnectionOptions {
  std::string url;
  std::filesystem::path token_file;
  std::filesystem::path ca;
};

struct ConnectionSettings {
  std::string host;  // without brackets
  std::string port;
  std::string url;  // "https://host:port", as it is shown and kept in the queue
  std::string token;
  std::string ca;  // file of the certificate authority; empty: those of the system
};

// The part of a token that names it and may be shown: the 32 hexadecimal digits of its id. Empty for a text
// that is no token.
std::string token_id_of(const std::string& token);

// $XDG_CONFIG_HOME/noroshi/client.toml, else ~/.config/noroshi/client.toml; nothing without a home.
std::optional<std::filesystem::path> client_configuration();

// For each value the first of: flag, environment (NOROSHI_URL; NOROSHI_TOKEN_FILE or NOROSHI_TOKEN;
// NOROSHI_CA), the client's file (url, token_file, ca; an unknown key is a mistake with its line). Only
// https. The mistake says what to do.
tl::expected<ConnectionSettings, Text> resolve_connection(const ConnectionOptions& options);

}  // namespace noroshi::cli
