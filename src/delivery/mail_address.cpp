#include "src/delivery/mail_address.h"

#include <algorithm>
#include <array>
#include <vector>

namespace noroshi::delivery {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_atom(char c) {
  return is_letter_or_digit(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto dot = text.find('.');
    parts.push_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    text.remove_prefix(dot + 1);
  }
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

constexpr std::array<std::string_view, 46> prefectures{
    "hokkaido",  "aomori",    "iwate",     "miyagi",   "akita",     "yamagata", "fukushima", "ibaraki",
    "tochigi",   "gunma",     "saitama",   "chiba",    "kanagawa",  "niigata",  "toyama",    "ishikawa",
    "fukui",     "yamanashi", "nagano",    "gifu",     "shizuoka",  "aichi",    "mie",       "shiga",
    "kyoto",     "osaka",     "hyogo",     "nara",     "wakayama",  "tottori",  "shimane",   "okayama",
    "hiroshima", "yamaguchi", "tokushima", "kagawa",   "ehime",     "kochi",    "fukuoka",   "saga",
    "nagasaki",  "kumamoto",  "oita",      "miyazaki", "kagoshima", "okinawa"};

// "....pref.osaka.jp", "....metro.tokyo.jp".
bool is_of_prefecture(const std::vector<std::string_view>& labels) {
  if (labels.size() < 3 || labels.back() != "jp") return false;
  const auto name = labels[labels.size() - 2];
  const auto kind = labels[labels.size() - 3];
  return (kind == "metro" && name == "tokyo") ||
         (kind == "pref" && std::find(prefectures.begin(), prefectures.end(), name) != prefectures.end());
}

routing::Reason objection(std::string_view ja, std::string_view en) {
  return {std::string(ja), std::string(en)};
}

}  // namespace

std::optional<MailAddress> MailAddress::parse(std::string_view text) {
  const auto at = text.find('@');
  if (text.size() > 254 || at == std::string_view::npos || at == 0 || at > 64) return std::nullopt;
  for (const auto atom : split(text.substr(0, at)))
    if (atom.empty() || !std::all_of(atom.begin(), atom.end(), is_atom)) return std::nullopt;
  const auto labels = split(text.substr(at + 1));
  if (labels.size() < 2 || !std::all_of(labels.begin(), labels.end(), is_label)) return std::nullopt;
  // No top-level domain is a number: this is an address of IP.
  if (std::all_of(labels.back().begin(), labels.back().end(), [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  MailAddress address;
  address.text_ = text;
  address.at_ = at;
  std::transform(address.text_.begin() + static_cast<std::ptrdiff_t>(at), address.text_.end(),
                 address.text_.begin() + static_cast<std::ptrdiff_t>(at),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return address;
}

std::optional<routing::Reason> domain_objection(const MailAddress& address, const routing::Organization& body) {
  using Kind = routing::OrganizationKind;
  const auto labels = split(address.domain());
  // A name below it: "go.jp" itself is nobody's.
  const auto below = [&](std::string_view attribute) {
    return labels.size() >= 3 && labels.back() == "jp" && labels[labels.size() - 2] == attribute;
  };
  if (below("go")) return std::nullopt;
  switch (body.kind) {
    case Kind::national_agency:
    case Kind::center:
    case Kind::crisis_management:
      return objection("国の行政機関の宛先は政府ドメイン名（.go.jp）に限ります（統一基準 6.3.2(1)(a)、8.1.1(4)(b)）。",
                       "An address of a national agency lies under .go.jp (standard 6.3.2(1)(a), 8.1.1(4)(b)).");
    case Kind::independent_administrative_agency:
      if (below("ac")) return std::nullopt;
      return objection(
          "独立行政法人の宛先は政府ドメイン名（.go.jp）、教育機関である法人は高等教育機関向けのドメイン名（.ac."
          "jp）に限ります"
          "（統一基準 6.3.2(1)(a)(イ)、8.1.1(4)(b)(イ)）。",
          "An address of an independent administrative agency lies under .go.jp, of one for education under .ac.jp "
          "(standard 6.3.2(1)(a)(イ), 8.1.1(4)(b)(イ)).");
    case Kind::designated_corporation:
      if (below("ac") || below("or") || below("lg")) return std::nullopt;
      return objection(
          "指定法人の宛先は政府ドメイン名（.go.jp）、登録資格がない場合は組織の属性が資格条件のドメイン名"
          "（.or.jp、.lg.jp）、教育機関である法人は .ac.jp に限ります（統一基準 "
          "6.3.2(1)(a)(ア)(イ)、8.1.1(4)(b)(ア)(イ)）。",
          "An address of a designated corporation lies under .go.jp, where it is not entitled to one under a name "
          "given "
          "by the kind of organisation (.or.jp, .lg.jp), of one for education under .ac.jp (standard "
          "6.3.2(1)(a)(ア)(イ), 8.1.1(4)(b)(ア)(イ)).");
    case Kind::police:
      if (below("lg") || is_of_prefecture(labels)) return std::nullopt;
      return objection(
          "警察の宛先は .lg.jp、都道府県のドメイン名（pref.○○.jp、metro.tokyo.jp）又は .go.jp に限ります"
          "（統一基準 8.1.1(4)(b) の趣旨による）。",
          "An address of the police lies under .lg.jp, a prefecture's name (pref.NAME.jp, metro.tokyo.jp) or .go.jp "
          "(by the purpose of standard 8.1.1(4)(b)).");
  }
  return objection("宛先のドメイン名を確かめられません（統一基準 8.1.1(4)(b)）。",
                   "The domain of the address cannot be judged (standard 8.1.1(4)(b)).");
}

}  // namespace noroshi::delivery
