#include "src/cli/bundle.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <tuple>

#include <fmt/format.h>
#include <boost/json/serialize.hpp>

#include "src/cli/act.h"
#include "src/cli/bundle_state.h"
#include "src/cli/input.h"
#include "src/cli/json_view.h"
#include "src/cli/own_file.h"
#include "src/cli/sealing.h"
#include "src/cli/table.h"
#include "src/cli/words.h"
#include "src/codec/json_writer.h"
#include "src/delivery/bundle_file.h"
#include "src/record/encodings.h"
#include "src/record/sha256.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view receipt_format = "noroshi-bundle-receipt/1";
constexpr std::size_t longest_bundle = 2 * sealing::longest_jwe;
constexpr std::size_t longest_receipt = 65536;

ExitCode cannot_read(const std::string& file, const std::string& why, const Output& output) {
  complain(output, {file + " を読めません: " + why, "cannot read " + file + ": " + why});
  return exit_usage;
}

ExitCode no_bundle(const std::string& file, const Output& output) {
  complain(output,
           {file + " はバンドル（noroshi-bundle/1）ではありません。", file + " is no bundle (noroshi-bundle/1)"});
  return exit_usage;
}

// The key itself, or a file with it.
std::string sender_key(const std::string& given) {
  const auto raw = [](std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
    auto bytes = record::from_base64(text);
    return bytes && bytes->size() == 32 ? *bytes : std::string();
  };
  if (auto key = raw(given); !key.empty()) return key;
  const auto content = read_input(given);
  return content ? raw(*content) : std::string();
}

bool is_signed_by(const std::string& key, std::string_view text, std::string_view signature) {
  const auto bytes = [](std::string_view of) { return reinterpret_cast<const unsigned char*>(of.data()); };
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> read(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(key), key.size()), EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return read && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, read.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(text), text.size()) == 1;
}

std::string hash_of(std::string_view bytes) {
  const auto digest = record::sha256({bytes});
  return record::to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

// What the file says, once its signature is found good.
struct Verified {
  json::value header;
  std::string jwe;
};
tl::expected<Verified, ExitCode> verify(const std::string& bytes, const std::string& key,
                                        const BundleOpenOptions& options, const Output& output) {
  const auto file = bytes.size() <= longest_bundle ? parse_json(bytes) : json::value();
  const auto header = text_at(file, "/header"), jwe = text_at(file, "/jwe");
  const auto signature = record::from_base64(text_at(file, "/signature"));
  if (text_at(file, "/format") != delivery::bundle_format || !signature)
    return tl::unexpected(no_bundle(options.file, output));
  if (!is_signed_by(key, delivery::bundle_signed_text(header, jwe), *signature)) {
    complain(output, {"署名が正しくありません。送信者のものでないか、改変されています。開きません。",
                      "the signature is wrong: it is not the sender's, or it was altered; it is not opened"});
    return tl::unexpected(exit_failed);
  }
  auto said = parse_json(header);
  const auto number = number_at(said, "/number");
  if (text_at(said, "/format") != delivery::bundle_format || !number || *number < 1)
    return tl::unexpected(no_bundle(options.file, output));
  return Verified{std::move(said), jwe};
}

std::string expected_aad(const json::value& header) {
  return fmt::format("{}\n{}\n{}\n{}\n", delivery::bundle_format, text_at(header, "/endpoint"),
                     number_at(header, "/number").value_or(0), text_at(header, "/delivery"));
}

void show(const json::value& header, const json::value& message, const Output& output) {
  const auto line = [](std::string_view name, const std::string& value) {
    if (!value.empty()) print_line(fmt::format("{}: {}", name, printable(value)));
  };
  if (flag_at(message, "/exercise")) print_line(output({"【訓練】", "[EXERCISE]"}));
  line(output({"番号", "bundle"}), std::to_string(number_at(header, "/number").value_or(0)));
  line(output({"作成", "made"}), shown_time(text_at(header, "/made_at")));
  line(output({"インシデント", "incident"}), text_at(message, "/number"));
  line(output({"種別", "kind"}), shown_word(words::message_kinds, text_at(message, "/kind"), output.language));
  line(output({"送信者", "from"}), shown_organization(text_at(message, "/sender"), output.language));
  line(output({"宛先", "to"}), shown_organization(text_at(message, "/recipient"), output.language));
  line(output({"条項", "clause"}), shown_clause(message));
  line(output({"送信日時", "sent"}), shown_time(text_at(message, "/sent_at")));
  line(output({"警報", "alarm"}), text_at(message, "/alarm_code"));
  line(output({"件名", "title"}), text_at(message, "/title"));
  line(output({"備考", "note"}), text_at(message, "/note"));
  // Member by member, as it was sent: a person must see every word of it.
  const auto report = parse_json(text_at(message, "/report"));
  if (!report.is_object()) return;
  print("\n");
  for (const auto& [name, value] : report.get_object())
    line(printable({name.data(), name.size()}),
         value.is_string() ? std::string(value.get_string()) : json::serialize(value));
}

std::string shown_ranges(const std::vector<NumberRange>& ranges) {
  std::string text;
  for (const auto& [first, last] : ranges) {
    if (!text.empty()) text += ", ";
    text += first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last);
  }
  return text;
}

// Tells what the state says of this one and of those before it, and keeps it.
ExitCode note(const json::value& header, const std::string& hash, const BundleOpenOptions& options,
              const Output& output) {
  BundleState state;
  if (std::error_code error; std::filesystem::exists(options.state, error)) {
    const auto text = read_input(options.state);
    if (!text) return cannot_read(options.state, text.error(), output);
    auto read = BundleState::parse(*text);
    if (!read) {
      complain(output,
               {options.state + " は既読の記録ではありません。", options.state + " does not say what was opened"});
      return exit_usage;
    }
    state = std::move(*read);
  }
  const auto line = text_at(header, "/sender_key") + "/" + text_at(header, "/endpoint");
  const auto number = number_at(header, "/number").value_or(0);
  const auto verdict = state.note(line, {number, text_at(header, "/delivery"), hash, text_at(header, "/previous")});
  const auto missing = state.missing(line);
  if (const auto written = replace_file(options.state, state.text()); !written) {
    complain(output, {options.state + " に書けません: " + written.error(),
                      "cannot write " + options.state + ": " + written.error()});
    return exit_usage;
  }
  if (verdict == BundleState::Verdict::repeat)
    complain(output, {fmt::format("番号 {} は既に開いたものです（再送）。", number),
                      fmt::format("number {} was opened before: a repeat", number)});
  if (verdict == BundleState::Verdict::changed)
    complain(output,
             {"【警告】番号又は一つ前のバンドルが、前に開いたものと一致しません。送信者に確認してください。",
              "WARNING: this number, or the bundle before it, is not the one that was opened here; ask the sender"});
  if (!missing.empty())
    complain(output, {fmt::format("【欠番】届いていない番号: {}。送信者に確認してください。", shown_ranges(missing)),
                      fmt::format("MISSING: these numbers have not come: {}; ask the sender", shown_ranges(missing))});
  return missing.empty() && verdict != BundleState::Verdict::changed ? exit_ok : exit_failed;
}

ExitCode write_receipt(const json::value& header, const json::value& message, const BundleOpenOptions& options,
                       const Output& output) {
  const auto token = text_at(message, "/acknowledge_token");
  if (token.empty()) {
    complain(output, {"この通知に受領確認は要りません。受領証は作りません。",
                      "nobody has to acknowledge this: no receipt is written"});
    return exit_failed;
  }
  std::string text;
  codec::JsonWriter(text)
      .begin_object()
      .member("format", receipt_format)
      .member("number", number_at(header, "/number").value_or(0))
      .member("delivery", text_at(header, "/delivery"))
      .member("by", options.by)
      .member("token", token)
      .end_object();
  return write_out(options.receipt, text + "\n", output);
}

ExitCode write_report(const json::value& message, const BundleOpenOptions& options, const Output& output) {
  if (const auto report = text_at(message, "/report"); !report.empty()) return write_out(options.out, report, output);
  complain(output, {"この通知に報告は含まれません。", "this message carries no report"});
  return exit_failed;
}

ExitCode worse(ExitCode one, ExitCode other) {
  return one == exit_ok ? other : one;
}

}  // namespace

int run(const BundleOpenOptions& options, const Output& output) {
  const auto sender = sender_key(options.sender_key);
  if (sender.empty()) {
    complain(output,
             {"--sender-key は送信側の公開鍵（32バイトの base64。noroshi endpoint secrets が表示するもの）です。",
              "--sender-key is the sender's public key: base64 of 32 bytes, as noroshi endpoint secrets shows it"});
    return exit_usage;
  }
  const auto key = read_private_key(options.key, output);
  if (!key) return key.error();
  const auto bytes = read_input(options.file);
  if (!bytes) return cannot_read(options.file, bytes.error(), output);
  const auto verified = verify(*bytes, sender, options, output);
  if (!verified) return verified.error();
  const auto opened = sealing::open(verified->jwe, *key);
  if (!opened) return tell_fault(opened.error(), options.file, output);
  const auto message = parse_json(opened->plaintext.view());
  if (opened->aad != expected_aad(verified->header) || !message.is_object())
    return tell_fault(sealing::Fault::altered, options.file, output);

  if (output.json)
    print_line(json::serialize(json::object{{"header", verified->header}, {"message", message}}));
  else
    show(verified->header, message, output);
  auto code = exit_ok;
  if (!options.out.empty()) code = worse(code, write_report(message, options, output));
  if (!options.receipt.empty()) code = worse(code, write_receipt(verified->header, message, options, output));
  // Last: what could not be kept counts as not opened, and is a repeat to nobody.
  if (!options.state.empty() && code != exit_usage)
    code = worse(code, note(verified->header, hash_of(*bytes), options, output));
  return code;
}

int run(const BundleListOptions& options, const Output& output) {
  if (options.database.data.empty()) {
    complain(output, {"--data でデータフォルダーを指定してください。", "--data DIR is needed: the data folder"});
    return exit_usage;
  }
  namespace fs = std::filesystem;
  const auto folder = options.database.data / "bundles";
  std::vector<std::tuple<std::string, std::string, std::int64_t, json::value, fs::path>> found;
  std::error_code error;
  if (fs::exists(folder, error)) {
    for (fs::recursive_directory_iterator each(folder, error), end; !error && each != end; each.increment(error)) {
      if (each->path().extension() != delivery::bundle_suffix || each.depth() != 2) continue;
      const auto bytes = read_input(each->path().string());
      const auto header = bytes ? parse_json(text_at(parse_json(*bytes), "/header")) : json::value();
      const auto number = number_at(header, "/number");
      if (!number) return no_bundle(each->path().string(), output);
      const auto endpoint = each->path().parent_path();
      found.emplace_back(endpoint.parent_path().filename().string(), endpoint.filename().string(), *number, header,
                         each->path());
    }
  }
  if (error) return cannot_read(folder.string(), error.message(), output);
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::tie(std::get<0>(a), std::get<1>(a), std::get<2>(a)) <
           std::tie(std::get<0>(b), std::get<1>(b), std::get<2>(b));
  });
  if (output.json) {
    json::array items;
    for (const auto& [organization, endpoint, number, header, path] : found)
      items.push_back(json::object{{"organization", organization}, {"file", path.string()}, {"header", header}});
    print_line(json::serialize(json::object{{"items", std::move(items)}}));
    return exit_ok;
  }
  Table table({output({"組織", "body"}), output({"配信先", "endpoint"}), output({"番号", "number"}),
               output({"作成", "made"}), output({"配信", "delivery"}), output({"ファイル", "file"})});
  for (const auto& [organization, endpoint, number, header, path] : found)
    table.add_row({organization, endpoint, std::to_string(number), shown_time(text_at(header, "/made_at")),
                   text_at(header, "/delivery"), path.string()});
  if (!table.empty()) print(table.render(terminal_width()));
  return exit_ok;
}

int run(const BundleReceiptOptions& options, const Output& output) {
  const auto bytes = read_input(options.file);
  if (!bytes) return cannot_read(options.file, bytes.error(), output);
  const auto receipt = bytes->size() <= longest_receipt ? parse_json(*bytes) : json::value();
  const auto token = text_at(receipt, "/token"), by = text_at(receipt, "/by");
  if (text_at(receipt, "/format") != receipt_format || token.empty() || by.empty()) {
    complain(output,
             {options.file + " はバンドルの受領証ではありません。", options.file + " is no receipt of a bundle"});
    return exit_usage;
  }
  const auto client = connect(options.connection, output);
  if (!client) return client.error();
  std::string body;
  codec::JsonWriter(body)
      .begin_object()
      .member("token", token)
      .member("by", by)
      .member("note", fmt::format("バンドル {0} の受領証による受領確認 / by the receipt of bundle {0}",
                                  number_at(receipt, "/number").value_or(0)))
      .end_object();
  ActOptions once;
  once.connection = options.connection;
  const auto answer = act(*client, "/api/v1/acknowledgements", body, once, output);
  if (!answer) return answer.error();
  print_line(output.json ? json::serialize(*answer) : output({"受領を確認しました。", "Acknowledged."}));
  return exit_ok;
}

}  // namespace noroshi::cli
