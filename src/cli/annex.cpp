#include "src/cli/annex.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "src/cli/find_incident.h"
#include "src/cli/input.h"
#include "src/cli/json_view.h"
#include "src/cli/sealing.h"
#include "src/cli/signed_post.h"
#include "src/cli/table.h"
#include "src/codec/json_writer.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view keys = "/api/v1/sealing-keys";
constexpr std::string_view annexes = "/api/v1/annexes";
constexpr std::string_view jose = "application/jose+json";

std::string place_of(std::string_view list, const std::string& id, std::string_view below = {}) {
  return fmt::format("{}/{}{}", list, percent_encoded(id), below);
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : printable(text);
}

std::string reason_body(const std::string& reason) {
  std::string body;
  codec::JsonWriter(body).begin_object().member("reason", reason).end_object();
  return body;
}

int tell(const tl::expected<json::value, ExitCode>& answer, const Output& output, const Text& done) {
  if (!answer) return answer.error();
  print_line(output.json ? json::serialize(*answer) : output(done));
  return exit_ok;
}

std::string shown_state(const std::string& state, Language language) {
  if (language == Language::en) return state;
  if (state == "proposed") return "決定待ち";
  if (state == "active") return "有効";
  if (state == "rejected") return "却下";
  if (state == "revoked") return "失効";
  if (state == "asked") return "許可待ち";
  if (state == "permitted") return "許可済み";
  if (state == "refused") return "不許可";
  if (state == "sealed") return "送付済み";
  return state;
}

std::string render_keys(const json::array& items, Language language) {
  const bool ja = language == Language::ja;
  Table table(ja ? std::vector<std::string>{"状態", "機関", "名称", "鍵", "申請", "ID"}
                 : std::vector<std::string>{"state", "body", "name", "key", "asked by", "id"});
  for (const auto& item : items)
    table.add_row({shown_state(text_at(item, "/state"), language), text_at(item, "/organization"),
                   or_dash(text_at(item, "/name")), text_at(item, "/key_id"), or_dash(text_at(item, "/asked_by")),
                   text_at(item, "/id")});
  if (table.empty()) return ja ? "別紙用の鍵はありません。\n" : "There are no keys for annexes.\n";
  return table.render(terminal_width());
}

std::string listed(const json::array& names) {
  std::string text;
  for (const auto& name : names)
    if (name.is_string()) text += (text.empty() ? "" : ", ") + printable(std::string(name.get_string()));
  return text.empty() ? "-" : text;
}

std::string render_annexes(const json::array& items, Language language) {
  const bool ja = language == Language::ja;
  Table table(ja ? std::vector<std::string>{"状態", "番号", "機関", "名称", "許可の目標", "開けない機関", "ID"}
                 : std::vector<std::string>{"state", "number", "body", "name", "permit by", "unreadable to", "id"});
  for (const auto& item : items)
    table.add_row({shown_state(text_at(item, "/state"), language), text_at(item, "/number"),
                   text_at(item, "/organization"), printable(text_at(item, "/name")),
                   shown_time(text_at(item, "/permit_by")), listed(array_at(item, "/unreadable_to")),
                   text_at(item, "/id")});
  if (table.empty()) return ja ? "別紙はありません。\n" : "There are no annexes.\n";
  return table.render(terminal_width());
}

// The active keys of a body; the exit code after telling why where they cannot be had.
tl::expected<std::vector<sealing::PublicKey>, ExitCode> keys_of(const ApiClient& client, const std::string& body,
                                                                const Output& output) {
  const auto found = fetch(client, fmt::format("{}?organization={}", keys, percent_encoded(body)), output);
  if (!found) return tl::unexpected(found.error());
  std::vector<sealing::PublicKey> list;
  for (const auto& item : array_at(*found, "/items")) {
    auto key = sealing::PublicKey::of_text(text_at(item, "/public_key"));
    if (!key) return tl::unexpected(tell_fault(key.error(), body, output));
    list.push_back(std::move(*key));
  }
  return list;
}

// The sealed annex as it is kept.
tl::expected<std::string, ExitCode> content_of(const ApiClient& client, const std::string& annex,
                                               const Output& output) {
  auto answer = client.get(place_of(annexes, annex, "/content"));
  if (!answer) return tl::unexpected(tell_no_answer(answer.error(), output));
  if (!answer->good()) return tl::unexpected(tell_refusal(*answer, output));
  return std::move(answer->body);
}

// Whom it was sealed to: key ids can be compared by telephone.
void tell_recipients(const std::string& body, const std::vector<sealing::PublicKey>& list, const Output& output) {
  if (output.json) return;
  for (const auto& key : list) print_line(fmt::format("{}  {}", shown_organization(body, output.language), key.id()));
}

// What it was sealed with has to be of this incident: organization, reference and some Idempotency-Key, one a line.
bool belongs_to(const json::value& annex, const std::string& aad) {
  const auto head = text_at(annex, "/incident_organization") + "\n" + text_at(annex, "/reference") + "\n";
  if (!aad.starts_with(head)) return false;
  const auto rest = std::string_view(aad).substr(head.size());
  return rest.size() > 1 && rest.find('\n') == rest.size() - 1;
}

}  // namespace

int run(const SealingKeysOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  auto target = std::string(keys);
  if (!options.organization.empty()) target += "?organization=" + percent_encoded(options.organization);
  const auto found = fetch(*client, target, output);
  if (!found) return found.error();
  print(output.json ? json::serialize(*found) + '\n' : render_keys(array_at(*found, "/items"), output.language));
  return exit_ok;
}

int run(const SealingProposeOptions& options, const Output& output) {
  const auto key = read_public_key(options.file, output);
  if (!key) return key.error();
  std::string body;
  codec::JsonWriter(body)
      .begin_object()
      .member("name", options.name)
      .member("public_key", key->point_text())
      .end_object();
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto answer = act(*client, std::string(keys), body, options, output);
  if (!answer) return answer.error();
  const auto id = text_at(*answer, "/id");
  return tell(
      answer, output,
      {fmt::format("申請しました: {}\n鍵 {}\n別の者が決定するまで使われません（noroshi sealing decide {}）。", id,
                   key->id(), id),
       fmt::format("Asked: {}\nkey {}\nIt is not used until another person decides (noroshi sealing decide {}).", id,
                   key->id(), id)});
}

int run(const SealingDecideOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  return tell(act(*client, place_of(keys, options.id, "/decision"), decision_body(options.decision, options.reason),
                  options, output),
              output, {"決定を記録しました。", "The decision is recorded."});
}

int run(const SealingRevokeOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  return tell(act(*client, place_of(keys, options.id, "/revocation"), reason_body(options.reason), options, output),
              output,
              {"失効させました。これからの別紙は、この鍵宛てには封をされません。",
               "It is revoked: nothing more is sealed to it."});
}

int run(const AnnexAskOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto incident = find_incident(*client, options.incident, output);
  if (!incident) return incident.error();
  std::string body;
  codec::JsonWriter(body).begin_object().member("name", options.name).end_object();
  const auto answer = act(*client, place_of("/api/v1/incidents", *incident, "/annexes"), body, options, output);
  if (!answer) return answer.error();
  const auto id = text_at(*answer, "/id");
  return tell(
      answer, output,
      {fmt::format("申請しました: {}\n課室情報セキュリティ責任者の許可を待ちます（noroshi annex permit {}）。", id, id),
       fmt::format("Asked: {}\nIt waits for a section officer's permission (noroshi annex permit {}).", id, id)});
}

int run(const AnnexPermitOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  return tell(act(*client, place_of(annexes, options.annex, "/permission"),
                  decision_body(options.decision, options.reason), options, output),
              output, {"決定を記録しました。", "The decision is recorded."});
}

int run(const AnnexListOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  auto target = std::string(annexes);
  if (!options.incident.empty()) {
    const auto incident = find_incident(*client, options.incident, output);
    if (!incident) return incident.error();
    target = place_of("/api/v1/incidents", *incident, "/annexes");
  }
  if (!options.state.empty()) target += "?state=" + percent_encoded(options.state);
  const auto found = fetch(*client, target, output);
  if (!found) return found.error();
  print(output.json ? json::serialize(*found) + '\n' : render_annexes(array_at(*found, "/items"), output.language));
  return exit_ok;
}

int run(const AnnexShowOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto annex = fetch(*client, place_of(annexes, options.annex), output);
  if (!annex) return annex.error();
  if (output.json) return print_line(json::serialize(*annex)), exit_ok;
  print(render_annexes({*annex}, output.language));
  for (const auto& key : array_at(*annex, "/keys"))
    print_line(fmt::format("{}  {}", shown_organization(text_at(key, "/organization"), output.language),
                           text_at(key, "/key_id")));
  return exit_ok;
}

int run(const AnnexSendOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto annex = fetch(*client, place_of(annexes, options.annex), output);
  if (!annex) return annex.error();
  std::vector<std::string> bodies;
  for (const auto& body : array_at(*annex, "/receivers"))
    if (body.is_string()) bodies.emplace_back(body.get_string());
  const auto own = text_at(*annex, "/organization");
  bodies.push_back(own);
  std::vector<sealing::PublicKey> recipients;
  for (const auto& body : bodies) {
    const auto list = keys_of(*client, body, output);
    if (!list) return list.error();
    if (list->empty() && body != own) {
      complain(output, {body + " は別紙用の鍵を登録していません。登録を求めるか、指定された方法で手渡してください。",
                        body + " has no key for annexes: ask it to register one, or hand the annex over by the way "
                               "that was designated"});
      return exit_failed;
    }
    tell_recipients(body, *list, output);
    // A body may have registered another's key, which is public: it is sealed to once.
    for (const auto& key : *list)
      if (std::none_of(recipients.begin(), recipients.end(),
                       [&](const sealing::PublicKey& known) { return known.id() == key.id(); }))
        recipients.push_back(key);
  }
  auto bytes = read_input(options.in);
  if (!bytes) {
    complain(output,
             {options.in + " を読めません: " + bytes.error(), "cannot read " + options.in + ": " + bytes.error()});
    return exit_usage;
  }
  const sealing::Secret plaintext(std::move(*bytes));
  ActOptions acting = options;
  if (acting.key.empty()) acting.key = fresh_key();
  acting.media_type = std::string(jose);
  const auto aad =
      sealing::annex_aad(text_at(*annex, "/incident_organization"), text_at(*annex, "/reference"), acting.key);
  const auto jwe = sealing::seal(plaintext.view(), aad, recipients);
  if (!jwe) return tell_fault(jwe.error(), options.in, output);
  return tell(act(*client, place_of(annexes, options.annex, "/content"), *jwe, acting, output), output,
              {"封をして送付しました。上の鍵を持つ者だけが開けます。",
               "It is sealed and sent: only who holds a key above opens it."});
}

int run(const AnnexOpenOptions& options, const Output& output) {
  const auto key = read_private_key(options.key, output);
  if (!key) return key.error();
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto annex = fetch(*client, place_of(annexes, options.annex), output);
  if (!annex) return annex.error();
  const auto jwe = content_of(*client, options.annex, output);
  if (!jwe) return jwe.error();
  const auto opened = sealing::open(*jwe, *key);
  if (!opened) return tell_fault(opened.error(), options.annex, output);
  if (!belongs_to(*annex, opened->aad)) {
    complain(output, {"この別紙は、別のインシデントのために封をされています。内容は書き出しません。",
                      "this annex was sealed for another incident: nothing is written"});
    return exit_failed;
  }
  return write_out(options.out, opened->plaintext.view(), output);
}

int run(const AnnexRewrapOptions& options, const Output& output) {
  const auto key = read_private_key(options.file, output);
  if (!key) return key.error();
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  auto jwe = content_of(*client, options.annex, output);
  if (!jwe) return jwe.error();
  const auto list = keys_of(*client, options.to, output);
  if (!list) return list.error();
  const auto envelope = sealing::look_at(*jwe);
  if (!envelope) return tell_fault(envelope.error(), options.annex, output);
  std::vector<sealing::PublicKey> added;
  for (const auto& more : *list) {
    if (std::find(envelope->key_ids.begin(), envelope->key_ids.end(), more.id()) != envelope->key_ids.end()) continue;
    auto next = sealing::rewrap(*jwe, *key, more);
    if (!next) return tell_fault(next.error(), options.annex, output);
    jwe = std::move(*next);
    added.push_back(more);
  }
  if (added.empty()) {
    complain(output, {options.to + " に加える鍵はありません。", "there is no key of " + options.to + " to add"});
    return exit_failed;
  }
  tell_recipients(options.to, added, output);
  ActOptions acting = options;
  acting.media_type = std::string(jose);
  return tell(act(*client, place_of(annexes, options.annex, "/wrapping"), *jwe, acting, output), output,
              {"宛先に加えました。", "It is added."});
}

int run(const AnnexUnreadableOptions& options, const Output& output) {
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  const auto target = place_of(annexes, options.annex, "/unreadable");
  const auto body = reason_body(options.reason);
  const auto signature = sign_act(options.sign_with, target, body);
  if (!signature) return complain(output, signature.error()), exit_usage;
  const auto key = options.key.empty() ? fresh_key() : options.key;
  const auto answer = post_signed(*client, target, body, key, *signature, output.language);
  if (!answer) return tell_no_answer(answer.error(), output);
  if (!answer->good()) return tell_refusal(*answer, output);
  return tell(parse_json(answer->body), output,
              {"開けないことを、署名を付けて伝えました。封のし直しを待ちます。",
               "It is told, by your signature, that it cannot be opened."});
}

}  // namespace noroshi::cli
