/**
 * Read from a source that may be silent for long: `silence` when an interval has passed without a result, which stays
 * to be read. A proxy that sees a comment now and then does not take the stream for dead.
 *
 * @param interval in milliseconds.
 */
export function withKeepAlive<T>(next: () => Promise<T>, interval: number, silence: T): () => Promise<T> {
  let pending: Promise<T> | undefined;
  return () => {
    pending ??= next();
    const read = pending;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve(silence), interval);
      const settle = () => {
        clearTimeout(timer);
        if (pending === read) pending = undefined;
      };
      read.then(
        (result) => {
          settle();
          resolve(result);
        },
        (error) => {
          settle();
          reject(error);
        },
      );
    });
  };
}
