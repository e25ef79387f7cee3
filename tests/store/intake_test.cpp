// The queue before the writers: order, conflicts, and that a body's flood leaves room to the others.
#include "src/store/intake.h"

#include <doctest/doctest.h>

namespace noroshi::store::test {
namespace {

// A report of that body, of a case of its own where no reference is given; it is found again by its key.
PendingCommand report_of(const std::string& body, const std::string& key, const std::string& reference = "", std::size_t bytes = 100) {
  SubmitReport action;
  action.submission.report.organization = body;
  action.submission.report.reference = reference.empty() ? key : reference;
  action.bytes = std::string(bytes, 'x');
  core::Actor actor;
  actor.organization = body;
  return {Command{.actor = std::move(actor), .idempotency_key = key, .action = std::move(action)}, [](Result) {}};
}

std::vector<std::string> keys_of(const Intake::Group& group) {
  std::vector<std::string> keys;
  for (const auto& member : group.members) keys.push_back(member.command.idempotency_key);
  return keys;
}

TEST_CASE("of a queue that one body fills, every other body has its part of the next group; alone it has the whole") {
  Intake intake(4096);
  for (int i = 0; i < 500; ++i) REQUIRE(intake.submit(report_of("flood", "f" + std::to_string(i))));
  REQUIRE(intake.submit(report_of("honest", "h0")));
  REQUIRE(intake.submit(report_of("honest", "h1")));
  const auto group = intake.take(128);
  REQUIRE(group.members.size() == 128);
  const auto keys = keys_of(group);
  // Its quarter first, then the others, then what nobody else wants, in its order.
  for (int i = 0; i < 32; ++i) CHECK(keys[static_cast<std::size_t>(i)] == "f" + std::to_string(i));
  CHECK(keys[32] == "h0");
  CHECK(keys[33] == "h1");
  for (int i = 34; i < 128; ++i) CHECK(keys[static_cast<std::size_t>(i)] == "f" + std::to_string(i - 2));
  intake.done(group);
  const auto rest = intake.take(128);
  CHECK(rest.members.size() == 128);
  CHECK(keys_of(rest).front() == "f126");
}

TEST_CASE("what conflicts keeps its order, across the parts of a group too") {
  Intake intake(4096);
  for (int i = 0; i < 40; ++i) REQUIRE(intake.submit(report_of("flood", "f" + std::to_string(i))));
  // Beyond the part of its body, with one of that reference before it in the same case.
  REQUIRE(intake.submit(report_of("flood", "first", "one-case")));
  REQUIRE(intake.submit(report_of("flood", "second", "one-case")));
  const auto group = intake.take(128);
  const auto keys = keys_of(group);
  CHECK(std::find(keys.begin(), keys.end(), "first") != keys.end());
  CHECK(std::find(keys.begin(), keys.end(), "second") == keys.end());
  intake.done(group);
  CHECK(keys_of(intake.take(128)) == std::vector<std::string>{"second"});
}

TEST_CASE("one body fills a quarter of the queue, by count and by bytes, and what was taken is free again") {
  Intake intake(400);
  for (int i = 0; i < 100; ++i) REQUIRE(intake.submit(report_of("flood", std::to_string(i))));
  CHECK_FALSE(intake.submit(report_of("flood", "more")));
  CHECK(intake.submit(report_of("honest", "h")));
  const auto group = intake.take(50);
  CHECK(intake.submit(report_of("flood", "again")));

  Intake large(4096);
  constexpr std::size_t size = 1024 * 1024;
  int taken = 0;
  while (taken < 100 && large.submit(report_of("flood", std::to_string(taken), "", size))) ++taken;
  CHECK(taken == 16);
  CHECK(large.submit(report_of("honest", "h", "", size)));
}

}  // namespace
}  // namespace noroshi::store::test
