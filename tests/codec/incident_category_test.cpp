#include "src/codec/incident_category.h"
#include "src/codec/report_decoder.h"

#include <doctest/doctest.h>

#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace noroshi::codec;

TEST_CASE("categories are those of RSIT, class and type") {
  CHECK(incident_categories().size() == 39);
  CHECK(is_incident_category("malicious-code/infected-system"));
  CHECK(is_incident_category("availability/misconfiguration"));
  CHECK_FALSE(is_incident_category("malicious-code"));
  CHECK_FALSE(is_incident_category("malicious-code/"));
  CHECK_FALSE(is_incident_category("Malicious-Code/infected-system"));
  CHECK_FALSE(is_incident_category(""));
}

TEST_CASE("the category of a report in force is the member of the object itself, and no word of a person's") {
  const auto submission = decode_submission(
      R"({"reference":"a","stage":"first","title":"\"category\":\"fraud/phishing\"","category":"availability/ddos",)"
      R"("times":{"recognized":{"value":"2018-08-01T09:00:00+09:00"}},"assessment":"possible"})");
  REQUIRE(submission);
  CHECK(category_in(submission->report.document) == "availability/ddos");
  for (const char* none : {"", "erased", "{}", "[]", R"({"title":"x"})", R"({"times":{"category":"fraud/phishing"}})",
                           R"({"title":"\",\"category\":\"fraud/phishing\""})", R"({"category":"not/one"})", R"({"category":")"})
    CHECK(category_in(none).empty());
}

TEST_CASE("the table is the published taxonomy") {
  const std::filesystem::path published = NOROSHI_SHARED_DATA "/rsit/working_copy/machinev1";
  if (!std::filesystem::exists(published)) {
    MESSAGE("SKIPPED: RSIT is not in ../shared/data/rsit");
    return;
  }
  std::ifstream file(published);
  std::stringstream text;
  text << file.rdbuf();
  const auto taxonomy = boost::json::parse(text.str());
  std::vector<std::string> listed;
  for (const auto& predicate : taxonomy.at("predicates").as_array())
    for (const auto& group : taxonomy.at("values").as_array())
      if (group.at("predicate") == predicate.at("value"))
        for (const auto& entry : group.at("entry").as_array())
          listed.push_back(std::string(predicate.at("value").as_string()) + "/" +
                           std::string(entry.at("value").as_string()));
  CHECK(listed == std::vector<std::string>(incident_categories().begin(), incident_categories().end()));
}
