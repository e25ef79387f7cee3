#include "tests/store/cluster_fixture.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <system_error>
#include <thread>

#include "src/store/process.h"

// libpqxx 6.4.5 loses the last PGresult of a connection that broke (216 bytes each time). Nobody else makes
// any.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:PQmakeEmptyPGresult\n";
}

namespace noroshi::store::test {

using namespace std::chrono_literals;

namespace {

constexpr const char* schema = R"sql(
CREATE SCHEMA IF NOT EXISTS noroshi;
CREATE ROLE noroshi_writer LOGIN;
CREATE ROLE noroshi_reader LOGIN;
CREATE TABLE noroshi.body (
  slug text CONSTRAINT body_pkey PRIMARY KEY
);
CREATE TABLE noroshi.secret (
  id     integer CONSTRAINT secret_pkey PRIMARY KEY,
  body   text CONSTRAINT secret_body_fkey REFERENCES noroshi.body (slug),
  words  text NOT NULL,
  rank   integer CONSTRAINT secret_rank_check CHECK (rank < 10),
  later  integer CONSTRAINT secret_later_key UNIQUE DEFERRABLE INITIALLY DEFERRED
);
GRANT USAGE ON SCHEMA noroshi TO noroshi_writer, noroshi_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON noroshi.secret, noroshi.body TO noroshi_writer;
GRANT SELECT, INSERT ON noroshi.secret TO noroshi_reader;
)sql";

// The folder of this run. A cluster outlives whoever started it, by design; a test program that crashes or is
// killed must not leave any, so a guard waits for its end, kills what still runs in the folder and removes
// it.
class RunFolder {
 public:
  static const RunFolder& instance() {
    static const RunFolder folder;
    return folder;
  }
  const std::string& path() const { return path_; }

 private:
  RunFolder() {
    if (!::mkdtemp(path_.data())) throw std::system_error(errno, std::generic_category(), path_);
    ::chmod(path_.c_str(), 0711);
    constexpr const char* script = R"sh(tail --pid="$1" -f /dev/null
find "$2" -name postmaster.pid | while read -r file; do kill -QUIT "$(head -n 1 "$file")"; done
rm -rf "$2")sh";
    guard_ = start_process({.command = {"/bin/sh", "-c", script, "guard", std::to_string(::getpid()), path_},
                            .own_session = true});
  }
  ~RunFolder() {
    ::kill(-guard_, SIGKILL);
    reap(guard_);
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }

  std::string path_ = "/tmp/noroshi-test-XXXXXX";
  pid_t guard_ = -1;
};

struct Shared {
  TemporaryFolder folder;
  std::unique_ptr<PrivateCluster> cluster;
};
std::unique_ptr<Shared> shared;

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = RunFolder::instance().path() + "/XXXXXX";
  if (!::mkdtemp(name.data())) throw std::system_error(errno, std::generic_category(), name);
  ::chmod(name.c_str(), 0711);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

PrivateCluster& shared_cluster() {
  if (!shared) {
    auto fresh = std::make_unique<Shared>();
    fresh->cluster =
        std::make_unique<PrivateCluster>(PrivateClusterSettings{.data = fresh->folder.path() / "data"});
    Connection owner(fresh->cluster->connection_settings(), DatabaseRole::owner);
    run(owner, schema);
    shared = std::move(fresh);
  }
  return *shared->cluster;
}

const std::filesystem::path& shared_data() {
  shared_cluster();
  static const std::filesystem::path data = shared->folder.path() / "data";
  return data;
}

void stop_shared_cluster() {
  shared.reset();
}

ConnectionSettings quick_settings() {
  ConnectionSettings settings = shared_cluster().connection_settings();
  settings.statement_timeout = 3s;
  settings.lock_timeout = 300ms;
  settings.answer_timeout = 5s;
  return settings;
}

void run(Connection& connection, const std::string& sql) {
  Transaction transaction(connection);
  transaction.execute_script(sql);
  transaction.commit();
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

}  // namespace noroshi::store::test
