// What an operator can set: noroshi.toml, above it the environment (NOROSHI_…), above that the flags.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "routing/registry.h"

namespace noroshi::app {

struct Config {
  std::filesystem::path data;                       // DIR: required
  std::string listen_host = "127.0.0.1";            // [listen] address = "HOST:PORT"
  std::uint16_t listen_port = 8443;                 // 0: any free one
  std::vector<std::string> names;                   // [listen] names: further Host names
  std::optional<std::filesystem::path> certificate; // [listen] certificate, key (PEM files); else an own authority
  std::optional<std::filesystem::path> key;
  bool tls_1_2 = false;                             // [listen] tls_minimum = "1.2"
  std::optional<std::string> database_url;          // [database] url, or url_file; else a private cluster
  int writers = 2;                                  // [database] writers, readers
  int readers = 4;
  std::optional<std::filesystem::path> registry;    // [law] registry, editions
  std::optional<std::filesystem::path> editions;
  std::optional<double> test_clock;                 // --test-clock RATE alone, never in a file
  std::map<std::string, std::chrono::seconds, std::less<>> targets;  // [targets] "g.2" = "PT60M" or seconds
  std::chrono::seconds acknowledgement{15 * 60};    // [acknowledgement] target
  std::vector<std::chrono::seconds> ladder;         // [ladder] steps, after due: PT0S, PT15M, PT30M, PT60M
  bool relay_on_silence = false;                    // [relay] on_silence
  std::string log_level = "info";                   // [log] level
  bool log_json = true;                             // [log] format = "json" | "text"; text on a terminal by default
};

// What was set on the command line; empty where it was not.
struct ConfigFlags {
  std::optional<std::filesystem::path> data;
  std::optional<std::string> listen;
  std::optional<std::string> database_url;
  std::optional<std::filesystem::path> registry;
  std::optional<std::filesystem::path> editions;
  std::optional<std::filesystem::path> config;  // else DIR/noroshi.toml where it exists
  std::optional<double> test_clock;
};

// Every mistake with its place: an unknown key with its line, a value of the wrong kind, an environment variable by name.
// `environment` is the process's, as NAME=VALUE; variables NOROSHI_DATA, NOROSHI_LISTEN, NOROSHI_DATABASE_URL,
// NOROSHI_REGISTRY, NOROSHI_EDITIONS, NOROSHI_CONFIG and NOROSHI_<TABLE>_<KEY> for the keys of the file. Targets may name
// only rules of the editions held: that is checked when the law is loaded (check_targets).
tl::expected<Config, std::vector<routing::Mistake>> load_config(const ConfigFlags& flags,
                                                                const std::vector<std::string>& environment);

// What is in force, as TOML that load_config() reads back; secrets (a password in the URL) are left out.
std::string show(const Config& config);

}  // namespace noroshi::app
