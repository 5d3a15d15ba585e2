/** Does works one after another; at once where nothing earlier is still being done. */
export class InOrder {
  #tail: Promise<void> | undefined;

  do(work: () => void | Promise<void>): void {
    const done = this.#tail ? this.#tail.then(work) : work();
    if (done) this.#wait(done);
  }

  #wait(done: Promise<void>): void {
    const tail = done.catch(() => {}).then(() => {
      if (this.#tail === tail) this.#tail = undefined;
    });
    this.#tail = tail;
  }
}
