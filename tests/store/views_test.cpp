// What callers see: incidents, duties, the inbox and alarms as the database shows them to a body, and nothing
// else.
#include <algorithm>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "src/store/views.h"
#include "tests/store/store_scene.h"

namespace noroshi::store::test {
namespace {

using codec::IncidentSummary;
using codec::MessageView;
using codec::ObligationView;

const std::string attacked = R"(,"assessment":"incident","cyberattack":"yes")";

std::string unique(const char* what) {
  static int n = 0;
  return fmt::format("views-{}-{}", what, ++n);
}

// A transaction of one body, as a request has it.
class As {
 public:
  explicit As(const std::string& organization)
      : organization_(organization),
        connection_(StoreScene::shared().settings(), DatabaseRole::reader),
        transaction_(connection_, organization, "somebody") {}

  TenantTransaction& operator*() { return transaction_; }
  Timestamp now() { return read_clock(transaction_); }
  std::vector<std::string> bodies() const { return {organization_}; }

  std::vector<IncidentSummary> incidents(const IncidentFilter& filter = {}) {
    return list_incidents(transaction_, filter, {.limit = largest_page}, now()).value().items;
  }
  std::vector<ObligationView> obligations(const ObligationFilter& filter = {}) {
    return list_obligations(transaction_, filter, {.limit = largest_page}, now()).value().items;
  }
  std::vector<MessageView> inbox(const InboxFilter& filter = {}) {
    return list_inbox(transaction_, bodies(), filter, {.limit = largest_page}).value().items;
  }
  std::optional<codec::IncidentDetail> incident(const std::string& id, bool own = false) {
    return find_incident(transaction_, StoreScene::shared().law().registry, core::IncidentId{*core::parse_uuid(id)}, own, now());
  }
  std::optional<codec::ObligationDetail> obligation(const std::string& id) {
    return find_obligation(transaction_, core::ObligationId{*core::parse_uuid(id)});
  }
  std::optional<codec::MessageDetail> message(const std::string& id) {
    return find_message(transaction_, StoreScene::shared().law().registry, bodies(), core::MessageId{*core::parse_uuid(id)}, now());
  }

 private:
  std::string organization_;
  Connection connection_;
  TenantTransaction transaction_;
};

std::string report(const std::string& organization, const std::string& reference,
                   const std::string& members) {
  auto result = StoreScene::shared().perform(
      submit(csirt_member(organization), report_json(reference, "first", members), reference));
  return in_answer(accepted(result), "incident.id");
}

std::string follow_up(const std::string& organization, const std::string& reference,
                      const std::string& members) {
  auto result = StoreScene::shared().perform(
      submit(csirt_member(organization), report_json(reference, "followup", members), unique("key")));
  return in_answer(accepted(result), "report.id");
}

template <class Id, class Action>
Answered perform(const core::Actor& actor, Action action) {
  Command command;
  command.actor = actor;
  command.request_sha256 = request_digest("a call", unique("body"));
  command.action = std::move(action);
  return accepted(StoreScene::shared().perform(std::move(command)));
}

core::ObligationId obligation_id(const std::string& id) {
  return {*core::parse_uuid(id)};
}
core::IncidentId incident_id(const std::string& id) {
  return {*core::parse_uuid(id)};
}

// The duty of that rule and holder in an incident, as the superuser sees it.
std::string duty(const std::string& incident, const std::string& rule, const std::string& holder) {
  return StoreScene::shared().text(fmt::format(
      "SELECT id FROM obligation WHERE incident_id = '{}' AND rule = '{}' AND holder = '{}' LIMIT 1",
      incident, rule, holder));
}

template <class View>
std::vector<std::string> ids(const std::vector<View>& views) {
  std::vector<std::string> list;
  for (const auto& view : views) list.push_back(view.id);
  return list;
}

template <class View>
bool holds(const std::vector<View>& views, const std::string& id) {
  return std::any_of(views.begin(), views.end(), [&](const View& view) { return view.id == id; });
}

TEST_CASE("a body finds its incident in the list, with what its CSIRT holds of it") {
  const auto reference = unique("list");
  const auto id = report("jps", reference, attacked + R"(,"exercise":true)");
  const auto found = As("jps").incidents({.reference = reference});
  REQUIRE(found.size() == 1);
  CHECK(found[0].id == id);
  CHECK(found[0].organization == "jps");
  CHECK(found[0].state == "assessed");
  CHECK(found[0].assessment == "incident");
  CHECK(found[0].cyberattack == "yes");
  CHECK(found[0].exercise);
  CHECK(found[0].version == 1);
  CHECK(found[0].number.starts_with("JPS-"));
}

TEST_CASE("filters narrow the list and never widen it") {
  const auto reference = unique("filter");
  const auto id = report("jps", reference, R"(,"assessment":"possible")");
  As jps("jps");
  const auto with = [&](IncidentFilter filter) {
    filter.reference = reference;
    return holds(jps.incidents(filter), id);
  };
  CHECK(with({.state = "reported"}));
  CHECK_FALSE(with({.state = "assessed"}));
  CHECK(with({.organization = "jps"}));
  CHECK_FALSE(with({.organization = "mhlw"}));
  CHECK(with({.exercise = false}));
  CHECK_FALSE(with({.exercise = true}));
  // Recognised an hour ago: the duty to assess it (24 h) is within its time.
  CHECK(with({.overdue = false}));
  CHECK_FALSE(with({.overdue = true}));
  CHECK(with({.own = true}));
}

TEST_CASE("an incident whose duties are past their targets is overdue, and so are its duties") {
  const auto reference = unique("late");
  const auto id =
      report("jps", reference, attacked + R"(,"times":{"recognized":{"value":"2018-08-01T09:00:00+09:00"}})");
  As jps("jps");
  CHECK(holds(jps.incidents({.reference = reference, .overdue = true}), id));
  CHECK(jps.incidents({.reference = reference, .overdue = false}).empty());
  const auto police = duty(id, "h", "jps");
  CHECK(holds(jps.obligations({.overdue = true, .incident = incident_id(id)}), police));
  CHECK_FALSE(holds(jps.obligations({.overdue = false, .incident = incident_id(id)}), police));
  const auto shown = jps.obligation(police);
  REQUIRE(shown);
  CHECK(codec::overdue(shown->obligation, jps.now()));
  CHECK(codec::late_by(shown->obligation, jps.now()).value() > std::chrono::hours(24));
}

// Lists are counted for bodies of which no other test reports.
TEST_CASE("pages of incidents hold each once, newest first, to the end") {
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) made.push_back(report("riken", unique("page"), attacked));
  std::reverse(made.begin(), made.end());
  As body("riken");
  PageRequest page{.limit = 2};
  std::vector<std::string> read;
  for (int pages = 0; pages < 10; ++pages) {
    const auto found = list_incidents(*body, {}, page, body.now()).value();
    for (const auto& id : ids(found.items)) read.push_back(id);
    page.cursor = found.next;
    if (!page.cursor) break;
  }
  CHECK(read == made);
}

TEST_CASE("a cursor of another list, a cut one and an invented one are refused") {
  report("jaxa", unique("cursor"), attacked);
  report("jaxa", unique("cursor"), attacked);
  As body("jaxa");
  const auto page = list_incidents(*body, {}, {.limit = 1}, body.now()).value();
  REQUIRE(page.next);
  const auto refused = [&](const std::string& cursor) {
    return !list_incidents(*body, {}, {.limit = 1, .cursor = cursor}, body.now()).has_value();
  };
  CHECK_FALSE(refused(*page.next));
  CHECK(refused(page.next->substr(0, page.next->size() - 1)));
  CHECK(refused(*page.next + "AA"));
  CHECK(refused(""));
  CHECK(refused("'; DROP TABLE incident"));
  CHECK_FALSE(list_obligations(*body, {}, {.cursor = page.next}, body.now()).has_value());
  CHECK_FALSE(list_inbox(*body, body.bodies(), {}, {.cursor = page.next}).has_value());
  CHECK_FALSE(list_alarms(*body, {.cursor = page.next}).has_value());
}

TEST_CASE("open duties come most urgent first, all duties newest first, and pages join without a gap") {
  for (int i = 0; i < 3; ++i) report("kosen", unique("urgent"), attacked);
  As body("kosen");
  const auto collect = [&](const ObligationFilter& filter) {
    std::vector<ObligationView> all;
    PageRequest page{.limit = 3};
    do {
      auto found = list_obligations(*body, filter, page, body.now()).value();
      for (auto& item : found.items) all.push_back(std::move(item));
      page.cursor = found.next;
    } while (page.cursor);
    return all;
  };
  const auto open = collect({.state = "open"});
  REQUIRE(open.size() > 6);
  CHECK(std::is_sorted(open.begin(), open.end(),
                       [](const auto& a, const auto& b) { return a.due_at < b.due_at; }));
  const auto all = collect({});
  CHECK(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::pair(a.incident_id, a.id) > std::pair(b.incident_id, b.id);
  }));
  const auto every = ids(all);
  CHECK(std::set(every.begin(), every.end()).size() == every.size());
  const auto seen = StoreScene::shared().count(
      "obligation o JOIN incident_access a ON a.incident_id = o.incident_id WHERE a.organization = 'kosen'");
  CHECK(static_cast<std::int64_t>(every.size()) == seen);
}

TEST_CASE("the ministry sees the report, its own duty to pass it on, and why") {
  const auto reference = unique("ministry");
  const auto id = report("jps", reference, attacked);
  As mhlw("mhlw");
  const auto detail = mhlw.incident(id);
  REQUIRE(detail);
  CHECK(detail->summary.reference == reference);
  CHECK(detail->reports.size() == 1);
  REQUIRE(detail->document);
  CHECK(detail->document->find("不審な通信") != std::string::npos);
  CHECK(detail->messages.size() == 1);
  CHECK(holds(detail->obligations, duty(id, "g.3", "mhlw")));
  CHECK(holds(detail->obligations, duty(id, "h", "jps")));

  const auto shown = mhlw.obligation(duty(id, "g.3", "mhlw"));
  REQUIRE(shown);
  CHECK(shown->obligation.number == detail->summary.number);
  REQUIRE(shown->obligation.because);
  CHECK_FALSE(shown->obligation.because->empty());
}

TEST_CASE("the inbox holds what was sent to the body, with the report as sent") {
  const auto reference = unique("inbox");
  const auto id = report("jps", reference, attacked);
  As mhlw("mhlw");
  const auto inbox = mhlw.inbox();
  const auto found =
      std::find_if(inbox.begin(), inbox.end(), [&](const auto& m) { return m.reference == reference; });
  REQUIRE(found != inbox.end());
  CHECK(found->sender == "jps");
  CHECK(found->recipient == "mhlw");
  CHECK(found->kind == "report");
  CHECK(found->version == 1);
  CHECK(found->clause == "2.2.4(2)(g)");
  CHECK(found->sentence == 2);
  CHECK(found->obligation_id == duty(id, "g.2", "jps"));
  CHECK_FALSE(found->acknowledged_at);

  const auto message = mhlw.message(found->id);
  REQUIRE(message);
  CHECK(message->report->version == 1);
  CHECK(message->report->stage == "first");
  CHECK(message->report->sha256.value().size() == 64);
  CHECK(message->report->changes == "[]");
  CHECK(message->document->find(reference) != std::string::npos);

  // Its sender sees that it went, but not in his own inbox.
  As jps("jps");
  CHECK(holds(jps.incident(id)->messages, found->id));
  CHECK_FALSE(holds(jps.inbox(), found->id));
  CHECK_FALSE(jps.message(found->id));
}

TEST_CASE("an acknowledgement shows in the inbox and at the duty that the message met") {
  const auto reference = unique("acknowledged");
  const auto id = report("jps", reference, attacked);
  const auto inbox = As("mhlw").inbox({.acknowledged = false});
  const auto found =
      std::find_if(inbox.begin(), inbox.end(), [&](const auto& m) { return m.reference == reference; });
  REQUIRE(found != inbox.end());
  perform<core::MessageId>(csirt_member("mhlw"), Acknowledge{core::MessageId{*core::parse_uuid(found->id)},
                                                             {"当直", "確認しました"}});
  As mhlw("mhlw");
  CHECK_FALSE(holds(mhlw.inbox({.acknowledged = false}), found->id));
  CHECK(holds(mhlw.inbox({.acknowledged = true}), found->id));
  const auto message = mhlw.message(found->id);
  CHECK(message->message.acknowledged_by == "当直");
  CHECK(message->acknowledgement_note == "確認しました");
  CHECK(As("jps").obligation(duty(id, "g.2", "jps"))->obligation.acknowledged_at);
}

TEST_CASE("a later version says what changed to those who had the one before") {
  const auto reference = unique("changes");
  const auto id = report("jps", reference, attacked);
  follow_up("jps", reference, R"(,"title":"標的型攻撃")");
  const auto detail = As("mhlw").incident(id);
  REQUIRE(detail->reports.size() == 2);
  REQUIRE(detail->reports[1].changes);
  CHECK(detail->reports[1].changes->find("/title") != std::string::npos);
  CHECK(detail->document->find("標的型攻撃") != std::string::npos);
  CHECK(detail->summary.version == 2);
}

TEST_CASE("who is told from the second version on sees nothing of the first, not even as a difference") {
  const auto reference = unique("late-guest");
  const auto id = report("jps", reference, attacked + R"(,"summary":"secret-of-version-one")");
  follow_up("jps", reference, R"(,"summary":"harmless")");
  // 警察: told by a person, with what is in force then.
  perform<core::ObligationId>(
      csirt_member("jps"),
      Fulfill{obligation_id(duty(id, "h", "jps")), {core::FulfillmentMethod::report, std::nullopt, "", ""}});
  As police("police-tokyo");
  const auto detail = police.incident(id);
  REQUIRE(detail);
  REQUIRE(detail->reports.size() == 1);
  CHECK(detail->reports[0].version == 2);
  CHECK_FALSE(detail->reports[0].changes);
  CHECK(detail->document->find("secret-of-version-one") == std::string::npos);
  const auto inbox = police.inbox();
  const auto found =
      std::find_if(inbox.begin(), inbox.end(), [&](const auto& m) { return m.reference == reference; });
  REQUIRE(found != inbox.end());
  CHECK_FALSE(police.message(found->id)->report->changes);
}

TEST_CASE("the centre sees rows of duties before it is told, without title, text or reasons") {
  const auto reference = unique("silent");
  const auto id = report("jps", reference, attacked + R"(,"exercise":true)");
  As nco("nco");
  CHECK_FALSE(nco.incident(id));
  CHECK_FALSE(holds(nco.incidents(), id));
  const auto rows = nco.obligations({.incident = incident_id(id)});
  REQUIRE_FALSE(rows.empty());
  CHECK(holds(rows, duty(id, "g.3", "mhlw")));
  for (const auto& row : rows) {
    CHECK_FALSE(row.because);
    CHECK(row.number.starts_with("JPS-"));
    CHECK(row.exercise);
  }
  const auto one = nco.obligation(duty(id, "g.3", "mhlw"));
  REQUIRE(one);
  CHECK_FALSE(one->obligation.because);
  CHECK_FALSE(one->fulfillment);
  CHECK(one->waivers.empty());
  CHECK_FALSE(holds(nco.inbox(), reference));
}

TEST_CASE("once the ministry relays it the centre sees the case") {
  const auto reference = unique("relayed");
  const auto id = report("jps", reference, attacked);
  perform<core::ObligationId>(csirt_member("mhlw"),
                              Fulfill{obligation_id(duty(id, "g.3", "mhlw")),
                                      {core::FulfillmentMethod::relay, std::nullopt, "確認済み", ""}});
  As nco("nco");
  const auto detail = nco.incident(id);
  REQUIRE(detail);
  CHECK(detail->summary.reference == reference);
  CHECK(nco.obligation(duty(id, "g.3", "mhlw"))->fulfillment->note == "確認済み");
  // How the ministry met its duty is between it and the centre.
  CHECK_FALSE(As("jps").obligation(duty(id, "g.3", "mhlw"))->fulfillment);
}

TEST_CASE("what an agency judges by itself stays with it, in the reasons of its duties too") {
  const auto reference = unique("judgement");
  const auto id = report("jps", reference, attacked);
  codec::AssessmentCommand judged;
  judged.assessment = routing::Assessment::incident;
  judged.large_scale = {{routing::Criterion::property, routing::Harm::feared, routing::Certainty::may_be}};
  perform<core::IncidentId>(csirt_member("mhlw"), Assess{incident_id(id), judged});

  const auto crisis = duty(id, "i", "mhlw");
  REQUIRE_FALSE(crisis.empty());
  CHECK(As("mhlw").obligation(crisis)->obligation.because);
  As jps("jps");
  const auto seen = jps.obligation(crisis);
  REQUIRE(seen);
  CHECK_FALSE(seen->obligation.because);
  const auto incident = jps.incident(id);
  REQUIRE(incident);
  for (const auto& judgement : incident->judgements) CHECK(judgement.organization == "jps");
  CHECK(As("mhlw").incident(id)->judgements.size() == 2);
  // Its own duties keep their reasons.
  CHECK(jps.obligation(duty(id, "h", "jps"))->obligation.because);
}

TEST_CASE("a waiver and its decision show to the holder's body alone") {
  const auto reference = unique("waiver");
  const auto id = report("jps", reference, attacked);
  const auto police = duty(id, "h", "jps");
  perform<core::ObligationId>(csirt_member("jps"), AskWaiver{obligation_id(police), {"重複のため"}});
  const auto detail = As("jps").obligation(police);
  REQUIRE(detail->waivers.size() == 1);
  CHECK(detail->waivers[0].decision == "pending");
  CHECK(detail->waivers[0].reason == "重複のため");
  CHECK_FALSE(detail->waivers[0].decided_at);
  CHECK(As("mhlw").obligation(police)->waivers.empty());
}

TEST_CASE("the timeline tells what happened in its order") {
  const auto reference = unique("timeline");
  const auto id = report("jps", reference, attacked);
  follow_up("jps", reference, R"(,"title":"続報")");
  const auto timeline = As("jps").incident(id)->timeline;
  REQUIRE(timeline.size() > 5);
  CHECK(timeline.front().type == "incident.opened");
  CHECK(std::is_sorted(timeline.begin(), timeline.end(), [](const auto& a, const auto& b) {
    return std::pair(a.at, a.id) < std::pair(b.at, b.id);
  }));
  CHECK(std::count_if(timeline.begin(), timeline.end(),
                      [](const auto& e) { return e.type == "report.received"; }) == 2);
}

TEST_CASE("a reporter's list holds the body's own incidents, not those it received") {
  const auto theirs = report("jps", unique("received"), attacked);
  const auto own = report("mhlw", unique("own"), attacked);
  As mhlw("mhlw");
  CHECK(holds(mhlw.incidents({.own = true}), own));
  CHECK_FALSE(holds(mhlw.incidents({.own = true}), theirs));
  CHECK(holds(mhlw.incidents(), theirs));
  CHECK(mhlw.incident(own, true));
  CHECK_FALSE(mhlw.incident(theirs, true));
}

TEST_CASE("an alarm of routing shows to those who see the case") {
  const auto id = report(
      "jps", unique("alarm"),
      R"(,"assessment":"possible","large_scale":[{"criterion":"life","harm":"feared","certainty":"is"}])");
  const auto alarms = list_alarms(*As("jps"), {.limit = largest_page}).value().items;
  const auto found =
      std::find_if(alarms.begin(), alarms.end(), [&](const auto& a) { return a.incident_id == id; });
  REQUIRE(found != alarms.end());
  CHECK(found->code == "large_scale_unassessed");
  CHECK(found->organization == "jps");
  CHECK_FALSE(found->message.ja.empty());
  const auto others = list_alarms(*As("kahaku"), {.limit = largest_page}).value().items;
  CHECK(std::none_of(others.begin(), others.end(), [&](const auto& a) { return a.incident_id == id; }));
}

TEST_CASE("a stranger sees nothing by any call or filter, whatever he names") {
  const auto reference = unique("stranger");
  const auto id = report("jps", reference, attacked);
  const auto message =
      StoreScene::shared().text("SELECT id FROM message WHERE incident_id = '" + id + "' LIMIT 1");
  As stranger("kahaku");
  CHECK_FALSE(stranger.incident(id));
  CHECK(stranger.incidents({.reference = reference}).empty());
  CHECK_FALSE(holds(stranger.incidents({.organization = "jps"}), id));
  CHECK(stranger.obligations({.incident = incident_id(id)}).empty());
  CHECK(stranger.obligations({.holder = "jps"}).empty());
  CHECK(stranger.obligations({.recipient = "mhlw", .state = "open"}).empty());
  CHECK(stranger.obligations({.state = "open", .overdue = true, .incident = incident_id(id)}).empty());
  CHECK_FALSE(stranger.obligation(duty(id, "h", "jps")));
  CHECK_FALSE(stranger.message(message));
  // Naming the recipient does not open his inbox either.
  const std::vector<std::string> pretended{"mhlw"};
  CHECK(list_inbox(*stranger, pretended, {}, {}).value().items.empty());
  CHECK_FALSE(find_message(*stranger, StoreScene::shared().law().registry, pretended, core::MessageId{*core::parse_uuid(message)}, Timestamp{}));
}

TEST_CASE("what the readers' functions tell is the caller's own alone") {
  const auto id = report("jps", unique("functions"), attacked);
  const auto police = duty(id, "h", "jps");
  static constexpr Statement reasons{"test_reasons_of", "SELECT count(*) FROM reasons_of(ARRAY[$1]::uuid[])"};
  static constexpr Statement labels{"test_labels_of", "SELECT count(*) FROM labels_of(ARRAY[$1]::uuid[])"};
  const auto count = [&](const char* body, const Statement& statement, const std::string& subject) {
    As reader(body);
    return (*reader).execute(statement, {subject}).one().get<std::int64_t>(0);
  };
  CHECK(count("jps", reasons, police) == 1);
  CHECK(count("mhlw", reasons, police) == 1);
  CHECK(count("nco", reasons, police) == 0);
  CHECK(count("kahaku", reasons, police) == 0);
  CHECK(count("jps", labels, id) == 1);
  CHECK(count("nco", labels, id) == 1);
  CHECK(count("kahaku", labels, id) == 0);
}

TEST_CASE("a reader cannot read reasons, leaves or openings past the functions") {
  const std::string ways[] = {
      "SELECT because FROM obligation", "SELECT * FROM obligation", "SELECT leaf FROM event",
      "SELECT * FROM event_opening",    "SELECT * FROM token",      "SELECT * FROM idempotency"};
  for (const auto& way : ways) {
    CAPTURE(way);
    const std::string name = unique("way");
    const Statement statement{name.c_str(), way.c_str()};
    As reader("jps");
    CHECK_THROWS_AS((*reader).execute(statement), DatabaseFault);
  }
}

}  // namespace
}  // namespace noroshi::store::test
