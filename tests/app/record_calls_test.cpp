// The calls of the record where the scenarios cannot look: before the first checkpoint, and how an export streams.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <future>
#include <set>

#include "src/http/api_read.h"
#include "src/http/record_export.h"
#include "src/store/sequencer.h"
#include "tests/app/api_request.h"
#include "tests/store/store_scene.h"

namespace noroshi::app::test {
namespace {

namespace json = boost::json;
using store::test::StoreScene;
using Piece = http::BodySource::Piece;

struct Scene {
  Scene() { http::add_read_routes(router, context); }

  http::Response get(const std::string& target, const std::string& role = "auditor") {
    const auto caller = who("jps", role);
    return ask(router, "/api/v1" + target, &caller);
  }
  static http::Caller who(const std::string& organization, const std::string& role) {
    return {.organization = organization,
            .role = role,
            .token_id = "01649a4e-2f00-7000-8000-0000000000ff",
            .tenant = organization};
  }
  std::shared_ptr<http::RecordExport> export_of(const std::string& organization, http::ExportForm form) {
    auto lease = readers.acquire(std::chrono::seconds(5));
    const std::int64_t until = store::numbered_events(*lease);
    return std::make_shared<http::RecordExport>(context, who(organization, "auditor"), codec::Language::en, form,
                                                store::RecordFilter{}, 0, until);
  }

  store::ConnectionPool readers{StoreScene::shared().settings(), store::DatabaseRole::reader, 1};
  http::WorkerPool workers{1, 8};
  http::ReadContext context{readers, workers, StoreScene::shared().law()};
  http::Router router;
};

void report(const std::string& reference) {
  using namespace store::test;
  const auto body = report_json(reference, "first", R"(,"assessment":"incident","cyberattack":"yes")");
  accepted(StoreScene::shared().perform(submit(csirt_member("jps"), body, reference)));
}

void number_events() {
  // One holder: another would wait for the lease of the one before.
  static const core::Uuid holder = store::Sequencer::make_holder();
  store::Connection connection(StoreScene::shared().settings(), store::DatabaseRole::sequencer);
  store::Sequencer sequencer(connection, holder, std::chrono::milliseconds(1));
  while (sequencer.run_once().value_or(0) > 0) {
  }
}

std::string code_of(const http::Response& response) {
  return std::string(json::parse(response.body).at("code").as_string());
}

bool says_when_to_come_again(const http::Response& response) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [](const http::Header& header) { return header.name == "Retry-After"; });
}

// The next piece; nothing where the body was cut.
std::optional<Piece> pull(http::BodySource& source) {
  std::promise<std::optional<Piece>> told;
  source.next([&](std::optional<Piece> piece) { told.set_value(std::move(piece)); });
  return told.get_future().get();
}

}  // namespace

TEST_CASE("before the first checkpoint there is none, and what is numbered is not sealed yet") {
  Scene scene;
  report("record-unsealed");
  number_events();
  const auto none = scene.get("/record/checkpoint");
  CHECK(none.status == 404);
  CHECK(code_of(none) == "no_checkpoint_yet");
  CHECK(says_when_to_come_again(none));
  const auto unsealed = scene.get("/record/proofs/0");
  CHECK(unsealed.status == 404);
  CHECK(code_of(unsealed) == "not_sealed_yet");
  CHECK(says_when_to_come_again(unsealed));
  const auto unknown = scene.get("/record/proofs/1000000000");
  CHECK(code_of(unknown) == "not_found");
  CHECK_FALSE(says_when_to_come_again(unknown));
  CHECK(code_of(scene.get("/record/consistency?from=0")) == "invalid");
  const auto inbox = json::parse(scene.get("/inbox", "csirt_member").body).as_object();
  CHECK(inbox.at("checkpoint").is_null());
}

TEST_CASE("a report that nobody signs a receipt for is answered with what there is") {
  using namespace store::test;
  const auto body = report_json("record-unsigned", "first", R"(,"assessment":"incident")");
  const auto result = StoreScene::shared().perform(submit(csirt_member("jps"), body, "record-unsigned"));
  CHECK(!in_answer(accepted(result), "receipt.event_id").empty());
  CHECK(accepted(result).body.find("signature") == std::string::npos);
}

TEST_CASE("a receipt is signed once for a report, over the leaf that is stored") {
  using namespace store::test;
  std::vector<std::string> signed_texts;
  store::WriterOptions options{.writers = 1};
  options.receipts = record::RecordSigner{[] { return std::string("noroshi/test/1"); },
                                          [&](std::string_view text) {
                                            signed_texts.emplace_back(text);
                                            return std::optional(record::KeySignature{"0123456789abcdef", std::string(64, 's')});
                                          }};
  store::WriterPool writers(StoreScene::shared().settings(), StoreScene::shared().law(), options);
  const auto body = report_json("record-signed", "first", R"(,"assessment":"incident")");
  const auto first = perform(writers, submit(csirt_member("jps"), body, "record-signed"));
  const auto again = perform(writers, submit(csirt_member("jps"), body, "record-signed"));
  CHECK(accepted(first).body == accepted(again).body);
  REQUIRE(signed_texts.size() == 1);
  const auto event = in_answer(accepted(first), "receipt.event_id");
  CHECK(signed_texts[0].find("\nnoroshi/test/1\n" + event + "\n") != std::string::npos);
  CHECK(in_answer(accepted(first), "receipt.leaf_sha256") ==
        StoreScene::shared().text("SELECT encode(sha256('\\x00'::bytea || leaf), 'hex') FROM event WHERE id = '" +
                                  event + "'"));
  CHECK(in_answer(accepted(first), "receipt.key") == "0123456789abcdef");
}

TEST_CASE("a report is taken where no key may sign its receipt") {
  using namespace store::test;
  store::WriterOptions options{.writers = 1};
  options.receipts = record::RecordSigner{[] { return std::string("noroshi/test/1"); },
                                          [](std::string_view) { return std::optional<record::KeySignature>(); }};
  store::WriterPool writers(StoreScene::shared().settings(), StoreScene::shared().law(), options);
  const auto body = report_json("record-no-key", "first", R"(,"assessment":"incident")");
  const auto taken = perform(writers, submit(csirt_member("jps"), body, "record-no-key"));
  CHECK_FALSE(in_answer(accepted(taken), "receipt.event_id").empty());
  CHECK(accepted(taken).body.find("\"signature\"") == std::string::npos);
}

TEST_CASE("a signer that fails leaves nothing behind") {
  using namespace store::test;
  store::WriterOptions options{.writers = 1};
  options.receipts =
      record::RecordSigner{[] { return std::string("noroshi/test/1"); },
                           [](std::string_view) -> std::optional<record::KeySignature> { throw std::runtime_error("no memory"); }};
  store::WriterPool writers(StoreScene::shared().settings(), StoreScene::shared().law(), options);
  const auto body = report_json("record-unsignable", "first", R"(,"assessment":"incident")");
  const auto result = perform(writers, submit(csirt_member("jps"), body, "record-unsignable"));
  CHECK(std::holds_alternative<store::Failed>(result));
  CHECK(StoreScene::shared().count("incident WHERE reference = 'record-unsignable'") == 0);
}

TEST_CASE("an export comes in pieces of bounded length and holds every event once") {
  Scene scene;
  for (int i = 0; i < 60; ++i) report("record-exported-" + std::to_string(i));
  number_events();
  for (const auto form : {http::ExportForm::json_lines, http::ExportForm::csv}) {
    const auto source = scene.export_of("jps", form);
    std::set<std::int64_t> numbers;
    std::size_t lines = 0, pieces = 0;
    for (auto piece = pull(*source); piece && *piece; piece = pull(*source)) {
      ++pieces;
      CHECK(!(*piece)->empty());
      CHECK((*piece)->size() < 2'000'000);
      CHECK((*piece)->back() == '\n');  // no line is torn
      for (std::size_t at = 0; at < (*piece)->size(); ++lines) {
        const auto end = (*piece)->find('\n', at);
        if (form == http::ExportForm::json_lines)
          CHECK(numbers.insert(json::parse((*piece)->substr(at, end - at)).at("sequence").as_int64()).second);
        at = end + 1;
      }
    }
    CHECK(pieces > 1);
    const auto expected = static_cast<std::size_t>(StoreScene::shared().count(
        "event e WHERE sequence IS NOT NULL AND EXISTS (SELECT FROM incident_access a WHERE a.incident_id = "
        "e.incident_id "
        "AND a.organization = 'jps' AND a.scope = 'content' AND (e.parties IS NULL OR e.parties && a.stands_for))"));
    CHECK(lines == expected + (form == http::ExportForm::csv ? 1 : 0));
    if (form == http::ExportForm::json_lines) CHECK(numbers.size() == expected);
  }
}

TEST_CASE("an export of nothing is a header in CSV, and nothing in JSON Lines") {
  Scene scene;
  const auto csv = scene.export_of("kahaku", http::ExportForm::csv);
  const auto header = pull(*csv);
  REQUIRE(header);
  REQUIRE(*header);
  CHECK((*header)->starts_with("\xEF\xBB\xBF\"sequence\""));
  CHECK(std::count((*header)->begin(), (*header)->end(), '\n') == 1);
  const auto end = pull(*csv);
  REQUIRE(end);
  CHECK_FALSE(*end);
  const auto lines = pull(*scene.export_of("kahaku", http::ExportForm::json_lines));
  REQUIRE(lines);
  CHECK_FALSE(*lines);
}

TEST_CASE("an export that has to end is cut, so that nobody takes it for whole") {
  Scene scene;
  report("record-cut");
  number_events();
  const auto source = scene.export_of("jps", http::ExportForm::json_lines);
  REQUIRE(pull(*source));
  source->end(http::BodyEnd::stopping);
  CHECK_FALSE(pull(*source));
}

}  // namespace noroshi::app::test
