import type { JsonObject } from "../jupyter/json.ts";

/**
 * Which comms are open, learnt from the messages that pass either way.
 *
 * Source: Jupyter messaging 5.5, "Custom Messages".
 */
export class Comms {
  readonly #targets = new Map<string, string>();

  /** Takes note of a comm message in either direction. */
  pass(type: string, { comm_id: id, target_name: target }: JsonObject): void {
    if (typeof id !== "string") return;
    if (type === "comm_open") this.#targets.set(id, typeof target === "string" ? target : "");
    if (type === "comm_close") this.#targets.delete(id);
  }

  /** `comm_info_reply`'s list, of one target where `target` is not empty. */
  list(target: string): JsonObject {
    const wanted = [...this.#targets].filter(([_, name]) => target === "" || name === target);
    return Object.fromEntries(wanted.map(([id, name]) => [id, { target_name: name }]));
  }

  /** The user's process was replaced: nothing answers these comms any more. */
  clear(): string[] {
    const ids = [...this.#targets.keys()];
    this.#targets.clear();
    return ids;
  }
}

export function isCommType(type: string): boolean {
  return type === "comm_open" || type === "comm_msg" || type === "comm_close";
}
