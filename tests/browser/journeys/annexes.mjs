// Content of confidentiality 3, from its permission to the desk that opens it: sealed and opened in browsers, and by the command line,
// each what the other sealed.
import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { reportOf } from "../harness.mjs";
import { nameOf, t } from "../words.mjs";
import { call, desk, picture, tokenOf, world } from "../world.mjs";

const content = "%PDF-1.7 侵入経路の調査記録。この行は宛先の外では読めない。\n".repeat(2000);
const at = (name) => join(world.daemon.folder, name);
// Who decides is another than who asked, by name too.
const names = { ciso: "最高責任者", section_officer: "課室の責任者" };
const kahaku = (role) => desk("kahaku", role, { name: names[role] });
const mext = (role) => desk("mext", role, { name: names[role] });
let incident, annex;

const saved = async (page, press) => {
  const [download] = await Promise.all([page.waitForEvent("download"), press()]);
  const file = at(`${Date.now()}-${download.suggestedFilename()}`);
  await download.saveAs(file);
  return file;
};
async function decide(card) {
  await card.getByText(t("approvals.approve"), { exact: true }).click();
  await card.getByLabel(t("duty.reason")).fill("確認した");
  await card.getByRole("button", { name: t("approvals.press") }).click();
}
const cli = async (org, role, ...words) => {
  const token = at(`token-${org}-${role}`);
  writeFileSync(token, await tokenOf(org, role));
  chmodSync(token, 0o600);
  return world.daemon.cli(...words, "--url", world.daemon.origin, "--ca", join(world.daemon.data, "tls/ca.pem"), "--token-file", token);
};
async function permitted(incident, name) {
  const { id } = await call("kahaku", "csirt_member", "POST", `/api/v1/incidents/${incident}/annexes`, { name });
  await call("kahaku", "section_officer", "POST", `/api/v1/annexes/${id}/permission`, { decision: "approved", reason: "必要な範囲である" });
  return id;
}
// The file of a private key, as the page gave it to the ministry's head.
let key;

test("6 a body's key is made in the browser, and used once another person has approved it", async () => {
  const head = await mext("csirt_head");
  await head.page.goto("/desk/annexes");
  await head.page.getByText(t("sealing_key.none"), { exact: true }).waitFor();
  await head.page.getByLabel(t("sealing_key.name")).fill("当直の鍵");
  key = await saved(head.page, () => head.page.getByRole("button", { name: t("sealing_key.press") }).click());
  await head.page.getByText(t("sealing_key.made")).waitFor();
  const { kid, d } = JSON.parse(readFileSync(key, "utf8"));
  assert.ok(kid && d);
  const own = head.page.locator(".dads-cards li", { hasText: "当直の鍵" });
  await own.getByText(kid).waitFor();
  await picture(head, "annex-key");
  // Who asked is told that he cannot decide; another can, on the page where decisions wait.
  const ciso = await mext("ciso");
  await ciso.page.goto("/desk/duties");
  const card = ciso.page.locator(".dads-cards li", { hasText: t("approval.sealing_key") });
  await card.getByText(kid).waitFor();
  await decide(card);
  await card.waitFor({ state: "detached" });
  await own.getByText(t("sealing_key_state.active"), { exact: true }).waitFor();
  for (const person of [head, ciso]) person.check();
});

test("6 an annex is asked for, permitted by a section officer, sealed and sent", async () => {
  ({ incident } = await call("kahaku", "csirt_member", "POST", "/api/v1/reports", reportOf("annexed", { title: "侵入の調査" })));
  const member = await kahaku("csirt_member");
  const { page } = member;
  await page.goto(`/desk/incidents/${incident.id}?tab=annexes`);
  await page.getByText(t("annex.none")).waitFor();
  await page.getByRole("button", { name: t("annex.ask"), exact: true }).click();
  await page.getByText(t("annex.need_name")).waitFor();
  await page.getByLabel(t("annex.name")).fill("侵入経路の調査記録");
  await page.getByRole("button", { name: t("annex.ask"), exact: true }).click();
  const card = page.locator(".dads-cards li", { hasText: "侵入経路の調査記録" });
  await card.getByText(t("annex.waits")).waitFor();
  annex = await card.getAttribute("data-annex");

  const officer = await kahaku("section_officer");
  await officer.page.goto("/desk/duties");
  const asked = officer.page.locator(".dads-cards li", { hasText: t("approval.annex") });
  await asked.getByText(nameOf("mext")).waitFor();
  await asked.getByRole("button", { name: t("approvals.press") }).click();
  await asked.getByText(t("duty.reason_needed")).waitFor();
  await picture(officer, "annex-permission");
  await decide(asked);
  await asked.waitFor({ state: "detached" });

  // The page of who asked hears of it by itself.
  await card.getByText(JSON.parse(readFileSync(key, "utf8")).kid).waitFor();
  await card.getByRole("button", { name: t("annex.send"), exact: true }).click();
  await card.getByText(t("annex.need_file")).waitFor();
  writeFileSync(at("report.pdf"), content);
  await card.getByLabel(t("annex.file")).setInputFiles(at("report.pdf"));
  await picture(member, "annex-send");
  await card.getByRole("button", { name: t("annex.send"), exact: true }).click();
  await card.locator(".dads-tag", { hasText: t("annex_state.sealed") }).waitFor();
  for (const person of [member, officer]) person.check();
});

test("6 the ministry opens it with its own key and with no other; so does the command line", async () => {
  const member = await mext("csirt_member");
  const { page } = member;
  await page.goto(`/desk/incidents/${incident.id}?tab=annexes`);
  const card = page.locator(`[data-annex="${annex}"]`);
  const choose = card.getByLabel(t("annex.key"));
  const press = () => card.getByRole("button", { name: t("annex.open") }).click();
  await choose.setInputFiles(at("report.pdf"));
  await press();
  await card.getByText(t("sealing_fault.bad_key")).waitFor();
  const stranger = at("stranger.jwk");
  await world.daemon.cli("sealing", "make-key", stranger);
  await choose.setInputFiles(stranger);
  await press();
  await card.getByText(t("sealing_fault.not_a_recipient")).waitFor();
  await choose.setInputFiles(key);
  const opened = await saved(page, press);
  assert.equal(readFileSync(opened, "utf8"), content);
  assert.match(opened, /\.pdf$/);
  await card.getByText(t("annex.opened")).waitFor();
  await picture(member, "annex-open");

  const out = at("opened.pdf");
  await cli("mext", "csirt_member", "annex", "open", annex, "--key", key, "--out", out);
  assert.equal(readFileSync(out, "utf8"), content);

  // As a daemon that lies: a byte of the content, what it belongs to, and the annex of another incident, sealed to the same key.
  const other = await permitted((await call("kahaku", "csirt_member", "POST", "/api/v1/reports", reportOf("annexed-too"))).incident.id, "別の事案の記録");
  await cli("kahaku", "csirt_member", "annex", "send", other, at("report.pdf"));
  const lie = (how) =>
    page.evaluate(([place, elsewhere, how]) => {
      const asked = (window.askedOnce ??= window.fetch);
      window.fetch = async (address, ...rest) => {
        if (!String(address).endsWith(place)) return asked(address, ...rest);
        const json = await (await asked(how === "another" ? elsewhere : address, ...rest)).json();
        if (how === "altered") json.ciphertext = (json.ciphertext[0] === "A" ? "B" : "A") + json.ciphertext.slice(1);
        if (how === "moved") json.aad = btoa("kahaku\nanother\nkey\n").replaceAll("=", "");
        return new Response(JSON.stringify(json), { status: 200 });
      };
    }, [`/annexes/${annex}/content`, `/api/v1/annexes/${other}/content`, how]);
  for (const [how, fault] of [["altered", "altered"], ["another", "other_incident"], ["moved", "altered"]]) {
    await lie(how);
    await press();
    await card.getByText(t(`sealing_fault.${fault}`)).waitFor();
  }
  member.check();
});

test("6 what the command line sealed opens in the browser, and a key that comes later is added to it", async () => {
  const second = await permitted(incident.id, "二つ目の記録");
  await cli("kahaku", "csirt_member", "annex", "send", second, at("report.pdf"));
  const later = at("later.jwk");
  const publicKey = await world.daemon.cli("sealing", "make-key", later);
  const proposed = await call("mext", "csirt_head", "POST", "/api/v1/sealing-keys", { name: "二つ目の鍵", public_key: publicKey });
  await call("mext", "section_officer", "POST", `/api/v1/sealing-keys/${proposed.id}/decision`, { decision: "approved", reason: "確認" });

  const member = await mext("csirt_member");
  const { page } = member;
  await page.goto("/desk/annexes");
  const card = page.locator(`[data-annex="${second}"]`);
  await card.getByText(t("annex.add"), { exact: true }).click();
  const form = card.locator("form", { has: page.getByRole("button", { name: t("annex.add_press"), exact: true }) });
  await form.getByText(JSON.parse(publicKey).kid).waitFor();
  await form.getByLabel(t("annex.key")).setInputFiles(key);
  await form.getByRole("button", { name: t("annex.add_press"), exact: true }).click();
  await card.getByText(t("sealing_fault.already")).waitFor();
  await card.getByText(t("annex.open_here"), { exact: true }).click();
  await card.getByLabel(t("annex.key")).setInputFiles(later);
  const opened = await saved(page, () => card.getByRole("button", { name: t("annex.open") }).click());
  assert.equal(readFileSync(opened, "utf8"), content);
  await picture(member, "annexes");
  member.check();
});
