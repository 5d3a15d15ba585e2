/**
 * The processes that the user's code started since a moment, the oldest first. Linux tells them in
 * `/proc`; elsewhere none are known, and they live until they or the kernel end.
 *
 * Source: proc_pid_stat(5): fields 4 (ppid) and 22 (starttime, in hundredths of a second).
 *
 * @param pid the user's process
 * @param since milliseconds since the epoch
 */
export function startedSince(pid: number, since: number): readonly number[] {
  if (Deno.build.os !== "linux") return [];
  const all = [...processes()];
  const started = new Set([pid]);
  // A process is older than those it started.
  for (const each of all.toSorted((a, b) => a.start - b.start)) {
    if (started.has(each.parent)) started.add(each.pid);
  }
  const boot = Date.now() - 1000 * Number(read("/proc/uptime").split(" ")[0]);
  const young = all.filter(({ start }) => boot + 10 * start + tickMs >= since);
  return young.map(({ pid }) => pid).filter((each) => each !== pid && started.has(each));
}

/** Starts are told in steps of 10 ms, and the moment of boot no better. */
const tickMs = 20;

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Hundredths of a second after the machine's boot. */
  readonly start: number;
}

function* processes(): Generator<Process> {
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    // The name of the program, in parentheses, may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    yield { pid: Number(name), parent: Number(fields[1]), start: Number(fields[19]) };
  }
}

/** Empty for a process that has just gone. */
function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
