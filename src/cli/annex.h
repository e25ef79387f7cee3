// `noroshi annex …` and the part of `noroshi sealing …` that asks a daemon: annexes (別紙) of 機密性3, sealed and
// opened here and nowhere else. No private key leaves this machine.
#pragma once

#include <string>

#include "src/cli/act.h"

namespace noroshi::cli {

// -- Keys ----------------------------------------------------------------------------------------------------------

struct SealingKeysOptions {
  std::string organization;  // its active keys; empty: all of one's own body
  ConnectionOptions connection;
};
int run(const SealingKeysOptions& options, const Output& output);

struct SealingProposeOptions : ActOptions {
  std::string name;
  std::string file;  // the public half: a JWK, or the point in base64url
};
int run(const SealingProposeOptions& options, const Output& output);

struct SealingDecideOptions : ActOptions {
  std::string id;
  std::string decision;  // approved, rejected
  std::string reason;
};
int run(const SealingDecideOptions& options, const Output& output);

struct SealingRevokeOptions : ActOptions {
  std::string id;
  std::string reason;
};
int run(const SealingRevokeOptions& options, const Output& output);

// -- Annexes -------------------------------------------------------------------------------------------------------

struct AnnexAskOptions : ActOptions {
  std::string incident;  // id, number or reference
  std::string name;      // what it is, in words of 機密性2 or below
};
int run(const AnnexAskOptions& options, const Output& output);

struct AnnexPermitOptions : ActOptions {
  std::string annex;
  std::string decision;  // approved, rejected
  std::string reason;
};
int run(const AnnexPermitOptions& options, const Output& output);

struct AnnexListOptions {
  std::string incident;  // empty: of every one
  std::string state;     // empty: every one
  ConnectionOptions connection;
};
int run(const AnnexListOptions& options, const Output& output);

struct AnnexShowOptions {
  std::string annex;
  ConnectionOptions connection;
};
int run(const AnnexShowOptions& options, const Output& output);

// Fetches the keys of every receiver, seals the file to them and to the own body's, and sends what came of it.
struct AnnexSendOptions : ActOptions {
  std::string annex;
  std::string in = "-";
};
int run(const AnnexSendOptions& options, const Output& output);

// Exit 1 where the key opens nothing, something was altered, or it belongs to another incident: then nothing is
// written.
struct AnnexOpenOptions {
  std::string annex;
  std::string key;  // file of the private key
  std::string out = "-";
  ConnectionOptions connection;
};
int run(const AnnexOpenOptions& options, const Output& output);

struct AnnexRewrapOptions : ActOptions {
  std::string annex;
  std::string file;  // of the private key that opens it
  std::string to;    // the body that is added
};
int run(const AnnexRewrapOptions& options, const Output& output);

struct AnnexUnreadableOptions : ActOptions {
  std::string annex;
  std::string reason;
  std::string sign_with;  // PEM of the signing key that the token was issued for
};
int run(const AnnexUnreadableOptions& options, const Output& output);

}  // namespace noroshi::cli
