#include "src/http/session.h"

#include <openssl/rand.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <charconv>
#include <ctime>
#include <typeinfo>

#include "src/http/access_log.h"
#include "src/http/body_sink.h"
#include "src/http/guards.h"
#include "src/http/handoff.h"
#include "src/http/one_shot.h"
#include "src/http/shares.h"
#include "src/record/encodings.h"
#include "src/sign_in/session_secret.h"
#include "src/store/tokens.h"

namespace noroshi::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::size_t header_limit = 8 * 1024;
constexpr std::size_t buffer_size = 16 * 1024;  // less makes Beast read in small steps
constexpr std::size_t body_step = 64 * 1024;
// What is held whole of bodies above a step, in steps, at a time, and as much of answers that wait for their readers: 1 MiB of each
// connection that there may be, and 24 MiB of a sealed annex, would be more memory than there is. One body's never take all of it.
constexpr int most_held = 96 * 16;         // 96 MiB
constexpr int most_held_of_one = 48 * 16;  // two sealed annexes of the greatest size
constexpr std::chrono::seconds retry_after(1);
constexpr auto repeat_cancellation = std::chrono::milliseconds(20);
// Of a stream: what waits in the kernel has no deadline of ours and is memory all the same.
constexpr int stream_send_buffer = 64 * 1024;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view line_end = "\r\n";
constexpr std::string_view last_chunk = "0\r\n\r\n";

using Parser = bhttp::request_parser<bhttp::string_body>;
using Message = bhttp::response<bhttp::string_body>;
using StreamHeader = bhttp::response<bhttp::empty_body>;

// What is known of the request under way; it outlives the reading and is what the access log sees.
struct Exchange {
  steady_clock::time_point began = steady_clock::now();
  std::string_view method = "-";
  std::string_view pattern = "-";  // of a route, which lives as long as the environment
  std::string_view code;           // of a refusal
  Language language = Language::ja;
  std::string id;
  std::string bearer;  // of the caller, or the secret of his session; looked up again while a body streams
  bool by_cookie = false;
  std::string_view cookie_name = sign_in::session_cookie;  // of the server's options
  std::string taker;   // whose the places are that it takes: a body, or an address without a token
  bool known = false;  // whether there is a token
  std::size_t bytes_received = 0;
  bool gone = false;         // the client has left; nobody is there to be answered
  bool keep_alive = true;    // as far as the request is concerned
  bool body_unread = false;  // more of the request may still come in
};

Shares& held_bodies() {
  static const auto shares = std::make_shared<Shares>(most_held, most_held_of_one);
  return *shares;
}
Shares& held_answers() {
  static const auto shares = std::make_shared<Shares>(most_held, most_held_of_one);
  return *shares;
}
int steps_of(std::uint64_t length) {
  return static_cast<int>(std::min<std::uint64_t>((length + body_step - 1) / body_step, most_held_of_one));
}

std::string new_request_id() {
  std::string bytes(16, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("no random bytes");
  return record::to_hex(bytes);
}

// A literal for the method's name: the exchange outlives the parser.
std::string_view method_name(bhttp::verb verb) {
  switch (verb) {
    case bhttp::verb::get:
      return "GET";
    case bhttp::verb::head:
      return "HEAD";
    case bhttp::verb::post:
      return "POST";
    case bhttp::verb::put:
      return "PUT";
    case bhttp::verb::patch:
      return "PATCH";
    case bhttp::verb::delete_:
      return "DELETE";
    case bhttp::verb::options:
      return "OPTIONS";
    default:
      return "-";
  }
}

// IMF-fixdate (RFC 9110 5.6.7). strftime() in the C locale, which the daemon does not leave.
std::string date_field() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return std::string(text.data(), size);
}

// Header lines that the framing check has not passed: good enough to choose the language of the refusal.
Language guessed_language(std::string_view received) {
  constexpr std::string_view name = "\r\naccept-language:";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  const auto found = std::search(received.begin(), received.end(), name.begin(), name.end(), same);
  if (found == received.end()) return Language::ja;
  const auto at = static_cast<std::size_t>(found - received.begin()) + name.size();
  const std::string_view rest = received.substr(at);
  return codec::language_of(rest.substr(0, rest.find('\r')));
}

std::optional<std::string> field(const bhttp::fields& fields, std::string_view name) {
  const auto found = fields.find(boost::core::string_view(name.data(), name.size()));
  if (found == fields.end()) return std::nullopt;
  return std::string(found->value());
}

std::uint64_t content_length(const bhttp::fields& fields) {
  const std::string text = field(fields, "Content-Length").value_or("0");
  std::uint64_t length = 0;
  std::from_chars(text.data(), text.data() + text.size(), length);  // the framing check has seen its form
  return length;
}

std::string_view as_text(const beast::flat_buffer& buffer) {
  const auto bytes = buffer.data();
  return {static_cast<const char*>(bytes.data()), bytes.size()};
}

Response refuse(Exchange& exchange, const codec::Problem& problem) {
  exchange.code = problem.code;
  return problem_response(problem, exchange.language);
}

Response refuse(Exchange& exchange, FramingFault fault) {
  exchange.keep_alive = false;
  exchange.body_unread = true;
  return refuse(exchange, problem_of(fault));
}

Response refuse(Exchange& exchange, Refusal refusal) {
  Response response = refuse(exchange, problem_of(refusal));
  const std::string seconds = std::to_string(retry_after.count());
  switch (refusal) {
    case Refusal::token_missing:
      response.headers.push_back({"WWW-Authenticate", R"(Bearer realm="noroshi")"});
      break;
    case Refusal::no_session:
      response.headers.push_back({"WWW-Authenticate", R"(Bearer realm="noroshi")"});
      response.headers.push_back({"Set-Cookie", sign_in::take_cookie(exchange.cookie_name)});
      break;
    case Refusal::token_invalid:
      response.headers.push_back({"WWW-Authenticate", R"(Bearer realm="noroshi", error="invalid_token")"});
      break;
    case Refusal::authentication_unavailable:
    case Refusal::handler_timeout:
    case Refusal::too_many_connections:
    case Refusal::too_many_requests:
    case Refusal::too_many_failed_tokens:
    case Refusal::overloaded:
      response.headers.push_back({"Retry-After", seconds});
      break;
    default:
      break;
  }
  return response;
}

class TlsSession final : public Session, public std::enable_shared_from_this<TlsSession> {
 public:
  TlsSession(std::shared_ptr<const SessionEnvironment> environment, tcp::socket socket,
             std::shared_ptr<asio::ssl::context> tls, Admission admission, std::string remote_address,
             steady_clock::duration wait, std::function<void()> ended)
      : environment_(std::move(environment)),
        tls_(std::move(tls)),
        stream_(std::move(socket), *tls_),
        deadline_(stream_.get_executor()),
        admission_(admission),
        remote_address_(std::move(remote_address)),
        counted_address_(counted_address(remote_address_)),
        wait_(wait),
        ended_(std::move(ended)) {}
  ~TlsSession() override { ended_(); }

  // A coroutine's parameters live in its frame: the session lives as long as it runs.
  static asio::awaitable<void> run(std::shared_ptr<TlsSession> self) {
    try {
      co_await self->serve();
    } catch (const std::exception& error) {
      // The kind alone: what() may hold what a client sent.
      spdlog::error("http: a session ended by an exception of type {}", typeid(error).name());
      self->cut();
    }
    self->deadline_.cancel();
  }

  void end_when_idle() override {
    if (idle_) cut();
    if (const auto source = source_.lock()) end_stream(*source, BodyEnd::stopping);
  }

  void cut() override {
    cut_ = true;
    deadline_.cancel();  // of its wait before the handshake too
    error_code ignored;
    socket().close(ignored);
    if (const auto waiting = waiting_.lock()) waiting->abandon();
  }

 private:
  // Ends now, and what the kernel still holds goes with it: of a reader who takes nothing it would be held for minutes.
  void drop() {
    error_code ignored;
    socket().set_option(asio::socket_base::linger(true, 0), ignored);
    cut();
  }

  const ServerOptions& options() const { return environment_->options; }
  tcp::socket& socket() { return stream_.next_layer(); }

  // --- the deadline of a phase
  // ---------------------------------------------------------------------------------------

  // From now on reads and writes end with operation_aborted when the time is up, and expired() says why.
  // Cancelling leaves the connection usable, so that the client can still be told (a Beast stream's own timer
  // closes it).
  void begin_phase(steady_clock::duration duration) {
    expired_ = false;
    ++phase_;
    deadline_.expires_after(duration);
    watch();
  }
  void end_phase() {
    ++phase_;
    deadline_.cancel();
  }
  bool expired() const { return expired_; }

  void watch() {
    deadline_.async_wait([weak = weak_from_this(), phase = phase_](error_code error) {
      const auto self = weak.lock();
      if (error || !self || self->phase_ != phase) return;
      self->expired_ = true;
      error_code ignored;
      self->socket().cancel(ignored);
      // A composed operation may be between two reads just now and start another: ask until it has heard.
      self->deadline_.expires_after(repeat_cancellation);
      self->watch();
    });
  }

  // --- the life of a connection
  // --------------------------------------------------------------------------------------

  asio::awaitable<void> serve() {
    idle_ = true;
    if (wait_ > steady_clock::duration::zero()) {
      deadline_.expires_after(wait_);
      co_await deadline_.async_wait(as_result);
      if (cut_) co_return;
    }
    begin_phase(options().deadlines.handshake);
    const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, as_result);
    end_phase();
    idle_ = false;
    if (error || cut_) co_return;
    buffer_.reserve(buffer_size);
    bool clean_end = true;
    for (bool first = true;; first = false) {
      Exchange exchange;
      exchange.id = new_request_id();
      std::optional<Response> response = co_await take_request(exchange, first);
      if (cut_) co_return;
      if (exchange.gone || !response) break;
      const bool open = co_await write_answer(exchange, std::move(*response));
      if (cut_) co_return;
      if (open) continue;
      clean_end = !exchange.body_unread;
      break;
    }
    co_await close(clean_end);
  }

  // Says goodbye, and reads what still comes in: closing a socket with unread bytes resets it, and a reset
  // may overtake the answer.
  asio::awaitable<void> close(bool clean) {
    idle_ = true;
    begin_phase(options().deadlines.drain);
    const auto [error] = co_await stream_.async_shutdown(as_result);
    if (cut_ || (!error && clean)) co_return;
    error_code ignored;
    socket().shutdown(tcp::socket::shutdown_send, ignored);
    std::array<char, 4096> discarded{};
    for (std::size_t total = 0; total < options().drain_bytes && !expired();) {
      const auto [read_error, size] = co_await socket().async_read_some(asio::buffer(discarded), as_result);
      if (read_error || cut_) break;
      total += size;
    }
    end_phase();
    socket().close(ignored);
  }

  // --- reading
  // -------------------------------------------------------------------------------------------------------

  // Reads more of the header into the buffer; false where the client has gone or the time is up.
  asio::awaitable<bool> read_more() {
    const auto space = buffer_.prepare(buffer_.capacity() - buffer_.size());
    const auto [error, size] = co_await stream_.async_read_some(space, as_result);
    buffer_.commit(size);
    co_return !error && !cut_ && !expired();
  }

  asio::awaitable<bool> await_first_byte(bool first) {
    if (buffer_.size() > 0) co_return true;
    idle_ = true;
    // The first request has the time of a header at once, so that a silent client does not stay for the idle
    // time.
    begin_phase(first ? options().deadlines.header : options().deadlines.idle);
    const bool arrived = !environment_->ending && co_await read_more();
    end_phase();
    idle_ = false;
    co_return arrived;
  }

  // Leaves a sound header block at the front of the buffer and returns its size; else the answer, or
  // exchange.gone.
  asio::awaitable<std::optional<Response>> read_header(Exchange& exchange, bool first, std::size_t& size) {
    if (!co_await await_first_byte(first)) {
      exchange.gone = true;
      co_return std::nullopt;
    }
    exchange.began = steady_clock::now();
    begin_phase(options().deadlines.header);
    HeaderProgress progress = header_progress(as_text(buffer_));
    bool arriving = true;
    while (progress.state == HeaderProgress::State::incomplete && buffer_.size() <= header_limit &&
           arriving) {
      arriving = co_await read_more();
      progress = header_progress(as_text(buffer_));
    }
    const bool late = expired();
    end_phase();
    size = progress.size;
    co_return header_answer(exchange, progress, arriving, late);
  }

  // The refusal of what came as a header; nothing where it is sound, or where nobody is left to be told.
  std::optional<Response> header_answer(Exchange& exchange, const HeaderProgress& progress, bool arriving,
                                        bool late) {
    const std::string_view received = as_text(buffer_);
    const bool whole = progress.state == HeaderProgress::State::complete && progress.size <= header_limit;
    std::optional<FramingFault> fault;
    if (whole) fault = framing_fault(received.substr(0, progress.size), environment_->hosts);
    if (whole && !fault) return std::nullopt;

    exchange.language = guessed_language(received.substr(0, header_limit));
    exchange.keep_alive = false;
    exchange.body_unread = true;
    if (progress.state == HeaderProgress::State::broken) {
      fault = framing_fault(received, environment_->hosts).value_or(FramingFault::header_malformed);
    }
    if (fault) return refuse(exchange, *fault);
    if (received.size() > header_limit) return refuse(exchange, Refusal::header_too_large);
    if (late) return refuse(exchange, Refusal::header_timeout);
    exchange.gone = !arriving;
    return std::nullopt;
  }

  // --- one request
  // ---------------------------------------------------------------------------------------------------

  // The guards, in their order. Nothing where there is nobody to answer.
  asio::awaitable<std::optional<Response>> take_request(Exchange& exchange, bool first) {
    std::size_t header_size = 0;
    if (auto answer = co_await read_header(exchange, first, header_size)) co_return answer;
    if (exchange.gone || cut_) co_return std::nullopt;

    Parser parser;
    parser.header_limit(2 * header_limit);  // ours is the narrower one
    parser.body_limit(boost::none);         // size_guard() knows the route's
    error_code error;
    const std::size_t parsed = parser.put(asio::buffer(buffer_.data(), header_size), error);
    if (error || parsed != header_size || !parser.is_header_done()) {
      co_return refuse(exchange, FramingFault::header_malformed);
    }
    buffer_.consume(header_size);
    const bhttp::fields& fields = parser.get();
    exchange.method = method_name(parser.get().method());
    exchange.language = codec::language_of(field(fields, "Accept-Language").value_or(""));
    exchange.keep_alive = parser.get().keep_alive();
    const std::uint64_t length = content_length(fields);
    // Until it has been read. A refusal before that ends the connection: what follows cannot be told from the
    // next request but by reading on.
    exchange.body_unread = length > 0;

    if (admission_ != Admission::admitted) {
      exchange.keep_alive = false;
      co_return refuse(
          exchange, admission_ == Admission::too_many ? Refusal::overloaded : Refusal::too_many_connections);
    }
    auto target = parse_target({parser.get().target().data(), parser.get().target().size()});
    if (!target) co_return refuse(exchange, Refusal::target_not_decodable);
    Router::Match match = environment_->router.match(exchange.method, target->segments);

    Request request;
    const Access access = access_of(match, target->segments);
    if (auto answer = co_await authenticate(exchange, fields, access, request.caller)) co_return answer;
    if (cut_) co_return std::nullopt;
    request.foreign_origin = is_foreign(field(fields, "Origin"), field(fields, "Sec-Fetch-Site"), field(fields, "Host").value_or(""));
    if (exchange.by_cookie) {
      request.csrf_token = sign_in::csrf_token_of(exchange.bearer);
      if (auto refusal = csrf_guard(exchange.method, request.foreign_origin, request.csrf_token, field(fields, "X-CSRF-Token")))
        co_return refuse(exchange, *refusal);
    }
    if (auto refusal = route_guard(match)) {
      Response answer = refuse(exchange, *refusal);
      if (const auto* others = std::get_if<Router::OtherMethods>(&match)) {
        answer.headers.push_back({"Allow", others->allow});
      }
      co_return answer;
    }
    auto& found = std::get<Router::Found>(match);
    const Route& route = *found.route;
    exchange.pattern = route.pattern;
    if (auto refusal = role_guard(route, request.caller ? &*request.caller : nullptr)) {
      co_return refuse(exchange, *refusal);
    }
    if (auto refusal = media_type_guard(route, field(fields, "Content-Type").value_or(""),
                                        field(fields, "Content-Encoding").value_or(""), length)) {
      co_return refuse(exchange, *refusal);
    }
    if (auto refusal = size_guard(route, length)) co_return refuse(exchange, *refusal);
    // Until it is answered: who sends his body slowly keeps his own place, not another's.
    exchange.known = request.caller.has_value();
    exchange.taker = request.caller ? request.caller->tenant : "address " + counted_address_;
    const auto place = place_of(exchange);
    if (!place) co_return refuse(exchange, Refusal::too_many_requests);
    request.method = route.method;
    request.pattern = route.pattern;
    request.path_parameters = std::move(found.parameters);
    request.query = std::move(target->query);
    request.language = exchange.language;
    request.content_type = field(fields, "Content-Type");
    request.accept = field(fields, "Accept");
    request.accept_encoding = field(fields, "Accept-Encoding");
    request.idempotency_key = field(fields, "Idempotency-Key");
    request.if_match = field(fields, "If-Match");
    request.if_none_match = field(fields, "If-None-Match");
    request.last_event_id = field(fields, "Last-Event-ID");
    request.signature = field(fields, "Noroshi-Signature");
    request.remote_address = remote_address_;
    request.id = exchange.id;
    if (const auto* taking = route.handler.target<TakesPieces>())
      co_return co_await take_body(exchange, *taking, fields, std::move(request), length);

    std::shared_ptr<void> share;  // until it is answered
    if (length > body_step) {
      share = held_bodies().take(exchange.taker, steps_of(length));
      if (!share) co_return refuse(exchange, Refusal::overloaded);
    }
    if (auto answer = co_await read_body(exchange, parser, length)) co_return answer;
    if (exchange.gone || cut_) co_return std::nullopt;
    request.body = std::move(parser.get().body());
    exchange.bytes_received = request.body.size();
    co_return co_await handle(exchange, route.handler, std::move(request));
  }

  asio::awaitable<std::optional<Response>> authenticate(Exchange& exchange, const bhttp::fields& fields,
                                                        Access access, std::optional<Caller>& caller) {
    if (access == Access::open) co_return std::nullopt;
    const auto authorization = field(fields, "Authorization");
    const std::string cookies = field(fields, "Cookie").value_or("");
    const auto session = authorization ? std::nullopt : sign_in::session_in(cookies, options().session_cookie);
    if (!authorization && !session) {
      if (access == Access::token_optional) co_return std::nullopt;
      co_return refuse(exchange, Refusal::token_missing);
    }
    exchange.by_cookie = session.has_value();
    exchange.cookie_name = options().session_cookie;
    const auto bearer = session ? session : bearer_token(*authorization);
    if (!bearer) co_return refuse(exchange, Refusal::token_invalid);
    if (session) exchange.bearer = store::session_prefix;
    exchange.bearer += *bearer;
    const auto tried = environment_->addresses->try_token(counted_address_, exchange.bearer, steady_clock::now());
    if (tried == AddressLimits::Try::refused) co_return refuse(exchange, Refusal::too_many_failed_tokens);

    const auto handoff = std::make_shared<Handoff<AuthenticationOutcome>>(stream_.get_executor());
    waiting_ = handoff;
    ask_authenticator(exchange.bearer, handoff->door());
    const auto outcome = co_await handoff->wait(options().deadlines.authentication);
    const bool answered = outcome == Handoff<AuthenticationOutcome>::Outcome::delivered;
    if (tried == AddressLimits::Try::counted && !(answered && std::holds_alternative<InvalidToken>(handoff->value())))
      environment_->addresses->give_back(counted_address_);
    if (cut_) co_return std::nullopt;
    if (!answered) {
      co_return refuse(exchange, Refusal::authentication_unavailable);
    }
    co_return authentication_answer(exchange, handoff->value(), caller);
  }

  void ask_authenticator(std::string_view bearer,
                         std::function<void(std::optional<AuthenticationOutcome>)> door) {
    const auto once = std::make_shared<OneShot<AuthenticationOutcome>>(std::move(door));
    const auto callback = [once](AuthenticationOutcome outcome) {
      if (!once->give(std::move(outcome))) spdlog::critical("http: a token was answered for twice");
    };
    try {
      environment_->authenticator(bearer, callback);
    } catch (const std::exception& error) {
      spdlog::error("http: the authenticator threw an exception of type {}", typeid(error).name());
    }
  }

  std::optional<Response> authentication_answer(Exchange& exchange, AuthenticationOutcome& outcome,
                                                std::optional<Caller>& caller) {
    if (auto* known = std::get_if<Caller>(&outcome)) {
      environment_->addresses->token_was_good(exchange.bearer, steady_clock::now());
      caller = std::move(*known);
      return std::nullopt;
    }
    if (const auto* unavailable = std::get_if<AuthenticationUnavailable>(&outcome)) {
      Response answer = refuse(exchange, problem_of(Refusal::authentication_unavailable));
      answer.headers.push_back({"Retry-After", std::to_string(unavailable->retry_after.count())});
      return answer;
    }
    environment_->addresses->token_was_bad(exchange.bearer);
    return refuse(exchange, no_longer_valid(exchange));
  }

  static Refusal no_longer_valid(const Exchange& exchange) {
    return exchange.by_cookie ? Refusal::no_session : Refusal::token_invalid;
  }

  // Of the requests under way: null where there are as many of that body as there may be.
  std::shared_ptr<void> place_of(const Exchange& exchange) {
    if (!environment_->requests) return shared_from_this();
    return environment_->requests->take(exchange.taker);
  }

  asio::awaitable<std::optional<Response>> read_body(Exchange& exchange, Parser& parser,
                                                     std::uint64_t length) {
    const auto& deadlines = options().deadlines;
    begin_phase(deadlines.body + deadlines.body_per_64_kib * static_cast<std::int64_t>(length / body_step));
    error_code error;
    if (length > 0 && buffer_.size() == 0 && field(parser.get(), "Expect")) {
      static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      std::tie(error, std::ignore) = co_await asio::async_write(stream_, asio::buffer(go_on), as_result);
    }
    if (!error && !parser.is_done()) {
      std::tie(error, std::ignore) = co_await bhttp::async_read(stream_, buffer_, parser, as_result);
    }
    const bool late = expired();
    end_phase();
    if (!error) {
      exchange.body_unread = false;
      co_return std::nullopt;
    }
    if (late) co_return refuse(exchange, Refusal::body_timeout);
    exchange.gone = true;
    co_return std::nullopt;
  }

  // --- a body that is taken piece by piece
  // -------------------------------------------------------------------------------------------------------

  asio::awaitable<std::optional<Response>> take_body(Exchange& exchange, const TakesPieces& taking, const bhttp::fields& fields,
                                                     Request request, std::uint64_t length) {
    auto opened = taking.sink(request, length);
    if (!opened) co_return std::move(opened.error());
    const std::shared_ptr<BodySink> sink = std::move(*opened);
    if (length > 0 && buffer_.size() == 0 && field(fields, "Expect")) {
      const bool written = co_await write_continue(exchange);
      if (!written) co_return std::nullopt;
    }
    if (auto answer = co_await take_pieces(exchange, *sink, length)) co_return answer;
    if (exchange.gone || cut_) co_return std::nullopt;
    // It took a while.
    const bool valid = co_await still_valid(exchange);
    if (cut_) co_return std::nullopt;
    if (!valid) co_return refuse(exchange, no_longer_valid(exchange));
    const Handler complete = completing(sink);
    co_return co_await handle(exchange, complete, std::move(request));
  }

  static Handler completing(std::shared_ptr<BodySink> sink) {
    return [sink = std::move(sink)](Request whole, Responder respond) {
      sink->complete(std::move(whole), std::move(respond));
    };
  }

  asio::awaitable<bool> write_continue(Exchange& exchange) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    begin_phase(options().deadlines.piece);
    const auto [error, written] = co_await asio::async_write(stream_, asio::buffer(go_on), as_result);
    end_phase();
    exchange.gone = exchange.gone || error;
    co_return !error && !cut_;
  }

  // Each piece has its own time, so that the whole has one too, and no more than one piece is ever held. The refusal; nothing
  // where all were taken, or nobody is left to be told.
  asio::awaitable<std::optional<Response>> take_pieces(Exchange& exchange, BodySink& sink, std::uint64_t left) {
    while (left > 0) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, BodySink::piece_size));
      std::string piece(size, '\0');
      if (auto answer = co_await read_piece(exchange, piece)) co_return answer;
      if (exchange.gone || cut_) co_return std::nullopt;
      left -= size;
      exchange.bytes_received += size;
      exchange.body_unread = left > 0;
      const auto handoff = std::make_shared<Handoff<BodySink::Taken>>(stream_.get_executor());
      waiting_ = handoff;
      sink.take(std::move(piece), handoff->door());
      using Outcome = Handoff<BodySink::Taken>::Outcome;
      const auto outcome = co_await handoff->wait(options().deadlines.handler);
      if (cut_) co_return std::nullopt;
      if (outcome == Outcome::late) co_return refuse(exchange, Refusal::handler_timeout);
      if (outcome != Outcome::delivered) co_return refuse(exchange, Refusal::internal_error);
      if (handoff->value().refused) co_return std::move(*handoff->value().refused);
    }
    co_return std::nullopt;
  }

  // Fills it, with what came behind the header first.
  asio::awaitable<std::optional<Response>> read_piece(Exchange& exchange, std::string& piece) {
    const std::size_t held = std::min(piece.size(), buffer_.size());
    std::copy_n(as_text(buffer_).data(), held, piece.data());
    buffer_.consume(held);
    if (held == piece.size()) co_return std::nullopt;
    const auto& deadlines = options().deadlines;
    begin_phase(deadlines.piece + deadlines.body_per_64_kib * static_cast<std::int64_t>(piece.size() / body_step));
    const auto rest = asio::buffer(piece.data() + held, piece.size() - held);
    const auto [error, size] = co_await asio::async_read(stream_, rest, as_result);
    const bool late = expired();
    end_phase();
    if (!error) co_return std::nullopt;
    if (late) co_return refuse(exchange, Refusal::body_timeout);
    exchange.gone = true;
    co_return std::nullopt;
  }

  asio::awaitable<std::optional<Response>> handle(Exchange& exchange, const Handler& handler, Request request) {
    const auto if_none_match = request.method == Method::get ? request.if_none_match : std::nullopt;
    const auto handoff = std::make_shared<Handoff<Response>>(stream_.get_executor());
    waiting_ = handoff;
    try {
      Responder responder(handoff->door());
      handler(std::move(request), std::move(responder));
    } catch (const std::exception& error) {
      // Its responder is gone with it, which answers. The kind alone: what() may hold what a client sent.
      spdlog::error("http: the handler of {} threw an exception of type {}, request {}", exchange.pattern,
                    typeid(error).name(), exchange.id);
    }
    using Outcome = Handoff<Response>::Outcome;
    const auto outcome = co_await handoff->wait(options().deadlines.handler);
    if (cut_) co_return std::nullopt;
    if (outcome == Outcome::late) co_return refuse(exchange, Refusal::handler_timeout);
    if (outcome != Outcome::delivered) co_return refuse(exchange, Refusal::internal_error);
    Response& response = handoff->value();
    if (response.status == 200 && response.etag && if_none_match &&
        names_etag(*if_none_match, *response.etag)) {
      response.status = 304;
      response.body.clear();
      response.source.reset();
    }
    co_return std::move(response);
  }

  // --- writing
  // -------------------------------------------------------------------------------------------------------

  // The one place that writes answers. False where the connection ends after this one.
  asio::awaitable<bool> write_answer(Exchange& exchange, Response response) {
    if (!sendable(response)) {
      spdlog::error("http: the handler of {} set a header that cannot be sent, request {}", exchange.pattern,
                    exchange.id);
      response = refuse(exchange, Refusal::internal_error);
    }
    if (response.source) {
      co_await write_stream(exchange, std::move(response));
      co_return false;
    }
    // What waits for a reader is memory too. Answers of commands are short, and are never withheld.
    std::shared_ptr<void> share;
    if (response.body.size() > body_step && exchange.method == "GET") {
      // Of addresses anybody has many: all together take no more than one body.
      share = held_answers().take(exchange.known ? exchange.taker : std::string(), steps_of(response.body.size()));
      if (!share) response = refuse(exchange, Refusal::overloaded);
    }
    const bool open = exchange.keep_alive && !exchange.body_unread && !environment_->ending;
    const unsigned status = response.status;
    Message message = make_message(exchange, std::move(response), open);
    const std::size_t size = message.body().size();

    const auto& deadlines = options().deadlines;
    begin_phase(deadlines.body + deadlines.body_per_64_kib * static_cast<std::int64_t>(size / body_step));
    const auto [error, written] = co_await bhttp::async_write(stream_, message, as_result);
    const bool late = expired();
    end_phase();
    observe(exchange, status, size);
    if (late) drop();  // a reader this slow is not owed a farewell
    co_return !error && open;
  }

  static bool sendable(const Response& response) {
    const Header content_type{"Content-Type", response.content_type};
    const Header etag{"ETag", response.etag.value_or("")};
    const bool tag_sound = etag.value.find('"') == std::string::npos;
    const bool status_sound = response.status >= 200 && response.status <= 599;
    return status_sound && tag_sound && is_sendable(content_type) && is_sendable(etag) &&
           std::all_of(response.headers.begin(), response.headers.end(), is_sendable);
  }

  Message make_message(const Exchange& exchange, Response response, bool open) {
    Message message(static_cast<bhttp::status>(response.status), 11);
    set_common_fields(message, response);
    if (!open) message.set(bhttp::field::connection, "close");

    const bool bodiless = response.status == 204 || response.status == 304;
    if (bodiless) return message;
    message.set(bhttp::field::content_type, response.content_type);
    message.set(bhttp::field::content_length, std::to_string(response.body.size()));
    if (exchange.method != "HEAD") message.body() = std::move(response.body);
    return message;
  }

  void set_common_fields(bhttp::fields& fields, const Response& response) const {
    fields.set(bhttp::field::date, date_field());
    fields.set("X-Content-Type-Options", "nosniff");
    fields.set(bhttp::field::cache_control, "no-store");
    fields.set("Content-Security-Policy", "default-src 'none'");
    if (options().extra_headers) {
      for (const Header& header : options().extra_headers()) {
        if (is_sendable(header)) fields.set(header.name, header.value);
      }
    }
    if (response.etag) fields.set(bhttp::field::etag, '"' + *response.etag + '"');
    for (const Header& header : response.headers) fields.set(header.name, header.value);
  }

  // --- a body that streams
  // -----------------------------------------------------------------------------------------------

  // The connection ends with it.
  asio::awaitable<void> write_stream(Exchange& exchange, Response response) {
    const std::shared_ptr<BodySource> source = std::move(response.source);
    std::size_t sent = 0;
    const bool open = co_await write_stream_header(response);
    if (open && exchange.method != "HEAD") {
      source_ = source;
      // Between the handler's answer and now the server may have begun to end.
      if (environment_->ending) source->end(BodyEnd::stopping);
      error_code ignored;
      socket().set_option(asio::socket_base::send_buffer_size(stream_send_buffer), ignored);
      asio::co_spawn(stream_.get_executor(), watch_reader(shared_from_this()), asio::detached);
      const bool whole = co_await write_pieces(exchange, *source, sent);
      source_.reset();
      co_await stop_watching();
      if (!whole) drop();
    }
    observe(exchange, response.status, sent);
  }

  asio::awaitable<bool> write_stream_header(const Response& response) {
    StreamHeader header(static_cast<bhttp::status>(response.status), 11);
    set_common_fields(header, response);
    header.set(bhttp::field::connection, "close");
    header.set(bhttp::field::content_type, response.content_type);
    header.set(bhttp::field::transfer_encoding, "chunked");
    bhttp::response_serializer<bhttp::empty_body> serializer(header);
    begin_phase(options().deadlines.piece);
    const auto [error, written] = co_await bhttp::async_write_header(stream_, serializer, as_result);
    end_phase();
    co_return !error && !cut_;
  }

  // True where the body has ended and was written whole.
  asio::awaitable<bool> write_pieces(Exchange& exchange, BodySource& source, std::size_t& sent) {
    steady_clock::time_point checked = steady_clock::now();
    for (;;) {
      const auto handoff = std::make_shared<Handoff<BodySource::Piece>>(stream_.get_executor());
      source.next(handoff->door());
      if (!co_await await_piece(exchange, source, *handoff, handoff, checked)) co_return false;
      if (std::exchange(withheld_, false)) continue;
      const BodySource::Piece piece = handoff->value();
      const bool written = piece ? co_await write_chunk(source, *piece) : co_await write_last_chunk();
      if (!written || !piece) co_return written;
      sent += piece->size();
    }
  }

  // Waits for a piece, and sees to it that the caller may still have one.
  asio::awaitable<bool> await_piece(Exchange& exchange, BodySource& source,
                                    Handoff<BodySource::Piece>& handoff, std::weak_ptr<Waiting> waiting,
                                    steady_clock::time_point& checked) {
    using Outcome = Handoff<BodySource::Piece>::Outcome;
    const steady_clock::time_point given_up = steady_clock::now() + options().deadlines.silence;
    const auto recheck = exchange.by_cookie ? options().deadlines.recheck_session : options().deadlines.recheck;
    for (;;) {
      waiting_ = waiting;
      const auto outcome = co_await handoff.wait(checked + recheck - steady_clock::now());
      if (cut_ || reader_gone_) co_return false;
      if (outcome == Outcome::dropped) {
        spdlog::warn("http: the body of {} is cut off before its end, request {}", exchange.pattern, exchange.id);
        co_return false;
      }
      if (steady_clock::now() >= given_up) {
        spdlog::error("http: the body of {} has fallen silent, request {}", exchange.pattern, exchange.id);
        co_return false;
      }
      if (steady_clock::now() >= checked + recheck) {
        const bool valid = co_await still_valid(exchange);
        if (cut_ || reader_gone_) co_return false;
        if (!valid) end_stream(source, BodyEnd::token_invalid);
        withheld_ = !valid && outcome == Outcome::delivered;
        checked = steady_clock::now();
      }
      if (outcome == Outcome::delivered) co_return true;
    }
  }

  // Whether the token may still be used. Where nobody can say it may: what the stream brings comes from the
  // same database.
  asio::awaitable<bool> still_valid(Exchange& exchange) {
    if (exchange.bearer.empty()) co_return true;
    const auto handoff = std::make_shared<Handoff<AuthenticationOutcome>>(stream_.get_executor());
    waiting_ = handoff;
    ask_authenticator(exchange.bearer, handoff->door());
    const auto outcome = co_await handoff->wait(options().deadlines.authentication);
    co_return outcome != Handoff<AuthenticationOutcome>::Outcome::delivered ||
        !std::holds_alternative<InvalidToken>(handoff->value());
  }

  // RFC 9112 7.1.
  asio::awaitable<bool> write_chunk(BodySource& source, const std::string& piece) {
    std::array<char, 20> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), piece.size(), 16).ptr;
    const std::string head = std::string(size.data(), end) + "\r\n";
    const std::array<asio::const_buffer, 3> buffers{asio::buffer(head), asio::buffer(piece),
                                                    asio::buffer(line_end)};
    const auto& deadlines = options().deadlines;
    const bool written = co_await write_within(
        buffers,
        deadlines.piece + deadlines.body_per_64_kib * static_cast<std::int64_t>(piece.size() / body_step));
    if (expired() && !environment_->ending) source.reader_was_slow();
    co_return written;
  }

  asio::awaitable<bool> write_last_chunk() {
    const std::array<asio::const_buffer, 1> buffers{asio::buffer(last_chunk)};
    co_return co_await write_within(buffers, options().deadlines.piece);
  }

  template <class Buffers>
  asio::awaitable<bool> write_within(const Buffers& buffers, steady_clock::duration deadline) {
    begin_phase(environment_->ending ? options().deadlines.drain : deadline);
    writing_piece_ = true;
    const auto [error, written] = co_await asio::async_write(stream_, buffers, as_result);
    writing_piece_ = false;
    const bool late = expired();
    end_phase();
    co_return !error && !late && !cut_ && !reader_gone_;
  }

  void end_stream(BodySource& source, BodyEnd why) {
    source.end(why);
    if (writing_piece_) begin_phase(options().deadlines.drain);
  }

  // A client that leaves is noticed at once, not when the next piece is written. What it sends is not read as
  // a request: the connection ends with the body.
  static asio::awaitable<void> watch_reader(std::shared_ptr<TlsSession> self) {
    self->watching_ = true;
    std::array<char, 4096> discarded{};
    for (std::size_t total = 0; total < self->options().drain_bytes;) {
      const auto [error, size] = co_await self->stream_.async_read_some(asio::buffer(discarded), as_result);
      if (error) break;
      total += size;
    }
    self->watching_ = false;
    self->reader_gone_ = true;
    if (const auto waiting = self->waiting_.lock()) waiting->abandon();
  }

  // Before the connection is closed: two cannot read at once.
  asio::awaitable<void> stop_watching() {
    asio::steady_timer pause(stream_.get_executor());
    while (watching_) {
      error_code ignored;
      socket().cancel(ignored);
      pause.expires_after(repeat_cancellation);
      co_await pause.async_wait(as_result);
    }
  }

  void observe(const Exchange& exchange, unsigned status, std::size_t bytes_sent) {
    const RequestObservation observation{exchange.method,
                                         exchange.pattern,
                                         status,
                                         exchange.code,
                                         steady_clock::now() - exchange.began,
                                         exchange.bytes_received,
                                         bytes_sent,
                                         exchange.id};
    log_access(observation, remote_address_);
    if (environment_->observer) environment_->observer(observation);
  }

  std::shared_ptr<const SessionEnvironment> environment_;
  std::shared_ptr<asio::ssl::context> tls_;  // longer than the stream
  beast::ssl_stream<tcp::socket> stream_;
  beast::flat_buffer buffer_{body_step};
  asio::steady_timer deadline_;
  std::uint64_t phase_ = 0;  // tells an expiry that was under way when its phase ended
  bool expired_ = false;
  bool idle_ = false;  // no request is under way
  bool cut_ = false;
  std::weak_ptr<Waiting> waiting_;
  std::weak_ptr<BodySource> source_;  // of the body that streams
  bool writing_piece_ = false;
  bool withheld_ = false;  // a piece came for a token that was found bad
  bool watching_ = false;  // whether the reader is still there
  bool reader_gone_ = false;
  Admission admission_;
  std::string remote_address_;
  std::string counted_address_;
  steady_clock::duration wait_;  // before the handshake
  std::function<void()> ended_;
};

}  // namespace

std::shared_ptr<Session> Session::start(std::shared_ptr<const SessionEnvironment> environment,
                                        tcp::socket socket, std::shared_ptr<asio::ssl::context> tls,
                                        Admission admission, std::string remote_address,
                                        steady_clock::duration wait, std::function<void()> ended) {
  const asio::any_io_executor executor = socket.get_executor();
  auto session = std::make_shared<TlsSession>(std::move(environment), std::move(socket), std::move(tls),
                                              admission, std::move(remote_address), wait, std::move(ended));
  asio::co_spawn(executor, TlsSession::run(session), asio::detached);
  return session;
}

}  // namespace noroshi::http
