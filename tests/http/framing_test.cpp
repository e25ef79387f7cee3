#include "src/http/framing.h"

#include <doctest/doctest.h>

#include <set>

#include "src/http/refusals.h"
#include "tests/http/evil_streams.h"
#include "tests/http/test_server.h"

namespace noroshi::http::testing {
namespace {

const HostAllowlist hosts({"localhost", "127.0.0.1", "::1", "test-host"});

std::optional<FramingFault> fault_of_stream(std::string_view stream) {
  const HeaderProgress progress = header_progress(stream);
  CHECK(progress.state != HeaderProgress::State::incomplete);
  return framing_fault(
      progress.state == HeaderProgress::State::complete ? stream.substr(0, progress.size) : stream, hosts);
}

TEST_CASE("every evil stream is refused by its name") {
  for (const EvilStream& stream : evil_streams()) {
    CAPTURE(stream.name);
    const auto fault = fault_of_stream(stream.bytes);
    REQUIRE(fault.has_value());
    CHECK(to_string(*fault) == to_string(stream.fault));
  }
}

TEST_CASE("the evil streams know every fault") {
  std::set<FramingFault> seen;
  for (const EvilStream& stream : evil_streams()) seen.insert(stream.fault);
  CHECK(seen.size() == static_cast<std::size_t>(FramingFault::upgrade_not_supported) + 1);
}

TEST_CASE("sound header blocks pass") {
  const std::vector<std::string> sound = {
      "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "GET /livez HTTP/1.1\r\nhost:localhost:8443\r\n\r\n",
      "HEAD /a/b%20c;v=1?x=%E3%81%82&y=(z)~* HTTP/1.1\r\nHost: 127.0.0.1:8443\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: [::1]:8443\r\nX-Empty:\r\nX-Tab: a\tb\r\nTE: trailers\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: TEST-Host\r\nContent-Length: 0\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: [::1]\r\nConnection: keep-alive\r\nVia: 1.1 a\r\nVia: 1.1 b\r\n\r\n",
      "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9223372036854775807\r\nExpect: "
      "100-Continue\r\n\r\n",
      "PATCH /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: \t 003 \r\n\r\n",
  };
  for (const std::string& block : sound) {
    CAPTURE(block);
    CHECK_FALSE(framing_fault(block, hosts).has_value());
    const HeaderProgress progress = header_progress(block + "rest\n");
    CHECK(progress.state == HeaderProgress::State::complete);
    CHECK(progress.size == block.size());
  }
}

TEST_CASE("no beginning of a sound header block is taken for a broken one or for the whole") {
  const std::string block = "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n";
  for (std::size_t size = 0; size < block.size(); ++size) {
    const std::string_view beginning(block.data(), size);
    CHECK(header_progress(beginning).state == HeaderProgress::State::incomplete);
    CHECK(framing_fault(beginning, hosts).has_value());
  }
}

TEST_CASE("no single byte inserted anywhere makes two readings of a length") {
  // Whatever stands inserted, a block that still passes has the length it had, told by the one line that
  // gives it.
  const std::string block = "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 7\r\n\r\n";
  for (std::size_t at = 0; at <= block.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = block;
      changed.insert(at, 1, static_cast<char>(byte));
      if (framing_fault(changed, hosts)) continue;
      CAPTURE(changed);
      CHECK(changed.find("Content-Length:") != std::string::npos);
      CHECK((byte >= 0x20 || byte == '\t'));
      CHECK(byte < 0x7f);
    }
  }
}

TEST_CASE("every fault has a problem document in both languages that says what to do") {
  for (std::size_t i = 0; i <= static_cast<std::size_t>(FramingFault::upgrade_not_supported); ++i) {
    const auto fault = static_cast<FramingFault>(i);
    const codec::Problem& problem = problem_of(fault);
    CHECK(problem.code == to_string(fault));
    CHECK(problem.status >= 400);
    CHECK(problem.status < 500);
    CHECK_FALSE(problem.detail.ja.empty());
    CHECK_FALSE(problem.detail.en.empty());
  }
}

TEST_CASE("on the wire an evil stream gets one refusal, and the request hidden behind it none") {
  TestServer server;
  const std::string hidden = request("GET", "/livez");
  for (const EvilStream& stream : evil_streams()) {
    CAPTURE(stream.name);
    TlsClient client = server.client();
    client.send(stream.bytes + hidden);
    const auto response = client.read_response();
    REQUIRE(response.has_value());
    CHECK(response->status == static_cast<int>(problem_of(stream.fault).status));
    CHECK(response->header("content-type") == "application/problem+json");
    CHECK(response->header("connection") == "close");
    CHECK(response->body.find("\"code\":\"" + std::string(to_string(stream.fault)) + "\"") !=
          std::string::npos);
    CHECK(response->body.size() <= 1024);
    CHECK(client.read_to_end().empty());
    const Observed observed = server.next_observed();
    CHECK(observed.pattern == "-");
    CHECK(observed.code == to_string(stream.fault));
  }
}

TEST_CASE("a header beyond 8 KiB is refused, one just within is served") {
  TestServer server;
  const std::string start = "GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Long: ";
  const std::string end = "\r\n\r\n";
  {
    TlsClient client = server.client();
    client.send(start + std::string(8 * 1024 - start.size() - end.size(), 'x') + end);
    CHECK(client.read_response()->status == 200);
  }
  for (const std::size_t size : {8 * 1024 + 1, 12 * 1024, 200 * 1024}) {
    TlsClient client = server.client();
    client.send(start + std::string(size - start.size() - end.size(), 'x') + end);
    const auto response = client.read_response();
    REQUIRE(response.has_value());
    CHECK(response->status == 431);
    CHECK(client.read_to_end().empty());
  }
}

TEST_CASE("a malformed request is refused in the language it asked for") {
  TestServer server;
  TlsClient client = server.client();
  client.send("GET /livez HTTP/1.0\r\nHost: localhost\r\nAccept-Language: en\r\n\r\n");
  const auto response = client.read_response();
  REQUIRE(response.has_value());
  CHECK(response->header("content-language") == "en");
  CHECK(response->body.find("Send the request as HTTP/1.1.") != std::string::npos);
}

}  // namespace
}  // namespace noroshi::http::testing
