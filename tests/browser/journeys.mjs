// Journeys of people through the screens, each against the daemon as it is: signing in, the corporation, the ministry, one incident.
// The number that begins each name is that of the section of the screens' requirements. Walked in either language.
import assert from "node:assert/strict";
import { test } from "node:test";
import { reportOf } from "./harness.mjs";
import { pattern, t } from "./words.mjs";
import { call, desk, openWorld, picture, world } from "./world.mjs";

openWorld(`[targets.severity.large_scale]
acknowledgement = "PT5M"
[listen]
zone = "closed"
[database]
zone = "closed"
`);

await import("./journeys/sign_in.mjs");
await import("./journeys/corporation.mjs");
await import("./journeys/ministry.mjs");
await import("./journeys/incident.mjs");
await import("./journeys/annexes.mjs");

// The last, for it takes the daemon away.
test("4 a cut stream is said, counts, and goes on where it was", async () => {
  const mhlw = await desk("mhlw", "csirt_member");
  const { page } = mhlw;
  await page.goto("/desk/inbox");
  await page.locator(".dads-fresh[data-state=live]").waitFor();
  await world.daemon.stop();
  const cut = page.locator(".dads-fresh[data-state=cut]", { hasText: pattern("fresh.old") });
  await cut.waitFor({ timeout: 15_000 });
  const first = await cut.innerText();
  await page.waitForFunction((before) => document.querySelector(".dads-fresh")?.innerText !== before, first);
  assert.match(await cut.innerText(), pattern("fresh.old"));
  await picture(mhlw, "cut");
  await world.daemon.spawn();
  await page.getByText(t("fresh.live")).waitFor({ timeout: 30_000 });
  await call("jps", "csirt_member", "POST", "/api/v1/reports", reportOf("after-cut", { title: "切断のあとの報告" }));
  await page.getByRole("link", { name: "切断のあとの報告" }).waitFor({ timeout: 5000 });
  assert.deepEqual(mhlw.strangers, []);
});
