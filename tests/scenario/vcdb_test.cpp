// Sixty real incidents with ugly texts, vague dates and large numbers, each reported in three versions, as
// exercises.
#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "tests/scenario/scene.h"

using namespace noroshi::scenario;

namespace {

namespace fs = std::filesystem;

// Bodies to play the victims, which mostly are none of ours. The Japan Pension Service is itself.
constexpr std::array players = {"nits",    "kahaku", "jaxa", "nict", "ipa",
                                "nibiohn", "jhf",    "jma",  "mlit", "mofa"};
constexpr const char* pension_service = "jps";

struct Victim {
  std::string organization;
  const json::object* file;
};

const json::value* find(const json::value& value, std::initializer_list<std::string_view> path) {
  const json::value* at = &value;
  for (const auto name : path) {
    const auto* object = at->if_object();
    at = object ? object->if_contains(name) : nullptr;
    if (!at) return nullptr;
  }
  return at;
}

std::optional<std::int64_t> number(const json::value& value, std::initializer_list<std::string_view> path) {
  const auto* found = find(value, path);
  if (!found || !found->is_number()) return std::nullopt;
  return found->to_number<std::int64_t>();
}

bool has(const json::value& value, std::initializer_list<std::string_view> path) {
  return find(value, path) != nullptr;
}

bool lists(const json::value& value, std::initializer_list<std::string_view> path, std::string_view word) {
  const auto* found = find(value, path);
  const auto* items = found ? found->if_array() : nullptr;
  return items && std::any_of(items->begin(), items->end(), [&](const auto& item) {
           return item.is_string() && std::string_view(item.as_string()).find(word) != std::string_view::npos;
         });
}

// A stated time with the precision that the file has; nothing without a year that can be.
json::value occurred(const json::value& file) {
  const auto year = number(file, {"timeline", "incident", "year"});
  if (!year || *year < 1900) return nullptr;
  const auto month = number(file, {"timeline", "incident", "month"}).value_or(0);
  const auto day = month ? number(file, {"timeline", "incident", "day"}).value_or(0) : 0;
  return {{"value", fmt::format("{:04}-{:02}-{:02}T00:00:00+09:00", *year, month ? month : 1, day ? day : 1)},
          {"precision", day     ? "day"
                        : month ? "month"
                                : "year"}};
}

std::string category(const json::value& file) {
  if (lists(file, {"action", "malware", "variety"}, "Ransomware")) return "malicious-code/infected-system";
  if (lists(file, {"action", "hacking", "variety"}, "DoS") ||
      lists(file, {"action", "malware", "variety"}, "DoS"))
    return "availability/ddos";
  if (lists(file, {"action", "hacking", "variety"}, "Brute force") ||
      lists(file, {"action", "hacking", "variety"}, "stolen creds"))
    return "intrusions/unprivileged-account-compromise";
  if (has(file, {"action", "hacking"})) return "intrusions/application-compromise";
  if (has(file, {"action", "malware"})) return "malicious-code/infected-system";
  if (has(file, {"action", "social"})) return "fraud/phishing";
  if (lists(file, {"action", "error", "variety"}, "Loss") || has(file, {"action", "physical"}))
    return "information-content-security/data-loss";
  if (has(file, {"action", "error"})) return "information-content-security/data-leak";
  if (has(file, {"action", "misuse"})) return "information-content-security/unauthorised-information-access";
  if (has(file, {"action", "environmental"})) return "availability/outage";
  return "other/undetermined";
}

// Misuse by an insider is perhaps a crime, no cyberattack that is known: left to be decided.
std::string cyberattack(const json::value& file) {
  const bool by_technique =
      has(file, {"action", "hacking"}) || has(file, {"action", "malware"}) || has(file, {"action", "social"});
  if (by_technique && has(file, {"actor", "external"})) return "yes";
  if (by_technique) return "possible";
  if (has(file, {"action", "misuse"})) return "unknown";
  if (has(file, {"action", "error"}) || has(file, {"action", "physical"}) ||
      has(file, {"action", "environmental"}))
    return "no";
  return "unknown";
}

std::string assessment(const json::value& file) {
  const auto* word = find(file, {"security_incident"});
  return word && word->is_string() && word->as_string() == "Confirmed" ? "incident" : "possible";
}

std::string text_of(const json::value& file, std::string_view name) {
  const auto* found = find(file, {name});
  return found && found->is_string() ? std::string(found->as_string()) : "";
}

std::string organization_of(const json::value& file, std::size_t index) {
  const auto* name = find(file, {"victim", "victim_id"});
  if (name && name->is_string() && name->as_string() == "Japan Pension Service") return pension_service;
  return players[index % players.size()];
}

json::object first_report(const json::value& file) {
  json::object report{
      {"reference", unique(text_of(file, "incident_id"))},
      {"stage", "first"},
      {"title", category(file)},
      {"times", {{"recognized", {{"value", "2019-02-01T09:00:00+09:00"}, {"precision", "day"}}}}},
      {"assessment", assessment(file)},
      {"cyberattack", cyberattack(file)},
      {"category", category(file)},
      {"exercise", true}};
  if (const auto when = occurred(file); !when.is_null()) report["times"].as_object()["occurred"] = when;
  if (cyberattack(file) == "no") report["cyberattack_reason"] = "攻撃者による行為ではない";
  return report;
}

json::object second_report(const json::value& file) {
  json::object impact;
  for (const auto* property : {"confidentiality", "integrity", "availability"})
    impact[property] = has(file, {"attribute", property}) ? "yes" : "unknown";
  if (const auto total = number(file, {"attribute", "confidentiality", "data_total"}))
    impact["persons_affected"] = {{"max", *total}};
  json::object report{{"impact", impact}};
  json::array systems;
  if (const auto* assets = find(file, {"asset", "assets"}); assets && assets->is_array())
    for (const auto& asset : assets->as_array())
      if (const auto* variety = find(asset, {"variety"});
          variety && variety->is_string() && !variety->as_string().empty())
        systems.push_back(json::object{{"name", *variety}});
  if (!systems.empty()) report["systems"] = systems;
  return report;
}

json::object final_report(const json::value& file) {
  return {{"summary", text_of(file, "summary") + "\n" + text_of(file, "reference")}};
}

}  // namespace

TEST_CASE("Sixty real incidents are taken in three versions each, ugly texts and vague dates and all") {
  const fs::path folder = fs::path(NOROSHI_SHARED_DATA) / "vcdb";
  if (!fs::is_directory(folder)) {
    MESSAGE("skipped: the incidents of the VERIS Community Database are not at " << folder.string());
    return;
  }
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  REQUIRE(paths.size() == 60);

  const Desk police("police-tokyo", "police_desk");
  const auto inbox_of_police = police.inbox().size();
  std::size_t with_police = 0, with_text = 0;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    INFO(paths[i].filename().string());
    const auto file = json::parse(read_file(paths[i]));
    const Desk desk(organization_of(file, i), "csirt_member");
    const auto report = first_report(file);
    const auto incident = desk.reports(report);
    const auto second = desk.sends(later_version(incident, "followup", second_report(file)));
    REQUIRE_MESSAGE(second.status == 201, second);
    const auto third = desk.sends(later_version(incident, "final", final_report(file)));
    REQUIRE_MESSAGE(third.status == 201, third);

    const auto seen = desk.sees(incident);
    CHECK(seen.at("reports").as_array().size() == 3);
    CHECK(seen.at("exercise").as_bool());
    const auto& kept = seen.at("report");
    CHECK(text(kept, "category") == category(file));
    const std::string summary = text(final_report(file), "summary");
    if (summary == "\n") {
      CHECK((!kept.as_object().contains("summary") || text(kept, "summary") == summary));
    } else {
      CHECK(text(kept, "summary") == summary);
      ++with_text;
    }
    if (const auto when = occurred(file); !when.is_null()) {
      CHECK(text(kept.at("times").at("occurred"), "value") == text(when, "value"));
      CHECK(text(kept.at("times").at("occurred"), "precision") == text(when, "precision"));
    }
    if (const auto total = number(file, {"attribute", "confidentiality", "data_total"}))
      CHECK(kept.at("impact").at("persons_affected").at("max").to_number<std::int64_t>() == *total);

    const bool owed =
        assessment(file) == "incident" && (cyberattack(file) == "yes" || cyberattack(file) == "possible");
    const auto duties = desk.duties(incident);
    const bool opened =
        std::any_of(duties.begin(), duties.end(), [](const auto& duty) { return duty.starts_with("(h) "); });
    CHECK(opened == owed);
    with_police += owed;
    CHECK(duties.empty() == (assessment(file) != "incident"));
  }
  CHECK(with_police >= 20);
  CHECK(with_text >= 30);
  CHECK(police.inbox().size() == inbox_of_police);  // exercises
}
