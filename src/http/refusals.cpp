#include "src/http/refusals.h"

#include <cstdlib>
#include <string>
#include <utility>

namespace noroshi::http {
namespace {

using codec::Problem;
using codec::Text;

Problem make(unsigned status, std::string_view code, Text title, Text detail) {
  return Problem{status, std::string(code), std::move(title), std::move(detail), {}};
}

Problem framing_problem(unsigned status, FramingFault fault, Text detail) {
  return make(status, to_string(fault),
              {"要求の形式が正しくありません", "The request is not well-formed HTTP/1.1"}, std::move(detail));
}

Problem make_problem(FramingFault fault) {
  using enum FramingFault;
  switch (fault) {
    case header_malformed:
      return framing_problem(400, fault,
                             {"ヘッダーの各行は「名前: 値」の形とし、CRLFで終えてください。",
                              "Write each header line as \"name: value\" and end it with CRLF."});
    case header_folded:
      return framing_problem(400, fault,
                             {"ヘッダーの値を次の行に続けないでください。1行に収めてください。",
                              "Do not continue a header value on the next line; put it on one line."});
    case header_not_ascii:
      return framing_problem(400, fault,
                             {"ヘッダーには制御文字を含まないASCII文字だけを使ってください。",
                              "Use ASCII without control characters in the header."});
    case header_duplicated:
      return framing_problem(400, fault,
                             {"一度しか書けないヘッダーが2回以上あります。1つにしてください。",
                              "A header that may stand once stands more than once; send it once."});
    case request_line_malformed:
      return framing_problem(400, fault,
                             {"1行目は「メソッド パス HTTP/1.1」の形にしてください。",
                              "Write the first line as \"METHOD target HTTP/1.1\" with single blanks."});
    case method_unknown:
      return framing_problem(
          400, fault,
          {"このメソッドは扱いません。GET、HEAD、POST、PUT、PATCH、DELETEのいずれかを使ってください。",
           "This method is not known here; use GET, HEAD, POST, PUT, PATCH or DELETE."});
    case target_malformed:
      return framing_problem(
          400, fault,
          {"パスは「/」で始め、RFC 3986の文字と正しい%エスケープだけで書いてください。",
           "Begin the target with \"/\" and use the characters and escapes of RFC 3986 only."});
    case version_not_supported:
      return framing_problem(400, fault, {"HTTP/1.1で送ってください。", "Send the request as HTTP/1.1."});
    case host_missing:
      return framing_problem(400, fault,
                             {"Hostヘッダーを1つ付けてください。", "Send exactly one Host header."});
    case host_duplicated:
      return framing_problem(400, fault,
                             {"Hostヘッダーは1つだけにしてください。", "Send exactly one Host header."});
    case host_not_allowed:
      return framing_problem(
          400, fault,
          {"Hostヘッダーの名前がこのサーバーのものではありません。サーバー証明書にある名前で接続して"
           "ください。名前の追加は運用者が設定します。",
           "The Host header does not name this server. Connect by a name in the server's "
           "certificate; the operator can configure more names."});
    case transfer_encoding_not_supported:
      return framing_problem(
          400, fault,
          {"Transfer-Encodingは扱いません。Content-Lengthだけで長さを示してください。",
           "Transfer-Encoding is not supported; give the length by Content-Length alone."});
    case length_required:
      return framing_problem(411, fault,
                             {"本文の長さをContent-Lengthで示してください。本文がなければ0とします。",
                              "Give the length of the body by Content-Length, 0 where there is none."});
    case content_length_malformed:
      return framing_problem(400, fault,
                             {"Content-Lengthは1つだけ、数字だけで書いてください。",
                              "Send one Content-Length, of digits only."});
    case body_not_allowed:
      return framing_problem(
          400, fault, {"このメソッドに本文は付けられません。", "A request of this method carries no body."});
    case expectation_failed:
      return framing_problem(
          417, fault, {"Expectは100-continueだけを扱います。", "The only supported Expect is 100-continue."});
    case upgrade_not_supported:
      return framing_problem(400, fault,
                             {"プロトコルの切替えは扱いません。Upgradeヘッダーを外してください。",
                              "Switching protocols is not supported; leave the Upgrade header out."});
  }
  std::abort();
}

Problem make_problem(Refusal refusal) {
  using enum Refusal;
  const std::string_view code = to_string(refusal);
  switch (refusal) {
    case header_too_large:
      return make(431, code, {"ヘッダーが長すぎます", "The header is too large"},
                  {"1行目とヘッダーを合わせて8 KiB以内にしてください。",
                   "Keep the request line and the header within 8 KiB together."});
    case header_timeout:
      return make(408, code, {"ヘッダーが時間内に届きませんでした", "The header did not arrive in time"},
                  {"接続し直して送信してください。", "Connect again and send the request."});
    case target_not_decodable:
      return make(400, code,
                  {"パスまたは検索条件を読み取れません", "The path or the query cannot be decoded"},
                  {"%エスケープはUTF-8とし、制御文字と、パスの中の%2Fは使わないでください。",
                   "Escape UTF-8, without control characters, and without %2F in the path."});
    case token_missing:
      return make(401, code, {"認証が必要です", "Authentication is required"},
                  {"Authorizationヘッダーに「Bearer トークン」の形でトークンを付けてください。",
                   "Send the header Authorization: Bearer followed by your token."});
    case token_invalid:
      return make(401, code, {"トークンが有効ではありません", "The token is not valid"},
                  {"トークンを確かめてください。期限切れや失効のとき、離任したとき、又はその役割に当たる職を離れたときは使えません"
                   "。運用者に今の職のトークン（noroshi token issue --person ID）の発行を依頼してください。",
                   "Check the token. It is of no use once it has expired or was revoked, or once its person has left, or holds the "
                   "post no more that goes with its role. Ask the operator for one of the present post (noroshi token issue "
                   "--person ID)."});
    case no_session:
      return make(401, code, {"サインインしていません", "There is no session"},
                  {"サインインしてください（POST /api/v1/session/passphrase）。サインインは、12時間で、又は60分操作がないと終わります。",
                   "Sign in (POST /api/v1/session/passphrase). A session ends after 12 hours, or after 60 minutes without a request."});
    case csrf_token_required:
      return make(403, code, {"X-CSRF-Tokenが必要です", "X-CSRF-Token is required"},
                  {"GET /api/v1/session が返す csrf を、X-CSRF-Tokenヘッダーに付けて送り直してください。画面からのときは、再読み込みしてください。",
                   "Send again with the value of csrf of GET /api/v1/session as X-CSRF-Token. On a page, reload it."});
    case foreign_origin:
      return make(403, code, {"他のサイトから送られた要求です", "The request was sent by another site"},
                  {"このサーバーの画面から操作してください。", "Use the pages of this server."});
    case authentication_unavailable:
      return make(
          503, code, {"いまトークンを確認できません", "The token cannot be checked at the moment"},
          {"Retry-Afterの秒数を待って、同じIdempotency-"
           "Keyで送り直してください。急ぐときは電話で連絡してください。",
           "Wait for Retry-After seconds and send again with the same Idempotency-Key. If it is urgent, "
           "telephone."});
    case not_found:
      return make(404, code, {"見つかりません", "Not found"},
                  {"ないか、この利用者には見えません。パスと識別子を確かめてください。",
                   "It does not exist or is not visible to you. Check the path and the identifier."});
    case method_not_allowed:
      return make(
          405, code, {"このパスではこのメソッドを使えません", "The method is not allowed on this path"},
          {"Allowヘッダーにあるメソッドを使ってください。", "Use a method named in the Allow header."});
    case role_required:
      return make(403, code, {"役割が足りません", "Your role does not allow this"},
                  {"この操作ができる役割の人に依頼するか、その役割のトークンを使ってください。",
                   "Ask a person whose role allows it, or use a token of such a role."});
    case media_type_not_supported:
      return make(415, code, {"本文の種類を扱えません", "The media type is not supported"},
                  {"本文は圧縮しないUTF-8とし、JSONには Content-Type: application/json を、職員の一覧（/people/import）のCSVには "
                   "text/csv を付けてください。",
                   "Send UTF-8, not compressed: JSON with Content-Type: application/json, a list of people (/people/import) as CSV "
                   "with text/csv."});
    case body_too_large:
      return make(413, code, {"本文が長すぎます", "The body is too large"},
                  {"本文を短くしてください。大きな資料は添付せず、別の方法で渡してください。",
                   "Shorten the body. Hand large material over by another way."});
    case body_timeout:
      return make(
          408, code, {"本文が時間内に届きませんでした", "The body did not arrive in time"},
          {"Content-Lengthが本文の長さと合っているか確かめ、同じIdempotency-Keyで送り直してください。",
           "Check that Content-Length is the length of the body, and send again with the same "
           "Idempotency-Key."});
    case handler_timeout:
      return make(
          503, code, {"時間内に処理できませんでした", "The request was not completed in time"},
          {"保存されたかどうかは未確定です。Retry-Afterの秒数を待って、同じIdempotency-"
           "Keyで送り直してください。"
           "急ぐときは電話で連絡してください。",
           "It may or may not have been stored. Wait for Retry-After seconds and send again with the same "
           "Idempotency-Key. If it is urgent, telephone."});
    case internal_error:
      return make(500, code, {"サーバー内部の誤りです", "Internal error"},
                  {"同じIdempotency-Keyで送り直してください。続くときは運用者に知らせてください。",
                   "Send again with the same Idempotency-Key. If it persists, tell the operator."});
    case too_many_connections:
      return make(429, code, {"このアドレスからの接続が多すぎます", "Too many connections from this address"},
                  {"Retry-Afterの秒数を待ち、接続を使い回してください。",
                   "Wait for Retry-After seconds and reuse connections."});
    case too_many_requests:
      return make(429, code, {"この組織からの要求が同時に多すぎます", "Too many requests of your body at once"},
                  {"Retry-Afterの秒数を待ち、同じIdempotency-Keyで送り直してください。急ぐときは電話で連絡してください。",
                   "Wait for Retry-After seconds and send again with the same Idempotency-Key. If it is urgent, telephone."});
    case too_many_failed_tokens:
      return make(429, code, {"このアドレスから無効なトークンが続いています", "Too many tokens from this address were not valid"},
                  {"Retry-Afterの秒数を待って送り直してください。期限切れのトークンを使い続けているプログラムがないか確かめてください。",
                   "Wait for Retry-After seconds and send again. See whether a program there goes on using a token that has expired."});
    case overloaded:
      return make(503, code, {"混み合っています", "The server is at its limit of connections"},
                  {"Retry-Afterの秒数を待って送り直してください。急ぐときは電話で連絡してください。",
                   "Wait for Retry-After seconds and send again. If it is urgent, telephone."});
  }
  std::abort();
}

template <class Reason, std::size_t count>
const Problem& problem_from_table(Reason reason) {
  static const std::vector<Problem> table = [] {
    std::vector<Problem> problems;
    for (std::size_t i = 0; i < count; ++i) problems.push_back(make_problem(static_cast<Reason>(i)));
    return problems;
  }();
  return table.at(static_cast<std::size_t>(reason));
}

}  // namespace

std::string_view to_string(Refusal refusal) {
  using enum Refusal;
  switch (refusal) {
    case header_too_large:
      return "header_too_large";
    case header_timeout:
      return "header_timeout";
    case target_not_decodable:
      return "target_not_decodable";
    case token_missing:
      return "token_missing";
    case token_invalid:
      return "token_invalid";
    case no_session:
      return "no_session";
    case csrf_token_required:
      return "csrf_token_required";
    case foreign_origin:
      return "foreign_origin";
    case authentication_unavailable:
      return "authentication_unavailable";
    case not_found:
      return "not_found";
    case method_not_allowed:
      return "method_not_allowed";
    case role_required:
      return "role_required";
    case media_type_not_supported:
      return "media_type_not_supported";
    case body_too_large:
      return "body_too_large";
    case body_timeout:
      return "body_timeout";
    case handler_timeout:
      return "handler_timeout";
    case internal_error:
      return "internal_error";
    case too_many_connections:
      return "too_many_connections";
    case too_many_requests:
      return "too_many_requests";
    case too_many_failed_tokens:
      return "too_many_failed_tokens";
    case overloaded:
      return "overloaded";
  }
  std::abort();
}

const Problem& problem_of(Refusal refusal) {
  constexpr auto count = static_cast<std::size_t>(Refusal::overloaded) + 1;
  return problem_from_table<Refusal, count>(refusal);
}

const Problem& problem_of(FramingFault fault) {
  constexpr auto count = static_cast<std::size_t>(FramingFault::upgrade_not_supported) + 1;
  return problem_from_table<FramingFault, count>(fault);
}

}  // namespace noroshi::http
