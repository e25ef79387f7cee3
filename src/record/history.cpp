#include "src/record/history.h"

#include <array>
#include <charconv>
#include <utility>

#include "src/record/encodings.h"
#include "src/record/merkle.h"

namespace noroshi::record {
namespace {

constexpr std::string_view heading = "noroshi-history/v1";

tl::unexpected<std::string> wrong(std::string what) {
  return tl::unexpected(std::move(what));
}

// Decimal digits, no zero before them, no more than a size may be.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > maximum_size) return std::nullopt;
  return std::to_string(number) == text ? std::optional(number) : std::nullopt;
}

// "<word> <number> <base64>".
std::optional<RunningHash> parse_running(std::string_view line, std::string_view word) {
  if (!line.starts_with(word) || line.substr(word.size()).empty() || line[word.size()] != ' ') return std::nullopt;
  line.remove_prefix(word.size() + 1);
  const auto space = line.find(' ');
  if (space == line.npos) return std::nullopt;
  const auto count = parse_number(line.substr(0, space));
  const auto hash = to_digest(from_base64(line.substr(space + 1)).value_or(""));
  if (!count || !hash || (*count == 0 && *hash != Digest{})) return std::nullopt;
  return RunningHash{*count, *hash};
}

std::string line_of(std::string_view word, const RunningHash& running) {
  return std::string(word) + ' ' + std::to_string(running.count) + ' ' + to_base64(bytes_of(running.hash)) + '\n';
}

std::string entry(std::string_view origin, std::uint64_t size, Timestamp at, std::string_view rest) {
  std::string bytes(origin);
  bytes += '\n' + std::to_string(size) + '\n' + format_rfc3339(at) + '\n';
  return bytes.append(rest);
}

}  // namespace

void RunningHash::add(std::string_view bytes, std::uint64_t number) {
  hash = sha256({bytes_of(hash), bytes});
  count = number;
}

std::string history_text(const History& history) {
  return std::string(heading) + '\n' + history.origin + '\n' + std::to_string(history.size) + "\nsigned " +
         format_rfc3339(history.signed_at) + '\n' + line_of("checkpoints", history.checkpoints) +
         line_of("cosignatures", history.cosignatures);
}

tl::expected<History, std::string> parse_history(std::string_view text) {
  std::array<std::string_view, 6> lines;
  for (auto& line : lines) {
    const auto end = text.find('\n');
    if (end == text.npos) return wrong("a history has six lines, each with its line feed");
    line = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  if (!text.empty()) return wrong("the history goes on after its sixth line");
  if (lines[0] != heading) return wrong("the first line is not noroshi-history/v1");
  if (lines[1].empty()) return wrong("the origin is empty");
  const auto size = parse_number(lines[2]);
  if (!size) return wrong("the size is no number in decimal digits");
  constexpr std::string_view time_word = "signed ";
  const auto at = lines[3].starts_with(time_word) ? parse_rfc3339(lines[3].substr(time_word.size())) : std::nullopt;
  if (!at || format_rfc3339(*at) != lines[3].substr(time_word.size())) return wrong("the fourth line names no time");
  const auto checkpoints = parse_running(lines[4], "checkpoints");
  if (!checkpoints) return wrong("the fifth line is not the number and hash of checkpoints");
  const auto cosignatures = parse_running(lines[5], "cosignatures");
  if (!cosignatures) return wrong("the sixth line is not the number and hash of cosignatures");
  return History{std::string(lines[1]), *size, *at, *checkpoints, *cosignatures};
}

std::string checkpoint_entry(std::string_view origin, std::uint64_t size, Timestamp signed_at, std::string_view note) {
  return entry(origin, size, signed_at, note);
}

std::string cosignature_entry(std::string_view origin, std::uint64_t size, Timestamp received_at,
                              std::string_view line) {
  return entry(origin, size, received_at, std::string(line) + '\n');
}

}  // namespace noroshi::record
