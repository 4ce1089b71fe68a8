import type { Clock } from '@forge/plugin-api';

const second = 1_000;

/** Lets so many through in a second, in the order in which they come; the others wait. */
export function createPace(clock: Clock, perSecond: number): () => Promise<void> {
  let last = Promise.resolve();
  let now = 0;
  let passed = 0;

  async function pass(): Promise<void> {
    const current = Math.floor(clock.now() / second);
    if (current !== now) [now, passed] = [current, 0];
    passed += 1;
    if (passed <= perSecond) return;
    await clock.sleep(second - (clock.now() % second));
    return pass();
  }

  return () => (last = last.then(pass));
}
