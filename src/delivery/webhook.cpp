#include "src/delivery/webhook.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <memory>
#include <mutex>
#include <typeinfo>

#include "src/delivery/address_ranges.h"
#include "src/delivery/client_tls.h"
#include "src/delivery/cloud_event.h"
#include "src/delivery/https_url.h"
#include "src/delivery/retry_after.h"

namespace noroshi::delivery {
namespace {

constexpr int last_generation = 1'000'000;
constexpr std::size_t longest_certificate_name = 64;
constexpr auto receiver_age = std::chrono::minutes(1);  // a changed client certificate is shown without a restart

constexpr std::array<SettingDescription, 6> settings{{
    {"url", true, "受け口のURL（https、ホスト、ポート、パスだけ）",
     "URL of the receiver (https, host, port and path alone)"},
    {"addresses", true, "ホストのアドレスの範囲（CIDR、空白区切り）。この外へは接続しない",
     "ranges in which the host's addresses lie (CIDR, separated by spaces); nothing else is connected to"},
    {"ca", false, "受け口の証明書を発行した認証局の証明書（PEM）。なければシステムのもの",
     "certificate of the CA of the receiver (PEM); without it, the system's"},
    {"certificate", false, "受け口に示すクライアント証明書の名前（運用者が置いたもの）",
     "name of the client certificate to show, as the operator has laid it down"},
    {"secret_generation", false, "署名の共有鍵の世代（1から）。増やすと新しい鍵になる",
     "generation of the shared secret, from 1; a higher one is a new secret"},
    {"secret_overlap", false, "yes: 一つ前の世代でも署名する（鍵の切替え中）",
     "yes: sign with the generation before as well, while the receiver changes over"},
}};

std::string_view setting(const core::Endpoint& endpoint, std::string_view name) {
  const auto found = endpoint.settings.find(std::string(name));
  return found == endpoint.settings.end() ? std::string_view() : found->second;
}

bool is_file_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return name.size() <= longest_certificate_name && !name.starts_with('.') &&
         std::all_of(name.begin(), name.end(), plain);
}

std::optional<int> parse_generation(std::string_view digits) {
  if (digits.empty()) return 1;
  int value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (fault != std::errc() || end != digits.data() + digits.size() || value < 1 || value > last_generation)
    return std::nullopt;
  return value;
}

// Whose secret it is: another body's endpoint at the same URL has another.
std::string receiver_of(const core::Endpoint& endpoint) {
  return endpoint.organization + ' ' + std::string(setting(endpoint, "url"));
}

struct Settings {
  HttpsUrl url;
  std::vector<AddressRange> ranges;
  std::string authorities;
  std::string certificate;
  WebhookSecret secret;
  std::vector<core::FieldError> mistakes;
};

Settings read_settings(const core::Endpoint& endpoint) {
  Settings result;
  const auto mistake = [&](std::string_view name, std::string code, routing::Reason message) {
    result.mistakes.push_back({"/settings/" + std::string(name), std::move(code), std::move(message)});
  };
  const auto add = [&](std::vector<core::FieldError> more) {
    for (auto& each : more) result.mistakes.push_back(std::move(each));
  };
  const auto url = parse_https_url(setting(endpoint, "url"));
  if (const auto* wrong = std::get_if<routing::Reason>(&url))
    mistake("url", "value", *wrong);
  else
    result.url = std::get<HttpsUrl>(url);

  auto ranges = parse_ranges(setting(endpoint, "addresses"), endpoint.zone, "/settings/addresses");
  result.ranges = std::move(ranges.ranges);
  if (ranges.mistakes.empty() && result.url.is_address) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(result.url.host, error);
    if (error || !AddressRanges{result.ranges, {}}.contain(address))
      mistake("addresses", "address_outside",
              {"URLのアドレスがこの範囲にありません。", "The address in the URL lies outside these ranges."});
  }
  add(std::move(ranges.mistakes));

  result.authorities = setting(endpoint, "ca");
  if (!result.authorities.empty()) add(check_authorities(result.authorities, "/settings/ca"));

  result.certificate = setting(endpoint, "certificate");
  if (!is_file_name(result.certificate))
    mistake("certificate", "value",
            {"英数字、-、_、. の64文字までの名前にしてください（. で始めない）。",
             "A name of up to 64 letters, digits, -, _ and ., not beginning with a full stop."});

  const auto generation = parse_generation(setting(endpoint, "secret_generation"));
  if (!generation)
    mistake("secret_generation", "out_of_range", {"1から1000000までの整数です。", "A whole number from 1 to 1000000."});
  const auto overlap = setting(endpoint, "secret_overlap");
  if (!overlap.empty() && overlap != "yes" && overlap != "no")
    mistake("secret_overlap", "value", {"yes か no です。", "It is yes or no."});
  if (generation == 1 && overlap == "yes")
    mistake("secret_overlap", "value", {"第1世代より前の鍵はありません。", "There is no secret before generation 1."});
  result.secret = {receiver_of(endpoint), generation.value_or(1), overlap == "yes"};
  return result;
}

std::vector<core::FieldError> check(const core::Endpoint& endpoint, const routing::Organization&) {
  return read_settings(endpoint).mistakes;
}

std::unique_ptr<Channel> make(const Environment& environment) {
  return make_webhook(environment, look_up);
}

// An endpoint as it was, and what follows of it.
struct Receiver {
  core::Endpoint endpoint;
  Settings known;
  std::shared_ptr<boost::asio::ssl::context> tls;  // null where the settings have mistakes
  std::chrono::steady_clock::time_point read_at;
};

// To read settings and their certificates costs as much as a handshake: what was read is kept for a while. Any thread.
class Receivers {
 public:
  explicit Receivers(std::filesystem::path clients) : clients_(std::move(clients)) {}

  // Throws as make_client_tls() does.
  std::shared_ptr<const Receiver> read(const core::Endpoint& endpoint) {
    const auto now = std::chrono::steady_clock::now();
    {
      const std::lock_guard lock(mutex_);
      std::erase_if(kept_, [&](const auto& entry) { return now - entry.second->read_at > receiver_age; });
      const auto found = kept_.find(endpoint.id);
      if (found != kept_.end() && found->second->endpoint == endpoint) return found->second;
    }
    auto made = std::make_shared<const Receiver>(make(endpoint, now));
    const std::lock_guard lock(mutex_);
    return kept_[endpoint.id] = std::move(made);
  }

 private:
  Receiver make(const core::Endpoint& endpoint, std::chrono::steady_clock::time_point now) const {
    Receiver made{endpoint, read_settings(endpoint), nullptr, now};
    if (!made.known.mistakes.empty()) return made;
    ClientTls tls{made.known.authorities, {}, {}};
    if (const auto& name = made.known.certificate; !name.empty()) {
      tls.certificate = clients_ / (name + ".pem");
      tls.key = clients_ / (name + ".key");
    }
    made.tls = std::make_shared<boost::asio::ssl::context>(make_client_tls(tls));
    return made;
  }

  const std::filesystem::path clients_;
  std::mutex mutex_;
  std::map<core::EndpointId, std::shared_ptr<const Receiver>> kept_;
};

class Webhook final : public Channel {
 public:
  Webhook(const Environment& environment, Resolver resolver)
      : environment_(environment), resolver_(std::move(resolver)), receivers_(environment.clients) {}

  Attempted send(const Consignment& consignment, const core::Endpoint& endpoint,
                 std::chrono::steady_clock::time_point deadline) override {
    try {
      const auto receiver = receivers_.read(endpoint);
      const auto& mistakes = receiver->known.mistakes;
      if (!mistakes.empty()) return {Verdict::gone, "settings_invalid", mistakes.front().pointer, {}};
      const auto answer = https_post(make_post(consignment, *receiver), resolver_, deadline);
      const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
      return webhook_verdict(answer, now);
    } catch (const ClientCertificateError& error) {
      return {Verdict::again, "client_certificate_missing", error.what(), {}};
    } catch (const std::exception& error) {
      return {Verdict::again, "failed", typeid(error).name(), {}};  // the kind alone
    }
  }

 private:
  HttpsPost make_post(const Consignment& consignment, const Receiver& receiver) const {
    HttpsPost post;
    post.url = receiver.known.url;
    post.ranges = receiver.known.ranges;
    post.tls = receiver.tls;
    post.body = cloud_event(consignment, environment_.base_url);
    const std::string id = to_string(consignment.delivery);
    const auto timestamp = std::chrono::floor<std::chrono::seconds>(environment_.now()).time_since_epoch().count();
    post.headers = {
        {"Content-Type", std::string(cloud_event_media_type)},
        {"webhook-id", id},
        {"webhook-timestamp", std::to_string(timestamp)},
        {"webhook-signature", webhook_signatures(environment_.keys, receiver.known.secret, id, timestamp, post.body)},
    };
    return post;
  }

  const Environment environment_;
  const Resolver resolver_;
  Receivers receivers_;
};

struct Meaning {
  Verdict verdict{};
  std::string_view cause;
};

Meaning meaning_of(HttpsOutcome outcome) {
  switch (outcome) {
    case HttpsOutcome::answered:
      break;
    case HttpsOutcome::timeout:
      return {Verdict::again, "timeout"};
    case HttpsOutcome::name_unknown:
      return {Verdict::again, "name_unknown"};
    case HttpsOutcome::address_outside:
      return {Verdict::gone, "address_outside"};
    case HttpsOutcome::unreachable:
      return {Verdict::again, "unreachable"};
    case HttpsOutcome::certificate_expired:
      return {Verdict::gone, "certificate_expired"};
    case HttpsOutcome::certificate_not_yet_valid:
      return {Verdict::again, "certificate_not_yet_valid"};
    case HttpsOutcome::certificate_name:
      return {Verdict::gone, "certificate_name"};
    case HttpsOutcome::certificate_untrusted:
      return {Verdict::gone, "certificate_untrusted"};
    case HttpsOutcome::tls_failed:
      return {Verdict::again, "tls_failed"};
    case HttpsOutcome::client_certificate_refused:
      return {Verdict::again, "client_certificate_refused"};
    case HttpsOutcome::cut:
      return {Verdict::again, "cut"};
    case HttpsOutcome::answer_too_large:
      return {Verdict::again, "answer_too_large"};
    case HttpsOutcome::answer_malformed:
      return {Verdict::again, "answer_malformed"};
    case HttpsOutcome::failed:
      break;
  }
  return {Verdict::again, "failed"};
}

std::vector<std::pair<std::string, std::string>> secrets(const Keys& keys, const core::Endpoint& endpoint) {
  const auto secret = webhook_secret(endpoint);
  if (!secret) return {};
  return {{"secret", secret_text(keys, secret->receiver, secret->generation)}, {"public_key", public_key_text(keys)}};
}

}  // namespace

const ChannelKind webhook_kind{
    .name = "webhook", .seals = false, .settings = settings, .check = check, .make = make, .secrets = secrets};

std::optional<WebhookSecret> webhook_secret(const core::Endpoint& endpoint) {
  if (endpoint.channel != webhook_kind.name) return std::nullopt;
  const auto generation = parse_generation(setting(endpoint, "secret_generation"));
  if (!generation) return std::nullopt;
  return WebhookSecret{receiver_of(endpoint), *generation, setting(endpoint, "secret_overlap") == "yes"};
}

Attempted webhook_verdict(const HttpsAnswer& answer, std::chrono::sys_seconds now) {
  if (answer.outcome != HttpsOutcome::answered) {
    const auto [verdict, cause] = meaning_of(answer.outcome);
    return {verdict, std::string(cause), answer.detail, {}};
  }
  const int status = answer.status;
  if (status >= 200 && status < 300) return {Verdict::delivered, {}, answer.detail, {}};
  if (status >= 300 && status < 400) return {Verdict::gone, "redirect", "http_" + std::to_string(status), {}};
  if (status < 200 || status > 599) return {Verdict::again, "answer_malformed", answer.detail, {}};
  Attempted attempted{Verdict::again, "http_" + std::to_string(status), answer.detail, {}};
  if (status == 410) attempted.verdict = Verdict::gone;
  if (status == 429 || status == 503) attempted.again_after = parse_retry_after(answer.retry_after, answer.date, now);
  return attempted;
}

std::unique_ptr<Channel> make_webhook(const Environment& environment, Resolver resolver) {
  return std::make_unique<Webhook>(environment, std::move(resolver));
}

}  // namespace noroshi::delivery
