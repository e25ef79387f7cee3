// No body sees content that was not addressed to it: by no call, filter, cursor or error.
#include <map>
#include <set>

#include "tests/scenario/scene.h"

using namespace noroshi::scenario;

namespace {

constexpr const char* nobody = "01900000-0000-7000-8000-000000000000";

struct Seat {
  std::string organization;
  std::string role;
};

// Bodies that have nothing to do with a report of jps, and roles that read.
const Seat strangers[] = {
    {"meti", "csirt_head"},          {"nits", "csirt_member"},  {"nits", "reporter"},
    {"jma", "external_contact"},     {"mext", "ciso"},          {"jaxa", "exception_officer"},
    {"police-osaka", "police_desk"}, {"mic", "section_officer"}};

bool reads_duties(const Desk& desk) {
  return desk.role() != "reporter";
}

bool reads_inbox(const Desk& desk) {
  static const std::set<std::string> readers = {"csirt_member",   "csirt_head",  "external_contact",
                                                "center_liaison", "police_desk", "crisis_desk"};
  return readers.contains(desk.role());
}

// Everything that a desk can get by reading: all lists by all pages, and every single thing that a list
// names.
std::string everything_seen_by(const Desk& desk) {
  std::string seen;
  Lines paths;
  const auto crawl = [&](const std::string& path, const std::string& one) {
    for (const auto& item : desk.list(path)) {
      seen += json::serialize(item);
      if (!one.empty()) paths.push_back(one + text(item, "id"));
    }
  };
  crawl("/incidents?limit=200", "/incidents/");
  crawl("/organizations", "");
  crawl("/editions", "/editions/");
  if (reads_duties(desk)) crawl("/obligations?limit=200", "/obligations/");
  if (reads_inbox(desk)) {
    crawl("/inbox?limit=200", "/inbox/");
    crawl("/alarms?limit=200", "");
  }
  for (const auto& path : paths) {
    const auto reply = desk.get(path);
    CHECK_MESSAGE(reply.status == 200, path << ": " << reply);
    seen += reply.body;
    for (const auto& [name, value] : reply.headers) seen += name + value;
  }
  return seen;
}

// A report that carries its canary in every free text.
json::object marked_report(const std::string& canary) {
  return a_report({{"reference", canary + "R"},
                   {"title", canary + " 表題"},
                   {"summary", canary + " 概要"},
                   {"systems", json::array{{{"name", canary + "系"}, {"contractor", canary + "社"}}}},
                   {"contact", {{"role", canary + "係"}, {"means", canary}}},
                   {"handling", {canary + "限"}}});
}

}  // namespace

TEST_CASE("What exists elsewhere is answered as what does not exist, byte for byte") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
  const auto incident = jps.reports(a_report());
  const auto message = text(mhlw.message_of(incident), "id");
  const auto duty = text(jps.obligation_of(incident, "h", 0, "jps"), "id");

  for (const auto& [organization, role] : strangers) {
    const Desk stranger(organization, role);
    INFO(organization << ' ' << role);
    for (const auto* language : {"ja", "en"}) {
      const With with{.language = language};
      const auto alike = [&](const std::string& path, const std::string& id) {
        const auto real = stranger.get(path + id, with);
        const auto random = stranger.get(path + nobody, with);
        CHECK((real.status == 404 || real.status == 403));
        CHECK(real.status == random.status);
        CHECK(real.body == random.body);
        CHECK(real.header("ETag") == random.header("ETag"));
      };
      alike("/incidents/", incident.id);
      alike("/obligations/", duty);
      alike("/inbox/", message);
    }
    const auto alike_acts = [&](const std::string& before, const std::string& id, const std::string& after,
                                const json::object& body) {
      const auto real = stranger.post(before + id + after, body);
      const auto random = stranger.post(before + nobody + after, body);
      CHECK_MESSAGE((real.status == 404 || real.status == 403), before << after << ' ' << real);
      CHECK(real.status == random.status);
      CHECK(real.body == random.body);
    };
    alike_acts("/incidents/", incident.id, "/assessments", {{"assessment", "incident"}});
    alike_acts("/incidents/", incident.id, "/transitions", {{"to", "contained"}, {"reason", "x"}});
    alike_acts("/incidents/", incident.id, "/recipients", {{"organization", "meti"}, {"reason", "x"}});
    alike_acts("/incidents/", incident.id, "/erasures", {{"reason", "x"}});
    alike_acts("/incidents/", incident.id, std::string("/erasures/") + nobody + "/decision",
               {{"decision", "approved"}, {"reason", "x"}});
    alike_acts("/obligations/", duty, "/fulfillments", {{"method", "telephone"}});
    alike_acts("/obligations/", duty, "/waivers", {{"reason", "x"}});
    alike_acts("/inbox/", message, "/acknowledgement", {{"by", "x"}});
  }
  // The reporter's own body does not read the ministry's inbox either.
  CHECK(jps.get("/inbox/" + message).body == jps.get(std::string("/inbox/") + nobody).body);
  CHECK(jps.post("/inbox/" + message + "/acknowledgement", {{"by", "x"}}).status == 404);
  CHECK(text(jps.obligation_of(incident, "h", 0, "jps"), "state") == "open");
}

TEST_CASE("Filters and cursors of one body bring another's nothing") {
  const Desk jps("jps", "csirt_member"), meti("meti", "csirt_member"), nco("nco", "center_liaison");
  const auto incident = jps.reports(a_report());
  jps.reports(a_report());
  for (const auto& query :
       {"/incidents?reference=" + incident.reference, std::string("/incidents?organization=jps"),
        "/obligations?incident=" + incident.id, std::string("/obligations?holder=jps")}) {
    INFO(query);
    CHECK(meti.list(query).empty());
  }
  CHECK(nco.list("/incidents?reference=" + incident.reference).empty());

  const auto page = jps.get("/incidents?limit=1");
  const auto cursor = text(page.json(), "next");
  const auto abroad = meti.get("/incidents?limit=1&cursor=" + cursor);
  CHECK(!mentions(abroad.body, "\"jps\""));
  const auto elsewhere = jps.get("/obligations?limit=1&cursor=" + cursor);
  CHECK((elsewhere.status == 400 || elsewhere.status == 422));
}

TEST_CASE("A reporter sees the incidents of the own body and none of those that it received") {
  const Desk mhlw("mhlw", "csirt_member"), reporter("mhlw", "reporter"), jps("jps", "csirt_member");
  const auto own = mhlw.reports(a_report());
  const auto received = jps.reports(a_report());
  CHECK(mhlw.can_see(received));
  CHECK(reporter.can_see(own));
  CHECK(!reporter.can_see(received));
  CHECK(reporter.list("/incidents?reference=" + received.reference).empty());
  CHECK(reporter.get("/inbox").status == 403);
  CHECK(reporter.get("/inbox").code() == "role_required");
  CHECK(reporter.assesses(own, {{"assessment", "incident"}}).status == 403);
}

TEST_CASE("One body's words never appear in anything another body receives") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member"), nco("nco", "center_liaison");
  const std::string untold = unique("CANARY-UNTOLD"), relayed = unique("CANARY-RELAYED");
  jps.reports(marked_report(untold));
  const auto incident = jps.reports(marked_report(relayed));
  REQUIRE(mhlw.fulfills(mhlw.obligation_of(incident, "g", 3, "mhlw"), {{"method", "relay"}, {"note", "中継"}})
              .status == 201);
  const auto judged = mhlw.assesses(incident, {{"assessment", "not_incident"},
                                               {"assessment_reason", "CANARY-MINISTRY 内部の見立て"},
                                               {"cyberattack", "no"},
                                               {"cyberattack_reason", "CANARY-MINISTRY 内部の見立て"}});
  REQUIRE_MESSAGE(judged.status == 201, judged);

  for (const auto& [organization, role] : strangers) {
    INFO(organization << ' ' << role);
    const auto seen = everything_seen_by(Desk(organization, role));
    CHECK(!mentions(seen, untold));
    CHECK(!mentions(seen, relayed));
    CHECK(!mentions(seen, "CANARY-MINISTRY"));
  }
  const auto seen_by_centre = everything_seen_by(nco);
  CHECK(!mentions(seen_by_centre, untold));
  CHECK(mentions(seen_by_centre, relayed));  // the crawl can see what is there
  const auto seen_by_police = everything_seen_by(Desk("police-tokyo", "police_desk"));
  CHECK(!mentions(seen_by_police, untold));
  CHECK(!mentions(seen_by_police, relayed));
  const auto seen_by_crisis_desk = everything_seen_by(Desk("cas-jitai", "crisis_desk"));
  CHECK(!mentions(seen_by_crisis_desk, untold));
  CHECK(!mentions(seen_by_crisis_desk, relayed));
  CHECK(mentions(everything_seen_by(mhlw), untold));
  CHECK(!mentions(everything_seen_by(jps), "CANARY-MINISTRY"));
}

TEST_CASE("The operator sees how the program fares and no content; nobody else sees that") {
  const Desk jps("jps", "csirt_member"), keeper("jps", "operator"), auditor("jps", "auditor");
  const std::string canary = unique("CANARY-OPERATED");
  const auto incident = jps.reports(marked_report(canary));
  for (const auto& path : {std::string("/incidents"), "/incidents/" + incident.id,
                           std::string("/obligations"), std::string("/inbox"), std::string("/alarms")}) {
    INFO(path);
    for (const Desk* desk : {&keeper, &auditor}) {
      const auto reply = desk->get(path);
      CHECK(reply.status == 403);
      CHECK(reply.code() == "role_required");
      CHECK(!mentions(reply.body, canary));
    }
  }
  const auto metrics = keeper.get("/metrics");
  CHECK(metrics.status == 200);
  CHECK(!mentions(metrics.body, canary));
  CHECK(!mentions(metrics.body, incident.number));
  const auto health = keeper.get("/readyz");
  CHECK(health.status == 200);
  CHECK(!mentions(health.body, canary));
  CHECK(jps.get("/metrics").status == 403);
}

TEST_CASE("A token that is missing, garbage, revoked, expired or foreign is refused with the same bytes") {
  Daemon& daemon = the_daemon();
  const Desk jps("jps", "csirt_member");
  const auto incident = jps.reports(a_report());
  const std::string good = daemon.issue_token({"--org", "jps", "--role", "csirt_member"});
  CHECK(Desk::with_token(good).get("/incidents/" + incident.id).status == 200);

  const std::string revoked = daemon.issue_token({"--org", "jps", "--role", "csirt_member"});
  const auto id = revoked.substr(revoked.find('_') + 1, 32);
  REQUIRE(run(noroshi_program(), {"--data", daemon.data().string(), "token", "revoke", id}).code == 0);
  const std::string brief =
      daemon.issue_token({"--org", "jps", "--role", "csirt_member", "--expires", "PT1S"});
  std::string wrong_secret = good;
  wrong_secret.back() = wrong_secret.back() == 'A' ? 'B' : 'A';

  Reply expired;
  CHECK(eventually([&] {
    expired = Desk::with_token(brief).get("/incidents");
    return expired.status == 401;
  }));
  CHECK(expired.code() == "token_invalid");
  CHECK(expired.header("WWW-Authenticate").starts_with("Bearer"));
  for (const auto& token : {revoked, wrong_secret, std::string("garbage"),
                            "noroshi_" + std::string(32, '0') + "_" + std::string(43, 'x'),
                            std::string("eyJhbGciOiJub25lIn0.e30."), std::string(3000, 'a')}) {
    INFO(token.substr(0, 60));
    for (const auto& path : {std::string("/incidents"), "/incidents/" + incident.id}) {
      Reply reply;
      // A revocation is known to every part of the daemon within moments.
      CHECK(eventually([&] { return (reply = Desk::with_token(token).get(path)).status == 401; }));
      CHECK(reply.body == expired.body);
    }
  }
  const auto missing = Desk::with_token("").get("/incidents");
  CHECK(missing.status == 401);
  // An address that does not exist tells a stranger nothing either.
  CHECK(Desk::with_token("garbage").get("/no-such-call").status ==
        Desk::with_token("garbage").get("/incidents").status);
}

TEST_CASE("Every call is for some roles only, and says so to the others") {
  const Desk keeper("jps", "operator"), reporter("jps", "reporter"), officer("jps", "exception_officer");
  const Desk jps("jps", "csirt_member"), police("police-tokyo", "police_desk"),
      crisis("cas-jitai", "crisis_desk");
  const auto incident = jps.reports(a_report());
  const auto duty = "/obligations/" + text(jps.obligation_of(incident, "h", 0, "jps"), "id");
  struct Call {
    std::string path;
    json::object body;
    std::vector<const Desk*> refused;
  };
  const std::vector<Call> calls = {
      {"/reports", a_report(), {&keeper, &officer, &police, &crisis}},
      {"/incidents/" + incident.id + "/assessments",
       {{"assessment", "incident"}},
       {&keeper, &officer, &reporter, &police}},
      {"/incidents/" + incident.id + "/transitions",
       {{"to", "contained"}},
       {&keeper, &officer, &reporter, &crisis}},
      {"/incidents/" + incident.id + "/recipients",
       {{"organization", "police-osaka"}, {"reason", "x"}},
       {&keeper, &officer, &reporter}},
      {"/incidents/" + incident.id + "/erasures", {{"reason", "x"}}, {&keeper, &officer, &reporter, &police}},
      {"/incidents/" + incident.id + "/erasures/" + nobody + "/decision",
       {{"decision", "approved"}, {"reason", "x"}},
       {&keeper, &officer, &reporter, &jps}},
      {duty + "/fulfillments", {{"method", "telephone"}}, {&keeper, &officer, &reporter, &police}},
      {duty + "/waivers", {{"reason", "x"}}, {&keeper, &officer, &reporter}},
      {duty + "/waivers/" + nobody + "/decision",
       {{"decision", "approved"}, {"reason", "x"}},
       {&keeper, &reporter, &jps}},
      {std::string("/inbox/") + nobody + "/acknowledgement", {{"by", "x"}}, {&keeper, &officer, &reporter}},
  };
  for (const auto& call : calls)
    for (const Desk* desk : call.refused) {
      INFO(desk->role() << " POST " << call.path);
      const auto reply = desk->post(call.path, call.body, {.key = fresh_key()});
      CHECK(reply.status == 403);
      CHECK(reply.code() == "role_required");
    }
  CHECK(text(jps.obligation_of(incident, "h", 0, "jps"), "state") == "open");
}

TEST_CASE("A role that does not fit the body is refused when the token is asked for") {
  const auto data = the_daemon().data().string();
  for (const auto& [organization, role] : {std::pair<std::string, std::string>{"jps", "center_liaison"},
                                           {"jps", "cymat_member"},
                                           {"mhlw", "police_desk"},
                                           {"police-tokyo", "csirt_head"},
                                           {"jps", "king"},
                                           {"nowhere", "reporter"}}) {
    INFO(organization << ' ' << role);
    const auto ending =
        run(noroshi_program(), {"--data", data, "token", "issue", "--org", organization, "--role", role});
    CHECK(ending.code == 2);
    CHECK(ending.output.empty());
    CHECK(!ending.errors.empty());
  }
}
