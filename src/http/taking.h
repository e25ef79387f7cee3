// What a call that takes its body piece by piece shares with those that hold it: the hand-over to the writers, and refusals
// before the first piece. Private to src/http.
#pragma once

#include <functional>
#include <string_view>

#include "src/http/commanding.h"

namespace noroshi::http {

// As submit() of commanding.h, for a body that was not held: `digested` is what makes two requests the same one.
void submit_digested(store::WriterPool& writers, const Request& request, std::string_view digested, store::Action action,
                     std::function<void(store::Result)> complete);
// 503: the record is too late to be added to.
Response record_too_late(Language language);
// 422: nobody can sign for what he sends by this call.
Response signature_not_possible(Language language);

}  // namespace noroshi::http
