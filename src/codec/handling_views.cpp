#include "src/codec/handling_views.h"

#include "src/codec/encoding.h"
#include "src/core/decide_handling.h"

namespace noroshi::codec {
namespace {

// What such a decision is an act on, as it is shown.
struct Act {
  const core::Event& event;
  const core::Incident& after;
  JsonWriter& out;
  const AnswerContext& context;

  bool operator()(const core::HandlingStepTaken& what) const {
    const auto& step = what.step;
    out.name("step");
    encode(out,
           HandlingStepView{to_string(step.id), step.organization, std::string(to_string(step.kind)), step.text,
                            step.person ? std::optional(to_string(*step.person)) : std::nullopt, step.name, step.by_delegate,
                            event.actor.name, event.actor.role ? std::string(to_string(*event.actor.role)) : "", event.at},
           context);
    return true;
  }
  bool operator()(const core::InstructionGiven& what) const {
    const auto& given = what.instruction;
    out.name("instruction");
    encode(out,
           InstructionView{to_string(given.id), given.organization, std::string(to_string(given.kind)),
                           std::string(to_string(given.force)), given.addressee, given.text, event.actor.name, event.at,
                           given.answer_by, std::nullopt, "", false, ""},
           context);
    return true;
  }
  bool operator()(const core::InstructionAnswered& what) const {
    out.name("answer").begin_object();
    out.member("instruction_id", to_string(what.instruction)).member("carried_out", what.carried_out);
    out.member("text", what.text);
    write_time(out, "answered_at", event.at);
    write_text_or_null(out, "answered_by", event.actor.name);
    out.end_object();
    return true;
  }
  bool operator()(const core::PlatformLinked& what) const {
    const auto& link = what.link;
    out.name("platform");
    encode(out,
           PlatformLinkView{to_string(link.id), link.platform, link.operator_organization, link.affected_organization,
                            event.actor.name, event.at},
           context);
    return true;
  }
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }
};

bool is_of_handling(const core::Happening& what) {
  return std::holds_alternative<core::HandlingStepTaken>(what) || std::holds_alternative<core::InstructionGiven>(what) ||
         std::holds_alternative<core::InstructionAnswered>(what) || std::holds_alternative<core::PlatformLinked>(what);
}

void write_duty(JsonWriter& out, const core::Obligation& obligation) {
  out.begin_object();
  out.member("id", to_string(obligation.id)).member("clause", obligation.clause);
  if (obligation.sentence != 0) out.member("sentence", obligation.sentence);
  out.member("holder", obligation.holder).member("state", to_string(obligation.state));
  write_time(out, "due_at", obligation.due_at);
  out.member("target_is", operator_target);
  out.end_object();
}

void write_warning(JsonWriter& out, std::string_view code, const core::Reason& message, Language language) {
  out.begin_object().member("code", code).member("message", in(message, language)).end_object();
}

void write_warnings(JsonWriter& out, const core::Decision& decision, const AnswerContext& context) {
  bool sent = false;
  for (const auto& event : decision.events) sent = sent || std::holds_alternative<core::MessageSent>(event.what);
  out.name("warnings").begin_array();
  for (const auto& event : decision.events) {
    if (const auto* taken = std::get_if<core::HandlingStepTaken>(&event.what)) {
      const bool to_ciso = taken->step.kind == core::HandlingStepKind::ciso_told ||
                           taken->step.kind == core::HandlingStepKind::cause_reported;
      if (to_ciso && !taken->step.person)
        write_warning(out, "no_ciso_named",
                      {"この機関の職員等に最高情報セキュリティ責任者が登録されていません。誰に報告したかは本文だけが示します。"
                       "noroshi user appoint で登録してください。",
                       "The staff of this body names no CISO: the text alone says who was told. Name one with noroshi user "
                       "appoint."},
                      context.language);
    }
    const auto* linked = std::get_if<core::PlatformLinked>(&event.what);
    if (!linked || linked->link.operator_organization.empty() ||
        linked->link.operator_organization == linked->link.affected_organization)
      continue;
    if (!sent)
      write_warning(out, "operator_not_told",
                    {"機密性3と表示された報告は送れません。運用機関には指定された方法で伝えてください。",
                     "A report labelled confidentiality 3 is not sent. Tell the operator by the way designated for it."},
                    context.language);
    write_warning(out, "operator_reports_itself",
                  {"運用機関が自らの義務について行う連絡は、運用機関自身のインシデントの報告によります。この登録では生じません。",
                   "What the operator owes itself opens by an incident that it reports on its own, not by this link."},
                  context.language);
  }
  out.end_array();
}

}  // namespace

bool overdue(const InstructionView& view, Timestamp now) {
  return view.answer_by && !view.answered_at && now > *view.answer_by;
}

void encode(JsonWriter& out, const HandlingStepView& view, const AnswerContext&) {
  out.begin_object();
  out.member("id", view.id).member("organization", view.organization).member("kind", view.kind).member("text", view.text);
  write_optional(out, "person", view.person);
  write_text_or_null(out, "name", view.name);
  out.member("by_delegate", view.by_delegate);
  write_text_or_null(out, "taken_by", view.taken_by);
  write_text_or_null(out, "role", view.role);
  write_time(out, "taken_at", view.taken_at);
  out.end_object();
}

void encode(JsonWriter& out, const InstructionView& view, const AnswerContext& context) {
  out.begin_object();
  out.member("id", view.id).member("organization", view.organization).member("kind", view.kind);
  out.member("force", view.force).member("addressee", view.addressee).member("text", view.text);
  write_text_or_null(out, "given_by", view.given_by);
  write_time(out, "given_at", view.given_at);
  write_time(out, "answer_by", view.answer_by);
  write_time(out, "answered_at", view.answered_at);
  write_text_or_null(out, "answered_by", view.answered_by);
  write_optional(out, "carried_out", view.answered_at ? std::optional(view.carried_out) : std::nullopt);
  write_text_or_null(out, "answer", view.answer);
  out.member("overdue", overdue(view, context.now));
  out.end_object();
}

void encode(JsonWriter& out, const PlatformLinkView& view, const AnswerContext&) {
  out.begin_object();
  out.member("id", view.id).member("platform", view.platform);
  write_text_or_null(out, "operator_organization", view.operator_organization);
  out.member("affected_organization", view.affected_organization);
  write_text_or_null(out, "linked_by", view.linked_by);
  write_time(out, "linked_at", view.linked_at);
  out.end_object();
}

std::optional<std::string> answer_handling(const core::Decision& decision, const AnswerContext& context) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  bool found = false;
  for (const auto& event : decision.events)
    if (!found && is_of_handling(event.what)) found = std::visit(Act{event, decision.after, out, context}, event.what);
  if (!found) return std::nullopt;
  const auto& incident = decision.after;
  out.name("incident").begin_object();
  out.member("id", to_string(incident.id)).member("number", incident.number).member("state", to_string(incident.state));
  out.end_object();
  out.name("met").begin_array();
  for (const auto& event : decision.events)
    if (const auto* met = std::get_if<core::ObligationFulfilled>(&event.what))
      write_duty(out, *incident.find(met->fulfillment.obligation));
  out.end_array().name("opened").begin_array();
  for (const auto& event : decision.events)
    if (const auto* opened = std::get_if<core::ObligationOpened>(&event.what))
      write_duty(out, *incident.find(opened->obligation.id));
  out.end_array();
  write_warnings(out, decision, context);
  out.end_object();
  return text;
}

}  // namespace noroshi::codec
