#include "src/app/signing_key.h"

#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <fmt/format.h>

#include "src/record/subject_public_key.h"
#include "src/sealing/ciphers.h"
#include "src/store/signing_keys.h"

namespace noroshi::app {
namespace {

EVP_PKEY* must(EVP_PKEY* key, const std::string& what) {
  if (!key || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) {
    EVP_PKEY_free(key);
    throw KeyFileFault(what);
  }
  return key;
}

// A key is not encrypted: nobody is there to be asked for a passphrase.
int no_passphrase(char*, int, int, void*) { return 0; }

EVP_PKEY* read_pem(const std::filesystem::path& path) {
  const auto file = open_key_file(path);
  return must(PEM_read_PrivateKey(file.get(), nullptr, no_passphrase, nullptr),
              fmt::format("{} holds no Ed25519 key in PEM: put the daemon's key back, or move the file away for a new one",
                          path.string()));
}

void write_pem(const std::filesystem::path& path, EVP_PKEY* key) {
  write_key_file(path, [&](std::FILE* file) {
    return PEM_write_PKCS8PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr) == 1;
  });
}

}  // namespace

SigningKey::SigningKey(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  if (length <= 0) throw KeyFileFault("the public half of the key cannot be written");
  public_key_.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  std::size_t raw_length = raw_.size();
  if (EVP_PKEY_get_raw_public_key(key, raw_.data(), &raw_length) != 1 || raw_length != raw_.size())
    throw KeyFileFault("the public half of the key cannot be written");
  id_ = record::key_id(raw_);
}

SigningKey SigningKey::make() {
  return SigningKey(must(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), "no key could be made"));
}

SigningKey SigningKey::read(const std::filesystem::path& file) { return SigningKey(read_pem(file)); }

void SigningKey::write(const std::filesystem::path& file) const { write_pem(file, key_.get()); }

SigningKey SigningKey::ensure(const std::filesystem::path& file, store::Connection& owner) {
  if (!std::filesystem::exists(file)) {
    // The row first: one without a file is harmless, a file without its row would refuse every later start.
    auto made = make();
    store::register_key(owner, made.id_, made.public_key_);
    made.write(file);
    return made;
  }
  auto key = read(file);
  if (!store::knows_key(owner, key.id_))
    throw KeyFileFault(
        fmt::format("the database does not know the key {} of {}: it belongs to another database. Move the file away and "
                    "start again: a new key is made and registered",
                    key.id_, file.string()));
  return key;
}

std::string SigningKey::sign(std::string_view text) const {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::string signature(64, '\0');
  std::size_t length = signature.size();
  const bool made = context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
                    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                                   reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  if (!made || length != signature.size()) throw KeyFileFault("a signature could not be made");
  return signature;
}

std::string SigningKey::derive(std::string_view label) const {
  std::string half(32, '\0');
  std::size_t length = half.size();
  const bool had = EVP_PKEY_get_raw_private_key(key_.get(), reinterpret_cast<unsigned char*>(half.data()), &length) == 1;
  const sealing::Secret secret(std::move(half));
  const auto derived = sealing::derive_key(secret, label);
  if (!had || derived.view().empty()) throw KeyFileFault("a secret could not be derived");
  return std::string(derived.view());
}

}  // namespace noroshi::app
