#include "tests/delivery/mail_certificates.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <sstream>
#include <stdexcept>

namespace noroshi::delivery::test {
namespace {

void must(bool done, const char* what) {
  if (!done) throw std::runtime_error(what);
}

template <class Write>
std::string text_of(const Write& write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  must(write(bio.get()) == 1, "PEM");
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

EVP_PKEY* generate(const std::string& kind) {
  if (kind == "RSA") return EVP_RSA_gen(2048);
  if (kind == "RSA1024") return EVP_RSA_gen(1024);
  if (kind == "ED25519") return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  return EVP_EC_gen(kind.c_str());
}

}  // namespace

std::string Issued::pem() const {
  return text_of([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
}
std::string Issued::key_pem() const {
  return text_of(
      [&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
}

Issued issue(const CertificateWish& wish, const Issued* issuer) {
  Issued made{{X509_new(), &X509_free}, {generate(wish.kind), &EVP_PKEY_free}};
  auto* certificate = made.certificate.get();
  must(made.key && X509_set_version(certificate, 2) == 1, "key");
  std::uint32_t serial = 0;
  must(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "serial");
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), static_cast<long>(serial >> 1) + 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), wish.from_days * 86400);
  X509_gmtime_adj(X509_getm_notAfter(certificate), wish.to_days * 86400);
  X509_set_pubkey(certificate, made.key.get());
  auto* name = X509_get_subject_name(certificate);
  must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(wish.name.c_str()),
                                  -1, -1, 0) == 1,
       "name");
  X509_set_issuer_name(certificate, issuer ? X509_get_subject_name(issuer->certificate.get()) : name);
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer ? issuer->certificate.get() : certificate, certificate, nullptr, nullptr, 0);
  std::istringstream lines(wish.extensions);
  for (std::string line; std::getline(lines, line);) {
    const auto equals = line.find('=');
    auto* extension =
        X509V3_EXT_conf(nullptr, &context, line.substr(0, equals).c_str(), line.substr(equals + 1).c_str());
    must(extension && X509_add_ext(certificate, extension, -1) == 1, "extension");
    X509_EXTENSION_free(extension);
  }
  auto* signing = issuer ? issuer->key.get() : made.key.get();
  const auto* digest = EVP_PKEY_get_base_id(signing) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
  must(X509_sign(certificate, signing, digest) > 0, "signature");
  return made;
}

}  // namespace noroshi::delivery::test
