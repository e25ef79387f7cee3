// Each receiver gets what its role needs, less what was withheld from it: by every call, in every version, in what changed, in the
// stream and in the record. One incident, many authorities, each with its own receipt number.
#include <regex>
#include <set>

#include "tests/scenario/scene.h"
#include "tests/scenario/stream.h"

using namespace noroshi::scenario;

namespace {

// Members of a report and what stands in them alone: of the first version, and of the second.
struct Canary {
  std::string member;
  std::string first;
  std::string second;
};

std::vector<Canary> fresh_canaries() {
  std::vector<Canary> canaries;
  for (const auto* member : {"title", "summary", "assessment_reason", "cyberattack_reason", "systems", "impact", "handling", "actions",
                             "notices_made", "contact", "classification"})
    canaries.push_back({member, unique(std::string("CANARY-A-") + member + "-"), unique(std::string("CANARY-B-") + member + "-")});
  return canaries;
}

std::string of(const std::vector<Canary>& canaries, const std::string& member, bool second) {
  for (const auto& canary : canaries)
    if (canary.member == member) return second ? canary.second : canary.first;
  FAIL("no canary for " << member);
  return {};
}

json::object members_of(const std::vector<Canary>& canaries, bool second) {
  const auto in = [&](const char* member) { return of(canaries, member, second); };
  return {{"title", in("title")},
          {"summary", in("summary")},
          {"assessment_reason", in("assessment_reason")},
          {"cyberattack_reason", in("cyberattack_reason")},
          {"large_scale", a_large_scale_cell()},
          {"category", second ? "malicious-code/c2-server" : "malicious-code/malware-distribution"},
          {"systems", json::array{{{"name", in("systems")}, {"product", in("systems")}}}},
          {"impact", {{"services", {in("impact")}}, {"confidentiality", "possible"}}},
          {"classification", {{"own_label", in("classification")}, {"confidentiality", 2}}},
          {"handling", {in("handling")}},
          {"actions", {{"note", in("actions")}, {"evidence_kept", true}}},
          {"notices_made", json::array{{{"to", in("notices_made")}}}},
          {"contact", {{"role", in("contact")}}},
          {"consent_to_share", true}};
}

std::set<std::string> members_seen(const std::vector<Canary>& canaries, const std::string& seen) {
  std::set<std::string> members;
  for (const auto& canary : canaries)
    if (mentions(seen, canary.first) || mentions(seen, canary.second)) members.insert(canary.member);
  return members;
}

std::set<std::string> all_but(const std::vector<Canary>& canaries, const std::set<std::string>& left_out) {
  std::set<std::string> members;
  for (const auto& canary : canaries)
    if (!left_out.contains(canary.member)) members.insert(canary.member);
  return members;
}

// Every call that reads, of the interface's own description: each parameter of a path is given every id that the desk was shown.
std::string everything_read_by(const std::vector<const Desk*>& desks, const Incident& incident) {
  const auto api = desks.front()->get("/openapi.json");
  Lines paths;
  constexpr std::string_view root = "/api/v1";
  for (const auto& path : api["paths"].as_object())
    if (path.value().as_object().contains("get") && path.key().starts_with(root))
      paths.emplace_back(path.key().substr(root.size()));
  REQUIRE(paths.size() > 30);

  std::string seen;
  std::set<std::string> ids{incident.id}, asked;
  static const std::regex id("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  std::set<std::string> not_for_its_role;
  const auto ask = [&](const Desk& desk, const std::string& call, const std::string& path, const std::string& accept) {
    if (not_for_its_role.contains(desk.role() + call) || !asked.insert(desk.role() + path + accept).second) return;
    const auto reply = desk.get(path, With{.accept = accept});
    seen += reply.body;
    for (const auto& [name, value] : reply.headers) seen += name + value;
    if (reply.status == 403) not_for_its_role.insert(desk.role() + call);
    if (reply.status != 200) return;
    for (auto found = std::sregex_iterator(reply.body.begin(), reply.body.end(), id); found != std::sregex_iterator(); ++found)
      ids.insert(found->str());
  };
  // Until nothing new is named. What is of another incident is passed over.
  for (std::size_t before = 0; before != ids.size();) {
    before = ids.size();
    const auto known = ids;
    for (const Desk* desk : desks)
      for (const auto& path : paths) {
        if (path == "/stream" || path == "/openapi.json") continue;
        const auto begin = path.find('{');
        if (begin == std::string::npos) {
          ask(*desk, path, path, "");
          ask(*desk, path, path + "?limit=200", "");
          ask(*desk, path, path + "?incident=" + incident.id, "");
          ask(*desk, path, path + "?incident=" + incident.id, "application/jsonl");
          continue;
        }
        const auto end = path.find('}', begin);
        if (path.find('{', end) != std::string::npos) continue;
        for (const auto& one : known) ask(*desk, path, path.substr(0, begin) + one + path.substr(end + 1), "");
      }
  }
  for (const Desk* desk : desks)
    for (const auto& event : desk->role() == "auditor" ? desk->list("/record/events?incident=" + incident.id) : std::vector<json::object>{})
      seen += desk->get("/record/proofs/" + std::to_string(event.at("sequence").as_int64())).body;
  return seen;
}

// What the live stream brought: the report, its later version, the new judgement.
std::string streamed(Stream& stream, const Incident& incident) {
  std::string seen;
  for (int i = 0; i < 3; ++i) seen += json::serialize(stream.next("message", incident).data);
  return seen;
}

struct World {
  TemporaryFolder folder;
  Daemon daemon{folder.path() / "data"};
  Desk desk(const std::string& organization, const std::string& role, const std::string& person = "") {
    return {organization, role, person, daemon};
  }
};

std::string in_hours(int hours) { return minutes_ago(-60 * hours); }

std::string leaves_as_text(const Desk& auditor, const Incident& incident) {
  std::string all;
  for (const auto& event : auditor.list("/record/events?incident=" + incident.id)) all += json::serialize(event);
  return all;
}

}  // namespace

TEST_CASE("No receiver finds a member that is not in its view, by any call that reads") {
  World world;
  const auto jps = world.desk("jps", "csirt_head", "責任者"), mhlw = world.desk("mhlw", "csirt_head", "省の責任者"),
             nco = world.desk("nco", "center_liaison"), police = world.desk("police-tokyo", "police_desk"),
             crisis = world.desk("cas-jitai", "crisis_desk");
  std::map<std::string, std::unique_ptr<Stream>> streams;
  for (const Desk* desk : {&mhlw, &nco, &police, &crisis}) {
    const auto token = world.daemon.token(desk->organization(), desk->role());
    streams[desk->organization()] = std::make_unique<Stream>(world.daemon, token);
    streams[desk->organization()]->heartbeat();
  }
  const auto canaries = fresh_canaries();
  const auto incident = jps.reports(a_report(members_of(canaries, false)));

  // Before anybody but the ministry has it: from the centre, systems and impact; from the police, actions.
  const auto from_centre = jps.post("/incidents/" + incident.id + "/withholdings",
                                    {{"from", "nco"}, {"members", {"systems", "impact"}}, {"reason", "WHY-CENTRE"}, {"until", in_hours(24)}});
  REQUIRE_MESSAGE(from_centre.status == 201, from_centre);
  CHECK(!from_centre["seen_before"].as_bool());
  const auto from_police = jps.post("/incidents/" + incident.id + "/withholdings",
                                    {{"from", "police-tokyo"}, {"members", {"actions"}}, {"reason", "WHY-POLICE"}, {"until", in_hours(24)}});
  REQUIRE(from_police.status == 201);

  REQUIRE(mhlw.fulfills(mhlw.obligation_of(incident, "g", 3, "mhlw"), {{"method", "relay"}}).status == 201);
  REQUIRE(mhlw.fulfills(mhlw.obligation_of(incident, "i", 0, "mhlw"), {{"method", "relay"}}).status == 201);
  REQUIRE(jps.fulfills(jps.obligation_of(incident, "h", 0, "jps"), {{"method", "report"}}).status == 201);
  auto second = members_of(canaries, true);
  REQUIRE(jps.sends(later_version(incident, "followup", second)).status == 201);
  REQUIRE(jps.assesses(incident, {{"assessment", "incident"},
                                  {"cyberattack", "possible"},
                                  {"assessment_reason", of(canaries, "assessment_reason", true)},
                                  {"cyberattack_reason", of(canaries, "cyberattack_reason", true)}})
              .status == 201);

  struct Row {
    const Desk& desk;
    std::set<std::string> left_out;
    std::string of;
  };
  const Row rows[] = {
      {mhlw, {}, ""},
      {nco, {"systems", "impact"}, "center"},
      {police, {"summary", "assessment_reason", "impact", "actions"}, "police"},
      {crisis, {"summary", "cyberattack_reason", "systems", "notices_made"}, "crisis_management"},
  };
  for (const auto& row : rows) {
    INFO(row.desk.organization());
    const auto auditor = world.desk(row.desk.organization(), "auditor");
    const auto seen = everything_read_by({&row.desk, &auditor}, incident) + streamed(*streams.at(row.desk.organization()), incident) +
                      leaves_as_text(auditor, incident);
    CHECK(members_seen(canaries, seen) == all_but(canaries, row.left_out));
    // Not even where it would have stood.
    for (const auto& member : row.left_out) CHECK(!mentions(seen, "\"/" + member));
    CHECK(!mentions(seen, "WHY-"));
    if (row.of == "crisis_management") {
      const auto place = seen.find("malicious-code");
      CHECK_MESSAGE(place == std::string::npos, seen.substr(place < 400 ? 0 : place - 400, 800));
    }
    if (row.of == "police") CHECK(mentions(seen, "malicious-code/c2-server"));

    const auto shown = row.desk.sees(incident);
    const auto& report = shown.at("report").as_object();
    CHECK(report.contains("view") == !row.of.empty());
    if (row.of.empty()) continue;
    CHECK(text(report.at("view"), "of") == row.of);
    for (const auto& message : row.desk.messages_of(incident)) {
      if (message.at("version").is_null()) continue;
      const auto one = row.desk.get("/inbox/" + text(message, "id"));
      const auto& document = one["report"].at("document").as_object();
      CHECK(document.at("view") == report.at("view"));
      for (const auto& member : row.left_out) CHECK(!document.contains(member));
    }
  }
  // The body itself sees all, and why.
  const auto own = everything_read_by({&jps}, incident);
  CHECK(members_seen(canaries, own) == all_but(canaries, {}));
  CHECK(mentions(own, "WHY-CENTRE"));

  // Released, the centre sees it; the police, from whom it is withheld still, do not.
  REQUIRE(jps.post("/withholdings/" + text(from_centre.json(), "id") + "/release", {{"reason", "公表した"}}).status == 201);
  CHECK(members_seen(canaries, json::serialize(nco.sees(incident))).contains("systems"));
  CHECK(!members_seen(canaries, json::serialize(police.sees(incident))).contains("actions"));
  CHECK(jps.post("/withholdings/" + text(from_centre.json(), "id") + "/release", {{"reason", "x"}}).code() == "withholding_over");
  // What one was shown, the other may not release, nor learn of.
  CHECK(nco.list("/incidents/" + incident.id + "/withholdings").size() == 1);
  CHECK(crisis.list("/incidents/" + incident.id + "/withholdings").empty());
  CHECK(jps.list("/incidents/" + incident.id + "/withholdings").size() == 2);

  // Withheld anew, of what was seen: the answer says that it was.
  const auto anew = jps.post("/incidents/" + incident.id + "/withholdings",
                             {{"from", "nco"}, {"members", {"systems"}}, {"reason", "x"}, {"until", in_hours(24)}});
  REQUIRE(anew.status == 201);
  CHECK(anew["seen_before"].as_bool());
  CHECK(!members_seen(canaries, json::serialize(nco.sees(incident))).contains("systems"));

  const auto verified = run(noroshi_program(), {"--data", world.daemon.data().string(), "record", "verify", "--tables"});
  CHECK_MESSAGE(verified.code == 0, verified.output);
}

TEST_CASE("What is withheld is over by itself when its time comes") {
  World world;
  world.daemon.show_clock("2018-08-01T09:20:00+09:00");
  const auto jps = world.desk("jps", "csirt_head"), mhlw = world.desk("mhlw", "csirt_head"), nisc = world.desk("nisc", "center_liaison");
  const auto incident = jps.reports(a_report_recognized("2018-08-01T09:00:00+09:00", {{"summary", "CANARY-SUMMARY"}}));
  REQUIRE(mhlw.fulfills(mhlw.obligation_of(incident, "g", 3, "mhlw"), {{"method", "relay"}}).status == 201);
  // By the agency, of what it relays.
  const auto path = "/incidents/" + incident.id + "/withholdings";
  REQUIRE(mhlw.post(path, {{"from", "nisc"}, {"members", {"summary"}}, {"reason", "確認中"}, {"until", "2018-08-03T00:00:00+09:00"}}).status == 201);
  CHECK(mhlw.post(path, {{"from", "jps"}, {"members", {"summary"}}, {"reason", "x"}, {"until", "2018-08-03T00:00:00+09:00"}}).code() ==
        "withholding_not_allowed");
  CHECK(mhlw.post(path, {{"from", "nisc"}, {"members", {"times"}}, {"reason", "x"}, {"until", "2018-08-03T00:00:00+09:00"}}).code() ==
        "withholding_not_allowed");
  CHECK(nisc.post(path, {{"from", "mhlw"}, {"members", {"summary"}}, {"reason", "x"}, {"until", "2018-08-03T00:00:00+09:00"}}).status == 403);
  CHECK(!mentions(json::serialize(nisc.sees(incident)), "CANARY-SUMMARY"));
  CHECK(mentions(json::serialize(nisc.sees(incident)), "2018-08-03T00:00:00+09:00"));
  world.daemon.show_clock("2018-08-02T23:59:00+09:00");
  CHECK(!mentions(json::serialize(nisc.sees(incident)), "CANARY-SUMMARY"));
  world.daemon.show_clock("2018-08-03T00:00:01+09:00");
  CHECK(mentions(json::serialize(nisc.sees(incident)), "CANARY-SUMMARY"));
  CHECK(!nisc.sees(incident).at("report").as_object().contains("view"));
  CHECK(text(nisc.list(path).front(), "state") == "over");
}

TEST_CASE("One incident, many authorities: each has its own receipt number, by which it is found") {
  World world;
  const auto jps = world.desk("jps", "csirt_head"), mhlw = world.desk("mhlw", "csirt_member"), nco = world.desk("nco", "center_liaison"),
             stranger = world.desk("meti", "csirt_member");
  const auto incident = jps.reports(a_report());
  jps.reports(a_report());
  REQUIRE(mhlw.fulfills(mhlw.obligation_of(incident, "g", 3, "mhlw"), {{"method", "relay"}}).status == 201);
  const auto at_ministry = text(mhlw.message_of(incident), "receipt_number"), at_centre = text(nco.message_of(incident), "receipt_number");
  static const std::regex form("[A-Z-]+-R-[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}");
  CHECK(std::regex_match(at_ministry, form));
  CHECK(at_ministry.starts_with("MHLW-R-"));
  CHECK(at_centre.starts_with("NCO-R-"));
  CHECK(text(mhlw.sees(incident), "receipt_number") == at_ministry);
  CHECK(text(nco.sees(incident), "receipt_number") == at_centre);
  CHECK(jps.sees(incident).at("receipt_number").is_null());

  const auto found = [](const Desk& desk, const std::string& official, const char* list) {
    std::string number;  // as it was heard
    for (const char c : official) c == '-' ? number += "%20" : number += static_cast<char>(std::tolower(c));
    Lines ids;
    for (const auto& item : desk.list(std::string(list) + "?receipt=" + number))
      ids.push_back(text(item, list == std::string("/inbox") ? "incident_id" : "id"));
    return ids;
  };
  // Who has not exchanged a message with a body does not find by its number.
  CHECK(found(jps, at_centre, "/incidents").empty());

  // A later version has the number of the first.
  REQUIRE(jps.sends(later_version(incident, "followup", {{"title", "続報"}})).status == 201);
  for (const auto& message : mhlw.messages_of(incident)) CHECK(text(message, "receipt_number") == at_ministry);
  // The sender knows under which number its receivers speak of it.
  std::set<std::string> known_to_ministry;
  const auto shown = mhlw.sees(incident);
  for (const auto& message : shown.at("messages").as_array())
    if (!message.at("receipt_number").is_null()) known_to_ministry.insert(text(message, "receipt_number"));
  CHECK(known_to_ministry == std::set<std::string>{at_ministry, at_centre});

  CHECK(found(mhlw, at_ministry, "/incidents") == Lines{incident.id});
  CHECK(found(mhlw, at_ministry, "/inbox") == Lines{incident.id, incident.id});
  CHECK(found(jps, at_ministry, "/incidents") == Lines{incident.id});
  CHECK(found(mhlw, at_centre, "/incidents") == Lines{incident.id});
  CHECK(found(nco, at_centre, "/inbox").size() >= 1);
  CHECK(found(jps, at_centre, "/incidents") == Lines{incident.id});  // which the later version went to from jps itself
  CHECK(found(stranger, at_ministry, "/incidents").empty());
  auto misread = at_ministry;
  misread.back() = misread.back() == 'Z' ? 'Y' : 'Z';
  CHECK(mhlw.get("/incidents?receipt=" + misread).status == 422);
  CHECK(mhlw.get("/inbox?receipt=" + misread).status == 422);
}

TEST_CASE("(l) asks for consent, and opens no duty; (g), (h) and (i) ask for none") {
  World world;
  const auto jps = world.desk("jps", "csirt_head"), mhlw = world.desk("mhlw", "csirt_head"), meti = world.desk("meti", "csirt_member");
  const auto silent = jps.reports(a_report({{"large_scale", a_large_scale_cell()}}));
  const auto sharing = [&](const Incident& incident, const char* with) {
    return jps.post("/incidents/" + incident.id + "/sharings", {{"organization", with}, {"note", "同種の攻撃に注意"}});
  };
  CHECK(sharing(silent, "meti").code() == "consent_missing");
  CHECK(mhlw.fulfills(mhlw.obligation_of(silent, "g", 3, "mhlw"), {{"method", "relay"}}).status == 201);
  CHECK(mhlw.fulfills(mhlw.obligation_of(silent, "i", 0, "mhlw"), {{"method", "relay"}}).status == 201);
  CHECK(jps.fulfills(jps.obligation_of(silent, "h", 0, "jps"), {{"method", "report"}}).status == 201);

  const auto incident = jps.reports(a_report({{"consent_to_share", true}}));
  const auto duties = jps.duties(incident);
  CHECK(sharing(incident, "police-osaka").status == 422);
  CHECK(sharing(incident, "mhlw").code() == "already_shared");
  CHECK(!meti.can_see(incident));
  const auto shared = sharing(incident, "meti");
  REQUIRE_MESSAGE(shared.status == 201, shared);
  CHECK(jps.duties(incident) == duties);
  CHECK(meti.can_see(incident));
  const auto message = meti.message_of(incident);
  CHECK(text(message, "kind") == "notice");
  CHECK(text(message, "clause") == "2.2.4(2)(l)");
  CHECK(message.at("acknowledge_by").is_null());
  CHECK(text(message, "receipt_number") == text(shared["message"], "receipt_number"));
  CHECK(meti.acknowledges(message, "情報受付当直").status == 201);
  CHECK(sharing(incident, "meti").code() == "already_shared");
}
