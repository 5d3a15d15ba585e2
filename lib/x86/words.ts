/**
 * Every layout of this room by name, for programs that print or test them all.
 *
 * @module
 */
import { irte128, irte128Guest, irte32 } from "./amd_irte.ts";
import {
  amdControl,
  amdFeatures,
  amdFeatures2,
  amdInterruptControl,
  dteInterrupt,
} from "./amd_registers.ts";
import { hpetCapabilities, hpetConfiguration, hpetRoute, hpetTimer } from "./hpet.ts";
import { hypervRecommendations, virtualizationStackProperties } from "./hyperv.ts";
import { icrX2apic, icrXapic } from "./icr.ts";
import { ioapicArbitration, ioapicId, ioapicVersion } from "./ioapic.ts";
import {
  apicBase,
  dfr,
  errorStatus,
  lapicVersion,
  ldrX2apic,
  ldrXapic,
  spuriousVector,
} from "./lapic_registers.ts";
import { msiAddressHigh, msiAddressLow, remappableAddressLow } from "./msi_address.ts";
import { amdRemappableData, msiData, remappableData } from "./msi_data.ts";
import { msiControl, msixControl, msixEntry, msixLocation } from "./pci_msi.ts";
import {
  amdRedirectionTableEntry,
  redirectionTableEntry,
  remappableRedirectionTableEntry,
} from "./redirection_table_entry.ts";
import { irtePosted, irteRemapped, irteRemappedXapic, postedDescriptor } from "./vtd_irte.ts";
import {
  iecInvalidation,
  interruptFaultRecord,
  interruptTableAddress,
  vtdCapability,
  vtdEventControl,
  vtdExtendedCapability,
  vtdFaultStatus,
  vtdGlobalCommand,
  vtdGlobalStatus,
} from "./vtd_registers.ts";

/** The layouts, in the order of an interrupt's way from device to LAPIC. */
export const LAYOUTS = {
  msiControl,
  msixControl,
  msixLocation,
  msixEntry,
  msiAddressLow,
  msiAddressHigh,
  msiData,
  remappableAddressLow,
  remappableData,
  amdRemappableData,
  ioapicId,
  ioapicVersion,
  ioapicArbitration,
  redirectionTableEntry,
  remappableRedirectionTableEntry,
  amdRedirectionTableEntry,
  hpetCapabilities,
  hpetConfiguration,
  hpetTimer,
  hpetRoute,
  vtdCapability,
  vtdExtendedCapability,
  vtdGlobalCommand,
  vtdGlobalStatus,
  vtdFaultStatus,
  vtdEventControl,
  interruptTableAddress,
  interruptFaultRecord,
  iecInvalidation,
  irteRemapped,
  irteRemappedXapic,
  irtePosted,
  postedDescriptor,
  amdControl,
  amdFeatures,
  amdFeatures2,
  amdInterruptControl,
  dteInterrupt,
  irte32,
  irte128,
  irte128Guest,
  virtualizationStackProperties,
  hypervRecommendations,
  apicBase,
  ldrXapic,
  ldrX2apic,
  dfr,
  spuriousVector,
  lapicVersion,
  errorStatus,
  icrXapic,
  icrX2apic,
} as const;

/** The name of a layout. */
export type LayoutName = keyof typeof LAYOUTS;
