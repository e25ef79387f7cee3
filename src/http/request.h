// What a handler sees of a request: plain values. No socket, no Beast.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/codec/language.h"
#include "src/record/actor_signature.h"

namespace noroshi::http {

using codec::Language;

// The methods a route can have. HEAD is served by the GET route; the handler sees `get`.
enum class Method { get, post, put, patch, delete_ };
std::string_view to_string(Method method);

// Who holds the bearer token of a request, or the cookie of a session.
struct Caller {
  std::string organization;  // slug
  std::string role;          // opaque to this room; compared with Route::roles only
  std::string token_id;
  std::string name;  // of the person or the machine, as stored with the token; may be empty
  std::string person;  // id of the person to whom the token is bound; empty: nobody
  std::string tenant;  // under which name he sees what he sees: the body, or the seat of a member of CYMAT
  std::optional<record::ActorKey> signing_key;  // with which he signs what he sends, where he has one
  std::string session;  // id of the session by whose cookie he comes; empty: by a bearer token
};

struct Request {
  Method method = Method::get;
  std::string pattern;  // of the route, "/api/v1/incidents/{id}"

  // Decoded: valid UTF-8 without control characters. Path parameters hold no '/' and are never empty. In the
  // query '+' is a space (as HTML forms and every client library encode it), so that the offset of a time
  // sent raw, "…+09:00", arrives with a space in its place: a reader of times accepts both.
  std::vector<std::pair<std::string, std::string>> path_parameters;  // in the order of the pattern
  std::vector<std::pair<std::string, std::string>> query;            // in the order sent; names may repeat

  std::string
      body;  // as received; only on POST, PUT and PATCH; its Content-Type is application/json where not empty
  Language language = Language::ja;

  // Header fields as sent, without surrounding blanks: visible ASCII, blank and tab. Each was sent at most
  // once.
  std::optional<std::string> content_type;
  std::optional<std::string> accept;
  std::optional<std::string> accept_encoding;
  std::optional<std::string> idempotency_key;
  std::optional<std::string> if_match;
  std::optional<std::string> if_none_match;
  std::optional<std::string> last_event_id;
  std::optional<std::string> signature;  // Noroshi-Signature

  std::optional<Caller> caller;  // always set where Route::access is token_required
  // What unsafe methods of the caller's session have to send as X-CSRF-Token; empty without a session.
  std::string csrf_token;
  bool foreign_origin = false;   // Origin or Sec-Fetch-Site says that another origin's page sent it
  std::string remote_address;    // numeric, without the port
  std::string id;  // 32 hexadecimal digits, in the access log too; tells nothing and is not sent out

  // The value of a path parameter of the pattern. Asking for a name that the pattern lacks is an error of the
  // program: std::logic_error.
  const std::string& path_parameter(std::string_view name) const;
  // The first value of that name in the query; null where there is none.
  const std::string* query_value(std::string_view name) const;
};

}  // namespace noroshi::http
