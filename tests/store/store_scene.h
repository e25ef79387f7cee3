// The whole store at work for a test: a cluster of its own with the schema, the law of the repository, writers.
#pragma once

#include <future>
#include <string>
#include <string_view>

#include "src/app/law.h"
#include "src/core/decision.h"
#include "src/store/content_keys.h"
#include "src/store/writer.h"
#include "tests/store/cluster_fixture.h"

namespace noroshi::store::test {

class StoreScene {
 public:
  // One for all tests of the program; stopped by stop().
  static StoreScene& shared();
  static void stop();

  const core::Law& law() const { return law_; }
  WriterPool& writers() { return *writers_; }
  const ConnectionSettings& settings() const { return settings_; }
  PrivateCluster& cluster() { return *cluster_; }
  std::filesystem::path content_folder() const { return folder_.path() / "content"; }

  // The superuser: sees everything, for looking at what was stored.
  Connection& owner() { return *owner_; }
  std::int64_t count(const std::string& table_and_condition);
  std::string text(const std::string& query);

  // Hands a command to the writers and waits for what comes of it.
  Result perform(Command command);

 private:
  StoreScene();

  TemporaryFolder folder_;
  app::LawFiles files_;
  core::Law law_;
  std::unique_ptr<PrivateCluster> cluster_;
  ConnectionSettings settings_;
  std::unique_ptr<Connection> owner_;
  std::unique_ptr<WriterPool> writers_;
};

// What a daemon does at its start: from then on the database takes what people wrote sealed alone. `keys` are those of a scene.
void seal_at_rest(Connection& owner, ContentKeys& keys);

// A database of its own in the scene's cluster, gone with the object: for stories that move the clock or upgrade a schema.
class OwnDatabase {
 public:
  // Empty, or with the schema already (copied, which is faster than to migrate).
  enum class Contents { nothing, schema };
  explicit OwnDatabase(Contents contents = Contents::nothing);
  ~OwnDatabase();
  OwnDatabase(const OwnDatabase&) = delete;
  OwnDatabase& operator=(const OwnDatabase&) = delete;
  const ConnectionSettings& settings() const { return settings_; }

 private:
  std::string name_;
  ConnectionSettings settings_;
};

// A store at work on a database of its own, whose clock shows the first of August 2018, 09:20, and goes on from there.
class OwnStore {
 public:
  OwnStore();

  Connection& owner() { return owner_; }
  const ConnectionSettings& settings() const { return database_.settings(); }
  core::Law& law() { return law_; }

  void travel_to(const std::string& time);
  std::string text(const std::string& query);
  std::int64_t count(const std::string& table_and_condition);
  Result perform(Command command);

 private:
  OwnDatabase database_{OwnDatabase::Contents::schema};
  core::Law law_;
  Connection owner_;
  WriterPool writers_;
};

// Hands a command to those writers and waits for what comes of it.
Result perform(WriterPool& writers, Command command);

// The answer of a superuser's connection to any question a test has, as one text.
std::string text_of(Connection& owner, const std::string& query);

core::Actor csirt_head(const std::string& organization);
core::Actor csirt_member(const std::string& organization);

// A report's JSON: recognised an hour ago unless `members` says otherwise (more members, each after a comma).
std::string report_json(const std::string& reference, const std::string& stage, const std::string& members = "");
// POST /reports by that actor; with a key where one is given.
Command submit(const core::Actor& actor, const std::string& body, const std::string& key = "");

// The answer, or a failed test.
const Answered& accepted(const Result& result);
// The code of the refusal, or what else it was.
std::string refusal_code(const Result& result);

// A value in an answer by a path such as "incident.id" or "obligations.0.id"; empty where there is none.
std::string in_answer(const Answered& answered, std::string_view path);

}  // namespace noroshi::store::test
