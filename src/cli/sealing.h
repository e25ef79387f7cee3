// `noroshi sealing …`: keys that only their body holds, and texts sealed to them (JWE); without a daemon.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "src/cli/output.h"
#include "src/sealing/jwe.h"

namespace noroshi::cli {

// Writes a new private key (JWK) to the file and prints its public half. Exit 2 where the file is there already.
struct SealingMakeKeyOptions {
  std::string file;
};
int run(const SealingMakeKeyOptions& options, const Output& output);

// Prints the public half of a key.
struct SealingPublicOptions {
  std::string file;
};
int run(const SealingPublicOptions& options, const Output& output);

struct SealingSealOptions {
  std::vector<std::string> to;  // files with public keys
  std::string aad;
  std::string in = "-";
  std::string out = "-";
};
int run(const SealingSealOptions& options, const Output& output);

// Exit 1 where the key opens nothing or something was altered: then nothing is written.
struct SealingOpenOptions {
  std::string key;
  std::string in = "-";
  std::string out = "-";
};
int run(const SealingOpenOptions& options, const Output& output);

struct SealingRewrapOptions {
  std::string key;
  std::string to;
  std::string in = "-";
  std::string out = "-";
};
int run(const SealingRewrapOptions& options, const Output& output);

// What the commands that seal and open share: the key of a file, else the exit code after telling why.
tl::expected<sealing::PrivateKey, ExitCode> read_private_key(const std::string& file, const Output& output);
tl::expected<sealing::PublicKey, ExitCode> read_public_key(const std::string& file, const Output& output);
// Tells why on stderr. 1 where a key does not open it or it was altered, 70 for the library, 2 else.
ExitCode tell_fault(sealing::Fault fault, const std::string& place, const Output& output);
// Bytes to standard output where the file is "-", else to a new file. Exit 2 where that is there already or cannot be.
ExitCode write_out(const std::string& file, std::string_view bytes, const Output& output);

}  // namespace noroshi::cli
