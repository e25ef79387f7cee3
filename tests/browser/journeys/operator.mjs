// Section 6: who keeps the daemon running sees whether it is well, sends again what did not arrive, and nothing of a report.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createServer } from "node:https";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { reportOf } from "../harness.mjs";
import { pattern, t } from "../words.mjs";
import { arrive, call, picture, until, world } from "../world.mjs";

// A receiver of its own that answers as it is told.
async function receiver() {
  const [key, certificate] = ["hook.key", "hook.pem"].map((name) => join(world.daemon.folder, name));
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=hook", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate], { stdio: "ignore" });
  const it = { answer: 400, seen: [], certificate: readFileSync(certificate, "utf8") };
  it.server = createServer({ key: readFileSync(key), cert: it.certificate }, (request, response) => {
    request.resume().on("end", () => {
      it.seen.push(request.headers["webhook-id"]);
      response.writeHead(it.answer).end();
    });
  });
  await new Promise((resolve) => it.server.listen(0, "127.0.0.1", resolve));
  it.server.unref(); // it keeps no failed test from ending
  it.url = `https://127.0.0.1:${it.server.address().port}/hook`;
  return it;
}

test("6 the operator sees health, queues, receivers, editions and keys, and how to have all of it looked at; nothing of a report", async () => {
  await call("meti", "csirt_head", "POST", "/api/v1/reports", reportOf("unseen", { title: "決して運用者に見えない件名" }));
  const person = await arrive("nco", "operator", "operator");
  const { page } = person;
  await page.getByText(t("operator.ready")).waitFor();
  assert.ok((await page.locator(".operator-checks li").count()) >= 10);
  for (const name of ["database", "sequencer", "delivery", "clocks", "record", "certificate", "disk"]) await page.locator(".operator-checks h2", { hasText: t(`operator.check.${name}`) }).first().waitFor();
  await page.getByRole("heading", { name: t("operator.doctor") }).waitFor();
  // What it tells to run does run.
  assert.match(await page.locator(".operator-health pre").innerText(), /^noroshi --data DIR doctor$/);
  const found = JSON.parse(await world.daemon.cli("doctor", "--json").catch((error) => error.stdout)).items;
  for (const check of ["law", "programs", "folder"]) assert.equal(found.find((one) => one.check === check)?.outcome, "good", JSON.stringify(found));
  await picture(person, "operator-health");
  for (const [tab, ready] of [["queues", ".operator-queues li"], ["receivers", ".dads-empty"], ["dead", ".dads-empty"], ["law", "tbody tr"]]) {
    await page.getByRole("tab", { name: t(`operator.${tab}`) }).click();
    await page.locator(ready).first().waitFor();
    assert.doesNotMatch(await page.locator("main").innerText(), /決して/);
    await picture(person, `operator-${tab}`);
  }
  for (const edition of ["h28", "h30"]) await page.getByRole("rowheader", { name: edition, exact: true }).waitFor();
  await page.locator("tbody tr", { hasText: t("operator.purposes.record") }).first().waitFor();
  // The address keeps the tab.
  assert.equal(new URL(page.url()).searchParams.get("tab"), "law");
  assert.equal((await world.daemon.request("GET", "/api/v1/incidents", { Cookie: (await person.context.cookies()).map((cookie) => `${cookie.name}=${cookie.value}`).join("; ") })).status, 403);
  person.check();
  await person.leave();
});

test("6 what did not arrive is sent again: one, and all of a receiver, never without a reason", async () => {
  const hook = await receiver();
  const asked = await call("mhlw", "csirt_head", "POST", "/api/v1/endpoints", { channel: "webhook", name: "当直室の表示器", zone: "closed", settings: { url: hook.url, addresses: "127.0.0.0/8", ca: hook.certificate } });
  await call("mhlw", "ciso", "POST", `/api/v1/endpoints/${asked.id}/decision`, { decision: "approved", reason: "確認した" });
  for (const number of [1, 2, 3]) await call("jps", "csirt_head", "POST", "/api/v1/reports", reportOf(`dead-${number}`));
  await until("three dead letters", async () => (await call("mhlw", "csirt_head", "GET", "/api/v1/deliveries?state=dead")).items.length >= 3);

  const person = await arrive("mhlw", "operator", "operator");
  const { page } = person;
  await page.goto("/desk/operator?tab=receivers");
  await page.locator("tbody tr", { hasText: "当直室の表示器" }).getByText(pattern("operator.failures")).waitFor();
  await picture(person, "operator-receiver-fails");
  await page.getByRole("tab", { name: t("operator.dead") }).click();
  const boxes = page.locator(".operator-box");
  await boxes.nth(2).waitFor();
  const all = await boxes.count();
  await boxes.first().check();
  await page.getByRole("button", { name: t("operator.replay", { number: 1 }) }).click();
  await page.getByText(t("operator.need_reason")).waitFor();
  await picture(person, "operator-dead-letters");

  hook.answer = 204;
  const before = hook.seen.length;
  await page.locator("#replay-reason").fill("受信側が復旧した");
  await page.getByRole("button", { name: t("operator.replay", { number: 1 }) }).click();
  await page.locator(".operator-done").getByText(t("operator.replayed", { sent: 1 })).waitFor();
  await until("the receiver has it", () => hook.seen.length === before + 1);
  assert.ok(hook.seen.slice(0, before).includes(hook.seen.at(-1)), "it keeps its identity");
  await page.waitForFunction((left) => document.querySelectorAll(".operator-box").length === left, all - 1);

  await page.getByRole("button", { name: pattern("operator.mark_receiver", { name: "当直室の表示器" }) }).click();
  await page.getByRole("button", { name: t("operator.replay", { number: all - 1 }) }).click();
  await page.getByText(t("operator.replayed", { sent: all - 1 })).waitFor();
  await page.getByText(t("operator.no_dead"), { exact: true }).waitFor();
  await until("the receiver has all", () => hook.seen.length === before + all);
  await page.getByRole("tab", { name: t("operator.receivers") }).click();
  await page.locator("tbody tr", { hasText: "当直室の表示器" }).getByText(pattern("operator.last_success")).waitFor();
  hook.server.close();
  person.check();
  await person.leave();
});
