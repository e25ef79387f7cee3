// Real cases (domain.md 9), with their dates. Where a body of that day has ended since, its successor stands
// in its place.
#include <set>

#include "tests/scenario/scene.h"

using namespace noroshi::scenario;

namespace {

json::object explained(const Desk& desk, const json::object& facts, const char* edition = "h30") {
  const auto reply = desk.post("/editions/" + std::string(edition) + "/explain", facts);
  REQUIRE_MESSAGE(reply.status == 200, reply);
  return reply.json().as_object();
}

Incident told(const Desk& desk, const Incident& incident, const json::object& members) {
  const auto reply = desk.sends(later_version(incident, "followup", members));
  REQUIRE_MESSAGE(reply.status == 201, reply);
  return incident;
}

}  // namespace

TEST_CASE("日本年金機構 2015, shifted to 2018: late at once, the police late, every hop owed by itself") {
  const Desk jps("jps", "csirt_head"), mhlw("mhlw", "csirt_member"), nco("nco", "center_liaison");
  // 05-08: one infected machine, a possible attack; the report comes years later, and shows it.
  const auto incident = jps.reports(a_report_recognized(
      "2018-08-08T10:28:00+09:00",
      {{"title", "九州ブロック本部の端末の不審な通信"},
       {"cyberattack", "possible"},
       {"times",
        {{"occurred", {{"value", "2018-08-08T10:28:00+09:00"}}},
         {"recognized", {{"value", "2018-08-08T10:28:00+09:00"}}}}},
       {"notices_made", json::array{{{"to", "厚生労働省年金局"}, {"at", "2018-08-11T09:00:00+09:00"}}}}}));
  CHECK(jps.duties(incident) ==
        Lines{"(g)2 jps -> mhlw fulfilled", "(g)3 mhlw -> nco open", "(h) jps -> police-tokyo open"});
  const auto told_ministry = jps.obligation_of(incident, "g", 2, "jps");
  CHECK(text(told_ministry, "due_at") == "2018-08-08T11:28:00+09:00");
  CHECK(text(told_ministry, "late_by").starts_with("P"));
  const auto police = jps.obligation_of(incident, "h", 0, "jps");
  CHECK(police.at("overdue").as_bool());
  // What opened on receipt counts from the receipt.
  const auto relay = mhlw.obligation_of(incident, "g", 3, "mhlw");
  CHECK(!relay.at("overdue").as_bool());
  CHECK(text(relay, "recipient_formerly") == "nisc");

  // 05-11 to 05-23: the follow-ups that were missing then.
  told(jps, incident, {{"summary", "非公開アドレスへの大量の標的型メール"}, {"cyberattack", "yes"}});
  told(jps, incident,
       {{"large_scale", a_large_scale_cell()},
        {"impact", {{"confidentiality", "yes"}, {"persons_affected", {{"max", 1250000}}}}}});
  CHECK(text(mhlw.obligation_of(incident, "i", 0, "mhlw"), "state") == "open");
  CHECK(mhlw.messages_of(incident).size() == 3);

  // 05-19: consultation at the station; late by eleven days less the target of one.
  REQUIRE(jps.fulfills(police, {{"method", "consultation"}, {"at", "2018-08-19T10:28:00+09:00"}}).status ==
          201);
  CHECK(text(jps.obligation_of(incident, "h", 0, "jps"), "late_by") == "P10D");

  // 05-29: the centre learns of police report and leak, with the whole history.
  CHECK(nco.messages_of(incident).empty());
  REQUIRE(mhlw.fulfills(mhlw.obligation_of(incident, "g", 3, "mhlw"), {{"method", "relay"}}).status == 201);
  CHECK(text(nco.obligation_of(incident, "h", 0, "jps"), "state") == "fulfilled");
  CHECK(nco.message_of(incident).at("version").to_number<int>() == 3);

  // 06-22: the final report corrects records to persons.
  const auto reply = jps.sends(later_version(
      incident, "final", {{"impact", {{"persons_affected", {{"min", 1014653}, {"max", 1014653}}}}}}));
  REQUIRE_MESSAGE(reply.status == 201, reply);
  CHECK(nco.messages_of(incident).size() == 2);
  const auto persons = nco.sees(incident).at("report").at("impact").at("persons_affected");
  CHECK(persons.at("max").to_number<int>() == 1014653);
  CHECK(text(nco.sees(incident).at("report").at("impact"), "confidentiality") == "yes");
}

TEST_CASE("日本年金機構 in 2015 itself was no body under the standard: refused with the day's reason") {
  const Desk jps("jps", "csirt_member");
  const auto reply = jps.sends(a_report_recognized("2015-05-08T10:28:00+09:00"));
  CHECK(reply.status == 422);
  CHECK(reply.mistakes() == Lines{"/times/recognized/value body_not_in_force"});
}

TEST_CASE(
    "Mail gateway 2023: the centre is the victim, and its step to itself is met at opening and sends "
    "nothing") {
  const Desk nco("nco", "csirt_member"), liaison("nco", "center_liaison");
  const auto incident = nco.reports(
      a_report_recognized("2023-06-13T12:00:00+09:00", {{"organization", "nisc"},
                                                        {"title", "電子メール関連システムからの情報漏えい"},
                                                        {"summary", "メーカーの脆弱性の悪用"}}));
  CHECK(incident.number.starts_with("NISC-"));
  CHECK(nco.duties(incident) == Lines{"(g)1 nco -> nco fulfilled (self)", "(h) nco -> police-tokyo open"});
  const auto step = nco.obligation_of(incident, "g", 1, "nco");
  CHECK(text(step, "formerly") == "nisc");
  CHECK(liaison.messages_of(incident).empty());
}

TEST_CASE("Mail gateway 2022-23: one cause, four bodies, two hops, reports months later") {
  const Desk jma("jma", "csirt_member"), kahaku("kahaku", "csirt_member"), nits("nits", "csirt_member");
  const Desk mext("mext", "csirt_member"), nco("nco", "center_liaison");
  const json::object common{
      {"systems", json::array{{{"name", "メール中継"}, {"product", "Email Security Gateway"}}}}};
  const auto with = [&](std::string_view recognized, std::string_view occurred, std::string_view precision) {
    auto report = a_report_recognized(recognized, common);
    report["times"].as_object()["occurred"] = {{"value", occurred}, {"precision", precision}};
    return report;
  };
  const auto of_jma = jma.reports(with("2023-05-24T00:00:00+09:00", "2022-06-01T00:00:00+09:00", "month"));
  const auto of_kahaku =
      kahaku.reports(with("2023-06-21T00:00:00+09:00", "2023-05-01T00:00:00+09:00", "about"));
  const auto of_nits = nits.reports(with("2023-06-13T00:00:00+09:00", "2023-06-01T00:00:00+09:00", "about"));

  CHECK(jma.duties(of_jma) == Lines{"(g)1 jma -> nco fulfilled", "(h) jma -> police-tokyo open"});
  CHECK(text(nco.message_of(of_jma), "from") == "jma");
  for (const auto* incident : {&of_kahaku, &of_nits}) {
    CHECK(mext.messages_of(*incident).size() == 1);
    CHECK(nco.messages_of(*incident).empty());
    REQUIRE(mext.fulfills(mext.obligation_of(*incident, "g", 3, "mext"), {{"method", "relay"}}).status ==
            201);
  }
  // The centre counts three incidents with three numbers, and can tell the cause that they share.
  std::set<std::string> numbers;
  for (const auto* incident : {&of_jma, &of_kahaku, &of_nits}) {
    const auto message = nco.messages_of(*incident);
    REQUIRE(message.size() == 1);
    numbers.insert(text(message.front(), "number"));
    CHECK(text(nco.sees(*incident).at("report").at("systems").as_array().front(), "product") ==
          "Email Security Gateway");
  }
  CHECK(numbers.size() == 3);
  // Nobody else of the four sees another's.
  CHECK(!kahaku.can_see(of_nits));
  CHECK(!jma.can_see(of_nits));

  // Vague times stay vague; years late shows.
  const auto occurred = jma.sees(of_jma).at("report").at("times").at("occurred");
  CHECK(text(occurred, "precision") == "month");
  for (const auto& [desk, incident] : {std::pair{&jma, &of_jma}, {&kahaku, &of_kahaku}, {&nits, &of_nits}})
    CHECK(text(desk->obligation_of(*incident, "g", desk == &jma ? 1 : 2, desk->organization()), "late_by")
              .starts_with("P"));
  CHECK(text(nits.obligation_of(of_nits, "h", 0, "nits"), "recipient") == "police-ibaraki");
  CHECK(codes_of(of_nits.reply["notes"]).size() >= 1);
  CHECK(mentions(of_nits.reply.body, "later_edition_not_held"));
}

TEST_CASE(
    "JAXA 2023: every ministry of a 共管 stands in not_opened, and one that is added owes the centre too") {
  const Desk jaxa("jaxa", "csirt_head"), mext("mext", "csirt_member"), mic("mic", "csirt_member");
  const auto report = a_report_recognized("2023-10-12T09:00:00+09:00");
  const auto incident = jaxa.reports(report);
  CHECK(jaxa.duties(incident) ==
        Lines{"(g)2 jaxa -> mext fulfilled", "(g)3 mext -> nco open", "(h) jaxa -> police-tokyo open"});
  CHECK(!mic.can_see(incident));

  const auto answer = explained(jaxa, {{"organization", "jaxa"},
                                       {"times", report.at("times")},
                                       {"assessment", "incident"},
                                       {"cyberattack", "yes"}});
  Lines co;
  for (const auto& not_opened : answer.at("not_opened").as_array())
    if (const auto* recipient = not_opened.as_object().if_contains("recipient");
        recipient && recipient->is_string())
      co.push_back(std::string(recipient->as_string()) + " " + json::serialize(not_opened.at("because")));
  for (const std::string ministry : {"cao ", "mic ", "meti "})
    CHECK_MESSAGE(
        std::any_of(co.begin(), co.end(), [&](const auto& line) { return line.starts_with(ministry); }),
        ministry);
  CHECK(mentions(json::serialize(answer.at("not_opened")), "人工衛星"));  // its scope, in its own words

  const auto path = "/incidents/" + incident.id + "/recipients";
  const auto reply = jaxa.post(path, {{"organization", "mic"}, {"reason", "人工衛星の業務に関わる"}});
  REQUIRE_MESSAGE(reply.status == 201, reply);
  CHECK(jaxa.duties(incident) == Lines{"(g)2 jaxa -> mext fulfilled", "(g)2 jaxa -> mic fulfilled",
                                       "(g)3 mext -> nco open", "(g)3 mic -> nco open",
                                       "(h) jaxa -> police-tokyo open"});
  CHECK(text(mic.message_of(incident), "from") == "jaxa");
  CHECK(jaxa.post(path, {{"organization", "mic"}, {"reason", "もう一度"}}).status == 409);
  const auto stranger = jaxa.post(path, {{"organization", "mhlw"}, {"reason", "関係なし"}});
  CHECK(stranger.status == 422);

  // The police were the source: told or not is still the head's to decide.
  CHECK(jaxa.fulfills(jaxa.obligation_of(incident, "h", 0, "jaxa"),
                      {{"method", "decided_not_needed"}, {"note", "警察から知らされた"}})
            .status == 201);
}

TEST_CASE("ProjectWEB 2021: one contractor, several agencies; each tells the centre on its own day") {
  const Desk nco("nco", "center_liaison");
  struct Victim {
    const char* body;
    const char* recognized;
  };
  for (const auto& [body, recognized] :
       {Victim{"mlit", "2021-05-25T00:00:00+09:00"}, Victim{"mofa", "2021-05-25T00:00:00+09:00"},
        Victim{"meti", "2021-05-26T00:00:00+09:00"}, Victim{"mic", "2021-06-16T00:00:00+09:00"}}) {
    const Desk victim(body, "csirt_member");
    const auto incident = victim.reports(a_report_recognized(
        recognized, {{"systems", json::array{{{"name", "情報共有ツール"}, {"contractor", "開発元"}}}}}));
    CHECK(victim.duties(incident) == Lines{std::string("(g)1 ") + body + " -> nco fulfilled",
                                           std::string("(h) ") + body + " -> police-tokyo open"});
    CHECK(text(nco.message_of(incident), "from") == body);
    CHECK(text(victim.obligation_of(incident, "g", 1, body), "recipient_formerly") == "nisc");
  }
  // And the centre itself, which told the others.
  const Desk centre("nco", "csirt_member");
  const auto own =
      centre.reports(a_report_recognized("2021-05-24T00:00:00+09:00", {{"organization", "nisc"}}));
  CHECK(centre.duties(own).front() == "(g)1 nco -> nco fulfilled (self)");
}

TEST_CASE("NIBIOHN 2022: no attack, so the police are not owed, and a reassessment brings them in") {
  const Desk nibiohn("nibiohn", "csirt_member"), mhlw("mhlw", "csirt_member");
  const auto incident = nibiohn.reports(a_report_recognized(
      "2022-08-05T00:00:00+09:00", {{"title", "5,640人分のデータの誤提供"},
                                    {"cyberattack", "no"},
                                    {"cyberattack_reason", "委託先への誤った提供"},
                                    {"impact", {{"persons_affected", {{"min", 5640}, {"max", 5640}}}}}}));
  CHECK(nibiohn.duties(incident) == Lines{"(g)2 nibiohn -> mhlw fulfilled", "(g)3 mhlw -> nco open"});
  REQUIRE(nibiohn.assesses(incident, {{"assessment", "incident"}, {"cyberattack", "possible"}}).status ==
          201);
  CHECK(nibiohn.duties(incident) ==
        Lines{"(g)2 nibiohn -> mhlw fulfilled", "(g)3 mhlw -> nco open", "(h) nibiohn -> police-osaka open"});
}

TEST_CASE("Another police is chosen in the report or added later; nobody but a police") {
  const Desk jps("jps", "csirt_member"), fukuoka("police-fukuoka", "police_desk");
  const auto incident = jps.reports(a_report({{"police", "police-fukuoka"}}));
  CHECK(jps.duties(incident) ==
        Lines{"(g)2 jps -> mhlw fulfilled", "(g)3 mhlw -> nco open", "(h) jps -> police-fukuoka open"});
  REQUIRE(jps.post("/incidents/" + incident.id + "/recipients",
                   {{"organization", "police-tokyo"}, {"reason", "本部でも感染"}})
              .status == 201);
  CHECK(jps.duties(incident) == Lines{"(g)2 jps -> mhlw fulfilled", "(g)3 mhlw -> nco open",
                                      "(h) jps -> police-fukuoka open", "(h) jps -> police-tokyo open"});
  CHECK(jps.sends(a_report({{"police", "mhlw"}})).status == 422);
}

TEST_CASE("Joint supervisors are told as the main one is, each owes the centre, which sees one incident") {
  const Desk nco("nco", "center_liaison");
  const Desk amed("amed", "csirt_member");
  const auto incident = amed.reports(a_report());
  CHECK(amed.duties(incident) ==
        Lines{"(g)2 amed -> cao fulfilled", "(g)2 amed -> meti fulfilled", "(g)2 amed -> mext fulfilled",
              "(g)2 amed -> mhlw fulfilled", "(g)3 cao -> nco open", "(g)3 meti -> nco open",
              "(g)3 mext -> nco open", "(g)3 mhlw -> nco open", "(h) amed -> police-tokyo open"});
  for (const std::string ministry : {"cao", "meti", "mext", "mhlw"}) {
    const Desk desk(ministry, "csirt_member");
    REQUIRE(desk.fulfills(desk.obligation_of(incident, "g", 3, ministry), {{"method", "relay"}}).status ==
            201);
  }
  CHECK(nco.messages_of(incident).size() == 4);
  CHECK(nco.list("/incidents?reference=" + incident.reference).size() == 1);

  const Desk jhf("jhf", "csirt_member");
  CHECK(jhf.duties(jhf.reports(a_report())) == Lines{"(g)2 jhf -> mlit fulfilled",
                                                     "(g)2 jhf -> mof fulfilled", "(g)3 mlit -> nco open",
                                                     "(g)3 mof -> nco open", "(h) jhf -> police-tokyo open"});
}

TEST_CASE("A corporation renamed since: its successor holds the open duties, history keeps the old name") {
  const Desk today("jogmec-2022", "csirt_member"), meti("meti", "csirt_member");
  const auto incident =
      today.reports(a_report_recognized("2022-11-01T09:00:00+09:00", {{"organization", "jogmec"}}));
  CHECK(incident.number.starts_with("JOGMEC-"));
  CHECK(text(incident.reply["incident"], "organization") == "jogmec");
  const auto police = today.obligation_of(incident, "h", 0, "jogmec-2022");
  CHECK(text(police, "formerly") == "jogmec");
  CHECK(meti.messages_of(incident).size() == 1);
  CHECK(today.fulfills(police, {{"method", "police_report"}}).status == 201);
}

TEST_CASE("A body that ended without a known successor keeps its duty, with an alarm") {
  const Desk mhlw("mhlw", "csirt_member");
  const auto incident =
      mhlw.reports(a_report_recognized("2025-03-29T09:00:00+09:00", {{"organization", "ncgm"}}));
  const auto alarms = codes_of(incident.reply["alarms"]);
  CHECK(std::find(alarms.begin(), alarms.end(), "successor_unknown") != alarms.end());
  CHECK(text(mhlw.obligation_of(incident, "h", 0, "ncgm"), "state") == "open");
}

TEST_CASE("A corporation merged into another: the successor stands in its place") {
  const Desk mic("mic", "csirt_member"), today("yuchokampo-network", "csirt_member");
  const auto incident =
      mic.reports(a_report_recognized("2019-03-01T09:00:00+09:00", {{"organization", "yuchokampo"}}));
  CHECK(text(today.obligation_of(incident, "h", 0, "yuchokampo-network"), "formerly") == "yuchokampo");
  CHECK(today.can_see(incident));
}

TEST_CASE("Under H28 a corporation's report opens nothing of 2.2.4, and the answer says so") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
  const auto incident = jps.reports(a_report_recognized("2018-07-24T23:59:00+09:00"));
  CHECK(jps.duties(incident) == Lines{});
  CHECK(codes_of(incident.reply["notes"]) == Lines{"no_duty_for_corporation"});
  CHECK(!mhlw.can_see(incident));
  const auto next_minute = jps.reports(a_report_recognized("2018-07-25T00:00:00+09:00"));
  CHECK(jps.duties(next_minute).size() == 3);

  const auto agency =
      mhlw.reports(a_report_recognized("2018-07-24T09:00:00+09:00", {{"large_scale", a_large_scale_cell()}}));
  CHECK(mhlw.duties(agency) ==
        Lines{"(g)1 mhlw -> nco fulfilled", "(g)2 mhlw -> police-tokyo open", "(g)3 mhlw -> cas-jitai open"});
}

TEST_CASE("Before the first edition a report is accepted, with an alarm") {
  const Desk mhlw("mhlw", "csirt_member");
  const auto incident = mhlw.reports(a_report_recognized("2016-08-30T23:59:00+09:00"));
  CHECK(mhlw.duties(incident) == Lines{});
  CHECK(codes_of(incident.reply["alarms"]) == Lines{"no_edition_in_force"});
  CHECK(mhlw.can_see(incident));
}

TEST_CASE("A report from a prefectural police is kept with an alarm: it is outside the standard") {
  const Desk police("police-osaka", "reporter");
  const auto incident = police.reports(a_report());
  CHECK(codes_of(incident.reply["alarms"]) == Lines{"not_a_reporting_body"});
  CHECK(incident.reply["obligations"].as_array().empty());
}

TEST_CASE("The Cabinet Secretariat is the victim: it tells a part of itself like any other") {
  const Desk cas("cas", "csirt_member"), nco("nco", "center_liaison");
  const auto incident = cas.reports(a_report());
  CHECK(cas.duties(incident) == Lines{"(g)1 cas -> nco fulfilled", "(h) cas -> police-tokyo open"});
  CHECK(text(nco.message_of(incident), "from") == "cas");
}
