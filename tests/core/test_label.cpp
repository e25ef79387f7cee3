// 格付: by whose definition, how wording, mapping and stated grades become the label that travels, who lowers it, and what it forbids.
#include <algorithm>
#include <map>

#include "src/core/decide_label.h"
#include "src/core/give_label.h"
#include "src/core/information.h"
#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

namespace {

constexpr auto recognized = "2018-08-01T09:00:00+09:00";
constexpr auto at_report = "2018-08-01T09:20:00+09:00";
const std::string own_wording = "社外秘Ｂ";

LabelMapping mapping_to(int confidentiality, bool withdrawn = false) {
  LabelMapping mapping;
  mapping.organization = "jaxa";
  mapping.own_label = own_wording;
  mapping.grades.confidentiality = confidentiality;
  mapping.withdrawn = withdrawn;
  return mapping;
}

SubmitReport labelled(const std::string& body, const std::string& own_label, int confidentiality,
                      std::vector<LabelMapping> mappings = {}) {
  auto command = report_of(body, recognized);
  command.in_force.own_label = own_label;
  command.in_force.confidentiality = confidentiality;
  command.label_mappings = std::move(mappings);
  return command;
}

SubmitReport next_version(SubmitReport command, const Actor& actor) {
  command.actor = actor;
  command.in_force.stage = Stage::followup;
  return command;
}

std::string label_of(const Incident& incident) {
  if (incident.labels.empty()) return "none";
  const auto& label = incident.labels.back();
  std::string text = std::to_string(label.grades.confidentiality) + " " + std::string(to_string(label.ground)) + " " + label.own_label;
  for (const auto& word : label.restrictions) text += " [" + word + "]";
  return text;
}

bool alarmed(const Scene& scene) {
  const auto& alarms = scene.incident().alarms;
  return std::any_of(alarms.begin(), alarms.end(), [](const auto& alarm) { return alarm.first == "label_unmapped"; });
}

Actor member(const std::string& name = "担当") { return person("jaxa", Role::csirt_member, name); }
Actor head() { return person("jaxa", Role::csirt_head, "責任者"); }

// The incident's label is 機密性2, decided by who reported: person("jaxa").
Scene labelled_case() {
  Scene scene(at_report);
  scene.accept(labelled("jaxa", "", 2));
  return scene;
}

// Commands on labels, with what they make of the incident. "accepted", or the code of the refusal with its mistakes.
class LabelScene : public Scene {
 public:
  explicit LabelScene(Scene scene = labelled_case()) : Scene(std::move(scene)) {}

  std::string act(const InformationCommand& command) {
    identifiers_.emplace(now(), IdentifierSequence::Seed{++acts_, 7});
    auto outcome = decide_information(law(), incident(), {}, command, {now(), *identifiers_});
    if (outcome) {
      last_ = take(std::move(outcome));
      return "accepted";
    }
    const auto& refusal = outcome.error();
    CHECK(!refusal.detail.ja.empty());
    CHECK(!refusal.detail.en.empty());
    auto told = std::string(to_string(refusal.code));
    for (const auto& error : refusal.errors) told += " " + error.pointer + " " + error.code;
    return told;
  }
  std::string ask(const Actor& actor, int confidentiality, const std::string& own_label = "") {
    return act(AskLabelChange{actor, own_label, {confidentiality, 0, 0}, "公表済みのため"});
  }
  std::string decide(const Actor& actor, bool granted = true, Authority applicant = {}, Authority approver = {}) {
    return act(DecideLabelChange{actor, incident().label_changes.back().id, granted, "確認した", applicant, approver});
  }
  const Decision& last() const { return last_; }

 private:
  Decision last_;
  std::uint8_t acts_ = 0;
  std::optional<IdentifierSequence> identifiers_;
};

Scene in_state(IncidentState state) {
  auto scene = labelled_case();
  if (state == IncidentState::dismissed) {
    auto judgement = MakeJudgement{person("jaxa"), routing::Assessment::not_incident};
    judgement.cyberattack = routing::Cyberattack::no;
    judgement.assessment_reason = judgement.cyberattack_reason = "誤検知";
    scene.accept(judgement);
  }
  for (const auto next : {IncidentState::contained, IncidentState::recovered, IncidentState::reviewed, IncidentState::closed}) {
    if (state == IncidentState::assessed || state == IncidentState::dismissed) break;
    if (next == IncidentState::closed) scene.waive_all();
    scene.accept(MoveIncident{head(), next, "進んだ"});
    if (next == state) break;
  }
  REQUIRE(scene.incident().state == state);
  return scene;
}

// A body's mappings, as the store holds them. Whatever was decided folds to the same.
class Mappings {
 public:
  std::string act(const BodyInformationCommand& command) {
    identifiers_.emplace(at(at_report), IdentifierSequence::Seed{++acts_});
    auto outcome = decide_body_information(law(), known_, command, {at(at_report), *identifiers_});
    if (!outcome) {
      auto told = std::string(to_string(outcome.error().code));
      for (const auto& error : outcome.error().errors) told += " " + error.pointer + " " + error.code;
      return told;
    }
    for (const auto& event : outcome->events) {
      CHECK(event.incident == IncidentId{});
      REQUIRE(is_of_body_information(event.what));
      REQUIRE(may_follow(known_, event));
      evolve(known_, event);
    }
    CHECK(known_ == outcome->after);
    return "accepted " + std::to_string(outcome->events.size());
  }
  std::string set(const Actor& actor, const std::string& own_label, int confidentiality) {
    return act(SetLabelMapping{actor, own_label, {confidentiality, 0, 0}});
  }
  std::string withdraw(const Actor& actor, LabelMappingId id) { return act(WithdrawLabelMapping{actor, id, "廃止"}); }
  int grade_of(const std::string& own_label) const {
    const auto* mapping = mapping_of(known_.mappings, own_label);
    return mapping ? mapping->grades.confidentiality : 0;
  }
  const BodyInformation& known() const { return known_; }

 private:
  BodyInformation known_;
  std::uint8_t acts_ = 0;
  std::optional<IdentifierSequence> identifiers_;
};

}  // namespace

// -- By whose definition ------------------------------------------------------------------------------------------

TEST_CASE("a label names by whose definition its grades are") {
  const std::map<std::string, KindRule> rules{
      {"mhlw", KindRule::agency},       {"nisc", KindRule::agency},          {"police-tokyo", KindRule::agency},
      {"jaxa", KindRule::designated_table}, {"jps", KindRule::designated_table}, {"shigaku", KindRule::designated_table},
      {"j-lis", KindRule::other_corporation}, {"kkr", KindRule::other_corporation}};
  for (const auto& [slug, rule] : rules) {
    CAPTURE(slug);
    const auto* body = law().registry.find(slug);
    REQUIRE(body);
    CHECK(kind_rule_of(*body) == rule);
    CHECK(parse_kind_rule(to_string(rule)) == rule);
  }
}

TEST_CASE("the standard's own words are known in any width, and others are not") {
  CHECK(grades_in_standard_words("機密性２情報") == Grades{2, 0, 0});
  CHECK(grades_in_standard_words("機密性1") == Grades{1, 0, 0});
  CHECK(grades_in_standard_words("機密性 3 情報") == Grades{3, 0, 0});
  CHECK(grades_in_standard_words("機密性2・完全性１・可用性2") == Grades{2, 1, 2});
  CHECK(grades_in_standard_words("機密性2情報　完全性2情報") == Grades{2, 2, 0});
  for (const char* other : {"", "機密性", "機密性4", "機密性0", "完全性3", "機密性2機密性1", "社外秘", "機密性2相当", "2", "機密性2・"}) {
    CAPTURE(other);
    CHECK(!grades_in_standard_words(other));
  }
}

// -- Kind rule x wording x mapping x stated grade -----------------------------------------------------------------

TEST_CASE("the label that travels: every kind rule, wording, mapping and stated grade") {
  enum Wording { none, standard, own };
  enum Mapped { unmapped, to_1, to_2, to_3, withdrawn };
  struct Row {
    Wording wording;
    Mapped mapped;
    int stated;
    std::string label;  // grade, ground; "none"; or the refusal
    bool alarm = false;
  };
  // One that states 3 is a header notice: what more it may not hold, the codec says (header_notice.h).
  const std::vector<Row> rows{
      {none, unmapped, 0, "none"},
      {none, unmapped, 1, "1 stated"},
      {none, unmapped, 2, "2 stated"},
      {none, unmapped, 3, "3 stated"},
      {standard, unmapped, 0, "2 stated"},
      {standard, unmapped, 1, "2 stated", true},
      {standard, unmapped, 2, "2 stated"},
      {standard, unmapped, 3, "3 stated"},
      {own, unmapped, 0, "2 unmapped", true},
      {own, unmapped, 1, "1 stated"},
      {own, unmapped, 2, "2 stated"},
      {own, unmapped, 3, "3 stated"},
      {own, to_1, 0, "1 mapped"},
      {own, to_1, 1, "1 mapped"},
      {own, to_1, 2, "2 mapped"},
      {own, to_1, 3, "3 mapped"},
      {own, to_2, 0, "2 mapped"},
      {own, to_2, 1, "2 mapped", true},
      {own, to_2, 2, "2 mapped"},
      {own, to_2, 3, "3 mapped"},
      {own, to_3, 0, "annex_not_available"},
      {own, to_3, 1, "annex_not_available"},
      {own, to_3, 2, "annex_not_available"},
      {own, to_3, 3, "3 mapped"},
      {own, withdrawn, 0, "2 unmapped", true},
      {own, withdrawn, 1, "1 stated"},
      {own, withdrawn, 2, "2 stated"},
      {own, withdrawn, 3, "3 stated"},
  };
  const std::map<std::string, KindRule> bodies{{"mhlw", KindRule::agency},
                                               {"jaxa", KindRule::designated_table},
                                               {"jps", KindRule::designated_table},
                                               {"j-lis", KindRule::other_corporation}};
  for (const auto& [body, rule] : bodies)
    for (const auto& row : rows) {
      const std::string wording = row.wording == none ? "" : row.wording == standard ? "機密性2情報" : own_wording;
      std::vector<LabelMapping> mappings;
      if (row.mapped != unmapped) mappings.push_back(mapping_to(row.mapped == withdrawn ? 1 : row.mapped, row.mapped == withdrawn));
      CAPTURE(body);
      CAPTURE(wording);
      CAPTURE(row.mapped);
      CAPTURE(row.stated);
      Scene scene(at_report);
      const auto command = labelled(body, wording, row.stated, mappings);
      if (row.label == "annex_not_available") {
        CHECK(scene.refuse(command) == row.label);
        continue;
      }
      const auto decision = scene.accept(command);
      CHECK(label_of(scene.incident()) == (row.label == "none" ? row.label : row.label + " " + wording));
      CHECK(alarmed(scene) == row.alarm);
      if (row.label != "none") CHECK(scene.incident().labels.back().rule == rule);
      // A duty is never held up by a label.
      CHECK(!scene.messages().empty());
      // What is sent carries it.
      const auto types = types_of(decision);
      const auto given = std::find(types.begin(), types.end(), "label.given");
      CHECK((given != types.end()) == (row.label != "none"));
      CHECK((row.label == "none" || given < std::find(types.begin(), types.end(), "message.sent")));
    }
}

TEST_CASE("integrity and availability travel too, each the stricter of stated and mapped") {
  auto mapping = mapping_to(1);
  mapping.grades = {1, 2, 1};
  auto command = labelled("jaxa", own_wording, 2, {mapping});
  command.in_force.integrity = 1;
  command.in_force.availability = 2;
  Scene scene(at_report);
  scene.accept(command);
  CHECK(scene.incident().labels.back().grades == Grades{2, 2, 2});
  CHECK(alarmed(scene));
}

TEST_CASE("a label that was taken for the stricter grade is told once, to all who see the case") {
  Scene scene(at_report);
  const auto command = labelled("jaxa", own_wording, 0);
  scene.accept(command);
  scene.accept(next_version(command, person("jaxa")));
  const auto& events = scene.events();
  CHECK(std::count_if(events.begin(), events.end(), [](const Event& event) {
          const auto* alarm = std::get_if<AlarmRaised>(&event.what);
          return alarm && alarm->code == "label_unmapped" && alarm->organization == "jaxa" &&
                 alarm->reason.ja.find(own_wording) == std::string::npos;
        }) == 1);
}

TEST_CASE("a mapping that is set holds from the next version on, whoever sends it") {
  LabelScene scene(Scene{at_report});
  const auto command = labelled("jaxa", own_wording, 0);
  scene.accept(command);
  CHECK(label_of(scene.incident()) == "2 unmapped " + own_wording);
  auto next = next_version(command, member());
  next.label_mappings = {mapping_to(1)};
  scene.accept(next);
  CHECK(label_of(scene.incident()) == "1 mapped " + own_wording);
  CHECK(scene.incident().labels.size() == 2);
  CHECK(scene.incident().labels.front().ground == LabelGround::unmapped);
}

// -- A later version ----------------------------------------------------------------------------------------------

TEST_CASE("a later version raises the label by anybody and lowers it by who decided it or a superior alone") {
  struct Row {
    Actor actor;
    bool lowers;
  };
  const std::vector<Row> rows{{person("jaxa"), true},  // who reported first
                              {member(), false},
                              {person("jaxa", Role::reporter, "職員"), false},
                              {person("jaxa", Role::external_contact, "連絡担当"), false},
                              {head(), true},
                              {person("jaxa", Role::section_officer, "課室責任者"), true},
                              {person("jaxa", Role::ciso, "最高責任者"), true}};
  for (const auto& row : rows) {
    CAPTURE(to_string(*row.actor.role));
    CAPTURE(row.actor.name);
    auto lowered = labelled_case();
    lowered.accept(next_version(labelled("jaxa", "", 1), row.actor));
    CHECK(label_of(lowered.incident()) == (row.lowers ? "1 stated " : "2 stated "));
    Scene raised(at_report);
    raised.accept(labelled("jaxa", "", 1));
    raised.accept(next_version(labelled("jaxa", "", 2), row.actor));
    CHECK(label_of(raised.incident()) == "2 stated ");
    // Nor is a restriction lifted, nor the label taken away.
    Scene restricted(at_report);
    auto command = labelled("jaxa", "", 2);
    command.in_force.handling = {"転送禁止"};
    restricted.accept(command);
    restricted.accept(next_version(labelled("jaxa", "", 0), row.actor));
    CHECK(label_of(restricted.incident()) == (row.lowers ? "0 stated " : "2 stated  [転送禁止]"));
    restricted.accept(next_version(command, row.actor));
    CHECK(label_of(restricted.incident()) == "2 stated  [転送禁止]");
  }
}

TEST_CASE("a version that says nothing new of it gives no label") {
  auto scene = labelled_case();
  const auto decision = scene.accept(next_version(labelled("jaxa", "", 2), head()));
  const auto types = types_of(decision);
  CHECK(std::count(types.begin(), types.end(), "label.given") == 0);
  CHECK(scene.incident().labels.size() == 1);
}

TEST_CASE("consent to share is stated where it changes") {
  Scene scene(at_report);
  auto command = labelled("jaxa", "", 2);
  const auto stated = [&](std::optional<bool> consent) {
    command.in_force.consent_to_share = consent;
    const auto types = types_of(scene.accept(command));
    command = next_version(command, person("jaxa"));
    return std::count(types.begin(), types.end(), "consent.stated");
  };
  CHECK(stated(std::nullopt) == 0);
  CHECK(stated(true) == 1);
  CHECK(scene.incident().consents_to_share);
  CHECK(stated(true) == 0);
  CHECK(stated(std::nullopt) == 1);
  CHECK(!scene.incident().consents_to_share);
  CHECK(stated(false) == 0);
}

// -- Requests to change it ----------------------------------------------------------------------------------------

TEST_CASE("a change is asked, decided by another, and the label before it stays") {
  LabelScene scene;
  const auto before = scene.incident().labels.front();
  CHECK(scene.ask(member(), 1, "公開情報") == "accepted");
  CHECK(label_of(scene.incident()) == "2 stated ");
  CHECK(scene.decide(head()) == "accepted");
  CHECK(types_of(scene.last()) == Lines{"label.change_decided", "label.given"});
  CHECK(label_of(scene.incident()) == "1 changed 公開情報");
  CHECK(scene.incident().labels.front() == before);
  CHECK(scene.incident().labels.back().given_by == head().token);
  CHECK(scene.incident().labels.back().rule == KindRule::designated_table);
  // What was granted is not undone by a version that says what the one before said.
  scene.accept(next_version(labelled("jaxa", "", 2), person("jaxa")));
  CHECK(label_of(scene.incident()) == "1 changed 公開情報");
  // Its new decider lowers and raises it; who decided the one before is nobody special any more.
  CHECK(scene.ask(member(), 2) == "accepted");
  CHECK(scene.decide(person("jaxa")) == "role_required");
  CHECK(scene.decide(head(), false) == "accepted");
  CHECK(types_of(scene.last()) == Lines{"label.change_decided"});
  CHECK(label_of(scene.incident()) == "1 changed 公開情報");
}

TEST_CASE("a lower statement that was not taken does not come again in the place of what was granted") {
  LabelScene scene;
  const auto lower = next_version(labelled("jaxa", "", 1), member());
  scene.accept(lower);
  CHECK(label_of(scene.incident()) == "2 stated ");
  REQUIRE(scene.ask(member(), 1, "公開情報") == "accepted");
  REQUIRE(scene.decide(head()) == "accepted");
  scene.accept(lower);
  CHECK(label_of(scene.incident()) == "1 changed 公開情報");
  // What is stricter than what was granted, and was not said before, holds.
  auto stricter = lower;
  stricter.in_force.integrity = 2;
  scene.accept(stricter);
  CHECK(scene.incident().labels.back().grades == Grades{1, 2, 0});
}

TEST_CASE("the restrictions stay when the grade is changed, and a restriction that is added keeps the changed grade") {
  Scene reported(at_report);
  auto command = labelled("jaxa", "", 2);
  command.in_force.handling = {"転送禁止"};
  reported.accept(command);
  LabelScene scene(std::move(reported));
  CHECK(scene.ask(member(), 1) == "accepted");
  CHECK(scene.decide(head()) == "accepted");
  CHECK(label_of(scene.incident()) == "1 changed  [転送禁止]");
  auto next = next_version(command, member());
  next.in_force.handling = {"転送禁止", "複製禁止"};
  scene.accept(next);
  CHECK(label_of(scene.incident()) == "1 changed  [転送禁止] [複製禁止]");
}

TEST_CASE("every state of a request, and every event") {
  enum Made { nothing, pending, granted, refused };
  struct Row {
    Made made;
    std::string ask, grant, refuse;
  };
  const std::vector<Row> rows{{nothing, "accepted", "not_found", "not_found"},
                              {pending, "label_change_pending", "accepted", "accepted"},
                              {granted, "accepted", "label_change_decided", "label_change_decided"},
                              {refused, "accepted", "label_change_decided", "label_change_decided"}};
  for (const auto& row : rows) {
    CAPTURE(row.made);
    const auto made = [&] {
      LabelScene scene;
      if (row.made == nothing) return scene;
      REQUIRE(scene.ask(member(), 1) == "accepted");
      if (row.made != pending) REQUIRE(scene.decide(head(), row.made == granted) == "accepted");
      return scene;
    };
    auto asked = made();
    CHECK(asked.ask(member("別の担当"), row.made == granted ? 2 : 1) == row.ask);
    for (const bool grants : {true, false}) {
      auto scene = made();
      const auto id = row.made == nothing ? LabelChangeId{} : scene.incident().label_changes.back().id;
      CHECK(scene.act(DecideLabelChange{head(), id, grants, "確認した", {}, {}}) == (grants ? row.grant : row.refuse));
    }
  }
}

TEST_CASE("it is asked and decided in every state of the case, and of nothing that was erased") {
  for (const auto state : {IncidentState::assessed, IncidentState::contained, IncidentState::recovered, IncidentState::reviewed,
                           IncidentState::closed, IncidentState::dismissed}) {
    CAPTURE(to_string(state));
    LabelScene scene(in_state(state));
    CHECK(scene.ask(member(), 1) == "accepted");
    CHECK(scene.decide(head()) == "accepted");
  }
  LabelScene possible(Scene{at_report});
  auto command = labelled("jaxa", "", 2);
  command.in_force.assessment = routing::Assessment::possible;
  possible.accept(command);
  REQUIRE(possible.incident().state == IncidentState::reported);
  CHECK(possible.ask(member(), 1) == "accepted");
  CHECK(possible.decide(head()) == "accepted");

  auto over = in_state(IncidentState::closed);
  over.acknowledge_all();
  LabelScene scene(std::move(over));
  CHECK(scene.ask(member(), 1) == "accepted");
  scene.travel_to("2024-04-01T00:00:00+09:00");
  scene.accept(AskErasure{head(), "保存期間の満了"});
  scene.accept(DecideErasure{person("jaxa", Role::section_officer, "課室責任者"), scene.incident().erasures.back().id, true, "確認した"});
  CHECK(scene.ask(member(), 2) == "incident_erased");
  CHECK(scene.decide(head()) == "incident_erased");
}

TEST_CASE("who asks and who decides: deciders, superiors and everybody else") {
  // The label was decided by person("jaxa"); a member asks.
  struct Row {
    Actor actor;
    std::string asks, decides;
  };
  const std::vector<Row> rows{{person("jaxa"), "accepted", "accepted"},
                              {head(), "accepted", "accepted"},
                              {person("jaxa", Role::section_officer, "課室責任者"), "accepted", "accepted"},
                              {person("jaxa", Role::ciso, "最高責任者"), "accepted", "accepted"},
                              {person("jaxa", Role::csirt_member, "別の担当"), "accepted", "role_required"},
                              {person("jaxa", Role::reporter, "職員"), "accepted", "role_required"},
                              {person("jaxa", Role::external_contact, "連絡担当"), "accepted", "role_required"},
                              {person("jaxa", Role::exception_officer, "許可権限者"), "accepted", "role_required"},
                              {member(), "accepted", "four_eyes"},
                              {person("jaxa", Role::csirt_head, "担当"), "accepted", "four_eyes"},  // one name, two tokens
                              {person("mext", Role::csirt_head, "本省"), "not_the_holder", "not_the_holder"},
                              {person("mext", Role::ciso, "本省"), "not_the_holder", "not_the_holder"},
                              {person("mext", Role::reporter, "本省"), "not_found", "not_found"},
                              {person("nisc", Role::center_liaison, "当直"), "not_the_holder", "not_the_holder"}};
  for (const auto& row : rows) {
    CAPTURE(row.actor.organization);
    CAPTURE(to_string(*row.actor.role));
    LabelScene asking;
    CHECK(asking.ask(row.actor, 1) == row.asks);
    LabelScene deciding;
    REQUIRE(deciding.ask(member(), 1) == "accepted");
    CHECK(deciding.decide(row.actor) == row.decides);
  }
  // Nobody decides his own, whatever he is; and delegation makes two of one.
  for (const auto& actor : {person("jaxa"), head(), person("jaxa", Role::ciso, "最高責任者")}) {
    LabelScene scene;
    REQUIRE(scene.ask(actor, 1) == "accepted");
    CHECK(scene.decide(actor) == "four_eyes");
  }
  LabelScene scene;
  REQUIRE(scene.ask(member(), 1) == "accepted");
  PersonId one, two;
  one.value.bytes[0] = 1;
  two.value.bytes[0] = 2;
  CHECK(scene.decide(head(), true, {one, {}}, {two, {one}}) == "four_eyes");
  CHECK(scene.decide(head(), true, {one, {}}, {two, {}}) == "accepted");
}

TEST_CASE("an agency that entered the report decided its label, and is no superior of the body") {
  Scene reported(at_report);
  auto command = labelled("jaxa", "", 2);
  command.actor = person("mext");
  reported.accept(command);
  LabelScene scene(std::move(reported));
  REQUIRE(scene.ask(person("mext"), 1) == "not_the_holder");
  REQUIRE(scene.ask(member(), 1) == "accepted");
  CHECK(scene.decide(person("mext", Role::csirt_head, "本省")) == "not_the_holder");
  CHECK(scene.decide(person("mext")) == "accepted");
}

TEST_CASE("what is asked for is a label of a notice, another than the one that holds, and no lower than its own words") {
  LabelScene scene;
  CHECK(scene.ask(member(), 0) == "invalid /confidentiality required");
  CHECK(scene.ask(member(), 2) == "invalid  unchanged");
  CHECK(scene.ask(member(), 3) == "annex_not_available");
  CHECK(scene.ask(member(), 4) == "invalid  value");
  CHECK(scene.ask(member(), 1, "機密性2情報") == "invalid /own_label contradiction");
  CHECK(scene.ask(member(), 1, std::string(101, 'x')) == "invalid /own_label too_long");
  CHECK(scene.ask(member(), 1, "機密性1情報") == "accepted");
}

TEST_CASE("a record in which one person asked and decided, or asked twice, is not one of ours") {
  LabelScene scene;
  REQUIRE(scene.ask(member(), 1) == "accepted");
  Event event = scene.last().events.back();
  event.what = LabelChangeDecided{scene.incident().label_changes.back().id, true, "可"};
  CHECK(!may_follow(scene.incident(), event));
  event.actor = head();
  CHECK(may_follow(scene.incident(), event));
  LabelChange change;
  change.id.value.bytes[0] = 9;
  change.grades.confidentiality = 1;
  event.what = LabelChangeAsked{change};
  CHECK(!may_follow(scene.incident(), event));
}

// -- Mappings -----------------------------------------------------------------------------------------------------

TEST_CASE("how labels map is for the head, a section's officer and the CISO to say") {
  for (const auto role : all_roles()) {
    CAPTURE(to_string(role));
    const bool says = role == Role::csirt_head || role == Role::section_officer || role == Role::ciso;
    Mappings mappings;
    CHECK(mappings.set(person("jaxa", role), own_wording, 2) == (says ? "accepted 1" : "role_required"));
    REQUIRE(mappings.set(head(), "部外秘", 1) == "accepted 1");
    CHECK(mappings.withdraw(person("jaxa", role), mappings.known().mappings.back().id) == (says ? "accepted 1" : "role_required"));
  }
}

TEST_CASE("a mapping takes the place of the one of the same wording, and none comes back when it is withdrawn") {
  Mappings mappings;
  CHECK(mappings.set(head(), "社外秘Ｂ", 1) == "accepted 1");
  CHECK(mappings.set(head(), "社外秘Ｂ", 1) == "invalid  unchanged");
  CHECK(mappings.set(head(), "社外秘 B", 2) == "accepted 2");
  CHECK(mappings.known().mappings.front().withdrawn);
  CHECK(mappings.set(head(), "社外秘A", 1) == "accepted 1");
  CHECK(mappings.grade_of("社外秘B") == 2);
  CHECK(mappings.grade_of("社外秘Ａ") == 1);
  CHECK(mappings.withdraw(person("mext", Role::ciso), mappings.known().mappings[1].id) == "not_found");
  CHECK(mappings.withdraw(head(), LabelMappingId{}) == "not_found");
  CHECK(mappings.withdraw(head(), mappings.known().mappings[0].id) == "not_found");
  CHECK(mappings.withdraw(head(), mappings.known().mappings[1].id) == "accepted 1");
  CHECK(mappings.grade_of("社外秘Ｂ") == 0);
  CHECK(mappings.grade_of("社外秘Ａ") == 1);
  CHECK(mappings.withdraw(head(), mappings.known().mappings[1].id) == "not_found");
}

TEST_CASE("a mapping is of the body's own wording, and says a grade") {
  Mappings mappings;
  CHECK(mappings.set(head(), "", 1) == "invalid /own_label required");
  CHECK(mappings.set(head(), " ", 1) == "invalid /own_label required");
  CHECK(mappings.set(head(), "機密性２情報", 1) == "invalid /own_label standard_words");
  CHECK(mappings.set(head(), std::string(101, 'x'), 1) == "invalid /own_label too_long");
  CHECK(mappings.set(head(), "部外秘", 0) == "invalid /confidentiality required");
  CHECK(mappings.set(head(), "部外秘", 4) == "invalid  value");
  CHECK(mappings.set(head(), "極秘", 3) == "accepted 1");
  std::string longest;
  for (int i = 0; i < 100; ++i) longest += "秘";
  CHECK(mappings.set(head(), longest, 2) == "accepted 1");
  for (int i = 2; i < 200; ++i) CHECK(mappings.set(head(), "区分 " + std::to_string(i), 2) == "accepted 1");
  CHECK(mappings.set(head(), "もう一つ", 2) == "invalid  too_many");
  CHECK(mappings.set(head(), "区分 7", 1) == "accepted 2");
}

// -- 取扱制限 ------------------------------------------------------------------------------------------------------

TEST_CASE("words that restrict, in both languages and any width; others restrict nobody") {
  using enum Restriction;
  const std::vector<std::pair<std::string, std::vector<Restriction>>> rows{
      {"転送禁止", {no_forward}},
      {"転送不可", {no_forward}},
      {"配付先限定", {no_forward}},
      {"配布先限り", {no_forward}},
      {"再配布禁止", {no_forward}},
      {"転送禁止（所管府省を除く）", {no_forward}},
      {"No Forward", {no_forward}},
      {"do-not-forward", {no_forward}},
      {"ＴＬＰ：ＲＥＤ", {no_forward}},
      {"TLP:AMBER+STRICT", {no_forward}},
      {"持出禁止", {no_export}},
      {"持ち出し禁止", {no_export}},
      {"複製禁止", {no_export}},
      {"NO_EXPORT", {no_export}},
      {"do not copy", {no_export}},
      {"印刷時明示", {print_mark}},
      {"print mark", {print_mark}},
      {"転送・複製禁止", {no_forward, no_export}},
      {"複製・持出し厳禁", {no_export}},
      {"再配付不可", {no_forward}},
      {"転送禁止、複製禁止", {no_forward, no_export}},
      {"関係者限り", {}},
      {"暗号化必須", {}},
      {"TLP:AMBER", {}},
      {"TLP:GREEN", {}},
      {"転送可", {}},
      {"", {}},
  };
  for (const auto& [word, expected] : rows) {
    CAPTURE(word);
    CHECK(restrictions_of({word}) == expected);
  }
  CHECK(restrictions_of({"印刷時明示", "複製禁止", "転送禁止", "転送不可"}) == std::vector{no_forward, no_export, print_mark});
  CHECK(restrictions_of({}).empty());
}

TEST_CASE("no forwarding refuses an agency that shares the supervision, and nobody whom the law names") {
  for (const bool restricted : {false, true}) {
    CAPTURE(restricted);
    Scene scene(at_report);
    auto command = labelled("jaxa", "", 2);
    if (restricted) command.in_force.handling = {"転送禁止"};
    scene.accept(command);
    CHECK(scene.messages_to("mext") == 1);  // (g)
    CHECK(scene.refuse(AddRecipient{person("jaxa"), "mic", "基地に及ぶ"}) == (restricted ? "restriction_forbids" : "accepted"));
    CHECK(scene.refuse(AddRecipient{person("mext"), "mic", "基地に及ぶ"}) == (restricted ? "restriction_forbids" : "accepted"));
    scene.accept(AddRecipient{person("jaxa"), "police-fukuoka", "端末がある"});  // (h)
    scene.accept(FulfillObligation{person("mext"), scene.duty("g.3", "mext").id, FulfillmentMethod::relay, {}, "", ""});
    CHECK(scene.messages_to("nisc") == 1);  // the relay
    CHECK(refuse_forward(scene.incident()).has_value() == restricted);
    // Lifted by who decided it, it binds no more.
    scene.accept(next_version(labelled("jaxa", "", 2), person("jaxa")));
    CHECK(scene.refuse(AddRecipient{person("jaxa"), "mic", "基地に及ぶ"}) == "accepted");
  }
}
