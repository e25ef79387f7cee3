// Section 7: an auditor takes nobody's word for the record.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { reportOf } from "../harness.mjs";
import { pattern, t } from "../words.mjs";
import { arrive, call, picture, until } from "../world.mjs";

test("7 the auditor verifies in the browser: proof, signature, and that the record goes on; what was altered is found; and takes it along", async () => {
  await call("meti", "csirt_head", "POST", "/api/v1/reports", reportOf("audited"));
  const person = await arrive("nco", "auditor", "auditor");
  const { page } = person;
  const verify = page.getByRole("button", { name: pattern("auditor.verify") });
  const judged = (what, verdict) => page.getByText(`${t(`auditor.${what}`)} ${t(`auditor.verdict.${verdict}`)}`, { exact: true });
  await judged("signature", "holds").waitFor();
  await page.getByText(t("auditor.first_visit")).waitFor();
  await page.locator("tbody tr").first().waitFor();
  await verify.click();
  await page.locator(".auditor-result[data-tone]").waitFor({ timeout: 120_000 }); // fifty proofs take a busy machine a while
  assert.match(await page.locator(".auditor-result").innerText(), pattern("auditor.whole"));
  const rows = await page.locator("tbody tr").count();
  assert.equal(await judged("inclusion", "holds").count(), rows);
  await picture(person, "auditor-verified");

  // The record grows; the browser holds it to what it saw.
  const checkpoint = () => call("meti", "csirt_head", "GET", "/api/v1/record/checkpoint");
  const { size } = await checkpoint();
  await call("meti", "csirt_head", "POST", "/api/v1/reports", reportOf("grows"));
  await until("a newer checkpoint", async () => (await checkpoint()).size > size);
  await page.reload();
  await judged("history", "holds").waitFor();

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
  await page.getByText(pattern("auditor.broken")).waitFor({ timeout: 120_000 });
  // Neither signed nor the continuation of what was.
  await altering("/record/checkpoint");
  await judged("signature", "fails").first().waitFor();
  await judged("history", "fails").waitFor();
  await page.getByText(t("auditor.rewritten")).waitFor();
  await picture(person, "auditor-rewritten");
  await altering("");
  await judged("history", "holds").waitFor();

  // A browser that cannot verify the signature says so.
  await page.addInitScript(() => {
    const known = crypto.subtle.importKey.bind(crypto.subtle);
    crypto.subtle.importKey = (form, key, algorithm, ...rest) => (algorithm?.name === "Ed25519" ? Promise.reject(new DOMException("", "NotSupportedError")) : known(form, key, algorithm, ...rest));
  });
  await page.reload();
  await judged("signature", "impossible").waitFor();
  await page.getByText(t("auditor.no_ed25519")).waitFor();

  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
  const text = readFileSync(await file.path(), "utf8");
  assert.ok(text.startsWith("\ufeff") && text.split("\r\n").length > rows, text.slice(0, 200));
  const [lines] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "JSON Lines" }).click()]);
  const events = readFileSync(await lines.path(), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(events.length >= rows && events.every((event) => /^[0-9a-f]{64}$/.test(event.leaf_sha256)), JSON.stringify(events[0]));
  // What is filtered is what is taken along; the address keeps it.
  await page.getByRole("combobox", { name: t("auditor.filter_body") }).selectOption("meti");
  await page.waitForURL("**/desk/auditor?organization=meti");
  const [few] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "JSON Lines" }).click()]);
  const found = readFileSync(await few.path(), "utf8").trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
  assert.ok(found.length > 0 && found.length < events.length, `${found.length} of ${events.length}`);
  person.check();
  await person.leave();
});
