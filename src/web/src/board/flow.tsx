// Where everything is on its way: bodies by stage, as broad as there are incidents, in the colour of their state.
import { computed, signal } from "@preact/signals";
import { sankey, sankeyLinkHorizontal, type SankeyGraph } from "d3-sankey";
import { Disclosure } from "../components/disclosure";
import { organizations } from "../names";
import { language, t, word } from "../text";
import { nameOf } from "../names";
import { drawnRows, shortName, type Hop, type State } from "./data";

type Tone = "overdue" | "soon" | "waiting" | "done";
const toneOf = (state: State): Tone => (state === "overdue" ? "overdue" : state === "soon" ? "soon" : state === "done" || state === "late" || state === "waived" ? "done" : "waiting");
const tones: Tone[] = ["overdue", "soon", "waiting", "done"];

interface Node {
  id: string;
  stage: number; // 0 corporation, 1 agency, 2 centre, 3 police and crisis desk
  name: string;
}
interface Link {
  source: string;
  target: string;
  tone: Tone;
  value: number;
}

const mostAgencies = 9;

// The same body may stand at two stages: a node is one stage of it, so that no flow runs in a circle.
const flow = computed(() => {
  const byAgency = new Map<string, number>();
  for (const row of drawnRows.value) {
    const agency = row.agency?.to[0] ?? row.center?.from[0];
    if (agency) byAgency.set(agency, (byAgency.get(agency) ?? 0) + 1);
  }
  const named = new Set([...byAgency].sort((a, b) => b[1] - a[1]).slice(0, mostAgencies).map(([id]) => id));
  const nodes = new Map<string, Node>();
  const links = new Map<string, Link>();
  const node = (id: string, stage: number, name: string) => {
    if (!nodes.has(id)) nodes.set(id, { id, stage, name });
    return id;
  };
  const agencyNode = (id: string) => (named.has(id) ? node(`a:${id}`, 1, shortName(id)) : node("a:", 1, t("board.flow.other_agencies")));
  const kindNode = (id: string) => {
    const kind = organizations.value.get(id)?.kind ?? "other";
    return node(`k:${kind}`, 0, word("board.kind", kind));
  };
  const add = (source: string, target: string, hop: Hop) => {
    const tone = toneOf(hop.state);
    const key = `${source}|${target}|${tone}`;
    const known = links.get(key);
    if (known) known.value++;
    else links.set(key, { source, target, tone, value: 1 });
  };
  for (const row of drawnRows.value) {
    const origin = row.agency ? kindNode(row.organization) : agencyNode(row.center?.from[0] ?? row.organization);
    if (row.agency) add(origin, agencyNode(row.agency.to[0]!), row.agency);
    if (row.center && row.center.from[0] !== row.center.to[0]) add(agencyNode(row.center.from[0]!), node("center", 2, nameOf(row.center.to[0])), row.center);
    if (row.police) add(origin, node("police", 3, word("board.stage", "police")), row.police);
    if (row.crisis) add(agencyNode(row.crisis.from[0]!), node("crisis", 3, word("board.stage", "crisis")), row.crisis);
  }
  return { nodes: [...nodes.values()], links: [...links.values()].sort((a, b) => tones.indexOf(a.tone) - tones.indexOf(b.tone)) };
});

// On a phone the same picture is smaller in all but its words, which stay as large as they are.
const phone = matchMedia("(max-width: 48rem)");
const onPhone = signal(phone.matches);
phone.addEventListener("change", () => (onPhone.value = phone.matches));

interface Sheet {
  width: number;
  height: number;
  stages: [number, number, number, number]; // where the bars of each stage end
  longest: { ja: number; en: number }; // characters of a name
}
const broad: Sheet = { width: 760, height: 360, stages: [112, 300, 510, 668], longest: { ja: 12, en: 18 } };
const slim: Sheet = { width: 380, height: 320, stages: [100, 170, 244, 306], longest: { ja: 6, en: 10 } };
const sheet = computed(() => (onPhone.value ? slim : broad));

const drawn = computed<SankeyGraph<Node, Link> | null>(() => {
  const { nodes, links } = flow.value;
  if (!links.length) return null;
  // d3 breaks on a column with nothing in it, as where no corporation reported: stages stand one after the other here.
  const used = [...new Set(nodes.map((node) => node.stage))].sort();
  const { height, stages } = sheet.value;
  const layout = sankey<Node, Link>()
    .nodeId((node) => node.id)
    .nodeAlign((node) => used.indexOf((node as unknown as Node).stage))
    .nodeWidth(14)
    .nodePadding(nodes.length > 9 ? 12 : 18)
    .extent([
      [stages[0], 8],
      [stages[3], height - 8],
    ]);
  const graph = layout({ nodes: nodes.map((node) => ({ ...node })), links: links.map((link) => ({ ...link })) });
  // d3 knows as many columns as the longest way has stops; police and crisis desk, told at once, stand behind them all.
  for (const node of graph.nodes) {
    node.x0 = stages[node.stage]! - 14;
    node.x1 = node.x0 + 14;
  }
  return graph;
});

export function Flow() {
  const graph = drawn.value;
  if (!graph) return <p class="board-nothing">{t("board.flow.none")}</p>;
  const path = sankeyLinkHorizontal<Node, Link>();
  const end = (side: unknown) => (side as Node).name;
  const { width, height, longest } = sheet.value;
  const brief = (name: string) => (name.length > longest[language.value] ? `${name.slice(0, longest[language.value] - 1)}\u2026` : name);
  return (
    <>
      <svg class="board-flow" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={t("board.flow.label")}>
        {graph.links.map((link) => (
          <path key={`${(link.source as unknown as Node).id}${(link.target as unknown as Node).id}${link.tone}`} d={path(link) ?? ""} data-tone={link.tone} stroke-width={Math.max(1.5, link.width ?? 0)} fill="none">
            <title>{t("board.flow.link", { from: end(link.source), to: end(link.target), state: word("board.tone", link.tone), number: link.value })}</title>
          </path>
        ))}
        {graph.nodes.map((node) => {
          const left = node.stage <= 1 ? node.stage === 0 : false;
          const x = left ? node.x0! - 6 : node.x1! + 6;
          return (
            <g key={node.id}>
              <rect x={node.x0} y={node.y0} width={node.x1! - node.x0!} height={Math.max(2, node.y1! - node.y0!)} rx="2" />
              <text x={x} y={(node.y0! + node.y1!) / 2} dy="0.35em" text-anchor={left ? "end" : "start"}>
                {brief(node.name)} <tspan class="board-flow__number">{node.value}</tspan>
              </text>
            </g>
          );
        })}
      </svg>
      <ul class="board-legend">
        {tones.map((tone) => (
          <li key={tone} data-tone={tone}>
            <i aria-hidden="true" />
            {word("board.tone", tone)}
          </li>
        ))}
      </ul>
      <Disclosure summary={t("board.as_table")}>
        <div class="dads-table" data-dense>
          <table>
            <caption class="dads-hidden">{t("board.flow.label")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("board.flow.from")}</th>
                <th scope="col">{t("board.flow.to")}</th>
                <th scope="col">{t("board.flow.state")}</th>
                <th scope="col" data-align="end">
                  {t("board.flow.number")}
                </th>
              </tr>
            </thead>
            <tbody>
              {graph.links.map((link, index) => (
                <tr key={index}>
                  <td data-head={t("board.flow.from")}>{end(link.source)}</td>
                  <td data-head={t("board.flow.to")}>{end(link.target)}</td>
                  <td data-head={t("board.flow.state")}>{word("board.tone", link.tone)}</td>
                  <td data-head={t("board.flow.number")} data-align="end">
                    {link.value}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Disclosure>
    </>
  );
}
