// Certificates and keys for tests of mail and of relays, made on the spot.
#pragma once

#include <memory>
#include <string>

#include <openssl/types.h>

namespace noroshi::delivery::test {

struct CertificateWish {
  std::string name = "Test";  // CN
  std::string extensions;     // "subjectAltName=DNS:localhost", lines
  std::string kind = "RSA";   // "RSA", "RSA1024", "P-256", "ED25519"
  long from_days = -1;        // of now
  long to_days = 30;
};

struct Issued {
  std::shared_ptr<X509> certificate;
  std::shared_ptr<EVP_PKEY> key;
  std::string pem() const;
  std::string key_pem() const;
};

// Self-signed where there is no issuer.
Issued issue(const CertificateWish& wish, const Issued* issuer = nullptr);

}  // namespace noroshi::delivery::test
