#include "src/cli/record_findings.h"

#include <algorithm>

#include <fmt/format.h>

#include "src/cli/table.h"
#include "src/codec/json_writer.h"

namespace noroshi::cli {
namespace {

constexpr std::size_t kept_at_most = 200;

std::string_view name_of(record::FindingWeight weight) {
  switch (weight) {
    case record::FindingWeight::altered:
      return "altered";
    case record::FindingWeight::unproven:
      return "unproven";
    case record::FindingWeight::told:
      return "told";
  }
  return {};
}

// " (インシデント JPS-2018-1、出来事 12 report.received)"
Text whereabouts(const store::TableFinding& finding) {
  std::string ja, en;
  const auto add = [&](const std::string& in_ja, const std::string& in_en) {
    ja += (ja.empty() ? "" : "、") + in_ja;
    en += (en.empty() ? "" : ", ") + in_en;
  };
  if (!finding.incident.empty()) add("インシデント " + finding.incident, "incident " + finding.incident);
  if (finding.sequence) add(fmt::format("出来事 {}", *finding.sequence), fmt::format("event {}", *finding.sequence));
  if (!finding.event.empty()) add("ID " + finding.event, "id " + finding.event);
  if (!finding.type.empty()) add("種類 " + finding.type, "type " + finding.type);
  return ja.empty() ? Text{"", ""} : Text{"（" + ja + "）", " (" + en + ")"};
}

std::string since_ja(const store::TableFinding& finding) {
  return finding.other.empty() ? "" : finding.other + " より後、";
}

Text sentence(const store::TableFinding& finding) {
  using enum store::TableFault;
  const auto& table = finding.table;
  const auto row_ja = finding.key.empty() ? "" : fmt::format("の行 {} ", finding.key);
  const auto row_en = finding.key.empty() ? "" : fmt::format(" row {}", finding.key);
  switch (finding.fault) {
    case event_unreadable:
      return {fmt::format("出来事を読み取れません: {}", finding.detail),
              fmt::format("an event cannot be read: {}", finding.detail)};
    case event_differs:
      return {fmt::format("表 {} {}の {} が葉と異なります", table, row_ja, finding.column),
              fmt::format("table {}{}: {} is not what the leaf says", table, row_en, finding.column)};
    case event_out_of_place:
      return {"出来事が前の出来事に続きません（前の出来事が欠けているか改変されています）",
              "an event cannot follow from those before it: one of them is missing or altered"};
    case opening_absent:
      return {
          fmt::format("葉が約束した文 {} がなく、消去の決定もありません", finding.column),
          fmt::format("the text {} that the leaf commits to is not there, and no erasure was decided", finding.column)};
    case opening_present:
      return {fmt::format("消去が決定されたのに、文 {} が残っています", finding.column),
              fmt::format("the text {} is still there, although its erasure was decided", finding.column)};
    case row_missing:
      return {fmt::format("表 {} に、あるはずの行 {} がありません", table, finding.key),
              fmt::format("table {}: row {} should be there and is not", table, finding.key)};
    case row_unimplied:
      return {fmt::format("表 {} の行 {} を生じさせた出来事がありません", table, finding.key),
              fmt::format("table {}: no event brought about row {}", table, finding.key)};
    case column_differs:
      return {fmt::format("表 {} {}の列 {} が記録と異なります", table, row_ja, finding.column),
              fmt::format("table {}{}: column {} is not what the record says", table, row_en, finding.column)};
    case bytes_differ:
      return {fmt::format("表 {} {}の報告の {} が受け付けたときのものと異なります", table, row_ja, finding.column),
              fmt::format("table {}{}: {} of the report is not as it was received", table, row_en, finding.column)};
    case clock_late:
      return {fmt::format("表 {} {}の {} が遅すぎ、期限の警報が遅れるか鳴りません", table, row_ja, finding.column),
              fmt::format("table {}{}: {} is too late for the clocks that run", table, row_en, finding.column)};
    case counter_differs:
      return {
          fmt::format("表 {} {}の {} が、付与された番号と合いません", table, row_ja, finding.column),
          fmt::format("table {}{}: {} does not agree with the numbers that were given", table, row_en, finding.column)};
    case checkpoint_unrecorded:
      return {fmt::format("最も新しいチェックポイント {} "
                          "は外に保管され、出来事とも合いますが、表にありません（保管と記録の間に noroshid "
                          "が止まったか、行が削除されています。noroshid は、次の署名で先へ進みます）",
                          finding.key),
              fmt::format("the newest checkpoint {} is kept outside and the events bear it out, but the table does not "
                          "have it: noroshid was interrupted between the two, or the row was deleted; its next "
                          "signature goes on from there",
                          finding.key)};
    case history_absent:
      return finding.key == finding.other
                 ? Text{fmt::format("チェックポイント {} の横に、あるはずの履歴がありません", finding.key),
                        fmt::format("beside checkpoint {} there should be a history and is none", finding.key)}
                 : Text{fmt::format("チェックポイント {} から {} までの横に、あるはずの履歴がありません", finding.key, finding.other),
                        fmt::format("beside the checkpoints from {} to {} there should be histories and are none",
                                    finding.key, finding.other)};
    case history_wrong:
      return {fmt::format("チェックポイント {} の横の履歴は、これについて署名されたものではありません", finding.key),
              fmt::format("the history beside checkpoint {} is not one that was signed for it", finding.key)};
    case checkpoints_missing:
      return {fmt::format("{}チェックポイント {} の前にあった {} 件が、表 checkpoint にありません", since_ja(finding),
                          finding.key, finding.count),
              fmt::format("table checkpoint: {} that stood {} {} should be there and {} not", finding.count,
                          finding.other.empty() ? "before" : "between " + finding.other + " and", finding.key,
                          finding.count == 1 ? "is" : "are")};
    case checkpoints_surplus:
      return {fmt::format("{}チェックポイント {} の前に、署名の時になかった {} 件が表 checkpoint にあります", since_ja(finding),
                          finding.key, finding.count),
              fmt::format("table checkpoint: {} {} {} {} not there when that was signed", finding.count,
                          finding.other.empty() ? "before" : "between " + finding.other + " and", finding.key,
                          finding.count == 1 ? "was" : "were")};
    case checkpoints_differ:
      if (finding.count == 1)
        return {fmt::format("表 checkpoint の行 {} が、{} に署名した時と異なります", finding.other, finding.key),
                fmt::format("table checkpoint: row {} is not as it was when {} was signed", finding.other, finding.key)};
      return {fmt::format("表 checkpoint の行 {} 又はその前の行が、{} に署名した時と異なります", finding.other, finding.key),
              fmt::format("table checkpoint: row {}, or one before it, is not as it was when {} was signed", finding.other,
                          finding.key)};
    case cosignatures_missing:
      return {fmt::format("表 cosignature に、あるはずの番号 {} の連署がありません", finding.key),
              fmt::format("table cosignature: number {} should be there and is not", finding.key)};
    case cosignatures_differ:
      return {fmt::format("表 cosignature の番号 {} の連署に、チェックポイント {} に署名した時と異なるものがあります", finding.key,
                          finding.other),
              fmt::format("table cosignature: of number {} something is not as it was when checkpoint {} was signed",
                          finding.key, finding.other)};
  }
  return {};
}

std::string joined(std::initializer_list<std::string> parts) {
  std::string text;
  for (const auto& part : parts)
    if (!part.empty()) text += (text.empty() ? "" : " ") + part;
  return text;
}

}  // namespace

ShownFinding shown(const record::Finding& finding) {
  ShownFinding out;
  out.code = record::name_of(finding.code);
  out.weight = record::weight_of(finding.code);
  out.sequence = finding.sequence;
  out.last = finding.last;
  out.place = finding.place;
  out.text = {finding.ja, finding.en};
  return out;
}

ShownFinding shown(const store::TableFinding& finding) {
  ShownFinding out;
  out.code = store::name_of(finding.fault);
  if (finding.fault == store::TableFault::checkpoint_unrecorded) out.weight = record::FindingWeight::told;
  out.sequence = finding.sequence;
  out.place = joined({finding.table, finding.key, finding.column});
  out.event = finding.event;
  out.type = finding.type;
  out.incident = finding.incident;
  const auto text = sentence(finding);
  const auto where = whereabouts(finding);
  out.text = {text.ja + where.ja + "。", text.en + where.en + "."};
  return out;
}

void Findings::add(ShownFinding finding) {
  if (finding.weight == record::FindingWeight::altered) ++altered_;
  if (kept_.size() < kept_at_most)
    kept_.push_back(std::move(finding));
  else
    ++left_out_;
}

std::string render(const Findings& findings, Language language) {
  const bool ja = language == Language::ja;
  std::string out;
  for (const auto weight :
       {record::FindingWeight::altered, record::FindingWeight::unproven, record::FindingWeight::told})
    for (const auto& finding : findings.kept()) {
      if (finding.weight != weight) continue;
      const auto* mark = weight == record::FindingWeight::altered    ? (ja ? "改変" : "ALTERED")
                         : weight == record::FindingWeight::unproven ? (ja ? "未証明" : "unproven")
                                                                     : (ja ? "参考" : "note");
      out += fmt::format("{}: {} [{}]\n", mark, printable(in(finding.text, language)), finding.code);
    }
  if (findings.left_out() > 0)
    out += fmt::format("{}\n", ja ? fmt::format("ほかに {} 件。", findings.left_out())
                                  : fmt::format("and {} more", findings.left_out()));
  return out;
}

std::string json_of(const Findings& findings, Language language) {
  std::string text;
  codec::JsonWriter out(text);
  out.begin_array();
  for (const auto& finding : findings.kept()) {
    out.begin_object().member("code", finding.code).member("weight", name_of(finding.weight));
    if (finding.sequence) out.member("sequence", *finding.sequence);
    if (finding.last) out.member("last", *finding.last);
    for (const auto& [name, value] : {std::pair{"place", finding.place},
                                      {"event", finding.event},
                                      {"type", finding.type},
                                      {"incident", finding.incident}})
      if (!value.empty()) out.member(name, value);
    out.member("message", in(finding.text, language)).end_object();
  }
  out.end_array();
  return text;
}

}  // namespace noroshi::cli
