// Mail signed and encrypted by CMS (S/MIME 4.0, RFC 8551) with OpenSSL.
//
// What is used, and why: EnvelopedData with AES-256-CBC, since all of Debian's `openssl cms`, Outlook and Thunderbird
// read it; AuthEnvelopedData (AES-256-GCM, RFC 5083) is read by the first alone with certainty. What CBC lacks,
// protection against a change on the way, the signature inside gives where the relay has a certificate; and no part of
// such a mail is HTML, which attacks on CBC (EFAIL) live on. The key goes by RSA-OAEP with SHA-256 or by ECDH (X9.63
// with SHA-256), which are on the CRYPTREC list (standard 6.1.5); PKCS #1 v1.5 encryption is not. Thunderbird's NSS
// reads both. Signatures are multipart/signed with SHA-256, so that who reads no S/MIME still reads the text.
//
// An "entity" is a part of MIME: headers, an empty line, the body, all with CRLF. Any thread. Nothing throws.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/types.h>
#include <tl/expected.hpp>

#include "routing/time.h"
#include "src/delivery/mail_address.h"

namespace noroshi::delivery {

struct FreeCertificate {
  void operator()(X509* certificate) const;
};
struct FreePrivateKey {
  void operator()(EVP_PKEY* key) const;
};
using Certificate = std::unique_ptr<X509, FreeCertificate>;
using PrivateKey = std::unique_ptr<EVP_PKEY, FreePrivateKey>;

// Why a mail cannot be sealed for a certificate. Without the time: none of them changes by waiting.
enum class Unfit {
  unreadable,     // not one certificate in PEM, and nothing else
  weak,           // RSA below 2048 bits, or no key of RSA or of a NIST curve
  not_for_mail,   // by its key usage or extended key usage
  other_address,  // it names addresses, and not this one
};
std::string_view to_string(Unfit unfit);

// The certificate of a receiver.
tl::expected<Certificate, Unfit> read_receiver(std::string_view pem, const MailAddress& address);

enum class Validity { valid, not_yet, expired };
Validity validity(const X509& certificate, Timestamp at);

// The first certificate of a PEM text, and its key: what signs. Nothing where either is no such thing or they do not
// belong together.
struct Signer {
  Certificate certificate;
  PrivateKey key;
};
std::optional<Signer> read_signer(std::string_view certificate_pem, std::string_view key_pem);

// The entity within a multipart/signed entity. Nothing where OpenSSL fails.
std::optional<std::string> signed_entity(std::string_view entity, const Signer& signer);
// The entity within an application/pkcs7-mime entity that `receiver` opens.
std::optional<std::string> sealed_entity(std::string_view entity, X509& receiver);

}  // namespace noroshi::delivery
