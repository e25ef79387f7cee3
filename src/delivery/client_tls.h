// The client's side of TLS towards a receiver: 1.3, or 1.2 with AEAD and forward secrecy where the receiver cannot,
// suites and groups of the CRYPTREC list; the receiver's name is checked against its certificate, always.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "src/core/refusal.h"
#include "src/delivery/https_url.h"

namespace noroshi::delivery {

// The certificate that the daemon shows cannot be read, or its key does not fit.
struct ClientCertificateError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ClientTls {
  std::string authorities;            // PEM: whom alone to trust; empty: the system's store
  std::filesystem::path certificate;  // PEM, own first, then intermediates; empty: none is shown
  std::filesystem::path key;          // PEM, not encrypted
};

// Throws ClientCertificateError, and std::runtime_error where the authorities are no certificates or the system has
// none.
boost::asio::ssl::context make_client_tls(const ClientTls& tls);

// Before the handshake: which name or address the certificate must be for, and the name that is said (SNI).
// Throws std::runtime_error (no memory).
void expect_receiver(SSL* connection, const HttpsUrl& url);

// Mistakes of the PEM text of a CA: nothing but certificates, at least one, at most 16, and 64 KiB.
std::vector<core::FieldError> check_authorities(std::string_view pem, std::string_view pointer);

}  // namespace noroshi::delivery
