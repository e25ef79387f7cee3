#include "src/codec/incident_category.h"

#include <algorithm>
#include <iterator>

namespace noroshi::codec {
namespace {

constexpr std::string_view categories[] = {
    "abusive-content/spam",
    "abusive-content/harmful-speech",
    "abusive-content/violence",
    "malicious-code/infected-system",
    "malicious-code/c2-server",
    "malicious-code/malware-distribution",
    "malicious-code/malware-configuration",
    "information-gathering/scanner",
    "information-gathering/sniffing",
    "information-gathering/social-engineering",
    "intrusion-attempts/ids-alert",
    "intrusion-attempts/brute-force",
    "intrusion-attempts/exploit",
    "intrusions/privileged-account-compromise",
    "intrusions/unprivileged-account-compromise",
    "intrusions/application-compromise",
    "intrusions/system-compromise",
    "intrusions/burglary",
    "availability/dos",
    "availability/ddos",
    "availability/misconfiguration",
    "availability/sabotage",
    "availability/outage",
    "information-content-security/unauthorised-information-access",
    "information-content-security/unauthorised-information-modification",
    "information-content-security/data-loss",
    "information-content-security/data-leak",
    "fraud/unauthorised-use-of-resources",
    "fraud/copyright",
    "fraud/masquerade",
    "fraud/phishing",
    "vulnerable/weak-crypto",
    "vulnerable/ddos-amplifier",
    "vulnerable/potentially-unwanted-accessible",
    "vulnerable/information-disclosure",
    "vulnerable/vulnerable-system",
    "other/other",
    "other/undetermined",
    "test/test",
};

}  // namespace

std::span<const std::string_view> incident_categories() {
  return categories;
}

std::string_view category_in(std::string_view document) {
  constexpr std::string_view member = "\"category\":\"";
  int depth = 0;
  for (std::size_t at = 0; at < document.size(); ++at) {
    const char letter = document[at];
    if (letter == '{' || letter == '[') ++depth;
    if (letter == '}' || letter == ']') --depth;
    if (letter != '"') continue;
    if (depth == 1 && document.substr(at).starts_with(member)) {
      const auto value = document.substr(at + member.size());
      const auto found = std::find(std::begin(categories), std::end(categories), value.substr(0, value.find('"')));
      return found == std::end(categories) ? std::string_view() : *found;
    }
    // To the end of the string: what stands in it is a person's.
    for (++at; at < document.size() && document[at] != '"'; ++at)
      if (document[at] == '\\') ++at;
  }
  return {};
}

bool is_incident_category(std::string_view text) {
  return std::find(std::begin(categories), std::end(categories), text) != std::end(categories);
}

}  // namespace noroshi::codec
