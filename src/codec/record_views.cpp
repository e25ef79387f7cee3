#include "src/codec/record_views.h"

#include <array>
#include <span>
#include <string_view>

#include "src/codec/encoding.h"

namespace noroshi::codec {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view line_end = "\r\n";

// What a spreadsheet takes for the beginning of a formula, in both widths.
constexpr std::array<std::string_view, 10> formula_beginnings{"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"};

bool looks_like_formula(std::string_view cell) {
  for (const auto beginning : formula_beginnings)
    if (cell.starts_with(beginning)) return true;
  return false;
}

// One line, cell by cell.
class CsvLine {
 public:
  explicit CsvLine(std::string& out) : out_(out) {}
  ~CsvLine() { out_ += line_end; }
  CsvLine(const CsvLine&) = delete;
  CsvLine& operator=(const CsvLine&) = delete;

  CsvLine& cell(std::string_view text) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    if (looks_like_formula(text)) out_ += '\'';
    for (const char c : text) {
      if (c == '"') out_ += '"';
      out_ += c;
    }
    out_ += '"';
    return *this;
  }
  CsvLine& cell_or_empty(const std::optional<std::string>& text) {
    return cell(text ? std::string_view(*text) : std::string_view());
  }

 private:
  std::string& out_;
  bool first_ = true;
};

void append_line(std::string& out, std::span<const std::string_view> cells) {
  CsvLine line(out);
  for (const auto cell : cells) line.cell(cell);
}

void write_texts(JsonWriter& out, std::string_view name, const std::vector<std::string>& texts) {
  out.name(name).begin_array();
  for (const auto& text : texts) out.value(text);
  out.end_array();
}

}  // namespace

void encode(JsonWriter& out, const CheckpointView& view, const AnswerContext&) {
  out.begin_object().member("origin", view.origin).member("size", view.size).member("root", view.root);
  write_time(out, "signed_at", view.signed_at);
  out.member("note", view.note);
  write_texts(out, "keys", view.keys);
  out.name("cosignatures").begin_array();
  for (const auto& cosignature : view.cosignatures) {
    out.begin_object().member("witness", cosignature.witness);
    write_time(out, "cosigned_at", cosignature.cosigned_at);
    out.end_object();
  }
  out.end_array().end_object();
}

void encode(JsonWriter& out, const ProofView& view, const AnswerContext&) {
  out.begin_object().member("sequence", view.sequence).member("origin", view.origin);
  out.member("leaf_index", view.leaf_index).member("leaf_sha256", view.leaf_sha256);
  write_optional(out, "leaf", view.leaf);
  out.member("size", view.size);
  write_texts(out, "proof", view.proof);
  out.member("note", view.note).end_object();
}

void encode(JsonWriter& out, const ConsistencyView& view, const AnswerContext&) {
  out.begin_object().member("origin", view.origin).member("from", view.from).member("to", view.to);
  write_texts(out, "proof", view.proof);
  out.member("note", view.note).end_object();
}

void encode(JsonWriter& out, const RecordedEventView& view, const AnswerContext& context) {
  out.begin_object();
  write_event(out, view.event, context);
  write_optional(out, "actor", view.actor);
  out.member("leaf_sha256", view.leaf_sha256);
  write_optional(out, "leaf", view.leaf);
  out.end_object();
}

std::string answer_cosignature(const std::string& origin, std::int64_t size, const CosignatureView& cosignature) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().member("origin", origin).member("size", size).member("witness", cosignature.witness);
  write_time(out, "cosigned_at", cosignature.cosigned_at);
  out.end_object();
  return text;
}

std::string csv_header(Language language) {
  constexpr std::array<std::string_view, 13> in_english{
      "sequence", "at",    "type",        "text",    "number",   "exercise",   "organization",
      "role",     "actor", "incident_id", "subject", "event_id", "leaf_sha256"};
  constexpr std::array<std::string_view, 13> in_japanese{"通番",   "日時",   "種類",       "内容", "インシデント番号",
                                                         "訓練",   "機関",   "役割",       "氏名", "インシデントID",
                                                         "対象ID", "出来事ID", "葉のSHA-256"};
  std::string out(byte_order_mark);
  append_line(out, language == Language::en ? in_english : in_japanese);
  return out;
}

void append_csv(std::string& out, const RecordedEventView& view, const AnswerContext& context) {
  const auto& event = view.event;
  const bool ja = context.language == Language::ja;
  CsvLine(out)
      .cell(std::to_string(event.sequence))
      .cell(format_rfc3339(event.at))
      .cell(event.type)
      .cell(words_of_event(event.type, context.language))
      .cell_or_empty(event.number)
      .cell(event.exercise ? (ja ? "訓練" : "exercise") : "")
      .cell(event.organization)
      .cell(event.role)
      .cell_or_empty(view.actor)
      .cell_or_empty(event.incident_id)
      .cell_or_empty(event.subject)
      .cell(event.id)
      .cell(view.leaf_sha256);
}

}  // namespace noroshi::codec
