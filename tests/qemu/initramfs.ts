/**
 * An initramfs as the kernel unpacks it: a cpio archive of the "newc" kind. Source: Linux
 * Documentation/driver-api/early-userspace/buffer-format.rst.
 */

export interface ArchiveFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** An archive of executable files and of the folders they lie in. */
export function cpio(files: readonly ArchiveFile[]): Uint8Array {
  const folders = [...new Set(files.flatMap(({ path }) => parents(path)))];
  const members = [
    ...folders.map((path) => member(path, 0o040755, new Uint8Array())),
    ...files.map(({ path, bytes }) => member(path, 0o100755, bytes)),
    member("TRAILER!!!", 0, new Uint8Array()),
  ];
  return concat(members);
}

function parents(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

/** Magic, 13 numbers of 8 hex digits, the name and the data, each padded to 4 bytes. */
function member(path: string, mode: number, bytes: Uint8Array): Uint8Array {
  const name = new TextEncoder().encode(`${path}\0`);
  const links = mode === 0o040755 ? 2 : 1;
  const numbers = [0, mode, 0, 0, links, 0, bytes.length, 0, 0, 0, 0, name.length, 0];
  const head = "070701" + numbers.map((n) => n.toString(16).padStart(8, "0")).join("");
  return concat([padded(concat([new TextEncoder().encode(head), name])), padded(bytes)]);
}

function padded(bytes: Uint8Array): Uint8Array {
  return concat([bytes, new Uint8Array(-bytes.length & 3)]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
