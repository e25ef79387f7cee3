#include "src/core/decide_attachment.h"

#include "src/core/duties.h"

namespace noroshi::core {
namespace {

Refusal not_yet() { return refuse(RefusalCode::not_found, "見つかりません。", "Not found."); }

}  // namespace

Outcome decide_attachment(const Law&, const Incident&, const AddAttachment&, Moment) { return tl::unexpected(not_yet()); }

}  // namespace noroshi::core
