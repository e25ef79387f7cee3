// 照会 and notices down: who may speak to whom along the chain, what comes of it, its clock; and that no duty is touched by any of it.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "src/core/information.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

constexpr auto recognized = "2018-08-01T09:00:00+09:00";

class Case : public Scene {
 public:
  explicit Case(const SubmitReport& report, std::string_view now = "2018-08-01T09:20:00+09:00") : Scene(now) { accept(report); }
  explicit Case(const std::string& organization = "jps") : Case(report_of(organization, recognized)) {}

  using Scene::accept;
  using Scene::refuse;

  Law law_here() {
    Law law = core::testing::law();
    law.clocks = clocks();
    return law;
  }
  Outcome try_it(const InformationCommand& command) {
    const auto law = law_here();
    identifiers_.emplace(now(), IdentifierSequence::Seed{0xFE, static_cast<std::uint8_t>(++decisions_), static_cast<std::uint8_t>(decisions_ >> 8)});
    return decide_information(law, incident(), {}, command, {now(), *identifiers_});
  }
  Decision done(const InformationCommand& command) { return take(try_it(command)); }
  std::string outcome_of(const InformationCommand& command) {
    const auto outcome = try_it(command);
    if (outcome) return "accepted";
    std::string text{to_string(outcome.error().code)};
    for (const auto& error : outcome.error().errors) text += " " + error.pointer + " " + error.code;
    CHECK(!outcome.error().detail.ja.empty());
    CHECK(!outcome.error().detail.en.empty());
    return text;
  }

  // The agency relays, so that the centre sees the content.
  void relay(const std::string& agency = "mhlw") {
    accept(FulfillObligation{person(agency), duty("g.3", agency).id, FulfillmentMethod::relay});
  }
  InquiryId ask(const std::string& from, const std::string& to, std::optional<InquiryId> passes_on = {}) {
    done(AskInquiry{voice(from), to, "いつから続いているか", passes_on});
    return incident().inquiries.back().id;
  }
  void answer(const std::string& by, InquiryId inquiry) { done(AnswerInquiry{voice(by), inquiry, "回答"}); }
  void withdraw(const std::string& by, InquiryId inquiry) { done(WithdrawInquiry{voice(by), inquiry, "判明したため"}); }

  static Actor voice(const std::string& organization) {
    const bool desk = organization == "nisc" || organization == "nco";
    return person(organization, desk ? Role::center_liaison : Role::csirt_member);
  }
  const Inquiry& last() const { return incident().inquiries.back(); }

 private:
  std::optional<IdentifierSequence> identifiers_;
  unsigned decisions_ = 0;
};

// "inquiry mhlw due 2018-08-02 09:20": the clocks of inquiries alone.
Lines waiting(const Case& scene) {
  Lines lines;
  for (const auto& clock : running_clocks(scene.incident()))
    if (clock.kind == ClockKind::inquiry) lines.push_back(clock.organization + " due " + shown(clock.due_at));
  return lines;
}

Lines of_inquiry(const Lines& alarms) { return of(alarms, "inquiry_overdue"); }

std::string acknowledged(const Case& scene) {
  std::string ids;
  for (const auto& obligation : scene.incident().obligations)
    ids += obligation.acknowledged_at ? "1" : "0";
  return ids;
}

}  // namespace

TEST_CASE("who may ask whom, and tell whom: every pair of bodies, by what they see, in earnest and in an exercise") {
  // Stated a second time, without looking at the program: along the chain of this case, one rung.
  const std::vector<std::string> bodies{"nisc", "nco", "mhlw", "mext", "npa", "jps", "jeed", "police-tokyo", "cas-jitai"};
  using Pairs = std::set<std::pair<std::string, std::string>>;
  const Pairs before{{"mhlw", "jps"}, {"jps", "mhlw"}};
  const Pairs after{{"mhlw", "jps"}, {"jps", "mhlw"}, {"nisc", "mhlw"}, {"mhlw", "nisc"}};
  const Pairs down{{"mhlw", "jps"}, {"nisc", "mhlw"}};

  for (const bool exercise : {false, true})
    for (const bool relayed : {false, true}) {
      auto report = report_of("jps", recognized);
      report.in_force.exercise = exercise;
      report.in_force.large_scale = {property_feared};
      Case scene(report);
      if (relayed) scene.relay();
      const auto& allowed = relayed ? after : before;
      for (const auto& from : bodies)
        for (const auto& to : bodies) {
          CAPTURE(from);
          CAPTURE(to);
          CAPTURE(exercise);
          CAPTURE(relayed);
          const auto asked = scene.outcome_of(AskInquiry{Case::voice(from), to, "問", {}});
          CHECK((asked == "accepted") == allowed.contains({from, to}));
          const auto told = scene.outcome_of(TellDown{Case::voice(from), to, "知らせ"});
          CHECK((told == "accepted") == (allowed.contains({from, to}) && down.contains({from, to})));
          // Who does not see the content learns nothing by asking.
          if (!scene.incident().content_visible_to(from)) {
            CHECK(asked == "not_found");
            CHECK(told == "not_found");
          }
        }
    }
}

TEST_CASE("an agency's own case: between it and the centre; the centre's own: between nobody") {
  Case agency("mof");
  CHECK(agency.outcome_of(AskInquiry{Case::voice("nisc"), "mof", "問", {}}) == "accepted");
  CHECK(agency.outcome_of(AskInquiry{Case::voice("mof"), "nisc", "問", {}}) == "accepted");
  CHECK(agency.outcome_of(AskInquiry{Case::voice("nisc"), "mext", "問", {}}) == "inquiry_not_allowed");
  CHECK(agency.outcome_of(AskInquiry{Case::voice("mof"), "mof", "問", {}}) == "inquiry_not_allowed");
  CHECK(agency.outcome_of(AskInquiry{Case::voice("mof"), "atlantis", "問", {}}) == "invalid /to unknown_organization");
  CHECK(agency.outcome_of(TellDown{Case::voice("nisc"), "atlantis", "知らせ"}) == "invalid /to unknown_organization");
  Case centre("nisc");
  for (const auto* to : {"nisc", "mof", "jps"})
    CHECK(centre.outcome_of(AskInquiry{Case::voice("nisc"), to, "問", {}}) == "inquiry_not_allowed");
}

TEST_CASE("in which roles: the CSIRT of each body, and the centre's liaison") {
  Case scene;
  scene.relay();
  const auto at_mhlw = scene.ask("nisc", "mhlw");
  const auto at_nisc = scene.ask("mhlw", "nisc");
  for (const auto role : all_roles()) {
    CAPTURE(to_string(role));
    const bool csirt = role == Role::csirt_member || role == Role::csirt_head || role == Role::external_contact;
    const std::string agency = csirt ? "accepted" : "role_required";
    const std::string centre = csirt || role == Role::center_liaison ? "accepted" : "role_required";
    CHECK(scene.outcome_of(AskInquiry{person("mhlw", role), "jps", "問", {}}) == agency);
    CHECK(scene.outcome_of(AskInquiry{person("nisc", role), "mhlw", "問", {}}) == centre);
    CHECK(scene.outcome_of(AnswerInquiry{person("mhlw", role), at_mhlw, "答"}) == agency);
    CHECK(scene.outcome_of(AnswerInquiry{person("nisc", role), at_nisc, "答"}) == centre);
    CHECK(scene.outcome_of(WithdrawInquiry{person("nisc", role), at_mhlw, "理由"}) == centre);
    CHECK(scene.outcome_of(TellDown{person("mhlw", role), "jps", "知らせ"}) == agency);
    NoticeId notice;
    CHECK(scene.outcome_of(LinkNotice{person("jps", role), notice, true}) == agency);
  }
}

TEST_CASE("by which day an agency supervises: the recognised one, or today") {
  // The waterworks of JWA were the health ministry's until 2024-03-31.
  Case water(report_of("jwa", "2024-03-30T09:00:00+09:00"), "2024-03-30T10:00:00+09:00");
  water.accept(AddRecipient{person("jwa"), "mhlw", "水道施設"});
  water.travel_to("2024-04-02T09:00:00+09:00");
  CHECK(water.outcome_of(AskInquiry{Case::voice("mhlw"), "jwa", "問", {}}) == "accepted");
  // After its end a case of later days is not its.
  Case later(report_of("jwa", "2024-04-02T09:00:00+09:00"), "2024-04-02T10:00:00+09:00");
  CHECK(later.outcome_of(AskInquiry{Case::voice("mlit"), "jwa", "問", {}}) == "accepted");
  CHECK(later.outcome_of(AskInquiry{Case::voice("jwa"), "mhlw", "問", {}}) == "inquiry_not_allowed");
  // A corporation that ended: whose successor it is, and by whom that one is supervised today.
  Case ended(report_of("nwec", "2026-03-30T09:00:00+09:00"), "2026-03-30T10:00:00+09:00");
  ended.travel_to("2026-04-02T09:00:00+09:00");
  CHECK(ended.outcome_of(AskInquiry{Case::voice("mext"), "nwec", "問", {}}) == "accepted");
  ended.ask("mext", "nwec");
  CHECK(ended.last().to == "danjo");
  CHECK(ended.message_to("danjo").kind == MessageKind::notice);
  CHECK(ended.outcome_of(AskInquiry{Case::voice("danjo"), "mext", "問", {}}) == "accepted");
  CHECK(ended.outcome_of(AskInquiry{Case::voice("cao"), "danjo", "問", {}}) == "not_found");  // has not got it
}

TEST_CASE("asking and answering tell the other body, without the text, of no duty, and nothing to be acknowledged") {
  Case scene;
  scene.relay();
  const auto before = scene.incident().messages.size();
  const auto inquiry = scene.ask("nisc", "mhlw");
  REQUIRE(scene.incident().messages.size() == before + 1);
  const Message asked = scene.incident().messages.back();
  CHECK(asked.kind == MessageKind::notice);
  CHECK(asked.sender == "nisc");
  CHECK(asked.recipient == "mhlw");
  CHECK(asked.clause.empty());
  CHECK(!asked.obligation);
  CHECK(!asked.report);
  CHECK(!asked.acknowledge_by);
  CHECK(asked.note.find("いつから") == std::string::npos);
  CHECK(asked.note.find("照会") != std::string::npos);
  CHECK(asked.note.find(to_string(inquiry)) != std::string::npos);
  CHECK(scene.last().due_at == scene.now() + hours(24));
  CHECK(scene.last().asked_at == scene.now());

  scene.wait(minutes(30));
  scene.answer("mhlw", inquiry);
  const Message answered = scene.incident().messages.back();
  CHECK(answered.sender == "mhlw");
  CHECK(answered.recipient == "nisc");
  CHECK(answered.note.find("回答") != std::string::npos);
  CHECK(answered.note.find(to_string(inquiry)) != std::string::npos);
  CHECK(scene.incident().find(inquiry)->answered_at == scene.now());
  CHECK(scene.incident().find(inquiry)->revision == 2);

  const auto another = scene.ask("mhlw", "jps");
  scene.withdraw("mhlw", another);
  CHECK(scene.incident().messages.back().recipient == "jps");
  CHECK(scene.incident().messages.back().note.find("取り下げ") != std::string::npos);
  CHECK(scene.incident().find(another)->withdrawn);
}

TEST_CASE("each state and each body: who answers, who withdraws") {
  const auto outcomes = [](Case& scene, InquiryId inquiry) {
    std::map<std::string, std::string> told;
    for (const auto* body : {"nisc", "mhlw", "jps", "mext", "police-tokyo"})
      told[body] = scene.outcome_of(AnswerInquiry{Case::voice(body), inquiry, "答"}) + ", " +
                   scene.outcome_of(WithdrawInquiry{Case::voice(body), inquiry, "理由"});
    return told;
  };
  using Told = std::map<std::string, std::string>;
  const Told open{{"nisc", "not_the_holder, accepted"},
                  {"mhlw", "accepted, not_the_holder"},
                  {"jps", "not_found, not_found"},
                  {"mext", "not_found, not_found"},
                  {"police-tokyo", "not_found, not_found"}};
  const Told over{{"nisc", "not_the_holder, inquiry_not_open"},
                  {"mhlw", "inquiry_not_open, not_the_holder"},
                  {"jps", "not_found, not_found"},
                  {"mext", "not_found, not_found"},
                  {"police-tokyo", "not_found, not_found"}};
  Case scene;
  scene.relay();
  const auto answered = scene.ask("nisc", "mhlw");
  CHECK(outcomes(scene, answered) == open);
  scene.answer("mhlw", answered);
  CHECK(outcomes(scene, answered) == over);
  const auto withdrawn = scene.ask("nisc", "mhlw");
  scene.withdraw("nisc", withdrawn);
  CHECK(outcomes(scene, withdrawn) == over);
  InquiryId unknown;
  unknown.value.bytes[0] = 9;
  CHECK(scene.outcome_of(AnswerInquiry{Case::voice("mhlw"), unknown, "答"}) == "not_found");
  CHECK(scene.outcome_of(WithdrawInquiry{Case::voice("nisc"), unknown, "理由"}) == "not_found");
}

TEST_CASE("passing on: by who was asked, while it waits, in the direction in which it came; the answer goes back up by a person") {
  Case scene;
  scene.relay();
  const auto asked = scene.ask("nisc", "mhlw");
  CHECK(scene.outcome_of(AskInquiry{Case::voice("mhlw"), "nisc", "問", asked}) == "inquiry_not_allowed");
  CHECK(scene.outcome_of(AskInquiry{Case::voice("jps"), "mhlw", "問", asked}) == "invalid /passes_on not_asked_of_you");
  CHECK(scene.outcome_of(AskInquiry{Case::voice("nisc"), "mhlw", "問", asked}) == "invalid /passes_on not_asked_of_you");
  InquiryId unknown;
  unknown.value.bytes[0] = 9;
  CHECK(scene.outcome_of(AskInquiry{Case::voice("mhlw"), "jps", "問", unknown}) == "invalid /passes_on not_asked_of_you");

  const auto passed_on = scene.ask("mhlw", "jps", asked);
  CHECK(scene.last().passes_on == asked);
  scene.answer("jps", passed_on);
  // The corporation's answer is not the agency's.
  CHECK(scene.incident().find(asked)->is_open());
  CHECK(scene.message_to("mhlw").note.find(to_string(asked)) != std::string::npos);
  scene.answer("mhlw", asked);
  CHECK(!scene.incident().find(asked)->is_open());
  CHECK(scene.message_to("nisc").sender == "mhlw");
  CHECK(scene.outcome_of(AskInquiry{Case::voice("mhlw"), "jps", "問", asked}) == "inquiry_not_open");

  // Up likewise.
  const auto from_below = scene.ask("jps", "mhlw");
  CHECK(scene.outcome_of(AskInquiry{Case::voice("mhlw"), "jps", "問", from_below}) == "inquiry_not_allowed");
  const auto on = scene.ask("mhlw", "nisc", from_below);
  scene.answer("nisc", on);
  scene.answer("mhlw", from_below);
  CHECK(waiting(scene).empty());
}

TEST_CASE("one body cannot bury another under questions") {
  Case scene;
  scene.relay();
  for (int i = 0; i < 20; ++i) scene.ask("mhlw", "jps");
  CHECK(scene.outcome_of(AskInquiry{Case::voice("mhlw"), "jps", "問", {}}) == "inquiry_not_allowed");
  CHECK(scene.outcome_of(AskInquiry{Case::voice("mhlw"), "nisc", "問", {}}) == "accepted");
  scene.withdraw("mhlw", scene.last().id);
  CHECK(scene.outcome_of(AskInquiry{Case::voice("mhlw"), "jps", "問", {}}) == "accepted");
}

TEST_CASE("the clock of an answer: its target, the roles of who was asked, then the asker") {
  Case scene;
  scene.acknowledge_all();
  scene.relay();
  scene.acknowledge_all();
  scene.waive_all();
  scene.clocks().inquiry = {.usual = hours(24), .by_severity = {{routing::Severity::attack, hours(2)}}, .by_body = {{"jps", hours(1)}}};
  const auto at_jps = scene.ask("mhlw", "jps");
  const auto at_nisc = scene.ask("mhlw", "nisc");
  CHECK(waiting(scene) == Lines{"jps due 2018-08-01 10:20", "nisc due 2018-08-01 11:20"});
  CHECK(of_inquiry(scene.ring("2018-08-01T10:19:00+09:00")).empty());
  CHECK(of_inquiry(scene.ring("2018-08-01T10:20:00+09:00")) == Lines{"1 inquiry_overdue jps -> jps csirt_member"});
  CHECK(scene.message_to("jps").kind == MessageKind::alarm);
  CHECK(scene.message_to("jps").note.find("mhlw") != std::string::npos);
  CHECK(of_inquiry(scene.ring("2018-08-01T10:35:00+09:00")) == Lines{"2 inquiry_overdue jps -> jps csirt_head"});
  CHECK(of_inquiry(scene.ring("2018-08-01T10:50:00+09:00")) == Lines{"3 inquiry_overdue jps -> jps ciso"});
  CHECK(of_inquiry(scene.ring("2018-08-01T11:20:00+09:00")) == Lines{"4 inquiry_overdue jps -> mhlw csirt_head",
                                                                     "1 inquiry_overdue nisc -> nisc center_liaison"});
  scene.answer("jps", at_jps);
  scene.withdraw("mhlw", at_nisc);
  CHECK(waiting(scene).empty());
  CHECK(of_inquiry(scene.ring("2018-08-02T18:00:00+09:00")).empty());
}

TEST_CASE("the body that was asked has ended: its successor hears the clock and answers; the asker's withdraws") {
  Case scene(report_of("nwec", "2026-03-30T09:00:00+09:00"), "2026-03-30T10:00:00+09:00");
  scene.acknowledge_all();
  const auto asked = scene.ask("mext", "nwec");
  const auto asked_back = scene.ask("nwec", "mext");
  CHECK(scene.last().from == "nwec");
  scene.travel_to("2026-04-01T09:00:00+09:00");
  const auto rung = of_inquiry(scene.ring());
  CHECK(of(rung, "danjo") == Lines{"1 inquiry_overdue danjo -> danjo csirt_member", "2 inquiry_overdue danjo -> danjo csirt_head",
                                   "3 inquiry_overdue danjo -> danjo ciso", "4 inquiry_overdue danjo -> mext csirt_head",
                                   "4 inquiry_overdue mext -> danjo csirt_head"});
  scene.answer("danjo", asked);
  CHECK(!scene.incident().find(asked)->is_open());
  scene.withdraw("danjo", asked_back);
  CHECK(waiting(scene).empty());

  Case centre(report_of("mof", "2025-06-30T09:00:00+09:00"), "2025-06-30T10:00:00+09:00");
  const auto at_centre = centre.ask("mof", "nisc");
  centre.travel_to("2025-07-01T10:00:00+09:00");
  CHECK(centre.outcome_of(AnswerInquiry{person("nco", Role::center_liaison), at_centre, "答"}) == "accepted");
}

TEST_CASE("nothing is asked, told or linked where the content is gone, and an open inquiry of then is silent") {
  auto report = report_of("jps", recognized);
  report.in_force.exercise = true;  // is kept for one year
  Case scene(report);
  scene.relay();
  const auto open = scene.ask("nisc", "mhlw");
  scene.acknowledge_all();
  MakeJudgement none{person("jps"), routing::Assessment::not_incident, routing::Cyberattack::no};
  none.assessment_reason = none.cyberattack_reason = "誤検知";
  scene.accept(none);
  scene.acknowledge_all();
  scene.waive_all();
  scene.travel_to("2028-08-01T09:00:00+09:00");
  scene.acknowledge_all();
  scene.accept(AskErasure{person("jps", Role::csirt_head), "満了"});
  scene.accept(DecideErasure{person("jps", Role::section_officer, "別の者"), scene.incident().erasures.back().id, true, "可"});
  CHECK(scene.incident().find(open)->text == erased_text);
  CHECK(waiting(scene).empty());
  CHECK(scene.outcome_of(AskInquiry{Case::voice("mhlw"), "jps", "問", {}}) == "incident_erased");
  CHECK(scene.outcome_of(AnswerInquiry{Case::voice("mhlw"), open, "答"}) == "incident_erased");
  CHECK(scene.outcome_of(TellDown{Case::voice("mhlw"), "jps", "知らせ"}) == "incident_erased");
  CHECK(scene.outcome_of(LinkNotice{Case::voice("jps"), {}, true}) == "incident_erased");
}

// -- Notices down on an incident ----------------------------------------------------------------------------------

TEST_CASE("a notice down is a message to be acknowledged, with its text, of no duty") {
  Case scene;
  scene.relay();
  scene.done(TellDown{Case::voice("nisc"), "mhlw", "同じ送信元を他でも見ました"});
  const Message told = scene.incident().messages.back();
  CHECK(told.kind == MessageKind::notice);
  CHECK(told.sender == "nisc");
  CHECK(told.recipient == "mhlw");
  CHECK(told.clause.empty());
  CHECK(!told.obligation);
  CHECK(!told.report);
  CHECK(told.note == "同じ送信元を他でも見ました");
  CHECK(told.acknowledge_by == scene.now() + minutes(15));
  scene.accept(AcknowledgeMessage{person("mhlw"), told.id, "当直", ""});
  CHECK(scene.incident().find(told.id)->acknowledged_at);
}

TEST_CASE("each message without a version waits for its own acknowledgement") {
  Case scene;
  const auto report = scene.message_to("mhlw").id;
  scene.relay();
  scene.done(TellDown{Case::voice("nisc"), "mhlw", "一"});
  const auto first = scene.message_to("mhlw").id;
  scene.done(TellDown{Case::voice("nisc"), "mhlw", "二"});
  const auto second = scene.message_to("mhlw").id;
  const auto waiting_at_mhlw = [&] {
    std::set<MessageId> ids;
    for (const auto* message : unacknowledged(scene.incident()))
      if (message->recipient == "mhlw") ids.insert(message->id);
    return ids;
  };
  CHECK(waiting_at_mhlw() == std::set{report, first, second});
  scene.accept(AcknowledgeMessage{person("mhlw"), second, "当直", ""});
  CHECK(waiting_at_mhlw() == std::set{report, first});
  scene.accept(followup(report_of("jps", recognized)));
  const auto later = scene.message_to("mhlw").id;
  scene.accept(AcknowledgeMessage{person("mhlw"), later, "当直", ""});
  CHECK(waiting_at_mhlw() == std::set{first});
  // The clock of the notice is that of a message, and rises to its sender.
  scene.waive_all();
  CHECK(of(of(scene.ring("2018-08-01T09:35:00+09:00"), "acknowledgement_overdue"), "mhlw") ==
        Lines{"1 acknowledgement_overdue mhlw -> mhlw csirt_member"});
  CHECK(of(of(scene.ring("2018-08-01T10:35:00+09:00"), "acknowledgement_overdue"), "nisc").size() >= 1);
}

TEST_CASE("a body that was told by a word alone is not sent later versions") {
  Case scene;
  scene.ask("mhlw", "jps");
  scene.done(TellDown{Case::voice("mhlw"), "jps", "知らせ"});
  const auto at_jps = scene.messages_to("jps");
  scene.accept(followup(report_of("jps", recognized)));
  MakeJudgement changed{person("jps"), routing::Assessment::possible, routing::Cyberattack::unknown};
  changed.assessment_reason = changed.cyberattack_reason = "理由";
  scene.accept(changed);
  CHECK(scene.messages_to("jps") == at_jps);
}

TEST_CASE("no duty of (g), (h) or (i) is opened, met, moved or acknowledged by what goes down or is asked") {
  struct Example {
    const char* name;
    std::string rule;
    std::string holder;
    std::string other_side;  // who speaks to the holder
    bool automatic = false;  // the centre has the report, and the duty to tell it is open all the same
  };
  const std::vector<Example> examples{
      {"(g) sentence 3, the centre knows by the automatic relay", "g.3", "mhlw", "nisc", true},
      {"(h) of the corporation", "h", "jps", "mhlw"},
      {"(i) of the agency", "i", "mhlw", "nisc", true},
      {"(i) of the agency, asked by the corporation", "i", "mhlw", "jps"},
      {"(g) sentence 3, asked by the corporation", "g.3", "mhlw", "jps"},
  };
  for (const auto& example : examples) {
    CAPTURE(example.name);
    auto report = report_of("jps", recognized);
    report.in_force.large_scale = {property_feared};
    Case scene(report);
    if (example.automatic) {
      scene.clocks().relay_on_silence = true;
      scene.listeners().relaying.insert("mhlw");
      scene.ring("2018-08-01T11:00:00+09:00");
      REQUIRE(scene.incident().content_visible_to("nisc"));
    }
    REQUIRE(scene.duty(example.rule, example.holder).state == ObligationState::open);
    const auto duties = scene.duties();
    const auto inner = scene.inner_duties();
    const auto acknowledgements = acknowledged(scene);
    const auto unmoved = [&] {
      CHECK(scene.duty(example.rule, example.holder).state == ObligationState::open);
      CHECK(scene.duties() == duties);
      CHECK(scene.inner_duties() == inner);
      CHECK(acknowledged(scene) == acknowledgements);
    };
    const auto asked = scene.ask(example.other_side, example.holder);
    unmoved();
    scene.answer(example.holder, asked);
    unmoved();
    scene.withdraw(example.other_side, scene.ask(example.other_side, example.holder));
    unmoved();
    if (example.other_side != "jps") {
      scene.done(TellDown{Case::voice(example.other_side), example.holder, "承知しています"});
      unmoved();
      scene.accept(AcknowledgeMessage{person(example.holder), scene.message_to(example.holder).id, "当直", ""});
      unmoved();
    }
    NoticeId notice;
    notice.value.bytes[0] = 7;
    scene.done(LinkNotice{Case::voice("jps"), notice, true});
    unmoved();
  }
}

TEST_CASE("(g) sentence 1 and 2 open at the assessment, though the centre spoke first") {
  for (const auto& [body, rule, above] : {std::tuple{"jps", "g.2", "mhlw"}, std::tuple{"mof", "g.1", "nisc"}}) {
    CAPTURE(body);
    auto report = report_of(body, recognized);
    report.in_force.assessment = routing::Assessment::possible;
    Case scene(report);
    NoticeId notice;
    notice.value.bytes[0] = 7;
    scene.done(LinkNotice{Case::voice(body), notice, true});
    for (const auto& obligation : scene.incident().obligations) CHECK(obligation.rule != rule);
    MakeJudgement assessed{person(body), routing::Assessment::incident};
    assessed.assessment_reason = "調査の結果";
    scene.accept(assessed);
    CHECK(scene.duty(rule, body).recipient == above);
    CHECK(scene.message_to(above).obligation == scene.duty(rule, body).id);
  }
}

TEST_CASE("a link: of the own case, or of one received from below; once") {
  Case scene;
  scene.relay();
  NoticeId notice;
  notice.value.bytes[0] = 7;
  CHECK(scene.outcome_of(LinkNotice{Case::voice("jps"), notice, false}) == "not_found");
  CHECK(scene.outcome_of(LinkNotice{Case::voice("mext"), notice, true}) == "not_found");
  CHECK(scene.outcome_of(LinkNotice{Case::voice("nisc"), notice, true}) == "not_the_holder");
  CHECK(scene.outcome_of(LinkNotice{Case::voice("mhlw"), notice, true}) == "accepted");
  const auto messages = scene.incident().messages.size();
  scene.done(LinkNotice{Case::voice("jps"), notice, true});
  CHECK(scene.incident().notices == std::vector{notice});
  CHECK(scene.incident().messages.size() == messages);
  CHECK(scene.outcome_of(LinkNotice{Case::voice("jps"), notice, true}) == "invalid /incident already_linked");
}

// -- Before there is an incident ----------------------------------------------------------------------------------

namespace {

class Notices {
 public:
  explicit Notices(std::string_view now) : now_(at(now)) {}

  BodyInformationOutcome try_it(const BodyInformationCommand& command) {
    identifiers_.emplace(now_, IdentifierSequence::Seed{0xFD, static_cast<std::uint8_t>(++decisions_), static_cast<std::uint8_t>(decisions_ >> 8)});
    return decide_body_information(law(), known_, command, {now_, *identifiers_});
  }
  NoticeId done(const BodyInformationCommand& command) {
    auto outcome = try_it(command);
    REQUIRE(outcome);
    auto folded = known_;
    for (const auto& event : outcome->events) {
      REQUIRE(event.incident == IncidentId{});
      REQUIRE(may_follow(folded, event));
      evolve(folded, event);
    }
    REQUIRE(folded == outcome->after);
    known_ = outcome->after;
    return known_.notices.back().id;
  }
  std::string outcome_of(const BodyInformationCommand& command) {
    const auto outcome = try_it(command);
    if (outcome) return "accepted";
    std::string text{to_string(outcome.error().code)};
    for (const auto& error : outcome.error().errors) text += " " + error.pointer + " " + error.code;
    CHECK(!outcome.error().detail.ja.empty());
    CHECK(!outcome.error().detail.en.empty());
    return text;
  }
  const BodyInformation& known() const { return known_; }

 private:
  BodyInformation known_;
  Timestamp now_;
  std::optional<IdentifierSequence> identifiers_;
  unsigned decisions_ = 0;
};

}  // namespace

TEST_CASE("who gives a notice to whom: every pair of bodies, one rung down") {
  const std::vector<std::string> bodies{"nisc", "nco", "mhlw", "mext", "npa", "jps", "jeed", "police-tokyo", "cas-jitai", "cas"};
  const std::set<std::pair<std::string, std::string>> allowed{{"nisc", "mhlw"}, {"nisc", "mext"}, {"nisc", "npa"}, {"nisc", "cas"},
                                                              {"mhlw", "jps"},  {"mhlw", "jeed"}};
  Notices notices("2018-08-01T09:00:00+09:00");
  for (const auto& from : bodies)
    for (const auto& to : bodies) {
      CAPTURE(from);
      CAPTURE(to);
      // The registry of 2018 has no NCO: what is sent there is for nobody, and as a recipient it stands for itself.
      CHECK((notices.outcome_of(GiveNotice{Case::voice(from), to, "不審な通信", {}}) == "accepted") == allowed.contains({from, to}));
    }
  CHECK(notices.outcome_of(GiveNotice{Case::voice("nisc"), "atlantis", "不審な通信", {}}) == "invalid /to unknown_organization");
  for (const auto role : all_roles()) {
    CAPTURE(to_string(role));
    const bool may = is_csirt(role) || role == Role::center_liaison;
    CHECK(notices.outcome_of(GiveNotice{person("nisc", role), "mhlw", "不審な通信", {}}) == (may ? "accepted" : "role_required"));
  }
}

TEST_CASE("a notice is passed on by who got it, and answered by who got it, once") {
  Notices notices("2018-08-01T09:00:00+09:00");
  const auto given = notices.done(GiveNotice{Case::voice("nisc"), "mhlw", "不審な通信", {}});
  CHECK(notices.outcome_of(GiveNotice{Case::voice("nisc"), "mext", "不審な通信", given}) == "invalid /passes_on not_given_to_you");
  CHECK(notices.outcome_of(GiveNotice{Case::voice("mext"), "jst", "不審な通信", given}) == "invalid /passes_on not_given_to_you");
  const auto passed_on = notices.done(GiveNotice{Case::voice("mhlw"), "jps", "センターから", given});
  CHECK(notices.known().notices.back().passes_on == given);
  for (const auto role : all_roles()) {
    CAPTURE(to_string(role));
    CHECK(notices.outcome_of(AnswerNotice{person("jps", role), passed_on, "確認中"}) == (is_csirt(role) ? "accepted" : "role_required"));
  }
  CHECK(notices.outcome_of(AnswerNotice{Case::voice("mhlw"), passed_on, "確認中"}) == "not_the_holder");
  CHECK(notices.outcome_of(AnswerNotice{Case::voice("nisc"), given, "確認中"}) == "not_the_holder");
  CHECK(notices.outcome_of(AnswerNotice{Case::voice("jps"), {}, "確認中"}) == "not_found");
  notices.done(AnswerNotice{Case::voice("jps"), passed_on, "確認中"});
  CHECK(notices.known().notices.back().answer == "確認中");
  CHECK(notices.outcome_of(AnswerNotice{Case::voice("jps"), passed_on, "判明"}) == "notice_answered");
  // The corporation's answer is not the agency's.
  CHECK(!notices.known().notices.front().answered_at);
  notices.done(AnswerNotice{Case::voice("mhlw"), given, "法人に連絡済み"});

  // What goes to a body that has ended goes to whoever stands in its place.
  Notices ended("2026-04-02T09:00:00+09:00");
  ended.done(GiveNotice{Case::voice("cao"), "nwec", "不審な通信", {}});
  CHECK(ended.known().notices.back().to == "danjo");
}

TEST_CASE("one body cannot bury another under notices") {
  Notices notices("2018-08-01T09:00:00+09:00");
  for (int i = 0; i < 100; ++i) notices.done(GiveNotice{Case::voice("nisc"), "mhlw", "不審な通信", {}});
  CHECK(notices.outcome_of(GiveNotice{Case::voice("nisc"), "mhlw", "不審な通信", {}}) == "inquiry_not_allowed");
  CHECK(notices.outcome_of(GiveNotice{Case::voice("nisc"), "mext", "不審な通信", {}}) == "accepted");
  notices.done(AnswerNotice{Case::voice("mhlw"), notices.known().notices.front().id, "確認中"});
  CHECK(notices.outcome_of(GiveNotice{Case::voice("nisc"), "mhlw", "不審な通信", {}}) == "accepted");
}

TEST_CASE("what nobody could have asked or answered does not follow") {
  Case scene;
  scene.relay();
  const auto asked = scene.ask("nisc", "mhlw");
  const auto event_by = [&](const std::string& body, Happening what) {
    return Event{EventId{}, scene.now(), Case::voice(body), scene.incident().id, std::move(what)};
  };
  Inquiry another = scene.last();
  another.id.value.bytes[0] ^= 1;
  const auto follows = [&](const std::string& body, Happening what) { return may_follow(scene.incident(), event_by(body, std::move(what))); };
  CHECK(follows("nisc", InquiryAsked{another}));
  CHECK_FALSE(follows("nisc", InquiryAsked{scene.last()}));
  CHECK_FALSE(follows("mext", InquiryAsked{another}));
  auto to_itself = another;
  to_itself.to = "nisc";
  CHECK_FALSE(follows("nisc", InquiryAsked{to_itself}));
  auto of_nothing = another;
  of_nothing.passes_on = another.id;
  CHECK_FALSE(follows("nisc", InquiryAsked{of_nothing}));
  CHECK(follows("mhlw", InquiryAnswered{asked, "答"}));
  CHECK_FALSE(follows("nisc", InquiryAnswered{asked, "答"}));
  CHECK_FALSE(follows("mhlw", InquiryAnswered{another.id, "答"}));
  CHECK(follows("nisc", InquiryWithdrawn{asked, "理由"}));
  CHECK_FALSE(follows("mhlw", InquiryWithdrawn{asked, "理由"}));
  scene.answer("mhlw", asked);
  CHECK_FALSE(follows("mhlw", InquiryAnswered{asked, "答"}));
  CHECK_FALSE(follows("nisc", InquiryWithdrawn{asked, "理由"}));
}
