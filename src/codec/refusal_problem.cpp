#include "src/codec/refusal_problem.h"

namespace noroshi::codec {
namespace {

using core::RefusalCode;

struct Meaning {
  unsigned status;
  Text title;
};

Meaning meaning_of(RefusalCode code) {
  switch (code) {
    case RefusalCode::not_found:
      return {404, {"見つかりません", "Not found"}};
    case RefusalCode::role_required:
      return {403, {"役割が足りません", "Your role does not allow this"}};
    case RefusalCode::foreign_organization:
      return {403, {"他の機関の報告はできません", "A report for another body is not yours to make"}};
    case RefusalCode::not_the_holder:
      return {403, {"他の機関が扱う事柄です", "This is another body's to do"}};
    case RefusalCode::precondition_failed:
      return {412, {"読み込んだ後に変更されています", "It has changed since you read it"}};
    case RefusalCode::invalid:
      return {422, {"内容に誤りがあります", "The content has mistakes"}};
    case RefusalCode::reference_unknown:
      return {422, {"第一報がありません", "No first report has this reference"}};
    case RefusalCode::reference_exists:
      return {409, {"この整理番号の第一報は受付済みです", "A first report with this reference exists"}};
    case RefusalCode::annex_not_available:
      return {422, {"機密性3情報は扱えません", "Information of confidentiality 3 cannot be held here"}};
    case RefusalCode::obligation_not_open:
      return {409, {"未了の義務ではありません", "The duty is not open"}};
    case RefusalCode::incident_closed:
      return {409, {"終結したインシデントです", "The incident is closed"}};
    case RefusalCode::transition_not_allowed:
      return {409, {"その状態には移れません", "The state does not allow this"}};
    case RefusalCode::duties_open:
      return {409, {"未了の義務があります", "Duties are still open"}};
    case RefusalCode::method_unsuitable:
      return {409, {"その方法では履行できません", "The duty cannot be met that way"}};
    case RefusalCode::already_acknowledged:
      return {409, {"受領確認済みです", "Already acknowledged"}};
    case RefusalCode::waiver_pending:
      return {409, {"例外措置の申請が審査中です", "An exception waits for its decision"}};
    case RefusalCode::waiver_decided:
      return {409, {"例外措置は決定済みです", "The exception has been decided"}};
    case RefusalCode::four_eyes:
      return {409, {"申請した本人は決定できません", "Who asked may not decide"}};
    case RefusalCode::recipient_already_added:
      return {409, {"すでに連絡先に入っています", "This body is told already"}};
    case RefusalCode::relay_switch_pending:
      return {409, {"自動中継の申請が審査中です", "A request about the relay waits for its decision"}};
    case RefusalCode::relay_switch_decided:
      return {409, {"自動中継の申請は決定済みです", "The request about the relay has been decided"}};
    case RefusalCode::incident_erased:
      return {409, {"内容を消去したインシデントです", "The content of this incident was erased"}};
    case RefusalCode::incident_open:
      return {409, {"終結していないインシデントです", "The incident is not over"}};
    case RefusalCode::erasure_pending:
      return {409, {"消去の申請が審査中です", "A request to erase waits for its decision"}};
    case RefusalCode::erasure_decided:
      return {409, {"消去の申請は決定済みです", "The request to erase has been decided"}};
    case RefusalCode::messages_unacknowledged:
      return {409, {"受領確認のない連絡があります", "A message has not been acknowledged"}};
    case RefusalCode::retention_not_over:
      return {409, {"保存期間が満了していません", "The retention is not over"}};
    case RefusalCode::not_the_person:
      return {403, {"本人だけが回答できます", "Only the person concerned may answer"}};
    case RefusalCode::person_not_available:
      return {409, {"その者は今あてることができません", "The person is not available"}};
    case RefusalCode::post_taken:
      return {409, {"その職には別の者が就いています", "Another person holds the post"}};
    case RefusalCode::last_head:
      return {409, {"対処の責任者がいなくなります", "The response would be without a head"}};
    case RefusalCode::already_assigned:
      return {409, {"すでに割り当てられています", "Assigned already"}};
    case RefusalCode::national_agency_required:
      return {422, {"国の行政機関の者でなければなりません", "Of national agencies only"}};
    case RefusalCode::clearance_required:
      return {409, {"機密性3を扱う許可がありません", "No clearance for confidentiality 3"}};
    case RefusalCode::shift_overlaps:
      return {409, {"当番が重なります", "Turns of duty overlap"}};
    case RefusalCode::cymat_pending:
      return {409, {"CYMAT の要請が審査中です", "CYMAT was asked for already"}};
    case RefusalCode::instruction_answered:
      return {409, {"この指示等には回答済みです", "This instruction has its answer"}};
    case RefusalCode::platform_linked:
      return {409, {"この基盤は登録済みです", "This platform is linked already"}};
    case RefusalCode::endpoint_decided:
      return {409, {"この宛先は決定済みです", "The endpoint has been decided on"}};
    case RefusalCode::endpoint_limit:
      return {409, {"宛先の数が上限です", "No more endpoints for this body"}};
    case RefusalCode::endpoint_not_active:
      return {409, {"使える状態の宛先ではありません", "The endpoint is not active"}};
    case RefusalCode::delivery_not_dead:
      return {409, {"配送は失敗に終わっていません", "The delivery was not given up"}};
    case RefusalCode::label_change_pending:
      return {409, {"格付の変更の申請が審査中です", "A change of the label waits for its decision"}};
    case RefusalCode::label_change_decided:
      return {409, {"格付の変更は決定済みです", "The change of the label has been decided"}};
    case RefusalCode::label_unmapped:
      return {409, {"格付の対応が登録されていません", "The label has no mapping"}};
    case RefusalCode::restriction_forbids:
      return {409, {"取扱制限により認められません", "A handling restriction forbids it"}};
    case RefusalCode::sealing_key_decided:
      return {409, {"この鍵は決定済みです", "The key has been decided on"}};
    case RefusalCode::sealing_key_limit:
      return {409, {"鍵の数が上限です", "No more keys for this body"}};
    case RefusalCode::sealing_key_known:
      return {409, {"この公開鍵は登録されています", "This public key is registered already"}};
    case RefusalCode::annex_zone:
      return {409, {"インターネットに接する構成では別紙を扱えません", "No annex is held where anything touches the internet"}};
    case RefusalCode::annex_decided:
      return {409, {"別紙の許可は決定済みです", "The permission has been decided"}};
    case RefusalCode::annex_not_permitted:
      return {409, {"別紙の送付は許可されていません", "The annex has no permission yet"}};
    case RefusalCode::annex_keys_differ:
      return {422, {"封をした鍵が受領機関の鍵と一致しません", "It is not sealed to the keys of those who receive it"}};
    case RefusalCode::annex_not_sealed:
      return {409, {"別紙の内容はまだありません", "The annex has no content yet"}};
    case RefusalCode::annex_header_only:
      return {422, {"機密性3では存在の通知だけを送れます", "Of confidentiality 3 only a header may be sent"}};
    case RefusalCode::attachment_limit:
      return {409, {"添付ファイルの上限です", "No more files for this incident"}};
    case RefusalCode::withholding_not_allowed:
      return {409, {"留保できません", "This cannot be withheld"}};
    case RefusalCode::withholding_over:
      return {409, {"留保は終わっています", "The withholding is over"}};
    case RefusalCode::consent_missing:
      return {409, {"情報共有への同意がありません", "There is no consent to share"}};
    case RefusalCode::already_shared:
      return {409, {"すでに共有されています", "Shared already"}};
    case RefusalCode::inquiry_not_open:
      return {409, {"この照会は終わっています", "The inquiry is not open"}};
    case RefusalCode::inquiry_not_allowed:
      return {409, {"その機関との間ではできません", "Not between those two bodies"}};
    case RefusalCode::notice_answered:
      return {409, {"この情報提供には回答済みです", "The notice has its answer"}};
    case RefusalCode::idempotency_key_reused:
      return {422, {"同じキーで別の内容が送られました", "The same key came with other bytes"}};
  }
  return {500, {"内部エラー", "Internal error"}};
}

}  // namespace

unsigned status_of(RefusalCode code) {
  return meaning_of(code).status;
}

Problem problem_of(const core::Refusal& refusal) {
  Meaning meaning = meaning_of(refusal.code);
  Problem problem;
  problem.status = meaning.status;
  problem.code = to_string(refusal.code);
  problem.title = std::move(meaning.title);
  if (refusal.code == RefusalCode::not_found) {
    problem.detail = {"ないか、この利用者には見えません。パスと識別子を確かめてください。",
                      "It does not exist or is not visible to you. Check the path and the identifier."};
    return problem;
  }
  problem.detail = {refusal.detail.ja, refusal.detail.en};
  for (const core::FieldError& error : refusal.errors)
    problem.errors.push_back({error.pointer, error.code, {error.message.ja, error.message.en}});
  return problem;
}

}  // namespace noroshi::codec
