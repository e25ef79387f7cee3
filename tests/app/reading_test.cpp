// The calls that read, from target to bytes: what each caller is answered.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <condition_variable>
#include <mutex>

#include "src/codec/refusal_problem.h"
#include "src/http/api_read.h"
#include "tests/app/api_request.h"
#include "tests/store/store_scene.h"

namespace noroshi::app::test {
namespace {

namespace json = boost::json;
using store::test::StoreScene;

struct Scene {
  explicit Scene(store::ConnectionSettings settings = StoreScene::shared().settings())
      : readers(std::move(settings), store::DatabaseRole::reader, 1) {
    http::add_read_routes(router, {readers, workers, StoreScene::shared().law()});
  }

  http::Response get(const std::string& target, const std::string& organization, const std::string& role) {
    const http::Caller caller{.organization = organization,
                              .role = role,
                              .token_id = "01649a4e-2f00-7000-8000-0000000000ff",
                              .tenant = organization};
    return ask(router, "/api/v1" + target, &caller);
  }
  json::object read(const std::string& target, const std::string& organization,
                    const std::string& role = "csirt_member") {
    const auto response = get(target, organization, role);
    INFO(target << " " << response.body);
    REQUIRE(response.status == 200);
    return json::parse(response.body).as_object();
  }

  store::ConnectionPool readers;
  http::WorkerPool workers{1, 8};
  http::Router router;
};

std::string report(const std::string& reference, const std::string& members) {
  using namespace store::test;
  const auto body = report_json(reference, "first", members);
  const auto result = StoreScene::shared().perform(submit(csirt_member("jps"), body, reference));
  return in_answer(accepted(result), "incident.id");
}

const std::string attacked = R"(,"assessment":"incident","cyberattack":"yes")";
const std::string nobody = "01649a4e-2f00-7000-8000-00000000beef";

}  // namespace

TEST_CASE("an incident is answered with its members and an entity tag that follows its bytes") {
  Scene scene;
  const auto id = report("read-one", attacked);
  const auto response = scene.get("/incidents/" + id, "jps", "csirt_member");
  CHECK(response.status == 200);
  REQUIRE(response.etag);
  CHECK(response.etag->starts_with("r"));
  const auto incident = json::parse(response.body).as_object();
  for (const char* member : {"id", "number", "reference", "organization", "title", "state", "assessment",
                             "cyberattack", "exercise", "recognized_at", "overdue", "reports", "obligations",
                             "messages", "assignments", "timeline"})
    CHECK_MESSAGE(incident.contains(member), member);
  CHECK(incident.at("reference") == "read-one");
  CHECK(incident.at("report").at("title") == "不審な通信");
}

TEST_CASE("what is not there, what is another's and what is no id are answered with the same bytes") {
  Scene scene;
  const auto id = report("read-hidden", attacked);
  const auto duty = store::test::StoreScene::shared().text("SELECT id FROM obligation WHERE incident_id = '" +
                                                           id + "' LIMIT 1");
  const auto message = store::test::StoreScene::shared().text("SELECT id FROM message WHERE incident_id = '" +
                                                              id + "' LIMIT 1");
  const auto reference = scene.get("/incidents/" + nobody, "kahaku", "csirt_member");
  CHECK(reference.status == 404);
  CHECK(reference.body ==
        codec::render(codec::problem_of({core::RefusalCode::not_found, {}, {}}), codec::Language::en));
  for (const std::string& target :
       {"/incidents/" + id, std::string("/incidents/1"), "/obligations/" + duty, "/obligations/" + nobody,
        std::string("/obligations/'"), "/inbox/" + message, "/inbox/" + nobody, std::string("/inbox/x"),
        std::string("/editions/h99")}) {
    CAPTURE(target);
    const auto response = scene.get(target, "kahaku", "csirt_member");
    CHECK(response.status == 404);
    CHECK(response.body == reference.body);
    CHECK(response.content_type == reference.content_type);
    CHECK_FALSE(response.etag);
  }
}

TEST_CASE("the duties of an incident carry the standard's words, the gloss, and why they opened") {
  Scene scene;
  const auto id = report("read-duties", attacked);
  const auto list = scene.read("/obligations?incident=" + id, "mhlw");
  const auto& items = list.at("items").as_array();
  const auto relay =
      std::find_if(items.begin(), items.end(), [](const auto& i) { return i.at("rule") == "g.3"; });
  REQUIRE(relay != items.end());
  CHECK(relay->at("clause") == "2.2.4(2)(g)");
  CHECK(relay->at("sentence") == 3);
  CHECK(relay->at("holder") == "mhlw");
  CHECK_FALSE(relay->at("words").as_string().empty());
  CHECK_FALSE(relay->at("gloss").as_string().empty());
  CHECK(relay->at("target_is") == "operator_target");
  CHECK_FALSE(relay->at("because").as_array().empty());
  CHECK(relay->at("overdue") == false);
  CHECK(relay->at("late_by").is_null());
  CHECK(list.at("next").is_null());
}

TEST_CASE("mistakes of a query are told, all of them") {
  Scene scene;
  const auto response = scene.get(
      "/incidents?state=burning&overdue=perhaps&limit=201&organization=nowhere&colour=red&exercise=true"
      "&exercise=true",
      "jps", "csirt_member");
  CHECK(response.status == 422);
  const auto problem = json::parse(response.body).as_object();
  CHECK(problem.at("code") == "invalid");
  std::vector<std::string> pointers;
  for (const auto& error : problem.at("errors").as_array())
    pointers.emplace_back(error.at("pointer").as_string());
  std::sort(pointers.begin(), pointers.end());
  CHECK(pointers ==
        std::vector<std::string>{"/colour", "/exercise", "/limit", "/organization", "/overdue", "/state"});
  CHECK(response.body.find("burning") == std::string::npos);
}

TEST_CASE("a cursor leads through the list; one that is none is a mistake of the query") {
  Scene scene;
  report("read-page-1", attacked);
  report("read-page-2", attacked);
  const auto first = scene.read("/incidents?limit=1", "jps");
  REQUIRE(first.at("next").is_string());
  const auto second =
      scene.read("/incidents?limit=1&cursor=" + std::string(first.at("next").as_string()), "jps");
  CHECK(second.at("items").at(0).at("id") != first.at("items").at(0).at("id"));
  for (const char* target :
       {"/incidents?cursor=x", "/obligations?cursor=x", "/inbox?cursor=x", "/alarms?cursor=x"}) {
    CAPTURE(target);
    const auto response = scene.get(target, "jps", "csirt_member");
    CHECK(response.status == 422);
    CHECK(response.body.find("/cursor") != std::string::npos);
  }
}

TEST_CASE("a reporter of the ministry does not see what the ministry received") {
  Scene scene;
  const auto id = report("read-reporter", attacked);
  CHECK(scene.get("/incidents/" + id, "mhlw", "csirt_member").status == 200);
  CHECK(scene.get("/incidents/" + id, "mhlw", "reporter").status == 404);
  CHECK(scene.get("/incidents/" + id, "jps", "reporter").status == 200);
  CHECK(scene.read("/incidents?reference=read-reporter", "mhlw", "reporter").at("items").as_array().empty());
}

TEST_CASE("a message of the inbox holds the report as it was sent") {
  Scene scene;
  report("read-inbox", attacked);
  const auto inbox = scene.read("/inbox", "mhlw");
  const auto one = inbox.at("items").as_array();
  REQUIRE_FALSE(one.empty());
  const auto message = scene.read("/inbox/" + std::string(one[0].at("id").as_string()), "mhlw");
  CHECK(message.at("report").at("document").is_object());
  CHECK(message.at("from") == "jps");
}

TEST_CASE("roles: who may call what") {
  const Scene scene;
  const auto roles_of = [&](const std::string& pattern) {
    for (const auto* route : scene.router.routes())
      if (route->pattern == "/api/v1" + pattern) return route->roles;
    FAIL("no such route: " << pattern);
    return std::vector<std::string>{};
  };
  const auto may = [&](const std::string& role, const std::string& pattern) {
    const auto roles = roles_of(pattern);
    return std::find(roles.begin(), roles.end(), role) != roles.end();
  };
  for (const char* pattern : {"/incidents", "/obligations", "/inbox", "/alarms"})
    for (const char* role : {"operator", "auditor"}) CHECK_FALSE(may(role, pattern));
  CHECK(may("cymat_member", "/incidents"));
  CHECK(may("cymat_member", "/inbox"));
  CHECK_FALSE(may("cymat_member", "/obligations"));
  CHECK_FALSE(may("cymat_member", "/alarms"));
  CHECK(may("reporter", "/incidents"));
  CHECK_FALSE(may("reporter", "/obligations"));
  CHECK_FALSE(may("reporter", "/inbox"));
  CHECK(may("ciso", "/obligations"));
  CHECK_FALSE(may("ciso", "/inbox"));
  for (const char* role : {"center_liaison", "police_desk", "crisis_desk"}) CHECK(may(role, "/inbox"));
  CHECK(roles_of("/organizations").empty());
  CHECK(roles_of("/editions/{id}").empty());
}

TEST_CASE("the registry of a day holds the bodies in force that day") {
  Scene scene;
  const auto held = [&](const std::string& query) {
    std::vector<std::string> ids;
    const auto list = scene.read("/organizations" + query, "jps");
    for (const auto& item : list.at("items").as_array()) ids.emplace_back(item.at("id").as_string());
    return ids;
  };
  const auto contains = [](const std::vector<std::string>& ids, const char* id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  };
  const auto then = held("?at=2018-08-01");
  CHECK(contains(then, "nisc"));
  CHECK_FALSE(contains(then, "nco"));
  const auto at = held("?at=2025-07-01T00:00:00+09:00");  // the offset arrives as a space
  CHECK(contains(at, "nco"));
  CHECK_FALSE(contains(at, "nisc"));
  CHECK(held("").size() > then.size());
  for (const auto& id : held("?kind=police&at=2018-08-01")) CHECK((id.starts_with("police-") || id == "npa"));
}

TEST_CASE("a corporation's supervisors stand in the registry with their roles") {
  Scene scene;
  const auto list = scene.read("/organizations?at=2018-08-01", "jps");
  for (const auto& item : list.at("items").as_array()) {
    if (item.at("id") != "jps") continue;
    CHECK(item.at("supervised_by").at(0).at("organization") == "mhlw");
    CHECK(item.at("supervised_by").at(0).at("role") == "main");
    return;
  }
  FAIL("jps is not there");
}

TEST_CASE("an edition is answered with its rules, in the standard's words") {
  Scene scene;
  const auto editions = scene.read("/editions", "jps");
  CHECK(editions.at("items").as_array().size() == StoreScene::shared().law().editions.all().size());
  const auto edition = scene.read("/editions/h30", "jps", "operator");
  CHECK(edition.at("in_force_from") == "2018-07-25");
  const auto& rules = edition.at("rules").as_array();
  const auto rule =
      std::find_if(rules.begin(), rules.end(), [](const auto& r) { return r.at("id") == "g.2"; });
  REQUIRE(rule != rules.end());
  CHECK(rule->at("words").as_string().starts_with("また、独立行政法人"));
  CHECK(rule->at("target_is") == "operator_target");
}

TEST_CASE("with no database callers are told when to come back and what to do") {
  auto settings = store::ConnectionSettings::from_url("host=/nonexistent dbname=noroshi");
  Scene scene(settings);
  const auto response = scene.get("/incidents", "jps", "csirt_member");
  CHECK(response.status == 503);
  CHECK(std::any_of(response.headers.begin(), response.headers.end(), [](const http::Header& header) {
    return header.name == "Retry-After" && header.value == "1";
  }));
  CHECK(response.body.find("telephone") != std::string::npos);
}

TEST_CASE("with more waiting than the queue holds callers are told to come back at once") {
  Scene scene;
  std::mutex gate;
  gate.lock();
  std::atomic<bool> entered = false;
  // The one worker stands; eight more fill the queue.
  REQUIRE(scene.workers.try_post([&] {
    entered = true;
    const std::lock_guard wait(gate);
  }));
  while (!entered) std::this_thread::yield();
  std::atomic<int> done = 0;
  for (int i = 0; i < 8; ++i) REQUIRE(scene.workers.try_post([&] { ++done; }));
  const auto response = scene.get("/incidents", "jps", "csirt_member");
  CHECK(response.status == 503);
  gate.unlock();
  CHECK(store::test::eventually([&] { return done == 8; }));
  CHECK(scene.get("/incidents", "jps", "csirt_member").status == 200);
}

}  // namespace noroshi::app::test
