// What a browser holds of a session, and what it shows beside it. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace noroshi::sign_in {

// The name binds the cookie to this host, to TLS and to the path "/" (RFC 6265bis 4.1.3.2).
constexpr std::string_view session_cookie = "__Host-noroshi";
// Of a demonstration, or under a clock that is shifted: cookies do not know ports, and a daemon of that kind on the same host is not to
// be given the real one's.
constexpr std::string_view session_cookie_of_demonstration = "__Host-noroshi-demonstration";

// What a page sends as X-CSRF-Token: follows from the cookie's value and does not lead back to it, so nothing is kept of it. A
// page of another origin can neither read nor make it. Empty where the library failed.
std::string csrf_token_of(std::string_view cookie);

// The value of the session's cookie, of that name, in a Cookie field. Nothing where there is none, or two: whoever wrote the second one is not
// us.
std::optional<std::string_view> session_in(std::string_view cookie_field, std::string_view name = session_cookie);

// Set-Cookie, to give it and to take it away.
std::string give_cookie(std::string_view value, std::string_view name = session_cookie);
std::string take_cookie(std::string_view name = session_cookie);

}  // namespace noroshi::sign_in
