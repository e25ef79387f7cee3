// The page behind the link that a message carries: what is acknowledged, and a form that asks who does. Without script,
// without anything from elsewhere; it shows no more than what carried the link does.
#pragma once

#include <string>
#include <string_view>

#include "routing/registry.h"
#include "src/codec/language.h"
#include "src/http/response.h"
#include "src/store/views.h"

namespace noroshi::http {

// The form, or who has acknowledged it already.
Response acknowledge_page(const store::LinkedMessageView& message, const routing::Registry& registry,
                          codec::Language language);
// After the form was sent.
Response acknowledged_page(const store::LinkedMessageView& message, std::string_view by,
                           const routing::Registry& registry, codec::Language language);
// Somebody was quicker: back to the page, which says who.
Response back_to_link(std::string_view token);
// Sent without a name: the form again, saying so.
Response name_missing_page(const store::LinkedMessageView& message, const routing::Registry& registry,
                           codec::Language language);
// The link does not hold: altered, expired, or its endpoint was withdrawn. The same for all of them.
Response link_gone_page(codec::Language language);
// Nothing was stored; to be tried again.
Response try_again_page(codec::Language language);

}  // namespace noroshi::http
