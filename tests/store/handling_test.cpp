// Handling inside a body against a real PostgreSQL: what is stored, who sees it, and what no hand may change.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "src/store/known.h"
#include "src/store/views.h"
#include "tests/store/store_scene.h"

namespace noroshi::store::test {
namespace {

core::Actor of_role(const std::string& organization, core::Role role) {
  core::TokenId token;
  token.value.bytes[0] = static_cast<std::uint8_t>(150 + static_cast<int>(role));
  for (std::size_t i = 0; i < organization.size() && i < 14; ++i)
    token.value.bytes[1 + i] = static_cast<std::uint8_t>(organization[i]);
  return {token, organization, role, fmt::format("{} {}", organization, core::to_string(role)), {}};
}

class Handled : public OwnStore {
 public:
  Handled() {
    const std::string body =
        R"({"reference":"handled","stage":"first","title":"件名","assessment":"incident","cyberattack":"no",)"
        R"("cyberattack_reason":"誤設定","times":{"recognized":{"value":"2018-08-01T09:00:00+09:00"}},)"
        R"("systems":[{"name":"甲","shared_platform":true},{"name":"乙"}]})";
    const auto report = perform(submit(csirt_head("jps"), body, "handled"));
    incident = core::IncidentId{*core::parse_uuid(in_answer(accepted(report), "incident.id"))};
  }
  Result attempt(const core::Actor& actor, core::ResponseCommand what, const std::string& key = "") {
    Command command;
    command.actor = actor;
    command.idempotency_key = key;
    command.request_sha256 = request_digest("/api/v1/test", key);
    command.action = Respond{incident, std::move(what)};
    return perform(std::move(command));
  }
  Answered act(const core::Actor& actor, core::ResponseCommand what, const std::string& key = "") {
    return accepted(attempt(actor, std::move(what), key));
  }
  std::optional<codec::IncidentDetail> as(const std::string& organization) {
    Connection connection(settings(), DatabaseRole::reader);
    TenantTransaction transaction(connection, organization, "somebody");
    return find_incident(transaction, law().registry, incident, false, read_clock(transaction));
  }
  std::string refused_by(const std::string& sql) {
    Transaction transaction(owner());
    try {
      transaction.execute_script(sql);
    } catch (const ConstraintViolation& violation) {
      return violation.constraint();
    }
    return "";
  }
  core::Incident known() {
    Transaction transaction(owner());
    return load_incidents(transaction, std::vector{incident}).at(incident);
  }

  core::IncidentId incident;
};

core::TakeHandlingStep step(core::HandlingStepKind kind, const std::string& text = "本文") { return {{}, kind, text, {}}; }

}  // namespace

TEST_CASE("steps, instructions and platforms are the body's own; of a platform its operator sees the link") {
  Handled story;
  using enum core::HandlingStepKind;
  CHECK(story.text("SELECT string_agg(rule, ' ' ORDER BY rule) FROM obligation WHERE inner_duty AND state = 'open'") ==
        "3.a 3.b 3.c c d e f j k l");

  const auto told = story.act(csirt_head("jps"), step(ciso_told), "told");
  CHECK(in_answer(told, "step.kind") == "ciso_told");
  CHECK(in_answer(told, "met.0.clause") == "2.2.4(2)(c)");
  CHECK(in_answer(told, "met.0.state") == "fulfilled");
  CHECK(in_answer(told, "warnings.0.code") == "no_ciso_named");
  const auto again = story.act(csirt_head("jps"), step(ciso_told), "told");
  CHECK(again.replayed);
  CHECK(again.body == told.body);
  const auto kept_track = story.act(csirt_member("jps"), step(core::HandlingStepKind::situation));
  CHECK(in_answer(kept_track, "met.0.state") == "open");
  story.act(csirt_member("jps"), step(record));
  story.act(csirt_member("jps"), step(rules_followed));
  story.act(csirt_member("jps"), step(procedure_followed));
  story.act(csirt_member("jps"), step(information_shared));
  story.act(csirt_head("jps"), step(cause_reported));
  story.act(of_role("jps", core::Role::ciso), step(measures_ordered));
  story.act(csirt_head("jps"), step(lessons_shared));
  const auto given = story.act(csirt_head("jps"), core::GiveInstruction{{}, core::InstructionKind::emergency_measures,
                                                                        core::InstructionForce::instruction, "責任者", "切り離すこと", {}});
  CHECK(in_answer(given, "met.0.clause") == "2.2.4(2)(d)");
  const core::InstructionId instruction{*core::parse_uuid(in_answer(given, "instruction.id"))};
  story.act(csirt_head("jps"), core::AnswerInstruction{{}, instruction, true, "切り離した"});
  CHECK(refusal_code(story.attempt(csirt_head("jps"), core::AnswerInstruction{{}, instruction, true, "再び"})) ==
        "instruction_answered");
  const auto linked = story.act(csirt_head("jps"), core::LinkPlatform{{}, "共通基盤", "mic"});
  CHECK(in_answer(linked, "warnings.0.code") == "operator_reports_itself");
  CHECK(refusal_code(story.attempt(csirt_head("jps"), core::LinkPlatform{{}, "共通基盤", "mic"})) == "platform_linked");
  CHECK(story.text("SELECT string_agg(rule, ' ' ORDER BY rule) FROM obligation WHERE inner_duty AND state = 'open'") == "j");

  // Nobody else does anything of it: those who see the case are told whose it is, the rest that there is none.
  CHECK(refusal_code(story.attempt(csirt_head("mhlw"), step(record))) == "not_the_holder");
  CHECK(refusal_code(story.attempt(csirt_head("mic"), step(record))) == "not_the_holder");
  CHECK(refusal_code(story.attempt(csirt_head("mof"), step(record))) == "not_found");
  CHECK(refusal_code(story.attempt(csirt_member("jps"), step(measures_ordered))) == "role_required");

  const auto own = story.as("jps");
  REQUIRE(own);
  CHECK(own->steps.size() == 9);
  CHECK(own->steps[0].kind == "ciso_told");
  CHECK(own->steps[0].taken_by == csirt_head("jps").name);
  REQUIRE(own->instructions.size() == 1);
  CHECK(own->instructions[0].answer == "切り離した");
  CHECK(own->instructions[0].carried_out);
  CHECK(own->platforms.size() == 2);
  CHECK(own->assessments.size() == 1);

  const auto ministry = story.as("mhlw");
  REQUIRE(ministry);
  CHECK(ministry->steps.empty());
  CHECK(ministry->instructions.empty());
  CHECK(ministry->platforms.empty());
  const auto operating = story.as("mic");
  REQUIRE(operating);
  CHECK(operating->steps.empty());
  CHECK(operating->instructions.empty());
  REQUIRE(operating->platforms.size() == 1);
  CHECK(operating->platforms[0].platform == "共通基盤");
  CHECK(story.count("incident_access WHERE organization = 'mic' AND because = '2.2.4(2)(f)'") == 1);
  CHECK_FALSE(story.as("mof"));
  for (const auto* body : {"mhlw", "mic"})
    for (const auto& entry : story.as(body)->timeline) {
      CHECK(entry.type != "handling.step_taken");
      CHECK(entry.type != "instruction.given");
      CHECK(entry.type != "instruction.answered");
    }

  // What was written stays, and an answer is given once.
  CHECK(story.refused_by("UPDATE handling_step SET text = 'x'") == "unchangeable");
  CHECK(story.refused_by("DELETE FROM handling_step") == "unchangeable");
  CHECK(story.refused_by("UPDATE instruction SET text = 'x'") == "unchangeable");
  CHECK(story.refused_by("UPDATE instruction SET answer = 'x', answered_at = now()") == "unchangeable");
  CHECK(story.refused_by("DELETE FROM platform_link") == "unchangeable");
  CHECK(story.refused_by("UPDATE platform_link SET operator_organization = 'mof'") == "unchangeable");
}

TEST_CASE("what is stored is what decisions start from") {
  Handled story;
  story.act(csirt_head("jps"), core::GiveInstruction{{}, core::InstructionKind::recovery, core::InstructionForce::advice, "責任者",
                                                     "復旧", {}});
  story.act(csirt_head("jps"), core::LinkPlatform{{}, "共通基盤", "mic"});
  const auto known = story.known();
  REQUIRE(known.instructions.size() == 1);
  CHECK(known.instructions[0].force == core::InstructionForce::advice);
  REQUIRE(known.platforms.size() == 2);
  CHECK(known.platforms[0].platform == "甲");
  CHECK(known.platforms[0].operator_organization.empty());
  CHECK(known.platforms[1].operator_organization == "mic");
  CHECK(core::facts_of(known).shared_platform);
}

}  // namespace noroshi::store::test
