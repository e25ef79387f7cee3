#include "src/codec/command_decoder.h"

#include <doctest/doctest.h>

#include "src/codec/strict_json.h"
#include "tests/codec/reports.h"

using namespace noroshi;
using namespace noroshi::codec;
using namespace noroshi::codec::test;

using List = std::vector<std::string>;

TEST_CASE("a fulfilment") {
  const auto command = decode_fulfillment(
      R"({"method":"police_report","at":"2018-08-01T10:00:00+09:00","note":"署に\n来訪","reference":"第 5 号"})");
  REQUIRE(command.has_value());
  CHECK(command->method == core::FulfillmentMethod::police_report);
  CHECK(command->at == parse_rfc3339("2018-08-01T01:00:00Z"));
  CHECK(command->note == "署に\n来訪");
  CHECK(command->reference == "第 5 号");
  CHECK_FALSE(decode_fulfillment(R"({"method":"relay"})")->at.has_value());
  for (const char* method :
       {"relay", "report", "telephone", "in_person", "police_report", "consultation", "done"})
    CHECK(decode_fulfillment(std::string(R"({"method":")") + method + "\"}").has_value());

  CHECK(mistakes_of(decode_fulfillment("")) == List{"/method required"});
  CHECK(mistakes_of(decode_fulfillment("{}")) == List{"/method required"});
  CHECK(mistakes_of(decode_fulfillment(R"({"method":"judgement"})")) == List{"/method value"});
  CHECK(
      mistakes_of(decode_fulfillment(R"({"method":"fax","at":"x","note":1,"reference":"a\nb","by":"x"})")) ==
      List{"/at time", "/by unknown_member", "/method value", "/note type", "/reference line_break"});
}

TEST_CASE("a police decision against telling them needs its reason") {
  CHECK(mistakes_of(decode_fulfillment(R"({"method":"decided_not_needed"})")) == List{"/note required"});
  CHECK(mistakes_of(decode_fulfillment(R"({"method":"decided_not_needed","note":" "})")) ==
        List{"/note blank"});
  CHECK(decode_fulfillment(R"({"method":"decided_not_needed","note":"内容に照らし不要"})").has_value());
}

TEST_CASE("an erasure is asked for with a reason, and nothing else") {
  CHECK(decode_erasure(R"({"reason":"保存期間の満了"})")->reason == "保存期間の満了");
  CHECK(mistakes_of(decode_erasure("")) == List{"/reason required"});
  CHECK(mistakes_of(decode_erasure(R"({"reason":" "})")) == List{"/reason blank"});
  CHECK(mistakes_of(decode_erasure(R"({"reason":"満了","decision":"approved"})")) == List{"/decision unknown_member"});
}

TEST_CASE("who responds: proposed, answered, begun, released") {
  const std::string person = R"("person":"0198a4f2-0000-7000-8000-0000000000a1")";
  const auto proposal = decode_proposal("{" + person + R"(,"function":"handler","note":"端末の調査"})");
  REQUIRE(proposal.has_value());
  CHECK(to_string(proposal->person) == "0198a4f2-0000-7000-8000-0000000000a1");
  CHECK(proposal->function == core::Function::handler);
  CHECK(proposal->note == "端末の調査");
  // A hand-over keeps the function.
  const auto offer = decode_proposal("{" + person + R"(,"replaces":"0198a4f2-0000-7000-8000-0000000000b1"})");
  REQUIRE(offer.has_value());
  CHECK(offer->replaces.has_value());
  CHECK_FALSE(offer->function.has_value());
  CHECK(mistakes_of(decode_proposal("")) == List{"/function required", "/person required"});
  CHECK(mistakes_of(decode_proposal(R"({"person":"1","function":"boss","replaces":2,"who":"x"})")) ==
        List{"/function value", "/person value", "/replaces type", "/who unknown_member"});

  CHECK(decode_proposal_answer(R"({"accepted":true})")->accepted);
  CHECK(decode_proposal_answer(R"({"accepted":false,"reason":"出張中"})")->reason == "出張中");
  CHECK(mistakes_of(decode_proposal_answer("")) == List{"/accepted required"});
  CHECK(mistakes_of(decode_proposal_answer(R"({"accepted":false})")) == List{"/reason required"});
  CHECK(decode_activation("").has_value());
  CHECK(mistakes_of(decode_activation(R"({"at":1})")) == List{"/at unknown_member"});
  CHECK(decode_release("")->reason.empty());
  CHECK(decode_release(R"({"reason":"完了"})")->reason == "完了");
}

TEST_CASE("a waiver and the decision on it") {
  CHECK(decode_waiver(R"({"reason":"電話で済み"})")->reason == "電話で済み");
  CHECK(mistakes_of(decode_waiver("")) == List{"/reason required"});
  CHECK(mistakes_of(decode_waiver(R"({"reason":""})")) == List{"/reason blank"});
  CHECK(mistakes_of(decode_waiver(R"({"reason":")" + repeated(4'001, "a") + "\"}")) ==
        List{"/reason too_long"});

  const auto approved = decode_four_eyes(R"({"decision":"approved","reason":"妥当"})");
  REQUIRE(approved.has_value());
  CHECK(approved->approved);
  CHECK(approved->reason == "妥当");
  CHECK_FALSE(decode_four_eyes(R"({"decision":"rejected","reason":"不可"})")->approved);
  CHECK(mistakes_of(decode_four_eyes(R"({"decision":"yes"})")) ==
        List{"/decision value", "/reason required"});
}

TEST_CASE("an assessment") {
  const auto full = decode_assessment(
      R"({"assessment":"incident","cyberattack":"yes","large_scale":[{"criterion":"body","harm":"occurred","certainty":"is"}],
          "assessment_reason":"a","cyberattack_reason":"b","reason":"c"})");
  REQUIRE(full.has_value());
  CHECK(full->assessment == routing::Assessment::incident);
  CHECK(full->cyberattack == routing::Cyberattack::yes);
  REQUIRE(full->large_scale.has_value());
  CHECK(full->large_scale->size() == 1);
  CHECK(full->assessment_reason == "a");
  CHECK(full->cyberattack_reason == "b");
  CHECK(full->reason == "c");
}

TEST_CASE("an assessment tells what it leaves alone from what it clears") {
  const auto silent = decode_assessment(R"({"assessment":"possible"})");
  CHECK_FALSE(silent->cyberattack.has_value());
  CHECK_FALSE(silent->large_scale.has_value());
  const auto clearing =
      decode_assessment(R"({"assessment":"possible","cyberattack":null,"large_scale":null})");
  CHECK(clearing->cyberattack == routing::Cyberattack::unknown);
  CHECK(clearing->large_scale == std::vector<routing::LargeScaleCell>{});
}

TEST_CASE("an assessment is checked as in a report") {
  CHECK(mistakes_of(decode_assessment("{}")) == List{"/assessment required"});
  CHECK(mistakes_of(decode_assessment(R"({"assessment":"not_incident","cyberattack":"no"})")) ==
        List{"/assessment_reason required", "/cyberattack_reason required"});
  CHECK(mistakes_of(decode_assessment(
            R"({"assessment":"incident","cyberattack":"no","cyberattack_reason":"x",
                "large_scale":[{"criterion":"body","harm":"occurred","certainty":"is"}],"title":"x"})")) ==
        List{"/large_scale contradiction", "/title unknown_member"});
}

TEST_CASE("a transition, a recipient, an acknowledgement") {
  const auto transition = decode_transition(R"({"to":"contained"})");
  REQUIRE(transition.has_value());
  CHECK(transition->to == core::IncidentState::contained);
  CHECK(transition->reason.empty());
  CHECK(mistakes_of(decode_transition(R"({"to":"done","reason":1})")) == List{"/reason type", "/to value"});

  const auto recipient = decode_recipient(R"({"organization":"mhlw","reason":"共管"})");
  REQUIRE(recipient.has_value());
  CHECK(recipient->organization == "mhlw");
  CHECK(mistakes_of(decode_recipient(R"({"organization":"厚生労働省"})")) ==
        List{"/organization slug", "/reason required"});

  const auto acknowledgement = decode_acknowledgement(R"({"by":"当番 一","note":"確認"})");
  REQUIRE(acknowledgement.has_value());
  CHECK(acknowledgement->by == "当番 一");
  CHECK(acknowledgement->note == "確認");
  CHECK(mistakes_of(decode_acknowledgement("{}")) == List{"/by required"});
  CHECK(mistakes_of(decode_acknowledgement(R"({"by":"a\u202eb"})")) == List{"/by bidi_control"});
}

TEST_CASE("what is no JSON is told apart from what is wrong in it") {
  CHECK(is_malformed(decode_waiver("{").error()));
  CHECK(is_malformed(decode_waiver(" ").error()));
  CHECK(is_malformed(decode_waiver(R"({"reason":"a","reason":"b"})").error()));
  CHECK_FALSE(is_malformed(decode_waiver("[]").error()));
}
