#include "src/http/act_signature.h"

#include "src/codec/problem.h"
#include "src/http/api_shared.h"
#include "src/store/bytes.h"

namespace noroshi::http {
namespace {

codec::Problem problem(bool key_known) {
  if (!key_known)
    return {422,
            "signature_key_unknown",
            {"署名の鍵が登録されていません", "No key is known for this signature"},
            {"このトークンには署名鍵がありません。運用者に `noroshi token issue --signing-key` での発行を依頼するか、"
             "Noroshi-Signature を付けずに送ってください。",
             "This token has no signing key. Ask the operator for one issued with `noroshi token issue --signing-key`, or "
             "send without Noroshi-Signature."},
            {}};
  return {422,
          "signature_invalid",
          {"署名が合いません", "The signature does not match"},
          {"署名の対象は noroshi-act/v1、パス、本文の SHA-256（16進）の3行です。送る本文そのものから作り直してください。",
           "Signed are three lines: noroshi-act/v1, the path, and the SHA-256 of the body in hexadecimal. Make it again from "
           "the very bytes you send."},
          {}};
}

// The path as it was called; the query is no part of a command.
std::string path_of(const Request& request) {
  std::string path = request.pattern;
  for (const auto& [name, value] : request.path_parameters) {
    const auto hole = "{" + name + "}";
    path.replace(path.find(hole), hole.size(), value);
  }
  return path;
}

}  // namespace

tl::expected<std::optional<record::ActorSignature>, Response> act_signature_of(const Request& request) {
  if (!request.signature) return std::nullopt;
  const auto& key = request.caller->signing_key;
  if (!key) return tl::unexpected(problem_response(problem(false), request.language));
  const auto bytes = store::from_base64(*request.signature);
  record::ActorSignature signature{key->algorithm, record::id_of(*key), path_of(request), record::sha256({request.body}),
                                   bytes.value_or("")};
  if (!record::verify(signature, *key)) return tl::unexpected(problem_response(problem(true), request.language));
  return signature;
}

}  // namespace noroshi::http
