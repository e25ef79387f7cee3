// Four eyes of tokens that are bound to nobody, in a body whose people are registered.
#include <doctest/doctest.h>

#include "src/core/four_eyes.h"

using namespace noroshi::core;

TEST_CASE("who asks and who decides are proven to be two persons") {
  PersonId one, other;
  one.value.bytes[0] = 1;
  other.value.bytes[0] = 2;
  const Authority nobody{}, first{one, {}}, second{other, {}};
  struct Row {
    const char* what;
    const Authority& applicant;
    const Authority& approver;
    bool approved;
    const char* says;  // nullptr: not refused
  };
  const Row rows[] = {
      {"both are known", first, second, true, nullptr},
      {"both are known, and it is rejected", first, second, false, nullptr},
      {"nobody knows who decides", first, nobody, true, "Decide with a token that is bound"},
      {"not to reject either", first, nobody, false, "Decide with a token that is bound"},
      {"nobody knows either", nobody, nobody, true, "Decide with a token that is bound"},
      {"nobody knows who asked", nobody, second, true, "Reject this request and have it asked anew"},
      {"what nobody knows who asked for may be rejected", nobody, second, false, nullptr},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto refusal = refuse_unbound_eyes(row.applicant, row.approver, row.approved);
    CHECK(refusal.has_value() == (row.says != nullptr));
    if (!refusal || !row.says) continue;
    CHECK(refusal->code == RefusalCode::four_eyes);
    CHECK(refusal->detail.en.find(row.says) != std::string::npos);
    CHECK(refusal->detail.ja.find("noroshi token issue --person") != std::string::npos);
  }
  CHECK_FALSE(refuse_unbound_applicant(first));
  REQUIRE(refuse_unbound_applicant(nobody));
  CHECK(refuse_unbound_applicant(nobody)->code == RefusalCode::four_eyes);
}
