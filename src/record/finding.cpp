#include "src/record/finding.h"

#include <algorithm>
#include <iterator>

namespace noroshi::record {
namespace {

struct Entry {
  FindingCode code;
  std::string_view name;
  FindingWeight weight;
};
constexpr auto altered = FindingWeight::altered;
constexpr auto unproven = FindingWeight::unproven;
constexpr auto told = FindingWeight::told;
constexpr Entry entries[] = {
    {FindingCode::sequence_gap, "sequence_gap", altered},
    {FindingCode::sequence_disorder, "sequence_disorder", altered},
    {FindingCode::sequence_unknown, "sequence_unknown", altered},
    {FindingCode::events_missing, "events_missing", altered},
    {FindingCode::count_differs, "count_differs", altered},
    {FindingCode::leaf_unreadable, "leaf_unreadable", altered},
    {FindingCode::leaf_altered, "leaf_altered", altered},
    {FindingCode::leaf_hash_altered, "leaf_hash_altered", altered},
    {FindingCode::opening_altered, "opening_altered", altered},
    {FindingCode::report_altered, "report_altered", altered},
    {FindingCode::report_unproven, "report_unproven", unproven},
    {FindingCode::proof_wrong, "proof_wrong", altered},
    {FindingCode::proof_missing, "proof_missing", unproven},
    {FindingCode::act_signature_wrong, "act_signature_wrong", altered},
    {FindingCode::act_key_unknown, "act_key_unknown", unproven},
    {FindingCode::time_disorder, "time_disorder", unproven},
    {FindingCode::time_after_cosignature, "time_after_cosignature", told},
    {FindingCode::texts_unexplained, "texts_unexplained", unproven},
    {FindingCode::texts_absent, "texts_absent", told},
    {FindingCode::checkpoint_unreadable, "checkpoint_unreadable", altered},
    {FindingCode::checkpoint_origin_unknown, "checkpoint_origin_unknown", altered},
    {FindingCode::checkpoint_unsigned, "checkpoint_unsigned", altered},
    {FindingCode::checkpoint_differs, "checkpoint_differs", altered},
    {FindingCode::checkpoint_unconnected, "checkpoint_unconnected", unproven},
    {FindingCode::signature_wrong, "signature_wrong", altered},
    {FindingCode::consistency_wrong, "consistency_wrong", altered},
    {FindingCode::events_unsealed, "events_unsealed", unproven},
    {FindingCode::origins_wrong, "origins_wrong", altered},
    {FindingCode::continuation_missing, "continuation_missing", altered},
    {FindingCode::continuation_differs, "continuation_differs", altered},
    {FindingCode::record_continued, "record_continued", told},
    {FindingCode::continuation_absent, "continuation_absent", told},
    {FindingCode::continuation_unproven, "continuation_unproven", unproven},
    {FindingCode::key_retired, "key_retired", altered},
    {FindingCode::cosignature_absent, "cosignature_absent", unproven},
    {FindingCode::key_not_used, "key_not_used", told},
    {FindingCode::origin_not_pinned, "origin_not_pinned", altered},
    {FindingCode::checkpoint_excused, "checkpoint_excused", unproven},
    {FindingCode::receipt_unreadable, "receipt_unreadable", altered},
    {FindingCode::receipt_unsigned, "receipt_unsigned", unproven},
    {FindingCode::receipt_differs, "receipt_differs", altered},
    {FindingCode::receipt_event_missing, "receipt_event_missing", altered},
    {FindingCode::receipt_event_absent, "receipt_event_absent", unproven},
};

const Entry& entry_of(FindingCode code) {
  return *std::find_if(std::begin(entries), std::end(entries),
                       [code](const Entry& entry) { return entry.code == code; });
}

}  // namespace

std::string_view name_of(FindingCode code) {
  return entry_of(code).name;
}
FindingWeight weight_of(FindingCode code) {
  return entry_of(code).weight;
}

}  // namespace noroshi::record
