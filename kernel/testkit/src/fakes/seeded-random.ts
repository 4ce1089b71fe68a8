/** Numbers from 0 (inclusive) to 1 (exclusive), the same for the same seed (mulberry32). */
export function createSeededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** ULIDs that ascend and are the same for the same clock and seed. */
export function createSeededIds(clock: { now(): number }, random: () => number): () => string {
  let count = 0;
  return () => {
    const time = encode(clock.now(), 10);
    const noise = Array.from({ length: 8 }, () => digits[Math.floor(random() * 32)]).join('');
    return time + encode(count++, 8) + noise;
  };
}

function encode(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = `${digits[rest % 32]}${text}`;
  return text;
}
