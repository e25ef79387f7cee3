#include "tests/http/tls_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace noroshi::http::testing {

struct TlsClient::Impl {
  SSL_CTX* context = nullptr;
  SSL* ssl = nullptr;
  int socket = -1;
  std::string received;

  ~Impl() {
    SSL_free(ssl);
    SSL_CTX_free(context);
    if (socket >= 0) close(socket);
  }
};

std::string RawResponse::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

int connect_plain(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval limit{20, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const int at_once = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(descriptor);
    throw std::runtime_error("cannot connect");
  }
  return descriptor;
}

TlsClient::TlsClient(std::uint16_t port, const ClientOptions& options) : impl_(std::make_unique<Impl>()) {
  impl_->context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(impl_->context, SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_load_verify_locations(impl_->context, options.authority.c_str(), nullptr) != 1) {
    throw std::runtime_error("cannot read the authority");
  }
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(impl_->context), X509_V_FLAG_X509_STRICT);
  if (options.maximum_version != 0) SSL_CTX_set_max_proto_version(impl_->context, options.maximum_version);
  if (!options.suites.empty()) SSL_CTX_set_ciphersuites(impl_->context, options.suites.c_str());
  if (!options.protocols.empty()) {
    SSL_CTX_set_alpn_protos(impl_->context, reinterpret_cast<const unsigned char*>(options.protocols.data()),
                            static_cast<unsigned>(options.protocols.size()));
  }
  impl_->ssl = SSL_new(impl_->context);
  impl_->socket = connect_plain(port);
  SSL_set_fd(impl_->ssl, impl_->socket);
  in6_addr any{};
  if (inet_pton(AF_INET, options.name.c_str(), &any) == 1 ||
      inet_pton(AF_INET6, options.name.c_str(), &any) == 1) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(impl_->ssl), options.name.c_str());
  } else {
    SSL_set1_host(impl_->ssl, options.name.c_str());
  }
  ERR_clear_error();
  if (SSL_connect(impl_->ssl) != 1) throw std::runtime_error("the handshake failed");
}

TlsClient::~TlsClient() = default;
TlsClient::TlsClient(TlsClient&&) noexcept = default;
TlsClient& TlsClient::operator=(TlsClient&&) noexcept = default;

bool TlsClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ERR_clear_error();
    const int written =
        SSL_write(impl_->ssl, bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20)));
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool TlsClient::fill() {
  std::array<char, 16384> chunk;
  ERR_clear_error();
  errno = 0;
  const int size = SSL_read(impl_->ssl, chunk.data(), chunk.size());
  if (size > 0) {
    impl_->received.append(chunk.data(), static_cast<std::size_t>(size));
    return true;
  }
  if (errno == EAGAIN || errno == EWOULDBLOCK) throw std::runtime_error("nothing came for 20 s");
  return false;
}

std::string TlsClient::read_up_to(std::string_view text) {
  std::string& received = impl_->received;
  std::size_t at = 0;
  while ((at = received.find(text)) == std::string::npos && fill()) {
  }
  const std::size_t end = at == std::string::npos ? received.size() : at + text.size();
  std::string read = received.substr(0, end);
  received.erase(0, end);
  return read;
}

bool TlsClient::expect(std::string_view text) {
  while (impl_->received.size() < text.size() && text.starts_with(impl_->received)) {
    if (!fill()) return false;
  }
  if (!std::string_view(impl_->received).starts_with(text)) return false;
  impl_->received.erase(0, text.size());
  return true;
}

std::optional<RawResponse> TlsClient::read_response(bool to_head) {
  std::string& received = impl_->received;
  std::size_t end = 0;
  while ((end = received.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  RawResponse response;
  response.status = std::stoi(received.substr(9, 3));
  for (std::size_t at = received.find("\r\n") + 2; at < end + 2;) {
    const std::size_t line_end = received.find("\r\n", at);
    const std::size_t colon = received.find(": ", at);
    std::string name = received.substr(at, colon - at);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    response.headers[name] = received.substr(colon + 2, line_end - colon - 2);
    at = line_end + 2;
  }
  received.erase(0, end + 4);
  const std::string length = response.header("content-length");
  const std::size_t size = to_head || length.empty() ? 0 : std::stoul(length);
  while (received.size() < size) {
    if (!fill()) return std::nullopt;
  }
  response.body = received.substr(0, size);
  received.erase(0, size);
  return response;
}

std::string TlsClient::read_to_end() {
  while (fill()) {
  }
  return std::exchange(impl_->received, {});
}

std::string TlsClient::version() const {
  return SSL_get_version(impl_->ssl);
}

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(impl_->ssl, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

bool TlsClient::has_ticket() const {
  const SSL_SESSION* session = SSL_get0_session(impl_->ssl);
  return session != nullptr && SSL_SESSION_has_ticket(session) == 1;
}

}  // namespace noroshi::http::testing
