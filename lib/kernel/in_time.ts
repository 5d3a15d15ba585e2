/** A promise's value if it comes in time; undefined when it is late or fails. */
export async function before<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), ms);
  return await Promise.race([promise.catch(() => undefined), late.promise])
    .finally(() => clearTimeout(timer));
}

/** Whether a promise settles in time, either way. */
export async function within(ms: number, promise: Promise<unknown>): Promise<boolean> {
  return await before(ms, promise.then(() => true, () => true)) ?? false;
}
