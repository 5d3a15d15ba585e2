/**
 * The kernelspec: how Jupyter starts this kernel. Source: Jupyter client documentation, "Making
 * kernels for Jupyter", section "Kernel specs"; messaging protocol 5.6.
 */
import { join } from "node:path";
import { z } from "zod";
import { protocolVersion } from "./message.ts";
import { v8Flags } from "./v8_flags.ts";

/** `kernel.json`. Unknown members are kept: other tools may have added them. */
export const kernelspecSchema = z.looseObject({
  argv: z.array(z.string()).min(1),
  display_name: z.string(),
  language: z.string(),
  interrupt_mode: z.enum(["signal", "message"]).optional(),
  kernel_protocol_version: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});
export type Kernelspec = z.infer<typeof kernelspecSchema>;

export interface KernelspecOptions {
  /** Absolute path of a Deno that stays where it is. */
  readonly deno: string;
  /** The folder of deno.json. */
  readonly project: string;
  readonly displayName: string;
  /**
   * Options of the kernel: Deno's permissions for the user's code, such as
   * `--allow-net=example.org`, and `--types` and `--history`.
   */
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export const entryPoint = "lib/kernel/main.ts";

/** The front runs with all permissions; the user's code only with those named after its path. */
export function kernelspec(
  { deno, project, displayName, options, env }: KernelspecOptions,
): Kernelspec {
  return {
    argv: [
      deno,
      "run",
      "--quiet",
      "--no-prompt",
      v8Flags,
      "--allow-all",
      `--config=${join(project, "deno.json")}`,
      join(project, entryPoint),
      ...options,
      "{connection_file}",
    ],
    display_name: displayName,
    language: "typescript",
    interrupt_mode: "message",
    kernel_protocol_version: protocolVersion,
    ...(Object.keys(env).length > 0 ? { env: { ...env } } : {}),
    // JupyterLab shows its debugger for kernels whose kernelspec says this, whatever they reply.
    metadata: { debugger: true, supported_encryption: ["curve"] },
  };
}

/** Whether a kernelspec starts a kernel of this project, wherever the project stands. */
export function isOurs({ argv }: Kernelspec): boolean {
  return argv.some((word) => word.replaceAll("\\", "/").endsWith(`/${entryPoint}`));
}
