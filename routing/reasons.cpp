#include "routing/reasons.h"

#include <fmt/format.h>

namespace noroshi::routing::reasons {
namespace {

struct Name {
  std::string_view ja;
  std::string_view en;
};

Name name_of(OrganizationKind kind) {
  switch (kind) {
    case OrganizationKind::national_agency:
      return {"国の行政機関", "a national agency"};
    case OrganizationKind::independent_administrative_agency:
      return {"独立行政法人", "an independent administrative agency"};
    case OrganizationKind::designated_corporation:
      return {"指定法人", "a designated corporation"};
    case OrganizationKind::center:
      return {"サイバーセキュリティの司令塔組織", "the centre"};
    case OrganizationKind::police:
      return {"警察", "a police"};
    case OrganizationKind::crisis_management:
      return {"事態対処・危機管理担当", "the crisis management line"};
  }
  return {};
}

Name name_of(SupervisionRole role) {
  switch (role) {
    case SupervisionRole::main:
      return {"主たる所管", "main"};
    case SupervisionRole::joint:
      return {"共同所管", "joint"};
    case SupervisionRole::co:
      return {"共管", "co"};
  }
  return {};
}

Name name_of(Cyberattack value) {
  switch (value) {
    case Cyberattack::yes:
      return {"該当", "yes"};
    case Cyberattack::possible:
      return {"おそれあり", "possible"};
    case Cyberattack::no:
      return {"非該当", "no"};
    case Cyberattack::unknown:
      return {"不明", "unknown"};
  }
  return {};
}

Name name_of(Criterion value) {
  switch (value) {
    case Criterion::life:
      return {"生命", "life"};
    case Criterion::body:
      return {"身体", "body"};
    case Criterion::property:
      return {"財産", "property"};
    case Criterion::territory:
      return {"国土", "territory"};
  }
  return {};
}

std::string ja_of(const LargeScaleCell& cell) {
  return fmt::format("{}・{}・{}", name_of(cell.criterion).ja,
                     cell.harm == Harm::occurred ? "発生" : "おそれ",
                     cell.certainty == Certainty::is ? "当該事態" : "可能性がある事態");
}

std::string en_of(const LargeScaleCell& cell) {
  return fmt::format("{} {} {}", to_string(cell.criterion), to_string(cell.harm), to_string(cell.certainty));
}

Reason cells_of(const Judgement& judge) {
  Reason cells;
  for (const auto& cell : judge.large_scale) {
    cells.ja += (cells.ja.empty() ? "" : "、") + ja_of(cell);
    cells.en += (cells.en.empty() ? "" : ", ") + en_of(cell);
  }
  return cells;
}

std::string en_of(const Organization& body) {
  return body.name_en.empty() ? body.slug : fmt::format("{} ({})", body.slug, body.name_en);
}

Reason kinds_of(const Rule& rule) {
  Reason kinds;
  for (const auto kind : rule.holders) {
    const auto name = name_of(kind);
    kinds.ja += (kinds.ja.empty() ? "" : "又は") + std::string(name.ja);
    kinds.en += (kinds.en.empty() ? "" : " or ") + std::string(name.en);
  }
  return kinds;
}

}  // namespace

Reason holder_is(const Organization& body, const Rule& rule) {
  for (const auto kind : rule.holders)
    if (body.is(kind))
      return {fmt::format("{}は{}である", body.name_ja, name_of(kind).ja),
              fmt::format("{} is {}", en_of(body), name_of(kind).en)};
  return holder_must_be(rule);
}

Reason holder_must_be(const Rule& rule) {
  const auto kinds = kinds_of(rule);
  return {fmt::format("義務を負うのは{}に限られる", kinds.ja), fmt::format("holder must be {}", kinds.en)};
}

Reason received(const Organization& agency, const Organization& corporation) {
  return {fmt::format("{}は{}から連絡を受けた", agency.name_ja, corporation.name_ja),
          fmt::format("{} received the report of {}", en_of(agency), en_of(corporation))};
}

Reason received_only() {
  return {"独立行政法人又は指定法人から連絡を受けた場合に限られる",
          "opens only on an incident received from a corporation"};
}

Reason nobody_was_told() {
  return {"連絡を受けた国の行政機関がない", "no national agency was told"};
}

Reason condition_holds(Condition condition, const Judgement& judge, const Organization& body) {
  const auto attack = name_of(judge.cyberattack);
  switch (condition) {
    case Condition::assessed_incident:
      return {fmt::format("{}が情報セキュリティインシデントと評価した", body.name_ja),
              fmt::format("{} assessed it as an incident", body.slug)};
    case Condition::assessed_possible:
      return {fmt::format("{}は可能性を認知したが、まだ評価していない", body.name_ja),
              fmt::format("{} knows of a possible incident and has not assessed it yet", body.slug)};
    case Condition::cyberattack_or_feared:
      if (judge.cyberattack == Cyberattack::unknown)
        return {fmt::format(
                    "サイバー攻撃か不明であるが、大規模の項目（{}）があるため、おそれがあるものとして扱う",
                    cells_of(judge).ja),
                fmt::format("cyberattack is unknown but a large-scale cell is set ({}): treated as feared",
                            cells_of(judge).en)};
      return {fmt::format("サイバー攻撃：{}", attack.ja), fmt::format("cyberattack: {}", attack.en)};
    case Condition::cyberattack_undecided:
      return {"サイバー攻撃又はそのおそれがあるか、まだ判断されていない",
              "whether it is a cyberattack has not been decided yet"};
    case Condition::large_scale:
      return {fmt::format("{}による大規模の項目：{}（サイバー攻撃：{}）", body.name_ja, cells_of(judge).ja,
                          attack.ja),
              fmt::format("large-scale cells set by {}: {} (cyberattack: {})", body.slug, cells_of(judge).en,
                          attack.en)};
    case Condition::cymat_supports:
      return {"CYMATの支援を受けている", "CYMAT supports the body"};
    case Condition::shared_platform:
      return {"基盤となる情報システムに関わる", "a shared platform is concerned"};
  }
  return {};
}

Reason condition_fails(Condition condition, const Judgement& judge, const Organization& body) {
  const auto attack = name_of(judge.cyberattack);
  switch (condition) {
    case Condition::assessed_incident:
      if (judge.assessment == Assessment::possible)
        return {fmt::format(
                    "{}の評価はまだ可能性の段階である。情報セキュリティインシデントと評価したときに生じる",
                    body.name_ja),
                fmt::format("{} assessed it only as possible: opens once it is assessed as an incident",
                            body.slug)};
      return {fmt::format("{}が情報セキュリティインシデントでないと評価した", body.name_ja),
              fmt::format("{} assessed it as not an incident", body.slug)};
    case Condition::assessed_possible:
      return {fmt::format("{}の評価は済んでいる", body.name_ja),
              fmt::format("{} has already assessed it", body.slug)};
    case Condition::cyberattack_or_feared:
      if (judge.cyberattack == Cyberattack::no)
        return {"サイバー攻撃に当たらないと判断された", "judged not to be a cyberattack"};
      return {"サイバー攻撃か不明であり、大規模の項目もない。判断した時点で定まる",
              "cyberattack is unknown and no large-scale cell is set: settled when it is decided"};
    case Condition::cyberattack_undecided:
      return {fmt::format("サイバー攻撃か判断済みである（{}）", attack.ja),
              fmt::format("whether it is a cyberattack has been decided: {}", attack.en)};
    case Condition::large_scale:
      if (!judge.large_scale.empty() && judge.cyberattack == Cyberattack::no)
        return {"大規模の項目があるが、サイバー攻撃に当たらないと判断された",
                "a large-scale cell is set, but it was judged not to be a cyberattack"};
      return {"大規模の項目がない", "no cell of the large-scale matrix is set"};
    case Condition::cymat_supports:
      return {"CYMATの支援が決定したときに生じる",
              "opens when CYMAT supports the body, never by an assessment"};
    case Condition::shared_platform:
      return {"基盤となる情報システムに関わるとの報告も登録もない",
              "no shared platform is concerned, as far as reported or linked"};
  }
  return {};
}

Reason center(const Organization& center, JapaneseDay day) {
  return {fmt::format("{}の連絡先は{}である", format_day(day), center.name_ja),
          fmt::format("{} was the centre on {}", center.slug, format_day(day))};
}

Reason crisis_management(const Organization& body) {
  return {fmt::format("報告連絡先は{}とする（基準の版ファイルの既定値。設定で変更できる）", body.name_ja),
          fmt::format("{} is the recipient by default of the edition file (an inference, configurable)",
                      body.slug)};
}

Reason supervisor(const Organization& corporation, const Supervision& supervision,
                  const Organization& agency) {
  const auto role = name_of(supervision.role);
  return {fmt::format("{}は{}を所管する（{}：{}）", agency.name_ja, corporation.name_ja, role.ja,
                      supervision.scope_ja),
          fmt::format("{} supervises {} ({}: {})", en_of(agency), corporation.slug, role.en,
                      supervision.scope_ja)};
}

Reason supervisor_added(const Organization& corporation, const Supervision& supervision,
                        const Organization& agency) {
  return {fmt::format("{}は{}を共管しており（{}）、担当者が連絡先に加えた", agency.name_ja,
                      corporation.name_ja, supervision.scope_ja),
          fmt::format("{} supervises part of the work of {} (co: {}) and was added by a person",
                      en_of(agency), corporation.slug, supervision.scope_ja)};
}

Reason default_police(const Organization& body, const Organization& police) {
  return {fmt::format("{}は{}の主たる事務所の所在地の警察である（既定）", police.name_ja, body.name_ja),
          fmt::format("{} is the police of the head office of {} (default)", police.slug, body.slug)};
}

Reason named_police(const Organization& police) {
  return {fmt::format("報告で{}が指定された", police.name_ja),
          fmt::format("the report names {}", police.slug)};
}

Reason added_police(const Organization& police) {
  return {fmt::format("担当者が{}を連絡先に加えた", police.name_ja),
          fmt::format("{} was added by a person", police.slug)};
}

Reason inside(const Organization& body) {
  return {fmt::format("{}の内部の義務である", body.name_ja), fmt::format("a duty inside {}", body.slug)};
}

Reason to_oneself(const Organization& body) {
  return {fmt::format("{}自身が連絡先であり、送信しない", body.name_ja),
          fmt::format("{} is itself the recipient: nothing is sent", body.slug)};
}

Reason stands_in_place(const Organization& successor, const Organization& ended) {
  const auto last = ended.period.to ? format_day(*ended.period.to) : std::string();
  return {fmt::format("{}は{}まで存続し、{}が引き継いだ", ended.name_ja, last, successor.name_ja),
          fmt::format("{} ended on {}; {} stands in its place", ended.slug, last, successor.slug)};
}

Reason co_supervisor(const Organization& corporation, const Supervision& supervision,
                     const Organization& agency) {
  return {fmt::format("{}は{}の業務の一部だけを共管する（{}）。担当者が加えれば連絡先となる", agency.name_ja,
                      corporation.name_ja, supervision.scope_ja),
          fmt::format("{} supervises only part of the work of {} (co: {}): told when a person adds it",
                      en_of(agency), corporation.slug, supervision.scope_ja)};
}

Reason not_a_supervisor(const Organization& corporation, const Organization& body, JapaneseDay day) {
  return {fmt::format("{}において{}は{}を所管していない", format_day(day), body.name_ja, corporation.name_ja),
          fmt::format("{} was added but did not supervise {} on {}", body.slug, corporation.slug,
                      format_day(day))};
}

Reason no_recipient(RecipientRule recipient, std::string_view slug, JapaneseDay day) {
  switch (recipient) {
    case RecipientRule::center:
      return {fmt::format("{}に存続する連絡先（センター）が登録簿にない", format_day(day)),
              fmt::format("the registry knows no centre in force on {}", format_day(day))};
    case RecipientRule::crisis_management:
      return {
          fmt::format("報告連絡先「{}」は{}に存続していない", slug, format_day(day)),
          fmt::format("the crisis management recipient '{}' was not in force on {}", slug, format_day(day))};
    case RecipientRule::supervising_agency:
      return {fmt::format("{}に所管する国の行政機関が登録簿にない", format_day(day)),
              fmt::format("the registry knows no supervising agency in force on {}", format_day(day))};
    case RecipientRule::police:
    case RecipientRule::holder:
      break;
  }
  return {"連絡先がない", "there is no recipient"};
}

Reason no_police_known(const Organization& body) {
  return {fmt::format("{}の通報先の警察が登録簿にない。警察を指定すること", body.name_ja),
          fmt::format("no police is known for {}: name one", body.slug)};
}

Reason no_edition_in_force(JapaneseDay day) {
  return {fmt::format("{}に施行されていた統一基準の版がない", format_day(day)),
          fmt::format("no edition of the Common Standards that is held here was in force on {}",
                      format_day(day))};
}

Reason body_not_in_force(const Organization& body, JapaneseDay day) {
  return {fmt::format("{}は{}には存続していない", body.name_ja, format_day(day)),
          fmt::format("{} was not in force on {}", body.slug, format_day(day))};
}

Reason unknown_organization(std::string_view slug) {
  return {fmt::format("「{}」は登録簿にない", slug), fmt::format("the registry knows no '{}'", slug)};
}

Reason not_a_reporting_body(const Organization& body) {
  return {fmt::format("{}は統一基準の機関等でない", body.name_ja),
          fmt::format("{} is outside the Common Standards", body.slug)};
}

Reason not_a_police(const Organization& body) {
  return {fmt::format("{}は警察でない", body.name_ja), fmt::format("{} is not a police", body.slug)};
}

Reason large_scale_without_attack(const Organization& body) {
  return {
      fmt::format("{}は大規模の項目を選び、かつサイバー攻撃でないとしている（矛盾）", body.name_ja),
      fmt::format("{} sets a large-scale cell and says it is no cyberattack: a contradiction", body.slug)};
}

Reason large_scale_unassessed(const Organization& body) {
  return {
      fmt::format("{}は大規模の項目を選んだが、情報セキュリティインシデントと評価していない", body.name_ja),
      fmt::format("{} sets a large-scale cell and has not assessed the incident yet", body.slug)};
}

Reason successor_unknown(const Organization& body) {
  return {fmt::format("{}は既に存続せず、承継した機関が登録簿にない", body.name_ja),
          fmt::format("{} has ended and the registry knows no successor in force", body.slug)};
}

Reason later_edition_not_held(const Edition& edition) {
  return {fmt::format("{}が施行されているが、その本文を保持していないため、{}を適用した",
                      edition.later_not_held->names_ja, edition.title_ja),
          fmt::format("later editions exist, {}, whose text is not held here: {} was applied",
                      edition.later_not_held->names_en, edition.id)};
}

Reason no_duty_for_corporation(const Edition& edition, const Organization& body) {
  return {fmt::format("{}は、2.2.4において{}に義務を課していない", edition.title_ja, body.name_ja),
          fmt::format("section 2.2.4 of edition {} lays no duty on {}", edition.id, body.slug)};
}

Reason main_and_joint_is_our_reading(const Organization& body) {
  return {fmt::format("{}を「所管する」国の行政機関を主たる所管及び共同所管と読むのは本システムの解釈である",
                      body.name_ja),
          fmt::format("that main and joint supervisors are those who supervise (所管する) {} is our reading",
                      body.slug)};
}

}  // namespace noroshi::routing::reasons
