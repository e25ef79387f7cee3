#include "src/http/server.h"

#include <spdlog/spdlog.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>

#include "src/http/session.h"

namespace noroshi::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
// Numeric; an IPv4 client of a socket that serves both is named by its IPv4 address.
std::string spelled(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

// What waits in the kernel for a slow reader is memory too; left alone it grows to megabytes a connection.
constexpr int send_buffer = 128 * 1024;
// Accepting fails when the process is out of descriptors; sessions that end give some back.
constexpr auto pause_after_failed_accept = std::chrono::milliseconds(100);

}  // namespace

class Server::State : public std::enable_shared_from_this<Server::State> {
 public:
  State(asio::io_context& context, ServerOptions options, TlsContext tls, Router router,
        Authenticator authenticator, Observer observer)
      : acceptor_(context), pause_(context), grace_(context), tls_(std::move(tls)) {
    HostAllowlist hosts(options.names);
    auto addresses = std::make_shared<AddressLimits>(options.handshakes_per_second, options.failed_tokens_per_minute);
    std::shared_ptr<Shares> requests;
    if (const auto most = static_cast<int>(options.requests_per_body); most > 0)
      requests = std::make_shared<Shares>(std::numeric_limits<int>::max(), most);
    environment_ = std::make_shared<SessionEnvironment>(
        SessionEnvironment{std::move(options), std::move(hosts), std::move(router), std::move(authenticator),
                           std::move(observer), std::move(addresses), std::move(requests)});
  }

  void start() {
    const tcp::endpoint endpoint(asio::ip::make_address(options().address), options().port);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address(true));
    if (endpoint.address().is_v6())
      acceptor_.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()));
    acceptor_.bind(endpoint);
    acceptor_.listen();
    asio::co_spawn(acceptor_.get_executor(), accept(shared_from_this()), asio::detached);
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void replace_tls(TlsContext tls) { tls_ = std::move(tls); }
  std::size_t connection_count() const { return sessions_.size(); }

  void stop(std::chrono::steady_clock::duration grace, std::function<void()> stopped) {
    stopped_ = std::move(stopped);
    environment_->ending = true;
    close_acceptor();
    for_each_session([](Session& session) { session.end_when_idle(); });
    grace_.expires_after(grace);
    grace_.async_wait([weak = weak_from_this()](error_code error) {
      const auto self = weak.lock();
      if (!error && self) self->cut();
    });
    report_if_stopped();
  }

  void cut() {
    close_acceptor();
    for_each_session([](Session& session) { session.cut(); });
  }

 private:
  const ServerOptions& options() const { return environment_->options; }

  void close_acceptor() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }

  template <class Visit>
  void for_each_session(Visit visit) {
    for (auto at = sessions_.begin(); at != sessions_.end();) {
      const auto session = (at++)->second.lock();  // visiting may end it, and its entry with it
      if (session) visit(*session);
    }
  }

  static asio::awaitable<void> accept(std::shared_ptr<State> self) {
    while (self->acceptor_.is_open()) {
      auto [error, socket] = co_await self->acceptor_.async_accept(as_result);
      if (!self->acceptor_.is_open()) co_return;
      if (!error) {
        self->admit(std::move(socket));
      } else if (error != asio::error::connection_aborted) {
        spdlog::warn("http: cannot accept a connection: {}", error.message());
        self->pause_.expires_after(pause_after_failed_accept);
        co_await self->pause_.async_wait(as_result);
      }
    }
  }

  void admit(tcp::socket socket) {
    error_code error;
    const tcp::endpoint remote = socket.remote_endpoint(error);
    if (error) return;  // gone before it was served
    socket.set_option(tcp::no_delay(true), error);
    socket.set_option(asio::socket_base::send_buffer_size(send_buffer), error);
    const std::string address = spelled(remote.address());
    const std::string counted = counted_address(address);
    const Admission admission = admission_of(counted);
    if (admission != Admission::admitted && refusals_ >= options().refusals) return;
    const auto most = options().deadlines.handshake;
    const auto wait = environment_->addresses->wait_for_handshake(counted, most, AddressLimits::clock::now());
    if (wait > most) return;

    ++per_address_[counted];
    if (admission != Admission::admitted) ++refusals_;
    const std::uint64_t number = ++last_number_;
    sessions_[number];  // there before a session that ends at once looks for it
    auto ended = [weak = weak_from_this(), number, counted, admission] {
      if (const auto self = weak.lock()) self->forget(number, counted, admission);
    };
    const auto session =
        Session::start(environment_, std::move(socket), tls_.native(), admission, address, wait,
                       std::move(ended));
    if (const auto entry = sessions_.find(number); entry != sessions_.end()) entry->second = session;
  }

  Admission admission_of(const std::string& address) const {
    if (sessions_.size() - refusals_ >= options().connections) return Admission::too_many;
    const auto entry = per_address_.find(address);
    const bool many = entry != per_address_.end() && entry->second >= options().connections_per_address;
    return many ? Admission::too_many_of_address : Admission::admitted;
  }

  void forget(std::uint64_t number, const std::string& address, Admission admission) {
    sessions_.erase(number);
    if (admission != Admission::admitted) --refusals_;
    if (const auto entry = per_address_.find(address); --entry->second == 0) per_address_.erase(entry);
    report_if_stopped();
  }

  void report_if_stopped() {
    if (!environment_->ending || !sessions_.empty() || !stopped_) return;
    grace_.cancel();
    asio::post(acceptor_.get_executor(), std::exchange(stopped_, nullptr));
  }

  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  asio::steady_timer grace_;
  TlsContext tls_;
  std::shared_ptr<SessionEnvironment> environment_;
  std::map<std::uint64_t, std::weak_ptr<Session>> sessions_;
  std::unordered_map<std::string, std::size_t> per_address_;
  std::size_t refusals_ = 0;  // of sessions_, those above a cap
  std::uint64_t last_number_ = 0;
  std::function<void()> stopped_;
};

Server::Server(asio::io_context& context, ServerOptions options, TlsContext tls, Router router,
               Authenticator authenticator, Observer observer)
    : state_(std::make_shared<State>(context, std::move(options), std::move(tls), std::move(router),
                                     std::move(authenticator), std::move(observer))) {}

Server::~Server() {
  state_->cut();
}

void Server::start() {
  state_->start();
}
std::uint16_t Server::port() const {
  return state_->port();
}
void Server::replace_tls(TlsContext tls) {
  state_->replace_tls(std::move(tls));
}
std::size_t Server::connection_count() const {
  return state_->connection_count();
}
void Server::stop(std::chrono::steady_clock::duration grace, std::function<void()> stopped) {
  state_->stop(grace, std::move(stopped));
}

}  // namespace noroshi::http
