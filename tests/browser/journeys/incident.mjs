// Section 5: one incident, told from its first report to paper.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { pictures, reportOf } from "../harness.mjs";
import { language, nameOf, pattern, t } from "../words.mjs";
import { call, desk, minutesAgo, picture, world } from "../world.mjs";

const run = promisify(execFile);
const textOfPdf = async (file) => (await run("pdftotext", ["-layout", file, "-"])).stdout;
let told = null;

// Late where it was told, relayed, acknowledged, told again: made once.
async function story() {
  if (told) return told;
  const { incident } = await call("jps", "csirt_member", "POST", "/api/v1/reports", reportOf("story", { title: "経過を読む事案", times: { recognized: { value: minutesAgo(26 * 60) } } }));
  const relay = (await call("mhlw", "csirt_member", "GET", `/api/v1/obligations?incident=${incident.id}&holder=mhlw`)).items.find((duty) => duty.rule === "g.3");
  const message = (await call("mhlw", "csirt_member", "GET", "/api/v1/inbox")).items.find((one) => one.incident_id === incident.id && one.kind === "report");
  await call("mhlw", "csirt_member", "POST", `/api/v1/inbox/${message.id}/acknowledgement`, { by: "受領の当直" });
  await call("mhlw", "csirt_member", "POST", `/api/v1/obligations/${relay.id}/fulfillments`, { method: "relay", note: "詳細は確認中です" });
  await call("jps", "csirt_member", "POST", "/api/v1/reports", { reference: "story", stage: "followup", summary: "端末は2台だった。" });
  return (told = await call("mhlw", "csirt_member", "GET", `/api/v1/incidents/${incident.id}`));
}

test("5 the story: events with clause, body and time, who met what and how, and what was owed until when", async () => {
  const incident = await story();
  const mhlw = await desk("mhlw", "csirt_member");
  const { page } = mhlw;
  await page.goto(`/desk/incidents/${incident.id}`);
  const line = page.locator(".dads-timeline:visible");
  await line.locator(".dads-timeline__day").first().waitFor();
  await line.getByText(t("version.of_stage", { stage: t("stage.followup"), number: 2 })).waitFor();
  await line.getByText("受領の当直").waitFor();
  const relayed = line.locator(".dads-timeline__item", { hasText: "詳細は確認中です" });
  assert.match(await relayed.innerText(), /\d\d:\d\d/);
  assert.ok((await relayed.innerText()).includes(`2.2.4(2)(g)${t("duty.sentence", { number: 3 })}`));
  assert.ok((await relayed.innerText()).includes(nameOf("mhlw")));
  // The target of telling the police was over before anybody told of it.
  const passed = line.locator(".dads-timeline__item[data-tone=bad]").first();
  await passed.getByText(t("timeline.target_passed")).waitFor();
  await line.getByText(pattern("timeline.opened")).first().click();
  await line.getByText(pattern("timeline.until")).first().waitFor();
  await picture(mhlw, "timeline");
  mhlw.check();
});

test("5 duties with clocks, messages by receiver with their receipts", async () => {
  const incident = await story();
  const mhlw = await desk("mhlw", "csirt_member");
  const { page } = mhlw;
  await page.goto(`/desk/incidents/${incident.id}?tab=duties`);
  await page.locator(".dads-duties time.dads-countdown[data-urgency=bad]").first().waitFor();
  await page.getByRole("tab", { name: t("incident.messages") }).click();
  const rows = page.locator(".dads-tabs__panel tbody tr");
  const first = rows.filter({ hasText: nameOf("jps") }).filter({ hasText: "受領の当直" });
  await first.getByText(pattern("inbox.acknowledged")).waitFor();
  await rows.filter({ has: page.getByRole("rowheader", { name: nameOf("nco") }) }).filter({ hasText: t("message.relay") }).first().waitFor();
  await picture(mhlw, "messages");
  mhlw.check();
});

test("5 its proof is computed in the browser, and an altered answer does not pass", async () => {
  const incident = await story();
  const jps = await desk("jps", "csirt_member");
  const { page } = jps;
  await page.goto(`/desk/incidents/${incident.id}?tab=proof`);
  const press = page.getByRole("button", { name: t("proof.press") });
  // Sealed a moment after it was told.
  const holds = page.getByText(pattern("proof.holds"));
  await press.click();
  await holds.nth(1).waitFor();
  assert.equal(await holds.count(), 2, "both versions");
  await picture(jps, "proof");
  // As a daemon that lies would answer.
  await page.evaluate(() => {
    const asked = window.fetch;
    window.fetch = async (address, ...rest) => {
      const answer = await asked(address, ...rest);
      if (!String(address).includes("/record/proofs/")) return answer;
      const said = await answer.json();
      said.proof[0] = btoa(String.fromCharCode(...new Uint8Array(32).fill(7)));
      return new Response(JSON.stringify(said), { status: answer.status, headers: answer.headers });
    };
  });
  await press.click();
  await page.getByText(pattern("proof.fails")).first().waitFor();
  await picture(jps, "proof-fails");
  jps.check();
});

test("5 on paper: the daemon's PDF and the browser's print, with label and hash", async () => {
  const incident = await story();
  const jps = await desk("jps", "csirt_member");
  const { page } = jps;
  await page.goto(`/desk/incidents/${incident.id}`);
  const link = page.getByRole("link", { name: t("incident.pdf"), exact: true });
  await link.waitFor();
  const sha256 = incident.reports.find((report) => report.version === 2).sha256;
  const label = t("label.confidentiality", { grade: 2 });
  const pdf = join(pictures, `journey-incident-${language}.pdf`);
  const [opened] = await Promise.all([page.context().waitForEvent("page"), link.click()]);
  const address = await link.getAttribute("href");
  await opened.waitForURL((shown) => shown.href.endsWith(address));
  await opened.close();
  // The browser shows it in a viewer of its own: its bytes, as that one got them.
  const bytes = await page.evaluate(async (from) => {
    const answer = await fetch(from);
    return { type: answer.headers.get("Content-Type"), all: [...new Uint8Array(await answer.arrayBuffer())] };
  }, address);
  assert.equal(bytes.type, "application/pdf");
  await writeFile(pdf, Buffer.from(bytes.all));
  assert.match((await readFile(pdf)).subarray(0, 5).toString(), /^%PDF-/);
  const words = (await textOfPdf(pdf)).replace(/\s/g, "");
  assert.ok(words.includes(incident.number.replace(/\s/g, "")), "number");
  assert.ok(words.includes(sha256), "hash");
  assert.ok(words.toLowerCase().includes(label.replace(/\s/g, "").toLowerCase()), "label");
  await run("pdftoppm", ["-png", "-r", "60", "-f", "1", "-l", "1", "-singlefile", pdf, pdf.replace(/\.pdf$/, "-pdf")]);

  const printed = pdf.replace(/\.pdf$/, "-print.pdf");
  await writeFile(printed, await page.pdf({ format: "A4" }));
  const paper = (await textOfPdf(printed)).replace(/\s/g, "");
  assert.ok(paper.includes(sha256), "hash on what the browser prints");
  assert.ok(paper.toLowerCase().includes(label.replace(/\s/g, "").toLowerCase()), "label on what the browser prints");
  assert.ok(paper.includes("経過を読む事案"));
  assert.ok(!paper.includes(t("incident.print").replace(/\s/g, "") + t("incident.pdf")), "no buttons");
  await run("pdftoppm", ["-png", "-r", "60", "-f", "1", "-l", "1", "-singlefile", printed, printed.replace(/\.pdf$/, "")]);
  jps.check();
});

test("5 people of another body's side see what concerns them alone", async () => {
  const incident = await story();
  const meti = await desk("meti", "csirt_member");
  await meti.page.goto(`/desk/incidents/${incident.id}`);
  await meti.page.getByRole("alert").waitFor();
  assert.ok(!(await meti.page.locator("main").innerText()).includes("経過を読む事案"));
  assert.equal((await world.daemon.request("GET", `/api/v1/incidents/${incident.id}`, { Cookie: (await meti.context.cookies()).map((cookie) => `${cookie.name}=${cookie.value}`).join("; ") })).status, 404);
});
