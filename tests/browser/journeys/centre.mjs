// Section 4: the centre's liaison sees what is late, and who holds it, as it happens.
import assert from "node:assert/strict";
import { test } from "node:test";
import { reportOf } from "../harness.mjs";
import { language, nameOf, pattern, shortNameOf, t } from "../words.mjs";
import { arrive, call, desk, minutesAgo, picture, tokenOf, world } from "../world.mjs";

const report = async (org, reference, more) => (await call(org, "csirt_head", "POST", "/api/v1/reports", reportOf(reference, more))).incident;
const rowOf = (person, incident) => person.page.locator(`.board-case[data-id="${incident.id}"]`);
const count = (page, show) => page.locator(`[data-show="${show}"] strong`).innerText().then(Number);
const onBoard = async (person, query = "") => {
  await person.page.goto(`/desk/board${query}`);
  await person.page.locator(".board-counters").waitFor();
  await person.page.locator(".dads-fresh[data-state=live]").waitFor();
};
const relays = async (agency, incident) => {
  const duty = (await call(agency, "csirt_head", "GET", `/api/v1/obligations?incident=${incident.id}&holder=${agency}`)).items.find((one) => one.rule === "g.3");
  await call(agency, "csirt_head", "POST", `/api/v1/obligations/${duty.id}/fulfillments`, { method: "relay" });
};

// This world's ministry of education has a second for its relays, and the ladder of alarms a second for each step (desks.mjs).
test("4 a ministry that keeps silent: no word of the report on the board, the ministry among the silent, alarms to the centre and up the ministry, until it relays", async () => {
  const [nco, inbox, ciso] = await Promise.all([desk("nco", "center_liaison"), arrive("nco", "center_liaison", "inbox"), desk("mext", "ciso")]);
  await onBoard(nco);
  await inbox.page.goto("/desk/inbox");
  await ciso.page.goto("/desk/alarms");
  await ciso.page.getByText(t("alarms.none")).waitFor();
  for (const person of [inbox, ciso]) await person.page.locator(".dads-fresh[data-state=live]").waitFor();
  const incident = await report("dnc", "silent", { title: "受験者情報の流出のおそれ" });
  const row = rowOf(nco, incident);
  await row.waitFor();
  assert.ok((await row.innerText()).includes(t("board.silent_mark")));
  assert.ok(!(await row.innerText()).includes("受験者情報"));

  // The clock runs out before everybody's eyes.
  await nco.page.locator(`.board-case[data-id="${incident.id}"][data-state="overdue"]`).waitFor();
  assert.ok((await row.locator(".board-urgency").innerText()).includes(shortNameOf("mext")), "who holds it");
  const silent = nco.page.locator(".board-silent li", { hasText: nameOf("mext") });
  await silent.getByText(t("board.silent.relays", { number: 1 })).waitFor();

  // Alarms: to the centre's inbox, where one press confirms; to the ministry's CISO, who has a page of them.
  const alarm = inbox.page.locator("section[aria-labelledby=alarms] li", { hasText: incident.number }).filter({ hasText: t("alarm.relay_silent") });
  await alarm.getByText(pattern("alarms.sentence", { body: nameOf("mext"), what: t("alarm.relay_silent") })).waitFor();
  await picture(inbox, "centre-alarms");
  await alarm.getByRole("button", { name: t("inbox.acknowledge") }).click();
  await inbox.page.locator("section[aria-labelledby=done] li", { hasText: incident.number }).filter({ hasText: t("alarm.relay_silent") }).locator(".dads-acknowledged").waitFor();
  const told = ciso.page.locator(".dads-messages li", { hasText: incident.number }).filter({ hasText: t("alarms.level", { level: 3 }) });
  await told.waitFor();
  assert.match(await told.innerText(), pattern("alarms.of_duty", { what: t("alarm.duty_overdue"), duty: t("duty.g.3", { centre: nameOf("nco") }) }));
  await picture(ciso, "ciso-alarms");
  await told.getByRole("link", { name: incident.number }).click();
  await ciso.page.getByRole("heading", { name: "受験者情報の流出のおそれ" }).waitFor();

  await picture(nco, "centre-silent");
  await relays("mext", incident);
  await row.getByText("受験者情報の流出のおそれ").waitFor();
  await silent.waitFor({ state: "detached" });
  // What nobody of the police was told is not in their call either.
  assert.deepEqual((await call("police-tokyo", "police_desk", "GET", `/api/v1/board?incident=${incident.id}`)).items, []);
  for (const person of [nco, inbox, ciso]) person.check();
  await inbox.leave();
});

test("4 counters first, and they are filters; agency, prefecture and exercises too: all of them stand in the address", async () => {
  const nco = await desk("nco", "center_liaison");
  const { page } = nco;
  await onBoard(nco);
  const overdue = await count(page, "overdue");
  const late = await report("meti", "late", { title: "期限を過ぎた連絡", times: { recognized: { value: minutesAgo(26 * 60) } } });
  await report("mof", "in-time", { title: "期限内の連絡" });
  const drill = await report("mof", "drill", { title: "訓練の連絡", exercise: true });
  await page.waitForFunction((before) => Number(document.querySelector('[data-show="overdue"] strong').textContent) > before, overdue);
  await page.locator('[data-show="overdue"] button').click();
  await page.waitForURL("**/desk/board?show=overdue");
  const shown = await page.locator(".board-case").count();
  assert.equal(shown, await count(page, "overdue"));
  await page.getByRole("combobox", { name: t("board.filter.agency") }).selectOption("meti");
  await page.waitForURL((address) => address.searchParams.get("agency") === "meti" && address.searchParams.get("show") === "overdue");
  await rowOf(nco, late).waitFor();
  for (const text of await page.locator(".board-case").allInnerTexts()) assert.ok(text.includes("METI") || text.includes(nameOf("meti")), text);

  // A colleague who gets the address sees the same.
  const address = page.url();
  await page.goto("/desk/account");
  await page.goto(address);
  await rowOf(nco, late).waitFor();
  assert.equal(await page.locator('[data-show="overdue"] button').getAttribute("aria-pressed"), "true");
  assert.equal(await page.locator(".board-chip").count(), 2);
  await picture(nco, "board-filtered");
  for (const left of [1, 0]) {
    await page.locator(".board-chip").first().click();
    await page.waitForFunction((number) => document.querySelectorAll(".board-chip").length === number, left);
  }
  assert.equal(new URL(page.url()).search, "");

  // 大阪 has none of these; 東京 has.
  const tokyo = page.locator(".board-tile", { hasText: t("prefecture_short.13") });
  await tokyo.click();
  await page.waitForURL("**/desk/board?prefecture=13");
  await page.locator(".board-chip", { hasText: t("prefecture.13") }).click();
  await page.waitForURL("**/desk/board");
  assert.equal(await rowOf(nco, drill).count(), 0, "an exercise stands apart");
  await page.getByLabel(t("board.filter.exercises")).check();
  await page.waitForURL("**/desk/board?exercises=1");
  await rowOf(nco, drill).waitFor();
  assert.equal(await rowOf(nco, late).count(), 0);
  // Agencies' own cases alone: nothing comes from a corporation, and the flow is drawn all the same.
  const flow = page.locator("section[aria-labelledby=board-flow]");
  await flow.getByText(t("board.as_table")).click();
  await flow.locator("tbody tr", { hasText: language === "en" ? "MOF" : nameOf("mof") }).filter({ hasText: nameOf("nco") }).waitFor();
  nco.check();
});

test("4 incidents by urgency, their chain hop by hop; what is overdue and who holds it without scrolling at 1280×800", async () => {
  const nco = await desk("nco", "center_liaison");
  const { page } = nco;
  const corporation = await report("jps", "chain", { title: "連絡の鎖" });
  await onBoard(nco);
  await page.evaluate(() => scrollTo(0, 0));
  const inSight = (locator) => locator.evaluate((element) => {
    const box = element.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
  });
  await picture(nco, "board-first-sight", { fullPage: false });
  assert.ok(await inSight(page.locator('[data-show="overdue"]')));
  const row = page.locator('.board-case[data-state="overdue"]').first();
  assert.ok(await inSight(row));
  const holder = await row.locator(".board-urgency").innerText();
  assert.ok([shortNameOf("meti"), shortNameOf("mext")].some((name) => holder.includes(name)), holder);
  assert.match(holder, pattern("board.over"));
  const states = await page.locator(".board-case").evaluateAll((all) => all.map((one) => one.dataset.state));
  assert.ok(states.lastIndexOf("overdue") < states.indexOf("soon") || !states.includes("soon"), states.join());

  const chain = rowOf(nco, corporation).locator(".board-chain");
  assert.deepEqual(await chain.locator(".board-stop:not([data-none])").evaluateAll((all) => all.map((one) => one.dataset.stage)), ["corporation", "agency", "center"]);
  assert.deepEqual(await chain.locator(".board-line").evaluateAll((all) => all.map((one) => one.dataset.state)), ["unacknowledged", "soon"]);
  await relays("mhlw", corporation);
  await page.waitForFunction((id) => document.querySelector(`.board-case[data-id="${id}"] .board-line:nth-of-type(4)`)?.dataset.state === "unacknowledged", corporation.id);
  nco.check();
});

test("4 the flow, the map, and how much was in time against the days before: drawn, and as tables", async () => {
  const nco = await desk("nco", "center_liaison");
  const { page } = nco;
  await onBoard(nco);
  const flow = page.locator("section[aria-labelledby=board-flow]");
  await flow.locator("svg path").first().waitFor();
  await flow.getByText(t("board.as_table")).click();
  const ways = await flow.locator("tbody tr").allInnerTexts();
  assert.ok(ways.some((way) => way.includes(nameOf("nco"))), ways.join("\n"));
  assert.ok(ways.some((way) => way.includes(t("board.stage.police"))), ways.join("\n"));
  assert.ok(ways.some((way) => way.includes(t("board.tone.overdue"))), ways.join("\n"));
  const days = page.locator("section[aria-labelledby=board-days]");
  await days.getByText(pattern("board.days.share")).waitFor();
  await days.getByText(t("board.as_table")).click();
  assert.equal(await days.locator("tbody tr").count(), 28);
  await page.locator(".board-tile b").first().waitFor();
  await picture(nco, "board");
  nco.check();
});

test("4 a case that may be large-scale calls: banner, title and two tones, until it was seen", async () => {
  const nco = await arrive("nco", "center_liaison", "large");
  const { page } = nco;
  // What a loudspeaker would have got.
  await page.addInitScript(() => {
    window.tones = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) {
      window.tones++;
      return start.apply(this, when);
    };
  });
  await onBoard(nco);
  const sound = page.locator("button", { hasText: t("board.sound.off") });
  assert.equal(await sound.getAttribute("aria-pressed"), "false");
  const large = [{ criterion: "property", harm: "feared", certainty: "may_be" }];
  const quiet = await report("meti", "large-1", { title: "重要システムの停止", large_scale: large });
  await page.getByRole("alert").getByText(t("board.new_large", { number: 1 })).waitFor();
  assert.equal(await page.evaluate(() => window.tones), 0, "silent until it is asked to sound");
  assert.ok((await page.title()).startsWith(t("board.title_mark", { number: 1 })), await page.title());
  assert.equal(await rowOf(nco, quiet).getAttribute("data-large"), "true");
  await sound.click();
  await page.locator("button", { hasText: t("board.sound.on") }).waitFor();
  const before = await page.evaluate(() => window.tones); // so that one hears how loud it is
  assert.ok(before > 0);
  await report("meti", "large-2", { title: "二つ目の停止", large_scale: large });
  await page.getByRole("alert").getByText(t("board.new_large", { number: 2 })).waitFor();
  await page.waitForFunction((heard) => window.tones > heard, before);
  await picture(nco, "board-large");
  await page.getByRole("button", { name: t("board.seen") }).click();
  await page.waitForFunction((title) => document.title.startsWith(title), t("place.board"));
  nco.check();
  await nco.leave();
});

test("4 CYMAT: who could go, who went, and for whom, as it is decided", async () => {
  const nco = await desk("nco", "center_liaison");
  const { page } = nco;
  await onBoard(nco);
  const cymat = page.locator("section[aria-labelledby=board-cymat]");
  await cymat.getByText(t("board.cymat.none")).waitFor();
  const person = (await call("mof", "csirt_head", "POST", "/api/v1/people", { name: "要員", employment: "employee", skills: ["forensics"] })).id;
  await call("mof", "ciso", "POST", `/api/v1/people/${person}/appointments`, { post: "cymat_member", ground: "expertise" });
  const incident = await report("meti", "cymat", { title: "支援を要する事案" });
  await call("meti", "csirt_head", "POST", `/api/v1/incidents/${incident.id}/cymat-requests`, { reason: "侵入の範囲が分からない", priority: "urgent" });
  const request = (await call("meti", "csirt_head", "GET", "/api/v1/cymat-requests")).items[0];
  const path = `/api/v1/cymat-requests/${request.id}`;
  const team = cymat.locator(".board-teams li", { hasText: nameOf("meti") });
  await team.getByText(t("cymat_state.requested"), { exact: true }).waitFor();
  await team.getByText(t("cymat_priority.urgent"), { exact: true }).waitFor();
  const does = (step, body) => call("nco", "center_liaison", "POST", `${path}/${step}`, body);
  await does("receipt", {});
  await does("decision", { ruling: "dispatch", united_response: true, reason: "政府として一体となった対応が必要" });
  await does("members", { organization: "mof", person, lead: true });
  const member = (await call("nco", "center_liaison", "GET", path)).members[0];
  await call("mof", "csirt_head", "POST", `${path}/members/${member.id}/answer`, { agreed: true });
  await does("formation", {});
  await does("dispatch", {});
  await team.getByText(t("cymat_state.dispatched"), { exact: true }).waitFor();
  await team.getByText(t("board.cymat.members", { number: 1 })).waitFor();
  await cymat.getByText(pattern("board.cymat.busy", { busy: 1 })).waitFor();
  await cymat.scrollIntoViewIfNeeded();
  await picture(nco, "board-cymat");
  nco.check();
});

test("4 the wall: large, without controls, the same figures, whole rows; Escape leads back", async () => {
  const nco = await desk("nco", "center_liaison");
  const { page } = nco;
  await onBoard(nco);
  const overdue = await count(page, "overdue");
  await page.getByRole("button", { name: t("board.wall.enter") }).click();
  await page.waitForURL("**/desk/board?wall=1");
  await page.locator(".board-wall .board-case").first().waitFor();
  assert.equal(await page.locator(".dads-header").isVisible(), false);
  assert.equal(await count(page, "overdue"), overdue);
  assert.equal(await page.locator(".board-wall .board-counter").evaluateAll((all) => all.every((one) => one.tagName !== "BUTTON")), true);
  const cut = await page.locator(".board-wall .board-case").last().evaluate((row) => row.getBoundingClientRect().bottom - row.closest(".board-pane").getBoundingClientRect().bottom);
  assert.ok(cut <= 1, "no half row");
  await picture(nco, "board-wall", { fullPage: false });
  await page.keyboard.press("Escape");
  await page.waitForURL("**/desk/board");
  await page.locator(".board-two").waitFor();
  nco.check();
});

// Takes the daemon away: the last of its world.
export function cutBoard() {
  test("4 a cut stream is said on the board, with how old it is; then everything goes on by itself", async () => {
    const nco = await desk("nco", "center_liaison");
    const { page } = nco;
    await onBoard(nco);
    await page.evaluate(() => (window.staysHere = true));
    await world.daemon.stop();
    const cut = page.locator(".board-cut");
    await cut.filter({ hasText: pattern("fresh.old") }).waitFor();
    const first = await cut.innerText();
    await page.waitForFunction((before) => document.querySelector(".board-cut")?.innerText !== before, first);
    await picture(nco, "board-cut", { fullPage: false });
    await world.daemon.spawn();
    const incident = await report("meti", "after-cut", { title: "切断の後の報告" });
    await rowOf(nco, incident).waitFor({ timeout: 30_000 });
    await cut.waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => window.staysHere), true);
    assert.deepEqual(nco.strangers, []);
  });
}
