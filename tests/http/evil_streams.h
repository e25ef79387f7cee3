// Requests that some reader somewhere accepts and this server must not: each with the fault to be named. Used
// both on the pure check and on the wire.
#pragma once

#include <string>
#include <vector>

#include "src/http/framing.h"

namespace noroshi::http::testing {

struct EvilStream {
  std::string name;
  std::string bytes;  // a header block, and whatever would follow it
  FramingFault fault;
};

inline std::vector<EvilStream> evil_streams() {
  using enum FramingFault;
  using namespace std::string_literals;
  const auto get = [](const std::string& fields) {
    return "GET /livez HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
  };
  const auto post = [](const std::string& fields, const std::string& body = "") {
    return "POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n" + body;
  };
  const auto line = [](const std::string& request_line) {
    return request_line + "\r\nHost: localhost\r\n\r\n";
  };
  const auto host = [](const std::string& value) {
    return "GET /livez HTTP/1.1\r\nHost: " + value + "\r\n\r\n";
  };
  const std::string chunked_body = "0\r\n\r\n";
  return {
      // Transfer-Encoding, alone and with Content-Length
      {"chunked with length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", chunked_body),
       transfer_encoding_not_supported},
      {"chunked", post("Transfer-Encoding: chunked\r\n", chunked_body), length_required},
      {"gzip with length", post("Transfer-Encoding: gzip\r\nContent-Length: 3\r\n", "abc"),
       transfer_encoding_not_supported},
      {"identity with length", post("Transfer-Encoding: identity\r\nContent-Length: 3\r\n", "abc"),
       transfer_encoding_not_supported},
      {"xchunked with length", post("Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n", "abc"),
       transfer_encoding_not_supported},
      {"gzip", post("Transfer-Encoding: gzip\r\n", "abc"), length_required},
      {"chunked, gzip", post("Transfer-Encoding: chunked, gzip\r\n", chunked_body), length_required},
      {"chunked, chunked", post("Transfer-Encoding: chunked, chunked\r\n", chunked_body), length_required},
      {"chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", chunked_body),
       length_required},
      {"chunked in another case", post("TRANSFER-encoding: Chunked\r\n", chunked_body), length_required},
      {"chunked after a tab", post("Transfer-Encoding:\tchunked\r\n", chunked_body), length_required},
      {"chunked with a trailer",
       post("Transfer-Encoding: chunked\r\nTrailer: X-User\r\n", "0\r\nX-User: admin\r\n\r\n"),
       length_required},
      {"chunked on GET", get("Transfer-Encoding: chunked\r\n"), length_required},
      {"blank before the colon", post("Transfer-Encoding : chunked\r\nContent-Length: 5\r\n", chunked_body),
       header_malformed},
      {"chunked in HTTP/1.0",
       "POST /api/v1/things HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
       version_not_supported},

      // Content-Length
      {"no length on POST", post(""), length_required},
      {"length twice, the same", post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"),
       content_length_malformed},
      {"length twice, different", post("Content-Length: 3\r\nContent-Length: 30\r\n", "abc"),
       content_length_malformed},
      {"a list of lengths", post("Content-Length: 3, 3\r\n", "abc"), content_length_malformed},
      {"a signed length", post("Content-Length: +3\r\n", "abc"), content_length_malformed},
      {"a negative length", post("Content-Length: -3\r\n", "abc"), content_length_malformed},
      {"a hexadecimal length", post("Content-Length: 0x3\r\n", "abc"), content_length_malformed},
      {"a length with a blank", post("Content-Length: 1 0\r\n", "abc"), content_length_malformed},
      {"an empty length", post("Content-Length:\r\n", "abc"), content_length_malformed},
      {"a length of 20 digits", post("Content-Length: 18446744073709551619\r\n", "abc"),
       content_length_malformed},
      {"a length beyond 2^63", post("Content-Length: 9223372036854775808\r\n", "abc"),
       content_length_malformed},
      {"a body on GET", get("Content-Length: 3\r\n") + "abc", body_not_allowed},
      {"a body on DELETE", "DELETE /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
       body_not_allowed},

      // Host
      {"no Host", "GET /livez HTTP/1.1\r\n\r\n", host_missing},
      {"two Hosts", get("Host: localhost\r\n"), host_duplicated},
      {"a foreign Host", host("evil.example"), host_not_allowed},
      {"userinfo in Host", host("localhost@evil.example"), host_not_allowed},
      {"userinfo before an allowed name", host("admin@localhost"), host_not_allowed},
      {"an empty Host", host(""), host_not_allowed},
      {"a port of letters", host("localhost:http"), host_not_allowed},
      {"a Host with a path", host("localhost/x"), host_not_allowed},
      {"two names in one Host", host("localhost, localhost"), host_not_allowed},

      // The request line
      {"absolute-form", line("GET https://localhost/livez HTTP/1.1"), target_malformed},
      {"authority-form", line("OPTIONS localhost:443 HTTP/1.1"), target_malformed},
      {"asterisk-form", line("OPTIONS * HTTP/1.1"), target_malformed},
      {"a raw byte in the target", line("GET /\xe7\x8b\xbc HTTP/1.1"), header_not_ascii},
      {"a quote in the target", line("GET /a\"b HTTP/1.1"), target_malformed},
      {"a fragment", line("GET /livez#x HTTP/1.1"), target_malformed},
      {"a backslash in the target", line("GET /..\\livez HTTP/1.1"), target_malformed},
      {"an escape cut short", line("GET /livez%2 HTTP/1.1"), target_malformed},
      {"an escape of no digits", line("GET /livez%zz HTTP/1.1"), target_malformed},
      {"an escaped NUL", line("GET /livez%00 HTTP/1.1"), target_malformed},
      {"two blanks", line("GET  /livez HTTP/1.1"), request_line_malformed},
      {"a tab for a blank", line("GET\t/livez\tHTTP/1.1"), request_line_malformed},
      {"a third word", line("GET /livez x HTTP/1.1"), request_line_malformed},
      {"no version", line("GET /livez"), request_line_malformed},
      {"HTTP/1.0", line("GET /livez HTTP/1.0"), version_not_supported},
      {"HTTP/1.2", line("GET /livez HTTP/1.2"), version_not_supported},
      {"a version in lower case", line("GET /livez http/1.1"), request_line_malformed},
      {"the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", version_not_supported},
      {"TRACE", line("TRACE /livez HTTP/1.1"), method_unknown},
      {"CONNECT", line("CONNECT localhost:443 HTTP/1.1"), method_unknown},
      {"a method in lower case", line("get /livez HTTP/1.1"), method_unknown},
      {"an invented method", line("BREW /livez HTTP/1.1"), method_unknown},
      {"an empty line first", "\r\nGET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", request_line_malformed},

      // Lines and bytes
      {"a folded line", get("X-A: 1\r\n 2\r\n"), header_folded},
      {"a line folded by a tab", get("X-A: 1\r\n\t2\r\n"), header_folded},
      {"a folded first field", "GET /livez HTTP/1.1\r\n Host: localhost\r\n\r\n", header_folded},
      {"bare line feeds", "GET /livez HTTP/1.1\nHost: localhost\n\n", header_malformed},
      {"one bare line feed", get("X-A: 1\nX-B: 2\r\n"), header_malformed},
      {"a bare carriage return", get("X-A: 1\rX-B: 2\r\n"), header_malformed},
      {"a NUL in a value", get("X-A: a\0b\r\n"s), header_not_ascii},
      {"a control byte in a value", get("X-A: a\x1b[31mb\r\n"), header_not_ascii},
      {"a DEL in a value", get("X-A: a\x7f\r\n"), header_not_ascii},
      {"a raw byte in a value", get("X-A: \xe3\x81\x82\r\n"), header_not_ascii},
      {"a raw byte in a name", get("X-\xe3: a\r\n"), header_not_ascii},
      {"a field without a colon", get("X-A\r\n"), header_malformed},
      {"a field without a name", get(": a\r\n"), header_malformed},
      {"a blank in a name", get("X A: a\r\n"), header_malformed},
      {"two Authorizations", get("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"),
       header_duplicated},
      {"two Idempotency-Keys", get("Idempotency-Key: a\r\nidempotency-key: b\r\n"), header_duplicated},

      // Expectations and other protocols
      {"an unknown expectation", post("Expect: 200-ok\r\nContent-Length: 3\r\n", "abc"), expectation_failed},
      {"an upgrade to h2c",
       get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"),
       upgrade_not_supported},
      {"an upgrade to a WebSocket",
       get("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"),
       upgrade_not_supported},
  };
}

}  // namespace noroshi::http::testing
