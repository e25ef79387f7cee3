// The private cluster's life: first start, crashes, take-over, folders that do not serve.
#include "src/store/private_cluster.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>
#include <mutex>
#include <optional>
#include <thread>

#include "src/store/cluster_folder.h"
#include "src/store/process.h"
#include "tests/store/cluster_fixture.h"

namespace noroshi::store::test {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr Statement one{"one", "SELECT 1 AS n"};

bool answers(const ConnectionSettings& settings) {
  try {
    Connection connection(settings, DatabaseRole::owner);
    return connection.execute(one).one().get<int>("n") == 1;
  } catch (const DatabaseError&) {
    return false;
  }
}

bool gone(pid_t pid) {
  return ::kill(pid, 0) != 0 && errno == ESRCH;
}

pid_t start_holder(const fs::path& data, const OsUser* as, int output) {
  return start_process(
      {.command = {fs::canonical("/proc/self/exe").string(), "--hold-cluster", data.string()},
       .as = as,
       .output = output,
       .die_with_parent = true});
}

// This program as another process that holds a cluster (see store_base_main.cpp).
class Holder {
 public:
  explicit Holder(const fs::path& data, const OsUser* as = nullptr) {
    int line[2];
    REQUIRE(::pipe2(line, O_CLOEXEC) == 0);
    const FileDescriptor read_end(line[0]);
    FileDescriptor write_end(line[1]);
    pid_ = start_holder(data, as, write_end.get());
    write_end = FileDescriptor();
    std::string said;
    std::array<char, 256> buffer{};
    ssize_t got = 0;
    while (said.find('\n') == std::string::npos &&
           (got = ::read(read_end.get(), buffer.data(), buffer.size())) > 0) {
      said.append(buffer.data(), static_cast<std::size_t>(got));
    }
    INFO(said);
    REQUIRE(std::sscanf(said.c_str(), "ready %d", &postmaster_pid_) == 1);
  }
  ~Holder() { kill(); }
  void kill() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    reap(pid_);
    pid_ = -1;
  }
  pid_t postmaster_pid() const { return postmaster_pid_; }

 private:
  pid_t pid_ = -1;
  pid_t postmaster_pid_ = -1;
};

std::string fault_of(const fs::path& data, int exit_code) {
  try {
    PrivateCluster cluster({.data = data});
  } catch (const ClusterFault& fault) {
    CHECK(fault.exit_code() == exit_code);
    return fault.what();
  }
  return "no fault";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("an empty folder becomes a database within ten seconds, again within three, and ends in order") {
  const TemporaryFolder folder;
  const fs::path data = folder.path() / "made" / "data";
  std::vector<std::string> told;
  const auto begun = std::chrono::steady_clock::now();
  pid_t postmaster = 0;
  {
    PrivateCluster cluster(
        {.data = data, .progress = [&](const std::string& line) { told.push_back(line); }});
    const std::chrono::duration<double> first = std::chrono::steady_clock::now() - begun;
    MESSAGE("first start: ", first.count(), " s");
    CHECK(first < 10s);
    CHECK_FALSE(cluster.adopted());
    postmaster = cluster.postmaster_pid();

    Connection owner(cluster.connection_settings(), DatabaseRole::owner);
    const auto setting = [&](const char* name) {
      return owner.execute({"setting", "SELECT current_setting($1) AS value"}, {name})
          .one()
          .get<std::string>("value");
    };
    CHECK(setting("data_checksums") == "on");
    CHECK(setting("listen_addresses").empty());
    CHECK(setting("fsync") == "on");
    CHECK(setting("synchronous_commit") == "on");
    CHECK(setting("full_page_writes") == "on");
    CHECK(setting("lc_messages") == "C");
    CHECK(setting("log_parameter_max_length") == "0");
    CHECK(setting("log_parameter_max_length_on_error") == "0");
    CHECK(setting("log_error_verbosity") == "terse");
    constexpr Statement sorted{"sorted",
                               "SELECT string_agg(w, '' ORDER BY w COLLATE \"ja-x-icu\") AS words,"
                               " upper('é') AS upper FROM unnest(ARRAY['う','ア','い']) AS w"};
    const Rows rows = owner.execute(sorted);
    CHECK(rows.one().get<std::string>("words") == "アいう");
    CHECK(rows.one().get<std::string>("upper") == "É");
    // As each role, once it exists.
    run(owner, "CREATE ROLE noroshi_reader LOGIN");
    CHECK_NOTHROW(Connection(cluster.connection_settings(), DatabaseRole::reader));
    CHECK_THROWS_AS(Connection(cluster.connection_settings(), DatabaseRole::writer), DatabaseMisconfigured);
    run(owner, "CREATE TABLE public.kept (n integer); INSERT INTO public.kept VALUES (7)");
  }
  CHECK(gone(postmaster));
  for (const std::string& line : told) CHECK(line.starts_with("PostgreSQL: "));

  const auto again = std::chrono::steady_clock::now();
  PrivateCluster cluster({.data = data});
  const std::chrono::duration<double> second = std::chrono::steady_clock::now() - again;
  MESSAGE("later start: ", second.count(), " s");
  CHECK(second < 3s);
  Connection owner(cluster.connection_settings(), DatabaseRole::owner);
  CHECK(owner.execute({"kept", "SELECT n FROM public.kept"}).one().get<int>("n") == 7);
  cluster.stop();
  cluster.stop();
  CHECK_FALSE(answers(cluster.connection_settings()));
  // Nothing of a first attempt lies about.
  for (const auto& entry : fs::directory_iterator(data)) {
    CHECK_FALSE(entry.path().filename().string().starts_with("postgres.new"));
  }
}

TEST_CASE("as root the cluster is the user postgres's; nobody else can enter its folders") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: not root");
    return;
  }
  shared_cluster();
  const OsUser postgres = find_user(std::string("postgres")).value();
  struct stat status {};
  for (const char* name : {"postgres", "run"}) {
    REQUIRE(::stat((shared_data() / name).c_str(), &status) == 0);
    CHECK(status.st_uid == postgres.uid);
    CHECK((status.st_mode & 077) == 0);
  }
  REQUIRE(::stat(("/proc/" + std::to_string(shared_cluster().postmaster_pid())).c_str(), &status) == 0);
  CHECK(status.st_uid == postgres.uid);
  Connection owner(quick_settings(), DatabaseRole::owner);
  CHECK(owner.execute({"who", "SELECT session_user AS name"}).one().get<std::string>("name") == "postgres");
}

TEST_CASE("as an ordinary user the cluster is that user's") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: not root; the other cases are run as an ordinary user then");
    return;
  }
  const OsUser user = find_user(std::string("postgres")).value();
  const TemporaryFolder folder;
  REQUIRE(::chown(folder.path().c_str(), user.uid, user.gid) == 0);
  Holder holder(folder.path() / "data", &user);
  struct stat status {};
  REQUIRE(::stat(("/proc/" + std::to_string(holder.postmaster_pid())).c_str(), &status) == 0);
  CHECK(status.st_uid == user.uid);
  holder.kill();
  // Root takes it over, and may enter by the identity map, which knew the other user only until now.
  PrivateCluster cluster({.data = folder.path() / "data"});
  CHECK(cluster.adopted());
  CHECK(answers(cluster.connection_settings()));
}

TEST_CASE("a cluster that a killed daemon left running is taken over, watched, restarted and stopped") {
  const TemporaryFolder folder;
  const fs::path data = folder.path() / "data";
  Holder holder(data);
  CHECK(contains(fault_of(data, 75), "noroshid"));  // one daemon a folder, while it lives
  holder.kill();
  CHECK_FALSE(gone(holder.postmaster_pid()));

  std::mutex mutex;
  std::vector<std::string> downs;
  std::atomic<int> ups = 0;
  PrivateCluster cluster({.data = data,
                          .on_down =
                              [&](const std::string& reason) {
                                std::lock_guard lock(mutex);
                                downs.push_back(reason);
                              },
                          .on_up = [&] { ++ups; }});
  CHECK(cluster.adopted());
  CHECK(cluster.postmaster_pid() == holder.postmaster_pid());
  CHECK(answers(cluster.connection_settings()));

  REQUIRE(::kill(holder.postmaster_pid(), SIGKILL) == 0);
  CHECK(eventually([&] { return ups == 1; }));
  {
    std::lock_guard lock(mutex);
    INFO(downs.back());
    CHECK(downs.size() == 1);
  }
  CHECK_FALSE(cluster.adopted());
  CHECK(cluster.postmaster_pid() != holder.postmaster_pid());
  CHECK(answers(cluster.connection_settings()));
  const pid_t last = cluster.postmaster_pid();
  cluster.stop();
  CHECK(gone(last));
}

TEST_CASE("a postmaster killed while its backends are busy is replaced once they are gone") {
  const TemporaryFolder folder;
  std::atomic<int> ups = 0;
  PrivateCluster cluster({.data = folder.path() / "data", .on_up = [&] { ++ups; }});
  {
    Connection owner(cluster.connection_settings(), DatabaseRole::owner);
    run(owner, "CREATE TABLE public.kept (n integer)");
    owner.execute({"keep", "INSERT INTO public.kept VALUES (1)"});
  }
  // A backend in a loop that never looks round: it outlives its postmaster and holds the shared memory.
  std::thread busy([settings = cluster.connection_settings()]() mutable {
    settings.statement_timeout = settings.answer_timeout = 0ms;
    Connection connection(settings, DatabaseRole::owner);
    CHECK_THROWS_AS(connection.execute({"busy", "SELECT count(*) FROM generate_series(1, 1000000000000)"}),
                    DatabaseError);
  });
  Connection watcher(cluster.connection_settings(), DatabaseRole::owner);
  constexpr Statement running{"running",
                              "SELECT FROM pg_stat_activity WHERE state = 'active'"
                              " AND query LIKE '%generate_series(1, 1000%' AND pid <> pg_backend_pid()"};
  CHECK(eventually([&] { return watcher.execute(running).size() == 1; }));
  REQUIRE(::kill(cluster.postmaster_pid(), SIGKILL) == 0);
  CHECK(eventually([&] { return ups == 1; }));
  busy.join();
  Connection owner(cluster.connection_settings(), DatabaseRole::owner);
  CHECK(owner.execute({"kept", "SELECT n FROM public.kept"}).one().get<int>("n") == 1);
}

TEST_CASE("a server that is killed while it starts is started again") {
  const TemporaryFolder folder;
  const fs::path data = folder.path() / "data";
  { PrivateCluster cluster({.data = data}); }
  // Once its file names it, and before it answers wherever this thread is quick enough.
  std::jthread killer([&](std::stop_token stop) {
    const ClusterFolder looked_at(data);
    while (!stop.stop_requested()) {
      if (const auto postmaster = looked_at.running(); postmaster && ::kill(postmaster->pid, SIGKILL) == 0) return;
    }
  });
  const PrivateCluster cluster({.data = data});
  CHECK(eventually([&] { return answers(cluster.connection_settings()); }));
}

TEST_CASE("it is stopped while it restarts, too") {
  const TemporaryFolder folder;
  PrivateCluster cluster({.data = folder.path() / "data"});
  for (int round = 0; round < 3; ++round) {
    const int pid = cluster.postmaster_pid();
    if (pid > 0) ::kill(pid, SIGKILL);
    if (round < 2)
      CHECK(eventually([&] { return cluster.postmaster_pid() > 0 && cluster.postmaster_pid() != pid; }));
  }
  cluster.stop();
  CHECK(ClusterFolder(folder.path() / "data").processes().empty());
}

TEST_CASE("a path too long for a socket: the socket lies in a private folder that DIR/run/where names") {
  const TemporaryFolder folder;
  const fs::path data = folder.path() / std::string(70, 'x') / "data";
  fs::path where;
  {
    PrivateCluster cluster({.data = data});
    std::ifstream file(data / "run" / "where");
    std::string line;
    REQUIRE(std::getline(file, line));
    where = line;
    struct stat status {};
    REQUIRE(::lstat(where.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
    CHECK(fs::exists(where / ".s.PGSQL.5432"));
    CHECK(answers(cluster.connection_settings()));
    // A command finds it as well.
    const ClusterVisit visit({.data = data});
    CHECK_FALSE(visit.owns_cluster());
    CHECK(answers(visit.connection_settings()));
  }
  CHECK_FALSE(fs::exists(where));
  CHECK_FALSE(fs::exists(data / "run" / "where"));
}

TEST_CASE(
    "a command connects while a daemon is there, and starts and stops the cluster itself while none is") {
  const TemporaryFolder folder;
  const fs::path data = folder.path() / "data";
  {
    const ClusterVisit visit({.data = data});
    CHECK(visit.owns_cluster());
    CHECK(answers(visit.connection_settings()));
  }
  CHECK(ClusterFolder(data).processes().empty());
  std::optional<PrivateCluster> daemon;
  daemon.emplace(PrivateClusterSettings{.data = data});
  {
    const ClusterVisit visit({.data = data});
    CHECK_FALSE(visit.owns_cluster());
    CHECK(answers(visit.connection_settings()));
  }
  CHECK(answers(daemon->connection_settings()));
  daemon.reset();

  // Several commands and a daemon at once: each has its turn, the daemon waits for commands.
  std::atomic<int> served = 0;
  std::vector<std::thread> visitors;
  for (int i = 0; i < 3; ++i) {
    visitors.emplace_back([&] {
      const ClusterVisit visit({.data = data});
      if (answers(visit.connection_settings())) ++served;
    });
  }
  daemon.emplace(PrivateClusterSettings{.data = data});
  for (std::thread& visitor : visitors) visitor.join();
  CHECK(served == 3);
  CHECK(answers(daemon->connection_settings()));
}

TEST_CASE("a folder that the user postgres cannot reach: exit 78, with the command that mends it") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: not root");
    return;
  }
  const TemporaryFolder folder;
  const fs::path closed = folder.path() / "closed";
  REQUIRE(::mkdir(closed.c_str(), 0700) == 0);
  const std::string said = fault_of(closed / "data", 78);
  CHECK(contains(said, "chmod o+x " + closed.string() + "\n"));
  REQUIRE(::chmod(closed.c_str(), 0701) == 0);
  PrivateCluster cluster({.data = closed / "data"});
  CHECK(answers(cluster.connection_settings()));
}

TEST_CASE("folders that are no cluster are left alone, with a word why") {
  const TemporaryFolder folder;
  const fs::path data = folder.path() / "data";
  fs::create_directories(data / "postgres");
  ::chmod(data.c_str(), 0711);
  std::ofstream(data / "postgres" / "precious") << "file";
  if (::geteuid() == 0) {
    CHECK(contains(fault_of(data, 78), "chown"));
    const OsUser user = find_user(std::string("postgres")).value();
    REQUIRE(::chown((data / "postgres").c_str(), user.uid, user.gid) == 0);
  }
  CHECK(contains(fault_of(data, 78), "no PostgreSQL cluster"));
  CHECK(fs::exists(data / "postgres" / "precious"));
}

TEST_CASE("what an interrupted first start left is taken away") {
  const TemporaryFolder folder;
  const fs::path data = folder.path() / "data";
  fs::create_directories(data / "postgres.new-abcdef" / "base");
  ::chmod(data.c_str(), 0711);
  PrivateCluster cluster({.data = data});
  CHECK_FALSE(fs::exists(data / "postgres.new-abcdef"));
  CHECK(answers(cluster.connection_settings()));
}

TEST_CASE("a daemon killed at any moment of its first start leaves what the next one can use") {
  for (const auto moment : {0ms, 100ms, 250ms, 500ms, 900ms}) {
    CAPTURE(moment.count());
    const TemporaryFolder folder;
    const fs::path data = folder.path() / "data";
    const pid_t doomed = start_holder(data, nullptr, -1);
    std::this_thread::sleep_for(moment);  // the fault's time, not a wait for something
    ::kill(doomed, SIGKILL);
    reap(doomed);
    PrivateCluster cluster({.data = data});
    CHECK(answers(cluster.connection_settings()));
  }
}

TEST_CASE("a database that the server is still making for a killed daemon is taken as it comes") {
  static constexpr Statement drop{"drop", "DROP DATABASE noroshi"};
  static constexpr Statement create{"create", "CREATE DATABASE noroshi"};
  static constexpr Statement creating{"creating",
                               "SELECT count(*) AS n FROM pg_stat_activity"
                               " WHERE state = 'active' AND query = 'CREATE DATABASE noroshi'"};
  const TemporaryFolder folder;
  const fs::path data = folder.path() / "data";
  // Who comes first of the two is the server's choice: four times, so that the second one's way is seen too.
  std::optional<PrivateCluster> cluster(std::in_place, PrivateClusterSettings{.data = data});
  for (int round = 0; round < 4; ++round) {
    const auto settings_of = [&](std::string_view database) {
      return ConnectionSettings::private_cluster(ClusterFolder::find_socket_directory(data).string(),
                                                 ClusterFolder(data).owner().name, database);
    };
    Connection administration(settings_of("postgres"), DatabaseRole::owner);
    administration.execute(drop);
    // The server copies template1 once nobody is in it (it waits up to 5 s): until then both statements stand.
    std::optional<Connection> in_the_way(std::in_place, settings_of("template1"), DatabaseRole::owner);
    std::thread statement_of_the_killed([settings = settings_of("postgres")]() mutable {
      settings.statement_timeout = settings.answer_timeout = 60s;
      try {
        Connection(settings, DatabaseRole::owner).execute(create);
      } catch (const DatabaseError&) {  // the next daemon's was quicker
      }
    });
    cluster->release();
    std::thread let_go([&] {
      while (administration.execute(creating).one().get<int>("n") < 2) std::this_thread::sleep_for(10ms);
      in_the_way.reset();
    });
    cluster.reset();
    CHECK_NOTHROW(cluster.emplace(PrivateClusterSettings{.data = data}));
    let_go.join();
    statement_of_the_killed.join();
    REQUIRE(cluster);
    CHECK(answers(cluster->connection_settings()));
  }
}

TEST_CASE("root's command in another user's folder leaves it to that user") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: not root");
    return;
  }
  const OsUser user = find_user(std::string("postgres")).value();
  const TemporaryFolder folder;
  const fs::path data = folder.path() / "data";
  REQUIRE(::mkdir(data.c_str(), 0700) == 0);
  REQUIRE(::chown(data.c_str(), user.uid, user.gid) == 0);
  {
    const ClusterVisit visit({.data = data});
    CHECK(visit.owns_cluster());
  }
  const Holder daemon(data, &user);
  const ClusterVisit visit({.data = data});
  CHECK_FALSE(visit.owns_cluster());
  CHECK(answers(visit.connection_settings()));
}

TEST_CASE("a server that cannot start says why, by its own last words") {
  const TemporaryFolder folder;
  const fs::path data = folder.path() / "data";
  { PrivateCluster cluster({.data = data}); }
  std::ofstream(data / "postgres" / "postgresql.auto.conf") << "shared_buffers = 'nonsense'\n";
  const std::string said = fault_of(data, 70);
  CHECK(contains(said, "shared_buffers"));
  CHECK(ClusterFolder(data).processes().empty());
}

TEST_CASE("without server programs the operator is told what to install") {
  ::setenv("NOROSHI_POSTGRES_BIN", "/nonexistent", 1);
  const TemporaryFolder folder;
  CHECK(contains(fault_of(folder.path() / "data", 78), "NOROSHI_POSTGRES_BIN"));
  ::unsetenv("NOROSHI_POSTGRES_BIN");
}

}  // namespace noroshi::store::test
