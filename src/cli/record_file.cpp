#include "src/cli/record_file.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include <fmt/format.h>
#include <boost/json/object.hpp>
#include <tl/expected.hpp>

#include "routing/time.h"
#include "src/codec/strict_json.h"
#include "src/record/encodings.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

// Of a header. More than the record of many years has, and few enough to be checked in a moment.
constexpr std::size_t most_keys = 1000;  // and as many trees
constexpr std::size_t most_checkpoints = 10000;  // and as many proofs that connect them

// Thrown inside a line only: which member is not what it has to be.
struct Wrong {
  std::string member;
  std::size_t at_most = 0;  // more than so many entries, where it is not 0
};

class Members {
 public:
  Members(const json::value& value, std::string where) : where_(std::move(where)) {
    if (!value.is_object()) throw Wrong{where_};
    object_ = &value.get_object();
  }
  // Every member that is there has to be one of these.
  void only(std::initializer_list<std::string_view> names) const {
    for (const auto& member : *object_)
      if (std::find(names.begin(), names.end(), std::string_view(member.key())) == names.end()) wrong(member.key());
  }
  const json::value* find(std::string_view name) const { return object_->if_contains(name); }
  const json::value& at(std::string_view name) const {
    const auto* value = find(name);
    if (!value) wrong(name);
    return *value;
  }
  std::string text(std::string_view name) const { return text_of(at(name), name); }
  std::uint64_t number(std::string_view name) const {
    const auto& value = at(name);
    if (!value.is_int64() || value.get_int64() < 0) wrong(name);
    return static_cast<std::uint64_t>(value.get_int64());
  }
  const json::array& list(std::string_view name) const {
    const auto& value = at(name);
    if (!value.is_array()) wrong(name);
    return value.get_array();
  }
  const json::array& list(std::string_view name, std::size_t at_most) const {
    const auto& entries = list(name);
    if (entries.size() > at_most) throw Wrong{std::string(name), at_most};
    return entries;
  }
  std::string bytes(std::string_view name) const {
    auto decoded = record::from_base64(text(name));
    if (!decoded) wrong(name);
    return *std::move(decoded);
  }
  std::vector<record::Digest> digests(std::string_view name) const {
    std::vector<record::Digest> list_of;
    for (const auto& value : list(name)) {
      const auto decoded = record::from_base64(text_of(value, name));
      const auto digest = decoded ? record::to_digest(*decoded) : std::nullopt;
      if (!digest) wrong(name);
      list_of.push_back(*digest);
    }
    return list_of;
  }
  std::optional<Timestamp> time(std::string_view name) const {
    if (!find(name)) return std::nullopt;
    const auto at_time = parse_rfc3339(text(name));
    if (!at_time) wrong(name);
    return at_time;
  }
  const json::object& object() const { return *object_; }
  [[noreturn]] void wrong(std::string_view name) const {
    throw Wrong{where_.empty() ? std::string(name) : where_ + "." + std::string(name)};
  }
  std::string text_of(const json::value& value, std::string_view name) const {
    if (!value.is_string()) wrong(name);
    return std::string(value.get_string());
  }

 private:
  std::string where_;
  const json::object* object_ = nullptr;
};

ExportHeader read_header(const Members& line) {
  line.only({"line", "format", "made_at", "range", "proofs", "origins", "keys", "actor_keys", "checkpoints",
             "consistency"});
  ExportHeader header;
  header.made_at = line.text("made_at");
  const Members range(line.at("range"), "range");
  range.only({"incident", "from", "to"});
  if (range.find("incident")) header.range.incident = range.text("incident");
  header.range.from = range.time("from");
  header.range.to = range.time("to");
  const auto proofs = line.text("proofs");
  if (proofs != "whole" && proofs != "each") line.wrong("proofs");
  header.proofs =
      proofs == "whole" ? record::RecordVerification::Proofs::whole : record::RecordVerification::Proofs::each;
  for (const auto& value : line.list("origins", most_keys)) {
    const Members origin(value, "origins");
    origin.only({"name", "first_sequence"});
    header.origins.push_back({origin.text("name"), origin.number("first_sequence")});
  }
  for (const auto& value : line.list("keys", most_keys)) {
    auto key = record::parse_note_key(line.text_of(value, "keys"));
    if (!key) line.wrong("keys");
    header.keys.push_back(*std::move(key));
  }
  if (line.find("actor_keys"))
    for (const auto& value : line.list("actor_keys")) {
      const auto der = record::from_base64(line.text_of(value, "actor_keys"));
      auto key = der ? record::parse_actor_key(*der) : tl::unexpected(std::string());
      if (!key) line.wrong("actor_keys");
      header.actor_keys.push_back(*std::move(key));
    }
  for (const auto& value : line.list("checkpoints", most_checkpoints)) header.checkpoints.push_back(line.text_of(value, "checkpoints"));
  if (line.find("consistency"))
    for (const auto& value : line.list("consistency", most_checkpoints)) {
      const Members proof(value, "consistency");
      proof.only({"origin", "from", "to", "proof"});
      header.consistency.push_back(
          {proof.text("origin"), proof.number("from"), proof.number("to"), proof.digests("proof")});
    }
  return header;
}

record::RecordedEvent read_event(const Members& line) {
  line.only({"line", "sequence", "leaf", "leaf_sha256", "openings", "report", "proof"});
  record::RecordedEvent event;
  event.sequence = line.number("sequence");
  event.leaf = line.bytes("leaf");
  const Members openings(line.at("openings"), "openings");
  for (const auto& member : openings.object()) {
    const Members opening(member.value(), "openings." + std::string(member.key()));
    opening.only({"salt", "value"});
    const auto salt = record::to_digest(opening.bytes("salt"));
    if (!salt) opening.wrong("salt");
    event.openings.push_back({std::string(member.key()), *salt, opening.bytes("value")});
  }
  if (line.find("leaf_sha256")) {
    const auto bytes = record::from_hex(line.text("leaf_sha256"));
    event.leaf_hash = bytes ? record::to_digest(*bytes) : std::nullopt;
    if (!event.leaf_hash) line.wrong("leaf_sha256");
  }
  if (line.find("report")) event.report = line.bytes("report");
  if (line.find("proof")) event.proof = line.digests("proof");
  return event;
}

ExportFault not_an_export(std::uint64_t line) {
  return {line,
          {"書き出された記録（noroshi-record/1）ではありません", "this is no exported record (noroshi-record/1)"},
          true};
}

}  // namespace

tl::expected<std::optional<std::string>, ExportFault> ExportReader::read_line() {
  std::string text;
  ++line_;
  auto* buffer = in_.rdbuf();
  for (int next = buffer->sbumpc();; next = buffer->sbumpc()) {
    if (next == std::char_traits<char>::eof()) {
      if (text.empty()) return std::nullopt;
      return tl::unexpected(ExportFault{line_, {"行が途中で終わっています", "the line ends early"}});
    }
    if (next == '\n') return text;
    if (text.size() == longest_export_line)
      return tl::unexpected(ExportFault{line_, {"行が長すぎます", "the line is too long"}});
    text += static_cast<char>(next);
  }
}

tl::expected<std::optional<ExportLine>, ExportFault> ExportReader::next() {
  auto text = read_line();
  if (!text) return tl::unexpected(line_ == 1 ? not_an_export(1) : std::move(text.error()));
  if (!*text) {
    if (line_ == 1) return tl::unexpected(not_an_export(1));
    if (!ended_)
      return tl::unexpected(ExportFault{line_,
                                        {"終わりの行がありません。ファイルが途中で切れています",
                                         "the line that ends the file is not there: it was cut off"}});
    return std::nullopt;
  }
  if (ended_)
    return tl::unexpected(
        ExportFault{line_, {"終わりの行の後に行があります", "a line follows the one that ends the file"}});
  codec::JsonDocument document;
  if (const auto parsed = document.parse(**text); !parsed) {
    if (line_ == 1) return tl::unexpected(not_an_export(1));
    return tl::unexpected(ExportFault{
        line_,
        {fmt::format("JSON として読めません（{} バイト目、{}）", parsed.error().offset + 1,
                     codec::to_string(parsed.error().fault)),
         fmt::format("no JSON (byte {}, {})", parsed.error().offset + 1, codec::to_string(parsed.error().fault))}});
  }
  try {
    const Members line(document.root(), "");
    const auto kind = line.text("line");
    if ((line_ == 1) != (kind == "header")) {
      if (line_ == 1) return tl::unexpected(not_an_export(1));
      line.wrong("line");
    }
    if (kind == "header") {
      if (line.text("format") != "noroshi-record/1") return tl::unexpected(not_an_export(1));
      return ExportLine(read_header(line));
    }
    if (kind == "event") return ExportLine(read_event(line));
    if (kind != "end") line.wrong("line");
    line.only({"line", "events"});
    ended_ = true;
    return ExportLine(ExportEnd{line.number("events")});
  } catch (const Wrong& wrong) {
    if (line_ == 1 && (wrong.member == "line" || wrong.member == "format" || wrong.member.empty()))
      return tl::unexpected(not_an_export(1));
    if (wrong.at_most != 0)
      return tl::unexpected(
          ExportFault{line_,
                      {fmt::format("{} が {} 件を超えています", wrong.member, wrong.at_most),
                       fmt::format("there are more than {} {}", wrong.at_most, wrong.member)}});
    return tl::unexpected(ExportFault{line_,
                                      {fmt::format("{} が正しくありません", wrong.member),
                                       fmt::format("{} is not what it has to be", wrong.member)}});
  }
}

}  // namespace noroshi::cli
