// Down as well as up: the centre sees something first, tells the ministry, which tells its corporation; inquiries (照会) and their
// clock. The clock that is shown goes where the story goes.
#include <fmt/format.h>

#include "tests/scenario/scene.h"

using namespace noroshi::scenario;

namespace {

class World {
 public:
  World() { daemon_.emplace(folder_.path() / "data"); }
  ~World() { check_record(); }

  Daemon& daemon() { return *daemon_; }
  Desk desk(const std::string& organization, const std::string& role, const std::string& person = "") {
    return {organization, role, person, *daemon_};
  }
  void show(const std::string& instant) { daemon_->show_clock(instant); }
  // `noroshi` as that desk's person runs it.
  Ending noroshi(const std::string& organization, const std::string& role, std::vector<std::string> arguments) {
    const auto file = folder_.path() / "token";
    write_file(file, daemon_->token(organization, role));
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    for (const auto& argument :
         {std::string("--url"), "https://127.0.0.1:" + std::to_string(daemon_->port()), std::string("--token-file"),
          file.string(), std::string("--ca"), (daemon_->data() / "tls" / "ca.pem").string(), std::string("--lang"), std::string("en")})
      arguments.push_back(argument);
    return run(noroshi_program(), arguments);
  }

  // Whatever a story did, the tables are what the events make of them.
  void check_record() {
    const auto checked = run(noroshi_program(), {"--data", daemon_->data().string(), "record", "verify", "--tables"});
    CHECK_MESSAGE(checked.code == 0, checked.output);
  }

 private:
  TemporaryFolder folder_;
  std::optional<Daemon> daemon_;
};

// "05-29 11:00" of next year, in Japan: the record's times only rise.
std::string on(std::string_view day_and_time) {
  static const int year = std::stoi(minutes_ago(0).substr(0, 4)) + 1;
  return fmt::format("{}-{}T{}:00+09:00", year, day_and_time.substr(0, 5), day_and_time.substr(6));
}

std::string made(const Reply& reply, std::string_view member) {
  REQUIRE_MESSAGE(reply.status == 201, reply);
  return text(reply[member], "id");
}

Lines types_of(const json::object& page, std::string_view kind) {
  Lines types;
  for (const auto& entry : page.at("timeline").as_array())
    if (text(entry, "type").starts_with(kind)) types.push_back(text(entry, "type"));
  return types;
}

// "nco -> mhlw PT36H JPS-2027-1": who told whom, the hours it has waited ("new", "answered"), what came of it.
std::string waited(const json::object& notice) {
  if (notice.at("waiting").is_null()) return "answered";
  const auto waiting = text(notice, "waiting");
  const auto hours = waiting.find('H');
  return hours == std::string::npos ? "new" : waiting.substr(0, hours + 1);
}
Lines notices_of(const Desk& desk) {
  Lines lines;
  for (const auto& notice : desk.list("/notices")) {
    std::string line = text(notice, "from") + " -> " + text(notice, "to") + " " + waited(notice);
    for (const auto& incident : notice.at("incidents").as_array()) line += " " + text(incident, "number");
    lines.push_back(line);
  }
  return lines;
}

// "2 jps -> jps csirt_head", oldest first.
Lines inquiry_alarms(const Desk& desk, const Incident& incident) {
  Lines lines;
  auto items = desk.list("/alarms");
  for (auto alarm = items.rbegin(); alarm != items.rend(); ++alarm)
    if (text(*alarm, "incident_id") == incident.id && text(*alarm, "code") == "inquiry_overdue")
      lines.push_back(std::to_string(alarm->at("level").to_number<int>()) + " " + text(*alarm, "holder") + " -> " +
                      text(*alarm, "organization") + " " + text(*alarm, "role"));
  return lines;
}

}  // namespace

TEST_CASE("2015 as it could have been: the centre's word goes down, the report comes up, and it is one case") {
  World world;
  const auto center = world.desk("nco", "center_liaison"), mhlw = world.desk("mhlw", "csirt_member"),
             jps = world.desk("jps", "csirt_member"), mext = world.desk("mext", "csirt_member");
  world.show(on("05-08 15:00"));
  const auto given = made(center.post("/notices", {{"to", "mhlw"}, {"text", "所管法人と思われる不審な通信を検知"}}), "notice");
  world.show(on("05-08 17:05"));
  const auto passed_on = made(mhlw.post("/notices", {{"to", "jps"}, {"text", "センターから連絡あり。端末を確認のこと"}, {"passes_on", given}}), "notice");
  CHECK(notices_of(center) == Lines{"nco -> mhlw PT2H"});
  CHECK(notices_of(jps) == Lines{"mhlw -> jps new"});
  // Two bodies each, nobody else; the corporation reads nothing of what the centre wrote.
  CHECK(notices_of(mext).empty());
  CHECK_FALSE(mentions(jps.get("/notices").body, "検知"));
  CHECK(jps.get("/notices/" + passed_on)["passes_on"].is_null());
  CHECK(text(mhlw.get("/notices/" + passed_on).json(), "passes_on") == given);
  CHECK(mhlw.get("/notices/" + given)["passed_on"].as_array().size() == 1);
  const auto unknown = mext.get("/notices/01a20785-1567-7019-b930-1cb4528fac7d");
  CHECK(unknown.status == 404);
  CHECK(mext.get("/notices/" + given).body == unknown.body);
  CHECK(jps.get("/notices/" + given).body == unknown.body);
  CHECK(mext.post("/notices/" + given + "/answer", {{"text", "回答"}}).status == 404);
  CHECK(center.post("/notices/" + given + "/answer", {{"text", "回答"}}).code() == "not_the_holder");

  // What has waited longest comes first; what is answered, after it.
  world.show(on("05-09 09:10"));
  made(center.post("/notices", {{"to", "mhlw"}, {"text", "別件"}}), "notice");
  CHECK(notices_of(mhlw) == Lines{"nco -> mhlw PT18H", "mhlw -> jps PT16H", "nco -> mhlw new"});
  CHECK(mhlw.list("/notices?answered=true").empty());
  REQUIRE(jps.post("/notices/" + passed_on + "/answer", {{"text", "1台を特定、隔離した"}}).status == 201);
  CHECK(jps.post("/notices/" + passed_on + "/answer", {{"text", "再度"}}).code() == "notice_answered");
  REQUIRE(mhlw.post("/notices/" + given + "/answer", {{"text", "機構に確認中"}}).status == 201);
  CHECK(notices_of(mhlw) == Lines{"nco -> mhlw new", "mhlw -> jps answered", "nco -> mhlw answered"});
  CHECK(text(center.get("/notices/" + given).json(), "answer") == "機構に確認中");

  // (g) opens at the assessment of the corporation, not before, and the centre's knowing discharges nothing of it.
  const auto incident = jps.reports(a_report_recognized(on("05-08 10:28"), {{"title", "端末の不審な通信"}, {"assessment", "possible"}}));
  CHECK(center.post("/notices/" + given + "/link", {{"incident", incident.id}}).status == 404);
  CHECK(mext.post("/notices/" + passed_on + "/link", {{"incident", incident.id}}).status == 404);
  const auto linked = jps.post("/notices/" + passed_on + "/link", {{"incident", incident.id}});
  REQUIRE_MESSAGE(linked.status == 201, linked);
  CHECK(text(linked["incident"], "number") == incident.number);
  CHECK(jps.post("/notices/" + passed_on + "/link", {{"incident", incident.id}}).mistakes() == Lines{"/incident already_linked"});
  const auto opened = [&](const Desk& desk) {
    Lines lines;
    for (const auto& line : desk.duties(incident))
      if (line.starts_with("(g)")) lines.push_back(line);
    return lines;
  };
  CHECK(opened(jps).empty());
  REQUIRE(jps.assesses(incident, {{"assessment", "incident"}, {"cyberattack", "possible"}, {"reason", "調査の結果"}}).status == 201);
  CHECK(opened(jps) == Lines{"(g)2 jps -> mhlw fulfilled", "(g)3 mhlw -> nco open"});
  const auto relay = mhlw.obligation_of(incident, "g", 3, "mhlw");
  REQUIRE(mhlw.fulfills(relay, {{"method", "relay"}}).status == 201);
  CHECK(opened(center) == Lines{"(g)2 jps -> mhlw fulfilled", "(g)3 mhlw -> nco fulfilled"});

  // One case, which all three see at the notice that is theirs.
  CHECK(notices_of(jps) == Lines{"mhlw -> jps answered " + incident.number});
  CHECK(notices_of(center) == Lines{"nco -> mhlw new", "nco -> mhlw answered " + incident.number});
  CHECK(notices_of(mhlw) == Lines{"nco -> mhlw new", "mhlw -> jps answered " + incident.number, "nco -> mhlw answered " + incident.number});
  CHECK(center.list("/incidents").size() == 1);
  const auto notices_in = [&](const Desk& desk) {
    Lines lines;
    const auto page = desk.sees(incident);
    for (const auto& notice : page.at("notices").as_array()) lines.push_back(text(notice, "id"));
    return lines;
  };
  CHECK(notices_in(jps) == Lines{passed_on});
  CHECK(notices_in(mhlw) == Lines{given, passed_on});
  CHECK(notices_in(center) == Lines{given});
  CHECK(types_of(jps.sees(incident), "notice.") == Lines{"notice.linked"});

  const auto listed = world.noroshi("nco", "center_liaison", {"notice", "list"});
  CHECK_MESSAGE(listed.code == 0, listed.output);
  CHECK(mentions(listed.output, incident.number));
  CHECK(world.noroshi("mhlw", "csirt_member", {"notice", "give", "--to", "mext", "--text", "x"}).code != 0);
}

TEST_CASE("the centre asks, the ministry passes on, and the answer comes back up; a third body learns nothing") {
  World world;
  const auto center = world.desk("nco", "center_liaison"), mhlw = world.desk("mhlw", "csirt_member"),
             jps = world.desk("jps", "csirt_member"), mext = world.desk("mext", "csirt_member"),
             ciso = world.desk("mhlw", "ciso"), police = world.desk("police-tokyo", "police_desk");
  world.show(on("05-11 10:00"));
  const auto incident = jps.reports(a_report_recognized(on("05-11 09:00"), {{"cyberattack", "yes"}}));
  const auto place = "/incidents/" + incident.id + "/inquiries";
  CHECK(center.post(place, {{"to", "mhlw"}, {"text", "問"}}).status == 404);
  REQUIRE(mhlw.fulfills(mhlw.obligation_of(incident, "g", 3, "mhlw"), {{"method", "relay"}}).status == 201);
  const auto duties = center.duties(incident);

  const auto asked = made(center.post(place, {{"to", "mhlw"}, {"text", "照会の本文CANARY"}}), "inquiry");
  const auto newest = mhlw.inbox().front();
  CHECK(text(newest, "kind") == "notice");
  CHECK(newest.at("clause").is_null());
  const auto message = mhlw.get("/inbox/" + text(newest, "id"));
  CHECK(message["report"].is_null());
  CHECK(mentions(message.body, asked));
  CHECK_FALSE(mentions(message.body, "CANARY"));
  CHECK(text(mhlw.get("/inquiries/" + asked).json(), "text") == "照会の本文CANARY");
  CHECK(ciso.list("/inquiries").size() == 1);
  CHECK(ciso.post("/inquiries/" + asked + "/answer", {{"text", "答"}}).status == 403);
  CHECK(police.get("/inquiries").status == 403);

  const auto passed_on = made(mhlw.post(place, {{"to", "jps"}, {"text", "省からの問"}, {"passes_on", asked}}), "inquiry");
  CHECK(jps.get("/inquiries/" + passed_on)["passes_on"].is_null());
  CHECK(text(mhlw.get("/inquiries/" + passed_on).json(), "passes_on") == asked);
  CHECK(center.get("/inquiries/" + asked)["passed_on"].as_array().empty());
  CHECK(jps.list(place).size() == 1);
  CHECK(mhlw.list(place).size() == 2);
  CHECK(center.list(place).size() == 1);
  const auto unknown = mext.get("/inquiries/01a20785-1567-7019-b930-1cb4528fac7d");
  CHECK(unknown.status == 404);
  CHECK(mext.get("/inquiries/" + asked).body == unknown.body);
  CHECK(jps.get("/inquiries/" + asked).body == unknown.body);
  CHECK(center.get("/inquiries/" + passed_on).body == unknown.body);
  CHECK(mext.get(place).body == unknown.body);
  CHECK(mext.list("/inquiries").empty());
  CHECK(jps.post("/inquiries/" + asked + "/answer", {{"text", "答"}}).status == 404);
  CHECK(mext.post("/inquiries/" + asked + "/withdrawal", {{"reason", "理由"}}).status == 404);
  CHECK(center.post(place, {{"to", "jps"}, {"text", "問"}}).code() == "inquiry_not_allowed");
  CHECK(jps.post(place, {{"to", "police-tokyo"}, {"text", "問"}}).code() == "inquiry_not_allowed");
  CHECK(jps.post(place, {{"text", " "}}).mistakes() == Lines{"/text blank", "/to required"});

  REQUIRE(jps.post("/inquiries/" + passed_on + "/answer", {{"text", "5月8日の午前"}}).status == 201);
  CHECK(text(center.get("/inquiries/" + asked).json(), "state") == "open");
  REQUIRE(mhlw.post("/inquiries/" + asked + "/answer", {{"text", "機構によれば5月8日の午前"}}).status == 201);
  const auto answered = center.get("/inquiries/" + asked);
  CHECK(text(answered.json(), "state") == "answered");
  CHECK(text(answered.json(), "answer") == "機構によれば5月8日の午前");
  CHECK(text(center.inbox().front(), "kind") == "notice");
  CHECK(mhlw.post("/inquiries/" + asked + "/answer", {{"text", "再度"}}).code() == "inquiry_not_open");
  CHECK(center.list("/inquiries?state=open").empty());
  CHECK(center.list("/inquiries?state=answered&to=mhlw").size() == 1);
  CHECK(center.get("/inquiries?state=lost").status == 422);

  const auto withdrawn = made(mhlw.post(place, {{"to", "jps"}, {"text", "別の問"}}), "inquiry");
  CHECK(jps.post("/inquiries/" + withdrawn + "/withdrawal", {{"reason", "理由"}}).code() == "not_the_holder");
  REQUIRE(mhlw.post("/inquiries/" + withdrawn + "/withdrawal", {{"reason", "続報で判明"}}).status == 201);
  CHECK(text(jps.get("/inquiries/" + withdrawn).json(), "withdrawal_reason") == "続報で判明");

  // A notice down about the case is a message to be acknowledged.
  const auto told = made(center.post("/incidents/" + incident.id + "/notices", {{"to", "mhlw"}, {"text", "同じ送信元を他でも確認"}}), "message");
  CHECK(mentions(mhlw.get("/inbox/" + told).body, "同じ送信元を他でも確認"));
  CHECK(mhlw.post("/inbox/" + told + "/acknowledgement", {{"by", "当直"}}).status == 201);
  CHECK(jps.get("/inbox/" + told).status == 404);
  CHECK(mhlw.post("/incidents/" + incident.id + "/notices", {{"to", "nco"}, {"text", "上へ"}}).code() == "inquiry_not_allowed");

  // None of it touched a duty. The timeline shows each body what is its own.
  CHECK(center.duties(incident) == duties);
  CHECK(types_of(jps.sees(incident), "inquiry.") ==
        Lines{"inquiry.asked", "inquiry.answered", "inquiry.asked", "inquiry.withdrawn"});
  CHECK(types_of(center.sees(incident), "inquiry.") == Lines{"inquiry.asked", "inquiry.answered"});
  CHECK_FALSE(mentions(jps.get("/incidents/" + incident.id).body, "CANARY"));

  // The same at the command line.
  const auto by_hand = world.noroshi("nco", "center_liaison", {"inquiry", "ask", incident.number, "--to", "mhlw", "--text", "端末の台数"});
  CHECK_MESSAGE(by_hand.code == 0, by_hand.output);
  const auto waiting = mhlw.list("/inquiries?state=open");
  REQUIRE(waiting.size() == 1);
  const auto id = text(waiting.front(), "id");
  const auto by_mhlw = world.noroshi("mhlw", "csirt_member", {"inquiry", "answer", id, "--text", "31台"});
  CHECK_MESSAGE(by_mhlw.code == 0, by_mhlw.output);
  const auto shown = world.noroshi("nco", "center_liaison", {"inquiry", "show", id});
  CHECK(mentions(shown.output, "31台"));
  CHECK(mentions(world.noroshi("nco", "center_liaison", {"inquiry", "list", "--incident", incident.number}).output, "answered"));
}

TEST_CASE("an inquiry that nobody answers is heard: the roles of who was asked, then the asker; an answer silences it") {
  World world;
  const auto mhlw = world.desk("mhlw", "csirt_head"), jps = world.desk("jps", "csirt_member");
  world.desk("jps", "csirt_head");
  world.desk("jps", "ciso");
  world.show(on("05-11 10:00"));
  const auto incident = jps.reports(a_report_recognized(on("05-11 09:00")));
  const auto place = "/incidents/" + incident.id + "/inquiries";
  const auto first = made(mhlw.post(place, {{"to", "jps"}, {"text", "問"}}), "inquiry");
  CHECK(text(mhlw.get("/inquiries/" + first).json(), "due_at").starts_with(on("05-12 10:00").substr(0, 15)));
  world.show(on("05-12 10:02"));
  CHECK(eventually([&] { return inquiry_alarms(jps, incident) == Lines{"1 jps -> jps csirt_member"}; }));
  CHECK(jps.get("/inquiries/" + first)["overdue"].as_bool());
  world.show(on("05-12 11:02"));
  CHECK(eventually([&] { return inquiry_alarms(jps, incident).size() >= 4 && !inquiry_alarms(mhlw, incident).empty(); }));
  CHECK(inquiry_alarms(jps, incident) ==
        Lines{"1 jps -> jps csirt_member", "2 jps -> jps csirt_head", "3 jps -> jps ciso", "4 jps -> mhlw csirt_head"});
  CHECK(inquiry_alarms(mhlw, incident) == Lines{"4 jps -> mhlw csirt_head"});

  const auto second = made(mhlw.post(place, {{"to", "jps"}, {"text", "二つ目"}}), "inquiry");
  const auto third = made(mhlw.post(place, {{"to", "jps"}, {"text", "三つ目"}}), "inquiry");
  REQUIRE(jps.post("/inquiries/" + second + "/answer", {{"text", "答"}}).status == 201);
  world.show(on("05-13 12:30"));
  // The third rings; by then the second would have.
  CHECK(eventually([&] { return inquiry_alarms(mhlw, incident).size() >= 2; }));
  CHECK(inquiry_alarms(jps, incident).size() == 8);
  CHECK(jps.get("/inquiries/" + third)["overdue"].as_bool());
  CHECK_FALSE(jps.get("/inquiries/" + second)["overdue"].as_bool());
  // The longest overdue comes first.
  const auto list = jps.list("/inquiries");
  REQUIRE(list.size() == 3);
  CHECK(text(list[0], "id") == first);
  CHECK(text(list[1], "id") == third);
  CHECK(text(list[2], "id") == second);
  // Page by page it is the same list.
  CHECK(jps.list("/inquiries?limit=1").size() == 3);
}

TEST_CASE("within an exercise an inquiry is marked, and nobody beside the chain hears of it") {
  World world;
  const auto center = world.desk("nco", "center_liaison"), mhlw = world.desk("mhlw", "csirt_member"),
             jps = world.desk("jps", "csirt_member");
  const auto police = world.desk("police-tokyo", "police_desk"), crisis = world.desk("cas-jitai", "crisis_desk");
  const auto incident = jps.reports(a_report({{"exercise", true}, {"large_scale", a_large_scale_cell()}}));
  REQUIRE(mhlw.fulfills(mhlw.obligation_of(incident, "g", 3, "mhlw"), {{"method", "relay"}}).status == 201);
  const auto place = "/incidents/" + incident.id + "/inquiries";
  const auto asked = made(center.post(place, {{"to", "mhlw"}, {"text", "問"}}), "inquiry");
  const auto inquiry = mhlw.get("/inquiries/" + asked);
  CHECK(inquiry["incident"].at("exercise").as_bool());
  CHECK(mhlw.inbox().front().at("exercise").as_bool());
  for (const auto* outside : {"police-tokyo", "cas-jitai"}) {
    CHECK(mhlw.post(place, {{"to", outside}, {"text", "問"}}).code() == "inquiry_not_allowed");
    CHECK(center.post("/incidents/" + incident.id + "/notices", {{"to", outside}, {"text", "知らせ"}}).code() == "inquiry_not_allowed");
    CHECK(center.post("/notices", {{"to", outside}, {"text", "知らせ"}}).code() == "inquiry_not_allowed");
  }
  CHECK(police.inbox().empty());
  CHECK(crisis.inbox().empty());
  const auto listed = world.noroshi("mhlw", "csirt_member", {"inquiry", "list"});
  CHECK(mentions(listed.output, "[EXERCISE]"));
}
