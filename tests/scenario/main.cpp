#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <csignal>
#include <cstdio>

#include "tests/scenario/daemon.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  doctest::Context context(argc, argv);
  const int failed = context.run();
  const int daemon = noroshi::scenario::end_the_daemon();
  if (daemon != 0) std::fprintf(stderr, "noroshid ended with %d\n", daemon);
  return failed != 0 ? failed : daemon;
}
