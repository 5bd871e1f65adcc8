/** How many changes wait for one watch before its reader counts as lost. */
const maxWaiting = 1000;

/**
 * Hands each change to everyone who watches.
 *
 *     const watch = feed.watch(signal);
 *     try {
 *       for await (const change of watch) console.log(change);
 *     } finally {
 *       watch.end();
 *     }
 *
 * A reader that falls behind is dropped rather than waited for, so that neither the publisher nor the memory of
 * the process depends on the slowest one.
 */
export class ChangeFeed<Change> {
  readonly #watches = new Set<Watch<Change>>();
  readonly #closing = new AbortController();

  publish(change: Change): void {
    for (const watch of this.#watches) watch.offer(change);
  }

  /** Everything published from this call on, until the signal aborts, the feed closes, or the reader is lost. */
  watch(signal: AbortSignal): Watch<Change> {
    const end = AbortSignal.any([signal, this.#closing.signal]);
    const watch = new Watch<Change>(end, () => this.#watches.delete(watch));
    if (!end.aborted) this.#watches.add(watch);
    return watch;
  }

  /** End all watches, and all that are still to come. */
  close(): void {
    this.#closing.abort();
  }
}

/** One reader of a feed. */
class Watch<Change> implements AsyncIterable<Change> {
  readonly #waiting: Change[] = [];
  readonly #signal: AbortSignal;
  readonly #leave: () => void;
  #hasEnded: boolean;
  #wake = () => {};

  constructor(signal: AbortSignal, leave: () => void) {
    this.#signal = signal;
    this.#leave = leave;
    this.#hasEnded = signal.aborted;
    signal.addEventListener("abort", this.end);
  }

  offer(change: Change): void {
    if (this.#waiting.length === maxWaiting) this.end();
    else this.#waiting.push(change);
    this.#wake();
  }

  /** No more changes, not even those that wait. */
  readonly end = (): void => {
    this.#hasEnded = true;
    this.#waiting.length = 0;
    this.#signal.removeEventListener("abort", this.end);
    this.#leave();
    this.#wake();
  };

  async *[Symbol.asyncIterator](): AsyncGenerator<Change> {
    while (!this.#hasEnded) {
      const change = this.#waiting.shift();
      if (change !== undefined) yield change;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
