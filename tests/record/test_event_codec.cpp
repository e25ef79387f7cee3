#include <algorithm>
#include <cstdlib>
#include <set>
#include <limits>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "src/record/event_codec.h"
#include "tests/record/sample_events.h"

using namespace noroshi;
using namespace noroshi::record;
using namespace noroshi::record::testing;

namespace {

// Gives the salts of openings again, in their order.
class SaltsOf : public SaltSource {
 public:
  explicit SaltsOf(std::vector<Opening> openings) : openings_(std::move(openings)) {}
  Salt next() override { return next_ < openings_.size() ? openings_[next_++].salt : Salt{}; }

 private:
  std::vector<Opening> openings_;
  std::size_t next_ = 0;
};

EncodedEvent encoded(const core::Event& event, const ActorSignature* signature = nullptr) {
  CountedSalts salts;
  return encode(event, salts, signature);
}

// What may become of changed bytes: refused, or another event of which they are the one encoding.
void check_refused_or_another(const core::Event& original, const std::string& leaf,
                              const std::vector<Opening>& openings) {
  auto read = decode(leaf, openings);
  if (!read) {
    REQUIRE(!read.error().empty());
    return;
  }
  REQUIRE(*read != original);
  SaltsOf salts(openings);
  auto signature = signature_in(leaf, openings);
  REQUIRE(signature);
  auto again = encode(*read, salts, *signature ? &**signature : nullptr);
  REQUIRE(again.leaf == leaf);
  REQUIRE(again.openings == openings);
}

std::uint64_t seed() {
  const char* given = std::getenv("NOROSHI_TEST_SEED");
  return given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

std::vector<Opening> without(std::vector<Opening> openings, std::string_view field) {
  std::erase_if(openings, [&](const Opening& opening) { return opening.field == field; });
  return openings;
}

const core::Event& sample(std::string_view type) {
  static const auto events = sample_events();
  return *std::find_if(events.begin(), events.end(),
                       [&](const auto& event) { return type_of(event.what) == type; });
}

}  // namespace

TEST_CASE("there is a sample of every type, and each comes back as it was") {
  const auto events = sample_events();
  REQUIRE(events.size() == std::variant_size_v<core::AnyHappening>);
  for (std::size_t i = 0; i < events.size(); ++i) {
    REQUIRE(events[i].what.index() == i);
    CAPTURE(type_of(events[i].what));
    const auto bytes = encoded(events[i]);
    const auto read = decode(bytes.leaf, bytes.openings);
    REQUIRE_MESSAGE(read, read.error());
    CHECK(*read == events[i]);
  }
}

TEST_CASE("events at random come back as they were, with their openings in any order") {
  const auto start = seed();
  CAPTURE(start);
  std::mt19937_64 random(start);
  for (int i = 0; i < 20'000; ++i) {
    const auto event = random_event(random);
    auto bytes = encoded(event);
    std::shuffle(bytes.openings.begin(), bytes.openings.end(), random);
    const auto read = decode(bytes.leaf, bytes.openings);
    REQUIRE_MESSAGE(read, read.error());
    REQUIRE(*read == event);
  }
}

TEST_CASE("what the daemon does by its own clock has no token, no body, no role and no opening for a name") {
  core::Event event = sample("obligation.recurred");
  event.actor = core::Actor::system();
  const auto bytes = encoded(event);
  CHECK(bytes.openings.empty());
  CHECK(decode(bytes.leaf, {}).value() == event);
}

TEST_CASE("the bytes of a report stay out of the record; their SHA-256 is committed to") {
  core::Event event = sample("report.received");
  auto with_bytes = event;
  std::get<core::ReportReceived>(with_bytes.what).bytes = "as received";
  const auto bytes = encoded(with_bytes);
  CHECK(bytes == encoded(event));
  CHECK(decode(bytes.leaf, bytes.openings).value() == event);
}

TEST_CASE("no text of a report stands in its leaf") {
  const auto& event = sample("report.received");
  const auto bytes = encoded(event);
  for (const auto& opening : bytes.openings) {
    CAPTURE(opening.field);
    CHECK(bytes.leaf.find(opening.value) == std::string::npos);
    CHECK(bytes.leaf.find(bytes_of(opening.salt)) == std::string::npos);
    CHECK(bytes.leaf.find(bytes_of(commitment_of(opening.salt, opening.value))) != std::string::npos);
  }
}

TEST_CASE("a changed byte of a leaf is refused or is another event, of which it is the one encoding") {
  for (const auto& event : sample_events()) {
    CAPTURE(type_of(event.what));
    const auto signature = sample_signature();
    const auto bytes = encoded(event, &signature);
    for (std::size_t i = 0; i < bytes.leaf.size(); ++i) {
      CAPTURE(i);
      for (int change : {1, 2, 3, 4, 8, 16, 32, 64, 128, 255}) {
        auto leaf = bytes.leaf;
        leaf[i] = static_cast<char>(leaf[i] ^ change);
        // The key stands beside the event, not in it.
        const auto read = signature_in(leaf, bytes.openings);
        if (read && *read && **read != signature) continue;
        check_refused_or_another(event, leaf, bytes.openings);
      }
    }
  }
}

TEST_CASE("a changed byte of an opening is refused") {
  for (const auto& event : sample_events()) {
    CAPTURE(type_of(event.what));
    const auto signature = sample_signature();
    const auto bytes = encoded(event, &signature);
    for (std::size_t i = 0; i < bytes.openings.size(); ++i) {
      CAPTURE(bytes.openings[i].field);
      const auto refused = [&](auto change) {
        auto openings = bytes.openings;
        change(openings[i]);
        return !decode(bytes.leaf, openings);
      };
      for (std::size_t at = 0; at < bytes.openings[i].value.size(); ++at)
        REQUIRE(refused([&](Opening& opening) { opening.value[at] ^= 1; }));
      for (std::size_t at = 0; at < 32; ++at)
        REQUIRE(refused([&](Opening& opening) { opening.salt[at] ^= 0x80; }));
      REQUIRE(refused([](Opening& opening) { opening.value.pop_back(); }));
      REQUIRE(refused([](Opening& opening) { opening.value.clear(); }));
      REQUIRE(refused([](Opening& opening) { opening.field += "s"; }));
    }
  }
}

TEST_CASE("a leaf that is cut short or goes on is refused") {
  for (const auto& event : sample_events()) {
    CAPTURE(type_of(event.what));
    const auto bytes = encoded(event);
    for (std::size_t length = 0; length < bytes.leaf.size(); ++length)
      REQUIRE(!decode(bytes.leaf.substr(0, length), bytes.openings));
    CHECK(!decode(bytes.leaf + '\0', bytes.openings));
    CHECK(!decode(bytes.leaf + bytes.leaf, bytes.openings));
  }
}

TEST_CASE("bytes at random are refused without harm") {
  const auto start = seed();
  CAPTURE(start);
  std::mt19937_64 random(start);
  for (int i = 0; i < 100'000; ++i) {
    std::string leaf = {'\1', static_cast<char>(1 + random() % 40)};
    for (auto left = random() % 300; left > 0; --left) leaf.push_back(static_cast<char>(random() % 4));
    const auto read = decode(leaf, {});
    if (!read) REQUIRE(!read.error().empty());
  }
}

TEST_CASE("an opening that is not of the event, or stands twice, is refused") {
  const auto& event = sample("incident.moved");
  auto bytes = encoded(event);
  auto foreign = bytes.openings;
  foreign.push_back({"title", Salt{}, "x"});
  CHECK(decode(bytes.leaf, foreign).error() == "opening 'title' is not one of this event, or stands twice");
  auto doubled = bytes.openings;
  doubled.push_back(doubled.front());
  CHECK(!decode(bytes.leaf, doubled));
}

TEST_CASE("an erased text reads as erased, and the leaf stays as it is") {
  const auto& event = sample("report.received");
  const auto bytes = encoded(event);
  auto expected = event;
  std::get<core::ReportReceived>(expected.what).content.title = "erased";
  CHECK(decode(bytes.leaf, without(bytes.openings, "title")).value() == expected);

  const auto nothing = decode(bytes.leaf, {}).value();
  const auto& what = std::get<core::ReportReceived>(nothing.what);
  CHECK(nothing.actor.name == "erased");
  CHECK(what.sha256 == "erased");
  CHECK(what.content.document == "erased");
  CHECK(what.content.police == "police-tokyo");
}

TEST_CASE("an erasure leaves names, identifiers and the program's own sentences, and what is left still matches") {
  std::set<std::string> kept;
  for (const auto& event : sample_events()) {
    const auto type = std::string(type_of(event.what));
    CAPTURE(type);
    const auto signature = sample_signature();
    CountedSalts salts;
    const auto bytes = encode(event, salts, &signature);
    std::vector<Opening> left;
    for (const auto& opening : bytes.openings) {
      if (!outlives_erasure(type, opening.field)) continue;
      left.push_back(opening);
      kept.insert(type + " " + opening.field);
    }
    CHECK(left.size() < bytes.openings.size());  // the signature at least
    CHECK(decode(bytes.leaf, left).has_value());
    CHECK(signature_in(bytes.leaf, left).value() == std::nullopt);
  }
  std::set<std::string> expected = {
      "incident.opened reference",       "report.received reference", "message.sent acknowledged_by",
      "message.acknowledged by",         "obligation.opened because", "obligation.reopened because",
      "obligation.superseded reason",    "alarm.raised reason",       "alarm.rung reason",
      "erasure.asked reason",            "erasure.decided reason",    "assignment.proposed name",
      "person.registered name",          "person.changed name",       "cymat.member_proposed name",
      "handling.step_taken name",        "endpoint.proposed name",      "sealing_key.proposed name"};
  for (const auto& event : sample_events()) expected.insert(std::string(type_of(event.what)) + " actor_name");
  CHECK(kept == expected);
  // What nobody has thought of yet goes.
  CHECK_FALSE(outlives_erasure("case.annotated", "remark"));
  CHECK_FALSE(outlives_erasure("obligation.fulfilled", "reference"));
  CHECK_FALSE(outlives_erasure("waiver.asked", "reason"));
}

TEST_CASE("erased reasons read as one reason that says so") {
  const std::vector<routing::Reason> expected = {{"erased", "erased"}};
  for (const auto& event : {sample("obligation.opened"), sample("obligation.reopened")}) {
    const auto read = decode(encoded(event).leaf, {}).value();
    if (const auto* opened = std::get_if<core::ObligationOpened>(&read.what))
      CHECK(opened->obligation.because == expected);
    else
      CHECK(std::get<core::ObligationReopened>(read.what).because == expected);
  }
  const auto raised = decode(encoded(sample("alarm.raised")).leaf, {}).value();
  CHECK(std::get<core::AlarmRaised>(raised.what).reason == expected.front());
  // Who was told of which clock and level stays.
  const auto rung = std::get<core::AlarmRung>(decode(encoded(sample("alarm.rung")).leaf, {}).value().what);
  auto told = std::get<core::AlarmRung>(sample("alarm.rung").what);
  told.reason = expected.front();
  CHECK(rung == told);
}

TEST_CASE("an alarm of each kind of clock comes back as it was") {
  auto event = sample("alarm.rung");
  auto& alarm = std::get<core::AlarmRung>(event.what);
  for (const auto clock : {core::ClockKind::duty, core::ClockKind::acknowledgement, core::ClockKind::followup})
    for (const auto role : core::all_roles()) {
      alarm.clock = clock;
      alarm.role = role;
      const auto bytes = encoded(event);
      CHECK(decode(bytes.leaf, bytes.openings).value() == event);
    }
}

TEST_CASE("the message of an alarm has no report, no sender and no time to acknowledge it by") {
  auto event = sample("message.sent");
  auto& message = std::get<core::MessageSent>(event.what).message;
  message.kind = core::MessageKind::alarm;
  message.report.reset();
  message.sender.clear();
  message.acknowledge_by.reset();
  message.obligation.reset();
  const auto bytes = encoded(event);
  CHECK(decode(bytes.leaf, bytes.openings).value() == event);
  // And the notice that goes by itself says so.
  message = std::get<core::MessageSent>(sample("message.sent").what).message;
  message.automatic = true;
  const auto automatic = encoded(event);
  CHECK(decode(automatic.leaf, automatic.openings).value() == event);
  CHECK(automatic.leaf != encoded(sample("message.sent")).leaf);
}

TEST_CASE("what concerns a body and no incident has the nil id for its incident") {
  for (const char* type : {"relay_switch.asked", "relay_switch.decided"}) {
    const auto& event = sample(type);
    CHECK(event.incident == core::IncidentId{});
    const auto bytes = encoded(event);
    CHECK(decode(bytes.leaf, bytes.openings).value() == event);
    // Why is a person's text, and erasable.
    CHECK(bytes.leaf.find("当直") == std::string::npos);
    CHECK(decode(bytes.leaf, without(bytes.openings, "reason")).has_value());
  }
}

TEST_CASE("what concerns the record itself has the nil id, sizes beyond 32 bits and hashes as they are") {
  for (const char* type : {"record.continued", "key.registered", "key.retired"}) {
    const auto& event = sample(type);
    CHECK(event.incident == core::IncidentId{});
    const auto bytes = encoded(event);
    CHECK(decode(bytes.leaf, bytes.openings).value() == event);
  }
  // A stranger reads the head of the tree before without any opening.
  const auto continued = encoded(sample("record.continued"));
  const auto read = decode(continued.leaf, {}).value();
  const auto& head = std::get<core::RecordContinued>(read.what);
  CHECK(head.highest_size == 5'000'000'000);
  CHECK(head.highest_root == sha256({"highest"}));
  CHECK(head.reason == erased);
  // And the key without the reason for its end.
  const auto retired = encoded(sample("key.retired"));
  CHECK(std::get<core::KeyRetired>(decode(retired.leaf, {}).value().what).key == "0123456789abcdef");
}

TEST_CASE("two equal texts have different commitments") {
  auto event = sample("waiver.asked");
  std::get<core::WaiverAsked>(event.what).reason = event.actor.name;
  const auto bytes = encoded(event);
  REQUIRE(bytes.openings.size() == 2);
  CHECK(bytes.openings[0].value == bytes.openings[1].value);
  CHECK(commitment_of(bytes.openings[0].salt, bytes.openings[0].value) !=
        commitment_of(bytes.openings[1].salt, bytes.openings[1].value));
}

TEST_CASE("the actor's signature has its place, can be read back and can be erased") {
  for (auto algorithm : {SignatureAlgorithm::ed25519, SignatureAlgorithm::ecdsa_p256_sha256,
                         SignatureAlgorithm::ecdsa_p384_sha384}) {
    auto signature = sample_signature();
    signature.algorithm = algorithm;
    signature.signature.resize(algorithm == SignatureAlgorithm::ecdsa_p384_sha384 ? 96 : 64, 'T');
    const auto& event = sample("waiver.decided");
    const auto bytes = encoded(event, &signature);
    CHECK(decode(bytes.leaf, bytes.openings).value() == event);
    CHECK(signature_in(bytes.leaf, bytes.openings).value() == signature);
    CHECK(signature_in(bytes.leaf, without(bytes.openings, "actor_signature")).value() == std::nullopt);
    CHECK(bytes.leaf.find(signature.signature) == std::string::npos);
  }
  CHECK(signature_in(encoded(sample("waiver.decided")).leaf, {}).value() == std::nullopt);
}

TEST_CASE("another version, another type and a code that is not given are refused by name and place") {
  const auto bytes = encoded(sample("incident.moved"));
  const auto error_with = [&](std::size_t place, char byte) {
    auto leaf = bytes.leaf;
    leaf[place] = byte;
    return decode(leaf, bytes.openings).error();
  };
  CHECK(error_with(0, 2) == "no such version at byte 0");
  CHECK(error_with(1, 0) == "no such type at byte 1");
  CHECK(error_with(1, 99) == "no such type at byte 1");
  CHECK(error_with(42, 2) == "a flag is neither 0 nor 1 at byte 42");
  // `to` stands before the commitment of the reason and the time of the next report.
  const auto place = bytes.leaf.size() - 9 - 34;
  CHECK(error_with(place, 99) == "no such code at byte " + std::to_string(place));
}

TEST_CASE("a time that no clock shows is refused, and each that can be stated is read") {
  using namespace std::chrono;
  const auto day = [](int of_year) { return sys_days(year{of_year} / 1 / 1).time_since_epoch() / microseconds(1); };
  CountedSalts salts;
  const auto [leaf, openings] = encode(sample_events()[0], salts);
  const struct {
    std::int64_t at;
    bool read;
  } cases[] = {{std::numeric_limits<std::int64_t>::min(), false},
               {day(0) - 1, false},
               {day(0), true},
               {day(1900) - 1, true},
               {day(10010), true},  // ten years after the last that can be stated
               {day(11000) - 1, true},
               {day(11000), false},
               {std::numeric_limits<std::int64_t>::max(), false}};
  for (const auto& [at, read] : cases) {
    CAPTURE(at);
    auto changed = leaf;
    for (int i = 0; i < 8; ++i) changed[18 + i] = static_cast<char>(static_cast<std::uint64_t>(at) >> (56 - 8 * i));
    const auto decoded = decode(changed, openings);
    REQUIRE(decoded.has_value() == read);
    if (read) CHECK(decoded->at == Timestamp(microseconds(at)));
    if (!read) CHECK(decoded.error().find("a time that no clock shows") != std::string::npos);
  }
}
