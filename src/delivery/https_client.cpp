#include "src/delivery/https_client.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <exception>
#include <optional>
#include <typeinfo>

#include "src/delivery/client_tls.h"

namespace noroshi::delivery {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::size_t header_limit = 8 * 1024;
constexpr std::size_t body_limit = 64 * 1024;
constexpr std::size_t buffer_limit = 32 * 1024;  // a header and what came with it
constexpr std::size_t most_addresses = 8;        // that are tried
constexpr int most_interim_answers = 8;          // 103 Early Hints, 100 Continue
constexpr std::size_t longest_detail = 200;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

using Stream = beast::ssl_stream<beast::tcp_stream>;
using Parser = bhttp::response_parser<bhttp::buffer_body>;

HttpsAnswer failure(HttpsOutcome outcome, std::string detail = {}) {
  HttpsAnswer answer;
  answer.outcome = outcome;
  answer.detail = std::move(detail);
  answer.detail.resize(std::min(answer.detail.size(), longest_detail));
  return answer;
}

HttpsOutcome outcome_of_verification(long result) {
  switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return HttpsOutcome::certificate_expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return HttpsOutcome::certificate_not_yet_valid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return HttpsOutcome::certificate_name;
    case X509_V_ERR_OUT_OF_MEM:
    case X509_V_ERR_UNSPECIFIED:
      return HttpsOutcome::tls_failed;
    default:
      return HttpsOutcome::certificate_untrusted;
  }
}

// The receiver's alerts (RFC 8446 6.2) that speak of the certificate we show.
bool is_refusal_of_ours(const error_code& error) {
  if (error.category() != asio::error::get_ssl_category()) return false;
  switch (ERR_GET_REASON(static_cast<unsigned long>(error.value()))) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
      return true;
    default:
      return false;
  }
}

class Exchange {
 public:
  Exchange(const HttpsPost& post, asio::io_context& context, steady_clock::time_point deadline)
      : post_(post), stream_(context, *post.tls), deadline_(deadline) {}

  asio::awaitable<HttpsAnswer> run(std::vector<asio::ip::address> addresses) {
    if (auto failed = co_await connect(std::move(addresses))) co_return std::move(*failed);
    beast::get_lowest_layer(stream_).expires_at(deadline_);
    if (auto failed = co_await shake_hands()) co_return std::move(*failed);
    if (auto failed = co_await write()) co_return std::move(*failed);
    co_return co_await read();
    // Closed without a farewell: the answer is there, and a receiver that is slow to close is not waited for.
  }

 private:
  // The first that takes the connection; each has an equal share of what time is left.
  asio::awaitable<std::optional<HttpsAnswer>> connect(std::vector<asio::ip::address> addresses) {
    auto& socket = beast::get_lowest_layer(stream_);
    bool late = false;
    std::string detail;
    for (std::size_t at = 0; at < addresses.size(); ++at) {
      const auto now = steady_clock::now();
      if (now >= deadline_) break;
      const auto share = (deadline_ - now) / static_cast<std::int64_t>(addresses.size() - at);
      socket.expires_at(now + share);
      const tcp::endpoint endpoint(addresses[at], post_.url.port);
      const auto [error] = co_await socket.async_connect(endpoint, as_result);
      if (!error) {
        address_ = addresses[at].to_string();
        co_return std::nullopt;
      }
      late = error == beast::error::timeout;
      detail = addresses[at].to_string() + ": " + error.message();
      error_code ignored;
      socket.socket().close(ignored);
    }
    const bool over = late || steady_clock::now() >= deadline_;
    co_return failure(over ? HttpsOutcome::timeout : HttpsOutcome::unreachable, std::move(detail));
  }

  asio::awaitable<std::optional<HttpsAnswer>> shake_hands() {
    expect_receiver(stream_.native_handle(), post_.url);
    const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::client, as_result);
    if (!error) co_return std::nullopt;
    const long verified = SSL_get_verify_result(stream_.native_handle());
    if (verified != X509_V_OK)
      co_return failure(outcome_of_verification(verified), address_ + ": " + X509_verify_cert_error_string(verified));
    if (error == beast::error::timeout) co_return after(error);
    if (is_refusal_of_ours(error)) co_return after(error);
    co_return failure(HttpsOutcome::tls_failed, address_ + ": " + error.message());
  }

  asio::awaitable<std::optional<HttpsAnswer>> write() {
    bhttp::request<bhttp::string_body> request(bhttp::verb::post, post_.url.path, 11);
    request.set(bhttp::field::host, post_.url.authority());
    request.set(bhttp::field::user_agent, "noroshi");
    request.set(bhttp::field::connection, "close");
    for (const auto& [name, value] : post_.headers) request.set(name, value);
    request.body() = post_.body;
    request.prepare_payload();
    const auto [error, size] = co_await bhttp::async_write(stream_, request, as_result);
    co_return error ? std::optional(after(error)) : std::nullopt;
  }

  asio::awaitable<HttpsAnswer> read() {
    beast::flat_buffer buffer(buffer_limit);
    for (int interim = 0; interim <= most_interim_answers; ++interim) {
      Parser parser;
      parser.header_limit(header_limit);
      parser.body_limit(boost::none);  // counted below: Beast's own limit hides the status
      const auto [error, size] = co_await bhttp::async_read_header(stream_, buffer, parser, as_result);
      if (error) co_return after(error);
      const unsigned status = parser.get().result_int();
      if (status >= 100 && status < 200 && status != 101) continue;
      if (status < 200 || status > 599) break;
      if (auto failed = co_await read_body(buffer, parser)) co_return std::move(*failed);
      HttpsAnswer answer = failure(HttpsOutcome::answered, address_);
      answer.status = static_cast<int>(status);
      answer.retry_after = std::string(parser.get()[bhttp::field::retry_after]);
      answer.date = std::string(parser.get()[bhttp::field::date]);
      co_return answer;
    }
    co_return failure(HttpsOutcome::answer_malformed, address_);
  }

  // Thrown away. What lies beyond the limit is not read: the status has been said.
  asio::awaitable<std::optional<HttpsAnswer>> read_body(beast::flat_buffer& buffer, Parser& parser) {
    std::array<char, 8 * 1024> discarded{};
    std::size_t total = 0;
    while (!parser.is_done() && total < body_limit) {
      auto& body = parser.get().body();
      body.data = discarded.data();
      body.size = discarded.size();
      const auto [error, size] = co_await bhttp::async_read(stream_, buffer, parser, as_result);
      if (error && error != bhttp::error::need_buffer) co_return after(error);
      total += discarded.size() - body.size;
    }
    co_return std::nullopt;
  }

  // After the handshake.
  HttpsAnswer after(const error_code& error) const {
    const auto outcome = [&] {
      if (error == beast::error::timeout) return HttpsOutcome::timeout;
      if (error == bhttp::error::header_limit || error == bhttp::error::buffer_overflow)
        return HttpsOutcome::answer_too_large;
      if (is_refusal_of_ours(error)) return HttpsOutcome::client_certificate_refused;
      const bool ended = error == bhttp::error::end_of_stream || error == bhttp::error::partial_message ||
                         error == asio::ssl::error::stream_truncated || error == asio::error::eof ||
                         error.category() == asio::error::get_system_category();
      if (ended) return HttpsOutcome::cut;
      const bool of_tls = error.category() == asio::error::get_ssl_category() ||
                          error.category() == asio::ssl::error::get_stream_category();
      return of_tls ? HttpsOutcome::tls_failed : HttpsOutcome::answer_malformed;
    }();
    return failure(outcome, address_ + ": " + error.message());
  }

  const HttpsPost& post_;
  Stream stream_;
  steady_clock::time_point deadline_;
  std::string address_;  // that was connected to
};

HttpsAnswer exchange(const HttpsPost& post, std::vector<asio::ip::address> addresses,
                     steady_clock::time_point deadline) {
  asio::io_context context(1);
  Exchange under_way(post, context, deadline);
  HttpsAnswer answer;
  std::exception_ptr thrown;
  const auto ended = [&](std::exception_ptr exception, HttpsAnswer given) {
    thrown = std::move(exception);
    answer = std::move(given);
  };
  asio::co_spawn(context, under_way.run(std::move(addresses)), ended);
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  return answer;
}

struct Addresses {
  std::vector<asio::ip::address> inside;
  std::optional<HttpsAnswer> failed;
};

Addresses find_addresses(const HttpsPost& post, const Resolver& resolver, steady_clock::time_point deadline) {
  NameLookup found;
  if (post.url.is_address)
    found = {NameLookup::Outcome::found, {asio::ip::make_address(post.url.host)}};
  else
    found = resolver(post.url.host, deadline);
  using Outcome = NameLookup::Outcome;
  if (found.outcome == Outcome::late) return {{}, failure(HttpsOutcome::timeout, "looking up the name")};
  if (found.outcome == Outcome::busy) return {{}, failure(HttpsOutcome::failed, "too many lookups are under way")};
  if (found.outcome == Outcome::unknown || found.addresses.empty()) return {{}, failure(HttpsOutcome::name_unknown)};
  Addresses result;
  const AddressRanges allowed{post.ranges, {}};
  for (const auto& address : found.addresses)
    if (allowed.contain(address) && result.inside.size() < most_addresses) result.inside.push_back(address);
  if (result.inside.empty())
    result.failed = failure(HttpsOutcome::address_outside, found.addresses.front().to_string());
  return result;
}

}  // namespace

HttpsAnswer https_post(const HttpsPost& post, const Resolver& resolver, steady_clock::time_point deadline) {
  try {
    auto [addresses, failed] = find_addresses(post, resolver, deadline);
    if (failed) return std::move(*failed);
    return exchange(post, std::move(addresses), deadline);
  } catch (const std::exception& error) {
    return failure(HttpsOutcome::failed, typeid(error).name());  // the kind alone
  }
}

}  // namespace noroshi::delivery
