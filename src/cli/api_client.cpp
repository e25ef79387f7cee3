#include "src/cli/api_client.h"

#include "src/cli/signed_post.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>
#include <httplib.h>

namespace noroshi::cli {
namespace {

constexpr std::size_t largest_answer = 64 * 1024 * 1024;

// httplib bounds each read, not the whole: a peer that sends a byte now and then could hold us for ever.
class Deadline {
 public:
  Deadline(httplib::Client& client, std::chrono::seconds time)
      : thread_([this, &client, time] {
          std::unique_lock lock(mutex_);
          if (!ended_.wait_for(lock, time, [this] { return over_; })) client.stop();
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

Text reason_of(httplib::Error error, const ConnectionSettings& settings) {
  using httplib::Error;
  switch (error) {
    case Error::Connection:
    case Error::ConnectionTimeout:
      return {fmt::format("{} に接続できません。", settings.url),
              fmt::format("cannot connect to {}", settings.url)};
    case Error::SSLConnection:
      return {fmt::format("{} と TLS の接続を確立できません。", settings.url),
              fmt::format("no TLS connection with {}", settings.url)};
    case Error::SSLLoadingCerts:
      return {fmt::format("認証局の証明書 {} を読み込めません。", settings.ca),
              fmt::format("the certificate authority's file {} cannot be used", settings.ca)};
    case Error::SSLServerVerification:
      return {fmt::format("{} の証明書を信頼できません。報告は送っていません。--ca "
                          "で認証局の証明書（DIR/tls/ca.pem）を指定してください。",
                          settings.url),
              fmt::format(
                  "the certificate of {} is not trusted; nothing was sent. Name the certificate authority's "
                  "file (DIR/tls/ca.pem) by --ca",
                  settings.url)};
    default:
      return {fmt::format("{} からの応答が途中で切れました。", settings.url),
              fmt::format("the answer of {} was cut off", settings.url)};
  }
}

bool may_have_arrived(httplib::Error error) {
  using httplib::Error;
  return error != Error::Connection && error != Error::ConnectionTimeout && error != Error::SSLConnection &&
         error != Error::SSLLoadingCerts && error != Error::SSLServerVerification;
}

std::string host_header(const ConnectionSettings& settings) {
  // httplib leaves out the brackets of an IPv6 address.
  return settings.url.substr(std::string_view("https://").size());
}

void prepare(httplib::Client& client, const ConnectionSettings& settings, std::chrono::seconds deadline,
             std::chrono::seconds read_timeout) {
  client.enable_server_certificate_verification(true);
  if (!settings.ca.empty()) client.set_ca_cert_path(settings.ca);
  client.set_follow_location(false);
  client.set_decompress(false);
  client.set_keep_alive(false);
  client.set_url_encode(false);  // targets are encoded already
  client.set_connection_timeout(std::min<std::chrono::seconds>(deadline, std::chrono::seconds(10)));
  client.set_read_timeout(read_timeout);
  client.set_write_timeout(deadline);
}

httplib::Request request_of(const std::string& method, const std::string& target,
                            const ConnectionSettings& settings, Language language) {
  httplib::Request request;
  request.method = method;
  request.path = target;
  request.headers = {{"Host", host_header(settings)},
                     {"Authorization", "Bearer " + settings.token},
                     {"Accept-Encoding", "identity"},
                     {"Accept-Language", std::string(codec::to_string(language))},
                     {"User-Agent", "noroshi"}};
  return request;
}

bool append_within_limit(Answer& answer, std::string_view bytes) {
  if (answer.body.size() + bytes.size() > largest_answer) return false;
  answer.body += bytes;
  return true;
}

void take_header(Answer& answer, const httplib::Response& response) {
  answer.status = response.status;
  answer.replayed = response.get_header_value("Idempotency-Replayed") == "true";
  answer.clock_shifted = response.get_header_value("Noroshi-Clock") == "shifted";
  if (response.has_header("Retry-After"))
    answer.retry_after_seconds = std::atoi(response.get_header_value("Retry-After").c_str());
}

}  // namespace

ApiClient::ApiClient(ConnectionSettings settings, std::chrono::seconds deadline)
    : settings_(std::move(settings)), deadline_(deadline) {}

tl::expected<Answer, NoAnswer> ApiClient::get(const std::string& target) const {
  return call("GET", target, "", "", {});
}

tl::expected<Answer, NoAnswer> ApiClient::post(const std::string& target, const std::string& body,
                                               const std::string& idempotency_key,
                                               const std::string& media_type) const {
  return call("POST", target, body, idempotency_key, media_type);
}

tl::expected<Answer, NoAnswer> ApiClient::call(const std::string& method, const std::string& target,
                                               const std::string& body,
                                               const std::string& idempotency_key,
                                               const std::string& media_type) const {
  httplib::Client client(settings_.url);
  prepare(client, settings_, deadline_, deadline_);
  httplib::Request request = request_of(method, target, settings_, language_);
  request.headers.emplace("Accept", "application/json, application/problem+json");
  if (!idempotency_key.empty()) request.headers.emplace("Idempotency-Key", idempotency_key);
  if (method == "POST") {
    request.headers.emplace("Content-Type", media_type);
    request.body = body;
  }
  Answer answer;
  request.content_receiver = [&answer](const char* data, std::size_t length, std::uint64_t, std::uint64_t) {
    return append_within_limit(answer, {data, length});
  };

  const auto result = [&] {
    const Deadline deadline(client, deadline_);
    return client.send(request);
  }();
  if (!result)
    return tl::unexpected(NoAnswer{reason_of(result.error(), settings_), may_have_arrived(result.error())});
  take_header(answer, *result);
  return answer;
}

tl::expected<Answer, NoAnswer> ApiClient::stream(
    const std::string& target, const std::string& last_event_id, std::chrono::seconds silence,
    const std::function<bool(std::string_view)>& on_bytes) const {
  httplib::Client client(settings_.url);
  prepare(client, settings_, deadline_, silence);
  httplib::Request request = request_of("GET", target, settings_, language_);
  request.headers.emplace("Accept", "text/event-stream, application/problem+json");
  if (!last_event_id.empty()) request.headers.emplace("Last-Event-ID", last_event_id);
  Answer answer;
  request.response_handler = [&answer](const httplib::Response& response) {
    answer.status = response.status;
    return true;
  };
  request.content_receiver = [&](const char* data, std::size_t length, std::uint64_t, std::uint64_t) {
    return answer.good() ? on_bytes({data, length}) : append_within_limit(answer, {data, length});
  };

  const auto result = client.send(request);
  if (!result) return tl::unexpected(NoAnswer{reason_of(result.error(), settings_)});
  take_header(answer, *result);
  return answer;
}

tl::expected<Answer, NoAnswer> post_signed(const ApiClient& client, const std::string& target, const std::string& body,
                                           const std::string& idempotency_key, const std::string& signature, Language language) {
  constexpr std::chrono::seconds patience{30};
  const auto& settings = client.settings();
  httplib::Client connection(settings.url);
  prepare(connection, settings, patience, patience);
  httplib::Request request = request_of("POST", target, settings, language);
  request.headers.emplace("Accept", "application/json, application/problem+json");
  request.headers.emplace("Content-Type", "application/json");
  request.headers.emplace("Noroshi-Signature", signature);
  if (!idempotency_key.empty()) request.headers.emplace("Idempotency-Key", idempotency_key);
  request.body = body;
  Answer answer;
  request.content_receiver = [&answer](const char* data, std::size_t length, std::uint64_t, std::uint64_t) {
    return append_within_limit(answer, {data, length});
  };
  const auto result = [&] {
    const Deadline deadline(connection, patience);
    return connection.send(request);
  }();
  if (!result)
    return tl::unexpected(NoAnswer{reason_of(result.error(), settings), may_have_arrived(result.error())});
  take_header(answer, *result);
  return answer;
}

std::string percent_encoded(const std::string& text) {
  std::string out;
  for (const unsigned char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    out += plain ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
  }
  return out;
}

}  // namespace noroshi::cli
