import { Empty } from "../components/states";
import { Heading } from "../components/shell";
import { t } from "../text";

export function Operator() {
  return (
    <>
      <Heading title={t("place.operator")} />
      <Empty title={t("page.not_yet")}>
        <p>{t("page.not_yet_detail")}</p>
      </Empty>
    </>
  );
}
