// Journeys of people through the screens, each against the daemon as it is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Daemon, passphrase, Person, reportOf, startBrowser, totp } from "./harness.mjs";

let daemon, browser, jps, mhlw;
const persons = [];

before(async () => {
  daemon = await Daemon.start();
  browser = await startBrowser(daemon);
  jps = await arrive("jps", "csirt_member", "duty-1");
  mhlw = await arrive("mhlw", "csirt_member", "duty-1");
});
after(async () => {
  await browser?.close();
  await daemon?.end();
});

async function arrive(org, role, login, options) {
  const person = await Person.arrive(browser, daemon, options);
  persons.push(person);
  return person.setUp(await daemon.account(org, role, login, "--name", "情報受付当直"));
}

test("a set-up link is good once; a signed-in person signs out and in again with passphrase and code", async () => {
  const link = await daemon.account("jps", "csirt_head", "head-1", "--name", "CSIRT責任者");
  const head = await Person.arrive(browser, daemon);
  await head.setUp(link);
  await head.page.goto(link);
  await head.page.getByRole("heading", { name: "このリンクは使えません" }).waitFor();

  await head.page.goto("/desk/account");
  await head.page.getByRole("button", { name: "サインアウト", exact: true }).click();
  await head.page.getByText("サインアウトしました").waitFor();
  await head.page.goto("/desk/duties");
  await head.page.waitForURL("**/sign-in?to=*");

  const signIn = async (words, code) => {
    await head.page.locator("input[name=login]").fill("jps/head-1");
    await head.page.locator("input[name=passphrase]").fill(words);
    await head.page.locator("input[name=code]").fill(code);
    await head.page.locator("form button[type=submit]").click();
  };
  await signIn("not what it was at all", totp(head.secret));
  await head.page.getByRole("alert").waitFor();
  assert.equal(await head.page.locator("input[name=code]").inputValue(), "", "a code counts once");
  // The code of the next half minute is good already, and was not used.
  await signIn(passphrase, totp(head.secret, Date.now() + 30_000));
  await head.page.waitForURL("**/desk/duties");
  head.check();
  await head.leave();
});

test("a passkey: made by the link, then one press", async () => {
  const person = await Person.arrive(browser, daemon);
  const devtools = await person.context.newCDPSession(person.page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", { options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  await person.page.goto(await daemon.account("nco", "center_liaison", "liaison-1", "--name", "当直"));
  await person.page.getByRole("button", { name: "パスキーを作る" }).click();
  await person.page.waitForURL("**/desk/board");
  await person.page.goto("/desk/account");
  await person.page.getByText("パスキー 1個").waitFor();
  await person.page.getByRole("button", { name: "サインアウト", exact: true }).click();
  await person.page.getByRole("button", { name: "パスキーでサインイン" }).click();
  await person.page.waitForURL("**/desk/board");
  person.check();
  await person.leave();
});

test("a first report of few inputs reaches the ministry's open inbox without a reload, which acknowledges and relays it", async () => {
  await mhlw.page.goto("/desk/inbox");
  await mhlw.page.getByText("最新の情報").waitFor();
  await mhlw.page.evaluate(() => (window.sameDocument = true));

  let inputs = 1; // the link's press; the page after it is the duties
  await jps.page.goto("/desk/duties");
  const did = (deed) => (inputs++, deed);
  await did(jps.page.getByRole("link", { name: "報告する" }).first().click());
  await did(jps.page.getByLabel("件名").fill("窓口端末でのマルウェア検知"));
  await did(jps.page.getByLabel("インシデントである").check());
  await did(jps.page.getByLabel("おそれあり").check());
  const route = jps.page.locator(".dads-route");
  await route.getByText(/この報告は 厚生労働省、国家サイバー統括室 に届きます。\s*警視庁 へは、あなたの機関から連絡します。/).waitFor();
  assert.match(await route.innerText(), /2\.2\.4\(2\)\(g\) 第2文/);
  await did(jps.page.getByLabel("概要").fill("調査中"));
  await did(jps.page.getByRole("button", { name: "確認へ進む" }).click());
  await did(jps.page.getByRole("button", { name: "報告を送る" }).click());
  await jps.page.getByRole("heading", { name: /報告を受け付けました：JPS-/ }).waitFor();
  assert.ok(inputs <= 12, `${inputs} inputs`);

  const message = mhlw.page.getByRole("link", { name: "窓口端末でのマルウェア検知" });
  await message.waitFor({ timeout: 5000 });
  assert.equal(await mhlw.page.evaluate(() => window.sameDocument), true, "the page was not loaded anew");
  await mhlw.page.locator("li", { has: message }).getByRole("button", { name: "受領を確認する" }).click();
  await mhlw.page.locator("li", { has: message }).getByText(/受領 .*情報受付当直/).waitFor();

  await message.click();
  await mhlw.page.getByLabel("メモ").fill("詳細は確認中です");
  await mhlw.page.getByRole("button", { name: "中継する" }).click();
  await mhlw.page.getByRole("heading", { name: "受けた連絡を国家サイバー統括室へ中継" }).waitFor({ state: "detached" });
  const nco = await daemon.token("nco", "center_liaison");
  const inbox = await daemon.call(nco, "GET", "/api/v1/inbox?acknowledged=false");
  const relayed = inbox.items.find((item) => item.kind === "relay" && item.title === "窓口端末でのマルウェア検知");
  assert.ok(relayed, "the centre got it");
  assert.equal((await daemon.call(nco, "GET", `/api/v1/inbox/${relayed.id}`)).note, "詳細は確認中です");
  jps.check();
  mhlw.check();
});

test("a follow-up sends its differences alone, and the ministry reads the versions side by side", async () => {
  const token = await daemon.token("jps", "csirt_member");
  const { incident } = await daemon.call(token, "POST", "/api/v1/reports", reportOf("differences"));
  await jps.page.goto(`/desk/report/${incident.id}`);
  await jps.page.getByLabel("概要").fill("端末は2台だった。");
  await jps.page.getByRole("button", { name: "確認へ進む" }).click();
  const rows = jps.page.locator(".dads-compared tbody tr");
  await rows.first().waitFor();
  assert.equal(await rows.count(), 1);
  const sent = jps.page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/api/v1/reports"));
  await jps.page.getByRole("button", { name: "報告を送る" }).click();
  assert.deepEqual((await sent).postDataJSON(), { summary: "端末は2台だった。", reference: "differences", stage: "followup" });
  await jps.page.getByRole("heading", { name: /報告を受け付けました/ }).waitFor();

  await mhlw.page.goto(`/desk/incidents/${incident.id}?tab=report`);
  const changed = mhlw.page.locator(".dads-compared tr", { hasText: "概要" });
  await changed.getByText("変更", { exact: true }).waitFor();
  await changed.getByText("端末は2台だった。").waitFor();
  await mhlw.page.goto(`/desk/incidents/${incident.id}?tab=proof`);
  await mhlw.page.getByRole("button", { name: "照合する" }).click();
  await mhlw.page.getByText(/署名された記録に含まれています/).first().waitFor();
  mhlw.check();
});

test("by keyboard alone: from the skip link to a report that is sent", async () => {
  const { page } = jps;
  await page.goto("/desk/report");
  await page.getByLabel("件名").waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() || document.activeElement?.id || "");
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "本文へ移動");
  await page.keyboard.press("Enter");
  const until = async (test, key = "Tab") => {
    for (let presses = 0; presses < 40; presses++) {
      if (await page.evaluate(test)) return;
      await page.keyboard.press(key);
    }
    assert.fail(`not reached: ${test}`);
  };
  await until(() => document.activeElement?.id === "field-title");
  await page.keyboard.type("キーボードだけの報告");
  await until(() => document.activeElement?.getAttribute("type") === "radio" && document.activeElement.value === "incident");
  await page.keyboard.press("Space");
  await until(() => document.activeElement?.textContent === "確認へ進む");
  await page.keyboard.press("Enter");
  await until(() => document.activeElement?.textContent === "報告を送る");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /報告を受け付けました/ }).waitFor();
  jps.check();
});

test("what is missing is listed first, with a way to each field", async () => {
  await jps.page.goto("/desk/report");
  await jps.page.getByRole("button", { name: "確認へ進む" }).click();
  const list = jps.page.locator(".dads-banner[data-tone=error]");
  await list.getByText("直すところが2か所あります").waitFor();
  await list.getByRole("link", { name: /件名を入力してください/ }).click();
  await jps.page.waitForFunction(() => document.activeElement?.id === "field-title");
  assert.equal(await jps.page.getByLabel("件名").getAttribute("aria-invalid"), "true");
});

test("a draft survives a reload and a session that ended, and goes with who signs out", async () => {
  const person = await arrive("jps", "csirt_member", "draft-1");
  await person.page.goto("/desk/report");
  await person.page.getByLabel("件名").fill("書きかけ");
  await person.page.getByText("下書きをこの端末に保存しました").waitFor();
  await person.page.reload();
  await person.page.getByText("書きかけの報告を開きました").waitFor();
  assert.equal(await person.page.getByLabel("件名").inputValue(), "書きかけ");
  await person.page.goto("/desk/account");
  await person.page.getByRole("button", { name: "サインアウト", exact: true }).click();
  await person.page.getByText("サインアウトしました").waitFor();
  assert.equal(await person.page.evaluate(() => Object.keys(localStorage).filter((name) => name.includes("draft")).length), 0);
  person.check();
  await person.leave();
});

const hostile = {
  script: `<img src=x onerror="window.broken=1"><script>window.broken=1</script>`,
  bidi: "送金先 \u05d0\u05d1 は正常 kezbon",
  rare: "𠮷野家 髙橋 葛󠄁城 👨‍👩‍👧‍👦",
  long: "あ".repeat(2000) + "x".repeat(1900),
  template: "{{7*7}} ${7*7} javascript:alert(1)",
};

test("hostile texts in every field are shown as they are, harmless, within the page", async () => {
  const token = await daemon.token("jps", "csirt_member");
  for (const [name, text] of Object.entries(hostile)) {
    const short = text.slice(0, 190);
    const { incident } = await daemon.call(token, "POST", "/api/v1/reports", reportOf(`hostile-${name}`, {
      title: short, summary: text, systems: [{ name: short, contractor: short, product: short }], handling: [short],
      impact: { services: [short] }, actions: { note: text }, contact: { role: short, means: text.slice(0, 900) },
      notices_made: [{ to: short, means: short, reference: text.slice(0, 90) }], classification: { confidentiality: 2, own_label: text.slice(0, 90) },
    }));
    for (const path of ["/desk/inbox", `/desk/incidents/${incident.id}`, `/desk/incidents/${incident.id}?tab=report`, "/desk/incidents"]) {
      await mhlw.page.goto(path);
      await mhlw.page.getByText(short.slice(0, 30)).first().waitFor();
      assert.equal(await mhlw.page.evaluate(() => window.broken), undefined, `${name} at ${path}`);
      const [wide, seen] = await mhlw.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(wide <= seen + 1, `${name} at ${path} is ${wide} wide`);
    }
  }
  mhlw.check();
});

test("a cut stream is said, counts, and goes on where it was", async () => {
  const person = await arrive("mhlw", "csirt_head", "cut-1");
  await person.page.goto("/desk/inbox");
  await person.page.getByText("最新の情報").waitFor();
  await daemon.stop();
  await person.page.getByText(/秒前の情報/).waitFor({ timeout: 15_000 });
  await daemon.spawn();
  await person.page.getByText("最新の情報").waitFor({ timeout: 30_000 });
  const token = await daemon.token("jps", "csirt_member");
  await daemon.call(token, "POST", "/api/v1/reports", reportOf("after-cut", { title: "切断のあとの報告" }));
  await person.page.getByRole("link", { name: "切断のあとの報告" }).waitFor({ timeout: 5000 });
  assert.deepEqual(person.strangers, []);
  await person.leave();
});
