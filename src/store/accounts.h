// Accounts: who signs in by a page (schemas/sql/0038_accounts.sql). Made, linked and ended at the machine; looked up, entered and
// left through the daemon. What proves who somebody is (src/sign_in) is decided by the callers: here it is kept.
//
// A session's secret reads <32 hexadecimal digits: its id>_<43 characters base64url: 32 random bytes>; as with bearer tokens, the
// database keeps the secret's SHA-256. A set-up link's code is 43 characters base64url, kept the same way.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/core/identifier.h"
#include "src/core/role.h"
#include "src/store/database.h"

namespace noroshi::store {

inline constexpr std::chrono::minutes set_up_link_lifetime{30};
inline constexpr std::chrono::hours session_lifetime{12};
inline constexpr std::chrono::minutes session_idle_lifetime{60};  // find_session (tokens.cpp)

// As it is written: "jps/duty-1". Nothing where it cannot be one.
struct Login {
  std::string organization;  // slug
  std::string login;
};
std::optional<Login> parse_login(std::string_view text);
std::string to_string(const Login& login);
bool is_login(std::string_view text);  // without the body: [a-z0-9][a-z0-9._-]{1,39}

// -- At the machine: connections of role owner ----------------------------------------------------------------------

struct Account {
  core::TokenId token;
  Login login;
  core::Role role{};
  std::string name;
  std::optional<core::PersonId> person;
  Timestamp made_at;
  std::optional<Timestamp> expires_at;
  std::optional<Timestamp> revoked_at;
  std::int64_t passkeys = 0;
  bool passphrase = false;
  std::int64_t sessions = 0;  // that have not ended
  bool linked = false;        // a set-up link waits to be followed
};
struct NewAccount {
  Login login;
  core::Role role{};
  std::string name;
  std::optional<core::PersonId> person;
  std::optional<std::chrono::seconds> valid_for;  // empty: until revoked
};
// Nothing where somebody of that body has the login. That role and person fit the body is the caller's affair.
std::optional<core::TokenId> add_account(Connection& owner, const NewAccount& account);
// The one that has not been revoked.
std::optional<Account> find_account(Connection& owner, const Login& login);
// All, revoked and expired ones too, by body and login.
std::vector<Account> list_accounts(Connection& owner);
// The code of a new link; earlier ones end. What the account is entered by stays until it is followed. `demonstration`: it stays
// good, and opens a session by itself where the daemon lets it. An account is revoked as a token is (tokens.h).
std::string make_set_up_link(Connection& owner, core::TokenId account, bool demonstration = false);

// -- Through the daemon: connections of role authenticator ----------------------------------------------------------

// An account that may be entered.
struct EnteredAccount {
  core::Actor actor;
  Login login;
  std::string person_name;  // as the staff of the body knows him; empty: nobody
  std::int64_t passkeys = 0;
  bool passphrase = false;
};
std::optional<EnteredAccount> describe_account(Connection& authenticator, core::TokenId account);

struct KeptPassphrase {
  core::TokenId account;
  std::string hash, salt;
  int rounds = 0;
  std::string totp_secret;  // sealed
};
// Nothing where there is no such account, it has ended, or it has no passphrase.
std::optional<KeptPassphrase> find_passphrase(Connection& authenticator, const Login& login);

struct KeptPasskey {
  core::TokenId account;
  std::string public_key;  // SubjectPublicKeyInfo, DER
  int algorithm = 0;       // COSE
};
std::optional<KeptPasskey> find_passkey(Connection& authenticator, std::string_view id);

// Counts a try to sign in with what was written as a login, before anybody looks whether it is good; `wait_after` says how long
// failures have to be waited out. Zero: go on; else how long it still takes, and nothing was counted.
std::chrono::seconds begin_sign_in(Connection& authenticator, std::string_view written,
                                   const std::function<std::chrono::seconds(int failures)>& wait_after);

// What was tried has failed: the wait begins now, for what was derived took its time.
void sign_in_failed(Connection& authenticator, std::string_view written);

struct SetUpLink {
  core::TokenId account;
  std::optional<Timestamp> expires_at;  // nothing: a demonstration's
};
// Nothing where there never was one, or it was followed, or is over, or its account. `demonstration`: whether this daemon is a
// demonstration's; to any other a link of one is none.
std::optional<SetUpLink> find_set_up_link(Connection& authenticator, std::string_view code, bool demonstration = false);

struct OpenedSession {
  std::string secret;  // for the cookie
  core::Uuid id;
  Timestamp ends_at;
};
// Each is one transaction. Nothing where the account has ended meanwhile, or what was shown was used before.
//
// With the passphrase known to be right: takes the code's step, forgets the failures.
std::optional<OpenedSession> enter_by_passphrase(Connection& authenticator, core::TokenId account, std::string_view written,
                                                 std::int64_t totp_step);
std::optional<OpenedSession> enter_by_passkey(Connection& authenticator, std::string_view passkey, std::uint32_t counter,
                                              std::string_view challenge);
// By a link of a demonstration, and by no other; whether this daemon is one is the caller's affair.
std::optional<OpenedSession> enter_by_link(Connection& authenticator, std::string_view code);

struct NewPassphrase {
  std::string hash, salt;
  int rounds = 0;
  std::string totp_secret;  // sealed
  std::int64_t totp_step = 0;
};
struct NewPasskey {
  std::string id;
  std::string public_key;
  int algorithm = 0;
  std::uint32_t counter = 0;
  std::string challenge;
};
// They follow the link: what the account was entered by before, and its sessions, end. A link of a demonstration they do not follow.
std::optional<OpenedSession> set_up_passphrase(Connection& authenticator, std::string_view code, const NewPassphrase& passphrase);
std::optional<OpenedSession> set_up_passkey(Connection& authenticator, std::string_view code, const NewPasskey& passkey);

// When a session ends whatever happens; nothing where it has.
std::optional<Timestamp> session_end(Connection& authenticator, core::Uuid session);
void end_session(Connection& authenticator, core::Uuid session);
void end_sessions(Connection& authenticator, core::TokenId account);

}  // namespace noroshi::store
