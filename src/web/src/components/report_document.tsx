import { comparedRows, rowsOf } from "../report_rows";
import type { Document } from "../report_form";
import { nameOf } from "../names";
import { t, word } from "../text";
import { Banner } from "./banner";
import { When } from "./countdown";
import { Table } from "./table";
import { Tag } from "./tag";

// What a body is not shown of a report, said plainly.
export function ViewNotice({ document }: { document: Document }) {
  const view = document.view;
  if (!view) return null;
  return (
    <Banner tone="info" title={t("view.title")}>
      {view.left_out.length > 0 && <p>{t("view.left_out", { members: view.left_out.join(t("list.and")) })}</p>}
      {view.withheld.map((part) => (
        <p key={part.until}>
          {t("view.withheld", { by: nameOf(part.by), members: part.members.join(t("list.and")) })} <When at={part.until} />
        </p>
      ))}
    </Banner>
  );
}

export function ReportDocument({ document }: { document: Document }) {
  return (
    <>
      <ViewNotice document={document} />
      <dl class="dads-facts dads-document">
        {rowsOf(document).map((row) => (
          <>
            <dt>{row.label}</dt>
            <dd class="dads-written">
              <bdi>{row.text}</bdi>
            </dd>
          </>
        ))}
      </dl>
      <p class="dads-aside">{t("document.rest_unknown")}</p>
    </>
  );
}

// Two versions beside each other; what changed is marked by a word, not by colour alone.
export function ComparedDocuments({ before, after, names, onlyChanges }: { before: Document; after: Document; names: [string, string]; onlyChanges?: boolean }) {
  const rows = comparedRows(before, after).filter((row) => !onlyChanges || row.change !== "same");
  if (!rows.length) return <p class="dads-aside">{t("compare.none")}</p>;
  return (
    <div class="dads-compared">
      <Table
        caption={t("compare.caption", { before: names[0], after: names[1] })}
        rows={rows}
        rowKey={(row) => row.key}
        rowTone={(row) => (row.change === "same" ? undefined : "new")}
        columns={[
          {
            key: "label",
            head: t("compare.member"),
            rowHead: true,
            cell: (row) => (
              <>
                {row.label} {row.change !== "same" && <Tag tone="primary">{word("change", row.change)}</Tag>}
              </>
            ),
          },
          { key: "before", head: names[0], cell: (row) => <bdi class="dads-written">{row.change === "changed" ? <del>{row.before}</del> : row.before || t("compare.unknown")}</bdi> },
          { key: "after", head: names[1], cell: (row) => <bdi class="dads-written">{row.change === "changed" || row.change === "added" ? <ins>{row.after}</ins> : row.after || t("compare.unknown")}</bdi> },
        ]}
      />
    </div>
  );
}
