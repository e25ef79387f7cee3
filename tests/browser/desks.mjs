// Journeys of those who look on and keep things going: the centre, the operator, the auditor. Walked in either language.
// Their world is in a hurry: what does not arrive is given up at once, so that there is something to send again; the ministry of
// education has a second for what it has to relay, and alarms climb a step a second, so that clocks run out while somebody looks.
import { openWorld } from "./world.mjs";

openWorld(`[delivery]
backoff = ["PT1S"]
give_up = "PT1S"
[ladder]
steps = ["PT0S", "PT1S", "PT2S", "PT3S"]
[targets.body.mext]
"g.3" = "PT1S"
`);

const { cutBoard } = await import("./journeys/centre.mjs");
await import("./journeys/operator.mjs");
await import("./journeys/auditor.mjs");
cutBoard();
