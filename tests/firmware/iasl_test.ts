import assert from "node:assert/strict";
import fc from "fast-check";
import { buildDmar, type Dmar, dmarTable } from "../../lib/firmware/dmar.ts";
import { deviceScopes } from "../../lib/firmware/device_scope.ts";
import { buildHpetTable, type HpetTable, hpetTable } from "../../lib/firmware/hpet_table.ts";
import { ivhdDevices } from "../../lib/firmware/ivhd_device.ts";
import { buildIvrs, type Ivrs, ivrsTable } from "../../lib/firmware/ivrs.ts";
import { buildMadt, type Madt, madtTable } from "../../lib/firmware/madt.ts";
import type { ByteFields } from "../../lib/firmware/structure.ts";
import { anyDmar, anyHpet, anyIvrs, anyMadt } from "./arbitrary_tables.ts";

const iasl = await isInstalled("iasl");
if (!iasl) {
  console.log(
    "Skipped: iasl is missing, so nobody else reads our tables; apt install acpica-tools",
  );
}

/** What iasl 20200925 has no layout for. */
const TOO_NEW = new Set(["multiprocessorWakeup", "satc", "sidp", "ivhd40", "acpiHid"]);
/** What iasl 20200925 prints as part of a larger reserved field. */
const SPLIT_LATER = new Set([
  ...Object.keys(deviceScopes.kinds).map((kind) => `${kind}.flags`),
  ...["ivmdAll", "ivmdSelect", "ivmdRange"].map((kind) => `${kind}.segment`),
]);
const SEED = 20201013;
const RUNS = 25;

agrees("MADT", anyMadt.map(known<Madt>), buildMadt, madtTable);
agrees("DMAR", anyDmar.map(known<Dmar>), buildDmar, dmarTable);
agrees("IVRS", anyIvrs.map(known<Ivrs>), buildIvrs, ivrsTable);
agrees("HPET table", anyHpet.map(inMemory), buildHpetTable, hpetTable);

function agrees<T extends Holder>(
  name: string,
  any: fc.Arbitrary<T>,
  build: (table: T) => Uint8Array<ArrayBuffer>,
  layout: TableLayout,
): void {
  Deno.test({
    name: `iasl takes each ${name} we build, and finds each field where we put it`,
    ignore: !iasl,
    fn: async () => {
      const tables = fc.sample(any, { seed: SEED, numRuns: RUNS });
      const texts = await disassembled(tables.map(build));
      for (const [i, table] of tables.entries()) {
        const theirs = new Set(iaslFields(texts[i]!));
        const ours = [
          ...fieldsAt(layout.body, 36, table),
          ...entriesAt(layout.list, 36 + layout.body.size, table.entries),
        ];
        assert.deepEqual(ours.filter((field) => !theirs.has(field)), []);
      }
    },
  });
}

/** What a table or entry holds, by field name. */
type Held = Readonly<Record<string, unknown>>;
interface Holder extends Record<never, unknown> {
  readonly entries: readonly { readonly kind: string }[];
}
interface Layout {
  readonly fields: ByteFields;
  readonly size: number;
}
interface ListLayout {
  readonly kinds: Readonly<Record<string, { readonly layout: Layout }>>;
  build(entries: readonly never[]): Uint8Array;
}
interface TableLayout {
  readonly body: Layout;
  readonly list: ListLayout;
}
const INNER: Readonly<Record<string, ListLayout>> = { scopes: deviceScopes, devices: ivhdDevices };

/** A table without what iasl does not know. */
function known<T extends Holder>(table: T): T {
  const entries = table.entries.filter(({ kind }) => !TOO_NEW.has(kind)).map((entry) => {
    const devices = (entry as Held).devices as readonly { kind: string }[] | undefined;
    return devices
      ? { ...entry, devices: devices.filter(({ kind }) => !TOO_NEW.has(kind)) }
      : entry;
  });
  return { ...table, entries };
}

function inMemory(table: HpetTable): HpetTable {
  return { ...table, addressSpace: 0, accessSize: 0 };
}

/** Each field as `offset:size=value`. */
function fieldsAt({ fields }: Layout, at: number, held: object, kind = ""): string[] {
  let offset = at;
  return Object.entries(fields).flatMap(([key, { size, role }]) => {
    const [here, value] = [offset, (held as Held)[key]];
    offset += size;
    if (role !== "value" || typeof value === "string" || SPLIT_LATER.has(`${kind}.${key}`)) {
      return [];
    }
    return [`${here}:${size}=${value}`];
  });
}

function entriesAt(list: ListLayout, from: number, entries: readonly { kind: string }[]): string[] {
  let at = from;
  return entries.flatMap((entry) => {
    const { layout } = list.kinds[entry.kind]!;
    const fields = fieldsAt(layout, at, entry, entry.kind);
    const inner = Object.entries(INNER).flatMap(([key, inside]) =>
      key in entry
        ? entriesAt(inside, at + layout.size, (entry as Held)[key] as Holder["entries"])
        : []
    );
    at += list.build([entry as never]).length;
    return [...fields, ...inner];
  });
}

function iaslFields(text: string): string[] {
  const lines = text.matchAll(/^\[[0-9A-F]+h (\d+) +(\d+)\] .* : ([0-9A-F]+)( \[.*\])?$/gm);
  return [...lines].map(([, offset, size, hex]) =>
    `${Number(offset)}:${size}=${BigInt(`0x${hex}`)}`
  );
}

async function disassembled(tables: readonly Uint8Array<ArrayBuffer>[]): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    const names = tables.map((_, i) => `t${i}`);
    for (const [i, bytes] of tables.entries()) await Deno.writeFile(`${folder}/t${i}.aml`, bytes);
    const args = ["-d", ...names.map((name) => `${name}.aml`)];
    const { code, stdout, stderr } = await new Deno.Command("iasl", { args, cwd: folder }).output();
    const talk = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.equal(code, 0, talk);
    assert.doesNotMatch(talk, /error|warning|invalid|incorrect|unknown/i);
    const texts = await Promise.all(
      names.map((name) => Deno.readTextFile(`${folder}/${name}.dsl`)),
    );
    for (const text of texts) assert.doesNotMatch(text, /\*\*\*\*|incorrect|Unknown \w+ subtable/i);
    return texts;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function isInstalled(program: string): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args: ["-v"] }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
