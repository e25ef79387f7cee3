// A daemon, a Chromium, and persons at their desks, for the journeys of one process. Persons see the language of BROWSER_TEST_LANGUAGE.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before } from "node:test";
import { Daemon, Person, pictures, startBrowser } from "./harness.mjs";
import { language, learnNames } from "./words.mjs";

export const world = { daemon: null, browser: null };

// Where each role begins its work.
const firstPages = {
  reporter: "/desk/report", csirt_member: "/desk/duties", csirt_head: "/desk/duties", external_contact: "/desk/duties",
  exception_officer: "/desk/duties", section_officer: "/desk/duties", ciso: "/desk/duties", center_liaison: "/desk/board",
  police_desk: "/desk/inbox", crisis_desk: "/desk/inbox", cymat_member: "/desk/inbox", operator: "/desk/operator", auditor: "/desk/auditor",
};
const ministries = new Set(["mhlw", "meti", "mext", "mof", "mic"]);
export const firstPageOf = (org, role) => (ministries.has(org) && ["csirt_member", "csirt_head", "external_contact"].includes(role) ? "/desk/inbox" : firstPages[role]);

export function openWorld(config) {
  before(async () => {
    world.daemon = await Daemon.start(config);
    world.browser = await startBrowser(world.daemon);
    const asker = await world.daemon.token("nco", "center_liaison");
    learnNames((await world.daemon.call(asker, "GET", "/api/v1/organizations")).items);
  });
  after(async () => {
    await world.browser?.close();
    await world.daemon?.end();
  });
}

const tokens = new Map();
export const tokenOf = async (org, role = "csirt_member") => {
  const name = `${org}/${role}`;
  if (!tokens.has(name)) tokens.set(name, await world.daemon.token(org, role));
  return tokens.get(name);
};
// As a program of that body would do it.
export const call = async (org, role, method, path, body) => world.daemon.call(await tokenOf(org, role), method, path, body);

// Somebody new, signed in, on the page where his office begins.
export async function arrive(org, role, login, { name = "情報受付当直", person, ...options } = {}) {
  const arrived = await Person.arrive(world.browser, world.daemon, { language, ...options });
  await arrived.setUp(await world.daemon.account(org, role, login, "--name", name, ...(person ? ["--person", person] : [])));
  arrived.login = `${org}/${login}`;
  assert.equal(new URL(arrived.page.url()).pathname, firstPageOf(org, role), `the first page of ${role} at ${org}`);
  return arrived;
}

// A person who stays for several journeys: made when he is needed first.
const staying = new Map();
let arrivals = 0; // in each login, so that nobody has that of one who failed to arrive
export function desk(org, role, options) {
  const name = `${org}-${role}`;
  if (!staying.has(name)) {
    const arriving = arrive(org, role, `${role.replace("_", "-")}-${(arrivals += 1)}`, options);
    staying.set(name, arriving);
    arriving.catch(() => staying.delete(name)); // one journey fails by it, not all that follow
  }
  return staying.get(name);
}

// What a journey shows at its end, as its person saw it.
export const picture = (person, name, options = {}) => person.page.screenshot({ path: join(pictures, `journey-${name}-${language}.png`), fullPage: true, ...options });

export const minutesAgo = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();

// For what no page shows.
export async function until(what, condition) {
  for (const end = Date.now() + 30_000; ; ) {
    const found = await condition();
    if (found) return found;
    assert.ok(Date.now() < end, `not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
