// A receiver of webhooks in this process: real TLS on 127.0.0.1, plain OpenSSL on blocking sockets, so that a test says
// byte for byte how it answers, and badly.
#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace noroshi::delivery::test {

struct Issued {
  std::shared_ptr<X509> certificate;
  std::shared_ptr<EVP_PKEY> key;
  std::string certificate_pem() const;
  std::string key_pem() const;
};

// From now, in hours.
struct Validity {
  long from = -1;
  long until = 24;
};

class Authority {
 public:
  explicit Authority(Validity validity = {});
  const std::string& pem() const { return pem_; }
  // `names` as OpenSSL writes subject alternative names: "DNS:localhost,IP:127.0.0.1".
  Issued issue(const std::string& names, Validity validity = {}) const;

 private:
  Issued own_;
  std::string pem_;
};

// One connection, from the receiver's side.
class Conversation {
 public:
  Conversation(SSL* connection, int socket, int stop) : connection_(connection), socket_(socket), stop_(stop) {}
  // Header and body of one request; what came where the connection ended before.
  std::string read_request();
  // False where the sender has gone.
  bool write(std::string_view bytes);
  // Until the sender goes or the receiver ends.
  void wait_for_end();
  // False where the sender goes or the receiver ends before.
  bool pause(std::chrono::milliseconds time);
  void farewell();  // close_notify

 private:
  bool readable(int timeout_ms);  // false: ended, or nothing in that time
  SSL* connection_;
  int socket_;
  int stop_;
};

struct ReceiverOptions {
  std::string demanded_ca;  // PEM: senders must show a certificate by it
  int maximum_version = 0;  // TLS1_2_VERSION
  int minimum_version = 0;
  std::string suites;   // of TLS 1.2
  bool silent = false;  // takes connections, and does not even shake hands
};

class HttpsReceiver {
 public:
  using Handler = std::function<void(Conversation&)>;
  HttpsReceiver(const Issued& identity, Handler handler, const ReceiverOptions& options = {});
  ~HttpsReceiver();
  HttpsReceiver(const HttpsReceiver&) = delete;
  HttpsReceiver& operator=(const HttpsReceiver&) = delete;

  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }

 private:
  void serve();
  void talk(int socket);

  Handler handler_;
  ReceiverOptions options_;
  std::shared_ptr<SSL_CTX> context_;
  int listener_ = -1;
  int stop_ = -1;  // an eventfd
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

// Reads the request, answers with these bytes, and ends.
HttpsReceiver::Handler answering(std::string answer);
// "HTTP/1.1 200 x", further lines, an empty body.
std::string answer_of(int status, const std::string& further_lines = {});

}  // namespace noroshi::delivery::test
