// The record as evidence: what is promised stands in the tree, the tree is signed and only grows, an auditor reads what
// concerns his body and nothing else, and a witness's signature counts where it is one.
#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <set>

#include "src/record/checkpoint.h"
#include "src/record/encodings.h"
#include "src/record/merkle.h"
#include "src/record/receipt.h"
#include "tests/scenario/scene.h"

using namespace noroshi::scenario;
namespace record = noroshi::record;

namespace {

constexpr const char* nobody = "01900000-0000-7000-8000-000000000000";

std::int64_t number(const json::value& object, std::string_view member) {
  return object.at(member).as_int64();
}

record::Digest root_in(const json::value& answer) {
  return record::to_digest(record::from_base64(text(answer, "root")).value()).value();
}

std::vector<record::Digest> proof_in(const json::value& answer) {
  std::vector<record::Digest> proof;
  for (const auto& entry : answer.at("proof").as_array())
    proof.push_back(record::to_digest(record::from_base64(std::string(entry.as_string())).value()).value());
  return proof;
}

// What a signed note commits to, once a key that the log publishes has signed it.
record::Checkpoint checkpoint_in(const std::string& note_text, const json::value& keys) {
  const auto note = record::parse_note(note_text);
  REQUIRE(note);
  bool good = false;
  for (const auto& line : keys.as_array()) {
    const auto key = record::parse_note_key(std::string(line.as_string()));
    REQUIRE(key);
    for (const auto& signature : note->signatures) good = good || record::verify(note->text, signature, *key);
  }
  CHECK(good);
  return record::parse_checkpoint(note->text).value();
}

// A daemon seals within a second; a busy machine takes longer.
json::value newest_checkpoint(const Desk& desk, std::int64_t at_least = 1) {
  json::value found;
  CHECK(eventually([&] {
    const auto reply = desk.get("/record/checkpoint");
    if (reply.status != 200) return false;
    found = reply.json();
    return number(found, "size") >= at_least;
  }));
  return found;
}

// The number of an event, once a checkpoint covers it.
std::int64_t sealed_number(const Desk& auditor, const Incident& incident, const std::string& type) {
  std::int64_t sequence = -1;
  CHECK(eventually([&] {
    for (const auto& event : auditor.list("/record/events?incident=" + incident.id + "&type=" + type))
      sequence = number(event, "sequence");
    return sequence >= 0 && number(newest_checkpoint(auditor), "size") > sequence;
  }));
  return sequence;
}

struct Pem {
  std::shared_ptr<EVP_PKEY> key{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free};
  record::PublicKey public_key() const {
    record::PublicKey raw{};
    std::size_t length = raw.size();
    REQUIRE(EVP_PKEY_get_raw_public_key(key.get(), raw.data(), &length) == 1);
    return raw;
  }
  std::string operator()(std::string_view bytes) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::string signature(64, '\0');
    std::size_t length = signature.size();
    REQUIRE(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
    REQUIRE(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                           reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1);
    return signature;
  }
};

// A witness that the operator registered, with a key that the test holds.
struct Witness {
  explicit Witness(std::string name) : key{std::move(name), record::KeyKind::cosignature, pem.public_key()} {}
  int register_at(Daemon& daemon) const {
    return run(noroshi_program(),
               {"--data", daemon.data().string(), "record", "witness", "add", record::to_string(key)})
        .code;
  }
  std::string line_over(const std::string& note, std::int64_t at = 1'764'150'000) const {
    return record::to_string(record::cosign_note(record::parse_note(note)->text, key, at, pem));
  }
  Pem pem;
  record::NoteKey key;
};

std::vector<std::string> lines_of_text(const std::string& body, std::string_view end) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < body.size();) {
    const auto next = body.find(end, at);
    REQUIRE(next != std::string::npos);
    lines.push_back(body.substr(at, next - at));
    at = next + end.size();
  }
  return lines;
}

std::set<std::int64_t> numbers_of(const std::vector<json::object>& events) {
  std::set<std::int64_t> numbers;
  for (const auto& event : events) numbers.insert(event.at("sequence").as_int64());
  return numbers;
}

}  // namespace

TEST_CASE("A receipt is a signed promise that anybody can check, and its leaf comes to stand in the tree") {
  const Desk jps("jps", "csirt_member"), auditor("jps", "auditor");
  const auto report = a_report();
  const auto incident = jps.reports(report);
  const auto& receipt = incident.reply["receipt"];

  std::optional<record::PublicKey> key;
  for (const auto& known : jps.list("/keys"))
    if (text(known, "id") == text(receipt, "key")) {
      CHECK(text(known, "purpose") == "record");
      const auto der = record::from_base64(text(known, "public_key")).value();
      key.emplace();
      std::copy(der.end() - 32, der.end(), key->begin());
    }
  REQUIRE(key);
  const auto signature = record::from_base64(text(receipt, "signature")).value();

  // As schemas/events says it, line by line.
  const std::string sent = json::serialize(report);
  CHECK(text(receipt, "sha256") == record::to_hex(record::bytes_of(record::sha256({sent}))));
  const auto leaf_hash = record::from_hex(text(receipt, "leaf_sha256")).value();
  const std::string promised = "noroshi-receipt/v1\n" + text(receipt, "origin") + "\n" + text(receipt, "event_id") +
                               "\n" + record::to_base64(leaf_hash) + "\n" + text(receipt, "sha256") + "\n" +
                               text(receipt, "received_at") + "\n";
  CHECK(record::verify_ed25519(promised, signature, *key));
  CHECK(record::parse_receipt(promised));
  for (std::size_t place = 0; place < promised.size(); place += 7) {
    auto changed = promised;
    changed[place] ^= 1;
    CHECK_FALSE(record::verify_ed25519(changed, signature, *key));
  }

  // And it is kept.
  const auto sequence = sealed_number(auditor, incident, "report.received");
  const auto proof = auditor.get("/record/proofs/" + std::to_string(sequence));
  REQUIRE_MESSAGE(proof.status == 200, proof);
  CHECK(text(proof.json(), "leaf_sha256") == text(receipt, "leaf_sha256"));
  CHECK(text(proof.json(), "origin") == text(receipt, "origin"));
  CHECK(record::leaf_hash(record::from_base64(text(proof.json(), "leaf")).value()) == record::to_digest(leaf_hash));
}

TEST_CASE("The same key gives the same receipt, signature and all") {
  const Desk jps("jps", "csirt_member");
  const auto report = a_report();
  const auto key = fresh_key();
  const auto first = jps.sends(report, {.key = key});
  const auto second = jps.sends(report, {.key = key});
  CHECK(first.status == 201);
  CHECK(second.header("Idempotency-Replayed") == "true");
  CHECK(first.body == second.body);
  CHECK(!text(second["receipt"], "signature").empty());
}

TEST_CASE("A checkpoint is signed by a published key, is there by its size, and has an entity tag") {
  const Desk jps("jps", "csirt_member");
  jps.reports(a_report());
  const auto first = newest_checkpoint(jps);
  const auto committed = checkpoint_in(text(first, "note"), first.at("keys"));
  CHECK(committed.origin == text(first, "origin"));
  CHECK(committed.size == static_cast<std::uint64_t>(number(first, "size")));
  CHECK(committed.root == root_in(first));
  CHECK(first.at("cosignatures").as_array().empty());

  jps.reports(a_report());
  newest_checkpoint(jps, number(first, "size") + 1);
  const auto path = "/record/checkpoint?size=" + std::to_string(number(first, "size"));
  const auto again = jps.get(path);
  CHECK(again.json() == first);
  CHECK(jps.get(path, {.if_none_match = again.header("ETag")}).status == 304);
  CHECK(jps.get("/record/checkpoint?size=9007199254740992").mistakes() == Lines{"/size unknown_checkpoint"});
  for (const char* size : {"-1", "x", "1.5", "9007199254740993", ""})
    CHECK(jps.get(std::string("/record/checkpoint?size=") + size).mistakes() == Lines{"/size out_of_range"});
}

TEST_CASE("Every event is proved to stand in the tree, and every tree to continue those before it") {
  const Desk jps("jps", "csirt_member");
  jps.reports(a_report());
  const auto newest = newest_checkpoint(jps, 20);
  const auto size = number(newest, "size");
  for (std::int64_t sequence = 0; sequence < size; ++sequence) {
    CAPTURE(sequence);
    const auto proof = jps.get("/record/proofs/" + std::to_string(sequence) + "?size=" + std::to_string(size));
    REQUIRE_MESSAGE(proof.status == 200, proof);
    CHECK(text(proof.json(), "note") == text(newest, "note"));
    const auto leaf = record::to_digest(record::from_hex(text(proof.json(), "leaf_sha256")).value()).value();
    CHECK(record::verify_inclusion(leaf, static_cast<std::uint64_t>(number(proof.json(), "leaf_index")),
                                   static_cast<std::uint64_t>(size), proof_in(proof.json()), root_in(newest)));
  }
  jps.reports(a_report());
  const auto later = newest_checkpoint(jps, size + 1);
  const auto consistency =
      jps.get("/record/consistency?from=" + std::to_string(size) + "&to=" + std::to_string(number(later, "size")));
  REQUIRE_MESSAGE(consistency.status == 200, consistency);
  CHECK(record::verify_consistency(static_cast<std::uint64_t>(size), root_in(newest),
                                   static_cast<std::uint64_t>(number(later, "size")), root_in(later),
                                   proof_in(consistency.json())));
  CHECK(checkpoint_in(text(consistency.json(), "note"), later.at("keys")).root == root_in(later));
}

TEST_CASE("What is no event and no checkpoint is told apart, in words that a program knows") {
  const Desk jps("jps", "csirt_member");
  jps.reports(a_report());
  const auto size = number(newest_checkpoint(jps, 3), "size");
  const auto unknown = jps.get("/record/proofs/9007199254740992");
  CHECK(unknown.status == 404);
  CHECK(unknown.code() == "not_found");
  for (const char* sequence : {"-1", "x", "1x", "01900000-0000-7000-8000-000000000000", "99999999999999999999"})
    CHECK(jps.get(std::string("/record/proofs/") + sequence).body == unknown.body);
  const auto last = std::to_string(size - 1);
  CHECK(jps.get("/record/proofs/" + last + "?size=1").mistakes() == Lines{"/size before_the_event"});
  CHECK(jps.get("/record/proofs/0?size=9007199254740992").mistakes() == Lines{"/size unknown_checkpoint"});
  CHECK(jps.get("/record/consistency").mistakes() == Lines{"/from required"});
  CHECK(jps.get("/record/consistency?from=5&to=4").mistakes() == Lines{"/to out_of_range"});
  CHECK(jps.get("/record/consistency?from=9007199254740992").mistakes() == Lines{"/from unknown_checkpoint"});
  CHECK(jps.get("/record/consistency?from=0&to=9007199254740992").mistakes() == Lines{"/to unknown_checkpoint"});
  CHECK(jps.get("/record/consistency?from=0&at=7").mistakes() == Lines{"/at unknown_parameter"});
}

TEST_CASE("Whoever reads incidents may check the record; events and cosignatures are the auditor's") {
  const Desk auditor("jps", "auditor");
  for (const char* role :
       {"reporter", "csirt_member", "csirt_head", "external_contact", "exception_officer", "ciso", "section_officer"}) {
    CAPTURE(role);
    const Desk desk("jps", role);
    CHECK(desk.get("/record/checkpoint").status == 200);
    CHECK(desk.get("/record/proofs/0").status == 200);
    CHECK(desk.get("/record/consistency?from=1").status == 200);
    CHECK(desk.get("/record/events").code() == "role_required");
    CHECK(desk.post("/record/cosignatures", {{"size", 1}, {"line", "x"}}).code() == "role_required");
  }
  for (const Desk& desk : {Desk("jps", "operator"), Desk("mhlw", "cymat_member")})
    for (const char* path : {"/record/checkpoint", "/record/proofs/0", "/record/consistency?from=1", "/record/events"})
      CHECK(desk.get(path).code() == "role_required");
  for (const char* path : {"/record/checkpoint", "/record/proofs/0", "/record/consistency?from=1", "/record/events"})
    CHECK(auditor.get(path).status == 200);
  for (const char* path : {"/incidents", "/inbox", "/alarms", "/obligations", "/stream"})
    CHECK(auditor.get(path).code() == "role_required");
}

TEST_CASE("An auditor reads what concerns his body, who acted included, and no other body's content") {
  const std::string person = unique("Person");
  const Desk jps("jps", "csirt_member", person), auditor("jps", "auditor"), ministry("mhlw", "auditor");
  const std::string canary = unique("CANARY-AUDITED");
  const auto incident = jps.reports(a_report({{"title", canary}, {"summary", canary}}));
  sealed_number(auditor, incident, "report.received");

  const auto path = "/record/events?incident=" + incident.id;
  const auto own = auditor.list(path);
  REQUIRE(own.size() > 5);
  for (const auto& event : own) {
    CAPTURE(json::serialize(event));
    if (text(event, "type").starts_with("alarm.") || event.at("organization").is_null()) continue;  // the daemon's own
    CHECK(text(event, "organization") == "jps");
    CHECK(text(event, "actor") == person);
    const auto leaf = record::from_base64(text(event, "leaf")).value();
    CHECK(record::to_hex(record::bytes_of(record::leaf_hash(leaf))) == text(event, "leaf_sha256"));
  }
  // The ministry received the report: it sees the event, and which body acted, and not the person.
  const auto received = ministry.list(path + "&type=report.received");
  REQUIRE(received.size() == 1);
  CHECK(text(received[0], "organization") == "jps");
  CHECK(received[0].at("actor").is_null());
  CHECK(received[0].at("leaf").is_string());

  // No form of it holds a text of the report.
  for (const auto* desk : {&auditor, &ministry})
    for (const char* form : {"application/json", "text/csv", "application/jsonl"})
      CHECK(!mentions(desk->get(path, {.accept = form}).body, canary));
}

TEST_CASE("A body that was not told learns nothing: neither events, nor leaves, nor whether there are any") {
  const std::string person = unique("Person");
  const Desk jps("jps", "csirt_member", person), auditor("jps", "auditor");
  const auto incident = jps.reports(a_report());
  const auto sequence = sealed_number(auditor, incident, "report.received");
  for (const auto& [organization, role] : std::vector<std::pair<const char*, const char*>>{
           {"kahaku", "auditor"}, {"meti", "auditor"}, {"police-osaka", "auditor"}}) {
    CAPTURE(organization);
    const Desk stranger(organization, role);
    for (const char* form : {"application/json", "text/csv", "application/jsonl"})
      for (const std::string query :
           {"", "&type=report.received", "&organization=jps", "&from=2026-01-01", "&after=0", "&limit=1"}) {
        const auto theirs = stranger.get("/record/events?incident=" + incident.id + query, {.accept = form});
        const auto unknown = stranger.get("/record/events?incident=" + std::string(nobody) + query, {.accept = form});
        CHECK(theirs.status == 200);
        CHECK(theirs.body == unknown.body);
      }
    for (const auto& event : stranger.list("/record/events?limit=200")) {
      CHECK(event.at("incident_id") != json::value(incident.id));
      CHECK(!mentions(json::serialize(event), person));
    }
    const auto proof = stranger.get("/record/proofs/" + std::to_string(sequence));
    CHECK(proof.status == 200);
    CHECK(proof["leaf"].is_null());
  }
}

TEST_CASE("Who sees the rows of duties only is given their events without who acted, and no leaf") {
  const Desk jps("jps", "csirt_member"), auditor("jps", "auditor"), centre("nco", "auditor");
  const auto incident = jps.reports(a_report());
  const auto sequence = sealed_number(auditor, incident, "report.received");
  const auto seen = centre.list("/record/events?incident=" + incident.id);
  REQUIRE(!seen.empty());
  for (const auto& event : seen) {
    CHECK((text(event, "type").starts_with("obligation.") || text(event, "type") == "access.granted" ||
           text(event, "type").starts_with("alarm.") || text(event, "type") == "message.sent"));
    CHECK(event.at("organization").is_null());
    CHECK(event.at("actor").is_null());
    CHECK(event.at("leaf").is_null());
  }
  // Nothing is found by what is not shown.
  CHECK(centre.list("/record/events?organization=jps&incident=" + incident.id).empty());
  CHECK(centre.get("/record/proofs/" + std::to_string(sequence))["leaf"].is_null());
}

TEST_CASE("A reporter is given leaves of his own body's incidents alone") {
  const Desk jps("jps", "csirt_member"), auditor("jps", "auditor");
  const auto sequence = std::to_string(sealed_number(auditor, jps.reports(a_report()), "report.received"));
  CHECK(Desk("jps", "reporter").get("/record/proofs/" + sequence)["leaf"].is_string());
  CHECK(Desk("mhlw", "csirt_member").get("/record/proofs/" + sequence)["leaf"].is_string());
  CHECK(Desk("mhlw", "reporter").get("/record/proofs/" + sequence)["leaf"].is_null());
}

TEST_CASE("Filters narrow what is read, and pages, lines and cells hold the same events") {
  const Desk jps("jps", "csirt_member"), auditor("jps", "auditor");
  const auto incident = jps.reports(a_report());
  sealed_number(auditor, incident, "report.received");
  const auto path = "/record/events?incident=" + incident.id;
  const auto all = auditor.list(path);
  CHECK(numbers_of(auditor.list(path + "&limit=1")) == numbers_of(all));
  for (const auto& event : auditor.list(path + "&type=obligation.opened"))
    CHECK(text(event, "type") == "obligation.opened");
  const auto third = number(json::value(all[2]), "sequence");
  CHECK(auditor.list(path + "&after=" + std::to_string(third)).size() == all.size() - 3);
  CHECK(auditor.list(path + "&to=2000-01-01").empty());
  CHECK(auditor.list(path + "&from=2100-01-01").empty());
  CHECK(auditor.list(path + "&from=2020-01-01&to=2100-01-01").size() == all.size());
  CHECK(auditor.list(path + "&organization=mhlw").empty());
  CHECK(auditor.list("/record/events?type=key.registered").size() == 1);  // everybody's

  const auto jsonl = auditor.get(path, {.accept = "application/jsonl"});
  CHECK(jsonl.header("Content-Type") == "application/jsonl");
  const auto lines = lines_of_text(jsonl.body, "\n");
  REQUIRE(lines.size() == all.size());
  for (std::size_t i = 0; i < lines.size(); ++i) CHECK(json::parse(lines[i]) == json::value(all[i]));

  const auto csv = auditor.get(path, {.accept = "text/csv"});
  CHECK(csv.header("Content-Type") == "text/csv; charset=utf-8");
  const auto rows = lines_of_text(csv.body, "\r\n");
  REQUIRE(rows.size() == all.size() + 1);
  CHECK(rows[0].starts_with("\xEF\xBB\xBF\"通番\",\"日時\""));
  CHECK(
      auditor.get(path, {.language = "en", .accept = "text/csv"}).body.starts_with("\xEF\xBB\xBF\"sequence\",\"at\""));
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(rows[i + 1].starts_with("\"" + std::to_string(number(json::value(all[i]), "sequence")) + "\","));
    CHECK(mentions(rows[i + 1], "\"" + text(all[i], "leaf_sha256") + "\""));
  }

  CHECK(auditor.get("/record/events?cursor=x").mistakes() == Lines{"/cursor value"});
  CHECK(auditor.get("/record/events?incident=x&limit=0&after=-1&organization=nowhere&colour=red").mistakes() ==
        Lines{"/after out_of_range", "/colour unknown_parameter", "/incident value", "/limit out_of_range",
              "/organization unknown_organization"});
}

TEST_CASE("A cell that a spreadsheet would compute is text") {
  for (const std::string name : {"=1+1", "+81-3", "-1", "@SUM(A1)", "＝１", "＋", "－", "＠"}) {
    const Desk jps("jps", "csirt_member", name), auditor("jps", "auditor");
    const auto incident = jps.reports(a_report());
    sealed_number(auditor, incident, "report.received");
    const auto csv =
        auditor.get("/record/events?type=report.received&incident=" + incident.id, {.accept = "text/csv"}).body;
    CHECK(mentions(csv, ",\"'" + name + "\","));
    CHECK(!mentions(csv, "\"" + name));
  }
}

TEST_CASE("A cosignature is kept where a registered witness made it over that checkpoint, and shown with it") {
  Daemon& daemon = the_daemon();
  const Desk jps("jps", "csirt_member"), auditor("nco", "auditor");
  jps.reports(a_report());
  const auto newest = newest_checkpoint(auditor, 2);
  const auto size = number(newest, "size");
  const Witness witness("witness.example"), stranger("stranger.example"), impostor("witness.example");
  REQUIRE(witness.register_at(daemon) == 0);
  CHECK(impostor.register_at(daemon) == 2);

  const auto refused = [&](const json::object& body) { return auditor.post("/record/cosignatures", body).mistakes(); };
  const auto line = witness.line_over(text(newest, "note"));
  CHECK(refused({{"size", size}, {"line", stranger.line_over(text(newest, "note"))}}) ==
        Lines{"/line unknown_witness"});
  CHECK(refused({{"size", size}, {"line", impostor.line_over(text(newest, "note"))}}) == Lines{"/line signature"});
  CHECK(refused({{"size", 9'007'199'254'740'992}, {"line", line}}) == Lines{"/size unknown_checkpoint"});
  CHECK(refused({{"size", 1}, {"line", line}}) == Lines{"/line signature"});
  CHECK(refused({{"size", size}, {"line", "junk"}}) == Lines{"/line value"});
  CHECK(refused({{"size", size}, {"line", line + "AAAA"}}) != Lines{});
  CHECK(refused({{"size", -1}, {"line", ""}, {"x", 1}}) ==
        Lines{"/line blank", "/size out_of_range", "/x unknown_member"});
  CHECK(refused({}) == Lines{"/line required", "/size required"});
  // A time that no clock shows: after the year 9999.
  CHECK(refused({{"size", size}, {"line", witness.line_over(text(newest, "note"), 253'402'300'800)}}) ==
        Lines{"/line signature"});

  const auto key = fresh_key();
  const auto kept = auditor.post("/record/cosignatures", {{"size", size}, {"line", line}}, {.key = key});
  REQUIRE_MESSAGE(kept.status == 201, kept);
  CHECK(text(kept.json(), "witness") == "witness.example");
  CHECK(text(kept.json(), "cosigned_at") == "2025-11-26T18:40:00+09:00");
  CHECK(auditor.post("/record/cosignatures", {{"size", size}, {"line", line}}, {.key = key})
            .header("Idempotency-Replayed") == "true");
  // A second one of the same witness changes nothing.
  const auto second = auditor.post("/record/cosignatures",
                                   {{"size", size}, {"line", witness.line_over(text(newest, "note"), 1'764'150'009)}});
  CHECK(second.status == 201);
  CHECK(second["cosigned_at"] == kept["cosigned_at"]);

  const auto shown = jps.get("/record/checkpoint?size=" + std::to_string(size));
  REQUIRE(shown["cosignatures"].as_array().size() == 1);
  CHECK(text(shown.json(), "note") == text(newest, "note") + line + "\n");
  const auto note = record::parse_note(text(shown.json(), "note")).value();
  CHECK(record::verify(note.text, note.signatures.back(), witness.key));

  REQUIRE(run(noroshi_program(), {"--data", daemon.data().string(), "record", "witness", "remove", "witness.example"})
              .code == 0);
  CHECK(refused({{"size", size}, {"line", line}}) == Lines{"/line unknown_witness"});
  CHECK(jps.get("/record/checkpoint?size=" + std::to_string(size))["cosignatures"].as_array().size() == 1);
}

TEST_CASE("Every receiver holds a copy: messages, the inbox and heartbeats carry the newest checkpoint") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
  const auto incident = jps.reports(a_report());
  const auto keys = newest_checkpoint(mhlw, 2).at("keys");
  const auto listed = mhlw.get("/inbox?limit=1");
  CHECK(checkpoint_in(text(listed.json(), "checkpoint"), keys).size > 0);
  CHECK(!listed["items"].at(0).as_object().contains("checkpoint"));
  CHECK(checkpoint_in(text(mhlw.message_of(incident), "checkpoint"), keys).size > 0);

  const auto beat = mhlw.get("/heartbeat");
  const auto& committed = beat["checkpoint"];
  CHECK(mentions(text(beat.json(), "text"), "\norigin " + text(committed, "origin") + "\nsize " +
                                                std::to_string(number(committed, "size")) + "\nroot " +
                                                text(committed, "root") + "\n"));
  const auto same = mhlw.get("/record/checkpoint?size=" + std::to_string(number(committed, "size")));
  CHECK(text(same.json(), "root") == text(committed, "root"));
}
