// A TLS client that sends any bytes at all. Plain OpenSSL on a blocking socket with a time limit, so that
// nothing between the test and the wire repairs a request.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace noroshi::http::testing {

struct RawResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::string header(const std::string& name) const;  // empty where absent
};

struct ClientOptions {
  std::filesystem::path authority;  // ca.pem
  std::string name = "localhost";   // to be verified in the certificate
  int maximum_version = 0;          // TLS1_2_VERSION …; 0: any
  std::string protocols;            // ALPN, as on the wire; empty: none offered
  std::string suites;               // TLS 1.3 suites; empty: OpenSSL's
};

class TlsClient {
 public:
  // Throws std::runtime_error where connecting, the handshake, or the verification (X509_STRICT) fails.
  TlsClient(std::uint16_t port, const ClientOptions& options);
  ~TlsClient();
  TlsClient(TlsClient&&) noexcept;
  TlsClient& operator=(TlsClient&&) noexcept;

  // False where the connection is closed.
  bool send(std::string_view bytes);
  // Up to the end of one response, whose length is known by Content-Length; nothing where the connection ends
  // before. Throws where nothing comes for 20 s. `to_head`: the response has no body.
  std::optional<RawResponse> read_response(bool to_head = false);
  // Everything up to the end of the connection.
  std::string read_to_end();
  // Up to and with this text; less where the connection ends before.
  std::string read_up_to(std::string_view text);
  // Exactly this text comes next.
  bool expect(std::string_view text);

  std::string version() const;   // "TLSv1.3"
  std::string protocol() const;  // the chosen ALPN protocol
  bool has_ticket() const;

 private:
  struct Impl;
  bool fill();
  std::unique_ptr<Impl> impl_;
};

// A socket connected to the port on 127.0.0.1, for clients that do not even speak TLS. The caller closes it.
int connect_plain(std::uint16_t port);

}  // namespace noroshi::http::testing
