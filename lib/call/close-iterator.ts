/** Leave an iterator before its end. What it throws then has nobody left to hear it. */
export function closeIterator(iterator: AsyncIterator<unknown> | undefined): void {
  // An iterator may be anybody's, and its return() no async function.
  const close = async () => iterator?.return?.();
  close().catch(() => {});
}
