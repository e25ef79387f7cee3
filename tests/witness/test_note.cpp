// The witness reads and writes notes as the log does, byte for byte, though neither knows the other's code; and it
// refuses what is not exactly of their form.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "src/record/checkpoint.h"
#include "src/record/encodings.h"
#include "src/record/merkle.h"
#include "src/witness/key.h"
#include "src/witness/note.h"
#include "src/witness/state.h"
#include "tests/witness/folder.h"

using namespace noroshi;

namespace {

constexpr std::string_view origin = "noroshi/0198f3a0-bd00-7000-8000-000000000001/1";

std::string text_of_size(std::uint64_t size) {
  return record::checkpoint_text({std::string(origin), size, record::leaf_hash("x")});
}

record::NoteKey as_log(const witness::NoteKey& key) {
  return {key.name, static_cast<record::KeyKind>(key.kind), key.key};
}

struct Signer {
  witness::test::Folder folder;
  witness::Key key = witness::Key::ensure(folder.path() / "key.pem");
  witness::NoteKey log_key{std::string(origin), witness::KeyKind::log, key.public_key()};

  std::string note(const std::string& text) const {
    const auto signature =
        record::sign_note(text, as_log(log_key), [this](std::string_view bytes) { return key.sign(bytes); });
    return record::to_string(record::Note{text, {signature}});
  }
};

}  // namespace

TEST_CASE("keys are written and read as the log does") {
  const Signer signer;
  for (const auto kind : {witness::KeyKind::log, witness::KeyKind::cosignature}) {
    const witness::NoteKey key{"witness.example", kind, signer.key.public_key()};
    CHECK(witness::to_line(key) == record::to_string(as_log(key)));
    const auto read = witness::read_key(record::to_string(as_log(key)));
    REQUIRE(read);
    CHECK(*read == key);
  }
}

TEST_CASE("a key with anything changed is none") {
  const Signer signer;
  const auto line = witness::to_line(signer.log_key);
  for (std::size_t place = 0; place < line.size(); ++place) {
    auto changed = line;
    changed[place] = changed[place] == 'A' ? 'B' : 'A';
    CAPTURE(changed);
    CHECK_FALSE(witness::read_key(changed));
    CHECK_FALSE(witness::read_key(line.substr(0, place)));
  }
  CHECK_FALSE(witness::read_key(line + "="));
  CHECK_FALSE(witness::read_key(""));
}

TEST_CASE("a note that the log signed is read, its signature verified, and written as it was") {
  const Signer signer;
  const auto bytes = signer.note(text_of_size(12));
  const auto note = witness::read_note(bytes);
  REQUIRE(note);
  CHECK(witness::to_text(*note) == bytes);
  CHECK(note->text == text_of_size(12));
  CHECK(witness::is_signed_by(note->text, note->signatures.at(0), signer.log_key));
  auto other = signer.log_key;
  other.key[3] ^= 1;
  CHECK_FALSE(witness::is_signed_by(note->text, note->signatures.at(0), other));
  CHECK_FALSE(witness::is_signed_by(text_of_size(13), note->signatures.at(0), signer.log_key));
  const auto checkpoint = witness::read_checkpoint(note->text);
  REQUIRE(checkpoint);
  CHECK(checkpoint->origin == origin);
  CHECK(checkpoint->size == 12);
  CHECK(checkpoint->root == record::leaf_hash("x"));
}

TEST_CASE("a cosignature of the witness is one to the log") {
  const Signer signer;
  const auto text = text_of_size(7);
  const auto cosignature = witness::cosign(text, "witness.example", signer.key, 1'764'150'000);
  const witness::NoteKey key{"witness.example", witness::KeyKind::cosignature, signer.key.public_key()};
  CHECK(witness::is_signed_by(text, cosignature, key));
  const auto read = record::parse_note_signature(witness::to_line(cosignature));
  REQUIRE(read);
  CHECK(record::verify(text, *read, as_log(key)));
  CHECK(record::time_of(*read) == 1'764'150'000);
  // And the other way round.
  const auto made = record::cosign_note(text, as_log(key), 1'764'150'000,
                                        [&](std::string_view bytes) { return signer.key.sign(bytes); });
  CHECK(record::to_string(made) == witness::to_line(cosignature));
  // Its time is signed.
  auto later = cosignature;
  later.bytes[7] ^= 1;
  CHECK_FALSE(witness::is_signed_by(text, later, key));
}

TEST_CASE("what is no note is refused") {
  const Signer signer;
  const auto good = signer.note(text_of_size(12));
  const auto line = good.substr(good.find("\n\n") + 2);
  for (const std::string& bad : {
           std::string(), std::string("{}"), good.substr(0, good.size() - 1),  // the last line feed is missing
           good.substr(0, good.find("\n\n") + 2),                              // no signature
           good + "\n",                                                        // an empty line after the signatures
           good + "more\n",                                                    // a line that is none
           good + "- name AAAAAAAA\n",                                         // a hyphen in the place of the dash
           good + "\xE2\x80\x94 name\n",                                       // no bytes
           good + "\xE2\x80\x94 name AAAA\n",                                  // bytes that are too few
           good + "\xE2\x80\x94 name AAAAAAAA=\n",                             // no base64
           good + "\xE2\x80\x94 na+me AAAAAAAA\n",                             // no name
           good + std::string("\xE2\x80\x94 n\x07 AAAAAAAA\n"), std::string(70'000, 'a') + "\n\n" + line,  // too long
       }) {
    CAPTURE(bad);
    CHECK_FALSE(witness::read_note(bad));
  }
  std::string many = good;
  for (int i = 0; i < 100; ++i) many += line;
  CHECK_FALSE(witness::read_note(many));
}

TEST_CASE("what is no checkpoint is refused") {
  const std::string root = record::to_base64(record::bytes_of(record::leaf_hash("x")));
  const auto text = [&](const std::string& name, const std::string& size, const std::string& hash) {
    return name + "\n" + size + "\n" + hash + "\n";
  };
  CHECK(witness::read_checkpoint(text("a", "0", root)));
  for (const std::string& bad :
       {text("", "1", root), text("a b", "1", root), text("a+b", "1", root), text("a", "", root), text("a", "01", root),
        text("a", "-1", root), text("a", "+1", root), text("a", "1 ", root), text("a", "0x1", root),
        text("a", "18446744073709551616", root), text("a", "18446744073709551615", root), text("a", "1", ""),
        text("a", "1", root.substr(4)), text("a", "1", root + "AAAA"), text("a", "1", root.substr(0, 43)),
        text("a", "1", root) + "extension\n", text("a", "1", root).substr(0, root.size()), std::string("a\n1\n")}) {
    CAPTURE(bad);
    CHECK_FALSE(witness::read_checkpoint(bad));
  }
}
