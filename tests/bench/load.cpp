// Sends requests as fast as they are answered (closed loop), or at moments chosen beforehand (open loop), and writes
// down when. One thread, kept-alive connections, over TLS where an authority is given.
//
//   bench_load --port P [--ca FILE] --requests FILE --connections N --seconds S --out FILE
//              [--rate R] [--drain S] [--first N] [--capture TEXT]
//
// FILE of requests: one after the other, each whole (head and body) behind its length in four bytes, the least first.
// They are sent in turn, ten '@' replaced by a number that no other request of the run has.
//
// --rate: open loop. The moments are those of a Poisson process; a request whose moment has come while every connection
// is busy waits for one, and its latency counts from its moment all the same (no coordinated omission). What has no
// answer
// --drain seconds after the last moment is given up.
//
// Each line of --out is a request: its number, when it was meant to be sent, when it was, when its answer was whole
// (microseconds of the steady clock), the status (0: cut; -1: given up), and what the answer has between --capture and
// the next quotation mark. On stdout: a JSON object with counts and the processor time of this program.
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "tests/bench/http_text.h"

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Error = boost::system::error_code;
using namespace noroshi::bench;

constexpr std::string_view placeholder = "@@@@@@@@@@";
constexpr std::size_t read_at_once = 64 * 1024;
constexpr int given_up = -1;

struct Options {
  std::map<std::string, std::string> given;
  std::string text(const std::string& name, const std::string& otherwise = "") const {
    const auto found = given.find(name);
    return found == given.end() ? otherwise : found->second;
  }
  double value(const std::string& name, double otherwise = 0) const {
    const auto found = given.find(name);
    return found == given.end() ? otherwise : std::atof(found->second.c_str());
  }
};

// A request and the places where its number is put in.
struct Pattern {
  std::string text;
  std::vector<std::size_t> places;

  explicit Pattern(std::string whole) : text(std::move(whole)) {
    for (auto at = text.find(placeholder); at != std::string::npos;
         at = text.find(placeholder, at + placeholder.size()))
      places.push_back(at);
  }
  void write(std::uint64_t number, std::string& out) const {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%010llu", static_cast<unsigned long long>(number));
    out = text;
    for (auto place : places) std::memcpy(out.data() + place, digits, placeholder.size());
  }
};

std::vector<Pattern> read_patterns(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string all(std::istreambuf_iterator<char>(file), {});
  std::vector<Pattern> patterns;
  for (std::size_t at = 0; at + 4 <= all.size();) {
    std::uint32_t length = 0;
    for (int i = 3; i >= 0; --i) length = length << 8 | static_cast<unsigned char>(all[at + i]);
    patterns.emplace_back(all.substr(at + 4, length));
    at += 4 + length;
  }
  if (patterns.empty()) throw std::runtime_error("no requests in " + path);
  return patterns;
}

struct Sample {
  std::uint64_t number = 0;
  Clock::time_point meant, sent, done;
  int status = 0;
  std::string captured;
};

struct Tls {
  asio::ssl::context context{asio::ssl::context::tls_client};
};

template <class Stream>
std::unique_ptr<Stream> make_stream(asio::io_context& io, Tls& tls) {
  if constexpr (std::is_same_v<Stream, tcp::socket>) {
    return std::make_unique<tcp::socket>(io);
  } else {
    auto stream = std::make_unique<Stream>(io, tls.context);
    SSL_set_tlsext_host_name(stream->native_handle(), "localhost");
    return stream;
  }
}

// All connections and the schedule.
template <class Stream>
class Sender {
 public:
  explicit Sender(const Options& options)
      : patterns_(read_patterns(options.text("requests"))),
        endpoint_(asio::ip::make_address("127.0.0.1"), static_cast<std::uint16_t>(options.value("port"))),
        capture_(options.text("capture")),
        rate_(options.value("rate")),
        next_number_(static_cast<std::uint64_t>(options.value("first"))),
        seconds_(options.value("seconds", 5)),
        drain_(options.value("drain", 2)),
        timer_(io_),
        end_(io_) {
    if (const auto ca = options.text("ca"); !ca.empty()) {
      tls_.context.load_verify_file(ca);
      tls_.context.set_verify_mode(asio::ssl::verify_peer);
    }
    const auto count = static_cast<std::size_t>(options.value("connections", 1));
    for (std::size_t i = 0; i < count; ++i) lines_.push_back(std::make_unique<Line>(*this));
    if (rate_ > 0) samples_.reserve(static_cast<std::size_t>(rate_ * seconds_ * 1.2) + 16);
  }

  void run() {
    for (auto& line : lines_) line->open();
    for (auto& line : lines_) idle_.push_back(line.get());
    begin_ = Clock::now();
    if (rate_ > 0) {
      next_moment_ = begin_;
      advance();
    } else {
      for (auto* line : std::exchange(idle_, {})) line->send(Clock::now());
    }
    const auto length = seconds_ + (rate_ > 0 ? drain_ : 30);
    end_.expires_at(begin_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(length)));
    end_.async_wait([this](Error error) {
      if (!error) stop();
    });
    io_.run();
    ended_ = Clock::now();
  }

  bool over() const { return Clock::now() - begin_ >= std::chrono::duration<double>(seconds_); }

  void report(const std::string& path) {
    std::ofstream out(path, std::ios::trunc);
    const auto micros = [](Clock::time_point at) {
      return std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
    };
    std::size_t unanswered = 0;
    for (const auto& sample : samples_) {
      out << sample.number << ' ' << micros(sample.meant) << ' ' << micros(sample.sent) << ' ' << micros(sample.done)
          << ' ' << sample.status << ' ' << sample.captured << '\n';
      if (sample.status <= 0) ++unanswered;
    }
    out.close();
    if (!out) throw std::runtime_error("cannot write " + path);
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) { return time.tv_sec + time.tv_usec / 1e6; };
    std::printf(
        "{\"sent\": %zu, \"unanswered\": %zu, \"seconds\": %.6f, \"began_us\": %lld, \"processor_seconds\": %.6f, "
        "\"next\": %llu}\n",
        samples_.size(), unanswered, std::chrono::duration<double>(ended_ - begin_).count(),
        static_cast<long long>(micros(begin_)), seconds(used.ru_utime) + seconds(used.ru_stime),
        static_cast<unsigned long long>(next_number_));
  }

 private:
  // One kept-alive connection, opened again where the server has closed it.
  class Line {
   public:
    explicit Line(Sender& sender) : sender_(sender), input_(2 * read_at_once, '\0') {}

    // Blocks: before the run, and where the server has closed the connection between two requests.
    void open() {
      stream_ = make_stream<Stream>(sender_.io_, sender_.tls_);
      auto& socket = stream_->lowest_layer();
      socket.connect(sender_.endpoint_);
      socket.set_option(tcp::no_delay(true));
      if constexpr (!std::is_same_v<Stream, tcp::socket>) stream_->handshake(asio::ssl::stream_base::client);
    }

    void send(Clock::time_point meant) {
      sample_ = {sender_.next_number_, meant, Clock::now(), {}, 0, {}};
      const auto& pattern = sender_.patterns_[sender_.next_number_++ % sender_.patterns_.size()];
      pattern.write(sample_.number, output_);
      filled_ = 0;
      busy_ = true;
      ++turn_;
      if (!stream_) open();
      asio::async_write(*stream_, asio::buffer(output_), [this, turn = turn_](Error error, std::size_t) {
        if (error && turn == turn_) finish(0, {}, true);
      });
      receive();
    }

    void give_up() {
      if (busy_) finish(given_up, {}, true);
    }

   private:
    void receive() {
      if (input_.size() - filled_ < read_at_once) input_.resize(input_.size() * 2);
      stream_->async_read_some(asio::buffer(input_.data() + filled_, input_.size() - filled_),
                               [this, turn = turn_](Error error, std::size_t count) {
                                 if (!busy_ || turn != turn_) return;
                                 if (error) return finish(0, {}, true);
                                 filled_ += count;
                                 const std::string_view text(input_.data(), filled_);
                                 const auto end = end_of_message(text);
                                 if (!end) return receive();
                                 const auto head = text.substr(0, text.find("\r\n\r\n") + 2);
                                 finish(status(text), quoted_after(text, sender_.capture_),
                                        field(head, "connection") == "close");
                               });
    }

    void finish(int status, std::string_view captured, bool closed) {
      if (!busy_) return;
      busy_ = false;
      sample_.done = Clock::now();
      sample_.status = status;
      sample_.captured = captured;
      sender_.samples_.push_back(sample_);
      if (closed) {
        Error ignored;
        stream_->lowest_layer().close(ignored);
        // Its handlers still run; the stream must outlive them.
        asio::post(sender_.io_, [old = std::shared_ptr<Stream>(std::move(stream_))] {});
      }
      sender_.freed(this);
    }

    Sender& sender_;
    std::unique_ptr<Stream> stream_;
    std::string output_, input_;
    std::size_t filled_ = 0;
    bool busy_ = false;
    std::uint64_t turn_ = 0;  // a handler of an earlier request has nothing to say any more
    Sample sample_;
  };

  void freed(Line* line) {
    if (stopped_) return;
    if (rate_ == 0) {
      if (!over()) return line->send(Clock::now());
      if (++at_rest_ == lines_.size()) stop();
      return;
    }
    if (!waiting_.empty()) {
      const auto meant = waiting_.front();
      waiting_.pop_front();
      return line->send(meant);
    }
    idle_.push_back(line);
    if (scheduled_ && idle_.size() == lines_.size()) stop();
  }

  // Open loop: everything whose moment has come, then the next moment.
  void advance() {
    while (next_moment_ <= Clock::now()) {
      if (next_moment_ - begin_ >= std::chrono::duration<double>(seconds_)) {
        scheduled_ = true;
        if (waiting_.empty() && idle_.size() == lines_.size()) stop();
        return;
      }
      if (idle_.empty()) {
        waiting_.push_back(next_moment_);
      } else {
        auto* line = idle_.back();
        idle_.pop_back();
        line->send(next_moment_);
      }
      next_moment_ += std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(gap_(random_) / rate_));
    }
    timer_.expires_at(next_moment_);
    timer_.async_wait([this](Error error) {
      if (!error && !stopped_) advance();
    });
  }

  void stop() {
    if (std::exchange(stopped_, true)) return;
    for (auto& line : lines_) line->give_up();
    for (auto meant : waiting_) samples_.push_back({next_number_++, meant, Clock::now(), Clock::now(), given_up, {}});
    timer_.cancel();
    end_.cancel();
    io_.stop();
  }

  asio::io_context io_{1};
  Tls tls_;
  std::vector<Pattern> patterns_;
  tcp::endpoint endpoint_;
  std::string capture_;
  double rate_;
  std::uint64_t next_number_;
  double seconds_, drain_;
  asio::steady_timer timer_, end_;
  std::vector<std::unique_ptr<Line>> lines_;
  std::vector<Line*> idle_;
  std::deque<Clock::time_point> waiting_;
  std::vector<Sample> samples_;
  std::mt19937_64 random_{20260401};
  std::exponential_distribution<double> gap_{1.0};
  Clock::time_point begin_, next_moment_, ended_;
  std::size_t at_rest_ = 0;
  bool scheduled_ = false, stopped_ = false;
};

template <class Stream>
void run(const Options& options) {
  Sender<Stream> sender(options);
  sender.run();
  sender.report(options.text("out"));
}

}  // namespace

int main(int argc, char** argv) try {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strncmp(argv[i], "--", 2) != 0) throw std::runtime_error(std::string("unknown argument ") + argv[i]);
    options.given[argv[i] + 2] = argv[i + 1];
  }
  if (options.text("ca").empty()) {
    run<tcp::socket>(options);
  } else {
    run<asio::ssl::stream<tcp::socket>>(options);
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "bench_load: %s\n", error.what());
  return 1;
}
