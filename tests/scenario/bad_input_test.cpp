// What must not get in: each refusal is a problem document in both languages, names every mistake, stores
// nothing, and leaves the daemon unharmed.
#include <filesystem>

#include "tests/scenario/scene.h"

using namespace noroshi::scenario;

namespace {

namespace fs = std::filesystem;

// Looks that a series of bad calls left nothing behind, and the daemon as it was.
class NothingHappens {
 public:
  explicit NothingHappens(const Desk& desk)
      : desk_(desk),
        incidents_(desk.list("/incidents?limit=200").size()),
        pid_(the_daemon().process().pid()) {}
  ~NothingHappens() {
    CHECK(desk_.list("/incidents?limit=200").size() == incidents_);
    CHECK(desk_.get("/livez").status == 200);
    CHECK(the_daemon().process().pid() == pid_);
    CHECK(the_daemon().process().runs());
  }

 private:
  const Desk& desk_;
  std::size_t incidents_;
  pid_t pid_;
};

struct Refused {
  int status;
  std::string code;
  Lines mistakes;
};

// The same bytes in both languages: same status, code and places, other words.
Refused refused_in_both_languages(const Desk& desk, const std::string& bytes) {
  const auto ja = desk.post_bytes("/reports", bytes, {.key = fresh_key(), .language = "ja"});
  const auto en = desk.post_bytes("/reports", bytes, {.key = fresh_key(), .language = "en"});
  CHECK_MESSAGE(ja.status / 100 == 4, ja);
  CHECK(en.status == ja.status);
  for (const auto* reply : {&ja, &en}) {
    CHECK(reply->header("Content-Type").starts_with("application/problem+json"));
    CHECK((*reply)["status"].to_number<int>() == reply->status);
    for (const std::string member : {"type", "title", "code", "detail"})
      CHECK(!text(reply->json(), member).empty());
  }
  CHECK(ja.code() == en.code());
  CHECK(ja.mistakes() == en.mistakes());
  CHECK(text(ja.json(), "title") != text(en.json(), "title"));
  for (const char c : text(en.json(), "title")) CHECK(static_cast<unsigned char>(c) < 0x80);
  return {ja.status, ja.code(), ja.mistakes()};
}

Refused refused_in_both_languages(const Desk& desk, const json::object& report) {
  return refused_in_both_languages(desk, json::serialize(report));
}

std::string with_raw_title(const std::string& raw) {
  auto text = json::serialize(a_report({{"title", "TITLE"}}));
  return text.replace(text.find("TITLE"), 5, raw);
}

}  // namespace

TEST_CASE("What is no JSON is refused as such, whatever is wrong with it") {
  const Desk jps("jps", "csirt_member");
  const NothingHappens nothing(jps);
  const std::string good = json::serialize(a_report());
  std::string duplicate = good;
  duplicate.insert(1, "\"reference\":\"once\",");
  for (const auto& [what, bytes] : {
           std::pair<std::string, std::string>{"empty", ""},
           {"cut", good.substr(0, good.size() / 2)},
           {"two values", good + good},
           {"trailing comma", good.substr(0, good.size() - 1) + ",}"},
           {"not JSON", "<report/>"},
           {"byte order mark", "\xEF\xBB\xBF" + good},
           {"duplicate key", duplicate},
           {"duplicate key in another spelling", "{\"\\u0072eference\":\"x\"," + good.substr(1)},
           {"NaN", "{\"a\":NaN}"},
           {"deep arrays", std::string(100'000, '[')},
           {"deep closed arrays", std::string(100'000, '[') + std::string(100'000, ']')},
           {"deep objects",
            [] {
              std::string deep;
              for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
              return deep;
            }()},
           {"a NUL byte", with_raw_title(std::string("a\0b", 3))},
           {"an escaped NUL", with_raw_title("a\\u0000b")},
           {"a lone surrogate", with_raw_title("a\\ud800b")},
           {"invalid UTF-8", with_raw_title("a\xff")},
           {"overlong UTF-8", with_raw_title("\xc0\xaf")},
           {"a surrogate in UTF-8", with_raw_title("\xed\xa0\x80")},
           {"UTF-16", std::string("{\0\"\0", 4)},
           {"a huge number", "{\"a\":1e999999}"},
       }) {
    INFO(what);
    const auto refused = refused_in_both_languages(jps, bytes);
    CHECK(refused.status == 400);
  }
}

TEST_CASE("JSONTestSuite: no file that is no JSON brings the daemon to more than a refusal") {
  const fs::path folder = fs::path(NOROSHI_SHARED_DATA) / "jsontestsuite" / "test_parsing";
  if (!fs::is_directory(folder)) {
    MESSAGE("skipped: JSONTestSuite is not at " << folder.string());
    return;
  }
  const Desk jps("jps", "csirt_member");
  const NothingHappens nothing(jps);
  int files = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    INFO(name);
    const auto reply = jps.post_bytes("/reports", read_file(entry.path()), {.key = fresh_key()});
    if (name.starts_with("n_"))
      CHECK(reply.status == 400);
    else  // JSON, and no report
      CHECK((reply.status == 400 || reply.status == 422));
    CHECK(!reply.code().empty());
    ++files;
  }
  CHECK(files >= 300);
}

TEST_CASE("All mistakes are listed at once, each with its place") {
  const Desk jps("jps", "csirt_member");
  const NothingHappens nothing(jps);
  const auto refused = refused_in_both_languages(
      jps, json::object{{"reference", 7},
                        {"stage", "first"},
                        {"times", {{"recognized", {{"value", "yesterday"}}}, {"occurred", {{"value", 5}}}}},
                        {"assessment", "incident"},
                        {"cyberattack", "maybe"},
                        {"large_scale", json::array{{{"criterion", "money"}, {"harm", "feared"}}}},
                        {"impact", {{"persons_affected", {{"min", -1}}}}},
                        {"handling", "複製禁止"},
                        {"surprise", true}});
  CHECK(refused.status == 422);
  for (const std::string place :
       {"/reference ", "/handling ", "/title ", "/times/recognized/value ", "/times/occurred/value ",
        "/cyberattack ", "/large_scale/0/criterion ", "/large_scale/0/certainty ",
        "/impact/persons_affected/min ", "/surprise unknown_member"})
    CHECK_MESSAGE(std::any_of(refused.mistakes.begin(), refused.mistakes.end(),
                              [&](const auto& mistake) { return mistake.starts_with(place); }),
                  place);
  CHECK(refused.mistakes.size() >= 10);
}

TEST_CASE("What is required is named where it lacks") {
  const Desk jps("jps", "csirt_member");
  const NothingHappens nothing(jps);
  CHECK(refused_in_both_languages(jps, json::object{{"stage", "first"}}).mistakes ==
        Lines{"/assessment required", "/reference required", "/times/recognized/value required",
              "/title required"});
  for (const auto* root : {"[]", "null", "7", "\"text\""})
    CHECK(refused_in_both_languages(jps, root).status == 422);
}

TEST_CASE("A time ahead, a day before the body existed, an annex, a contradiction: refused with the place") {
  const Desk jps("jps", "csirt_member");
  const NothingHappens nothing(jps);
  struct Case {
    json::object report;
    const char* code;
    Lines mistakes;
  };
  for (const auto& [report, code, mistakes] :
       {Case{a_report_recognized(minutes_ago(-10)), "invalid", {"/times/recognized/value time_in_future"}},
        Case{a_report_recognized("2016-10-11T23:59:59+09:00"),
             "invalid",
             {"/times/recognized/value body_not_in_force"}},
        Case{a_report({{"summary", "経路"}, {"classification", {{"confidentiality", 3}}}}), "annex_header_only", {"/summary annex_header_only"}},
        Case{a_report({{"cyberattack", "no"},
                       {"cyberattack_reason", "故障"},
                       {"large_scale", a_large_scale_cell()}}),
             "invalid",
             {"/large_scale contradiction"}},
        Case{a_report({{"cyberattack", "no"}}), "invalid", {"/cyberattack_reason required"}},
        Case{a_report({{"organization", "no-such"}}), "invalid", {"/organization unknown_organization"}},
        Case{a_report({{"police", "mhlw"}}), "invalid", {"/police unknown_police"}},
        Case{a_report({{"stage", "zeroth"}}), "invalid", {"/stage value"}},
        Case{a_report({{"title", ""}}), "invalid", {"/title blank"}},
        Case{a_report({{"title", std::string(100'000, 'x')}}), "invalid", {"/title too_long"}},
        Case{a_report({{"category", "malicious-code/virus"}}), "invalid", {"/category value"}}}) {
    INFO(json::serialize(report).substr(0, 300));
    const auto refused = refused_in_both_languages(jps, report);
    CHECK(refused.status == 422);
    CHECK(refused.code == code);
    CHECK(refused.mistakes == mistakes);
  }
}

TEST_CASE("A clock four minutes ahead is a clock that runs fast") {
  const Desk jps("jps", "csirt_member");
  jps.reports(a_report_recognized(minutes_ago(-4)));
}

TEST_CASE("A body of four megabytes is read, thrown away and refused") {
  const Desk jps("jps", "csirt_member");
  const NothingHappens nothing(jps);
  const auto large = json::serialize(a_report({{"summary", std::string(4 * 1024 * 1024, 'x')}}));
  const auto refused = refused_in_both_languages(jps, large);
  CHECK(refused.status == 413);
  CHECK(refused.code == "body_too_large");
}

TEST_CASE("Only JSON is taken, only for calls that are, only by the methods they have") {
  const Desk jps("jps", "csirt_member");
  const NothingHappens nothing(jps);
  Daemon& daemon = the_daemon();
  const Headers token{{"Authorization", "Bearer " + daemon.token("jps", "csirt_member")}};
  const auto with = [&](Headers more) {
    more.insert(more.end(), token.begin(), token.end());
    return more;
  };
  const std::string good = json::serialize(a_report());
  for (const std::string type : {"text/plain", "application/xml", "application/x-www-form-urlencoded"}) {
    INFO(type);
    CHECK(daemon
              .send("POST", "/api/v1/reports",
                    with({{"Content-Type", type}, {"Idempotency-Key", fresh_key()}}), good)
              .status == 415);
  }
  CHECK(daemon
            .send("POST", "/api/v1/reports",
                  with({{"Content-Type", "application/json"},
                        {"Content-Encoding", "gzip"},
                        {"Idempotency-Key", fresh_key()}}),
                  good)
            .status == 415);
  CHECK(daemon.send("GET", "/api/v1/no-such-call", token).status == 404);
  const auto put = daemon.send("PUT", "/api/v1/reports", with({{"Content-Type", "application/json"}}), good);
  CHECK(put.status == 405);
  CHECK(put.header("Allow") == "POST");
  CHECK(daemon.send("DELETE", "/api/v1/incidents", token).status == 405);
  const Reply stranger(
      daemon.send("GET", "/api/v1/incidents", {{"Authorization", "Bearer x"}, {"Host", "example.org"}}));
  CHECK((stranger.status == 400 || stranger.status == 421));
}

TEST_CASE("A key that is none is refused") {
  const Desk jps("jps", "csirt_member");
  const NothingHappens nothing(jps);
  for (const auto& key : {std::string(256, 'k'), std::string("two words"), std::string("キー")}) {
    INFO(key);
    CHECK(jps.sends(a_report(), {.key = key}).status == 400);
  }
}

TEST_CASE("Filters that say nothing are refused by name") {
  const Desk jps("jps", "csirt_member");
  for (const std::string path :
       {"/incidents?state=melted", "/incidents?exercise=perhaps", "/incidents?limit=0",
        "/incidents?limit=1e9", "/incidents?sort=up", "/incidents?cursor=garbage", "/obligations?incident=7",
        "/obligations?holder=nobody-at-all", "/inbox?acknowledged=2"}) {
    INFO(path);
    const auto reply = jps.get(path);
    CHECK_MESSAGE((reply.status == 400 || reply.status == 422), reply);
    CHECK(!reply.mistakes().empty());
  }
}

TEST_CASE("Texts that are commands elsewhere are text here") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
  for (const std::string payload :
       {"'; DROP TABLE noroshi.incident; --", "<script>alert(1)</script>", "{{7*7}} ${jndi:ldap://x}",
        "=cmd|' /C calc'!A0", "𠮷野家の﨑", "ⅷ ㍿ ½ ﬁ", "e\u0301 é", "%00%0d%0a", "\\u0000",
        "👨‍👩‍👧‍👦"}) {
    INFO(payload);
    const auto incident = jps.reports(a_report({{"title", payload}, {"summary", payload}}));
    CHECK(text(mhlw.message_of(incident).at("report").at("document"), "summary") == payload);
    CHECK(text(jps.sees(incident), "title") == payload);
  }
}
