#include "src/cli/sealing.h"

#include "src/cli/input.h"
#include "src/cli/own_file.h"

namespace noroshi::cli {
namespace {

using sealing::Fault;

Text words_of(Fault fault) {
  switch (fault) {
    case Fault::unreadable: return {"JWE または鍵（JWK）として読めません。", "it is no JWE, or no key (JWK)"};
    case Fault::too_large: return {"大きすぎます。", "it is too large"};
    case Fault::other_algorithm:
      return {"方式が違います。ECDH-ES+A256KW（P-384）と A256GCM だけを扱います。",
              "another algorithm: only ECDH-ES+A256KW on P-384 with A256GCM is spoken"};
    case Fault::bad_key:
      return {"この用途の鍵ではありません（P-384 の点でない、公開鍵に秘密部分がある等）。",
              "it is no key for this: no point of P-384, or a private key where a public one is wanted"};
    case Fault::bad_recipients:
      return {"宛先の鍵がないか、多すぎるか、同じ鍵が二つあります。", "no recipient, too many, or one twice"};
    case Fault::not_a_recipient:
      return {"この鍵では開けません。宛先でないか、改変されています。", "this key does not open it: it is no recipient, or it was altered"};
    case Fault::altered: return {"改変されています。", "it was altered"};
    case Fault::library_failed: return {"暗号ライブラリが失敗しました。", "the library failed"};
  }
  return {};
}

tl::expected<std::string, ExitCode> read(const std::string& file, const Output& output) {
  auto bytes = read_input(file);
  if (bytes) return std::move(*bytes);
  complain(output, {file + " を読めません: " + bytes.error(), "cannot read " + file + ": " + bytes.error()});
  return tl::unexpected(exit_usage);
}

void trim(std::string& text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
}

// To what it belongs, on stderr: standard output is the text alone. It is the sealer's word, so nothing in it moves a terminal.
void tell_aad(const std::string& aad, const Output& output) {
  std::string shown = aad;
  trim(shown);
  for (auto& letter : shown)
    if (const auto byte = static_cast<unsigned char>(letter); letter == '\n') letter = ' ';
    else if (byte < 0x20 || byte == 0x7f) letter = '?';
  if (!shown.empty()) complain(output, {"付帯情報（aad）: " + shown, "belongs to (aad): " + shown});
}

}  // namespace

ExitCode tell_fault(Fault fault, const std::string& place, const Output& output) {
  const auto words = words_of(fault);
  complain(output, {place + ": " + words.ja, place + ": " + words.en});
  switch (fault) {
    case Fault::not_a_recipient:
    case Fault::altered: return exit_failed;
    case Fault::library_failed: return exit_internal;
    default: return exit_usage;
  }
}

tl::expected<sealing::PrivateKey, ExitCode> read_private_key(const std::string& file, const Output& output) {
  auto bytes = read(file, output);
  if (!bytes) return tl::unexpected(bytes.error());
  const sealing::Secret text(std::move(*bytes));
  auto key = sealing::PrivateKey::of_jwk(text.view());
  if (!key) return tl::unexpected(tell_fault(key.error(), file, output));
  return std::move(*key);
}

tl::expected<sealing::PublicKey, ExitCode> read_public_key(const std::string& file, const Output& output) {
  auto text = read(file, output);
  if (!text) return tl::unexpected(text.error());
  trim(*text);
  auto key = sealing::PublicKey::of_text(*text);
  if (!key) return tl::unexpected(tell_fault(key.error(), file, output));
  return std::move(*key);
}

ExitCode write_out(const std::string& file, std::string_view bytes, const Output& output) {
  if (file == "-") {
    print(bytes);
    return exit_ok;
  }
  const auto written = write_new_file(file, bytes);
  if (written) return exit_ok;
  complain(output, {file + " に書けません: " + written.error(), "cannot write " + file + ": " + written.error()});
  return exit_usage;
}

int run(const SealingMakeKeyOptions& options, const Output& output) {
  const auto key = sealing::PrivateKey::make();
  if (!key) return tell_fault(key.error(), options.file, output);
  std::string line(key->jwk().view());
  line += '\n';
  const sealing::Secret text(std::move(line));
  if (const auto code = write_out(options.file, text.view(), output); code != exit_ok) return code;
  print_line(key->public_key().jwk());
  return exit_ok;
}

int run(const SealingPublicOptions& options, const Output& output) {
  const auto key = read_private_key(options.file, output);
  if (!key) return key.error();
  print_line(key->public_key().jwk());
  return exit_ok;
}

int run(const SealingSealOptions& options, const Output& output) {
  std::vector<sealing::PublicKey> recipients;
  for (const auto& file : options.to) {
    auto key = read_public_key(file, output);
    if (!key) return key.error();
    recipients.push_back(std::move(*key));
  }
  auto bytes = read(options.in, output);
  if (!bytes) return bytes.error();
  const sealing::Secret plaintext(std::move(*bytes));
  const auto jwe = sealing::seal(plaintext.view(), options.aad, recipients);
  if (!jwe) return tell_fault(jwe.error(), options.in, output);
  return write_out(options.out, *jwe + "\n", output);
}

int run(const SealingOpenOptions& options, const Output& output) {
  const auto key = read_private_key(options.key, output);
  if (!key) return key.error();
  const auto jwe = read(options.in, output);
  if (!jwe) return jwe.error();
  const auto opened = sealing::open(*jwe, *key);
  if (!opened) return tell_fault(opened.error(), options.in, output);
  tell_aad(opened->aad, output);
  return write_out(options.out, opened->plaintext.view(), output);
}

int run(const SealingRewrapOptions& options, const Output& output) {
  const auto key = read_private_key(options.key, output);
  if (!key) return key.error();
  const auto to = read_public_key(options.to, output);
  if (!to) return to.error();
  const auto jwe = read(options.in, output);
  if (!jwe) return jwe.error();
  const auto more = sealing::rewrap(*jwe, *key, *to);
  if (!more) return tell_fault(more.error(), options.in, output);
  return write_out(options.out, *more + "\n", output);
}

}  // namespace noroshi::cli
