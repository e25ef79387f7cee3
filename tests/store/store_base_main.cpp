#define DOCTEST_CONFIG_IMPLEMENT
#include <unistd.h>

#include <doctest/doctest.h>
#include <cstdio>
#include <cstring>

#include "tests/store/cluster_fixture.h"

namespace {

// `test_store_base --hold-cluster DIR`: a stand-in for a daemon that will be killed. Says "ready PID" and
// waits.
int hold_cluster(const char* data) {
  noroshi::store::PrivateCluster cluster({.data = data});
  std::printf("ready %d\n", cluster.postmaster_pid());
  std::fflush(stdout);
  while (true) ::pause();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "--hold-cluster") == 0) return hold_cluster(argv[2]);
  doctest::Context context(argc, argv);
  const int result = context.run();
  noroshi::store::test::stop_shared_cluster();
  return result;
}
