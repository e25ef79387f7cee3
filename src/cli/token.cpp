#include "src/cli/token.h"

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <boost/json/value.hpp>

#include "routing/time.h"
#include "src/app/law.h"
#include "src/cli/listing.h"
#include "src/cli/words.h"
#include "src/core/role.h"
#include "src/store/tokens.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

// SubjectPublicKeyInfo in PEM, as openssl writes it.
std::optional<record::ActorKey> read_public_key(const std::filesystem::path& path) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(path.c_str(), "r"), BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      file ? PEM_read_bio_PUBKEY(file.get(), nullptr, nullptr, nullptr) : nullptr, EVP_PKEY_free);
  unsigned char* der = nullptr;
  const int length = key ? i2d_PUBKEY(key.get(), &der) : 0;
  if (length <= 0) return std::nullopt;
  auto parsed = record::parse_actor_key({reinterpret_cast<char*>(der), static_cast<std::size_t>(length)});
  OPENSSL_free(der);
  return parsed ? std::optional(std::move(*parsed)) : std::nullopt;
}

// The beginning of the key's SHA-256, as leaves name it; enough to tell two apart.
std::string shown_key(const std::optional<record::ActorKey>& key, std::size_t bytes) {
  std::string text;
  if (key)
    for (std::size_t i = 0; i < bytes; ++i) text += fmt::format("{:02x}", record::id_of(*key)[i]);
  return text;
}

json::value as_json(const store::IssuedToken& token) {
  return json::value{{"id", core::to_string(token.id)},
                     {"organization", token.organization},
                     {"role", std::string(core::to_string(token.role))},
                     {"name", token.name},
                     {"signing_key_sha256", token.signing_key ? json::value(shown_key(token.signing_key, 32)) : nullptr},
                     {"person", token.person ? json::value(core::to_string(*token.person)) : nullptr},
                     {"issued_at", format_rfc3339(token.issued_at)},
                     {"expires_at", time_or_null(token.expires_at)},
                     {"revoked_at", time_or_null(token.revoked_at)}};
}

// Also in the form in which it stands in the token: 32 digits without hyphens.
std::optional<core::TokenId> parse_token_id(std::string text) {
  if (text.size() == 32)
    for (const std::size_t place : {8, 13, 18, 23}) text.insert(place, 1, '-');
  const auto id = core::parse_uuid(text);
  if (!id) return std::nullopt;
  return core::TokenId{*id};
}

}  // namespace

int run(const TokenIssueOptions& options, const Output& output) {
  const auto law = app::load_law(options.registry, {});
  if (!law) {
    for (const auto& mistake : law.error()) complain(output, {to_string(mistake), to_string(mistake)});
    return exit_configuration;
  }
  auto holder = check_holder(options, law->registry);
  if (!holder) {
    complain(output, holder.error());
    return exit_usage;
  }
  const auto signing_key = options.signing_key ? read_public_key(*options.signing_key) : std::nullopt;
  if (options.signing_key && !signing_key) {
    complain(output, {fmt::format("{} に公開鍵がありません。Ed25519、または P-256 か P-384 の ECDSA の公開鍵を PEM で渡してください"
                                  "（例: openssl pkey -in key.pem -pubout）。",
                                  options.signing_key->string()),
                      fmt::format("{} holds no public key that signs here: give one of Ed25519, or of ECDSA on P-256 or P-384, in "
                                  "PEM (openssl pkey -in key.pem -pubout)",
                                  options.signing_key->string())});
    return exit_usage;
  }
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    const auto owner = visit.owner_of_current_schema();
    if (const auto found = check_person(*holder, *owner); !found) {
      complain(output, found.error());
      return exit_usage;
    }
    print_line(store::issue_token(*owner, holder->organization, holder->role, holder->name, holder->valid_for, signing_key,
                                  holder->person));
    return exit_ok;
  });
}

int run(const TokenListOptions& options, const Output& output) {
  Listing listing(output.language == Language::ja
                      ? std::vector<std::string>{"ID", "機関", "役割", "名前", "署名鍵", "発行", "期限", "失効"}
                      : std::vector<std::string>{"id", "body", "role", "name", "signing key", "issued", "expires", "revoked"});
  return list_from_database(options.database, output, std::move(listing), [&](store::Connection& owner, Listing& list) {
    for (const auto& token : store::list_tokens(owner))
      list.add(as_json(token),
               {core::to_string(token.id), token.organization, named_word(words::roles, core::to_string(token.role), output.language),
                token.name, shown_key(token.signing_key, 8), shown_time(token.issued_at), shown_time(token.expires_at),
                shown_time(token.revoked_at)});
  });
}

int run(const TokenRevokeOptions& options, const Output& output) {
  const auto id = parse_token_id(options.id);
  if (!id) {
    complain(output,
             {"トークンの ID は token list に出るものです。", "the id of a token is what token list shows"});
    return exit_usage;
  }
  return with_database(options.database, output, [&]() -> int {
    const DatabaseVisit visit(options.database, output);
    const auto owner = visit.owner_of_current_schema();
    if (store::revoke_token(*owner, *id)) return exit_ok;
    complain(output, {"そのトークンはないか、既に失効しています。",
                      "there is no such token, or it was revoked before"});
    return exit_failed;
  });
}

}  // namespace noroshi::cli
