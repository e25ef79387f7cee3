#include "src/app/health.h"

#include <doctest/doctest.h>

#include <atomic>
#include <boost/json.hpp>
#include <fstream>
#include <future>

#include "src/http/tls.h"
#include "src/store/migrations.h"
#include "src/store/operation.h"
#include "src/store/tokens.h"
#include "tests/app/asking.h"
#include "tests/store/store_scene.h"

namespace noroshi::app::test {
namespace {

using namespace std::chrono_literals;
using store::test::StoreScene;

boost::json::object parsed(const http::Response& response) {
  INFO(response.body);
  return boost::json::parse(response.body).as_object();
}

// Health of the shared database, with its routes.
struct Scene {
  explicit Scene(store::ConnectionSettings settings = StoreScene::shared().settings(), std::size_t queued = 3)
      : files(http::ensure_own_certificate(folder.path() / "tls", {"localhost"},
                                           std::chrono::system_clock::now())),
        operators(std::move(settings), store::DatabaseRole::operator_, 1),
        health(HealthSources{operators, StoreScene::shared().law().registry, [queued] { return queued; }, 100, folder.path(), files.certificate,
                             "d1ge57"}) {
    add_health_routes(router, health);
  }

  store::test::TemporaryFolder folder;
  http::TlsFiles files;
  store::ConnectionPool operators;
  Health health;
  http::Router router;
};

store::ConnectionSettings nowhere() {
  auto settings = store::ConnectionSettings::from_url("host=/nonexistent dbname=noroshi");
  settings.connect_timeout = 200ms;
  return settings;
}

}  // namespace

TEST_CASE("who calls without a token learns only whether the daemon is ready") {
  Scene scene;
  CHECK(ask(scene.router, "/livez").body == R"({"status":"alive"})");
  for (const std::string role : {"", "csirt_head", "auditor"}) {
    const auto response = ask(scene.router, "/readyz", role);
    CHECK(response.status == 200);
    CHECK(response.body == R"({"status":"ready"})");
  }
  CHECK(route_of(scene.router, "/livez").access == http::Access::open);
  CHECK(route_of(scene.router, "/readyz").access == http::Access::token_optional);
  CHECK(route_of(scene.router, "/version").access == http::Access::token_optional);
}

TEST_CASE("an operator sees every check") {
  Scene scene;
  const auto response = ask(scene.router, "/readyz", "operator");
  CHECK(response.status == 200);
  const auto object = parsed(response);
  CHECK(object.at("status") == "ready");
  CHECK(object.at("stopping") == false);
  const auto& checks = object.at("checks").as_object();
  for (const char* name : {"database", "migrations", "sequencer", "clocks", "center", "writer_queue", "certificate", "disk", "canary"}) {
    CAPTURE(name);
    REQUIRE(checks.contains(name));
  }
  CHECK(checks.size() == 11);
  CHECK(checks.at("canary").at("status") == "ok");
  CHECK(checks.at("canary").at("state") == "off");
  CHECK(checks.at("database").at("status") == "ok");
  const auto expected = static_cast<double>(store::Migrations::embedded().all().size());
  CHECK(checks.at("migrations").at("status") == "ok");
  CHECK(checks.at("migrations").at("applied").to_number<double>() == expected);
  CHECK(checks.at("writer_queue").at("waiting").to_number<double>() == 3);
  const auto days = checks.at("certificate").at("days_left").to_number<double>();
  CHECK(days > 390);
  CHECK(days < 398);
  CHECK(checks.at("disk").at("free_bytes").to_number<double>() > 0);
}

TEST_CASE("while nobody of the centre would hear an alarm a warning says what to do about it") {
  auto& owner = StoreScene::shared().owner();
  const auto center = [](http::Language language = http::Language::en) {
    Scene scene;
    const auto response = ask(scene.router, "/readyz", "operator", language);
    CHECK(response.status == 200);
    return parsed(response).at("checks").at("center").as_object();
  };
  // Who may not hear alarms does not count.
  store::issue_token(owner, "nco", core::Role::operator_, "", std::nullopt);
  CHECK(center().at("status") == "warning");
  for (const auto language : {http::Language::ja, http::Language::en})
    CHECK(std::string(center(language).at("message").as_string())
              .find("noroshi token issue --org nco --role center_liaison") != std::string::npos);

  store::issue_token(owner, "nco", core::Role::center_liaison, "", std::nullopt);
  CHECK(center() == boost::json::object{{"status", "ok"}});
  for (const auto& token : store::list_tokens(owner))
    if (token.organization == "nco") store::revoke_token(owner, token.id);
  CHECK(center().at("status") == "warning");
}

TEST_CASE("with no database the daemon is alive and not ready") {
  Scene scene(nowhere());
  CHECK(ask(scene.router, "/livez").status == 200);
  const auto open = ask(scene.router, "/readyz");
  CHECK(open.status == 503);
  CHECK(open.body == R"({"status":"unavailable"})");
  const auto start = std::chrono::steady_clock::now();
  const auto detail = parsed(ask(scene.router, "/readyz", "operator"));
  CHECK(std::chrono::steady_clock::now() - start < 3s);
  const auto& checks = detail.at("checks").as_object();
  CHECK(checks.at("database").at("status") == "failed");
  CHECK(checks.at("database").at("message").as_string().find("cannot be reached") != std::string::npos);
  CHECK_FALSE(checks.contains("migrations"));
  CHECK(checks.at("writer_queue").at("status") == "ok");
}

TEST_CASE("a full queue of the writers is not ready; a half full one is a warning") {
  Scene full(StoreScene::shared().settings(), 100);
  CHECK(ask(full.router, "/readyz").status == 503);
  Scene half(StoreScene::shared().settings(), 50);
  CHECK(ask(half.router, "/readyz").status == 200);
  const auto detail = parsed(ask(half.router, "/readyz", "operator"));
  CHECK(detail.at("checks").at("writer_queue").at("status") == "warning");
}

TEST_CASE("a daemon that ends is not ready") {
  Scene scene;
  CHECK(ask(scene.router, "/readyz").status == 200);
  scene.health.set_stopping();
  CHECK(ask(scene.router, "/readyz").status == 503);
  CHECK(parsed(ask(scene.router, "/readyz", "operator")).at("stopping") == true);
}

TEST_CASE("a certificate that cannot be read or has ended is told") {
  Scene scene;
  std::filesystem::remove(scene.files.certificate);
  CHECK(parsed(ask(scene.router, "/readyz", "operator")).at("checks").at("certificate").at("status") ==
        "warning");
  CHECK_FALSE(certificate_end(scene.files.certificate));
  std::ofstream(scene.files.certificate) << "no certificate";
  CHECK_FALSE(certificate_end(scene.files.certificate));

  store::test::TemporaryFolder folder;
  const auto long_ago = std::chrono::system_clock::now() - std::chrono::hours(24 * 1000);
  const auto ended = http::ensure_own_certificate(folder.path() / "tls", {"localhost"}, long_ago);
  store::ConnectionPool operators(StoreScene::shared().settings(), store::DatabaseRole::operator_, 1);
  Health health(
      HealthSources{operators, StoreScene::shared().law().registry, [] { return std::size_t{0}; }, 1, folder.path(), ended.certificate, ""});
  http::Router router;
  add_health_routes(router, health);
  const auto response = ask(router, "/readyz", "operator");
  CHECK(response.status == 503);
  CHECK(parsed(response).at("checks").at("certificate").at("status") == "failed");
}

TEST_CASE("the version is for everybody, the libraries and the configuration for operators") {
  Scene scene;
  const auto open = parsed(ask(scene.router, "/version"));
  CHECK(open.size() == 2);
  CHECK(open.contains("version"));
  CHECK(open.contains("build_type"));
  const auto detail = parsed(ask(scene.router, "/version", "operator"));
  CHECK(detail.at("configuration_sha256") == "d1ge57");
  const auto& libraries = detail.at("libraries").as_object();
  CHECK(libraries.at("postgresql_server").as_string().starts_with("15"));
  CHECK(libraries.at("libpq").as_string().find('.') != std::string::npos);
  CHECK(libraries.at("openssl").as_string().starts_with("3."));
  CHECK(libraries.at("boost") == "1.81.0");
}

TEST_CASE("however many ask at once, the database is asked once a second") {
  std::atomic<int> taken{0};
  std::atomic<int> answered{0};
  std::promise<void> open;
  auto gate = open.get_future().share();
  {
    CachedReading<int> reading(
        [&] {
          gate.wait();
          return ++taken;
        },
        1h);
    for (int i = 0; i < 1000; ++i) reading.get([&](int) { ++answered; });
    open.set_value();
    CHECK(store::test::eventually([&] { return answered == 1000; }));
  }
  CHECK(taken == 1);
}

TEST_CASE("the operator's role counts, and reads no row of content") {
  store::Connection connection(StoreScene::shared().settings(), store::DatabaseRole::operator_);
  CHECK_NOTHROW(store::count_waiting(connection));
  CHECK_NOTHROW(store::count_open_obligations(connection));
  // What the owner may, the operator may not.
  constexpr store::Statement looks[] = {
      {"test_operator_1", "SELECT id::text FROM incident"},
      {"test_operator_2", "SELECT id::text FROM obligation"},
      {"test_operator_3", "SELECT id::text FROM event"},
      {"test_operator_4", "SELECT document FROM report"},
      {"test_operator_5", "SELECT id::text FROM token"},
      {"test_operator_6", "SELECT note FROM message"},
      {"test_operator_7", "SELECT message_id::text FROM delivery"},
      {"test_operator_8", "SELECT key FROM idempotency"},
      {"test_operator_9", "SELECT open_group('[]'::jsonb)::text"},
  };
  for (const auto& look : looks) {
    const std::string sql = look.sql;
    CAPTURE(sql);
    CHECK_NOTHROW(StoreScene::shared().owner().execute(look));
    CHECK_THROWS_AS(connection.execute(look), store::DatabaseFault);
  }
}

}  // namespace noroshi::app::test
