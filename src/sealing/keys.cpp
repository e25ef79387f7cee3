// Keys on P-384 as JWK (RFC 7517, RFC 7518 6.2) and as points (SEC 1).
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "src/sealing/base64url.h"
#include "src/sealing/curve.h"
#include "src/sealing/jwe.h"
#include "src/sealing/strict_object.h"

namespace noroshi::sealing {
namespace {

namespace json = boost::json;

constexpr std::size_t point_text_length = 130;
constexpr std::size_t longest_members = 320;

// An object whose private half is wiped before it is freed.
class Jwk {
 public:
  explicit Jwk(json::object object) : object_(std::move(object)) {}
  Jwk(Jwk&&) = default;
  Jwk& operator=(Jwk&&) = delete;
  ~Jwk() {
    if (auto* d = object_.if_contains("d"); d && d->is_string()) OPENSSL_cleanse(d->get_string().data(), d->get_string().size());
  }
  const json::object& object() const { return object_; }

 private:
  json::object object_;
};

Expected<std::string> coordinate_at(const Jwk& jwk, std::string_view name) {
  const auto text = text_at(jwk.object(), name);
  if (!text) return tl::unexpected(text.error());
  auto bytes = from_base64url(*text);
  if (!bytes || bytes->size() != coordinate_length) return tl::unexpected(Fault::bad_key);
  return std::move(*bytes);
}

Expected<Jwk> read_jwk(std::string_view text) {
  if (text.size() > longest_jwk) return tl::unexpected(Fault::too_large);
  auto object = read_object(text);
  if (!object) return tl::unexpected(Fault::unreadable);
  Jwk jwk(std::move(*object));
  const auto kty = text_at(jwk.object(), "kty"), crv = text_at(jwk.object(), "crv");
  if (!kty || !crv) return tl::unexpected(Fault::unreadable);
  if (*kty != "EC" || *crv != "P-384") return tl::unexpected(Fault::other_algorithm);
  return jwk;
}

Expected<std::string> point_of(const Jwk& jwk) {
  const auto x = coordinate_at(jwk, "x"), y = coordinate_at(jwk, "y");
  if (!x) return tl::unexpected(x.error());
  if (!y) return tl::unexpected(y.error());
  return "\x04" + *x + *y;
}

// In the order of RFC 7638, so that what is shown is nearly what is hashed.
std::string members(const PublicKey& key, std::string_view d, std::string_view kid) {
  const std::string_view point = key.point();
  std::string text;
  text.reserve(longest_members);  // so that no growth leaves a copy of `d` behind
  text += R"({"crv":"P-384",)";
  if (!d.empty()) text.append(R"("d":")").append(d).append("\",");
  if (!kid.empty()) text.append(R"("kid":")").append(kid).append("\",");
  text.append(R"("kty":"EC","x":")").append(to_base64url(point.substr(1, coordinate_length)));
  text.append(R"(","y":")").append(to_base64url(point.substr(1 + coordinate_length))).append("\"}");
  return text;
}

}  // namespace

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::unreadable: return "unreadable";
    case Fault::too_large: return "too_large";
    case Fault::other_algorithm: return "other_algorithm";
    case Fault::bad_key: return "bad_key";
    case Fault::bad_recipients: return "bad_recipients";
    case Fault::not_a_recipient: return "not_a_recipient";
    case Fault::altered: return "altered";
    case Fault::library_failed: return "library_failed";
  }
  return "library_failed";
}

Secret::Secret(std::string text) {
  take(text);
}
Secret::Secret(Secret&& other) noexcept {
  take(other.text_);
}
Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    take(other.text_);
  }
  return *this;
}
Secret::~Secret() {
  wipe();
}

// A short text lies within the object, and a move copies it: what was left behind is wiped.
void Secret::take(std::string& text) {
  text_ = std::move(text);
  text.resize(text.capacity());
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

void Secret::wipe() {
  OPENSSL_cleanse(text_.data(), text_.size());
  text_.clear();
}

Expected<PublicKey> PublicKey::of_jwk(std::string_view text) {
  const auto jwk = read_jwk(text);
  if (!jwk) return tl::unexpected(jwk.error());
  if (jwk->object().contains("d")) return tl::unexpected(Fault::bad_key);
  const auto point = point_of(*jwk);
  if (!point) return tl::unexpected(point.error());
  return of_point(*point);
}

Expected<PublicKey> PublicKey::of_point(std::string_view point) {
  if (!read_point(point)) return tl::unexpected(Fault::bad_key);
  return PublicKey(std::string(point));
}

Expected<PublicKey> PublicKey::of_text(std::string_view text) {
  if (text.size() != point_text_length) return of_jwk(text);
  const auto point = from_base64url(text);
  return point ? of_point(*point) : of_jwk(text);
}

std::string PublicKey::point_text() const {
  return to_base64url(point_);
}

std::string PublicKey::jwk() const {
  return members(*this, {}, id());
}

std::string PublicKey::id() const {
  unsigned char digest[32];
  const auto text = members(*this, {}, {});
  EVP_Digest(text.data(), text.size(), digest, nullptr, EVP_sha256(), nullptr);
  return to_base64url({reinterpret_cast<const char*>(digest), sizeof digest});
}

Expected<PrivateKey> PrivateKey::make() {
  auto made = make_pair();
  if (!made) return tl::unexpected(Fault::library_failed);
  return PrivateKey(PublicKey(std::move(made->point)), std::move(made->d));
}

Expected<PrivateKey> PrivateKey::of_jwk(std::string_view text) {
  const auto jwk = read_jwk(text);
  if (!jwk) return tl::unexpected(jwk.error());
  auto point = point_of(*jwk);
  if (!point) return tl::unexpected(point.error());
  auto d = coordinate_at(*jwk, "d");
  if (!d) return tl::unexpected(d.error());
  Secret secret(std::move(*d));
  if (!read_pair(*point, secret.view())) return tl::unexpected(Fault::bad_key);
  return PrivateKey(PublicKey(std::move(*point)), std::move(secret));
}

Secret PrivateKey::jwk() const {
  const Secret d(to_base64url(d_.view()));
  return Secret(members(public_, d.view(), public_.id()));
}

}  // namespace noroshi::sealing
