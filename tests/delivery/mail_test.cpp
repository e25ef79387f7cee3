// The mail channel against Debian's Postfix with TLS on, off and broken, and against relays that behave as no honest
// one does.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>

#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>

#include "src/delivery/mail.h"
#include "tests/delivery/mail_certificates.h"
#include "tests/delivery/mail_sample.h"

namespace noroshi::delivery::test {
namespace {

using namespace std::chrono_literals;

// mail_relay.py with its certificates, while it lives. Postfix needs root, or sudo.
class Relay {
 public:
  Relay() {
    const auto authority = issue({.name = "Authority", .extensions = "basicConstraints=critical,CA:TRUE"});
    const auto put = [&](const std::string& name, const Issued& issued) {
      folder_.write(name + ".pem", issued.pem());
      folder_.write(name + ".key", issued.key_pem());
    };
    put("authority", authority);
    put("stranger", issue({.name = "Stranger", .extensions = "basicConstraints=critical,CA:TRUE"}));
    put("relay", issue({.name = "localhost", .extensions = "subjectAltName=DNS:localhost"}, &authority));
    put("other", issue({.name = "other", .extensions = "subjectAltName=DNS:other.example.go.jp"}, &authority));
    put("expired",
        issue({.name = "localhost", .extensions = "subjectAltName=DNS:localhost", .from_days = -9, .to_days = -1},
              &authority));
    int input[2], output[2];
    if (::pipe2(input, O_CLOEXEC) != 0 || ::pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(input[0], 0);
      ::dup2(output[1], 1);
      if (::geteuid() != 0)
        ::execlp("sudo", "sudo", "-n", "python3", "-B", DELIVERY_TESTS_FOLDER "/mail_relay.py", folder_.path().c_str(),
                 nullptr);
      ::execlp("python3", "python3", "-B", DELIVERY_TESTS_FOLDER "/mail_relay.py", folder_.path().c_str(), nullptr);
      ::_exit(127);
    }
    ::close(input[0]);
    ::close(output[1]);
    life_ = input[1];
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> lines(::fdopen(output[0], "r"), &std::fclose);
    char name[64];
    int port = 0;
    while (std::fscanf(lines.get(), "%63s", name) == 1 && std::string_view(name) != "ready" &&
           std::fscanf(lines.get(), "%d", &port) == 1)
      ports_[name] = port;
    if (std::string_view(name) != "ready") throw std::runtime_error("mail_relay.py did not start");
  }
  ~Relay() {
    ::close(life_);
    ::waitpid(child_, nullptr, 0);
  }
  const Folder& folder() const { return folder_; }
  MailRelay at(const std::string& listener) const {
    return {.host = "localhost",
            .port = ports_.at(listener),
            .tls = listener == "implicit" ? MailRelay::Tls::implicit : MailRelay::Tls::starttls,
            .ca = folder_.path() / "authority.pem",
            .from = "noroshi@nisc.example.go.jp"};
  }
  // Mails kept so far.
  std::set<std::filesystem::path> kept() const {
    std::set<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator(folder_.path() / "mail/new")) files.insert(file.path());
    return files;
  }
  // The one that comes beside those of `before`.
  std::filesystem::path next(const std::set<std::filesystem::path>& before) const {
    for (const auto end = std::chrono::steady_clock::now() + 30s; std::chrono::steady_clock::now() < end;) {
      for (const auto& file : kept())
        if (!before.contains(file)) return file;
      std::this_thread::sleep_for(10ms);
    }
    throw std::runtime_error("no mail came: " + content_of(folder_.path() / "maillog"));
  }

 private:
  Folder folder_;
  pid_t child_ = -1;
  int life_ = -1;
  std::map<std::string, int> ports_;
};

Relay& relay() {
  static Relay one;
  return one;
}

struct NoKeys : Keys {
  std::string sign(std::string_view) const override { return {}; }
  std::string public_key() const override { return {}; }
  std::string key_id() const override { return {}; }
  std::string derive(std::string_view) const override { return {}; }
};

Timestamp now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

core::Endpoint endpoint(core::EndpointSettings more = {}) {
  more.emplace("address", "csirt@mhlw.example.go.jp");
  return {.organization = "mhlw", .channel = "mail", .name = "CSIRT", .settings = std::move(more)};
}

Attempted send(const MailRelay& mail, const core::Endpoint& to = endpoint(), std::chrono::milliseconds within = 20s,
               const Consignment& consignment = sample_consignment()) {
  const NoKeys keys;
  const Environment environment{.keys = keys, .registry = sample_registry(), .mail = mail, .now = now};
  return find_channel("mail")->make(environment)->send(consignment, to, std::chrono::steady_clock::now() + within);
}

}  // namespace

TEST_CASE("a mail goes to the mailbox over TLS, by STARTTLS and from the first byte") {
  for (const std::string listener : {"starttls", "implicit"}) {
    CAPTURE(listener);
    const auto before = relay().kept();
    const auto attempted = send(relay().at(listener));
    CHECK(attempted.cause == "");
    CHECK(attempted.detail == "");
    REQUIRE(attempted.verdict == Verdict::sent);
    const auto file = relay().next(before);
    const auto mail = read_mail(file);
    CHECK(mail.at("defects").as_array().empty());
    CHECK(text_at(mail, "/headers/x-noroshi-delivery") == core::to_string(sample_consignment().delivery));
    CHECK(text_at(mail, "/headers/return-path") == "<noroshi@nisc.example.go.jp>");
    CHECK(text_at(mail, "/headers/x-original-to") == "csirt@mhlw.example.go.jp");
    CHECK(text_at(mail, "/headers/received").find("with ESMTPS") != std::string::npos);
    CHECK(text_at(mail, "/parts/0/text").find("JPS-2018-1") != std::string::npos);
    CHECK(text_at(mail, "/parts/0/text").find(secret_title) == std::string::npos);
  }
}

TEST_CASE("a signed and sealed mail comes through a relay whole") {
  const auto authority = issue({.name = "Authority", .extensions = "basicConstraints=critical,CA:TRUE"});
  const auto sender = issue({.name = "Noroshi", .extensions = "extendedKeyUsage=emailProtection"}, &authority);
  const auto receiver = issue({.name = "Receiver"});
  const Folder folder;
  folder.write("authority.pem", authority.pem());
  folder.write("receiver.pem", receiver.pem());
  folder.write("receiver.key", receiver.key_pem());
  auto mail = relay().at("starttls");
  mail.certificate = folder.write("sender.pem", sender.pem());
  mail.key = folder.write("sender.key", sender.key_pem());
  auto consignment = sample_consignment();
  consignment.content->report.assign(300'000, 'x');
  consignment.content->report += "\r\n.\r\n.the end";
  const auto before = relay().kept();
  REQUIRE(send(mail, endpoint({{"certificate", receiver.pem()}}), 20s, consignment).verdict == Verdict::sent);
  const auto file = relay().next(before).string();
  const auto at = [&](const std::string& name) { return "'" + (folder.path() / name).string() + "'"; };
  REQUIRE(shell("openssl cms -decrypt -in '" + file + "' -recip " + at("receiver.pem") + " -inkey " +
                at("receiver.key") + " -out " + at("inner")) == 0);
  REQUIRE(shell("openssl cms -verify -in " + at("inner") + " -CAfile " + at("authority.pem") +
                " -purpose smimesign -out " + at("entity") + " 2> /dev/null") == 0);
  const auto inside = read_mail(folder.path() / "entity");
  CHECK(text_at(inside, "/parts/0/text").find(secret_title) != std::string::npos);
  CHECK(text_at(inside, "/parts/1/text").size() == (consignment.content->report.size() + 2) / 3 * 4);
}

TEST_CASE("without TLS that holds nothing goes out, and the mail waits") {
  struct Row {
    std::string listener;
    std::string cause;
  };
  const auto before = relay().kept();
  for (const auto& row :
       {Row{"no_tls", "tls_unavailable"}, Row{"starttls_refused", "tls_unavailable"}, Row{"old_tls", "tls_failed"},
        Row{"expired", "relay_certificate_expired"}, Row{"other_name", "relay_certificate_other_name"}}) {
    CAPTURE(row.listener);
    const auto attempted = send(relay().at(row.listener));
    CHECK(attempted.verdict == Verdict::again);
    CHECK(attempted.cause == row.cause);
  }
  auto strange = relay().at("starttls");
  for (const auto& authorities :
       {relay().folder().path() / "stranger.pem", std::filesystem::path(), relay().folder().path() / "no such file"}) {
    CAPTURE(authorities.string());
    strange.ca = authorities;
    const auto attempted = send(strange);
    CHECK(attempted.verdict == Verdict::again);
    CHECK(attempted.cause == "relay_certificate_not_trusted");
  }
  CHECK(relay().kept() == before);
}

TEST_CASE("what the relay says decides: not now, or not this one") {
  struct Row {
    std::string listener;
    Verdict verdict;
    std::string cause;
  };
  for (const auto& row :
       {Row{"busy", Verdict::again, "smtp_450"}, Row{"unknown_address", Verdict::refused, "smtp_550"},
        Row{"small", Verdict::refused, "smtp_552"}, Row{"content_refused", Verdict::refused, "smtp_554"},
        Row{"refused_sender", Verdict::again, "smtp_554"}, Row{"no_service", Verdict::again, "smtp_554"},
        Row{"closes", Verdict::again, "connection_lost"}}) {
    CAPTURE(row.listener);
    const auto attempted = send(relay().at(row.listener));
    CHECK(to_string(attempted.verdict) == to_string(row.verdict));
    CHECK(attempted.cause == row.cause);
    CHECK(attempted.detail.size() <= 200);
  }
  auto nobody = relay().at("starttls");
  nobody.port = 1;
  CHECK(send(nobody).cause == "relay_unreachable");
  nobody.host = "no-such-relay.invalid";
  CHECK(send(nobody).cause == "relay_unreachable");
}

TEST_CASE("the user and the password of the relay are told to it, and to nobody") {
  auto mail = relay().at("authenticates");
  mail.user = "noroshi";
  mail.password = relay().folder().write("password", "correct horse\n");
  CHECK(send(mail).verdict == Verdict::sent);
  mail.password = relay().folder().write("wrong", "battery staple");
  const auto wrong = send(mail);
  CHECK(wrong.verdict == Verdict::again);
  CHECK(wrong.cause == "authentication");
  CHECK(wrong.detail.find("battery") == std::string::npos);
  mail.password = relay().folder().path() / "none";
  CHECK(send(mail).cause == "password_unreadable");
}

TEST_CASE("an attempt is over at its deadline, wherever the relay falls silent") {
  for (const std::string listener : {"silent", "never_answers"}) {
    CAPTURE(listener);
    const auto begin = std::chrono::steady_clock::now();
    const auto attempted = send(relay().at(listener), endpoint(), 1500ms);
    CHECK(attempted.verdict == Verdict::again);
    CHECK(attempted.cause == "timeout");
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
  }
  // It has taken the mail: that it says no goodbye alters nothing.
  const auto begin = std::chrono::steady_clock::now();
  CHECK(send(relay().at("never_says_goodbye"), endpoint(), 1500ms).verdict == Verdict::sent);
  CHECK(std::chrono::steady_clock::now() - begin < 6s);
  CHECK(send(relay().at("starttls"), endpoint(), 0ms).cause == "timeout");
}

TEST_CASE("what is set wrongly is told before anything goes out") {
  const auto expired = issue({.from_days = -9, .to_days = -1});
  const auto future = issue({.from_days = 1});
  const auto weak = issue({.kind = "RSA1024"});
  auto good = relay().at("starttls");
  const auto before = relay().kept();
  const auto with = [&](const Issued& issued) { return send(good, endpoint({{"certificate", issued.pem()}})); };
  CHECK(with(expired).verdict == Verdict::gone);
  CHECK(with(expired).cause == "certificate_expired");
  CHECK(with(weak).verdict == Verdict::gone);
  CHECK(with(weak).cause == "certificate_weak");
  CHECK(with(future).verdict == Verdict::again);
  CHECK(with(future).cause == "certificate_not_yet_valid");
  CHECK(send(good, endpoint({{"address", "no address"}})).cause == "settings_unusable");

  auto other = good;
  other.host = "";
  CHECK(send(other).cause == "no_relay");
  other.host = "localhost/../x";
  CHECK(send(other).cause == "relay_unusable");
  other = good;
  other.from = "noroshi";
  CHECK(send(other).cause == "relay_unusable");

  const Folder folder;
  const auto put = [&](const Issued& certificate, const Issued& key) {
    other = good;
    other.certificate = folder.write("signer.pem", certificate.pem());
    other.key = folder.write("signer.key", key.key_pem());
    return send(other);
  };
  CHECK(put(issue({}), issue({})).cause == "signing_key_unusable");
  CHECK(put(expired, expired).cause == "signing_certificate_expired");
  other.key = folder.path() / "none";
  CHECK(send(other).cause == "signing_key_unusable");
  CHECK(relay().kept() == before);
}

TEST_CASE("settings are checked one by one, each mistake with its place") {
  const routing::Organization agency{.slug = "mhlw", .kind = routing::OrganizationKind::national_agency};
  struct Row {
    core::EndpointSettings settings;
    std::set<std::string> mistakes;
  };
  const auto good = issue({}).pem();
  const std::string address = "csirt@mhlw.example.go.jp";
  const Row rows[] = {
      {{{"address", address}}, {}},
      {{{"address", address}, {"language", "en"}, {"certificate", good}}, {}},
      {{}, {"/settings/address required"}},
      {{{"address", address}, {"subject", "x"}}, {"/settings/subject unknown_member"}},
      {{{"address", "x"}, {"language", "fr"}}, {"/settings/address value", "/settings/language value"}},
      {{{"address", address}, {"certificate", "x"}}, {"/settings/certificate certificate_unreadable"}},
      {{{"address", "csirt@example.com"}}, {"/settings/address domain_not_allowed"}},
      {{{"address", "csirt@example.com"}, {"domain_exception", " "}}, {"/settings/address domain_not_allowed"}},
      {{{"address", "csirt@example.com"}, {"domain_exception", "既知の相手方であり、政府ドメイン名を使用できないため"}},
       {}},
      {{{"address", address}, {"domain_exception", std::string(1001, 'x')}}, {"/settings/domain_exception too_long"}},
  };
  for (const auto& row : rows) {
    std::set<std::string> mistakes;
    for (const auto& mistake : check_endpoint({.channel = "mail", .settings = row.settings}, agency)) {
      mistakes.insert(mistake.pointer + " " + mistake.code);
      CHECK_FALSE(mistake.message.ja.empty());
      CHECK_FALSE(mistake.message.en.empty());
    }
    CHECK(mistakes == row.mistakes);
  }
  CHECK(find_channel("mail")->seals);
}

}  // namespace noroshi::delivery::test
