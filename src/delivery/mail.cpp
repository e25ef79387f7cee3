#include "src/delivery/mail.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include "src/delivery/mail_address.h"
#include "src/delivery/mail_message.h"
#include "src/delivery/smime.h"
#include "src/delivery/smtp.h"

namespace noroshi::delivery {
namespace {

constexpr std::array<SettingDescription, 4> settings{{
    {"address", true, "宛先のメールアドレス", "address of mail"},
    {"language", false, "本文の言語（ja 又は en。なければ ja）", "language of the text: ja (default) or en"},
    {"certificate", false, "受信者の証明書（PEM）。これで暗号化し、その場合だけ本文を含めます",
     "the receiver's certificate (PEM): the mail is encrypted for it, and then alone carries content"},
    {"domain_exception", false, "宛先が政府ドメイン名等でない理由（統一基準 8.1.1(4)(b)(ウ)）",
     "why the address lies outside the domains of its kind of body (standard 8.1.1(4)(b)(ウ))"},
}};

std::string setting(const core::Endpoint& endpoint, const std::string& name) {
  const auto found = endpoint.settings.find(name);
  return found == endpoint.settings.end() ? std::string() : found->second;
}

routing::Reason reason(Unfit unfit) {
  switch (unfit) {
    case Unfit::unreadable:
      return {"PEM形式の証明書を1つだけ、秘密鍵を含めずに設定してください。",
              "Give one certificate in PEM, and no private key beside it."};
    case Unfit::weak:
      return {"証明書の鍵は2048ビット以上のRSA、又はNIST曲線（P-256、P-384、P-521）に限ります。",
              "The certificate's key is RSA of at least 2048 bits, or of a NIST curve (P-256, P-384, P-521)."};
    case Unfit::not_for_mail:
      return {"この証明書の用途にメールの暗号化が含まれていません。", "The certificate is not for encrypting mail."};
    case Unfit::other_address:
      return {"証明書のメールアドレスが宛先と異なります。", "The certificate names another address."};
  }
  return {};
}

std::vector<core::FieldError> check(const core::Endpoint& endpoint, const routing::Organization& body) {
  std::vector<core::FieldError> mistakes;
  const auto address = MailAddress::parse(setting(endpoint, "address"));
  const auto exception = setting(endpoint, "domain_exception");
  constexpr std::size_t longest_exception = 1000;  // bytes
  if (!address)
    mistakes.push_back(
        {"/settings/address", "value", {"メールアドレスではありません。", "This is no address of mail."}});
  else if (exception.find_first_not_of(" \t\r\n") == std::string::npos)
    if (auto objection = domain_objection(*address, body))
      mistakes.push_back({"/settings/address", "domain_not_allowed", std::move(*objection)});
  if (exception.size() > longest_exception)
    mistakes.push_back(
        {"/settings/domain_exception", "too_long", {"1000バイト以内で書いてください。", "At most 1000 bytes."}});
  if (endpoint.settings.contains("language") && !parse_mail_language(setting(endpoint, "language")))
    mistakes.push_back({"/settings/language", "value", {"ja 又は en です。", "It is ja or en."}});
  if (endpoint.settings.contains("certificate") && address)
    if (const auto certificate = read_receiver(setting(endpoint, "certificate"), *address); !certificate)
      mistakes.push_back(
          {"/settings/certificate", std::string(to_string(certificate.error())), reason(certificate.error())});
  return mistakes;
}

// Nothing where it cannot be read, or is larger than any such file.
std::optional<std::string> read_file(const std::filesystem::path& path) {
  constexpr std::size_t largest = 65536;
  std::ifstream file(path, std::ios::binary);
  std::string content(largest, '\0');
  file.read(content.data(), static_cast<std::streamsize>(largest));
  if (!file.eof() || file.bad()) return std::nullopt;
  content.resize(static_cast<std::size_t>(file.gcount()));
  return content;
}

Attempted again(std::string cause) {
  return {Verdict::again, std::move(cause), {}, {}};
}
Attempted gone(std::string_view cause) {
  return {Verdict::gone, std::string(cause), {}, {}};
}

// A name or an address of IP, as it stands in a URL.
bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == ':';
  });
}

class MailChannel : public Channel {
 public:
  explicit MailChannel(const Environment& environment)
      : registry_(environment.registry), relay_(environment.mail), now_(environment.now) {}

  Attempted send(const Consignment& consignment, const core::Endpoint& endpoint,
                 std::chrono::steady_clock::time_point deadline) override {
    try {
      return attempt(consignment, endpoint, deadline);
    } catch (const std::exception&) {
      return again("sealing_failed");  // memory ran out, or a file vanished under the reading
    }
  }

 private:
  Attempted attempt(const Consignment& consignment, const core::Endpoint& endpoint,
                    std::chrono::steady_clock::time_point deadline) const {
    if (relay_.host.empty()) return again("no_relay");
    const auto from = MailAddress::parse(relay_.from);
    if (!from || !is_host(relay_.host) || relay_.port < 1 || relay_.port > 65535) return again("relay_unusable");
    const auto to = MailAddress::parse(setting(endpoint, "address"));
    const auto language =
        parse_mail_language(endpoint.settings.contains("language") ? setting(endpoint, "language") : "ja");
    if (!to || !language) return gone("settings_unusable");

    const auto now = now_();
    Certificate receiver;
    if (endpoint.settings.contains("certificate")) {
      auto read = read_receiver(setting(endpoint, "certificate"), *to);
      if (!read) return gone(to_string(read.error()));
      receiver = std::move(*read);
      const auto valid = validity(*receiver, now);
      if (valid == Validity::expired) return gone("certificate_expired");
      if (valid == Validity::not_yet) return again("certificate_not_yet_valid");
    }
    // Files are read in each attempt: a renewed certificate or password is taken without a restart.
    std::optional<Signer> signer;
    if (!relay_.certificate.empty() || !relay_.key.empty()) {
      const auto certificate = read_file(relay_.certificate);
      const auto key = read_file(relay_.key);
      if (certificate && key) signer = read_signer(*certificate, *key);
      if (!signer) return again("signing_key_unusable");
      if (validity(*signer->certificate, now) != Validity::valid) return again("signing_certificate_expired");
    }
    std::string password;
    if (!relay_.user.empty()) {
      auto read = read_file(relay_.password);
      if (!read) return again("password_unreadable");
      password = std::move(*read);
      while (password.ends_with('\n') || password.ends_with('\r')) password.pop_back();
    }

    const auto message =
        compose(consignment, registry_, {*from, *to, *language, now}, receiver.get(), signer ? &*signer : nullptr);
    if (!message) return again("sealing_failed");
    return submit({relay_, std::move(password), *from, *to, *message}, deadline);
  }

  const routing::Registry& registry_;
  const MailRelay relay_;
  const std::function<Timestamp()> now_;
};

}  // namespace

ChannelKind mail_channel() {
  return {
      .name = "mail", .seals = true, .settings = settings, .check = check, .make = [](const Environment& environment) {
        return std::unique_ptr<Channel>(std::make_unique<MailChannel>(environment));
      }};
}

}  // namespace noroshi::delivery
