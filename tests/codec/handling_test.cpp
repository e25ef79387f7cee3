// The bodies of the calls on handling inside, and how its instructions are shown.
#include "src/codec/handling_commands.h"
#include "src/codec/handling_views.h"

#include <doctest/doctest.h>

#include "tests/codec/reports.h"

using namespace noroshi;
using namespace noroshi::codec;
using namespace noroshi::codec::test;

using List = std::vector<std::string>;

TEST_CASE("a step names its kind, and a person by his id") {
  const auto step = decode_handling_step(
      R"({"kind":"ciso_told","text":"状況を\n報告","person":"01649a4e-2f00-7000-8000-000000000008"})");
  REQUIRE(step.has_value());
  CHECK(step->kind == core::HandlingStepKind::ciso_told);
  CHECK(step->text == "状況を\n報告");
  CHECK(to_string(*step->person) == "01649a4e-2f00-7000-8000-000000000008");
  CHECK_FALSE(decode_handling_step(R"({"kind":"record","text":"x","person":null})")->person);
  CHECK(mistakes_of(decode_handling_step("")) == List{"/kind required", "/text required"});
  CHECK(mistakes_of(decode_handling_step(R"({"kind":"told","text":" ","person":"鈴木","by":"x"})")) ==
        List{"/by unknown_member", "/kind value", "/person value", "/text blank"});
}

TEST_CASE("an instruction says on what, how strongly and to whom; its answer whether it was carried out") {
  const auto given = decode_instruction(
      R"({"kind":"recovery","force":"recommendation","addressee":"責任者","text":"復旧","answer_by":"2018-08-01T12:00:00+09:00"})");
  REQUIRE(given.has_value());
  CHECK(given->kind == core::InstructionKind::recovery);
  CHECK(given->force == core::InstructionForce::recommendation);
  CHECK(given->answer_by == parse_rfc3339("2018-08-01T03:00:00Z"));
  CHECK(mistakes_of(decode_instruction("{}")) == List{"/addressee required", "/force required", "/kind required", "/text required"});
  CHECK(decode_instruction_answer(R"({"carried_out":true,"text":"済"})")->carried_out);
  CHECK(mistakes_of(decode_instruction_answer(R"({"carried_out":"yes"})")) == List{"/carried_out type", "/text required"});
}

TEST_CASE("a platform names the body that operates it") {
  CHECK(decode_platform(R"({"platform":"共通基盤","operator_organization":"mic"})")->operator_organization == "mic");
  CHECK(mistakes_of(decode_platform(R"({"platform":""})")) == List{"/operator_organization required", "/platform blank"});
}

TEST_CASE("an instruction without its answer is overdue once the time for it is over") {
  const auto due = *parse_rfc3339("2018-08-01T12:00:00+09:00");
  InstructionView view;
  CHECK_FALSE(overdue(view, due));
  view.answer_by = due;
  CHECK_FALSE(overdue(view, due));
  CHECK(overdue(view, due + std::chrono::seconds(1)));
  view.answered_at = due;
  CHECK_FALSE(overdue(view, due + std::chrono::hours(1)));
}
