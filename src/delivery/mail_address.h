// Addresses of mail, and which domains an address of a body may lie in. Pure.
//
// Source of the form: RFC 5321 section 4.1.2 without quoted local parts, address literals and UTF-8 (an
// internationalised domain is written in its ASCII form). What passes holds no space, no control character and no
// bracket: it stands in a header and in a command of SMTP as it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "routing/organization.h"
#include "routing/route.h"

namespace noroshi::delivery {

class MailAddress {
 public:
  // The domain in lower case, the local part as it stands. Nothing for what is no address of the form above.
  static std::optional<MailAddress> parse(std::string_view text);

  const std::string& text() const { return text_; }
  std::string_view domain() const { return std::string_view(text_).substr(at_ + 1); }

 private:
  MailAddress() = default;
  std::string text_;
  std::size_t at_ = 0;
};

// Nothing where an address in that domain is right for that body; else why not, naming the clause.
//
// The standard (平成30年度版 6.3.2(1)(a), 8.1.1(4)(b)) binds whoever exchanges mail with persons outside 機関等 to
// 政府ドメイン名, names that end in .go.jp (4.1.1), and excepts: (ア) a 指定法人 that is not entitled to one, which
// then uses a domain that is given by the kind of organisation alone and that not just anybody can get; (イ) a
// 独立行政法人 or 指定法人 that is a place of education and chooses the domain for higher education; (ウ) where the
// receiver can tell who wrote and none of these can be used. How it is read here:
//   - every endpoint is held to it, not only those of bodies outside: what the daemon sends is of incidents, and the
//     clause speaks of receiving (送受信) as of sending;
//   - national agencies, the centre and the crisis-management line: .go.jp;
//   - 独立行政法人: .go.jp, or .ac.jp;
//   - 指定法人: .go.jp, .ac.jp, and by (ア) .or.jp and .lg.jp. Of JPRS's names by kind of organisation these are what a
//     body founded by a law, or an association of local governments' staff, can be entitled to; .co.jp is for
//     companies, .ne.jp for services, .gr.jp for whoever forms a group;
//   - who is a place of education the registry does not say: .ac.jp is registered for those alone, so that the name
//   itself
//     shows it;
//   - prefectural police are no 機関等 (1.3), so the clause does not bind them. By its purpose, as (ア): .lg.jp, which
//   only
//     local governments get, or the names that are kept for prefectures (pref.NAME.jp, metro.tokyo.jp); .go.jp for the
//     National Police Agency's own branches;
//   - (ウ) is a person's judgement: the endpoint's setting `domain_exception` carries it, and a second person decides
//   on
//     the endpoint.
// Registrations are not looked up: the rule is about the name.
std::optional<routing::Reason> domain_objection(const MailAddress& address, const routing::Organization& body);

}  // namespace noroshi::delivery
