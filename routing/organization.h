// A body (機関等) that holds or receives duties under section 2.2.4 of the Common Standards (統一基準).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/time.h"

namespace noroshi::routing {

// The kinds the rules tell apart (standard 1.3).
enum class OrganizationKind {
  national_agency,                    // 国の行政機関
  independent_administrative_agency,  // 独立行政法人
  designated_corporation,             // 指定法人
  center,  // 内閣官房内閣サイバーセキュリティセンター (NISC), since 2025-07-01 国家サイバー統括室 (NCO)
  police,  // 警察
  crisis_management,  // 内閣官房 事態対処・危機管理担当
};

std::string_view to_string(OrganizationKind kind);
std::optional<OrganizationKind> parse_organization_kind(std::string_view text);

// Days are inclusive; an empty `from` means "existed before 2018", an empty `to` "not known to have ended".
struct Period {
  std::optional<JapaneseDay> from;
  std::optional<JapaneseDay> to;

  bool contains(JapaneseDay day) const { return (!from || *from <= day) && (!to || day <= *to); }
  friend bool operator==(const Period&, const Period&) = default;
};

struct Organization {
  std::string slug;  // stable key, [a-z0-9-], at most 40 characters
  std::string name_ja;
  std::string name_en;  // empty where not known
  OrganizationKind kind{};
  std::optional<OrganizationKind> also_kind;
  std::optional<bool> listed_in_schedule;  // 指定法人 only: in 独法等情報公開法 別表第一
  std::string prefecture;
  std::string police;  // slug of the default for clause (h); empty where not known
  Period period;
  std::string legal_class;
  std::string parent;     // slug; empty where none
  std::string successor;  // slug; empty where none

  // By kind or also_kind: the centre as a victim is a national agency.
  bool is(OrganizationKind which) const { return kind == which || also_kind == which; }
  // 独立行政法人 or 指定法人: the bodies that report to a supervising agency.
  bool is_corporation() const {
    return kind == OrganizationKind::independent_administrative_agency ||
           kind == OrganizationKind::designated_corporation;
  }
};

// How an agency supervises (所管する) a corporation. `main` and `joint` are told under (g); `co` (共管) has
// part of the work only and is told when somebody adds it.
enum class SupervisionRole { main, joint, co };

std::string_view to_string(SupervisionRole role);
std::optional<SupervisionRole> parse_supervision_role(std::string_view text);

struct Supervision {
  std::string organization;  // the corporation's slug
  std::string agency;        // the supervising body's slug
  SupervisionRole role{};
  std::string scope_ja;
  Period period;
};

}  // namespace noroshi::routing
