#include <sstream>

#include <doctest/doctest.h>

#include "src/core/role.h"
#include "tests/core/scene.h"

using namespace noroshi::core;
using namespace noroshi::core::testing;

TEST_CASE("every role against every kind of body") {
  // agency: a ministry; iaa: 独立行政法人; designated: 指定法人; center and crisis: parts of the Cabinet
  // Secretariat and so national agencies as well (1.3); police: of a prefecture; npa: the agency that is the
  // head of the police.
  const std::string table = R"(
                      agency  iaa   designated  center  crisis     police        npa
                      mhlw    ncgm  jps         nisc    cas-jitai  police-osaka  npa
    reporter          yes     yes   yes         yes     yes        yes           yes
    csirt_member      yes     yes   yes         yes     yes        -             yes
    csirt_head        yes     yes   yes         yes     yes        -             yes
    external_contact  yes     yes   yes         yes     yes        -             yes
    exception_officer yes     yes   yes         yes     yes        -             yes
    ciso              yes     yes   yes         yes     yes        -             yes
    section_officer   yes     yes   yes         yes     yes        -             yes
    center_liaison    -       -     -           yes     -          -             -
    police_desk       -       -     -           -       -          yes           yes
    crisis_desk       -       -     -           -       yes        -             -
    cymat_member      yes     -     -           yes     yes        -             yes
    auditor           yes     yes   yes         yes     yes        yes           yes
    operator          yes     yes   yes         yes     yes        yes           yes
  )";
  std::istringstream lines(table);
  std::vector<std::string> slugs;
  std::size_t roles = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream row(line);
    std::string first;
    if (!(row >> first) || first == "agency") continue;
    if (first == "mhlw") {
      slugs.push_back(first);
      for (std::string slug; row >> slug;) slugs.push_back(slug);
      continue;
    }
    const auto role = parse_role(first);
    REQUIRE_MESSAGE(role, first);
    ++roles;
    for (const auto& slug : slugs) {
      std::string cell;
      row >> cell;
      CAPTURE(first);
      CAPTURE(slug);
      REQUIRE(law().registry.find(slug));
      CHECK(role_fits(*role, *law().registry.find(slug)) == (cell == "yes"));
    }
  }
  CHECK(roles == all_roles().size());
}

TEST_CASE("every role has a name that reads back as the role") {
  for (auto role : all_roles()) CHECK(parse_role(to_string(role)) == role);
  CHECK(parse_role("operator_") == std::nullopt);
  CHECK(parse_role("") == std::nullopt);
}

TEST_CASE("three roles are of the CSIRT") {
  for (auto role : all_roles())
    CHECK(is_csirt(role) ==
          (role == Role::csirt_member || role == Role::csirt_head || role == Role::external_contact));
}
