/** Any content of each table, derived from the declared layouts. */
import fc from "fast-check";
import { tableHeader } from "../../lib/firmware/acpi_table.ts";
import { type Dmar, dmarTable } from "../../lib/firmware/dmar.ts";
import { type DeviceScope, deviceScopes } from "../../lib/firmware/device_scope.ts";
import { type Fadt, fadtTable } from "../../lib/firmware/fadt.ts";
import { type HpetTable, hpetTable } from "../../lib/firmware/hpet_table.ts";
import { type Ivrs, ivrsTable } from "../../lib/firmware/ivrs.ts";
import { type IvhdDevice, ivhdDevices } from "../../lib/firmware/ivhd_device.ts";
import { type Madt, madtTable } from "../../lib/firmware/madt.ts";
import type { ByteField, ByteFields } from "../../lib/firmware/structure.ts";

interface Layout {
  readonly fields: ByteFields;
}
interface List {
  readonly kinds: Readonly<Record<string, { readonly layout: Layout }>>;
}
type Any = fc.Arbitrary<Record<string, unknown>>;
/** What follows a kind's fixed fields, by kind; nothing where it is not named. */
type Tails = Readonly<Record<string, Any>>;

const path = record({
  path: fc.array(record({ device: byte(), function: byte() }), { maxLength: 3 }),
}) as Any;
const scope = anyEntry<DeviceScope>(deviceScopes, {
  endpoint: path,
  bridge: path,
  ioapic: path,
  hpet: path,
  namespaceDevice: path,
});
const scopes = record({ scopes: fc.array(scope, { maxLength: 4 }) }) as Any;
const uid = record({ uid: fc.uint8Array({ maxLength: 20 }) }) as Any;
const device = anyEntry<IvhdDevice>(ivhdDevices, { acpiHid: uid });
const devices = record({ devices: fc.array(device, { maxLength: 6 }) }) as Any;
const objectName = record({ objectName: fc.constantFrom("\\_SB.PC00\0", "A\0\0") }) as Any;

/** Any MADT, DMAR, IVRS, HPET table and FADT. */
export const anyMadt = anyTable<Madt>(madtTable, "madt", {});
export const anyDmar = anyTable<Dmar>(dmarTable, "dmar", {
  drhd: scopes,
  rmrr: scopes,
  atsr: scopes,
  andd: objectName,
  satc: scopes,
  sidp: scopes,
});
export const anyIvrs = anyTable<Ivrs>(ivrsTable, "ivrs", {
  ivhd10: devices,
  ivhd11: devices,
  ivhd40: devices,
});
export const anyHpet = anyTable<HpetTable>(hpetTable, "hpet", {});
export const anyFadt = anyTable<Fadt>(fadtTable, "fadt", {});

function anyTable<T>(
  table: { readonly body: Layout; readonly list: List },
  kind: string,
  tails: Tails,
): fc.Arbitrary<T> {
  return fc.tuple(
    record({
      kind: fc.constant(kind),
      header: anyStructure(tableHeader),
      checksumFits: fc.constant(true),
      entries: anyEntries(table.list, tails),
    }),
    anyStructure(table.body),
  ).map(([head, body]) => ({ ...head, ...body }) as T);
}

function anyEntries(list: List, tails: Tails): fc.Arbitrary<unknown[]> {
  if (Object.keys(list.kinds).length === 0) return fc.constant([]);
  return fc.array(anyEntry(list, tails), { maxLength: 12 });
}

function anyEntry<E>(list: List, tails: Tails): fc.Arbitrary<E> {
  return fc.oneof(
    ...Object.entries(list.kinds).map(([kind, { layout }]) =>
      fc.tuple(anyStructure(layout), tails[kind] ?? fc.constant({}))
        .map(([fields, tail]) => ({ kind, ...fields, ...tail }))
    ),
  ) as fc.Arbitrary<E>;
}

function anyStructure(layout: Layout): Any {
  const held = Object.entries(layout.fields).filter(([, { role }]) => role === "value");
  const fields = held.map(([key, field]) => [key, anyField(field as ByteField<unknown>)]);
  return record(Object.fromEntries(fields)) as Any;
}

function anyField(field: ByteField<unknown>): fc.Arbitrary<unknown> {
  const kind = typeof field.read(new DataView(new ArrayBuffer(field.size)), 0);
  if (kind === "bigint") return fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
  if (kind === "string") {
    return fc.string({ maxLength: field.size }).map((text) => text.replace(/[\0]+$/, ""));
  }
  return fc.integer({ min: 0, max: 256 ** field.size - 1 });
}

function record<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(fields, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

function byte(): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 255 });
}
