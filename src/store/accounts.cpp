#include "src/store/accounts.h"

#include <sodium.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "src/record/encodings.h"
#include "src/store/bytes.h"
#include "src/store/known.h"

namespace noroshi::store {
namespace {

constexpr std::size_t longest_slug = 80;

constexpr Statement insert_account_token{
    "insert_account_token",
    "INSERT INTO token (id, organization, role, name, issued_at, expires_at, person) "
    "SELECT $1::uuid, $2, $3, $4, at, at + $5::interval, $6::uuid FROM clock() AS at"};
constexpr Statement insert_account{"insert_account",
                                   "INSERT INTO account (token, organization, login) VALUES ($1::uuid, $2, $3)"};
#define NOROSHI_ACCOUNTS                                                                                                          \
  "SELECT t.id, a.organization, a.login, t.role, t.name, t.person, t.issued_at, t.expires_at, t.revoked_at, "                   \
  "a.passphrase_hash IS NOT NULL AS passphrase, (SELECT count(*) FROM passkey k WHERE k.token = t.id) AS passkeys, "            \
  "(SELECT count(*) FROM web_session w WHERE w.token = t.id AND w.ends_at > at "                                                \
  "AND w.seen_at > at - shown_length(interval '60 minutes')) AS sessions, "                                                     \
  "EXISTS (SELECT FROM set_up_link l WHERE l.token = t.id AND (l.demonstration OR l.used_at IS NULL AND l.expires_at > at)) "   \
  "AS linked FROM clock() AS at, account a JOIN token t ON t.id = a.token "
constexpr Statement select_accounts{"select_accounts", NOROSHI_ACCOUNTS "ORDER BY a.organization, a.login, t.issued_at"};
constexpr Statement select_account{
    "select_account", NOROSHI_ACCOUNTS "WHERE a.organization = $1 AND a.login = $2 AND a.ended_at IS NULL"};
#undef NOROSHI_ACCOUNTS
constexpr Statement delete_links{"delete_set_up_links", "DELETE FROM set_up_link WHERE token = $1::uuid"};
constexpr Statement insert_link{
    "insert_set_up_link",
    "INSERT INTO set_up_link (code_sha256, token, made_at, expires_at, demonstration) "
    "SELECT $1::bytea, $2::uuid, at, CASE WHEN NOT $4::boolean THEN at + shown_length($3::interval) END, $4::boolean "
    "FROM clock() AS at"};

constexpr Statement describe{"describe_account",
                             "SELECT t.organization, t.role, t.name, t.person, d.login, d.person_name, d.passkeys, d.passphrase "
                             "FROM token t, describe_account(t.id) AS d WHERE t.id = $1::uuid AND account_is_live(t.id, clock())"};
constexpr Statement select_passphrase{
    "select_passphrase",
    "SELECT token, passphrase_hash, passphrase_salt, passphrase_rounds, totp_secret FROM account "
    "WHERE organization = $1 AND login = $2 AND ended_at IS NULL AND passphrase_hash IS NOT NULL "
    "AND account_is_live(token, clock())"};
constexpr Statement select_passkey{
    "select_passkey",
    "SELECT token, public_key, algorithm FROM passkey WHERE id = $1::bytea AND account_is_live(token, clock())"};
constexpr Statement lock_try{"lock_sign_in_try", "SELECT failures, elapsed FROM lock_sign_in_try($1::bytea)"};
constexpr Statement note_try{"note_sign_in_try", "SELECT note_sign_in_try($1::bytea, $2::integer)"};
constexpr Statement forget_tries{"forget_sign_in_tries", "SELECT forget_sign_in_tries($1::bytea)"};
constexpr Statement select_link{
    "select_set_up_link",
    "SELECT token, expires_at FROM set_up_link, clock() AS at WHERE code_sha256 = $1::bytea "
    "AND CASE WHEN demonstration THEN $2::boolean ELSE used_at IS NULL AND expires_at > at END AND account_is_live(token, at)"};
constexpr Statement enter_with_passphrase{
    "enter_by_passphrase",
    "SELECT enter_by_passphrase($4::uuid, $5::bigint, $6::bytea, $1::uuid, $2::bytea, $3::interval) AS ends_at"};
constexpr Statement enter_with_passkey{
    "enter_by_passkey", "SELECT enter_by_passkey($4::bytea, $5::bigint, $6::bytea, $1::uuid, $2::bytea, $3::interval) AS ends_at"};
constexpr Statement enter_with_link{"enter_by_link", "SELECT enter_by_link($4::bytea, $1::uuid, $2::bytea, $3::interval) AS ends_at"};
constexpr Statement follow_with_passphrase{
    "set_up_passphrase",
    "SELECT set_up_passphrase($4::bytea, $5::bytea, $6::bytea, $7::integer, $8::bytea, $9::bigint, $1::uuid, $2::bytea, $3::interval) "
    "AS ends_at"};
constexpr Statement follow_with_passkey{
    "set_up_passkey",
    "SELECT set_up_passkey($4::bytea, $5::bytea, $6::bytea, $7::integer, $8::bigint, $9::bytea, $1::uuid, $2::bytea, $3::interval) "
    "AS ends_at"};
constexpr Statement select_session_end{"web_session_end", "SELECT ends_at FROM web_session WHERE id = $1::uuid"};
constexpr Statement end_one{"end_web_session", "SELECT end_web_session($1::uuid)"};
constexpr Statement end_all{"end_web_sessions", "SELECT end_web_sessions($1::uuid)"};
constexpr Statement clock_for_account{"account_clock", "SELECT clock()"};

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string text_of(const Bytes& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::string without_hyphens(core::Uuid id) { return record::to_hex({reinterpret_cast<char*>(id.bytes.data()), 16}); }

std::optional<core::PersonId> person_of(const Row& row) {
  const auto id = row.get<std::optional<std::string>>("person");
  return id ? std::optional(id_of<core::PersonId>(*id)) : std::nullopt;
}

Account read_account(const Row& row) {
  Account account;
  account.token = id_of<core::TokenId>(row.get<std::string_view>("id"));
  account.login = {row.get<std::string>("organization"), row.get<std::string>("login")};
  account.role = *core::parse_role(row.get<std::string_view>("role"));
  account.name = row.get<std::string>("name");
  account.person = person_of(row);
  account.made_at = row.get<Timestamp>("issued_at");
  account.expires_at = row.get<std::optional<Timestamp>>("expires_at");
  account.revoked_at = row.get<std::optional<Timestamp>>("revoked_at");
  account.passkeys = row.get<std::int64_t>("passkeys");
  account.passphrase = row.get<bool>("passphrase");
  account.sessions = row.get<std::int64_t>("sessions");
  account.linked = row.get<bool>("linked");
  return account;
}

core::Uuid fresh_id(Transaction& transaction) {
  return fresh_identifiers(transaction.execute(clock_for_account).one().get<Timestamp>(0)).next_uuid();
}

// By a statement that takes id, hash and length of the session, then what was proven. Whole, or nothing of it.
std::optional<OpenedSession> open(Connection& authenticator, const Statement& statement, std::vector<Parameter> proven) {
  Transaction transaction(authenticator);
  OpenedSession session;
  session.id = fresh_id(transaction);
  const auto secret = base64url(random_bytes(32));
  std::vector<Parameter> parameters{core::to_string(session.id), bytes_of(sha256(secret)), std::chrono::seconds(session_lifetime)};
  for (auto& parameter : proven) parameters.push_back(std::move(parameter));
  const auto ends = transaction.execute(statement, parameters).one().get<std::optional<Timestamp>>("ends_at");
  if (!ends) return std::nullopt;
  transaction.commit();
  session.ends_at = *ends;
  session.secret = without_hyphens(session.id).append("_").append(secret);
  return session;
}

}  // namespace

bool is_login(std::string_view text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return text.size() >= 2 && text.size() <= 40 && plain(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
    return plain(c) || c == '.' || c == '_' || c == '-';
  });
}

std::optional<Login> parse_login(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto body = text.substr(0, slash);
  const bool slug = !body.empty() && body.size() <= longest_slug && std::all_of(body.begin(), body.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  if (!slug || !is_login(text.substr(slash + 1))) return std::nullopt;
  return Login{std::string(body), std::string(text.substr(slash + 1))};
}

std::string to_string(const Login& login) { return login.organization + "/" + login.login; }

std::optional<core::TokenId> add_account(Connection& owner, const NewAccount& account) {
  Transaction transaction(owner);
  const core::TokenId id{fresh_id(transaction)};
  try {
    transaction.execute(insert_account_token,
                        {core::to_string(id), account.login.organization, std::string(core::to_string(account.role)), account.name,
                         account.valid_for, account.person ? Parameter(core::to_string(*account.person)) : Parameter(nullptr)});
    transaction.execute(insert_account, {core::to_string(id), account.login.organization, account.login.login});
  } catch (const ConstraintViolation& violation) {
    if (violation.constraint() == "account_login") return std::nullopt;
    throw;
  }
  transaction.commit();
  return id;
}

std::optional<Account> find_account(Connection& owner, const Login& login) {
  const auto row = owner.execute(select_account, {login.organization, login.login}).maybe_one();
  return row ? std::optional(read_account(*row)) : std::nullopt;
}

std::vector<Account> list_accounts(Connection& owner) {
  std::vector<Account> accounts;
  for (const auto& row : owner.execute(select_accounts)) accounts.push_back(read_account(row));
  return accounts;
}

std::string make_set_up_link(Connection& owner, core::TokenId account, bool demonstration) {
  const auto code = base64url(random_bytes(32));
  Transaction transaction(owner);
  transaction.execute(delete_links, {core::to_string(account)});
  transaction.execute(insert_link, {bytes_of(sha256(code)), core::to_string(account), std::chrono::seconds(set_up_link_lifetime),
                                    demonstration});
  transaction.commit();
  return code;
}

std::optional<EnteredAccount> describe_account(Connection& authenticator, core::TokenId account) {
  const auto row = authenticator.execute(describe, {core::to_string(account)}).maybe_one();
  if (!row) return std::nullopt;
  EnteredAccount found;
  found.actor = {account, row->get<std::string>("organization"), core::parse_role(row->get<std::string_view>("role")),
                 row->get<std::string>("name"), person_of(*row)};
  found.login = {found.actor.organization, row->get<std::string>("login")};
  found.person_name = row->get<std::optional<std::string>>("person_name").value_or("");
  found.passkeys = row->get<std::int64_t>("passkeys");
  found.passphrase = row->get<bool>("passphrase");
  return found;
}

std::optional<KeptPassphrase> find_passphrase(Connection& authenticator, const Login& login) {
  const auto row = authenticator.execute(select_passphrase, {login.organization, login.login}).maybe_one();
  if (!row) return std::nullopt;
  return KeptPassphrase{id_of<core::TokenId>(row->get<std::string_view>("token")), text_of(row->get<Bytes>("passphrase_hash")),
                        text_of(row->get<Bytes>("passphrase_salt")), row->get<std::int32_t>("passphrase_rounds"),
                        text_of(row->get<Bytes>("totp_secret"))};
}

std::optional<KeptPasskey> find_passkey(Connection& authenticator, std::string_view id) {
  const auto row = authenticator.execute(select_passkey, {bytes_of(id)}).maybe_one();
  if (!row) return std::nullopt;
  return KeptPasskey{id_of<core::TokenId>(row->get<std::string_view>("token")), text_of(row->get<Bytes>("public_key")),
                     row->get<std::int32_t>("algorithm")};
}

std::chrono::seconds begin_sign_in(Connection& authenticator, std::string_view written,
                                   const std::function<std::chrono::seconds(int failures)>& wait_after) {
  const auto digest = sha256(written);
  Transaction transaction(authenticator);
  const auto row = transaction.execute(lock_try, {bytes_of(digest)}).one();
  const int failures = row.get<std::int32_t>("failures");
  if (const auto elapsed = row.get<std::optional<double>>("elapsed")) {
    const auto left = static_cast<double>(wait_after(failures).count()) - *elapsed;
    if (left > 0) return std::chrono::seconds(static_cast<std::int64_t>(std::ceil(left)));
  }
  transaction.execute(note_try, {bytes_of(digest), failures + 1});
  transaction.commit();
  return std::chrono::seconds(0);
}

void sign_in_failed(Connection& authenticator, std::string_view written) {
  authenticator.execute(note_try, {bytes_of(sha256(written)), nullptr});
}

std::optional<SetUpLink> find_set_up_link(Connection& authenticator, std::string_view code, bool demonstration) {
  const auto row = authenticator.execute(select_link, {bytes_of(sha256(code)), demonstration}).maybe_one();
  if (!row) return std::nullopt;
  return SetUpLink{id_of<core::TokenId>(row->get<std::string_view>("token")), row->get<std::optional<Timestamp>>("expires_at")};
}

std::optional<OpenedSession> enter_by_passphrase(Connection& authenticator, core::TokenId account, std::string_view written,
                                                 std::int64_t totp_step) {
  return open(authenticator, enter_with_passphrase, {core::to_string(account), totp_step, bytes_of(sha256(written))});
}

std::optional<OpenedSession> enter_by_passkey(Connection& authenticator, std::string_view passkey, std::uint32_t counter,
                                              std::string_view challenge) {
  return open(authenticator, enter_with_passkey,
              {bytes_of(passkey), static_cast<std::int64_t>(counter), bytes_of(sha256(challenge))});
}

std::optional<OpenedSession> enter_by_link(Connection& authenticator, std::string_view code) {
  return open(authenticator, enter_with_link, {bytes_of(sha256(code))});
}

std::optional<OpenedSession> set_up_passphrase(Connection& authenticator, std::string_view code, const NewPassphrase& passphrase) {
  return open(authenticator, follow_with_passphrase,
              {bytes_of(sha256(code)), bytes_of(passphrase.hash), bytes_of(passphrase.salt), passphrase.rounds,
               bytes_of(passphrase.totp_secret), passphrase.totp_step});
}

std::optional<OpenedSession> set_up_passkey(Connection& authenticator, std::string_view code, const NewPasskey& passkey) {
  try {
    return open(authenticator, follow_with_passkey,
                {bytes_of(sha256(code)), bytes_of(passkey.id), bytes_of(passkey.public_key), passkey.algorithm,
                 static_cast<std::int64_t>(passkey.counter), bytes_of(sha256(passkey.challenge))});
  } catch (const ConstraintViolation& violation) {
    if (violation.constraint() == "passkey_pkey") return std::nullopt;  // an authenticator gives each credential an id of its own
    throw;
  }
}

std::optional<Timestamp> session_end(Connection& authenticator, core::Uuid session) {
  const auto row = authenticator.execute(select_session_end, {core::to_string(session)}).maybe_one();
  return row ? std::optional(row->get<Timestamp>("ends_at")) : std::nullopt;
}

void end_session(Connection& authenticator, core::Uuid session) {
  authenticator.execute(end_one, {core::to_string(session)});
}

void end_sessions(Connection& authenticator, core::TokenId account) {
  authenticator.execute(end_all, {core::to_string(account)});
}

}  // namespace noroshi::store
