// The end of a case: closed in 2018, kept for its years, erased by two persons; and what is left of it for whom.
#include "tests/scenario/scene.h"

using namespace noroshi::scenario;

namespace {

// A daemon of its own whose shown clock goes where the story goes.
class World {
 public:
  World() {
    daemon_.emplace(folder_.path() / "data");
    show("2018-08-01T09:20:00+09:00");
  }

  Daemon& daemon() { return *daemon_; }
  Desk desk(const std::string& organization, const std::string& role, const std::string& person = "") {
    return {organization, role, person, *daemon_};
  }
  void show(const std::string& instant) { daemon_->show_clock(instant); }
  // `noroshi` as that desk's person runs it.
  Ending noroshi(const std::string& organization, const std::string& role, const std::string& person,
                 std::vector<std::string> arguments) {
    const auto file = folder_.path() / "token";
    write_file(file, daemon_->token(organization, role, person));
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    for (const auto& argument :
         {std::string("--url"), "https://127.0.0.1:" + std::to_string(daemon_->port()), std::string("--token-file"),
          file.string(), std::string("--ca"), (daemon_->data() / "tls" / "ca.pem").string()})
      arguments.push_back(argument);
    return run(noroshi_program(), arguments);
  }

 private:
  TemporaryFolder folder_;
  std::optional<Daemon> daemon_;
};

json::object canary_report(const std::string& canary) {
  return a_report_recognized(
      "2018-08-01T09:00:00+09:00",
      {{"title", canary + " 表題"}, {"summary", canary + " 概要"}, {"classification", {{"confidentiality", 1}}}});
}

// Everything is done and read, by everybody; the body closes the case.
void lives_through(World& world, const Incident& incident, const std::string& canary) {
  const auto head = world.desk("jps", "csirt_head", "責任者"), mhlw = world.desk("mhlw", "csirt_head", "省の責任者");
  REQUIRE(mhlw.fulfills(mhlw.obligation_of(incident, "g", 3, "mhlw"), {{"method", "relay"}, {"note", canary + " 中継"}})
              .status == 201);
  REQUIRE(head.fulfills(head.obligation_of(incident, "h", 0, "jps"),
                        {{"method", "police_report"}, {"note", canary + " 通報"}, {"reference", canary + "-7"}})
              .status == 201);
  REQUIRE(head.post("/incidents/" + incident.id + "/transitions", {{"to", "recovered"}, {"reason", canary + " 復旧"}}).status ==
          201);
  for (const Desk* desk : {&head, &mhlw})
    for (const auto& duty : desk->list("/obligations?state=open&incident=" + incident.id))
      if (text(duty, "holder") == desk->organization())
        REQUIRE(desk->fulfills(duty, {{"method", "done"}, {"note", canary + " 実施"}}).status == 201);
  const auto nisc = world.desk("nisc", "center_liaison", "連絡員");
  for (const Desk* desk : {&mhlw, &nisc})
    for (const auto& message : desk->messages_of(incident))
      if (message.at("acknowledged_at").is_null() && text(message, "kind") != "alarm")
        REQUIRE(desk->post("/inbox/" + text(message, "id") + "/acknowledgement",
                           {{"by", "当直"}, {"note", canary + " 受領"}})
                    .status == 201);
  const auto closed = head.post("/incidents/" + incident.id + "/transitions",
                                {{"to", "closed"}, {"reason", canary + " 終結"}}, {.key = fresh_key()});
  REQUIRE_MESSAGE(closed.status == 201, closed);
}

json::object decision(const char* word) {
  return {{"decision", word}, {"reason", "満了を確認"}};
}

// Everything of the incident that the desk can read.
std::string all_that(const Desk& desk, const Incident& incident) {
  std::string seen = desk.get("/incidents/" + incident.id).body;
  for (const auto& duty : desk.list("/obligations?incident=" + incident.id))
    seen += desk.get("/obligations/" + text(duty, "id")).body;
  for (const auto& item : desk.list("/incidents")) seen += json::serialize(item);
  if (desk.role() == "section_officer") return seen;
  for (const auto& message : desk.messages_of(incident)) seen += desk.get("/inbox/" + text(message, "id")).body;
  return seen;
}

}  // namespace

TEST_CASE("A case that was closed in 2018 is erased by two persons after the April 1 that ends its retention") {
  World world;
  const auto head = world.desk("jps", "csirt_head", "責任者"),
             officer = world.desk("jps", "section_officer", "課室責任者");
  const auto mhlw = world.desk("mhlw", "csirt_head", "省の責任者"),
             nisc = world.desk("nisc", "center_liaison", "連絡員");
  const auto canary = unique("CANARY");
  const auto report = canary_report(canary);
  const auto key = fresh_key();
  const auto first = head.sends(report, {.key = key});
  REQUIRE_MESSAGE(first.status == 201, first);
  const Incident incident{text(first["incident"], "id"), text(first["incident"], "number"),
                          text(first["incident"], "reference"), first};
  const auto erasures = "/incidents/" + incident.id + "/erasures";
  CHECK(head.post(erasures, {{"reason", "満了"}}).code() == "incident_open");
  CHECK(head.sees(incident).at("retained_until").is_null());
  lives_through(world, incident, canary);
  CHECK(text(head.sees(incident), "retained_until") == "2024-04-01T00:00:00+09:00");
  CHECK(text(head.sees(incident), "retention_class") == "confidentiality_1");
  CHECK(mentions(all_that(mhlw, incident), canary));

  // A day too early it is refused, and the day is named.
  world.show("2024-03-31T12:00:00+09:00");
  const auto early = head.post(erasures, {{"reason", "満了"}}, {.language = "en"});
  CHECK(early.status == 409);
  CHECK(early.code() == "retention_not_over");
  CHECK(mentions(early.body, "2024-04-01"));
  CHECK(head.list("/incidents?erasable=true").empty());

  world.show("2024-04-01T00:00:00+09:00");
  CHECK(head.list("/incidents?erasable=true").size() == 1);
  CHECK(mhlw.list("/incidents?erasable=true").empty());
  const auto asking_key = fresh_key();
  const auto asked = head.post(erasures, {{"reason", "保存期間の満了"}}, {.key = asking_key});
  REQUIRE_MESSAGE(asked.status == 201, asked);
  CHECK(text(asked.json(), "decision") == "pending");
  CHECK(asked.header("ETag").starts_with("\"r"));
  const auto again = head.post(erasures, {{"reason", "保存期間の満了"}}, {.key = asking_key});
  CHECK(again.body == asked.body);
  CHECK(again.header("Idempotency-Replayed") == "true");
  CHECK(head.post(erasures, {{"reason", "保存期間の満了"}}).code() == "erasure_pending");
  CHECK(mentions(all_that(mhlw, incident), canary));  // nothing is gone yet

  const auto place = erasures + "/" + text(asked.json(), "id") + "/decision";
  // Who asked does not decide, nor one who read what has since changed.
  CHECK(world.desk("jps", "section_officer", "責任者").post(place, decision("approved")).code() == "four_eyes");
  CHECK(officer.post(place, decision("approved"), {.if_match = "\"r1\""}).status == 412);
  const auto decided = officer.post(place, decision("approved"), {.key = fresh_key()});
  REQUIRE_MESSAGE(decided.status == 201, decided);
  CHECK(text(decided.json(), "decision") == "approved");
  CHECK_FALSE(decided["erased_at"].is_null());
  CHECK(officer.post(place, decision("rejected")).code() == "erasure_decided");
  CHECK(head.post(erasures, {{"reason", "再度"}}).code() == "incident_erased");

  // Nobody reads a word of it any more, and everybody who had it sees when it went and by whom.
  for (const Desk* desk : {&head, &officer, &mhlw, &nisc}) {
    CAPTURE(desk->organization());
    CHECK(!mentions(all_that(*desk, incident), canary));
    const auto seen = desk->sees(incident);
    CHECK(text(seen, "number") == incident.number);
    CHECK(text(seen, "reference") == incident.reference);
    CHECK(text(seen, "title") == "erased");
    CHECK(text(seen, "erased_by") == "jps");
    CHECK(text(seen, "erased_at") == text(decided.json(), "erased_at"));
    CHECK(seen.at("report").is_null());
    CHECK(text(seen.at("timeline").as_array().back(), "type") == "erasure.decided");
    CHECK(seen.at("erasures").as_array().size() == (desk->organization() == "jps" ? 1 : 0));
  }
  const auto message = mhlw.get("/inbox/" + text(mhlw.messages_of(incident).front(), "id"));
  CHECK(text(message.json(), "erased_by") == "jps");
  CHECK(message["report"].at("document").is_null());
  CHECK(message["report"].at("sha256").is_null());
  CHECK(message["report"].at("version") == 1);

  // A repeat of the report is told so; a later version of it is refused.
  const auto repeated = head.sends(report, {.key = key});
  CHECK(repeated.status == 201);
  CHECK(repeated.header("Idempotency-Replayed") == "true");
  CHECK(repeated["erased"] == true);
  CHECK(!mentions(repeated.body, canary));
  CHECK(text(repeated["receipt"], "event_id") == text(first["receipt"], "event_id"));
  CHECK(head.sends(later_version(incident, "followup", {{"title", "続報"}})).code() == "incident_erased");
  CHECK(head.sends(report).code() == "reference_exists");
  CHECK(mhlw.assesses(incident, {{"assessment", "incident"}}).code() == "incident_erased");
}

TEST_CASE("Who may not, does not: other bodies neither ask, nor decide, nor see that it was asked") {
  World world;
  const auto head = world.desk("jps", "csirt_head", "責任者");
  const auto canary = unique("CANARY");
  const auto incident = head.reports(canary_report(canary));
  lives_through(world, incident, canary);
  world.show("2024-04-01T00:00:00+09:00");
  const auto erasures = "/incidents/" + incident.id + "/erasures";
  const auto mhlw = world.desk("mhlw", "csirt_head", "省の責任者"), meti = world.desk("meti", "csirt_head");
  CHECK(mhlw.post(erasures, {{"reason", "x"}}).status == 403);
  CHECK(mhlw.post(erasures, {{"reason", "x"}}).code() == "not_the_holder");
  const auto real = meti.post(erasures, {{"reason", "x"}});
  const auto random = meti.post("/incidents/01900000-0000-7000-8000-000000000000/erasures", {{"reason", "x"}});
  CHECK(real.status == 404);
  CHECK(real.body == random.body);
  for (const auto* role : {"reporter", "external_contact", "ciso", "exception_officer", "section_officer"}) {
    CAPTURE(role);
    CHECK(world.desk("jps", role).post(erasures, {{"reason", "x"}}).code() == "role_required");
  }

  const auto asked = head.post(erasures, {{"reason", "内密の理由"}});
  REQUIRE_MESSAGE(asked.status == 201, asked);
  const auto place = erasures + "/" + text(asked.json(), "id") + "/decision";
  CHECK(world.desk("mhlw", "section_officer").post(place, decision("approved")).code() == "not_the_holder");
  CHECK(world.desk("meti", "section_officer").post(place, decision("approved")).status == 404);
  for (const auto* role : {"csirt_head", "csirt_member", "ciso", "exception_officer"}) {
    CAPTURE(role);
    CHECK(world.desk("jps", role, "他の者").post(place, decision("approved")).code() == "role_required");
  }
  const auto seen = all_that(mhlw, incident);
  CHECK(!mentions(seen, "内密の理由"));
  CHECK(!mentions(seen, "erasure."));
  CHECK(mentions(seen, canary));
}

TEST_CASE("From the terminal: what may be erased, asking, turning down, asking again, approving") {
  World world;
  const auto head = world.desk("jps", "csirt_head", "責任者");
  const auto canary = unique("CANARY");
  const auto incident = head.reports(canary_report(canary));
  lives_through(world, incident, canary);
  const auto as_head = [&](std::vector<std::string> arguments) {
    return world.noroshi("jps", "csirt_head", "責任者", std::move(arguments));
  };
  const auto as_officer = [&](std::vector<std::string> arguments) {
    return world.noroshi("jps", "section_officer", "課室責任者", std::move(arguments));
  };
  auto ending = as_head({"incident", "erasable"});
  CHECK(ending.code == 0);
  CHECK(!mentions(ending.output, incident.number));
  ending = as_head({"--lang", "ja", "incident", "erase", incident.number, "--reason", "満了"});
  CHECK(ending.code == 2);
  CHECK(mentions(ending.errors, "2024-04-01"));

  world.show("2024-04-01T00:00:00+09:00");
  ending = as_head({"incident", "erasable"});
  CHECK(mentions(ending.output, incident.number));
  CHECK(as_officer({"incident", "erasure", "approve", incident.number, "--reason", "可"}).code == 1);  // nobody asked
  ending = as_head({"incident", "erase", incident.number, "--reason", "満了"});
  CHECK_MESSAGE(ending.code == 0, ending.errors);
  CHECK(mentions(as_officer({"--lang", "ja", "incident", "erasable"}).output, "決定待ち"));
  ending = as_officer({"incident", "erasure", "reject", incident.number, "--reason", "訴訟のため"});
  CHECK_MESSAGE(ending.code == 0, ending.errors);
  CHECK(mentions(ending.output, "責任者"));
  CHECK(mentions(as_head({"report", "show", incident.number}).output, canary));

  CHECK(as_head({"incident", "erase", incident.number, "--reason", "満了"}).code == 0);
  ending = as_officer({"--lang", "ja", "incident", "erasure", "approve", incident.number, "--reason", "可"});
  CHECK_MESSAGE(ending.code == 0, ending.errors);
  CHECK(mentions(ending.output, "3.1.1(8)"));  // backups are the operator's
  ending = as_head({"--lang", "ja", "report", "show", incident.number});
  CHECK(!mentions(ending.output, canary));
  CHECK(mentions(ending.output, "消去済み"));
  const auto message = world.desk("mhlw", "csirt_head", "省の責任者").messages_of(incident).front();
  ending = world.noroshi("mhlw", "csirt_head", "省の責任者", {"--lang", "ja", "inbox", "show", text(message, "id")});
  CHECK(mentions(ending.output, "消去済み"));
  CHECK(mentions(ending.output, "jps"));
  CHECK(mentions(ending.output, "2024-04-01"));
  CHECK(!mentions(ending.output, canary));
}
