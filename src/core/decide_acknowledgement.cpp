#include "src/core/decide.h"
#include "src/core/duties.h"

namespace noroshi::core {
namespace {

// A member of CYMAT reads for his team, not for the agency that he comes from.
bool is_addressed(const Law& law, const Incident& known, const Actor& actor, const std::string& recipient, Timestamp now) {
  if (actor.role != Role::cymat_member) return acts_for(law, actor.organization, recipient, now);
  const auto seat = known.access.find(tenant_of(actor));
  return seat != known.access.end() && seat->second.in_place_of == recipient;
}

}  // namespace

Outcome decide_acknowledgement(const Law& law, const Incident& known, const AcknowledgeMessage& command,
                               Moment moment) {
  const auto* message = known.find(command.message);
  if (!message || !is_addressed(law, known, command.actor, message->recipient, moment.now))
    return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (message->acknowledged_at)
    return tl::unexpected(refuse(RefusalCode::already_acknowledged, "この連絡は受領確認済みです。",
                                 "This message has been acknowledged."));
  // The first acknowledgement of a duty's message counts; later versions do not reset it. An alarm brings no report.
  const auto* obligation = message->report && message->obligation ? known.find(*message->obligation) : nullptr;
  const bool first = obligation && !obligation->acknowledged_at;

  DecisionBuilder builder(law, known, command.actor, moment);
  builder.add(MessageAcknowledged{command.message, first ? message->obligation : std::nullopt, command.by,
                                  command.note});
  return std::move(builder).finish();
}

}  // namespace noroshi::core
