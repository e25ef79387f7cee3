#include "src/core/decide_annex.h"

#include "src/core/duties.h"

namespace noroshi::core {
namespace {

Refusal not_yet() { return refuse(RefusalCode::not_found, "見つかりません。", "Not found."); }

}  // namespace

Outcome decide_annex_request(const Law&, const Incident&, const AnnexContext&, const AskAnnex&, Moment) { return tl::unexpected(not_yet()); }

Outcome decide_annex(const Law&, const Incident&, const AnnexContext&, const DecideAnnex&, Moment) { return tl::unexpected(not_yet()); }

Outcome decide_annex_sealing(const Law&, const Incident&, const AnnexContext&, const SealAnnex&, Moment) { return tl::unexpected(not_yet()); }

Outcome decide_annex_rewrapping(const Law&, const Incident&, const AnnexContext&, const RewrapAnnex&, Moment) { return tl::unexpected(not_yet()); }

Outcome decide_annex_unreadable(const Law&, const Incident&, const ReportUnreadable&, Moment) { return tl::unexpected(not_yet()); }

}  // namespace noroshi::core
