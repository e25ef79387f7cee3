// One key, one report; a state read before is not overwritten unseen.
#include <set>
#include <thread>

#include "tests/scenario/scene.h"

using namespace noroshi::scenario;

TEST_CASE("A report without an Idempotency-Key is refused and leaves nothing") {
  const Desk jps("jps", "csirt_member");
  const auto report = a_report();
  const auto reply = jps.post("/reports", report);
  CHECK(reply.status == 400);
  CHECK(reply.code() == "idempotency_key_required");
  CHECK(jps.list("/incidents?reference=" + text(report, "reference")).empty());
}

TEST_CASE("The same bytes again get the stored answer, byte for byte, and say so") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
  const auto report = a_report();
  const With with{.key = fresh_key()};
  const auto first = jps.sends(report, with);
  REQUIRE_MESSAGE(first.status == 201, first);
  CHECK(first.header("Idempotency-Replayed").empty());
  const Incident incident{text(first["incident"], "id"), "", text(report, "reference"), first};
  // What happened in between changes nothing in the answer.
  REQUIRE(jps.sends(later_version(incident, "followup", {{"summary", "続き"}})).status == 201);
  const auto again = jps.sends(report, with);
  CHECK(again.status == 201);
  CHECK(again.header("Idempotency-Replayed") == "true");
  CHECK(again.body == first.body);
  CHECK(mhlw.messages_of(incident).size() == 2);
}

TEST_CASE("The same key with other bytes is refused; the first report stands") {
  const Desk jps("jps", "csirt_member");
  const With with{.key = fresh_key()};
  auto report = a_report();
  REQUIRE(jps.sends(report, with).status == 201);
  report["title"] = "別の表題";
  const auto reply = jps.sends(report, with);
  CHECK(reply.status == 422);
  CHECK(reply.code() == "idempotency_key_reused");
  const auto kept = jps.list("/incidents?reference=" + text(report, "reference"));
  REQUIRE(kept.size() == 1);
  CHECK(text(kept.front(), "title") == "端末のマルウェア感染");
}

TEST_CASE("A key belongs to one body: another's same key is its own") {
  const Desk jps("jps", "csirt_member"), jma("jma", "csirt_member");
  const With with{.key = fresh_key()};
  REQUIRE(jps.sends(a_report(), with).status == 201);
  const auto other = jma.sends(a_report(), with);
  CHECK(other.status == 201);
  CHECK(other.header("Idempotency-Replayed").empty());
}

TEST_CASE("A key used for a report is not taken for another call") {
  const Desk jps("jps", "csirt_member");
  const With with{.key = fresh_key()};
  const auto report = a_report();
  const auto first = jps.sends(report, with);
  REQUIRE(first.status == 201);
  const auto reply = jps.post("/incidents/" + text(first["incident"], "id") + "/assessments", report, with);
  CHECK(reply.status == 422);
  const auto same_path = jps.post("/incidents/" + text(first["incident"], "id") + "/assessments",
                                  {{"assessment", "incident"}}, with);
  CHECK(same_path.status == 422);
  CHECK(same_path.code() == "idempotency_key_reused");
}

TEST_CASE("A refusal is not stored: mended, the report goes under the same key") {
  const Desk jps("jps", "csirt_member");
  const With with{.key = fresh_key()};
  auto report = a_report({{"assessment", "perhaps"}});
  CHECK(jps.sends(report, with).status == 422);
  report["assessment"] = "incident";
  CHECK(jps.sends(report, with).status == 201);
}

TEST_CASE("Twenty at once under one key make one report, and all get the same answer") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
  const auto report = a_report();
  const std::string bytes = json::serialize(report);
  const With with{.key = fresh_key()};
  std::vector<Reply> replies(20);
  std::vector<std::thread> threads;
  for (auto& reply : replies)
    threads.emplace_back([&] {
      try {
        reply = jps.post_bytes("/reports", bytes, with);
      } catch (const NoAnswer& cut) {
        reply.body = cut.what();
      }
    });
  for (auto& thread : threads) thread.join();

  std::set<std::string> bodies;
  int originals = 0;
  for (const auto& reply : replies) {
    CHECK_MESSAGE(reply.status == 201, reply);
    bodies.insert(reply.body);
    originals += reply.header("Idempotency-Replayed").empty();
  }
  CHECK(bodies.size() == 1);
  CHECK(originals == 1);
  CHECK(jps.list("/incidents?reference=" + text(report, "reference")).size() == 1);
}

TEST_CASE("Acts are kept from happening twice by the same key") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member"), nco("nco", "center_liaison");
  const auto incident = jps.reports(a_report());
  const auto path =
      "/obligations/" + text(mhlw.obligation_of(incident, "g", 3, "mhlw"), "id") + "/fulfillments";
  const With with{.key = fresh_key()};
  const auto first = mhlw.post(path, {{"method", "relay"}}, with);
  const auto again = mhlw.post(path, {{"method", "relay"}}, with);
  CHECK(first.status == 201);
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  CHECK(again.header("Idempotency-Replayed") == "true");
  CHECK(nco.messages_of(incident).size() == 1);
}

TEST_CASE("What was read before is not overwritten unseen, and not sent again unchanged") {
  const Desk jps("jps", "csirt_member");
  const auto incident = jps.reports(a_report());
  const std::string path = "/incidents/" + incident.id;
  // The record numbers the events of an incident a moment after it was accepted, which its timeline shows.
  Reply unchanged;
  std::string tag;
  CHECK(eventually([&] {
    tag = jps.get(path).header("ETag");
    unchanged = jps.get(path, {.if_none_match = tag});
    return unchanged.status == 304;
  }));
  REQUIRE(!tag.empty());
  CHECK(unchanged.body.empty());
  CHECK(unchanged.header("ETag") == tag);

  REQUIRE(jps.sends(later_version(incident, "followup", {{"summary", "変わった"}})).status == 201);
  CHECK(jps.get(path, {.if_none_match = tag}).status == 200);
  const json::object judgement{{"assessment", "incident"}, {"cyberattack", "possible"}};
  const auto stale = jps.post(path + "/assessments", judgement, {.if_match = tag});
  CHECK(stale.status == 412);
  CHECK(stale.code() == "precondition_failed");
  CHECK(text(jps.sees(incident), "cyberattack") == "yes");

  const auto fresh = jps.get(path).header("ETag");
  CHECK(jps.post(path + "/assessments", judgement, {.if_match = fresh}).status == 201);
  CHECK(text(jps.sees(incident), "cyberattack") == "possible");
  // Without If-Match nobody is asked for it.
  CHECK(jps.assesses(incident, {{"assessment", "incident"}, {"cyberattack", "yes"}}).status == 201);
}

TEST_CASE("Every single resource has an entity tag") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
  const auto incident = jps.reports(a_report());
  for (const auto& path : {"/obligations/" + text(mhlw.obligation_of(incident, "g", 3, "mhlw"), "id"),
                           "/inbox/" + text(mhlw.message_of(incident), "id"), std::string("/editions/h30")}) {
    INFO(path);
    const auto tag = mhlw.get(path).header("ETag");
    CHECK(!tag.empty());
    CHECK(mhlw.get(path, {.if_none_match = tag}).status == 304);
  }
}
