// Every page in both languages, both colour modes, wide and on a phone: axe finds nothing, nothing is wider than the screen,
// nothing leaves the origin. A picture of each is kept.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Daemon, Person, pictures, reportOf, startBrowser } from "./harness.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let daemon, browser;
const persons = {};
let incident, message, link;

before(async () => {
  daemon = await Daemon.start();
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
  const arrive = async (name, org, role) => (persons[name] = await (await Person.arrive(browser, daemon)).setUp(await daemon.account(org, role, `${name}-1`, "--name", "情報受付当直")));
  await arrive("jps", "jps", "csirt_member");
  await arrive("mhlw", "mhlw", "csirt_member");
  await arrive("liaison", "nco", "center_liaison");
  await arrive("operator", "nco", "operator");
  await arrive("auditor", "nco", "auditor");
  await arrive("ciso", "mhlw", "ciso");
  link = await daemon.account("cao", "csirt_member", "new-1");
  persons.nobody = await Person.arrive(browser, daemon);
});
after(async () => {
  await browser?.close();
  await daemon?.end();
});

// name, who, address, and what must be there before it is looked at.
const table = () => [
  ["sign-in", "nobody", "/sign-in", "form"],
  ["set-up", "nobody", link, ".dads-qr"],
  ["duties", "jps", "/desk/duties", ".dads-duties li"],
  ["report", "jps", "/desk/report", "#field-title"],
  ["follow-up", "jps", `/desk/report/${incident}`, "#field-title"],
  ["incidents", "jps", "/desk/incidents", "tbody tr"],
  ["incident", "jps", `/desk/incidents/${incident}`, ".dads-timeline li"],
  ["incident-duties", "jps", `/desk/incidents/${incident}?tab=duties`, ".dads-duties li"],
  ["incident-report", "mhlw", `/desk/incidents/${incident}?tab=report`, ".dads-compared tbody tr"],
  ["incident-messages", "mhlw", `/desk/incidents/${incident}?tab=messages`, "tbody tr"],
  ["incident-people", "jps", `/desk/incidents/${incident}?tab=people`, ".dads-tabs__panel .dads-empty"],
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
