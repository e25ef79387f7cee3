// A request's header block: whatever passes the framing check, Beast reads in full and in the same sense, and its
// target is split into parts that hold nothing that two readers could see differently.
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "src/http/framing.h"
#include "tests/fuzz/fuzz.h"

namespace noroshi::fuzz {
namespace {

namespace bhttp = boost::beast::http;

void check_that_beast_agrees(std::string_view block) {
  bhttp::request_parser<bhttp::string_body> parser;
  parser.header_limit(1024 * 1024);
  parser.body_limit(boost::none);
  boost::system::error_code error;
  const std::size_t parsed = parser.put(boost::asio::buffer(block.data(), block.size()), error);
  if (error) return;  // the session refuses it then
  HOLDS(parsed == block.size());
  HOLDS(parser.is_header_done());
  const auto& message = parser.get();
  HOLDS(message.version() == 11);
  HOLDS(!parser.chunked());
  HOLDS(message.count(bhttp::field::host) == 1);
  HOLDS(message.count(bhttp::field::transfer_encoding) == 0);
  HOLDS(message.count(bhttp::field::content_length) <= 1);
  const std::string target(message.target());
  HOLDS(block.substr(0, block.find("\r\n")) == std::string(message.method_string()) + " " + target + " HTTP/1.1");
  const auto split = http::parse_target(target);
  if (!split) return;
  for (const auto& segment : split->segments)
    HOLDS(segment.find('/') == std::string::npos && segment.find('\0') == std::string::npos);
}

}  // namespace

void target(std::string_view input) {
  static const http::HostAllowlist hosts({"localhost", "127.0.0.1", "::1"});
  const auto progress = http::header_progress(input);
  if (progress.state != http::HeaderProgress::State::complete) {
    // What is broken stays broken, and what is incomplete is refused by the check too.
    if (progress.state == http::HeaderProgress::State::broken)
      HOLDS(http::header_progress(std::string(input) + "\r\n\r\n").state == http::HeaderProgress::State::broken);
    HOLDS(http::framing_fault(input, hosts).has_value());
    http::parse_target(input);
    return;
  }
  HOLDS(progress.size <= input.size());
  const auto block = input.substr(0, progress.size);
  if (!http::framing_fault(block, hosts)) check_that_beast_agrees(block);
}

}  // namespace noroshi::fuzz
