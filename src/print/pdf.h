// Draws a sheet as PDF: A4, upright, with its marks and footer on every page. Pango shapes and breaks the text, Cairo writes it;
// both are seen by pdf.cpp alone.
#pragma once

#include <string>

#include "routing/time.h"
#include "src/codec/sheet.h"

namespace noroshi::print {

// The document's bytes; `made_at` stands in its metadata. Takes some tens of milliseconds: not for the threads that must not block.
// Any number of threads. Throws std::runtime_error where Cairo fails; characters without a glyph are drawn as their code.
std::string draw_pdf(const codec::Sheet& sheet, Timestamp made_at);

}  // namespace noroshi::print
