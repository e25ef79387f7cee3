// What the board shows: every open incident with its chain, one signal each, so that an event touches what it concerns alone.
import { computed, effect, signal, type Signal } from "@preact/signals";
import { get, Problem, type Schemas } from "../api";
import { heardNow, now } from "../clock";
import { onLive } from "../live";
import { nameOf, organizations } from "../names";
import { language, t } from "../text";

export type Item = Schemas["BoardIncident"];
export type Duty = Schemas["BoardDuty"]; // between bodies
type Inner = Schemas["BoardInner"]; // open ones inside of a body

export const hour = 3_600_000;

// Of one duty, the gravest first.
export const states = ["overdue", "soon", "unacknowledged", "waiting", "late", "done", "waived"] as const;
export type State = (typeof states)[number];

export function stateOf(duty: Duty | Inner, at: number): State {
  if (!("state" in duty) || duty.state === "open") {
    const left = Date.parse(duty.due_at) - at;
    return left < 0 ? "overdue" : left <= hour ? "soon" : "waiting";
  }
  if (duty.state === "waived") return "waived";
  // Police and crisis desk are told by any means; between bodies of the chain a receipt is asked for.
  if (!duty.acknowledged_at && duty.holder !== duty.recipient && isRelay(duty)) return "unacknowledged";
  return duty.fulfilled_at && duty.fulfilled_at > duty.due_at && Date.parse(duty.fulfilled_at) > Date.parse(duty.due_at) ? "late" : "done";
}

const isRelay = (duty: Duty | Inner) => duty.clause.endsWith("(g)");
export const graver = (a: State, b: State) => states.indexOf(a) - states.indexOf(b);

// One step of the chain: all duties between two stages.
export interface Hop {
  step: "agency" | "center" | "police" | "crisis";
  from: string[];
  to: string[];
  state: State;
  due: string; // of the gravest
  count: number;
}

function hopOf(step: Hop["step"], duties: Duty[], at: number): Hop | null {
  if (!duties.length) return null;
  let gravest = duties[0]!;
  let state = stateOf(gravest, at);
  for (const duty of duties.slice(1)) {
    const other = stateOf(duty, at);
    const order = graver(other, state);
    if (order < 0 || (order === 0 && duty.due_at < gravest.due_at)) [gravest, state] = [duty, other];
  }
  const first = (bodies: string[], chief: string) => [...new Set([chief, ...bodies])];
  return {
    step,
    from: first(duties.map((duty) => duty.holder), gravest.holder),
    to: first(duties.map((duty) => duty.recipient), gravest.recipient),
    state,
    due: gravest.due_at,
    count: duties.length,
  };
}

export interface Row {
  item: Item;
  organization: string;
  agency: Hop | null; // a corporation to its agency
  center: Hop | null; // an agency to the centre
  police: Hop | null;
  crisis: Hop | null;
  rank: number;
  state: State; // the gravest of all its duties
  due: string | null; // of that one
  holder: string | null; // who has to act, or to say that he received it
  clause: string | null;
  inner: boolean; // that one stays inside of its holder
  innerOverdue: number;
  followupOverdue: boolean;
  overdue: boolean;
  overdueSince: number | null; // since its first target passed
  soon: boolean;
  unacknowledged: boolean;
  large: boolean;
  silent: boolean; // an agency that received it has not relayed it: the centre sees no content
}

// Until when a row stands as it was worked out: a target comes within an hour, or passes.
function standsUntil({ duties, inner, content }: Item, at: number): number {
  const passes = [...duties, ...inner].map((duty) => Date.parse(duty.due_at) + 1);
  const near = passes.map((moment) => moment - 1 - hour);
  const followup = content?.followup_due_at ? Date.parse(content.followup_due_at) + 1 : Infinity;
  return Math.min(...[...passes, ...near, followup].filter((moment) => moment > at), Infinity);
}

export function rowOf(item: Item, at: number): Row {
  const { duties: outer, inner } = item;
  const of = (clause: string) => outer.filter((duty) => duty.clause.endsWith(clause));
  const relays = of("(g)");
  const toCenter = relays.filter((duty) => duty.sentence !== 2);
  const toAgency = relays.filter((duty) => duty.sentence === 2);

  let chief: Duty | Inner | null = null;
  let state = "done" as State;
  const weigh = (duty: Duty | Inner) => {
    const other = stateOf(duty, at);
    const order = graver(other, state);
    if (!chief || order < 0 || (order === 0 && duty.due_at < chief.due_at)) [chief, state] = [duty, other];
  };
  outer.forEach(weigh);
  // What stays inside of a body is its own affair as long as the chain itself is late.
  if (!["overdue", "soon", "unacknowledged"].includes(state)) inner.forEach(weigh);
  const found = chief as Duty | Inner | null;
  const innerOverdue = inner.reduce((sum, duty) => sum + (stateOf(duty, at) === "overdue" ? duty.count : 0), 0);
  const followup = item.content?.followup_due_at;
  const all = [...outer, ...inner].map((duty) => stateOf(duty, at));
  const content = item.content;
  const large = isLarge(item);
  const silent = !content;
  const isInner = !!found && !("recipient" in found);
  const passed = [...outer, ...inner].filter((duty) => stateOf(duty, at) === "overdue").map((duty) => Date.parse(duty.due_at));
  const overdueSince = passed.length ? Math.min(...passed) : null;
  const soon = all.includes("soon");
  const unacknowledged = all.includes("unacknowledged");
  const order: State[] = ["overdue", "soon", "unacknowledged", "waiting"];
  const relay = !!found && !found.clause.endsWith("(h)");
  const step = order.indexOf(state);
  const rank = step < 0 ? 9 : isInner ? 4 + step : state === "overdue" ? (relay ? 0 : 1) : step + 1;
  return {
    item,
    organization: content?.organization ?? toAgency[0]?.holder ?? outer[0]?.holder ?? inner[0]?.holder ?? "",
    agency: hopOf("agency", toAgency, at),
    center: hopOf("center", toCenter, at),
    police: hopOf("police", of("(h)"), at),
    crisis: hopOf("crisis", of("(i)"), at),
    rank,
    state,
    due: found && ["overdue", "soon", "waiting"].includes(state) ? found.due_at : null,
    holder: found ? (state === "unacknowledged" && "recipient" in found ? found.recipient : found.holder) : null,
    clause: found?.clause ?? null,
    inner: isInner,
    innerOverdue,
    followupOverdue: !!followup && Date.parse(followup) < at,
    overdue: overdueSince !== null,
    overdueSince,
    soon,
    unacknowledged,
    large,
    silent,
  };
}

// ---- what is known

const items = new Map<string, Signal<Item>>();
const version = signal(0); // counts changes of what is known
export const boardProblem = signal<Problem | null>(null);
export const boardLoading = signal(false);
export const boardReadAt = signal(0);
export const boardCut = signal(false);

// Cases that became large-scale while one looked on; until somebody says that he saw them.
export const newLarge = signal<Item[]>([]);
const knownLarge = new Set<string>();
let whenLarge = (_: Item) => {};
export const onLarge = (listener: (item: Item) => void) => (whenLarge = listener);

const isLarge = (item: Item) => !!item.content?.large_scale || item.duties.some((duty) => duty.clause.endsWith("(i)"));
const isEnded = (item: Item) => !!item.content && ["closed", "dismissed"].includes(item.content.state) && !item.inner.length && !item.duties.some((duty) => duty.state === "open");

function put(item: Item, announce: boolean) {
  if (isLarge(item) && !knownLarge.has(item.id)) {
    knownLarge.add(item.id);
    if (announce) {
      newLarge.value = [...newLarge.value, item];
      whenLarge(item);
    }
  }
  if (isEnded(item)) return void items.delete(item.id);
  const known = items.get(item.id);
  if (known) known.value = item;
  else items.set(item.id, signal(item));
}

export const itemOf = (id: string) => items.get(id);

let reading: AbortController | null = null;
export async function readBoard() {
  reading?.abort();
  const mine = (reading = new AbortController());
  boardLoading.value = true;
  const first = boardReadAt.peek() === 0;
  try {
    const board = await get("/api/v1/board", {}, {}, mine.signal);
    heardNow(board.at);
    const seen = new Set(board.items.map((item) => item.id));
    for (const id of items.keys()) if (!seen.has(id)) items.delete(id);
    for (const item of board.items) put(item, !first);
    boardCut.value = board.cut;
    boardReadAt.value = Date.now();
    boardProblem.value = null;
    version.value++;
  } catch (error) {
    if (mine.signal.aborted) return;
    if (!(error instanceof Problem)) throw error;
    boardProblem.value = error;
  } finally {
    if (reading === mine) boardLoading.value = false;
  }
}

// How long the page worked for the last event, for tests that watch it.
function measured(work: () => void) {
  const begun = performance.now();
  work();
  performance.measure("noroshi.board.update", { start: begun, end: performance.now() });
}

async function readSome(ids: string[]) {
  try {
    const boards = await Promise.all(ids.map((id) => get("/api/v1/board", {}, { incident: id })));
    measured(() => {
      boards.forEach((board, index) => {
        const item = board.items[0];
        if (item) put(item, true);
        else items.delete(ids[index]!);
      });
      boardReadAt.value = Date.now();
      boardProblem.value = null;
      version.value++;
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    boardProblem.value = error; // the next event, or the reader, asks again
  }
}

const settle = 30; // events of one deed come together
const most = 8; // more at once than that: everything

export function watchBoard(): () => void {
  const waiting = new Set<string>();
  let everything = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ended = onLive((event) => {
    if (event.kind === "heartbeat") return;
    if (event.kind === "reset") everything = true;
    else if (event.data.incident_id) waiting.add(event.data.incident_id);
    else return;
    timer ??= setTimeout(() => {
      timer = undefined;
      const ids = [...waiting];
      waiting.clear();
      if (everything || ids.length > most) readBoard();
      else readSome(ids);
      everything = false;
    }, settle);
  });
  readBoard();
  return () => {
    ended();
    clearTimeout(timer);
    reading?.abort();
    items.clear();
    knownLarge.clear();
    newLarge.value = [];
    boardReadAt.value = 0;
    version.value++;
  };
}

// ---- what is shown of it

export type Show = "all" | "overdue" | "soon" | "unacknowledged" | "large" | "silent";
export interface Filters {
  show: Show;
  agency: string; // the agency that holds or held it
  prefecture: string; // JIS X 0401
  exercises: boolean;
}
export const filters = signal<Filters>({ show: "all", agency: "", prefecture: "", exercises: false });

// Orders and counters follow the clock by five seconds; what ticks inside of a row follows it by one.
const slowTick = computed(() => Math.floor(now.value / 5000) * 5000);

// What was worked out of an item holds until it changes, or a target of it comes near or passes.
const workedOut = new WeakMap<Item, { from: number; until: number; row: Row }>();
function known(item: Item, at: number): Row {
  const before = workedOut.get(item);
  if (before && before.from <= at && at < before.until) return before.row;
  const row = rowOf(item, at);
  workedOut.set(item, { from: at, until: standsUntil(item, at), row });
  return row;
}

export const rows = computed<Row[]>(() => {
  void version.value;
  const at = slowTick.value;
  const { exercises } = filters.value;
  const made: Row[] = [];
  for (const item of items.values()) if (!!item.peek().exercise === exercises) made.push(known(item.peek(), at));
  return made;
});

// What the diagrams show: the same, once a second at most, so that a burst of events does not draw them anew each time.
export const drawnRows = signal<Row[]>([]);
let drawing: ReturnType<typeof setTimeout> | undefined;
effect(() => {
  const found = rows.value;
  if (!drawnRows.peek().length) drawnRows.value = found;
  else drawing ??= setTimeout(() => ((drawing = undefined), (drawnRows.value = rows.peek())), 1000);
});

export const agenciesOf = (row: Row) => [...(row.agency?.to ?? []), ...(row.center?.from ?? [])];

// In the order of the registry.
export const agencies = computed(() => {
  const held = new Set(drawnRows.value.flatMap(agenciesOf));
  return [...organizations.value.keys()].filter((id) => held.has(id));
});

export function prefectureOf(row: Row): string | null {
  return organizations.value.get(row.organization)?.prefecture ?? null;
}

const before = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0); // times of one form: as texts

export const chosen = computed<Row[]>(() => {
  const { show, agency, prefecture } = filters.value;
  const shown = rows.value.filter((row) => {
    if (show === "overdue" && !row.overdue) return false;
    if (show === "soon" && !row.soon) return false;
    if (show === "unacknowledged" && !row.unacknowledged) return false;
    if (show === "large" && !row.large) return false;
    if (show === "silent" && !row.silent) return false;
    if (agency && !agenciesOf(row).includes(agency) && row.organization !== agency) return false;
    if (prefecture && prefectureOf(row) !== prefecture) return false;
    return true;
  });
  return shown.sort(
    (a, b) =>
      a.rank - b.rank ||
      Number(b.large) - Number(a.large) ||
      before(a.due ?? "9", b.due ?? "9") ||
      before(b.item.opened_at ?? "", a.item.opened_at ?? "") ||
      before(a.item.id, b.item.id),
  );
});

export interface Counts {
  all: number;
  overdue: number;
  between: number; // of the overdue: between bodies
  overdueNew: number; // became so in the last hour
  soon: number;
  unacknowledged: number;
  large: number;
  largeNew: number; // opened in the last day
  silent: number;
}

export const counts = computed<Counts>(() => {
  const at = slowTick.value;
  const sum: Counts = { all: 0, overdue: 0, between: 0, overdueNew: 0, soon: 0, unacknowledged: 0, large: 0, largeNew: 0, silent: 0 };
  for (const row of rows.value) {
    sum.all++;
    if (row.overdue) sum.overdue++;
    if (row.overdue && !row.inner) sum.between++;
    if (row.overdueSince !== null && at - row.overdueSince < hour) sum.overdueNew++;
    if (row.soon) sum.soon++;
    if (row.unacknowledged) sum.unacknowledged++;
    if (row.large) sum.large++;
    if (row.large && row.item.opened_at && at - Date.parse(row.item.opened_at) < 24 * hour) sum.largeNew++;
    if (row.silent) sum.silent++;
  }
  return sum;
});

// Bodies of which something is missing: not relayed, not acknowledged, no follow-up.
export interface Silence {
  body: string;
  relays: number; // received, the centre not told, target over
  receipts: number; // told, and no receipt
  followups: number;
  since: number; // the oldest
}

// A receipt is asked for within so long (README, alarms); before that nobody is silent.
const patience = 15 * 60_000;

export const silences = computed<Silence[]>(() => {
  const at = slowTick.value;
  const found = new Map<string, Silence>();
  const add = (body: string, what: "relays" | "receipts" | "followups", since: string) => {
    const known = found.get(body) ?? { body, relays: 0, receipts: 0, followups: 0, since: at };
    known[what]++;
    known.since = Math.min(known.since, Date.parse(since));
    found.set(body, known);
  };
  for (const row of drawnRows.value) {
    for (const duty of row.item.duties) {
      if (!isRelay(duty)) continue;
      const state = stateOf(duty, at);
      if (state === "overdue") add(duty.holder, "relays", duty.due_at);
      if (state === "unacknowledged" && duty.fulfilled_at && at - Date.parse(duty.fulfilled_at) > patience) add(duty.recipient, "receipts", duty.fulfilled_at ?? duty.due_at);
    }
    if (row.followupOverdue) add(row.organization, "followups", row.item.content!.followup_due_at!);
  }
  return [...found.values()].sort((a, b) => b.relays - a.relays || b.receipts - a.receipts || a.since - b.since);
});

// Without the words of its legal form, which many bodies share. In English as it is known by its letters.
export function shortName(id: string): string {
  if (language.value === "en" && organizations.value.has(id)) return id.toUpperCase();
  const name = nameOf(id);
  for (const form of t("board.legal_forms").split("|")) if (name.startsWith(form) && name.length > form.length) return name.slice(form.length).trim();
  return name;
}
