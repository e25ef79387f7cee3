#include "tests/scenario/people.h"

#include <latch>
#include <thread>
#include <vector>

namespace noroshi::scenario {

std::string People::named(const std::string& body, const std::string& name,
                          std::initializer_list<const char*> posts) const {
  const Desk ciso(body, "ciso", body + " CISO", daemon_), head(body, "csirt_head", body + " CSIRT", daemon_);
  const auto added =
      accepted(head.post("/people", {{"name", name}, {"employment", "employee"}, {"skills", {"forensics"}}}));
  const auto id = text(added.json(), "id");
  for (const auto* post : posts)
    accepted(ciso.post("/people/" + id + "/appointments", {{"post", post}, {"ground", "expertise"}}));
  return id;
}

void People::trained(const std::string& body, const std::string& person, const std::string& kind) const {
  const Desk head(body, "csirt_head", body + " CSIRT", daemon_);
  accepted(head.post("/people/" + person + "/trainings", {{"kind", kind},
                                                          {"course", "研修"},
                                                          {"completed_at", minutes_ago(60)},
                                                          {"valid_until", minutes_ago(-3 * 366 * 24 * 60)}}));
}

Desk People::desk(const std::string& body, const std::string& role, const std::string& person,
                  const std::string& name) const {
  return Desk::with_token(daemon_.issue_token({"--org", body, "--role", role, "--person", person, "--name", name}),
                          daemon_);
}

Reply accepted(Reply reply) {
  REQUIRE_MESSAGE(reply.status == 201, reply);
  return reply;
}

Told at_once(const std::function<Reply(int)>& act) {
  constexpr int clients = 20;
  std::vector<Reply> replies(clients);
  std::latch start(clients);
  std::vector<std::jthread> threads;
  for (int i = 0; i < clients; ++i)
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      replies[static_cast<std::size_t>(i)] = act(i);
    });
  threads.clear();
  Told told;
  for (const auto& reply : replies) {
    ++told[reply.status == 201 ? "201" : reply.code()];
    if (reply.status == 201) continue;
    CHECK_MESSAGE(reply.status == 409, reply);
    CHECK(mentions(reply.header("Content-Type"), "application/problem+json"));
    CHECK_FALSE(text(reply.json(), "title").empty());
    CHECK_FALSE(text(reply.json(), "detail").empty());
  }
  return told;
}

}  // namespace noroshi::scenario
