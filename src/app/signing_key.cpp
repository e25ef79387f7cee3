#include "src/app/signing_key.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "src/record/subject_public_key.h"
#include "src/store/signing_keys.h"

namespace noroshi::app {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

EVP_PKEY* must(EVP_PKEY* key, const std::string& what) {
  if (!key || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) {
    EVP_PKEY_free(key);
    throw SigningKeyFault(what);
  }
  return key;
}

// A key is not encrypted: nobody is there to be asked for a passphrase.
int no_passphrase(char*, int, int, void*) { return 0; }

EVP_PKEY* read_pem(const std::filesystem::path& path) {
  const File file(std::fopen(path.c_str(), "re"));
  struct stat status {};
  if (!file || ::fstat(::fileno(file.get()), &status) != 0)
    throw SigningKeyFault(fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)));
  if ((status.st_mode & 077) != 0)
    throw SigningKeyFault(fmt::format("{} can be read by others: chmod 600 it, or move it away for a new one", path.string()));
  return must(PEM_read_PrivateKey(file.get(), nullptr, no_passphrase, nullptr),
              fmt::format("{} holds no Ed25519 key in PEM: put the daemon's key back, or move the file away for a new one",
                          path.string()));
}

// Whole or not at all: a daemon killed in between leaves no half key.
void write_pem(const std::filesystem::path& path, EVP_PKEY* key) {
  std::filesystem::create_directories(path.parent_path());
  ::chmod(path.parent_path().c_str(), 0700);
  const auto draft = path.string() + ".new";
  ::unlink(draft.c_str());
  const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  const File file(descriptor < 0 ? nullptr : ::fdopen(descriptor, "w"));
  const bool written = file && PEM_write_PKCS8PrivateKey(file.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1 &&
                       std::fflush(file.get()) == 0 && ::fsync(descriptor) == 0 &&
                       ::rename(draft.c_str(), path.c_str()) == 0;
  if (!written) throw SigningKeyFault(fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
  const int folder = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && ::fsync(folder) == 0;
  if (folder >= 0) ::close(folder);
  if (!synced) throw SigningKeyFault(fmt::format("cannot sync {}: {}", path.parent_path().string(), std::strerror(errno)));
}

}  // namespace

SigningKey::SigningKey(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {
  unsigned char* der = nullptr;
  const int length = i2d_PUBKEY(key, &der);
  if (length <= 0) throw SigningKeyFault("the public half of the key cannot be written");
  public_key_.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  std::size_t raw_length = raw_.size();
  if (EVP_PKEY_get_raw_public_key(key, raw_.data(), &raw_length) != 1 || raw_length != raw_.size())
    throw SigningKeyFault("the public half of the key cannot be written");
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
    throw SigningKeyFault(
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
  if (!made || length != signature.size()) throw SigningKeyFault("a signature could not be made");
  return signature;
}

std::string SigningKey::derive(std::string_view label) const {
  std::array<unsigned char, 32> secret{};
  std::size_t secret_length = secret.size();
  std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr),
                                                                      EVP_PKEY_CTX_free);
  std::string derived(32, '\0');
  std::size_t length = derived.size();
  const bool made =
      context && EVP_PKEY_get_raw_private_key(key_.get(), secret.data(), &secret_length) == 1 &&
      EVP_PKEY_derive_init(context.get()) == 1 && EVP_PKEY_CTX_set_hkdf_md(context.get(), EVP_sha256()) == 1 &&
      EVP_PKEY_CTX_set1_hkdf_key(context.get(), secret.data(), static_cast<int>(secret_length)) == 1 &&
      EVP_PKEY_CTX_add1_hkdf_info(context.get(), reinterpret_cast<const unsigned char*>(label.data()),
                                  static_cast<int>(label.size())) == 1 &&
      EVP_PKEY_derive(context.get(), reinterpret_cast<unsigned char*>(derived.data()), &length) == 1;
  OPENSSL_cleanse(secret.data(), secret.size());
  if (!made || length != derived.size()) throw SigningKeyFault("a secret could not be derived");
  return derived;
}

}  // namespace noroshi::app
