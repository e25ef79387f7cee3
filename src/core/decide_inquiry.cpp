// 照会: asked, answered, withdrawn. None of it touches a duty.
#include "src/core/decide_inquiry.h"

#include <algorithm>

#include "src/core/chain.h"

namespace noroshi::core {
namespace {

// More than a desk can answer; who has so many questions waiting asks for none by one more.
constexpr std::ptrdiff_t most_open = 20;

Refusal not_found() { return refuse(RefusalCode::not_found, "見つかりません。", "Not found."); }

Refusal not_open() {
  return refuse(RefusalCode::inquiry_not_open, "回答済みか、取り下げられた照会です。なお尋ねることがあれば、改めて照会してください。",
                "This inquiry was answered or withdrawn. What is still to be asked is asked by another.");
}

// The bodies as they stand today, the incident with what has passed to successors.
struct Parties {
  std::string from;
  std::string to;
  Direction direction{};
};

tl::expected<Parties, Refusal> parties_of(const DecisionBuilder& builder, const std::string& to) {
  const auto& incident = builder.incident();
  const auto& from = builder.actor().organization;
  if (!builder.law().registry.find(to))
    return tl::unexpected(refuse_field("/to", "unknown_organization",
                                       "登録されていない機関です。GET /organizations の id から選んでください。",
                                       "No such body. Choose an id from GET /organizations."));
  const auto asked = builder.standing_for(to);
  const auto direction = one_step(builder.law(), from, asked, incident.recognized, builder.now());
  if (!direction)
    return tl::unexpected(refuse(RefusalCode::inquiry_not_allowed,
                                 "照会は一段ずつです。センターと国の行政機関の間、国の行政機関とその所管する法人の間で行います。"
                                 "先の機関には、間の機関から取り次いでもらってください。",
                                 "An inquiry goes one step: between the centre and an agency, or between an agency and a corporation "
                                 "that it supervises. Have the body in between pass it on."));
  if (!incident.content_visible_to(asked))
    return tl::unexpected(refuse(RefusalCode::inquiry_not_allowed,
                                 "その機関にはこのインシデントの内容が届いていません。先に報告又は中継をしてから照会してください。",
                                 "That body has not got the content of this incident. Have it reported or relayed to it first."));
  return Parties{from, asked, *direction};
}

// The body was asked the inquiry that it passes on, which waits for its answer, and goes on in its direction.
std::optional<Refusal> refuse_passing_on(const DecisionBuilder& builder, const Parties& parties, InquiryId id) {
  const auto* passed = builder.incident().find(id);
  if (!passed || builder.standing_for(passed->to) != parties.from)
    return refuse_field("/passes_on", "not_asked_of_you", "貴機関への照会ではありません。", "No inquiry to your body has this id.");
  if (!passed->is_open()) return not_open();
  if (one_step(builder.law(), builder.standing_for(passed->from), parties.from, builder.incident().recognized, builder.now()) !=
      parties.direction)
    return refuse(RefusalCode::inquiry_not_allowed, "照会は、来た向きのまま次の機関へ取り次ぎます。",
                  "An inquiry is passed on in the direction in which it came.");
  return std::nullopt;
}

std::optional<Refusal> refuse_flood(const DecisionBuilder& builder, const Parties& parties) {
  const auto& inquiries = builder.incident().inquiries;
  const auto open = std::count_if(inquiries.begin(), inquiries.end(), [&](const Inquiry& inquiry) {
    return inquiry.is_open() && inquiry.from == parties.from && builder.standing_for(inquiry.to) == parties.to;
  });
  if (open < most_open) return std::nullopt;
  return refuse(RefusalCode::inquiry_not_allowed,
                "この機関への回答待ちの照会が上限（" + std::to_string(most_open) + " 件）に達しています。回答を待つか、取り下げてください。",
                "As many inquiries as may (" + std::to_string(most_open) +
                    ") wait for an answer of that body. Wait for it, or withdraw one.");
}

// Whether the actor's body is that one, or stands in its place.
bool acts_as(const DecisionBuilder& builder, const std::string& organization) {
  return acts_for(builder.law(), builder.actor().organization, organization, builder.now());
}

std::string where_it_stands(const Inquiry& inquiry, bool japanese) {
  const auto id = to_string(inquiry.id);
  return japanese ? "本文は GET /incidents/{id}/inquiries（noroshi inquiry show " + id + "）"
                  : "its text: GET /incidents/{id}/inquiries (noroshi inquiry show " + id + ")";
}

}  // namespace

Outcome decide_inquiry(const Law& law, const Incident& known, const AskInquiry& command, Moment moment) {
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  if (!builder.incident().content_visible_to(command.actor.organization)) return tl::unexpected(not_found());
  if (auto refusal = refuse_voice(law, command.actor, moment.now)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  const auto parties = parties_of(builder, command.to);
  if (!parties) return tl::unexpected(parties.error());
  if (command.passes_on)
    if (auto refusal = refuse_passing_on(builder, *parties, *command.passes_on)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_flood(builder, *parties)) return tl::unexpected(std::move(*refusal));

  Inquiry inquiry;
  inquiry.id = builder.next_id<InquiryId>();
  inquiry.from = parties->from;
  inquiry.to = parties->to;
  inquiry.text = command.text;
  inquiry.passes_on = command.passes_on;
  inquiry.due_at = moment.now + law.clocks.inquiry.of(parties->to, severity_of(facts_of(builder.incident())));
  builder.add(InquiryAsked{inquiry});
  const auto due = format_rfc3339(std::chrono::floor<std::chrono::seconds>(inquiry.due_at));
  const auto id = to_string(inquiry.id);
  send_word(builder, inquiry.to,
            "照会が届きました。目標期限 " + due + "。" + where_it_stands(inquiry, true) + "。回答は noroshi inquiry answer " + id +
                " で。 / An inquiry, target " + due + "; " + where_it_stands(inquiry, false) + "; answer by noroshi inquiry answer " + id + ".",
            Awaits::nothing);
  return std::move(builder).finish();
}

Outcome decide_inquiry_answer(const Law& law, const Incident& known, const AnswerInquiry& command, Moment moment) {
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  const auto* asked = builder.incident().find(command.inquiry);
  if (!asked || (!acts_as(builder, asked->to) && !acts_as(builder, asked->from))) return tl::unexpected(not_found());
  if (auto refusal = refuse_voice(law, command.actor, moment.now)) return tl::unexpected(std::move(*refusal));
  if (!acts_as(builder, asked->to))
    return tl::unexpected(refuse(RefusalCode::not_the_holder, "回答するのは照会を受けた機関です。取り下げるなら noroshi inquiry withdraw で。",
                                 "The body that was asked answers. Withdraw it by noroshi inquiry withdraw."));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (!asked->is_open()) return tl::unexpected(not_open());

  const Inquiry inquiry = *asked;
  builder.add(InquiryAnswered{inquiry.id, command.text});
  std::string note = "照会への回答がありました。" + where_it_stands(inquiry, true) + "。";
  std::string note_en = "An inquiry was answered; " + where_it_stands(inquiry, false) + ".";
  const auto* passed = inquiry.passes_on ? builder.incident().find(*inquiry.passes_on) : nullptr;
  if (passed && passed->is_open()) {
    note += "取り次いだ照会への回答は noroshi inquiry answer " + to_string(passed->id) + " で。";
    note_en += " Answer what you passed on by noroshi inquiry answer " + to_string(passed->id) + ".";
  }
  send_word(builder, builder.standing_for(inquiry.from), note + " / " + note_en, Awaits::nothing);
  return std::move(builder).finish();
}

Outcome decide_inquiry_withdrawal(const Law& law, const Incident& known, const WithdrawInquiry& command, Moment moment) {
  DecisionBuilder builder(law, known, command.actor, moment);
  pass_to_successors(builder);
  const auto* asked = builder.incident().find(command.inquiry);
  if (!asked || (!acts_as(builder, asked->to) && !acts_as(builder, asked->from))) return tl::unexpected(not_found());
  if (auto refusal = refuse_voice(law, command.actor, moment.now)) return tl::unexpected(std::move(*refusal));
  if (!acts_as(builder, asked->from))
    return tl::unexpected(refuse(RefusalCode::not_the_holder, "取り下げるのは照会した機関です。", "The body that asked withdraws it."));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (!asked->is_open()) return tl::unexpected(not_open());

  const Inquiry inquiry = *asked;
  builder.add(InquiryWithdrawn{inquiry.id, command.reason});
  send_word(builder, builder.standing_for(inquiry.to),
            "照会が取り下げられました（回答は不要です）。" + where_it_stands(inquiry, true) +
                "。 / An inquiry was withdrawn, and needs no answer; " + where_it_stands(inquiry, false) + ".",
            Awaits::nothing);
  return std::move(builder).finish();
}

}  // namespace noroshi::core
