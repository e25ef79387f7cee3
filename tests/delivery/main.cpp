#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <spdlog/spdlog.h>

#include <csignal>

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // receivers here close connections half way
  spdlog::set_level(spdlog::level::off);
  doctest::Context context(argc, argv);
  return context.run();
}
