// Writes down when something arrives: as receivers of webhooks, or at the end of a live stream. One thread.
//
//   bench_arrivals receive --ports P[,P…] [--certificate FILE --key FILE] --marker TEXT --out FILE
//   bench_arrivals stream --port P --ca FILE --request FILE --marker TEXT --out FILE
//
// Each line of --out: microseconds of the steady clock, the place of the port among those given (0 for a stream), and
// what stands between TEXT and the next quotation mark, one line for each time that TEXT comes. Says "ready" on stdout
// once it listens, or once the stream has begun, and ends when its stdin does; then the processor time of this program.
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include "tests/bench/http_text.h"

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;
using namespace noroshi::bench;

constexpr std::string_view taken = "HTTP/1.1 204 No Content\r\n\r\n";

class Log {
 public:
  Log(const std::string& path, std::string marker) : out_(path, std::ios::trunc), marker_(std::move(marker)) {
    if (!out_) throw std::runtime_error("cannot write " + path);
  }
  // Notes each time that the marker stands in the text with what follows it; how much of the text is done with.
  std::size_t note(std::size_t place, std::string_view text) {
    const auto now =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
            .count();
    std::size_t done = 0;
    for (;;) {
      const auto at = text.find(marker_, done);
      if (at == std::string_view::npos) return std::max(done, text.size() - std::min(text.size(), marker_.size() - 1));
      const auto from = at + marker_.size();
      const auto end = text.find('"', from);
      if (end == std::string_view::npos) return at;
      out_ << now << ' ' << place << ' ' << text.substr(from, end - from)
           << std::endl;  // whoever waits for it reads the file
      done = end;
    }
  }
  void close() { out_.close(); }

 private:
  std::ofstream out_;
  std::string marker_;
};

// One connection of a sender of webhooks.
template <class Stream>
class Visit : public std::enable_shared_from_this<Visit<Stream>> {
 public:
  Visit(Stream stream, Log& log, std::size_t place) : stream_(std::move(stream)), log_(log), place_(place) {}

  void start() {
    Error ignored;
    stream_.lowest_layer().set_option(tcp::no_delay(true), ignored);
    if constexpr (std::is_same_v<Stream, tcp::socket>) {
      read();
    } else {
      stream_.async_handshake(asio::ssl::stream_base::server, [self = this->shared_from_this()](Error error) {
        if (!error) self->read();
      });
    }
  }

 private:
  void read() {
    stream_.async_read_some(asio::buffer(piece_), [self = this->shared_from_this()](Error error, std::size_t count) {
      if (error) return;
      self->text_.append(self->piece_.data(), count);
      self->take();
    });
  }
  void take() {
    const auto end = end_of_message(text_);
    if (!end) return read();
    log_.note(place_, std::string_view(text_).substr(0, *end));
    text_.erase(0, *end);
    asio::async_write(stream_, asio::buffer(taken), [self = this->shared_from_this()](Error error, std::size_t) {
      if (!error) self->text_.empty() ? self->read() : self->take();
    });
  }

  Stream stream_;
  Log& log_;
  std::size_t place_;
  std::string text_;
  std::array<char, 16 * 1024> piece_;
};

class Receiver {
 public:
  Receiver(asio::io_context& io, std::uint16_t port, std::size_t place, Log& log, asio::ssl::context* tls)
      : acceptor_(io, {asio::ip::make_address("127.0.0.1"), port}), place_(place), log_(log), tls_(tls) {
    accept();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](Error error, tcp::socket socket) {
      if (error) return;
      if (tls_) {
        using Stream = asio::ssl::stream<tcp::socket>;
        std::make_shared<Visit<Stream>>(Stream(std::move(socket), *tls_), log_, place_)->start();
      } else {
        std::make_shared<Visit<tcp::socket>>(std::move(socket), log_, place_)->start();
      }
      accept();
    });
  }

  tcp::acceptor acceptor_;
  std::size_t place_;
  Log& log_;
  asio::ssl::context* tls_;
};

// The far end of a live stream.
class Watching {
 public:
  Watching(asio::io_context& io, asio::ssl::context& tls, std::uint16_t port, std::string request, Log& log)
      : stream_(io, tls), log_(log) {
    stream_.lowest_layer().connect({asio::ip::make_address("127.0.0.1"), port});
    SSL_set_tlsext_host_name(stream_.native_handle(), "localhost");
    stream_.handshake(asio::ssl::stream_base::client);
    asio::write(stream_, asio::buffer(request));
    // The first item says that it has begun.
    while (text_.find("event: ready") == std::string::npos) {
      text_.append(piece_.data(), stream_.read_some(asio::buffer(piece_)));
      if (text_.size() > 64 * 1024 || (text_.size() > 12 && status(text_) != 200))
        throw std::runtime_error("no live stream: " + text_.substr(0, 500));
    }
    read();
  }

 private:
  void read() {
    stream_.async_read_some(asio::buffer(piece_), [this](Error error, std::size_t count) {
      if (error) {
        std::fprintf(stderr, "bench_arrivals: the stream has ended: %s\n", error.message().c_str());
        return;
      }
      text_.append(piece_.data(), count);
      text_.erase(0, log_.note(0, text_));
      read();
    });
  }

  asio::ssl::stream<tcp::socket> stream_;
  Log& log_;
  std::string text_;
  std::array<char, 64 * 1024> piece_;
};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

int run(const std::string& mode, std::map<std::string, std::string> given) {
  asio::io_context io(1);
  Log log(given["out"], given["marker"]);
  asio::ssl::context server(asio::ssl::context::tls_server), client(asio::ssl::context::tls_client);
  std::vector<std::unique_ptr<Receiver>> receivers;
  std::unique_ptr<Watching> watching;
  if (mode == "receive") {
    const bool secure = !given["certificate"].empty();
    if (secure) {
      server.use_certificate_chain_file(given["certificate"]);
      server.use_private_key_file(given["key"], asio::ssl::context::pem);
    }
    const auto ports = given["ports"];
    for (std::size_t at = 0; at < ports.size();
         at = ports.find(',', at) == std::string::npos ? ports.size() : ports.find(',', at) + 1)
      receivers.push_back(std::make_unique<Receiver>(io, static_cast<std::uint16_t>(std::atoi(ports.c_str() + at)),
                                                     receivers.size(), log, secure ? &server : nullptr));
  } else {
    client.load_verify_file(given["ca"]);
    client.set_verify_mode(asio::ssl::verify_peer);
    watching = std::make_unique<Watching>(io, client, static_cast<std::uint16_t>(std::atoi(given["port"].c_str())),
                                          read_file(given["request"]), log);
  }
  std::puts("ready");
  std::fflush(stdout);
  // Whoever started this ends it by closing its stdin.
  asio::posix::stream_descriptor input(io, ::dup(STDIN_FILENO));
  char byte = 0;
  std::function<void()> wait = [&] {
    input.async_read_some(asio::buffer(&byte, 1), [&](Error error, std::size_t) { error ? io.stop() : wait(); });
  };
  wait();
  io.run();
  log.close();
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  std::printf("%.6f\n",
              used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string mode = argc > 1 ? argv[1] : "";
  if (mode != "receive" && mode != "stream") throw std::runtime_error("receive or stream?");
  std::map<std::string, std::string> given;
  for (int i = 2; i + 1 < argc; i += 2) given[std::string(argv[i]).substr(2)] = argv[i + 1];
  return run(mode, std::move(given));
} catch (const std::exception& error) {
  std::fprintf(stderr, "bench_arrivals: %s\n", error.what());
  return 1;
}
