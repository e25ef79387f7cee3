#include "src/core/decide_annex.h"

#include "src/core/duties.h"

namespace noroshi::core {
namespace {

Refusal not_yet() { return refuse(RefusalCode::not_found, "見つかりません。", "Not found."); }

}  // namespace

BodyInformationOutcome decide_sealing_key_proposal(const BodyInformation&, const ProposeSealingKey&, Moment) { return tl::unexpected(not_yet()); }

BodyInformationOutcome decide_sealing_key(const BodyInformation&, const DecideSealingKey&, Moment) { return tl::unexpected(not_yet()); }

BodyInformationOutcome decide_sealing_key_revocation(const BodyInformation&, const RevokeSealingKey&, Moment) { return tl::unexpected(not_yet()); }

}  // namespace noroshi::core
