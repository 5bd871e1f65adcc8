import { setImmediate } from "node:timers/promises";

/** So many messages are taken in one turn: a few milliseconds of work, where they are small. */
const messagesPerTurn = 128;

/**
 * Let everything else run now and then while the messages of one call are read or written. Those of one packet may be
 * thousands, a handler may have any number, and nothing on their way waits for the loop of events.
 *
 *     const nextTurn = createTurns();
 *     for (const message of messages) {
 *       yield message;
 *       const turn = nextTurn();
 *       if (turn !== undefined) await turn;
 *     }
 */
export function createTurns(): () => Promise<void> | undefined {
  let taken = 0;
  return () => {
    taken++;
    return taken % messagesPerTurn === 0 ? setImmediate() : undefined;
  };
}
