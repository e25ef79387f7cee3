#include "src/print/pdf.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

namespace noroshi::print {
namespace {

// Points: 1/72 inch.
constexpr double page_width = 595.28;  // ISO 216 A4
constexpr double page_height = 841.89;
constexpr double margin = 48;
constexpr double inner_width = page_width - 2 * margin;
constexpr double top = 64;  // below the marks
constexpr double bottom = page_height - 56;  // above the footer
constexpr double label_width = 112;
constexpr double gap = 6;
constexpr double cell_padding = 3;
// What somebody wrote into twenty thousand lines is not for paper.
constexpr int most_pages = 100;

// Japanese first: a character that both have is drawn in its Japanese form.
constexpr const char* family = "Noto Sans CJK JP, IPAexGothic, sans-serif";
constexpr double text_size = 9;
constexpr double small_size = 7.5;
constexpr double heading_size = 11;
constexpr double title_size = 15;

template <auto Free>
struct Freeing {
  template <class Thing>
  void operator()(Thing* thing) const {
    Free(thing);
  }
};
using Surface = std::unique_ptr<cairo_surface_t, Freeing<cairo_surface_destroy>>;
using Canvas = std::unique_ptr<cairo_t, Freeing<cairo_destroy>>;
using Layout = std::unique_ptr<PangoLayout, Freeing<g_object_unref>>;
using Font = std::unique_ptr<PangoFontDescription, Freeing<pango_font_description_free>>;

cairo_status_t append(void* bytes, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

struct Style {
  double size = text_size;
  bool bold = false;
  PangoAlignment alignment = PANGO_ALIGN_LEFT;
};

// Puts text on the page that is open, and opens pages. The footer needs to know how many there are, so a sheet is laid out twice:
// the first time on a canvas that keeps nothing.
class Pages {
 public:
  Pages(const codec::Sheet& sheet, cairo_t* canvas, int of)
      : sheet_(sheet), canvas_(canvas), of_(of), number_(layout_of(sheet.number, inner_width / 3, {small_size})), marks_(marks()),
        footer_(layout_of(sheet.footer, inner_width - 48, {small_size})) {}

  void lay_out() {
    begin_page();
    title();
    for (const auto& section : sheet_.sections)
      if (!is_cut_) lay_out(section);
    end_page();
  }
  int count() const { return page_; }

 private:
  Layout layout_of(const std::string& text, double width, const Style& style) const {
    Layout layout(pango_cairo_create_layout(canvas_));
    Font font(pango_font_description_from_string(family));
    pango_font_description_set_absolute_size(font.get(), style.size * PANGO_SCALE);
    if (style.bold) pango_font_description_set_weight(font.get(), PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(layout.get(), font.get());
    pango_context_set_language(pango_layout_get_context(layout.get()), pango_language_from_string("ja"));
    pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout.get(), style.alignment);
    pango_layout_set_spacing(layout.get(), static_cast<int>(1.5 * PANGO_SCALE));
    // A reference is copied from paper letter by letter: no two of them become one.
    PangoAttrList* attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_font_features_new("liga=0, clig=0"));
    pango_layout_set_attributes(layout.get(), attributes);
    pango_attr_list_unref(attributes);
    pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    return layout;
  }
  static double height_of(const Layout& layout) {
    int height = 0;
    pango_layout_get_size(layout.get(), nullptr, &height);
    return static_cast<double>(height) / PANGO_SCALE;
  }
  void put(const Layout& layout, double x, double y) const {
    cairo_move_to(canvas_, x, y);
    pango_cairo_show_layout(canvas_, layout.get());
  }
  void rule(double y, double width, double grey) const {
    cairo_set_source_rgb(canvas_, grey, grey, grey);
    cairo_set_line_width(canvas_, width);
    cairo_move_to(canvas_, margin, y);
    cairo_line_to(canvas_, page_width - margin, y);
    cairo_stroke(canvas_);
    cairo_set_source_rgb(canvas_, 0, 0, 0);
  }

  // Two lines at most: more would lie over what is below.
  Layout marks() const {
    std::string all;
    for (const auto& mark : sheet_.marks) all += (all.empty() ? "" : "　") + mark;
    auto layout = layout_of(all, inner_width * 2 / 3, {text_size, true, PANGO_ALIGN_RIGHT});
    pango_layout_set_height(layout.get(), -2);
    pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
    return layout;
  }

  void begin_page() {
    ++page_;
    y_ = top;
    put(number_, margin, 36);
    put(marks_, margin + inner_width / 3, 46 - height_of(marks_));
    rule(52, 0.8, 0.2);
  }
  void end_page() {
    rule(bottom + 8, 0.4, 0.5);
    put(footer_, margin, bottom + 14);
    put(layout_of(fmt::format("{} / {}", page_, of_), inner_width, {small_size, false, PANGO_ALIGN_RIGHT}), margin, bottom + 14);
    cairo_show_page(canvas_);
  }
  void next_page() {
    if (page_ == most_pages) {
      put(layout_of(sheet_.language == codec::Language::en ? "(cut here: too long for paper)" : "（長いため、紙ではここまでです）", inner_width,
                    {small_size, true}),
          margin, bottom - 4);
      is_cut_ = true;
      return;
    }
    end_page();
    begin_page();
  }
  // A page with room for so much; what is higher than a page begins at its top.
  bool make_room(double height) {
    if (is_cut_ || y_ + height <= bottom || y_ == top) return false;
    next_page();
    return !is_cut_;
  }

  void title() {
    const auto layout = layout_of(sheet_.title, inner_width, {title_size, true});
    put(layout, margin, y_);
    y_ += height_of(layout) + 2 * gap;
  }

  void lay_out(const codec::SheetSection& section) {
    const auto heading = layout_of(section.heading, inner_width, {heading_size, true});
    make_room(height_of(heading) + 40);  // not alone at the end of a page
    if (is_cut_) return;
    y_ += gap;
    put(heading, margin, y_);
    y_ += height_of(heading) + 2;
    rule(y_, 0.6, 0.4);
    y_ += 4;
    if (!section.remark.empty()) paragraph(section.remark, margin, inner_width, {small_size});
    for (const auto& line : section.lines) lay_out(line);
    if (section.table) lay_out(*section.table);
    y_ += gap;
  }

  void lay_out(const codec::SheetLine& line) {
    const auto label = layout_of(line.label, label_width - gap, {text_size, true});
    make_room(height_of(label) + 2);
    if (is_cut_) return;
    put(label, margin, y_);
    const double begin = y_;
    const int page = page_;
    paragraph(line.text, margin + label_width, inner_width - label_width, {});
    if (page == page_) y_ = std::max(y_, begin + height_of(label) + 3);
  }

  // Line by line, over pages where it has to.
  void paragraph(const std::string& text, double x, double width, const Style& style) {
    const auto layout = layout_of(text, width, style);
    put_lines(layout, x);
    y_ += 3;
  }
  void put_lines(const Layout& layout, double x) {
    const int lines = pango_layout_get_line_count(layout.get());
    for (int i = 0; i < lines; ++i) {
      auto* line = pango_layout_get_line_readonly(layout.get(), i);
      PangoRectangle box;
      pango_layout_line_get_extents(line, nullptr, &box);
      const double height = static_cast<double>(box.height) / PANGO_SCALE + 1.5;
      make_room(height);
      if (is_cut_) return;
      cairo_move_to(canvas_, x, y_ - static_cast<double>(box.y) / PANGO_SCALE);
      pango_cairo_show_layout_line(canvas_, line);
      y_ += height;
    }
  }

  void lay_out(const codec::SheetTable& table) {
    const auto whole = std::accumulate(table.columns.begin(), table.columns.end(), 0.0,
                                       [](double sum, const auto& column) { return sum + column.share; });
    std::vector<double> widths;
    for (const auto& column : table.columns) widths.push_back(inner_width * column.share / whole);
    std::vector<std::string> heads;
    for (const auto& column : table.columns) heads.push_back(column.head);
    const Style head{small_size, true};
    row(heads, widths, head);
    for (const auto& cells : table.rows) {
      if (is_cut_) return;
      if (make_room(height_of_row(cells, widths, {small_size}))) row(heads, widths, head);
      row(cells, widths, {small_size});
    }
  }
  double height_of_row(const std::vector<std::string>& cells, const std::vector<double>& widths, const Style& style) const {
    double height = 0;
    for (std::size_t i = 0; i < cells.size(); ++i)
      height = std::max(height, height_of(layout_of(cells[i], widths[i] - 2 * cell_padding, style)));
    return height + 2 * cell_padding;
  }
  // A row higher than a page is cut at its end: no cell of ours is.
  void row(const std::vector<std::string>& cells, const std::vector<double>& widths, const Style& style) {
    const double height = height_of_row(cells, widths, style);
    make_room(height);
    if (is_cut_) return;
    if (style.bold) {
      cairo_set_source_rgb(canvas_, 0.93, 0.93, 0.93);
      cairo_rectangle(canvas_, margin, y_, inner_width, height);
      cairo_fill(canvas_);
      cairo_set_source_rgb(canvas_, 0, 0, 0);
    }
    double x = margin;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      put(layout_of(cells[i], widths[i] - 2 * cell_padding, style), x + cell_padding, y_ + cell_padding);
      x += widths[i];
    }
    y_ += height;
    rule(y_, 0.3, 0.6);
  }

  const codec::Sheet& sheet_;
  cairo_t* canvas_;
  int of_;
  const Layout number_, marks_, footer_;  // on each page
  int page_ = 0;
  double y_ = top;
  bool is_cut_ = false;
};

void check(cairo_status_t status) {
  if (status != CAIRO_STATUS_SUCCESS) throw std::runtime_error(fmt::format("cairo: {}", cairo_status_to_string(status)));
}

int pages_of(const codec::Sheet& sheet) {
  Surface surface(cairo_pdf_surface_create(nullptr, page_width, page_height));  // writes nothing
  Canvas canvas(cairo_create(surface.get()));
  Pages pages(sheet, canvas.get(), 0);
  pages.lay_out();
  check(cairo_status(canvas.get()));
  return pages.count();
}

}  // namespace

std::string draw_pdf(const codec::Sheet& sheet, Timestamp made_at) {
  std::string bytes;
  Surface surface(cairo_pdf_surface_create_for_stream(append, &bytes, page_width, page_height));
  cairo_pdf_surface_restrict_to_version(surface.get(), CAIRO_PDF_VERSION_1_4);  // what every printer and archive reads
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, sheet.number.c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATOR, "Noroshi");
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE,
                                 format_rfc3339(std::chrono::floor<std::chrono::seconds>(made_at)).c_str());
  {
    Canvas canvas(cairo_create(surface.get()));
    Pages(sheet, canvas.get(), pages_of(sheet)).lay_out();
    check(cairo_status(canvas.get()));
  }
  cairo_surface_finish(surface.get());
  check(cairo_surface_status(surface.get()));
  return bytes;
}

}  // namespace noroshi::print
