// Intake from paper and telephone: an agency enters what a body it supervises cannot.
#include "tests/scenario/scene.h"

using namespace noroshi::scenario;

TEST_CASE("An agency enters a report for a corporation that it supervises, marked so") {
  const Desk mext("mext", "csirt_member"), nits("nits", "csirt_member");
  const auto incident = mext.reports(a_report({{"organization", "nits"}}));
  CHECK(text(incident.reply["incident"], "organization") == "nits");
  CHECK(incident.number.starts_with("NITS-20"));
  for (const Desk* desk : {&mext, &nits}) {
    const auto seen = desk->sees(incident);
    CHECK(text(seen, "organization") == "nits");
    CHECK(text(seen, "submitted_by") == "mext");
    CHECK(text(seen.at("reports").as_array().front(), "submitted_by") == "mext");
  }
  CHECK(nits.duties(incident) ==
        Lines{"(g)2 nits -> mext fulfilled", "(g)3 mext -> nco open", "(h) nits -> police-ibaraki open"});
  // The corporation goes on with it itself.
  CHECK(nits.sends(later_version(incident, "followup", {{"summary", "端末を隔離した"}})).status == 201);
}

TEST_CASE("Nobody else reports for another body, and nothing is kept of the attempt") {
  const Desk jps("jps", "csirt_head"), nits("nits", "csirt_member");
  const auto before = nits.list("/incidents").size();
  for (const std::string who : {"meti", "jma", "jps", "nco"}) {
    const Desk other(who, "csirt_member");
    const auto reply = other.sends(a_report({{"organization", "nits"}}));
    INFO(who);
    CHECK(reply.status == 403);
    CHECK(reply.code() == "foreign_organization");
  }
  CHECK(nits.list("/incidents").size() == before);
  CHECK(jps.sends(a_report({{"organization", "no-such-body"}})).status == 422);
}
