// schemas/api/openapi.json says what the program serves: every route, and nothing else.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>

#include "src/app/health.h"
#include "src/app/metrics.h"
#include "src/http/api_annexes.h"
#include "src/http/api_attachments.h"
#include "src/http/api_commands.h"
#include "src/http/api_delivery.h"
#include "src/http/api_heartbeat.h"
#include "src/http/api_read.h"
#include "src/http/api_session.h"
#include "src/http/api_stream.h"
#include "src/http/api_withholdings.h"
#include "tests/app/api_request.h"
#include "tests/store/store_scene.h"

namespace noroshi::app::test {
namespace {

namespace json = boost::json;

json::object read_file(const std::string& name) {
  std::ifstream file(NOROSHI_SOURCE_DIR "/schemas/api/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return json::parse(text.str()).as_object();
}

// All routes of the daemon. None is called, so nothing behind them needs to be there.
struct AllRoutes {
  AllRoutes() {
    http::add_command_routes(router, writers);
    http::add_annex_routes(router, {readers, workers, law}, writers);
    http::add_delivery_routes(router, {readers, workers, law}, writers, services);
    http::add_withholding_routes(router, {readers, workers, law}, writers);
    http::add_read_routes(router, {readers, workers, law});
    http::add_heartbeat_routes(router, {readers, workers, law}, {"", [](std::string_view) { return std::string(); }});
    http::add_stream_route(router, streams);
    http::add_attachment_routes(router, {{readers, workers, law}, readers, writers});
    http::add_session_routes(router, {readers, tokens, law, workers, workers, sign_in});
    add_health_routes(router, health);
    add_metrics_route(router, page);
  }

  static store::ConnectionSettings nowhere() {
    return store::ConnectionSettings::from_url("host=/nonexistent dbname=noroshi");
  }

  LawFiles files = load_law({}, {}).value();
  core::Law law{files.editions, files.registry};
  store::ConnectionPool readers{nowhere(), store::DatabaseRole::reader, 1};
  store::WriterPool writers{nowhere(), law, {.writers = 1}};
  boost::asio::io_context io;
  http::WorkerPool workers{1, 1};
  http::DeliveryServices services;
  store::TokenDirectory tokens{readers};
  http::SignInOptions sign_in;
  http::LiveStreams streams{io.get_executor(), {readers, workers, law}};
  Health health{HealthSources{readers, law.registry, [] { return std::size_t{0}; }, 1, ".", "", ""}};
  Metrics metrics;
  MetricsPage page{metrics, MetricsSources{.operators = readers}};
  http::Router router;
};

std::string upper(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  return result;
}

void for_each_operation(
    const json::object& document,
    const std::function<void(const std::string& name, const json::object& operation)>& visit) {
  for (const auto& [path, item] : document.at("paths").as_object())
    for (const auto& [method, operation] : item.as_object())
      visit(upper(std::string_view(method)) + " " + std::string(path), operation.as_object());
}

// Visits every value of the document with the key that leads to it.
void walk(const json::value& value,
          const std::function<void(std::string_view key, const json::value&)>& visit) {
  if (const auto* object = value.if_object()) {
    for (const auto& [key, member] : *object) {
      visit(key, member);
      walk(member, visit);
    }
  } else if (const auto* array = value.if_array()) {
    for (const auto& member : *array) walk(member, visit);
  }
}

}  // namespace

TEST_CASE("every route of the daemon stands in the document, and the reverse") {
  const AllRoutes all;
  std::set<std::string> served;
  for (const auto* route : all.router.routes())
    served.insert(upper(to_string(route->method)) + " " + route->pattern);
  std::set<std::string> written;
  for_each_operation(read_file("openapi.json"),
                     [&](const std::string& name, const json::object&) { written.insert(name); });
  for (const auto& route : served) CHECK_MESSAGE(written.contains(route), "not in openapi.json: " << route);
  for (const auto& operation : written)
    CHECK_MESSAGE(served.contains(operation), "not served: " << operation);
}

TEST_CASE("the roles of the document are those of the routes") {
  const AllRoutes all;
  const auto document = read_file("openapi.json");
  for (const auto* route : all.router.routes()) {
    CAPTURE(route->pattern);
    std::string method(to_string(route->method));
    std::transform(method.begin(), method.end(), method.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    const auto& operation = document.at("paths").at(route->pattern).at(method).as_object();
    std::vector<std::string> roles;
    if (const auto* written = operation.if_contains("x-roles"))
      for (const auto& role : written->as_array()) roles.emplace_back(role.as_string());
    auto expected = route->roles;
    std::sort(roles.begin(), roles.end());
    std::sort(expected.begin(), expected.end());
    CHECK(roles == expected);
    const bool open = operation.contains("security") && operation.at("security").as_array().empty();
    CHECK(open == (route->access == http::Access::open));
  }
}

TEST_CASE("every reference of the document leads somewhere") {
  const json::value document = read_file("openapi.json");
  int references = 0;
  walk(document, [&](std::string_view key, const json::value& value) {
    if (key != "$ref") return;
    ++references;
    boost::system::error_code error;
    const std::string target(value.as_string().c_str());
    REQUIRE(target.starts_with("#/"));
    CHECK_MESSAGE(document.find_pointer(target.substr(1), error) != nullptr, "leads nowhere: " << target);
  });
  CHECK(references > 100);
}

TEST_CASE("operations have names of their own and answer success and refusal") {
  std::set<std::string> names;
  for_each_operation(read_file("openapi.json"), [&](const std::string& name, const json::object& operation) {
    CAPTURE(name);
    CHECK(names.insert(std::string(operation.at("operationId").as_string())).second);
    const auto& responses = operation.at("responses").as_object();
    CHECK(std::any_of(responses.begin(), responses.end(),
                      [](const auto& r) { return r.key().starts_with("2"); }));
    if (name.find("{") != std::string::npos) CHECK(responses.contains("404"));
  });
}

// The decoder is tested against report.schema.json; the document must say the same.
TEST_CASE("the document's Report is the schema of reports") {
  const auto document = read_file("openapi.json");
  const auto schemas = document.at("components").at("schemas").as_object();
  auto expected = read_file("report.schema.json");
  const auto definitions = expected.at("$defs").as_object();
  for (const char* name : {"$schema", "$id", "$defs"}) expected.erase(name);
  const auto as_written = [](const json::value& schema) {
    std::string text = json::serialize(schema);
    const std::string from = "#/$defs/";
    const std::string to = "#/components/schemas/Report.";
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
    return json::parse(text);
  };
  CHECK(schemas.at("Report") == as_written(expected));
  for (const auto& [name, schema] : definitions) {
    CAPTURE(std::string(name));
    CHECK(schemas.at("Report." + std::string(name)) == as_written(schema));
  }
}

// What receivers get is tested against webhook.schema.json (tests/delivery); the document must say the same.
TEST_CASE("the document's Webhook is the schema of webhooks") {
  auto expected = read_file("webhook.schema.json");
  for (const char* name : {"$schema", "$id"}) expected.erase(name);
  const auto document = read_file("openapi.json");
  const auto schemas = document.at("components").at("schemas").as_object();
  CHECK(schemas.at("Webhook") == json::value(expected));
}

TEST_CASE("the daemon serves the document as it stands in the sources, to everybody") {
  const AllRoutes all;
  const auto response = ask(all.router, "/api/v1/openapi.json", nullptr);
  CHECK(response.status == 200);
  CHECK(json::parse(response.body).as_object() == read_file("openapi.json"));
  REQUIRE(response.etag);
}

}  // namespace noroshi::app::test
