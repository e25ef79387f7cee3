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

#include "routing/edition.h"
#include "routing/registry.h"

namespace noroshi::app {

// Where a value was set: the file with line and column, or "--listen", or "NOROSHI_LISTEN" (line 0).
struct ConfigPlace {
  std::string file;
  int line = 0;
  int column = 0;
};

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
  // [ladder] steps, after due, rising
  std::vector<std::chrono::seconds> ladder{std::chrono::minutes(0), std::chrono::minutes(15), std::chrono::minutes(30),
                                           std::chrono::minutes(60)};
  bool relay_on_silence = false;                    // [relay] on_silence
  std::string log_level = "info";                   // [log] level
  bool log_json = true;                             // [log] format = "json" | "text"
  bool log_automatic = true;                        // [log] format = "automatic": text on a terminal, else as log_json
  std::map<std::string, ConfigPlace, std::less<>> target_places;  // where each of `targets` was set
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
// NOROSHI_REGISTRY, NOROSHI_EDITIONS, NOROSHI_CONFIG and NOROSHI_<TABLE>_<KEY> for the keys of the file: a list takes
// commas between its items, NOROSHI_TARGETS_G_2 is the target "g.2". Any other variable NOROSHI_… is a mistake, but for
// those of the command line's client and of tests (NOROSHI_TEST_…). Relative paths of the file are taken from its folder,
// others from the working directory. Reads the file, and the one that url_file names; nothing else. Targets may name only
// rules of the editions held: that is checked when the law is loaded (check_targets).
tl::expected<Config, std::vector<routing::Mistake>> load_config(const ConfigFlags& flags,
                                                                const std::vector<std::string>& environment);

// A target that names no rule of any edition held, each with its place.
std::vector<routing::Mistake> check_targets(const Config& config, const routing::Editions& editions);

// What is in force, as TOML that load_config() reads back; secrets (a password in the URL) are left out. `data` and
// `test_clock`, which are no keys of the file, stand above it as comments.
std::string show(const Config& config);

// SHA-256 of show(), 64 hexadecimal digits: tells whether two daemons run with the same configuration.
std::string digest(const Config& config);

// Every key of the file, "listen.address", in the order of deploy/noroshi.toml; "targets.*" for the table of targets.
std::vector<std::string> config_keys();

}  // namespace noroshi::app
