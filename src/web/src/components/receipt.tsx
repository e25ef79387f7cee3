// 受領証: the daemon's signed promise that a report stands in the record, to be kept as a file or on paper.
import type { Schemas } from "../api";
import { saveFile } from "../save";
import { t, type Key } from "../text";
import { Button } from "./button";

// The file is what `noroshi report submit` keeps, and what `noroshi record verify --receipt` reads.
export function Receipt({ answer }: { answer: Schemas["ReportAnswer"] }) {
  const { receipt, incident, report } = answer;
  const save = () => saveFile(new Blob([JSON.stringify(answer, null, 2), "\n"], { type: "application/json" }), `${incident.number}-${report.version}.receipt.json`);
  const facts: [Key, string | undefined][] = [
    ["message.hash", receipt.sha256],
    ["proof.leaf", receipt.leaf_sha256],
    ["proof.origin", receipt.origin],
    ["sent.signature", receipt.signature],
    ["sent.key", receipt.key],
  ];
  return (
    <section class="dads-panel dads-section" aria-labelledby="receipt">
      <h2 id="receipt">{t("sent.receipt")}</h2>
      <p class="dads-aside">{t("sent.receipt_help")}</p>
      <dl class="dads-facts">
        {facts.map(
          ([name, value]) =>
            value && [
              <dt key={`${name} name`}>{t(name)}</dt>,
              <dd key={name}>
                <code class="dads-hash">{value}</code>
              </dd>,
            ],
        )}
      </dl>
      <p class="dads-row dads-top">
        <Button kind="outline" size="small" icon="save" onClick={save}>
          {t("sent.save")}
        </Button>
        <Button kind="outline" size="small" icon="print" onClick={() => print()}>
          {t("sent.print")}
        </Button>
      </p>
    </section>
  );
}
