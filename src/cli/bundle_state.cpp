#include "src/cli/bundle_state.h"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "src/cli/json_view.h"

namespace noroshi::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view format = "noroshi-bundle-state/1";

}  // namespace

std::optional<BundleState> BundleState::parse(std::string_view text) {
  json::error_code error;
  const auto value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error || text_at(value, "/format") != format) return std::nullopt;
  const auto* lines = value.as_object().if_contains("lines");
  if (!lines || !lines->is_object()) return std::nullopt;
  BundleState state;
  for (const auto& [name, line] : lines->get_object()) {
    Line& into = state.lines_[std::string(name)];
    const auto* number = line.is_object() ? line.get_object().if_contains("number") : nullptr;
    if (!number || !number->is_int64() || number->get_int64() < 1) return std::nullopt;
    into.highest = {number->get_int64(), text_at(line, "/delivery"), text_at(line, "/sha256"), {}};
    for (const auto& each : array_at(line, "/missing")) {
      const auto* range = each.if_array();
      if (!range || range->size() != 2 || !(*range)[0].is_int64() || !(*range)[1].is_int64()) return std::nullopt;
      into.missing.push_back({(*range)[0].get_int64(), (*range)[1].get_int64()});
    }
  }
  return state;
}

std::string BundleState::text() const {
  json::object lines;
  for (const auto& [name, line] : lines_) {
    json::array missing;
    for (const auto& range : line.missing) missing.push_back(json::array{range.first, range.last});
    lines[name] = json::object{{"number", line.highest.number},
                               {"delivery", line.highest.delivery},
                               {"sha256", line.highest.hash},
                               {"missing", std::move(missing)}};
  }
  return json::serialize(json::object{{"format", format}, {"lines", std::move(lines)}}) + "\n";
}

BundleState::Verdict BundleState::note(const std::string& name, const Seen& seen) {
  Line& line = lines_[name];
  auto& highest = line.highest;
  if (seen.number > highest.number) {
    const bool follows = seen.number == highest.number + 1;
    const bool fits = !follows || seen.previous == highest.hash;
    if (!follows) line.missing.push_back({highest.number + 1, seen.number - 1});
    highest = seen;
    return fits ? Verdict::next : Verdict::changed;
  }
  if (seen.number == highest.number) {
    if (seen.delivery != highest.delivery) return Verdict::changed;
    highest.hash = seen.hash;  // the last may be made anew
    return Verdict::repeat;
  }
  const auto range = std::find_if(line.missing.begin(), line.missing.end(), [&](const auto& each) {
    return each.first <= seen.number && seen.number <= each.last;
  });
  if (range == line.missing.end()) return Verdict::repeat;
  const auto whole = *range;
  const auto at = line.missing.erase(range);
  std::vector<NumberRange> left;
  if (whole.first < seen.number) left.push_back({whole.first, seen.number - 1});
  if (seen.number < whole.last) left.push_back({seen.number + 1, whole.last});
  line.missing.insert(at, left.begin(), left.end());
  return Verdict::next;
}

std::vector<NumberRange> BundleState::missing(const std::string& name) const {
  const auto found = lines_.find(name);
  return found == lines_.end() ? std::vector<NumberRange>() : found->second.missing;
}

}  // namespace noroshi::cli
