#include "src/store/bytes.h"

#include <openssl/evp.h>
#include <sodium.h>

namespace noroshi::store {
namespace {

const unsigned char* unsigned_data(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '\0');  // the NUL that follows is the string's own
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), unsigned_data(bytes), static_cast<int>(bytes.size()));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(), nullptr,
                        &length, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
      end != text.data() + text.size())
    return std::nullopt;
  bytes.resize(length);
  return bytes;
}

std::string base64url(std::string_view bytes) {
  constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), unsigned_data(bytes), bytes.size(), variant);
  text.pop_back();  // the NUL it ends with
  return text;
}

std::string sha256(std::string_view bytes) {
  std::string digest(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(digest.data()), unsigned_data(bytes), bytes.size());
  return digest;
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

record::Salt RandomSalts::next() {
  if (left_ == 0) {
    randombytes_buf(drawn_.data(), sizeof drawn_);
    left_ = drawn_.size();
  }
  return drawn_[--left_];
}

core::IdentifierSequence fresh_identifiers(Timestamp now) {
  core::IdentifierSequence::Seed seed;
  randombytes_buf(seed.data(), seed.size());
  return {now, seed};
}

}  // namespace noroshi::store
