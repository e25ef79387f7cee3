#include "src/codec/session_views.h"

#include "src/codec/encoding.h"

namespace noroshi::codec {
namespace {

constexpr int passkey_timeout_ms = 5 * 60 * 1000;
constexpr std::string_view relying_party_name = "Noroshi";

void write_body(JsonWriter& out, const std::string& slug, const AnswerContext& context) {
  const auto* body = context.law.registry.find(slug);
  out.name("organization").begin_object().member("id", slug);
  if (body) {
    out.member("name", context.language == Language::en && !body->name_en.empty() ? body->name_en : body->name_ja);
    out.member("name_ja", body->name_ja);
    write_text_or_null(out, "name_en", body->name_en);
    out.member("kind", routing::to_string(body->kind));
  }
  out.end_object();
}

void write_challenge(JsonWriter& out, const PasskeyOptionsView& options) {
  out.member("challenge", options.challenge).member("rp_id", options.relying_party).member("timeout_ms", passkey_timeout_ms);
  out.member("user_verification", "required").member("state", options.state);
}

void write_passkey(JsonWriter& out, const SetUpView& set_up) {
  out.name("passkey").begin_object();
  write_challenge(out, set_up.passkey);
  out.member("rp_name", relying_party_name).member("user_id", set_up.user_id).member("user_name", set_up.login);
  out.member("user_display_name", set_up.user_display_name);
  out.name("algorithms").begin_array().value(-7).value(-8).value(-257).end_array();
  out.end_object();
}

}  // namespace

std::string encode_session(const SessionView& session, const AnswerContext& context) {
  std::string body;
  JsonWriter out(body);
  out.begin_object();
  write_body(out, session.organization, context);
  out.member("role", session.role).member("name", session.name).member("login", session.login);
  out.name("person");
  if (session.person.empty())
    out.null();
  else
    out.begin_object().member("id", session.person).member("name", session.person_name).end_object();
  out.member("csrf", session.csrf).member("ends_at", format_rfc3339(session.ends_at));
  out.member("clock_shifted", session.clock_shifted);
  out.name("methods").begin_object().member("passkeys", session.passkeys).member("passphrase", session.passphrase).end_object();
  out.end_object();
  return body;
}

std::string encode_passkey_options(const PasskeyOptionsView& options) {
  std::string body;
  JsonWriter out(body);
  out.begin_object();
  write_challenge(out, options);
  out.end_object();
  return body;
}

std::string encode_set_up(const SetUpView& set_up, const AnswerContext& context) {
  std::string body;
  JsonWriter out(body);
  out.begin_object();
  write_body(out, set_up.organization, context);
  out.member("role", set_up.role).member("name", set_up.name).member("login", set_up.login);
  out.name("expires_at");
  set_up.expires_at ? out.value(format_rfc3339(*set_up.expires_at)) : out.null();
  if (set_up.demonstration) {
    out.name("totp").null().name("passkey").null();
  } else {
    out.name("totp").begin_object().member("secret", set_up.totp_secret).member("uri", set_up.totp_uri);
    out.member("state", set_up.totp_state).end_object();
    write_passkey(out, set_up);
  }
  out.member("demonstration", set_up.demonstration);
  out.end_object();
  return body;
}

}  // namespace noroshi::codec
