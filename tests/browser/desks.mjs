// The desks of the operator and the auditor: what did not arrive is sent again; a record that was tampered with is found out here.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createServer } from "node:https";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Daemon, Person, reportOf, startBrowser } from "./harness.mjs";

let daemon, browser, meti;

before(async () => {
  // What does not arrive is given up at once, so that there is something to send again.
  daemon = await Daemon.start('[delivery]\nbackoff = ["PT1S"]\ngive_up = "PT1S"\n');
  browser = await startBrowser(daemon);
  meti = await daemon.token("meti", "csirt_head");
});
after(async () => {
  await browser?.close();
  await daemon?.end();
});

const arrive = async (org, role, options) => (await Person.arrive(browser, daemon, options)).setUp(await daemon.account(org, role, `${role.replace("_", "-")}-1`, "--name", "当直"));

// A receiver of its own that answers as it is told.
async function receiver() {
  const [key, certificate] = ["hook.key", "hook.pem"].map((name) => join(daemon.folder, name));
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=hook", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate], { stdio: "ignore" });
  const it = { answer: 400, seen: [], certificate: readFileSync(certificate, "utf8") };
  it.server = createServer({ key: readFileSync(key), cert: it.certificate }, (request, response) => {
    request.resume().on("end", () => {
      it.seen.push(request.headers["webhook-id"]);
      response.writeHead(it.answer).end();
    });
  });
  await new Promise((resolve) => it.server.listen(0, "127.0.0.1", resolve));
  it.url = `https://127.0.0.1:${it.server.address().port}/hook`;
  return it;
}

async function until(what, condition) {
  for (const end = Date.now() + 30_000; ; ) {
    const found = await condition();
    if (found) return found;
    assert.ok(Date.now() < end, `not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test("the operator sees health and queues, and nothing of a report", async () => {
  await daemon.call(meti, "POST", "/api/v1/reports", reportOf("2026-01", { title: "決して運用者に見えない件名" }));
  const person = await arrive("nco", "operator");
  await person.page.waitForURL("**/desk/operator");
  await person.page.getByText("報告を受け付けています").waitFor();
  assert.ok((await person.page.locator(".operator-checks li").count()) >= 10);
  for (const [tab, ready] of [["待ち行列", ".operator-queues li"], ["宛先", ".dads-empty"], ["届かなかった連絡", ".dads-empty"], ["版と鍵", "tbody tr"]]) {
    await person.page.getByRole("tab", { name: tab }).click();
    await person.page.locator(ready).first().waitFor();
    assert.doesNotMatch(await person.page.locator("main").innerText(), /決して/);
  }
  assert.equal((await daemon.request("GET", "/api/v1/incidents", { Cookie: (await person.context.cookies()).map((cookie) => `${cookie.name}=${cookie.value}`).join("; ") })).status, 403);
  person.check();
  await person.leave();
});

test("what did not arrive is sent again: one, and all of a receiver", async () => {
  const hook = await receiver();
  const asker = await daemon.token("mhlw", "csirt_head");
  const decider = await daemon.token("mhlw", "ciso");
  const asked = await daemon.call(asker, "POST", "/api/v1/endpoints", { channel: "webhook", name: "当直室の表示器", zone: "closed", settings: { url: hook.url, addresses: "127.0.0.0/8", ca: hook.certificate } });
  await daemon.call(decider, "POST", `/api/v1/endpoints/${asked.id}/decision`, { decision: "approved", reason: "確認した" });
  const jps = await daemon.token("jps", "csirt_head");
  for (const number of [1, 2, 3]) await daemon.call(jps, "POST", "/api/v1/reports", reportOf(`dead-${number}`));
  await until("three dead letters", async () => (await daemon.call(asker, "GET", "/api/v1/deliveries?state=dead")).items.length >= 3);

  const person = await arrive("mhlw", "operator");
  const { page } = person;
  await page.goto("/desk/operator?tab=dead");
  const boxes = page.locator(".operator-box");
  await boxes.nth(2).waitFor();
  const all = await boxes.count();
  await boxes.first().check();
  await page.getByRole("button", { name: "1件を送り直す" }).click();
  await page.getByText("理由を書いてください").waitFor();

  hook.answer = 204;
  const before = hook.seen.length;
  await page.locator("#replay-reason").fill("受信側が復旧した");
  await page.getByRole("button", { name: "1件を送り直す" }).click();
  await page.locator(".operator-done").waitFor();
  assert.match(await page.locator("main").innerText(), /1件を送り直しました/);
  await until("the receiver has it", () => hook.seen.length === before + 1);
  assert.ok(hook.seen.slice(0, before).includes(hook.seen.at(-1)), "it keeps its identity");
  await page.waitForFunction((left) => document.querySelectorAll(".operator-box").length === left, all - 1);

  await page.getByRole("button", { name: /^当直室の表示器 宛て/ }).click();
  await page.getByRole("button", { name: `${all - 1}件を送り直す` }).click();
  await page.getByText(`${all - 1}件を送り直しました`).waitFor();
  await page.getByText("届かなかった連絡はありません").waitFor();
  await until("the receiver has all", () => hook.seen.length === before + all);
  hook.server.close();
  person.check();
  await person.leave();
});

test("the auditor verifies in the browser: proof, signature, and that the record goes on; what was altered is found", async () => {
  const person = await arrive("nco", "auditor");
  const { page } = person;
  await page.waitForURL("**/desk/auditor");
  const verify = page.getByRole("button", { name: /件を検証する$/ });
  await page.getByText("署名 正しい").waitFor();
  await page.getByText("前回の記録なし").waitFor();
  await page.locator("tbody tr").first().waitFor();
  await verify.click();
  await page.getByText(/件のうち\d+件が、署名された記録に改ざんなく含まれています/).waitFor();
  const rows = await page.locator("tbody tr").count();
  assert.equal(await page.getByText("記録の中 正しい").count(), rows);
  await page.screenshot({ path: join(process.env.BROWSER_TEST_PICTURES ?? daemon.folder, "auditor-verified.png"), fullPage: true });

  // The record grows; the browser holds it to what it saw.
  const size = (await daemon.call(meti, "GET", "/api/v1/record/checkpoint")).size;
  await daemon.call(meti, "POST", "/api/v1/reports", reportOf("2026-09"));
  await until("a newer checkpoint", async () => (await daemon.call(meti, "GET", "/api/v1/record/checkpoint")).size > size);
  await page.reload();
  await page.getByText("前回からの連続 正しい").waitFor();

  // Answers that were altered on their way, as a daemon that lies would give them.
  await page.addInitScript(() => {
    const asked = window.fetch;
    const other = (byte) => btoa(String.fromCharCode(...new Uint8Array(32).fill(byte)));
    window.fetch = async (address, ...rest) => {
      const answer = await asked(address, ...rest);
      const altered = sessionStorage.getItem("altered");
      if (!altered || !String(address).includes(altered)) return answer;
      const said = await answer.json();
      if (said.proof?.length) said.proof[0] = other(7);
      else if (said.note) Object.assign(said, { note: said.note.replace(said.root, other(9)), root: other(9) });
      return new Response(JSON.stringify(said), { status: answer.status, headers: answer.headers });
    };
  });
  const altering = async (what) => {
    await page.evaluate((chosen) => sessionStorage.setItem("altered", chosen), what);
    await page.reload();
  };
  await altering("/record/proofs/");
  await page.locator("tbody tr").first().waitFor();
  await verify.click();
  await page.getByText(/件が検証に失敗しました/).waitFor();
  // Neither signed nor the continuation of what was.
  await altering("/record/checkpoint");
  await page.getByText("署名 誤り").waitFor();
  await page.getByText("前回からの連続 誤り").waitFor();
  await altering("");
  await page.getByText("前回からの連続 正しい").waitFor();

  // A browser that cannot verify the signature says so.
  await page.addInitScript(() => {
    const known = crypto.subtle.importKey.bind(crypto.subtle);
    crypto.subtle.importKey = (form, key, algorithm, ...rest) => (algorithm?.name === "Ed25519" ? Promise.reject(new DOMException("", "NotSupportedError")) : known(form, key, algorithm, ...rest));
  });
  await page.reload();
  await page.getByText("署名 未検証").waitFor();
  await page.getByText("このブラウザーは Ed25519 の署名を検証できません").waitFor();

  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
  const text = readFileSync(await file.path(), "utf8");
  assert.ok(text.startsWith("\ufeff") && text.split("\r\n").length > rows, text.slice(0, 200));
  person.check();
  await person.leave();
});
