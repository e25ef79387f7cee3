// Bearer tokens: issued and revoked at the machine, looked up by the daemon.
//
// A token reads noroshi_<32 hexadecimal digits: its id>_<43 characters base64url: 32 random bytes>. The database keeps the
// id in clear and the secret's SHA-256 only: the secret is random, so one fast hash is enough and no guessing helps.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "src/core/role.h"
#include "src/record/actor_signature.h"
#include "src/store/connection_pool.h"

namespace noroshi::store {

struct IssuedToken {
  core::TokenId id;
  std::string organization;
  core::Role role{};
  std::string name;
  std::optional<record::ActorKey> signing_key;  // its holder's own, with which he signs what he sends
  std::optional<core::PersonId> person;         // of the body's staff, to whom it is bound
  Timestamp issued_at;
  std::optional<Timestamp> expires_at;
  std::optional<Timestamp> revoked_at;
};

// `owner` is a connection of role owner. The bearer token is returned this once. That the role fits the body is the
// caller's affair (core::role_fits). `valid_for` empty: until revoked.
std::string issue_token(Connection& owner, const std::string& organization, core::Role role, const std::string& name,
                        std::optional<std::chrono::seconds> valid_for,
                        const std::optional<record::ActorKey>& signing_key = std::nullopt,
                        const std::optional<core::PersonId>& person = std::nullopt);
// The name of a person who is of that body's staff and has not left; nothing where there is none.
std::optional<std::string> name_of_person(Connection& owner, const std::string& organization, core::PersonId person);
// All that are bearer tokens, revoked and expired ones too, newest first.
std::vector<IssuedToken> list_tokens(Connection& owner);
// Of an account too (accounts.h), whose sessions and credentials end with it. False where there is no such token, or it has been
// revoked already.
bool revoke_token(Connection& owner, core::TokenId id);

// In the place of a bearer token: the secret of a session (accounts.h) behind this. No token can begin so (RFC 6750 2.1).
inline constexpr std::string_view session_prefix = "session:";

// Looks tokens and sessions up, and keeps when somebody of a body was last here. Good answers are remembered for a second, so that a
// revocation takes effect within that and a busy client costs the database one question a second. Safe from any thread.
class TokenDirectory {
 public:
  // On a clock that runs fast a second is long: there nothing is remembered.
  explicit TokenDirectory(ConnectionPool& authenticators,
                          std::chrono::milliseconds remembered_for = std::chrono::seconds(1));
  ~TokenDirectory();

  enum class Verdict { good, bad };
  struct Answer {
    Verdict verdict = Verdict::bad;
    core::Actor actor;                            // where good
    std::optional<record::ActorKey> signing_key;  // of the token, where it has one
    std::optional<core::Uuid> session;            // of an account that signed in (accounts.h); nothing: a bearer token
  };
  // From memory; nothing where the database has to be asked. Never blocks. A malformed token is bad at once.
  std::optional<Answer> remembered(std::string_view bearer) const;
  // Asks the database. Where the token is good and hears alarms (core::hears_alarms), its body is noted as present, to the
  // minute; that this fails fails nobody. Blocks, for a connection until the deadline; throws Unavailable and the other errors of
  // database_error.h.
  Answer look_up(std::string_view bearer, std::chrono::steady_clock::time_point deadline = default_deadline());
  // What a caller who asks now may wait for a connection: with no database the daemon refuses within a second.
  static std::chrono::steady_clock::time_point default_deadline();
  // Its sessions have ended: none is good from memory here.
  void forget_sessions_of(core::TokenId account);

 private:
  struct Memory;
  ConnectionPool& authenticators_;
  std::chrono::milliseconds remembered_for_;
  std::unique_ptr<Memory> memory_;
};

}  // namespace noroshi::store
