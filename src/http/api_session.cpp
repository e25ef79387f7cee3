#include "src/http/api_session.h"

#include <spdlog/spdlog.h>

#include <memory>
#include <utility>

#include "src/codec/session_commands.h"
#include "src/http/refusals.h"
#include "src/http/signing_in.h"
#include "src/sealing/base64url.h"
#include "src/sign_in/back_off.h"
#include "src/sign_in/passphrase.h"
#include "src/sign_in/session_secret.h"
#include "src/sign_in/totp.h"

namespace noroshi::http {
namespace {

constexpr std::string_view sign_in_purpose = "sign-in";

// -- Signing in ---------------------------------------------------------------------------------------------------

// The step of the code, where passphrase and code are right. The same work is done for a login that nobody has.
std::optional<std::int64_t> proven_step(const SignInOptions& options, const std::optional<store::KeptPassphrase>& kept,
                                        const codec::PassphraseSignIn& command) {
  const auto normalized = sign_in::normalize_passphrase(command.passphrase);
  const sealing::Secret nothing;
  const std::string no_salt(sign_in::passphrase_salt_length, '\0');
  const auto hash = sign_in::derive_passphrase(normalized ? *normalized : nothing, kept ? kept->salt : no_salt,
                                               kept ? kept->rounds : sign_in::passphrase_rounds);
  if (!kept || !normalized || hash.empty() || !sign_in::same_bytes(hash, kept->hash)) return std::nullopt;
  const auto secret = open_totp_secret(*options.keys, kept->account, kept->totp_secret);
  if (!secret) {
    spdlog::error("http: the secret of an account's codes cannot be opened: it was sealed under another keys/delivery.pem");
    return std::nullopt;
  }
  return sign_in::totp_step_of(secret->view(), as_meant(command.code), options.now());
}

// What was written is looked up and counted before it is queued: only the derivation is done in turn.
Ask sign_in_by_passphrase(const SessionContext& context, const std::shared_ptr<PassphraseTurns>& turns) {
  return [context, turns, later = std::make_shared<LaterCalls>()](store::Connection& connection, const Request& request,
                                                                 const Responder& respond) {
    const auto command = codec::decode_passphrase_sign_in(request.body);
    if (!command) return respond(refuse_body(command.error(), request.language));
    const auto written = as_meant(command->login);
    const auto login = store::parse_login(written);
    const auto kept = login ? store::find_passphrase(connection, *login) : std::nullopt;
    auto place = place_of(*turns, request, kept.has_value());
    if (!place.held) return respond(no_turn_left(request.language));
    if (const auto wait = store::begin_sign_in(connection, written, sign_in::wait_after); wait.count() > 0)
      return respond(sign_in_later(wait, request.language));
    const Ask refuse = [written](store::Connection& again, const Request& asked, const Responder& answer) {
      store::sign_in_failed(again, written);
      answer(sign_in_refused(asked.language));
    };
    if (!place.derives) return out_of_turn(context, *later, std::move(place), request, respond, refuse);
    const Ask derive = [context, command = *command, written, kept, refuse](store::Connection& again, const Request& asked,
                                                                          const Responder& answer) {
      const auto step = proven_step(context.options, kept, command);
      const auto session = step ? store::enter_by_passphrase(again, kept->account, written, *step) : std::nullopt;
      if (!session) return refuse(again, asked, answer);
      answer(entered(context, again, kept->account, *session, asked.language));
    };
    in_turn(context, turns, std::move(place.held), request, respond, derive);
  };
}

Handler give_passkey_options(const SignInOptions& options) {
  return [&options](const Request& request, const Responder& respond) {
    if (auto command = codec::decode_no_members(request.body); !command)
      return respond(refuse_body(std::move(command.error()), request.language));
    respond(json_response(200, codec::encode_passkey_options(passkey_options(options, sign_in_purpose))));
  };
}

// The user handle is the account, as GET /set-up/{code} gave it out.
bool names_account(std::string_view handle, core::TokenId account) {
  const auto& id = account.value.bytes;
  return handle == std::string_view(reinterpret_cast<const char*>(id.data()), id.size());
}

Ask sign_in_by_passkey(const SessionContext& context) {
  return [context](store::Connection& connection, const Request& request, const Responder& respond) {
    const auto command = codec::decode_passkey_sign_in(request.body);
    if (!command) return respond(refuse_body(command.error(), request.language));
    const auto expected = expectation_of(context.options, sign_in_purpose, command->state);
    const auto kept = expected ? store::find_passkey(connection, command->id) : std::nullopt;
    const auto algorithm = kept ? sign_in::parse_algorithm(kept->algorithm) : std::nullopt;
    if (!algorithm || !names_account(command->user_handle, kept->account)) return respond(sign_in_refused(request.language));
    const auto assertion = sign_in::verify_assertion(*expected, {*algorithm, kept->public_key}, command->client_data_json,
                                                     command->authenticator_data, command->signature);
    const auto session = assertion ? store::enter_by_passkey(connection, command->id, assertion->counter, expected->challenge)
                                   : std::nullopt;
    respond(session ? entered(context, connection, kept->account, *session, request.language) : sign_in_refused(request.language));
  };
}

// -- The session --------------------------------------------------------------------------------------------------

Handler with_session(Handler handler) {
  return [handler = std::move(handler)](Request request, Responder respond) {
    if (!request.caller || request.caller->session.empty())
      return respond(problem_response(problem_of(Refusal::no_session), request.language));
    handler(std::move(request), std::move(respond));
  };
}

core::TokenId account_of(const Caller& caller) { return core::TokenId{*core::parse_uuid(caller.token_id)}; }
core::Uuid session_of(const Caller& caller) { return *core::parse_uuid(caller.session); }

Ask show_session(const SessionContext& context) {
  return [context](store::Connection& connection, const Request& request, const Responder& respond) {
    const auto ends_at = store::session_end(connection, session_of(*request.caller));
    const auto body = ends_at ? describe_session(context, connection, account_of(*request.caller), *ends_at, request.csrf_token, request.language)
                              : std::nullopt;
    respond(body ? json_response(200, *body) : problem_response(problem_of(Refusal::no_session), request.language));
  };
}

Ask leave(const SessionContext& context, bool everywhere) {
  return [context, everywhere](store::Connection& connection, const Request& request, const Responder& respond) {
    const auto account = account_of(*request.caller);
    if (everywhere)
      store::end_sessions(connection, account);
    else
      store::end_session(connection, session_of(*request.caller));
    context.tokens.forget_sessions_of(account);
    Response response;
    response.status = 204;
    response.headers.push_back({"Set-Cookie", sign_in::take_cookie(context.options.cookie)});
    respond(std::move(response));
  };
}

}  // namespace

void add_session_routes(Router& router, const SessionContext& context) {
  const auto turns = std::make_shared<PassphraseTurns>();
  add_open(router, context, Method::post, "/session/passphrase", on_worker(context, sign_in_by_passphrase(context, turns)));
  add_open(router, context, Method::post, "/session/passkey/options", give_passkey_options(context.options));
  add_open(router, context, Method::post, "/session/passkey", on_worker(context, sign_in_by_passkey(context)));
  const auto of_session = [&](Method method, std::string pattern, Access access, Ask ask) {
    add_session_route(router, method, std::move(pattern), access, with_session(on_worker(context, std::move(ask))));
  };
  of_session(Method::get, "/session", Access::token_optional, show_session(context));
  of_session(Method::delete_, "/session", Access::token_required, leave(context, false));
  of_session(Method::delete_, "/session/all", Access::token_required, leave(context, true));
  add_set_up_routes(router, context, turns);
}

}  // namespace noroshi::http
