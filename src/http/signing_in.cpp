#include "src/http/signing_in.h"

#include <algorithm>
#include <utility>

#include "src/http/address_limits.h"
#include "src/http/framing.h"
#include "src/http/guards.h"
#include "src/http/refusals.h"
#include "src/sealing/base64url.h"
#include "src/sealing/ciphers.h"
#include "src/sign_in/challenge.h"
#include "src/sign_in/passphrase.h"
#include "src/sign_in/session_secret.h"
#include "src/sign_in/totp.h"
#include "src/store/bytes.h"
#include "src/store/clock.h"

namespace noroshi::http {
namespace {

constexpr std::size_t body_limit = 32 * 1024;

Response sign_in_unavailable(Language language) {
  return problem_response({503,
                           "sign_in_unavailable",
                           {"このサーバーではサインインできません", "Nobody can sign in at this server"},
                           {"運用者へ: 同じデータベースを使う他の noroshid の keys/delivery.pem をこの --data の keys に置いてください。",
                            "For the operator: copy keys/delivery.pem of another noroshid on this database into keys of this --data."},
                           {}},
                          language);
}

// A page of ours, or no page: signing somebody in from elsewhere is refused as acting in his name is.
Handler of_this_origin(Handler handler) {
  return [handler = std::move(handler)](Request request, Responder respond) {
    if (request.foreign_origin) return respond(problem_response(problem_of(Refusal::foreign_origin), request.language));
    handler(std::move(request), std::move(respond));
  };
}

Handler with_keys(const SignInOptions& options, Handler handler) {
  return [&options, handler = std::move(handler)](Request request, Responder respond) {
    if (!options.keys) return respond(sign_in_unavailable(request.language));
    handler(std::move(request), std::move(respond));
  };
}

std::string aad_of(core::TokenId account) { return "noroshi totp " + core::to_string(account); }

Handler on_pool(const SessionContext& context, WorkerPool& workers, Ask ask) {
  return asking({context.authenticators, workers, context.law}, std::move(ask));
}

}  // namespace

// One text, whatever was wrong.
Response sign_in_refused(Language language) {
  return problem_response({401,
                           "sign_in_refused",
                           {"サインインできません", "You cannot be signed in"},
                           {"ログイン名、パスフレーズ、6桁のコードを確かめてください。コードは1回だけ使えます。続けてできないときは、"
                            "運用者に設定用リンク（noroshi account link）の発行を依頼してください。",
                            "Check login, passphrase and the six digits; a code can be used once. If it goes on failing, ask the "
                            "operator for a set-up link (noroshi account link)."},
                           {}},
                          language);
}

Response sign_in_later(std::chrono::seconds wait, Language language) {
  auto response = problem_response({429,
                                    "sign_in_later",
                                    {"しばらくサインインできません", "Signing in has to wait"},
                                    {"失敗が続いたため、Retry-Afterの秒数を待ってください。パスキーではサインインできます。",
                                     "After several failures: wait for Retry-After seconds. A passkey signs in all the same."},
                                    {}},
                                   language);
  response.headers.push_back({"Retry-After", std::to_string(wait.count())});
  return response;
}

Response set_up_not_found(Language language) {
  return problem_response({404,
                           "set_up_not_found",
                           {"この設定用リンクは使えません", "This set-up link cannot be used"},
                           {"使用済み、期限切れ（30分）、又は誤りです。運用者に新しいリンク（noroshi account link）の発行を依頼してください。",
                            "It was used, is over (30 minutes), or is no link. Ask the operator for a new one (noroshi account link)."},
                           {}},
                          language);
}

codec::AnswerContext answer_context(const SessionContext& context, store::Connection& connection, Language language) {
  return {context.law, language, store::shown_time(connection)};
}

// Who it is now; nothing where the account has ended meanwhile.
std::optional<std::string> describe_session(const SessionContext& context, store::Connection& connection, core::TokenId account,
                                    Timestamp ends_at, std::string csrf, Language language) {
  const auto found = store::describe_account(connection, account);
  if (!found) return std::nullopt;
  codec::SessionView view;
  view.organization = found->actor.organization;
  view.role = core::to_string(*found->actor.role);
  view.name = found->actor.name;
  view.login = store::to_string(found->login);
  if (found->actor.person) view.person = core::to_string(*found->actor.person);
  view.person_name = found->person_name;
  view.csrf = std::move(csrf);
  view.ends_at = ends_at;
  view.clock_shifted = context.options.clock_shifted;
  view.passkeys = found->passkeys;
  view.passphrase = found->passphrase;
  return codec::encode_session(view, answer_context(context, connection, language));
}

Response entered(const SessionContext& context, store::Connection& connection, core::TokenId account,
                 const store::OpenedSession& session, Language language) {
  const auto csrf = sign_in::csrf_token_of(std::string(store::session_prefix) + session.secret);
  const auto body = describe_session(context, connection, account, session.ends_at, csrf, language);
  if (!body) return sign_in_refused(language);
  auto response = json_response(200, *body);
  response.headers.push_back({"Set-Cookie", sign_in::give_cookie(session.secret, context.options.cookie)});
  return response;
}

Handler on_worker(const SessionContext& context, Ask ask) { return on_pool(context, context.workers, std::move(ask)); }

PassphraseTurns::Place place_of(PassphraseTurns& turns, const Request& request, bool exists) {
  return turns.take(counted_address(request.remote_address), exists);
}

void in_turn(const SessionContext& context, const std::shared_ptr<PassphraseTurns>& turns, std::shared_ptr<void> place,
             const Request& request, const Responder& respond, Ask ask) {
  const Ask held = [turns, place = std::move(place), ask = std::move(ask)](store::Connection& connection, const Request& asked,
                                                                           const Responder& answer) {
    const auto since = std::chrono::steady_clock::now();
    ask(connection, asked, answer);
    turns->took(std::chrono::steady_clock::now() - since);
  };
  on_pool(context, context.passphrases, held)(request, respond);
}

void out_of_turn(const SessionContext& context, LaterCalls& later, PassphraseTurns::Place place, const Request& request,
                 const Responder& respond, Ask ask) {
  later.call(place.wait, [context, held = std::move(place.held), request, respond, ask = std::move(ask)] {
    on_worker(context, ask)(request, respond);
  });
}

Response no_turn_left(Language language) { return retry_later(problem_of(Refusal::overloaded), language); }

void add_session_route(Router& router, Method method, std::string pattern, Access access, Handler handler) {
  Route route;
  route.method = method;
  route.pattern = "/api/v1" + std::move(pattern);
  route.access = access;
  route.body_limit = body_limit;
  route.handler = std::move(handler);
  router.add(std::move(route));
}

void add_open(Router& router, const SessionContext& context, Method method, std::string pattern, Handler handler) {
  add_session_route(router, method, std::move(pattern), Access::open, of_this_origin(with_keys(context.options, std::move(handler))));
}

std::string as_meant(std::string_view text) {
  const auto normalized = sign_in::normalize_passphrase(text);
  std::string result(normalized ? normalized->view() : std::string_view());
  std::erase(result, ' ');
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

// IV, secret, tag.
std::optional<std::string> seal_totp_secret(const SignInKeys& keys, core::TokenId account, std::string_view secret) {
  const auto sealed = sealing::encrypt(secret, aad_of(account), sealing::Secret(keys.totp));
  return sealed ? std::optional(sealed->iv + sealed->ciphertext + sealed->tag) : std::nullopt;
}
std::optional<sealing::Secret> open_totp_secret(const SignInKeys& keys, core::TokenId account, std::string_view sealed) {
  if (sealed.size() != sealing::iv_length + sign_in::totp_secret_length + sealing::tag_length) return std::nullopt;
  const sealing::Encrypted parts{std::string(sealed.substr(0, sealing::iv_length)),
                                 std::string(sealed.substr(sealing::iv_length, sign_in::totp_secret_length)),
                                 std::string(sealed.substr(sealing::iv_length + sign_in::totp_secret_length))};
  return sealing::decrypt(parts, aad_of(account), sealing::Secret(keys.totp));
}

codec::PasskeyOptionsView passkey_options(const SignInOptions& options, std::string_view purpose) {
  const auto challenge = store::random_bytes(sign_in::challenge_length);
  return {sealing::to_base64url(challenge), options.relying_party,
          sign_in::write_state(options.keys->challenge, purpose, challenge, options.now())};
}

std::optional<sign_in::Expectation> expectation_of(const SignInOptions& options, std::string_view purpose, std::string_view state) {
  auto challenge = sign_in::read_state(options.keys->challenge, purpose, state, options.now());
  if (!challenge) return std::nullopt;
  // Whatever name of this server the page was opened by, the browser sees to it that the credential belongs to it. Another port of
  // this machine is another server.
  const auto is_origin = [hosts = HostAllowlist(options.names), port = options.port, base_url = options.base_url](std::string_view origin) {
    return is_own_origin(origin, hosts, port, base_url);
  };
  return sign_in::Expectation{std::move(*challenge), options.relying_party, is_origin};
}

}  // namespace noroshi::http
