/**
 * The forms in which tables tag their entries.
 *
 * @module
 */
import type { Tag } from "./entry_list.ts";

/** MADT entries and device scopes: a byte each. */
export const byteTag: Tag = {
  size: 2,
  read: (view, at) => ({ type: view.getUint8(at), length: view.getUint8(at + 1) }),
  write: (view, at, type, length) => {
    view.setUint8(at, type);
    view.setUint8(at + 1, fitting(length, 255));
  },
};

/** DMAR structures: two bytes each. */
export const wordTag: Tag = {
  size: 4,
  read: (view, at) => ({ type: view.getUint16(at, true), length: view.getUint16(at + 2, true) }),
  write: (view, at, type, length) => {
    view.setUint16(at, type, true);
    view.setUint16(at + 2, fitting(length, 0xffff), true);
  },
};

/** IVRS blocks: the type a byte, then a byte of flags, then the length. */
export const blockTag: Tag = {
  size: 4,
  read: (view, at) => ({ type: view.getUint8(at), length: view.getUint16(at + 2, true) }),
  write: (view, at, type, length) => {
    view.setUint8(at, type);
    view.setUint16(at + 2, fitting(length, 0xffff), true);
  },
};

function fitting(length: number, most: number): number {
  if (length <= most) return length;
  throw new RangeError(`Cannot build an entry: ${length} bytes; its length field holds ${most}`);
}

/** Behind tables that are all fixed fields: whatever a newer revision added, as one entry. */
export const restTag: Tag = {
  size: 1,
  read: (_view, at, end) => ({ type: 0, length: end - at }),
  write: () => {},
};
