// The bodies of the calls by which a person signs in, from JSON: as those of command_decoder.h. What is right of a passphrase, a
// code or a passkey others say (src/sign_in); here are forms and bounds. Pure; any number of threads.
#pragma once

#include <string>
#include <string_view>

#include "src/codec/command_decoder.h"

namespace noroshi::codec {

// POST /session/passphrase
struct PassphraseSignIn {
  std::string login;
  std::string passphrase;
  std::string code;
};
Decoded<PassphraseSignIn> decode_passphrase_sign_in(std::string_view body);

// POST /session/passkey. What was sent in base64url is given as the bytes that it stands for.
struct PasskeySignIn {
  std::string state;  // as it was given out
  std::string id, client_data_json, authenticator_data, signature, user_handle;
};
Decoded<PasskeySignIn> decode_passkey_sign_in(std::string_view body);

// POST /set-up/{code}/passphrase. `state`: as it was given out with the secret of the codes.
struct PassphraseSetUp {
  std::string passphrase;
  std::string code;
  std::string state;
};
Decoded<PassphraseSetUp> decode_passphrase_set_up(std::string_view body);

// POST /set-up/{code}/passkey
struct PasskeySetUp {
  std::string state;
  std::string id, client_data_json, attestation_object;
};
Decoded<PasskeySetUp> decode_passkey_set_up(std::string_view body);

// POST /session/passkey/options and /set-up/{code}/demonstration: an object without members.
struct NoMembers {};
Decoded<NoMembers> decode_no_members(std::string_view body);

}  // namespace noroshi::codec
