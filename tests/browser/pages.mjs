// Every page in both languages, both colour modes, wide and on a phone: axe finds nothing, nothing is wider than the screen,
// nothing leaves the origin. A picture of each is kept.
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Daemon, Person, pictures, reportOf, startBrowser } from "./harness.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let daemon, browser;
const persons = {};
let incident, message, link;

before(async () => {
  daemon = await Daemon.start('[listen]\nzone = "closed"\n[database]\nzone = "closed"\n');
  browser = await startBrowser(daemon);
  const jps = await daemon.token("jps", "csirt_member");
  const mhlw = await daemon.token("mhlw", "csirt_member");
  const first = await daemon.call(jps, "POST", "/api/v1/reports", reportOf("2026-01", { systems: [{ name: "業務用端末", contractor: "保守委託先" }], large_scale: [{ criterion: "property", harm: "feared", certainty: "may_be" }] }));
  incident = first.incident.id;
  await daemon.call(jps, "POST", "/api/v1/reports", { reference: "2026-01", stage: "followup", summary: "端末は2台だった。2台とも切り離した。", impact: { confidentiality: "possible", persons_affected: { min: 0, max: 1200 } } });
  await daemon.call(jps, "POST", "/api/v1/reports", reportOf("2026-02", { title: "個人情報を含む書類の誤送信", cyberattack: "no", cyberattack_reason: "宛先の誤り", times: { recognized: { value: new Date(Date.now() - 26 * 3_600_000).toISOString() } } }));
  await daemon.call(jps, "POST", "/api/v1/reports", reportOf("2026-03", { title: "訓練：ランサムウェア感染", exercise: true }));
  await daemon.call(mhlw, "POST", `/api/v1/incidents/${incident}/inquiries`, { to: "jps", text: "最初の不審な通信はいつですか。" });
  message = (await daemon.call(mhlw, "GET", "/api/v1/inbox")).items.find((item) => item.kind === "report" && item.version === 2).id;
  await seal(incident, jps);
  const arrive = async (name, org, role) => (persons[name] = await (await Person.arrive(browser, daemon)).setUp(await daemon.account(org, role, `${name}-1`, "--name", "情報受付当直")));
  await arrive("jps", "jps", "csirt_member");
  await arrive("mhlw", "mhlw", "csirt_member");
  await arrive("liaison", "nco", "center_liaison");
  await arrive("operator", "nco", "operator");
  await arrive("auditor", "nco", "auditor");
  await arrive("ciso", "mhlw", "ciso");
  await arrive("officer", "jps", "section_officer");
  link = await daemon.account("cao", "csirt_member", "new-1");
  persons.nobody = await Person.arrive(browser, daemon);
});
after(async () => {
  await browser?.close();
  await daemon?.end();
});

// One annex that was sent, one that may be, one that waits; a key of the ministry in use and one that waits.
async function seal(incident, member) {
  const [head, keeper, officer] = await Promise.all([["mhlw", "csirt_head"], ["mhlw", "section_officer"], ["jps", "section_officer"]].map(([org, role]) => daemon.token(org, role)));
  const approved = { decision: "approved", reason: "確認した" };
  for (const name of ["当直の鍵", "次の鍵"]) {
    const key = await daemon.call(head, "POST", "/api/v1/sealing-keys", { name, public_key: await daemon.cli("sealing", "make-key", join(daemon.folder, `${name}.jwk`)) });
    if (name === "当直の鍵") await daemon.call(keeper, "POST", `/api/v1/sealing-keys/${key.id}/decision`, approved);
  }
  for (const name of ["侵入経路の調査記録", "影響の範囲", "聞き取りの記録"]) {
    const annex = await daemon.call(member, "POST", `/api/v1/incidents/${incident}/annexes`, { name });
    if (name !== "聞き取りの記録") await daemon.call(officer, "POST", `/api/v1/annexes/${annex.id}/permission`, approved);
    if (name !== "侵入経路の調査記録") continue;
    const [file, token] = ["annex.pdf", "token"].map((each) => join(daemon.folder, each));
    writeFileSync(file, name);
    writeFileSync(token, member, { mode: 0o600 });
    await daemon.cli("annex", "send", annex.id, file, "--url", daemon.origin, "--ca", join(daemon.data, "tls/ca.pem"), "--token-file", token);
  }
}

// name, who, address, and what must be there before it is looked at.
const table = () => [
  ["sign-in", "nobody", "/sign-in", "form"],
  ["set-up", "nobody", link, ".dads-qr"],
  ["duties", "jps", "/desk/duties", ".dads-duties li"],
  ["report", "jps", "/desk/report", "#field-title"],
  ["follow-up", "jps", `/desk/report/${incident}`, ".dads-route__list li"],
  ["incidents", "jps", "/desk/incidents", "tbody tr"],
  ["incident", "jps", `/desk/incidents/${incident}`, ".dads-timeline li"],
  ["incident-duties", "jps", `/desk/incidents/${incident}?tab=duties`, ".dads-duties li"],
  ["incident-report", "mhlw", `/desk/incidents/${incident}?tab=report`, ".dads-compared tbody tr"],
  ["incident-messages", "mhlw", `/desk/incidents/${incident}?tab=messages`, "tbody tr"],
  ["incident-people", "jps", `/desk/incidents/${incident}?tab=people`, ".dads-tabs__panel .dads-empty"],
  ["incident-annexes", "jps", `/desk/incidents/${incident}?tab=annexes`, "[data-annex] form"],
  ["incident-annex-opened", "mhlw", `/desk/incidents/${incident}?tab=annexes`, "[data-annex] form"],
  ["annexes", "ciso", "/desk/annexes", "[data-annex]"],
  ["permission", "officer", "/desk/duties", ".dads-cards form"],
  ["incident-assess", "mhlw", `/desk/incidents/${incident}?do=assess`, "dialog[open] form"],
  ["inbox", "mhlw", "/desk/inbox", ".dads-messages li"],
  ["message", "mhlw", `/desk/inbox/${message}`, ".dads-document"],
  ["alarms", "ciso", "/desk/alarms", ".dads-messages li, main .dads-empty"],
  ["report-of-others", "ciso", "/desk/report", ".dads-banner"],
  ["inquiries", "jps", "/desk/inquiries", ".dads-cards li"],
  ["board", "liaison", "/desk/board", ".board-case"],
  ["board-wall", "liaison", "/desk/board?wall=1", ".board-wall .board-case"],
  ["operator", "operator", "/desk/operator", ".operator-checks li"],
  ["operator-queues", "operator", "/desk/operator?tab=queues", "tbody tr"],
  ["operator-receivers", "operator", "/desk/operator?tab=receivers", ".dads-empty"],
  ["operator-dead", "operator", "/desk/operator?tab=dead", ".dads-empty"],
  ["operator-law", "operator", "/desk/operator?tab=law", "tbody tr"],
  ["auditor", "auditor", "/desk/auditor", "tbody tr"],
  ["people", "jps", "/desk/people", ".dads-empty"],
  ["account", "jps", "/desk/account", ".dads-facts"],
  ["no-such-page", "jps", "/desk/nowhere", ".dads-empty"],
];

for (const language of ["ja", "en"])
  for (const colours of ["light", "dark"])
    test(`${language} ${colours}`, async (context) => {
      for (const [name, who, address, ready] of table())
        await context.test(name, async () => {
          const { page } = persons[who];
          await persons[who].setLanguageAt(language, colours);
          for (const width of [1280, 390]) {
            await page.setViewportSize({ width, height: 800 });
            if (width === 1280) await page.goto(address);
            await page.locator(ready).first().waitFor();
            await page.screenshot({ path: join(pictures, `${name}-${language}-${colours}-${width}.png`), fullPage: true });
            const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
            assert.ok(wide <= seen + 1, `${name} is ${wide} wide at ${seen}`);
          }
          await page.evaluate(axe);
          const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
          assert.deepEqual(violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`), []);
          persons[who].check();
        });
    });

test("an incident names the duty that falls due next, whether it leads out of the body or stays within", async () => {
  const { page } = persons.jps;
  await persons.jps.setLanguageAt("ja", "light");
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(`/desk/incidents/${incident}`);
  // The police are to hear of it within a day; the CISO within an hour.
  const next = page.locator(".dads-strip", { hasText: "次に期限が来る義務" });
  assert.match(await next.innerText(), /最高情報セキュリティ責任者への報告/);
  const shown = await next.locator("time").getAttribute("datetime");
  await page.goto(`/desk/incidents/${incident}?tab=duties`);
  const own = page.locator(".dads-duties li", { has: page.getByRole("button") }).locator("time.dads-countdown");
  await own.first().waitFor();
  const targets = await own.evaluateAll((clocks) => clocks.map((clock) => clock.dateTime));
  assert.ok(targets.length > 5);
  assert.equal(targets.sort()[0], shown);
});

test("on a phone the differences of two versions are read in lines, and what came stands before what to do about it", async () => {
  const { page } = persons.mhlw;
  await persons.mhlw.setLanguageAt("ja", "light");
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto(`/desk/inbox/${message}`);
  for (const name of await page.locator(".dads-compared tbody th > div").all()) assert.ok((await name.boundingBox()).width > 150, await name.innerText());
  const tops = await Promise.all([page.getByRole("heading", { name: "受領の確認" }), page.locator(".dads-document"), page.getByRole("heading", { name: "大規模サイバー攻撃事態等の報告連絡" })].map(async (part) => (await part.boundingBox()).y));
  assert.deepEqual([...tops].sort((a, b) => a - b), tops);
});

test("the chosen tab stays in sight where a screen becomes narrow", async () => {
  const { page } = persons.operator;
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto("/desk/operator?tab=law");
  await page.locator("tbody tr").first().waitFor();
  await page.setViewportSize({ width: 390, height: 800 });
  await page.waitForFunction(() => {
    const chosen = document.querySelector('[role="tab"][aria-selected="true"]').getBoundingClientRect();
    return chosen.left >= 0 && chosen.right <= innerWidth;
  });
});

test("what the board counts as overdue is seen in its row, also where its content is not", async () => {
  const { page } = persons.liaison;
  await persons.liaison.setLanguageAt("ja", "light");
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto("/desk/board");
  const row = page.locator(".board-case", { hasText: "未中継" }).filter({ hasText: "機関内" });
  await row.waitFor();
  assert.match(await row.locator(".board-case__title").innerText(), /^機関内 \d+件超過\s*日本年金機構$/);
  // Its first target passed a day ago: it did not become overdue within the hour, whatever did since this run began.
  const [, overdue, lately] = (await page.locator("main").innerText()).match(/期限超過\s*(\d+)\s*この1時間で \+(\d+)/);
  assert.equal(overdue - lately, 1);
});

test("a receipt is kept as a file that can be verified, and printed", async () => {
  const { page } = persons.jps;
  await persons.jps.setLanguageAt("ja", "dark");
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto("/desk/report");
  await page.getByLabel("件名").fill("受領証を残す報告");
  await page.getByLabel("インシデントである").check();
  await page.getByLabel("おそれあり").check();
  await page.getByLabel("概要").fill("調査中");
  await page.getByRole("button", { name: "確認へ進む" }).click();
  await page.getByRole("button", { name: "報告を送る" }).click();
  const number = (await page.getByRole("heading", { name: /報告を受け付けました：/ }).innerText()).split("：")[1].trim();
  await page.screenshot({ path: join(pictures, "sent-ja-dark-1280.png"), fullPage: true });

  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "ファイルに保存" }).click()]);
  assert.equal(download.suggestedFilename(), `${number}-1.receipt.json`);
  const file = join(daemon.folder, "kept.receipt.json");
  copyFileSync(await download.path(), file);
  const answer = JSON.parse(readFileSync(file, "utf8"));
  assert.equal(answer.incident.number, number);
  assert.match(answer.receipt.signature, /^[A-Za-z0-9+/]{86}==$/);
  assert.match(await daemon.cli("record", "verify", "--receipt", file), /受領証 \d+ 件が約束した出来事は、約束どおり記録にあります/);
  const altered = join(daemon.folder, "altered.receipt.json");
  writeFileSync(altered, JSON.stringify({ ...answer, receipt: { ...answer.receipt, sha256: "0".repeat(64) } }));
  await assert.rejects(daemon.cli("record", "verify", "--receipt", altered), "what was altered is no promise");

  // On paper: what it says, on white whatever the screen shows, without what is to be pressed.
  await page.evaluate(() => (window.print = () => (window.printed = true)));
  await page.getByRole("button", { name: "印刷する" }).click();
  assert.equal(await page.evaluate(() => window.printed), true);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.screenshot({ path: join(pictures, "sent-print.png"), fullPage: true });
  assert.ok(await page.getByText(answer.receipt.sha256).isVisible());
  assert.ok(await page.getByText(answer.receipt.signature).isVisible());
  assert.equal(await page.locator("main button:visible").count(), 0);
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  await page.emulateMedia({ media: "screen", colorScheme: "light" });
  persons.jps.check();
});

test("colours follow the system while nobody chose, and the choice where somebody did", async () => {
  const { page } = persons.jps;
  const shown = (scheme) => page.waitForFunction((wanted) => getComputedStyle(document.documentElement).colorScheme === wanted, scheme, { polling: 100 });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("/desk/duties");
  await shown("dark");
  await page.evaluate(() => (window.staysHere = true));
  await page.emulateMedia({ colorScheme: "light" });
  await shown("light");
  assert.equal(await page.evaluate(() => window.staysHere), true, "without a reload");
  await page.getByLabel("画面の配色").selectOption("dark");
  await shown("dark");
  await page.reload();
  await shown("dark");
  await page.getByLabel("画面の配色").selectOption("system");
  await shown("light");
});

test("the auditor's days are of Japan, read back with 和暦", async () => {
  const { page } = persons.auditor;
  await persons.auditor.setLanguageAt("ja", "light");
  await page.goto("/desk/auditor?from=2019-04-30&to=2019-05-02");
  const from = page.getByLabel(/この日から/);
  assert.equal(await from.inputValue(), "2019-04-30");
  const read = (field) => field.evaluate((element) => document.getElementById(element.getAttribute("aria-describedby")).textContent);
  assert.match(await read(from), /平成31年/);
  const to = page.getByLabel(/この日の前まで/);
  assert.match(await read(to), /令和元年/);
  assert.match(await page.locator(".auditor-day label").first().innerText(), /JST/);
  await to.fill("");
  await page.waitForURL((address) => !address.searchParams.get("to"));
  assert.equal(await read(to), "");
});
