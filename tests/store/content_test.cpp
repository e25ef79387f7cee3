// What people wrote of a case, at rest: nobody reads it in the database without the keys, keys change under load, and what does not
// belong together does not open.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <thread>

#include "src/app/content_key_files.h"
#include "src/store/content_epochs.h"
#include "src/store/known.h"
#include "src/store/migrations.h"
#include "src/store/views.h"
#include "tests/store/store_scene.h"

namespace noroshi::store::test {
namespace {

core::IncidentId incident_in(const Answered& answered) {
  return core::IncidentId{*core::parse_uuid(in_answer(answered, "incident.id"))};
}

// Keys of its own in a folder of its own.
class Keys {
 public:
  Keys() { add("2018-08-01"); }
  void add(const std::string& epoch) { app::make_content_key(folder_.path(), epoch); }
  void lose(const std::string& epoch) { std::filesystem::remove(folder_.path() / (epoch + ".key")); }
  std::shared_ptr<ContentKeys> open() const { return app::find_content_keys(folder_.path()); }
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

std::string first(const std::string& reference, const std::string& title) {
  return fmt::format(
      R"({{"reference":"{}","stage":"first","title":"{}","assessment":"incident","times":{{"recognized":{{"value":"2018-08-01T09:00:00+09:00"}}}}}})",
      reference, title);
}

std::string title_of(const ConnectionSettings& settings, core::IncidentId incident) {
  Connection connection(settings, DatabaseRole::owner);
  Transaction transaction(connection);
  return load_incidents(transaction, std::vector{incident}).at(incident).title;
}

TEST_CASE("a value opens under its case's key and in its column alone") {
  core::IncidentId one, two;
  one.value.bytes[0] = 1;
  two.value.bytes[0] = 2;
  Keys files;
  const auto keys = files.open();
  REQUIRE(keys->use("2018-08-01"));
  const auto of_one = keys->make(one, "jps"), of_two = keys->make(two, "jps");

  for (const std::string text : {"不審な通信", "text", "\1 begins as a sealed one does"}) {
    const auto sealed = of_one.key->seal_text(ContentField::message_note, text);
    CHECK(is_sealed_text(sealed));
    CHECK(sealed.find(text) == std::string::npos);
    CHECK(case_of_sealed_text(sealed) == one);
    CHECK(of_one.key->open_text(sealed) == text);
    // The same text alike, but in another column or case; the same bytes never.
    CHECK(of_one.key->seal_text(ContentField::message_note, text) == sealed);
    CHECK(of_one.key->seal_text(ContentField::message_note, text + " ").substr(24, 12) != sealed.substr(24, 12));
    CHECK(of_one.key->seal_text(ContentField::waiver_reason, text).substr(24, 12) != sealed.substr(24, 12));
    CHECK(of_two.key->seal_text(ContentField::message_note, text).substr(24, 12) != sealed.substr(24, 12));
    CHECK(of_one.key->seal_bytes(ContentField::report_bytes, text) != of_one.key->seal_bytes(ContentField::report_bytes, text));
    CHECK_FALSE(of_two.key->open_text(sealed));
    for (std::size_t at = 1; at < sealed.size(); ++at) {
      auto altered = sealed;
      altered[at] = altered[at] == 'A' ? 'B' : 'A';
      CHECK_FALSE(of_one.key->open_text(altered));
    }
    CHECK_FALSE(of_one.key->open_text(sealed.substr(0, sealed.size() - 4)));
  }
  CHECK(of_one.key->seal_text(ContentField::message_note, "").empty());

  const std::string bytes("\xf5noroshi\0\xff", 10);
  auto sealed = of_one.key->seal_bytes(ContentField::report_bytes, bytes);
  CHECK(sealed.size() == bytes.size() + sealed_overhead);
  CHECK(of_one.key->open_bytes(sealed) == bytes);
  CHECK_FALSE(of_two.key->open_bytes(sealed));
  sealed[8] = static_cast<char>(ContentField::report_document);  // says of another column
  CHECK_FALSE(of_one.key->open_bytes(sealed));
  for (const char* broken : {"", "\1", "\1AAAA", "plain"}) CHECK_FALSE(of_one.key->open_text(broken));
}

TEST_CASE("a case's key opens for its body, case and epoch alone, and not without the epoch's file") {
  core::IncidentId one, two;
  one.value.bytes[0] = 1;
  two.value.bytes[0] = 2;
  Keys files;
  auto keys = files.open();
  keys->use("2018-08-01");
  const auto made = keys->make(one, "jps");
  CHECK(made.wrapped.wrapped.size() == 60);
  CHECK(keys->unwrap(one, made.wrapped)->open_text(made.key->seal_text(ContentField::message_note, "語")) == "語");

  const auto opens = [&](core::IncidentId incident, const WrappedKey& wrapped) {
    try {
      return files.open()->unwrap(incident, wrapped) != nullptr;
    } catch (const ContentUnreadable&) {
      return false;
    }
  };
  CHECK(opens(one, made.wrapped));
  CHECK_FALSE(opens(two, made.wrapped));
  CHECK_FALSE(opens(one, {"nict", made.wrapped.epoch, made.wrapped.wrapped}));
  files.add("2019-04-01");
  CHECK_FALSE(opens(one, {"jps", "2019-04-01", made.wrapped.wrapped}));
  CHECK_FALSE(keys->use("2020-04-01"));
  CHECK(keys->epoch_in_use() == "2018-08-01");

  // To the next epoch, under which the same key opens the same values.
  REQUIRE(keys->use("2019-04-01"));
  const auto rewrapped = keys->rewrap(one, made.wrapped);
  CHECK(rewrapped.epoch == "2019-04-01");
  files.lose("2018-08-01");
  CHECK_FALSE(opens(one, made.wrapped));
  CHECK(files.open()->unwrap(one, rewrapped)->open_text(made.key->seal_text(ContentField::message_note, "語")) == "語");
}

TEST_CASE("key files: what is no key, or may be read by others, is refused with what to do") {
  Keys files;
  CHECK(std::filesystem::status(files.folder() / "2018-08-01.key").permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  CHECK_THROWS_AS(files.add("2018-08-01"), app::KeyFileFault);
  std::filesystem::permissions(files.folder() / "2018-08-01.key", std::filesystem::perms::group_read,
                               std::filesystem::perm_options::add);
  CHECK_THROWS_AS(files.open(), app::KeyFileFault);
  files.lose("2018-08-01");
  for (const std::string& text : {std::string(), std::string("00"), std::string(63, '0'), std::string(64, 'g'), std::string(65, '0')}) {
    const auto path = files.folder() / "x.key";
    std::ofstream(path) << text;
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
    CHECK_THROWS_AS(app::read_content_keys(files.folder()), app::KeyFileFault);
    std::filesystem::remove(path);
  }
  CHECK(app::read_content_keys(files.folder()).empty());
}

TEST_CASE("without keys nothing of a case can be written or read, and all else can") {
  OwnStore store;
  const auto incident = incident_in(accepted(store.perform(submit(csirt_head("jps"), first("K-1", "件名 KANARIA"), "k-1"))));
  CHECK(title_of(store.settings(), incident) == "件名 KANARIA");

  auto keyless = store.settings();
  keyless.content_keys = nullptr;
  CHECK_THROWS_AS(title_of(keyless, incident), ContentUnreadable);
  Connection connection(keyless, DatabaseRole::owner);
  CHECK(text_of(connection, "SELECT number FROM incident") == "JPS-2018-1");
  WriterPool writers(keyless, store.law());
  const auto refused = perform(writers, submit(csirt_head("jps"), first("K-2", "平文"), "k-2"));
  CHECK(std::holds_alternative<Failed>(refused));
  CHECK(store.count("incident") == 1);
  CHECK_THROWS_AS(run(store.owner(), "UPDATE incident SET title = '平文'"), ConstraintViolation);
}

TEST_CASE("a value that was moved opens nowhere: not in another case, not for a body that may not see its own") {
  OwnStore store;
  const auto report = [&](const char* body, const char* reference, const char* title) {
    return incident_in(accepted(store.perform(submit(csirt_head(body), first(reference, title), reference))));
  };
  const auto of_jps = report("jps", "M-1", "年金の件"), of_nict = report("nict", "M-2", "通信の件");
  run(store.owner(), fmt::format("UPDATE incident SET title = (SELECT title FROM incident WHERE id = '{}') WHERE id = '{}'",
                                 to_string(of_jps), to_string(of_nict)));
  Connection connection(store.settings(), DatabaseRole::reader);
  TenantTransaction transaction(connection, "nict", "somebody");
  CHECK_THROWS_AS(list_incidents(transaction, {}, {.limit = largest_page}, read_clock(transaction)), ContentUnreadable);
}

TEST_CASE("keys change while reports come in, and a key that was dropped is needed by nothing") {
  OwnStore store;
  std::vector<core::IncidentId> incidents;
  const auto report = [&](const std::string& reference) {
    incidents.push_back(incident_in(accepted(store.perform(
        submit(csirt_head("jps"), first(reference, "件 " + reference), reference)))));
  };
  for (int n = 0; n < 20; ++n) report(fmt::format("R-{}", n));

  auto& keys = *store.settings().content_keys;
  const auto folder = StoreScene::shared().content_folder();
  if (!std::filesystem::exists(folder / "test-2.key")) app::make_content_key(folder, "test-2");
  REQUIRE(register_content_epoch(store.owner(), "test-2", keys.fingerprint("test-2").value()));
  CHECK_FALSE(register_content_epoch(store.owner(), "test-2", keys.fingerprint("test-2").value()));
  CHECK(content_epoch_in_use(store.owner()) == "test");
  CHECK_FALSE(drop_content_epoch(store.owner(), "test"));
  REQUIRE(use_content_epoch(store.owner(), "test-2"));
  REQUIRE(keys.use("test-2"));
  CHECK_FALSE(drop_content_epoch(store.owner(), "test"));

  std::jthread reporting([&] {
    for (int n = 20; n < 60; ++n) report(fmt::format("R-{}", n));
  });
  Rewrapped last{1, 1};
  while (last.done > 0 || last.left > 0) last = rewrap_some(store.owner(), keys);
  reporting.join();
  CHECK(store.count("content_key WHERE epoch = 'test-2'") == 60);
  CHECK(store.text("SELECT string_agg(name || ' ' || (SELECT count(*) FROM content_key WHERE epoch = name), ', ' ORDER BY name) "
                   "FROM content_epoch") == "test 0, test-2 60");
  CHECK(drop_content_epoch(store.owner(), "test"));
  CHECK_FALSE(use_content_epoch(store.owner(), "test"));

  // A daemon that did not look since takes the new one up when it is refused: no report is lost by it.
  auto behind = store.settings();
  behind.content_keys = app::find_content_keys(folder);
  REQUIRE(behind.content_keys->use("test"));
  {
    WriterPool late(behind, store.law());
    incidents.push_back(incident_in(accepted(perform(late, submit(csirt_head("jps"), first("R-60", "件 R-60"), "R-60")))));
  }
  CHECK(behind.content_keys->epoch_in_use() == "test-2");
  CHECK(store.count("content_key WHERE epoch = 'test'") == 0);

  // With the new key alone.
  Keys others;
  others.lose("2018-08-01");
  std::filesystem::copy(folder / "test-2.key", others.folder());
  auto settings = store.settings();
  settings.content_keys = others.open();
  for (std::size_t n = 0; n < incidents.size(); ++n) CHECK(title_of(settings, incidents[n]) == fmt::format("件 R-{}", n));
  keys.use("test");  // of the scene's other databases
}

TEST_CASE("a key's row is never lost or given to another case") {
  OwnStore store;
  accepted(store.perform(submit(csirt_head("jps"), first("L-1", "件"), "l-1")));
  for (const char* sql : {"DELETE FROM content_key", "UPDATE content_key SET organization = 'nict'"})
    CHECK_THROWS_AS(run(store.owner(), sql), ConstraintViolation);
  Connection writer(store.settings(), DatabaseRole::writer);
  CHECK_THROWS_AS(run(writer, "UPDATE content_key SET epoch = epoch"), DatabaseFault);
  Connection reader(store.settings(), DatabaseRole::reader);
  for (const auto& [body, keys] : {std::pair{"jps", 1}, {"mhlw", 1}, {"meti", 0}}) {
    TenantTransaction transaction(reader, body, "somebody");
    constexpr Statement count{"test_count_keys", "SELECT count(*) FROM content_key"};
    CHECK(transaction.execute(count).one().get<std::int64_t>(0) == keys);
  }
}

}  // namespace
}  // namespace noroshi::store::test
