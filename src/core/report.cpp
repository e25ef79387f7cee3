#include "src/core/report.h"

#include <array>
#include <utility>

namespace noroshi::core {
namespace {

constexpr std::array<std::pair<Stage, std::string_view>, 4> stages = {{
    {Stage::first, "first"},
    {Stage::followup, "followup"},
    {Stage::final, "final"},
    {Stage::correction, "correction"},
}};
constexpr std::array<std::pair<Precision, std::string_view>, 6> precisions = {{
    {Precision::minute, "minute"},
    {Precision::hour, "hour"},
    {Precision::day, "day"},
    {Precision::month, "month"},
    {Precision::year, "year"},
    {Precision::about, "about"},
}};

}  // namespace

std::string_view to_string(Stage stage) { return stages[static_cast<std::size_t>(stage)].second; }
std::string_view to_string(Precision precision) { return precisions[static_cast<std::size_t>(precision)].second; }

std::optional<Stage> parse_stage(std::string_view text) {
  for (const auto& [stage, name] : stages)
    if (name == text) return stage;
  return std::nullopt;
}
std::optional<Precision> parse_precision(std::string_view text) {
  for (const auto& [precision, name] : precisions)
    if (name == text) return precision;
  return std::nullopt;
}

}  // namespace noroshi::core
