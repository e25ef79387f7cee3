// What stands beside a checkpoint: its text to the byte, the running hashes, and that nothing else reads as one.
#include "src/record/history.h"

#include <doctest/doctest.h>

#include "src/record/checkpoint.h"
#include "src/record/encodings.h"
#include "src/record/merkle.h"
#include "tests/record/test_key.h"

using namespace noroshi;
using namespace noroshi::record;

namespace {

const Timestamp at =
    std::chrono::sys_days{std::chrono::July / 31 / 2018} + std::chrono::hours(16) + std::chrono::microseconds(120'000);

History example() {
  History history{"noroshi/2/0164f3a0-bd00-7000-8000-000000000060/1", 40, at, {}, {}};
  history.checkpoints.add("one");
  history.checkpoints.add("two");
  history.cosignatures.add("three", 7);
  return history;
}

const std::string text =
    "noroshi-history/v1\n"
    "noroshi/2/0164f3a0-bd00-7000-8000-000000000060/1\n"
    "40\n"
    "signed 2018-08-01T01:00:00.12+09:00\n"
    "checkpoints 2 " +
    to_base64(bytes_of(sha256({bytes_of(sha256({std::string(32, '\0'), "one"})), "two"}))) +
    "\n"
    "cosignatures 7 " +
    to_base64(bytes_of(sha256({std::string(32, '\0'), "three"}))) + "\n";

std::string with(std::string_view part, std::string_view other) {
  auto changed = text;
  const auto place = changed.find(part);
  REQUIRE(place != changed.npos);
  return changed.replace(place, part.size(), other);
}

}  // namespace

TEST_CASE("a history is six lines, and reads back") {
  CHECK(history_text(example()) == text);
  const auto read = parse_history(text);
  REQUIRE(read);
  CHECK(*read == example());
  const History nothing{"a", 0, at, {}, {}};
  CHECK(parse_history(history_text(nothing)) == nothing);
}

TEST_CASE("no text but the one that would be written is a history") {
  const std::string zeros = to_base64(std::string(32, '\0'));
  const struct {
    const char* name;
    std::string text;
  } cases[] = {
      {"nothing", ""},
      {"a line more", text + "more\n"},
      {"no last line feed", text.substr(0, text.size() - 1)},
      {"a line less", text.substr(0, text.find("cosignatures"))},
      {"another heading", with("noroshi-history/v1", "noroshi-history/v2")},
      {"no origin", with("noroshi/2/0164f3a0-bd00-7000-8000-000000000060/1", "")},
      {"a zero before the size", with("\n40\n", "\n040\n")},
      {"a size below nothing", with("\n40\n", "\n-40\n")},
      {"a size beyond all", with("\n40\n", "\n9223372036854775808\n")},
      {"another form of the time", with("01:00:00.12+", "01:00:00.120+")},
      {"the time in another zone", with("2018-08-01T01:00:00.12+09:00", "2018-07-31T16:00:00.12Z")},
      {"another word before the time", with("signed ", "at ")},
      {"no number", with("checkpoints 2 ", "checkpoints ")},
      {"a number with a sign", with("checkpoints 2", "checkpoints +2")},
      {"two spaces", with("cosignatures 7 ", "cosignatures 7  ")},
      {"the words exchanged", with("cosignatures 7", "checkpoints 7")},
      {"none, with a hash", with("checkpoints 2", "checkpoints 0")},
      {"a hash that is no hash", with("cosignatures 7 ", "cosignatures 7 AAAA")},
      {"a carriage return", with("\n40\n", "\n40\r\n")},
  };
  for (const auto& [name, changed] : cases) {
    CAPTURE(std::string(name));
    CHECK_FALSE(parse_history(changed).has_value());
  }
}

TEST_CASE("a history is no checkpoint, and a checkpoint no history, whoever signed it") {
  CHECK_FALSE(parse_checkpoint(text).has_value());
  CHECK_FALSE(parse_history(checkpoint_text({"noroshi-history/v1", 40, empty_root()})).has_value());
  const record::testing::TestKey key(example().origin, "history");
  const auto note = parse_note(to_string(Note{text, {sign_note(text, key.key, key.sign)}}));
  REQUIRE(note);
  CHECK(note->text == text);
  CHECK(verify(note->text, note->signatures[0], key.key));
}

TEST_CASE("what is added has one text for one thing") {
  CHECK(checkpoint_entry("tree", 40, at, "tree\n40\nroot\n\n— tree sig\n") ==
        "tree\n40\n2018-08-01T01:00:00.12+09:00\ntree\n40\nroot\n\n— tree sig\n");
  CHECK(cosignature_entry("tree", 40, at, "— witness sig") ==
        "tree\n40\n2018-08-01T01:00:00.12+09:00\n— witness sig\n");
  RunningHash one, other;
  one.add("a");
  one.add("b");
  other.add("b");
  other.add("a");
  CHECK(one.count == other.count);
  CHECK(one != other);  // the order counts
}

TEST_CASE("the name of a tree says whether its checkpoints have histories") {
  CHECK(has_histories("noroshi/2/0164f3a0-bd00-7000-8000-000000000060/1"));
  CHECK_FALSE(has_histories("noroshi/0164f3a0-bd00-7000-8000-000000000060/2"));
}
