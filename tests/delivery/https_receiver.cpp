#include "tests/delivery/https_receiver.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

namespace noroshi::delivery::test {
namespace {

void require(bool succeeded, const char* what) {
  if (!succeeded) throw std::runtime_error(std::string("the test's receiver: ") + what);
}

template <class Write>
std::string as_pem(Write write) {
  const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
  require(write(memory.get()) == 1, "PEM");
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &bytes);
  return std::string(bytes, static_cast<std::size_t>(size));
}

void extend(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  require(extension && X509_add_ext(certificate, extension, -1) == 1, "an extension");
  X509_EXTENSION_free(extension);
}

Issued make(const char* name, const Issued* issuer, const std::string& names, Validity validity) {
  static std::atomic<long> serial = 1;
  Issued made;
  made.key = {EVP_EC_gen("P-256"), EVP_PKEY_free};
  made.certificate = {X509_new(), X509_free};
  X509* certificate = made.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), validity.from * 3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), validity.until * 3600);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509* signer = issuer ? issuer->certificate.get() : certificate;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  X509_set_pubkey(certificate, made.key.get());
  extend(certificate, signer, NID_basic_constraints, issuer ? "CA:FALSE" : "critical,CA:TRUE");
  extend(certificate, signer, NID_subject_key_identifier, "hash");
  if (issuer) extend(certificate, signer, NID_authority_key_identifier, "keyid");
  if (!names.empty()) extend(certificate, signer, NID_subject_alt_name, names);
  EVP_PKEY* key = issuer ? issuer->key.get() : made.key.get();
  require(X509_sign(certificate, key, EVP_sha256()) != 0, "signing");
  return made;
}

}  // namespace

std::string Issued::certificate_pem() const {
  return as_pem([&](BIO* memory) { return PEM_write_bio_X509(memory, certificate.get()); });
}

std::string Issued::key_pem() const {
  return as_pem([&](BIO* memory) {
    return PEM_write_bio_PKCS8PrivateKey(memory, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

Authority::Authority(Validity validity)
    : own_(make("A CA of the test", nullptr, {}, validity)), pem_(own_.certificate_pem()) {}

Issued Authority::issue(const std::string& names, Validity validity) const {
  return make("receiver", &own_, names, validity);
}

bool Conversation::readable(int timeout_ms) {
  if (SSL_pending(connection_) > 0) return true;
  std::array<pollfd, 2> watched{{{socket_, POLLIN, 0}, {stop_, POLLIN, 0}}};
  return poll(watched.data(), watched.size(), timeout_ms) > 0 && watched[1].revents == 0;
}

std::string Conversation::read_request() {
  std::string text;
  std::array<char, 4096> part{};
  std::size_t wanted = std::string::npos;
  while (text.size() < wanted && readable(20'000)) {
    const int size = SSL_read(connection_, part.data(), part.size());
    if (size <= 0) break;
    text.append(part.data(), static_cast<std::size_t>(size));
    const auto end = text.find("\r\n\r\n");
    const auto length = text.find("Content-Length: ");
    if (end != std::string::npos && length < end)
      wanted = end + 4 + static_cast<std::size_t>(std::atoi(text.c_str() + length + 16));
  }
  return text;
}

bool Conversation::write(std::string_view bytes) {
  return bytes.empty() || SSL_write(connection_, bytes.data(), static_cast<int>(bytes.size())) > 0;
}

bool Conversation::pause(std::chrono::milliseconds time) {
  if (!readable(static_cast<int>(time.count()))) {
    std::array<pollfd, 1> stop{{{stop_, POLLIN, 0}}};
    return poll(stop.data(), stop.size(), 0) == 0;
  }
  std::array<char, 4096> part{};
  return SSL_read(connection_, part.data(), part.size()) > 0;
}

void Conversation::wait_for_end() {
  while (pause(std::chrono::seconds(20))) {
  }
}

void Conversation::farewell() {
  SSL_shutdown(connection_);
}

HttpsReceiver::HttpsReceiver(const Issued& identity, Handler handler, const ReceiverOptions& options)
    : handler_(std::move(handler)), options_(options), context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  SSL_CTX* context = context_.get();
  require(SSL_CTX_use_certificate(context, identity.certificate.get()) == 1 &&
              SSL_CTX_use_PrivateKey(context, identity.key.get()) == 1,
          "its certificate");
  SSL_CTX_set_max_proto_version(context, options.maximum_version);
  SSL_CTX_set_min_proto_version(context, options.minimum_version);
  if (!options.suites.empty()) {
    SSL_CTX_set_security_level(context, 0);
    require(SSL_CTX_set_cipher_list(context, options.suites.c_str()) == 1, "its suites");
  }
  if (!options.demanded_ca.empty()) {
    const std::unique_ptr<BIO, int (*)(BIO*)> memory(
        BIO_new_mem_buf(options.demanded_ca.data(), static_cast<int>(options.demanded_ca.size())), BIO_free);
    const std::unique_ptr<X509, void (*)(X509*)> ca(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr),
                                                    X509_free);
    require(ca && X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get()) == 1, "the CA of senders");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }

  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  require(bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(listener_, 16) == 0 &&
              getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0,
          "its socket");
  port_ = ntohs(address.sin_port);
  stop_ = eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { serve(); });
}

HttpsReceiver::~HttpsReceiver() {
  const std::uint64_t one = 1;
  (void)!write(stop_, &one, sizeof one);
  thread_.join();
  close(listener_);
  close(stop_);
}

void HttpsReceiver::serve() {
  for (;;) {
    std::array<pollfd, 2> watched{{{listener_, POLLIN, 0}, {stop_, POLLIN, 0}}};
    poll(watched.data(), watched.size(), -1);
    if (watched[1].revents != 0) return;
    const int accepted = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (accepted < 0) continue;
    ++connections_;
    const timeval patience{20, 0};
    setsockopt(accepted, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(accepted, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    talk(accepted);
    close(accepted);
  }
}

void HttpsReceiver::talk(int socket) {
  const std::unique_ptr<SSL, void (*)(SSL*)> connection(SSL_new(context_.get()), SSL_free);
  SSL_set_fd(connection.get(), socket);
  if (options_.silent) {
    std::array<pollfd, 1> stop{{{stop_, POLLIN, 0}}};
    poll(stop.data(), stop.size(), 20'000);
    return;
  }
  if (SSL_accept(connection.get()) == 1) {
    Conversation conversation(connection.get(), socket, stop_);
    handler_(conversation);
  } else {
    // What the sender has still written is read, so that our alert is not lost by a reset.
    std::array<char, 4096> part{};
    shutdown(socket, SHUT_WR);
    while (recv(socket, part.data(), part.size(), 0) > 0) {
    }
  }
  ERR_clear_error();
}

HttpsReceiver::Handler answering(std::string answer) {
  return [answer = std::move(answer)](Conversation& conversation) {
    conversation.read_request();
    conversation.write(answer);
    conversation.farewell();
  };
}

std::string answer_of(int status, const std::string& further_lines) {
  return "HTTP/1.1 " + std::to_string(status) + " x\r\n" + further_lines + "Content-Length: 0\r\n\r\n";
}

}  // namespace noroshi::delivery::test
