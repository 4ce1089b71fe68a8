/** A name in an object that is shorter than this is no secret. */
const shortestName = 16;

/**
 * JSON with every text in it masked, each for itself: in the text of the whole, a line end before a token would read as
 * a letter, and what begins in one text and ends in another would take the structure between them away.
 */
export function maskJson<T>(value: T, mask: (text: string) => string): T {
  return masked(value, mask) as T;
}

function masked(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((item) => masked(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.length < shortestName ? name : mask(name),
      masked(member, mask),
    ]),
  );
}
