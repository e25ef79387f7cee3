// 例外措置: asked by one person, decided by another.
#include "tests/scenario/scene.h"

using namespace noroshi::scenario;

namespace {

struct Asked {
  json::object duty;
  std::string waiver;
};

Asked asks_for_waiver(const Desk& desk, const Incident& incident) {
  const auto duty = desk.obligation_of(incident, "h", 0, desk.organization());
  const auto reply = desk.post("/obligations/" + text(duty, "id") + "/waivers",
                               {{"reason", "警察庁から入手した情報"}}, {.key = fresh_key()});
  REQUIRE_MESSAGE(reply.status == 201, reply);
  CHECK(text(reply.json(), "decision") == "pending");
  return {duty, text(reply.json(), "id")};
}

std::string decision_of(const Asked& asked) {
  return "/obligations/" + text(asked.duty, "id") + "/waivers/" + asked.waiver + "/decision";
}

}  // namespace

TEST_CASE("A waiver is asked for by one person and decided by the exception officer, another one") {
  const Desk member("jps", "csirt_member", "係員"), officer("jps", "exception_officer", "許可権限者");
  const Desk mhlw("mhlw", "csirt_member");
  const auto incident = member.reports(a_report());
  const auto asked = asks_for_waiver(member, incident);
  CHECK(text(member.obligation_of(incident, "h", 0, "jps"), "state") == "open");
  CHECK(member.post("/obligations/" + text(asked.duty, "id") + "/waivers", {{"reason", "もう一度"}}).code() ==
        "waiver_pending");

  const auto reply = officer.post(decision_of(asked), {{"decision", "approved"}, {"reason", "妥当"}});
  REQUIRE_MESSAGE(reply.status == 201, reply);
  CHECK(text(mhlw.obligation_of(incident, "h", 0, "jps"), "state") == "waived");
  CHECK(officer.post(decision_of(asked), {{"decision", "rejected"}, {"reason", "気が変わった"}}).code() ==
        "waiver_decided");
  CHECK(member.fulfills(asked.duty, {{"method", "police_report"}}).code() == "obligation_not_open");
}

TEST_CASE("Rejected, the duty stays open") {
  const Desk member("jps", "csirt_member", "係員"), officer("jps", "exception_officer", "許可権限者");
  const auto incident = member.reports(a_report());
  const auto asked = asks_for_waiver(member, incident);
  REQUIRE(officer.post(decision_of(asked), {{"decision", "rejected"}, {"reason", "通報が必要"}}).status ==
          201);
  CHECK(text(member.obligation_of(incident, "h", 0, "jps"), "state") == "open");
  CHECK(member.fulfills(asked.duty, {{"method", "police_report"}}).status == 201);
}

TEST_CASE("Who asked does not decide, be it under another token of the same person") {
  const Desk member("jps", "csirt_member", "兼務者"), officer("jps", "exception_officer", "兼務者");
  const auto incident = member.reports(a_report());
  const auto asked = asks_for_waiver(member, incident);
  CHECK(member.post(decision_of(asked), {{"decision", "approved"}, {"reason", "可"}}).status == 403);
  const auto reply = officer.post(decision_of(asked), {{"decision", "approved"}, {"reason", "可"}});
  CHECK(reply.status == 409);
  CHECK(reply.code() == "four_eyes");
  CHECK(text(member.obligation_of(incident, "h", 0, "jps"), "state") == "open");
}

TEST_CASE("The officer of another body decides nothing, and learns nothing") {
  const Desk member("jps", "csirt_member", "係員"), stranger("meti", "exception_officer", "許可権限者");
  const Desk above("mhlw", "exception_officer", "許可権限者");
  const auto incident = member.reports(a_report());
  const auto asked = asks_for_waiver(member, incident);
  CHECK(stranger.post(decision_of(asked), {{"decision", "approved"}, {"reason", "可"}}).status == 404);
  const auto reply = above.post(decision_of(asked), {{"decision", "approved"}, {"reason", "可"}});
  CHECK((reply.status == 403 || reply.status == 404));
  CHECK(text(member.obligation_of(incident, "h", 0, "jps"), "state") == "open");
}
