// Sealing and opening: round trips, and every part that may be altered.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "src/sealing/base64url.h"
#include "src/sealing/jwe.h"

namespace noroshi::sealing {
namespace {

PrivateKey made() {
  auto key = PrivateKey::make();
  REQUIRE(key);
  return std::move(*key);
}

// The value of a member that is a text, the first of that name.
std::string member(const std::string& jwe, const std::string& name) {
  const auto begin = jwe.find("\"" + name + "\":\"");
  REQUIRE(begin != std::string::npos);
  const auto value = begin + name.size() + 4;
  return jwe.substr(value, jwe.find('"', value) - value);
}

std::string with(std::string jwe, const std::string& old, const std::string& other) {
  const auto at = jwe.find(old);
  REQUIRE(at != std::string::npos);
  return jwe.replace(at, old.size(), other);
}

// With one letter of that text another.
std::string altered(std::string text, std::size_t at) {
  text[at] = text[at] == 'A' ? 'B' : 'A';
  return text;
}

struct Scene {
  PrivateKey first = made(), second = made(), stranger = made();
  std::string aad = annex_aad("jps", "JPS-2018-1", "0189");
  std::string jwe;
  Scene() {
    const PublicKey recipients[] = {first.public_key(), second.public_key()};
    auto sealed = seal("機密性3の別添", aad, recipients);
    REQUIRE(sealed);
    jwe = *sealed;
  }
};

Fault fault_of(const std::string& jwe, const PrivateKey& key) {
  const auto opened = open(jwe, key);
  REQUIRE_FALSE(opened);
  return opened.error();
}

TEST_CASE("each recipient opens it, a third does not") {
  const Scene scene;
  CHECK(scene.aad == "jps\nJPS-2018-1\n0189\n");
  for (const auto* key : {&scene.first, &scene.second}) {
    const auto opened = open(scene.jwe, *key);
    REQUIRE(opened);
    CHECK(opened->plaintext.view() == "機密性3の別添");
    CHECK(opened->aad == scene.aad);
  }
  CHECK(fault_of(scene.jwe, scene.stranger) == Fault::not_a_recipient);
}

TEST_CASE("its form is the one that is promised, and it tells who may open it by key id alone") {
  const Scene scene;
  CHECK(from_base64url(member(scene.jwe, "protected")) == R"({"alg":"ECDH-ES+A256KW","enc":"A256GCM"})");
  CHECK(scene.jwe.find('\n') == std::string::npos);
  const auto envelope = look_at(scene.jwe);
  REQUIRE(envelope);
  CHECK(envelope->key_ids == std::vector{scene.first.public_key().id(), scene.second.public_key().id()});
  CHECK(envelope->aad == scene.aad);
  // Neither coordinate of a receiver's key.
  const auto point = scene.first.public_key().point();
  CHECK(scene.jwe.find(to_base64url(point.substr(1, 48))) == std::string::npos);
  // The same text twice is two texts.
  const PublicKey to[] = {scene.first.public_key()};
  CHECK(member(*seal("x", "", to), "iv") != member(*seal("x", "", to), "iv"));
}

TEST_CASE("lengths from nothing to the bound") {
  const auto key = made();
  const PublicKey to[] = {key.public_key()};
  for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{17},
                                   std::size_t{1} << 20, (std::size_t{1} << 20) + 1, longest_plaintext}) {
    CAPTURE(length);
    std::string text(length, 'x');
    if (length > 0) text.back() = '\0';
    const auto jwe = seal(text, "", to);
    REQUIRE(jwe);
    CHECK(jwe->find("\"aad\"") == std::string::npos);
    const auto opened = open(*jwe, key);
    REQUIRE(opened);
    CHECK((opened->plaintext.view() == text));
    CHECK(opened->aad.empty());
  }
  CHECK(seal(std::string(longest_plaintext + 1, 'x'), "", to).error() == Fault::too_large);
  CHECK(seal("x", std::string(longest_aad, 'a'), to));
  CHECK(seal("x", std::string(longest_aad + 1, 'a'), to).error() == Fault::too_large);
  CHECK(open(std::string(longest_jwe + 1, ' '), key).error() == Fault::too_large);
}

TEST_CASE("recipients are one to sixty-four, each once") {
  const auto key = made();
  CHECK(seal("x", "", {}).error() == Fault::bad_recipients);
  const PublicKey twice[] = {key.public_key(), key.public_key()};
  CHECK(seal("x", "", twice).error() == Fault::bad_recipients);
  std::vector<PublicKey> many;
  for (std::size_t i = 0; i + 1 < most_recipients; ++i) many.push_back(made().public_key());
  many.push_back(key.public_key());
  const auto jwe = seal("x", "", many);
  REQUIRE(jwe);
  CHECK(open(*jwe, key));
  CHECK(rewrap(*jwe, key, made().public_key()).error() == Fault::bad_recipients);
  many.push_back(made().public_key());
  CHECK(seal("x", "", many).error() == Fault::bad_recipients);
}

TEST_CASE("any letter that is changed is noticed") {
  const Scene scene;
  for (const auto* name : {"protected", "aad", "iv", "ciphertext", "tag"}) {
    const auto value = member(scene.jwe, name);
    for (std::size_t at = 0; at < value.size(); ++at) {
      CAPTURE(name);
      CAPTURE(at);
      const auto fault = fault_of(with(scene.jwe, "\"" + value + "\"", "\"" + altered(value, at) + "\""), scene.first);
      // Of the last letter some bits belong to no byte, and a header that cannot be read says nothing of its keys.
      const bool known = fault == Fault::altered || fault == Fault::unreadable || fault == Fault::other_algorithm;
      CHECK(known);
    }
  }
  // In words that mean the same.
  const auto spaced = to_base64url(R"({"alg": "ECDH-ES+A256KW","enc":"A256GCM"})");
  CHECK(fault_of(with(scene.jwe, member(scene.jwe, "protected"), spaced), scene.first) == Fault::altered);
  const auto other_aad = to_base64url(annex_aad("jps", "JPS-2018-2", "0189"));
  CHECK(fault_of(with(scene.jwe, member(scene.jwe, "aad"), other_aad), scene.first) == Fault::altered);
  CHECK(fault_of(with(scene.jwe, ",\"aad\":\"" + member(scene.jwe, "aad") + "\"", ""), scene.first) == Fault::altered);
  CHECK(fault_of(with(scene.jwe, member(scene.jwe, "tag"), member(scene.jwe, "tag").substr(0, 11)), scene.first) ==
        Fault::unreadable);
}

TEST_CASE("a wrapped key, its header or its name that is changed opens nothing") {
  const Scene scene;
  const auto wrapped = member(scene.jwe, "encrypted_key");
  for (std::size_t at = 0; at < wrapped.size(); ++at) {
    const auto fault = fault_of(with(scene.jwe, wrapped, altered(wrapped, at)), scene.first);
    CHECK((fault == Fault::not_a_recipient || fault == Fault::unreadable));
  }
  // The other recipient is not touched by that.
  CHECK(open(with(scene.jwe, wrapped, altered(wrapped, 3)), scene.second));
  CHECK(fault_of(with(scene.jwe, scene.first.public_key().id(), scene.stranger.public_key().id()), scene.first) ==
        Fault::not_a_recipient);
  CHECK(fault_of(with(scene.jwe, scene.first.public_key().id(), scene.stranger.public_key().id()), scene.stranger) ==
        Fault::not_a_recipient);
  // An ephemeral key that is another one, that is off the curve, that is of another curve.
  const auto x = member(scene.jwe, "x");
  const auto other = made().public_key().jwk();
  auto swapped = with(scene.jwe, x, member(other, "x"));
  swapped = with(swapped, member(scene.jwe, "y"), member(other, "y"));
  CHECK(fault_of(swapped, scene.first) == Fault::not_a_recipient);
  CHECK(fault_of(with(scene.jwe, x, altered(x, 5)), scene.first) == Fault::bad_key);
  CHECK(fault_of(with(scene.jwe, "P-384", "P-256"), scene.first) == Fault::other_algorithm);
}

TEST_CASE("what is not of this form is refused before a key is touched") {
  const Scene scene;
  const auto protected_text = member(scene.jwe, "protected");
  const auto header = [&](std::string_view json) { return with(scene.jwe, protected_text, to_base64url(json)); };
  const struct {
    const char* what;
    std::string jwe;
    Fault fault;
  } cases[] = {
      {"no JSON", "eyJ.x.y.z.t", Fault::unreadable},
      {"an array", "[]", Fault::unreadable},
      {"nothing", "{}", Fault::unreadable},
      {"cut off", scene.jwe.substr(0, scene.jwe.size() - 1), Fault::unreadable},
      {"a member twice", with(scene.jwe, "{\"protected\"", "{\"tag\":\"\",\"protected\""), Fault::unreadable},
      {"a member more", with(scene.jwe, "{\"protected\"", "{\"note\":\"\",\"protected\""), Fault::unreadable},
      {"unprotected", with(scene.jwe, "{\"protected\"", R"({"unprotected":{"zip":"DEF"},"protected")"), Fault::other_algorithm},
      {"a member that is no text", with(scene.jwe, "\"" + member(scene.jwe, "tag") + "\"", "7"), Fault::unreadable},
      {"ECDH-ES alone", header(R"({"alg":"ECDH-ES","enc":"A256GCM"})"), Fault::other_algorithm},
      {"A128KW", header(R"({"alg":"ECDH-ES+A128KW","enc":"A256GCM"})"), Fault::other_algorithm},
      {"dir", header(R"({"alg":"dir","enc":"A256GCM"})"), Fault::other_algorithm},
      {"RSA", header(R"({"alg":"RSA1_5","enc":"A256GCM"})"), Fault::other_algorithm},
      {"A128GCM", header(R"({"alg":"ECDH-ES+A256KW","enc":"A128GCM"})"), Fault::other_algorithm},
      {"CBC", header(R"({"alg":"ECDH-ES+A256KW","enc":"A256CBC-HS512"})"), Fault::other_algorithm},
      {"no enc", header(R"({"alg":"ECDH-ES+A256KW"})"), Fault::other_algorithm},
      {"zip", header(R"({"alg":"ECDH-ES+A256KW","enc":"A256GCM","zip":"DEF"})"), Fault::other_algorithm},
      {"crit", header(R"({"alg":"ECDH-ES+A256KW","enc":"A256GCM","crit":["exp"],"exp":1})"), Fault::other_algorithm},
      {"alg in both headers", with(scene.jwe, "{\"kid\"", R"({"alg":"ECDH-ES+A256KW","kid")"), Fault::unreadable},
      {"alg in none", header(R"({"enc":"A256GCM"})"), Fault::unreadable},
      {"apu", with(scene.jwe, "{\"kid\"", R"({"apu":"QQ","kid")"), Fault::other_algorithm},
      {"jku", with(scene.jwe, "{\"kid\"", R"({"jku":"https://x","kid")"), Fault::other_algorithm},
      {"no recipients", R"({"protected":")" + protected_text + R"(","recipients":[]})", Fault::bad_recipients},
      {"recipients and a flattened one", with(scene.jwe, "{\"protected\"", R"({"header":{},"protected")"), Fault::unreadable},
      {"deep", std::string(100000, '['), Fault::unreadable},
  };
  for (const auto& each : cases) {
    CAPTURE(each.what);
    CHECK(to_string(fault_of(each.jwe, scene.first)) == to_string(each.fault));
    CHECK(look_at(each.jwe).error() == each.fault);
    CHECK(rewrap(each.jwe, scene.first, scene.stranger.public_key()).error() == each.fault);
  }
}

TEST_CASE("who can open it lets another open it, and nothing of the text moves") {
  const Scene scene;
  const auto more = rewrap(scene.jwe, scene.second, scene.stranger.public_key());
  REQUIRE(more);
  for (const auto* name : {"protected", "aad", "iv", "ciphertext", "tag"})
    CHECK(member(*more, name) == member(scene.jwe, name));
  for (const auto* key : {&scene.first, &scene.second, &scene.stranger}) {
    const auto opened = open(*more, *key);
    REQUIRE(opened);
    CHECK(opened->plaintext.view() == "機密性3の別添");
  }
  CHECK(look_at(*more)->key_ids.size() == 3);
  CHECK(rewrap(scene.jwe, scene.stranger, made().public_key()).error() == Fault::not_a_recipient);
  CHECK(rewrap(*more, scene.first, scene.stranger.public_key()).error() == Fault::bad_recipients);
  const auto ciphertext = member(scene.jwe, "ciphertext");
  CHECK(rewrap(with(scene.jwe, ciphertext, altered(ciphertext, 2)), scene.first, scene.stranger.public_key()).error() ==
        Fault::altered);
}

TEST_CASE("any thread") {
  const Scene scene;
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        const auto key = PrivateKey::make();
        const PublicKey to[] = {key->public_key(), scene.first.public_key()};
        const auto jwe = seal("text", "aad", to);
        good += jwe && open(*jwe, *key) && open(*jwe, scene.first) && open(scene.jwe, scene.second);
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(good == 160);
}

}  // namespace
}  // namespace noroshi::sealing
