// What a body sees in the live stream: what its policies show it of the numbered record, in order, once.
#include <algorithm>
#include <iterator>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "src/store/sequencer.h"
#include "src/store/views.h"
#include "tests/store/store_scene.h"

namespace noroshi::store::test {
namespace {

const std::string attacked = R"(,"assessment":"incident","cyberattack":"yes")";

std::string unique(const char* what) {
  static int n = 0;
  return fmt::format("stream-{}-{}", what, ++n);
}

// A first report; the id of its incident.
std::string report(const std::string& organization, const std::string& members) {
  auto result = StoreScene::shared().perform(
      submit(csirt_member(organization), report_json(unique("ref"), "first", members), unique("key")));
  return in_answer(accepted(result), "incident.id");
}

// Tells the recipient, who has not been told: the duty (g)3 of an agency.
void relay(const std::string& incident, const std::string& agency) {
  const auto duty = StoreScene::shared().text(
      fmt::format("SELECT id FROM obligation WHERE incident_id = '{}' AND rule = 'g.3' AND holder = '{}'",
                  incident, agency));
  Command command;
  command.actor = csirt_member(agency);
  command.request_sha256 = request_digest("a relay", unique("body"));
  command.action =
      Fulfill{core::ObligationId{*core::parse_uuid(duty)}, {.method = core::FulfillmentMethod::relay}};
  accepted(StoreScene::shared().perform(std::move(command)));
}

std::int64_t number_all() {
  auto& scene = StoreScene::shared();
  Connection connection(scene.settings(), DatabaseRole::sequencer);
  // With the shortest of leases, so that no test waits for another's.
  REQUIRE(Sequencer(connection, Sequencer::make_holder(), std::chrono::milliseconds(1)).run_once());
  Connection reader(scene.settings(), DatabaseRole::reader);
  return numbered_events(reader);
}

// Looks at the record as a body, from now on.
class Watcher {
 public:
  Watcher(std::string organization, StreamFilter filter = {.own = false, .inbox = true})
      : organization_(std::move(organization)), filter_(filter), place_(number_all()) {}

  // All that has come since it last looked, page by page.
  std::vector<codec::StreamItem> items() {
    number_all();
    std::vector<codec::StreamItem> all;
    StreamPage page;
    do {
      Connection connection(StoreScene::shared().settings(), DatabaseRole::reader);
      TenantTransaction transaction(connection, organization_, "somebody");
      page = read_stream(transaction, std::vector{organization_}, filter_, place_);
      CHECK(page.items.size() <= static_cast<std::size_t>(largest_stream_page));
      CHECK(page.place >= place_);
      place_ = page.place;
      std::move(page.items.begin(), page.items.end(), std::back_inserter(all));
    } while (page.place < page.numbered);
    return all;
  }

 private:
  std::string organization_;
  StreamFilter filter_;
  std::int64_t place_;
};

bool is_duty(const codec::StreamItem& item) {
  const auto* event = std::get_if<codec::EventView>(&item.what);
  return event && event->type.starts_with("obligation.");
}

std::int64_t named(const std::vector<codec::StreamItem>& items, std::string_view name) {
  return std::count_if(items.begin(), items.end(),
                       [&](const auto& item) { return codec::name_of(item) == name; });
}

std::int64_t of_type(const std::vector<codec::StreamItem>& items, std::string_view type) {
  return std::count_if(items.begin(), items.end(), [&](const auto& item) {
    const auto* event = std::get_if<codec::EventView>(&item.what);
    return event && event->type == type;
  });
}

// "3,4,7"
std::string numbers_of(const std::vector<codec::StreamItem>& items) {
  std::string numbers;
  for (const auto& item : items) numbers += fmt::format("{}{}", numbers.empty() ? "" : ",", item.sequence);
  return numbers;
}

// The numbers of an incident's events that satisfy a condition, as the superuser sees them.
std::string numbers_where(const std::string& incident, const std::string& condition) {
  return StoreScene::shared().text(fmt::format(
      "SELECT string_agg(sequence::text, ',' ORDER BY sequence) FROM event WHERE incident_id = '{}' AND ({})",
      incident, condition));
}

TEST_CASE("who reported sees everything of it; what it sent is an event, not a message of its own") {
  Watcher jps("jps");
  const auto incident = report("jps", attacked);
  const auto items = jps.items();
  CHECK(numbers_of(items) == numbers_where(incident, "true"));
  CHECK(named(items, "message") == 0);
  CHECK(of_type(items, "message.sent") == 1);
  CHECK(of_type(items, "incident.opened") == 1);
  const auto& first = std::get<codec::EventView>(items.front().what);
  CHECK(first.organization == "jps");
  CHECK(first.role == "csirt_member");
  CHECK(first.number.value_or("").starts_with("JPS-"));
}

TEST_CASE("who receives gets the message as in the inbox, among all events of the incident") {
  Watcher mhlw("mhlw");
  const auto incident = report("jps", attacked + R"(,"exercise":true)");
  const auto items = mhlw.items();
  CHECK(numbers_of(items) == numbers_where(incident, "parties IS NULL OR 'mhlw' = ANY (parties)"));
  REQUIRE(named(items, "message") == 1);
  const auto found = std::find_if(items.begin(), items.end(),
                                  [](const auto& item) { return codec::name_of(item) == "message"; });
  const auto& message = std::get<codec::MessageView>(found->what);
  CHECK(message.sender == "jps");
  CHECK(message.recipient == "mhlw");
  CHECK(message.incident_id == incident);
  CHECK(message.exercise);
}

TEST_CASE("the centre before the relay: events of duties without who acted, and nothing else") {
  Watcher nco("nco");
  const auto incident = report("jps", attacked);
  const auto items = nco.items();
  CHECK(!items.empty());
  CHECK(std::all_of(items.begin(), items.end(), is_duty));
  CHECK(numbers_of(items) == numbers_where(incident, "type LIKE 'obligation.%'"));
  for (const auto& item : items) {
    const auto& event = std::get<codec::EventView>(item.what);
    CHECK(event.organization.empty());
    CHECK(event.role.empty());
    CHECK(event.incident_id == incident);
  }
  // The incident itself and its timeline stay shut.
  Connection connection(StoreScene::shared().settings(), DatabaseRole::reader);
  TenantTransaction transaction(connection, "nco", "somebody");
  CHECK_FALSE(find_incident(transaction, StoreScene::shared().law().registry, core::IncidentId{*core::parse_uuid(incident)}, false,
                            read_clock(transaction)));
}

TEST_CASE("the centre after the relay: its message, and every event from then on") {
  const auto incident = report("jps", attacked);
  Watcher nco("nco");
  relay(incident, "mhlw");
  const auto items = nco.items();
  CHECK(named(items, "message") == 1);
  CHECK(of_type(items, "obligation.fulfilled") == 1);
  CHECK(of_type(items, "access.granted") == 1);
}

TEST_CASE("an alarm comes as in the list to whoever sees it, and not to the centre that sees duties only") {
  Watcher jps("jps"), mhlw("mhlw"), nco("nco");
  report("jps", R"(,"assessment":"possible","cyberattack":"yes",
      "large_scale":[{"criterion":"property","harm":"feared","certainty":"may_be"}])");
  CHECK(named(jps.items(), "alarm") == 1);
  CHECK(named(mhlw.items(), "alarm") == 0);
  CHECK(named(nco.items(), "alarm") == 0);
}

TEST_CASE("a stranger sees nothing, and is taken past it") {
  Watcher meti("meti");
  report("jps", attacked);
  CHECK(meti.items().empty());
}

TEST_CASE(
    "a reporter sees the own body's incidents, not what the body received; without the inbox a message is an "
    "event") {
  const StreamFilter reporter{.own = true, .inbox = false};
  Watcher jps("jps", reporter), mhlw("mhlw", reporter), section("mhlw", {.own = false, .inbox = false});
  const auto incident = report("jps", attacked);
  const auto own = jps.items();
  CHECK(numbers_of(own) == numbers_where(incident, "true"));
  CHECK(mhlw.items().empty());
  const auto seen = section.items();
  CHECK(named(seen, "message") == 0);
  CHECK(of_type(seen, "message.sent") == 1);
}

TEST_CASE("numbering says so once, and only where something was numbered") {
  number_all();
  auto& scene = StoreScene::shared();
  Connection listener(scene.settings(), DatabaseRole::reader);
  listener.listen("noroshi_numbered");
  number_all();
  CHECK_FALSE(listener.wait_notification(std::chrono::milliseconds(100)));
  report("jps", attacked);
  number_all();
  CHECK(listener.wait_notification(std::chrono::seconds(10)));
}

TEST_CASE("a place is read back, and no other cursor is one") {
  CHECK(read_place(write_place(0)) == 0);
  CHECK(read_place(write_place(123456789012)) == 123456789012);
  CHECK_FALSE(read_place(""));
  CHECK_FALSE(read_place("abc"));
  CHECK_FALSE(read_place("c__________8"));  // less than nothing
  CHECK_FALSE(read_place(write_place(1).substr(1)));
  CHECK_FALSE(read_place("aQAAAAAAAAAA"));  // of the list of incidents
}

}  // namespace
}  // namespace noroshi::store::test
