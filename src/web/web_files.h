// The screens: what `build.mjs` made of src/web/src, put into the binary. Nothing of a report is in it; every browser
// gets the same bytes.
#pragma once

#include <span>
#include <string_view>

namespace noroshi::web {

struct WebFile {
  std::string_view name;        // below /assets/: "app-5f2d….js", with a part of its hash; the page itself: "index.html"
  std::string_view media_type;  // "text/javascript; charset=utf-8"
  std::string_view etag;        // strong, without quotes: SHA-256 of the content in hexadecimal
  std::string_view content;
  std::string_view gzip;  // the same compressed; empty where that would not be smaller
};

// All files, the page first; empty where the daemon was built without screens (NOROSHI_WEB=off). They live as long as the
// program.
std::span<const WebFile> embedded_web();

}  // namespace noroshi::web
