#include "src/store/cursor.h"

#include <sodium.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace noroshi::store {
namespace {

// The longest: the name of the list and four fields.
constexpr std::size_t max_bytes = 1 + 4 * 16;

void append(std::string& bytes, std::int64_t number) {
  const auto value = static_cast<std::uint64_t>(number);
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
}

void append(std::string& bytes, Timestamp at) {
  append(bytes, std::int64_t{at.time_since_epoch().count()});
}

void append(std::string& bytes, const core::Uuid& id) {
  bytes.append(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
}

std::optional<std::int64_t> take_integer(std::string_view& bytes) {
  if (bytes.size() < 8) return std::nullopt;
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  bytes.remove_prefix(8);
  return static_cast<std::int64_t>(value);
}

std::optional<std::int64_t> take_number(std::string_view& bytes) {
  const auto number = take_integer(bytes);
  return number && *number >= 0 ? number : std::nullopt;
}

std::optional<Timestamp> take_time(std::string_view& bytes) {
  const auto microseconds = take_integer(bytes);
  if (!microseconds) return std::nullopt;
  const Timestamp at{std::chrono::microseconds(*microseconds)};
  // Outside these years PostgreSQL has no such time, and no row of ours either.
  if (at < *parse_rfc3339("1900-01-01T00:00:00Z") || at > *parse_rfc3339("9999-12-31T00:00:00Z"))
    return std::nullopt;
  return at;
}

std::optional<core::Uuid> take_id(std::string_view& bytes) {
  core::Uuid id;
  if (bytes.size() < id.bytes.size()) return std::nullopt;
  std::memcpy(id.bytes.data(), bytes.data(), id.bytes.size());
  bytes.remove_prefix(id.bytes.size());
  return id;
}

template <class Field>
bool keep(std::optional<Field> field, std::vector<CursorField>& fields) {
  if (field) fields.emplace_back(*field);
  return field.has_value();
}

bool take(char type, std::string_view& bytes, std::vector<CursorField>& fields) {
  if (type == 't') return keep(take_time(bytes), fields);
  if (type == 'n') return keep(take_number(bytes), fields);
  return keep(take_id(bytes), fields);
}

}  // namespace

std::string write_cursor(char list, std::initializer_list<CursorField> fields) {
  std::string bytes(1, list);
  for (const CursorField& field : fields) std::visit([&](const auto& value) { append(bytes, value); }, field);
  std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.pop_back();  // the terminating NUL
  return text;
}

std::optional<std::vector<CursorField>> read_cursor(std::string_view text, char list, std::string_view form) {
  std::array<unsigned char, max_bytes> buffer;
  std::size_t length = 0;
  const char* end = nullptr;
  if (sodium_base642bin(buffer.data(), buffer.size(), text.data(), text.size(), nullptr, &length, &end,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      end != text.data() + text.size())
    return std::nullopt;
  std::string_view bytes(reinterpret_cast<const char*>(buffer.data()), length);
  if (bytes.empty() || bytes.front() != list) return std::nullopt;
  bytes.remove_prefix(1);

  std::vector<CursorField> fields;
  for (const char type : form)
    if (!take(type, bytes, fields)) return std::nullopt;
  if (!bytes.empty()) return std::nullopt;
  return fields;
}

}  // namespace noroshi::store
