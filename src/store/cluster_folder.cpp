#include "src/store/cluster_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <locale.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <system_error>

namespace noroshi::store {

namespace fs = std::filesystem;

namespace {

constexpr int oldest_major = 15;
constexpr const char* port = "5432";  // only a part of the socket's name
constexpr std::string_view socket_name = "/.s.PGSQL.5432";
constexpr std::uintmax_t longest_log = 16 << 20;

[[noreturn]] void fail_errno(const std::string& what) {
  throw ClusterFault(fmt::format("{}: {}", what, std::strerror(errno)));
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

template <typename Number>
std::optional<Number> to_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return number;
}

// "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)" → 15
std::optional<ServerPrograms> programs_in(const fs::path& directory) {
  std::error_code error;
  if (!fs::exists(directory / "postgres", error) || !fs::exists(directory / "initdb", error))
    return std::nullopt;
  const auto version = output_of({(directory / "postgres").string(), "--version"});
  if (!version) return std::nullopt;
  const auto bracket = version->find(") ");
  if (bracket == std::string::npos) return std::nullopt;
  const auto major = to_number<int>(std::string_view(*version).substr(bracket + 2));
  if (!major) return std::nullopt;
  return ServerPrograms{directory, *major};
}

// Where distributions put them: Debian and Ubuntu, RHEL and its kin, others by pg_config.
std::vector<fs::path> program_directories() {
  std::vector<fs::path> directories;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", error)) {
    directories.push_back(entry.path() / "bin");
  }
  for (const auto& entry : fs::directory_iterator("/usr", error)) {
    if (entry.path().filename().string().starts_with("pgsql-")) directories.push_back(entry.path() / "bin");
  }
  if (auto text = output_of({"/usr/bin/pg_config", "--bindir"})) {
    while (text->ends_with('\n')) text->pop_back();
    directories.emplace_back(*text);
  }
  directories.emplace_back("/usr/bin");
  directories.emplace_back("/usr/local/bin");
  return directories;
}

// Opens or makes a file in a folder. What root makes in another user's folder is that user's: root's command
// must not shut his daemon out.
FileDescriptor open_of_folder(const fs::path& path, int flags) {
  flags |= O_CLOEXEC | O_NOFOLLOW;
  FileDescriptor file(::open(path.c_str(), flags | O_CREAT | O_EXCL, 0600));
  struct stat folder {};
  if (file && ::geteuid() == 0 && ::stat(path.parent_path().c_str(), &folder) == 0 &&
      ::fchown(file.get(), folder.st_uid, folder.st_gid) != 0) {
    fail_errno(path.string());
  }
  if (!file && errno == EEXIST) file = FileDescriptor(::open(path.c_str(), flags));
  if (!file) fail_errno(path.string());
  return file;
}

// As pg_hba.conf, pg_ident.conf and postgresql.conf quote.
std::string enclosed(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote || (c == '\\' && quote == '\'')) out += c;
    out += c;
  }
  return out + quote;
}

// Memory for a small machine that the daemon shares: an eighth of it, 128 MB to 1 GB.
unsigned long shared_megabytes() {
  struct sysinfo info {};
  if (::sysinfo(&info) != 0) return 128;
  const unsigned long total = info.totalram / (1024 * 1024) * info.mem_unit;
  return std::clamp(total / 8, 128UL, 1024UL);
}

std::string configuration_file(const fs::path& socket_directory) {
  return fmt::format(
      R"(# Written by noroshid at every start: changes here are lost. ALTER SYSTEM (postgresql.auto.conf) has the last word.
listen_addresses = ''
port = {port}
unix_socket_directories = {socket}
unix_socket_permissions = 0700
max_connections = 100

# A report that was answered is on the disk.
fsync = on
full_page_writes = on
synchronous_commit = on
# After a crash the file system is flushed once instead of a thousand files one by one: seconds of 503 on a slow disk.
recovery_init_sync_method = syncfs

shared_buffers = {shared}MB
effective_cache_size = {cache}MB
work_mem = 8MB
maintenance_work_mem = 64MB
max_wal_size = 1GB
min_wal_size = 128MB
wal_compression = lz4
default_toast_compression = lz4
random_page_cost = 1.1
max_parallel_workers_per_gather = 0
jit = off
# The outbox's dead rows must not pile up in its indexes.
autovacuum_naptime = 10s
autovacuum_vacuum_scale_factor = 0.05

timezone = 'UTC'
log_timezone = 'UTC'
# The daemon reads the server's words (a cancelled wait for the standby is told in no other way).
lc_messages = 'C'

# The log tells of the server's life, never of a row: errors of statements (which quote values in their first line too)
# rank below 'log' and go to the client alone.
log_destination = 'stderr'
logging_collector = off
log_min_messages = log
log_min_error_statement = panic
log_min_duration_statement = -1
log_statement = none
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_line_prefix = '%m [%p] '
)",
      fmt::arg("port", port), fmt::arg("socket", enclosed(enclosed(socket_directory.string(), '"'), '\'')),
      fmt::arg("shared", shared_megabytes()), fmt::arg("cache", 3 * shared_megabytes()));
}

}  // namespace

ServerPrograms find_server_programs(std::optional<int> major) {
  const auto fits = [&](const ServerPrograms& programs) {
    return major ? programs.major == *major : programs.major >= oldest_major;
  };
  const std::string wanted = major ? fmt::format("{}", *major) : fmt::format("{} or later", oldest_major);
  if (const char* chosen = std::getenv("NOROSHI_POSTGRES_BIN"); chosen && *chosen) {
    const auto programs = programs_in(chosen);
    if (programs && fits(*programs)) return *programs;
    throw ClusterFault(
        fmt::format("NOROSHI_POSTGRES_BIN={} holds no postgres and initdb of PostgreSQL {}", chosen, wanted),
        78);
  }
  std::optional<ServerPrograms> best;
  for (const fs::path& directory : program_directories()) {
    const auto programs = programs_in(directory);
    if (programs && fits(*programs) && (!best || programs->major > best->major)) best = programs;
  }
  if (best) return *best;
  throw ClusterFault(
      fmt::format("no server programs of PostgreSQL {} were found: install the package postgresql, or "
                  "name their folder in NOROSHI_POSTGRES_BIN, or use --database-url",
                  wanted),
      78);
}

std::optional<FolderLock> FolderLock::try_take(const fs::path& data, const std::string& program) {
  const fs::path path = data / "lock";
  FileDescriptor file = open_of_folder(path, O_RDWR);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::nullopt;
    fail_errno(path.string());
  }
  const std::string text = fmt::format("{} {}\n", ::getpid(), program);
  if (::ftruncate(file.get(), 0) != 0 ||
      ::pwrite(file.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    fail_errno(path.string());
  }
  return FolderLock(std::move(file));
}

std::optional<FolderLock::Holder> FolderLock::holder(const fs::path& data) {
  std::istringstream text(read_text(data / "lock"));
  Holder holder;
  if (!(text >> holder.pid >> holder.program)) return std::nullopt;
  if (::kill(holder.pid, 0) != 0 && errno == ESRCH) return std::nullopt;
  return holder;
}

FolderLock::~FolderLock() {
  // The name goes before the lock does: whoever finds the file finds its present holder or none.
  if (file_) [[maybe_unused]]
    const int result = ::ftruncate(file_.get(), 0);
}

ClusterFolder::ClusterFolder(const fs::path& data) {
  if (auto self = find_user(::geteuid())) {
    self_ = *self;
  } else {
    throw ClusterFault(
        fmt::format("the user number {} has no name: PostgreSQL's peer authentication needs one",
                    ::geteuid()),
        78);
  }
  std::error_code error;
  data_ = fs::absolute(data, error).lexically_normal();
  if (!data_.has_filename()) data_ = data_.parent_path();
  if (!fs::exists(data_, error)) {
    fs::create_directories(data_, error);
    if (error) throw ClusterFault(fmt::format("{} cannot be made: {}", data_.string(), error.message()), 78);
    // Root's cluster belongs to another user, who must get through; what is secret has modes of its own.
    ::chmod(data_.c_str(), self_.uid == 0 ? 0711 : 0700);
  }
  data_ = fs::canonical(data_, error);
  if (error) throw ClusterFault(fmt::format("{}: {}", data.string(), error.message()), 78);
  decide_owner();
  check_path();

  std::optional<int> major;
  if (initialised()) major = to_number<int>(read_text(cluster() / "PG_VERSION"));
  programs_ = find_server_programs(major);
}

void ClusterFolder::decide_owner() {
  struct stat status {};
  const bool exists = ::lstat(cluster().c_str(), &status) == 0;
  if (self_.uid != 0) {
    if (exists && status.st_uid != self_.uid) {
      throw ClusterFault(fmt::format("{} belongs to another user: start the program as that user or as root",
                                     cluster().string()),
                         78);
    }
    owner_ = self_;
    return;
  }
  if (exists && status.st_uid == 0) {
    throw ClusterFault(
        fmt::format("{0} belongs to root, as whom PostgreSQL refuses to run; run: chown -R postgres {0}",
                    cluster().string()),
        78);
  }
  // Root in another user's folder acts for that user.
  struct stat folder {};
  if (::stat(data_.c_str(), &folder) != 0) fail_errno(data_.string());
  const auto owner = exists               ? find_user(status.st_uid)
                     : folder.st_uid != 0 ? find_user(folder.st_uid)
                                          : find_user(std::string("postgres"));
  if (!owner) {
    throw ClusterFault(
        "PostgreSQL does not run as root, and there is no user 'postgres': install the package "
        "postgresql, or start the program as another user",
        78);
  }
  owner_ = *owner;
}

void ClusterFolder::check_path() const {
  if (owner_.uid == self_.uid) return;
  std::vector<fs::path> parents;
  for (fs::path path = data_; path.has_relative_path(); path = path.parent_path()) parents.push_back(path);
  std::reverse(parents.begin(), parents.end());
  std::string closed;
  // A folder below a closed one fails with it; only its own mode tells whether it needs a chmod too.
  for (const fs::path& path : not_traversable(owner_, parents)) {
    struct stat status {};
    const bool open_to_all = ::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IXOTH) != 0;
    if (!open_to_all) closed += " " + path.string();
  }
  if (closed.empty()) return;
  throw ClusterFault(
      fmt::format("PostgreSQL を動かすユーザー {0} が{1} に入れません。次を実行するか、別の --data "
                  "を指定してください: "
                  "chmod o+x{1}\n"
                  "The user {0}, as whom PostgreSQL runs, cannot enter{1}; run this, or choose another "
                  "--data: chmod o+x{1}",
                  owner_.name, closed),
      78);
}

void ClusterFolder::give_to_owner(const fs::path& path) const {
  if (owner_.uid == self_.uid) return;
  if (::lchown(path.c_str(), owner_.uid, owner_.gid) != 0) fail_errno(path.string());
}

bool ClusterFolder::initialised() const {
  std::error_code error;
  return fs::exists(cluster() / "PG_VERSION", error);
}

void ClusterFolder::initialise(const std::function<void()>& waiting) {
  std::error_code error;
  if (fs::exists(cluster(), error) && !fs::is_empty(cluster(), error)) {
    throw ClusterFault(
        fmt::format("{} exists and is no PostgreSQL cluster: move it away", cluster().string()), 78);
  }
  // A kill half-way leaves a folder of another name, taken away by the next start; DIR/postgres is whole or
  // not there.
  for (const auto& entry : fs::directory_iterator(data_)) {
    if (entry.path().filename().string().starts_with("postgres.new-")) fs::remove_all(entry.path(), error);
  }
  std::string fresh = (data_ / "postgres.new-XXXXXX").string();
  if (!::mkdtemp(fresh.data())) fail_errno(fresh);
  give_to_owner(fresh);

  // Sorting is by code point, which is fast and the same everywhere; characters are Unicode's where the
  // system can. What is shown in a language's order asks for an ICU collation itself (COLLATE "ja-x-icu").
  const locale_t unicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (unicode) ::freelocale(unicode);
  const FileDescriptor log = open_log();
  const pid_t pid =
      start_process({.command = {(programs_.directory / "initdb").string(), "--pgdata=" + fresh,
                                 "--username=" + owner_.name, "--encoding=UTF8", "--locale=C",
                                 unicode ? "--lc-ctype=C.UTF-8" : "--lc-ctype=C",
                                 "--text-search-config=simple", "--auth-local=peer", "--auth-host=reject",
                                 "--data-checksums", "--no-instructions", "--no-sync"},
                     .as = &owner_,
                     .output = log.get(),
                     .die_with_parent = true});
  if (const auto process = open_process(pid)) {
    while (!wait_for_end(*process, std::chrono::milliseconds(200))) waiting();
  }
  if (const auto status = reap(pid); !status || *status != 0) {
    fs::remove_all(fresh, error);
    throw ClusterFault(fmt::format("initdb failed ({}):\n{}", describe_status(status), log_tail()));
  }
  {
    std::ofstream configuration(fs::path(fresh) / "postgresql.conf", std::ios::app);
    configuration << "\ninclude = 'noroshi.conf'\n";
    if (!configuration.flush()) throw ClusterFault(fresh + "/postgresql.conf cannot be written");
  }
  // On the disk before it has its name. One flush of the file system takes a fraction of initdb's own
  // thousand fsyncs.
  const FileDescriptor directory(::open(data_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::syncfs(directory.get()) != 0) fail_errno(data_.string());
  fs::remove(cluster(), error);  // an empty folder that an administrator made
  if (::rename(fresh.c_str(), cluster().c_str()) != 0) fail_errno(cluster().string());
  if (::fsync(directory.get()) != 0) fail_errno(data_.string());
}

fs::path ClusterFolder::prepare_socket_directory() {
  const fs::path run = data_ / "run";
  if (::mkdir(run.c_str(), 0700) != 0 && errno != EEXIST) fail_errno(run.string());
  give_to_owner(run);
  ::chmod(run.c_str(), 0700);
  if (run.string().size() + socket_name.size() < sizeof(sockaddr_un::sun_path)) {
    std::error_code error;
    fs::remove(run / "where", error);
    return run;
  }
  // A folder that another user of the machine made under our name in /tmp must not be trusted.
  const fs::path before = find_socket_directory(data_);
  struct stat status {};
  if (before != run && ::lstat(before.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
      status.st_uid == owner_.uid && (status.st_mode & 0777) == 0700) {
    return before;
  }
  std::string made = "/tmp/noroshi-XXXXXX";
  if (!::mkdtemp(made.data())) fail_errno(made);
  give_to_owner(made);
  const fs::path where = run / "where";
  const fs::path fresh = run / "where.new";
  std::error_code error;
  fs::remove(fresh, error);
  std::ofstream file(fresh);
  file << made << '\n';
  file.close();
  if (!file || ::rename(fresh.c_str(), where.c_str()) != 0) fail_errno(where.string());
  return made;
}

fs::path ClusterFolder::find_socket_directory(const fs::path& data) {
  const auto lines = lines_of(read_text(data / "run" / "where"));
  return lines.empty() ? data / "run" : fs::path(lines.front());
}

void ClusterFolder::remove_socket_directory() {
  const fs::path directory = find_socket_directory(data_);
  if (directory == data_ / "run") return;
  std::error_code error;
  if (::rmdir(directory.c_str()) == 0) fs::remove(data_ / "run" / "where", error);
}

bool ClusterFolder::write_file(const std::string& name, const std::string& text) const {
  const fs::path path = cluster() / name;
  if (read_text(path) == text) return false;
  // Written aside and renamed: as root nothing is written through a link that the owner's user may have laid.
  const fs::path fresh = cluster() / (name + ".new");
  ::unlink(fresh.c_str());
  const FileDescriptor file(
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) fail_errno(fresh.string());
  if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fchown(file.get(), owner_.uid, owner_.gid) != 0 || ::fsync(file.get()) != 0 ||
      ::rename(fresh.c_str(), path.c_str()) != 0) {
    fail_errno(fresh.string());
  }
  return true;
}

bool ClusterFolder::write_configuration(const fs::path& socket_directory) {
  std::string identities = "# Written by noroshid: who may connect as whom.\n";
  for (const std::string& name : std::set<std::string>{self_.name, owner_.name, "root"}) {
    identities += fmt::format("noroshi {} {}\n", enclosed(name, '"'), enclosed(owner_.name, '"'));
    for (const DatabaseRoleName& role : database_roles) {
      identities += fmt::format("noroshi {} {}\n", enclosed(name, '"'), enclosed(role.name, '"'));
    }
  }
  const std::string access = fmt::format(
      "# Written by noroshid: the socket alone, and its peer's user decides.\n"
      "local all all peer map=noroshi\n"
      "local replication {} peer map=noroshi\n",
      enclosed(owner_.name, '"'));
  bool changed = write_file("noroshi.conf", configuration_file(socket_directory));
  changed = write_file("pg_hba.conf", access) || changed;
  changed = write_file("pg_ident.conf", identities) || changed;
  return changed;
}

std::vector<pid_t> ClusterFolder::processes() const {
  std::vector<pid_t> found;
  std::error_code error;
  const fs::path home = fs::canonical(cluster(), error);
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const auto pid = to_number<pid_t>(entry.path().filename().string());
    if (!pid) continue;
    std::error_code gone;
    if (fs::read_symlink(entry.path() / "cwd", gone) != home || gone) continue;
    const std::string program = fs::read_symlink(entry.path() / "exe", gone).filename().string();
    if (gone || !program.starts_with("postgres"))
      continue;  // "postgres (deleted)" after an upgrade of the package
    found.push_back(*pid);
  }
  return found;
}

std::optional<Postmaster> ClusterFolder::running() const {
  // PostgreSQL documentation, 70.1: pid, data folder, start, port, socket folder, address, shared memory,
  // status.
  const auto lines = lines_of(read_text(cluster() / "postmaster.pid"));
  if (lines.empty()) return std::nullopt;
  const auto pid = to_number<pid_t>(lines[0]);
  if (!pid) return std::nullopt;
  const auto alive = processes();
  if (std::find(alive.begin(), alive.end(), *pid) == alive.end()) return std::nullopt;
  Postmaster postmaster;
  postmaster.pid = *pid;
  if (lines.size() > 4) postmaster.socket_directory = lines[4];
  if (lines.size() > 7) postmaster.stopping = lines[7].starts_with("stopping");
  return postmaster;
}

void ClusterFolder::remove_stale_lock_files(const fs::path& socket_directory) const {
  if (!processes().empty()) return;
  std::error_code error;
  fs::remove(cluster() / "postmaster.pid", error);
  fs::remove(socket_directory.string() + std::string(socket_name) + ".lock", error);
}

FileDescriptor ClusterFolder::open_log() const {
  const fs::path path = log_file();
  std::error_code error;
  if (::mkdir(path.parent_path().c_str(), 0700) == 0) {
    struct stat folder {};
    if (::geteuid() == 0 && ::stat(data_.c_str(), &folder) == 0 &&
        ::lchown(path.parent_path().c_str(), folder.st_uid, folder.st_gid) != 0) {
      fail_errno(path.parent_path().string());
    }
  }
  if (fs::file_size(path, error) > longest_log && !error) fs::rename(path, path.string() + ".1", error);
  return open_of_folder(path, O_WRONLY | O_APPEND);
}

std::string ClusterFolder::log_tail() const {
  const auto lines = lines_of(read_text(log_file()));
  std::string tail;
  for (std::size_t i = lines.size() > 8 ? lines.size() - 8 : 0; i < lines.size(); ++i)
    tail += "  " + lines[i] + "\n";
  return tail + "  (" + log_file().string() + ")";
}

}  // namespace noroshi::store
