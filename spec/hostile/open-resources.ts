import assert from "node:assert/strict";

/** Sockets, timers and the like that keep the process busy, with how many there are of each. */
export function openResources(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Wait until no more is open than there was before. What never goes away ends in the time-out of the spec. */
export async function untilReleased(before: Readonly<Record<string, number>>): Promise<void> {
  // Sockets are closed, and handles counted out, in later turns of the event loop.
  for (;;) {
    const extra = Object.entries(openResources()).filter(
      ([name, count]) => count > (before[name] ?? 0) && name !== "Immediate",
    );
    if (extra.length === 0) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Prototypes that no request may reach. */
export function checkPrototypes(): void {
  assert.deepEqual(Object.keys(Object.prototype), []);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
}
