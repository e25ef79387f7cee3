// Replies by mail: what of them acknowledges, and what does not.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "src/delivery/mail_reply.h"

namespace noroshi::delivery::test {
namespace {

const std::string token = "c2lnbmVkLXRva2Vu_-0123456789";
const std::string quoted = "> NRS-ACK:" + token + "\r\n";

std::string mail(const std::string& headers, const std::string& body) {
  return "From: =?UTF-8?B?5L2Q6Jek?= <sato@mhlw.example.go.jp>\r\nSubject: Re: report\r\n" + headers + "\r\n" + body;
}

}  // namespace

TEST_CASE("the token of a reply is found however a mail program wrote it") {
  struct Row {
    const char* what;
    std::string text;
  };
  const Row rows[] = {
      {"plain", mail("", "確認しました\r\n" + quoted)},
      {"LF alone", "From: sato@mhlw.example.go.jp\nSubject: Re\n\n" + quoted},
      {"ISO-2022-JP", mail("Content-Type: text/plain; charset=ISO-2022-JP\r\n", "\x1b$B3NG'\x1b(B\r\n" + quoted)},
      {"no line break after it", mail("", "NRS-ACK:" + token)},
      {"the first of several", mail("", quoted + "> > NRS-ACK:b3RoZXItdG9rZW4tMDEyMw\r\n")},
      {"base64",
       mail("Content-Transfer-Encoding: base64\r\n", "PiBOUlMtQUNLOmMybG5ibVZrTFhS\r\ndmEyVnVfLTAxMjM0NTY3ODkK\r\n")},
      {"quoted-printable", mail("Content-Transfer-Encoding: Quoted-Printable\r\n",
                                "=E7=A2=BA=E8=AA=8D\r\n> NRS-ACK:c2lnbmVkLXRva2Vu=\r\n_-0123456789\r\n")},
      {"alternative",
       mail("Content-Type: multipart/alternative; boundary=\"b;1\"\r\n",
            "--b;1\r\nContent-Type: text/plain\r\n\r\n" + quoted +
                "--b;1\r\nContent-Type: text/html\r\n\r\n<p>NRS-ACK:b3RoZXItdG9rZW4tMDEyMw</p>\r\n--b;1--\r\n")},
      {"HTML alone", mail("Content-Type: text/html\r\n", "<p>NRS-ACK:" + token + "</p>")},
      {"signed", mail("Content-Type: multipart/signed; boundary=s\r\n",
                      "--s\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\n" + quoted +
                          "--m--\r\n--s\r\nContent-Type: application/pkcs7-signature\r\n\r\nAAAA\r\n--s--\r\n")},
      {"a part that is not closed", mail("Content-Type: multipart/mixed; boundary=m\r\n", "--m\r\n\r\n" + quoted)},
      {"a person's own Auto-Submitted", mail("Auto-Submitted: no\r\n", quoted)},
      {"folded headers", mail("Content-Type: text/plain;\r\n charset=utf-8\r\n", quoted)},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto reply = parse_reply(row.text);
    REQUIRE(reply);
    CHECK(reply->token == token);
    CHECK(reply->address == "sato@mhlw.example.go.jp");
  }
}

TEST_CASE("the writer's name is read in the character sets of Japanese mail") {
  struct Row {
    const char* from;
    const char* name;
  };
  const Row rows[] = {
      {"sato@x.go.jp", ""},
      {"Sato Taro <sato@x.go.jp>", "Sato Taro"},
      {"\"Sato, Taro\" <sato@x.go.jp>", "Sato, Taro"},
      {"sato@x.go.jp (Sato)", "Sato"},
      {"=?UTF-8?B?5L2Q6Jek?= =?UTF-8?Q?_=E5=A4=AA=E9=83=8E?= <sato@x.go.jp>", "佐藤 太郎"},
      {"=?iso-2022-jp?B?GyRCOjRGIxsoQg==?= <sato@x.go.jp>", "佐藤"},
      {"\"=?Shift_JIS?B?jbKToQ==?=\" <sato@x.go.jp>", "佐藤"},
      {"佐藤 <sato@x.go.jp>", "佐藤"},
      {"=?UTF-8?B?DQpCY2M6IHg=?= <sato@x.go.jp>", "Bcc: x"},
      {"=?x-unknown?B?AAAA?= <sato@x.go.jp>", ""},
      {"\xff\xfe <sato@x.go.jp>", ""},
      {"=?UTF-8?B? <sato@x.go.jp>", "=?UTF-8?B?"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.from);
    const auto reply = parse_reply("From: " + std::string(row.from) + "\r\n\r\n" + quoted);
    REQUIRE(reply);
    CHECK(reply->name == row.name);
    CHECK(reply->address == "sato@x.go.jp");
  }
}

TEST_CASE("what a program sent on its own acknowledges nothing") {
  for (const auto* header :
       {"Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated", "auto-submitted: Auto-Replied; owner=x",
        "Auto-Submitted:", "Precedence: bulk", "Precedence: auto_reply", "Precedence: Junk", "Return-Path: <>",
        "Return-Path:  ", "X-Autoreply: yes",
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b",
        "Auto-Submitted: no\r\nAuto-Submitted: auto-replied"}) {
    CAPTURE(header);
    const auto reply = parse_reply(mail(std::string(header) + "\r\n", quoted));
    REQUIRE_FALSE(reply);
    CHECK(reply.error() == ReplyRefusal::automatic);
  }
}

TEST_CASE("a reply that is none is refused by its reason") {
  struct Row {
    std::string text;
    ReplyRefusal refusal;
  };
  const auto from = [](const std::string& text) { return "From: " + text + "\r\n\r\n" + quoted; };
  const Row rows[] = {
      {std::string(largest_reply + 1, 'x'), ReplyRefusal::too_large},
      {"", ReplyRefusal::unreadable},
      {"hello", ReplyRefusal::unreadable},
      {"Subject: x\r\n\r\n" + quoted, ReplyRefusal::no_sender},
      {from("a@x.go.jp, b@x.go.jp"), ReplyRefusal::no_sender},
      {from("a@x.go.jp\r\nFrom: b@x.go.jp"), ReplyRefusal::no_sender},
      {from("Group: a@x.go.jp;"), ReplyRefusal::no_sender},
      {from("Sato <>"), ReplyRefusal::no_sender},
      {from("Sato <a@x.go.jp> <b@x.go.jp>"), ReplyRefusal::no_sender},
      {from("\"Sato <a@x.go.jp>"), ReplyRefusal::no_sender},
      {mail("", "understood\r\n"), ReplyRefusal::no_token},
      {mail("", "NRS-ACK:short\r\n"), ReplyRefusal::no_token},
      {mail("", "NRS-ACK:" + std::string(1025, 'a')), ReplyRefusal::no_token},
      {mail("Content-Type: application/pkcs7-mime\r\n", quoted), ReplyRefusal::no_token},
      {mail("Content-Type: multipart/mixed\r\n", quoted), ReplyRefusal::no_token},
      {mail("X: NRS-ACK:" + token + "\r\n", "nothing here"), ReplyRefusal::no_token},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text.substr(0, 80));
    const auto reply = parse_reply(row.text);
    REQUIRE_FALSE(reply);
    CHECK(reply.error() == row.refusal);
  }
}

TEST_CASE("a reply made to be slow is read in a moment") {
  std::string nested = "From: a@x.go.jp\r\n";
  for (int depth = 0; depth < 5000; ++depth)
    nested += "Content-Type: multipart/mixed; boundary=b" + std::to_string(depth) + "\r\n\r\n--b" +
              std::to_string(depth) + "\r\n";
  const std::string parts = mail("Content-Type: multipart/mixed; boundary=b\r\n", [] {
    std::string body;
    while (body.size() < largest_reply - 1000) body += "--b\r\n";
    return body;
  }());
  std::string words = "From: ";
  while (words.size() < largest_reply - 1000) words += "=?";
  std::string marks = mail("", "");
  while (marks.size() < largest_reply - 1000) marks += "NRS-ACK:";
  const auto begin = std::chrono::steady_clock::now();
  for (const auto& text : {nested, parts, words + " <a@x.go.jp>\r\n\r\n" + quoted, marks}) (void)parse_reply(text);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}

}  // namespace noroshi::delivery::test
