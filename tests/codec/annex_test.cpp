// Sealed annexes as the daemon reads them, reports of 機密性3, and the bodies and answers of the calls on annexes and
// keys.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "src/codec/annex_commands.h"
#include "src/codec/annex_views.h"
#include "src/codec/header_notice.h"
#include "src/codec/report_decoder.h"
#include "src/codec/sealed_annex.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::codec;

namespace {

const std::string key_one(43, 'A');
const std::string key_two = std::string(42, 'b') + "A";

std::string epk() {
  return R"({"kty":"EC","crv":"P-384","x":")" + std::string(64, 'x') + R"(","y":")" + std::string(64, 'y') + R"("})";
}
std::string recipient(const std::string& key_id, const std::string& more = {}) {
  return R"({"header":{"kid":")" + key_id + R"(","epk":)" + epk() + more + R"(},"encrypted_key":")" +
         std::string(52, 'k') + R"(AA"})";
}
// {"alg":"ECDH-ES+A256KW","enc":"A256GCM"}
const std::string protected_header = "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00ifQ";
// {"enc":"A256GCM"}
const std::string protected_enc = "eyJlbmMiOiJBMjU2R0NNIn0";

// Members by name, so that a test alters one.
using Members = std::map<std::string, std::string>;
Members sealed() {
  return {{"protected", "\"" + protected_header + "\""},
          {"recipients", "[" + recipient(key_one) + "," + recipient(key_two) + "]"},
          {"aad", "\"anBzClItMQpLLTEK\""},  // jps R-1 K-1
          {"iv", "\"" + std::string(16, 'i') + "\""},
          {"ciphertext", "\"" + std::string(40, 'c') + "\""},
          {"tag", "\"" + std::string(20, 't') + "tA\""}};
}
std::string text_of(const Members& members) {
  std::string text = "{";
  for (const auto& [name, value] : members) text += (text.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
  return text + "}";
}
Members with(const std::string& name, const std::string& value) {
  auto members = sealed();
  members[name] = value;
  return members;
}
std::vector<std::string> mistakes(const std::string& text) {
  const auto read = read_sealed_annex(text);
  if (read) return {};
  std::vector<std::string> list;
  for (const auto& error : read.error()) list.push_back(error.pointer + " " + error.code);
  return list;
}

}  // namespace

TEST_CASE("of a sealed annex the keys' ids and the AAD are read") {
  const auto read = read_sealed_annex(text_of(sealed()));
  REQUIRE(read);
  CHECK(read->key_ids == std::vector{key_one, key_two});
  CHECK(read->authenticated_data == "jps\nR-1\nK-1\n");
  auto without = sealed();
  without.erase("aad");
  REQUIRE(read_sealed_annex(text_of(without)));
  CHECK(read_sealed_annex(text_of(without))->authenticated_data.empty());
}

TEST_CASE("the algorithm may stand at each recipient instead, and nowhere twice") {
  const std::string alg = R"(,"alg":"ECDH-ES+A256KW")";
  auto members = with("protected", "\"" + protected_enc + "\"");
  CHECK(mistakes(text_of(members)) ==
        std::vector<std::string>{"/recipients/0/header/alg required", "/recipients/1/header/alg required"});
  members["recipients"] = "[" + recipient(key_one, alg) + "]";
  CHECK(mistakes(text_of(members)).empty());
  CHECK(mistakes(text_of(with("recipients", "[" + recipient(key_one, alg) + "]"))) ==
        std::vector<std::string>{"/recipients/0/header unknown_member"});
  members["recipients"] = "[" + recipient(key_one, R"(,"alg":"ECDH-ES")") + "]";
  CHECK(mistakes(text_of(members)) == std::vector<std::string>{"/recipients/0/header/alg value"});
}

TEST_CASE("whatever is not of the one form is refused, with its place and no value") {
  struct Row {
    const char* what;
    std::string text;
    std::vector<std::string> told;
  };
  const auto no_epk = R"({"header":{"kid":")" + key_one + R"("},"encrypted_key":")" + std::string(54, 'A') + R"("})";
  const Row rows[] = {
      {"no JSON", "{", {" json_incomplete"}},
      {"a member twice", R"({"tag":"a","tag":"b"})", {"/tag json_duplicate_name"}},
      {"no object", "[]", {" type"}},
      {"an unknown member", text_of(with("unprotected", "{}")), {" unknown_member"}},
      {"another cipher",
       text_of(with("protected", R"("eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkExMjhHQ00ifQ")")),
       {"/protected/enc value"}},
      {"another wrap",
       text_of(with("protected", R"("eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0")")),
       {"/protected/alg value"}},
      // {"alg":"ECDH-ES+A256KW","enc":"A256GCM","zip":"DEF"}
      {"compressed",
       text_of(with("protected", R"("eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00iLCJ6aXAiOiJERUYifQ")")),
       {"/protected unknown_member"}},
      {"no protected header", text_of(with("protected", "7")), {"/protected type"}},
      {"base64 with padding", text_of(with("iv", "\"aaaaaaaaaaaaaa==\"")), {"/iv value"}},
      {"base64 of the other alphabet", text_of(with("ciphertext", "\"++++\"")), {"/ciphertext value"}},
      {"base64 that leaves bits over", text_of(with("ciphertext", "\"aaaaab\"")), {"/ciphertext value"}},
      {"a short tag", text_of(with("tag", "\"" + std::string(16, 't') + "\"")), {"/tag value"}},
      {"nobody", text_of(with("recipients", "[]")), {"/recipients value"}},
      {"a key twice",
       text_of(with("recipients", "[" + recipient(key_one) + "," + recipient(key_one) + "]")),
       {"/recipients/1/header/kid duplicate"}},
      {"a key without a name",
       text_of(with("recipients",
                    R"([{"header":{"epk":)" + epk() + R"(},"encrypted_key":")" + std::string(54, 'A') + R"("}])")),
       {"/recipients/0/header/kid required"}},
      {"no ephemeral key", text_of(with("recipients", "[" + no_epk + "]")), {"/recipients/0/header/epk required"}},
      {"a private ephemeral key",
       text_of(with(
           "recipients", "[" +
                             [] {
                               auto text = recipient(key_one);
                               text.insert(text.find("\"kty\""), "\"d\":\"AA\",");
                               return text;
                             }() +
                             "]")),
       {"/recipients/0/header/epk unknown_member"}},
      {"an AAD without end", text_of(with("aad", "\"" + std::string(6000, 'a') + "\"")), {"/aad too_long"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(mistakes(row.text) == row.told);
  }
  std::string many;
  for (int i = 0; i < 65; ++i)
    many += (i ? "," : "") + recipient(std::string(41, 'a') + char('A' + i % 26) + char("AEIMQUYcgkosw048"[i / 26]));
  CHECK(mistakes(text_of(with("recipients", "[" + many + "]"))) == std::vector<std::string>{"/recipients value"});
}

TEST_CASE("further recipients alone: nothing else may differ, and nobody may go or be altered") {
  const auto third = std::string(42, 'c') + "A";
  const auto kept = text_of(sealed());
  const auto more = [&](const std::string& list) { return text_of(with("recipients", "[" + list + "]")); };
  CHECK(adds_recipients_alone(kept, more(recipient(key_one) + "," + recipient(key_two) + "," + recipient(third))));
  CHECK(adds_recipients_alone(kept, more(recipient(third) + "," + recipient(key_two) + "," + recipient(key_one))));
  CHECK(adds_recipients_alone(kept, kept));
  CHECK_FALSE(adds_recipients_alone(kept, more(recipient(key_one) + "," + recipient(third))));
  // The wrapped key of somebody who was there, spoilt.
  auto spoilt = recipient(key_one);
  spoilt.replace(spoilt.find("kkkk"), 4, "KKKK");
  CHECK_FALSE(adds_recipients_alone(kept, more(spoilt + "," + recipient(key_two) + "," + recipient(third))));
  for (const auto* member : {"ciphertext", "iv", "tag", "aad", "protected"}) {
    CAPTURE(member);
    auto other = with("recipients", "[" + recipient(key_one) + "," + recipient(key_two) + "," + recipient(third) + "]");
    other[member].replace(1, 1, "Z");
    CHECK_FALSE(adds_recipients_alone(kept, text_of(other)));
    other.erase(member);
    CHECK_FALSE(adds_recipients_alone(kept, text_of(other)));
  }
}

TEST_CASE("a report of confidentiality 3 is a header: each member beyond is named") {
  const std::string header =
      R"({"reference":"R-1","stage":"first","title":"機密性3の事案","times":{"recognized":{"value":"2018-08-01T09:00:00+09:00"}},)"
      R"("assessment":"incident","cyberattack":"yes","large_scale":[{"criterion":"property","harm":"feared","certainty":"may_be"}],)"
      R"("classification":{"confidentiality":3,"own_label":"極秘"},"handling":["転送禁止"],"police":"police-tokyo","consent_to_share":false,)"
      R"("exercise":false,"contact":{"role":"当直","means":"内線"},"organization":"jps")";
  const auto refusal_of = [](const std::string& text) {
    const auto submission = decode_submission(text);
    REQUIRE(submission);
    return refuse_beyond_header(submission->report);
  };
  CHECK_FALSE(refusal_of(header + "}"));
  const auto refusal = refusal_of(
      header +
      R"(,"summary":"内容","systems":[{"name":"基幹"}],"impact":{"services":["x"]},"category":"malicious-code/infected-system",)"
      R"("actions":{"isolated_at":"2018-08-01T09:00:00+09:00"},"notices_made":[{"to":"x"}]})");
  REQUIRE(refusal);
  CHECK(refusal->code == core::RefusalCode::annex_header_only);
  std::vector<std::string> pointers;
  for (const auto& error : refusal->errors) {
    pointers.push_back(error.pointer);
    CHECK(error.code == "annex_header_only");
  }
  std::sort(pointers.begin(), pointers.end());
  CHECK(pointers ==
        std::vector<std::string>{"/actions", "/category", "/impact", "/notices_made", "/summary", "/systems"});
  // The same at 機密性2 is a report like any other.
  auto second = header;
  second.replace(second.find("\"confidentiality\":3"), 19, "\"confidentiality\":2");
  CHECK_FALSE(refusal_of(second + R"(,"summary":"内容"})"));
  // What an earlier version said counts until it is cleared.
  const auto first = decode_submission(second + R"(,"summary":"内容"})");
  REQUIRE(first);
  const auto raised = [&](const std::string& more) {
    const auto submission = decode_submission(
        R"({"reference":"R-1","stage":"correction","classification":{"confidentiality":3})" + more + "}");
    REQUIRE(submission);
    const auto whole = complete_report(*submission, first->report.document);
    REQUIRE(whole);
    return refuse_beyond_header(*whole);
  };
  REQUIRE(raised(""));
  CHECK(raised("")->errors.front().pointer == "/summary");
  CHECK_FALSE(raised(R"(,"summary":null)"));
}

TEST_CASE("a key is proposed as a JWK, as its text, or as a point") {
  const auto object =
      decode_sealing_key(R"({"name":"当直","public_key":{"kty":"EC","crv":"P-384","x":"AA","y":"BB"}})");
  REQUIRE(object);
  CHECK(object->public_key == R"({"kty":"EC","crv":"P-384","x":"AA","y":"BB"})");
  const auto text = decode_sealing_key(R"({"name":"当直","public_key":"BAAA"})");
  REQUIRE(text);
  CHECK(text->public_key == "BAAA");
  CHECK_FALSE(decode_sealing_key(R"({"name":"当直"})"));
  CHECK_FALSE(decode_sealing_key(R"({"name":"当直","public_key":7})"));
  CHECK_FALSE(decode_sealing_key(R"({"name":"","public_key":"BAAA"})"));
  CHECK_FALSE(decode_sealing_key(R"({"name":"x","public_key":"BAAA","private":"x"})"));
  CHECK(decode_annex(R"({"name":"調査記録"})"));
  CHECK_FALSE(decode_annex(R"({"name":"調査\n記録"})"));
  CHECK_FALSE(decode_annex("{}"));
}

TEST_CASE("a key is shown as point and JWK") {
  SealingKeyView view;
  view.id = "1";
  view.organization = "mhlw";
  view.key_id = key_one;
  view.public_key = "\x04" + std::string(48, '\0') + std::string(48, '\xFF');
  view.state = "active";
  std::string text;
  JsonWriter out(text);
  encode(out, view, AnswerContext{core::testing::law(), Language::ja, {}});
  CHECK(text.find(R"("public_key":"BAAA)") != std::string::npos);
  CHECK(text.find(R"("x":")" + std::string(64, 'A') + R"(","y":")" + std::string(64, '_') + "\"") != std::string::npos);
  CHECK(text.find(R"("name":null)") == std::string::npos);
}
