// Erasing against a real PostgreSQL: afterwards the content stands nowhere in the database, and what stays verifies.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <map>

#include "src/codec/withholding_views.h"
#include "src/core/retention.h"
#include "src/record/encodings.h"
#include "src/record/event_codec.h"
#include "src/store/bytes.h"
#include "src/store/content_keys.h"
#include "src/store/known.h"
#include "src/store/migrations.h"
#include "src/store/record_reader.h"
#include "src/store/views.h"
#include "tests/store/store_scene.h"

namespace noroshi::store::test {
namespace {

core::Actor of_role(const std::string& organization, core::Role role) {
  core::TokenId token;
  token.value.bytes[0] = static_cast<std::uint8_t>(100 + static_cast<int>(role));
  for (std::size_t i = 0; i < organization.size() && i < 14; ++i)
    token.value.bytes[1 + i] = static_cast<std::uint8_t>(organization[i]);
  return {token, organization, role, fmt::format("{} {}", organization, core::to_string(role))};
}

// One case, of which every text holds a canary.
class Story : public OwnStore {
 public:
  Story() {
    // Texts stand in a row's text as they are, bytes as hexadecimal digits.
    run(owner(),
        R"(CREATE FUNCTION pg_temp.test_holds(relation regclass, what text) RETURNS boolean LANGUAGE plpgsql AS $$
        DECLARE held boolean;
        BEGIN
          EXECUTE format('SELECT EXISTS (SELECT FROM %s AS t WHERE position($1 in t::text) > 0 OR '
                         'position(encode(convert_to($1, ''UTF8''), ''hex'') in t::text) > 0)', relation) INTO held USING what;
          RETURN held;
        END $$;
        CREATE FUNCTION pg_temp.test_matches(relation regclass, pattern text) RETURNS boolean LANGUAGE plpgsql AS $$
        DECLARE held boolean;
        BEGIN
          EXECUTE format('SELECT EXISTS (SELECT FROM %s AS t WHERE t::text ~ $1)', relation) INTO held USING pattern;
          RETURN held;
        END $$)");
  }

  core::PersonId somebody(const std::string& organization, const std::string& name) {
    accepted(attempt(csirt_head(organization),
                     ChangeStaff{core::RegisterPerson{{}, name, core::Employment::employee, {}, false}}));
    return core::PersonId{*core::parse_uuid(text(fmt::format("SELECT id FROM person WHERE name = '{}'", name)))};
  }
  // Four eyes are those of people, where the people of the body are known.
  core::Actor bound(core::Actor actor) {
    if (actor.person || count(fmt::format("person WHERE organization = '{}'", actor.organization)) == 0) return actor;
    const auto token = to_string(*actor.token);
    if (!people_.contains(token)) {
      people_[token] = somebody(actor.organization, fmt::format("名義人 {}", people_.size()));
      run(owner(), fmt::format("INSERT INTO token (id, organization, role, name, secret_sha256, issued_at, person) VALUES ('{}', "
                               "'{}', '{}', '{}', sha256('{}'), clock(), '{}')",
                               token, actor.organization, core::to_string(*actor.role), actor.name, token,
                               to_string(people_[token])));
    }
    actor.person = people_[token];
    return actor;
  }
  static bool needs_two(const Action& action) {
    return std::holds_alternative<AskWaiver>(action) || std::holds_alternative<DecideWaiver>(action) ||
           std::holds_alternative<AskErasure>(action) || std::holds_alternative<DecideErasure>(action);
  }

  Result attempt(const core::Actor& actor, Action action, const std::string& key = "") {
    Command command;
    command.actor = needs_two(action) ? bound(actor) : actor;
    command.idempotency_key = key;
    command.request_sha256 = request_digest("/api/v1/test", key);
    command.action = std::move(action);
    return perform(std::move(command));
  }
  Answered act(const core::Actor& actor, Action action, const std::string& key = "") {
    return accepted(attempt(actor, std::move(action), key));
  }
  Result send(const std::string& json, const std::string& key) {
    return perform(submit(csirt_head("jps"), json, key));
  }

  core::IncidentId report(const std::string& canary, const std::string& reference) {
    return core::IncidentId{
        *core::parse_uuid(in_answer(accepted(send(first(canary, reference), reference)), "incident.id"))};
  }
  static std::string first(const std::string& canary, const std::string& reference) {
    return fmt::format(
        R"({{"reference":"{1}","stage":"first","title":"{0} 件名","summary":"{0} 概要","assessment":"incident",)"
        R"("cyberattack":"yes","assessment_reason":"{0} 理由","cyberattack_reason":"{0} 痕跡",)"
        R"("times":{{"recognized":{{"value":"2018-08-01T09:00:00+09:00"}}}},)"
        R"("classification":{{"confidentiality":2}},"handling":["{0}限"]}})",
        canary, reference);
  }

  std::string duty(core::IncidentId incident, const std::string& rule) {
    return text(
        fmt::format("SELECT id FROM obligation WHERE incident_id = '{}' AND rule = '{}'", to_string(incident), rule));
  }

  // Everything that people may write about a case, and all that has to be done before it can be closed.
  void live_through(core::IncidentId incident, const std::string& canary, const std::string& reference) {
    accepted(
        send(report_json(reference, "followup", fmt::format(R"(,"title":"{0} 続報","summary":"{0} 判明")", canary)),
             reference + "-2"));
    const auto obligation = [&](const std::string& rule) {
      return core::ObligationId{*core::parse_uuid(duty(incident, rule))};
    };
    codec::FulfillmentCommand relay;
    relay.method = core::FulfillmentMethod::relay;
    relay.note = canary + " 中継";
    act(csirt_head("mhlw"), Fulfill{obligation("g.3"), relay}, reference + "-relay");
    codec::FulfillmentCommand police;
    police.method = core::FulfillmentMethod::police_report;
    police.note = canary + " 通報";
    police.reference = canary + "-71";
    act(csirt_head("jps"), Fulfill{obligation("h"), police}, reference + "-police");
    act(csirt_head("jps"), AddRecipient{incident, {"police-osaka", canary + " 所在"}}, reference + "-add");
    core::WithholdContent withhold;
    withhold.from = "nisc";
    withhold.members = {"notices_made"};
    withhold.reason = canary + " 協議中";
    withhold.until = *parse_rfc3339("2018-09-01T00:00:00+09:00");
    const auto withheld = in_answer(act(csirt_head("jps"), HandleInformation{incident, withhold, {}, codec::answer_withholding},
                                        reference + "-withhold"),
                                    "id");
    core::ReleaseContent release;
    release.withholding = core::WithholdingId{*core::parse_uuid(withheld)};
    release.reason = canary + " 公表";
    act(csirt_head("jps"), HandleInformation{incident, release, {}, codec::answer_withholding}, reference + "-release");
    codec::AssessmentCommand judged;
    judged.assessment = routing::Assessment::incident;
    judged.assessment_reason = canary + " 再評価";
    judged.cyberattack_reason = canary + " 再評価";
    act(csirt_head("jps"), Assess{incident, judged}, reference + "-assess");
    judged.assessment_reason = canary + " 省の見立て";
    act(csirt_head("mhlw"), Assess{incident, judged}, reference + "-assess-mhlw");
    assign(incident, canary);
    const auto respond = [&](core::ResponseCommand command, const std::string& key) {
      return act(csirt_head("jps"), Respond{incident, std::move(command)}, reference + key);
    };
    respond(core::TakeHandlingStep{{}, core::HandlingStepKind::ciso_told, canary + " 報告", {}}, "-told");
    const auto instruction = in_answer(
        respond(core::GiveInstruction{{}, core::InstructionKind::recovery, core::InstructionForce::instruction,
                                      canary + " 責任者", canary + " 復旧", {}},
                "-instruct"),
        "instruction.id");
    respond(core::AnswerInstruction{{}, core::InstructionId{*core::parse_uuid(instruction)}, true, canary + " 実施"}, "-answer");
    respond(core::LinkPlatform{{}, canary + " 基盤", "mic"}, "-platform");
    while (const auto open = first_open(incident)) {
      const auto [id, holder] = *open;
      act(csirt_head(holder), AskWaiver{id, {canary + " 申請"}}, reference + to_string(id));
      const auto waiver = text(fmt::format("SELECT id FROM waiver WHERE obligation_id = '{}'", to_string(id)));
      act(of_role(holder, core::Role::exception_officer),
          DecideWaiver{id, core::WaiverId{*core::parse_uuid(waiver)}, {true, canary + " 承認"}}, reference + waiver);
    }
    for (;;) {
      const auto message =
          text(fmt::format("SELECT id || ' ' || recipient FROM message WHERE incident_id = '{}' AND "
                           "acknowledged_at IS NULL AND recipient NOT LIKE 'cymat/%' LIMIT 1",
                           to_string(incident)));
      if (message.empty()) break;
      act(csirt_head(message.substr(37)),
          Acknowledge{core::MessageId{*core::parse_uuid(message.substr(0, 36))}, {"当直", canary + " 受領"}},
          reference + message.substr(0, 36));
    }
    act(csirt_head("jps"), Move{incident, {core::IncidentState::closed, canary + " 終結"}}, reference + "-close");
  }
  // Somebody is asked to respond and declines, and is asked again; the end of the case releases him.
  void assign(core::IncidentId incident, const std::string& canary) {
    if (count("person WHERE name = '山田'") == 0) {
      const auto person = somebody("jps", "山田");
      act(csirt_head("jps"),
          ChangeStaff{core::Appoint{{}, person, core::Post::csirt_member, core::Ground::expertise, "", {}, {}}});
      bound(csirt_head("jps"));
      bound(of_role("jps", core::Role::section_officer));
    }
    const core::PersonId person{*core::parse_uuid(text("SELECT id FROM person WHERE name = '山田'"))};
    auto asked = csirt_member("jps");
    asked.person = person;
    const core::ProposeAssignment proposal{{}, person, core::Function::handler, {}, canary + " 備考"};
    const core::AssignmentId first{*core::parse_uuid(
        in_answer(act(csirt_head("jps"), Respond{incident, proposal}, to_string(incident) + "-propose"), "assignment.id"))};
    act(asked, Respond{incident, core::AnswerAssignment{{}, first, false, canary + " 出張"}}, to_string(incident) + "-decline");
    act(csirt_head("jps"), Respond{incident, proposal}, to_string(incident) + "-again");
  }
  std::optional<std::pair<core::ObligationId, std::string>> first_open(core::IncidentId incident) {
    const auto found =
        text(fmt::format("SELECT id || ' ' || holder FROM obligation WHERE incident_id = '{}' AND "
                         "state = 'open' LIMIT 1",
                         to_string(incident)));
    if (found.empty()) return std::nullopt;
    return std::pair{core::ObligationId{*core::parse_uuid(found.substr(0, 36))}, found.substr(37)};
  }

  core::ErasureId ask(core::IncidentId incident) {
    const auto answered =
        act(csirt_head("jps"), AskErasure{incident, {"保存期間の満了"}}, to_string(incident) + "-erase");
    return core::ErasureId{*core::parse_uuid(in_answer(answered, "id"))};
  }
  Answered approve(core::IncidentId incident, core::ErasureId erasure) {
    return act(of_role("jps", core::Role::section_officer), DecideErasure{incident, erasure, {true, "満了を確認"}},
               to_string(incident) + "-approve");
  }

  // Every table of the database that holds it, as text or as bytes: those of the program and PostgreSQL's own catalogs,
  // its statistics among them.
  std::string places_of(const std::string& what) {
    const auto search = fmt::format(
        "SELECT string_agg(relation, ' ' ORDER BY relation) FROM (SELECT c.oid::regclass::text AS relation FROM "
        "pg_class c "
        "WHERE c.relkind IN ('r', 'm') AND pg_temp.test_holds(c.oid::regclass, '{}')) AS f",
        what);
    return text(search);
  }
  // Every table that holds something sealed of that case.
  std::string sealed_places(core::IncidentId incident) {
    const std::string id(reinterpret_cast<const char*>(incident.value.bytes.data()), incident.value.bytes.size());
    std::vector<std::string> beginnings;
    for (std::size_t field = 1; field <= content_field_names.size(); ++field) {
      const auto header = static_cast<char>(field) + id;
      beginnings.push_back(base64url(header).substr(0, 22));
      beginnings.push_back(record::to_hex("\xf5noroshi" + header));
    }
    return text(fmt::format(
        "SELECT string_agg(relation, ' ' ORDER BY relation) FROM (SELECT c.oid::regclass::text AS relation FROM pg_class c "
        "WHERE c.relkind = 'r' AND c.relnamespace = 'noroshi'::regnamespace AND pg_temp.test_matches(c.oid::regclass, '{}')) AS f",
        fmt::join(beginnings, "|")));
  }
  // As pg_dump writes it.
  std::string dump() {
    const auto command =
        fmt::format("pg_dump --data-only --inserts '{} user={}' 2>&1", settings().address, text("SELECT current_user"));
    std::string out;
    FILE* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe);
    char buffer[65536];
    while (const auto size = fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, size);
    const int status = pclose(pipe);
    REQUIRE_MESSAGE(status == 0, out.substr(0, 500));
    return out;
  }

  // The leaf hashes of all events so far, in their order.
  std::string leaf_hashes(const std::string& until = "infinity") {
    return text(
        fmt::format("SELECT md5(string_agg(encode(sha256('\\x00'::bytea || leaf), 'hex'), '' ORDER BY at, id)) "
                    "FROM event WHERE at <= '{}'",
                    until));
  }

  // The events of an incident as the record has them; an opening that does not match fails the test.
  std::vector<core::Event> events(core::IncidentId incident) {
    std::vector<core::Event> events;
    Transaction transaction(owner());
    read_events_of(transaction, to_string(incident), [&](const StoredEvent& stored) {
      auto event = record::decode(stored.leaf, stored.openings);
      REQUIRE_MESSAGE(event.has_value(), event.error());
      events.push_back(std::move(*event));
    });
    return events;
  }
  core::Incident known(core::IncidentId incident) {
    Transaction transaction(owner());
    return load_incidents(transaction, std::vector{incident}).at(incident);
  }

  // A team of CYMAT: asked for, agreed to and refused, at work, ended and reported on, with a word in every text.
  void supported_by_team(core::IncidentId incident, const std::string& canary) {
    const auto center = core::Actor(of_role("nisc", core::Role::center_liaison));
    core::CymatRequestId request;
    const auto does = [&](const core::Actor& actor, core::ResponseCommand command) {
      return act(actor, Respond{incident, std::move(command)}, "step-" + std::to_string(++steps_));
    };
    const auto member = [&](const std::string& body, bool lead) {
      const auto person = somebody(body, "要員 " + body);
      act(of_role(body, core::Role::ciso),
          ChangeStaff{core::Appoint{{}, person, core::Post::cymat_member, core::Ground::expertise, "", {}, {}}});
      does(center, core::ProposeCymatMember{{}, request, body, person, lead});
      return core::CymatMemberId{*core::parse_uuid(
          text(fmt::format("SELECT id FROM cymat_member WHERE person = '{}'", to_string(person))))};
    };
    request = core::CymatRequestId{*core::parse_uuid(in_answer(
        does(csirt_head("mhlw"), core::RequestCymat{{}, canary + " 範囲不明", core::CymatPriority::high}), "cymat_request.id"))};
    does(center, core::ReceiveCymat{{}, request});
    does(center, core::RuleCymat{{}, request, core::CymatRuling::dispatch, true, canary + " 一体対応"});
    const auto lead = member("mic", true), other = member("meti", false);
    does(csirt_head("mic"), core::AnswerCymatMember{{}, request, lead, true, ""});
    does(csirt_head("meti"), core::AnswerCymatMember{{}, request, other, false, canary + " 人員不足"});
    does(center, core::FormCymat{{}, request});
    does(center, core::DispatchCymat{{}, request});
    does(csirt_head("jps"), core::LogCymat{{}, request, core::CymatEntryKind::information, canary + " 端末一覧", 2});
    does(center, core::EndCymat{{}, request, canary + " 収束"});
    does(center, core::ReportCymat{{}, request, canary + " 報告"});
  }

 private:
  std::map<std::string, core::PersonId> people_;  // by token
  int steps_ = 0;
};

std::string refused_by(Connection& connection, const std::string& sql) {
  Transaction transaction(connection);
  try {
    transaction.execute_script(sql);
  } catch (const ConstraintViolation& violation) {
    return violation.constraint();
  } catch (const DatabaseFault& fault) {
    return "not permitted";
  }
  return "";
}

TEST_CASE("after an erasure no table holds a word of it, other cases are whole, and the record verifies as before") {
  Story story;
  const std::string canary = "KANARIA-ERASED", other = "KANARIA-KEPT";
  const auto erased = story.report(canary, "gone"), kept = story.report(other, "stays");
  story.live_through(erased, canary, "gone");
  story.live_through(kept, other, "stays");
  run(story.owner(), "ANALYZE");  // takes samples of columns, but none of content

  const std::string held =
      "added_recipient assignment event_opening fulfillment handling_step idempotency incident instruction judgement label message "
      "platform_link report waiver withholding";
  CHECK(story.sealed_places(erased) == held);
  // Even before, nothing of it can be read here.
  CHECK(story.places_of(canary) == "");
  CHECK(story.count("content_key") == 2);
  const auto digest = sha256(Story::first(canary, "gone"));
  CHECK(story.count(fmt::format("report WHERE sha256 = '\\x{}'", record::to_hex(digest))) == 1);
  auto dumped = story.dump();
  for (const auto& written : {canary, record::to_hex(canary), base64(canary)}) CHECK(dumped.find(written) == std::string::npos);
  CHECK(dumped.find(record::to_hex(digest)) != std::string::npos);

  story.travel_to("2024-04-01T00:00:00+09:00");
  const auto before = story.text("SELECT max(at) FROM event");
  const auto hashes = story.leaf_hashes(before);
  const auto events = story.count("event");
  const auto answered = story.approve(erased, story.ask(erased));
  CHECK(in_answer(answered, "decision") == "approved");
  CHECK_FALSE(in_answer(answered, "erased_at").empty());
  run(story.owner(), "ANALYZE");

  // Nothing of it is left: no word, no digest of the bytes, none of the request.
  CHECK(story.sealed_places(erased) == "");
  CHECK(story.count("content_key WHERE incident_id = '" + to_string(erased) + "'") == 0);
  dumped = story.dump();
  CHECK(dumped.find(canary) == std::string::npos);
  CHECK(dumped.find(record::to_hex(canary)) == std::string::npos);
  CHECK(dumped.find(base64(canary)) == std::string::npos);
  CHECK(dumped.find(record::to_hex(digest)) == std::string::npos);
  CHECK(dumped.find(base64(digest)) == std::string::npos);
  CHECK(dumped.find(record::to_hex(request_digest("/api/v1/reports", Story::first(canary, "gone")))) == std::string::npos);
  CHECK(
      story.count(
          "pg_stats WHERE schemaname = 'noroshi' AND (tablename, attname) IN (('incident', 'title'), "
          "('event_opening', 'value'), ('event_opening', 'salt'), ('idempotency', 'body'), ('report', 'document'))") ==
      0);

  // The other case is as it was, and so is the record.
  CHECK(story.sealed_places(kept) == held);
  CHECK(story.leaf_hashes(before) == hashes);
  CHECK(story.count("event") == events + 2);

  // Every opening that is left matches its commitment, and the events fold to what the tables say.
  for (const auto incident : {erased, kept}) {
    core::Incident folded;
    for (const auto& event : story.events(incident)) evolve(folded, event);
    CHECK(folded == story.known(incident));
  }
  const auto where = fmt::format(" WHERE incident_id = '{}'", to_string(erased));
  CHECK(story.text("SELECT title || reference || number FROM incident WHERE id = '" + to_string(erased) + "'") ==
        "erasedgoneJPS-2018-1");
  CHECK(story.count("report" + where + " AND bytes = '' AND length = 0 AND sha256 IS NULL AND erased_at IS NOT NULL") ==
        2);
  CHECK(story.count("fulfillment" + where +
                    " AND note = 'erased' AND reference = 'erased' AND name = 'jps csirt_head'") == 1);
  CHECK(story.count("message" + where + " AND acknowledged_by = '当直' AND acknowledgement_note = 'erased'") ==
        story.count("message" + where));
  CHECK(story.count("obligation" + where + " AND because::text LIKE '%erased%'") == 0);
  CHECK(story.text("SELECT reason || decision_reason || retention_class FROM erasure" + where) ==
        "保存期間の満了満了を確認confidentiality_2");
}

TEST_CASE("what was written about a team of CYMAT is erased with the case; who was of it, and when, stays") {
  Story story;
  const std::string canary = "KANARIA-TEAM";
  const auto incident = story.report(canary, "team");
  story.supported_by_team(incident, canary);
  story.live_through(incident, canary, "team");
  for (const char* table : {"cymat_request", "cymat_member", "cymat_entry"})
    CHECK((" " + story.sealed_places(incident) + " ").find(std::string(" ") + table + " ") != std::string::npos);
  const auto who = "SELECT string_agg(organization || ' ' || name || ' ' || state || ' ' || (since IS NOT NULL), ', ' ORDER BY id) "
                   "FROM cymat_member";
  const auto team = story.text(who);

  story.travel_to("2024-04-01T00:00:00+09:00");
  story.approve(incident, story.ask(incident));
  CHECK(story.sealed_places(incident) == "");
  CHECK(story.dump().find(canary) == std::string::npos);
  CHECK(story.text("SELECT reason || ' ' || decision_reason || ' ' || end_reason || ' ' || report || ' ' || state FROM "
                   "cymat_request") == "erased erased erased erased reported");
  CHECK(story.text("SELECT string_agg(DISTINCT text, ',') FROM cymat_entry") == "erased");
  CHECK(story.text("SELECT reason FROM cymat_member WHERE state = 'refused'") == "erased");
  CHECK(story.text(who) == team);

  // By hand nothing of it is made unread, and what is left folds to what the tables say.
  for (const char* by_hand : {"UPDATE cymat_entry SET text = 'x'", "DELETE FROM cymat_entry", "DELETE FROM cymat_member"})
    CHECK(refused_by(story.owner(), by_hand) == "unchangeable");
  core::Incident folded;
  for (const auto& event : story.events(incident)) evolve(folded, event);
  CHECK(folded == story.known(incident));
}

TEST_CASE("a repeat of what made the case is told that it was erased, whatever its bytes") {
  Story story;
  const auto incident = story.report("KANARIA", "again");
  story.live_through(incident, "KANARIA", "again");
  story.travel_to("2024-04-01T00:00:00+09:00");
  const auto erasure = story.ask(incident);
  const auto decided = story.approve(incident, erasure);
  for (const auto& json : {Story::first("KANARIA", "again"), Story::first("別の", "again")}) {
    const auto result = story.send(json, "again");
    const auto& answered = accepted(result);
    CHECK(answered.status == 201);
    CHECK(answered.replayed);
    CHECK(answered.etag.starts_with("r"));
    CHECK(in_answer(answered, "erased") == "true");
    CHECK(in_answer(answered, "incident.id") == to_string(incident));
    CHECK(in_answer(answered, "incident.number") == "JPS-2018-1");
    CHECK_FALSE(in_answer(answered, "receipt.event_id").empty());
    CHECK(in_answer(answered, "receipt.sha256") == "");
    CHECK(in_answer(answered, "report") == "");
  }
  // The decision's own answer stays.
  const auto repeated = story.approve(incident, erasure);
  CHECK(repeated.replayed);
  CHECK(repeated.body == decided.body);
  // And under a fresh key nothing is added any more.
  CHECK(refusal_code(story.send(report_json("again", "followup", R"(,"title":"遅い")"), "fresh")) == "incident_erased");
  CHECK(refusal_code(story.attempt(csirt_head("jps"), Move{incident, {core::IncidentState::assessed, "再開"}})) ==
        "incident_erased");
}

TEST_CASE("nobody else can ask or decide, and nothing is erased before its time") {
  Story story;
  const auto incident = story.report("KANARIA", "early");
  story.live_through(incident, "KANARIA", "early");
  CHECK(refusal_code(story.attempt(csirt_head("jps"), AskErasure{incident, {"x"}})) == "retention_not_over");
  story.travel_to("2024-03-31T23:59:00+09:00");
  CHECK(refusal_code(story.attempt(csirt_head("jps"), AskErasure{incident, {"x"}})) == "retention_not_over");
  story.travel_to("2024-04-01T00:00:00+09:00");
  CHECK(refusal_code(story.attempt(csirt_head("mhlw"), AskErasure{incident, {"x"}})) == "not_the_holder");
  CHECK(refusal_code(story.attempt(csirt_head("meti"), AskErasure{incident, {"x"}})) == "not_found");
  const auto erasure = story.ask(incident);
  CHECK(refusal_code(story.attempt(csirt_head("jps"), AskErasure{incident, {"x"}})) == "erasure_pending");
  for (const auto& [body, code] : {std::pair{"mhlw", "not_the_holder"}, {"meti", "not_found"}})
    CHECK(refusal_code(story.attempt(of_role(body, core::Role::section_officer),
                                     DecideErasure{incident, erasure, {true, "x"}})) == code);
  CHECK(story.count("report WHERE erased_at IS NULL") == 2);
  CHECK(story.count("event WHERE type = 'erasure.decided'") == 0);
}

TEST_CASE("what may be erased is listed for its own body: ended, kept long enough, and not erased yet") {
  Story story;
  const auto incident = story.report("KANARIA", "listed");
  story.live_through(incident, "KANARIA", "listed");
  story.report("KANARIA", "open");
  const auto erasable = [&](const char* body, bool wanted = true) {
    Connection connection(story.settings(), DatabaseRole::reader);
    TenantTransaction transaction(connection, body, "somebody");
    IncidentFilter filter;
    filter.erasable = wanted;
    const auto items =
        list_incidents(transaction, filter, {.limit = largest_page}, read_clock(transaction)).value().items;
    std::string references;
    for (const auto& item : items) references += item.reference + (item.erasure_pending ? " (asked) " : " ");
    return references;
  };
  story.travel_to("2024-03-31T23:00:00+09:00");
  CHECK(erasable("jps") == "");
  CHECK(erasable("jps", false) == "open listed ");
  story.travel_to("2024-04-01T00:00:00+09:00");
  CHECK(erasable("jps") == "listed ");
  CHECK(erasable("mhlw") == "");
  const auto erasure = story.ask(incident);
  CHECK(erasable("jps") == "listed (asked) ");
  story.approve(incident, erasure);
  CHECK(erasable("jps") == "");
}

TEST_CASE("the request and its decision show to the own body; that the content is gone, to all who had it") {
  Story story;
  const auto incident = story.report("KANARIA", "shown");
  story.live_through(incident, "KANARIA", "shown");
  story.travel_to("2024-04-01T00:00:00+09:00");
  const auto erasure = story.ask(incident);
  const auto detail = [&](const char* body) {
    Connection connection(story.settings(), DatabaseRole::reader);
    TenantTransaction transaction(connection, body, "somebody");
    return find_incident(transaction, story.law().registry, incident, false, read_clock(transaction)).value();
  };
  const auto told = [](const codec::IncidentDetail& shown) {
    std::string types;
    for (const auto& entry : shown.timeline)
      if (entry.type.starts_with("erasure.")) types += entry.type + " ";
    return types;
  };
  CHECK(detail("jps").erasures.size() == 1);
  CHECK(told(detail("jps")) == "erasure.asked ");
  CHECK(detail("jps").summary.erasure_pending);
  CHECK(detail("mhlw").erasures.empty());
  CHECK_FALSE(detail("mhlw").summary.erasure_pending);
  CHECK(told(detail("mhlw")) == "");
  story.approve(incident, erasure);
  CHECK(told(detail("jps")) == "erasure.asked erasure.decided ");
  for (const char* body : {"jps", "mhlw", "nisc"}) {
    CAPTURE(body);
    const auto shown = detail(body);
    CHECK(shown.summary.erased_at);
    CHECK(shown.summary.erased_by == "jps");
    CHECK(shown.summary.title == "erased");
    CHECK_FALSE(shown.document);
    for (const auto& report : shown.reports) {
      CHECK_FALSE(report.sha256);
      CHECK_FALSE(report.length);
      CHECK_FALSE(report.changes);
    }
    for (const auto& message : shown.messages) CHECK(message.erased_by == "jps");
    if (shown.summary.organization != body) CHECK(told(shown) == "erasure.decided ");
  }
  // The inbox of a receiver: the message is there, its content is not.
  Connection connection(story.settings(), DatabaseRole::reader);
  TenantTransaction transaction(connection, "mhlw", "somebody");
  const std::vector<std::string> bodies{"mhlw"};
  const auto inbox = list_inbox(transaction, bodies, {}, {.limit = largest_page}).value().items;
  REQUIRE_FALSE(inbox.empty());
  const auto message = find_message(transaction, story.law().registry, bodies, core::MessageId{*core::parse_uuid(inbox.front().id)}, read_clock(transaction)).value();
  CHECK(message.message.erased_at);
  CHECK(message.report);
  CHECK_FALSE(message.document);
}

TEST_CASE("a rejected request erases nothing") {
  Story story;
  const auto incident = story.report("KANARIA", "rejected");
  story.live_through(incident, "KANARIA", "rejected");
  story.travel_to("2024-04-01T00:00:00+09:00");
  const auto held = story.sealed_places(incident);
  const auto erasure = story.ask(incident);
  story.act(of_role("jps", core::Role::section_officer), DecideErasure{incident, erasure, {false, "訴訟のため保存"}});
  CHECK(story.sealed_places(incident) == held);
  CHECK(story.text("SELECT decision || decision_reason FROM erasure") == "rejected訴訟のため保存");
  CHECK(story.known(incident).erasures.front().decision == core::Erasure::Decision::rejected);
}

TEST_CASE(
    "the way to erase is no way to change: the database lets through an approved erasure's whole and nothing else") {
  Story story;
  const auto erased = story.report("KANARIA", "hole"), kept = story.report("KANARIA", "whole");
  story.live_through(erased, "KANARIA", "hole");
  story.live_through(kept, "KANARIA", "whole");
  story.travel_to("2024-04-01T00:00:00+09:00");
  const auto erasure = story.ask(erased);
  const auto pending = story.ask(kept);
  story.approve(erased, erasure);

  const std::string blank =
      "UPDATE report SET bytes = '', length = 0, sha256 = NULL, document = 'erased', changes = 'erased', erased_at = "
      "clock()";
  const auto of = [](core::IncidentId incident) {
    return fmt::format(" WHERE incident_id = '{}'", to_string(incident));
  };
  const auto naming = [](core::ErasureId id) {
    return fmt::format("SELECT set_config('noroshi.erasing', '{}', true);", to_string(id));
  };
  // As the superuser, who is held by triggers alone.
  struct Attempt {
    const char* what;
    std::string sql;
  };
  const Attempt attempts[] = {
      {"without an erasure", blank + of(kept)},
      {"of another case", naming(erasure) + blank + of(kept)},
      {"not approved", naming(pending) + blank + of(kept)},
      {"no such erasure", "SELECT set_config('noroshi.erasing', '" + to_string(kept) + "', true);" + blank + of(kept)},
      {"another text", naming(erasure) + "UPDATE report SET document = 'rewritten'" + of(erased)},
      {"a fact beside",
       naming(erasure) + "UPDATE report SET received_at = received_at - interval '1 hour'" + of(erased)},
      {"a fact of a judgement", naming(erasure) + "UPDATE judgement SET cyberattack = 'unknown'" + of(erased)},
      {"a fact of a fulfilment", naming(erasure) + "UPDATE fulfillment SET at = at - interval '1 hour'" + of(erased)},
      {"a row", naming(erasure) + "DELETE FROM report" + of(erased)},
      {"a row of fulfilment", naming(erasure) + "DELETE FROM fulfillment" + of(erased)},
      {"an opening of another case", naming(erasure) +
                                         "DELETE FROM event_opening USING event WHERE event_id = event.id AND "
                                         "field = 'title' AND incident_id = '" +
                                         to_string(kept) + "'"},
      {"an opening that stays", naming(erasure) +
                                    "DELETE FROM event_opening USING event WHERE event_id = event.id AND "
                                    "field = 'actor_name' AND incident_id = '" +
                                    to_string(erased) + "'"},
      {"an opening's value", naming(erasure) + "UPDATE event_opening SET value = 'x'"},
      {"an opening without an erasure", "DELETE FROM event_opening WHERE field = 'title'"},
      {"a leaf", naming(erasure) + "UPDATE event SET leaf = 'x'"},
  };
  for (const auto& [what, sql] : attempts) {
    CAPTURE(what);
    CHECK(refused_by(story.owner(), sql) == "unchangeable");
  }
  CHECK(refused_by(story.owner(),
                   fmt::format("UPDATE erasure SET decision = 'approved', decided_at = clock(), "
                               "retention_class = 'confidentiality_2', retained_until = clock() + interval '1 day'"
                               " WHERE id = '{}'",
                               to_string(pending))) == "erasure_after_retention");
  CHECK(refused_by(
            story.owner(),
            fmt::format("UPDATE erasure SET decision = 'approved', decided_at = clock(), decided_by = "
                        "asked_by, retention_class = 'confidentiality_2', retained_until = clock() - interval '1 day' "
                        "WHERE id = '{}'",
                        to_string(pending))) == "erasure_four_eyes");
  CHECK(refused_by(story.owner(), fmt::format("UPDATE incident SET state = 'assessed' WHERE id = '{}'",
                                              to_string(erased))) == "incident_erased_is_over");
  CHECK(refused_by(story.owner(), fmt::format("UPDATE incident SET title = 'again' WHERE id = '{}'",
                                              to_string(erased))) == "incident_erased_has_no_title");

  // A writer reaches none of it but through apply(). Each on a connection of its own: a fault ends one.
  for (const auto& sql :
       {blank, std::string("DELETE FROM event_opening"), std::string("DELETE FROM erasure"),
        fmt::format("SELECT erase_content('{}', '{}', '2024-04-01')", to_string(kept), to_string(erasure)),
        std::string("SELECT apply_erasures('{}')"), std::string("SELECT erasing(gen_random_uuid())")}) {
    CAPTURE(sql);
    Connection writer(story.settings(), DatabaseRole::writer);
    CHECK(refused_by(writer, sql) == "not permitted");
  }
}

// What whoever holds the writer's role can hand to apply(): one erasure, asked and approved by invented people.
struct Forgery {
  core::IncidentId incident;
  std::string ended_at;  // as the retention row says
  std::string decided_at = "2024-04-02T00:00:00+09:00";
  std::string retained_until = "2024-04-01T00:00:00+09:00";
  std::string erasure = "00000000-0000-7000-8000-0000000000e1";
  std::string decision_event = "00000000-0000-7000-8000-0000000000d1";
  std::string asker = "00000000-0000-7000-8000-0000000000a1", decider = "00000000-0000-7000-8000-0000000000b1";
  std::string asker_name = "申請者", decider_name = "決定者";
  std::string decider_role = "section_officer";

  std::string event(const std::string& id, const std::string& type, const std::string& role) const {
    return fmt::format(
        R"({{"id":"{}","type":"{}","at":"{}","incident_id":"{}","organization":"jps","role":"{}","subject":"{}","leaf":"eA=="}})",
        id, type, decided_at, to_string(incident), role, erasure);
  }
  std::string asked_event() const {
    return event("00000000-0000-7000-8000-0000000000c1", "erasure.asked", "csirt_head");
  }
  std::string decided_event() const { return event(decision_event, "erasure.decided", decider_role); }
  std::string asking(const std::string& of_event) const {
    return fmt::format(
        R"("erasures":[{{"id":"{}","incident_id":"{}","organization":"jps","reason":"x","asked_by":"{}","asked_by_name":"{}","asked_at":"{}","event_id":"{}"}}])",
        erasure, to_string(incident), asker, asker_name, decided_at, of_event);
  }
  std::string deciding() const {
    return fmt::format(
        R"("erasure_decisions":[{{"id":"{}","decision":"approved","decided_by":"{}","decided_by_name":"{}","decision_reason":"x","decided_at":"{}","retention_class":"confidentiality_2","retained_until":"{}","event_id":"{}"}}])",
        erasure, decider, decider_name, decided_at, retained_until, decision_event);
  }
  std::string erased() const {
    return fmt::format(
        R"("retentions":[{{"incident_id":"{}","confidentiality":2,"ended_at":"{}","erased_at":"{}","erased_by":"jps"}}])",
        to_string(incident), ended_at, decided_at);
  }
};

std::string applying(std::initializer_list<std::string> lists) {
  return fmt::format("SELECT apply('{{{}}}');", fmt::join(lists, ","));
}

TEST_CASE("whoever holds the writer's role erases nothing by the word of one call") {
  Story story;
  const auto open = story.report("KANARIA", "open"), ended = story.report("KANARIA", "ended");
  story.live_through(ended, "KANARIA", "ended");
  const auto latest = story.text("SELECT id FROM event ORDER BY id DESC LIMIT 1");
  const auto ended_at = story.text("SELECT ended_at FROM incident WHERE id = '" + to_string(ended) + "'");
  const auto places = [&] { return story.sealed_places(open) + "; " + story.sealed_places(ended); };
  const auto held = places();
  const auto rows = story.text("SELECT count(*) || ' ' || (SELECT count(*) FROM event_opening) FROM event");
  const auto refused = [&](const char* what, const std::string& sql, const std::string& constraint) {
    CAPTURE(what);
    {
      Connection writer(story.settings(), DatabaseRole::writer);
      CHECK(refused_by(writer, sql) == constraint);
    }
    CHECK(places() == held);
    CHECK(story.count("report WHERE erased_at IS NOT NULL") == 0);
    CHECK(story.count("incident WHERE erased_at IS NOT NULL OR title = 'erased'") == 0);
    CHECK(story.text("SELECT count(*) || ' ' || (SELECT count(*) FROM event_opening) FROM event") == rows);
  };
  const auto closed_row = [&](core::IncidentId incident) {
    return story.text(
        "SELECT '\"incidents\":[' || (to_jsonb(i) || '{\"state\":\"closed\",\"title\":\"erased\"}')::text || ']' FROM "
        "incident i WHERE id = '" +
        to_string(incident) + "'");
  };

  // An open incident, as the attack was written: no event, no state, the end of its retention as the caller says.
  story.travel_to("2018-08-02T00:00:00+09:00");
  Forgery forged{open, "2018-08-01T09:30:00+09:00", "2018-08-02T00:00:00+09:00", "2018-08-01T23:00:00+09:00"};
  forged.decision_event = latest;
  refused("one call", applying({R"("events":[])", forged.asking(latest), forged.deciding()}),
          "erasure_of_ended_incident");
  refused("called closed", applying({closed_row(open), forged.asking(latest), forged.deciding(), forged.erased()}),
          "incident_ends_when_written");

  // An incident that ended, long after its retention, and one part of the whole is missing.
  story.travel_to("2024-04-02T00:00:00+09:00");
  const Forgery right{ended, ended_at};
  const auto whole = [&](const Forgery& forgery) {
    return applying({fmt::format(R"("events":[{}])", forgery.asked_event()),
                     forgery.asking("00000000-0000-7000-8000-0000000000c1")}) +
           applying({fmt::format(R"("events":[{}])", forgery.decided_event()), closed_row(ended), forgery.deciding(),
                     forgery.erased()});
  };
  auto unspoken = right;
  unspoken.decision_event = latest;
  refused("another event",
          applying({closed_row(ended), unspoken.asking(latest), unspoken.deciding(), unspoken.erased()}),
          "erasure_has_event");
  refused("in one call",
          applying({fmt::format(R"("events":[{},{}])", right.asked_event(), right.decided_event()), closed_row(ended),
                    right.asking("00000000-0000-7000-8000-0000000000c1"), right.deciding(), right.erased()}),
          "erasure_asked_before");
  refused("in one transaction", whole(right), "erasure_asked_before");
  const auto parts = whole(right);
  const auto second = parts.find("SELECT apply", 1);
  refused(
      "behind a savepoint",
      "SAVEPOINT one; " + parts.substr(0, second) + " RELEASE SAVEPOINT one; SAVEPOINT two; " + parts.substr(second),
      "erasure_asked_before");
  auto alone = right;
  alone.decider = alone.asker;
  refused("one person", whole(alone), "erasure_four_eyes");
  auto named = right;
  named.decider_name = named.asker_name;
  refused("one name", whole(named), "erasure_four_eyes");
  auto officer = right;
  officer.decider_role = "csirt_head";
  refused("another role", whole(officer), "erasure_has_event");
  auto moved = right;
  moved.ended_at = "2017-08-01T10:00:00+09:00";
  refused("the end dated back", whole(moved), "incident_ends_when_written");
  refused("erased without a decision", applying({closed_row(ended), right.erased()}), "incident_erased_by_decision");

  // The request stands since an earlier transaction; what is short is the time.
  const auto request = applying(
      {fmt::format(R"("events":[{}])", right.asked_event()), right.asking("00000000-0000-7000-8000-0000000000c1")});
  const auto decision = [&](const Forgery& forgery) {
    return applying({fmt::format(R"("events":[{}])", forgery.decided_event()), closed_row(ended), forgery.deciding(),
                     forgery.erased()});
  };
  story.travel_to("2020-03-31T23:00:00+09:00");
  {
    Connection writer(story.settings(), DatabaseRole::writer);
    Transaction transaction(writer);
    transaction.execute_script(request);
    transaction.commit();
  }
  const auto rows_after = story.text("SELECT count(*) || ' ' || (SELECT count(*) FROM event_opening) FROM event");
  const auto still_refused = [&](const Forgery& forgery, const std::string& constraint) {
    Connection writer(story.settings(), DatabaseRole::writer);
    CHECK(refused_by(writer, decision(forgery)) == constraint);
    CHECK(places() == held);
    CHECK(story.text("SELECT count(*) || ' ' || (SELECT count(*) FROM event_opening) FROM event") == rows_after);
  };
  auto early = right;
  early.decided_at = "2020-03-31T22:00:00+09:00";
  early.retained_until = "2020-03-31T21:00:00+09:00";
  still_refused(early, "erasure_after_retention");
  auto ahead = right;
  ahead.decided_at = ahead.retained_until = "2020-04-01T00:00:00+09:00";
  still_refused(ahead, "erasure_after_retention");

  // The floor is the shortest retention there is.
  for (const auto* end : {"2018-08-01T10:00:00+09:00", "2019-03-31T23:59:59+09:00", "2019-04-01T00:00:00+09:00",
                          "2020-02-29T12:00:00+09:00", "2018-12-31T16:00:00+00:00"}) {
    CAPTURE(end);
    const auto at = story.owner()
                        .execute(Statement{"test_erasure_time", "SELECT $1::timestamptz"}, {std::string(end)})
                        .one()
                        .get<Timestamp>(0);
    const auto floor = story.owner()
                           .execute(Statement{"test_erasure_floor", "SELECT least_retained_until($1::timestamptz)"},
                                    {std::string(end)})
                           .one()
                           .get<Timestamp>(0);
    CHECK(floor == core::retained_until(at, 1));
  }
}

// The sequencer writes the row of the request anew, in a transaction that may be younger than the decision's.
TEST_CASE("a request that is numbered while its decision is under way is still the older one") {
  Story story;
  const auto ended = story.report("KANARIA", "ended");
  story.live_through(ended, "KANARIA", "ended");
  const Forgery right{ended, story.text("SELECT ended_at FROM incident WHERE id = '" + to_string(ended) + "'")};
  story.travel_to("2024-04-02T00:00:00+09:00");
  Connection writer(story.settings(), DatabaseRole::writer);
  run(writer, applying({fmt::format(R"("events":[{}])", right.asked_event()),
                        right.asking("00000000-0000-7000-8000-0000000000c1")}));
  Transaction decision(writer);
  decision.execute_script("SELECT pg_current_xact_id()");
  run(story.owner(), "UPDATE event SET sequence = 1000000 WHERE type = 'erasure.asked'");
  decision.execute_script(
      applying({fmt::format(R"("events":[{}])", right.decided_event()),
                story.text("SELECT '\"incidents\":[' || (to_jsonb(i) || '{\"state\":\"closed\",\"title\":\"erased\"}')::text "
                           "|| ']' FROM incident i WHERE id = '" + to_string(ended) + "'"),
                right.deciding(), right.erased()}));
  decision.commit();
  CHECK(story.count("incident WHERE erased_at IS NOT NULL") == 1);
}

// Of a time before erasures: a case that was closed, with a repeatable answer, and a sample of its title in the
// statistics.
constexpr const char* rows_before = R"sql(
INSERT INTO noroshi.event (id, type, at, incident_id, leaf) VALUES
  ('00000000-0000-7000-8000-000000000001', 'incident.opened', '2018-08-01T09:20:00+09:00',
   '00000000-0000-7000-8000-000000000002', 'x'),
  ('00000000-0000-7000-8000-000000000005', 'incident.moved', '2018-08-01T09:30:00+09:00',
   '00000000-0000-7000-8000-000000000002', 'x'),
  ('00000000-0000-7000-8000-000000000006', 'incident.moved', '2018-09-01T10:00:00+09:00',
   '00000000-0000-7000-8000-000000000002', 'x');
INSERT INTO noroshi.incident (id, number, organization, reference, title, exercise, recognized_at, police, state, version,
    latest_report, submitted_by, opened_at, revision, event_id, followup_from)
  SELECT CASE n WHEN 1 THEN '00000000-0000-7000-8000-000000000002'::uuid ELSE gen_random_uuid() END, 'JPS-2018-' || n, 'jps',
    'R-' || n, 'KANARIA', false, '2018-08-01T09:00:00+09:00', '', CASE n WHEN 1 THEN 'closed' ELSE 'assessed' END, 1,
    '00000000-0000-7000-8000-000000000003', 'jps', '2018-08-01T09:20:00+09:00', 1, '00000000-0000-7000-8000-000000000001',
    '2018-08-01T09:20:00+09:00' FROM generate_series(1, 10) AS n;
INSERT INTO noroshi.report (id, incident_id, organization, version, stage, submitted_by, received_at, bytes, length, sha256,
    document, changes, event_id) VALUES
  ('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000002', 'jps', 1, 'first', 'jps',
   '2018-08-01T09:20:00+09:00', '{}', 2, sha256('{}'), '{"title":"KANARIA","classification":{"confidentiality":1}}', '[]',
   '00000000-0000-7000-8000-000000000001');
INSERT INTO noroshi.idempotency VALUES
  ('jps', 'report', sha256('1'), 201, 'r1',
   convert_to('{"report":{"id":"x","incident_id":"00000000-0000-7000-8000-000000000002"},"incident":{"id":"00000000-0000-7000-8000-000000000002"}}', 'UTF8'),
   '2018-08-01T09:20:00+09:00'),
  ('jps', 'moved', sha256('2'), 201, 'r2',
   convert_to('{"incident":{"id":"00000000-0000-7000-8000-000000000002"}}', 'UTF8'), '2018-08-01T09:20:00+09:00'),
  ('jps', 'met', sha256('3'), 201, 'r2',
   convert_to('{"id":"x","obligation":{"incident_id":"00000000-0000-7000-8000-000000000002"}}', 'UTF8'), '2018-08-01T09:20:00+09:00'),
  ('jps', 'acknowledged', sha256('4'), 201, 'r2',
   convert_to('{"id":"x","incident_id":"00000000-0000-7000-8000-000000000002"}', 'UTF8'), '2018-08-01T09:20:00+09:00'),
  ('mhlw', 'switched', sha256('5'), 201, 'r1', convert_to('{"id":"x","organization":"mhlw"}', 'UTF8'),
   '2018-08-01T09:20:00+09:00');
ANALYZE noroshi.incident, noroshi.report, noroshi.idempotency;
)sql";

TEST_CASE("a database of the time before erasures knows of its cases when they ended and which answers are theirs") {
  const OwnDatabase database;
  Connection owner(database.settings(), DatabaseRole::owner);
  std::vector<Migration> before;
  for (const auto& migration : Migrations::embedded().all()) {
    if (migration.name == "erasure") break;
    before.push_back(migration);
  }
  Migrations(before).apply(owner);
  run(owner, rows_before);
  const auto text = [&](const std::string& query) { return text_of(owner, query); };
  const std::string sampled =
      "SELECT count(*) FROM pg_stats WHERE schemaname = 'noroshi' AND most_common_vals::text LIKE "
      "'%KANARIA%'";
  REQUIRE(text(sampled) == "1");
  REQUIRE(Migrations::embedded().apply(owner) >= 1);
  CHECK(text("SELECT string_agg(confidentiality || ' ' || coalesce((ended_at AT TIME ZONE interval '9 hours')::text, "
             "'-'), '; ' "
             "ORDER BY number) FROM incident WHERE number IN ('JPS-2018-1', 'JPS-2018-2')") ==
        "1 2018-09-01 10:00:00; 0 -");
  CHECK(text("SELECT count(*) FROM idempotency WHERE incident_id = '00000000-0000-7000-8000-000000000002'") == "4");
  CHECK(text("SELECT count(*) FROM idempotency WHERE incident_id IS NULL") == "1");
  // The sample is gone, and no new one is taken.
  CHECK(text(sampled) == "0");
  run(owner, "ANALYZE");
  CHECK(text(sampled) == "0");
  CHECK(text("SELECT string_agg(attname || ' ' || attcompression::text, ' ' ORDER BY attname) FROM pg_attribute WHERE "
             "attrelid = "
             "'report'::regclass AND attname IN ('bytes', 'document')") == "bytes l document l");

  // What was written in clear is sealed when a daemon starts on it, and reads as before.
  const std::string held = "SELECT count(*) FROM report WHERE convert_from(bytes, 'SQL_ASCII') || document LIKE '%KANARIA%'";
  CHECK(text(held) != "0");
  const auto answers = text("SELECT count(*) FROM idempotency WHERE incident_id IS NOT NULL");
  // What its record says, and a file that was cut off when the daemon was stopped for the upgrade.
  run(owner,
      "INSERT INTO event_opening (event_id, field, salt, value) SELECT '00000000-0000-7000-8000-000000000001', field, sha256('s'), "
      "'KANARIA' FROM unnest(ARRAY['title', 'actor_name']) AS f(field); "
      "INSERT INTO attachment_piece (attachment_id, place, bytes) VALUES (gen_random_uuid(), 0, 'KANARIA')");
  seal_at_rest(owner, *database.settings().content_keys);
  CHECK(text("SELECT count(*) FROM report WHERE NOT is_sealed(bytes) OR NOT is_sealed(document)") == "0");
  CHECK(text("SELECT count(*) FROM idempotency WHERE is_sealed(body)") == answers);
  CHECK(text("SELECT string_agg(field || ' ' || length(salt) || ' ' || (value <> 'KANARIA'), ', ' ORDER BY field) FROM event_opening") ==
        "actor_name 32 false, title 0 true");
  CHECK(text("SELECT count(*) FROM attachment_piece") == "0");
  CHECK(text("SELECT relforcerowsecurity FROM pg_class WHERE oid = 'event'::regclass") == "true");
  CHECK(text("SELECT count(*) FROM incident WHERE title <> 'erased' AND title NOT LIKE U&'\\0001%'") == "0");
  CHECK(text("SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'noroshi'::regnamespace "
             "AND NOT t.tgisinternal AND t.tgenabled = 'D'") == "0");
  CHECK(text("SELECT count(*) FROM pg_class WHERE relname IN ('incident', 'report', 'idempotency') AND NOT relforcerowsecurity") == "0");
  const Rows documents = owner.execute({"test_documents", "SELECT document FROM report ORDER BY id"});
  CHECK(documents[0].get<std::string>("document").find("KANARIA") != std::string::npos);
}

TEST_CASE("SQL and the record agree on which openings outlive an erasure") {
  auto& scene = StoreScene::shared();
  std::vector<std::string> types = {
      "incident.opened",       "report.received",     "judgement.made",       "incident.moved",
      "access.granted",        "recipient.added",     "obligation.opened",    "obligation.fulfilled",
      "obligation.superseded", "obligation.reopened", "obligation.waived",    "obligation.recurred",
      "obligation.passed",     "message.sent",        "message.acknowledged", "waiver.asked",
      "waiver.decided",        "alarm.raised",        "alarm.rung",           "relay_switch.asked",
      "relay_switch.decided",  "erasure.asked",       "erasure.decided",      "record.continued",
      "assignment.proposed",  "assignment.declined", "assignment.released",
      "case.annotated"};
  for (const auto& type : types)
    for (const char* field :
         {"actor_name", "actor_signature", "reference", "title", "assessment_reason", "cyberattack_reason", "document",
          "changes", "sha256", "reason", "because", "note", "acknowledged_by", "by", "name", "remark"}) {
      CAPTURE(type);
      CAPTURE(field);
      CHECK(scene.text(fmt::format("SELECT outlives_erasure('{}', '{}')", type, field)) ==
            (record::outlives_erasure(type, field) ? "true" : "false"));
    }
}

}  // namespace
}  // namespace noroshi::store::test
