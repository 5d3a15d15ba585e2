/** A kernel could not be registered, found or removed; the message names what mends it. */
export class KernelspecError extends Error {
  override readonly name = "KernelspecError";
}
