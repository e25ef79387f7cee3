// schemas/events/examples/record: a tree of three of the examples, its checkpoint, a receipt and the two kinds of
// export file, made of keys that anybody can make again. check_examples.py and rfc6962.py read them without this code.
#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "src/record/encodings.h"
#include "src/record/history.h"
#include "src/record/merkle.h"
#include "src/record/receipt.h"
#include "src/record/subject_public_key.h"
#include "src/record/verification.h"
#include "tests/record/sample_events.h"
#include "tests/record/test_key.h"

using namespace noroshi;
using namespace noroshi::record;
using namespace noroshi::record::testing;

namespace json = boost::json;

namespace {

const std::string folder = NOROSHI_SOURCE_DIR "/schemas/events/examples/record/";
const std::string origin = "noroshi/0164f3a0-bd00-7000-8000-000000000060/1";
const std::string report = R"({"title":"不審な通信の検知（続報）"})";

struct Example {
  TestKey key{origin, "noroshi example key"};
  TestKey witness{"witness.example/w1", "noroshi example witness", KeyKind::cosignature};
  std::vector<core::Event> events;
  std::vector<EncodedEvent> encoded;
  std::vector<Digest> hashes;

  Example() {
    const auto all = sample_events();
    for (const std::size_t type : {1, 2, 8}) {  // incident.opened, report.received, obligation.fulfilled
      events.push_back(all[type - 1]);
      CountedSalts salts;
      encoded.push_back(encode(events.back(), salts));
      hashes.push_back(leaf_hash(encoded.back().leaf));
    }
  }

  NodeReader nodes() const {
    return [this](unsigned level, std::uint64_t index) {
      CompactRange range;
      for (auto i = index << level; i < (index + 1) << level; ++i) range.append(hashes.at(i));
      return range.root();
    };
  }
  std::string checkpoint() const {
    const auto text = checkpoint_text({origin, 3, root_of(3, nodes())});
    return to_string(
        Note{text, {sign_note(text, key.key, key.sign), cosign_note(text, witness.key, 1'533'086'460, witness.sign)}});
  }
  // Beside a checkpoint of four events: what had been kept is the one above, with its cosignature.
  std::string history() const {
    const auto kept = parse_note(checkpoint());
    const Timestamp at = parse_rfc3339("2018-08-01T10:20:35+09:00").value();
    History history{origin, 4, at + std::chrono::seconds(60), {}, {}};
    history.checkpoints.add(checkpoint_entry(origin, 3, at, to_string(Note{kept->text, {kept->signatures[0]}})));
    history.cosignatures.add(
        cosignature_entry(origin, 3, at + std::chrono::milliseconds(30'500), to_string(kept->signatures[1])));
    const auto text = history_text(history);
    return to_string(Note{text, {sign_note(text, key.key, key.sign)}});
  }
  Receipt receipt() const { return {origin, events[1].id, hashes[1], sha256({report}), events[1].at}; }
  std::string receipt_json() const {
    const auto promised = receipt();
    const json::object object{{"received_at", format_rfc3339(promised.received_at)},
                              {"sha256", to_hex(bytes_of(promised.report_sha256))},
                              {"event_id", to_string(promised.event)},
                              {"origin", promised.origin},
                              {"leaf_sha256", to_hex(bytes_of(promised.leaf_hash))},
                              {"key", key_id(key.key.key)},
                              {"signature", to_base64(key.sign(receipt_text(promised)))}};
    return json::serialize(object) + "\n";
  }

  std::string header(std::string_view proofs, json::value range) const {
    const json::object line{{"line", "header"},
                            {"format", "noroshi-record/1"},
                            {"made_at", "2018-08-01T10:21:30+09:00"},
                            {"proofs", proofs},
                            {"range", std::move(range)},
                            {"origins", {{{"name", origin}, {"first_sequence", 0}}}},
                            {"keys", {to_string(key.key), to_string(witness.key)}},
                            {"checkpoints", {checkpoint()}}};
    return json::serialize(line) + "\n";
  }
  std::string event(std::size_t index, bool with_proof) const {
    json::object openings;
    for (const auto& [field, salt, value] : encoded[index].openings)
      openings[field] = {{"salt", to_base64(bytes_of(salt))}, {"value", to_base64(value)}};
    json::object line{{"line", "event"},
                      {"sequence", index},
                      {"leaf", to_base64(encoded[index].leaf)},
                      {"leaf_sha256", to_hex(bytes_of(hashes[index]))},
                      {"openings", openings}};
    if (std::holds_alternative<core::ReportReceived>(events[index].what)) line["report"] = to_base64(report);
    if (with_proof) {
      auto& proof = (line["proof"] = json::array()).as_array();
      for (const auto& hash : inclusion_proof(index, 3, nodes()))
        proof.push_back(json::string(to_base64(bytes_of(hash))));
    }
    return json::serialize(line) + "\n";
  }
  std::string end(int events_before) const {
    return json::serialize(json::object{{"line", "end"}, {"events", events_before}}) + "\n";
  }
  std::string whole() const {
    return header("whole", json::object()) + event(0, false) + event(1, false) + event(2, false) + end(3);
  }
  std::string each() const {
    return header("each", {{"incident", "0164f3a0-bd00-7000-8000-000000000002"}}) + event(1, true) + event(2, true) +
           end(2);
  }

  std::vector<std::pair<std::string, std::string>> files() const {
    return {{"checkpoint.txt", checkpoint()},
            {"history.txt", history()},
            {"keys.txt", to_string(key.key) + "\n" + to_string(witness.key) + "\n"},
            {"receipt.json", receipt_json()},
            {"whole.jsonl", whole()},
            {"each.jsonl", each()}};
  }
};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE_MESSAGE(file, path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("the examples of a record are what the program makes") {
  for (const auto& [name, content] : Example().files()) {
    CAPTURE(name);
    CHECK(read_file(folder + name) == content);
  }
}

TEST_CASE("the example of a record verifies") {
  const Example example;
  RecordVerification verification(RecordVerification::Proofs::whole, {{origin, 0}},
                                  {example.key.key, example.witness.key});
  verification.checkpoint(example.checkpoint());
  const auto text = receipt_text(example.receipt());
  verification.receipt(text, example.key.sign(text));
  for (std::size_t i = 0; i < 3; ++i)
    verification.event({.sequence = i,
                        .leaf = example.encoded[i].leaf,
                        .openings = example.encoded[i].openings,
                        .report = i == 1 ? std::optional(report) : std::nullopt});
  verification.finish(3);
  CHECK(verification.findings().empty());
  CHECK(verification.reports() == 1);
  CHECK(verification.receipts() == 1);
  REQUIRE(verification.proven().count(origin) == 1);
  CHECK(verification.proven().at(origin).cosigned_by.size() == 1);
}

// Run by hand when an example changes: test_record --no-skip -tc="write the examples of a record"
TEST_CASE("write the examples of a record" * doctest::skip()) {
  for (const auto& [name, content] : Example().files()) {
    std::ofstream file(folder + name, std::ios::binary);
    file << content;
    REQUIRE(file.flush());
  }
}
