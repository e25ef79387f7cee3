// The guards that need no waiting: each looks at one thing and answers or lets pass. Pure, without Beast.
//
// A guard returns the refusal with which the request ends, or nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "src/http/framing.h"
#include "src/http/refusals.h"
#include "src/http/router.h"

namespace noroshi::http {

// What the path demands of the caller: the route's own rule; where there is no route, a token under /api, so
// that nobody without one learns which paths exist.
Access access_of(const Router::Match& match, const std::vector<std::string>& segments);

// The token of "Bearer <token68>" (RFC 6750 2.1), scheme in any case; nothing where the field has another
// form.
std::optional<std::string_view> bearer_token(std::string_view authorization);

// Whether the browser says that a page of another origin sent it: Origin is not https:// and the Host of the request, or
// Sec-Fetch-Site is another than same-origin. What is not sent says nothing.
bool is_foreign(const std::optional<std::string>& origin, const std::optional<std::string>& fetch_site, std::string_view host);
// Whether a page of this origin (RFC 6454) is this server's: https://, one of its names and its port, or the address by which it is
// reached from outside (`base_url`; may be empty). As a passkey names it, whose signature binds it.
bool is_own_origin(std::string_view origin, const HostAllowlist& names, std::uint16_t port, std::string_view base_url);
// Of a request by cookie: one that changes something shows that a page of ours sent it.
std::optional<Refusal> csrf_guard(std::string_view method, bool foreign, std::string_view expected,
                                  const std::optional<std::string>& sent);

std::optional<Refusal> route_guard(const Router::Match& match);
std::optional<Refusal> role_guard(const Route& route, const Caller* caller);

// The route's media type without parameters or with charset=utf-8, not encoded. Looked at only where there is a
// body.
std::optional<Refusal> media_type_guard(const Route& route, std::string_view content_type, std::string_view content_encoding,
                                        std::uint64_t content_length);
std::optional<Refusal> size_guard(const Route& route, std::uint64_t content_length);

// Whether If-None-Match names this entity tag, by the weak comparison of RFC 9110 8.8.3.2. `etag` is without
// quotes.
bool names_etag(std::string_view if_none_match, std::string_view etag);

// Whether a field name and value may go into a response's header.
bool is_sendable(const Header& header);

}  // namespace noroshi::http
