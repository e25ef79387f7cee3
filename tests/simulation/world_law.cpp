#include "tests/simulation/world_law.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace noroshi::simulation {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <class T>
T must(tl::expected<T, std::vector<routing::Mistake>> read) {
  if (read) return std::move(*read);
  for (const auto& mistake : read.error()) std::fprintf(stderr, "%s\n", to_string(mistake).c_str());
  std::exit(2);
}

void replace(std::string& text, const std::string& before, const std::string& after) {
  const auto at = text.find(before);
  if (at == std::string::npos) {
    std::fprintf(stderr, "the law of the simulation does not find: %s\n", before.c_str());
    std::exit(2);
  }
  text.replace(at, before.size(), after);
}

// The value of a key in the rule of that id.
void set_in_rule(std::string& toml, const std::string& rule, const std::string& before, const std::string& after) {
  const auto start = toml.find("\nid = \"" + rule + "\"\n");
  const auto at = start == std::string::npos ? start : toml.find(before, start);
  if (at == std::string::npos) replace(toml, rule + ": " + before, after);
  toml.replace(at, before.size(), after);
}

std::string edition_text(const std::string& name) {
  return read_file(NOROSHI_SOURCE_DIR "/routing/editions/" + name);
}

routing::Edition coming() {
  auto text = edition_text("h30.toml");
  replace(text, "id = \"h30\"", "id = \"r8\"");
  replace(text, "in_force_from = 2018-07-25", "in_force_from = " + std::string(coming_day));
  const auto later = text.find("[later_not_held]");
  text.erase(later, text.find("[recipients]") - later);
  set_in_rule(text, "g.1", "target = \"PT60M\"", "target = \"PT30M\"");
  set_in_rule(text, "g.2", "target = \"PT60M\"", "target = \"PT45M\"");
  set_in_rule(text, "g.3", "target = \"PT30M\"", "target = \"PT20M\"");
  set_in_rule(text, "h", "target = \"PT24H\"", "target = \"PT12H\"");
  set_in_rule(text, "l", "clause = \"2.2.4(2)(l)\"", "clause = \"2.2.4(2)(n)\"");
  replace(text, "\nid = \"l\"\n", "\nid = \"n\"\n");
  return must(routing::parse_edition(text, "r8.toml"));
}

// Lines of CSV whose fields hold no line break. The agency ends with 年度 2025, and its rows begin again under the
// other name.
std::string reformed_organizations(const std::string& csv) {
  std::istringstream lines(csv);
  std::string result;
  std::string line;
  const std::string name = reformed_agency;
  while (std::getline(lines, line)) {
    if (line.starts_with(name + ",")) {
      // id,name_ja,name_en,kind,supervising,designated_table,prefecture,police,valid_from,valid_to,also_kind,legal_class,parent,successor,...
      result += name +
                ",厚生労働省,\"Ministry of Health, Labour and "
                "Welfare\",national_agency,,,東京都,police-tokyo,,2026-03-31,,fushocho,," +
                std::string(reformed_into) + ",M,high,\n";
      result += std::string(reformed_into) +
                ",改組後の省,,national_agency,,,東京都,police-tokyo,2026-04-01,,,fushocho,,,M,high,\n";
      continue;
    }
    result += line + "\n";
  }
  return result;
}
std::string reformed_supervision(const std::string& csv) {
  std::istringstream lines(csv);
  std::string result;
  std::string line;
  const std::string name = "," + std::string(reformed_agency) + ",";
  while (std::getline(lines, line)) {
    const auto agency = line.find(name);
    // org_id,agency_id,role,scope_ja,law_minister,in_2013_text,in_2026_text,valid_from,valid_to,confidence
    const auto confidence = line.rfind(',');
    const auto to = line.rfind(',', confidence - 1);
    const auto from = line.rfind(',', to - 1);
    if (agency == std::string::npos || agency != line.find(',') || to + 1 != confidence) {
      result += line + "\n";
      continue;
    }
    result += line.substr(0, to + 1) + "2026-03-31" + line.substr(confidence) + "\n";
    auto later = line.substr(0, from + 1) + "2026-04-01" + line.substr(to);
    later.replace(agency, name.size(), "," + std::string(reformed_into) + ",");
    result += later + "\n";
  }
  return result;
}

WorldLaw make(bool reformed) {
  auto organizations = read_file(NOROSHI_SOURCE_DIR "/routing/registry/organizations.csv");
  auto supervision = read_file(NOROSHI_SOURCE_DIR "/routing/registry/supervision_scopes.csv");
  if (reformed) {
    organizations = reformed_organizations(organizations);
    supervision = reformed_supervision(supervision);
  }
  auto registry = must(routing::Registry::parse(organizations, supervision));
  const auto held = [] {
    std::vector<routing::Edition> editions;
    for (const char* name : {"h28.toml", "h30.toml"})
      editions.push_back(must(routing::parse_edition(edition_text(name), name)));
    return editions;
  };
  auto with_coming = held();
  with_coming.push_back(coming());
  return {std::move(organizations), std::move(supervision), std::move(registry), must(routing::Editions::make(held())),
          must(routing::Editions::make(std::move(with_coming)))};
}

}  // namespace

const WorldLaw& world_law(bool reformed) {
  static const WorldLaw plain = make(false);
  static const WorldLaw other = make(true);
  return reformed ? other : plain;
}

}  // namespace noroshi::simulation
