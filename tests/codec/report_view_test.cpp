// A report as each kind of receiver is shown it: the whole table, document and changes, and that what was cut says so.
#include <doctest/doctest.h>

#include <set>

#include <boost/json.hpp>

#include "src/codec/report_view.h"
#include "src/codec/withholding_commands.h"
#include "src/codec/withholding_views.h"
#include "tests/core/scene.h"

namespace noroshi::codec::testing {
namespace {

namespace json = boost::json;
using core::testing::at;
using core::testing::law;

const Timestamp now = *parse_rfc3339("2018-08-01T12:00:00+09:00");

// Every member with a canary of its own.
std::string document() {
  std::string text = "{";
  for (const auto member : core::report_members())
    text += (text.size() > 1 ? ",\"" : "\"") + std::string(member) + "\":{\"a\":[\"canary-" + std::string(member) + "\",1]}";
  return text + "}";
}

std::string changes() {
  std::string text = "[";
  for (const auto member : core::report_members())
    text += (text.size() > 1 ? ",{" : "{") + ("\"pointer\":\"/" + std::string(member)) + "/a\",\"before\":null,\"after\":\"canary-" +
            std::string(member) + "\"}";
  return text + "]";
}

core::ReportView view_for(const std::string& receiver, const std::vector<core::Withholding>& withholdings = {}) {
  return core::view_of_report(law().registry, "jps", "jps", {receiver, {}}, withholdings, now);
}

std::set<std::string> canaries_in(const std::string& text) {
  std::set<std::string> found;
  for (const auto member : core::report_members())
    if (text.find("canary-" + std::string(member) + "\"") != std::string::npos) found.emplace(member);
  return found;
}

std::set<std::string> all_but(std::initializer_list<const char*> left_out) {
  std::set<std::string> members;
  for (const auto member : core::report_members()) members.emplace(member);
  for (const auto* member : left_out) members.erase(member);
  return members;
}

const core::Withholding of_systems{{}, "jps", "nisc", {"impact", "systems"}, "捜査に支障", now + std::chrono::hours(1), false};

}  // namespace

TEST_CASE("each kind of receiver finds its members in a document and in what changed, and no other") {
  struct Row {
    const char* receiver;
    std::set<std::string> shown;
  };
  const Row rows[] = {
      {"jps", all_but({})},
      {"mhlw", all_but({})},
      {"nisc", all_but({})},
      {"police-tokyo", all_but({"assessment_reason", "impact", "summary"})},
      {"cas-jitai", all_but({"category", "cyberattack_reason", "notices_made", "summary", "systems"})},
  };
  for (const auto& row : rows) {
    CAPTURE(row.receiver);
    CHECK(canaries_in(shown_document(document(), view_for(row.receiver))) == row.shown);
    CHECK(canaries_in(shown_changes(changes(), view_for(row.receiver))) == row.shown);
  }
  CHECK(canaries_in(shown_document(document(), view_for("nisc", {of_systems}))) == all_but({"impact", "systems"}));
  CHECK(canaries_in(shown_changes(changes(), view_for("nisc", {of_systems}))) == all_but({"impact", "systems"}));
}

TEST_CASE("whoever may see all of it gets the very bytes") {
  CHECK(shown_document(document(), view_for("mhlw")) == document());
  CHECK(shown_changes(changes(), view_for("mhlw")) == changes());
  CHECK(shown_document(document(), view_for("jps", {of_systems})) == document());
}

TEST_CASE("what was cut says of whom the view is, what was left out, and what is withheld by whom until when; not why") {
  const auto shown = shown_document(R"({"title":"x","systems":[{"name":"y"}],"unheard_of":1})", view_for("police-tokyo"));
  CHECK(shown == R"({"title":"x","systems":[{"name":"y"}],"view":{"of":"police","left_out":["assessment_reason","impact","summary"],)"
                 R"("withheld":[]}})");
  const auto held = shown_document(R"({"title":"x","systems":[],"impact":null})", view_for("nisc", {of_systems}));
  CHECK(held == R"({"title":"x","view":{"of":"center","left_out":[],"withheld":[{"members":["impact","systems"],"by":"jps",)"
                R"("until":"2018-08-01T13:00:00+09:00"}]}})");
  CHECK(held.find("捜査") == std::string::npos);
  // A member of that name in what was stored would pass for ours.
  CHECK(shown_document(R"({"view":"whole","title":"x"})", view_for("nisc", {of_systems})).find("whole") == std::string::npos);
}

TEST_CASE("what changed of a member is named neither by its place nor by what it was or became") {
  const auto shown = shown_changes(
      R"([{"pointer":"/title","before":"a","after":"b"},{"pointer":"/impact","before":"c","after":{"x":1}},)"
      R"({"pointer":"/impact/services","before":["d"],"after":null},{"pointer":"/summary","before":null,"after":"e"}])",
      view_for("police-tokyo"));
  CHECK(shown == R"([{"pointer":"/title","before":"a","after":"b"}])");
  CHECK(shown_changes("[]", view_for("police-tokyo")) == "[]");
}

TEST_CASE("text is escaped as everywhere, whatever stands in it") {
  const auto shown = shown_document(R"({"title":"\u003c/script\u003e \u2028","systems":[1.5,-3,true,null]})", view_for("police-tokyo"));
  CHECK(shown.find("</script>") == std::string::npos);
  CHECK(json::parse(shown).at("title").as_string() == "</script> \xE2\x80\xA8");
  CHECK(json::parse(shown).at("systems") == json::parse("[1.5,-3,true,null]"));
}

TEST_CASE("POST …/withholdings: every mistake is listed") {
  const auto good = decode_withholding(
      R"({"from":"nisc","members":["systems","impact"],"reason":"捜査に支障","until":"2018-09-01T00:00:00+09:00"})");
  REQUIRE(good);
  CHECK(good->from == "nisc");
  CHECK(good->members == std::vector<std::string>{"systems", "impact"});
  CHECK(good->reason == "捜査に支障");
  CHECK(good->until == at("2018-09-01T00:00:00+09:00"));
  const auto pointers = [](const auto& decoded) {
    std::set<std::string> found;
    if (decoded) return found;
    for (const auto& error : decoded.error()) found.insert(error.pointer + " " + error.code);
    return found;
  };
  CHECK(pointers(decode_withholding("{}")) ==
        std::set<std::string>{"/from required", "/members required", "/reason required", "/until required"});
  CHECK(pointers(decode_withholding(R"({"from":"nisc","members":[1,"x"],"reason":" ","until":"tomorrow","all":true})")).size() == 4);
  CHECK(pointers(decode_withholding(R"({"from":"nisc","members":{},"reason":"x","until":"2018-09-01T00:00:00+09:00"})")).size() == 1);
  CHECK(!pointers(decode_content_release("{}")).empty());
  CHECK(decode_content_release(R"({"reason":"公表した"})"));
  CHECK(pointers(decode_sharing("{}")) == std::set<std::string>{"/organization required"});
  REQUIRE(decode_sharing(R"({"organization":"meti","note":"同種の攻撃に注意"})"));
  CHECK(decode_sharing(R"({"organization":"meti"})")->note.empty());
}

TEST_CASE("a withholding is in force, released or over") {
  const AnswerContext context{law(), Language::ja, now};
  WithholdingView view;
  view.until = now + std::chrono::hours(1);
  const auto state = [&] {
    std::string text;
    JsonWriter out(text);
    encode(out, view, context);
    return std::string(json::parse(text).at("state").as_string());
  };
  CHECK(state() == "in_force");
  view.until = now;
  CHECK(state() == "over");
  view.released_at = now;
  CHECK(state() == "released");
}

}  // namespace noroshi::codec::testing
