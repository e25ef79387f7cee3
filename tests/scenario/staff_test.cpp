// The people of a body over the interface: who names whom, who is on duty, and four eyes through delegation. A daemon of its own,
// since posts stay.
#include "tests/scenario/scene.h"

using namespace noroshi::scenario;

namespace {

struct Ministry {
  Daemon& daemon;
  Desk ciso{"mhlw", "ciso", "", daemon}, head{"mhlw", "csirt_head", "", daemon}, member{"mhlw", "csirt_member", "", daemon};

  std::string add(const std::string& name) const {
    const auto reply = head.post("/people", {{"name", name}, {"employment", "employee"}, {"skills", {"forensics"}}});
    REQUIRE_MESSAGE(reply.status == 201, reply);
    return text(reply.json(), "id");
  }
  Reply appoint(const Desk& desk, const std::string& person, const std::string& post) const {
    return desk.post("/people/" + person + "/appointments", {{"post", post}, {"ground", "expertise"}});
  }
  // A desk of that person.
  Desk of(const std::string& person, const std::string& role) const {
    return Desk::with_token(daemon.issue_token({"--org", "mhlw", "--role", role, "--person", person}), daemon);
  }
};

Daemon& own_daemon() {
  static const TemporaryFolder folder;
  static Daemon daemon(folder.path() / "data");
  return daemon;
}

}  // namespace

TEST_CASE("Each body names its people, and no office does what is another's") {
  Ministry ministry{own_daemon()};
  const auto person = ministry.add("厚生労働 花子");
  CHECK(ministry.member.post("/people", {{"name", "甲"}, {"employment", "employee"}}).code() == "role_required");
  CHECK(ministry.head.post("/people", {{"name", ""}, {"employment", "king"}}).mistakes() ==
        Lines{"/employment value", "/name blank"});
  REQUIRE(ministry.appoint(ministry.ciso, person, "exception_officer").status == 201);
  CHECK(ministry.appoint(ministry.head, person, "exception_officer").code() == "role_required");
  const auto one = ministry.member.get("/people/" + person);
  REQUIRE(one.status == 200);
  CHECK(one["posts"].as_array().size() == 1);
  CHECK_FALSE(one.header("ETag").empty());
  CHECK(Desk("jps", "csirt_head", "", own_daemon()).get("/people/" + person).status == 404);
  CHECK(Desk("jps", "csirt_head", "", own_daemon()).list("/people").empty());
  CHECK(ministry.member.list("/people?post=exception_officer").size() == 1);

  const Desk jps("jps", "ciso", "", own_daemon());
  const auto theirs = jps.post("/people", {{"name", "年金 太郎"}, {"employment", "employee"}});
  const auto refused =
      jps.post("/people/" + text(theirs.json(), "id") + "/appointments", {{"post", "cymat_member"}, {"ground", "expertise"}});
  CHECK(refused.code() == "national_agency_required");
  CHECK(mentions(refused.body, "2.1.1(7)(d)"));
}

TEST_CASE("The roster says who is on duty and who comes next, and is an iCalendar") {
  Ministry ministry{own_daemon()};
  const auto person = ministry.add("当直; 一郎");
  REQUIRE(ministry.appoint(ministry.head, person, "csirt_member").status == 201);
  const auto turn = [&](int from, int until) {
    return ministry.head.post("/rosters/shifts", {{"person", person},
                                                  {"post", "csirt_member"},
                                                  {"from", minutes_ago(-from)},
                                                  {"until", minutes_ago(-until)}});
  };
  REQUIRE(turn(60, 120).status == 201);
  CHECK(turn(90, 100).code() == "shift_overlaps");
  const auto roster = ministry.member.get("/rosters?post=csirt_member&at=" + minutes_ago(-70).substr(0, 19) + "%2B09:00");
  REQUIRE_MESSAGE(roster.status == 200, roster);
  CHECK(roster["on_duty"].as_array().size() == 1);
  CHECK(mentions(text(roster.json(), "hand_over_at"), "+09:00"));
  CHECK(ministry.member.get("/rosters")["next"].as_array().size() == 1);
  const auto calendar = ministry.member.get("/rosters/calendar");
  CHECK(calendar.header("Content-Type").starts_with("text/calendar"));
  CHECK(mentions(calendar.body, "BEGIN:VEVENT\r\nUID:"));
  CHECK(mentions(calendar.body, "当直\\; 一郎"));
}

TEST_CASE("A list of people is tried, taken whole, and given back as it was") {
  Ministry ministry{own_daemon()};
  const auto import = [&](const std::string& list, bool dry_run) {
    return Reply(own_daemon().send("POST", std::string("/api/v1/people/import?dry_run=") + (dry_run ? "true" : "false"),
                                   {{"Authorization", "Bearer " + own_daemon().token("mhlw", "csirt_head")},
                                    {"Content-Type", "text/csv"}},
                                   list));
  };
  const auto before = ministry.member.list("/people").size();
  const std::string wrong =
      "name,employment,post,ground\n名簿 一,employee,csirt_member,expertise\n名簿 二,king,,\n名簿 三,employee,csirt_member,\n"
      "名簿 四,employee,exception_officer,office\n";
  for (const bool dry_run : {true, false})
    CHECK(import(wrong, dry_run).mistakes() ==
          Lines{"/3/employment value", "/4/ground required", "/5/post role_required"});
  const std::string right = "name,employment,post,ground\n名簿 一,employee,csirt_member,expertise\n";
  CHECK(import(right, true).status == 200);
  CHECK(ministry.member.list("/people").size() == before);
  CHECK(import(right, false).status == 201);
  CHECK(ministry.member.list("/people").size() == before + 1);
  CHECK(import(right, true).mistakes() == Lines{"/2/name person_exists"});
  CHECK(mentions(ministry.member.get("/people/export").body, "\"名簿 一\",\"employee\",\"\",\"false\",\"csirt_member\""));
  const auto as_json = ministry.head.post("/people/import", {}, {.language = "en"});
  CHECK(as_json.status == 415);
  CHECK(mentions(text(as_json.json(), "detail"), "text/csv"));
}

TEST_CASE("Who acts by delegation of who asked does not decide") {
  Ministry ministry{own_daemon()};
  const auto asker = ministry.add("申請者"), officer = ministry.add("代行者"), other = ministry.add("別の者");
  REQUIRE(ministry.appoint(ministry.ciso, asker, "exception_officer").status == 201);
  REQUIRE(ministry.ciso
              .post("/people/" + asker + "/delegations", {{"to_person", officer},
                                                          {"post", "exception_officer"},
                                                          {"powers", {"approve"}},
                                                          {"until", minutes_ago(-600)}})
              .status == 201);
  const auto asks = ministry.of(asker, "csirt_member"), delegate = ministry.of(officer, "exception_officer"),
             decides = ministry.of(other, "exception_officer"), himself = ministry.of(asker, "exception_officer");
  const auto incident = asks.reports(a_report());
  const auto duty = asks.obligation_of(incident, "h", 0, "mhlw");
  const auto asked = asks.post("/obligations/" + text(duty, "id") + "/waivers", {{"reason", "警察庁から入手した情報"}});
  REQUIRE_MESSAGE(asked.status == 201, asked);
  const auto path = "/obligations/" + text(duty, "id") + "/waivers/" + text(asked.json(), "id") + "/decision";
  const auto may = [&](const Desk& desk) {
    for (const auto& approval : desk.list("/approvals"))
      if (text(approval, "id") == text(asked.json(), "id")) return approval.at("may_decide").as_bool();
    return false;
  };
  CHECK_FALSE(may(himself));
  CHECK_FALSE(may(delegate));
  CHECK_FALSE(may(asks));
  CHECK(may(decides));
  for (const auto* desk : {&himself, &delegate})
    CHECK(desk->post(path, {{"decision", "approved"}, {"reason", "可"}}).code() == "four_eyes");
  CHECK(decides.post(path, {{"decision", "approved"}, {"reason", "可"}}).status == 201);
}

TEST_CASE("Who leaves has nothing to call with") {
  Ministry ministry{own_daemon()};
  const auto person = ministry.add("異動する者");
  const auto desk = ministry.of(person, "csirt_member");
  CHECK(desk.get("/people/" + person).status == 200);
  REQUIRE(ministry.head.post("/people/" + person + "/departure", {{"reason", "異動"}}).status == 201);
  CHECK(eventually([&] { return desk.get("/people/" + person).status == 401; }));
}
