// Two parsers read each request, the framing check and Beast. Whatever the first lets pass, the second must
// read in full and in the same sense: a disagreement between the two is what a smuggled request is made of.
#include <doctest/doctest.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <random>

#include "src/http/framing.h"
#include "tests/http/evil_streams.h"

namespace noroshi::http::testing {
namespace {

namespace bhttp = boost::beast::http;

const HostAllowlist hosts({"localhost"});

std::size_t lines_of(std::string_view block) {
  std::size_t lines = 0;
  for (std::size_t at = block.find("\r\n"); at != std::string_view::npos; at = block.find("\r\n", at + 2))
    ++lines;
  return lines;
}

// False where Beast refuses the block.
bool check_that_beast_agrees(const std::string& block) {
  CAPTURE(block);
  bhttp::request_parser<bhttp::string_body> parser;
  parser.header_limit(64 * 1024);
  parser.body_limit(boost::none);
  boost::system::error_code error;
  const std::size_t parsed = parser.put(boost::asio::buffer(block), error);
  if (error) return false;
  REQUIRE(parsed == block.size());
  REQUIRE(parser.is_header_done());
  const auto& message = parser.get();
  CHECK(message.version() == 11);
  CHECK_FALSE(parser.chunked());
  CHECK(message.count(bhttp::field::host) == 1);
  CHECK(message.count(bhttp::field::transfer_encoding) == 0);
  CHECK(message.count(bhttp::field::content_length) <= 1);
  const std::string first_line =
      std::string(message.method_string()) + " " + std::string(message.target()) + " HTTP/1.1";
  CHECK(block.substr(0, block.find("\r\n")) == first_line);
  // A line for each field: none folded into another, none split, none lost.
  CHECK(static_cast<std::size_t>(std::distance(message.begin(), message.end())) == lines_of(block) - 2);
  return true;
}

std::vector<std::string> starting_points() {
  std::vector<std::string> blocks = {
      "GET /a/b%20c?x=1 HTTP/1.1\r\nHost: localhost\r\nAccept-Language: ja\r\n\r\n",
      "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\nContent-Type: application/json\r\n\r\n",
      "PATCH /x HTTP/1.1\r\nHost: localhost:1\r\nContent-Length: 0\r\nConnection: keep-alive, "
      "x\r\nX-A:\r\n\r\n"};
  const std::vector<std::string> sound = blocks;
  for (int i = 0; i < 20; ++i)
    blocks.insert(blocks.end(), sound.begin(), sound.end());  // most mutants of these pass
  for (const EvilStream& stream : evil_streams()) {
    const HeaderProgress progress = header_progress(stream.bytes);
    if (progress.state == HeaderProgress::State::complete)
      blocks.push_back(stream.bytes.substr(0, progress.size));
  }
  return blocks;
}

class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : random_(seed) {}

  std::string mutated(std::string block) {
    for (std::size_t changes = 1 + below(3); changes > 0; --changes) change(block);
    return block;
  }

 private:
  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }

  void change(std::string& block) {
    static const std::vector<std::string> pieces = {"\r\n",
                                                    "\n",
                                                    "\r",
                                                    " ",
                                                    "\t",
                                                    ":",
                                                    ",",
                                                    ";",
                                                    "0",
                                                    "9",
                                                    "-",
                                                    "%",
                                                    "%41",
                                                    "/",
                                                    "?",
                                                    "\x80",
                                                    std::string(1, '\0'),
                                                    "Content-Length: 7\r\n",
                                                    "Transfer-Encoding: chunked\r\n",
                                                    "Host: localhost\r\n",
                                                    "X-B: c\r\n",
                                                    " folded\r\n",
                                                    "Connection: close\r\n",
                                                    "Expect: 100-continue\r\n",
                                                    "HTTP/1.1"};
    const std::size_t at = below(block.size() + 1);
    switch (below(4)) {
      case 0:
        block.insert(at, pieces[below(pieces.size())]);
        break;
      case 1:
        block.erase(at, 1 + below(3));
        break;
      case 2:
        if (at < block.size()) block[at] = static_cast<char>(below(256));
        break;
      default:  // a whole piece at the beginning of a line
        block.insert(std::min(block.find("\r\n", at), block.size() - 2) + 2, pieces[below(pieces.size())]);
    }
    if (block.size() < 4) block += "\r\n\r\n";
  }

  std::mt19937 random_;
};

TEST_CASE("what the framing check lets pass, Beast reads in the same sense") {
  constexpr std::uint32_t seed = 20180725;
  CAPTURE(seed);
  Mutator mutator(seed);
  const std::vector<std::string> blocks = starting_points();
  std::size_t passed = 0;
  for (int round = 0; round < 1000; ++round) {
    for (const std::string& block : blocks) {
      const std::string candidate = mutator.mutated(block);
      const HeaderProgress progress = header_progress(candidate);
      if (progress.state != HeaderProgress::State::complete) continue;
      const std::string header = candidate.substr(0, progress.size);
      if (framing_fault(header, hosts)) continue;
      if (check_that_beast_agrees(header)) ++passed;
    }
  }
  CHECK(passed > 5000);  // else the check would prove little
}

}  // namespace
}  // namespace noroshi::http::testing
