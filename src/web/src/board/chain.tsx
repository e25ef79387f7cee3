// The chain of one incident, hop by hop: corporation, agency, centre, and beside it police and crisis desk.
import { t, word } from "../text";
import { centre, nameOf } from "../names";
import { shortName, type Hop, type Row } from "./data";
import { HopMark } from "./state_mark";

function Stop({ stage, bodies }: { stage: string; bodies: string[] }) {
  const names = bodies.map(nameOf);
  return (
    <span class="board-stop" data-stage={stage} title={`${word("board.stage", stage)} ${names.join(t("list.and"))}`}>
      <i aria-hidden="true" />
      <bdi>{stage === "center" ? nameOf(bodies[0] || centre()) : shortName(bodies[0] ?? "")}</bdi>
      {bodies.length > 1 && <small>{t("board.others", { number: bodies.length - 1 })}</small>}
    </span>
  );
}

function Line({ hop }: { hop: Hop | null }) {
  if (!hop) return <span class="board-line" data-state="none" aria-hidden="true" />;
  return (
    <span class="board-line" data-state={hop.state}>
      <HopMark hop={hop} />
    </span>
  );
}

function Branch({ hop, step }: { hop: Hop | null; step: "police" | "crisis" }) {
  return (
    <span class="board-branch" data-state={hop?.state ?? "none"} title={hop ? hop.to.map(nameOf).join(t("list.and")) : undefined}>
      <span>{word("board.stage", step)}</span>
      {hop ? <HopMark hop={hop} /> : <span class="board-mark" data-state="none">{t("board.not_owed")}</span>}
    </span>
  );
}

export function Chain({ row }: { row: Row }) {
  const own = !row.agency; // an agency's own incident
  return (
    <div class="board-chain">
      <div class="board-chain__line">
        {own ? (
          <span class="board-stop" data-stage="corporation" data-none aria-hidden="true" />
        ) : (
          <Stop stage="corporation" bodies={[row.organization, ...row.agency!.from.filter((body) => body !== row.organization)]} />
        )}
        {own ? <span class="board-line" data-state="none" aria-hidden="true" /> : <Line hop={row.agency} />}
        <Stop stage="agency" bodies={own ? (row.center?.from ?? [row.organization]) : [...new Set([...(row.center?.from ?? []), ...row.agency!.to])]} />
        <Line hop={row.center} />
        <Stop stage="center" bodies={row.center?.to ?? []} />
      </div>
      <div class="board-chain__branches">
        <Branch hop={row.police} step="police" />
        <Branch hop={row.crisis} step="crisis" />
      </div>
    </div>
  );
}
