// Addresses of mail, and the domains that an address of a body may lie in.
#include <doctest/doctest.h>

#include <string>

#include "src/delivery/mail_address.h"

namespace noroshi::delivery::test {

using Kind = routing::OrganizationKind;

TEST_CASE("an address is one of the plain form, or none") {
  for (const auto* text : {"csirt@jps.example.go.jp", "first.last+tag@a-b.go.jp", "o'neil@xn--wgv71a.go.jp"}) {
    CAPTURE(text);
    const auto address = MailAddress::parse(text);
    REQUIRE(address);
    CHECK(address->text() == text);
  }
  const auto upper = MailAddress::parse("Csirt@JPS.Example.GO.JP");
  REQUIRE(upper);
  CHECK(upper->text() == "Csirt@jps.example.go.jp");
  CHECK(upper->domain() == "jps.example.go.jp");
  const std::string long_local(65, 'a');
  for (const std::string& text : {std::string(),
                                  std::string("csirt"),
                                  std::string("@go.jp"),
                                  std::string("a@"),
                                  std::string("a@jp"),
                                  std::string("a b@x.go.jp"),
                                  std::string("a@x.go.jp>"),
                                  std::string("a@x.go.jp\r\nBcc: b@y.go.jp"),
                                  std::string("a@x.go.jp\n"),
                                  std::string("\"a b\"@x.go.jp"),
                                  std::string("a@[192.0.2.1]"),
                                  std::string("a@192.0.2.1"),
                                  std::string("a@@x.go.jp"),
                                  std::string("a@-x.go.jp"),
                                  std::string("a@x-.go.jp"),
                                  std::string("a@x..go.jp"),
                                  std::string(".a@x.go.jp"),
                                  std::string("a..b@x.go.jp"),
                                  std::string("a@x.go.jp."),
                                  std::string("担当@x.go.jp"),
                                  std::string("a@例.go.jp"),
                                  std::string("a@x.go.jp\0", 10),
                                  std::string("a,b@x.go.jp"),
                                  long_local + "@x.go.jp",
                                  std::string("a@") + std::string(260, 'x') + ".go.jp"}) {
    CAPTURE(text);
    CHECK_FALSE(MailAddress::parse(text));
  }
}

TEST_CASE("each kind of body has the domains that 6.3.2(1) and 8.1.1(4)(b) leave it") {
  struct Row {
    const char* domain;
    bool agency, administrative, designated, police;
  };
  const Row rows[] = {
      {"mhlw.go.jp", true, true, true, true},
      {"mail.section.mhlw.go.jp", true, true, true, true},
      {"kosen-k.ac.jp", false, true, true, false},
      {"chikyosai.or.jp", false, false, true, false},
      {"kyosai.metro.tokyo.lg.jp", false, false, true, true},
      {"police.pref.osaka.lg.jp", false, false, true, true},
      {"police.pref.kanagawa.jp", false, false, false, true},
      {"keishicho.metro.tokyo.jp", false, false, false, true},
      {"metro.osaka.jp", false, false, false, false},
      {"police.pref.edo.jp", false, false, false, false},
      {"pref.osaka.com", false, false, false, false},
      {"example.co.jp", false, false, false, false},
      {"example.ne.jp", false, false, false, false},
      {"example.gr.jp", false, false, false, false},
      {"riken.jp", false, false, false, false},
      {"go.jp", false, false, false, false},
      {"mhlwgo.jp", false, false, false, false},
      {"mhlw-go.jp", false, false, false, false},
      {"mhlw.go.jp.example.com", false, false, false, false},
      {"mhlw.go.jp.evil.jp", false, false, false, false},
      {"example.com", false, false, false, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.domain);
    const auto address = MailAddress::parse(std::string("csirt@") + row.domain);
    REQUIRE(address);
    const auto allowed = [&](Kind kind) { return !domain_objection(*address, {.slug = "body", .kind = kind}); };
    CHECK(allowed(Kind::national_agency) == row.agency);
    CHECK(allowed(Kind::center) == row.agency);
    CHECK(allowed(Kind::crisis_management) == row.agency);
    CHECK(allowed(Kind::independent_administrative_agency) == row.administrative);
    CHECK(allowed(Kind::designated_corporation) == row.designated);
    CHECK(allowed(Kind::police) == row.police);
  }
}

TEST_CASE("an objection names the clause in both languages") {
  const auto address = MailAddress::parse("csirt@example.com");
  REQUIRE(address);
  for (const auto kind : {Kind::national_agency, Kind::independent_administrative_agency, Kind::designated_corporation,
                          Kind::center, Kind::police, Kind::crisis_management}) {
    const auto objection = domain_objection(*address, {.kind = kind});
    REQUIRE(objection);
    CHECK(objection->ja.find("8.1.1(4)(b)") != std::string::npos);
    CHECK(objection->en.find("8.1.1(4)(b)") != std::string::npos);
  }
}

}  // namespace noroshi::delivery::test
