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
#include "src/core/canary.h"
#include "src/core/clocks.h"
#include "src/core/endpoint.h"
#include "src/core/retention.h"
#include "src/delivery/channel.h"
#include "src/delivery/retrying.h"

namespace noroshi::app {

// Where a value was set: the file with line and column, or "--listen", or "NOROSHI_LISTEN" (line 0).
struct ConfigPlace {
  std::string file;
  int line = 0;
  int column = 0;
};

// A target that was set, and where: of a rule ("g.2", "h28:g.1"), in general, for one body or for one severity.
struct TargetPlace {
  std::string rule;  // or "acknowledgement", "followup", "permission"
  std::string body;  // slug; empty: not for one body
  std::optional<routing::Severity> severity;
  ConfigPlace place;
};

struct Config {
  std::filesystem::path data;                       // DIR: required
  std::string listen_host = "127.0.0.1";            // [listen] address = "HOST:PORT"
  std::uint16_t listen_port = 8443;                 // 0: any free one
  std::vector<std::string> names;                   // [listen] names: further Host names
  std::optional<std::filesystem::path> certificate; // [listen] certificate, key (PEM files); else an own authority
  std::optional<std::filesystem::path> key;
  bool tls_1_2 = false;                             // [listen] tls_minimum = "1.2"
  core::Zone zone = core::Zone::internet;           // [listen] zone: what clients come through; unsaid: the least trusted
  std::optional<std::string> database_url;          // [database] url, or url_file; else a private cluster
  std::optional<core::Zone> database_zone;          // [database] zone: what lies between here and it
  std::optional<std::filesystem::path> content_keys;  // [database] content_keys; else DIR/keys/content
  int writers = 2;                                  // [database] writers, readers
  int readers = 4;
  // [limits] connections, connections_per_address, requests_per_body, handshakes_per_address (a second),
  // failed_tokens_per_address (a minute); see http::ServerOptions. 0: no limit, but for connections
  int connections = 2048;
  int connections_per_address = 1280;
  int requests_per_body = 256;
  int handshakes_per_address = 200;
  int failed_tokens_per_address = 120;
  std::optional<std::filesystem::path> registry;    // [law] registry, editions
  std::optional<std::filesystem::path> editions;
  std::optional<double> test_clock;                 // --test-clock RATE alone, never in a file
  // [targets] "g.2" = "PT60M" or seconds; [targets.severity.large_scale], [targets.body.mhlw]
  std::map<std::string, routing::Target, std::less<>> targets;
  // [acknowledgement] target, [followup] target, [annex] permission, [ladder] steps, [relay] on_silence
  core::ClockPolicy clocks;
  core::RetentionPolicy retention;                  // [retention] confidentiality_1 = "P5Y": whole years
  core::CanaryPlan canary;                          // [canary] organization, at = "06:30" (Japanese time), within
  ConfigPlace canary_place;                         // where its body was set
  std::optional<std::string> relying_party;         // [sign_in] relying_party; else as relying_party() says
  std::optional<std::string> base_url;              // [delivery] base_url = "https://HOST:PORT"; else what is listened on
  delivery::RetryPolicy retry;                      // [delivery] backoff, give_up
  std::chrono::seconds delivery_timeout{30};        // [delivery] timeout
  delivery::MailRelay mail;                         // [mail] host, port, tls, ca, user, password, from, certificate, key
  std::string log_level = "info";                   // [log] level
  bool log_json = true;                             // [log] format = "json" | "text"
  bool log_automatic = true;                        // [log] format = "automatic": text on a terminal, else as log_json
  std::vector<TargetPlace> target_places;  // where each target was set
};

// That of the database, where it was not stated: a private cluster has no network, and of another nothing is known.
core::Zone database_zone(const Config& config);
// Where the keys are with which what people wrote of cases is sealed.
std::filesystem::path content_key_folder(const Config& config);

// To which host name passkeys belong (WebAuthn's rpId): what was set, else the host of base_url, else "localhost" where the daemon
// listens on loopback, else the name of this machine.
std::string relying_party(const Config& config);
// How a person's browser reaches the daemon: base_url, else that host and `port` (an address has no passkeys).
std::string web_address(const Config& config, std::uint16_t port);

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

// Targets that name no rule of any edition held, or no body of the registry, and a canary of a body that reports nothing, each
// with its place.
std::vector<routing::Mistake> check_targets(const Config& config, const routing::Editions& editions,
                                            const routing::Registry& registry);

// What is in force, as TOML that load_config() reads back; secrets (a password in the URL) are left out. `data` and
// `test_clock`, which are no keys of the file, stand above it as comments.
std::string show(const Config& config);

// SHA-256 of show(), 64 hexadecimal digits: tells whether two daemons run with the same configuration.
std::string digest(const Config& config);

// Every key of the file, "listen.address", in the order of deploy/noroshi.toml; "targets.*" for the table of targets,
// those by severity and by body included.
std::vector<std::string> config_keys();

}  // namespace noroshi::app
