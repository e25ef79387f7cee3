// What the calls by which a person signs in share: their answers, how they are handed to workers, and what they read of secrets.
// Private to src/http.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "src/codec/session_views.h"
#include "src/http/api_session.h"
#include "src/http/passphrase_turns.h"
#include "src/http/reading.h"
#include "src/sealing/jwe.h"
#include "src/sign_in/web_authn.h"
#include "src/store/accounts.h"

namespace noroshi::http {

// 401, one text whatever was wrong.
Response sign_in_refused(Language language);
// 429 with Retry-After.
Response sign_in_later(std::chrono::seconds wait, Language language);
// 404: used, over, and never there.
Response set_up_not_found(Language language);

codec::AnswerContext answer_context(const SessionContext& context, store::Connection& connection, Language language);
// The document of GET /session; nothing where the account has ended meanwhile.
std::optional<std::string> describe_session(const SessionContext& context, store::Connection& connection, core::TokenId account,
                                            Timestamp ends_at, std::string csrf, Language language);
// 200 with the cookie.
Response entered(const SessionContext& context, store::Connection& connection, core::TokenId account,
                 const store::OpenedSession& session, Language language);

// On a worker, with a connection of role authenticator.
Handler on_worker(const SessionContext& context, Ask ask);
// A place among those whose passphrases are derived in turn; whether the login is one that somebody has is known by then.
PassphraseTurns::Place place_of(PassphraseTurns& turns, const Request& request, bool exists);
// On the thread of passphrases, for who has a place: what costs a third of a second is done in turn.
void in_turn(const SessionContext& context, const std::shared_ptr<PassphraseTurns>& turns, std::shared_ptr<void> place,
             const Request& request, const Responder& respond, Ask ask);
// On a worker, after the time that the turn would have taken, for who has a place in which nothing is derived.
void out_of_turn(const SessionContext& context, LaterCalls& later, PassphraseTurns::Place place, const Request& request,
                 const Responder& respond, Ask ask);
// 503: come again.
Response no_turn_left(Language language);
// A route without a token, for pages of this origin and for programs, where this daemon has the keys for it.
void add_open(Router& router, const SessionContext& context, Method method, std::string pattern, Handler handler);
// Below /api/v1.
void add_session_route(Router& router, Method method, std::string pattern, Access access, Handler handler);

// A code and a login as they were meant: from a keyboard for Japanese they may come in full width.
std::string as_meant(std::string_view text);

// At rest: bound to the account. Nothing where it was sealed under other keys, or for another account.
std::optional<std::string> seal_totp_secret(const SignInKeys& keys, core::TokenId account, std::string_view secret);
std::optional<sealing::Secret> open_totp_secret(const SignInKeys& keys, core::TokenId account, std::string_view sealed);

// A fresh challenge for `purpose`, and what a passkey's answer to it has to be. Nothing where the state is none of ours.
codec::PasskeyOptionsView passkey_options(const SignInOptions& options, std::string_view purpose);
std::optional<sign_in::Expectation> expectation_of(const SignInOptions& options, std::string_view purpose, std::string_view state);

// The calls of api_set_up.cpp.
void add_set_up_routes(Router& router, const SessionContext& context, const std::shared_ptr<PassphraseTurns>& turns);

}  // namespace noroshi::http
