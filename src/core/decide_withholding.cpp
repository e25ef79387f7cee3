#include "src/core/decide_withholding.h"

#include "src/core/duties.h"

namespace noroshi::core {
namespace {

Refusal not_yet() { return refuse(RefusalCode::not_found, "見つかりません。", "Not found."); }

}  // namespace

Outcome decide_withholding(const Law&, const Incident&, const WithholdContent&, Moment) { return tl::unexpected(not_yet()); }

Outcome decide_release(const Law&, const Incident&, const ReleaseContent&, Moment) { return tl::unexpected(not_yet()); }

Outcome decide_sharing(const Law&, const Incident&, const ShareInformation&, Moment) { return tl::unexpected(not_yet()); }

}  // namespace noroshi::core
