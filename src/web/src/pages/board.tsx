import { Empty } from "../components/states";
import { Heading } from "../components/shell";
import { t } from "../text";

export function Board() {
  return (
    <>
      <Heading title={t("place.board")} />
      <Empty title={t("page.not_yet")}>
        <p>{t("page.not_yet_detail")}</p>
      </Empty>
    </>
  );
}
