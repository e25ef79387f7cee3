#include "tests/http/test_server.h"

#include <stdlib.h>

#include <boost/asio/post.hpp>
#include <stdexcept>

namespace noroshi::http::testing {
namespace {

constexpr auto patience = std::chrono::seconds(20);

Response text(unsigned status, std::string body) {
  Response response;
  response.status = status;
  response.content_type = "text/plain";
  response.body = std::move(body);
  return response;
}

std::string told(const Request& request) {
  std::string answer = std::string(to_string(request.method)) + " " + request.pattern;
  for (const auto& [name, value] : request.path_parameters) answer += " " + name + "=" + value;
  for (const auto& [name, value] : request.query) answer += " ?" + name + "=" + value;
  if (request.caller) answer += " by " + request.caller->role;
  if (request.idempotency_key) answer += " key " + *request.idempotency_key;
  if (request.if_match) answer += " if " + *request.if_match;
  if (request.last_event_id) answer += " after " + *request.last_event_id;
  return answer + " from " + request.remote_address;
}

Route route(Method method, std::string pattern, Access access, Handler handler) {
  Route result;
  result.method = method;
  result.pattern = std::move(pattern);
  result.access = access;
  result.handler = std::move(handler);
  return result;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "noroshi-http-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

const std::filesystem::path& shared_tls_folder() {
  static const TemporaryFolder folder;
  static const bool made = [] {
    ensure_own_certificate(folder.path(), tls_names("127.0.0.1", "test-host"),
                           std::chrono::system_clock::now());
    return true;
  }();
  (void)made;
  return folder.path();
}

void GivenBody::give(std::string piece) {
  std::unique_lock lock(mutex_);
  pieces_.push_back(std::make_shared<const std::string>(std::move(piece)));
  hand_on(std::move(lock));
}

void GivenBody::finish() {
  std::unique_lock lock(mutex_);
  pieces_.push_back(nullptr);
  hand_on(std::move(lock));
}

BodyEnd GivenBody::wait_for_end() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, patience, [this] { return end_.has_value(); }))
    throw std::runtime_error("the body was not ended");
  return *end_;
}

void GivenBody::wait_for_slow_reader() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, patience, [this] { return slow_; }))
    throw std::runtime_error("the reader was not slow");
}

void GivenBody::next(std::function<void(std::optional<Piece>)> deliver) {
  std::unique_lock lock(mutex_);
  deliver_ = std::move(deliver);
  hand_on(std::move(lock));
}

void GivenBody::end(BodyEnd why) {
  std::unique_lock lock(mutex_);
  end_ = why;
  pieces_ = {std::make_shared<const std::string>("farewell"), nullptr};
  changed_.notify_all();
  hand_on(std::move(lock));
}

void GivenBody::reader_was_slow() {
  const std::lock_guard lock(mutex_);
  slow_ = true;
  changed_.notify_all();
}

void GivenBody::hand_on(std::unique_lock<std::mutex> lock) {
  if (!deliver_ || pieces_.empty()) return;
  const auto deliver = std::exchange(deliver_, nullptr);
  const Piece piece = pieces_.front();
  pieces_.pop_front();
  lock.unlock();
  deliver(piece);
}

TestServer::TestServer(std::function<void(ServerOptions&)> adjust, TlsMinimum minimum)
    : work_(boost::asio::make_work_guard(context_)) {
  ServerOptions options;
  options.port = 0;
  options.names = tls_names("127.0.0.1", "test-host");
  if (adjust) adjust(options);
  const TlsFiles files{shared_tls_folder() / "server.pem", shared_tls_folder() / "server.key"};
  const auto authenticator = [this](std::string_view token,
                                    std::function<void(AuthenticationOutcome)> callback) {
    authenticate(token, std::move(callback));
  };
  const auto observer = [this](const RequestObservation& seen) {
    const std::lock_guard lock(mutex_);
    observed_.push_back({std::string(seen.method), std::string(seen.pattern), std::string(seen.code),
                         seen.status, seen.bytes_received, seen.bytes_sent});
    changed_.notify_all();
  };
  server_ = std::make_unique<Server>(context_, std::move(options), TlsContext(files, minimum), routes(),
                                     authenticator, observer);
  server_->start();
  port_ = server_->port();
  thread_ = std::thread([this] { context_.run(); });
}

TestServer::~TestServer() {
  std::deque<Responder> held;
  std::vector<std::function<void(AuthenticationOutcome)>> silent;
  {
    const std::lock_guard lock(mutex_);
    held.swap(held_);
    silent.swap(silent_);
  }
  held.clear();
  silent.clear();
  for (std::thread& helper : helpers_) helper.join();
  on_io_thread([this] { server_.reset(); });
  work_.reset();
  thread_.join();  // ends only if every session does
}

ClientOptions TestServer::client_options() const {
  ClientOptions options;
  options.authority = shared_tls_folder() / "ca.pem";
  return options;
}

TlsClient TestServer::client() const {
  return TlsClient(port_, client_options());
}

void TestServer::on_io_thread(const std::function<void()>& job) {
  std::promise<void> done;
  boost::asio::post(context_, [&] {
    job();
    done.set_value();
  });
  done.get_future().wait();
}

std::future<void> TestServer::stop(std::chrono::steady_clock::duration grace) {
  const auto stopped = std::make_shared<std::promise<void>>();
  on_io_thread([&] { server_->stop(grace, [stopped] { stopped->set_value(); }); });
  return stopped->get_future();
}

Responder TestServer::next_held() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, patience, [this] { return !held_.empty(); })) {
    throw std::runtime_error("no request was held");
  }
  Responder responder = std::move(held_.front());
  held_.pop_front();
  return responder;
}

std::shared_ptr<GivenBody> TestServer::next_body() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, patience, [this] { return !bodies_.empty(); })) {
    throw std::runtime_error("no body was asked for");
  }
  auto body = std::move(bodies_.front());
  bodies_.pop_front();
  return body;
}

Observed TestServer::next_observed() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, patience, [this] { return !observed_.empty(); })) {
    throw std::runtime_error("nothing was observed");
  }
  Observed observed = std::move(observed_.front());
  observed_.pop_front();
  return observed;
}

void TestServer::authenticate(std::string_view token, std::function<void(AuthenticationOutcome)> callback) {
  const Caller head{.organization = "jps", .role = "csirt_head", .token_id = "t1", .name = "Head", .tenant = "jps"};
  if (token == "head") return callback(head);
  if (token == "other") return callback(Caller{.organization = "mhlw", .role = "csirt_head", .token_id = "t3", .name = "Other", .tenant = "mhlw"});
  if (token == "reporter") return callback(Caller{.organization = "jps", .role = "reporter", .token_id = "t2", .name = "Reporter", .tenant = "jps"});
  if (token == "revocable" && !revoked_) return callback(head);
  if (token == "session:open" || (token == "session:revocable" && !revoked_)) {
    Caller person = head;
    person.session = "s1";
    return callback(person);
  }
  if (token == "unavailable") return callback(AuthenticationUnavailable{std::chrono::seconds(7)});
  if (token == "dropped") return;
  if (token == "throwing") throw std::runtime_error("the authenticator failed");
  if (token == "silent") {
    const std::lock_guard lock(mutex_);
    silent_.push_back(std::move(callback));
    return;
  }
  if (token == "later") {
    helpers_.emplace_back([callback, head] { callback(head); });
    return;
  }
  callback(InvalidToken{});
}

Router TestServer::routes() {
  const Handler tell = [](Request request, Responder respond) { respond(text(200, told(request))); };
  const Handler hold = [this](Request, Responder respond) {
    const std::lock_guard lock(mutex_);
    held_.push_back(std::move(respond));
    changed_.notify_all();
  };
  const Handler stream = [this](const Request&, const Responder& respond) {
    const auto body = std::make_shared<GivenBody>();
    Response response;
    response.content_type = "text/event-stream";
    response.source = body;
    respond(std::move(response));
    const std::lock_guard lock(mutex_);
    bodies_.push_back(body);
    changed_.notify_all();
  };
  Router router;
  router.add(route(Method::get, "/livez", Access::open, tell));
  router.add(route(Method::get, "/health", Access::token_optional, tell));
  router.add(route(Method::get, "/api/v1/things/{id}", Access::token_required, tell));
  Route create =
      route(Method::post, "/api/v1/things", Access::token_required,
            [](Request request, Responder respond) { respond(json_response(201, std::move(request.body))); });
  create.roles = {"csirt_head"};
  create.body_limit = 64 * 1024;
  router.add(create);
  create.pattern = "/api/v1/voluminous";
  create.body_limit = 32 * 1024 * 1024;
  router.add(create);
  router.add(route(Method::get, "/api/v1/tagged", Access::token_required, [](Request, Responder respond) {
    Response response = text(200, "version seven");
    response.etag = "v7";
    response.headers.push_back({"Cache-Control", "private"});
    respond(std::move(response));
  }));
  router.add(route(Method::get, "/api/v1/large", Access::token_required, [](Request, Responder respond) {
    respond(text(200, std::string(64 * 1024 * 1024, 'x')));
  }));
  router.add(route(Method::get, "/api/v1/held", Access::token_required, hold));
  router.add(route(Method::post, "/api/v1/held", Access::token_required, hold));
  router.add(route(Method::get, "/api/v1/streamed", Access::token_required, stream));
  router.add(route(Method::get, "/api/v1/dropped", Access::token_required, [](Request, Responder) {}));
  router.add(route(Method::get, "/api/v1/throwing", Access::token_required,
                   [](Request, Responder) { throw std::runtime_error("SECRETBODY"); }));
  router.add(route(Method::get, "/api/v1/unsendable", Access::token_required, [](Request, Responder respond) {
    Response response = text(200, "");
    response.headers.push_back({"Location", "/x\r\nSet-Cookie: a=b"});
    respond(std::move(response));
  }));
  return router;
}

std::string request(std::string_view method, std::string_view target, std::string_view fields,
                    std::string_view body) {
  std::string bytes;
  bytes.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(fields);
  if (method == "POST") {
    bytes.append("Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n");
  }
  return bytes.append("\r\n").append(body);
}

std::string bearer(std::string_view token) {
  return "Authorization: Bearer " + std::string(token) + "\r\n";
}

}  // namespace noroshi::http::testing
