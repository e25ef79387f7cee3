// Section 3: the ministry hears, confirms, reads, passes on, decides, and asks back. Exceptions and people, which it shares with every body.
import assert from "node:assert/strict";
import { test } from "node:test";
import { reportOf } from "../harness.mjs";
import { nameOf, pattern, t } from "../words.mjs";
import { arrive, call, desk, picture } from "../world.mjs";

const button = (place, key) => place.getByRole("button", { name: t(key), exact: true });
const textBox = (place, key) => place.getByRole("textbox", { name: pattern(key, {}, { start: true }) });
const reports = async (org, reference, more, role = "csirt_member") => (await call(org, role, "POST", "/api/v1/reports", reportOf(reference, more))).incident;
const dutyRow = (page, rule) => page.locator(".dads-duties li", { has: page.locator(".dads-duties__name", { hasText: t(`duty.${rule}`, { centre: nameOf("nco") }) }) });

test("3 the inbox is ordered by deadline, not by arrival: what may be large-scale has the shorter one", async () => {
  const mhlw = await desk("mhlw", "csirt_member");
  const { page } = mhlw;
  await reports("jps", "order-1", { title: "通常の目標の報告" });
  await reports("jps", "order-2", { title: "短い目標の報告", large_scale: [{ criterion: "life", harm: "feared", certainty: "may_be" }] });
  await page.goto("/desk/inbox");
  const waiting = page.locator("section[aria-labelledby=waiting] .dads-messages__title");
  await waiting.filter({ hasText: "短い目標の報告" }).waitFor();
  const titles = await waiting.allInnerTexts();
  const place = (title) => titles.findIndex((text) => text.includes(title));
  assert.ok(place("短い目標の報告") < place("通常の目標の報告"), titles.join("\n"));
  const clocks = await page.locator("section[aria-labelledby=waiting] time.dads-countdown").evaluateAll((all) => all.map((one) => Date.parse(one.dateTime)));
  assert.deepEqual(clocks, [...clocks].sort((a, b) => a - b));
  await picture(mhlw, "inbox");
  mhlw.check();
});

test("3 the police: not told, because; the head alone decides that, and the reason stays to be read", async () => {
  const [member, head] = await Promise.all([desk("meti", "csirt_member"), desk("meti", "csirt_head", { name: "CSIRT責任者" })]);
  const incident = await reports("meti", "police-no", { title: "通報を要しない事案" });
  await member.page.goto(`/desk/incidents/${incident.id}?tab=duties`);
  await button(dutyRow(member.page, "h"), "duty.meet").click();
  await member.page.getByRole("dialog").locator("input[value=police_report]").waitFor();
  assert.equal(await member.page.getByRole("dialog").locator("input[value=decided_not_needed]").count(), 0);

  await head.page.goto(`/desk/incidents/${incident.id}?tab=duties`);
  await button(dutyRow(head.page, "h"), "duty.meet").click();
  const dialog = head.page.getByRole("dialog");
  await dialog.locator("input[value=decided_not_needed]").check();
  await button(dialog, "duty.record_press").click();
  await dialog.getByText(t("duty.reason_needed")).waitFor(); // never without
  await textBox(dialog, "duty.reason").fill("自動化された走査であり、被害がない");
  await picture(head, "police-not-needed");
  await button(dialog, "duty.record_press").click();
  await dialog.waitFor({ state: "hidden" });
  const met = dutyRow(head.page, "h");
  await met.getByText(t("duty_state.fulfilled"), { exact: true }).waitFor();
  await met.getByText(t("duty.record")).click();
  await met.getByText(pattern("method.decided_not_needed")).waitFor();
  await met.getByText("自動化された走査であり、被害がない").waitFor();
  // And in the story, with who decided.
  await head.page.getByRole("tab", { name: t("incident.timeline") }).click();
  const told = head.page.locator(".dads-timeline__how:visible", { hasText: "自動化された走査" });
  await told.waitFor();
  assert.match(await told.innerText(), pattern("method.decided_not_needed"));
  assert.ok((await told.innerText()).includes("CSIRT責任者"), "who decided");
  await picture(head, "timeline-police");
  for (const person of [member, head]) person.check();
});

test("3 the police: told, with their number and when", async () => {
  const head = await desk("meti", "csirt_head", { name: "CSIRT責任者" });
  const { page } = head;
  const incident = await reports("meti", "police-yes", { title: "通報した事案" });
  await page.goto(`/desk/incidents/${incident.id}?tab=duties`);
  await button(dutyRow(page, "h"), "duty.meet").click();
  const dialog = page.getByRole("dialog");
  await dialog.locator("input[value=police_report]").check();
  await dialog.getByText(t("duty.more")).click();
  await button(dialog, "time.now").click();
  await textBox(dialog, "duty.reference").fill("受理第12号");
  await button(dialog, "duty.record_press").click();
  await dialog.waitFor({ state: "hidden" });
  const met = dutyRow(page, "h");
  await met.getByText(t("duty.record")).click();
  await met.getByText("受理第12号").waitFor();
  head.check();
});

test("3 another supervising ministry is added, with a reason, and has the report in its inbox; nobody is offered who may not be added", async () => {
  const [mext, mic] = await Promise.all([desk("mext", "csirt_member"), desk("mic", "csirt_member")]);
  const incident = await reports("jaxa", "added", { title: "共管の府省に加える報告" });
  await mic.page.goto("/desk/inbox");
  await mic.page.locator(".dads-fresh[data-state=live]").waitFor();
  await mext.page.goto(`/desk/incidents/${incident.id}`);
  await button(mext.page, "recipient.title").click();
  const dialog = mext.page.getByRole("dialog");
  const offered = await dialog.getByRole("combobox").locator("option").evaluateAll((all) => all.map((one) => one.value).filter(Boolean));
  assert.deepEqual(offered.sort(), ["cao", "meti", "mic"], "who shares the supervision");
  await dialog.getByRole("combobox").selectOption("mic");
  await button(dialog, "recipient.press").click();
  await dialog.getByText(t("to_body.need_text")).waitFor();
  await textBox(dialog, "duty.reason").fill("共管するシステムのため");
  await picture(mext, "recipient", { fullPage: false });
  await button(dialog, "recipient.press").click();
  await dialog.waitFor({ state: "hidden" });
  await mic.page.getByRole("link", { name: "共管の府省に加える報告" }).waitFor();
  for (const person of [mext, mic]) person.check();
  // A body that nobody else supervises has nobody to add but another police, which is its own to choose.
  const other = await reports("jps", "not-added", { title: "共管のない事案" });
  const mhlw = await desk("mhlw", "csirt_member");
  await mhlw.page.goto(`/desk/incidents/${other.id}`);
  await button(mhlw.page, "ask.title").waitFor();
  assert.equal(await button(mhlw.page, "recipient.title").count(), 0);
});

test("3 the ministry asks back, and the corporation answers: each sees it without a reload", async () => {
  const [mhlw, jps] = await Promise.all([desk("mhlw", "csirt_member"), desk("jps", "csirt_member")]);
  const incident = await reports("jps", "asked", { title: "照会を受ける事案" });
  await jps.page.goto("/desk/inquiries");
  await jps.page.locator(".dads-fresh[data-state=live]").waitFor();
  await mhlw.page.goto(`/desk/incidents/${incident.id}?tab=inquiries`);
  await button(mhlw.page, "ask.title").click();
  const dialog = mhlw.page.getByRole("dialog");
  await dialog.getByRole("combobox").selectOption("jps");
  await textBox(dialog, "ask.text").fill("最初の不審な通信はいつですか。");
  await button(dialog, "ask.press").click();
  await dialog.waitFor({ state: "hidden" });

  const asked = jps.page.locator(".dads-cards li", { hasText: incident.number });
  await asked.getByText("最初の不審な通信はいつですか。").waitFor();
  await asked.locator("time.dads-countdown").waitFor();
  await picture(jps, "inquiry");
  await button(asked, "inquiries.answer_press").click();
  await asked.getByText(t("inquiries.need_text")).waitFor();
  await textBox(asked, "inquiries.answer").fill("前日の23時ごろです。");
  await button(asked, "inquiries.answer_press").click();
  await asked.getByText(t("inquiry_state.answered"), { exact: true }).waitFor();
  await mhlw.page.locator(".dads-cards").getByText("前日の23時ごろです。").waitFor();
  for (const person of [mhlw, jps]) person.check();
});

test("3 what is told down goes down: the centre to the ministry, the ministry to the corporation", async () => {
  const [nco, mhlw, jps] = await Promise.all([desk("nco", "center_liaison"), desk("mhlw", "csirt_member"), desk("jps", "csirt_member")]);
  const incident = await reports("jps", "told", { title: "情報提供を受ける事案" });
  const duty = (await call("mhlw", "csirt_member", "GET", `/api/v1/obligations?incident=${incident.id}&holder=mhlw`)).items.find((one) => one.rule === "g.3");
  await call("mhlw", "csirt_member", "POST", `/api/v1/obligations/${duty.id}/fulfillments`, { method: "relay" });
  const tell = async (from, to, org, text) => {
    await from.page.goto(`/desk/incidents/${incident.id}`);
    await button(from.page, "tell.title").click();
    const dialog = from.page.getByRole("dialog");
    const choice = dialog.getByRole("combobox");
    if ((await choice.inputValue()) !== org) await choice.selectOption(org);
    await textBox(dialog, "tell.text").fill(text);
    await button(dialog, "tell.press").click();
    await dialog.waitFor({ state: "hidden" });
    await to.page.goto("/desk/inbox");
    const row = to.page.locator(".dads-messages li", { hasText: incident.number }).filter({ hasText: t("message.notice") }).filter({ hasText: nameOf(from.login.split("/")[0]) });
    await row.getByRole("link").first().click();
    await to.page.getByText(text).waitFor();
  };
  await tell(nco, mhlw, "mhlw", "同種の事案が他府省でも起きています。");
  await picture(mhlw, "told-down");
  await tell(mhlw, jps, "jps", "外部への通信を確認してください。");
  for (const person of [nco, mhlw, jps]) person.check();
});

test("3 an exception is asked for by one person and granted by another; refused, the duty stays", async () => {
  const [jps, officer] = await Promise.all([desk("jps", "csirt_member"), desk("jps", "exception_officer", { name: "許可権限者" })]);
  const ask = async (reference, reason) => {
    const incident = await reports("jps", reference, { title: `例外措置 ${reference}` });
    await jps.page.goto(`/desk/incidents/${incident.id}?tab=duties`);
    await button(dutyRow(jps.page, "h"), "duty.meet").click();
    const dialog = jps.page.getByRole("dialog");
    await dialog.getByText(t("waiver.ask")).click();
    await textBox(dialog, "duty.reason").fill(reason);
    await button(dialog, "waiver.press").click();
    await dialog.waitFor({ state: "hidden" });
    return incident;
  };
  const decide = async (incident, value, reason) => {
    const card = officer.page.locator(".dads-cards li", { hasText: incident.number });
    await card.waitFor();
    await card.locator(`input[value=${value}]`).check();
    await button(card, "approvals.press").click();
    await card.getByText(t("duty.reason_needed")).waitFor();
    await textBox(card, "duty.reason").fill(reason);
    await picture(officer, `waiver-${value}`);
    await button(card, "approvals.press").click();
    await card.waitFor({ state: "detached" });
  };
  await officer.page.goto("/desk/duties");
  const granted = await ask("waiver-1", "警察庁から入手した情報のため");
  // Who asked sees that it waits, and may not decide.
  await jps.page.goto("/desk/duties");
  const own = jps.page.locator(".dads-cards li", { hasText: granted.number });
  await own.getByText(t("approvals.own")).waitFor();
  assert.equal(await own.getByRole("button", { name: t("approvals.press") }).count(), 0);
  await decide(granted, "approved", "妥当と認める");
  await jps.page.goto(`/desk/incidents/${granted.id}?tab=duties`);
  const row = dutyRow(jps.page, "h");
  await row.getByText(t("duty_state.waived"), { exact: true }).waitFor();
  await row.getByText(t("duty.record")).click();
  await row.getByText("妥当と認める").waitFor();
  await row.getByText("許可権限者").waitFor();
  await row.getByText(t("waiver_decision.approved")).waitFor();
  await picture(jps, "waiver-granted");

  const refused = await ask("waiver-2", "忙しいため");
  await decide(refused, "rejected", "通報が必要");
  await jps.page.goto(`/desk/incidents/${refused.id}?tab=duties`);
  await dutyRow(jps.page, "h").locator("time.dads-countdown").waitFor();
  for (const person of [jps, officer]) person.check();
});

test("3 people: asked, accepts, begins; another declines and says why", async () => {
  const named = async (name) => {
    const { id } = await call("jps", "csirt_head", "POST", "/api/v1/people", { name, employment: "employee", skills: ["forensics"] });
    await call("jps", "ciso", "POST", `/api/v1/people/${id}/appointments`, { post: "csirt_member", ground: "expertise" });
    return id;
  };
  const [first, second] = [await named("担当 甲"), await named("担当 乙")];
  const head = await desk("jps", "csirt_head");
  const incident = await reports("jps", "people", { title: "担当を決める事案" });
  await head.page.goto(`/desk/incidents/${incident.id}?tab=people`);
  const ask = async (office, name) => {
    await button(head.page, "people.propose").click();
    const dialog = head.page.getByRole("dialog");
    await dialog.locator(`input[value=${office}]`).check();
    await dialog.getByRole("radio", { name: new RegExp(name) }).check();
    await picture(head, "people-propose");
    await button(dialog, "people.press").click();
    await dialog.waitFor({ state: "hidden" });
    await head.page.locator("tbody tr", { hasText: name }).getByText(t("assignment.proposed"), { exact: true }).waitFor();
  };
  await ask("head", "担当 甲");
  await ask("handler", "担当 乙");
  const [a, b] = await Promise.all([arrive("jps", "csirt_member", "person-a", { name: "担当 甲", person: first }), arrive("jps", "csirt_member", "person-b", { name: "担当 乙", person: second })]);
  for (const person of [a, b]) await person.page.goto(`/desk/incidents/${incident.id}?tab=people`);
  await button(a.page, "people.accept").click();
  await button(a.page, "people.begin").click();
  await button(b.page, "people.decline").click();
  await textBox(b.page, "people.decline_reason").fill("夜勤明けのため");
  await button(b.page, "people.decline").click();
  // Who asked sees each step without a reload.
  await head.page.locator("tbody tr", { hasText: "担当 甲" }).getByText(t("assignment.active"), { exact: true }).waitFor();
  await head.page.locator("tbody tr", { hasText: "担当 乙" }).getByText(t("assignment.declined"), { exact: true }).waitFor();
  await picture(head, "people");
  for (const person of [head, a, b]) person.check();
  await a.leave();
  await b.leave();
});
