// A real PostgreSQL for the tests of this folder.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "src/store/database.h"
#include "src/store/private_cluster.h"

namespace noroshi::store::test {

// A folder under /tmp that others may pass through but not list; gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The cluster that the tests share: started when first asked for, stopped by stop_shared_cluster() at the
// end. It holds the program's roles and a table of secrets (see cluster_fixture.cpp).
PrivateCluster& shared_cluster();
const std::filesystem::path& shared_data();
void stop_shared_cluster();

// Its settings with limits short enough for a test.
ConnectionSettings quick_settings();

// Runs SQL in a transaction of its own.
void run(Connection& connection, const std::string& sql);

// Asks until it is so, for thirty seconds at most; whether it became so.
bool eventually(const std::function<bool()>& condition);

}  // namespace noroshi::store::test
