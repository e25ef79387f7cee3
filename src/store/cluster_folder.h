// The private cluster at rest: its folder, its lock, its owner, PostgreSQL's programs and its configuration.
// What runs is private_cluster.cpp's business. Everything here throws ClusterFault.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "src/store/private_cluster.h"
#include "src/store/process.h"

namespace noroshi::store {

// PostgreSQL's programs of one version.
struct ServerPrograms {
  std::filesystem::path directory;
  int major = 0;
};
// Those in NOROSHI_POSTGRES_BIN if it is set; else the newest of 15 or later that the system has, or of
// exactly `major` where a cluster exists already.
ServerPrograms find_server_programs(std::optional<int> major);

// DIR/lock. Held with flock(2), so it goes with its process; its text ("<pid> <program>") is for whoever
// finds it taken.
class FolderLock {
 public:
  struct Holder {
    pid_t pid = 0;
    std::string program;
  };
  // Nothing where another holds it.
  static std::optional<FolderLock> try_take(const std::filesystem::path& data, const std::string& program);
  // Who holds it, so far as its text tells: nothing where that process is gone or has not written it yet.
  static std::optional<Holder> holder(const std::filesystem::path& data);
  FolderLock(FolderLock&&) = default;
  FolderLock& operator=(FolderLock&&) = default;
  ~FolderLock();

 private:
  explicit FolderLock(FileDescriptor file) : file_(std::move(file)) {}
  FileDescriptor file_;
};

// The server's first process, as DIR/postgres/postmaster.pid names it.
struct Postmaster {
  pid_t pid = 0;
  std::filesystem::path socket_directory;  // may be empty while it starts
  bool stopping = false;
};

class ClusterFolder {
 public:
  // Makes `data` where it is missing; decides as whom the cluster runs; checks that this user can get there.
  explicit ClusterFolder(const std::filesystem::path& data);

  const std::filesystem::path& data() const { return data_; }
  std::filesystem::path cluster() const { return data_ / "postgres"; }
  std::filesystem::path log_file() const { return data_ / "log" / "postgres.log"; }
  const OsUser& owner() const { return owner_; }

  bool initialised() const;
  // Makes DIR/postgres, whole or not at all. Takes half a second or more: `waiting` is called meanwhile.
  void initialise(const std::function<void()>& waiting);
  const ServerPrograms& programs() const { return programs_; }

  // The folder for the socket: DIR/run or what DIR/run/where names. Made where it is missing.
  std::filesystem::path prepare_socket_directory();
  // Where the socket of a cluster that runs should be; makes nothing, may be empty.
  static std::filesystem::path find_socket_directory(const std::filesystem::path& data);
  // Takes a folder outside DIR away again.
  void remove_socket_directory();

  // Writes noroshi.conf, pg_hba.conf and pg_ident.conf. True where one of them changed.
  bool write_configuration(const std::filesystem::path& socket_directory);

  // The running server, found by its file and by its working directory, so that a number taken by another
  // process does not count.
  std::optional<Postmaster> running() const;
  // For a cluster without processes: PostgreSQL takes the number in a lock file (postmaster.pid, the
  // socket's) for a running server whenever a process of its user has it, be it another program or one that
  // has ended and is not reaped yet. Its own guard of the shared memory remains.
  void remove_stale_lock_files(const std::filesystem::path& socket_directory) const;
  // Processes of this cluster that are there (backends that outlived their postmaster, or all of them).
  std::vector<pid_t> processes() const;

  // Opens the log for appending; puts a long one aside (postgres.log.1).
  FileDescriptor open_log() const;
  // The last lines of the log.
  std::string log_tail() const;

 private:
  void decide_owner();
  void check_path() const;
  void give_to_owner(const std::filesystem::path& path) const;
  bool write_file(const std::string& name, const std::string& text) const;

  std::filesystem::path data_;
  OsUser self_;
  OsUser owner_;
  ServerPrograms programs_;
};

}  // namespace noroshi::store
