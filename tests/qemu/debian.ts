/** Debian's kernel and busybox, downloaded and unpacked below build/, never installed. */
import { join } from "node:path";
import { projectRoot } from "../../lib/cli/world.ts";
import { cpio } from "./initramfs.ts";

export interface GuestFiles {
  readonly kernel: string;
  readonly initramfs: string;
  /** The kernel's configuration, as text. */
  readonly config: string;
  /** As in `uname -r`, such as `6.1.0-56-amd64`. */
  readonly release: string;
}

const folder = join(projectRoot, "build", "qemu");

/** The guest's files; a text where they cannot be had, saying why. */
export async function guestFiles(): Promise<GuestFiles | string> {
  try {
    const release = await latestRelease();
    const [kernel, config] = await unpacked(`linux-image-${release}`, [
      `boot/vmlinuz-${release}`,
      `boot/config-${release}`,
    ]);
    const [busybox] = await unpacked("busybox-static", ["bin/busybox"]);
    return {
      kernel: kernel!,
      initramfs: await initramfs(busybox!),
      config: await Deno.readTextFile(config!),
      release,
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The kernel Debian's metapackage stands for today. */
async function latestRelease(): Promise<string> {
  const depends = await output("apt-cache", ["depends", "linux-image-amd64"]);
  const release = depends.match(/Depends: linux-image-(\d\S*)/)?.[1];
  if (release !== undefined) return release;
  throw new Error(
    "Cannot find Debian's kernel: apt knows no linux-image-amd64; run apt-get update",
  );
}

/** Files of a package, kept between runs. */
async function unpacked(name: string, files: readonly string[]): Promise<readonly string[]> {
  const paths = files.map((file) => join(folder, file));
  const kept = await Promise.all(
    paths.map((path) => Deno.stat(path).then(() => true, () => false)),
  );
  if (kept.every(Boolean)) return paths;
  await Deno.mkdir(folder, { recursive: true });
  await output("apt-get", ["download", "--quiet", name]);
  const archive = await downloaded(name);
  const members = files.map((file) => `./${file}`);
  await output("sh", ["-c", unpack, "sh", archive, ...members]);
  await Deno.remove(archive);
  return paths;
}

const unpack = 'archive="$1"; shift; dpkg-deb --fsys-tarfile "$archive" | tar -x "$@"';

async function downloaded(name: string): Promise<string> {
  const names = await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name);
  const found = names.find((file) => file.startsWith(`${name}_`) && file.endsWith(".deb"));
  if (found !== undefined) return join(folder, found);
  throw new Error(`Cannot unpack ${name}: apt-get downloaded nothing; check the network`);
}

async function output(program: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd: await Deno.stat(folder).then(() => folder, () => projectRoot),
    env: { LC_ALL: "C" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (success) return text(stdout);
  throw new Error(`Cannot run ${program} ${args[0]}: ${text(stderr).split("\n").at(-1)}`);
}

async function initramfs(busybox: string): Promise<string> {
  const path = join(folder, "initramfs.cpio");
  const init = await Deno.readFile(new URL("init.sh", import.meta.url));
  await Deno.writeFile(
    path,
    cpio([
      { path: "bin/busybox", bytes: await Deno.readFile(busybox) },
      { path: "init", bytes: init },
    ]),
  );
  return path;
}
