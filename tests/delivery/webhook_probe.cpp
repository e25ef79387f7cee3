// Sends one message by the webhook, as the daemon does, to a receiver that another program plays:
//   webhook_probe URL RANGES CA_FILE GENERATION OVERLAP
// It tells, a line each, what the receiver is given beforehand (its secrets and the public key) and what came of it.
#include <spdlog/spdlog.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <sstream>

#include "src/delivery/webhook.h"
#include "tests/delivery/webhook_scene.h"

int main(int argc, char** argv) {
  using namespace noroshi::delivery;
  if (argc != 6) return 2;
  std::signal(SIGPIPE, SIG_IGN);
  spdlog::set_level(spdlog::level::off);
  std::ostringstream ca;
  ca << std::ifstream(argv[3]).rdbuf();

  test::Scene scene;
  scene.environment.now = [] {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  };
  const auto endpoint = test::webhook_endpoint({{"url", argv[1]},
                                                {"addresses", argv[2]},
                                                {"ca", ca.str()},
                                                {"secret_generation", argv[4]},
                                                {"secret_overlap", argv[5]}});
  for (const auto& mistake : check_endpoint(endpoint, {})) {
    std::cerr << mistake.pointer << ' ' << mistake.message.en << '\n';
    return 2;
  }
  const auto secret = webhook_secret(endpoint);
  for (int generation = 1; generation <= secret->generation; ++generation)
    std::cout << "secret " << generation << ' ' << secret_text(scene.keys, secret->receiver, generation) << '\n';
  std::cout << "key " << public_key_text(scene.keys) << '\n';
  const auto channel = webhook_kind.make(scene.environment);
  const auto attempted =
      channel->send(test::relayed_report(), endpoint, std::chrono::steady_clock::now() + std::chrono::seconds(20));
  std::cout << "verdict " << to_string(attempted.verdict) << ' ' << attempted.cause << '\n';
}
