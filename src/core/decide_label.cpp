#include "src/core/decide_label.h"

#include "src/core/duties.h"

namespace noroshi::core {
namespace {

Refusal not_yet() { return refuse(RefusalCode::not_found, "見つかりません。", "Not found."); }

}  // namespace

Outcome decide_label_change_request(const Law&, const Incident&, const AskLabelChange&, Moment) { return tl::unexpected(not_yet()); }

Outcome decide_label_change(const Law&, const Incident&, const DecideLabelChange&, Moment) { return tl::unexpected(not_yet()); }

BodyInformationOutcome decide_label_mapping(const Law&, const BodyInformation&, const SetLabelMapping&, Moment) { return tl::unexpected(not_yet()); }

BodyInformationOutcome decide_label_mapping_withdrawal(const BodyInformation&, const WithdrawLabelMapping&, Moment) { return tl::unexpected(not_yet()); }

}  // namespace noroshi::core
