#include "src/store/tokens.h"

#include <sodium.h>

#include <mutex>
#include <unordered_map>

#include "src/record/encodings.h"
#include "src/store/bytes.h"
#include "src/store/known.h"

namespace noroshi::store {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr auto patience = 800ms;
constexpr std::size_t remembered_at_most = 10'000;

constexpr std::string_view token_prefix = "noroshi_";
constexpr std::size_t id_length = 32;
constexpr std::size_t secret_length = 43;

constexpr Statement select_person{
    "token_person", "SELECT name FROM person WHERE id = $1::uuid AND organization = $2 AND left_at IS NULL"};
constexpr Statement insert_token{
    "insert_token",
    "INSERT INTO token (id, organization, role, name, secret_sha256, issued_at, expires_at, signing_key, person) "
    "SELECT $1::uuid, $2, $3, $4, $5::bytea, at, at + $6::interval, decode($7, 'base64'), $8::uuid FROM clock() AS at"};
constexpr Statement select_tokens{"select_tokens",
                                  "SELECT id, organization, role, name, signing_key, person, issued_at, expires_at, revoked_at FROM token "
                                  "WHERE secret_sha256 IS NOT NULL ORDER BY issued_at DESC, id"};
constexpr Statement revoke{"revoke_token",
                           "UPDATE token SET revoked_at = clock() WHERE id = $1::uuid AND revoked_at IS NULL"};
constexpr Statement find_token{"find_token",
                               "SELECT t.organization, t.role, t.name, t.secret_sha256, t.signing_key, t.person, p.asked_at IS NULL "
                               "OR p.asked_at NOT BETWEEN at - interval '1 minute' AND at AS presence_is_old "
                               "FROM clock() AS at, token t LEFT JOIN body_presence p ON p.organization = t.organization "
                               "WHERE t.id = $1::uuid AND t.secret_sha256 IS NOT NULL AND revoked_at IS NULL "
                               "AND (expires_at IS NULL OR expires_at > at) AND (t.person IS NULL OR NOT post_has_ended(t.person, t.role, at))"};
// A session, of an account: what holds of a token holds of it too, and it ends by itself.
constexpr Statement find_session{"find_session",
                                 "SELECT t.id, t.organization, t.role, t.name, w.secret_sha256, t.person, "
                                 "w.seen_at NOT BETWEEN at - shown_length(interval '1 minute') AND at AS sight_is_old, "
                                 "p.asked_at IS NULL OR p.asked_at NOT BETWEEN at - interval '1 minute' AND at AS presence_is_old "
                                 "FROM clock() AS at, web_session w JOIN token t ON t.id = w.token "
                                 "LEFT JOIN body_presence p ON p.organization = t.organization "
                                 "WHERE w.id = $1::uuid AND w.ends_at > at AND w.seen_at > at - shown_length(interval '60 minutes') "
                                 "AND account_is_live(t.id, at)"};
constexpr Statement note_sight{"note_web_session", "SELECT note_web_session($1::uuid)"};
constexpr Statement note_presence{"note_presence", "SELECT note_presence($1)"};
constexpr Statement clock_now{"clock", "SELECT clock()"};

std::string without_hyphens(core::Uuid id) { return record::to_hex({reinterpret_cast<char*>(id.bytes.data()), 16}); }

struct Bearer {
  core::Uuid id;  // of the token, or of the session
  std::string_view secret;
  bool session = false;
};

std::optional<Bearer> parse_bearer(std::string_view text) {
  const bool session = text.starts_with(session_prefix);
  const auto prefix = session ? session_prefix : token_prefix;
  if (text.size() != prefix.size() + id_length + 1 + secret_length || !text.starts_with(prefix)) return std::nullopt;
  std::string id(text.substr(prefix.size(), id_length));
  if (text[prefix.size() + id_length] != '_') return std::nullopt;
  for (std::size_t place : {8, 13, 18, 23}) id.insert(place, 1, '-');
  auto parsed = core::parse_uuid(id);
  if (!parsed) return std::nullopt;
  return Bearer{*parsed, text.substr(text.size() - secret_length), session};
}

std::optional<record::ActorKey> read_key(const Row& row) {
  const auto der = row.get<std::optional<Bytes>>("signing_key");
  if (!der) return std::nullopt;
  // What stands there was parsed before it was stored; a row that was altered since is a key that nobody holds.
  auto key = record::parse_actor_key({reinterpret_cast<const char*>(der->data()), der->size()});
  return key ? std::optional(std::move(*key)) : std::nullopt;
}

// Who holds a good token is let in, whether or not it can be noted that he came.
void note(Connection& authenticator, const Statement& what, const std::string& whose) {
  try {
    authenticator.execute(what, {whose});
  } catch (const DatabaseError&) {
  }
}

std::optional<core::PersonId> read_person(const Row& row) {
  const auto id = row.get<std::optional<std::string>>("person");
  return id ? std::optional(id_of<core::PersonId>(*id)) : std::nullopt;
}

IssuedToken read_token(const Row& row) {
  IssuedToken token;
  token.id = id_of<core::TokenId>(row.get<std::string_view>("id"));
  token.organization = row.get<std::string>("organization");
  token.role = *core::parse_role(row.get<std::string_view>("role"));
  token.name = row.get<std::string>("name");
  token.signing_key = read_key(row);
  token.person = read_person(row);
  token.issued_at = row.get<Timestamp>("issued_at");
  token.expires_at = row.get<std::optional<Timestamp>>("expires_at");
  token.revoked_at = row.get<std::optional<Timestamp>>("revoked_at");
  return token;
}

}  // namespace

std::string issue_token(Connection& owner, const std::string& organization, core::Role role, const std::string& name,
                        std::optional<std::chrono::seconds> valid_for,
                        const std::optional<record::ActorKey>& signing_key,
                        const std::optional<core::PersonId>& person) {
  if (sodium_init() < 0) throw std::runtime_error("no source of randomness");
  const auto now = owner.execute(clock_now).one().get<Timestamp>(0);
  const auto id = fresh_identifiers(now).next_uuid();
  const auto secret = base64url(random_bytes(32));
  const auto digest = sha256(secret);
  owner.execute(insert_token, {core::to_string(id), organization, std::string(core::to_string(role)), name,
                               std::as_bytes(std::span(digest)), valid_for,
                               signing_key ? Parameter(base64(signing_key->public_key)) : Parameter(nullptr),
                               person ? Parameter(core::to_string(*person)) : Parameter(nullptr)});
  std::string bearer(token_prefix);
  return bearer.append(without_hyphens(id)).append("_").append(secret);
}

std::optional<std::string> name_of_person(Connection& owner, const std::string& organization, core::PersonId person) {
  const auto rows = owner.execute(select_person, {core::to_string(person), organization});
  const auto row = rows.maybe_one();
  return row ? std::optional(row->get<std::string>("name")) : std::nullopt;
}

std::vector<IssuedToken> list_tokens(Connection& owner) {
  std::vector<IssuedToken> tokens;
  for (const auto& row : owner.execute(select_tokens)) tokens.push_back(read_token(row));
  return tokens;
}

bool revoke_token(Connection& owner, core::TokenId id) {
  return owner.execute(revoke, {core::to_string(id)}).affected() == 1;
}

// Keyed by the digest of the whole bearer token, so that no secret stays in memory.
struct TokenDirectory::Memory {
  struct Entry {
    Answer answer;
    SteadyClock::time_point until;
  };
  mutable std::mutex mutex;
  std::unordered_map<std::string, Entry> entries;
};

TokenDirectory::TokenDirectory(ConnectionPool& authenticators, std::chrono::milliseconds remembered_for)
    : authenticators_(authenticators), remembered_for_(remembered_for), memory_(std::make_unique<Memory>()) {}
TokenDirectory::~TokenDirectory() = default;

std::optional<TokenDirectory::Answer> TokenDirectory::remembered(std::string_view bearer) const {
  if (!parse_bearer(bearer)) return Answer{};
  const auto digest = sha256(bearer);
  std::lock_guard lock(memory_->mutex);
  const auto entry = memory_->entries.find(digest);
  if (entry == memory_->entries.end() || entry->second.until < SteadyClock::now()) return std::nullopt;
  return entry->second.answer;
}

SteadyClock::time_point TokenDirectory::default_deadline() { return SteadyClock::now() + patience; }

TokenDirectory::Answer TokenDirectory::look_up(std::string_view bearer, SteadyClock::time_point deadline) {
  const auto parsed = parse_bearer(bearer);
  if (!parsed) return {};
  auto lease = authenticators_.acquire(deadline);
  const auto row = lease->execute(parsed->session ? find_session : find_token, {core::to_string(parsed->id)}).maybe_one();
  if (!row) return {};
  const auto stored = row->get<Bytes>("secret_sha256");
  const auto presented = sha256(parsed->secret);
  if (stored.size() != presented.size() || sodium_memcmp(stored.data(), presented.data(), stored.size()) != 0) return {};

  Answer answer;
  answer.verdict = Verdict::good;
  answer.actor = {parsed->session ? id_of<core::TokenId>(row->get<std::string_view>("id")) : core::TokenId{parsed->id},
                  row->get<std::string>("organization"), core::parse_role(row->get<std::string_view>("role")),
                  row->get<std::string>("name"), read_person(*row)};
  if (parsed->session)
    answer.session = parsed->id;
  else
    answer.signing_key = read_key(*row);
  if (row->get<bool>("presence_is_old") && answer.actor.role && core::hears_alarms(*answer.actor.role))
    note(*lease, note_presence, answer.actor.organization);
  if (parsed->session && row->get<bool>("sight_is_old")) note(*lease, note_sight, core::to_string(parsed->id));
  if (remembered_for_ <= 0ms) return answer;
  std::lock_guard lock(memory_->mutex);
  if (memory_->entries.size() >= remembered_at_most) memory_->entries.clear();
  memory_->entries[sha256(bearer)] = {answer, SteadyClock::now() + remembered_for_};
  return answer;
}

void TokenDirectory::forget_sessions_of(core::TokenId account) {
  std::lock_guard lock(memory_->mutex);
  std::erase_if(memory_->entries, [&](const auto& entry) {
    return entry.second.answer.session && entry.second.answer.actor.token == account;
  });
}

}  // namespace noroshi::store
