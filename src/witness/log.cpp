#include "src/witness/log.h"

#include <httplib.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace noroshi::witness {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_call = 30s;  // from the attempt to connect to the last byte
constexpr std::size_t largest_answer = 256 * 1024;

// httplib bounds each read, not the whole: a log that sends a byte now and then could hold the witness for ever.
class Deadline {
 public:
  explicit Deadline(httplib::Client& client)
      : thread_([this, &client] {
          std::unique_lock lock(mutex_);
          if (!ended_.wait_for(lock, longest_call, [this] { return over_; })) client.stop();
        }) {}
  ~Deadline() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    ended_.notify_one();
    thread_.join();
  }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;
  std::thread thread_;
};

Text no_answer(httplib::Error error, const LogAddress& address) {
  using httplib::Error;
  if (error == Error::SSLServerVerification || error == Error::SSLLoadingCerts)
    return {address.url + " の証明書を信頼できません。--ca で認証局の証明書（DIR/tls/ca.pem）を指定してください。",
            "the certificate of " + address.url +
                " is not trusted; name the certificate authority's file (DIR/tls/ca.pem) by --ca"};
  if (error == Error::Connection || error == Error::ConnectionTimeout || error == Error::SSLConnection)
    return {address.url + " に接続できません。", "cannot connect to " + address.url};
  return {address.url + " からの応答が途中で切れました。", "the answer of " + address.url + " was cut off"};
}

}  // namespace

LogAnswer Log::call(const std::string& method, const std::string& target, const std::string& body) const {
  httplib::Client client(address_.url);
  client.enable_server_certificate_verification(true);
  if (!address_.ca.empty()) client.set_ca_cert_path(address_.ca);
  client.set_follow_location(false);
  client.set_decompress(false);
  client.set_keep_alive(false);
  client.set_url_encode(false);
  client.set_connection_timeout(10s);
  client.set_read_timeout(longest_call);
  client.set_write_timeout(longest_call);

  httplib::Request request;
  request.method = method;
  request.path = target;
  request.headers = {{"Host", address_.url.substr(std::string("https://").size())},
                     {"Authorization", "Bearer " + address_.token},
                     {"Accept", "application/json, application/problem+json"},
                     {"Accept-Encoding", "identity"},
                     {"User-Agent", "noroshi-witness"}};
  if (method == "POST") {
    request.headers.emplace("Content-Type", "application/json");
    request.body = body;
  }
  LogAnswer answer;
  bool too_large = false;
  request.content_receiver = [&](const char* data, std::size_t length, std::uint64_t, std::uint64_t) {
    too_large = answer.body.size() + length > largest_answer;
    if (!too_large) answer.body.append(data, length);
    return !too_large;
  };
  const auto result = [&] {
    const Deadline deadline(client);
    return client.send(request);
  }();
  if (too_large)
    throw Stop(exit_refused_log,
               {address_.url + " の応答が大きすぎます。", "the answer of " + address_.url + " is too large"});
  if (!result) throw Stop(exit_unavailable, no_answer(result.error(), address_));
  answer.status = result->status;
  return answer;
}

}  // namespace noroshi::witness
