#include "src/witness/witness.h"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>

#include "src/witness/tree.h"

namespace noroshi::witness {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_proof = 64;  // entries; a tree has no more levels

// A member that is a text; empty where there is none.
std::string text_of(const json::value& value, std::string_view member) {
  const auto* object = value.if_object();
  const auto* found = object ? object->if_contains(json::string_view(member.data(), member.size())) : nullptr;
  const auto* text = found ? found->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

json::value read_json(const std::string& body) {
  boost::system::error_code error;
  auto value = json::parse(body, error);
  return error ? json::value() : value;
}

Stop refused(std::string ja, std::string en) {
  return {exit_refused_log, {std::move(ja), std::move(en)}};
}

// What the log says where it does not say what was asked.
Stop unexpected(const LogAnswer& answer) {
  const auto problem = read_json(answer.body);
  const auto code = printable(text_of(problem, "code"));
  const std::string what = std::to_string(answer.status) + (code.empty() ? "" : " " + code);
  if (answer.status == 401 || answer.status == 403)
    return {exit_refused,
            {"ログがトークンを拒否しました（" + what + "）。監査担当（auditor）のトークンが必要です。",
             "the log refuses the token (" + what + "); it takes one of role auditor"}};
  if (answer.status >= 500 || answer.status == 429 || answer.status == 408)
    return {exit_unavailable,
            {"ログが一時的に応答できません（" + what + "）。", "the log cannot answer now (" + what + ")"}};
  return refused("ログの応答が想定と異なります（" + what + "）。",
                 "the log does not answer what was asked (" + what + ")");
}

bool is_code(const LogAnswer& answer, std::string_view code) {
  return text_of(read_json(answer.body), "code") == code;
}

bool lists_error(const LogAnswer& answer, std::string_view code) {
  const auto problem = read_json(answer.body);
  const auto* object = problem.if_object();
  const auto* errors = object ? object->if_contains("errors") : nullptr;
  const auto* list = errors ? errors->if_array() : nullptr;
  return list && std::any_of(list->begin(), list->end(),
                             [&](const json::value& error) { return text_of(error, "code") == code; });
}

// Nothing where the answer holds none.
std::optional<std::vector<Hash>> read_proof(const std::string& body) {
  const auto answer = read_json(body);
  const auto* object = answer.if_object();
  const auto* found = object ? object->if_contains("proof") : nullptr;
  const auto* list = found ? found->if_array() : nullptr;
  if (!list || list->size() > longest_proof) return std::nullopt;
  std::vector<Hash> proof;
  for (const auto& entry : *list) {
    const auto* text = entry.if_string();
    const auto bytes = text ? from_base64({text->data(), text->size()}) : std::nullopt;
    const auto hash = bytes ? as_hash(*bytes) : std::nullopt;
    if (!hash) return std::nullopt;
    proof.push_back(*hash);
  }
  return proof;
}

std::string words_of(const Checkpoint& checkpoint) {
  return std::to_string(checkpoint.size) + " " + to_base64(as_text(checkpoint.root));
}

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Look Witness::look(const std::string& accepted_origin) {
  if (accepted_origin.empty() || accepted_origin == state_.origin()) refuse_if_halted();
  const auto answer = log_.get("/api/v1/record/checkpoint");
  if (answer.status == 404 && is_code(answer, "no_checkpoint_yet")) {
    // A log that showed a tree cannot have none.
    if (!state_.head()) return {.nothing_yet = true};
    contradict({"ログは以前に示した木を失っています。", "the log has lost the tree that it showed before"},
               {answer.body, {}, {}});
  }
  if (answer.status != 200) throw unexpected(answer);

  const auto shown = read_shown(answer.body);
  check_origin(shown, accepted_origin);
  refuse_if_halted();
  check_signature(shown);
  if (state_.head()) check_continues(shown);

  Look look{.checkpoint = shown.checkpoint};
  if (!state_.head() || state_.head()->checkpoint != shown.checkpoint) {
    look.fresh = true;
    Head head{shown.checkpoint, {shown.note.text, {}}};
    // Of the log's own keys only: what other witnesses say is theirs to keep.
    for (const auto& signature : shown.note.signatures)
      if (signature.name == shown.checkpoint.origin) head.note.signatures.push_back(signature);
    head.note.signatures.push_back(cosign(shown.note.text, name_, key_, unix_now()));
    state_.keep(head);  // before it leaves: a witness never signs what it could forget
  }
  send(*state_.head(), shown);
  return look;
}

void Witness::refuse_if_halted() const {
  if (!state_.halted()) return;
  const auto halted = (state_.folder() / "halted").string();
  throw refused("この証人は署名を止めています。" + halted + " と evidence/ を調べ、済んだら halted を取り除いてください。",
                "this witness has stopped signing: look at " + halted + " and evidence/, then remove the file halted");
}

Witness::Shown Witness::read_shown(const std::string& answer) const {
  Shown shown;
  shown.body = text_of(read_json(answer), "note");
  auto note = read_note(shown.body);
  const auto checkpoint = note ? read_checkpoint(note->text) : std::nullopt;
  if (!checkpoint) throw refused("ログの応答はチェックポイントではありません。", "what the log answers is no checkpoint");
  shown.note = std::move(*note);
  shown.checkpoint = *checkpoint;
  return shown;
}

void Witness::check_origin(const Shown& shown, const std::string& accepted_origin) {
  const auto& origin = shown.checkpoint.origin;
  if (origin == state_.origin()) return;
  if (state_.has_left(origin))
    contradict({"ログは、すでに離れた木 " + printable(origin) + " を再び示しています。",
                "the log shows again a tree that was left, " + printable(origin)},
               shown);
  if (origin != accepted_origin)
    throw refused("ログは別の起点 " + printable(origin) + " を示しています（これまでは " + state_.origin() +
                      "）。運用者に理由を確かめ、正当なら --accept-origin で受け入れてください。",
                  "the log shows another origin, " + printable(origin) + " (so far it was " + state_.origin() +
                      "); ask its operator why, and if it is right accept it by --accept-origin");
  // Signed by the same keys under the new name, before anything is left behind.
  auto keys = state_.log_keys();
  for (auto& key : keys) key.name = origin;
  const bool known =
      std::any_of(shown.note.signatures.begin(), shown.note.signatures.end(), [&](const Signature& signature) {
        return std::any_of(keys.begin(), keys.end(),
                           [&](const NoteKey& key) { return is_signed_by(shown.note.text, signature, key); });
      });
  if (!known)
    throw refused("新しい起点のチェックポイントに、登録した鍵の署名がありません。鍵が更新されたなら、noroshi record keys の行を"
                  "運用者から受け取り、--log-key で加えてください。",
                  "the checkpoint of the new origin is signed by no key that is pinned; if the keys were rotated, get a line "
                  "of noroshi record keys from the operator and give it by --log-key beside --accept-origin");
  state_.keep_evidence({"運用者の指示により、新しい起点 " + origin + " を受け入れました。",
                        "accepted the new origin " + origin + " by the word of an operator"},
                       shown.body, false);
  state_.move_to(origin);
  state_.go_on();
}

void Witness::check_signature(const Shown& shown) const {
  bool known = false;
  std::vector<std::string> others;
  for (const auto& signature : shown.note.signatures) {
    const auto& keys = state_.log_keys();
    const bool pinned = std::any_of(keys.begin(), keys.end(),
                                    [&](const NoteKey& key) { return is_signed_by(shown.note.text, signature, key); });
    known = known || pinned;
    if (!pinned && signature.name == shown.checkpoint.origin) others.push_back(to_hex(signature.key_hash));
  }
  if (!known)
    throw refused(
        "チェックポイントに、登録したログの鍵による正しい署名がありません。鍵が更新されたなら、運用者から受け取り --log-key "
        "で加えてください。",
        "the checkpoint has no good signature of a pinned key of the log; if its keys were rotated, get the new "
        "one from its operator and add it by --log-key");
  for (const auto& hash : others)
    tell_({"ログは知らない鍵 " + hash +
               " でも署名しています。noroshi record keys の行を運用者から受け取り、--log-key で加えてください。",
           "the log signs with a key too that is not pinned, " + hash +
               ": get its line of noroshi record keys from the operator and add it by --log-key"});
}

void Witness::check_continues(const Shown& shown) {
  const Checkpoint& held = state_.head()->checkpoint;
  const Checkpoint& now = shown.checkpoint;
  if (now.size < held.size) contradict({"ログの木が小さくなりました。", "the tree of the log has shrunk"}, shown);
  if (now.size == held.size) {
    if (now.root != held.root)
      contradict({"ログは同じ大きさの別の木を示しています。", "the log shows another tree of the same size"}, shown);
    return;
  }
  const auto answer =
      log_.get("/api/v1/record/consistency?from=" + std::to_string(held.size) + "&to=" + std::to_string(now.size));
  if (answer.status == 401 || answer.status == 403 || answer.status == 408 || answer.status == 429 ||
      (answer.status >= 500 && !is_code(answer, "record_damaged")))
    throw unexpected(answer);
  const auto proof = answer.status == 200 ? read_proof(answer.body) : std::nullopt;
  if (!proof || !continues(held.size, held.root, now.size, now.root, *proof))
    contradict({"ログは、新しい木が以前の木の続きであることを証明できません。",
                "the log does not prove that its tree continues the one before"},
               shown);
}

void Witness::send(const Head& head, const Shown& shown) {
  const NoteKey own{name_, KeyKind::cosignature, key_.public_key()};
  const bool there =
      std::any_of(shown.note.signatures.begin(), shown.note.signatures.end(),
                  [&](const Signature& signature) { return is_signed_by(shown.note.text, signature, own); });
  if (there) return;
  const json::object body{{"size", head.checkpoint.size}, {"line", to_line(head.note.signatures.back())}};
  const auto answer = log_.post("/api/v1/record/cosignatures", json::serialize(body));
  if (answer.status == 201) return;
  if (answer.status == 422 && lists_error(answer, "unknown_witness"))
    throw Stop(
        exit_configuration,
        {"ログはこの証人を知りません。運用者に次の鍵を渡してください（noroshi record witness add）: " + to_line(own),
         "the log does not know this witness; give its operator this key (noroshi record witness add): " +
             to_line(own)});
  throw unexpected(answer);
}

void Witness::contradict(const Text& why, const Shown& shown) {
  std::string ja = "【警告】" + why.ja, en = "REFUSED: " + why.en;
  if (state_.head()) {
    const auto held = " (" + words_of(state_.head()->checkpoint) + " → " +
                      (shown.checkpoint.origin.empty() ? std::string("-") : words_of(shown.checkpoint)) + ")";
    ja += held;
    en += held;
  }
  const auto folder = state_.keep_evidence({ja, en}, shown.body, true).string();
  throw refused(ja + " 署名していません。今後も署名しません。両方のチェックポイントは " + folder +
                    " に残しました。ログの運用者と監査担当に知らせてください。",
                en + ". Nothing was cosigned, and nothing will be. Both checkpoints are kept in " + folder +
                    "; tell the operator of the log and the auditor");
}

}  // namespace noroshi::witness
