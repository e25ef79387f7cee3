// The parts of a webhook that need no network: what may be set, what is said, what an answer means.
#include <doctest/doctest.h>

#include <array>
#include <set>

#include "src/delivery/address_ranges.h"
#include "src/delivery/cloud_event.h"
#include "src/delivery/https_url.h"
#include "src/delivery/retry_after.h"
#include "src/delivery/webhook.h"
#include "src/record/encodings.h"
#include "tests/delivery/https_receiver.h"
#include "tests/delivery/webhook_scene.h"

namespace noroshi::delivery::test {

using std::chrono::hours;
using std::chrono::seconds;

TEST_CASE("webhook: which URLs are taken") {
  struct Case {
    std::string_view text;
    std::string_view authority;  // empty: refused
    std::string_view path;
    std::uint16_t port;
  };
  const std::array cases{
      Case{"https://desk.example.go.jp", "desk.example.go.jp", "/", 443},
      Case{"https://desk.example.go.jp/", "desk.example.go.jp", "/", 443},
      Case{"https://Desk.Example.go.jp:8443/in/box", "desk.example.go.jp:8443", "/in/box", 8443},
      Case{"https://desk:443/a%20b", "desk", "/a%20b", 443},
      Case{"https://192.0.2.1/x", "192.0.2.1", "/x", 443},
      Case{"https://[2001:DB8::1]:9/x", "[2001:db8::1]:9", "/x", 9},
      Case{"http://desk.example.go.jp/", "", "", 0},
      Case{"HTTPS://desk.example.go.jp/", "", "", 0},
      Case{"https:///x", "", "", 0},
      Case{"https://a@desk/", "", "", 0},
      Case{"https://a:b@desk/", "", "", 0},
      Case{"https://desk/x?token=1", "", "", 0},
      Case{"https://desk/x#y", "", "", 0},
      Case{"https://desk:0/", "", "", 0},
      Case{"https://desk:65536/", "", "", 0},
      Case{"https://desk:/", "", "", 0},
      Case{"https://desk:+1/", "", "", 0},
      Case{"https://2130706433/", "", "", 0},
      Case{"https://0x7f.1/", "", "", 0},
      Case{"https://127.1/", "", "", 0},
      Case{"https://de_sk/", "", "", 0},
      Case{"https://-desk/", "", "", 0},
      Case{"https://desk./", "", "", 0},
      Case{"https://[fe80::1%25eth0]/", "", "", 0},
      Case{"https://[::1/", "", "", 0},
      Case{"https://[::1]x/", "", "", 0},
      Case{"https://desk/a b", "", "", 0},
      Case{"https://desk/a\r\nHost: b", "", "", 0},
      Case{"https://desk/%zz", "", "", 0},
      Case{"https://desk\\@other/", "", "", 0},
      Case{"", "", "", 0},
  };
  for (const auto& [text, authority, path, port] : cases) {
    CAPTURE(text);
    const auto parsed = parse_https_url(text);
    const auto* url = std::get_if<HttpsUrl>(&parsed);
    REQUIRE((url != nullptr) == !authority.empty());
    if (!url) {
      CHECK_FALSE(std::get<routing::Reason>(parsed).ja.empty());
      continue;
    }
    CHECK(url->authority() == authority);
    CHECK(url->path == path);
    CHECK(url->port == port);
  }
  CHECK(std::holds_alternative<routing::Reason>(parse_https_url("https://desk/" + std::string(3000, 'a'))));
}

TEST_CASE("webhook: which ranges may be set in which zone") {
  struct Case {
    std::string_view text;
    bool internet, government_lan, closed;
  };
  const std::array cases{
      Case{"198.51.100.0/28", true, true, true},
      Case{"198.51.100.7", true, true, true},
      Case{"2001:db8:1::/64 198.51.100.0/24", true, true, true},
      Case{"10.1.0.0/16", false, true, true},
      Case{"172.16.0.0/12", false, true, true},
      Case{"172.0.0.0/8", false, true, true},  // holds 172.16/12
      Case{"192.168.1.1", false, true, true},
      Case{"100.64.1.0/24", false, true, true},
      Case{"fd00::/16", false, true, true},
      Case{"64:ff9b::/96", false, true, true},
      Case{"2002:7f00:1::/48", false, true, true},
      Case{"127.0.0.0/8", false, false, true},
      Case{"127.0.0.1", false, false, true},
      Case{"::1", false, false, true},
      Case{"0.0.0.0/0", false, false, false},
      Case{"::/0", false, false, false},
      Case{"0.0.0.0", false, false, false},
      Case{"128.0.0.0/1", false, false, false},
      Case{"169.254.169.254", false, false, false},
      Case{"169.254.0.0/16", false, false, false},
      Case{"168.0.0.0/7", false, false, false},
      Case{"fe80::/10", false, false, false},
      Case{"fe80::1", false, false, false},
      Case{"224.0.0.1", false, false, false},
      Case{"255.255.255.255", false, false, false},
      Case{"ff02::1", false, false, false},
      Case{"::ffff:10.0.0.1", false, false, false},
      Case{"::", false, false, false},
      Case{"198.51.100.1/24", false, false, false},  // bits after the prefix
      Case{"198.51.100.0/33", false, false, false},
      Case{"198.51.100.0/08", false, false, false},
      Case{"198.51.100.0/", false, false, false},
      Case{"198.51.100", false, false, false},
      Case{"desk.example.go.jp", false, false, false},
      Case{"", false, false, false},
      Case{"  ", false, false, false},
      Case{"198.51.100.0/28,198.51.100.16/28", false, false, false},
      Case{"198.51.100.0/28 10.0.0.1", false, true, true},
  };
  for (const auto& each : cases) {
    CAPTURE(each.text);
    CHECK(parse_ranges(each.text, core::Zone::internet, "/p").mistakes.empty() == each.internet);
    CHECK(parse_ranges(each.text, core::Zone::government_lan, "/p").mistakes.empty() == each.government_lan);
    CHECK(parse_ranges(each.text, core::Zone::closed, "/p").mistakes.empty() == each.closed);
  }
}

TEST_CASE("webhook: an address is inside its range, and nowhere else") {
  using boost::asio::ip::make_address;
  const auto ranges = parse_ranges("198.51.100.16/28 2001:db8:1::/49", core::Zone::internet, "/p");
  REQUIRE(ranges.mistakes.empty());
  for (const auto* inside : {"198.51.100.16", "198.51.100.31", "2001:db8:1:7fff::1", "::ffff:198.51.100.17"})
    CHECK_MESSAGE(ranges.contain(make_address(inside)), inside);
  for (const auto* outside : {"198.51.100.15", "198.51.100.32", "198.51.101.16", "2001:db8:1:8000::1", "::1",
                              "127.0.0.1", "::ffff:198.51.100.32", "::198.51.100.17"})
    CHECK_MESSAGE(!ranges.contain(make_address(outside)), outside);
}

TEST_CASE("webhook: each mistake in the settings is told, in both languages") {
  const auto pointers = [](core::EndpointSettings settings, core::Zone zone = core::Zone::internet) {
    std::multiset<std::string> found;
    for (const auto& mistake : check_endpoint(webhook_endpoint(std::move(settings), zone), {})) {
      found.insert(mistake.pointer);
      CHECK_FALSE(mistake.code.empty());
      CHECK_FALSE(mistake.message.ja.empty());
      CHECK_FALSE(mistake.message.en.empty());
    }
    return found;
  };
  using Found = std::multiset<std::string>;
  const core::EndpointSettings good{{"url", "https://desk.example/x"}, {"addresses", "198.51.100.0/28"}};
  const auto with = [&](std::string name, std::string value) {
    auto settings = good;
    settings[std::move(name)] = std::move(value);
    return settings;
  };
  const Authority authority;
  CHECK(pointers(good) == Found{});
  CHECK(pointers({}) == Found{"/settings/addresses", "/settings/url"});
  CHECK(pointers(with("server_name", "x")) == Found{"/settings/server_name"});
  CHECK(pointers(with("url", "https://198.51.100.3/")) == Found{});
  CHECK(pointers(with("url", "https://198.51.100.16/")) == Found{"/settings/addresses"});
  CHECK(pointers(with("ca", authority.pem() + authority.pem())) == Found{});
  CHECK(pointers(with("ca", "")) == Found{});
  CHECK(pointers(with("ca", "no PEM")) == Found{"/settings/ca"});
  CHECK(pointers(with("ca", authority.pem().substr(0, 200))) == Found{"/settings/ca"});
  CHECK(pointers(with("ca", authority.issue("DNS:x").key_pem())) == Found{"/settings/ca"});
  CHECK(pointers(with("ca", std::string(70'000, ' '))) == Found{"/settings/ca"});
  CHECK(pointers(with("certificate", "centre-1")) == Found{});
  CHECK(pointers(with("certificate", "../keys/record")) == Found{"/settings/certificate"});
  CHECK(pointers(with("certificate", ".hidden")) == Found{"/settings/certificate"});
  CHECK(pointers(with("secret_generation", "2")) == Found{});
  for (const auto* wrong : {"0", "-1", "1.5", "x", "1000001", "99999999999999999999"})
    CHECK(pointers(with("secret_generation", wrong)) == Found{"/settings/secret_generation"});
  CHECK(pointers(with("secret_overlap", "no")) == Found{});
  CHECK(pointers(with("secret_overlap", "yes")) == Found{"/settings/secret_overlap"});
  CHECK(pointers(with("secret_overlap", "perhaps")) == Found{"/settings/secret_overlap"});
  CHECK(pointers({{"url", "http://desk"},
                  {"addresses", "10.0.0.0/8 x"},
                  {"ca", "x"},
                  {"certificate", "/"},
                  {"secret_generation", "0"},
                  {"secret_overlap", "x"}}) == Found{"/settings/url", "/settings/addresses", "/settings/addresses",
                                                     "/settings/ca", "/settings/certificate",
                                                     "/settings/secret_generation", "/settings/secret_overlap"});
}

TEST_CASE("webhook: the event, byte for byte") {
  CHECK(cloud_event(relayed_report(), "https://noroshi.example:8443/") ==
        R"({"specversion":"1.0","id":"01990000-0000-7000-8000-000000000001","source":"https://noroshi.example:8443",)"
        R"("type":"jp.noroshi.message.relay","subject":"JPS-2018-1","time":"2018-08-01T09:00:00+09:00",)"
        R"("datacontenttype":"application/json","data":{"message_id":"01990000-0000-7000-8000-000000000002",)"
        R"("incident_id":"01990000-0000-7000-8000-000000000003","number":"JPS-2018-1","kind":"relay","sender":"mhlw",)"
        R"x("recipient":"nisc","receipt_number":"NISC-R-49QD-C9AP-39PM","clause":"2.2.4(1)(d)","sentence":1,)x"
        R"("obligation_id":"01990000-0000-7000-8000-000000000004","alarm_code":null,"version":2,"severity":"attack",)"
        R"("automatic":true,"exercise":false,"mark":null,)"
        R"("label":{"confidentiality":2,"integrity":null,"availability":1,"rule":"designated_table"},)"
        R"("acknowledge_by":"2018-08-01T10:00:00+09:00",)"
        R"("href":"https://noroshi.example:8443/api/v1/inbox/01990000-0000-7000-8000-000000000002",)"
        R"("acknowledge_url":"https://noroshi.example:8443/acknowledge/abc"}})");

  Consignment alarm;
  alarm.kind = core::MessageKind::alarm;
  alarm.number = "JPS-2018-2";
  alarm.recipient = "mhlw";
  alarm.alarm_code = "duty_overdue";
  alarm.severity = routing::Severity::large_scale;
  alarm.exercise = true;
  alarm.sent_at = moment("2018-08-01T09:00:00.5+09:00");
  CHECK(cloud_event(alarm, "https://n") ==
        R"({"specversion":"1.0","id":"00000000-0000-0000-0000-000000000000","source":"https://n",)"
        R"("type":"jp.noroshi.message.alarm","subject":"JPS-2018-2","time":"2018-08-01T09:00:00.5+09:00",)"
        R"("datacontenttype":"application/json","data":{"message_id":"00000000-0000-0000-0000-000000000000",)"
        R"("incident_id":"00000000-0000-0000-0000-000000000000","number":"JPS-2018-2","kind":"alarm","sender":null,)"
        R"("recipient":"mhlw","receipt_number":null,"clause":null,"sentence":null,"obligation_id":null,"alarm_code":"duty_overdue",)"
        R"("version":null,"severity":"large_scale","automatic":false,"exercise":true,"mark":"訓練",)"
        R"("label":null,"acknowledge_by":null,"href":"https://n/api/v1/inbox/00000000-0000-0000-0000-000000000000",)"
        R"("acknowledge_url":null}})");
}

TEST_CASE("webhook: signatures of the specification's own example, and of two generations") {
  // The example that the libraries of Standard Webhooks test themselves with.
  struct ExampleKeys final : Keys {
    std::string sign(std::string_view) const override { return std::string(64, '\x01'); }
    std::string public_key() const override { return std::string(32, '\x02'); }
    std::string key_id() const override { return "0202020202020202"; }
    std::string derive(std::string_view label) const override {
      if (label == "webhook/2/mhlw https://board.example.go.jp/noroshi")
        return record::from_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value();
      if (label == "webhook/1/mhlw https://board.example.go.jp/noroshi") return std::string(24, 'k');
      return "?";
    }
  };
  const ExampleKeys keys;
  const std::string receiver = "mhlw https://board.example.go.jp/noroshi";
  constexpr auto id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  constexpr auto body = R"({"test": 2432232314})";
  const std::string by_second = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  const std::string by_key = " v1a," + record::to_base64(std::string(64, '\x01'));
  CHECK(webhook_signatures(keys, {receiver, 2, false}, id, 1614265330, body) == by_second + by_key);
  const auto both = webhook_signatures(keys, {receiver, 2, true}, id, 1614265330, body);
  const auto first = webhook_signatures(keys, {receiver, 1, false}, id, 1614265330, body);
  CHECK(both == by_second + ' ' + first);
  CHECK(webhook_signatures(keys, {receiver, 1, true}, id, 1614265330, body) == first);
  CHECK(first != by_second + by_key);
  CHECK(secret_text(keys, receiver, 2) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  CHECK(public_key_text(keys) == "whpk_" + record::to_base64(std::string(32, '\x02')));
}

TEST_CASE("webhook: how an endpoint signs") {
  auto endpoint = webhook_endpoint({});
  REQUIRE(webhook_secret(endpoint));
  CHECK(webhook_secret(endpoint)->generation == 1);
  CHECK_FALSE(webhook_secret(endpoint)->overlap);
  const auto receiver = webhook_secret(endpoint)->receiver;
  endpoint.settings["secret_generation"] = "7";
  endpoint.settings["secret_overlap"] = "yes";
  CHECK(webhook_secret(endpoint)->generation == 7);
  CHECK(webhook_secret(endpoint)->overlap);
  // The endpoint that takes another's place signs with its secret too; another body's, or one that leads elsewhere,
  // never.
  endpoint.id = identifier<core::EndpointId>("01990000-0000-7000-8000-0000000000ef");
  CHECK(webhook_secret(endpoint)->receiver == receiver);
  endpoint.organization += "x";
  CHECK(webhook_secret(endpoint)->receiver != receiver);
  endpoint.organization.pop_back();
  endpoint.settings["url"] += "x";
  CHECK(webhook_secret(endpoint)->receiver != receiver);
  endpoint.settings["secret_generation"] = "x";
  CHECK_FALSE(webhook_secret(endpoint));
  endpoint = webhook_endpoint({});
  endpoint.channel = "mail";
  CHECK_FALSE(webhook_secret(endpoint));
}

TEST_CASE("webhook: every status has its verdict") {
  for (int status = 200; status <= 599; ++status) {
    CAPTURE(status);
    HttpsAnswer answer;
    answer.outcome = HttpsOutcome::answered;
    answer.status = status;
    answer.retry_after = "7";
    const auto attempted = webhook_verdict(answer, {});
    const auto number = "http_" + std::to_string(status);
    const bool may_ask = status == 429 || status == 503;
    CHECK(attempted.again_after == (may_ask ? std::optional(seconds(7)) : std::nullopt));
    if (status < 300) {
      CHECK(attempted.verdict == Verdict::delivered);
      CHECK(attempted.cause.empty());
    } else if (status < 400) {
      CHECK(attempted.verdict == Verdict::gone);
      CHECK(attempted.cause == "redirect");
    } else {
      CHECK(attempted.verdict == (status == 410 ? Verdict::gone : Verdict::again));
      CHECK(attempted.cause == number);
    }
  }
  for (const int status : {0, 101, 199, 600, 999}) {
    HttpsAnswer answer;
    answer.outcome = HttpsOutcome::answered;
    answer.status = status;
    CHECK(webhook_verdict(answer, {}).verdict == Verdict::again);
    CHECK(webhook_verdict(answer, {}).cause == "answer_malformed");
  }
}

TEST_CASE("webhook: every failure has its verdict and its word") {
  using enum HttpsOutcome;
  struct Case {
    HttpsOutcome outcome;
    Verdict verdict;
    std::string_view cause;
  };
  const std::array cases{
      Case{timeout, Verdict::again, "timeout"},
      Case{name_unknown, Verdict::again, "name_unknown"},
      Case{address_outside, Verdict::gone, "address_outside"},
      Case{unreachable, Verdict::again, "unreachable"},
      Case{certificate_expired, Verdict::gone, "certificate_expired"},
      Case{certificate_not_yet_valid, Verdict::again, "certificate_not_yet_valid"},
      Case{certificate_name, Verdict::gone, "certificate_name"},
      Case{certificate_untrusted, Verdict::gone, "certificate_untrusted"},
      Case{tls_failed, Verdict::again, "tls_failed"},
      Case{client_certificate_refused, Verdict::again, "client_certificate_refused"},
      Case{cut, Verdict::again, "cut"},
      Case{answer_too_large, Verdict::again, "answer_too_large"},
      Case{answer_malformed, Verdict::again, "answer_malformed"},
      Case{failed, Verdict::again, "failed"},
  };
  CHECK(cases.size() == static_cast<std::size_t>(failed));  // all but `answered`
  for (const auto& [outcome, verdict, cause] : cases) {
    HttpsAnswer answer;
    answer.outcome = outcome;
    answer.retry_after = "7";
    const auto attempted = webhook_verdict(answer, {});
    CHECK(attempted.verdict == verdict);
    CHECK(attempted.cause == cause);
    CHECK_FALSE(attempted.again_after);
  }
}

TEST_CASE("webhook: Retry-After in seconds and as a date") {
  const auto now = *parse_http_date("Fri, 31 Dec 1999 23:59:59 GMT");
  struct Case {
    std::string_view text, date;
    std::optional<seconds> wait;
  };
  const std::array cases{
      Case{"0", "", seconds(0)},
      Case{"120", "", seconds(120)},
      Case{"86400", "", hours(24)},
      Case{"86401", "", hours(24)},
      Case{"99999999999999999999999", "", hours(24)},
      Case{"Sat, 01 Jan 2000 00:00:59 GMT", "", seconds(60)},
      Case{"Sat, 01 Jan 2000 00:00:59 GMT", "no date", seconds(60)},
      Case{"Sat, 01 Jan 2000 00:00:59 GMT", "Sat, 01 Jan 2000 00:00:49 GMT", seconds(10)},  // the receiver's own clock
      Case{"Sat, 01 Jan 1990 00:00:00 GMT", "", seconds(0)},
      Case{"Sat, 01 Jan 2050 00:00:00 GMT", "", hours(24)},
      Case{"", "", std::nullopt},
      Case{"-1", "", std::nullopt},
      Case{"1.5", "", std::nullopt},
      Case{"soon", "", std::nullopt},
      Case{"Sat, 31 Feb 2000 00:00:00 GMT", "", std::nullopt},
      Case{"Sat, 01 Jan 2000 24:00:00 GMT", "", std::nullopt},
      Case{"Saturday, 01-Jan-00 00:00:59 GMT", "", std::nullopt},
  };
  for (const auto& [text, date, wait] : cases) {
    CAPTURE(text);
    CHECK(parse_retry_after(text, date, now) == wait);
  }
}

}  // namespace noroshi::delivery::test
