// CYMAT under the hands of many: what twenty clients are told who ask, rule, propose, agree and dispatch at once.
#include <fmt/format.h>

#include "tests/scenario/people.h"

using namespace noroshi::scenario;

namespace {

const json::object dispatch{
    {"ruling", "dispatch"}, {"united_response", true}, {"reason", "政府として一体となった対応が必要"}};

}  // namespace

TEST_CASE("Twenty clients grab the same request for CYMAT, and the same person for two teams: one wins each time") {
  const TemporaryFolder folder;
  Daemon daemon(folder.path() / "data");
  const People people(daemon);
  const auto head = people.desk("mhlw", "csirt_head"), other = people.desk("mof", "csirt_head"),
             agency = people.desk("meti", "csirt_head"), center = people.desk("nco", "center_liaison");
  std::vector<Desk> desks;  // of the centre: twenty tokens of twenty names
  for (int i = 0; i < 20; ++i) desks.emplace_back("nco", "center_liaison", fmt::format("連絡員 {}", i), daemon);
  const auto desk = [&](int i) -> const Desk& { return desks[static_cast<std::size_t>(i)]; };

  // Asked for once, whoever asks.
  const auto incident = head.reports(a_report());
  const json::object wish{{"reason", "侵入の範囲が分からない"}, {"priority", "urgent"}};
  const auto asking = "/incidents/" + incident.id + "/cymat-requests";
  CHECK(at_once([&](int) { return head.post(asking, wish); }) == Told{{"201", 1}, {"cymat_pending", 19}});
  const auto requests = head.list("/cymat-requests");
  REQUIRE(requests.size() == 1);
  const auto first = "/cymat-requests/" + text(requests.front(), "id");
  const auto won = [](const char* code) { return Told{{"201", 1}, {code, 19}}; };

  // Received once, ruled once. Whoever ruled stands in the request, and nobody else.
  CHECK(at_once([&](int i) { return desk(i).post(first + "/receipt", json::object{}); }) ==
        won("transition_not_allowed"));
  std::string ruled_by;
  std::vector<Reply> rulings(20);
  CHECK(at_once([&](int i) {
          return rulings[static_cast<std::size_t>(i)] = desk(i).post(first + "/decision", dispatch, {.language = i % 2 ? "en" : "ja"});
        }) == won("transition_not_allowed"));
  for (int i = 0; i < 20; ++i)
    if (rulings[static_cast<std::size_t>(i)].status == 201) ruled_by = fmt::format("連絡員 {}", i);
  CHECK(text(center.get(first).json(), "decided_by") == ruled_by);

  // Two teams want the same person.
  const auto elsewhere = other.reports(a_report());
  accepted(other.post("/incidents/" + elsewhere.id + "/cymat-requests", wish));
  const auto second = "/cymat-requests/" + text(other.list("/cymat-requests").front(), "id");
  accepted(center.post(second + "/receipt", json::object{}));
  accepted(center.post(second + "/decision", dispatch));
  const auto person = people.named("meti", "要員", {"cymat_member"});
  const json::object proposal{{"organization", "meti"}, {"person", person}, {"lead", true}};
  const auto told = at_once([&](int i) { return desk(i).post((i % 2 ? first : second) + "/members", proposal); });
  // Those of the team that has him are told that it has; those of the other that he is not to be had.
  CHECK(told == Told{{"201", 1}, {"already_assigned", 9}, {"person_not_available", 10}});
  const auto in_first = center.get(first)["members"].as_array().size();
  CHECK(in_first + center.get(second)["members"].as_array().size() == 1);

  // His agency agrees once; the team is formed and sent once.
  const auto team = in_first ? first : second;
  const auto member = text(center.get(team)["members"].as_array().front(), "id");
  CHECK(at_once([&](int) { return agency.post(team + "/members/" + member + "/answer", {{"agreed", true}}); }) ==
        won("transition_not_allowed"));
  CHECK(at_once([&](int i) { return desk(i).post(team + "/formation", json::object{}); }) ==
        won("transition_not_allowed"));
  CHECK(at_once([&](int i) { return desk(i).post(team + "/dispatch", json::object{}); }) ==
        won("transition_not_allowed"));
  CHECK(at_once([&](int i) { return desk(i).post(team + "/end", {{"reason", "完了"}}); }) ==
        won("transition_not_allowed"));

  // The story holds each of these once.
  Lines types;
  const auto seen = (in_first ? head : other).sees(in_first ? incident : elsewhere);
  for (const auto& entry : seen.at("timeline").as_array())
    if (text(entry, "type").starts_with("cymat.")) types.push_back(text(entry, "type"));
  CHECK(types == Lines{"cymat.requested", "cymat.received", "cymat.decided", "cymat.member_proposed",
                       "cymat.member_answered", "cymat.formed", "cymat.dispatched", "cymat.ended"});
  const auto checked = run(noroshi_program(), {"--data", daemon.data().string(), "record", "verify", "--tables"});
  CHECK_MESSAGE(checked.code == 0, checked.output << checked.errors);
}
