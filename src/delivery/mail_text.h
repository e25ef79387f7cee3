// Text as mail carries it: lines of base64, and words of a header. Pure.
#pragma once

#include <string>
#include <string_view>

namespace noroshi::delivery {

// RFC 2045 section 6.8: lines of 76 characters, each ended by CRLF.
std::string base64_lines(std::string_view bytes);

// An unstructured header of any text in UTF-8: "Name: value\r\n". What is not plain ASCII goes in encoded words (RFC
// 2047), folded; line breaks and other control characters become spaces, so that no text ends the header.
std::string text_header(std::string_view name, std::string_view text);

}  // namespace noroshi::delivery
