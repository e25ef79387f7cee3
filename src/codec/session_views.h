// What a page is told of who signed in and of how he can. Pure; any number of threads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "routing/time.h"
#include "src/codec/answer_context.h"

namespace noroshi::codec {

// GET /session and every call that signs in.
struct SessionView {
  std::string organization;  // slug
  std::string role;
  std::string name;
  std::string login;  // as it is written: "jps/duty-1"
  std::string person, person_name;  // empty: bound to nobody
  std::string csrf;
  Timestamp ends_at;
  bool clock_shifted = false;
  std::int64_t passkeys = 0;
  bool passphrase = false;
};
std::string encode_session(const SessionView& session, const AnswerContext& context);

// POST /session/passkey/options
struct PasskeyOptionsView {
  std::string challenge;  // base64url
  std::string relying_party;
  std::string state;
};
std::string encode_passkey_options(const PasskeyOptionsView& options);

// GET /set-up/{code}
struct SetUpView {
  std::string organization, role, name, login;
  std::optional<Timestamp> expires_at;  // nothing: a demonstration's
  // What credentials are made with; of no demonstration, whose links give none.
  std::string totp_secret;  // base32
  std::string totp_uri;
  std::string totp_state;  // to be sent back
  PasskeyOptionsView passkey;
  std::string user_id;            // base64url
  std::string user_display_name;
  bool demonstration = false;
};
std::string encode_set_up(const SetUpView& set_up, const AnswerContext& context);

}  // namespace noroshi::codec
