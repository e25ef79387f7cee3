// The strict reading of a request's header block, before any other parser sees it.
//
// Where two programs read the same bytes differently (a proxy in front and this one behind), a request can be
// smuggled. So this room accepts a narrow part of RFC 9112 only, on which all readers agree, and closes the
// connection on everything else. Pure: bytes in, verdict out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace noroshi::http {

// Closed list. to_string() gives the code of the problem document.
enum class FramingFault {
  header_malformed,   // a line without CRLF, a field without a name or colon, blanks before the colon, no end
  header_folded,      // a line that continues the one before (obs-fold, RFC 9112 5.2)
  header_not_ascii,   // a control byte, or a byte of 0x80 and above
  header_duplicated,  // a field that may stand once stands twice
  request_line_malformed,  // not METHOD SP target SP version
  method_unknown,          // none of GET HEAD POST PUT PATCH DELETE OPTIONS
  target_malformed,        // not origin-form, a character outside RFC 3986, a bad escape, %00
  version_not_supported,   // anything but HTTP/1.1
  host_missing,
  host_duplicated,
  host_not_allowed,
  transfer_encoding_not_supported,  // with Content-Length
  length_required,           // Transfer-Encoding without Content-Length; POST, PUT or PATCH without either
  content_length_malformed,  // twice, a list, a sign, not all digits, beyond 2^63
  body_not_allowed,          // on GET, HEAD, DELETE, OPTIONS
  expectation_failed,        // other than 100-continue
  upgrade_not_supported,
};
std::string_view to_string(FramingFault fault);

// The values of Host that are answered: names and addresses, each with or without a port.
class HostAllowlist {
 public:
  // Names as tls_names() gives them: IPv6 addresses without brackets.
  explicit HostAllowlist(std::vector<std::string> names);
  bool allows(std::string_view host_field) const;

 private:
  std::vector<std::string> names_;  // lower case, IPv6 in brackets
};

// The first fault of a header block, nothing where it is sound. The block runs from the first byte of the
// request line to the empty line, CRLFCRLF included.
std::optional<FramingFault> framing_fault(std::string_view header_block, const HostAllowlist& hosts);

// Watches bytes as they come in: where the header block ends, or that it can no longer become sound (a line
// feed without its carriage return, a control byte), so that nobody waits for an end that will not come.
struct HeaderProgress {
  enum class State { incomplete, complete, broken };
  State state = State::incomplete;
  std::size_t size = 0;  // of the block, where complete
};
HeaderProgress header_progress(std::string_view received);

// A target split and decoded: "/a%20b/c?x=1" → {"a b","c"}, {{"x","1"}}. Nothing where an escape is bad, or a
// decoded part is not UTF-8 or holds a control character, or a path segment holds an encoded '/'.
struct Target {
  std::vector<std::string> segments;
  std::vector<std::pair<std::string, std::string>> query;
};
std::optional<Target> parse_target(std::string_view target);

}  // namespace noroshi::http
