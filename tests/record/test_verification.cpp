// What a verification finds when a record was altered: each attack, and that it is named where it was done.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "src/record/encodings.h"
#include "src/record/receipt.h"
#include "src/record/verification.h"
#include "tests/record/sample_events.h"
#include "tests/record/test_key.h"

using namespace noroshi;
using namespace noroshi::record;
using namespace noroshi::record::testing;

namespace {

const std::string tree_one = "noroshi/0164f3a0-bd00-7000-8000-0000000000aa/1";
const std::string tree_two = "noroshi/0164f3a0-bd00-7000-8000-0000000000aa/2";

// A record as a database or a file gives it, and what speaks of it.
struct Record {
  TestKey key{tree_one, "noroshi test key 1"};
  TestKey key_of_two{tree_two, "noroshi test key 1"};
  TestKey stranger{tree_one, "another key"};
  TestKey witness{"witness.example/w1", "witness", KeyKind::cosignature};

  RecordVerification::Proofs proofs = RecordVerification::Proofs::whole;
  std::vector<RecordOrigin> origins = {{tree_one, 0}};
  std::vector<NoteKey> keys = {key.key, witness.key, key_of_two.key};
  std::vector<std::string> checkpoints;
  struct Connection {
    std::uint64_t from, to;
    std::vector<Digest> proof;
  };
  std::vector<Connection> connections;
  std::vector<std::pair<std::string, std::string>> receipts;  // text, signature
  std::vector<RecordedEvent> events;
  std::optional<std::uint64_t> stated_events;

  std::vector<Digest> hashes() const {
    std::vector<Digest> list;
    for (const auto& event : events) list.push_back(leaf_hash(event.leaf));
    return list;
  }
  Checkpoint checkpoint(std::uint64_t size) const {
    CompactRange range;
    const auto list = hashes();
    for (std::uint64_t i = 0; i < size; ++i) range.append(list[i]);
    return {tree_one, size, range.root()};
  }
};

NodeReader reader_of(const std::vector<Digest>& leaves) {
  return [leaves](unsigned level, std::uint64_t index) {
    CompactRange range;
    for (auto i = index << level; i < (index + 1) << level; ++i) range.append(leaves.at(i));
    return range.root();
  };
}

core::Event nth_event(std::size_t number) {
  auto event = sample_events()[number % 21];  // the types of an incident
  event.id.value.bytes[14] = static_cast<std::uint8_t>(number >> 8);
  event.id.value.bytes[15] = static_cast<std::uint8_t>(number);
  if (auto* report = std::get_if<core::ReportReceived>(&event.what)) {
    report->bytes = "report " + std::to_string(number);
    report->sha256 = bytes_of(sha256({report->bytes}));
  }
  return event;
}

RecordedEvent recorded(std::uint64_t sequence, const core::Event& event) {
  CountedSalts salts;
  auto [leaf, openings] = encode(event, salts);
  RecordedEvent made{.sequence = sequence, .leaf = leaf, .openings = openings, .leaf_hash = leaf_hash(leaf)};
  if (const auto* report = std::get_if<core::ReportReceived>(&event.what)) made.report = report->bytes;
  return made;
}

// 30 events, signed for at 5, 12 and 30, cosigned at 12; receipts of the reports 1 and 22.
Record sample() {
  Record record;
  for (std::size_t i = 0; i < 30; ++i) record.events.push_back(recorded(i, nth_event(i)));
  for (const std::uint64_t size : {5, 12, 30}) {
    auto note = parse_note(record.key.note(record.checkpoint(size))).value();
    if (size == 12)
      note.signatures.push_back(cosign_note(note.text, record.witness.key, 1'700'000'000, record.witness.sign));
    record.checkpoints.push_back(to_string(note));
  }
  for (const std::size_t i : {1, 22}) {
    const auto event = nth_event(i);
    const auto text = receipt_text({.origin = tree_one,
                                    .event = event.id,
                                    .leaf_hash = leaf_hash(record.events[i].leaf),
                                    .report_sha256 = sha256({*record.events[i].report}),
                                    .received_at = event.at});
    record.receipts.emplace_back(text, record.key.sign(text));
  }
  return record;
}

// The same, but only some of the events, each with its proof in the checkpoint of 30.
Record excerpt() {
  auto record = sample();
  record.proofs = RecordVerification::Proofs::each;
  const auto leaves = record.hashes();
  const auto reader = reader_of(leaves);
  std::vector<RecordedEvent> some;
  for (const std::uint64_t i : {1, 7, 22, 23, 29}) {
    some.push_back(record.events[i]);
    some.back().proof = inclusion_proof(i, 30, reader);
  }
  record.events = some;
  std::swap(record.checkpoints.front(), record.checkpoints.back());  // 30, 12, 5
  for (const std::uint64_t size : {5, 12})
    record.connections.push_back({size, 30, consistency_proof(size, 30, reader)});
  return record;
}

// 10 events of a tree that lost events 10 to 14 of the 15 that were signed for, and 5 of the tree that goes on.
Record continued() {
  Record record;
  for (std::size_t i = 0; i < 15; ++i) record.events.push_back(recorded(i, nth_event(i)));
  record.checkpoints.push_back(record.key.note(record.checkpoint(6)));
  const auto lost = record.checkpoint(15);
  record.checkpoints.push_back(record.key.note(lost));
  record.events.resize(10);
  auto opening = nth_event(0);
  opening.id.value.bytes[15] = 0xee;
  opening.what = core::RecordContinued{.origin = tree_two,
                                       .origin_before = tree_one,
                                       .highest_size = 15,
                                       .highest_root = lost.root,
                                       .held_size = 10,
                                       .held_root = record.checkpoint(10).root,
                                       .reason = "バックアップから復元した"};
  record.events.push_back(recorded(10, opening));
  for (std::size_t i = 11; i < 15; ++i) record.events.push_back(recorded(i, nth_event(i + 100)));
  record.origins.push_back({tree_two, 10});
  CompactRange range;
  for (std::size_t i = 10; i < 15; ++i) range.append(leaf_hash(record.events[i].leaf));
  record.checkpoints.push_back(record.key_of_two.note({tree_two, 5, range.root()}));
  return record;
}

RecordVerification verified(const Record& record) {
  RecordVerification verification(record.proofs, record.origins, record.keys);
  for (const auto& note : record.checkpoints) verification.checkpoint(note);
  for (const auto& [from, to, proof] : record.connections) verification.consistency(tree_one, from, to, proof);
  for (const auto& [text, signature] : record.receipts) verification.receipt(text, signature);
  for (const auto& event : record.events) verification.event(event);
  verification.finish(record.stated_events);
  return verification;
}

// "code sequence place" of each finding, what `told` is left out.
std::vector<std::string> found_in(const RecordVerification& verification) {
  std::vector<std::string> list;
  for (const auto& finding : verification.findings()) {
    CHECK_FALSE(finding.ja.empty());
    CHECK_FALSE(finding.en.empty());
    CHECK(finding.en.find("{}") == finding.en.npos);
    CHECK(finding.ja.find("{}") == finding.ja.npos);
    if (weight_of(finding.code) == FindingWeight::told) continue;
    auto text = std::string(name_of(finding.code));
    if (finding.sequence) text += ' ' + std::to_string(*finding.sequence);
    if (finding.last && *finding.last != *finding.sequence) text += '-' + std::to_string(*finding.last);
    list.push_back(text + ": " + finding.place);
  }
  return list;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + '\n';
  return text;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  REQUIRE(at != text.npos);
  return text.replace(at, from.size(), to);
}

struct Attack {
  std::string name;
  std::function<void(Record&)> done;
  std::vector<std::string> found;
};

void check(const Attack& attack, Record record) {
  CAPTURE(attack.name);
  attack.done(record);
  const auto verification = verified(record);
  CHECK(joined(found_in(verification)) == joined(attack.found));
}

// One byte of a word of the leaf, so that it is still an event.
void alter(RecordedEvent& event) {
  const auto at = event.leaf.find("mhlw");
  REQUIRE(at != event.leaf.npos);
  event.leaf[at] = 'n';
}

const std::string at_12 = "checkpoint " + tree_one + " 12";
const std::string at_30 = "checkpoint " + tree_one + " 30";

}  // namespace

TEST_CASE("each code has a name of its own") {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(FindingCode::receipt_event_absent); ++code)
    CHECK(names.insert(name_of(static_cast<FindingCode>(code))).second);
}

TEST_CASE("a record that nobody altered verifies whole") {
  auto record = sample();
  record.stated_events = 30;
  const auto verification = verified(record);
  CHECK(verification.findings().empty());
  CHECK_FALSE(verification.altered());
  CHECK(verification.events() == 30);
  CHECK(verification.reports() == 2);
  CHECK(verification.receipts() == 2);
  REQUIRE(verification.proven().size() == 1);
  const auto& proven = verification.proven().at(tree_one);
  CHECK(proven.checkpoint == record.checkpoint(30));
  CHECK(proven.signed_by == std::vector{record.key.key});
  CHECK(proven.cosigned_by.empty());
}

TEST_CASE("an excerpt verifies by its proofs, and the checkpoints of other sizes by theirs") {
  const auto record = excerpt();
  const auto verification = verified(record);
  CHECK(found_in(verification).empty());
  CHECK(verification.events() == 5);
  CHECK(verification.reports() == 2);
  CHECK(verification.receipts() == 2);
  CHECK(verification.proven().at(tree_one).checkpoint.size == 30);
}

TEST_CASE("a record that an operator continued after a loss verifies, and tells of the loss") {
  const auto verification = verified(continued());
  CHECK(found_in(verification).empty());
  REQUIRE(verification.count(FindingCode::record_continued) == 1);
  CHECK(verification.findings().front().sequence == 10);
  CHECK(verification.proven().at(tree_one).checkpoint.size == 6);
  CHECK(verification.proven().at(tree_two).checkpoint.size == 5);
}

TEST_CASE("the event is given back as the record keeps it") {
  const auto record = sample();
  RecordVerification verification(record.proofs, record.origins, record.keys);
  CountedSalts salts;
  const auto decoded = verification.event(record.events[0]);
  REQUIRE(decoded);
  CHECK(encode(*decoded, salts).leaf == record.events[0].leaf);
  auto erasing = record.events[1];
  erasing.openings.clear();
  const auto absent = verification.event(erasing);
  REQUIRE(absent);
  CHECK(std::get<core::ReportReceived>(absent->what).content.title == erased);
  CHECK(verification.count(FindingCode::texts_absent) == 1);
  CHECK_FALSE(verification.altered());
}

TEST_CASE("attacks on a whole record are found and named") {
  const Attack attacks[] = {
      {"a leaf altered", [](Record& r) { alter(r.events[7]); }, {"leaf_altered 7: leaf"}},
      {"a leaf altered, and the hash kept beside it",
       [](Record& r) {
         alter(r.events[7]);
         r.events[7].leaf_hash = leaf_hash(r.events[7].leaf);
       },
       {"checkpoint_differs 5-11: " + at_12}},
      {"a leaf altered where no hash is kept",
       [](Record& r) {
         for (auto& event : r.events) event.leaf_hash.reset();
         alter(r.events[29]);
       },
       {"checkpoint_differs 12-29: " + at_30}},
      {"a hash altered beside a good leaf",
       [](Record& r) { r.events[7].leaf_hash->front() ^= 1; },
       {"leaf_hash_altered 7: leaf"}},
      {"two leaves altered, far apart",
       [](Record& r) {
         alter(r.events[3]);
         alter(r.events[20]);
       },
       {"leaf_altered 3: leaf", "leaf_altered 20: leaf"}},
      {"two leaves exchanged",
       [](Record& r) {
         std::swap(r.events[8].leaf, r.events[9].leaf);
         std::swap(r.events[8].openings, r.events[9].openings);
       },
       {"leaf_altered 8: leaf", "leaf_altered 9: leaf"}},
      {"a leaf torn",
       [](Record& r) { r.events[7].leaf.pop_back(); },
       {"leaf_unreadable 7: leaf", "leaf_altered 7: leaf"}},
      {"an event deleted", [](Record& r) { r.events.erase(r.events.begin() + 7); }, {"sequence_gap 7: sequence"}},
      {"the first event deleted", [](Record& r) { r.events.erase(r.events.begin()); }, {"sequence_gap 0: sequence"}},
      {"events deleted",
       [](Record& r) { r.events.erase(r.events.begin() + 7, r.events.begin() + 11); },
       {"sequence_gap 7-10: sequence"}},
      {"an event deleted and the later ones renumbered",
       [](Record& r) {
         r.events.erase(r.events.begin() + 28);
         r.events[28].sequence = 28;
       },
       {"events_missing 29: " + at_30}},
      {"an event inserted and the later ones renumbered",
       [](Record& r) {
         r.events.insert(r.events.begin() + 29, recorded(29, nth_event(77)));
         r.events.back().sequence = 30;
       },
       {"checkpoint_differs 12-29: " + at_30}},
      {"an event inserted beside one",
       [](Record& r) { r.events.insert(r.events.begin() + 8, recorded(7, nth_event(77))); },
       {"sequence_disorder 7: sequence"}},
      {"two sequences exchanged",
       [](Record& r) { std::swap(r.events[7].sequence, r.events[8].sequence); },
       {"sequence_gap 7: sequence", "sequence_disorder 7: sequence"}},
      {"the end cut off", [](Record& r) { r.events.resize(25); }, {"events_missing 25-29: " + at_30}},
      {"the end cut off, with what was signed of it",
       [](Record& r) {
         r.events.resize(12);
         r.checkpoints.pop_back();
         r.stated_events = 30;
         r.receipts.pop_back();
       },
       {"count_differs: end"}},
      {"the end cut off, with all that speaks of it, but for a receipt",
       [](Record& r) {
         r.events.resize(12);
         r.checkpoints.pop_back();
       },
       {"receipt_event_missing: receipt " + to_string(nth_event(22).id)}},
      {"events added after the end",
       [](Record& r) { r.events.push_back(recorded(30, nth_event(30))); },
       {"events_unsealed 30: origin " + tree_one}},
      {"no checkpoint at all", [](Record& r) { r.checkpoints.clear(); }, {"events_unsealed 0-29: origin " + tree_one}},
      {"a text altered",
       [](Record& r) { r.events[7].openings[0].value += "!"; },
       {"opening_altered 7: opening actor_name"}},
      {"a salt altered",
       [](Record& r) { r.events[1].openings[2].salt[0] ^= 1; },
       {"opening_altered 1: opening " + recorded(1, nth_event(1)).openings[2].field}},
      {"two texts altered",
       [](Record& r) {
         r.events[1].openings[0].value += "!";
         r.events[1].openings[1].value += "!";
       },
       {"opening_altered 1: opening actor_name", "opening_altered 1: opening reference"}},
      {"a text given to another event",
       [](Record& r) { r.events[7].openings[0].field = "nothing of the kind"; },
       {"opening_altered 7: opening 1"}},
      {"a text twice",
       [](Record& r) { r.events[7].openings.push_back(r.events[7].openings[0]); },
       {"opening_altered 7: opening actor_name"}},
      {"a report altered", [](Record& r) { *r.events[22].report += ' '; }, {"report_altered 22: report"}},
      {"a report emptied", [](Record& r) { r.events[22].report = ""; }, {"report_altered 22: report"}},
      {"a report beside an event that is none",
       [](Record& r) { r.events[7].report = "x"; },
       {"report_altered 7: report"}},
      {"a report exchanged, and the opening of its hash with it",
       [](Record& r) {
         r.events[22].report = "another";
         for (auto& opening : r.events[22].openings)
           if (opening.field == "sha256") opening.value = bytes_of(sha256({"another"}));
       },
       {"opening_altered 22: opening sha256", "report_unproven 22: report"}},
      {"the opening of a report's hash deleted",
       [](Record& r) { std::erase_if(r.events[22].openings, [](auto& o) { return o.field == "sha256"; }); },
       {"report_unproven 22: report", "texts_unexplained 22: openings"}},
      {"a checkpoint's root altered",
       [](Record& r) {
         auto note = parse_note(r.checkpoints[1]).value();
         auto checkpoint = r.checkpoint(12);
         checkpoint.root[0] ^= 1;
         note.text = checkpoint_text(checkpoint);
         r.checkpoints[1] = to_string(note);
       },
       {"signature_wrong: " + at_12, "signature_wrong: " + at_12, "checkpoint_unsigned: " + at_12}},
      {"a checkpoint's size altered",
       [](Record& r) { r.checkpoints[1] = replaced(r.checkpoints[1], "\n12\n", "\n13\n"); },
       {"signature_wrong: checkpoint " + tree_one + " 13", "signature_wrong: checkpoint " + tree_one + " 13",
        "checkpoint_unsigned: checkpoint " + tree_one + " 13"}},
      {"a checkpoint signed by a stranger",
       [](Record& r) { r.checkpoints[2] = r.stranger.note(r.checkpoint(30)); },
       {"checkpoint_unsigned: " + at_30, "events_unsealed 12-29: origin " + tree_one}},
      {"a checkpoint that the key signed of another tree of the size",
       [](Record& r) {
         auto other = r.checkpoint(12);
         other.root[0] ^= 1;
         r.checkpoints.push_back(r.key.note(other));
       },
       {"checkpoint_differs: " + at_12}},
      {"the same, and it is the first to be given",
       [](Record& r) {
         auto other = r.checkpoint(12);
         other.root[0] ^= 1;
         r.checkpoints.insert(r.checkpoints.begin(), r.key.note(other));
       },
       {"checkpoint_differs: " + at_12}},
      {"a checkpoint torn", [](Record& r) { r.checkpoints[1].resize(20); }, {"checkpoint_unreadable: checkpoint"}},
      {"a checkpoint of another log",
       [](Record& r) {
         r.checkpoints[1] = TestKey("example.com/log", "x").note({"example.com/log", 1, {}});
       },
       {"checkpoint_origin_unknown: checkpoint example.com/log 1"}},
      {"all signed with another key than the one that was published",
       [](Record& r) {
         r.keys = {r.stranger.key};
         r.receipts.clear();
       },
       {"checkpoint_unsigned: checkpoint " + tree_one + " 5", "checkpoint_unsigned: " + at_12,
        "checkpoint_unsigned: " + at_30, "events_unsealed 0-29: origin " + tree_one}},
      {"a cosignature's time altered",
       [](Record& r) {
         auto note = parse_note(r.checkpoints[1]).value();
         note.signatures[1].signature[7] ^= 1;
         r.checkpoints[1] = to_string(note);
       },
       {"signature_wrong: " + at_12}},
      {"an empty tree with a root",
       [](Record& r) {
         r.checkpoints.push_back(r.key.note({tree_one, 0, {}}));
       },
       {"checkpoint_differs: checkpoint " + tree_one + " 0"}},
      {"a receipt of a leaf that is another",
       [](Record& r) {
         auto receipt = parse_receipt(r.receipts[0].first).value();
         receipt.leaf_hash[0] ^= 1;
         const auto text = receipt_text(receipt);
         r.receipts[0] = {text, r.key.sign(text)};
       },
       {"receipt_differs 1: receipt " + to_string(nth_event(1).id)}},
      {"a receipt of another report",
       [](Record& r) {
         auto receipt = parse_receipt(r.receipts[0].first).value();
         receipt.report_sha256[0] ^= 1;
         const auto text = receipt_text(receipt);
         r.receipts[0] = {text, r.key.sign(text)};
       },
       {"receipt_differs 1: receipt " + to_string(nth_event(1).id)}},
      {"a receipt whose signature is not by the key",
       [](Record& r) { r.receipts[0].second[0] ^= 1; },
       {"receipt_unsigned: receipt " + to_string(nth_event(1).id)}},
      {"a receipt torn", [](Record& r) { r.receipts[0].first.pop_back(); }, {"receipt_unreadable: receipt"}},
      {"a list of trees that begins late",
       [](Record& r) {
         r.origins[0].first_sequence = 1;
         r.checkpoints.clear();
         r.receipts.clear();
         r.events.resize(1);
       },
       {"origins_wrong: origins", "sequence_unknown 0: sequence"}},
      {"a tree of which nothing is there",
       [](Record& r) {
         r.origins.push_back({tree_two, 30});
       },
       {"events_missing 30: origin " + tree_two}},
      {"a tree begun without a word",
       [](Record& r) {
         r.origins.push_back({tree_two, 20});
         r.checkpoints.pop_back();
       },
       {"continuation_missing 20: origin " + tree_two, "events_unsealed 20-29: origin " + tree_two}},
  };
  for (const auto& attack : attacks) check(attack, sample());
}

TEST_CASE("a whole record is checked against a checkpoint that somebody else kept") {
  const auto original = sample();
  // The administrator, who has the key, takes event 9 out, gives the later ones new numbers, and signs all anew.
  auto forged = original;
  forged.events.erase(forged.events.begin() + 9);
  for (std::size_t i = 9; i < forged.events.size(); ++i) forged.events[i].sequence = i;
  forged.checkpoints = {forged.key.note(forged.checkpoint(12)), forged.key.note(forged.checkpoint(29))};
  forged.receipts.clear();
  CHECK(found_in(verified(forged)).empty());

  auto against_kept = forged;
  against_kept.checkpoints.push_back(original.checkpoints[1]);
  CHECK(joined(found_in(verified(against_kept))) == "checkpoint_differs: " + at_12 + "\n");
  auto against_last = forged;
  against_last.checkpoints.push_back(original.checkpoints[2]);
  CHECK(joined(found_in(verified(against_last))) == "events_missing 29: " + at_30 + "\n");
  auto against_receipt = forged;
  against_receipt.receipts = original.receipts;
  CHECK(found_in(verified(against_receipt)).empty());  // both reports are still there, as they were
}

TEST_CASE("attacks on an excerpt are found and named") {
  const Attack attacks[] = {
      {"a leaf altered", [](Record& r) { alter(r.events[1]); }, {"leaf_altered 7: leaf"}},
      {"a leaf altered where no hash is kept",
       [](Record& r) {
         alter(r.events[1]);
         r.events[1].leaf_hash.reset();
       },
       {"proof_wrong 7: proof"}},
      {"a hash altered beside a good leaf",
       [](Record& r) { r.events[1].leaf_hash->front() ^= 1; },
       {"leaf_hash_altered 7: leaf"}},
      {"a leaf and its hash altered",
       [](Record& r) {
         alter(r.events[1]);
         r.events[1].leaf_hash = leaf_hash(r.events[1].leaf);
       },
       {"proof_wrong 7: proof"}},
      {"a proof altered", [](Record& r) { r.events[1].proof->front()[0] ^= 1; }, {"proof_wrong 7: proof"}},
      {"an event given another number", [](Record& r) { r.events[1].sequence = 6; }, {"proof_wrong 6: proof"}},
      {"a proof taken away", [](Record& r) { r.events[1].proof.reset(); }, {"proof_missing 7: proof"}},
      {"events out of order",
       [](Record& r) { std::swap(r.events[1], r.events[2]); },
       {"sequence_disorder 7: sequence"}},
      {"the checkpoint taken away",
       [](Record& r) {
         r.checkpoints.clear();
         r.events.resize(1);
         r.receipts.resize(1);
       },
       {"proof_missing 1: proof"}},
      {"the checkpoint signed by a stranger",
       [](Record& r) {
         r.keys = {r.stranger.key};
         r.checkpoints.resize(1);
         r.receipts.clear();
       },
       {"checkpoint_unsigned: " + at_30}},
      {"a checkpoint that is not connected",
       [](Record& r) { r.connections.pop_back(); },
       {"checkpoint_unconnected: " + at_12}},
      {"a connection altered", [](Record& r) { r.connections[1].proof[0][0] ^= 1; }, {"consistency_wrong: " + at_12}},
      {"another checkpoint of the size, kept elsewhere",
       [](Record& r) {
         auto other = parse_checkpoint(parse_note(r.checkpoints[0]).value().text).value();
         other.root[0] ^= 1;
         r.checkpoints.push_back(r.key.note(other));
       },
       {"checkpoint_differs: " + at_30}},
      {"a receipt of an event that is not among them",
       [](Record& r) { r.events.erase(r.events.begin() + 2); },
       {"receipt_event_absent: receipt " + to_string(nth_event(22).id)}},
      {"a report altered", [](Record& r) { *r.events[2].report += ' '; }, {"report_altered 22: report"}},
  };
  for (const auto& attack : attacks) check(attack, excerpt());
}

TEST_CASE("attacks on a record that was continued are found and named") {
  const auto with = [](const std::function<void(core::RecordContinued&)>& change) {
    return [change](Record& r) {
      auto event = decode(r.events[10].leaf, r.events[10].openings).value();
      change(std::get<core::RecordContinued>(event.what));
      r.events[10] = recorded(10, event);
      CompactRange range;
      for (std::size_t i = 10; i < 15; ++i) range.append(leaf_hash(r.events[i].leaf));
      r.checkpoints[2] = r.key_of_two.note({tree_two, 5, range.root()});
    };
  };
  const auto place = "origin " + tree_two;
  const auto lost = "events_missing 10-14: checkpoint " + tree_one + " 15";
  const Attack attacks[] = {
      {"more lost than it says", with([](auto& what) { what.highest_size = 12; }), {lost}},
      {"another root than was signed", with([](auto& what) { what.highest_root[0] ^= 1; }), {lost}},
      {"it speaks of another tree", with([](auto& what) { what.origin_before = "example.com/log"; }), {lost}},
      {"it held another root", with([](auto& what) { what.held_root[0] ^= 1; }), {"continuation_differs 10: " + place}},
      {"it held less", with([](auto& what) { what.held_size = 9; }), {"continuation_differs 10: " + place}},
      {"it opens another tree",
       with([](auto& what) { what.origin = tree_one; }),
       {"continuation_missing 10: " + place, lost}},
      {"the last event before it deleted",
       [](Record& r) { r.events.erase(r.events.begin() + 9); },
       {"sequence_gap 9: sequence"}},
      {"an event before it altered after the last checkpoint",
       [](Record& r) {
         alter(r.events[8]);
         r.events[8].leaf_hash = leaf_hash(r.events[8].leaf);
       },
       {"continuation_differs 10: " + place}},
      {"the event itself deleted",
       [](Record& r) { r.events.erase(r.events.begin() + 10); },
       {"sequence_gap 10: sequence"}},
      {"an event after it altered", [](Record& r) { alter(r.events[12]); }, {"leaf_altered 12: leaf"}},
  };
  for (const auto& attack : attacks) check(attack, continued());
}

TEST_CASE("every byte of every event that is changed is found") {
  std::mt19937 random(7);
  const auto original = sample();
  for (std::size_t number = 0; number < original.events.size(); ++number) {
    for (int i = 0; i < 40; ++i) {
      auto record = original;
      auto& leaf = record.events[number].leaf;
      const auto at = random() % leaf.size();
      leaf[at] = static_cast<char>(leaf[at] ^ (1 << random() % 8));
      CAPTURE(number);
      CAPTURE(at);
      const auto verification = verified(record);
      REQUIRE(verification.altered());
      const auto& findings = verification.findings();
      CHECK(std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
        return finding.code == FindingCode::leaf_altered && finding.sequence == number;
      }));
    }
  }
}

TEST_CASE("findings are bounded and counted") {
  auto record = sample();
  record.events.clear();
  record.checkpoints.clear();
  record.receipts.clear();
  for (std::size_t i = 0; i < 300; ++i) {
    record.events.push_back(recorded(i, nth_event(7)));
    record.events.back().openings[0].value += "!";
  }
  const auto verification = verified(record);
  CHECK(verification.count(FindingCode::opening_altered) == 300);
  CHECK(verification.findings().size() == 100 + 1);  // and events_unsealed
}

TEST_CASE("checkpoints may come when the events have reached them") {
  const auto record = sample();
  RecordVerification verification(record.proofs, record.origins, record.keys);
  for (std::size_t i = 0; i < 30; ++i) {
    verification.event(record.events[i]);
    if (i + 1 == 5) verification.checkpoint(record.checkpoints[0]);
    if (i + 1 == 12) verification.checkpoint(record.checkpoints[1]);
    if (i + 1 == 30) verification.checkpoint(record.checkpoints[2]);
  }
  verification.finish();
  CHECK(found_in(verification).empty());
  CHECK(verification.proven().at(tree_one).checkpoint.size == 30);
}

TEST_CASE("a checkpoint that comes too late is said not to have been compared") {
  const auto record = sample();
  RecordVerification verification(record.proofs, record.origins, record.keys);
  for (const auto& event : record.events) verification.event(event);
  verification.checkpoint(record.checkpoints[0]);
  verification.checkpoint(record.checkpoints[2]);
  verification.finish();
  CHECK(found_in(verification) == std::vector<std::string>{"checkpoint_unconnected: checkpoint " + tree_one + " 5"});
}

TEST_CASE("an act that its actor signed is checked with the key that its leaf names") {
  const TestKey actor("actor", "an actor's key");
  const std::string prefix("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12);  // RFC 8410: Ed25519
  const auto key = parse_actor_key(prefix + std::string(bytes_of(actor.key.key))).value();
  const auto body = sha256({"{}"});
  ActorSignature good{key.algorithm, id_of(key), "/api/v1/reports", body,
                      actor.sign(act_text("/api/v1/reports", body))};
  auto elsewhere = good;
  elsewhere.call = "/api/v1/incidents";

  struct Case {
    const ActorSignature& signature;
    bool key_given;
    std::vector<std::string> found;
  };
  const Case cases[] = {
      {good, true, {}},
      {good, false, {"act_key_unknown 0: opening actor_signature"}},
      {elsewhere, true, {"act_signature_wrong 0: opening actor_signature"}},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.key_given);
    CountedSalts salts;
    const auto [leaf, openings] = encode(nth_event(0), salts, &expected.signature);
    Record record;
    record.events.push_back({.sequence = 0, .leaf = leaf, .openings = openings});
    RecordVerification verification(record.proofs, record.origins, record.keys);
    if (expected.key_given) verification.actor_key(key);
    verification.checkpoint(record.key.note(record.checkpoint(1)));
    verification.event(record.events[0]);
    verification.finish();
    CHECK(found_in(verification) == expected.found);
    CHECK(verification.signed_acts() == (expected.found.empty() ? 1 : 0));
    CHECK(verification.altered() == (&expected.signature == &elsewhere));
  }
}

namespace {

// The record, held against what was given by a way of its own: "code place" of each finding that this adds.
std::vector<std::string> held_against(const Record& record, const std::vector<NoteKey>& keys,
                                      const std::vector<std::string>& notes = {}) {
  auto verification = verified(record);
  const auto before = found_in(verification);
  verification.hold_against(keys, notes);
  auto after = found_in(verification);
  after.erase(after.begin(), after.begin() + static_cast<std::ptrdiff_t>(before.size()));
  return after;
}

// A second tree that a forger invents and signs with a key of his own, beside one genuine event.
Record forged_beside(bool opened) {
  auto record = excerpt();
  record.events.resize(1);
  record.receipts.resize(1);
  const TestKey forger(tree_two, "a forger's key");
  record.origins.push_back({tree_two, 1000});
  record.keys = {record.key.key, forger.key};
  auto first = nth_event(0);
  if (opened) first.what = core::RecordContinued{.origin = tree_two, .origin_before = tree_one, .reason = "x"};
  std::vector<RecordedEvent> invented = {recorded(1000, first), recorded(1001, nth_event(77))};
  const std::vector<Digest> leaves = {leaf_hash(invented[0].leaf), leaf_hash(invented[1].leaf)};
  for (auto& event : invented) {
    event.proof = inclusion_proof(event.sequence - 1000, 2, reader_of(leaves));
    if (event.sequence > 1000 || opened) record.events.push_back(event);
  }
  CompactRange range;
  for (const auto& leaf : leaves) range.append(leaf);
  record.checkpoints.push_back(forger.note({tree_two, 2, range.root()}));
  return record;
}

}  // namespace

TEST_CASE("a second tree that somebody else signed is no part of a record whose key was given") {
  const auto place = "origin " + tree_two;
  for (const bool opened : {false, true}) {
    CAPTURE(opened);
    const auto record = forged_beside(opened);
    CHECK(found_in(verified(record)).empty());
    CHECK(held_against(record, {record.key.key}) == std::vector{"origin_not_pinned: " + place});
    CHECK(held_against(record, {}) == std::vector{"continuation_unproven: " + place});
    auto verification = verified(record);
    verification.hold_against({}, {});
    CHECK(verification.count(FindingCode::continuation_absent) == (opened ? 0 : 1));
  }
}

TEST_CASE("a record that was cut and continued by somebody else is not what was given by a way of its own") {
  const auto lawful = continued();
  const auto kept = lawful.checkpoints[1];  // of what was lost
  const auto place = "origin " + tree_two;
  const auto excused = "checkpoint_excused: checkpoint " + tree_one + " 15";
  CHECK(held_against(lawful, {lawful.key.key}).empty());  // the same key, whichever tree it is named for
  CHECK(held_against(lawful, {lawful.key_of_two.key}).empty());
  CHECK(held_against(lawful, {lawful.key.key, lawful.key_of_two.key}, {lawful.checkpoints[0]}).empty());
  CHECK(held_against(lawful, {lawful.key.key}, {kept}) == std::vector{excused});
  CHECK(held_against(lawful, {}) == std::vector{"continuation_unproven: " + place});

  auto forged = lawful;
  const TestKey forger(tree_two, "a forger's key");
  forged.keys = {forged.key.key, forger.key};
  auto note = parse_note(forged.checkpoints[2]).value();
  note.signatures = {sign_note(note.text, forger.key, forger.sign)};
  forged.checkpoints[2] = to_string(note);
  CHECK(found_in(verified(forged)).empty());
  CHECK(held_against(forged, {}, {kept}) == std::vector{"continuation_unproven: " + place, excused});
  CHECK(held_against(forged, {forged.key.key}, {kept}) == std::vector{"origin_not_pinned: " + place, excused});

  const auto verification = verified(lawful);
  CHECK_FALSE(verification.bears_out(parse_checkpoint(parse_note(kept).value().text).value()));
  CHECK(verification.bears_out(parse_checkpoint(parse_note(lawful.checkpoints[0]).value().text).value()));
}

TEST_CASE("one of the keys that were given has to have signed each tree that was proven") {
  const auto record = sample();
  CHECK(held_against(record, {record.key.key}).empty());
  // Published keys are given all together, those of before and after a rotation among them.
  CHECK(held_against(record, {record.key.key, record.stranger.key}).empty());
  CHECK(held_against(record, {record.stranger.key}).size() == 1);  // the tree is not signed by it
  CHECK(held_against(record, {record.witness.key}).size() == 1);   // which saw 12, not 30
}

namespace {

// Six events at these minutes after 2026-01-01 00:00 UTC, signed for by the key, seen by the witness at that minute.
Record timed(const std::vector<int>& minutes, std::optional<int> seen = std::nullopt) {
  constexpr auto start = Timestamp(std::chrono::sys_days(std::chrono::year{2026} / 1 / 1));
  Record record;
  for (std::size_t i = 0; i < minutes.size(); ++i) {
    auto event = nth_event(0);
    event.id.value.bytes[15] = static_cast<std::uint8_t>(i);
    event.at = start + std::chrono::minutes(minutes[i]);
    record.events.push_back(recorded(i, event));
  }
  auto note = parse_note(record.key.note(record.checkpoint(minutes.size()))).value();
  if (seen) {
    const auto at = std::chrono::floor<std::chrono::seconds>(start + std::chrono::minutes(*seen)).time_since_epoch().count();
    note.signatures.push_back(cosign_note(note.text, record.witness.key, at, record.witness.sign));
  }
  record.checkpoints = {to_string(note)};
  return record;
}

Record with_proofs(Record record) {
  record.proofs = RecordVerification::Proofs::each;
  const auto leaves = record.hashes();
  for (auto& event : record.events) event.proof = inclusion_proof(event.sequence, leaves.size(), reader_of(leaves));
  return record;
}

}  // namespace

TEST_CASE("an event whose time lies before that of an earlier one is named") {
  struct Case {
    std::vector<int> minutes;
    std::vector<std::string> found;
  };
  const Case cases[] = {
      {{0, 1, 2, 3, 4, 5}, {}},
      {{9, 4, 5, 4, 9, 4}, {}},  // as far as it is tolerated
      {{0, 10, 4, 11, 12, 13}, {"time_disorder 2: at"}},
      {{0, 100, 4, 5, 95, 94}, {"time_disorder 2: at", "time_disorder 3: at", "time_disorder 5: at"}},
  };
  for (const auto& expected : cases)
    for (const bool whole : {true, false}) {
      const auto record = timed(expected.minutes);
      const auto verification = verified(whole ? record : with_proofs(record));
      CHECK(found_in(verification) == expected.found);
      CHECK_FALSE(verification.altered());
      CHECK(verification.proven().at(tree_one).checkpoint.size == 6);
    }
}

TEST_CASE("an event that is later than when a witness saw it is told of") {
  for (const auto& [seen, told] : {std::pair{20, 0}, {10, 0}, {5, 0}, {4, 1}, {-100, 1}})
    for (const bool whole : {true, false}) {
      CAPTURE(seen);
      const auto record = timed({0, 1, 2, 3, 9, 10}, seen);
      const auto verification = verified(whole ? record : with_proofs(record));
      CHECK((verification.count(FindingCode::time_after_cosignature) > 0) == (told > 0));
      CHECK(found_in(verification).empty());  // it decides nothing
    }
}

TEST_CASE("keys and lines that stand there many times are checked once") {
  auto record = timed({0, 1, 2, 3, 4, 5}, 20);
  auto note = parse_note(record.checkpoints[0]).value();
  const auto cosignature = note.signatures[1];
  while (note.signatures.size() < 99) note.signatures.push_back(cosignature);
  note.signatures.push_back(cosign_note(note.text, record.witness.key, 1'800'000'000, record.witness.sign));
  record.checkpoints = {to_string(note), to_string(note)};
  record.keys.assign(20000, record.witness.key);
  record.keys.push_back(record.key.key);
  const auto start = std::chrono::steady_clock::now();
  const auto verification = verified(record);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
  CHECK(found_in(verification).empty());
  const auto& proven = verification.proven().at(tree_one);
  REQUIRE(proven.cosigned_by.size() == 1);
  CHECK(proven.cosigned_by[0] == std::pair{record.witness.key, time_of(cosignature).value()});
}

TEST_CASE("a key that was retired signs nothing any more alone") {
  const std::string prefix("\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12);  // RFC 8410: Ed25519
  auto record = timed({0, 1, 2, 3, 4, 5});
  auto event = decode(record.events[2].leaf, record.events[2].openings).value();
  event.what = core::KeyRetired{to_hex(bytes_of(sha256({prefix, bytes_of(record.key.key.key)}))).substr(0, 16), "x"};
  record.events[2] = recorded(2, event);
  record.keys.push_back(record.stranger.key);
  const auto signed_at = [&](std::uint64_t size, bool both) {
    auto note = parse_note(record.key.note(record.checkpoint(size))).value();
    if (both) note.signatures.push_back(sign_note(note.text, record.stranger.key, record.stranger.sign));
    return to_string(note);
  };
  const auto found = "key_retired: checkpoint " + tree_one + " 6";
  for (const bool whole : {true, false}) {
    CAPTURE(whole);
    record.checkpoints = {signed_at(6, true)};
    CHECK(found_in(verified(whole ? record : with_proofs(record))).empty());
    record.checkpoints = {signed_at(6, false)};
    CHECK(found_in(verified(whole ? record : with_proofs(record))) == std::vector{found});
  }
  record.checkpoints = {signed_at(2, false), signed_at(6, true)};
  CHECK(found_in(verified(record)).empty());  // what it signed before stays good
}

TEST_CASE("texts that are absent from a whole record need an erasure that it holds") {
  auto record = sample();
  record.checkpoints.clear();
  record.receipts.clear();
  const auto incident = nth_event(22).incident;
  std::erase_if(record.events[22].openings, [](const auto& opening) { return opening.field == "title"; });
  CHECK(verified(record).count(FindingCode::texts_unexplained) == 1);

  core::Event erasure = nth_event(0);
  erasure.id.value.bytes[14] = 0x7f;
  erasure.incident = incident;
  erasure.what = core::ErasureDecided{.approved = true};
  record.events.push_back(recorded(30, erasure));
  CHECK(verified(record).count(FindingCode::texts_unexplained) == 0);
}
