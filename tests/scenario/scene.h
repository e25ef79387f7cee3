// The language of the scenarios: desks that report, look and act, and words for what they see.
//
//   Desk jps("jps", "csirt_member"), mhlw("mhlw", "csirt_member");
//   const auto incident = jps.reports(a_report({{"cyberattack", "yes"}}));
//   CHECK(mhlw.duties(incident) == Lines{"(g)2 jps -> mhlw fulfilled", "(g)3 mhlw -> nco open", …});
#pragma once

#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "tests/scenario/daemon.h"

namespace noroshi::scenario {

namespace json = boost::json;

using Lines = std::vector<std::string>;

// What a call may carry beside path and body.
struct With {
  std::string key;       // Idempotency-Key
  std::string language;  // Accept-Language
  std::string if_match;
  std::string if_none_match;
  std::string accept;
};

// A key that nobody has used.
std::string fresh_key();
// A text that stands nowhere else: for references, and for canaries.
std::string unique(std::string_view stem);

// An answer and what is said in it.
class Reply : public Answer {
 public:
  Reply() = default;
  explicit Reply(Answer answer) : Answer(std::move(answer)) {}

  // The body as JSON; fails the test where it is none. Lives as long as the reply.
  const json::value& json() const;
  // A member of it; fails the test where there is none.
  const json::value& operator[](std::string_view member) const;
  // The stable code of a problem document; empty where the answer is none.
  std::string code() const;
  // Each of `errors` as "pointer code", sorted.
  Lines mistakes() const;

 private:
  mutable std::shared_ptr<json::value> parsed_;
};

// The text of a member; fails the test where it is none.
std::string text(const json::value& object, std::string_view member);

// An incident as a reporter learns of it.
struct Incident {
  std::string id;
  std::string number;
  std::string reference;
  Reply reply;
};

class Desk {
 public:
  // A desk of the shared daemon, or of one's own. `person` stands in the record; four eyes look at it.
  Desk(std::string organization, std::string role, std::string person = "", Daemon& daemon = the_daemon());
  // Somebody who sends this in the place of a token.
  static Desk with_token(std::string token, Daemon& daemon = the_daemon());

  const std::string& organization() const { return organization_; }
  const std::string& role() const { return role_; }

  // Paths are those below /api/v1, except for those that begin with "/livez", "/readyz", "/version" or
  // "/metrics".
  Reply get(const std::string& path, const With& with = {}) const;
  Reply post(const std::string& path, const json::value& body, const With& with = {}) const;
  Reply post_bytes(const std::string& path, const std::string& bytes, const With& with = {}) const;

  // POST /reports under a fresh key; `reports` is for one that must be accepted.
  Reply sends(const json::object& report, const With& with = {}) const;
  Incident reports(const json::object& report) const;

  // All pages of a list.
  std::vector<json::object> list(const std::string& path) const;

  std::vector<json::object> inbox() const { return list("/inbox"); }
  // What reached this desk's body of an incident, oldest first.
  std::vector<json::object> messages_of(const Incident& incident) const;
  // The one message of an incident, in full; fails the test where there is none or more than one.
  json::object message_of(const Incident& incident) const;

  // One incident, which must be visible.
  json::object sees(const Incident& incident) const;
  // Whether GET /incidents/{id} shows it.
  bool can_see(const Incident& incident) const;

  // The duties of an incident that this desk sees, those inside a body left out:
  // "(g)2 jps -> mhlw fulfilled", sorted.
  Lines duties(const Incident& incident) const;
  // A duty of an incident; fails the test where there is not exactly one. `clause` is "g", `holder` a body.
  json::object obligation_of(const Incident& incident, std::string_view clause, int sentence,
                             std::string_view holder) const;

  // POST /obligations/{id}/fulfillments
  Reply fulfills(const json::object& obligation, const json::object& how) const;
  // POST /inbox/{message}/acknowledgement
  Reply acknowledges(const json::object& message, const std::string& by) const;
  Reply assesses(const Incident& incident, const json::object& judgement) const;

 private:
  Reply send(const std::string& method, const std::string& path, const With& with,
             const std::string& body = "") const;

  std::string organization_;
  std::string role_;
  std::string token_;
  Daemon* daemon_;
};

// A duty in one line; see Desk::duties.
std::string line_of(const json::object& obligation);
// The lines of a list of duties, those inside a body left out.
Lines lines_of(const json::value& obligations);
// The codes of a list of alarms or notes.
Lines codes_of(const json::value& list);

// A first report of an incident, recognised at `recognized` or a few minutes ago, under a reference of its
// own; `members` are laid over it, null takes a member away.
json::object a_report(const json::object& members = {});
json::object a_report_recognized(std::string_view recognized, const json::object& members = {});
// A later version for the same reference: identity and stage, and what it states.
json::object later_version(const Incident& incident, std::string_view stage, const json::object& members);

// A cell of the large-scale matrix that is enough: fear of harm to property, which may be.
json::array a_large_scale_cell();

// "2026-01-05T09:00:00+09:00"
std::string minutes_ago(int minutes);

// Whether a text stands anywhere in what a body received.
inline bool mentions(const std::string& answer, const std::string& what) {
  return answer.find(what) != std::string::npos;
}

std::ostream& operator<<(std::ostream& out, const Reply& reply);

}  // namespace noroshi::scenario

namespace doctest {
template <>
struct StringMaker<noroshi::scenario::Lines> {
  static String convert(const noroshi::scenario::Lines& lines);
};
}  // namespace doctest
