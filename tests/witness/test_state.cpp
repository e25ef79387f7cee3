// What the witness knows survives it, belongs to one process, and is refused where it does not read as it was written.
#include <doctest/doctest.h>

#include <sys/stat.h>

#include <fstream>

#include "src/witness/key.h"
#include "src/witness/state.h"
#include "tests/witness/folder.h"

using namespace noroshi::witness;
using test::Folder;

namespace {

NoteKey log_key(const std::string& origin, std::uint8_t first = 1) {
  NoteKey key{origin, KeyKind::log, {}};
  key.key[0] = first;
  return key;
}

Head head(const std::string& origin, std::uint64_t size) {
  const std::string text = origin + "\n" + std::to_string(size) + "\n" + to_base64(std::string(32, 'r')) + "\n";
  return {*read_checkpoint(text), {text, {{"witness", "hash", std::string(72, 's')}}}};
}

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text;
}

// How it stops; exit_ok where it does not.
template <class Action>
ExitCode stops(Action action) {
  try {
    action();
  } catch (const Stop& stop) {
    return stop.code();
  }
  return exit_ok;
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777;
}

}  // namespace

TEST_CASE("name, key, pinned keys and head are there again") {
  const Folder folder;
  const auto place = folder.path() / "state";
  PublicKey made{};
  {
    State state(place);
    CHECK(state.name("witness.example") == "witness.example");
    made = Key::ensure(state.key_file()).public_key();
    state.pin({log_key("log/1")});
    state.pin({log_key("log/1"), log_key("log/1", 2)});
    CHECK_FALSE(state.head());
    state.keep(head("log/1", 5));
  }
  State state(place);
  CHECK(state.name("") == "witness.example");
  CHECK(Key::ensure(state.key_file()).public_key() == made);
  CHECK(state.origin() == "log/1");
  CHECK(state.log_keys() == std::vector{log_key("log/1"), log_key("log/1", 2)});
  REQUIRE(state.head());
  CHECK(state.head()->checkpoint == head("log/1", 5).checkpoint);
  CHECK(to_text(state.head()->note) == to_text(head("log/1", 5).note));
  CHECK(mode_of(place) == 0700);
  CHECK(mode_of(state.key_file()) == 0600);
}

TEST_CASE("a state has one witness at a time") {
  const Folder folder;
  const State state(folder.path());
  CHECK(stops([&] { const State second(folder.path()); }) == exit_unavailable);
}

TEST_CASE("another name, and the key of another tree, are refused") {
  const Folder folder;
  State state(folder.path());
  state.name("one");
  CHECK(stops([&] { state.name("two"); }) == exit_usage);
  state.pin({log_key("log/1")});
  CHECK(stops([&] { state.pin({log_key("log/2")}); }) == exit_usage);
  CHECK(state.log_keys().size() == 1);
  // Where the operator lets the next tree begin, its key may come under the name of that tree.
  state.pin({log_key("log/2", 2)}, "log/2");
  CHECK(state.log_keys() == std::vector{log_key("log/1"), log_key("log/1", 2)});
}

TEST_CASE("a new tree is watched with the same keys and begins without a head") {
  const Folder folder;
  {
    State state(folder.path());
    state.pin({log_key("log/1")});
    state.keep(head("log/1", 5));
    state.move_to("log/2");
    CHECK_FALSE(state.head());
    CHECK(state.log_keys() == std::vector{log_key("log/2")});
    CHECK(state.has_left("log/1"));
    CHECK_FALSE(state.has_left("log/2"));
  }
  // Also where it was killed before the first head of the new tree was kept.
  const State again(folder.path());
  CHECK_FALSE(again.head());
  CHECK(again.origin() == "log/2");
}

TEST_CASE("evidence keeps both heads, and a witness that was halted stays so") {
  const Folder folder;
  {
    State state(folder.path());
    state.pin({log_key("log/1")});
    state.keep(head("log/1", 5));
    const auto first = state.keep_evidence({"理由", "why"}, "shown note", true);
    const auto second = state.keep_evidence({"理由", "why"}, "another", true);
    CHECK(first != second);
    std::ifstream held(first / "held"), shown(first / "shown");
    const std::string held_text{std::istreambuf_iterator<char>(held), {}},
        shown_text{std::istreambuf_iterator<char>(shown), {}};
    CHECK(held_text == to_text(head("log/1", 5).note));
    CHECK(shown_text == "shown note");
  }
  State again(folder.path());
  CHECK(again.halted());
  again.go_on();
  CHECK_FALSE(again.halted());
}

TEST_CASE("files that do not read as they were written are refused, not forgotten") {
  for (const char* file : {"log-keys", "checkpoint", "name"}) {
    CAPTURE(file);
    const Folder folder;
    write(folder.path() / file, "neither key nor note\n\n\n");
    CHECK(stops([&] {
            State state(folder.path());
            state.name("");
          }) == exit_configuration);
  }
  const Folder folder;
  write(folder.path() / "key.pem", "no key");
  ::chmod((folder.path() / "key.pem").c_str(), 0600);
  CHECK(stops([&] { Key::ensure(folder.path() / "key.pem"); }) == exit_configuration);
}

TEST_CASE("a key that others can read is refused") {
  const Folder folder;
  const auto file = folder.path() / "key.pem";
  const auto made = Key::ensure(file).public_key();
  ::chmod(file.c_str(), 0644);
  CHECK(stops([&] { Key::ensure(file); }) == exit_configuration);
  ::chmod(file.c_str(), 0600);
  CHECK(Key::ensure(file).public_key() == made);
}
