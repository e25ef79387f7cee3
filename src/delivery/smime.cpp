#include "src/delivery/smime.h"

#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <array>

#include "src/delivery/mail_text.h"
#include "src/record/encodings.h"

namespace noroshi::delivery {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;
struct FreeCms {
  void operator()(CMS_ContentInfo* content) const { CMS_ContentInfo_free(content); }
};
using Cms = std::unique_ptr<CMS_ContentInfo, FreeCms>;

// Errors of OpenSSL wait in the thread's queue: none is left there for whoever calls next.
struct ErrorsCleared {
  ~ErrorsCleared() { ERR_clear_error(); }
};

int no_passphrase(char*, int, int, void*) {
  return 0;
}

Bio over(std::string_view text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::optional<std::string> to_der(CMS_ContentInfo& content) {
  unsigned char* bytes = nullptr;
  const int size = i2d_CMS_ContentInfo(&content, &bytes);
  if (size <= 0) return std::nullopt;
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

bool is_strong(EVP_PKEY* key) {
  if (!key) return false;
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) return EVP_PKEY_get_bits(key) >= 2048;
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return false;
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return false;
  const std::string_view group(name.data(), size);
  return group == "prime256v1" || group == "secp384r1" || group == "secp521r1";
}

// Key usage and extended key usage say what a certificate is for, where they are there (RFC 8550 section 4.4).
bool is_for_mail(X509& certificate, EVP_PKEY* key) {
  const bool by_agreement = EVP_PKEY_get_base_id(key) == EVP_PKEY_EC;
  const auto usage = X509_get_key_usage(&certificate);  // all bits where there is no such extension
  if (!(usage & (by_agreement ? X509v3_KU_KEY_AGREEMENT : X509v3_KU_KEY_ENCIPHERMENT))) return false;
  const auto extended = X509_get_extended_key_usage(&certificate);
  return extended == UINT32_MAX || (extended & (XKU_SMIME | XKU_ANYEKU));
}

bool names_addresses(X509& certificate) {
  auto* addresses = X509_get1_email(&certificate);
  const bool any = sk_OPENSSL_STRING_num(addresses) > 0;
  X509_email_free(addresses);
  return any;
}

std::time_t seconds(Timestamp at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

}  // namespace

void FreeCertificate::operator()(X509* certificate) const {
  X509_free(certificate);
}
void FreePrivateKey::operator()(EVP_PKEY* key) const {
  EVP_PKEY_free(key);
}

std::string_view to_string(Unfit unfit) {
  constexpr std::array<std::string_view, 4> names{"certificate_unreadable", "certificate_weak",
                                                  "certificate_not_for_mail", "certificate_other_address"};
  return names[static_cast<std::size_t>(unfit)];
}

tl::expected<Certificate, Unfit> read_receiver(std::string_view pem, const MailAddress& address) {
  const ErrorsCleared cleared;
  constexpr std::size_t longest = 16384;
  // A private key beside it would lie in the database for ever.
  if (pem.size() > longest || pem.find("PRIVATE KEY") != std::string_view::npos)
    return tl::make_unexpected(Unfit::unreadable);
  const auto text = over(pem);
  Certificate certificate(PEM_read_bio_X509(text.get(), nullptr, no_passphrase, nullptr));
  if (!certificate) return tl::make_unexpected(Unfit::unreadable);
  if (const Certificate another(PEM_read_bio_X509(text.get(), nullptr, no_passphrase, nullptr)); another)
    return tl::make_unexpected(Unfit::unreadable);
  auto* key = X509_get0_pubkey(certificate.get());
  if (!is_strong(key)) return tl::make_unexpected(Unfit::weak);
  if (!is_for_mail(*certificate, key)) return tl::make_unexpected(Unfit::not_for_mail);
  if (names_addresses(*certificate) &&
      X509_check_email(certificate.get(), address.text().data(), address.text().size(), 0) != 1)
    return tl::make_unexpected(Unfit::other_address);
  return certificate;
}

Validity validity(const X509& certificate, Timestamp at) {
  const ErrorsCleared cleared;
  auto moment = seconds(at);
  if (X509_cmp_time(X509_get0_notAfter(&certificate), &moment) <= 0) return Validity::expired;
  if (X509_cmp_time(X509_get0_notBefore(&certificate), &moment) > 0) return Validity::not_yet;
  return Validity::valid;
}

std::optional<Signer> read_signer(std::string_view certificate_pem, std::string_view key_pem) {
  const ErrorsCleared cleared;
  Signer signer{Certificate(PEM_read_bio_X509(over(certificate_pem).get(), nullptr, no_passphrase, nullptr)),
                PrivateKey(PEM_read_bio_PrivateKey(over(key_pem).get(), nullptr, no_passphrase, nullptr))};
  if (!signer.certificate || !signer.key || X509_check_private_key(signer.certificate.get(), signer.key.get()) != 1)
    return std::nullopt;
  return signer;
}

std::optional<std::string> signed_entity(std::string_view entity, const Signer& signer) {
  const ErrorsCleared cleared;
  const unsigned flags = CMS_DETACHED | CMS_BINARY | CMS_PARTIAL | CMS_NOSMIMECAP;
  const auto content = over(entity);
  const Cms cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, flags));
  if (!cms || !CMS_add1_signer(cms.get(), signer.certificate.get(), signer.key.get(), EVP_sha256(), flags) ||
      CMS_final(cms.get(), content.get(), nullptr, flags) != 1)
    return std::nullopt;
  const auto der = to_der(*cms);
  std::array<unsigned char, 16> random{};
  if (!der || RAND_bytes(random.data(), random.size()) != 1) return std::nullopt;
  const auto boundary = "signed-" + record::to_hex({reinterpret_cast<const char*>(random.data()), random.size()});
  std::string text =
      "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n micalg=sha-256; boundary=\"" +
      boundary + "\"\r\n\r\n--" + boundary + "\r\n";
  text += entity;
  text += "\r\n--" + boundary +
          "\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n"
          "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n" +
          base64_lines(*der) + "--" + boundary + "--\r\n";
  return text;
}

std::optional<std::string> sealed_entity(std::string_view entity, X509& receiver) {
  const ErrorsCleared cleared;
  const auto content = over(entity);
  const unsigned flags = CMS_BINARY | CMS_PARTIAL;
  const Cms cms(CMS_encrypt(nullptr, nullptr, EVP_aes_256_cbc(), flags));
  if (!cms) return std::nullopt;
  auto* recipient = CMS_add1_recipient_cert(cms.get(), &receiver, CMS_KEY_PARAM);
  auto* context = recipient ? CMS_RecipientInfo_get0_pkey_ctx(recipient) : nullptr;
  if (!context) return std::nullopt;
  if (CMS_RecipientInfo_type(recipient) == CMS_RECIPINFO_TRANS) {
    if (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) != 1 ||
        EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) != 1 ||
        EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) != 1)
      return std::nullopt;
  } else if (EVP_PKEY_CTX_set_ecdh_kdf_md(context, EVP_sha256()) != 1) {
    return std::nullopt;
  }
  if (CMS_final(cms.get(), content.get(), nullptr, flags) != 1) return std::nullopt;
  const auto der = to_der(*cms);
  if (!der) return std::nullopt;
  return "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=\"smime.p7m\"\r\n"
         "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n" +
         base64_lines(*der);
}

}  // namespace noroshi::delivery
