// An annex of 機密性3 on its whole way: asked for, permitted, sealed and opened by the people's own programs, wrapped
// for a body that is added, and refused where anything touches the internet. The daemon never reads it.
#include <openssl/evp.h>

#include <algorithm>
#include <fstream>
#include <optional>

#include "tests/scenario/people.h"

using namespace noroshi::scenario;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view canary = "KANARIA-機密性3-別紙の本文";

// A daemon of its own in the zones that the story says, and the terminals of the bodies' people.
class World {
 public:
  explicit World(const std::string& listener = "closed", const std::string& database = "closed") {
    start(listener, database);
  }

  void start(const std::string& listener, const std::string& database) {
    configure(listener, database);
    daemon_.emplace(data(), std::vector<std::string>{"--config", config().string()});
  }
  // What the daemon says that does not start in these zones.
  Ending is_refused(const std::string& listener, const std::string& database) {
    configure(listener, database);
    return run(noroshid_program(),
               {"--data", data().string(), "--listen", "127.0.0.1:0", "--config", config().string()});
  }
  void stop() {
    CHECK(daemon_->stop().code == 0);
    daemon_.reset();
  }
  Daemon& daemon() { return *daemon_; }
  fs::path data() const { return folder_.path() / "data"; }
  fs::path file(const std::string& name) const { return folder_.path() / name; }

  Desk desk(const std::string& organization, const std::string& role, const std::string& person = "") {
    return {organization, role, person, *daemon_};
  }
  Ending noroshi_with(const std::string& token, std::vector<std::string> arguments) {
    const auto of_token = file("token");
    write_file(of_token, token);
    fs::permissions(of_token, fs::perms::owner_read | fs::perms::owner_write);
    for (const auto& argument :
         {std::string("--url"), "https://127.0.0.1:" + std::to_string(daemon_->port()), std::string("--token-file"),
          of_token.string(), std::string("--ca"), (data() / "tls" / "ca.pem").string()})
      arguments.push_back(argument);
    arguments.insert(arguments.begin(), {"--json", "--lang", "en"});
    return run(noroshi_program(), arguments);
  }
  Ending noroshi(const std::string& organization, const std::string& role, const std::string& person,
                 std::vector<std::string> arguments) {
    return noroshi_with(daemon_->token(organization, role, person), std::move(arguments));
  }
  // It is done; its answer.
  json::value does(const std::string& organization, const std::string& role, const std::string& person,
                   std::vector<std::string> arguments) {
    const auto ending = noroshi(organization, role, person, std::move(arguments));
    REQUIRE_MESSAGE(ending.code == 0, ending.errors);
    // What is told before the answer are the keys it is sealed to.
    return json::parse(ending.output.substr(ending.output.find('{')));
  }

  // A key of the body, made by its own people and registered by two of them; its file.
  fs::path key(const std::string& body, const std::string& name) {
    const auto own = file(name + ".jwk"), open = file(name + ".pub");
    const auto made = run(noroshi_program(), {"sealing", "make-key", own.string()});
    REQUIRE_MESSAGE(made.code == 0, made.errors);
    write_file(open, made.output);
    const auto asked =
        does(body, "csirt_head", body + " の責任者", {"sealing", "propose", open.string(), "--name", name});
    const auto waiting = desk(body, "section_officer", body + " の課室責任者").list("/approvals");
    REQUIRE(waiting.size() == 1);
    CHECK(text(waiting.front(), "kind") == "sealing_key");
    CHECK(text(waiting.front(), "path") == "/api/v1/sealing-keys/" + text(asked, "id") + "/decision");
    does(body, "section_officer", body + " の課室責任者",
         {"sealing", "decide", text(asked, "id"), "--decision", "approved", "--reason", "確認"});
    return own;
  }
  std::string key_id(const fs::path& own) {
    const auto shown = run(noroshi_program(), {"sealing", "public", own.string()});
    return text(json::parse(shown.output), "kid");
  }

  // Asked for by a person of the corporation and permitted by another.
  std::string permitted(const Incident& incident) {
    const auto asked = does("jaxa", "csirt_member", "甲", {"annex", "ask", incident.number, "--name", "調査記録"});
    const auto id = text(asked, "id");
    CHECK(text(asked, "state") == "asked");
    does("jaxa", "section_officer", "乙",
         {"annex", "permit", id, "--decision", "approved", "--reason", "必要な範囲である"});
    return id;
  }
  Ending send(const std::string& annex, std::string_view content = canary, std::vector<std::string> more = {}) {
    write_file(file("annex.txt"), content);
    std::vector<std::string> arguments{"annex", "send", annex, file("annex.txt").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return noroshi("jaxa", "csirt_member", "甲", arguments);
  }
  Ending open(const std::string& body, const std::string& annex, const fs::path& key) {
    return noroshi(body, "csirt_member", body + " の当直", {"annex", "open", annex, "--key", key.string()});
  }

 private:
  fs::path config() const { return folder_.path() / "noroshi.toml"; }
  void configure(const std::string& listener, const std::string& database) const {
    write_file(config(), "[listen]\nzone = \"" + listener + "\"\n[database]\nzone = \"" + database + "\"\n");
  }
  TemporaryFolder folder_;
  std::optional<Daemon> daemon_;
};

// That there is something, and nothing of it.
json::object header_notice() {
  return a_report({{"title", "機密性3の事案"}, {"classification", {{"confidentiality", 3}}}});
}

// Every file below a folder that holds the text.
Lines holding(const fs::path& folder, std::string_view text) {
  Lines found;
  for (const auto& entry : fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    if (bytes.find(text) != std::string::npos) found.push_back(entry.path().string());
  }
  return found;
}

}  // namespace

TEST_CASE("A corporation's annex is readable at the ministry with its own key, and nowhere else") {
  World world;
  const auto ministry = world.key("mext", "mext-1");
  const auto incident = world.desk("jaxa", "csirt_member", "甲").reports(header_notice());
  // The notice travels at once, and its clocks run.
  CHECK(world.desk("mext", "csirt_member").can_see(incident));
  CHECK(text(world.desk("mext", "csirt_member").obligation_of(incident, "g", 3, "mext"), "state") == "open");

  const auto asked = world.does("jaxa", "csirt_member", "甲", {"annex", "ask", incident.number, "--name", "調査記録"});
  const auto id = text(asked, "id");
  // Nobody else knows of it, and nothing is sent before it is permitted.
  CHECK(world.desk("mext", "csirt_member").get("/annexes/" + id).status == 404);
  CHECK(world.desk("mext", "csirt_member").post("/annexes/" + id + "/unreadable", {{"reason", "鍵がない"}}, {.if_match = "\"r9\""}).status == 404);
  CHECK(mentions(world.send(id).errors, "section officer"));
  // It waits for those of the body who may decide, and for nobody elsewhere.
  const auto waiting = world.desk("jaxa", "section_officer", "乙").list("/approvals");
  REQUIRE(waiting.size() == 1);
  CHECK(text(waiting.front(), "kind") == "annex");
  CHECK(text(waiting.front(), "reason") == "調査記録");
  CHECK(text(waiting.front(), "path") == "/api/v1/annexes/" + id + "/permission");
  CHECK(waiting.front().at("may_decide").as_bool());
  CHECK(world.desk("mext", "section_officer").list("/approvals").empty());
  CHECK(world.desk("jaxa", "exception_officer").list("/approvals").empty());
  // Not by who asked, whatever his token.
  CHECK(world.desk("jaxa", "section_officer", "甲")
            .post("/annexes/" + id + "/permission", {{"decision", "approved"}, {"reason", "可"}})
            .code() == "four_eyes");
  world.does("jaxa", "section_officer", "乙",
             {"annex", "permit", id, "--decision", "approved", "--reason", "必要な範囲である"});
  const auto sent = world.send(id);
  REQUIRE_MESSAGE(sent.code == 0, sent.errors);

  const auto opened = world.open("mext", id, ministry);
  REQUIRE_MESSAGE(opened.code == 0, opened.errors);
  CHECK(opened.output == canary);
  const auto content = world.desk("mext", "csirt_member").get("/annexes/" + id + "/content");
  CHECK(content.header("Content-Type") == "application/jose+json");
  CHECK(content.header("ETag") ==
        "\"" + text(world.desk("mext", "csirt_member").get("/annexes/" + id).json(), "sha256") + "\"");
  CHECK(world.desk("mext", "csirt_member")
            .get("/annexes/" + id + "/content", {.if_none_match = content.header("ETag")})
            .status == 304);
  // The ministry was told by a message that says nothing of it.
  const auto told = world.desk("mext", "csirt_member").messages_of(incident);
  CHECK(std::any_of(told.begin(), told.end(),
                    [](const json::object& message) { return text(message, "kind") == "notice"; }));

  // A third body sees nothing: the same 404 as for what is not there.
  const auto stranger = world.desk("mof", "csirt_member");
  const auto nothing = stranger.get("/annexes/01900000-0000-7000-8000-000000000000/content");
  for (const auto* path : {"", "/content"}) {
    CHECK(stranger.get("/annexes/" + id + path).status == 404);
    CHECK(stranger.get("/annexes/" + id + path).body == nothing.body);
  }
  CHECK(stranger.list("/annexes").empty());
  CHECK(world.desk("nco", "center_liaison").get("/annexes/" + id).status == 404);
  // Another's key opens nothing.
  const auto other = world.file("other.jwk");
  REQUIRE(run(noroshi_program(), {"sealing", "make-key", other.string()}).code == 0);
  CHECK(world.open("mext", id, other).code == 1);

  // A body that shares the supervision is added: whoever can open it wraps it for that body.
  const auto joint = world.key("cao", "cao-1");
  REQUIRE(world.desk("mext", "csirt_member")
              .post("/incidents/" + incident.id + "/recipients", {{"organization", "cao"}, {"reason", "共管"}})
              .status == 201);
  CHECK(world.desk("cao", "csirt_member").can_see(incident));
  CHECK(world.desk("cao", "csirt_member").get("/annexes/" + id).status == 404);
  world.does("mext", "csirt_member", "丙", {"annex", "rewrap", id, "--key", ministry.string(), "--to", "cao"});
  const auto at_joint = world.open("cao", id, joint);
  REQUIRE_MESSAGE(at_joint.code == 0, at_joint.errors);
  CHECK(at_joint.output == canary);
  CHECK(world.open("mext", id, ministry).output == canary);
  CHECK(stranger.get("/annexes/" + id).status == 404);

  const auto verified = run(noroshi_program(), {"--data", world.data().string(), "record", "verify", "--tables"});
  CHECK_MESSAGE(verified.code == 0, verified.output);

  // Whoever has all that the daemon has, its database and its keys, has no word of it.
  const auto jwe = world.file("taken.jwe");
  write_file(jwe, content.body);
  world.stop();
  CHECK(holding(world.data(), canary) == Lines{});
  CHECK(holding(world.data(), "KANARIA") == Lines{});
  for (const auto& own : {ministry, joint}) {
    const auto secret = text(json::parse(read_file(own)), "d");
    CHECK(secret.size() == 64);
    CHECK(holding(world.data(), secret) == Lines{});
  }
  int tried = 0;
  for (const auto& entry : fs::recursive_directory_iterator(world.data() / "keys")) {
    if (!entry.is_regular_file()) continue;
    ++tried;
    const auto attempt = run(noroshi_program(), {"sealing", "open", "--key", entry.path().string(), jwe.string()});
    CHECK(attempt.code != 0);
    CHECK(attempt.output.empty());
  }
  CHECK(tried > 0);
}

TEST_CASE("What a receiver cannot open he says by his signature, and it is sealed again") {
  World world;
  const auto lost = world.key("mext", "mext-1");
  const auto incident = world.desk("jaxa", "csirt_member", "甲").reports(header_notice());
  const auto id = world.permitted(incident);
  REQUIRE(world.send(id).code == 0);
  // Sent is sent: nobody puts another content in its place.
  CHECK(mentions(world.send(id, "別の内容").errors, "annex"));

  // The key was lost: it is revoked, another registered, and the loss told.
  const auto keys = world.desk("mext", "csirt_head", "mext の責任者").get("/sealing-keys");
  const auto old_key = text(keys["items"].as_array().front(), "id");
  const auto renewed = world.key("mext", "mext-2");
  world.does("mext", "csirt_head", "mext の責任者", {"sealing", "revoke", old_key, "--reason", "紛失"});
  const auto signer = world.file("signer.pem"), signer_public = world.file("signer.pub.pem");
  REQUIRE(run("/usr/bin/openssl", {"genpkey", "-algorithm", "ed25519", "-out", signer.string()}).code == 0);
  REQUIRE(run("/usr/bin/openssl", {"pkey", "-in", signer.string(), "-pubout", "-out", signer_public.string()}).code ==
          0);
  const auto token = world.daemon().issue_token(
      {"--org", "mext", "--role", "csirt_member", "--name", "当直", "--signing-key", signer_public.string()});
  const auto place = "/annexes/" + id + "/unreadable";
  const auto unsigned_word = world.desk("mext", "csirt_member").post(place, {{"reason", "鍵の紛失"}});
  CHECK(unsigned_word.status == 422);
  CHECK(unsigned_word.mistakes() == Lines{" signature_required"});
  const auto said =
      world.noroshi_with(token, {"annex", "unreadable", id, "--reason", "鍵の紛失", "--sign-with", signer.string()});
  REQUIRE_MESSAGE(said.code == 0, said.errors);
  // A signature by another key is none.
  const auto forged = world.file("forged.pem");
  REQUIRE(run("/usr/bin/openssl", {"genpkey", "-algorithm", "ed25519", "-out", forged.string()}).code == 0);
  CHECK(mentions(
      world.noroshi_with(token, {"annex", "unreadable", id, "--reason", "x", "--sign-with", forged.string()}).errors,
      "signature"));

  const auto alarms = world.desk("jaxa", "csirt_member", "甲").list("/alarms");
  CHECK(std::any_of(alarms.begin(), alarms.end(),
                    [](const json::object& alarm) { return text(alarm, "code") == "annex_unreadable"; }));
  const auto again = world.send(id);
  REQUIRE_MESSAGE(again.code == 0, again.errors);
  CHECK(world.open("mext", id, renewed).output == canary);
  CHECK(world.open("mext", id, lost).code == 1);
  const auto shown = world.desk("mext", "csirt_member").get("/annexes/" + id);
  CHECK(shown["unreadable_to"].as_array().empty());
  REQUIRE(shown["keys"].as_array().size() == 1);
  CHECK(text(shown["keys"].as_array().front(), "key_id") == world.key_id(renewed));
}

TEST_CASE("Of the JWE the daemon checks for whom it is, to what it belongs, and its form") {
  World world;
  const auto ministry = world.key("mext", "mext-1");
  const auto jaxa = world.desk("jaxa", "csirt_member", "甲");
  const auto incident = jaxa.reports(header_notice()), other = jaxa.reports(header_notice());
  const auto id = world.permitted(incident), other_id = world.permitted(other);
  const auto sealed_to = [&](const fs::path& key, const std::string& aad) {
    const auto open = world.file("to.pub"), plain = world.file("plain.txt");
    write_file(open, run(noroshi_program(), {"sealing", "public", key.string()}).output);
    write_file(plain, canary);
    const auto sealed =
        run(noroshi_program(), {"sealing", "seal", "--to", open.string(), "--aad", aad, plain.string()});
    REQUIRE_MESSAGE(sealed.code == 0, sealed.errors);
    return sealed.output.substr(0, sealed.output.find('\n'));
  };
  const auto token = world.daemon().token("jaxa", "csirt_member", "甲");
  const auto post = [&](const std::string& annex, const std::string& key, const std::string& jwe,
                        const std::string& type = "application/jose+json") {
    return Reply(world.daemon().send("POST", "/api/v1/annexes/" + annex + "/content",
                                     {{"Authorization", "Bearer " + token},
                                      {"Idempotency-Key", key},
                                      {"Content-Type", type},
                                      {"Accept-Language", "en"}},
                                     jwe));
  };
  const auto aad = [](const Incident& of, const std::string& key) {
    return "jaxa\n" + of.reference + "\n" + key + "\n";
  };
  const auto right = sealed_to(ministry, aad(incident, "key-1"));
  CHECK(post(id, "key-1", right, "application/json").status == 415);
  CHECK(post(id, "key-2", right).mistakes() == Lines{"/aad value"});
  CHECK(post(other_id, "key-1", right).mistakes() == Lines{"/aad value"});
  CHECK(post(id, "key-3", sealed_to(ministry, "")).mistakes() == Lines{"/aad value"});
  const auto stranger = world.file("stranger.jwk");
  REQUIRE(run(noroshi_program(), {"sealing", "make-key", stranger.string()}).code == 0);
  const auto wrong = post(id, "key-4", sealed_to(stranger, aad(incident, "key-4")));
  CHECK(wrong.code() == "annex_keys_differ");
  CHECK(wrong.mistakes() == Lines{"/recipients key_missing", "/recipients/0 key_unknown"});
  CHECK(post(id, "key-5", "{}").status == 422);
  CHECK(post(id, "key-6", "no JSON").status == 400);
  // Told at once, while the bytes still come: whoever goes on sending may find the line cut.
  try {
    const auto large = post(id, "key-7", std::string(25u << 20, 'x'));
    CHECK(large.status == 413);
  } catch (const NoAnswer&) {
  }
  // Without a key of the request there is nothing that it could be bound to.
  CHECK(Reply(world.daemon().send("POST", "/api/v1/annexes/" + id + "/content",
                                  {{"Authorization", "Bearer " + token}, {"Content-Type", "application/jose+json"}},
                                  right))
            .status == 400);
  const auto kept = post(id, "key-1", right);
  REQUIRE_MESSAGE(kept.status == 201, kept);
  CHECK(post(id, "key-1", right).header("Idempotency-Replayed") == "true");
  CHECK(world.desk("mext", "csirt_member").get("/annexes/" + id + "/content").body == right);
  // A large one goes as well.
  std::string large(8u << 20, 'L');
  REQUIRE(world.send(other_id, large).code == 0);
  CHECK(world.open("mext", other_id, ministry).output == large);
}

TEST_CASE("A report of confidentiality 3 holds a header and nothing else, on a listener of the internet too") {
  World world("internet");
  const auto jaxa = world.desk("jaxa", "csirt_member", "甲");
  auto whole = header_notice();
  whole["summary"] = canary;
  whole["systems"] = json::array{{{"name", canary}}};
  const auto refused = jaxa.sends(whole);
  CHECK(refused.status == 422);
  CHECK(refused.code() == "annex_header_only");
  CHECK(refused.mistakes() == Lines{"/summary annex_header_only", "/systems annex_header_only"});
  CHECK_FALSE(mentions(refused.body, std::string(canary)));
  const auto incident = jaxa.reports(header_notice());
  CHECK(text(jaxa.obligation_of(incident, "g", 2, "jaxa"), "state") == "fulfilled");
  CHECK(text(world.desk("mext", "csirt_member").obligation_of(incident, "g", 3, "mext"), "state") == "open");
  CHECK(jaxa.sends(later_version(incident, "followup", {{"summary", canary}})).code() == "annex_header_only");
  // What is refused leaves nothing.
  world.stop();
  CHECK(holding(world.data(), canary) == Lines{});
}

TEST_CASE("Zones: a listener, a database or an endpoint of the internet and an annex exclude each other") {
  const Lines zones{"internet", "government_lan", "closed"};
  World world;
  const auto ministry = world.key("mext", "mext-1");
  const auto ask = [&] {
    const auto jaxa = world.desk("jaxa", "csirt_member", "甲");
    const auto incident = jaxa.reports(header_notice());
    const auto reply = jaxa.post("/incidents/" + incident.id + "/annexes", {{"name", "調査記録"}});
    return reply.status == 201 ? "accepted" : reply.code();
  };
  world.stop();
  for (const auto& listener : zones)
    for (const auto& database : zones) {
      CAPTURE(listener);
      CAPTURE(database);
      world.start(listener, database);
      CHECK(ask() == (listener == "internet" || database == "internet" ? "annex_zone" : "accepted"));
      world.stop();
    }

  // An endpoint of whatever body, once two persons put it to use and as long as it is: nobody keeps annexes away by
  // asking alone.
  world.start("closed", "government_lan");
  const auto head = world.desk("mof", "csirt_head", "長"), contact = world.desk("mof", "external_contact", "連絡");
  for (const auto& zone : zones) {
    CAPTURE(zone);
    const auto* addresses = zone == "internet" ? "1.1.1.0/28" : "10.1.1.0/28";
    const auto proposed =
        head.post("/endpoints", {{"channel", "webhook"},
                                 {"name", "x"},
                                 {"zone", zone},
                                 {"settings", {{"url", "https://receiver.example.go.jp/"}, {"addresses", addresses}}}});
    REQUIRE_MESSAGE(proposed.status == 201, proposed);
    const auto place = "/endpoints/" + text(proposed.json(), "id");
    CHECK(ask() == "accepted");
    REQUIRE(contact.post(place + "/decision", {{"decision", "approved"}, {"reason", "可"}}).status == 201);
    CHECK(ask() == (zone == "internet" ? "annex_zone" : "accepted"));
    REQUIRE(contact.post(place + "/withdrawal", {{"reason", "終了"}}).status == 201);
    CHECK(ask() == "accepted");
  }

  // And once an annex is held, nothing of the internet comes.
  const auto incident = world.desk("jaxa", "csirt_member", "甲").reports(header_notice());
  const auto id = world.permitted(incident);
  REQUIRE(world.send(id).code == 0);
  const auto late = head.post(
      "/endpoints", {{"channel", "webhook"},
                     {"name", "x"},
                     {"zone", "internet"},
                     {"settings", {{"url", "https://receiver.example.go.jp/"}, {"addresses", "1.1.1.0/28"}}}});
  CHECK(late.status == 409);
  CHECK(late.code() == "annex_zone");
  // Whoever writes by hand is stopped by the database.
  CHECK(
      mentions(world.daemon().execute("INSERT INTO noroshi.daemon_zone VALUES ('x', 'internet', 'closed', 'y', now())"),
               "annexes are held"));
  world.stop();
  for (const auto& listener : zones)
    for (const auto& database : zones) {
      CAPTURE(listener);
      CAPTURE(database);
      if (listener != "internet" && database != "internet") continue;
      const auto refused = world.is_refused(listener, database);
      CHECK(refused.code == 78);
      CHECK(mentions(refused.errors, "[listen] zone is " + listener));
      CHECK(mentions(refused.errors, "annexes"));
    }
  world.start("government_lan", "closed");
  CHECK(world.open("mext", id, ministry).output == canary);
  // An operator sees it.
  const auto doctor = run(noroshi_program(), {"--data", world.data().string(), "--lang", "en", "doctor"});
  CHECK(mentions(doctor.output, "annexes of confidentiality 3 are taken"));
}

TEST_CASE("Four eyes of an annex where people are registered: bound tokens, and no delegation between them") {
  World world;
  const People people(world.daemon());
  const auto member = people.named("jaxa", "甲", {"csirt_member"}),
             officer = people.named("jaxa", "乙", {"section_officer"});
  const auto bound = people.desk("jaxa", "csirt_member", member, "甲"),
             approver = people.desk("jaxa", "section_officer", officer, "乙");
  const auto incident = bound.reports(header_notice());
  const auto annexes = "/incidents/" + incident.id + "/annexes";
  CHECK(world.desk("jaxa", "csirt_member", "誰か").post(annexes, {{"name", "x"}}).code() == "four_eyes");
  const auto asked = accepted(bound.post(annexes, {{"name", "調査記録"}}));
  const auto place = "/annexes/" + text(asked.json(), "id") + "/permission";
  const json::object yes{{"decision", "approved"}, {"reason", "可"}};
  CHECK(world.desk("jaxa", "section_officer", "誰か").post(place, yes).code() == "four_eyes");
  CHECK(people.desk("jaxa", "section_officer", member, "別名").post(place, yes).code() == "four_eyes");
  CHECK(approver.post(place, yes).status == 201);
}
