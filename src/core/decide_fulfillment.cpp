#include <algorithm>

#include "src/core/decide.h"
#include "src/core/duties.h"
#include "src/core/inner_duties.h"

namespace noroshi::core {
namespace {

using routing::RecipientRule;

constexpr std::chrono::minutes allowed_ahead{5};

bool sends(FulfillmentMethod method) {
  return method == FulfillmentMethod::relay || method == FulfillmentMethod::report;
}

// Which methods meet which duty: what the program sends needs a recipient outside the body; the police's own forms and
// the decision that they need not be told belong to (h).
bool method_fits(const Obligation& obligation, RecipientRule recipient, FulfillmentMethod method) {
  const bool relayed = obligation.opens_on == routing::OpensOn::receipt;
  switch (method) {
    case FulfillmentMethod::relay: return !obligation.inner && relayed;
    case FulfillmentMethod::report: return true;
    case FulfillmentMethod::telephone:
    case FulfillmentMethod::in_person: return true;
    case FulfillmentMethod::police_report:
    case FulfillmentMethod::consultation:
    case FulfillmentMethod::decided_not_needed: return recipient == RecipientRule::police;
    case FulfillmentMethod::done: return obligation.inner;
    case FulfillmentMethod::judgement: return false;  // only the judgement itself
  }
  return false;
}

RecipientRule recipient_rule(const Law& law, const Obligation& obligation) {
  const auto* edition = law.editions.find(obligation.edition);
  const auto* rule = edition ? edition->find(obligation.rule) : nullptr;
  return rule ? rule->recipient : (obligation.inner ? RecipientRule::holder : RecipientRule::center);
}

// 訓練 takes the same path but never reaches police or crisis desk: the duty is met, nothing leaves.
bool held_back(const Incident& incident, RecipientRule recipient) {
  return incident.exercise &&
         (recipient == RecipientRule::police || recipient == RecipientRule::crisis_management);
}

std::optional<Refusal> check(const Law& law, const Incident& known, const Obligation& obligation, const Staff& staff,
                             const FulfillObligation& command, RecipientRule recipient, Timestamp now) {
  if (obligation.state != ObligationState::open)
    return refuse(RefusalCode::obligation_not_open,
                  "この義務は未了ではありません（状態: " + std::string(to_string(obligation.state)) + "）。",
                  "This duty is not open (its state: " + std::string(to_string(obligation.state)) + ").");
  if (!method_fits(obligation, recipient, command.method))
    return refuse(RefusalCode::method_unsuitable, "この方法ではこの義務を果たせません。",
                  "This duty cannot be met by that method.");
  if (obligation.inner)
    if (auto refusal = refuse_word(law, obligation, command.actor, staff, command.people_registered, command.note, now)) return refusal;
  if (command.method == FulfillmentMethod::decided_not_needed) {
    if (command.actor.role != Role::csirt_head)
      return refuse(RefusalCode::role_required, "警察への通報等を要しないと判断できるのは CSIRT 責任者だけです。",
                    "Only the head of the CSIRT decides that the police need not be told.");
    if (command.note.empty())
      return refuse_field("/note", "required", "判断の理由を note に書いてください。",
                          "Give the reason for the decision in note.");
  }
  if (command.at && *command.at > now + allowed_ahead)
    return refuse_field("/at", "time_in_future", "未来の日時です。実際に行った日時を入れてください。",
                        "This time lies ahead. Give the time at which it was done.");
  if (command.at && *command.at < known.recognized)
    return refuse_field("/at", "before_recognition", "認知より前の日時です。",
                        "This time lies before the incident was recognised.");
  return std::nullopt;
}

}  // namespace

Outcome decide_fulfillment(const Law& law, const Incident& known, const Staff& staff, const FulfillObligation& command,
                           Moment moment) {
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  const auto* found = builder.incident().find(command.obligation);
  if (!found)
    return tl::unexpected(refuse(RefusalCode::not_found, "見つかりません。", "Not found."));
  const Obligation obligation = *found;
  if (!acts_for(law, command.actor.organization, obligation.holder, moment.now))
    return tl::unexpected(refuse(RefusalCode::not_the_holder, "他の機関の義務です。義務を負う機関だけが履行できます。",
                                 "This duty is another body's. Only its holder can meet it."));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  const auto recipient = recipient_rule(law, obligation);
  if (auto refusal = check(law, known, obligation, staff, command, recipient, moment.now))
    return tl::unexpected(std::move(*refusal));

  const bool leaves = sends(command.method) && !obligation.inner && !held_back(known, recipient);
  if (leaves)
    send_latest(builder, command.method == FulfillmentMethod::relay ? MessageKind::relay : MessageKind::report,
                obligation.holder, obligation.recipient, &obligation, command.note);
  const auto at = leaves ? moment.now : std::min(command.at.value_or(moment.now), moment.now);
  fulfill(builder, obligation, command.method, at, command.note, command.reference);
  if (const auto* rule = builder.rule_of(obligation); rule && rule->met_by == routing::MetBy::situation) track_anew(builder);
  return std::move(builder).finish();
}

}  // namespace noroshi::core
