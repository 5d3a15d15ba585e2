/** A front that tells its child's process number and then has it compute for ever. */
import { resultOf, running } from "./running.ts";

const kernel = await running({ permissions: ["--allow-all"] });
console.log(resultOf(await kernel.run("Deno.pid")));
await kernel.run("while (true) {}");
