#include "src/store/content_keys.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include <fmt/format.h>

#include "src/record/encodings.h"
#include "src/sealing/base64url.h"
#include "src/sealing/ciphers.h"
#include "src/store/database_error.h"

namespace noroshi::store {
namespace {

constexpr char text_mark = '\1';
// No text begins with its first byte (RFC 3629).
constexpr std::string_view bytes_mark("\xf5noroshi", 8);
constexpr std::size_t header_length = 1 + 16;  // column, case
constexpr std::size_t kept_lately = 8192;      // cases

std::string_view view_of(const core::IncidentId& incident) {
  return {reinterpret_cast<const char*>(incident.value.bytes.data()), incident.value.bytes.size()};
}

// What a value is bound to: no other column and no other case opens it.
std::string bound_to(ContentField field, const core::IncidentId& incident) {
  std::string aad("noroshi/content/1 ");
  aad.append(name_of(field)).append(1, ' ').append(view_of(incident));
  return aad;
}

std::string bound_to(const core::IncidentId& incident, const std::string& organization, const std::string& epoch) {
  std::string aad("noroshi/content-key/1 ");
  aad.append(epoch).append(1, ' ').append(organization).append(1, ' ').append(view_of(incident));
  return aad;
}

// Nonce, ciphertext, tag: in one piece.
void append_encrypted(std::string& to, const std::optional<sealing::Encrypted>& made) {
  if (!made) std::abort();  // no randomness, no memory: nothing of a person's text is stored in clear instead
  to.append(made->iv).append(made->ciphertext).append(made->tag);
}

std::optional<sealing::Secret> decrypted(std::string_view piece, std::string_view aad, const sealing::Secret& key) {
  if (piece.size() < sealing::iv_length + sealing::tag_length) return std::nullopt;
  const auto text_length = piece.size() - sealing::iv_length - sealing::tag_length;
  return sealing::decrypt({std::string(piece.substr(0, sealing::iv_length)),
                           std::string(piece.substr(sealing::iv_length, text_length)),
                           std::string(piece.substr(sealing::iv_length + text_length))},
                          aad, key);
}

std::optional<core::IncidentId> case_of(std::string_view sealed) {
  if (sealed.size() < header_length) return std::nullopt;
  core::IncidentId incident;
  const auto id = sealed.substr(1, 16);
  std::transform(id.begin(), id.end(), incident.value.bytes.begin(), [](char byte) { return static_cast<std::uint8_t>(byte); });
  return incident;
}

}  // namespace

bool is_sealed_text(std::string_view text) { return !text.empty() && text.front() == text_mark; }
bool is_sealed_bytes(std::string_view bytes) { return bytes.starts_with(bytes_mark); }

std::optional<core::IncidentId> case_of_sealed_text(std::string_view sealed) {
  constexpr std::size_t digits = 24;  // of base64url: 18 bytes, one more than the header
  if (!is_sealed_text(sealed) || sealed.size() <= digits) return std::nullopt;
  const auto header = sealing::from_base64url(sealed.substr(1, digits));
  return header ? case_of(*header) : std::nullopt;
}
std::optional<core::IncidentId> case_of_sealed_bytes(std::string_view sealed) {
  return is_sealed_bytes(sealed) ? case_of(sealed.substr(bytes_mark.size())) : std::nullopt;
}

CaseKey::CaseKey(core::IncidentId incident, sealing::Secret key)
    : incident_(incident), key_(std::move(key)), iv_key_(sealing::derive_key(key_, "noroshi/iv-key/1")) {
  if (iv_key_.view().empty()) std::abort();
}

std::string CaseKey::seal_text(ContentField field, std::string_view text) const {
  if (text.empty()) return {};
  std::string sealed(1, static_cast<char>(field));
  append_encrypted(sealed.append(view_of(incident_)), sealing::encrypt_alike(text, bound_to(field, incident_), key_, iv_key_));
  return text_mark + sealing::to_base64url(sealed);
}
std::string CaseKey::seal_bytes(ContentField field, std::string_view bytes) const {
  std::string sealed(bytes_mark);
  sealed.append(1, static_cast<char>(field)).append(view_of(incident_));
  append_encrypted(sealed, sealing::encrypt(bytes, bound_to(field, incident_), key_));
  return sealed;
}

std::optional<std::string> CaseKey::open(std::string_view sealed) const {
  const auto incident = case_of(sealed);
  if (!incident || *incident != incident_) return std::nullopt;
  const auto number = static_cast<std::uint8_t>(sealed.front());
  if (number < 1 || number > content_field_names.size()) return std::nullopt;
  const auto opened = decrypted(sealed.substr(header_length), bound_to(ContentField{number}, incident_), key_);
  return opened ? std::optional<std::string>(opened->view()) : std::nullopt;
}
std::optional<std::string> CaseKey::open_text(std::string_view sealed) const {
  if (!is_sealed_text(sealed)) return std::nullopt;
  const auto bytes = sealing::from_base64url(sealed.substr(1));
  return bytes ? open(*bytes) : std::nullopt;
}
std::optional<std::string> CaseKey::open_bytes(std::string_view sealed) const {
  return is_sealed_bytes(sealed) ? open(sealed.substr(bytes_mark.size())) : std::nullopt;
}

ContentKeys::ContentKeys(Read read) : read_(std::move(read)) {
  for (auto& each : read_()) epochs_.insert_or_assign(each.epoch, std::move(each.key));
}

const sealing::Secret* ContentKeys::epoch_key(const std::string& epoch) {
  if (const auto known = epochs_.find(epoch); known != epochs_.end()) return &known->second;
  for (auto& each : read_()) epochs_.try_emplace(each.epoch, std::move(each.key));
  const auto found = epochs_.find(epoch);
  return found == epochs_.end() ? nullptr : &found->second;
}

const sealing::Secret* ContentKeys::body_key(const std::string& epoch, const std::string& organization) {
  const std::pair key{epoch, organization};
  if (const auto known = bodies_.find(key); known != bodies_.end()) return &known->second;
  const auto* of_epoch = epoch_key(epoch);
  if (!of_epoch) return nullptr;
  auto derived = sealing::derive_key(*of_epoch, "noroshi/body-key/1 " + organization);
  if (derived.view().empty()) std::abort();
  return &bodies_.emplace(key, std::move(derived)).first->second;
}

bool ContentKeys::use(const std::string& epoch) {
  const std::lock_guard lock(mutex_);
  if (!epoch_key(epoch)) return false;
  in_use_ = epoch;
  return true;
}
std::string ContentKeys::epoch_in_use() const {
  const std::lock_guard lock(mutex_);
  return in_use_;
}
bool ContentKeys::has(const std::string& epoch) {
  const std::lock_guard lock(mutex_);
  return epoch_key(epoch) != nullptr;
}
std::optional<std::string> ContentKeys::fingerprint(const std::string& epoch) {
  const std::lock_guard lock(mutex_);
  const auto* key = epoch_key(epoch);
  if (!key) return std::nullopt;
  const auto derived = sealing::derive_key(*key, "noroshi/epoch-fingerprint/1");
  return record::to_hex(derived.view());
}

WrappedKey ContentKeys::wrap(const CaseKey& key, const std::string& organization) {
  if (in_use_.empty()) throw std::logic_error("no epoch of content keys is in use");
  WrappedKey wrapped{organization, in_use_, {}};
  append_encrypted(wrapped.wrapped, sealing::encrypt(key.key_.view(), bound_to(key.incident(), organization, in_use_),
                                                     *body_key(in_use_, organization)));
  return wrapped;
}

NewCaseKey ContentKeys::make(core::IncidentId incident, const std::string& organization) {
  auto drawn = sealing::draw_key();
  if (drawn.view().empty()) std::abort();
  NewCaseKey made{std::make_shared<const CaseKey>(incident, std::move(drawn)), {}};
  const std::lock_guard lock(mutex_);
  made.wrapped = wrap(*made.key, organization);
  return made;
}

std::shared_ptr<const CaseKey> ContentKeys::unwrap(core::IncidentId incident, const WrappedKey& wrapped) {
  const std::lock_guard lock(mutex_);
  if (const auto known = lately_.find(incident); known != lately_.end() && known->second.first == wrapped)
    return known->second.second;
  const auto* of_body = body_key(wrapped.epoch, wrapped.organization);
  if (!of_body)
    throw ContentUnreadable(fmt::format("the content key of the epoch {} is not here: copy its file from another daemon on this "
                                        "database, or from where the keys are backed up",
                                        wrapped.epoch));
  auto key = decrypted(wrapped.wrapped, bound_to(incident, wrapped.organization, wrapped.epoch), *of_body);
  if (!key)
    throw ContentUnreadable(fmt::format("the key of a case does not open: it was altered, or the file of the epoch {} is another "
                                        "one of that name",
                                        wrapped.epoch));
  auto opened = std::make_shared<const CaseKey>(incident, std::move(*key));
  if (lately_.size() >= kept_lately) lately_.clear();
  lately_.insert_or_assign(incident, std::pair(wrapped, opened));
  return opened;
}

WrappedKey ContentKeys::rewrap(core::IncidentId incident, const WrappedKey& wrapped) {
  const auto key = unwrap(incident, wrapped);
  const std::lock_guard lock(mutex_);
  return wrap(*key, wrapped.organization);
}

}  // namespace noroshi::store
