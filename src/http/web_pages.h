// The screens: one page for every address of a person, and the files that it asks for.
//
//   GET /, /sign-in, /set-up/{code}, /desk and below  the page; the same bytes to everybody, never kept by the browser
//   GET /assets/{name}                                a file; its name holds its hash, so it is kept for a year
//
// Open to everybody: nothing of a report stands in them, and what the page then asks for has its own guards.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "src/http/router.h"
#include "src/web/web_files.h"

namespace noroshi::http {

// `files` outlive the router; the first is the page. Without files there are no routes.
void add_web_routes(Router& router, std::span<const web::WebFile> files);

// Whether an Accept-Encoding field takes gzip (RFC 9110 12.5.3): named, or by "*", and not with weight 0.
bool takes_gzip(std::string_view accept_encoding);

// The answer for one file to a browser that sent that field.
Response web_file_response(const web::WebFile& file, bool is_page, const std::optional<std::string>& accept_encoding);

}  // namespace noroshi::http
