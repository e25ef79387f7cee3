#include "src/delivery/client_tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

namespace noroshi::delivery {
namespace {

constexpr auto suites_1_3 = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256";
constexpr auto suites_1_2 =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr auto groups = "P-256:X25519:P-384";
constexpr std::array<unsigned char, 9> http_1_1 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
constexpr std::size_t longest_pem = 64 * 1024;
constexpr std::size_t most_authorities = 16;
constexpr auto store_age = std::chrono::minutes(5);  // a changed system store is seen without a restart

template <auto release>
struct Release {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};
using Bio = std::unique_ptr<BIO, Release<BIO_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Store = std::unique_ptr<X509_STORE, Release<X509_STORE_free>>;

[[noreturn]] void fail(const std::string& what) {
  ERR_clear_error();
  throw std::runtime_error(what);
}

// Nothing where the text is not certificates to its end.
std::optional<std::vector<Certificate>> read_certificates(std::string_view pem) {
  std::vector<Certificate> certificates;
  const Bio memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!memory) fail("no memory");
  for (;;) {
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;
    ERR_clear_error();
    if (PEM_read_bio(memory.get(), &name, &header, &data, &size) != 1) {
      const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
      ERR_clear_error();
      return at_end ? std::optional(std::move(certificates)) : std::nullopt;
    }
    const bool is_certificate = std::string_view(name) == PEM_STRING_X509;
    const unsigned char* at = data;
    Certificate certificate(is_certificate ? d2i_X509(nullptr, &at, size) : nullptr);
    const bool whole = certificate && at == data + size;
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, static_cast<std::size_t>(size));
    ERR_clear_error();
    if (!whole) return std::nullopt;
    certificates.push_back(std::move(certificate));
  }
}

Store store_of(std::string_view authorities) {
  const auto certificates = read_certificates(authorities);
  if (!certificates || certificates->empty()) fail("the CA is no list of certificates");
  Store store(X509_STORE_new());
  if (!store) fail("no memory");
  for (const auto& certificate : *certificates)
    if (X509_STORE_add_cert(store.get(), certificate.get()) != 1) fail("the CA cannot be used");
  // What was named is trusted, be it a root or not.
  X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN);
  return store;
}

// Reading it costs tens of milliseconds, so it is kept for a while.
Store system_store() {
  using std::chrono::steady_clock;
  static std::mutex mutex;
  static Store kept;
  static steady_clock::time_point read_at;
  const std::lock_guard lock(mutex);
  if (!kept || steady_clock::now() - read_at > store_age) {
    Store read(X509_STORE_new());
    if (!read || X509_STORE_set_default_paths(read.get()) != 1) fail("the system's certificates cannot be read");
    ERR_clear_error();
    kept = std::move(read);
    read_at = steady_clock::now();
  }
  X509_STORE_up_ref(kept.get());
  return Store(kept.get());
}

int no_passphrase(char*, int, int, void*) {
  return 0;
}

void show_certificate(SSL_CTX* context, const ClientTls& tls) {
  if (tls.certificate.empty()) return;
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);  // else OpenSSL asks at the terminal
  const bool used = SSL_CTX_use_certificate_chain_file(context, tls.certificate.c_str()) == 1 &&
                    SSL_CTX_use_PrivateKey_file(context, tls.key.c_str(), SSL_FILETYPE_PEM) == 1 &&
                    SSL_CTX_check_private_key(context) == 1;
  ERR_clear_error();
  if (!used) throw ClientCertificateError("the client certificate cannot be used");
}

}  // namespace

boost::asio::ssl::context make_client_tls(const ClientTls& tls) {
  boost::asio::ssl::context made(boost::asio::ssl::context::tls_client);
  SSL_CTX* context = made.native_handle();
  if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
      SSL_CTX_set_ciphersuites(context, suites_1_3) != 1 || SSL_CTX_set_cipher_list(context, suites_1_2) != 1 ||
      SSL_CTX_set1_groups_list(context, groups) != 1 ||
      SSL_CTX_set_alpn_protos(context, http_1_1.data(), http_1_1.size()) != 0)
    fail("this OpenSSL lacks the suites or groups the daemon uses");
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set1_cert_store(context, (tls.authorities.empty() ? system_store() : store_of(tls.authorities)).get());
  show_certificate(context, tls);
  return made;
}

void expect_receiver(SSL* connection, const HttpsUrl& url) {
  if (url.is_address) {
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), url.host.c_str()) != 1) fail("no such address");
    return;
  }
  // The common name is no name (RFC 9525 2): without this OpenSSL takes it where there is no alternative one.
  SSL_set_hostflags(connection, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  if (SSL_set1_host(connection, url.host.c_str()) != 1 || SSL_set_tlsext_host_name(connection, url.host.c_str()) != 1)
    fail("no memory for the name");
}

std::vector<core::FieldError> check_authorities(std::string_view pem, std::string_view pointer) {
  if (pem.size() > longest_pem)
    return {{std::string(pointer), "too_long", {"64 KiBまでです。", "No more than 64 KiB."}}};
  const auto certificates = read_certificates(pem);
  if (!certificates || certificates->empty())
    return {{std::string(pointer),
             "value",
             {"PEM形式の証明書だけを書いてください。", "Give certificates in PEM form and nothing else."}}};
  if (certificates->size() > most_authorities)
    return {{std::string(pointer), "too_long", {"証明書は16枚までです。", "No more than 16 certificates."}}};
  return {};
}

}  // namespace noroshi::delivery
