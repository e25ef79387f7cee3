#include "src/store/private_cluster.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "src/store/cluster_folder.h"

namespace noroshi::store {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

constexpr auto poll_interval = 25ms;
constexpr auto first_pause = 100ms;
constexpr auto longest_pause = 5'000ms;
constexpr int starts_at_most = 5;       // of a server that something kills while it starts
constexpr auto long_enough_up = 30s;  // after which a death counts as the first again

constexpr Statement find_database{"cluster_find_database",
                                  "SELECT FROM pg_catalog.pg_database WHERE datname = 'noroshi'"};
constexpr Statement create_database{"cluster_create_database", "CREATE DATABASE noroshi"};

// Something ended it with a signal (or, not being our child, it is just gone): no mistake that it would make again.
struct KilledWhileStarting : ClusterFault {
  using ClusterFault::ClusterFault;
};

enum class Answer { ready, starting, silent };

// What the server says to a knock.
Answer knock(const fs::path& socket_directory, const OsUser& superuser) {
  const std::string host = socket_directory.string();
  const char* const keywords[] = {"host", "port", "user", "dbname", "connect_timeout", nullptr};
  const char* const values[] = {host.c_str(), "5432", superuser.name.c_str(), "postgres", "2", nullptr};
  switch (::PQpingParams(keywords, values, 0)) {
    case PQPING_OK:
      return Answer::ready;
    case PQPING_REJECT:  // starting up, recovering or shutting down
      return Answer::starting;
    default:
      return Answer::silent;
  }
}

// Tells the operator once a second what is being waited for.
class Progress {
 public:
  explicit Progress(const std::function<void(const std::string&)>& callback) : callback_(callback) {}
  void operator()(std::string_view doing) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now() - begun_);
    if (!callback_ || seconds <= told_) return;
    told_ = seconds;
    callback_(fmt::format("PostgreSQL: {} ({} s)", doing, seconds.count()));
  }

 private:
  const std::function<void(const std::string&)>& callback_;
  steady_clock::time_point begun_ = steady_clock::now();
  std::chrono::seconds told_{0};
};

FolderLock take_lock(const PrivateClusterSettings& settings, const fs::path& data) {
  Progress progress(settings.progress);
  const auto deadline = steady_clock::now() + settings.lock_timeout;
  while (true) {
    if (auto lock = FolderLock::try_take(data, settings.program)) return std::move(*lock);
    const auto holder = FolderLock::holder(data);
    if (holder && holder->program == "noroshid") {
      throw ClusterFault(fmt::format("{} is in use by noroshid, process {} (the folder serves one daemon)",
                                     data.string(), holder->pid),
                         75);
    }
    if (steady_clock::now() >= deadline) {
      throw ClusterFault(fmt::format("{} is in use by {}", data.string(),
                                     holder ? fmt::format("{}, process {}", holder->program, holder->pid)
                                            : std::string("another process")),
                         75);
    }
    progress("waiting for another process to let the folder go");
    std::this_thread::sleep_for(poll_interval);
  }
}

}  // namespace

struct PrivateCluster::State {
  explicit State(PrivateClusterSettings from)
      : settings(std::move(from)), folder(settings.data), lock(take_lock(settings, folder.data())) {}

  void set_socket_directory(fs::path directory) {
    std::lock_guard guard(socket_mutex);
    socket_directory = std::move(directory);
  }
  void bring_up(Progress& progress);
  void bring_up_first(Progress& progress);
  bool adopt(Progress& progress);
  void launch();
  bool clear_orphans(Progress& progress);
  void wait_until_ready(Progress& progress);
  void ensure_database() const;
  void supervise();
  std::string wait_for_death();
  void shut_down();
  void end_supervision();
  // The server that this object watches has ended: what waitpid says of it.
  std::optional<int> bury();
  bool told_to_end(std::chrono::milliseconds patience) const;

  PrivateClusterSettings settings;
  ClusterFolder folder;
  std::optional<FolderLock> lock;

  // The supervising thread's while it runs, the constructor's and stop()'s before and after.
  std::optional<FileDescriptor> process;
  std::atomic<pid_t> pid{-1};
  std::atomic<bool> adopted = false;
  fs::path socket_directory;
  mutable std::mutex socket_mutex;  // others ask for the settings while the supervisor restarts

  FileDescriptor end_signal{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::thread supervisor;
  std::mutex ending;  // of stop() and release()
};

bool PrivateCluster::State::told_to_end(std::chrono::milliseconds patience) const {
  pollfd signal{end_signal.get(), POLLIN, 0};
  return ::poll(&signal, 1, static_cast<int>(patience.count())) > 0;
}

std::optional<int> PrivateCluster::State::bury() {
  const auto status = reap(pid.exchange(-1));
  process.reset();
  adopted = false;
  return status;
}

// A server that a killed daemon left running.
bool PrivateCluster::State::adopt(Progress& progress) {
  auto postmaster = folder.running();
  while (postmaster && postmaster->stopping) {
    if (const auto process_of_it = open_process(postmaster->pid)) {
      while (!wait_for_end(*process_of_it, 200ms)) progress("waiting for the one before to shut down");
    }
    postmaster = folder.running();
  }
  if (!postmaster) return false;
  process = open_process(postmaster->pid);
  if (!process) return false;
  pid = postmaster->pid;
  adopted = true;
  if (!postmaster->socket_directory.empty()) set_socket_directory(postmaster->socket_directory);
  if (folder.write_configuration(socket_directory)) ::kill(pid, SIGHUP);
  return true;
}

// Backends whose postmaster was killed hold the shared memory for as long as their statement runs; a new
// postmaster refuses to start beside them, and rightly: they may still write.
// A server whose daemon was killed so early that it has not written its file yet is no orphan: true where it
// has been adopted after all.
bool PrivateCluster::State::clear_orphans(Progress& progress) {
  const auto begun = steady_clock::now();
  while (true) {
    const std::vector<pid_t> orphans = folder.processes();
    if (orphans.empty()) return false;
    if (adopt(progress)) return true;
    const auto waited = steady_clock::now() - begun;
    if (waited > 30s) throw ClusterFault("processes of a PostgreSQL that was killed do not end");
    // SIGQUIT is PostgreSQL's own way to make a backend drop everything; nothing it did since is committed
    // unseen.
    if (waited > 2s) {
      for (const pid_t orphan : orphans) ::kill(orphan, waited > 5s ? SIGKILL : SIGQUIT);
    }
    progress("waiting for processes of the one before to end");
    if (told_to_end(waited > 2s ? 250ms : poll_interval))
      throw ClusterFault("told to end while PostgreSQL started");
  }
}

void PrivateCluster::State::launch() {
  const FileDescriptor log = folder.open_log();
  // Its own session: a terminal's Ctrl-C reaches the daemon, which then stops it in order. It outlives a
  // killed daemon.
  pid = start_process(
      {.command = {(folder.programs().directory / "postgres").string(), "-D", folder.cluster().string()},
       .as = &folder.owner(),
       .output = log.get(),
       // As in prepare_process() of the daemon: a group of reports is a document of megabytes here too.
       .environment = {"MALLOC_MMAP_THRESHOLD_=33554432", "MALLOC_TRIM_THRESHOLD_=67108864"},
       .own_session = true});
  process = open_process(pid);
  adopted = false;
}

void PrivateCluster::State::wait_until_ready(Progress& progress) {
  auto deadline = steady_clock::now() + settings.start_timeout;
  while (true) {
    if (!process || wait_for_end(*process, 0ms)) {
      const std::optional<int> status = bury();
      const std::string said = fmt::format("PostgreSQL ended while it started ({}):\n{}", describe_status(status),
                                           folder.log_tail());
      if (!status || WIFSIGNALED(*status)) throw KilledWhileStarting(said);
      throw ClusterFault(said);
    }
    const Answer answer = knock(socket_directory, folder.owner());
    if (answer == Answer::ready) return;
    // Recovery takes what it takes: to give it up would only make it begin again.
    if (answer == Answer::starting) deadline = steady_clock::now() + settings.start_timeout;
    if (steady_clock::now() >= deadline) {
      throw ClusterFault(fmt::format("PostgreSQL does not answer:\n{}", folder.log_tail()));
    }
    progress(answer == Answer::starting ? "recovering" : "starting");
    if (told_to_end(poll_interval)) throw ClusterFault("told to end while PostgreSQL started");
  }
}

void PrivateCluster::State::ensure_database() const {
  ConnectionSettings administration =
      ConnectionSettings::private_cluster(socket_directory.string(), folder.owner().name, "postgres");
  administration.statement_timeout = administration.answer_timeout = 60s;
  Connection connection(administration, DatabaseRole::owner);
  if (!connection.execute(find_database).empty()) return;
  try {
    connection.execute(create_database);
  } catch (const DatabaseError&) {
    // The server of a daemon killed in this very statement carries it to its end: then it is there now.
    if (connection.broken() || connection.execute(find_database).empty()) throw;
  }
}

void PrivateCluster::State::bring_up(Progress& progress) {
  set_socket_directory(folder.prepare_socket_directory());
  if (!adopt(progress) && !clear_orphans(progress)) {
    folder.remove_stale_lock_files(socket_directory);
    folder.write_configuration(socket_directory);
    launch();
  }
  try {
    wait_until_ready(progress);
    ensure_database();
  } catch (...) {
    if (pid > 0 && !adopted) shut_down();
    throw;
  }
}

// Nobody supervises yet: a server that is killed under the start, or between two questions, is started again here.
void PrivateCluster::State::bring_up_first(Progress& progress) {
  for (int start = 1;; ++start) {
    try {
      return bring_up(progress);
    } catch (const KilledWhileStarting&) {
      if (start == starts_at_most) throw;
    } catch (const Unavailable&) {
      if (start == starts_at_most) throw;
    } catch (const UnknownOutcome&) {  // of a question as good as of a change: both are asked again
      if (start == starts_at_most) throw;
    }
  }
}

// Returns when the server has ended by itself; empty when told to end.
std::string PrivateCluster::State::wait_for_death() {
  while (true) {
    pollfd watched[] = {{process->get(), POLLIN, 0}, {end_signal.get(), POLLIN, 0}};
    if (::poll(watched, 2, -1) < 0 && errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "poll");
    if (watched[1].revents != 0) return {};
    if (watched[0].revents != 0) return describe_status(bury());
  }
}

void PrivateCluster::State::supervise() {
  auto pause = std::chrono::milliseconds(first_pause);
  while (true) {
    const auto up_since = steady_clock::now();
    std::string reason = wait_for_death();
    if (reason.empty()) return;
    if (settings.on_down) settings.on_down("PostgreSQL ended by itself (" + reason + ")");
    if (steady_clock::now() - up_since > long_enough_up) pause = first_pause;
    while (true) {
      try {
        Progress progress(settings.progress);
        bring_up(progress);
        break;
      } catch (const std::exception& error) {
        if (told_to_end(0ms)) return;
        if (settings.on_down) settings.on_down(error.what());
      }
      if (told_to_end(pause)) return;
      pause = std::min(2 * pause, std::chrono::milliseconds(longest_pause));
    }
    if (settings.on_up) settings.on_up();
  }
}

void PrivateCluster::State::end_supervision() {
  if (!supervisor.joinable()) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(end_signal.get(), &one, sizeof one);
  supervisor.join();
}

void PrivateCluster::State::shut_down() {
  if (pid <= 0 || !process) return;
  // Fast: sessions are ended, a checkpoint is written. Immediate: as a crash, made good by recovery.
  struct Step {
    int signal;
    std::chrono::milliseconds patience;
  };
  for (const Step step : {Step{SIGINT, 30s}, Step{SIGQUIT, 5s}, Step{SIGKILL, 5s}}) {
    ::kill(pid, step.signal);
    if (wait_for_end(*process, step.patience)) break;
  }
  bury();
}

PrivateCluster::PrivateCluster(PrivateClusterSettings settings) {
  try {
    state_ = std::make_unique<State>(std::move(settings));
    State& state = *state_;
    Progress progress(state.settings.progress);
    if (!state.folder.initialised()) state.folder.initialise([&] { progress("initialising"); });
    state.bring_up_first(progress);
    state.supervisor = std::thread([&state] { state.supervise(); });
  } catch (const ClusterFault&) {
    throw;
  } catch (const std::exception& error) {
    // The operating system's no, or PostgreSQL's in the first connection.
    throw ClusterFault(error.what());
  }
}

PrivateCluster::~PrivateCluster() {
  stop();
}

void PrivateCluster::stop() {
  std::lock_guard guard(state_->ending);
  if (!state_->lock) return;
  state_->end_supervision();
  state_->shut_down();
  state_->folder.remove_socket_directory();
  state_->lock.reset();
}

void PrivateCluster::release() {
  std::lock_guard guard(state_->ending);
  if (!state_->lock) return;
  state_->end_supervision();
  state_->lock.reset();
}

ConnectionSettings PrivateCluster::connection_settings() const {
  std::lock_guard guard(state_->socket_mutex);
  return ConnectionSettings::private_cluster(state_->socket_directory.string(), state_->folder.owner().name);
}

int PrivateCluster::postmaster_pid() const {
  return state_->pid;
}
bool PrivateCluster::adopted() const {
  return state_->adopted;
}

ClusterVisit::ClusterVisit(PrivateClusterSettings settings) {
  settings.program = settings.program == "noroshid" ? "noroshi" : settings.program;
  const ClusterFolder folder(settings.data);
  Progress progress(settings.progress);
  const auto deadline = steady_clock::now() + settings.start_timeout;
  while (steady_clock::now() < deadline) {
    auto lock = FolderLock::try_take(folder.data(), settings.program);
    if (lock) {
      // Nobody manages it. Given back and taken again by PrivateCluster, which waits for commands and refuses
      // a daemon.
      lock.reset();
      try {
        cluster_ = std::make_unique<PrivateCluster>(settings);
      } catch (const ClusterFault& fault) {
        if (fault.exit_code() == 75) continue;  // a daemon was quicker
        throw;
      }
      connection_settings_ = cluster_->connection_settings();
      return;
    }
    // Only a daemon's cluster is there to stay; that of another command ends with it, so its turn comes
    // first.
    const auto holder = FolderLock::holder(folder.data());
    const fs::path socket_directory = ClusterFolder::find_socket_directory(folder.data());
    if (holder && holder->program == "noroshid" && knock(socket_directory, folder.owner()) == Answer::ready) {
      connection_settings_ =
          ConnectionSettings::private_cluster(socket_directory.string(), folder.owner().name);
      return;
    }
    progress("waiting for it to be ready");
    std::this_thread::sleep_for(poll_interval);
  }
  throw ClusterFault(fmt::format("PostgreSQL in {} is not ready", folder.data().string()), 75);
}

ClusterVisit::~ClusterVisit() = default;

}  // namespace noroshi::store
