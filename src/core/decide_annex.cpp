#include "src/core/decide_annex.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "src/core/annex_rules.h"
#include "src/core/clocks.h"
#include "src/core/duties.h"

namespace noroshi::core {
namespace {

Refusal not_found() {
  return refuse(RefusalCode::not_found, "見つかりません。", "Not found.");
}

Refusal wrong_role(std::string ja, std::string en) {
  return refuse(RefusalCode::role_required, std::move(ja), std::move(en));
}

Refusal only_csirt() {
  return wrong_role("別紙を申請し、送付するのは CSIRT に属する職員です。",
                    "Annexes are asked for and sent by a person of the CSIRT.");
}

Refusal another_bodys() {
  return refuse(RefusalCode::not_the_holder, "他の機関の別紙です。許可と送付は、別紙を出す機関が扱います。",
                "This annex is another body's. Its own body permits and sends it.");
}

// Whoever reads what reached his body: the CSIRT and the desks.
bool reads_annexes(const Actor& actor) {
  if (!actor.role) return false;
  return is_csirt(*actor.role) || actor.role == Role::center_liaison || actor.role == Role::police_desk ||
         actor.role == Role::crisis_desk;
}

// 3.1.1(4)(d): what has a contact with the internet never holds it, sealed or not.
std::optional<Refusal> refuse_internet(const AnnexContext& context) {
  if (!context.internet) return std::nullopt;
  return refuse(
      RefusalCode::annex_zone,
      "このデータベースには、インターネットに接する受付口、経路又は宛先があります。機密性3の別紙は、封をしていても受け"
      "付けません"
      "（統一基準 3.1.1(4)(d)、(6)）。課室情報セキュリティ責任者が指定した方法で、このシステムの外で手渡してください。",
      "A listener, a channel or an endpoint of this database touches the internet. An annex of confidentiality 3 is "
      "refused "
      "here, sealed or not (standard 3.1.1(4)(d), (6)). Hand it over outside the program, by the way that your section "
      "officer (課室情報セキュリティ責任者) designated.");
}

std::optional<Refusal> refuse_closed(const Incident& known) {
  if (known.state != IncidentState::closed) return std::nullopt;
  return refuse(RefusalCode::incident_closed,
                "終結したインシデントです。再開（transitions で assessed）してから扱ってください。",
                "The incident is closed. Reopen it (transition to assessed) first.");
}

// An agency may have a 機密性3 of its own in an incident that it received; everybody else has that of his own incident
// alone.
bool may_have_annex(const Law& law, const Incident& known, const std::string& body, Timestamp now) {
  if (acts_for(law, body, known.organization, now)) return true;
  const auto* organization = law.registry.find(body);
  return organization && organization->is(routing::OrganizationKind::national_agency);
}

bool owns(const Law& law, const Annex& annex, const Actor& actor, Timestamp now) {
  return acts_for(law, actor.organization, annex.organization, now);
}

bool contains(const std::vector<std::string>& list, const std::string& entry) {
  return std::find(list.begin(), list.end(), entry) != list.end();
}

// Its body, and once it is sealed whoever has a key of it; a body that is to get it and has no key yet does not know of
// it.
bool sees(const Law& law, const Incident& known, const Annex& annex, const Actor& actor, Timestamp now) {
  if (!known.content_visible_to(actor.organization)) return false;
  if (owns(law, annex, actor, now)) return true;
  return std::any_of(annex.keys.begin(), annex.keys.end(), [&](const AnnexKey& key) {
    return standing_for(law, key.organization, now) == actor.organization;
  });
}

// The annex, where the actor sees it.
const Annex* find_seen(const Law& law, const Incident& known, AnnexId id, const Actor& actor, Timestamp now) {
  const auto* annex = known.find(id);
  return annex && sees(law, known, *annex, actor, now) ? annex : nullptr;
}

std::vector<AnnexKey> keys_of(const AnnexContext& context, const std::string& body) {
  std::vector<AnnexKey> keys;
  for (const auto& key : context.keys)
    if (key.organization == body && key.state == SealingKeyState::active)
      keys.push_back({key.organization, key.key_id});
  return keys;
}

bool has(const std::vector<AnnexKey>& keys, const std::string& key_id) {
  return std::any_of(keys.begin(), keys.end(), [&](const AnnexKey& key) { return key.key_id == key_id; });
}

// Of each body that has registered that key: one that registers another's, which is public, takes the annex from nobody.
void add_of(std::vector<AnnexKey>& keys, const std::vector<AnnexKey>& allowed, const std::string& key_id) {
  std::copy_if(allowed.begin(), allowed.end(), std::back_inserter(keys),
               [&](const AnnexKey& key) { return key.key_id == key_id; });
}

Refusal keys_differ(std::vector<FieldError> errors) {
  return {RefusalCode::annex_keys_differ,
          {"封の宛先が、この別紙を受け取る機関の鍵と一致しません。errors の各項目を確かめ、noroshi annex send "
           "で封をし直してください。",
           "The annex is not sealed to the keys of the bodies that receive it. Mend what errors lists, and seal it "
           "again (noroshi annex "
           "send)."},
          std::move(errors)};
}

FieldError without_key(const std::string& body) {
  return {
      "/recipients",
      "no_key",
      {body + " は、別紙用の鍵を登録していません。登録を求めるか、指定された方法で手渡してください。",
       body +
           " has no key for annexes. Ask it to register one, or hand the annex over by the way that was designated."}};
}
FieldError missing_key(const AnnexKey& key) {
  return {"/recipients",
          "key_missing",
          {key.organization + " の鍵 " + key.key_id + " 宛ての封がありません。",
           "It is not sealed to the key " + key.key_id + " of " + key.organization + "."}};
}
// The id stands in what was sent, and may be of anything: its place is told.
FieldError foreign_key(std::size_t place) {
  return {
      "/recipients/" + std::to_string(place),
      "key_unknown",
      {"この別紙を受け取る機関の有効な鍵ではありません（失効した鍵、他の機関の鍵、重複を含む）。",
       "This is no active key of a body that receives the annex: it was revoked, or is another's, or stands twice."}};
}

bool has_key(const Annex& annex, const std::string& body) {
  return std::any_of(annex.keys.begin(), annex.keys.end(),
                     [&](const AnnexKey& key) { return key.organization == body; });
}

// Which of the keys stand twice among those given.
bool is_repeated(const std::vector<std::string>& key_ids, std::size_t place) {
  return std::find(key_ids.begin(), key_ids.begin() + static_cast<std::ptrdiff_t>(place), key_ids[place]) !=
         key_ids.begin() + static_cast<std::ptrdiff_t>(place);
}

// Sealed to every active key of each receiver, and to none but those and the body's own.
tl::expected<std::vector<AnnexKey>, Refusal> check_keys(const Incident& known, const AnnexContext& context,
                                                        const std::string& owner,
                                                        const std::vector<std::string>& key_ids) {
  std::vector<FieldError> errors;
  std::vector<AnnexKey> allowed;
  const auto receivers = receivers_of_annex(known, owner);
  if (receivers.empty())
    errors.push_back({"/recipients",
                      "no_receiver",
                      {"このインシデントの報告を受け取った機関がまだありません。",
                       "No body has received a report of this incident yet."}});
  for (const auto& body : receivers) {
    const auto keys = keys_of(context, body);
    if (keys.empty()) errors.push_back(without_key(body));
    for (const auto& key : keys) {
      if (!contains(key_ids, key.key_id)) errors.push_back(missing_key(key));
      allowed.push_back(key);
    }
  }
  for (auto& key : keys_of(context, owner)) allowed.push_back(std::move(key));
  std::vector<AnnexKey> keys;
  for (std::size_t i = 0; i < key_ids.size(); ++i) {
    if (!has(allowed, key_ids[i]) || is_repeated(key_ids, i))
      errors.push_back(foreign_key(i));
    else
      add_of(keys, allowed, key_ids[i]);
  }
  if (!errors.empty()) return tl::unexpected(keys_differ(std::move(errors)));
  return keys;
}

std::optional<Refusal> refuse_size(std::size_t size) {
  if (size <= largest_annex) return std::nullopt;
  return refuse_field("", "too_long", "別紙は封をした形で 24 MiB までです。", "An annex has 24 MiB at most, sealed.");
}

// What is sealed already is sealed again only where somebody is left who cannot open it.
bool needs_sealing_again(const Incident& known, const Annex& annex) {
  if (!annex.unreadable_to.empty()) return true;
  for (const auto& body : receivers_of_annex(known, annex.organization))
    if (!has_key(annex, body)) return true;
  return false;
}

std::string note_of(const Annex& annex) {
  const auto id = to_string(annex.id);
  return "封をした別紙（機密性3）があります。noroshi annex open " + id +
         " --key FILE で開いてください。 / There is a sealed annex "
         "(confidentiality 3). Open it by noroshi annex open " +
         id + " --key FILE.";
}

}  // namespace

std::vector<std::string> receivers_of_annex(const Incident& incident, const std::string& organization) {
  const auto standing = [&](const std::string& body) -> const std::string& {
    for (const auto& [slug, access] : incident.access)
      if (access.in_place_of == body) return slug;
    return body;
  };
  std::set<std::string> receivers;
  for (const auto& message : incident.messages) {
    if (message.kind != MessageKind::report && message.kind != MessageKind::relay) continue;
    if (message.sender != organization && standing(message.sender) != organization) continue;
    const auto& recipient = standing(message.recipient);
    if (recipient != organization && incident.content_visible_to(recipient)) receivers.insert(recipient);
  }
  return {receivers.begin(), receivers.end()};
}

Outcome decide_annex_request(const Law& law, const Incident& known, const AnnexContext& context,
                             const AskAnnex& command, Moment moment) {
  const auto& actor = command.actor;
  if (!known.content_visible_to(actor.organization)) return tl::unexpected(not_found());
  if (!actor.role || !is_csirt(*actor.role)) return tl::unexpected(only_csirt());
  if (!may_have_annex(law, known, actor.organization, moment.now))
    return tl::unexpected(refuse(RefusalCode::not_the_holder,
                                 "別紙を付けるのは、発生した機関と、報告を受けた国の行政機関です。",
                                 "Annexes are of the body whose incident it is, and of agencies that received it."));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_closed(known)) return tl::unexpected(std::move(*refusal));
  if (!known.labels.empty() && known.labels.back().ground == LabelGround::unmapped)
    return tl::unexpected(
        refuse(RefusalCode::label_unmapped,
               "この機関の格付の表記と統一基準の格付との対応が登録されていません。対応を登録してから（noroshi label "
               "map）申請してください。",
               "How the body's own label maps to the standard's is not registered. Register the mapping (noroshi label "
               "map), then ask."));
  if (auto refusal = refuse_internet(context)) return tl::unexpected(std::move(*refusal));
  if (known.annexes.size() >= most_annexes)
    return tl::unexpected(refuse(RefusalCode::attachment_limit, "一つのインシデントの別紙は32までです。",
                                 "An incident has 32 annexes at most."));
  DecisionBuilder builder(law, known, actor, moment);
  Annex annex;
  annex.id = builder.next_id<AnnexId>();
  annex.organization = actor.organization;
  annex.name = command.name;
  annex.permit_by = moment.now + law.clocks.permission.of(actor.organization, severity_of(facts_of(known)));
  builder.add(AnnexAsked{std::move(annex)});
  return std::move(builder).finish();
}

Outcome decide_annex(const Law& law, const Incident& known, const AnnexContext& context, const DecideAnnex& command,
                     Moment moment) {
  const auto& actor = command.actor;
  const auto* annex = find_seen(law, known, command.annex, actor, moment.now);
  if (!annex) return tl::unexpected(not_found());
  if (actor.role != Role::section_officer)
    return tl::unexpected(wrong_role(
        "別紙の送付を許可するのは課室情報セキュリティ責任者です（統一基準 3.1.1(5)(c)）。",
        "The section's security officer (課室情報セキュリティ責任者) permits an annex (standard 3.1.1(5)(c))."));
  if (!owns(law, *annex, actor, moment.now)) return tl::unexpected(another_bodys());
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (!next(annex->state, command.permitted ? AnnexEvent::permit : AnnexEvent::refuse))
    return tl::unexpected(refuse(RefusalCode::annex_decided, "この別紙の許可は決定済みです。",
                                 "The permission of this annex has been decided."));
  if (same_person(annex->asked_by, annex->asked_by_name, actor))
    return tl::unexpected(
        refuse(RefusalCode::four_eyes,
               "申請した本人は許可できません（統一基準 2.1.1(8)）。別の課室情報セキュリティ責任者が決定してください。",
               "Who asked may not permit (standard 2.1.1(8)). Another section officer must."));
  if (same_authority(command.applicant, command.approver))
    return tl::unexpected(refuse(RefusalCode::four_eyes,
                                 "申請者と同一の者であるか、一方が他方の委任を受けています（統一基準 "
                                 "2.1.1(8)）。委任関係のない別の者が決定してください。",
                                 "It is the same person, or one acts by delegation of the other (standard 2.1.1(8)). "
                                 "Somebody else must decide."));
  if (command.permitted)
    if (auto refusal = refuse_internet(context)) return tl::unexpected(std::move(*refusal));
  DecisionBuilder builder(law, known, actor, moment);
  builder.add(AnnexDecided{command.annex, command.permitted, command.reason});
  return std::move(builder).finish();
}

Outcome decide_annex_sealing(const Law& law, const Incident& known, const AnnexContext& context,
                             const SealAnnex& command, Moment moment) {
  const auto& actor = command.actor;
  const auto* annex = find_seen(law, known, command.annex, actor, moment.now);
  if (!annex) return tl::unexpected(not_found());
  if (!actor.role || !is_csirt(*actor.role)) return tl::unexpected(only_csirt());
  if (!owns(law, *annex, actor, moment.now)) return tl::unexpected(another_bodys());
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_closed(known)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_internet(context)) return tl::unexpected(std::move(*refusal));
  if (!next(annex->state, AnnexEvent::seal))
    return tl::unexpected(
        refuse(RefusalCode::annex_not_permitted,
               "課室情報セキュリティ責任者の許可がありません（統一基準 3.1.1(5)(c)）。許可を得てから送付してください。",
               "The section officer (課室情報セキュリティ責任者) has not permitted it (standard 3.1.1(5)(c)). Send it "
               "once it is permitted."));
  if (annex->state == AnnexState::sealed && !needs_sealing_again(known, *annex))
    return tl::unexpected(refuse(
        RefusalCode::annex_decided,
        "この別紙は送付済みで、開けないと申し出た機関もありません。別の内容は、別の別紙として申請してください。",
        "This annex was sent, and nobody said that he cannot open it. Ask for another annex for another content."));
  if (auto refusal = refuse_size(command.content.size())) return tl::unexpected(std::move(*refusal));
  if (command.authenticated_data != annex_authenticated_data(known, command.idempotency_key))
    return tl::unexpected(refuse_field(
        "/aad", "value", "別紙の AAD が、このインシデントの機関、整理番号及び Idempotency-Key（各1行）と一致しません。",
        "The AAD of the annex is not the organization and the reference of this incident and the "
        "Idempotency-Key, one a line."));
  auto keys = check_keys(known, context, annex->organization, command.key_ids);
  if (!keys) return tl::unexpected(std::move(keys.error()));
  const auto receivers = receivers_of_annex(known, annex->organization);
  const auto sender = annex->organization;
  const auto note = note_of(*annex);

  DecisionBuilder builder(law, known, actor, moment);
  builder.add(AnnexSealed{command.annex, command.sha256, command.content.size(), std::move(*keys), command.content});
  for (const auto& body : receivers) send_latest(builder, MessageKind::notice, sender, body, nullptr, note);
  return std::move(builder).finish();
}

Outcome decide_annex_rewrapping(const Law& law, const Incident& known, const AnnexContext& context,
                                const RewrapAnnex& command, Moment moment) {
  const auto& actor = command.actor;
  const auto* annex = find_seen(law, known, command.annex, actor, moment.now);
  if (!annex) return tl::unexpected(not_found());
  if (!reads_annexes(actor))
    return tl::unexpected(wrong_role("別紙の宛先を加えるのは、別紙を開ける機関の CSIRT 及び窓口の担当です。",
                                     "A key is added by the CSIRT or the desk of a body that can open the annex."));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (annex->state != AnnexState::sealed)
    return tl::unexpected(
        refuse(RefusalCode::annex_not_sealed, "まだ送付されていない別紙です。", "This annex has not been sent yet."));
  if (!has_key(*annex, actor.organization))
    return tl::unexpected(refuse(RefusalCode::not_the_holder,
                                 "この機関の鍵では開けない別紙です。開ける機関に宛先の追加を依頼してください。",
                                 "Your body has no key of this annex. Ask a body that can open it to add the key."));
  if (auto refusal = refuse_internet(context)) return tl::unexpected(std::move(*refusal));
  if (auto refusal = refuse_size(command.content.size())) return tl::unexpected(std::move(*refusal));
  if (!command.same_ciphertext)
    return tl::unexpected(refuse_field(
        "/ciphertext", "value", "保存されている別紙と、鍵以外の部分が違います。GET …/content で取り直してください。",
        "It differs from the annex that is kept in more than its keys. Fetch it again (GET …/content)."));
  // Every key that was there stays, and those that are added are of bodies that receive it.
  std::vector<FieldError> errors;
  for (const auto& key : annex->keys)
    if (!contains(command.key_ids, key.key_id)) errors.push_back(missing_key(key));
  std::vector<AnnexKey> allowed = annex->keys;
  auto bodies = receivers_of_annex(known, annex->organization);
  bodies.push_back(annex->organization);
  for (const auto& body : bodies)
    for (auto& key : keys_of(context, body))
      if (!has(allowed, key.key_id)) allowed.push_back(std::move(key));
  std::vector<AnnexKey> keys;
  for (std::size_t i = 0; i < command.key_ids.size(); ++i) {
    if (!has(allowed, command.key_ids[i]) || is_repeated(command.key_ids, i))
      errors.push_back(foreign_key(i));
    else
      add_of(keys, allowed, command.key_ids[i]);
  }
  if (errors.empty() && keys.size() <= annex->keys.size())
    errors.push_back({"/recipients", "key_missing", {"加えられた鍵がありません。", "No key was added."}});
  if (!errors.empty()) return tl::unexpected(keys_differ(std::move(errors)));
  std::set<std::string> added;
  for (const auto& key : keys)
    if (!has(annex->keys, key.key_id) && key.organization != annex->organization) added.insert(key.organization);
  const auto note = note_of(*annex);

  DecisionBuilder builder(law, known, actor, moment);
  builder.add(AnnexRewrapped{command.annex, command.sha256, command.content.size(), std::move(keys), command.content});
  for (const auto& body : added)
    if (body != actor.organization) send_latest(builder, MessageKind::notice, actor.organization, body, nullptr, note);
  return std::move(builder).finish();
}

Outcome decide_annex_unreadable(const Law& law, const Incident& known, const ReportUnreadable& command, Moment moment) {
  const auto& actor = command.actor;
  const auto* annex = find_seen(law, known, command.annex, actor, moment.now);
  if (!annex) return tl::unexpected(not_found());
  if (!reads_annexes(actor))
    return tl::unexpected(
        wrong_role("別紙を開けないと申し出るのは、受け取った機関の CSIRT 及び窓口の担当です。",
                   "That an annex cannot be opened is said by the CSIRT or the desk of a body that received it."));
  if (owns(law, *annex, actor, moment.now))
    return tl::unexpected(refuse(RefusalCode::not_the_holder, "自機関の別紙です。申し出るのは受け取った機関です。",
                                 "This annex is your own body's. A body that received it says so."));
  if (auto refusal = refuse_erased(known)) return tl::unexpected(std::move(*refusal));
  if (!command.is_signed)
    return tl::unexpected(refuse_field(
        "", "signature_required",
        "この申出には本人の署名（Noroshi-Signature）が必要です。noroshi annex unreadable --sign-with "
        "を使ってください。",
        "This needs the signature of who says so (Noroshi-Signature). Use noroshi annex unreadable --sign-with."));
  if (annex->state != AnnexState::sealed)
    return tl::unexpected(
        refuse(RefusalCode::annex_not_sealed, "まだ送付されていない別紙です。", "This annex has not been sent yet."));
  if (contains(annex->unreadable_to, actor.organization))
    return tl::unexpected(refuse(RefusalCode::annex_decided, "この機関からは申出済みです。封のし直しを待っています。",
                                 "Your body has said so already; it waits for being sealed again."));
  const auto owner = standing_for(law, annex->organization, moment.now);
  const auto id = to_string(annex->id);
  DecisionBuilder builder(law, known, actor, moment);
  builder.add(AnnexUnreadable{command.annex, actor.organization, command.reason});
  if (known.content_visible_to(owner))
    send_latest(builder, MessageKind::notice, actor.organization, owner, nullptr,
                "別紙 " + id + " を開けません（cannot open this annex）: " + command.reason);
  builder.add(AlarmRaised{builder.next_id<AlarmId>(),
                          std::string(alarm_codes::annex_unreadable),
                          owner,
                          {actor.organization + " が別紙 " + id +
                               " を開けません。鍵を確かめ、封をし直して送付してください（noroshi annex send）。",
                           actor.organization + " cannot open the annex " + id +
                               ". Check its keys, seal the annex again and send it (noroshi annex send)."}});
  return std::move(builder).finish();
}

std::string annex_authenticated_data(const Incident& incident, const std::string& idempotency_key) {
  return incident.organization + "\n" + incident.reference + "\n" + idempotency_key + "\n";
}

}  // namespace noroshi::core
