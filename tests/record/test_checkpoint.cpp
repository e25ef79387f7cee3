// Notes, checkpoints and keys against what others have published and signed, and against what is none.
#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "src/record/checkpoint.h"
#include "src/record/encodings.h"
#include "src/record/merkle.h"
#include "tests/record/test_key.h"

using namespace noroshi::record;
using namespace noroshi::record::testing;

namespace {

// The example of golang.org/x/mod/sumdb/note, with its private key's seed and its second signer.
const std::string peter_key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string peter_seed = "gQoUAtUUbI2E8kQzMPVAgOv5juF9nHT2JS/F1ccoMXM=";
const std::string peter_text =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
const std::string peter_line =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
const std::string enoch_key = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const std::string enoch_line =
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=";

// What logs and witnesses of the world have signed.
struct Published {
  std::string what;
  std::string note;
  std::vector<std::string> keys;
  std::string origin;
  std::uint64_t size;
};
const std::vector<Published> published = {
    {"the checksum database of Go",
     "go.sum database tree\n65209736\n5+uGFjx6xBZG8ip1+wi77v+grwbhhukIrxEUS8PXvRo=\n\n"
     "— sum.golang.org Az3grnbssgK7ubgFX36gVETtNv0U23qxyAhAMai2QUfeGa3nB/akvkMdlUErfcZz7l/R3cVtYspg3dxXABkGZZKdsQ8=\n",
     {"sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"},
     "go.sum database tree",
     65209736},
    // Six lines, of which one is of an algorithm that is unknown here; the log's own and one witness's can be checked.
    {"a log of Certificate Transparency, cosigned by witnesses",
     "arche2025h1.staging.ct.transparency.dev\n1432088532\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n\n"
     "— arche2025h1.staging.ct.transparency.dev "
     "zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvG"
     "t0=\n"
     "— arche2025h1.staging.ct.transparency.dev "
     "ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=\n"
     "— transparency.dev/DEV:witness-little-garden "
     "2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==\n"
     "— witness1.smartit.nu/witness1 "
     "pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==\n"
     "— remora.n621.de "
     "2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==\n"
     "— witness.stagemole.eu "
     "Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==\n",
     {"arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f",
      "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"},
     "arche2025h1.staging.ct.transparency.dev",
     1432088532}};

bool signed_by(const Note& note, const NoteKey& key) {
  for (const auto& signature : note.signatures)
    if (verify(note.text, signature, key)) return true;
  return false;
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("the published note of golang.org/x/mod is read, verified and made again") {
  const auto key = parse_note_key(peter_key).value();
  CHECK(key.name == "PeterNeumann");
  CHECK(key.kind == KeyKind::log);
  CHECK(to_string(key) == peter_key);
  const auto bytes = peter_text + "\n" + peter_line + "\n" + enoch_line + "\n";
  const auto note = parse_note(bytes).value();
  CHECK(note.text == peter_text);
  REQUIRE(note.signatures.size() == 2);
  CHECK(to_string(note) == bytes);
  CHECK(verify(note.text, note.signatures[0], key));
  CHECK(verify(note.text, note.signatures[1], parse_note_key(enoch_key).value()));
  CHECK_FALSE(verify(note.text, note.signatures[1], key));

  const TestKey peter("PeterNeumann", to_digest(from_base64(peter_seed).value()).value());
  CHECK(peter.key == key);
  CHECK(to_string(sign_note(peter_text, key, peter.sign)) == peter_line);
}

TEST_CASE("what logs and witnesses have published verifies, and nothing else with their signatures") {
  for (const auto& [what, bytes, keys, origin, size] : published) {
    CAPTURE(what);
    const auto note = parse_note(bytes).value();
    CHECK(to_string(note) == bytes);
    const auto checkpoint = parse_checkpoint(note.text).value();
    CHECK(checkpoint.origin == origin);
    CHECK(checkpoint.size == size);
    CHECK(checkpoint_text(checkpoint) == note.text);
    auto larger = checkpoint;
    ++larger.size;
    auto other = checkpoint;
    other.root[31] ^= 1;
    for (const auto& text : keys) {
      CAPTURE(text);
      const auto key = parse_note_key(text).value();
      CHECK(to_string(key) == text);
      CHECK(signed_by(note, key));
      CHECK_FALSE(signed_by({checkpoint_text(larger), note.signatures}, key));
      CHECK_FALSE(signed_by({checkpoint_text(other), note.signatures}, key));
    }
  }
}

TEST_CASE("a published cosignature has its time, which is signed too") {
  const auto note = parse_note(published[1].note).value();
  const auto key = parse_note_key(published[1].keys[1]).value();
  CHECK(key.kind == KeyKind::cosignature);
  auto cosignature = note.signatures[4];
  CHECK(time_of(cosignature) == 0x6a122120);
  cosignature.signature[7] ^= 1;
  CHECK(time_of(cosignature) == 0x6a122121);
  CHECK_FALSE(verify(note.text, cosignature, key));
  // note_cosigv1_test.go of transparency-dev/formats: one that has a time and one that has none.
  CHECK(time_of(parse_note_signature(
                    "— w ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOwor"
                    "DcFiEBYJXORmnFBOBA==")
                    .value()) == 1727964367);
  CHECK_FALSE(
      time_of(parse_note_signature("— w eQjRQm6eSKzFoiYalgwCPXu2y3ijtg68is9M46JKxuZB+dRfTmeQeDBoXnvxZx2ugnkyV+MUMLXpWs1"
                                   "hPb/W/4xkNQY=")
                  .value()));
}

TEST_CASE("a cosignature is made and verified, and is none for another text, time, key or kind") {
  const TestKey witness("witness.example/w1", "witness", KeyKind::cosignature);
  const TestKey same_bytes("witness.example/w1", "witness");
  const auto text = checkpoint_text({"example.com/behind-the-sofa", 20852163, {}});
  const auto cosignature = cosign_note(text, witness.key, 1679315147, witness.sign);
  CHECK(cosignature.signature.size() == 72);
  CHECK(time_of(cosignature) == 1679315147);
  CHECK(verify(text, cosignature, witness.key));
  CHECK_FALSE(verify(text + "an extension line\n", cosignature, witness.key));
  CHECK_FALSE(verify(text, cosignature, same_bytes.key));
  // The same bytes under the hash of the other kind are none either.
  auto as_log = cosignature;
  as_log.key_hash = hash_of(same_bytes.key);
  CHECK_FALSE(verify(text, as_log, same_bytes.key));
  // An extension line is cosigned with the rest.
  const auto extended = cosign_note(text + "extension\n", witness.key, 1, witness.sign);
  CHECK(verify(text + "extension\n", extended, witness.key));
  CHECK_FALSE(verify(text, extended, witness.key));
  // A time that no signed number holds.
  auto ahead = cosignature;
  ahead.signature[0] = '\x80';
  CHECK_FALSE(time_of(ahead));
  CHECK_FALSE(verify(text, ahead, witness.key));
}

TEST_CASE("a signature of every length and with every bit flipped is refused") {
  const TestKey log("example.com/log", "log");
  const auto text = checkpoint_text({"example.com/log", 3, {}});
  const auto good = sign_note(text, log.key, log.sign);
  REQUIRE(verify(text, good, log.key));
  for (std::size_t bit = 0; bit < 512; ++bit) {
    auto bad = good;
    bad.signature[bit / 8] = static_cast<char>(bad.signature[bit / 8] ^ (1 << bit % 8));
    REQUIRE_FALSE(verify(text, bad, log.key));
  }
  for (std::size_t length = 0; length < 200; ++length) {
    auto bad = good;
    bad.signature.resize(length, 'x');
    REQUIRE(verify(text, bad, log.key) == (length == 64));
  }
  for (int bit = 0; bit < 256; ++bit) {
    auto key = log.key;
    key.key[static_cast<std::size_t>(bit / 8)] ^= static_cast<std::uint8_t>(1 << bit % 8);
    REQUIRE_FALSE(verify(text, good, key));
    REQUIRE_FALSE(verify_ed25519(text, good.signature, key.key));
  }
  auto named = good;
  named.name = "example.com/other";
  CHECK_FALSE(verify(text, named, log.key));
  auto hashed = good;
  hashed.key_hash[3] ^= 1;
  CHECK_FALSE(verify(text, hashed, log.key));
}

TEST_CASE("Ed25519 refuses a signature whose S was raised by the order of the group (RFC 8032, 5.1.7)") {
  const TestKey log("example.com/log", "log");
  auto signature = log.sign("text");
  REQUIRE(verify_ed25519("text", signature, log.key.key));
  const auto order = from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").value();
  int carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += static_cast<std::uint8_t>(signature[32 + i]) + static_cast<std::uint8_t>(order[i]);
    signature[32 + i] = static_cast<char>(carry);
    carry >>= 8;
  }
  CHECK_FALSE(verify_ed25519("text", signature, log.key.key));
}

TEST_CASE("the first vectors of RFC 8032, section 7.1") {
  struct Vector {
    std::string key, message, signature;
  };
  const Vector vectors[] = {{"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                             "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701"
                             "cf9b46bd25bf5f0595bbe24655141438e"
                             "7a100b"},
                            {"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                             "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d"
                             "0f11d8c387b2eaeb4302aeeb00d291612"
                             "bb0c00"}};
  for (const auto& [key, message, signature] : vectors)
    CHECK(verify_ed25519(from_hex(message).value(), from_hex(signature).value(),
                         to_digest(from_hex(key).value()).value()));
}

TEST_CASE("a key in note form is whole and has its own hash, or is none") {
  for (std::size_t begin = 0; begin <= peter_key.size(); ++begin)
    for (std::size_t end = begin; end <= peter_key.size(); ++end)
      if (begin != 0 || end != peter_key.size()) REQUIRE_FALSE(parse_note_key(peter_key.substr(begin, end - begin)));
  for (std::size_t i = 0; i < peter_key.size(); ++i) {
    auto mangled = peter_key;
    ++mangled[i];
    CAPTURE(mangled);
    REQUIRE_FALSE(parse_note_key(mangled));
  }
  const std::string refused[] = {
      "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",  // longer, with its hash
      "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",          // another algorithm, with its hash
      "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",          // upper case
      "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      "bananas.sigstore.dev+12344556",
      "rekor.sigstore.dev+12345678+THIS_IS_NOT_BASE64!",
      "rekor.sigstore.dev+12345678+AwEB",
      "",
      "++",
      std::string(2000, 'a'),
  };
  for (const auto& text : refused) {
    CAPTURE(text);
    CHECK_FALSE(parse_note_key(text));
  }
  // A '+' in the base64 is none of the separators.
  const std::string plus = "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6";
  CHECK(to_string(parse_note_key(plus).value()) == plus);
}

TEST_CASE("notes that are none are refused") {
  const auto line = peter_line + "\n";
  struct Case {
    std::string name, bytes;
  };
  const Case cases[] = {
      {"empty", ""},
      {"a text alone", peter_text},
      {"no signature", peter_text + "\n"},
      {"no text and no blank line", line},
      {"no blank line", peter_text + line},
      {"no last line feed", peter_text + "\n" + peter_line},
      {"carriage returns", peter_text + "\r\n" + line},
      {"a control character", "\x01" + peter_text + "\n" + line},
      {"a tab", "\t" + peter_text + "\n" + line},
      {"a zero byte", std::string(1, '\0') + peter_text + "\n" + line},
      {"no UTF-8", "\xff" + peter_text + "\n" + line},
      {"an overlong character", "\xc0\xaf" + peter_text + "\n" + line},
      {"an overlong character of three bytes", "\xe0\x80\xaf" + peter_text + "\n" + line},
      {"a surrogate", "\xed\xa0\x80" + peter_text + "\n" + line},
      {"a character beyond Unicode", "\xf4\x90\x80\x80" + peter_text + "\n" + line},
      {"half a character", peter_text + "\n" + line + "\xe2\x80"},
      {"a name with a space", peter_text + "\n— Bad Name " + line.substr(line.find("x08g"))},
      {"a name with a plus", peter_text + "\n— Bad+Name " + line.substr(line.find("x08g"))},
      {"a name with an ideographic space", peter_text + "\n— Bad\xe3\x80\x80Name " + line.substr(line.find("x08g"))},
      {"no name", peter_text + "\n—  " + line.substr(line.find("x08g"))},
      {"no base64", peter_text + "\n— PeterNeumann \n"},
      {"no second space", peter_text + "\n— PeterNeumann\n"},
      {"a hyphen for the dash", peter_text + "\n- PeterNeumann " + line.substr(line.find("x08g"))},
      {"a hash and no signature", peter_text + "\n— PeterNeumann x08gow==\n"},
      {"base64 with a space", peter_text + "\n" + peter_line + " \n"},
      {"base64 without padding", peter_text + "\n" + line.substr(0, line.size() - 2) + "\n"},
      {"base64 with loose bits", peter_text + "\n" + line.substr(0, line.size() - 3) + "N=\n"},
      {"a line that is no signature", peter_text + "\n" + line + "Unexpected line.\n"},
      {"101 signatures", peter_text + "\n" + repeated(line, 101)},
      {"longer than 64 KiB", std::string(64 * 1024, 'x') + "\n\n" + line},
  };
  for (const auto& [name, bytes] : cases) {
    CAPTURE(name);
    CHECK_FALSE(parse_note(bytes));
  }
  CHECK(parse_note(peter_text + "\n" + repeated(line, 100)).value().signatures.size() == 100);
  // The text may have empty lines: the last one separates.
  const auto spaced = "a\n\nb\n\n" + line;
  CHECK(parse_note(spaced).value().text == "a\n\nb\n");
  CHECK(to_string(parse_note(spaced).value()) == spaced);
  CHECK(parse_note("è subito sera 烽火\n\n" + line));
}

TEST_CASE("checkpoints that are none are refused") {
  const std::string root = "U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=";
  struct Case {
    std::string name, text;
  };
  const Case cases[] = {
      {"empty", ""},
      {"no last line feed", "o\n1\n" + root},
      {"two lines", "o\n1\n"},
      {"an extension line", "o\n1\n" + root + "\nmore\n"},
      {"an empty line more", "o\n1\n" + root + "\n\n"},
      {"no origin", "\n1\n" + root + "\n"},
      {"an origin that is no text", "\xff\n1\n" + root + "\n"},
      {"an origin with a tab", "a\tb\n1\n" + root + "\n"},
      {"no size", "o\n\n" + root + "\n"},
      {"a size with a zero before it", "o\n01\n" + root + "\n"},
      {"a size with a sign", "o\n+1\n" + root + "\n"},
      {"a negative size", "o\n-1\n" + root + "\n"},
      {"a size in hexadecimal", "o\n0x1\n" + root + "\n"},
      {"a size with a space", "o\n1 \n" + root + "\n"},
      {"a size of 2^63", "o\n9223372036854775808\n" + root + "\n"},
      {"a size of 2^64 + 1", "o\n18446744073709551617\n" + root + "\n"},
      {"a root of 31 bytes", "o\n1\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Q==\n"},
      {"a root of 33 bytes", "o\n1\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4RoA\n"},
      {"a root with loose bits", "o\n1\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Rp=\n"},
      {"a root in hexadecimal", "o\n1\n" + std::string(64, 'a') + "\n"},
      {"a carriage return", "o\n1\r\n" + root + "\n"},
  };
  for (const auto& [name, text] : cases) {
    CAPTURE(name);
    const auto parsed = parse_checkpoint(text);
    CHECK_FALSE(parsed);
    if (!parsed) CHECK_FALSE(parsed.error().empty());
  }
  CHECK(parse_checkpoint("o\n0\n" + root + "\n").value().size == 0);
  CHECK(parse_checkpoint("o\n9223372036854775807\n" + root + "\n").value().size == maximum_size);
}

TEST_CASE("a cosignature from beyond the year 9999 has no time and verifies with no key") {
  const TestKey witness("witness.example/w1", "witness", KeyKind::cosignature);
  const std::string text = checkpoint_text({"example.com/log", 0, {}});
  for (const auto& [seconds, good] : {std::pair{std::int64_t{253'402'300'799}, true},
                                      {std::int64_t{253'402'300'800}, false},
                                      {std::int64_t{9'300'000'000'000}, false},
                                      {std::numeric_limits<std::int64_t>::max(), false}}) {
    CAPTURE(seconds);
    const auto signature = cosign_note(text, witness.key, seconds, witness.sign);
    CHECK(time_of(signature).has_value() == good);
    CHECK(verify(text, signature, witness.key) == good);
  }
}
