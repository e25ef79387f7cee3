#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "src/cli/report_queue.h"
#include "tests/cli/temporary_folder.h"

using namespace noroshi::cli;
using noroshi::test::TemporaryFolder;

namespace {

QueuedReport report(const std::string& key, const std::string& text = "{}") {
  return {0, key, "https://127.0.0.1:8443", "0123", noroshi::Timestamp{}, text};
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

// Whether the kernel has the process in line for a lock; it has ten seconds to get there.
bool waits_for_a_lock(pid_t process) {
  const auto line = "-> FLOCK  ADVISORY  WRITE " + std::to_string(process) + " ";
  for (int i = 0; i < 1000; ++i) {
    std::ifstream locks("/proc/locks");
    const std::string text{std::istreambuf_iterator<char>(locks), {}};
    if (text.find(line) != std::string::npos) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace

TEST_CASE("a report comes out of the queue as it went in, byte for byte") {
  const TemporaryFolder folder;
  const std::string bytes = "{\r\n \"title\": \"年金\"\n}\n\n";
  { ReportQueue(folder.path() / "queue").add(report("k-1", bytes)); }
  ReportQueue again(folder.path() / "queue");
  REQUIRE(again.pending() == std::vector<std::uint64_t>{1});
  const auto claim = again.claim(1);
  REQUIRE(claim);
  CHECK(claim->report().report == bytes);
  CHECK(claim->report().key == "k-1");
  CHECK(claim->report().url == "https://127.0.0.1:8443");
}

TEST_CASE("nobody but its owner can read the queue") {
  const TemporaryFolder folder;
  ReportQueue queue(folder.path() / "a" / "queue");
  queue.add(report("k"));
  CHECK(mode_of(queue.folder()) == 0700);
  CHECK(mode_of(queue.folder() / "pending") == 0700);
  CHECK(mode_of(queue.folder() / "pending" / "00000001.report") == 0600);
}

TEST_CASE("numbers go on where they stopped, also after everything was settled") {
  const TemporaryFolder folder;
  ReportQueue queue(folder.path());
  queue.settle(queue.add(report("a")), QueueState::accepted, "{}");
  queue.settle(queue.add(report("b")), QueueState::refused, "{}");
  CHECK(queue.add(report("c")).report().number == 3);
  CHECK(queue.pending() == std::vector<std::uint64_t>{3});
}

TEST_CASE("a settled report keeps the daemon's answer beside it and is found by its key") {
  const TemporaryFolder folder;
  ReportQueue queue(folder.path());
  queue.settle(queue.add(report("a", "[1]")), QueueState::accepted, "{\"receipt\":1}");
  CHECK(queue.pending().empty());
  const auto found = queue.find("a");
  REQUIRE(found);
  CHECK(found->first == QueueState::accepted);
  CHECK(found->second.report == "[1]");
  CHECK(queue.answer_of(QueueState::accepted, 1) == "{\"receipt\":1}");
  CHECK(mode_of(folder.path() / "accepted" / "00000001.receipt.json") == 0600);
  CHECK_FALSE(queue.find("b"));
}

TEST_CASE("while one process sends a report another waits, and then finds it settled") {
  const TemporaryFolder folder;
  // The child is born before the report: a lock belongs to an open file, which fork would share.
  int go[2];
  REQUIRE(::pipe(go) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    char byte = 0;
    if (::read(go[0], &byte, 1) != 1) ::_exit(9);
    ReportQueue other(folder.path());
    ::_exit(other.claim(1) ? 1 : 0);
  }
  ReportQueue queue(folder.path());
  auto claim = queue.add(report("a"));
  REQUIRE(::write(go[1], "g", 1) == 1);
  CHECK(waits_for_a_lock(child));
  int status = 0;
  queue.settle(std::move(claim), QueueState::accepted, "{}");
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 0);
  ::close(go[0]);
  ::close(go[1]);
}

TEST_CASE("many processes adding at once get numbers of their own") {
  const TemporaryFolder folder;
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      ReportQueue queue(folder.path());
      for (int j = 0; j < 5; ++j) queue.add(report("k-" + std::to_string(i) + "-" + std::to_string(j)));
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const auto child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  const ReportQueue queue(folder.path());
  const auto pending = queue.pending();
  REQUIRE(pending.size() == 40);
  CHECK(pending.front() == 1);
  CHECK(pending.back() == 40);
}

TEST_CASE("what a killed process left half-written is no report, and is written over") {
  const TemporaryFolder folder;
  ReportQueue queue(folder.path());
  folder.write("pending/00000001.report.new", "half of a rep");
  CHECK(queue.pending().empty());
  queue.add(report("k", "whole"));
  CHECK(queue.read(QueueState::pending, 1).report == "whole");
}

TEST_CASE("a crash between the receipt and the move leaves the report pending, to be sent again") {
  const TemporaryFolder folder;
  ReportQueue queue(folder.path());
  { queue.add(report("k")); }
  folder.write("accepted/00000001.receipt.json", "{}");
  REQUIRE(queue.pending() == std::vector<std::uint64_t>{1});
  auto claim = queue.claim(1);
  REQUIRE(claim);
  queue.settle(std::move(*claim), QueueState::accepted, "{\"again\":true}");
  CHECK(queue.answer_of(QueueState::accepted, 1) == "{\"again\":true}");
}

TEST_CASE("a file of another form is named, not guessed at") {
  const TemporaryFolder folder;
  ReportQueue queue(folder.path());
  const auto path = folder.write("pending/00000007.report", "not a header\n{}");
  CHECK_THROWS_WITH_AS(queue.claim(7), doctest::Contains(path.string().c_str()), std::runtime_error);
}
