/** Prints the answers of a bundled model under Node. usage: node node.mjs BUNDLE MACHINES.json */
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { answers } from "./answers.js";

const [bundle, machines] = process.argv.slice(2);
const model = await import(pathToFileURL(bundle).href);
console.log(await answers(model, JSON.parse(await readFile(machines, "utf8"))));
