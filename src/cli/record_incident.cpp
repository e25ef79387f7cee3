#include "src/cli/record_incident.h"

#include <vector>

#include <fmt/format.h>

#include "src/core/identifier.h"
#include "src/record/event_codec.h"
#include "src/store/record_reader.h"

namespace noroshi::cli {
namespace {

constexpr std::size_t page = 512;
constexpr std::uint64_t no_end = ~std::uint64_t{0};

// Those that a body calls by that name.
std::vector<NamedIncident> by_reference(store::Connection& owner, const std::string& wanted) {
  store::EventFilter opened;
  opened.type = core::type_of(core::IncidentOpened{});
  std::vector<NamedIncident> found;
  std::uint64_t next = 0;
  for (std::size_t read = page; read == page;) {
    store::Transaction transaction(owner, store::Isolation::repeatable_read, store::Access::read_only);
    read = store::read_events(transaction, opened, next, no_end, page, [&](const store::StoredEvent& stored) {
      next = *stored.sequence + 1;
      const auto event = record::decode(stored.leaf, stored.openings);
      const auto* incident = event ? std::get_if<core::IncidentOpened>(&event->what) : nullptr;
      if (incident && incident->reference == wanted) found.push_back({stored.incident, incident->number});
    });
  }
  return found;
}

}  // namespace

tl::expected<NamedIncident, ExitCode> find_recorded_incident(store::Connection& owner, const std::string& wanted,
                                                             const Output& output) {
  {
    store::Transaction transaction(owner, store::Isolation::repeatable_read, store::Access::read_only);
    if (const auto id = core::parse_uuid(wanted)) {
      const auto text = core::to_string(*id);
      if (const auto label = store::read_label(transaction, text); !label.number.empty())
        return NamedIncident{text, label.number};
    } else if (const auto by_number = store::find_incident(transaction, wanted); !by_number.empty()) {
      return NamedIncident{by_number, wanted};
    }
  }
  const auto found = by_reference(owner, wanted);
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    complain(
        output,
        {fmt::format("インシデント {} はありません。番号（JPS-2026-1 の形）、ID か機関の整理番号で指定してください。",
                     wanted),
         fmt::format("there is no incident {}: name it by number (as JPS-2026-1), id or the body's reference",
                     wanted)});
    return tl::unexpected(exit_failed);
  }
  complain(output, {fmt::format("{} は一つに決まりません。番号か ID で指定してください。", wanted),
                    fmt::format("{} is not one incident: name it by number or id", wanted)});
  for (const auto& incident : found) {
    const auto line = fmt::format("  {}  {}", incident.number, incident.id);
    complain(output, {line, line});
  }
  return tl::unexpected(exit_usage);
}

}  // namespace noroshi::cli
