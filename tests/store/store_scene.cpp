#include "tests/store/store_scene.h"

#include <list>

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "src/app/content_key_files.h"
#include "src/store/content_epochs.h"
#include "src/store/migrations.h"

namespace noroshi::store::test {
namespace {

std::unique_ptr<StoreScene>& place() {
  static std::unique_ptr<StoreScene> scene;
  return scene;
}

Timestamp now() { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); }

// Not in a transaction. A statement's texts live as long as the program.
void execute_alone(Connection& owner, const std::string& sql) {
  static std::list<std::string> texts;
  const char* text = texts.emplace_back(sql).c_str();
  owner.execute({text, text});
}

core::Actor actor(const std::string& organization, core::Role role, std::uint8_t mark) {
  core::TokenId token;
  token.value.bytes[0] = mark;
  for (std::size_t i = 0; i < organization.size() && i < 14; ++i)
    token.value.bytes[1 + i] = static_cast<std::uint8_t>(organization[i]);
  return {token, organization, role, fmt::format("{} {}", organization, core::to_string(role))};
}

}  // namespace

StoreScene& StoreScene::shared() {
  if (!place()) place().reset(new StoreScene);
  return *place();
}
void StoreScene::stop() { place().reset(); }

StoreScene::StoreScene() : files_(app::load_law({}, {}).value()), law_{files_.editions, files_.registry} {
  cluster_ = std::make_unique<PrivateCluster>(PrivateClusterSettings{.data = folder_.path() / "data"});
  settings_ = cluster_->connection_settings();
  owner_ = std::make_unique<Connection>(settings_, DatabaseRole::owner);
  Migrations::embedded().apply(*owner_);
  app::make_content_key(content_folder(), "test");
  settings_.content_keys = app::find_content_keys(content_folder());
  seal_at_rest(*owner_, *settings_.content_keys);
  owner_ = std::make_unique<Connection>(settings_, DatabaseRole::owner);
  writers_ = std::make_unique<WriterPool>(settings_, law_);
}

std::int64_t StoreScene::count(const std::string& table_and_condition) {
  return std::stoll(text("SELECT count(*) FROM " + table_and_condition));
}

std::string StoreScene::text(const std::string& query) { return text_of(*owner_, query); }

Result StoreScene::perform(Command command) { return test::perform(*writers_, std::move(command)); }

OwnDatabase::OwnDatabase(Contents contents) : settings_(StoreScene::shared().settings()) {
  static int number = 0;
  static bool template_is_there = false;
  auto& owner = StoreScene::shared().owner();
  if (contents == Contents::schema && !template_is_there) {
    execute_alone(owner, "CREATE DATABASE with_schema");
    auto settings = settings_;
    settings.address += " dbname='with_schema'";
    Connection migrating(settings, DatabaseRole::owner);
    Migrations::embedded().apply(migrating);
    seal_at_rest(migrating, *settings_.content_keys);
    template_is_there = true;
  }
  name_ = "own_" + std::to_string(++number);
  execute_alone(owner, "CREATE DATABASE " + name_ + (contents == Contents::schema ? " TEMPLATE with_schema" : ""));
  settings_.address += " dbname='" + name_ + "'";
}
OwnDatabase::~OwnDatabase() { execute_alone(StoreScene::shared().owner(), "DROP DATABASE " + name_ + " WITH (FORCE)"); }

OwnStore::OwnStore()
    : law_(StoreScene::shared().law()),
      owner_(database_.settings(), DatabaseRole::owner),
      writers_(database_.settings(), law_) {
  travel_to("2018-08-01T09:20:00+09:00");
}

void OwnStore::travel_to(const std::string& time) {
  constexpr Statement show{"test_show_clock", "SELECT show_clock($1::timestamptz, 1)"};
  owner_.execute(show, {time});
}

std::string OwnStore::text(const std::string& query) { return text_of(owner_, query); }

std::int64_t OwnStore::count(const std::string& table_and_condition) {
  return std::stoll(text("SELECT count(*) FROM " + table_and_condition));
}

Result OwnStore::perform(Command command) { return test::perform(writers_, std::move(command)); }

void seal_at_rest(Connection& owner, ContentKeys& keys) {
  register_content_epoch(owner, "test", keys.fingerprint("test").value());
  use_content_epoch(owner, "test");
  keys.use("test");
  seal_what_is_stored(owner, keys);
}

Result perform(WriterPool& writers, Command command) {
  std::promise<Result> promise;
  auto result = promise.get_future();
  writers.submit(std::move(command), [&promise](Result done) { promise.set_value(std::move(done)); });
  return result.get();
}

std::string text_of(Connection& owner, const std::string& query) {
  constexpr Statement there{"test_text_there", "SELECT to_regprocedure('pg_temp.test_text(text)') IS NOT NULL"};
  if (!owner.execute(there).one().get<bool>(0))
    run(owner, "CREATE FUNCTION pg_temp.test_text(query text) RETURNS text LANGUAGE plpgsql AS "
               "$$ DECLARE answer text; BEGIN EXECUTE query INTO answer; RETURN answer; END $$");
  constexpr Statement look{"test_text", "SELECT pg_temp.test_text($1)"};
  return owner.execute(look, {"SELECT (" + query + ")::text"}).one().get<std::optional<std::string>>(0).value_or("");
}

core::Actor csirt_head(const std::string& organization) { return actor(organization, core::Role::csirt_head, 1); }
core::Actor csirt_member(const std::string& organization) { return actor(organization, core::Role::csirt_member, 2); }

std::string report_json(const std::string& reference, const std::string& stage, const std::string& members) {
  const bool first = stage == "first";
  const bool timed = members.find("\"times\"") != std::string::npos;
  std::string json = fmt::format(R"({{"reference":"{}","stage":"{}")", reference, stage);
  if (first) json += R"(,"title":"不審な通信")";
  if (first && !timed)
    json += fmt::format(R"(,"times":{{"recognized":{{"value":"{}"}}}})", format_rfc3339(now() - std::chrono::hours(1)));
  return json + members + "}";
}

Command submit(const core::Actor& actor, const std::string& body, const std::string& key) {
  auto submission = codec::decode_submission(body);
  REQUIRE(submission);
  Command command;
  command.actor = actor;
  command.idempotency_key = key;
  command.request_sha256 = request_digest("/api/v1/reports", body);
  command.action = SubmitReport{std::move(*submission), body};
  return command;
}

const Answered& accepted(const Result& result) {
  INFO("refused: " << refusal_code(result));
  REQUIRE(std::holds_alternative<Answered>(result));
  return std::get<Answered>(result);
}

std::string refusal_code(const Result& result) {
  if (const auto* refusal = std::get_if<core::Refusal>(&result)) return std::string(core::to_string(refusal->code));
  if (std::holds_alternative<Answered>(result)) return "answered";
  if (std::holds_alternative<NotAvailable>(result)) return "not available";
  if (std::holds_alternative<Unknown>(result)) return "unknown";
  return "failed";
}

std::string in_answer(const Answered& answered, std::string_view path) {
  auto value = boost::json::parse(answered.body);
  while (!path.empty()) {
    const auto dot = path.find('.');
    const auto name = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    if (value.is_array()) {
      const auto index = std::stoul(std::string(name));
      if (index >= value.as_array().size()) return "";
      value = boost::json::value(value.as_array()[index]);
    } else if (value.is_object() && value.as_object().contains(name)) {
      value = boost::json::value(value.as_object().at(name));
    } else {
      return "";
    }
  }
  return value.is_string() ? std::string(value.as_string()) : boost::json::serialize(value);
}

}  // namespace noroshi::store::test
