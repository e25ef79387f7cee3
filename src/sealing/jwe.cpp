#include "src/sealing/jwe.h"

#include <algorithm>
#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "src/sealing/base64url.h"
#include "src/sealing/ciphers.h"
#include "src/sealing/curve.h"
#include "src/sealing/strict_object.h"

namespace noroshi::sealing {
namespace {

namespace json = boost::json;

constexpr std::string_view key_agreement = "ECDH-ES+A256KW";
constexpr std::string_view encryption = "A256GCM";
constexpr std::string_view protected_header = R"({"alg":"ECDH-ES+A256KW","enc":"A256GCM"})";

// -- Reading: a JWE of this room's form, taken apart and checked before a key is used.

struct Recipient {
  std::string_view kid;
  PublicKey ephemeral;
  std::string wrapped;
};

struct Taken {
  json::object jwe;  // what the views look at
  std::string_view protected_text, aad_text;
  bool alg_is_protected = false;
  std::vector<Recipient> recipients;
  std::string aad;
  Encrypted content;
};

// What is encoded there; `length` 0: any.
Expected<std::string> bytes_at(const json::object& object, std::string_view name, std::size_t length) {
  const auto text = text_at(object, name);
  if (!text) return tl::unexpected(text.error());
  if (!object.contains(json::string_view(name.data(), name.size()))) return tl::unexpected(Fault::unreadable);
  auto bytes = from_base64url(*text);
  if (!bytes || (length != 0 && bytes->size() != length)) return tl::unexpected(Fault::unreadable);
  return std::move(*bytes);
}

// A name stands in one of the headers alone (RFC 7516 4): `enc` in the protected one, `alg` in either. Whether it has it.
Expected<bool> check_protected(std::string_view text) {
  const auto decoded = from_base64url(text);
  const auto header = decoded ? read_object(*decoded) : std::nullopt;
  if (!header) return tl::unexpected(Fault::unreadable);
  if (const auto known = check_names(*header, {"alg", "enc"}, Fault::other_algorithm); !known)
    return tl::unexpected(known.error());
  const auto alg = text_at(*header, "alg"), enc = text_at(*header, "enc");
  if (!alg || !enc) return tl::unexpected(Fault::unreadable);
  const bool names_alg = header->contains("alg");
  if (*enc != encryption || (names_alg && *alg != key_agreement)) return tl::unexpected(Fault::other_algorithm);
  return names_alg;
}

Expected<Recipient> take_recipient(const json::object& entry, bool alg_is_protected) {
  const auto* member = entry.if_contains("header");
  const auto* header = member ? member->if_object() : nullptr;
  if (!header) return tl::unexpected(Fault::unreadable);
  if (const auto known = check_names(*header, {"alg", "epk", "kid"}, Fault::other_algorithm); !known)
    return tl::unexpected(known.error());
  const auto alg = text_at(*header, "alg"), kid = text_at(*header, "kid");
  if (!alg || !kid || header->contains("alg") == alg_is_protected) return tl::unexpected(Fault::unreadable);
  if (!alg_is_protected && *alg != key_agreement) return tl::unexpected(Fault::other_algorithm);
  const auto* epk = header->if_contains("epk");
  if (!epk || !epk->is_object()) return tl::unexpected(Fault::unreadable);
  // A point off the curve would tell of the private key what it does to it.
  auto ephemeral = PublicKey::of_jwk(json::serialize(*epk));
  if (!ephemeral) return tl::unexpected(ephemeral.error());
  auto wrapped = bytes_at(entry, "encrypted_key", wrapped_key_length);
  if (!wrapped) return tl::unexpected(wrapped.error());
  return Recipient{*kid, std::move(*ephemeral), std::move(*wrapped)};
}

Expected<void> take_recipients(Taken& taken) {
  const auto take = [&](const json::object& entry) -> Expected<void> {
    auto recipient = take_recipient(entry, taken.alg_is_protected);
    if (!recipient) return tl::unexpected(recipient.error());
    taken.recipients.push_back(std::move(*recipient));
    return {};
  };
  const auto* member = taken.jwe.if_contains("recipients");
  if (!member) return take(taken.jwe);  // one, flattened (RFC 7516 7.2.2)
  const auto* list = member->if_array();
  if (!list) return tl::unexpected(Fault::unreadable);
  if (list->empty() || list->size() > most_recipients) return tl::unexpected(Fault::bad_recipients);
  for (const auto& each : *list) {
    const auto* entry = each.if_object();
    if (!entry) return tl::unexpected(Fault::unreadable);
    if (const auto known = check_names(*entry, {"header", "encrypted_key"}, Fault::unreadable); !known) return known;
    if (const auto good = take(*entry); !good) return good;
  }
  return {};
}

Expected<Taken> take_apart(std::string_view text) {
  if (text.size() > longest_jwe) return tl::unexpected(Fault::too_large);
  auto read = read_object(text);
  if (!read) return tl::unexpected(Fault::unreadable);
  Taken taken;
  taken.jwe = std::move(*read);
  const auto& jwe = taken.jwe;
  if (jwe.contains("unprotected")) return tl::unexpected(Fault::other_algorithm);
  const auto known =
      jwe.contains("recipients")
          ? check_names(jwe, {"protected", "recipients", "aad", "iv", "ciphertext", "tag"}, Fault::unreadable)
          : check_names(jwe, {"protected", "header", "encrypted_key", "aad", "iv", "ciphertext", "tag"}, Fault::unreadable);
  if (!known) return tl::unexpected(known.error());

  const auto protected_text = text_at(jwe, "protected"), aad_text = text_at(jwe, "aad");
  if (!protected_text || !aad_text) return tl::unexpected(Fault::unreadable);
  const auto alg_is_protected = check_protected(*protected_text);
  if (!alg_is_protected) return tl::unexpected(alg_is_protected.error());
  taken.protected_text = *protected_text;
  taken.aad_text = *aad_text;
  taken.alg_is_protected = *alg_is_protected;
  if (const auto recipients = take_recipients(taken); !recipients) return tl::unexpected(recipients.error());

  auto aad = from_base64url(*aad_text);
  auto iv = bytes_at(jwe, "iv", iv_length), tag = bytes_at(jwe, "tag", tag_length);
  auto ciphertext = bytes_at(jwe, "ciphertext", 0);
  // One that is there and empty stands under the tag, as RFC 7516 has it: no writer should, and none here reads it.
  if (!aad || (aad->empty() && jwe.contains("aad")) || !iv || !tag || !ciphertext) return tl::unexpected(Fault::unreadable);
  if (aad->size() > longest_aad || ciphertext->size() > longest_plaintext) return tl::unexpected(Fault::too_large);
  taken.aad = std::move(*aad);
  taken.content = {std::move(*iv), std::move(*ciphertext), std::move(*tag)};
  return taken;
}

// What is authenticated beside the text (RFC 7516 5.1, step 14).
std::string authenticated(std::string_view protected_text, std::string_view aad_text) {
  std::string text(protected_text);
  if (!aad_text.empty()) text.append(".").append(aad_text);
  return text;
}

// -- Keys.

// The content key, where `key` is of one of the recipients.
std::optional<Secret> unwrap(const Taken& taken, const PrivateKey& key) {
  const auto id = key.public_key().id();
  const auto own = read_pair(key.public_key().point(), key.d());
  for (const auto& recipient : taken.recipients) {
    if (!recipient.kid.empty() && recipient.kid != id) continue;
    const auto ephemeral = read_point(recipient.ephemeral.point());
    if (!own || !ephemeral) continue;
    if (auto content_key = unwrap_key(recipient.wrapped, wrapping_key(agree(*own, *ephemeral)))) return content_key;
  }
  return std::nullopt;
}

// The content key for one receiver, as an entry of `recipients`.
Expected<std::string> wrap(const Secret& content_key, const PublicKey& receiver, bool alg_is_protected) {
  const auto ephemeral = make_pair();
  const auto other = read_point(receiver.point());
  if (!ephemeral || !other) return tl::unexpected(Fault::library_failed);
  const auto agreed = agree(*ephemeral->key, *other);
  const auto wrapped = agreed.view().empty() ? std::string() : wrap_key(content_key, wrapping_key(agreed));
  if (wrapped.empty()) return tl::unexpected(Fault::library_failed);
  const std::string_view point = ephemeral->point;
  std::string entry = R"({"header":{)";
  if (!alg_is_protected) entry.append(R"("alg":")").append(key_agreement).append("\",");
  entry.append(R"("kid":")").append(receiver.id());
  entry.append(R"(","epk":{"kty":"EC","crv":"P-384","x":")").append(to_base64url(point.substr(1, coordinate_length)));
  entry.append(R"(","y":")").append(to_base64url(point.substr(1 + coordinate_length)));
  entry.append(R"("}},"encrypted_key":")").append(to_base64url(wrapped)).append("\"}");
  return entry;
}

// -- Writing: the members in the order of RFC 7516 7.2.1. All are base64url but the recipients, which are JSON.

std::string serialize(std::string_view protected_text, std::string_view recipients, std::string_view aad, std::string_view iv,
                      std::string_view ciphertext, std::string_view tag) {
  std::string text;
  text.reserve(protected_text.size() + recipients.size() + aad.size() + ciphertext.size() + 256);
  text.append(R"({"protected":")").append(protected_text).append(R"(","recipients":[)").append(recipients).append("]");
  if (!aad.empty()) text.append(R"(,"aad":")").append(aad).append("\"");
  text.append(R"(,"iv":")").append(iv).append(R"(","ciphertext":")").append(ciphertext);
  text.append(R"(","tag":")").append(tag).append("\"}");
  return text;
}

// The recipients there are, as they stand.
std::string recipients_of(const json::object& jwe) {
  if (const auto* list = jwe.if_contains("recipients")) {
    const auto text = json::serialize(*list);
    return text.substr(1, text.size() - 2);  // without the brackets
  }
  return json::serialize(json::object{{"header", jwe.at("header")}, {"encrypted_key", jwe.at("encrypted_key")}});
}

std::string_view member(const Taken& taken, std::string_view name) {
  return text_at(taken.jwe, name).value_or(std::string_view());
}

}  // namespace

std::string annex_aad(std::string_view organization, std::string_view reference, std::string_view idempotency_key) {
  std::string text;
  for (const auto line : {organization, reference, idempotency_key}) text.append(line).append("\n");
  return text;
}

Expected<std::string> seal(std::string_view plaintext, std::string_view aad, std::span<const PublicKey> recipients) {
  if (plaintext.size() > longest_plaintext || aad.size() > longest_aad) return tl::unexpected(Fault::too_large);
  if (recipients.empty() || recipients.size() > most_recipients) return tl::unexpected(Fault::bad_recipients);
  for (auto each = recipients.begin(); each != recipients.end(); ++each)
    if (std::find(each + 1, recipients.end(), *each) != recipients.end()) return tl::unexpected(Fault::bad_recipients);

  const auto content_key = draw_key();
  if (content_key.view().empty()) return tl::unexpected(Fault::library_failed);
  const auto protected_text = to_base64url(protected_header), aad_text = to_base64url(aad);
  std::string entries;
  for (const auto& recipient : recipients) {
    const auto entry = wrap(content_key, recipient, true);
    if (!entry) return tl::unexpected(entry.error());
    entries.append(entries.empty() ? "" : ",").append(*entry);
  }
  const auto content = encrypt(plaintext, authenticated(protected_text, aad_text), content_key);
  if (!content) return tl::unexpected(Fault::library_failed);
  return serialize(protected_text, entries, aad_text, to_base64url(content->iv), to_base64url(content->ciphertext),
                   to_base64url(content->tag));
}

Expected<Opened> open(std::string_view jwe, const PrivateKey& key) {
  const auto taken = take_apart(jwe);
  if (!taken) return tl::unexpected(taken.error());
  const auto content_key = unwrap(*taken, key);
  if (!content_key) return tl::unexpected(Fault::not_a_recipient);
  auto plaintext = decrypt(taken->content, authenticated(taken->protected_text, taken->aad_text), *content_key);
  if (!plaintext) return tl::unexpected(Fault::altered);
  return Opened{std::move(*plaintext), taken->aad};
}

Expected<std::string> rewrap(std::string_view jwe, const PrivateKey& own, const PublicKey& added) {
  const auto taken = take_apart(jwe);
  if (!taken) return tl::unexpected(taken.error());
  const auto id = added.id();
  if (taken->recipients.size() >= most_recipients ||
      std::any_of(taken->recipients.begin(), taken->recipients.end(), [&](const auto& each) { return each.kid == id; }))
    return tl::unexpected(Fault::bad_recipients);
  const auto content_key = unwrap(*taken, own);
  if (!content_key) return tl::unexpected(Fault::not_a_recipient);
  if (!decrypt(taken->content, authenticated(taken->protected_text, taken->aad_text), *content_key))
    return tl::unexpected(Fault::altered);
  const auto entry = wrap(*content_key, added, taken->alg_is_protected);
  if (!entry) return tl::unexpected(entry.error());
  return serialize(taken->protected_text, recipients_of(taken->jwe) + "," + *entry, taken->aad_text, member(*taken, "iv"),
                   member(*taken, "ciphertext"), member(*taken, "tag"));
}

Expected<Envelope> look_at(std::string_view jwe) {
  const auto taken = take_apart(jwe);
  if (!taken) return tl::unexpected(taken.error());
  Envelope envelope;
  for (const auto& recipient : taken->recipients) envelope.key_ids.emplace_back(recipient.kid);
  envelope.aad = taken->aad;
  return envelope;
}

}  // namespace noroshi::sealing
