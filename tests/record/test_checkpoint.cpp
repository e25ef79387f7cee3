#include <doctest/doctest.h>

#include "src/record/checkpoint.h"
#include "src/record/encodings.h"

using namespace noroshi::record;

namespace {

// The example of golang.org/x/mod/sumdb/note.
const std::string peter_key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string peter_text =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
const std::string peter_line =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";

}  // namespace

TEST_CASE("the published note of golang.org/x/mod is read and its signature verified") {
  const auto key = parse_note_key(peter_key).value();
  CHECK(key.name == "PeterNeumann");
  CHECK(key.kind == KeyKind::log);
  CHECK(to_string(key) == peter_key);
  const auto bytes = peter_text + "\n" + peter_line + "\n";
  const auto note = parse_note(bytes).value();
  CHECK(note.text == peter_text);
  REQUIRE(note.signatures.size() == 1);
  CHECK(verify(note.text, note.signatures[0], key));
  CHECK(to_string(note) == bytes);
}
