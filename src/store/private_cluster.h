// The private PostgreSQL cluster: what the daemon uses where no --database-url is given.
//
//   DIR/postgres      the cluster; its owner is the operating system's user it runs as and its superuser
//   DIR/run           the socket; where that path is too long for one (sun_path, 108 bytes), DIR/run/where
//   holds the
//                     path of a private folder under /tmp
//   DIR/log/postgres.log   what the server says; no statement, no parameter, no row (see
//   configuration_file()) DIR/lock          held by the one process that manages the cluster
//
// No TCP. Peer authentication: the users who may connect are the one who runs the daemon and the cluster's
// owner, as superuser and as each role of database_role.h. Started as root the cluster runs as user
// `postgres`.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "src/store/database.h"

namespace noroshi::store {

// The cluster cannot be had; what() says what to do about it.
class ClusterFault : public std::runtime_error {
 public:
  explicit ClusterFault(const std::string& what, int exit_code = 70)
      : std::runtime_error(what), exit_code_(exit_code) {}
  // For the process, after sysexits(3): 78 (EX_CONFIG) where the operator must change something, 75
  // (EX_TEMPFAIL) where another process holds the folder, else 70.
  int exit_code() const noexcept { return exit_code_; }

 private:
  int exit_code_;
};

struct PrivateClusterSettings {
  std::filesystem::path data;        // DIR; made (mode 0711 as root, else 0700) where it is missing
  std::string program = "noroshid";  // named in DIR/lock, for whoever finds it taken
  std::chrono::seconds start_timeout{60};
  // How long to wait for the lock while a command of the command line holds it. Another daemon is not waited
  // for.
  std::chrono::seconds lock_timeout{30};

  // "PostgreSQL: initialising (3 s)", at most once a second while start() waits. Called from start()'s
  // thread.
  std::function<void(const std::string& line)> progress;
  // Called from the supervising thread: PostgreSQL ended by itself; it is back and answers again. May be
  // empty.
  std::function<void(const std::string& reason)> on_down;
  std::function<void()> on_up;
};

class PrivateCluster {
 public:
  // Takes the lock; initialises an empty folder; adopts a cluster that a killed daemon left running, else
  // starts it; returns once it answers and holds the database `noroshi`. From then on a thread restarts it
  // whenever it dies. Throws ClusterFault. The schema is the caller's next step (migrations.h).
  explicit PrivateCluster(PrivateClusterSettings settings);
  // stop().
  ~PrivateCluster();
  PrivateCluster(const PrivateCluster&) = delete;
  PrivateCluster& operator=(const PrivateCluster&) = delete;

  // Fast shutdown, then immediate, then SIGKILL, each with its time; gives the lock back. Again: nothing.
  // Safe from any thread but the callbacks'.
  void stop();
  // Gives the lock back and leaves PostgreSQL running for the next who comes.
  void release();

  ConnectionSettings connection_settings() const;
  // The server's first process; -1 while it is down.
  int postmaster_pid() const;
  // Whether it was running already when this object came.
  bool adopted() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A cluster for the length of a command: where a daemon (or another command) manages it, waits until it
// answers and just connects; where nobody does, starts it under the lock and stops it at the end.
class ClusterVisit {
 public:
  explicit ClusterVisit(PrivateClusterSettings settings);
  ~ClusterVisit();
  ClusterVisit(const ClusterVisit&) = delete;
  ClusterVisit& operator=(const ClusterVisit&) = delete;

  const ConnectionSettings& connection_settings() const { return connection_settings_; }
  // Whether this visit started the cluster itself.
  bool owns_cluster() const { return cluster_ != nullptr; }

 private:
  std::unique_ptr<PrivateCluster> cluster_;
  ConnectionSettings connection_settings_;
};

}  // namespace noroshi::store
