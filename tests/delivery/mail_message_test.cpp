// The mail that carries a consignment, as Python's reader of mail and the openssl command see it.
#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "src/delivery/mail_message.h"
#include "src/delivery/mail_reply.h"
#include "tests/delivery/mail_certificates.h"
#include "tests/delivery/mail_sample.h"

namespace noroshi::delivery::test {
namespace {

const auto from = *MailAddress::parse("noroshi@nisc.example.go.jp");
const auto to = *MailAddress::parse("csirt@mhlw.example.go.jp");

std::string composed(const Consignment& consignment, MailLanguage language = MailLanguage::ja, X509* receiver = nullptr,
                     const Signer* signer = nullptr) {
  const auto message = compose(consignment, sample_registry(), {from, to, language, sample_time()}, receiver, signer);
  REQUIRE(message);
  return *message;
}

Signer signer_of(const Issued& issued) {
  auto signer = read_signer(issued.pem(), issued.key_pem());
  REQUIRE(signer);
  return std::move(*signer);
}

}  // namespace

TEST_CASE("the text of each language is the one on file") {
  const Folder folder;
  auto plain = sample_consignment();
  plain.kind = core::MessageKind::report;
  auto exercise = sample_consignment();
  exercise.exercise = exercise.automatic = true;
  auto alarm = sample_consignment();
  alarm.kind = core::MessageKind::alarm;
  alarm.sender = alarm.clause = alarm.acknowledge_url = alarm.acknowledge_token = "";
  alarm.sentence = alarm.version = 0;
  alarm.acknowledge_by.reset();
  alarm.alarm_code = "duty_overdue";
  struct Row {
    std::string name;
    const Consignment& consignment;
  };
  for (const auto& [name, consignment] : {Row{"report", plain}, Row{"exercise", exercise}, Row{"alarm", alarm}})
    for (const std::string language : {"ja", "en"}) {
      CAPTURE(name);
      CAPTURE(language);
      const auto mail = read_mail(folder.write("mail", composed(consignment, *parse_mail_language(language))));
      const auto golden = std::string(DELIVERY_TESTS_FOLDER "/mail_texts/") + name + "_" + language + ".txt";
      auto text = "Subject: " + text_at(mail, "/headers/subject") + "\n\n" + text_at(mail, "/parts/0/text");
      std::erase(text, '\r');
      // To take new texts over: look at what this prints, and write it there.
      CHECK_MESSAGE(text == content_of(golden), golden << " differs; the mail reads:\n" << text);
    }
}

TEST_CASE("the head is whole, the same in every attempt, and makes one thread of an incident") {
  const Folder folder;
  const auto mail = read_mail(folder.write("mail", composed(sample_consignment())));
  CHECK(mail.at("defects").as_array().empty());
  CHECK(text_at(mail, "/headers/from") == "noroshi@nisc.example.go.jp");
  CHECK(text_at(mail, "/headers/to") == "csirt@mhlw.example.go.jp");
  CHECK(text_at(mail, "/headers/date") == "Wed, 01 Aug 2018 09:00:00 +0900");
  CHECK(text_at(mail, "/headers/message-id") == "<01920000-0000-7000-8000-0000000000d1@nisc.example.go.jp>");
  CHECK(text_at(mail, "/headers/references") == "<01920000-0000-7000-8000-0000000000f1@nisc.example.go.jp>");
  CHECK(text_at(mail, "/headers/in-reply-to") == text_at(mail, "/headers/references"));
  CHECK(text_at(mail, "/headers/auto-submitted") == "auto-generated");
  CHECK(text_at(mail, "/headers/x-noroshi-delivery") == "01920000-0000-7000-8000-0000000000d1");
  CHECK(text_at(mail, "/headers/subject") == "[JPS-2018-1] 報告が中継されました");
  CHECK(mail.at("longest").as_int64() <= 78);

  auto another = sample_consignment();
  another.delivery = {*core::parse_uuid("01920000-0000-7000-8000-0000000000d2")};
  const auto second = read_mail(folder.write("second", composed(another)));
  CHECK(text_at(second, "/headers/references") == text_at(mail, "/headers/references"));
  CHECK(text_at(second, "/headers/message-id") != text_at(mail, "/headers/message-id"));
}

TEST_CASE("an exercise is marked in the subject in both languages") {
  const Folder folder;
  auto consignment = sample_consignment();
  consignment.exercise = true;
  for (const auto language : {MailLanguage::ja, MailLanguage::en}) {
    const auto mail = read_mail(folder.write("mail", composed(consignment, language)));
    CHECK(text_at(mail, "/headers/subject").starts_with("【訓練】"));
    CHECK(text_at(mail, "/parts/0/text").find("【訓練】") == 0);
  }
}

TEST_CASE("no text of a consignment makes a header") {
  const Folder folder;
  const std::string evil = "x\r\nBcc: thief@evil.example\r\n\r\nbody {{title}} =?UTF-8?B?DQpCY2M6?= 【訓練】";
  auto consignment = sample_consignment();
  consignment.number = consignment.sender = consignment.recipient = consignment.clause = consignment.alarm_code =
      consignment.acknowledge_url = consignment.acknowledge_token = consignment.receipt_number = evil;
  consignment.content->title = consignment.content->note = consignment.content->report = evil;
  const auto receiver = issue({});
  for (auto* certificate : {static_cast<X509*>(nullptr), receiver.certificate.get()}) {
    const auto mail = read_mail(folder.write("mail", composed(consignment, MailLanguage::ja, certificate)));
    boost::json::array expected{"From",
                                "To",
                                "Date",
                                "Subject",
                                "Message-ID",
                                "In-Reply-To",
                                "References",
                                "Auto-Submitted",
                                "X-Noroshi-Delivery",
                                "MIME-Version",
                                "Content-Type",
                                "Content-Transfer-Encoding"};
    if (certificate) expected.push_back("Content-Disposition");
    CHECK(mail.at("names").as_array() == expected);
    CHECK(mail.at("parts").as_array().size() == 1);
    CHECK(text_at(mail, "/parts/0/text").find(secret_title) == std::string::npos);
  }
}

TEST_CASE("a subject of any length and script comes back as it was") {
  const Folder folder;
  for (std::size_t length = 0; length < 90; ++length) {
    CAPTURE(length);
    auto consignment = sample_consignment();
    consignment.number.assign(length, 'a');
    consignment.number += "高𠮷é";
    const auto mail = read_mail(folder.write("mail", composed(consignment)));
    CHECK(text_at(mail, "/headers/subject") == "[" + consignment.number + "] 報告が中継されました");
    CHECK(mail.at("defects").as_array().empty());
    CHECK(mail.at("longest").as_int64() <= 78);
    if (length == 20) length = 84;  // one round of the cutting, and long ones
  }
}

TEST_CASE("without a receiver's certificate no byte of content is in the mail") {
  const Folder folder;
  const auto ca = issue({});
  const auto signer = signer_of(ca);
  auto without = sample_consignment();
  without.content.reset();
  for (const auto language : {MailLanguage::ja, MailLanguage::en}) {
    CHECK(composed(sample_consignment(), language) == composed(without, language));
    for (const auto* signs : {static_cast<const Signer*>(nullptr), &signer}) {
      const auto mail = read_mail(folder.write("mail", composed(sample_consignment(), language, nullptr, signs)));
      for (const auto& part : mail.at("parts").as_array())
        for (const auto secret : {secret_title, secret_note, secret_report})
          CHECK(text_at(part, "/text").find(secret) == std::string::npos);
    }
  }
}

TEST_CASE("a sealed mail opens with the receiver's key and the openssl command alone") {
  const Folder folder;
  const auto authority = issue({.name = "Authority", .extensions = "basicConstraints=critical,CA:TRUE"});
  const auto sender = issue({.name = "Noroshi",
                             .extensions = "extendedKeyUsage=emailProtection\nkeyUsage=digitalSignature\n"
                                           "subjectAltName=email:noroshi@nisc.example.go.jp"},
                            &authority);
  const auto signer = signer_of(sender);
  folder.write("authority.pem", authority.pem());
  const auto at = [&](const std::string& name) { return "'" + (folder.path() / name).string() + "'"; };
  for (const std::string kind : {"RSA", "P-256", "P-384", "P-521"})
    for (const auto* signs : {static_cast<const Signer*>(nullptr), &signer}) {
      CAPTURE(kind);
      CAPTURE((signs != nullptr));
      const auto receiver = issue({.name = "Receiver", .kind = kind});
      const auto other = issue({.name = "Receiver", .kind = kind});
      folder.write("receiver.pem", receiver.pem());
      folder.write("receiver.key", receiver.key_pem());
      folder.write("other.pem", other.pem());
      folder.write("other.key", other.key_pem());
      const auto message = composed(sample_consignment(), MailLanguage::ja, receiver.certificate.get(), signs);
      const auto outside = read_mail(folder.write("mail", message));
      CHECK(text_at(outside, "/type") == "application/pkcs7-mime");
      CHECK(text_at(outside, "/headers/content-type").find("smime-type=\"enveloped-data\"") != std::string::npos);
      CHECK(outside.at("defects").as_array().empty());

      CHECK(shell("openssl cms -decrypt -in " + at("mail") + " -recip " + at("other.pem") + " -inkey " +
                  at("other.key") + " -out " + at("wrong") + " 2> " + at("log")) != 0);
      REQUIRE(shell("openssl cms -decrypt -in " + at("mail") + " -recip " + at("receiver.pem") + " -inkey " +
                    at("receiver.key") + " -out " + at("inner") + " 2> " + at("log")) == 0);
      std::string entity = "inner";
      if (signs) {
        entity = "entity";
        REQUIRE(shell("openssl cms -verify -in " + at("inner") + " -CAfile " + at("authority.pem") +
                      " -purpose smimesign -out " + at("entity") + " 2> " + at("log")) == 0);
      }
      const auto inside = read_mail(folder.path() / entity);
      CHECK(inside.at("defects").as_array().empty());
      REQUIRE(inside.at("parts").as_array().size() == 2);
      const auto text = text_at(inside, "/parts/0/text");
      CHECK(text.find(secret_title) != std::string::npos);
      CHECK(text.find(secret_note) != std::string::npos);
      CHECK(text.find("NRS-ACK:dG9rZW4tZm9yLWFja25vd2xlZGdlbWVudA\r\n") != std::string::npos);
      CHECK(text.find("NRS-ACK:") < text.find(secret_title));  // a title that looks like a token comes after ours
      std::string lines = text;
      std::erase(lines, '\r');
      const std::string golden = DELIVERY_TESTS_FOLDER "/mail_texts/sealed_ja.txt";
      CHECK_MESSAGE(lines == content_of(golden), golden << " differs; the mail reads:\n" << lines);
      CHECK(text_at(inside, "/parts/1/name") == "report.json");
      CHECK(text_at(inside, "/parts/1/text") == "eyJudW1iZXIiOiI0ZjZiLXNlY3JldC1yZXBvcnQifQo=");
    }
}

TEST_CASE("a mail that is signed and not sealed verifies, and a changed one does not") {
  const Folder folder;
  const auto authority = issue({.name = "Authority", .extensions = "basicConstraints=critical,CA:TRUE"});
  const auto sender = issue({.name = "Noroshi", .extensions = "extendedKeyUsage=emailProtection"}, &authority);
  const auto signer = signer_of(sender);
  auto message = composed(sample_consignment(), MailLanguage::ja, nullptr, &signer);
  folder.write("authority.pem", authority.pem());
  const auto verify = [&](const std::string& text) {
    const auto file = folder.write("mail", text).string();
    return shell("openssl cms -verify -in '" + file + "' -CAfile '" + (folder.path() / "authority.pem").string() +
                 "' -purpose smimesign -out '" + (folder.path() / "out").string() + "' 2> /dev/null");
  };
  CHECK(verify(message) == 0);
  const auto mail = read_mail(folder.path() / "mail");
  CHECK(text_at(mail, "/type") == "multipart/signed");
  CHECK(text_at(mail, "/parts/0/type") == "text/plain");
  const auto at = message.find("base64\r\n\r\n") + 12;
  message[at] = message[at] == 'A' ? 'B' : 'A';
  CHECK(verify(message) != 0);
}

TEST_CASE("our own mail sent back acknowledges nothing, a reply that quotes it does") {
  CHECK(parse_reply(composed(sample_consignment())).error() == ReplyRefusal::automatic);
  const Folder folder;
  const auto mail = read_mail(folder.write("mail", composed(sample_consignment())));
  std::string reply =
      "From: =?UTF-8?B?5L2Q6Jek?= <sato@mhlw.example.go.jp>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n> ";
  for (const char c : text_at(mail, "/parts/0/text")) {
    reply += c;
    if (c == '\n') reply += "> ";
  }
  const auto parsed = parse_reply(reply);
  REQUIRE(parsed);
  CHECK(parsed->token == sample_consignment().acknowledge_token);
  CHECK(parsed->name == "佐藤");
}

TEST_CASE("a receiver's certificate is fit for mail, or named for what it lacks") {
  struct Row {
    const char* what;
    std::string pem;
    std::optional<Unfit> unfit;
  };
  const auto good = issue({.extensions = "subjectAltName=email:csirt@mhlw.example.go.jp\nkeyUsage=keyEncipherment\n"
                                         "extendedKeyUsage=emailProtection"});
  const Row rows[] = {
      {"nothing special", issue({}).pem(), {}},
      {"for mail", good.pem(), {}},
      {"for agreement", issue({.extensions = "keyUsage=keyAgreement", .kind = "P-256"}).pem(), {}},
      {"none", "", Unfit::unreadable},
      {"no PEM", "hello", Unfit::unreadable},
      {"two", good.pem() + good.pem(), Unfit::unreadable},
      {"its key beside it", good.pem() + good.key_pem(), Unfit::unreadable},
      {"large", std::string(20000, ' ') + good.pem(), Unfit::unreadable},
      {"RSA of 1024 bits", issue({.kind = "RSA1024"}).pem(), Unfit::weak},
      {"Ed25519", issue({.kind = "ED25519"}).pem(), Unfit::weak},
      {"for signatures", issue({.extensions = "keyUsage=digitalSignature"}).pem(), Unfit::not_for_mail},
      {"for servers", issue({.extensions = "extendedKeyUsage=serverAuth"}).pem(), Unfit::not_for_mail},
      {"RSA for agreement", issue({.extensions = "keyUsage=keyAgreement"}).pem(), Unfit::not_for_mail},
      {"somebody else's", issue({.extensions = "subjectAltName=email:other@mhlw.example.go.jp"}).pem(),
       Unfit::other_address},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto read = read_receiver(row.pem, to);
    CHECK((read ? std::nullopt : std::optional(read.error())) == row.unfit);
  }
  CHECK(validity(*good.certificate, std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())) ==
        Validity::valid);
  CHECK(validity(*good.certificate, *parse_rfc3339("2099-01-01T00:00:00Z")) == Validity::expired);
  CHECK(validity(*good.certificate, sample_time()) == Validity::not_yet);
}

}  // namespace noroshi::delivery::test
