/**
 * What the model answers, as JSON: plain JavaScript, so that Deno, Node and a browser run it as it
 * stands. `model` is the front door, however it was loaded.
 */
export async function answers(model, machines) {
  return JSON.stringify(await Promise.all(machines.map((given) => answer(model, given))));
}

async function answer({ boot, parseMachine, reach, reachChart, reachRow, DEVICE_CLASSES }, given) {
  const machine = parseMachine(given);
  const booted = { machine, boot: boot(machine) };
  const { title, text, svg } = await reachChart([reachRow("MSI", booted, "msi")]);
  return {
    boot: booted.boot,
    reach: Object.fromEntries(DEVICE_CLASSES.map((of) => [of, reach(booted, of)])),
    chart: { title, text, drawn: svg.includes("</svg>") },
  };
}
