#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <spdlog/spdlog.h>

#include <csignal>

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);          // clients here write into connections that the server has closed
  spdlog::set_level(spdlog::level::off);  // the access log of thousands of requests
  doctest::Context context(argc, argv);
  return context.run();
}
