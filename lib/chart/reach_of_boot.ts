import { IdSet } from "../bits/id_set.ts";
import { type Booted, type DeviceClass, devicesOf } from "../routing/interrupt.ts";
import { pathOf, widthOf } from "../routing/path.ts";
import { reach } from "../routing/reach.ts";
import { reachByWidth } from "../x86/reach.ts";
import type { ReachRow } from "./reach_row.ts";

/** The row of a booted machine: what a class of its devices can name, and its CPUs' fates. */
export function reachRow(label: string, booted: Booted, of: DeviceClass): ReachRow {
  const online = booted.boot.online.map(({ apicId }) => apicId);
  const enabled = booted.machine.cpus.filter((cpu) => cpu.enabled).map(({ apicId }) => apicId);
  return {
    label,
    reach: nameable(booted, of),
    ids: online,
    offline: enabled.filter((apicId) => !online.includes(apicId)),
  };
}

/**
 * `reach` tells of logical destinations which of the machine's CPUs they name. In x2APIC mode the
 * hardware makes logical IDs from APIC IDs, so there every ID that could be named is known too.
 * Source: Intel SDM 3A 12.12.10.2.
 */
function nameable(booted: Booted, of: DeviceClass): IdSet {
  const { ids } = reach(booted, of);
  const { mode, destMode } = booted.boot.apic;
  if (destMode === "physical" || mode !== "x2apic") return ids;
  const paths = devicesOf(booted, of).flatMap((device) => pathOf(booted, of, device) ?? []);
  return paths.reduce((all, path) => {
    if (path.kind === "closed") return IdSet.empty;
    const named = reachByWidth("x2apic-logical", widthOf(path.stations));
    return named.kind === "ids" ? all.intersect(named.ids) : all;
  }, paths.length > 0 ? everyId : IdSet.empty);
}

const everyId = IdSet.of([0, 2 ** 32 - 1]);
