// The live stream from outside: what happens is there at once, to whom it concerns, and nothing is lost to a
// cut.
#include <signal.h>

#include <algorithm>
#include <sstream>

#include "tests/scenario/stream.h"

using namespace noroshi::scenario;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

Stream stream_of(const std::string& organization, const std::string& role, const std::string& after = "") {
  return {the_daemon(), the_daemon().token(organization, role), after};
}

// The connections of the daemon: processes of its PostgreSQL.
std::vector<pid_t> sessions_of(pid_t postmaster) {
  const std::string number = std::to_string(postmaster);
  std::istringstream children(read_file("/proc/" + number + "/task/" + number + "/children"));
  std::vector<pid_t> sessions;
  for (pid_t child = 0; children >> child;)
    if (mentions(read_file("/proc/" + std::to_string(child) + "/cmdline"), "[local]"))
      sessions.push_back(child);
  return sessions;
}

double metric(const std::string& name) {
  const Desk operators("cas", "operator");
  const std::string page = operators.get("/metrics").body;
  const std::size_t at = page.find("\n" + name + " ");
  REQUIRE(at != std::string::npos);
  return std::stod(page.substr(at + name.size() + 2));
}

}  // namespace

TEST_CASE(
    "A report reaches the screen of whom it was sent to within a second, as a message; the centre sees "
    "duties only") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
  REQUIRE(eventually([&] { return mhlw.get("/record/checkpoint").status == 200; }));
  Stream ministry = stream_of("mhlw", "csirt_member"), centre = stream_of("nco", "center_liaison");
  CHECK(ministry.next().name == "ready");
  CHECK(centre.next().name == "ready");
  const auto sent = steady_clock::now();
  const Incident incident = jps.reports(a_report());
  const Item message = ministry.next("message", incident);
  CHECK(steady_clock::now() - sent < 1s);
  // The newest checkpoint stands beside a list once; here it comes with the message.
  auto shown = message.data.as_object();
  CHECK(text(message.data, "checkpoint").starts_with("noroshi/"));
  shown.erase("checkpoint");
  CHECK(shown == mhlw.messages_of(incident).front());

  const Item duty = centre.next("event", incident);
  CHECK(text(duty.data, "type") == "obligation.opened");
  CHECK(duty.data.at("organization").is_null());
  CHECK(mhlw.fulfills(mhlw.obligation_of(incident, "g", 3, "mhlw"), {{"method", "relay"}}).status == 201);
  CHECK(text(centre.next("message", incident).data, "kind") == "relay");
}

TEST_CASE("An alarm comes as in the list") {
  const Desk jps("jps", "csirt_member");
  Stream stream = stream_of("jps", "csirt_member");
  CHECK(stream.next().name == "ready");
  const Incident incident =
      jps.reports(a_report({{"assessment", "possible"}, {"large_scale", a_large_scale_cell()}}));
  const Item alarm = stream.next("alarm", incident);
  const auto listed = jps.list("/alarms");
  CHECK(std::find(listed.begin(), listed.end(), alarm.data.as_object()) != listed.end());
}

TEST_CASE(
    "Who comes back goes on right after the last id, by header or address, and misses nothing of the time "
    "between") {
  const Desk jps("jps", "csirt_member");
  std::string ready, last;
  Incident first, second;
  {
    Stream stream = stream_of("mhlw", "csirt_member");
    ready = stream.next().id;
    first = jps.reports(a_report());
    last = stream.next("message", first).id;
  }
  second = jps.reports(a_report());
  Stream resumed = stream_of("mhlw", "csirt_member", last);
  Stream addressed(the_daemon(), the_daemon().token("mhlw", "csirt_member"), "", "/stream?after=" + last);
  for (Stream* stream : {&resumed, &addressed}) {
    const Item begin = stream->next();
    CHECK(begin.name == "ready");
    CHECK(begin.id == last);
    CHECK(text(begin.data, "cursor") == last);
    CHECK(text(stream->next("message", second).data, "number") == second.number);
  }
  // From where the first began, the first message comes again.
  Stream again = stream_of("mhlw", "csirt_member", ready);
  CHECK(again.next("message", first).id == last);
}

TEST_CASE(
    "A cursor that lies ahead of the record begins anew, and says so; one of another list is a mistake") {
  const Desk jps("jps", "csirt_member");
  Stream stream = stream_of("jps", "csirt_member", "cwAAAAf_____");
  const Item reset = stream.next();
  CHECK(reset.name == "reset");
  CHECK(text(reset.data, "reason") == "ahead");
  const Item ready = stream.next();
  CHECK(ready.name == "ready");
  CHECK(ready.id == reset.id);

  CHECK(jps.get("/stream?after=abc").mistakes() == Lines{"/after value"});
  jps.reports(a_report());
  jps.reports(a_report());
  const auto list = jps.get("/incidents?limit=1");
  CHECK(jps.get("/stream?after=" + text(list.json(), "next")).status == 422);
}

TEST_CASE("A stream brings a heartbeat of the caller's own body") {
  Stream mhlw(the_daemon(), the_daemon().token("mhlw", "csirt_member"));
  const auto heartbeat = mhlw.heartbeat();
  CHECK(text(heartbeat, "organization") == "mhlw");
  CHECK(mentions(text(heartbeat, "text"), "organization mhlw\n"));
  CHECK(heartbeat.at("clocks_behind") == false);
}

TEST_CASE("Operators and auditors have no stream") {
  CHECK(Desk("cas", "operator").get("/stream").code() == "role_required");
  CHECK(Desk("nco", "auditor").get("/stream").code() == "role_required");
  CHECK(Desk::with_token("").get("/stream").status == 401);
}

TEST_CASE("A reporter sees what the own body reports and nothing that it receives") {
  const Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
  Stream stream = stream_of("mhlw", "reporter");
  CHECK(stream.next().name == "ready");
  const Incident received = jps.reports(a_report());
  const Incident own = mhlw.reports(a_report());
  CHECK(text(stream.next().data, "incident_id") == own.id);
}

TEST_CASE("Too many streams of one token are told so, and may come again when one has closed") {
  const std::string token = the_daemon().issue_token({"--org", "jps", "--role", "csirt_member"});
  const Desk desk = Desk::with_token(token);
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < 8; ++i) {
    streams.push_back(std::make_unique<Stream>(the_daemon(), token));
    CHECK(streams.back()->next().name == "ready");
  }
  CHECK(metric("noroshi_streams_open") >= 8);
  const Reply refused = desk.get("/stream");
  CHECK(refused.status == 429);
  CHECK(refused.code() == "too_many_streams");
  CHECK(!refused.header("Retry-After").empty());
  streams.pop_back();
  CHECK(eventually([&] {
    Daemon& daemon = the_daemon();
    return daemon.send("HEAD", "/api/v1/stream", {{"Authorization", "Bearer " + token}}).status == 200;
  }));
}

TEST_CASE("A stream does not outlive its token") {
  Daemon& daemon = the_daemon();
  const std::string token = daemon.issue_token({"--org", "jps", "--role", "csirt_member"});
  Stream stream(daemon, token);
  CHECK(stream.next().name == "ready");
  const auto revoked = run(noroshi_program(), {"--data", daemon.data().string(), "token", "revoke",
                                               token.substr(std::string("noroshi_").size(), 32)});
  REQUIRE_MESSAGE(revoked.code == 0, revoked.errors);
  const auto since = steady_clock::now();
  const auto items = stream.rest();
  CHECK(steady_clock::now() - since < 16s);
  REQUIRE(!items.empty());
  CHECK(items.back().name == "end");
  CHECK(text(items.back().data, "reason") == "token");
}

TEST_CASE("A screen that hangs is cut, is counted, and resumes without a gap") {
  const Desk jps("jps", "csirt_member");
  const double cut_before = metric("noroshi_streams_cut_slow_total");
  std::string ready;
  {
    Stream stream = stream_of("jps", "csirt_member");
    ready = stream.next().id;
  }
  std::vector<Incident> incidents;
  for (int i = 0; i < 60; ++i) incidents.push_back(jps.reports(a_report()));
  std::string last = ready;
  std::size_t received = 0;
  {
    Stream stream = stream_of("jps", "csirt_member", ready);
    CHECK(stream.next().name == "ready");
    last = stream.next("event", incidents.front()).id;
    stream.hang();
    CHECK(eventually([&] { return metric("noroshi_streams_cut_slow_total") > cut_before; }));
    stream.wait_for_end();
  }
  Stream stream = stream_of("jps", "csirt_member", last);
  for (const Incident& incident : incidents)
    received += text(stream.next("event", incident).data, "number") == incident.number;
  CHECK(received == incidents.size());
}

TEST_CASE("SIGTERM ends open streams at once and in order") {
  const TemporaryFolder folder;
  Daemon daemon(folder.path() / "data");
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < 5; ++i) {
    streams.push_back(std::make_unique<Stream>(daemon, daemon.token("jps", "csirt_member")));
    CHECK(streams.back()->next().name == "ready");
  }
  const auto asked = steady_clock::now();
  CHECK(daemon.stop().code == 0);
  CHECK(steady_clock::now() - asked < 8s);  // the grace for requests is ten
  for (const auto& stream : streams) {
    const auto items = stream->rest();
    REQUIRE(items.size() == 1);
    CHECK(items[0].name == "end");
    CHECK(text(items[0].data, "reason") == "stopping");
  }
}

TEST_CASE("With no database a stream stays open and says so; when it is back nothing is missing") {
  const TemporaryFolder folder;
  Daemon daemon(folder.path() / "data");
  const Desk jps("jps", "csirt_member", "", daemon);
  Stream stream(daemon, daemon.token("mhlw", "csirt_member"));
  CHECK(stream.next().name == "ready");
  const Incident before = jps.reports(a_report());
  stream.next("message", before);

  // It takes no connections, and those that are there end.
  const pid_t postmaster = daemon.postmaster();
  REQUIRE(::kill(postmaster, SIGSTOP) == 0);
  const auto sessions = sessions_of(postmaster);
  CHECK(!sessions.empty());
  for (const pid_t session : sessions) ::kill(session, SIGTERM);
  stream.wait_for_comment("database unavailable");
  REQUIRE(::kill(postmaster, SIGCONT) == 0);
  Incident after;
  CHECK(eventually(
      [&] {
        const json::object report = a_report();
        const Reply reply = jps.sends(report);
        if (reply.status == 201) after = {text(reply["incident"], "id"), "", "", reply};
        return reply.status == 201;
      },
      90s));
  CHECK(text(stream.next("message", after).data, "incident_id") == after.id);
  CHECK(daemon.stop().code == 0);
}
