// The webhook against receivers that are there: good ones, slow ones, broken ones, false ones.
#include <doctest/doctest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "src/delivery/cloud_event.h"
#include "src/delivery/webhook.h"
#include "tests/delivery/https_receiver.h"
#include "tests/delivery/webhook_scene.h"

namespace noroshi::delivery::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
namespace ip = boost::asio::ip;

constexpr auto patience = seconds(20);  // of attempts that are not about time
constexpr auto short_time = milliseconds(400);

const Authority& authority() {
  static const Authority made;
  return made;
}

const Issued& good_identity() {
  static const Issued made = authority().issue("DNS:desk.test,DNS:localhost,IP:127.0.0.1");
  return made;
}

// "desk.test" is at these addresses, once asked; what a second asking would find is another's.
struct Names {
  std::vector<std::string> addresses{"127.0.0.1"};
  NameLookup::Outcome outcome = NameLookup::Outcome::found;
  std::string asked_for;
  int asked = 0;
};

Resolver resolver_of(Names& names) {
  return [&names](const std::string& host, steady_clock::time_point) {
    NameLookup lookup;
    lookup.outcome = names.outcome;
    names.asked_for = host;
    ++names.asked;
    for (const auto& address : names.addresses) lookup.addresses.push_back(ip::make_address(address));
    return lookup;
  };
}

core::EndpointSettings settings_for(std::uint16_t port, const std::string& host = "desk.test") {
  return {{"url", "https://" + host + ':' + std::to_string(port) + "/hook"},
          {"addresses", "127.0.0.0/8"},
          {"ca", authority().pem()}};
}

Attempted attempt(const core::EndpointSettings& settings, Names& names, steady_clock::duration time = patience,
                  const std::filesystem::path& clients = {}) {
  Scene scene;
  scene.environment.clients = clients;
  const auto channel = make_webhook(scene.environment, resolver_of(names));
  const auto endpoint = webhook_endpoint(settings);
  CHECK(check_endpoint(endpoint, {}).empty());
  return channel->send(relayed_report(), endpoint, steady_clock::now() + time);
}

Attempted attempt(const core::EndpointSettings& settings, steady_clock::duration time = patience) {
  Names names;
  return attempt(settings, names, time);
}

void check_is(const Attempted& attempted, Verdict verdict, std::string_view cause) {
  CAPTURE(attempted.detail);
  CHECK(attempted.verdict == verdict);
  CHECK(attempted.cause == cause);
  CHECK(attempted.detail.size() <= 200);
  CHECK(attempted.detail.find("SECRET") == std::string::npos);
  CHECK(attempted.detail.find("/hook") == std::string::npos);
}

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "noroshi-webhook-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path / name) << text; }
  std::filesystem::path path;
};

}  // namespace

TEST_CASE("webhook: what reaches a receiver") {
  std::mutex mutex;
  std::vector<std::string> requests;
  const HttpsReceiver receiver(good_identity(), [&](Conversation& conversation) {
    const std::lock_guard lock(mutex);
    requests.push_back(conversation.read_request());
    conversation.write(answer_of(204));
  });
  Names names;
  check_is(attempt(settings_for(receiver.port()), names), Verdict::delivered, "");
  check_is(attempt(settings_for(receiver.port()), names), Verdict::delivered, "");
  CHECK(names.asked_for == "desk.test");
  CHECK(names.asked == 2);  // once for each attempt

  const std::lock_guard lock(mutex);
  REQUIRE(requests.size() == 2);
  CHECK(requests[0] == requests[1]);  // at the same second the same bytes: a repeat is the same delivery
  const std::string& request = requests.front();
  const auto end = request.find("\r\n\r\n");
  REQUIRE(end != std::string::npos);
  const std::string header = request.substr(0, end + 2);
  const std::string body = request.substr(end + 4);
  const Scene scene;
  CHECK(body == cloud_event(relayed_report(), scene.environment.base_url));
  CHECK(header.starts_with("POST /hook HTTP/1.1\r\n"));
  const auto has = [&](const std::string& line) { return header.find("\r\n" + line + "\r\n") != std::string::npos; };
  CHECK(has("Host: desk.test:" + std::to_string(receiver.port())));
  CHECK(has("Content-Type: application/cloudevents+json"));
  CHECK(has("Content-Length: " + std::to_string(body.size())));
  CHECK(has("webhook-id: 01990000-0000-7000-8000-000000000001"));
  CHECK(has("webhook-timestamp: 1533081601"));
  CHECK(has("webhook-signature: " +
            webhook_signatures(scene.keys,
                               {"nisc https://desk.test:" + std::to_string(receiver.port()) + "/hook", 1, false},
                               "01990000-0000-7000-8000-000000000001", 1533081601, body)));
  CHECK(request.find("SECRET") == std::string::npos);
}

TEST_CASE("webhook: answers, and what they mean") {
  struct Case {
    std::string_view name;
    std::string answer;
    Verdict verdict;
    std::string_view cause;
    std::optional<seconds> again_after;
  };
  const std::string chunked = "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::vector<Case> cases{
      {"ok", answer_of(200), Verdict::delivered, "", {}},
      {"ok with a body", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nokay", Verdict::delivered, "", {}},
      {"ok in pieces", chunked + "4\r\nokay\r\n0\r\n\r\n", Verdict::delivered, "", {}},
      {"ok until the end", "HTTP/1.1 200 OK\r\n\r\nokay", Verdict::delivered, "", {}},
      {"hints first", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer_of(202), Verdict::delivered, "", {}},
      {"a body beyond the limit",
       "HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n" + std::string(80'000, 'x'),
       Verdict::delivered,
       "",
       {}},
      {"moved", answer_of(301, "Location: https://127.0.0.1/\r\n"), Verdict::gone, "redirect", {}},
      {"moved for now", answer_of(307, "Location: /other\r\n"), Verdict::gone, "redirect", {}},
      {"not this way", answer_of(404), Verdict::again, "http_404", {}},
      {"late request", answer_of(408), Verdict::again, "http_408", {}},
      {"gone", answer_of(410), Verdict::gone, "http_410", {}},
      {"early", answer_of(425), Verdict::again, "http_425", {}},
      {"too many", answer_of(429, "Retry-After: 90\r\n"), Verdict::again, "http_429", seconds(90)},
      {"too many, by date",
       answer_of(429, "Date: Sat, 01 Jan 2000 00:00:00 GMT\r\nRetry-After: Sat, 01 Jan 2000 01:00:00 GMT\r\n"),
       Verdict::again, "http_429", seconds(3600)},
      {"broken", answer_of(500, "Retry-After: 90\r\n"), Verdict::again, "http_500", {}},
      {"away", answer_of(503, "Retry-After: 999999\r\n"), Verdict::again, "http_503", seconds(86400)},
      {"another protocol", answer_of(101, "Upgrade: h2c\r\n"), Verdict::again, "answer_malformed", {}},
      {"hints for ever",
       [] {
         std::string hints;
         for (int count = 0; count < 50; ++count) hints += "HTTP/1.1 103 x\r\n\r\n";
         return hints;
       }(),
       Verdict::again,
       "answer_malformed",
       {}},
      {"no status there is", answer_of(700), Verdict::again, "answer_malformed", {}},
      {"no HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n", Verdict::again, "answer_malformed", {}},
      {"nothing", "", Verdict::again, "cut", {}},
      {"half a header", "HTTP/1.1 200 OK\r\nContent-Le", Verdict::again, "cut", {}},
      {"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", Verdict::again, "cut", {}},
      {"half a piece", chunked + "64\r\nhalf", Verdict::again, "cut", {}},
      {"a huge header",
       "HTTP/1.1 200 OK\r\nX: " + std::string(9000, 'x') + "\r\nContent-Length: 0\r\n\r\n",
       Verdict::again,
       "answer_too_large",
       {}},
      {"many headers",
       [] {
         std::string many = "HTTP/1.1 200 OK\r\n";
         for (int count = 0; count < 2000; ++count) many += "X: x\r\n";
         return many + "\r\n";
       }(),
       Verdict::again,
       "answer_too_large",
       {}},
  };
  for (const auto& each : cases) {
    CAPTURE(each.name);
    const HttpsReceiver receiver(good_identity(), answering(each.answer));
    const auto attempted = attempt(settings_for(receiver.port()));
    check_is(attempted, each.verdict, each.cause);
    CHECK(attempted.again_after == each.again_after);
    CHECK(receiver.connections() == 1);
  }
}

TEST_CASE("webhook: an end without farewell leaves a body without length half") {
  const HttpsReceiver receiver(good_identity(), [](Conversation& conversation) {
    conversation.read_request();
    conversation.write("HTTP/1.1 200 OK\r\n\r\nokay");
  });
  check_is(attempt(settings_for(receiver.port())), Verdict::again, "cut");
}

TEST_CASE("webhook: a redirect is not followed") {
  const HttpsReceiver other(good_identity(), answering(answer_of(200)));
  for (const int status : {301, 302, 303, 307, 308}) {
    CAPTURE(status);
    const auto there = "Location: https://desk.test:" + std::to_string(other.port()) + "/hook\r\n";
    const HttpsReceiver receiver(good_identity(), answering(answer_of(status, there)));
    check_is(attempt(settings_for(receiver.port())), Verdict::gone, "redirect");
  }
  CHECK(other.connections() == 0);
}

TEST_CASE("webhook: one deadline holds for all of it") {
  struct Case {
    std::string_view name;
    HttpsReceiver::Handler handler;
    bool silent = false;
  };
  const auto drip = [](std::string_view beginning) {
    return [beginning](Conversation& conversation) {
      conversation.read_request();
      conversation.write(beginning);
      while (conversation.pause(milliseconds(20)) && conversation.write("x")) {
      }
    };
  };
  const std::vector<Case> cases{
      {"no handshake", {}, true},
      {"never", [](Conversation& conversation) { conversation.wait_for_end(); }},
      {"late",
       [](Conversation& conversation) {
         conversation.read_request();
         if (conversation.pause(short_time * 3)) conversation.write(answer_of(200));
       }},
      {"a header in drips", drip("HTTP/1.1 200 OK\r\nX: ")},
      {"a body in drips", drip("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")},
  };
  for (const auto& each : cases) {
    CAPTURE(each.name);
    ReceiverOptions options;
    options.silent = each.silent;
    const HttpsReceiver receiver(good_identity(), each.handler, options);
    const auto began = steady_clock::now();
    check_is(attempt(settings_for(receiver.port()), short_time), Verdict::again, "timeout");
    const auto took = steady_clock::now() - began;
    CHECK(took >= short_time);
    CHECK(took < short_time + seconds(2));
  }
}

TEST_CASE("webhook: a deadline that is over connects to nobody") {
  const HttpsReceiver receiver(good_identity(), answering(answer_of(200)));
  check_is(attempt(settings_for(receiver.port()), seconds(-1)), Verdict::again, "timeout");
  CHECK(receiver.connections() == 0);
}

TEST_CASE("webhook: certificates that are not the receiver's") {
  struct Case {
    std::string_view name;
    Issued identity;
    Verdict verdict;
    std::string_view cause;
  };
  const Authority stranger;
  const std::vector<Case> cases{
      {"expired", authority().issue("DNS:desk.test", {-48, -24}), Verdict::gone, "certificate_expired"},
      {"not yet valid", authority().issue("DNS:desk.test", {24, 48}), Verdict::again, "certificate_not_yet_valid"},
      {"another name", authority().issue("DNS:other.test,IP:127.0.0.1"), Verdict::gone, "certificate_name"},
      {"a part of the name", authority().issue("DNS:d*.test"), Verdict::gone, "certificate_name"},
      {"no name but the common one", authority().issue(""), Verdict::gone, "certificate_name"},
      {"of an unknown CA", stranger.issue("DNS:desk.test"), Verdict::gone, "certificate_untrusted"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.name);
    std::atomic<int> requests = 0;
    const HttpsReceiver receiver(each.identity, [&](Conversation& conversation) {
      if (!conversation.read_request().empty()) ++requests;
    });
    check_is(attempt(settings_for(receiver.port())), each.verdict, each.cause);
    CHECK(requests == 0);  // nothing was said to it
  }
}

TEST_CASE("webhook: an own CA is trusted in place of the system's, and the system's where there is none") {
  const HttpsReceiver receiver(good_identity(), answering(answer_of(200)));
  auto settings = settings_for(receiver.port());
  settings.erase("ca");
  check_is(attempt(settings), Verdict::gone, "certificate_untrusted");
  const Authority ended({-48, -24});
  settings["ca"] = ended.pem() + authority().pem();
  check_is(attempt(settings), Verdict::delivered, "");
}

TEST_CASE("webhook: a receiver named by its address is known by it") {
  const HttpsReceiver receiver(good_identity(), answering(answer_of(200)));
  Names names;
  check_is(attempt(settings_for(receiver.port(), "127.0.0.1"), names), Verdict::delivered, "");
  CHECK(names.asked == 0);
  const HttpsReceiver false_one(authority().issue("DNS:127.0.0.1,IP:127.0.0.2"), answering(answer_of(200)));
  check_is(attempt(settings_for(false_one.port(), "127.0.0.1"), names), Verdict::gone, "certificate_name");
}

TEST_CASE("webhook: versions and suites of TLS") {
  struct Case {
    std::string_view name;
    int minimum, maximum;
    std::string suites;
    bool agreed;
  };
  const std::vector<Case> cases{
      {"1.3 alone", TLS1_3_VERSION, 0, "", true},
      {"1.2 with AEAD", 0, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256", true},
      {"1.2 without AEAD", 0, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA", false},
      {"1.1", TLS1_1_VERSION, TLS1_1_VERSION, "ALL:@SECLEVEL=0", false},
  };
  for (const auto& each : cases) {
    CAPTURE(each.name);
    ReceiverOptions options;
    options.minimum_version = each.minimum;
    options.maximum_version = each.maximum;
    options.suites = each.suites;
    const HttpsReceiver receiver(good_identity(), answering(answer_of(200)), options);
    const auto attempted = attempt(settings_for(receiver.port()));
    check_is(attempted, each.agreed ? Verdict::delivered : Verdict::again, each.agreed ? "" : "tls_failed");
  }
}

TEST_CASE("webhook: a receiver that demands a certificate") {
  const Folder clients;
  const auto mine = authority().issue("DNS:noroshi");
  const Authority stranger;
  const auto foreign = stranger.issue("DNS:noroshi");
  clients.write("mine.pem", mine.certificate_pem());
  clients.write("mine.key", mine.key_pem());
  clients.write("foreign.pem", foreign.certificate_pem());
  clients.write("foreign.key", foreign.key_pem());
  clients.write("unfit.pem", mine.certificate_pem());
  clients.write("unfit.key", foreign.key_pem());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    ReceiverOptions options;
    options.demanded_ca = authority().pem();
    options.maximum_version = version;
    const HttpsReceiver receiver(good_identity(), answering(answer_of(200)), options);
    const auto showing = [&](const std::string& name) {
      auto settings = settings_for(receiver.port());
      if (!name.empty()) settings["certificate"] = name;
      Names names;
      return attempt(settings, names, patience, clients.path);
    };
    check_is(showing("mine"), Verdict::delivered, "");
    check_is(showing("foreign"), Verdict::again, "client_certificate_refused");
    const int connections = receiver.connections();
    check_is(showing("unfit"), Verdict::again, "client_certificate_missing");
    check_is(showing("absent"), Verdict::again, "client_certificate_missing");
    CHECK(receiver.connections() == connections);
    const auto none = showing("");
    CHECK(none.verdict == Verdict::again);
    // TLS 1.2 has no word for it: the receiver's handshake fails.
    CHECK(none.cause == (version == TLS1_2_VERSION ? "tls_failed" : "client_certificate_refused"));
  }
}

TEST_CASE("webhook: only addresses inside the range are connected to") {
  const HttpsReceiver receiver(good_identity(), answering(answer_of(200)));
  auto settings = settings_for(receiver.port());
  settings["addresses"] = "127.0.0.2/32";
  check_is(attempt(settings), Verdict::gone, "address_outside");
  settings["addresses"] = "198.51.100.0/28";
  check_is(attempt(settings), Verdict::gone, "address_outside");

  Names elsewhere;
  for (const auto* address : {"::1", "169.254.169.254", "0.0.0.0", "::ffff:10.0.0.1", "10.0.0.1"}) {
    CAPTURE(address);
    elsewhere.addresses = {address};
    check_is(attempt(settings_for(receiver.port()), elsewhere), Verdict::gone, "address_outside");
  }
  CHECK(receiver.connections() == 0);

  Names mixed;
  mixed.addresses = {"::1", "10.0.0.1", "::ffff:10.0.0.1", "127.0.0.1"};
  check_is(attempt(settings_for(receiver.port()), mixed), Verdict::delivered, "");
  CHECK(receiver.connections() == 1);
}

TEST_CASE("webhook: the name is asked for once, and what it says later is of no use") {
  const HttpsReceiver receiver(good_identity(), answering(answer_of(200)));
  int asked = 0;
  const Resolver rebinding = [&](const std::string&, steady_clock::time_point) {
    NameLookup lookup;
    lookup.outcome = NameLookup::Outcome::found;
    lookup.addresses.push_back(ip::make_address(++asked == 1 ? "127.0.0.1" : "10.0.0.1"));
    return lookup;
  };
  Scene scene;
  const auto channel = make_webhook(scene.environment, rebinding);
  const auto endpoint = webhook_endpoint(settings_for(receiver.port()));
  check_is(channel->send(relayed_report(), endpoint, steady_clock::now() + patience), Verdict::delivered, "");
  CHECK(asked == 1);
  check_is(channel->send(relayed_report(), endpoint, steady_clock::now() + patience), Verdict::gone, "address_outside");
  CHECK(receiver.connections() == 1);
}

TEST_CASE("webhook: the next address is tried where one takes no connection") {
  const HttpsReceiver receiver(good_identity(), answering(answer_of(200)));
  Names names;
  names.addresses = {"127.0.0.9", "127.0.0.1"};
  check_is(attempt(settings_for(receiver.port()), names), Verdict::delivered, "");
  names.addresses = {"127.0.0.9", "127.0.0.10"};
  check_is(attempt(settings_for(receiver.port()), names), Verdict::again, "unreachable");
}

TEST_CASE("webhook: names by the system") {
  const HttpsReceiver receiver(good_identity(), answering(answer_of(200)));
  Scene scene;
  const auto channel = webhook_kind.make(scene.environment);
  const auto to = [&](const std::string& host) {
    return channel->send(relayed_report(), webhook_endpoint(settings_for(receiver.port(), host)),
                         steady_clock::now() + patience);
  };
  check_is(to("localhost"), Verdict::delivered, "");  // ::1 is left aside where the system has it
  check_is(to("no-such-host.invalid"), Verdict::again, "name_unknown");
}

TEST_CASE("webhook: a lookup that fails says how") {
  using enum NameLookup::Outcome;
  Names names;
  names.addresses = {};
  names.outcome = late;
  check_is(attempt(settings_for(9), names), Verdict::again, "timeout");
  names.outcome = busy;
  check_is(attempt(settings_for(9), names), Verdict::again, "failed");
  names.outcome = unknown;
  check_is(attempt(settings_for(9), names), Verdict::again, "name_unknown");
  names.outcome = found;
  check_is(attempt(settings_for(9), names), Verdict::again, "name_unknown");
}

TEST_CASE("webhook: kept settings that would be refused today send nothing") {
  const HttpsReceiver receiver(good_identity(), answering(answer_of(200)));
  Scene scene;
  Names names;
  const auto channel = make_webhook(scene.environment, resolver_of(names));
  auto endpoint = webhook_endpoint(settings_for(receiver.port()), core::Zone::internet);  // loopback
  auto attempted = channel->send(relayed_report(), endpoint, steady_clock::now() + patience);
  check_is(attempted, Verdict::gone, "settings_invalid");
  endpoint = webhook_endpoint({});
  attempted = channel->send(relayed_report(), endpoint, steady_clock::now() + patience);
  check_is(attempted, Verdict::gone, "settings_invalid");
  CHECK(names.asked == 0);
  CHECK(receiver.connections() == 0);
}

TEST_CASE("webhook: settings that changed, and a certificate that came, count at once") {
  const Authority stranger;
  const Folder clients;
  const HttpsReceiver receiver(good_identity(), answering(answer_of(200)));
  Names names;
  Scene scene;
  scene.environment.clients = clients.path;
  const auto channel = make_webhook(scene.environment, resolver_of(names));
  const auto send = [&](const core::EndpointSettings& settings) {
    return channel->send(relayed_report(), webhook_endpoint(settings), steady_clock::now() + patience);
  };
  auto settings = settings_for(receiver.port());
  check_is(send(settings), Verdict::delivered, "");
  settings["ca"] = stranger.pem();
  check_is(send(settings), Verdict::gone, "certificate_untrusted");
  settings["ca"] = authority().pem();
  settings["addresses"] = "127.0.0.2/32";
  check_is(send(settings), Verdict::gone, "address_outside");
  settings["addresses"] = "127.0.0.1/32";
  settings["certificate"] = "mine";
  check_is(send(settings), Verdict::again, "client_certificate_missing");
  const auto mine = authority().issue("DNS:noroshi");
  clients.write("mine.pem", mine.certificate_pem());
  clients.write("mine.key", mine.key_pem());
  check_is(send(settings), Verdict::delivered, "");
}

TEST_CASE("webhook: many at once through one channel") {
  const HttpsReceiver receiver(good_identity(), answering(answer_of(200)));
  Scene scene;
  const Resolver resolver = [](const std::string&, steady_clock::time_point) {
    NameLookup lookup;
    lookup.outcome = NameLookup::Outcome::found;
    lookup.addresses.push_back(ip::make_address("127.0.0.1"));
    return lookup;
  };
  const auto channel = make_webhook(scene.environment, resolver);
  const auto endpoint = webhook_endpoint(settings_for(receiver.port()));
  std::atomic<int> delivered = 0;
  std::vector<std::thread> senders;
  for (int count = 0; count < 8; ++count) {
    senders.emplace_back([&] {
      const auto attempted = channel->send(relayed_report(), endpoint, steady_clock::now() + patience);
      if (attempted.verdict == Verdict::delivered) ++delivered;
    });
  }
  for (auto& sender : senders) sender.join();
  CHECK(delivered == 8);
  CHECK(receiver.connections() == 8);
}

}  // namespace noroshi::delivery::test
