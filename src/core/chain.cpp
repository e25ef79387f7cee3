#include "src/core/chain.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace noroshi::core {
namespace {

bool supervises_on(const Law& law, const std::string& agency, const std::string& corporation, JapaneseDay day, Timestamp now) {
  for (const auto& body : law.registry.organizations()) {
    if (!body.is_corporation() || standing_for(law, body.slug, now) != corporation) continue;
    const auto supervisions = law.registry.supervisions(body.slug, day);
    const bool found = std::any_of(supervisions.begin(), supervisions.end(), [&](const routing::Supervision* supervision) {
      return standing_for(law, supervision->agency, now) == agency;
    });
    if (found) return true;
  }
  return false;
}

}  // namespace

std::optional<Rung> rung_of(const Law& law, const std::string& organization, Timestamp now) {
  const auto* body = law.registry.find(organization);
  if (!body || !body->period.contains(japanese_day(now))) return std::nullopt;
  switch (body->kind) {
    case routing::OrganizationKind::center: return Rung::center;
    case routing::OrganizationKind::national_agency: return Rung::agency;
    case routing::OrganizationKind::independent_administrative_agency:
    case routing::OrganizationKind::designated_corporation: return Rung::corporation;
    case routing::OrganizationKind::police:
    case routing::OrganizationKind::crisis_management: return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Direction> one_step(const Law& law, const std::string& from, const std::string& to,
                                  std::optional<Timestamp> recognized, Timestamp now) {
  const auto start = rung_of(law, from, now);
  const auto end = rung_of(law, to, now);
  if (!start || !end || *start == *end) return std::nullopt;
  const auto direction = *start < *end ? Direction::up : Direction::down;
  const auto& [lower, upper] = direction == Direction::up ? std::tie(from, to) : std::tie(to, from);
  if (*rung_of(law, upper, now) == Rung::center)
    return *rung_of(law, lower, now) == Rung::agency ? std::optional(direction) : std::nullopt;
  const bool supervised = supervises_on(law, upper, lower, japanese_day(now), now) ||
                          (recognized && supervises_on(law, upper, lower, japanese_day(*recognized), now));
  return supervised ? std::optional(direction) : std::nullopt;
}

std::optional<Refusal> refuse_voice(const Law& law, const Actor& actor, Timestamp now) {
  const bool liaison = actor.role == Role::center_liaison && rung_of(law, actor.organization, now) == Rung::center;
  if (liaison || (actor.role && is_csirt(*actor.role))) return std::nullopt;
  return refuse(RefusalCode::role_required,
                "照会と情報提供を扱うのは、機関の CSIRT（csirt_member、csirt_head、external_contact）と、センターの連絡担当"
                "（center_liaison）です。",
                "Inquiries and notices are for the CSIRT of a body (csirt_member, csirt_head, external_contact) and for the centre's "
                "liaison (center_liaison).");
}

void send_word(DecisionBuilder& builder, const std::string& recipient, std::string note, Awaits awaits) {
  Message message;
  message.id = builder.next_id<MessageId>();
  message.incident = builder.incident().id;
  message.kind = MessageKind::notice;
  message.sender = builder.actor().organization;
  message.recipient = recipient;
  message.note = std::move(note);
  message.sent_at = builder.now();
  if (awaits == Awaits::acknowledgement)
    message.acknowledge_by =
        builder.now() + builder.law().clocks.acknowledgement.of(recipient, severity_of(facts_of(builder.incident())));
  builder.add(MessageSent{std::move(message)});
}

}  // namespace noroshi::core
