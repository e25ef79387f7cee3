// Inquiries (照会) and notices (情報提供) along the chain: asking, answering, telling down. Private to src/http.
#pragma once

#include <functional>

#include "src/http/api_read.h"
#include "src/store/writer.h"

namespace noroshi::http {

void add_inquiry_routes(Router& router, const ReadContext& context);
// As add_command_routes().
void add_inquiry_commands(Router& router, store::WriterPool& writers, const std::function<bool()>& record_is_too_late);

}  // namespace noroshi::http
