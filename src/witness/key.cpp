#include "src/witness/key.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "src/witness/files.h"
#include "src/witness/words.h"

namespace noroshi::witness {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

int no_passphrase(char*, int, int, void*) {
  return 0;
}

Stop unusable(const std::filesystem::path& file) {
  return {exit_configuration,
          {file.string() + " は、他人が読めない（chmod 600）Ed25519 の鍵ではありません。控えから戻してください。",
           file.string() + " is no Ed25519 key that others cannot read (chmod 600); put it back from your copy"}};
}

EVP_PKEY* read(const std::filesystem::path& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "re"));
  struct stat status {};
  if (!file || ::fstat(::fileno(file.get()), &status) != 0 || (status.st_mode & 077) != 0) throw unusable(path);
  EVP_PKEY* key = PEM_read_PrivateKey(file.get(), nullptr, no_passphrase, nullptr);
  if (key && EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519) return key;
  EVP_PKEY_free(key);
  throw unusable(path);
}

EVP_PKEY* make(const std::filesystem::path& path) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"),
                                                                EVP_PKEY_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), BIO_free);
  if (!key || !text || PEM_write_bio_PKCS8PrivateKey(text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    throw Stop(exit_internal, {"鍵を作れません。", "no key could be made"});
  char* data = nullptr;
  const long length = BIO_get_mem_data(text.get(), &data);
  keep_file(path, std::string_view(data, static_cast<std::size_t>(length)));
  return read(path);
}

}  // namespace

Key::Key(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {
  std::size_t length = public_.size();
  if (EVP_PKEY_get_raw_public_key(key, public_.data(), &length) != 1 || length != public_.size())
    throw Stop(exit_internal, {"鍵を読めません。", "the key cannot be read"});
}

Key Key::ensure(const std::filesystem::path& file) {
  return Key(std::filesystem::exists(file) ? read(file) : make(file));
}

std::string Key::sign(std::string_view bytes) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::string signature(64, '\0');
  std::size_t length = signature.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) != 1)
    throw Stop(exit_internal, {"署名を作れません。", "no signature could be made"});
  return signature;
}

Signature cosign(std::string_view text, std::string_view name, const Key& key, std::int64_t unix_seconds) {
  const NoteKey own{std::string(name), KeyKind::cosignature, key.public_key()};
  return {own.name, hash_of(own), cosignature_bytes(unix_seconds, key.sign(cosigned_text(text, unix_seconds)))};
}

}  // namespace noroshi::witness
