#include "src/codec/annex_views.h"

#include <algorithm>
#include <cstdlib>

#include "src/codec/encoding.h"

namespace noroshi::codec {
namespace {

std::string to_base64url(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) text.push_back(digits[bits >> (count - 6) & 0x3F]);
  }
  if (count) text.push_back(digits[bits << (6 - count) & 0x3F]);
  return text;
}

std::string to_hexadecimal(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text.push_back(digits[static_cast<unsigned char>(c) >> 4]);
    text.push_back(digits[static_cast<unsigned char>(c) & 0xF]);
  }
  return text;
}

void write_keys(JsonWriter& out, const std::vector<core::AnnexKey>& keys) {
  out.name("keys").begin_array();
  for (const auto& key : keys)
    out.begin_object().member("organization", key.organization).member("key_id", key.key_id).end_object();
  out.end_array();
}

void write_names(JsonWriter& out, std::string_view name, const std::vector<std::string>& names) {
  out.name(name).begin_array();
  for (const auto& entry : names) out.value(entry);
  out.end_array();
}

void write_hash(JsonWriter& out, std::string_view sha256) {
  // Of an erased annex no hash is left.
  write_text_or_null(out, "sha256", sha256.size() == 32 ? to_hexadecimal(sha256) : std::string());
}

struct AnnexOf {
  std::optional<core::AnnexId> operator()(const core::AnnexAsked& what) const { return what.annex.id; }
  std::optional<core::AnnexId> operator()(const core::AnnexDecided& what) const { return what.annex; }
  std::optional<core::AnnexId> operator()(const core::AnnexSealed& what) const { return what.annex; }
  std::optional<core::AnnexId> operator()(const core::AnnexRewrapped& what) const { return what.annex; }
  std::optional<core::AnnexId> operator()(const core::AnnexUnreadable& what) const { return what.annex; }
  template <class Other>
  std::optional<core::AnnexId> operator()(const Other&) const {
    return std::nullopt;
  }
};

struct KeyOf {
  std::optional<core::SealingKeyId> operator()(const core::SealingKeyProposed& what) const { return what.key.id; }
  std::optional<core::SealingKeyId> operator()(const core::SealingKeyDecided& what) const { return what.key; }
  std::optional<core::SealingKeyId> operator()(const core::SealingKeyRevoked& what) const { return what.key; }
  template <class Other>
  std::optional<core::SealingKeyId> operator()(const Other&) const {
    return std::nullopt;
  }
};

}  // namespace

void encode(JsonWriter& out, const SealingKeyView& view, const AnswerContext&) {
  out.begin_object().member("id", view.id).member("organization", view.organization).member("key_id", view.key_id);
  const std::string_view point = view.public_key;
  out.member("public_key", to_base64url(point));
  out.name("jwk");
  if (point.size() == 97)
    out.begin_object()
        .member("kty", "EC")
        .member("crv", "P-384")
        .member("kid", view.key_id)
        .member("x", to_base64url(point.substr(1, 48)))
        .member("y", to_base64url(point.substr(49)))
        .end_object();
  else
    out.null();
  out.member("name", view.name).member("state", view.state);
  write_text_or_null(out, "asked_by", view.asked_by);
  write_time(out, "asked_at", view.asked_at);
  write_text_or_null(out, "decided_by", view.decided_by);
  write_time(out, "decided_at", view.decided_at);
  write_text_or_null(out, "decision_reason", view.decision_reason);
  write_text_or_null(out, "revoked_by", view.revoked_by);
  write_time(out, "revoked_at", view.revoked_at);
  write_text_or_null(out, "revocation_reason", view.revocation_reason);
  out.member("revision", view.revision).end_object();
}

void encode(JsonWriter& out, const AnnexView& view, const AnswerContext&) {
  out.begin_object().member("id", view.id).member("incident_id", view.incident_id).member("number", view.number);
  out.member("incident_organization", view.incident_organization).member("reference", view.reference);
  out.member("incident_state", view.incident_state);
  out.member("organization", view.organization).member("own", view.own);
  out.member("name", view.name).member("state", view.state);
  write_text_or_null(out, "asked_by", view.asked_by);
  write_time(out, "asked_at", view.asked_at);
  write_time(out, "permit_by", view.permit_by);
  out.member("permit_by_is", operator_target);
  write_text_or_null(out, "decided_by", view.decided_by);
  write_time(out, "decided_at", view.decided_at);
  write_text_or_null(out, "decision_reason", view.decision_reason);
  write_time(out, "sealed_at", view.sealed_at);
  write_text_or_null(out, "sealed_by", view.sealed_by);
  write_hash(out, view.sha256);
  out.member("size", view.size);
  write_keys(out, view.keys);
  write_names(out, "receivers", view.receivers);
  write_names(out, "unreadable_to", view.unreadable_to);
  out.member("revision", view.revision).end_object();
}

std::string answer_sealing_key(const core::BodyInformationDecision& decision, const AnswerContext&) {
  const auto id = std::visit(KeyOf{}, decision.events.front().what);
  const auto& keys = decision.after.keys;
  const auto key =
      std::find_if(keys.begin(), keys.end(), [&](const core::SealingKey& entry) { return id && entry.id == *id; });
  if (key == keys.end()) std::abort();
  std::string text;
  JsonWriter out(text);
  out.begin_object().member("id", to_string(key->id)).member("organization", key->organization);
  out.member("key_id", key->key_id).member("name", key->name).member("state", to_string(key->state));
  out.member("revision", key->revision);
  write_time(out, "at", decision.events.front().at);
  out.end_object();
  return text;
}

std::string answer_annex(const core::Decision& decision, const AnswerContext&) {
  const core::Annex* annex = nullptr;
  for (const auto& event : decision.events)
    if (const auto id = std::visit(AnnexOf{}, event.what)) annex = decision.after.find(*id);
  if (!annex) std::abort();
  std::string text;
  JsonWriter out(text);
  out.begin_object().member("id", to_string(annex->id)).member("incident_id", to_string(decision.after.id));
  out.member("number", decision.after.number).member("organization", annex->organization).member("name", annex->name);
  out.member("state", to_string(annex->state));
  write_time(out, "permit_by", annex->permit_by);
  write_hash(out, annex->sha256);
  out.member("size", annex->size);
  write_keys(out, annex->keys);
  write_names(out, "unreadable_to", annex->unreadable_to);
  out.member("revision", annex->revision);
  write_time(out, "at", decision.events.front().at);
  out.end_object();
  return text;
}

}  // namespace noroshi::codec
