#include "src/app/record_words.h"

#include <fmt/format.h>

namespace noroshi::app {
namespace {

codec::Text found(const store::RecordFault& fault) {
  using enum store::RecordFaultKind;
  const auto place = fault.place();
  switch (fault.kind()) {
    case smaller:
      return {fmt::format("データベースの記録が、署名済みの記録（{} 件）より小さくなっています。", place),
              fmt::format("The database holds less of the record than was signed ({} events).", place)};
    case inconsistent:
      return {fmt::format("データベースの記録が、署名済みの {} 件と一致しません。", place),
              fmt::format("The record in the database is not the one of which {} events were signed.", place)};
    case other_tree:
      return {"データベースの記録の木が、手元に保管した署名のものと異なります。",
              "The tree in the database is not the one whose signed head is kept in the data folder."};
    case events_missing:
      return {fmt::format("記録の {} 番目の出来事がありません。", place),
              fmt::format("Event {} of the record is missing.", place)};
    case leaves_changed:
      return {fmt::format("記録の {} 番目以降の出来事が、封印したときと異なります。", place),
              fmt::format("An event of the record, at {} or after, is not what was sealed.", place)};
    case tiles_changed:
      return {fmt::format("記録の木の節が改変されています（{} 番目付近）。", place),
              fmt::format("Nodes of the record's tree were changed, near {}.", place)};
    case history_wrong:
      return {fmt::format("最も新しいチェックポイント（{} 件）の横に保管した履歴又は時刻が、署名したときのものではありません。", place),
              fmt::format("The history or the time kept beside the newest checkpoint ({} events) is not as it was signed.",
                          place)};
    case head_unusable:
      return {
          "データフォルダーの record/checkpoint 又は record/continued を読み書きできません。ログを確認してください。",
          "A file of record/ in the data folder cannot be read or written; see the log."};
    case no_key:
      break;
  }
  return {"記録に署名できる鍵がありません。", "No key of this daemon may sign the record."};
}

codec::Text remedy(store::RecordFaultKind kind) {
  if (kind == store::RecordFaultKind::head_unusable)
    return {"権限と空き容量を直すと、封印は自動で再開します。",
            "Mend its rights or free space: sealing goes on by itself."};
  if (kind == store::RecordFaultKind::no_key)
    return {"noroshi record rotate-key で鍵を追加してください。", "Add one: noroshi record rotate-key."};
  return {
      "封印を止めています。正しいデータベースを戻せば自動で再開します。失われたものが戻らないときは noroshi record "
      "continue --reason 理由 で新しい木を始めてください。",
      "Sealing has stopped. With the right database back it goes on by itself. Where what was lost is gone, begin a "
      "new "
      "tree: noroshi record continue --reason TEXT."};
}

}  // namespace

codec::Text words_of(const store::RecordFault& fault) {
  const auto what = found(fault);
  const auto then = remedy(fault.kind());
  return {what.ja + then.ja, what.en + " " + then.en};
}

}  // namespace noroshi::app
