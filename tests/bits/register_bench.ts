import { irteRemapped } from "../../lib/x86/vtd_irte.ts";
import { msiAddressLow } from "../../lib/x86/msi_address.ts";
import { redirectionTableEntry } from "../../lib/x86/redirection_table_entry.ts";

const BUDGET = "≤ 1 µs";
const address = msiAddressLow.decode(0xfee2_c024);
const entry = redirectionTableEntry.decode(0x0102_0000_0000_a831n);
const irte = irteRemapped.decode(0x4_0010_0000_0101_0041_0001n);

Deno.bench(`decode a 32-bit word ${BUDGET}`, { group: "decode" }, () => {
  msiAddressLow.decode(0xfee2_c024);
});
Deno.bench(`decode a 64-bit word ${BUDGET}`, { group: "decode" }, () => {
  redirectionTableEntry.decode(0x0102_0000_0000_a831n);
});
Deno.bench(`decode a 128-bit word ${BUDGET}`, { group: "decode" }, () => {
  irteRemapped.decode(0x4_0010_0000_0101_0041_0001n);
});
Deno.bench(`encode a 32-bit word ${BUDGET}`, { group: "encode" }, () => {
  msiAddressLow.encode(address);
});
Deno.bench(`encode a 64-bit word ${BUDGET}`, { group: "encode" }, () => {
  redirectionTableEntry.encode(entry);
});
Deno.bench(`encode a 128-bit word ${BUDGET}`, { group: "encode" }, () => {
  irteRemapped.encode(irte);
});
