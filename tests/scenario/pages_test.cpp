// The lists of who responds, in pages: each item once and in the order of the whole list, whatever the limit.
#include <fmt/format.h>

#include "tests/scenario/people.h"

using namespace noroshi::scenario;

namespace {

std::string key_of(const json::value& item) {
  return text(item, item.as_object().contains("id") ? "id" : "person");
}

// The items of all pages with that limit; no page is longer, and none but the last is shorter.
Lines paged(const Desk& desk, const std::string& path, std::size_t limit) {
  Lines keys;
  std::string cursor;
  for (int pages = 0; pages < 1000; ++pages) {
    const auto joint = path.find('?') == std::string::npos ? "?" : "&";
    const auto reply =
        desk.get(fmt::format("{}{}limit={}{}", path, joint, limit, cursor.empty() ? "" : "&cursor=" + cursor));
    REQUIRE_MESSAGE(reply.status == 200, path << ": " << reply);
    const auto& items = reply["items"].as_array();
    for (const auto& item : items) keys.push_back(key_of(item));
    if (reply["next"].is_null()) {
      CHECK(items.size() <= limit);
      return keys;
    }
    CHECK(items.size() == limit);
    cursor = text(reply.json(), "next");
  }
  FAIL("the list does not end: " << path);
  return keys;
}

struct List {
  const Desk& desk;
  std::string path;
  std::size_t size;
};

}  // namespace

TEST_CASE("Every list of who responds comes in pages, and the terminal follows them") {
  const TemporaryFolder folder;
  Daemon daemon(folder.path() / "data");
  const People people(daemon);
  const auto head = people.desk("mhlw", "csirt_head"), ciso = people.desk("mhlw", "ciso"),
             center = people.desk("nco", "center_liaison");

  // More people than a page holds that nobody limited; some share a name.
  const std::size_t many = 55;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < many; ++i) {
    const auto added =
        accepted(head.post("/people", {{"name", fmt::format("職員 {}", i / 2)}, {"employment", "employee"}}));
    ids.push_back(text(added.json(), "id"));
    accepted(
        head.post("/people/" + ids.back() + "/appointments", {{"post", "csirt_member"}, {"ground", "expertise"}}));
  }

  const auto incident = head.reports(a_report());
  const auto of_incident = [&](const std::string& what) { return "/incidents/" + incident.id + what; };
  for (std::size_t i = 0; i < 5; ++i) {
    accepted(head.post(of_incident("/assignments"), {{"person", ids[i]}, {"function", "handler"}}));
    accepted(head.post(of_incident("/steps"), {{"kind", "record"}, {"text", "本文"}}));
    accepted(head.post(of_incident("/instructions"), {{"kind", "recovery"},
                                                      {"force", "instruction"},
                                                      {"addressee", "情報システムセキュリティ責任者"},
                                                      {"text", "本文"}}));
    accepted(head.post(of_incident("/platforms"),
                       {{"platform", fmt::format("基盤 {}", i)}, {"operator_organization", "mic"}}));
  }
  // Where people are registered, somebody asks.
  const auto asking = people.desk("mhlw", "csirt_member", ids[0], "職員 0");
  std::size_t waivers = 0;
  for (const auto& duty : head.list("/obligations?holder=mhlw&state=open&incident=" + incident.id))
    if (waivers < 5 && asking.post("/obligations/" + text(duty, "id") + "/waivers", {{"reason", "理由"}}).status == 201)
      ++waivers;
  REQUIRE(waivers == 5);

  // Nobody of CYMAT is free: the centre's queue shows the place of each request.
  std::vector<std::string> bodies{"mhlw", "mof", "mic", "meti", "mext", "mlit"};
  const char* priorities[] = {"normal", "urgent", "high"};
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    const auto desk = people.desk(bodies[i], "csirt_head");
    const auto hit = i == 0 ? incident : desk.reports(a_report());
    accepted(desk.post("/incidents/" + hit.id + "/cymat-requests", {{"reason", "応援"}, {"priority", priorities[i % 3]}}));
  }
  // One is over; it comes after those that wait.
  const auto queue = center.list("/cymat-requests");
  REQUIRE(queue.size() == bodies.size());
  const auto declined = "/cymat-requests/" + text(queue[1], "id");
  accepted(center.post(declined + "/receipt", json::object{}));
  accepted(center.post(declined + "/decision",
                       {{"ruling", "declined"}, {"united_response", false}, {"reason", "自機関で対応できる"}}));
  Lines order;
  for (const auto& request : center.list("/cymat-requests?limit=2"))
    order.push_back(text(request, "priority") + " " + text(request, "state") + " " +
                    json::serialize(request.at("queue_position")));
  CHECK(order == Lines{"urgent requested 1", "high requested 2", "high requested 3", "normal requested 4",
                       "normal requested 5", "urgent decided null"});
  const auto request = "/cymat-requests/" + text(head.list("/cymat-requests").front(), "id");
  accepted(center.post(request + "/receipt", json::object{}));
  accepted(center.post(request + "/decision", {{"ruling", "dispatch"},
                                               {"united_response", true},
                                               {"reason", "政府として一体となった対応が必要"}}));
  for (int i = 0; i < 5; ++i) people.named(i % 2 ? "mof" : "mic", fmt::format("要員 {}", i), {"cymat_member"});
  const auto pool = center.list("/cymat-pool");
  REQUIRE(pool.size() == 5);
  accepted(center.post(request + "/members",
                       {{"organization", "mic"}, {"person", text(pool[0], "person")}, {"lead", true}}));
  const auto page = center.get("/cymat-pool?limit=2");
  CHECK(json::serialize(page["capacity"]) == "5");
  CHECK(json::serialize(page["busy"]) == "1");
  const auto mic = people.desk("mic", "csirt_head");
  const auto member = text(center.get(request)["members"].as_array().front(), "id");
  accepted(mic.post(request + "/members/" + member + "/answer", {{"agreed", true}}));
  accepted(center.post(request + "/formation", json::object{}));
  accepted(center.post(request + "/dispatch", json::object{}));
  for (int i = 0; i < 5; ++i)
    accepted(head.post(request + "/log", {{"kind", "information"}, {"text", "一覧"}, {"confidentiality", 1}}));

  const List lists[] = {{head, "/people", many},
                        {head, "/people?post=csirt_member", many},
                        {head, "/approvals", 5},
                        {head, of_incident("/assignments"), 5},
                        {head, of_incident("/candidates"), many - 5},
                        {head, of_incident("/candidates?function=head"), many - 5},
                        {head, of_incident("/steps"), 5},
                        {head, of_incident("/instructions"), 5},
                        {head, of_incident("/platforms"), 5},
                        {center, "/cymat-requests", bodies.size()},
                        {mic, "/cymat-requests", 2},  // its own, and the one in which its person serves
                        {center, "/cymat-pool", 5},
                        {head, request + "/log", 5}};
  std::map<std::string, std::string> cursors;
  for (const auto& list : lists) {
    CAPTURE(list.path);
    const auto whole = paged(list.desk, list.path, 200);
    CHECK(whole.size() == list.size);
    for (const std::size_t limit : {1, 2, 3, 7}) CHECK(paged(list.desk, list.path, limit) == whole);
    const auto joint = list.path.find('?') == std::string::npos ? "?" : "&";
    for (const auto* wrong : {"limit=0", "limit=201", "limit=x"})
      CHECK(list.desk.get(list.path + joint + wrong).mistakes() == Lines{"/limit out_of_range"});
    CHECK(list.desk.get(list.path + joint + "cursor=x").mistakes() == Lines{"/cursor value"});
    const auto next = list.desk.get(list.path + joint + "limit=1")["next"];
    cursors[list.path.substr(0, list.path.find('?'))] = text(json::object{{"next", next}}, "next");
  }
  // A cursor of another list is a mistake, not a page.
  for (const auto& list : lists)
    for (const auto& [path, cursor] : cursors)
      if (path != list.path.substr(0, list.path.find('?')))
        CHECK_MESSAGE(list.desk.get(list.path + (list.path.find('?') == std::string::npos ? "?" : "&") + "cursor=" + cursor)
                              .mistakes() == Lines{"/cursor value"},
                      list.path << " with a cursor of " << path);

  // Who leaves between two pages, the last of the first one among them, changes nothing for the others.
  const auto before = paged(head, "/people", 200);
  const auto first = head.get("/people?limit=10");
  accepted(head.post("/people/" + before[9] + "/departure", {{"reason", "異動"}}));
  const auto rest = head.get("/people?limit=200&cursor=" + text(first.json(), "next"));
  CHECK(rest["items"].as_array().size() == many - 10);
  CHECK(key_of(rest["items"].as_array().front()) == before[10]);

  // At a terminal nobody asks for pages.
  const auto token = folder.path() / "token";
  write_file(token, daemon.token("mhlw", "csirt_head", "mhlw csirt_head"));
  std::filesystem::permissions(token, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto told = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"--json", "--url", "https://127.0.0.1:" + std::to_string(daemon.port()), "--token-file",
                               token.string(), "--ca", (daemon.data() / "tls" / "ca.pem").string()});
    const auto ending = run(noroshi_program(), words);
    REQUIRE_MESSAGE(ending.code == 0, ending.errors);
    return json::parse(ending.output);
  };
  const auto listed = told({"user", "list"});
  CHECK(listed.at("items").as_array().size() == many - 1);
  CHECK(listed.at("next").is_null());
  CHECK(told({"assign", "candidates", incident.number}).at("items").as_array().size() == many - 6);
  CHECK(told({"assign", "list", incident.number}).at("items").as_array().size() == 5);
}
