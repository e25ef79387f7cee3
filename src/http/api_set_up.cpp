#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "src/codec/session_commands.h"
#include "src/http/signing_in.h"
#include "src/sealing/base64url.h"
#include "src/sign_in/passphrase.h"
#include "src/sign_in/shown_secret.h"
#include "src/sign_in/totp.h"
#include "src/store/bytes.h"

namespace noroshi::http {
namespace {

std::string set_up_purpose(const std::string& code) { return "set-up " + code; }

// A link of a demonstration is one in its folder alone.
std::optional<store::SetUpLink> find_link(const SessionContext& context, store::Connection& connection, const std::string& code) {
  return store::find_set_up_link(connection, code, context.options.demonstration);
}
// One by which credentials are given: no demonstration's.
std::optional<store::SetUpLink> find_link_for_credentials(store::Connection& connection, const std::string& code) {
  return store::find_set_up_link(connection, code);
}

void offer_credentials(const SessionContext& context, const std::string& code, core::TokenId account, codec::SetUpView& view) {
  // A fresh one for each who looks: it becomes the account's only with the state in which it is sealed.
  const sealing::Secret secret(store::random_bytes(sign_in::totp_secret_length));
  auto state = sign_in::seal_shown_secret(context.options.keys->set_up, code, secret.view(), context.options.now());
  if (!state) throw std::runtime_error("the secret of one-time codes could not be sealed");
  view.totp_secret = sign_in::to_base32(secret.view());
  view.totp_uri = sign_in::totp_uri(secret.view(), view.login);
  view.totp_state = std::move(*state);
  view.passkey = passkey_options(context.options, set_up_purpose(code));
  const auto& id = account.value.bytes;
  view.user_id = sealing::to_base64url({reinterpret_cast<const char*>(id.data()), id.size()});
  view.user_display_name = view.name.empty() ? view.login : view.name;
}

Ask show_set_up(const SessionContext& context) {
  return [context](store::Connection& connection, const Request& request, const Responder& respond) {
    const auto& code = request.path_parameter("code");
    const auto link = find_link(context, connection, code);
    const auto account = link ? store::describe_account(connection, link->account) : std::nullopt;
    if (!account) return respond(set_up_not_found(request.language));
    codec::SetUpView view;
    view.organization = account->actor.organization;
    view.role = core::to_string(*account->actor.role);
    view.name = account->actor.name;
    view.login = store::to_string(account->login);
    view.expires_at = link->expires_at;
    view.demonstration = !link->expires_at;
    if (!view.demonstration) offer_credentials(context, code, link->account, view);
    respond(json_response(200, codec::encode_set_up(view, answer_context(context, connection, request.language))));
  };
}

core::FieldError passphrase_mistake(sign_in::PassphraseFault fault) {
  using sign_in::PassphraseFault;
  switch (fault) {
    case PassphraseFault::too_short:
      return {"/passphrase", "too_short", {"15文字以上にしてください。文字の種類は問いません。", "Use 15 characters or more, of whatever kind."}};
    case PassphraseFault::too_long:
      return {"/passphrase", "too_long", {"1,024バイト以内にしてください。", "Use no more than 1,024 bytes."}};
    case PassphraseFault::has_login:
      return {"/passphrase", "guessable", {"ログイン名を含まないものにしてください。", "Leave the login out of it."}};
    case PassphraseFault::repeats:
      return {"/passphrase", "guessable",
              {"同じ文字や短い並びの繰り返しです。関係のない言葉をいくつか並べてください。",
               "It repeats a character or a short group. Put some words in a row that have nothing to do with each other."}};
    case PassphraseFault::is_run:
      return {"/passphrase", "guessable",
              {"順に並んだ数字や文字、又はキーボードで隣り合うキーです。関係のない言葉をいくつか並べてください。",
               "It is a run of digits, letters or keys. Put some words in a row that have nothing to do with each other."}};
    case PassphraseFault::is_common:
      return {"/passphrase", "guessable",
              {"よく使われていて、最初に試されるものです。自分で選んだ関係のない言葉をいくつか並べてください。",
               "Many people use it, and it is tried first. Put some words of your own in a row that have nothing to do with each other."}};
    case PassphraseFault::not_text:
      break;
  }
  return {"/passphrase", "control_character", {"制御文字は使えません。", "Control characters cannot be used."}};
}

Response state_is_over(Language language) {
  return refuse_body({{"/state", "value", {"時間が経ちすぎました。ページを再読み込みしてください。", "It is over. Load the page again."}}},
                     language);
}

Ask keep_passphrase(const SessionContext& context, core::TokenId account, const store::NewPassphrase& chosen,
                    const std::shared_ptr<const sealing::Secret>& passphrase) {
  return [context, account, chosen, passphrase](store::Connection& connection, const Request& request, const Responder& respond) {
    auto fresh = chosen;
    fresh.hash = sign_in::derive_passphrase(*passphrase, fresh.salt, fresh.rounds);
    if (fresh.hash.empty()) throw std::runtime_error("the passphrase could not be derived");
    const auto session = store::set_up_passphrase(connection, request.path_parameter("code"), fresh);
    if (!session) return respond(set_up_not_found(request.language));
    context.tokens.forget_sessions_of(account);
    respond(entered(context, connection, account, *session, request.language));
  };
}

// Derived in turn, once all else is known to be right.
Ask set_up_passphrase(const SessionContext& context, const std::shared_ptr<PassphraseTurns>& turns) {
  return [context, turns](store::Connection& connection, const Request& request, const Responder& respond) {
    const auto command = codec::decode_passphrase_set_up(request.body);
    if (!command) return respond(refuse_body(command.error(), request.language));
    const auto& code = request.path_parameter("code");
    const auto link = find_link_for_credentials(connection, code);
    const auto account = link ? store::describe_account(connection, link->account) : std::nullopt;
    if (!account) return respond(set_up_not_found(request.language));
    const auto& keys = *context.options.keys;
    const auto secret = sign_in::open_shown_secret(keys.set_up, code, command->state, context.options.now());
    if (!secret) return respond(state_is_over(request.language));
    std::vector<core::FieldError> mistakes;
    auto passphrase = sign_in::accept_passphrase(command->passphrase, store::to_string(account->login));
    if (!passphrase) mistakes.push_back(passphrase_mistake(passphrase.error()));
    const auto step = sign_in::totp_step_of(secret->view(), as_meant(command->code), context.options.now());
    if (!step)
      mistakes.push_back({"/code", "value", {"認証アプリに今表示されている6桁のコードを入れてください。端末の時計も確かめてください。",
                                              "Give the six digits that the authenticator app shows now; check the clock of the device."}});
    if (!mistakes.empty()) return respond(refuse_body(std::move(mistakes), request.language));

    store::NewPassphrase fresh;
    fresh.salt = store::random_bytes(sign_in::passphrase_salt_length);
    fresh.rounds = sign_in::passphrase_rounds;
    auto sealed = seal_totp_secret(keys, link->account, secret->view());
    if (!sealed) throw std::runtime_error("the secret of one-time codes could not be sealed");
    fresh.totp_secret = std::move(*sealed);
    fresh.totp_step = *step;
    const auto place = place_of(*turns, request, true);
    if (!place.held) return respond(no_turn_left(request.language));
    in_turn(context, turns, place.held, request, respond,
            keep_passphrase(context, link->account, fresh, std::make_shared<sealing::Secret>(std::move(*passphrase))));
  };
}

Ask enter_demonstration(const SessionContext& context) {
  return [context](store::Connection& connection, const Request& request, const Responder& respond) {
    if (auto command = codec::decode_no_members(request.body); !command)
      return respond(refuse_body(command.error(), request.language));
    const auto& code = request.path_parameter("code");
    const auto link = find_link(context, connection, code);
    const auto session = link && !link->expires_at ? store::enter_by_link(connection, code) : std::nullopt;
    respond(session ? entered(context, connection, link->account, *session, request.language) : set_up_not_found(request.language));
  };
}

Ask set_up_passkey(const SessionContext& context) {
  return [context](store::Connection& connection, const Request& request, const Responder& respond) {
    const auto command = codec::decode_passkey_set_up(request.body);
    if (!command) return respond(refuse_body(command.error(), request.language));
    const auto& code = request.path_parameter("code");
    const auto link = find_link_for_credentials(connection, code);
    if (!link) return respond(set_up_not_found(request.language));
    const auto expected = expectation_of(context.options, set_up_purpose(code), command->state);
    if (!expected) return respond(state_is_over(request.language));
    const auto made = sign_in::verify_registration(*expected, command->id, command->client_data_json, command->attestation_object);
    if (!made)
      return respond(refuse_body({{"/attestation_object", std::string(sign_in::to_string(made.error())),
                                   {"このパスキーは登録できません。本人確認（PIN、指紋など）のできる認証器を使ってください。",
                                    "This passkey cannot be registered. Use an authenticator that verifies who uses it (PIN, fingerprint)."}}},
                                 request.language));
    const store::NewPasskey fresh{made->id, made->key.der, static_cast<int>(made->key.algorithm), made->counter, expected->challenge};
    const auto session = store::set_up_passkey(connection, code, fresh);
    if (!session) return respond(set_up_not_found(request.language));
    context.tokens.forget_sessions_of(link->account);
    respond(entered(context, connection, link->account, *session, request.language));
  };
}

}  // namespace

void add_set_up_routes(Router& router, const SessionContext& context, const std::shared_ptr<PassphraseTurns>& turns) {
  add_open(router, context, Method::get, "/set-up/{code}", on_worker(context, show_set_up(context)));
  add_open(router, context, Method::post, "/set-up/{code}/passphrase", on_worker(context, set_up_passphrase(context, turns)));
  add_open(router, context, Method::post, "/set-up/{code}/passkey", on_worker(context, set_up_passkey(context)));
  add_open(router, context, Method::post, "/set-up/{code}/demonstration", on_worker(context, enter_demonstration(context)));
}

}  // namespace noroshi::http
