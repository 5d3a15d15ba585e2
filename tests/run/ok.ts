/** `deno task ok`: the inner loop, under a minute, without Python, browser or machine. */
import { endAllOnSignal } from "./process.ts";
import { runSteps } from "./step.ts";
import { houseSteps, modelSteps, wireSteps } from "./suites.ts";
import { format } from "./tally.ts";

endAllOnSignal();
const tally = await runSteps([
  ...await modelSteps(),
  ...await wireSteps(),
  houseSteps(),
]);
console.log(format(tally));
Deno.exit(tally.failed > 0 ? 1 : 0);
