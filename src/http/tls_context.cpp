#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <boost/asio/ssl/context.hpp>

#include "src/http/tls.h"

namespace noroshi::http {
namespace {

constexpr auto suites_1_3 = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256";
constexpr auto suites_1_2 =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr auto groups = "P-256:X25519:P-384";

// As it stands on the wire: a length, then the name (RFC 7301 3.1).
constexpr std::array<unsigned char, 9> http_1_1 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
  unsigned char* match = nullptr;
  const int outcome =
      SSL_select_next_proto(&match, chosen_size, http_1_1.data(), http_1_1.size(), offered, offered_size);
  *chosen = match;
  // A client that speaks other protocols alone is told so now, not by a parser later.
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

[[noreturn]] void fail(const std::string& what) {
  const unsigned long code = ERR_get_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  throw TlsError(what + (reason != nullptr ? std::string(": ") + reason : std::string()));
}

}  // namespace

TlsContext::TlsContext(const TlsFiles& files, TlsMinimum minimum)
    : native_(std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server)) {
  SSL_CTX* context = native_->native_handle();
  const int version = minimum == TlsMinimum::v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
  if (SSL_CTX_set_min_proto_version(context, version) != 1 ||
      SSL_CTX_set_ciphersuites(context, suites_1_3) != 1 ||
      SSL_CTX_set_cipher_list(context, suites_1_2) != 1 || SSL_CTX_set1_groups_list(context, groups) != 1) {
    fail("this OpenSSL lacks the suites or groups the daemon uses");
  }
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);  // thousands of idle connections
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);

  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
    fail("cannot use the server certificate " + files.certificate.string());
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    fail("cannot use the server's private key " + files.key.string());
  }
}

}  // namespace noroshi::http
