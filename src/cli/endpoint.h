// `noroshi endpoint …` and `noroshi delivery …`: where a body's messages go beside its inbox, and what became of them.
#pragma once

#include <string>
#include <vector>

#include "src/cli/act.h"

namespace noroshi::cli {

struct EndpointListOptions {
  std::string state;  // empty: all
  ConnectionOptions connection;
};
int run(const EndpointListOptions& options, const Output& output);

struct EndpointShowOptions {
  std::string endpoint;
  ConnectionOptions connection;
};
int run(const EndpointShowOptions& options, const Output& output);

// What the receiver behind it has to know.
struct EndpointSecretsOptions {
  std::string endpoint;
  ConnectionOptions connection;
};
int run(const EndpointSecretsOptions& options, const Output& output);

struct EndpointChannelsOptions {
  ConnectionOptions connection;
};
int run(const EndpointChannelsOptions& options, const Output& output);

struct EndpointProposeOptions : ActOptions {
  std::string channel;
  std::string name;
  std::string zone;
  std::vector<std::string> settings;  // NAME=VALUE, NAME=@FILE
  std::vector<std::string> kinds;
  std::string role;
  std::string least_severity;
};
int run(const EndpointProposeOptions& options, const Output& output);

struct EndpointDecideOptions : ActOptions {
  std::string endpoint;
  std::string decision;  // approved, rejected
  std::string reason;
};
int run(const EndpointDecideOptions& options, const Output& output);

struct EndpointChangeOptions : ActOptions {
  std::string endpoint;
  std::string change;  // disabling, resumption, withdrawal: as the interface names it
  std::string reason;
};
int run(const EndpointChangeOptions& options, const Output& output);

struct DeliveryListOptions {
  std::string state;
  std::string endpoint;
  std::string incident;  // id
  ConnectionOptions connection;
};
int run(const DeliveryListOptions& options, const Output& output);

struct DeliveryShowOptions {
  std::string delivery;
  ConnectionOptions connection;
};
int run(const DeliveryShowOptions& options, const Output& output);

// Sends again what was given up: those deliveries, or all that are dead, of an endpoint or of every one.
struct DeliveryReplayOptions : ActOptions {
  std::vector<std::string> deliveries;
  std::string endpoint;
  bool all = false;
  std::string reason;
};
int run(const DeliveryReplayOptions& options, const Output& output);

}  // namespace noroshi::cli
