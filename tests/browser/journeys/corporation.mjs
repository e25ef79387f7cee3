// Section 2: a member of a corporation's CSIRT tells, and keeps telling.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { passphrase, reportOf, totp } from "../harness.mjs";
import { nameOf, pattern, shortNameOf, t } from "../words.mjs";
import { arrive, call, desk, minutesAgo, picture, tokenOf, world } from "../world.mjs";

const run = promisify(execFile);
const press = (page, key) => page.getByRole("button", { name: t(key), exact: true }).click();
const choose = (page, group, value) => page.locator(`#field-${group} input[value="${value}"]`).check();
// A group of radios by its legend.
const group = (page, key) => page.getByRole("group", { name: pattern(key, {}, { start: true }) });

test("2-4 a first report of few inputs reaches the ministry's open inbox, is acknowledged by one press, relayed with a note, and stands on the centre's board within a second: three browsers, no reload", async (context) => {
  const [jps, mhlw, nco] = await Promise.all([desk("jps", "csirt_member"), desk("mhlw", "csirt_member"), desk("nco", "center_liaison")]);
  await mhlw.page.goto("/desk/inbox");
  await nco.page.goto("/desk/board");
  for (const person of [mhlw, nco]) {
    await person.page.locator(".dads-fresh[data-state=live]").waitFor();
    await person.page.evaluate(() => (window.sameDocument = true));
  }
  await nco.page.locator(".board-counters").waitFor();

  let inputs = 1; // the link's press; the page after it is the duties
  await jps.page.goto("/desk/duties");
  const did = (deed) => (inputs++, deed);
  await did(jps.page.getByRole("link", { name: t("place.report"), exact: true }).first().click());
  await did(jps.page.locator("#field-title").fill("窓口端末でのマルウェア検知"));
  await did(choose(jps.page, "assessment", "incident"));
  await did(group(jps.page, "member.cyberattack").locator("input[value=possible]").check());
  const route = jps.page.locator(".dads-route");
  await route.getByText(t("route.sentence", { bodies: [nameOf("mhlw"), nameOf("nco")].join(t("list.and")) })).waitFor();
  await route.getByText(t("route.besides", { bodies: nameOf("police-tokyo") })).waitFor();
  assert.ok((await route.innerText()).includes(`2.2.4(2)(g)${t("duty.sentence", { number: 2 })}`));
  assert.match(await route.innerText(), /2\.2\.4\(2\)\(h\)/);
  assert.match(await route.innerText(), pattern("route.target"), "the goal of each, and how long is left");
  await picture(jps, "report-route");
  await did(jps.page.locator("#field-summary").fill("調査中"));
  await did(press(jps.page, "report.to_send"));
  const sent = jps.page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/api/v1/reports"));
  await did(press(jps.page, "report.send"));
  // Of five answers, and the number that the page gave: the rest is unknown.
  const body = (await sent).postDataJSON();
  assert.deepEqual(Object.keys(body).sort(), ["assessment", "cyberattack", "reference", "stage", "summary", "times", "title"]);
  assert.deepEqual(Object.keys(body.times), ["recognized"]);
  await jps.page.getByRole("heading", { name: pattern("sent.title") }).waitFor();
  assert.ok(inputs <= 12, `${inputs} inputs`);
  await picture(jps, "report-sent");

  const message = mhlw.page.getByRole("link", { name: "窓口端末でのマルウェア検知" });
  await message.waitFor({ timeout: 5000 });
  const row = mhlw.page.locator("li", { has: message });
  await row.getByRole("button", { name: t("inbox.acknowledge") }).click();
  await row.locator(".dads-acknowledged").getByText("情報受付当直").waitFor();

  // The centre knows that something came, and of what body; nothing of what it is.
  const onBoard = nco.page.locator(".board-case", { hasText: shortNameOf("mhlw") }).filter({ has: nco.page.getByText(t("board.silent_mark")) });
  await onBoard.first().waitFor();
  await message.click();
  await mhlw.page.getByRole("textbox", { name: pattern("duty.note", {}, { start: true }) }).fill("詳細は確認中です");
  const relay = mhlw.page.getByRole("button", { name: t("duty.relay_press"), exact: true });
  const answered = mhlw.page.waitForResponse((response) => response.url().endsWith("/fulfillments"));
  await relay.click();
  assert.equal((await answered).status(), 201);
  const since = performance.now();
  await nco.page.locator(".board-case").getByText("窓口端末でのマルウェア検知").waitFor();
  const took = Math.round(performance.now() - since);
  context.diagnostic(`on the board ${took} ms after the relay was answered`);
  assert.ok(took < 1000, `${took} ms`);
  await mhlw.page.getByText(pattern("message.relayed", { body: nameOf("nco") })).waitFor();
  await picture(mhlw, "message-relayed");

  // What the centre reads is the note of the ministry with the report.
  await nco.page.getByRole("link", { name: t("place.inbox"), exact: true }).click();
  await nco.page.getByRole("link", { name: "窓口端末でのマルウェア検知" }).click();
  await nco.page.getByText("詳細は確認中です").waitFor();
  for (const person of [mhlw, nco]) assert.equal(await person.page.evaluate(() => window.sameDocument), true, "the page was loaded anew");
  for (const person of [jps, mhlw, nco]) person.check();
});

test("2 in steps: everything may be said, and what is not stays unknown by choice", async () => {
  const jps = await desk("jps", "csirt_member");
  const { page } = jps;
  await page.goto("/desk/report");
  await page.locator("#field-title").fill("詳しい第一報");
  await choose(page, "assessment", "incident");
  await press(page, "report.to_more");
  await page.locator("h1").waitFor();
  // Chosen before anybody touches it.
  for (const key of ["member.impact_confidentiality", "member.impact_integrity", "member.impact_availability"]) assert.equal(await group(page, key).locator("input[value=unknown]").isChecked(), true, key);
  assert.equal(await page.locator("#field-category").inputValue(), "");
  await page.locator("#field-category").selectOption("malicious-code/infected-system");
  await press(page, "report.add_system");
  await page.getByLabel(t("report.system", { number: 1 })).fill("窓口業務システム");
  await page.getByLabel(t("report.contractor")).fill("保守委託先");
  await group(page, "member.impact_confidentiality").locator("input[value=possible]").check();
  await group(page, "member.impact_integrity").locator("input[value=yes]").check();
  await group(page, "member.impact_integrity").locator("input[value=unknown]").check(); // and back
  await page.locator("#field-persons input").first().fill("1,200");
  await page.locator("#field-large_scale select").nth(2).selectOption("feared/may_be");
  // The crisis desk is told by the ministry as soon as a cell is chosen; nothing is where it is not an attack at all.
  await page.locator(".dads-route").getByText(nameOf("cas-jitai")).first().waitFor();
  await press(page, "report.add_notice");
  await page.getByLabel(t("report.notice_to", { number: 1 })).fill("個人情報保護委員会");
  await picture(jps, "report-more");
  await press(page, "report.to_send");
  await page.locator(".dads-document").getByText("窓口業務システム").waitFor();
  await picture(jps, "report-check");
  const sent = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/api/v1/reports"));
  await press(page, "report.send");
  const body = (await sent).postDataJSON();
  assert.deepEqual(body.impact, { confidentiality: "possible", persons_affected: { min: 1200 } });
  assert.deepEqual(body.systems, [{ name: "窓口業務システム", contractor: "保守委託先" }]);
  assert.deepEqual(body.large_scale, [{ criterion: "property", harm: "feared", certainty: "may_be" }]);
  assert.deepEqual(body.notices_made, [{ to: "個人情報保護委員会" }]);
  assert.equal("cyberattack" in body, false, "left unknown");
  await page.getByRole("heading", { name: pattern("sent.title") }).waitFor();
  await page.getByRole("link", { name: t("sent.open"), exact: true }).click();
  await page.getByText(t("incident.large_scale")).waitFor();
  jps.check();
});

test("2 a case that may be an incident only reaches nobody, and the page says so before and after", async () => {
  const jps = await desk("jps", "csirt_member");
  const { page } = jps;
  await page.goto("/desk/report");
  await page.locator("#field-title").fill("まだ判断できない事象");
  await choose(page, "assessment", "possible");
  await page.locator(".dads-route").getByText(t("route.nobody_yet")).waitFor();
  await press(page, "report.to_send");
  await press(page, "report.send");
  await page.getByRole("heading", { name: pattern("sent.title") }).waitFor();
  await page.getByText(t("route.nobody_yet")).first().waitFor();
  // Judged: from there on it goes its way.
  await page.getByRole("link", { name: t("sent.assess"), exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.locator("input[value=incident]").check();
  await dialog.getByRole("button", { name: t("assess.press") }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("tab", { name: t("incident.messages") }).click();
  await page.locator("tbody").getByText(nameOf("mhlw")).first().waitFor();
  jps.check();
});

test("2 own incidents and duties have clocks that run, with their clause; a deed meets a duty where it stands", async () => {
  const jps = await desk("jps", "csirt_member");
  const { page } = jps;
  const { incident } = await call("jps", "csirt_member", "POST", "/api/v1/reports", reportOf("clocks", { title: "時計を見る事案" }));
  await page.goto("/desk/incidents");
  const listed = page.locator("tbody tr", { hasText: "時計を見る事案" });
  await listed.locator("time.dads-countdown").waitFor(); // until the follow-up
  await page.goto("/desk/duties");
  const mine = page.locator(".dads-duties li", { hasText: incident.number });
  const police = mine.filter({ hasText: t("duty.h") }).filter({ has: page.getByText("2.2.4(2)(h)", { exact: true }) });
  await police.locator("time.dads-countdown").waitFor();
  const clock = mine.filter({ hasText: t("duty.c") }).locator("time.dads-countdown"); // within the hour: its seconds are seen to go
  const before = await clock.innerText();
  await page.waitForFunction(([element, text]) => element.innerText !== text, [await clock.elementHandle(), before]);
  await picture(jps, "duties");
  await police.getByRole("button", { name: t("duty.meet"), exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.locator("input[value=consultation]").check();
  assert.equal(await dialog.locator("input[value=decided_not_needed]").count(), 0, "that is for the head");
  await dialog.getByRole("textbox", { name: pattern("duty.note", {}, { start: true }) }).fill("生活安全課に相談した");
  await dialog.getByRole("button", { name: t("duty.record_press"), exact: true }).click();
  await police.waitFor({ state: "detached" });
  // What was done, and by whom, stands in the incident.
  await page.goto(`/desk/incidents/${incident.id}?tab=duties`);
  const met = page.locator(".dads-duties li", { hasText: t("duty.h") }).filter({ hasText: t("duty_state.fulfilled") });
  await met.getByText(t("duty.record")).click();
  await met.getByText("生活安全課に相談した").waitFor();
  await met.getByText(pattern("method.consultation")).waitFor();
  await met.getByText("情報受付当直").waitFor();
  jps.check();
});

test("2 a follow-up sends its differences alone, and the ministry reads the versions side by side", async () => {
  const [jps, mhlw] = await Promise.all([desk("jps", "csirt_member"), desk("mhlw", "csirt_member")]);
  const { incident } = await call("jps", "csirt_member", "POST", "/api/v1/reports", reportOf("differences"));
  await jps.page.goto(`/desk/incidents/${incident.id}`);
  await jps.page.getByRole("link", { name: t("report.followup"), exact: true }).click();
  await jps.page.locator("#field-summary").fill("端末は2台だった。");
  await press(jps.page, "report.to_send");
  const rows = jps.page.locator(".dads-compared tbody tr");
  await rows.first().waitFor();
  assert.equal(await rows.count(), 1);
  await picture(jps, "follow-up-differences");
  const sent = jps.page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/api/v1/reports"));
  await press(jps.page, "report.send");
  assert.deepEqual((await sent).postDataJSON(), { summary: "端末は2台だった。", reference: "differences", stage: "followup" });
  await jps.page.getByRole("heading", { name: pattern("sent.title") }).waitFor();

  await mhlw.page.goto(`/desk/incidents/${incident.id}?tab=report`);
  const changed = mhlw.page.locator(".dads-compared tr", { hasText: t("member.summary") });
  await changed.getByText(t("change.changed"), { exact: true }).waitFor();
  await changed.locator("del").getByText("職員の端末1台").waitFor();
  await changed.locator("ins").getByText("端末は2台だった。").waitFor();
  await picture(mhlw, "versions");
  mhlw.check();
  jps.check();
});

test("2 the curl line of a deed does the same deed", async () => {
  const jps = await desk("jps", "csirt_member");
  const { page } = jps;
  const { daemon } = world;
  const does = async (line) => {
    // uuidgen stands in the line; not every machine has it.
    const shell = `uuidgen() { cat /proc/sys/kernel/random/uuid; }\n${line} --silent --show-error --fail-with-body`;
    const { stdout } = await run("bash", ["-c", shell], { env: { ...process.env, TOKEN: await tokenOf("jps"), CURL_CA_BUNDLE: join(daemon.data, "tls/ca.pem"), NO_PROXY: "localhost" } });
    return JSON.parse(stdout);
  };
  const lineOf = async (place) => {
    await place.locator("details.dads-curl > summary").last().click();
    return place.locator("details.dads-curl code").last().innerText();
  };
  await page.goto("/desk/report");
  await page.locator("#field-title").fill("コマンドで送る報告 'A' と $B");
  await choose(page, "assessment", "incident");
  await press(page, "report.to_send");
  await page.getByRole("button", { name: t("report.send"), exact: true }).waitFor();
  const { incident } = await does(await lineOf(page.locator("main")));
  await page.goto(`/desk/incidents/${incident.id}`);
  await page.getByRole("heading", { name: "コマンドで送る報告 'A' と $B" }).waitFor();

  await page.getByRole("button", { name: t("move.title"), exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.locator("input[value=contained]").check();
  await does(await lineOf(dialog));
  await page.keyboard.press("Escape");
  await page.getByText(t("state.contained"), { exact: true }).first().waitFor();
  // What was sent that way is still a draft here; one press throws it away.
  await page.goto("/desk/report");
  await page.getByText(t("draft.restored")).waitFor();
  await press(page, "draft.drop");
  await page.waitForFunction(() => document.getElementById("field-title").value === "");
  jps.check();
});

test("2 what is missing is listed first, with a way to each field", async () => {
  const jps = await desk("jps", "csirt_member");
  await jps.page.goto("/desk/report");
  await press(jps.page, "report.to_send");
  const list = jps.page.locator(".dads-banner[data-tone=error]");
  await list.getByText(t("report.mistakes", { number: 2 })).waitFor();
  await list.getByRole("link", { name: t("report.need_title") }).click();
  await jps.page.waitForFunction(() => document.activeElement?.id === "field-title");
  assert.equal(await jps.page.locator("#field-title").getAttribute("aria-invalid"), "true");
});

test("2 a draft survives a reload and a session that ended, is sent from where it was, and goes with who signs out", async () => {
  const person = await arrive("jps", "csirt_member", "draft-1");
  const { page } = person;
  await page.goto("/desk/report");
  await page.locator("#field-title").fill("書きかけ");
  await page.getByText(t("draft.kept")).waitFor();
  await page.reload();
  await page.getByText(t("draft.restored")).waitFor();
  assert.equal(await page.locator("#field-title").inputValue(), "書きかけ");
  await picture(person, "draft-restored");

  // The session is gone under the open page: the next call leads to sign-in, and from there back.
  await person.context.clearCookies();
  await choose(page, "assessment", "incident"); // the route is asked for
  await page.waitForURL("**/sign-in?ended=1&to=*");
  await page.getByText(t("sign_in.ended"), { exact: true }).waitFor();
  await picture(person, "session-ended");
  await page.locator("input[name=login]").fill(person.login);
  await page.locator("input[name=passphrase]").fill(passphrase);
  await page.locator("input[name=code]").fill(totp(person.secret, Date.now() + 30_000));
  await page.locator("form button[type=submit]").click();
  await page.waitForURL("**/desk/report");
  await page.getByText(t("draft.restored")).waitFor();
  assert.equal(await page.locator("#field-title").inputValue(), "書きかけ");
  assert.equal(await page.locator("#field-assessment input[value=incident]").isChecked(), true);
  await press(page, "report.to_send");
  await press(page, "report.send");
  await page.getByRole("heading", { name: pattern("sent.title") }).waitFor();
  const drafts = () => page.evaluate(() => Object.keys(localStorage).filter((name) => name.includes("draft")).length);
  assert.equal(await drafts(), 0, "what was sent is no draft any more");

  await page.goto("/desk/report");
  await page.locator("#field-title").fill("もう一つの書きかけ");
  await page.getByText(t("draft.kept")).waitFor();
  await page.goto("/desk/account");
  await page.getByRole("button", { name: t("account.leave_here"), exact: true }).click();
  await page.getByText(t("sign_in.out")).waitFor();
  assert.equal(await drafts(), 0, "the device may be shared");
  person.check();
  await person.leave();
});

test("2 by keyboard alone: from the skip link to a report that is sent, and a duty met in its dialog", async () => {
  const jps = await desk("jps", "csirt_member");
  const { page } = jps;
  await page.goto("/desk/report");
  await page.locator("#field-title").waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.textContent?.trim()), t("skip.content"));
  await page.keyboard.press("Enter");
  const reach = async (what, argument, key = "Tab") => {
    for (let presses = 0; presses < 60; presses++) {
      if (await page.evaluate(what, argument)) return;
      await page.keyboard.press(key);
    }
    assert.fail(`not reached: ${what} ${argument}`);
  };
  const says = (text) => document.activeElement?.textContent?.trim() === text;
  await reach(() => document.activeElement?.id === "field-title");
  await page.keyboard.type("キーボードだけの報告");
  await reach(() => document.activeElement?.getAttribute("type") === "radio" && document.activeElement.value === "incident");
  await page.keyboard.press("Space");
  await reach(says, t("report.to_send"));
  await page.keyboard.press("Enter");
  await reach(says, t("report.send"));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: pattern("sent.title") }).waitFor();

  await reach(says, t("sent.open"));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "キーボードだけの報告" }).waitFor();
  // Arrows move between the tabs, Tab goes into what is shown.
  await reach(() => document.activeElement?.getAttribute("role") === "tab");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.activeElement?.dataset.tab === "duties" && document.activeElement.getAttribute("aria-selected") === "true");
  await reach(says, t("duty.done"));
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await reach(() => document.activeElement?.tagName === "TEXTAREA" && !!document.activeElement.closest("dialog"));
  await page.keyboard.type("キーボードで記録");
  await reach(says, t("duty.record_press"));
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "hidden" });
  jps.check();
});

const hostile = {
  script: `<img src=x onerror="window.broken=1"><script>window.broken=1</script>`,
  bidi: "送金先 \u05d0\u05d1 は正常 kezbon",
  rare: "𠮷野家 髙橋 葛󠄁城 👨‍👩‍👧‍👦",
  long: "あ".repeat(2000) + "x".repeat(1900),
  template: "{{7*7}} ${7*7} javascript:alert(1)",
};

test("8 hostile texts in every field are shown as they are, harmless, within the page", async () => {
  const mhlw = await desk("mhlw", "csirt_member");
  for (const [name, text] of Object.entries(hostile)) {
    const short = text.slice(0, 190);
    const { incident } = await call("jps", "csirt_member", "POST", "/api/v1/reports", reportOf(`hostile-${name}`, {
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
