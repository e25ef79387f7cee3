#include <algorithm>

#include "src/core/annex_rules.h"
#include "src/core/decide_annex.h"
#include "src/core/duties.h"

namespace noroshi::core {
namespace {

constexpr std::size_t longest_key_name = 200;  // bytes
constexpr std::size_t key_id_length = 43;      // SHA-256 in base64url
constexpr std::size_t point_length = 97;       // of P-384, uncompressed

BodyInformationOutcome decision_of(const BodyInformation& known, const Actor& actor, Moment moment, Happening what) {
  Event event{moment.identifiers.next<EventId>(), moment.now, actor, IncidentId{}, std::move(what)};
  BodyInformation after = known;
  evolve(after, event);
  return BodyInformationDecision{{std::move(event)}, std::move(after)};
}

Refusal not_found() {
  return refuse(RefusalCode::not_found, "見つかりません。", "Not found.");
}

std::optional<Refusal> refuse_role(const Actor& actor) {
  if (actor.role && keeps_sealing_keys(*actor.role)) return std::nullopt;
  return refuse(RefusalCode::role_required,
                "別紙の鍵を扱うのは、CSIRT "
                "責任者、課室情報セキュリティ責任者、最高情報セキュリティ責任者、及び各窓口の担当です。",
                "Keys for annexes are for the head of the CSIRT, section officers, the CISO and the desks.");
}

const SealingKey* find(const BodyInformation& known, SealingKeyId id, const std::string& organization) {
  const auto found =
      std::find_if(known.keys.begin(), known.keys.end(), [&](const SealingKey& key) { return key.id == id; });
  return found != known.keys.end() && found->organization == organization ? &*found : nullptr;
}

Refusal decided() {
  return refuse(RefusalCode::sealing_key_decided, "この鍵は決定済み又は失効済みです。",
                "This key has been decided on, or revoked.");
}

bool is_live(const SealingKey& key) {
  return key.state == SealingKeyState::proposed || key.state == SealingKeyState::active;
}

bool is_key_id(std::string_view text) {
  return text.size() == key_id_length && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

std::vector<FieldError> mistakes_in(const ProposeSealingKey& command) {
  std::vector<FieldError> mistakes;
  if (command.name.empty()) mistakes.push_back({"/name", "required", {"必須です。", "It is required."}});
  if (command.name.size() > longest_key_name)
    mistakes.push_back({"/name", "too_long", {"長すぎます（200バイトまで）。", "It is too long (200 bytes at most)."}});
  if (command.public_key.size() != point_length || command.public_key.front() != '\x04' || !is_key_id(command.key_id))
    mistakes.push_back({"/public_key",
                        "value",
                        {"P-384 の公開鍵（JWK、又は非圧縮の点を base64url にしたもの）にしてください。",
                         "Give a public key of P-384: a JWK, or the uncompressed point in base64url."}});
  return mistakes;
}

}  // namespace

bool keeps_sealing_keys(Role role) {
  switch (role) {
    case Role::csirt_head:
    case Role::section_officer:
    case Role::ciso:
    case Role::center_liaison:
    case Role::police_desk:
    case Role::crisis_desk:
      return true;
    default:
      return false;
  }
}

BodyInformationOutcome decide_sealing_key_proposal(const BodyInformation& known, const ProposeSealingKey& command,
                                                   Moment moment) {
  const auto& actor = command.actor;
  if (auto refusal = refuse_role(actor)) return tl::unexpected(std::move(*refusal));
  if (auto mistakes = mistakes_in(command); !mistakes.empty())
    return tl::unexpected(Refusal{RefusalCode::invalid,
                                  {"送信内容に誤りがあります。errors の各項目を直して再送してください。",
                                   "The submission has mistakes. Mend each one listed in errors and send it again."},
                                  std::move(mistakes)});
  const auto live = std::count_if(known.keys.begin(), known.keys.end(), [&](const SealingKey& key) {
    return key.organization == actor.organization && is_live(key);
  });
  if (static_cast<std::size_t>(live) >= most_active_keys)
    return tl::unexpected(refuse(RefusalCode::sealing_key_limit,
                                 "この機関の鍵は4つまでです。使わない鍵を失効させてください。",
                                 "A body has 4 keys at most. Revoke one that is not used."));
  // One that was revoked or rejected never comes back: whoever holds its private half may be anybody.
  if (std::any_of(known.keys.begin(), known.keys.end(),
                  [&](const SealingKey& key) { return key.key_id == command.key_id; }))
    return tl::unexpected(refuse(RefusalCode::sealing_key_known,
                                 "この公開鍵は既に登録又は申請されています。新しい鍵を作ってください。",
                                 "This public key was registered or proposed already. Make a new one."));
  SealingKey key;
  key.id = moment.identifiers.next<SealingKeyId>();
  key.organization = actor.organization;
  key.key_id = command.key_id;
  key.public_key = command.public_key;
  key.name = command.name;
  return decision_of(known, actor, moment, SealingKeyProposed{std::move(key)});
}

BodyInformationOutcome decide_sealing_key(const BodyInformation& known, const DecideSealingKey& command,
                                          Moment moment) {
  const auto& actor = command.actor;
  if (auto refusal = refuse_role(actor)) return tl::unexpected(std::move(*refusal));
  const auto* key = find(known, command.key, actor.organization);
  if (!key) return tl::unexpected(not_found());
  if (!next(key->state, command.approved ? SealingKeyEvent::approve : SealingKeyEvent::reject))
    return tl::unexpected(decided());
  if (same_person(key->asked_by, key->asked_by_name, actor))
    return tl::unexpected(refuse(RefusalCode::four_eyes,
                                 "申請した本人は決定できません（統一基準 2.1.1(8)）。別の者が決定してください。",
                                 "Who asked may not decide (standard 2.1.1(8)). Another person must."));
  if (same_authority(command.applicant, command.approver))
    return tl::unexpected(refuse(RefusalCode::four_eyes,
                                 "申請者と同一の者であるか、一方が他方の委任を受けています（統一基準 "
                                 "2.1.1(8)）。委任関係のない別の者が決定してください。",
                                 "It is the same person, or one acts by delegation of the other (standard 2.1.1(8)). "
                                 "Somebody else must decide."));
  return decision_of(known, actor, moment,
                     SealingKeyDecided{command.key, actor.organization, command.approved, command.reason});
}

BodyInformationOutcome decide_sealing_key_revocation(const BodyInformation& known, const RevokeSealingKey& command,
                                                     Moment moment) {
  const auto& actor = command.actor;
  if (auto refusal = refuse_role(actor)) return tl::unexpected(std::move(*refusal));
  const auto* key = find(known, command.key, actor.organization);
  if (!key) return tl::unexpected(not_found());
  if (!next(key->state, SealingKeyEvent::revoke)) return tl::unexpected(decided());
  return decision_of(known, actor, moment, SealingKeyRevoked{command.key, actor.organization, command.reason});
}

}  // namespace noroshi::core
