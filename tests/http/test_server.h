// The server under test, in this process, with the few routes that the stories need.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "src/http/server.h"
#include "tests/http/tls_client.h"

namespace noroshi::http::testing {

// A folder that goes with its object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// DIR/tls with an own authority, made once for all tests.
const std::filesystem::path& shared_tls_folder();

struct Observed {
  std::string method, pattern, code;
  unsigned status;
  std::size_t bytes_received, bytes_sent;
};

// A body that streams what the test gives. Any thread.
class GivenBody : public BodySource {
 public:
  void give(std::string piece);
  void finish();  // after what was given

  // Waits until it is told.
  BodyEnd wait_for_end();
  void wait_for_slow_reader();

  // Says "farewell" where it is ended.
  void next(std::function<void(std::optional<Piece>)> deliver) override;
  void end(BodyEnd why) override;
  void reader_was_slow() override;

 private:
  void hand_on(std::unique_lock<std::mutex> lock);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Piece> pieces_;
  std::function<void(std::optional<Piece>)> deliver_;
  std::optional<BodyEnd> end_;
  bool slow_ = false;
};

// Routes:
//   GET  /livez                      open
//   GET  /health                     token optional; says who asks
//   GET  /api/v1/things/{id}         every caller; says what it was given
//   POST /api/v1/things              role csirt_head; body limit 64 KiB; 201 with the body as it came
//   POST /api/v1/voluminous          the same; body limit 32 MiB
//   GET  /api/v1/tagged              ETag "v7"
//   GET  /api/v1/large               64 MiB
//   GET|POST /api/v1/held            answered by the test, through next_held()
//   GET  /api/v1/streamed            a body given by the test, through next_body()
//   GET  /api/v1/dropped, /api/v1/throwing, /api/v1/unsendable
// Tokens: head, reporter; other (of another body); revocable (until revoke()); later (answered on another thread), unavailable,
// dropped, silent (never answered), throwing.
class TestServer {
 public:
  explicit TestServer(std::function<void(ServerOptions&)> adjust = {}, TlsMinimum minimum = TlsMinimum::v1_3);
  ~TestServer();

  std::uint16_t port() const { return port_; }
  TlsClient client() const;
  ClientOptions client_options() const;
  Server& server() { return *server_; }

  // On the io thread: the server is destroyed as it stands.
  void destroy() { server_.reset(); }

  // Runs on the io thread and waits for it.
  void on_io_thread(const std::function<void()>& job);
  // stop() of the server; the future is ready when it has stopped.
  std::future<void> stop(std::chrono::steady_clock::duration grace);

  // The responder of a request to /api/v1/held; waits until there is one.
  Responder next_held();
  // The body of a request to /api/v1/streamed; waits until there is one.
  std::shared_ptr<GivenBody> next_body();
  void revoke() { revoked_ = true; }
  // The observations in their order; waits until there is a next one.
  Observed next_observed();

 private:
  Router routes();
  void authenticate(std::string_view bearer, std::function<void(AuthenticationOutcome)> callback);

  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Responder> held_;
  std::deque<std::shared_ptr<GivenBody>> bodies_;
  std::atomic<bool> revoked_{false};
  std::deque<Observed> observed_;
  std::vector<std::function<void(AuthenticationOutcome)>> silent_;
  std::vector<std::thread> helpers_;
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

// "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n" and its like; `fields` are whole lines with CRLF.
std::string request(std::string_view method, std::string_view target, std::string_view fields = "",
                    std::string_view body = "");
std::string bearer(std::string_view token);  // an Authorization line with CRLF

}  // namespace noroshi::http::testing
