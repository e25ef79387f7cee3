// The server's side of TLS, and the certificates the daemon makes for itself.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio::ssl {
class context;
}

namespace noroshi::http {

// A certificate or key that cannot be read, made or used; the text says which file and what to do.
struct TlsError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct TlsFiles {
  std::filesystem::path certificate;  // PEM: the server's own first, then any intermediates
  std::filesystem::path key;          // PEM, not encrypted
};

enum class TlsMinimum { v1_2, v1_3 };

// Ready to serve: suites and groups of the CRYPTREC list (AES-GCM and ChaCha20-Poly1305; P-256, X25519,
// P-384), ALPN http/1.1 alone, no session tickets, no 0-RTT, no renegotiation, no compression. Cheap to copy;
// immutable.
class TlsContext {
 public:
  // Throws TlsError.
  explicit TlsContext(const TlsFiles& files, TlsMinimum minimum = TlsMinimum::v1_3);

  const std::shared_ptr<boost::asio::ssl::context>& native() const { return native_; }

 private:
  std::shared_ptr<boost::asio::ssl::context> native_;
};

// The names of a server: the listen address (unless it stands for all addresses), localhost, 127.0.0.1, ::1,
// the machine's host name, and `further` ones from the configuration; lower case, each once. They are both
// the certificate's subject alternative names and the Host allowlist.
std::vector<std::string> tls_names(std::string_view listen_address, std::string_view host_name,
                                   const std::vector<std::string>& further = {});

// gethostname(2); empty where the name is not one a certificate can carry.
std::string machine_host_name();

// Makes sure that `directory` (DIR/tls; created where missing) holds an own certificate authority (ca.pem,
// ca.key: ECDSA P-384, 20 years) and a certificate of the server by it (server.pem, server.key: ECDSA P-256,
// 397 days), and returns the latter. The certificate is renewed when it would end within 30 days of `now`,
// does not cover `names`, does not fit its key or was not issued by the authority; the authority is never
// replaced, for clients trust it. Files are replaced whole (written aside, synced, renamed), keys readable by
// their owner alone. One process at a time. Throws TlsError, e.g. where a renewal is due and ca.key is
// missing.
TlsFiles ensure_own_certificate(const std::filesystem::path& directory, const std::vector<std::string>& names,
                                std::chrono::system_clock::time_point now);

}  // namespace noroshi::http
