/** What ends a kernel from outside: signals, and the death of the process that started it. */

const parentPollMs = 1000;

export interface Lifetime {
  /** SIGINT, where a kernelspec asks for signals instead of messages: never ends the kernel. */
  interrupt(): void;
  /** SIGTERM, SIGHUP, or nobody left to serve. */
  shutDown(): void;
}

/** Attends to signals and, where `JPY_PARENT_PID` tells of one, to the parent process. */
export function watchLifetime({ interrupt, shutDown }: Lifetime): void {
  Deno.addSignalListener("SIGINT", interrupt);
  if (Deno.build.os !== "windows") {
    Deno.addSignalListener("SIGTERM", shutDown);
    Deno.addSignalListener("SIGHUP", shutDown);
  }
  if (Deno.env.get("JPY_PARENT_PID")) watchParent(shutDown);
}

/**
 * A process whose parent died is handed to another: its parent's id changes. Windows hands
 * nothing over; there Jupyter ends its kernels through the job they belong to.
 */
function watchParent(shutDown: () => void): void {
  const parent = Deno.ppid;
  const timer = setInterval(() => {
    if (Deno.ppid === parent) return;
    clearInterval(timer);
    shutDown();
  }, parentPollMs);
}
