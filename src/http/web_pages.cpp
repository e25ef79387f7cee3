#include "src/http/web_pages.h"

#include <algorithm>
#include <map>
#include <string>

#include "src/http/refusals.h"

namespace noroshi::http {
namespace {

// Everything from the daemon itself, nothing inline, nothing framed.
constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
constexpr std::string_view page_cache = "no-store";
constexpr std::string_view file_cache = "public, max-age=31536000, immutable";

// How deep an address of a person may be: /desk/incidents/{id}/versions/{version} is five.
constexpr int deepest = 6;

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  out.erase(std::remove_if(out.begin(), out.end(), [](char c) { return c == ' ' || c == '\t'; }), out.end());
  return out;
}

// "q=0", "q=0.0", "q=0.000": not acceptable.
bool weight_is_zero(std::string_view parameters) {
  const auto at = parameters.find(";q=");
  if (at == std::string_view::npos) return false;
  const std::string_view weight = parameters.substr(at + 3, parameters.find(';', at + 3) - (at + 3));
  return !weight.empty() && weight.find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

bool takes_gzip(std::string_view accept_encoding) {
  const std::string field = lower(accept_encoding);
  bool by_star = false;
  for (std::size_t begin = 0; begin <= field.size();) {
    const std::size_t end = std::min(field.find(',', begin), field.size());
    const std::string_view item = std::string_view(field).substr(begin, end - begin);
    const std::string_view coding = item.substr(0, item.find(';'));
    const bool taken = !weight_is_zero(item);
    if (coding == "gzip" || coding == "x-gzip") return taken;
    if (coding == "*") by_star = taken;
    begin = end + 1;
  }
  return by_star;
}

Response web_file_response(const web::WebFile& file, bool is_page, const std::optional<std::string>& accept_encoding) {
  const bool compressed = !file.gzip.empty() && accept_encoding && takes_gzip(*accept_encoding);
  Response response;
  response.content_type = std::string(file.media_type);
  response.body = std::string(compressed ? file.gzip : file.content);
  // Two representations, two strong tags (RFC 9110 8.8.3.3).
  response.etag = std::string(file.etag) + (compressed ? "-gzip" : "");
  response.headers = {{"Vary", "Accept-Encoding"},
                      {"Cache-Control", std::string(is_page ? page_cache : file_cache)},
                      {"Content-Security-Policy", std::string(page_policy)},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cross-Origin-Opener-Policy", "same-origin"},
                      {"Cross-Origin-Resource-Policy", "same-origin"}};
  if (compressed) response.headers.push_back({"Content-Encoding", "gzip"});
  return response;
}

void add_web_routes(Router& router, std::span<const web::WebFile> files) {
  if (files.empty()) return;
  const web::WebFile& page = files.front();
  const Handler give_page = [&page](const Request& request, const Responder& respond) {
    respond(web_file_response(page, true, request.accept_encoding));
  };
  std::vector<std::string> patterns = {"/", "/sign-in", "/set-up/{code}"};
  std::string desk = "/desk";
  for (int depth = 1; depth <= deepest; ++depth) {
    patterns.push_back(desk);
    desk += "/{" + std::string(static_cast<std::size_t>(depth), 'p') + "}";
  }
  for (const std::string& pattern : patterns)
    router.add({.pattern = pattern, .access = Access::open, .handler = give_page});

  router.add({.pattern = "/assets/{name}",
              .access = Access::open,
              .handler = [files = files.subspan(1)](const Request& request, const Responder& respond) {
                const std::string& name = request.path_parameter("name");
                const auto found = std::find_if(files.begin(), files.end(),
                                                [&](const web::WebFile& file) { return file.name == name; });
                if (found == files.end()) return respond(problem_response(problem_of(Refusal::not_found), request.language));
                respond(web_file_response(*found, false, request.accept_encoding));
              }});
}

}  // namespace noroshi::http
