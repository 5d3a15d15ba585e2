/**
 * The FADT, "FACP": of its many fields the two that Linux's choice of an APIC driver reads.
 *
 * @module
 */
import { flag, ignored, Register } from "../bits/register.ts";
import { AcpiTable, type TableOf, type TableParts } from "./acpi_table.ts";
import { entryList } from "./entry_list.ts";
import type { Malformed } from "./malformed.ts";
import { reserved, structure, u32 } from "./structure.ts";
import { restTag } from "./tags.ts";

/** The FADT's feature flags. */
export const fadtFlags = new Register({
  name: "FadtFeatureFlags",
  width: 32,
  source: "ACPI 6.5 5.2.9, table 5.10",
  fields: {
    ignored0to17: ignored(18, "Of no matter to interrupt routing"),
    forceApicClusterModel: flag("Logical destinations must use the cluster model"),
    forceApicPhysicalDestinationMode: flag("Destinations must be physical"),
    ignored20to31: ignored(12, "Of no matter to interrupt routing"),
  },
});

/** The whole table. */
export const fadtTable = new AcpiTable({
  kind: "fadt",
  signature: "FACP",
  body: structure({
    name: "FADT",
    source: "ACPI 6.5 5.2.9, table 5.9",
    from: 36,
    fields: {
      unread36to111: reserved(76, "Of no matter to interrupt routing"),
      flags: u32("See fadtFlags"),
    },
  }),
  list: entryList({ name: "later field", tag: restTag, kinds: {} }),
});

/** An FADT's raw content. */
export type Fadt = TableOf<typeof fadtTable>;

/** What an FADT means for interrupt routing; the names of a machine file's `firmware`. */
export interface FadtDigest {
  /** The table's revision; flags count from 2 on. */
  readonly fadtRevision: number;
  /** Firmware wants physical destinations. */
  readonly fadtPhysical: boolean;
}

/** The FADT in these bytes. Source: ACPI 6.5 5.2.9. */
export function parseFadt(bytes: Uint8Array): Fadt | Malformed {
  return fadtTable.parse(bytes);
}

/** An FADT's bytes, checksum right; RangeError when a field does not fit. */
export function buildFadt(parts: TableParts<Fadt>): Uint8Array<ArrayBuffer> {
  return fadtTable.build({ ...parts, header: { revision: 6, ...parts.header } });
}

/** What a table's fields mean. Source: Linux 6.12 arch/x86/kernel/apic/apic_flat_64.c. */
export function digestFadt({ header, flags }: Fadt): FadtDigest {
  return {
    fadtRevision: header.revision,
    fadtPhysical: fadtFlags.decode(flags).forceApicPhysicalDestinationMode,
  };
}
