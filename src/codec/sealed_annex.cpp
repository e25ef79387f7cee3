#include "src/codec/sealed_annex.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "src/codec/json_pointer.h"
#include "src/codec/strict_json.h"
#include "src/codec/utf8.h"

namespace noroshi::codec {
namespace {

namespace json = boost::json;
using Errors = std::vector<core::FieldError>;

constexpr std::string_view key_algorithm = "ECDH-ES+A256KW";
constexpr std::string_view content_algorithm = "A256GCM";
constexpr std::size_t longest_protected = 1024;  // characters
constexpr std::size_t key_id_length = 43;        // SHA-256 in base64url
constexpr std::size_t iv_length = 16;            // 12 bytes
constexpr std::size_t tag_length = 22;           // 16 bytes
constexpr std::size_t wrapped_key_length = 54;   // 40 bytes: AES key wrap of 32
constexpr std::size_t coordinate_length = 64;    // 48 bytes of P-384

int digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-') return 62;
  if (c == '_') return 63;
  return -1;
}

// Without padding, and in its one form: what is left over of the last character is zero.
bool is_base64url(std::string_view text) {
  if (text.size() % 4 == 1) return false;
  if (std::any_of(text.begin(), text.end(), [](char c) { return digit(c) < 0; })) return false;
  const auto left = text.size() % 4;
  return left == 0 || (digit(text.back()) & (left == 2 ? 0x0F : 0x03)) == 0;
}

std::string from_base64url(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    bits = bits << 6 | static_cast<std::uint32_t>(digit(c));
    if ((count += 6) < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> count & 0xFF));
  }
  return bytes;
}

class Reader {
 public:
  SealedAnnex annex;
  Errors errors;

  void read(const json::value& root) {
    const Place place;
    const auto* object = object_at(root, place);
    if (!object) return;
    allow(*object, place, {"protected", "recipients", "aad", "iv", "ciphertext", "tag"});
    const bool algorithm_given = read_protected(*object, place);
    read_recipients(*object, place, algorithm_given);
    if (object->contains("aad")) {
      const auto aad = encoded(*object, place, "aad", std::nullopt);
      if (aad && aad->size() > longest_annex_aad * 4 / 3 + 4)
        mistake(Place(place, "aad"), "too_long", {"長すぎます（4 KiB まで）。", "It is too long (4 KiB at most)."});
      else if (aad)
        annex.authenticated_data = from_base64url(*aad);
    }
    encoded(*object, place, "iv", iv_length);
    encoded(*object, place, "ciphertext", std::nullopt);
    encoded(*object, place, "tag", tag_length);
  }

 private:
  void mistake(const Place& place, std::string code, core::Reason message) {
    errors.push_back({place.pointer(), std::move(code), std::move(message)});
  }
  void wrong(const Place& place) {
    mistake(place, "value",
            {"封をした別紙（JWE、ECDH-ES+A256KW、A256GCM、P-384）の形ではありません。",
             "It is not of the form of a sealed annex (JWE, ECDH-ES+A256KW, A256GCM, P-384)."});
  }
  const json::object* object_at(const json::value& value, const Place& place) {
    const auto* object = value.if_object();
    if (!object) mistake(place, "type", {"オブジェクトにしてください。", "This must be an object."});
    return object;
  }
  // A member that nobody knows is told by the place of its object: its name may be anything.
  void allow(const json::object& object, const Place& place, std::initializer_list<std::string_view> names) {
    for (const auto& member : object)
      if (std::find(names.begin(), names.end(), std::string_view(member.key())) == names.end())
        mistake(place, "unknown_member", {"知らない項目があります。", "It has a member that is not known."});
  }
  std::optional<std::string_view> text(const json::object& object, const Place& parent, std::string_view name) {
    const Place place(parent, name);
    const auto* value = object.if_contains(name);
    if (!value) {
      mistake(place, "required", {"必須です。", "It is required."});
      return std::nullopt;
    }
    const auto* string = value->if_string();
    if (!string) {
      mistake(place, "type", {"文字列にしてください。", "This must be a string."});
      return std::nullopt;
    }
    return std::string_view(*string);
  }
  std::optional<std::string_view> encoded(const json::object& object, const Place& parent, std::string_view name,
                                          std::optional<std::size_t> length) {
    const auto found = text(object, parent, name);
    if (!found) return std::nullopt;
    if (is_base64url(*found) && (!length || found->size() == *length)) return found;
    wrong(Place(parent, name));
    return std::nullopt;
  }
  void expect(const json::object& object, const Place& parent, std::string_view name, std::string_view value) {
    const auto found = text(object, parent, name);
    if (found && *found != value) wrong(Place(parent, name));
  }

  // Whether it says how the keys are wrapped.
  bool read_protected(const json::object& object, const Place& parent) {
    const auto given = encoded(object, parent, "protected", std::nullopt);
    const Place place(parent, "protected");
    if (!given) return true;  // told; what follows of it is not
    JsonDocument header;
    if (given->size() > longest_protected || !header.parse(from_base64url(*given)) || !header.root().is_object()) {
      wrong(place);
      return true;
    }
    const auto& members = header.root().get_object();
    allow(members, place, {"alg", "enc"});
    expect(members, place, "enc", content_algorithm);
    if (!members.contains("alg")) return false;
    expect(members, place, "alg", key_algorithm);
    return true;
  }

  void read_recipients(const json::object& object, const Place& parent, bool algorithm_given) {
    const Place place(parent, "recipients");
    const auto* value = object.if_contains("recipients");
    const auto* list = value ? value->if_array() : nullptr;
    if (!list || list->empty() || list->size() > most_annex_recipients) {
      mistake(place, "value",
              {"宛先は1から64までの配列にしてください。", "This must be an array of 1 to 64 recipients."});
      return;
    }
    for (std::size_t i = 0; i < list->size(); ++i) {
      const Place at(place, i);
      if (const auto* recipient = object_at((*list)[i], at)) read_recipient(*recipient, at, algorithm_given);
    }
  }

  void read_recipient(const json::object& recipient, const Place& place, bool algorithm_given) {
    allow(recipient, place, {"header", "encrypted_key"});
    encoded(recipient, place, "encrypted_key", wrapped_key_length);
    const Place header_place(place, "header");
    const auto* value = recipient.if_contains("header");
    const auto* header = value ? object_at(*value, header_place) : nullptr;
    if (!value) mistake(header_place, "required", {"必須です。", "It is required."});
    if (!header) return;
    // A name stands once among the headers (RFC 7516 7.2.1).
    if (algorithm_given)
      allow(*header, header_place, {"kid", "epk"});
    else
      allow(*header, header_place, {"kid", "epk", "alg"});
    if (!algorithm_given) expect(*header, header_place, "alg", key_algorithm);
    const auto key_id = encoded(*header, header_place, "kid", key_id_length);
    if (key_id && std::find(annex.key_ids.begin(), annex.key_ids.end(), *key_id) != annex.key_ids.end())
      mistake(Place(header_place, "kid"), "duplicate", {"同じ鍵が重なっています。", "A key stands twice."});
    annex.key_ids.emplace_back(key_id.value_or(""));
    read_point(*header, header_place);
  }

  void read_point(const json::object& header, const Place& parent) {
    const Place place(parent, "epk");
    const auto* value = header.if_contains("epk");
    if (!value) return mistake(place, "required", {"必須です。", "It is required."});
    const auto* point = object_at(*value, place);
    if (!point) return;
    allow(*point, place, {"kty", "crv", "x", "y"});
    expect(*point, place, "kty", "EC");
    expect(*point, place, "crv", "P-384");
    encoded(*point, place, "x", coordinate_length);
    encoded(*point, place, "y", coordinate_length);
  }
};

}  // namespace

tl::expected<SealedAnnex, Errors> read_sealed_annex(std::string_view jwe) {
  JsonDocument document;
  if (const auto parsed = document.parse(jwe); !parsed) return tl::unexpected(Errors{to_field_error(parsed.error())});
  Reader reader;
  reader.read(document.root());
  if (!reader.errors.empty()) return tl::unexpected(std::move(reader.errors));
  return std::move(reader.annex);
}

bool adds_recipients_alone(std::string_view kept, std::string_view sent) {
  JsonDocument before, after;
  if (!before.parse(kept) || !after.parse(sent)) return false;
  const auto* old_one = before.root().if_object();
  const auto* new_one = after.root().if_object();
  if (!old_one || !new_one || old_one->size() != new_one->size()) return false;
  for (const auto& member : *old_one) {
    const auto* value = new_one->if_contains(member.key());
    if (!value) return false;
    if (member.key() != "recipients" && *value != member.value()) return false;
  }
  const auto* of_old = old_one->if_contains("recipients");
  const auto* of_new = new_one->if_contains("recipients");
  if (!of_old || !of_new || !of_old->is_array() || !of_new->is_array()) return false;
  const auto& recipients = of_new->get_array();
  return std::all_of(of_old->get_array().begin(), of_old->get_array().end(), [&](const json::value& recipient) {
    return std::find(recipients.begin(), recipients.end(), recipient) != recipients.end();
  });
}

}  // namespace noroshi::codec
