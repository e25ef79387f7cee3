// What the arrival of a report brings about.
#include <algorithm>

#include "tests/core/scene.h"

using namespace noroshi;
using namespace noroshi::core;
using namespace noroshi::core::testing;

TEST_CASE("a corporation's report: its agency is told at once, the centre and the police are owed") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.large_scale = {property_feared};
  report.in_force.cyberattack = routing::Cyberattack::possible;
  const auto decision = scene.accept(report);

  CHECK(scene.duties() == Lines{
                              "g.2 jps -> mhlw fulfilled, due 2018-08-01 10:00",
                              "g.3 mhlw -> nisc open, due 2018-08-01 09:50",
                              "h jps -> police-tokyo open, due 2018-08-02 09:00",
                              "i mhlw -> cas-jitai open, due 2018-08-01 09:35",
                          });
  CHECK(scene.inner_duties() == Lines{
                                    "c jps open, due 2018-08-01 10:00",
                                    "d jps open, due 2018-08-01 10:00",
                                    "e jps open, due 2018-08-02 09:00",
                                    "j jps open, due 2018-08-02 09:00",
                                    "k jps open, due 2018-08-08 09:00",
                                    "l jps open, due 2018-08-04 09:00",
                                    "3.a jps open, due 2018-08-31 09:00",
                                    "3.b jps open, due 2018-09-15 09:00",
                                    "3.c jps open, due 2018-09-30 09:00",
                                });
  CHECK(scene.messages() == Lines{"report jps -> mhlw (g.2)"});
  CHECK(scene.access() == Lines{"jps content", "mhlw content", "nisc duties"});
  CHECK(scene.alarms().empty());
  CHECK(scene.incident().state == IncidentState::assessed);
  CHECK(scene.incident().version == 1);
  CHECK(scene.incident().number == "jps-2018-1");
  CHECK(scene.incident().submitted_by == "jps");
  CHECK(types_of(decision).front() == "incident.opened");
  CHECK(scene.duty("g.2", "jps").fulfilled_at == scene.now());
  CHECK(scene.duty("g.2", "jps").acknowledged_at == std::nullopt);
  for (const auto& obligation : scene.incident().obligations) {
    CAPTURE(obligation.rule);
    CHECK(obligation.edition == "h30");
    CHECK(!obligation.because.empty());
    CHECK(obligation.incident == scene.incident().id);
  }
}

TEST_CASE("an agency's own report goes to the centre; it holds (h) and (i) itself") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("mhlw", "2018-08-01T09:00:00+09:00");
  report.in_force.large_scale = {property_feared};
  scene.accept(report);
  CHECK(scene.duties() == Lines{
                              "g.1 mhlw -> nisc fulfilled, due 2018-08-01 10:00",
                              "h mhlw -> police-tokyo open, due 2018-08-02 09:00",
                              "i mhlw -> cas-jitai open, due 2018-08-01 09:15",
                          });
  CHECK(scene.messages() == Lines{"report mhlw -> nisc (g.1)"});
  CHECK(scene.access() == Lines{"mhlw content", "nisc content"});
}

TEST_CASE("a duty opened on assessment counts from recognition: a late report is late at once and shows it") {
  Scene scene("2018-08-03T09:00:30+09:00");
  const auto decision = scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  CHECK(scene.duty("g.2", "jps").state == ObligationState::fulfilled);
  std::chrono::seconds late{};
  for (const auto& event : decision.events)
    if (const auto* met = std::get_if<ObligationFulfilled>(&event.what)) late = met->late_by;
  CHECK(late == hours(47) + seconds(30));
  // What the agency owes counts from its own receipt.
  CHECK(scene.duty("g.3", "mhlw").due_at == scene.now() + minutes(30));
}

TEST_CASE("in time, a duty is not late by a second") {
  Scene scene("2018-08-01T10:00:00+09:00");
  const auto decision = scene.accept(report_of("jps", "2018-08-01T09:00:00+09:00"));
  for (const auto& event : decision.events)
    if (const auto* met = std::get_if<ObligationFulfilled>(&event.what)) CHECK(met->late_by == seconds(0));
}

TEST_CASE("a joint supervisor is told as the main one is, and each owes the centre") {
  Scene scene("2018-08-01T09:20:00+09:00");
  scene.accept(report_of("amed", "2018-08-01T09:00:00+09:00"));
  CHECK(scene.duties() == Lines{
                              "g.2 amed -> cao fulfilled, due 2018-08-01 10:00",
                              "g.2 amed -> mext fulfilled, due 2018-08-01 10:00",
                              "g.2 amed -> mhlw fulfilled, due 2018-08-01 10:00",
                              "g.2 amed -> meti fulfilled, due 2018-08-01 10:00",
                              "g.3 cao -> nisc open, due 2018-08-01 09:50",
                              "g.3 mext -> nisc open, due 2018-08-01 09:50",
                              "g.3 mhlw -> nisc open, due 2018-08-01 09:50",
                              "g.3 meti -> nisc open, due 2018-08-01 09:50",
                              "h amed -> police-tokyo open, due 2018-08-02 09:00",
                          });
  CHECK(scene.messages().size() == 4);
}

TEST_CASE("a possible incident opens the duty to assess it and none that leaves the body") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.assessment = routing::Assessment::possible;
  scene.accept(report);
  CHECK(scene.duties().empty());
  CHECK(scene.inner_duties() == Lines{"b jps open, due 2018-08-02 09:00"});
  CHECK(scene.messages().empty());
  CHECK(scene.access() == Lines{"jps content"});
  CHECK(scene.incident().state == IncidentState::reported);

  SUBCASE("once assessed as an incident, the duty to assess is met and the others open") {
    scene.wait(hours(2));
    auto later = followup(report);
    later.in_force.assessment = routing::Assessment::incident;
    scene.accept(later);
    CHECK(scene.incident().state == IncidentState::assessed);
    CHECK(scene.duty("b", "jps").state == ObligationState::fulfilled);
    CHECK(scene.duties() == Lines{
                                "g.2 jps -> mhlw fulfilled, due 2018-08-01 10:00",
                                "g.3 mhlw -> nisc open, due 2018-08-01 11:50",
                                "h jps -> police-tokyo open, due 2018-08-02 09:00",
                            });
    CHECK(scene.messages_to("mhlw") == 1);
  }
  SUBCASE("once assessed as none, the duty to assess is met and nothing else opens") {
    scene.wait(hours(2));
    auto later = followup(report);
    later.in_force.assessment = routing::Assessment::not_incident;
    later.in_force.assessment_reason = "誤検知";
    scene.accept(later);
    CHECK(scene.incident().state == IncidentState::dismissed);
    CHECK(scene.duty("b", "jps").state == ObligationState::fulfilled);
    CHECK(scene.duties().empty());
  }
}

TEST_CASE("a possible incident with a large-scale cell raises an alarm, once") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.assessment = routing::Assessment::possible;
  report.in_force.large_scale = {property_feared};
  scene.accept(report);
  CHECK(scene.alarms() == Lines{"large_scale_unassessed jps"});
  const auto again = types_of(scene.accept(followup(report)));
  CHECK(std::count(again.begin(), again.end(), "alarm.raised") == 0);
}

TEST_CASE("silence about the cause opens the duty to decide it, so that the police cannot be dodged") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.cyberattack = routing::Cyberattack::unknown;
  scene.accept(report);
  CHECK(scene.duty("h.decide", "jps").due_at == at("2018-08-02T09:00:00+09:00"));
  CHECK(scene.duties().size() == 2);  // (g) sentences 2 and 3

  scene.wait(hours(1));
  auto later = followup(report);
  later.in_force.cyberattack = routing::Cyberattack::possible;
  scene.accept(later);
  CHECK(scene.duty("h.decide", "jps").state == ObligationState::fulfilled);
  CHECK(scene.duty("h", "jps").state == ObligationState::open);
}

TEST_CASE("unknown with a large-scale cell set: the police are owed without waiting for the decision") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.cyberattack = routing::Cyberattack::unknown;
  report.in_force.large_scale = {property_feared};
  scene.accept(report);
  CHECK(scene.duty("h", "jps").state == ObligationState::open);
  CHECK(scene.duty("h.decide", "jps").state == ObligationState::open);
  CHECK(scene.duty("i", "mhlw").state == ObligationState::open);
}

TEST_CASE("a later version goes to everyone who had the one before, and nothing is opened twice") {
  Scene scene("2018-08-01T09:20:00+09:00");
  const auto first = report_of("jps", "2018-08-01T09:00:00+09:00");
  scene.accept(first);
  const auto duties_before = scene.incident().obligations.size();

  SUBCASE("before anybody has passed it on: the agency alone") {
    scene.wait(minutes(10));
    scene.accept(followup(first));
    CHECK(scene.messages_to("mhlw") == 2);
    CHECK(scene.messages_to("nisc") == 0);
    CHECK(scene.messages_to("police-tokyo") == 0);
  }
  SUBCASE("after the relay and a report to the police: all three") {
    FulfillObligation relay{person("mhlw"), scene.duty("g.3", "mhlw").id, FulfillmentMethod::relay};
    scene.accept(relay);
    FulfillObligation police{person("jps"), scene.duty("h", "jps").id, FulfillmentMethod::report};
    scene.accept(police);
    scene.wait(minutes(10));
    scene.accept(followup(first));
    CHECK(scene.messages_to("mhlw") == 2);
    CHECK(scene.messages_to("nisc") == 2);
    CHECK(scene.messages_to("police-tokyo") == 2);
  }
  CHECK(scene.incident().obligations.size() == duties_before);
  CHECK(scene.incident().version == 2);
  CHECK(scene.incident().title == "続報");
  CHECK(scene.message_to("mhlw").report == scene.incident().latest_report);
  CHECK(scene.duty("g.3", "mhlw").occasion == 2);
  CHECK(scene.duty("g.3", "mhlw").due_at == at("2018-08-01T09:50:00+09:00"));
  CHECK(scene.duty("g.2", "jps").occasion == 1);
}

TEST_CASE("a duty that a later version opens on receipt counts from the receipt of that version") {
  Scene scene("2018-08-01T09:20:00+09:00");
  const auto first = report_of("jps", "2018-08-01T09:00:00+09:00");
  scene.accept(first);
  scene.travel_to("2018-08-05T12:00:00+09:00");
  auto later = followup(first);
  later.in_force.large_scale = {property_feared};
  scene.accept(later);
  CHECK(scene.duty("i", "mhlw").opened_at == scene.now());
  CHECK(scene.duty("i", "mhlw").due_at == scene.now() + minutes(15));
}

TEST_CASE("a later version does not undo what the body judged in between and the version does not mention") {
  Scene scene("2018-08-01T09:20:00+09:00");
  const auto first = report_of("jps", "2018-08-01T09:00:00+09:00");
  scene.accept(first);
  MakeJudgement no{person("jps"), routing::Assessment::incident};
  no.cyberattack = routing::Cyberattack::no;
  no.cyberattack_reason = "設定の誤り";
  scene.accept(no);
  auto later = followup(first);
  later.states_assessment = later.states_cyberattack = later.states_large_scale = false;
  scene.accept(later);
  CHECK(scene.incident().judgements.at("jps").judgement.cyberattack == routing::Cyberattack::no);
  CHECK(scene.duty("h", "jps").state == ObligationState::superseded);
}

TEST_CASE("an agency enters a report for a corporation that it supervises, marked so") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.actor = person("mhlw");
  scene.accept(report);
  CHECK(scene.incident().organization == "jps");
  CHECK(scene.incident().submitted_by == "mhlw");
  CHECK(scene.incident().content_visible_to("jps"));
  CHECK(scene.incident().content_visible_to("mhlw"));
  CHECK(scene.duty("g.2", "jps").state == ObligationState::fulfilled);
  CHECK(scene.duty("g.3", "mhlw").state == ObligationState::open);
  CHECK(std::get<ReportReceived>(scene.events()[3].what).submitted_by == "mhlw");
}

TEST_CASE("nobody else reports for another body") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  for (const char* other : {"mext", "nisc", "jaxa", "police-tokyo"}) {
    CAPTURE(other);
    report.actor = person(other);
    CHECK(scene.refuse(report) == "foreign_organization");
  }
  auto upwards = report_of("mhlw", "2018-08-01T09:00:00+09:00");
  upwards.actor = person("jps");
  CHECK(scene.refuse(upwards) == "foreign_organization");
}

TEST_CASE("without a body named, the report is the caller's own") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.organization.clear();
  scene.accept(report);
  CHECK(scene.incident().organization == "jps");
}

TEST_CASE("a first report comes once, and any other after it") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  for (auto stage : {Stage::followup, Stage::final, Stage::correction}) {
    report.in_force.stage = stage;
    CHECK(scene.refuse(report) == "reference_unknown");
  }
  report.in_force.stage = Stage::first;
  scene.accept(report);
  CHECK(scene.refuse(report) == "reference_exists");
}

TEST_CASE("recognised more than five minutes ahead is refused; five minutes are a clock that runs fast") {
  Scene scene("2018-08-01T09:00:00+09:00");
  CHECK(scene.refuse(report_of("jps", "2018-08-01T09:05:00.000001+09:00")) ==
        "invalid /times/recognized/value time_in_future");
  scene.accept(report_of("jps", "2018-08-01T09:05:00+09:00"));
}

TEST_CASE("a body that does not exist on the day of recognition is refused, with the body of that day") {
  Scene scene("2024-08-01T09:00:00+09:00");
  // Not yet designated; not yet founded; renamed since.
  CHECK(scene.refuse(report_of("jps", "2015-05-08T10:28:00+09:00")) ==
        "invalid /times/recognized/value body_not_in_force");
  CHECK(scene.refuse(report_of("digital", "2021-08-31T23:59:59+09:00")) ==
        "invalid /times/recognized/value body_not_in_force");
  auto renamed = scene.attempt(report_of("jogmec", "2023-01-01T00:00:00+09:00"));
  REQUIRE(!renamed);
  CHECK(renamed.error().errors.front().message.en.find("jogmec-2022") != std::string::npos);
  // The day begins at midnight in Japan.
  scene.accept(report_of("digital", "2021-09-01T00:00:00+09:00"));
}

TEST_CASE("a body that is not registered is refused") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("atlantis", "2018-08-01T09:00:00+09:00");
  CHECK(scene.refuse(report) == "invalid /organization unknown_organization");
}

// That it holds nothing but a header, the codec sees to (header_notice.h).
TEST_CASE("a notice of information of confidentiality 3 opens the duties and starts the clocks like any other") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  const auto ordinary = [&] {
    Scene other("2018-08-01T09:20:00+09:00");
    other.accept(report);
    return other.duties();
  }();
  report.in_force.confidentiality = 3;
  const auto decision = scene.accept(report);
  CHECK(scene.duties() == ordinary);
  CHECK(decision.rings_at);
  CHECK(scene.incident().confidentiality == 3);
}

TEST_CASE("a large-scale cell beside \"no cyberattack\" is a contradiction") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.cyberattack = routing::Cyberattack::no;
  report.in_force.cyberattack_reason = "誤操作";
  report.in_force.large_scale = {property_feared};
  CHECK(scene.refuse(report).substr(0, 7) == "invalid");
}

TEST_CASE("a cause that is no attack leaves (g) as it is and opens neither police nor crisis management") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.cyberattack = routing::Cyberattack::no;
  report.in_force.cyberattack_reason = "誤送信";
  scene.accept(report);
  CHECK(scene.duties() == Lines{"g.2 jps -> mhlw fulfilled, due 2018-08-01 10:00",
                                "g.3 mhlw -> nisc open, due 2018-08-01 09:50"});
}

TEST_CASE("another police than that of the head office is the one named, if it is a police") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.police = "mhlw";
  CHECK(scene.refuse(report).substr(0, 15) == "invalid /police");
  report.in_force.police = "police-fukuoka";
  scene.accept(report);
  CHECK(scene.duty("h", "jps").recipient == "police-fukuoka");
}

TEST_CASE("all mistakes are listed at once") {
  Scene scene("2018-08-01T09:00:00+09:00");
  auto report = report_of("digital", "2019-08-01T09:00:00+09:00");
  report.in_force.police = "mhlw";
  const auto refused = scene.refuse(report);
  for (const char* mistake : {"time_in_future", "body_not_in_force", "/police"}) {
    CAPTURE(refused);
    CHECK(refused.find(mistake) != std::string::npos);
  }
}

TEST_CASE("under H28 a corporation's report opens no duty of (g), and the incident is kept") {
  Scene scene("2018-07-24T12:00:00+09:00");
  scene.accept(report_of("jps", "2018-07-24T09:00:00+09:00"));
  CHECK(scene.duties().empty());
  CHECK(scene.messages().empty());
  CHECK(scene.incident().state == IncidentState::assessed);
  CHECK(std::get<IncidentOpened>(scene.events().front().what).edition == "h28");
}

TEST_CASE("under H28 an agency's own incident goes to the centre, the police and crisis management") {
  Scene scene("2018-07-24T12:00:00+09:00");
  auto report = report_of("mhlw", "2018-07-24T11:30:00+09:00");
  report.in_force.large_scale = {property_feared};
  scene.accept(report);
  CHECK(scene.duties().size() == 3);
  CHECK(scene.duty("g.1", "mhlw").state == ObligationState::fulfilled);
  CHECK(scene.duty("g.2", "mhlw").recipient == "police-tokyo");
  CHECK(scene.duty("g.3", "mhlw").recipient == "cas-jitai");
  CHECK(scene.messages() == Lines{"report mhlw -> nisc (g.1)"});
}

TEST_CASE("before the first edition a report is accepted with an alarm") {
  Scene scene("2016-12-01T12:00:00+09:00");
  scene.accept(report_of("mhlw", "2016-08-30T11:30:00+09:00"));
  CHECK(scene.incident().obligations.empty());
  CHECK(scene.alarms() == Lines{"no_edition_in_force mhlw"});
  CHECK(std::get<IncidentOpened>(scene.events().front().what).edition.empty());
}

TEST_CASE("a prefectural police that reports is answered with an alarm and no duty") {
  Scene scene("2018-08-01T12:00:00+09:00");
  scene.accept(report_of("police-osaka", "2018-08-01T11:30:00+09:00"));
  CHECK(scene.incident().obligations.empty());
  CHECK(scene.alarms() == Lines{"not_a_reporting_body police-osaka"});
}

TEST_CASE("the centre as victim: the step to itself is met at opening and sends nothing") {
  Scene scene("2018-08-01T12:00:00+09:00");
  scene.accept(report_of("nisc", "2018-08-01T11:30:00+09:00"));
  CHECK(scene.duties() == Lines{"g.1 nisc -> nisc (self) fulfilled, due 2018-08-01 12:30",
                                "h nisc -> police-tokyo open, due 2018-08-02 11:30"});
  CHECK(scene.messages().empty());
}

TEST_CASE("the Cabinet Secretariat as victim tells a part of itself like any other") {
  Scene scene("2018-08-01T12:00:00+09:00");
  scene.accept(report_of("cas", "2018-08-01T11:30:00+09:00"));
  CHECK(scene.duty("g.1", "cas").state == ObligationState::fulfilled);
  CHECK(!scene.duty("g.1", "cas").self);
  CHECK(scene.messages() == Lines{"report cas -> nisc (g.1)"});
}

TEST_CASE("a report entered after the centre became another body goes to the one of today") {
  Scene scene("2025-07-02T09:00:00+09:00");
  scene.accept(report_of("mhlw", "2025-06-30T23:00:00+09:00"));
  CHECK(scene.duty("g.1", "mhlw").recipient == "nco");
  CHECK(scene.duty("g.1", "mhlw").recipient_formerly == "nisc");
  CHECK(scene.messages() == Lines{"report mhlw -> nco (g.1)"});
}

TEST_CASE("an operator's target stands in place of the edition's") {
  const auto editions = law().editions.with_targets({{"g.3", {.usual = minutes(5), .by_severity = {}, .by_body = {}}}});
  const Law with_targets{editions, law().registry};
  const auto now = at("2018-08-01T09:20:00+09:00");
  IdentifierSequence identifiers(now, {});
  const auto outcome = decide_report(with_targets, nullptr, "JPS-2018-1",
                                     report_of("jps", "2018-08-01T09:00:00+09:00"), {now, identifiers});
  REQUIRE(outcome);
  for (const auto& obligation : outcome->after.obligations) {
    if (obligation.rule == "g.3") CHECK(obligation.due_at == now + minutes(5));
    if (obligation.rule == "g.2") CHECK(obligation.due_at == at("2018-08-01T10:00:00+09:00"));
  }
}

TEST_CASE("the same report, law, instant and seed make the same decision, byte for byte of every id") {
  const auto decide = [] {
    const auto now = at("2018-08-01T09:20:00+09:00");
    IdentifierSequence identifiers(now, {1, 2, 3});
    return decide_report(law(), nullptr, "JPS-2018-1", report_of("jps", "2018-08-01T09:00:00+09:00"),
                         {now, identifiers})
        .value();
  };
  CHECK(decide().events == decide().events);
  CHECK(decide().after == decide().after);
}

TEST_CASE("a closed incident takes no report until it is reopened") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  report.in_force.assessment = routing::Assessment::possible;
  scene.accept(report);
  auto assessed = followup(report);
  assessed.in_force.assessment = routing::Assessment::incident;
  scene.accept(assessed);
  for (auto state : {IncidentState::contained, IncidentState::recovered, IncidentState::reviewed})
    scene.accept(MoveIncident{person("jps"), state, "済み"});
  const std::vector obligations = scene.incident().obligations;
  for (const auto& obligation : obligations)
    if (obligation.holder == "jps" && obligation.state == ObligationState::open)
      scene.accept(FulfillObligation{person("jps"), obligation.id, FulfillmentMethod::telephone});
  scene.accept(MoveIncident{person("jps"), IncidentState::closed, "済み"});

  CHECK(scene.refuse(followup(report)) == "incident_closed");
  CHECK(scene.refuse(MakeJudgement{person("jps"), routing::Assessment::incident}) == "incident_closed");
  CHECK(scene.refuse(AddRecipient{person("jps"), "police-osaka", "x"}) == "incident_closed");
  scene.accept(MoveIncident{person("jps"), IncidentState::assessed, "新しい事実"});
  scene.accept(followup(assessed));
}

TEST_CASE("a supervising agency cannot add to what the body itself reported; one that entered the report can") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  scene.accept(report);
  auto by_agency = followup(report);
  by_agency.actor = person("mhlw");
  by_agency.in_force.organization = "jps";
  CHECK(scene.refuse(by_agency) == "foreign_organization");

  Scene entered("2018-08-01T09:20:00+09:00");
  auto by_ministry = report_of("jps", "2018-08-01T09:00:00+09:00");
  by_ministry.actor = person("mhlw");
  by_ministry.in_force.organization = "jps";
  entered.accept(by_ministry);
  entered.accept(followup(by_ministry));
  CHECK(entered.incident().version == 2);
}

TEST_CASE("a stranger is told the same of a reference that exists and of one that does not") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  const auto stranger = person("moj");
  auto first = report;
  first.actor = stranger;
  first.in_force.organization = "jps";
  CHECK(scene.refuse(first) == "foreign_organization");
  scene.accept(report);
  CHECK(scene.refuse(first) == "foreign_organization");
  auto later = followup(report);
  later.actor = stranger;
  later.in_force.organization = "jps";
  CHECK(scene.refuse(later) == "foreign_organization");
}

TEST_CASE("a correction of the recognised time moves what is due from it") {
  Scene scene("2018-08-21T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-21T09:00:00+09:00");
  scene.accept(report);
  auto corrected = followup(report);
  corrected.in_force.stage = Stage::correction;
  corrected.in_force.recognized.value = at("2018-08-01T09:00:00+09:00");
  scene.accept(corrected);
  CHECK(scene.duty("h", "jps").due_at == at("2018-08-02T09:00:00+09:00"));
  CHECK(scene.duty("g.3", "mhlw").due_at == at("2018-08-21T09:50:00+09:00"));
}

TEST_CASE("a version after a relay by telephone opens the relay again: the centre has it from nobody") {
  Scene scene("2018-08-01T09:20:00+09:00");
  auto report = report_of("jps", "2018-08-01T09:00:00+09:00");
  scene.accept(report);
  scene.accept(FulfillObligation{person("mhlw"), scene.duty("g.3", "mhlw").id, FulfillmentMethod::telephone});
  scene.wait(hours(1));
  scene.accept(followup(report));
  const auto& relay = scene.duty("g.3", "mhlw");
  CHECK(relay.state == ObligationState::open);
  CHECK(relay.occasion == 2);
  CHECK(relay.due_at == scene.now() + minutes(30));
}
