// Accounts in the database: links, sessions and tries to sign in, and what the role that looks them up may not do.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>
#include <thread>
#include <vector>

#include "src/store/accounts.h"
#include "src/store/clock.h"
#include "src/store/tokens.h"
#include "tests/store/store_scene.h"

namespace noroshi::store::test {
namespace {

using namespace std::chrono_literals;
using Verdict = TokenDirectory::Verdict;

// The clock of this program's cluster goes forward as the tests say; logins are of one test each.
struct Accounts {
  const ConnectionSettings& settings = StoreScene::shared().settings();
  Connection& owner = StoreScene::shared().owner();
  Connection authenticator{settings, DatabaseRole::authenticator};
  ConnectionPool pool{settings, DatabaseRole::authenticator, 1};
  TokenDirectory directory{pool, 0ms};

  core::TokenId add(const std::string& login, std::optional<std::chrono::seconds> valid_for = std::nullopt) {
    return *add_account(owner, {{"jps", login}, core::Role::csirt_member, "当直", std::nullopt, valid_for});
  }
  OpenedSession set_up(core::TokenId account) {
    const auto session = set_up_passphrase(authenticator, make_set_up_link(owner, account), passphrase());
    REQUIRE(session);
    return *session;
  }
  static NewPassphrase passphrase(std::int64_t step = 1000) {
    return {std::string(32, 'h'), std::string(16, 's'), 600'000, std::string(48, 't'), step};
  }
  Verdict verdict(const OpenedSession& session) {
    return directory.look_up(std::string(session_prefix) + session.secret).verdict;
  }
  std::int64_t count(const std::string& table, core::TokenId account) {
    return StoreScene::shared().count(fmt::format("{} WHERE token = '{}'", table, core::to_string(account)));
  }
  void wait(const std::string& interval) {
    constexpr Statement show{"test_move_clock", "SELECT show_clock(clock() + $1::interval, 1)"};
    owner.execute(show, {interval});
  }
};

TEST_CASE("a login is [a-z0-9][a-z0-9._-]{1,39}, written with its body") {
  for (const char* good : {"jps/duty-1", "mhlw/a.b_c", "police-tokyo/00", "jps/0123456789012345678901234567890123456789"})
    CHECK(parse_login(good).has_value());
  for (const char* bad : {"", "/", "jps", "jps/", "/duty", "jps/a", "jps/-a", "jps/Duty", "jps/a b", "jps/a/b", "JPS/duty", "jps/当直",
                          "jps/01234567890123456789012345678901234567890", "jps /duty"})
    CHECK_FALSE(parse_login(bad).has_value());
}

TEST_CASE("an account has no bearer token, and its login is one person's") {
  Accounts accounts;
  const auto account = accounts.add("duty-1");
  CHECK_FALSE(add_account(accounts.owner, {{"jps", "duty-1"}, core::Role::csirt_head, "", std::nullopt, std::nullopt}));
  CHECK(add_account(accounts.owner, {{"mhlw", "duty-1"}, core::Role::csirt_head, "", std::nullopt, std::nullopt}));
  for (const auto& token : list_tokens(accounts.owner)) CHECK(token.id != account);
  CHECK(find_account(accounts.owner, {"jps", "duty-1"})->token == account);
  CHECK(find_account(accounts.owner, {"mhlw", "duty-1"})->role == core::Role::csirt_head);
  auto id = core::to_string(account);
  std::erase(id, '-');
  CHECK(accounts.directory.look_up("noroshi_" + id + "_" + std::string(43, 'A')).verdict == Verdict::bad);
  CHECK(revoke_token(accounts.owner, account));
  CHECK(accounts.add("duty-1") != account);
}

TEST_CASE("a link is followed once, in its time, and ends what was before") {
  Accounts accounts;
  const auto account = accounts.add("linked");
  const auto first = make_set_up_link(accounts.owner, account), second = make_set_up_link(accounts.owner, account);
  CHECK_FALSE(find_set_up_link(accounts.authenticator, first));
  REQUIRE(find_set_up_link(accounts.authenticator, second));
  CHECK_FALSE(find_passphrase(accounts.authenticator, {"jps", "linked"}));
  CHECK_FALSE(set_up_passphrase(accounts.authenticator, first, Accounts::passphrase()));
  CHECK_FALSE(enter_by_link(accounts.authenticator, second));  // of no demonstration
  const auto session = set_up_passphrase(accounts.authenticator, second, Accounts::passphrase());
  REQUIRE(session);
  CHECK(accounts.verdict(*session) == Verdict::good);
  CHECK_FALSE(set_up_passphrase(accounts.authenticator, second, Accounts::passphrase()));
  CHECK(find_passphrase(accounts.authenticator, {"jps", "linked"}));

  const auto late = make_set_up_link(accounts.owner, account);
  accounts.wait("31 minutes");
  CHECK_FALSE(find_set_up_link(accounts.authenticator, late));
  CHECK(accounts.verdict(*session) == Verdict::good);
  const auto third = make_set_up_link(accounts.owner, account);
  const NewPasskey passkey{"credential", std::string(91, 'k'), -7, 0, std::string(32, 'c')};
  REQUIRE(set_up_passkey(accounts.authenticator, third, passkey));
  CHECK(accounts.verdict(*session) == Verdict::bad);
  CHECK_FALSE(find_passphrase(accounts.authenticator, {"jps", "linked"}));
  CHECK(find_passkey(accounts.authenticator, "credential")->account == account);

  const auto shown = make_set_up_link(accounts.owner, account, true);
  for (int i = 0; i < 2; ++i) CHECK(enter_by_link(accounts.authenticator, shown));
  accounts.wait("100 days");
  CHECK(enter_by_link(accounts.authenticator, shown));
}

TEST_CASE("a link of a demonstration is none elsewhere, and gives no credentials anywhere") {
  Accounts accounts;
  const auto account = accounts.add("shown");
  const auto link = make_set_up_link(accounts.owner, account, true);
  CHECK_FALSE(find_set_up_link(accounts.authenticator, link));
  const auto found = find_set_up_link(accounts.authenticator, link, true);
  REQUIRE(found);
  CHECK_FALSE(found->expires_at);
  CHECK_FALSE(set_up_passphrase(accounts.authenticator, link, Accounts::passphrase()));
  CHECK_FALSE(set_up_passkey(accounts.authenticator, link, {"shown", std::string(91, 'k'), -7, 0, "challenge of a demonstration"}));
  CHECK(accounts.count("passkey", account) == 0);
  CHECK_FALSE(find_passphrase(accounts.authenticator, {"jps", "shown"}));
  // One that is none of a demonstration is one there too.
  CHECK(find_set_up_link(accounts.authenticator, make_set_up_link(accounts.owner, account), true));
}

TEST_CASE("of two who follow one link at once one comes in") {
  Accounts accounts;
  const auto link = make_set_up_link(accounts.owner, accounts.add("raced"));
  std::atomic<int> entered = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        Connection authenticator(accounts.settings, DatabaseRole::authenticator);
        if (set_up_passphrase(authenticator, link, Accounts::passphrase())) ++entered;
      });
  }
  CHECK(entered.load() == 1);
}

TEST_CASE("a session is who the account is, until it ends") {
  Accounts accounts;
  const auto account = accounts.add("session");
  const auto session = accounts.set_up(account);
  const auto bearer = std::string(session_prefix) + session.secret;
  const auto answer = accounts.directory.look_up(bearer);
  REQUIRE(answer.verdict == Verdict::good);
  CHECK(answer.actor.token == account);
  CHECK(answer.actor.organization == "jps");
  CHECK(answer.actor.name == "当直");
  CHECK(answer.session == session.id);
  auto changed = bearer;
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  for (const auto& bad : {changed, session.secret, "noroshi_" + session.secret, bearer + "A", std::string(session_prefix)})
    CHECK(accounts.directory.look_up(bad).verdict == Verdict::bad);
  CHECK(StoreScene::shared().count("body_presence WHERE organization = 'jps'") == 1);

  // An hour without a sign of life; noted once a minute, so a look at 59 minutes carries on.
  for (int i = 0; i < 11; ++i) {
    accounts.wait("59 minutes");
    CHECK(accounts.verdict(session) == Verdict::good);
  }
  const auto other = *enter_by_passphrase(accounts.authenticator, account, "jps/session", 1001);
  accounts.wait("59 minutes");
  CHECK(accounts.verdict(session) == Verdict::good);  // 11:48
  accounts.wait("13 minutes");
  CHECK(accounts.verdict(session) == Verdict::bad);  // 12:01
  CHECK(accounts.verdict(other) == Verdict::bad);    // 72 minutes
}

TEST_CASE("an account that ends takes its sessions and what it was entered by with it") {
  Accounts accounts;
  const auto account = accounts.add("ending");
  const auto session = accounts.set_up(account);
  make_set_up_link(accounts.owner, account);
  // However it is revoked: as when its person leaves the body.
  run(accounts.owner, fmt::format("UPDATE token SET revoked_at = clock() WHERE id = '{}'", core::to_string(account)));
  CHECK(accounts.verdict(session) == Verdict::bad);
  for (const char* table : {"web_session", "set_up_link", "passkey"}) CHECK(accounts.count(table, account) == 0);
  CHECK(StoreScene::shared().count(fmt::format("account WHERE token = '{}' AND passphrase_hash IS NULL AND ended_at IS NOT NULL",
                                               core::to_string(account))) == 1);

  const auto expiring = accounts.add("expiring", 1h);
  const auto last = accounts.set_up(expiring);
  accounts.wait("61 minutes");
  CHECK(accounts.verdict(last) == Verdict::bad);
  CHECK_FALSE(find_passphrase(accounts.authenticator, {"jps", "expiring"}));
  CHECK_FALSE(find_set_up_link(accounts.authenticator, make_set_up_link(accounts.owner, expiring)));
  CHECK_FALSE(enter_by_passphrase(accounts.authenticator, expiring, "jps/expiring", 2000));
}

TEST_CASE("sessions are left one by one or all at once, and there are twenty at most") {
  Accounts accounts;
  const auto account = accounts.add("many");
  std::vector<OpenedSession> sessions{accounts.set_up(account)};
  for (int i = 1; i <= 20; ++i) {
    accounts.wait("1 second");
    sessions.push_back(*enter_by_passphrase(accounts.authenticator, account, "jps/many", 1000 + i));
  }
  CHECK(accounts.count("web_session", account) == 20);
  CHECK(accounts.verdict(sessions.front()) == Verdict::bad);
  CHECK(accounts.verdict(sessions.at(1)) == Verdict::good);
  end_session(accounts.authenticator, sessions.at(1).id);
  CHECK(accounts.verdict(sessions.at(1)) == Verdict::bad);
  CHECK(accounts.verdict(sessions.at(2)) == Verdict::good);
  end_sessions(accounts.authenticator, account);
  CHECK(accounts.count("web_session", account) == 0);
}

TEST_CASE("a code, a counter and a challenge are good once") {
  Accounts accounts;
  const auto account = accounts.add("once");
  accounts.set_up(account);
  CHECK_FALSE(enter_by_passphrase(accounts.authenticator, account, "jps/once", 1000));
  CHECK(enter_by_passphrase(accounts.authenticator, account, "jps/once", 1001));
  CHECK_FALSE(enter_by_passphrase(accounts.authenticator, account, "jps/once", 1001));
  CHECK_FALSE(enter_by_passphrase(accounts.authenticator, account, "jps/once", 1000));

  const NewPasskey passkey{"counting", std::string(91, 'k'), -7, 5, "challenge 0"};
  REQUIRE(set_up_passkey(accounts.authenticator, make_set_up_link(accounts.owner, account), passkey));
  const auto enter = [&](std::uint32_t counter, const std::string& challenge) {
    return enter_by_passkey(accounts.authenticator, "counting", counter, challenge).has_value();
  };
  CHECK(enter(6, "challenge 1"));
  CHECK_FALSE(enter(7, "challenge 1"));
  CHECK_FALSE(enter(6, "challenge 2"));
  CHECK_FALSE(enter(0, "challenge 3"));
  CHECK(enter(4294967295, "challenge 4"));
  // Nobody else is given a credential that somebody has.
  const auto link = make_set_up_link(accounts.owner, accounts.add("once-2"));
  CHECK_FALSE(set_up_passkey(accounts.authenticator, link, {"counting", std::string(91, 'k'), -7, 0, "challenge 5"}));
  CHECK(find_set_up_link(accounts.authenticator, link));
}

TEST_CASE("tries are counted before anybody looks, one after the other, and waited out") {
  Accounts accounts;
  const auto wait_after = [](int failures) { return failures < 5 ? 0s : 60s; };
  const auto begin = [&](const std::string& login) { return begin_sign_in(accounts.authenticator, login, wait_after); };
  std::atomic<int> let_in = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        Connection authenticator(accounts.settings, DatabaseRole::authenticator);
        if (begin_sign_in(authenticator, "jps/guessed", wait_after) == 0s) ++let_in;
      });
  }
  CHECK(let_in.load() == 5);
  const auto left = begin("jps/guessed");
  CHECK(left > 50s);
  CHECK(left <= 60s);
  CHECK(begin("jps/nobody-else") == 0s);
  // Asking again does not put it off; a failure does begin when it was answered.
  accounts.wait("40 seconds");
  CHECK(begin("jps/guessed") <= 20s);
  accounts.wait("21 seconds");
  CHECK(begin("jps/guessed") == 0s);
  accounts.wait("30 seconds");
  sign_in_failed(accounts.authenticator, "jps/guessed");
  accounts.wait("31 seconds");
  CHECK(begin("jps/guessed") > 0s);
  // Nobody who was let in has failures, and who comes after a day has none.
  const auto account = accounts.add("guessed");
  accounts.set_up(account);
  REQUIRE(enter_by_passphrase(accounts.authenticator, account, "jps/guessed", 1001));
  for (int i = 0; i < 5; ++i) CHECK(begin("jps/guessed") == 0s);
  CHECK(begin("jps/guessed") > 0s);
  accounts.wait("25 hours");
  CHECK(begin("jps/guessed") == 0s);
  // A clock that was set back keeps nobody out.
  for (int i = 0; i < 4; ++i) begin("jps/guessed");
  CHECK(begin("jps/guessed") > 0s);
  accounts.wait("-30 days");
  CHECK(begin("jps/guessed") == 0s);
}

TEST_CASE("who looks accounts up changes nothing of them by himself, and gives nobody a way in") {
  Accounts accounts;
  const auto account = accounts.add("guarded");
  accounts.set_up(account);
  for (const char* sql :
       {"UPDATE account SET totp_step = 0", "DELETE FROM passkey", "INSERT INTO web_session SELECT * FROM web_session",
        "UPDATE web_session SET ends_at = 'infinity'", "DELETE FROM set_up_link", "SELECT count(*) FROM sign_in_try",
        "SELECT count(*) FROM used_challenge", "SELECT follow_set_up_link('x')",
        "SELECT open_web_session(token, gen_random_uuid(), sha256('x'), '1 hour') FROM account", "SELECT take_challenge(sha256('x'))",
        "SELECT take_totp_step(token, 9) FROM account", "SELECT take_passkey_counter(id, 9) FROM passkey",
        "SELECT forget_sign_in_tries(sha256('x'))", "UPDATE token SET revoked_at = NULL",
        "SELECT name FROM person"})
    CHECK_THROWS_AS(run(accounts.authenticator, sql), DatabaseFault);
  // What it may call uses something up: no account without a passphrase is entered by a step, nor a passkey's by anything but its counter.
  const auto bare = accounts.add("bare");
  CHECK_FALSE(enter_by_passphrase(accounts.authenticator, bare, "jps/bare", 1'000'000'000));
  CHECK_FALSE(enter_by_passkey(accounts.authenticator, "nobody's", 1, "challenge of nobody"));
  CHECK_FALSE(enter_by_link(accounts.authenticator, make_set_up_link(accounts.owner, bare)));
  CHECK(accounts.count("web_session", bare) == 0);
  for (const auto role : {DatabaseRole::writer, DatabaseRole::reader, DatabaseRole::operator_, DatabaseRole::delivery}) {
    Connection other(accounts.settings, role);
    for (const char* sql : {"SELECT count(*) FROM account", "SELECT count(*) FROM web_session", "SELECT end_web_session(NULL)"})
      CHECK_THROWS_AS(run(other, sql), DatabaseFault);
  }
}

}  // namespace
}  // namespace noroshi::store::test
